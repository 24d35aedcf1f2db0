"""The page of feedback: what stands first, what it never shows, and its words."""

import json
import re
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from autograder.feedback.student_page import Marks, page
from autograder.gradebook.rows import GradeRow
from autograder.pages.formulas import mathml
from autograder.pages.markup import clean, markdown
from byhand.checks import checking, reporting
from tests.engine import little

RELEASED = {
    cell["id"]: cell["source"] for cell in little.notebook(solved=False)["cells"]
}
MOST = {cell: most for cell, _, _, most in little.CELLS if most}
WRITTEN = "Why does the window stop early?\n\nYour answer: so that $x_i$ fits."
REL = 'rel="noopener noreferrer nofollow"'


def row(cell, auto, manual=None, penalty=0.0):
    waits = auto is None and manual is None
    return GradeRow(
        *("key", little.NAME, "ada", cell, MOST[cell], cell == "why"),
        *(auto, manual, None, waits, penalty),
    )


def marks(penalty=0.0, comments=(), **points):
    """Return Marks with all points; keywords give other ones, or a pair with mine."""
    grades = {}
    for cell, most in MOST.items():
        found = points.get(cell, None if cell == "why" else most)
        auto, manual = found if isinstance(found, tuple) else (found, None)
        grades[cell] = row(cell, auto, manual, penalty)
    return Marks(grades, dict(comments))


def soup_of(tree, given):
    text = page("ada", little.NAME, json.dumps(tree), RELEASED, given)
    return BeautifulSoup(text, "html.parser")


def shown(html):
    return {
        "output_type": "display_data",
        "metadata": {},
        "data": {"text/html": html, "text/plain": "text"},
    }


def solved(**answers):
    return little.notebook(hidden=True, answers={"why": WRITTEN, **answers})


@pytest.fixture(scope="module")
def weak():
    """Return the page of one who failed two exercises and left one alone."""
    return soup_of(*weak_work())


def weak_work():
    """Return (notebook, marks) of one who is told of a mistake by its name."""
    relu = reporting.page(checking.judge("relu", lambda x: x))
    tree = solved(slide="def slide(x, w):\n    return x", double=RELEASED["double"])
    little.find(tree, "test_slide")["outputs"] = [shown(relu), shown(relu)]
    error = {"output_type": "error", "ename": "AssertionError", "evalue": "no"}
    little.find(tree, "test_stops")["outputs"] = [error | {"traceback": ["line 1: no"]}]
    return tree, marks(test_slide=1.0, test_stops=0.0, test_double=0.0)


def heads(soup):
    return [heading.get_text(strip=True) for heading in soup.find_all("h2")]


def test_the_page_begins_with_what_to_correct(weak):
    assert heads(weak)[:2] == ["Correct these first", "Not begun yet"]
    first = weak.find_all(class_="first")
    assert [re.sub(r"\s+", " ", f.h3.get_text()) for f in first] == [
        "slide 2 points to gain",
        "stops 1 point to gain",
    ]
    assert "line 1: no" in first[1].get_text()
    assert "assert stops == (4, 2)" in first[1].get_text()
    for link in weak.find_all("a", href=re.compile("^#")):
        assert weak.find(id=link["href"][1:]).name == "details"


def test_the_report_stands_there_once_with_its_case_and_hints(weak):
    first = weak.find(class_="first")
    assert len(first.find_all(class_="byhand-report")) == 1
    folded = [details.summary.string for details in first.find_all("details")]
    assert {f"Hint {k} of 3" for k in (1, 2, 3)} <= set(folded)
    assert len(first.find_all("table")) == 4
    assert not weak.find(id="slide").find(class_="byhand-report")
    assert "<tbody" not in weak.get_text()


def test_what_waits_for_a_mark_is_said_and_is_no_0():
    soup = soup_of(solved(), marks())
    text = soup.get_text(" ", strip=True)
    assert "10 of 12 points, and 2 points wait for a mark" in text
    assert soup.find(id="why").find(class_="state").string == "waits for a mark"
    assert "0.0" not in text
    assert soup.find(id="why").math.get_text() == "xi"


def test_a_mark_and_a_comment_arrive_as_text():
    comments = {"why": "Good <b>so</b>", "slide": "Nice."}
    soup = soup_of(solved(), marks(penalty=2.0, why=(None, 1.5), comments=comments))
    assert soup.find(class_="sum").b.string == "9.5"
    assert "2 points taken off for being late" in soup.get_text()
    said = [c.get_text() for c in soup.find_all(class_="comment")]
    assert said == ["Nice.", "Good <b>so</b>"]


def test_the_page_of_who_did_well_is_short():
    soup = soup_of(solved(), marks(why=(None, 2.0)))
    assert heads(soup) == ["All answers"]
    assert soup.find(class_="well")
    folded = [p["id"] for p in soup.find_all("details", class_="passed", open=False)]
    assert folded == ["double", "slide", "scale", "slope", "clear", "stops"]


