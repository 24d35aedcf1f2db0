"""What a student writes does nothing on a teacher's or another's page, in Chromium."""

import json
import shutil

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader.handlers import template_path

from autograder.classroom.class_list import Person
from autograder.course import Course
from autograder.feedback.student_page import page
from autograder.marking.written import Answer, Answers, Count, Question
from autograder.pages.markup import markdown
from autograder.pages.templating import templates
from autograder.report.class_results import ClassData, Submission, Try
from autograder.report.page import pages
from byhand import exercises
from tests.engine import little
from tests.report.test_feedback import RELEASED, marks, solved, weak_work
from tools import axe

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is missing"),
]
COVERING = """() => [...document.querySelectorAll("body *")].filter(each => {
    const look = getComputedStyle(each), box = each.getBoundingClientRect();
    return /fixed|absolute/.test(look.position)
        && box.width * box.height > innerWidth * innerHeight / 2;
}).length"""
FAINT = """() => {
    const parts = colour => (colour.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
        .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, k) => sum + v * [0.2126, 0.7152, 0.0722][k], 0);
    const ground = each => {
        for (; each; each = each.parentElement) {
            const [r, g, b, a = 1] = parts(getComputedStyle(each).backgroundColor);
            if (a > 0.5) return [r, g, b];
        }
        return [255, 255, 255];
    };
    const found = [];
    for (const each of document.querySelectorAll("body *")) {
        const own = [...each.childNodes].some(n => n.nodeType === 3 && n.data.trim());
        const look = getComputedStyle(each), svg = each.closest("svg");
        if (!own || look.display === "none" || each.tagName === "SCRIPT") continue;
        if (svg && each.getAttribute("fill") === "#fff") continue;  // within a bar
        const a = light(parts(svg ? look.fill : look.color)), b = light(ground(each));
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (ratio < 4.5) found.push([each.tagName, each.className, ratio]);
    }
    return found;
}"""
HIT = "window.hit=1;document.title='hit'"
COVER = "position:fixed;inset:0;z-index:99999;background:red"
VECTORS = [
    f"<script>{HIT}</script>",
    f"</script><script>{HIT}</script>",
    f"<img src=x onerror={HIT}>",
    f"<body onload={HIT}><input autofocus onfocus={HIT}>",
    f"<details open ontoggle={HIT}>a</details>",
    f"<svg onload={HIT}><animate onbegin={HIT} attributeName=x></svg>",
    f"<svg><script>{HIT}</script></svg>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={HIT}></style></table>",
    f'<iframe srcdoc="<script>parent.{HIT}</script>"></iframe>',
    f"<iframe src='javascript:parent.{HIT}'></iframe>",
    f"<a id=trap href='javascript:{HIT}'>click</a>",
    f"<a href='java&#10;script:{HIT}'>click</a>",
    f"[click](javascript:{HIT}) [click](JaVaScRiPt:{HIT})",
    f"<style>main{{display:none}}body::before{{content:'';{COVER}}}</style>",
    f"<div style='{COVER}' class='modal-backdrop now warn'>cover</div>",
    "<meta http-equiv=refresh content='0;url=https://example.org/'>",
    "<link rel=stylesheet href=https://example.org/x.css>",
    "<base href=https://example.org/><form action=/x><button>b</button></form>",
    "![seen](https://example.org/seen.png) <img src=https://example.org/seen.png>",
    "<object data=https://example.org/x></object><embed src=https://example.org/x>",
    "</pre></details></main><main><template><b>",
    "<!--><img src=x onerror=" + HIT + ">-->",
    "$\\text{<script>" + HIT + "</script>}$ $$<img src=x onerror=" + HIT + ">$$",
]
ALL = "\n\n".join(VECTORS)
CODE = " + ".join(repr(f"{vector}{k}") for k, vector in enumerate(VECTORS))


def html(data):
    return {"output_type": "display_data", "metadata": {}, "data": data}


