const all = [...document.querySelectorAll(".answer")];
const left = document.getElementById("left");
const first = () => all.findIndex(a => a.dataset.points === "");
let now = -1;

function choose(to) {
  all[now]?.classList.remove("now");
  now = to;
  all[now].classList.add("now");
}

function go(to) {
  if (!all[to]) return;
  choose(to);
  all[now].focus({preventScroll: true});
  all[now].scrollIntoView({block: "nearest"});
}

async function save(answer) {
  const points = answer.dataset.points, said = answer.querySelector(".said");
  said.textContent = "saving";
  const mark = {key: answer.dataset.key, points: points === "" ? null : Number(points),
                comment: answer.querySelector("textarea").value};
  try {
    const reply = await fetch("/mark", {method: "POST", body: JSON.stringify(mark),
                                        headers: {"Content-Type": "application/json"}});
    said.textContent = reply.ok ? "saved" : "not saved: " + await reply.text();
  } catch (error) {
    said.textContent = "not saved: the server has ended";
  }
}

function give(answer, points) {
  const buttons = [...answer.querySelectorAll("button")];
  if (points !== "" && !buttons.some(b => Number(b.value) === points)) return;
  answer.dataset.points = points;
  answer.classList.toggle("done", points !== "");
  for (const b of buttons)
    b.setAttribute("aria-pressed", points !== "" && Number(b.value) === points);
  const open = all.filter(a => a.dataset.points === "").length;
  left.textContent = `${open} of ${all.length} answers without a mark`;
  save(answer);
}

all.forEach((answer, k) => {
  answer.addEventListener("focusin", () => choose(k));
  answer.querySelectorAll("button").forEach(
    b => b.addEventListener("click", () => give(answer, Number(b.value))));
  answer.querySelector("textarea").addEventListener("change", () => save(answer));
});

document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const answer = all[now], key = event.key;
  if (event.target.tagName === "TEXTAREA") {
    if (key === "Escape") answer.focus();
    return;
  }
  if (key === "Enter" && /^(A|BUTTON|SUMMARY)$/.test(event.target.tagName)) return;
  const open = all.findIndex((a, k) => k > now && a.dataset.points === "");
  if (key === "j") go(now + 1);
  else if (key === "k") go(now - 1);
  else if (key === "Enter") go(open >= 0 ? open : first());
  else if (!answer) return;
  else if (/^[0-9]$/.test(key)) give(answer, Number(key));
  else if (key === ".") give(answer, Number(answer.dataset.points) + 0.5);
  else if (key === "x") give(answer, "");
  else if (key === "c") answer.querySelector("textarea").focus();
  else return;
  event.preventDefault();
});

go(Math.max(first(), 0));
