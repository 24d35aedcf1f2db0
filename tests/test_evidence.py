"""Evidence on mistakes without a name: real reports on real wrong functions."""

import json
import time

import numpy as np
import pytest

from byhand import exercises
from byhand.checks import checking, material, reporting
from byhand.checks.desk import Desk, seated
from byhand.evidence import line, place, reads
from tests.strangers import lesson


def both(value):
    return value if isinstance(value, tuple) else (value, value)


def said(name, function, word):
    """Return the sentence of a report that begins with a word."""
    verdict = checking.judge(name, function)
    assert verdict.state == "failed"
    assert verdict.evidence == word, verdict.lines
    assert word in reporting.text(verdict)
    return dict(verdict.lines)[word]


# Wiring ---------------------------------------------------------------------------


def plain(change=lambda x, w: (x, w), after=lambda y, b: y + b):
    """Return conv2d_plain with its arguments or its result changed."""

    def conv2d_plain(x, w, b=0.0):
        x, w = change(x, w)
        (h, k), (p, q) = x.shape, w.shape
        rows = [
            [np.sum(w * x[i : i + p, j : j + q]) for j in range(k - q + 1)]
            for i in range(h - p + 1)
        ]
        return after(np.array(rows), b)

    return conv2d_plain


PLAIN = {
    "the window starts one place late": (
        plain(change=lambda x, w: (np.pad(x[:, 1:], ((0, 0), (0, 1))), w)),
        "your y[0, 0] reads x[:, 1:3]; Keras's reads all of x",
    ),
    "weights moved round": (
        plain(change=lambda x, w: (x, np.roll(w, 1, axis=1))),
        "in your y[0, 0], x[0, 0] meets w[0, 2]; in Keras's it meets w[0, 0]",
    ),
    "weights twice": (
        plain(change=lambda x, w: (x, 2 * w)),
        "in your y[0, 0], x[0, 0] times w[0, 0] counts 2 times what it should",
    ),
    "a square too many": (
        plain(change=lambda x, w: (x**2, w)),
        "twice the x doesn't give twice your y, as in Keras",
    ),
    "half of the bias": (
        plain(after=lambda y, b: y + b / 2),
        "every product is right; with x all 0 your y[0, 0] is",
    ),
    "the last row is missing": (
        plain(after=lambda y, b: y[:-1] + b),
        "y[0, 0] is missing in yours; Keras's reads all of x",
    ),
    "the whole result twice": (
        plain(after=lambda y, b: 2 * (y + b)),
        "every number of your y is 2 times Keras's",
    ),
    "a long row": (
        plain(after=lambda y, b: (y + b).ravel()),
        "your numbers are right and in the right order; only the shape isn't",
    ),
}


@pytest.mark.parametrize("what", PLAIN)
def test_the_wiring_of_a_convolution_is_said_with_indices(what):
    function, sentence = PLAIN[what]
    assert said("conv2d_plain", function, "wiring").startswith(sentence)


def test_gradients_are_wired_part_by_part():
    def dense_backward(dy, x, w):
        return dy @ w.T, x.T @ dy, dy[0]

    sentence = said("dense_backward", dense_backward, "wiring")
    assert sentence == "your db[0] reads dy[0, 0]; Keras's reads dy[:, 0]"

    def conv1d_backward(dy, x, w, *, stride=1):
        dx, dw = np.zeros(len(x)), np.zeros(len(w))
        for i, s in enumerate(range(0, len(dy) * stride, stride)):
            dx[s : s + len(w)] += dy[i] * w
            dw += dy[i] * x[s : s + len(w)] * (i > 0)
        return dx, dw, float(dy.sum())

    sentence = said("conv1d_backward", conv1d_backward, "wiring")
    assert sentence.startswith("your dw[0] reads dy[1]; Keras's reads all of dy")


