"""Look-alikes: evened out, grouped, and what is left out."""

import pytest

from autograder.classroom.class_list import Person
from autograder.report import alike
from autograder.report.class_results import ClassData, Submission, Try

STUB = 'def conv(x, w, b=0.0):\n    """Slide."""\n    # your lines here\n    pass'
LOOPS = '''def conv(x, w, b=0.0):
    """Slide."""
    n, k = len(x), len(w)
    y = np.zeros(n - k + 1)
    for i in range(n - k + 1):
        total = 0.0
        for p in range(k):
            total += w[p] * x[i + p]
        y[i] = total + b
    return y
'''
SLICES = """def conv(x, w, b=0.0):
    k = len(w)
    rows = [x[i : i + k] for i in range(len(x) - k + 1)]
    stacked = np.stack(rows, axis=0)
    weighted = stacked * np.asarray(w)[None, :]
    return np.sum(weighted, axis=1) + b
"""


def renamed(text):
    """Return the same code with other names, layout and comments."""
    text = text.replace("total", "acc").replace("y[", "out[").replace("y =", "out =")
    text = text.replace("return y", "return out").replace("n, k", "size, taps")
    text = text.replace("n - k", "size - taps").replace("range(k)", "range(taps)")
    text = text.replace('    """Slide."""\n', '    "Other words."\n    # mine\n')
    return (
        text.replace("(x, w, b=0.0)", "(a, c,\n         d=0.0)")
        .replace("w[p] * x[i + p]", "c[p] * a[i + p]")
        .replace("+ b", "+ d")
        .replace("len(x), len(w)", "len(a), len(c)")
    )


def made(answers, passed=()):
    """Return a class with an answer of each student."""
    submissions = [
        Submission(
            who,
            "02_convolution",
            "saved",
            answers={"conv": text},
            tries=(Try("conv", "passed" if who in passed else "failed", 0, 1),),
        )
        for who, text in answers.items()
    ]
    people = {who: Person(who) for who in answers}
    return ClassData({"02_convolution": 27.0}, people, submissions, [], {"conv": STUB})


def test_other_names_layout_and_comments_make_no_difference():
    assert renamed(LOOPS) != LOOPS
    assert alike.evened(renamed(LOOPS)) == alike.evened(LOOPS)


@pytest.mark.parametrize(
    ("old", "new"), [("0.0\n", "0.5\n"), ("+ 1)", "+ 2)"), ("np.zeros", "np.ones")]
)
def test_a_number_or_another_function_makes_a_difference(old, new):
    assert old in LOOPS
    assert alike.evened(LOOPS.replace(old, new)) != alike.evened(LOOPS)


def test_two_copies_are_found_and_a_third_way_is_not():
    data = made({"ada": LOOPS, "bob": renamed(LOOPS), "cyd": SLICES})
    (group,) = alike.groups(data)
    assert group.students == ("ada", "bob")
    assert group.likeness == 1
    assert not group.passed


def test_one_changed_line_is_still_near():
    changed = LOOPS.replace("y = np.zeros(n - k + 1)", "y = np.zeros(n - k + 1) + 0.0")
    (group,) = alike.groups(made({"ada": LOOPS, "bob": changed}))
    assert alike.NEAR <= group.likeness < 1


def test_a_short_answer_and_what_the_stub_gave_tell_nothing():
    short = "def conv(x, w, b=0.0):\n    return x[0] * w[0] + b"
    assert alike.groups(made({"ada": short, "bob": short})) == []
    data = made({"ada": LOOPS, "bob": LOOPS})
    data.stubs["conv"] = LOOPS
    assert alike.groups(data) == []


def test_the_published_answer_is_marked_and_no_evidence_of_a_pair():
    data = made({"ada": LOOPS, "bob": LOOPS})
    data.published["conv"] = renamed(LOOPS)
    found = alike.groups(data)
    assert [group.published for group in found] == [True]
    assert alike.pairs(found) == []


def test_what_a_good_part_of_the_class_wrote_is_common():
    many = {f"s{k}": LOOPS for k in range(alike.COMMON_COUNT + 1)}
    (group,) = alike.groups(made(many))
    assert group.common


def test_wrong_answers_that_agree_come_before_right_ones():
    answers = {"ada": LOOPS, "bob": LOOPS, "cyd": SLICES, "dan": SLICES}
    found = alike.groups(made(answers, passed=("ada", "bob")))
    assert [group.students[0] for group in found] == ["cyd", "ada"]


def test_the_short_cut_finds_the_pairs_that_trying_all_finds():
    texts = []
    for k in range(30):
        text = LOOPS if k % 2 else SLICES
        for j in range(k // 6):
            text = text.replace("    return", f"    z{j} = {k % 5}\n    return")
        texts.append(text)
    sets = list({alike.shingles(text) for text in texts})
    found = {(i, j) for i, j, _ in alike.near_pairs(sets)}
    every = {
        (i, j)
        for j in range(len(sets))
        for i in range(j)
        if len(sets[i] & sets[j]) >= alike.NEAR * len(sets[i] | sets[j])
    }
    assert every
    assert found == every


@pytest.mark.parametrize("text", ["def conv(:", "x = (" * 500, "\0", ""])
def test_what_is_no_python_is_left_out(text):
    assert alike.shingles(text) == frozenset()