def outputs():
    """Return outputs as a kernel of the student's own may send them."""
    error = {"output_type": "error", "ename": ALL, "evalue": ALL, "traceback": [ALL]}
    kinds = ("text/html", "text/plain", "text/latex", "text/markdown", "image/svg+xml")
    alt = html({"image/png": "aGk=", "text/html": ALL, "text/plain": ALL})
    alt["metadata"] = {"image/png": {"alt": f'">{ALL}'}}
    return [
        *(html({kind: ALL}) for kind in (*kinds, "application/javascript")),
        *(alt, error),
        {"output_type": "stream", "name": "stdout", "text": ALL},
    ]


def notebook():
    tree = solved(why=f"Why does the window stop early?\n\nYour answer: {ALL}")
    little.find(tree, "test_slide")["outputs"] = outputs()
    own = little.code(ALL) | {"outputs": outputs()}
    text = {"cell_type": "markdown", "id": "own-2", "metadata": {}, "source": ALL}
    tree["cells"][3:3] = [own, text]
    return tree


def feedback(folder):
    said = {"why": ALL, "slide": ALL}
    given = marks(test_slide=0.0, comments=said)
    return page(ALL, little.NAME, json.dumps(notebook()), RELEASED, given)


def weak(folder):
    tree, given = weak_work()
    return page("ada", little.NAME, json.dumps(tree), RELEASED, given)


def strong(folder):
    return page("ada", little.NAME, json.dumps(solved()), RELEASED, marks())


def formgrader(folder):
    """Return nbgrader's page of a submission, which formgrader shows."""
    config = Course(folder).settings()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [template_path]
    tree = notebook()
    raw = {"cell_type": "raw", "id": "raw", "metadata": {}, "source": ALL}
    tree["cells"].append(raw)
    told = {"index": 0, "total": 1, "student": "ada", "notebook_id": little.NAME}
    exporter, cells = HTMLExporter(config=config), nbformat.from_dict(tree)
    return exporter.from_notebook_node(cells, told)[0]


def class_of(text):
    """Return a class in which a student's name, id, answers and notes are a text."""
    wrong = Try("conv1d", "failed", 0.0, 2.0, (), ("values",))
    own = [
        Submission(who, "02_convolution", "person", text, 3, tries=(wrong,))
        for who in ("ada", text)
    ]
    for submission in own:
        submission.answers = {"conv1d": f"def conv1d(x, w):\n    return x + {CODE}"}
    people = {"ada": Person("ada", text, text), text: Person(text)}
    return ClassData({"02_convolution": 27.0}, people, own, [])


def report(folder):
    return pages(class_of(ALL), 0.0)["index"]


def report_for_the_class(folder):
    return pages(class_of(ALL), 0.0)["class"]


def marking(folder):
    question = Question("little", "why", "Why?", markdown("Why?"), "", 2.0)
    answers = Answers([Answer("k", markdown(ALL), None, ALL)], 0)
    template = templates().get_template("marking/templates/answers.html")
    return template.render(question=question, answers=answers, nonce="n")


def questions(folder):
    question = Question("little", "why", "Why?", markdown("Why?"), "", 2.0)
    template = templates().get_template("marking/templates/questions.html")
    return template.render(found={question: Count(3, 1)})


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.mark.parametrize(
    "made", [feedback, formgrader, report, report_for_the_class, marking]
)
def test_nothing_that_a_student_writes_acts_on_a_page(chromium, tmp_path, made):
    path = tmp_path / "page.html"
    path.write_text(made(tmp_path), encoding="utf-8")
    opened, asked = chromium.new_page(viewport={"width": 1200, "height": 900}), []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("dialog", lambda dialog: dialog.dismiss())
    opened.goto(path.as_uri())
    opened.add_style_tag(content="details::details-content{content-visibility:visible}")
    for link in opened.get_by_text("click", exact=True).all()[:20]:
        if link.evaluate("each => each.tagName") == "A":
            link.evaluate("each => each.click()")
    opened.wait_for_timeout(300)
    assert opened.evaluate("window.hit") is None
    assert opened.url == path.as_uri()
    outside = [url for url in asked if not url.startswith(("file:", "data:"))]
    assert [
        url for url in outside if "cdnjs" not in url and "jsdelivr" not in url
    ] == []
    loaded = "iframe, object, embed, base, form[action], meta[http-equiv=refresh]"
    assert opened.locator(f"main :is({loaded})").count() == 0
    assert opened.evaluate(COVERING) == 0
    opened.close()