def test_a_wrong_prediction_with_its_point_is_not_called_right():
    tree = solved(stops="stops = (1, 2)")
    told = reporting.page(checking.judge("equal_pixels", 3))
    little.find(tree, "test_stops")["outputs"] = [shown(told)]
    tree = json.loads(json.dumps(tree).replace("stops", "equal_pixels"))
    given = marks()
    row = given.grades.pop("test_stops")
    given.grades["test_equal_pixels"] = replace(row, lesson="01_x_or_o")
    soup = soup_of(tree, given)
    assert heads(soup)[0] == "Predictions that came out otherwise"
    assert "3 isn't it" in soup.find(class_="wondered").get_text()
    assert soup.find(id="equal_pixels").find(class_="state").string != "right"
    assert not soup.find(class_="well")


def test_no_hidden_test_is_on_the_page():
    tree = solved(double="def double(x):\n    return x")
    assert "hidden-word-82" in little.find(tree, "test_double")["source"]
    text = str(soup_of(tree, marks(test_double=0.0)))
    assert "assert double(3) == 6" in text
    assert "hidden-word-82" not in text and "HIDDEN TESTS" not in text


def test_a_cell_of_one_s_own_and_a_picture_stand_where_they_were():
    tree = solved()
    picture = {"image/png": "iVBORw0KGgo=", "text/plain": "a < b"}
    output = {"output_type": "display_data", "data": picture, "metadata": {}}
    tree["cells"].insert(6, little.code("plot(1)") | {"outputs": [output]})
    soup = soup_of(tree, marks())
    part = soup.find(id="double")
    assert "plot(1)" in part.get_text()
    assert (part.img["alt"], part.figcaption.string) == ("a < b", "a < b")


def test_the_page_needs_no_network_and_says_its_language(weak):
    assert weak.html["lang"] == "en"
    assert not weak.find_all(["script", "link", "iframe", "object"])
    assert "default-src 'none'" in str(weak.find("meta", attrs={"http-equiv": True}))
    assert "url(" not in weak.style.string


# --- markup ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "made"),
    [
        ("a < b & **c**", "<p>a &lt; b &amp; <strong>c</strong></p>"),
        ("x<y and y>z", "<p>x&lt;y and y&gt;z</p>"),
        ("<b>no</b>", "<p>&lt;b&gt;no&lt;/b&gt;</p>"),
        ("![seen](https://a.org/x.png)", "<p>seen</p>"),
        ("[a](javascript:x)", f"<p><a {REL}>a</a></p>"),
        ("`$5` and $5", "<p><code>$5</code> and $5</p>"),
    ],
)
def test_what_is_typed_in_a_text_stays_text(typed, made):
    assert markdown(typed).strip() == made


@pytest.mark.parametrize(
    ("foreign", "made"),
    [
        ("<p>a", "<p>a</p>"),
        ("</div></div>a", "a"),
        ("<script>x</script>a<style>b{}</style>", "a"),
        ("<b onclick=x class='on modal'>1", '<b class="on">1</b>'),
        ("<td class='on'>no table", "no table"),
        ("<a href='https://a.org/?\"x'>a</a>", None),
        ("<a href=' javascript:x'>a</a>", f"<a {REL}>a</a>"),
        ("<svg><script>x</script></svg><math>2</math>", "2"),
        ("<details open><summary>a</summary>b", None),
    ],
)
def test_foreign_markup_is_written_anew(foreign, made):
    found = clean(foreign)
    assert clean(found) == found
    if made is not None:
        assert found == made
    assert "javascript" not in found and "<svg" not in found


def test_all_formulas_of_the_lessons_are_drawn(root):
    found = []
    for path in root.glob("notebooks/*/*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                found.append(markdown("".join(cell["source"])))
    assert sum(text.count("<math") for text in found) > 200
    assert not [text for text in found if 'class="tex"' in text]
    seen = " ".join(BeautifulSoup(text, "html.parser").get_text() for text in found)
    assert not re.findall(r"\\(?:dots|frac|sum|le|cdot)\b", seen)


@pytest.mark.parametrize(
    "tex", [r"\frac{a", r"\nosuch", "a}", "x__y", "{" * 99, "&<b>"]
)
def test_a_formula_that_cannot_be_read_stays_readable(tex):
    soup = BeautifulSoup(mathml(tex), "html.parser")
    assert soup.code.get_text() == tex
    assert len(soup.find_all(True)) == 1


def test_a_matrix_has_rows_and_cells():
    soup = BeautifulSoup(
        mathml(r"\begin{pmatrix} 1 & x_2 \\ 3 & \end{pmatrix}"), "html.parser"
    )
    rows = [[cell.get_text() for cell in row] for row in soup.find_all("mtr")]
    assert rows == [["1", "x2"], ["3", ""]]
    assert "<code" in mathml(r"\begin{pmatrix} 1 \end{matrix}")
    assert "<code" in mathml(r"\begin{align} 1 \end{align}")


def test_a_formula_is_mathml():
    assert mathml(r"\frac{1}{x^2} \le \text{so <b>}") == (
        "<math><mrow><mfrac><mrow><mn>1</mn></mrow><mrow><msup><mi>x</mi><mn>2</mn>"
        '</msup></mrow></mfrac><mo stretchy="false">≤</mo>'
        "<mtext>so\N{NO-BREAK SPACE}&lt;b&gt;</mtext></mrow></math>"
    )