def test_a_maximum_is_read_by_moving_one_input_at_a_time():
    def max_pool2d(x, size, *, stride=None, padding="valid"):
        (kh, kw), (sh, sw) = both(size), both(stride or size)
        n, h, k, c = x.shape
        y = np.zeros((n, (h - kh) // sh + 1, (k - kw) // sw + 1, c))
        for i in range(y.shape[1]):
            for j in range(y.shape[2]):
                window = x[:, i * sh : i * sh + kh, j * sw : j * sw + kw - 1]
                y[:, i, j] = window.max(axis=(1, 2))
        return y

    sentence = said("max_pool2d", max_pool2d, "wiring")
    assert (
        "reads x[0, 0:2, 0, 0]; Keras's reads x[0, 0:2, 0:2, 0] (6 of 6 places"
        in sentence
    )


def test_a_mean_over_the_wrong_count_is_said_in_terms_of_the_sizes():
    def global_avg_pool2d_backward(dy, x):
        return np.ones_like(x) * dy[:, None, None, :] / x.size

    sentence = said("global_avg_pool2d_backward", global_avg_pool2d_backward, "wiring")
    assert sentence.startswith("every number of your dx is 1 / dy.size of Keras's")


def test_axes_in_another_order_are_said():
    def conv2d_filters(x, w, *, stride=1, padding=0, dilation=1):
        settings = {"stride": stride, "padding": padding, "dilation": dilation}
        y = lesson.conv2d_batch(x[None], w, np.zeros(w.shape[-1]), **settings)[0]
        return y.transpose(1, 2, 0)

    verdict = checking.judge("conv2d_filters", conv2d_filters)
    told = dict(verdict.lines)
    assert verdict.misconception or "transpose(2, 0, 1) is Keras's" in told["wiring"]


def test_where_no_layer_of_keras_is_meant_the_sentence_has_none():
    def match_score(patch, feature):
        return float(np.sum(patch * feature) / patch.shape[0] ** 2)

    sentence = said("match_score", match_score, "wiring")
    assert "Keras" not in sentence or exercises.get("match_score").layer


@pytest.mark.parametrize(
    "name", [*reads.CONVOLUTIONS, *reads.POOLS, *reads.GRADIENTS, "relu_backward"]
)
def test_the_wires_give_the_numbers_of_keras(name):
    """Each part of each linear exercise has wires that are believed somewhere."""
    from byhand.checks import window

    exercise = exercises.get(name)
    cases = material.visible(name)
    expected = material.expected(material.OWN, name, None)
    for number, part in enumerate(exercise.parts):
        believed = 0
        for case, right in zip(cases, expected, strict=True):
            right = right[number] if len(exercise.parts) > 1 else right
            at = window.bind(exercise, case)
            wires = reads.wired(name, part, at, np.shape(right))
            if wires is None or (name in reads.PICKS and part == "y"):
                continue
            told = wires.matrix @ np.ravel(at[wires.moved])
            bias = at.get("b", 0.0) if part == "y" else 0.0
            told = told + np.broadcast_to(bias, np.shape(right)).ravel()
            believed += np.allclose(told, np.ravel(right))
        linear = name not in reads.PICKS or part != "y"
        assert believed == len(cases) or not linear, (part, believed)


def test_a_first_report_with_its_wiring_comes_within_a_tenth_of_a_second():
    function, _ = PLAIN["weights moved round"]
    checking.judge("conv2d_plain", function)
    started = time.process_time()
    checking.judge("conv2d_plain", function)
    assert time.process_time() - started < 0.1


# Places ---------------------------------------------------------------------------


def test_a_window_that_ends_too_early_is_said_with_both_shapes():
    def conv1d(x, w, b=0.0, *, stride=1):
        k = len(w)
        y = np.zeros((len(x) - k) // stride + 1)
        for i in range(len(y)):
            window = x[i * stride : k]
            y[i] = b + np.sum(w * window)
        return y

    where = "at y[1] (i = 1): w has shape (3,), window = x[1:3] has shape (2,)"
    assert said("conv1d", conv1d, "place") == where


def test_an_index_past_the_end_is_said_with_its_numbers():
    def true_conv1d(x, w):
        k = len(w)
        y = np.zeros(len(x) - k + 1)
        for i in range(len(y)):
            for p in range(k):
                y[i] += w[k - p] * x[i + p]
        return y

    where = "at y[0] (i = 0, p = 0): w[k - p] is w[2], w has shape (2,)"
    assert said("true_conv1d", true_conv1d, "place").startswith(where)


def test_none_from_a_function_without_return_is_traced_to_its_call():
    def with_zeros(x, p):
        np.pad(x, p)

    def conv2d(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
        padded = with_zeros(x, padding)
        return padded[0] * w + b

    sentence = said("conv2d", conv2d, "place")
    assert sentence.startswith("padded is None: with_zeros(...) in line ")
    assert sentence.endswith("returned nothing")


def test_a_pair_where_a_number_belongs_is_said():
    def pad2d(x, padding=1):
        out = np.zeros((x.shape[0] + 2 * padding, x.shape[1] + 2 * padding))
        out[padding : padding + x.shape[0], padding : padding + x.shape[1]] = x
        return out

    sentence = said("pad2d", pad2d, "place")
    assert "padding is a pair, (" in sentence
    assert "padding[0] is for rows, padding[1] for columns" in sentence


def test_the_axes_of_a_tensordot_are_said_as_shapes():
    def conv3d(x, w, b, *, stride=1, padding=0, dilation=1):
        block = x[:, : w.shape[0], : w.shape[1], : w.shape[2]]
        return np.tensordot(block, w, axes=3) + b

    sentence = said("conv3d", conv3d, "place")
    assert sentence.startswith("block = x[:, :2, :3, :2] has shape (")
    assert ", 2, 3, 2, 1), w has shape (2, 3, 2, 1, " in sentence


def test_the_axes_that_a_matrix_product_pairs_are_said():
    def pointwise(x, w, b):
        return w.T @ x + b

    where = "w.T has shape (3, 2), x has shape (1, 1, 1, 2)"
    pairs = "@ pairs the left's last axis, of 2, with the right's last but one, of 1"
    assert said("pointwise", pointwise, "place") == f"{where}; {pairs}"


def test_a_float_where_a_whole_number_belongs_is_traced_to_its_division():
    def conv1d(x, w, b=0.0, *, stride=1):
        stops = (len(x) - len(w)) / stride + 1
        return np.array([x[i * stride] for i in range(stops)])

    sentence = said("conv1d", conv1d, "place")
    assert sentence.startswith("stops is 1, a float: line ")
    assert sentence.endswith("divides with /; // gives whole numbers")


def test_a_misspelled_name_is_said_with_the_one_that_is_near():
    def output_size(n, k, *, stride=1, padding=0, dilation=1):
        return (n + 2 * pading - dilation * (k - 1) - 1) // stride + 1  # noqa: F821

    sentence = said("output_size", output_size, "place")
    assert sentence == "pading isn't defined; padding is"


def test_a_place_never_runs_what_the_learner_wrote():
    runs = []

    class Loud:
        def __mul__(self, other):
            runs.append(other)
            raise ValueError("operands could not be broadcast together")

    def conv1d(x, w, b=0.0, *, stride=1):
        return Loud() * x

    checking.judge("conv1d", conv1d)
    assert len(runs) == len(material.visible("conv1d"))


# Lines ----------------------------------------------------------------------------


def searched(name, function):
    """Return what the search for a line adds to a report."""
    return line.found(checking.judge(name, function), function)


def test_the_line_comes_first_and_the_change_last():
    def output_size(n, k, *, stride=1, padding=0, dilation=1):
        span = dilation * (k - 1)
        return n + 2 * padding - span - 1 // stride + 1

    more = searched("output_size", output_size)
    (where, code), (_, sentence) = more.lines
    assert where == "line"
    assert code.endswith(": return n + 2 * padding - span - 1 // stride + 1")
    assert sentence.startswith("one small change in this line makes all ")
    assert "//" not in "".join(more.hints[:1])
    assert more.hints[0] == "Look at the brackets: what belongs together here?"
    assert "`(n + 2 * padding - span - 1) // stride`" in more.hints[2]
    assert more.evidence == "line"


def test_a_missing_return_is_found_though_it_counts_as_not_written():
    def share_equal(a, b):
        share = float(np.mean(a == b))
        share = share + 0.0

    more = searched("share_equal", share_equal)
    assert more.hints[0] == "Look at what the function returns, and when."
    assert "`return share`" in more.hints[2]


def test_a_line_that_stands_too_deep_is_found():
    def im2col(x, kh, kw, *, stride=1, padding=0, dilation=1):
        x, rows, columns = lesson.prepare(x, kh, kw, stride, padding, dilation)
        out = []
        for n in range(len(x)):
            for r in rows:
                for c in columns:
                    out.append(x[n][np.ix_(r, c)].ravel())
                    return np.array(out)

    more = searched("im2col", im2col)
    assert more.lines[0][1].endswith(": return np.array(out)")
    assert more.hints[0].startswith("Look at where the line stands")


def test_an_infinity_without_its_sign_is_found():
    def max_pool2d(x, size, *, stride=None, padding="valid"):
        k = both(size)
        s = k if stride is None else both(stride)
        pads = [(0, 0)] * 4
        if padding == "same":
            for axis in (0, 1):
                n = x.shape[axis + 1]
                total = max((-(-n // s[axis]) - 1) * s[axis] + k[axis] - n, 0)
                pads[axis + 1] = (total // 2, total - total // 2)
        padded = np.pad(x, pads, constant_values=np.inf)
        view = np.lib.stride_tricks.sliding_window_view(padded, k, axis=(1, 2))
        return view[:, :: s[0], :: s[1]].max(axis=(-2, -1))

    more = searched("max_pool2d", max_pool2d)
    assert more.hints[0] == "Look at the signs in this line."
    assert "`-np.inf`" in more.hints[2]


def test_a_default_that_is_not_the_asked_one_is_found():
    def same_padding(n, k, *, stride=2, dilation=1):
        size = -(-n // stride)
        total = max((size - 1) * stride + dilation * (k - 1) + 1 - n, 0)
        return total // 2, total - total // 2

    more = searched("same_padding", same_padding)
    assert more.lines[0][1].endswith("def same_padding(n, k, *, stride=2, dilation=1):")
    assert "when a call leaves this one out" in more.hints[0]
    assert "`1`" in more.hints[2]


def test_the_same_change_for_rows_and_columns_counts_as_one():
    def average_kernel(size, channels):
        kh, kw = both(size)
        w = np.zeros((kh + 1, kw + 1, channels, channels))
        for c in range(channels):
            w[:, :, c, c] = 1 / (kh * kw)
        return w

    more = searched("average_kernel", average_kernel)
    assert "np.zeros((kh + 1, kw + 1" in more.lines[0][1]
    assert "`kh`" in more.hints[2]
    assert "`kw`" in more.hints[2]


def brackets(n, k, *, stride=1, padding=0, dilation=1):
    return n + 2 * padding - dilation * (k - 1) - 1 // stride + 1


def test_the_line_is_shown_after_the_report(capsys):
    space = {"check": checking.check, "output_size": brackets}
    exec('check("output_size", points=1)', space)
    shown = capsys.readouterr().out
    assert shown.index("not recognised") < shown.index("  line    ")
    assert shown.count("of 1 point") == 1


def test_the_command_line_gives_the_line_and_its_hints(tmp_path, capsys):
    from byhand import __main__

    code = "def output_size(n, k, *, stride=1, padding=0, dilation=1):\n"
    code += "    return n + 2 * padding - dilation * (k - 1) - 1 // stride + 1\n"
    (tmp_path / "mine.py").write_text(code)
    __main__.main(["check", str(tmp_path / "mine.py"), "--visible", "--json"])
    (one,) = json.loads(capsys.readouterr().out)
    assert one["evidence"] == "line"
    assert one["lines"][-2][1].startswith("2: return n + 2 * padding")
    assert one["hints"][0] == "Look at the brackets: what belongs together here?"


def test_no_line_is_looked_for_while_a_verdict_is_taken(monkeypatch, capsys):
    def fail(*args):
        raise AssertionError("searched")

    monkeypatch.setattr(line, "found", fail)
    space = {"check": checking.check, "output_size": brackets}
    reports = []
    with seated(Desk(report=reports.append)):
        exec('check("output_size", points=1)', space)
    assert len(reports) == 1
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    exec('check("output_size", points=1)', space)
    assert "not recognised" in capsys.readouterr().out


def test_no_line_is_given_where_finding_it_is_the_exercise():
    def conv2d_dw(dy, x, kh, kw, *, stride=1):
        return np.zeros((kh, kw, x.shape[-1], dy.shape[-1] + 1))

    assert searched("conv2d_dw", conv2d_dw) is None


def test_code_that_reaches_outside_is_never_changed_and_run():
    def output_size(n, k, *, stride=1, padding=0, dilation=1):
        if n < 0:
            open("/nowhere")
        return n + 2 * padding - dilation * (k - 1) - 1 // stride + 1

    assert searched("output_size", output_size) is None


def test_the_search_keeps_to_its_budget():
    def conv2d(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
        (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
        xp = np.pad(x, ((ph, pw), (ph, pw)))
        y = np.zeros((3, 3))
        for i in range(3):
            for j in range(3):
                y[i, j] = np.sum(w) * xp[i * sw, j * sh] * dh + dw + b
        return y

    cases = material.visible("conv2d")
    expected = material.expected(material.OWN, "conv2d", None)
    exercise = exercises.get("conv2d")
    started = time.process_time()
    assert line.search(exercise, conv2d, cases, expected) == []
    assert time.process_time() - started < line.SECONDS + 0.5
    assert line.search(exercise, conv2d, cases, expected, calls=30) == []


def test_a_long_place_ends_after_a_whole_part():
    parts = [f"x{k} has shape (2, 3, 4, {k})" for k in range(9)]
    said = place._shortened(", ".join(parts))
    assert len(said) <= place.MOST
    assert said == ", ".join(parts[: said.count("has")])