def test_the_same_acts_where_nothing_cleans(chromium, tmp_path):
    path = tmp_path / "page.html"
    # a refresh would leave the page before it can be asked
    staying = [vector for vector in VECTORS if "refresh" not in vector]
    path.write_text("".join(staying), encoding="utf-8")
    opened = chromium.new_page(viewport={"width": 1200, "height": 900})
    opened.route("https://**", lambda route: route.abort())
    opened.goto(path.as_uri(), wait_until="commit")
    opened.wait_for_function(f"window.hit === 1 && ({COVERING})() > 0")
    opened.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("made", [feedback, report, report_for_the_class, marking])
def test_no_text_is_faint(chromium, tmp_path, made, scheme):
    path = tmp_path / "page.html"
    path.write_text(made(tmp_path), encoding="utf-8")
    opened = chromium.new_page(color_scheme=scheme)
    opened.goto(path.as_uri())
    dark = opened.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (dark == "rgb(255, 255, 255)") == (scheme == "light")
    assert opened.evaluate(FAINT) == []
    assert opened.evaluate("document.documentElement.lang") == "en"
    opened.set_viewport_size({"width": 390, "height": 800})
    wide = opened.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    opened.close()


OURS = (feedback, weak, strong, report, report_for_the_class, marking, questions)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("made", [*OURS, formgrader])
def test_axe_finds_no_serious_fault(chromium, tmp_path, made, scheme):
    path = tmp_path / "page.html"
    path.write_text(made(tmp_path), encoding="utf-8")
    opened = chromium.new_page(color_scheme=scheme)
    opened.goto(path.as_uri())
    if made is formgrader:  # all else on it is nbgrader's
        theirs = [".panel-heading", ".comment", "#raw"]
        assert axe.faults(opened, "#notebook-container", theirs) == []
    else:
        assert axe.faults(opened) == []
        opened.set_viewport_size({"width": 390, "height": 800})
        # a formula without end, as in the attacks, scrolls
        assert made is feedback or axe.faults(opened) == []
    opened.close()


@pytest.mark.parametrize("name", ["index", "class"])
def test_a_printed_report_is_small(chromium, tmp_path, name):
    path = tmp_path / "report.html"
    path.write_text(pages(large_class(), 0.0)[name], encoding="utf-8")
    page = chromium.new_page()
    page.goto(path.as_uri())
    assert page.locator("svg").count() or name == "index"
    printed = page.pdf()
    page.close()
    assert printed.startswith(b"%PDF")
    assert 10_000 < len(printed) < 2_000_000


def large_class():
    """Return forty students, who pass, fail and leave out all exercises of lessons."""
    known = exercises.table()
    lessons = {one.lesson for one in known.values()}
    states = ("passed", "failed", "untouched")
    people, submissions = {}, []
    for k in range(40):
        who = f"student-{k:02}"
        people[who] = Person(who, f"First {k}", f"Last {k}")
        for lesson in sorted(lessons):
            names = [name for name, one in known.items() if one.lesson == lesson]
            tries = tuple(
                Try(name, states[(k + n) % 3], 0.0, 1.0, (), ("values",))
                for n, name in enumerate(names)
            )
            submissions.append(Submission(who, lesson, "saved", "", 3, tries=tries))
    return ClassData(dict.fromkeys(sorted(lessons), 30.0), people, submissions, [])
