"""The marks of a window never lie on a number, in Chromium."""

import pytest

from byhand import explore
from tests.explore import learners
from tools import jupyter

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not jupyter.chromium(), reason="chromium is missing"),
]
NUMBERS = {"input": "numbers", "kernel": "numbers"}
OPEN = {
    "right": lambda: explore.convolution(learners.conv2d, padding=1, **NUMBERS),
    "flipped": lambda: explore.convolution(learners.flipped, padding=1, **NUMBERS),
    "one-sided": lambda: explore.convolution(learners.one_sided, padding=1, **NUMBERS),
    "12x12": lambda: explore.convolution(height=12, width=12, **NUMBERS),
    "12x12 flipped": lambda: explore.convolution(
        learners.flipped, height=12, width=12, **NUMBERS
    ),
    "x_or_o": explore.x_or_o,
    "channels": explore.channels,
    "pooling": explore.pooling,
    "gradient_flow": lambda: explore.gradient_flow(height=4, width=4),
    "transposed_convolution": explore.transposed_convolution,
}
# every cell is pointed at; a digit's ink and a mark's frame or label may not overlap
COVERED = """root => {
    const pen = document.createElement('canvas').getContext('2d');
    const ink = cell => {
        const words = [...cell.querySelectorAll('*'), cell]
            .flatMap(each => [...each.childNodes])
            .find(each => each.nodeType === Node.TEXT_NODE);
        const range = document.createRange(), look = getComputedStyle(cell);
        range.selectNodeContents(words);
        const {left, right, top, bottom} = range.getBoundingClientRect();
        pen.font = [look.fontStyle, look.fontWeight, look.fontSize, look.fontFamily]
            .join(' ');
        const size = pen.measureText(words.data), zoom = cell.currentCSSZoom || 1;
        const above = size.fontBoundingBoxAscent - size.actualBoundingBoxAscent;
        const below = size.fontBoundingBoxDescent - size.actualBoundingBoxDescent;
        return {words: words.data, left, right,
            top: top + above * zoom, bottom: bottom - below * zoom};
    };
    const frame = mark => {
        const {left, right, top, bottom} = mark.getBoundingClientRect();
        const look = getComputedStyle(mark);
        const [t, r, b, l] = ['Top', 'Right', 'Bottom', 'Left']
            .map(side => parseFloat(look[`border${side}Width`]));
        return [{left, right, top, bottom: top + t}, {left, right, top: bottom - b,
            bottom}, {left, right: left + l, top, bottom},
            {left: right - r, right, top, bottom}];
    };
    const meet = (a, b) => ['left right', 'top bottom'].every(axis => {
        const [from, to] = axis.split(' ');
        return Math.min(a[to], b[to]) - Math.max(a[from], b[from]) > 0.5;
    });
    const numbers = [...root.querySelectorAll('.bx-stage td')]
        .filter(cell => cell.innerText.trim()).map(ink);
    const covered = new Set();
    let marks = 0;
    for (const cell of root.querySelectorAll('.h')) {
        cell.dispatchEvent(new PointerEvent('pointerover', {bubbles: true}));
        for (const mark of root.querySelectorAll('.bx-over .on i, .bx-over .on b')) {
            marks += 1;
            const box = mark.getBoundingClientRect();
            const parts = mark.tagName === 'B' ? [box] : frame(mark);
            for (const one of numbers)
                if (parts.some(part => meet(part, one)))
                    covered.add(`${mark.className} ${mark.innerText} on ${one.words}`);
        }
    }
    return [marks, [...covered]];
}"""


@pytest.fixture(scope="module")
def page():
    with jupyter.browser() as context:
        yield context.new_page()


@pytest.mark.parametrize("name", OPEN)
def test_no_mark_covers_a_number(page, name):
    page.set_content(OPEN[name]().static())
    marks, covered = page.locator(".byhand-x").evaluate(COVERED)
    assert marks > 20
    assert covered == []
