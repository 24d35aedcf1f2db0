"""The look of every explorer: scoped CSS that follows JupyterLab's theme.

Colours of text and paper come from JupyterLab's variables, on a static page from the
book theme's, and otherwise fall back to black on white. Cells carry their own paper
and ink, so they read the same in a dark theme. Every state has an outline, a hatching
or a word beside its colour.
"""

from byhand.explore.colours import BLUE, GREEN, ORANGE, VERMILLION

_DIFFERS = '<i class="diff">≠</i> value differs'
LEGENDS = {
    "values": f'<p class="bx-legend">{_DIFFERS}</p>',
    "wiring": (
        '<p class="bx-legend"><i class="lit"><b>×w</b></i> read'
        '<i class="extra"><b>×w</b></i> read, but should not be'
        '<i class="missing"><b>×w</b></i> should be read, but is not'
        f"{_DIFFERS}</p>"
    ),
}

_LARGEST = 17  # rows and columns of a table
CELL, LOW = 32, 26  # height of a cell in pixels, and in a table of many
MANY = 9  # rows or columns, above which cells are low
ZOOMS = (0.92, 0.84, 0.77, 0.7, 0.65)
LEGIBLE = 0.7  # the smallest zoom for a low window
TAG = 11  # of it, at the bottom, for the weight that meets a lit cell

_INK = "var(--jp-content-font-color1,var(--pst-color-text-base,#111))"
_SOFT = "var(--jp-content-font-color2,var(--pst-color-text-muted,#555))"
_PAPER = "var(--jp-layout-color1,var(--pst-color-background,#fff))"
_PAPER2 = "var(--jp-layout-color2,var(--pst-color-surface,#eee))"
_LINE = "var(--jp-border-color1,var(--pst-color-border,#999))"

_HATCH = f"repeating-linear-gradient(45deg,{VERMILLION}4d 0 2px,transparent 2px 7px)"

_COMMON = f"""
{{u}}{{color:{_INK};background:{_PAPER};
font:13px/1.45 var(--jp-content-font-family,sans-serif);max-width:100%;
padding-right:5px}}
{{u}} *{{box-sizing:border-box}}
{{u}} p{{margin:.25em 0;max-width:62em}}
{{u}} .bx-row{{display:flex;flex-wrap:wrap;gap:6px 20px;align-items:flex-start;
margin:.3em 0}}
{{u}}{{container-type:inline-size}}
{{u}} .bx-stage{{position:relative;overflow-x:auto;overflow-y:hidden}}
{{u}} .bx-layer{{position:absolute;left:0;right:0;top:0;pointer-events:none}}
{{u}} .bx-layer .bx-title,{{u}} .bx-layer .bx-note,{{u}} .bx-layer .bx-says,
{{u}} .bx-layer p,{{u}} .bx-layer table{{visibility:hidden}}
{{u}} .bx-block{{position:relative;padding:2px}}
{{u}} .bx-title{{font-weight:600;margin:0 0 2px;white-space:nowrap}}
{{u}} .bx-note,{{u}} .bx-hint,{{u}} .bx-legend{{color:{_SOFT};font-size:12px}}
{{u}} .bx-grid{{position:relative;contain:size layout}}
{{u}} table{{border-collapse:collapse;border-spacing:0;margin:0;table-layout:fixed;
width:auto;border:0;font-size:13px;display:table;color:inherit}}
{{u}} tr{{background:none!important;border:0}}
{{u}} th{{width:18px;height:14px;padding:0;border:0;font-size:10px;
font-weight:400;color:{_SOFT};text-align:center;vertical-align:middle;
background:none;line-height:1;min-width:18px;max-width:none}}
{{u}} td{{width:var(--cw);min-width:var(--cw);max-width:none;height:var(--ch);padding:0;
border:1px solid {_LINE};text-align:center;vertical-align:middle;
white-space:nowrap;line-height:1.2;font-variant-numeric:tabular-nums}}
{{u}} td.pad{{background:{_PAPER2};color:{_SOFT};border-style:dotted;
font-style:italic}}
{{u}} td.diff,{{u}} .bx-legend .diff{{background:{_HATCH},#fff;color:#000;
outline:2px dashed {VERMILLION};outline-offset:-3px;font-weight:700;position:relative}}
{{u}} td.diff::after{{content:"≠";position:absolute;right:1px;top:-1px;
font-size:10px;color:#7a3300}}
{{u}} label{{display:flex;width:100%;height:100%;align-items:center;
justify-content:center;margin:0;cursor:pointer;font:inherit;color:inherit}}
{{u}} .bx-dense td{{font-size:11px}}
{{u}} .bx-tagged{{--tag:{TAG}px}}
{{u}} .bx-dense .bx-tagged{{--tag:9px}}
{{u}} .bx-tagged td{{padding-bottom:var(--tag)}}
{{u}} .bx-tagged td.m{{padding-bottom:0}}
{{u}} input[type=radio]{{position:static;width:1px;height:1px;flex:none;
margin:0 -1px 0 0;padding:0;border:0;border-radius:0;appearance:none;background:none;
box-shadow:none;opacity:1;cursor:pointer;color:inherit}}
{{u}} label.h{{display:block;height:calc(var(--ch) - 1px);
line-height:calc(var(--ch) - 1px - var(--tag,0px))}}
{{u}} label.h input[type=radio]{{display:block;position:static!important;
width:100%!important;height:100%!important;margin:0 0 calc(1px - var(--ch))}}
{{u}} input:checked,{{u}} input:focus{{position:absolute!important;left:0;top:0;
width:100%!important;height:100%!important}}
{{u}} td.h{{cursor:pointer}}
{{u}} td.q:focus{{outline:3px solid {ORANGE};outline-offset:-3px}}
{{u}} td.h:hover,{{u}} label:hover{{outline:2px solid {ORANGE};outline-offset:-2px}}
{{u}} input.p:checked{{outline:3px double currentColor;outline-offset:-4px}}
{{u}} input[type=radio]:focus-visible{{outline:3px solid {ORANGE};outline-offset:-3px}}
{{u}} .bx-over{{position:absolute;left:18px;top:14px;right:0;bottom:0}}
{{u}} .bx-over .all{{left:0;top:0;right:1px;bottom:1px;width:auto;height:auto}}
{{u}} .bx-over i{{position:absolute;width:var(--cw);height:var(--ch)}}
{{u}} .bx-over .s{{position:absolute;left:0;top:0;right:0;bottom:0}}
{{u}} i{{font-style:normal;font-size:10px;line-height:1}}
{{u}} .lit{{border:3px solid {BLUE}}}
{{u}} .win{{border:3px solid {GREEN};outline:2px solid #fff;outline-offset:-5px}}
{{u}} .extra{{border:3px double {VERMILLION};
background:{_HATCH} bottom/100% {TAG}px no-repeat}}
{{u}} .missing{{border:2px dotted {VERMILLION};z-index:1}}
{{u}} .missing.both{{border-width:0 0 2px 2px}}
{{u}} .bx-over b{{position:absolute;right:-1px;bottom:-1px;padding:0 2px;font:9px/9px
var(--jp-content-font-family,sans-serif);background:{BLUE};color:#fff;
white-space:nowrap}}
{{u}} i b{{font-weight:400}}
{{u}} .extra b{{background:{VERMILLION};color:#fff}}
{{u}} .missing b{{background:#fff;color:#7a3300;border:1px dotted {VERMILLION};
line-height:8px;padding:0 1px}}
{{u}} .bx-over .missing b{{right:auto;left:-1px}}
{{u}} .bx-over .win b{{background:{GREEN}}}
{{u}} .bx-legend i{{display:inline-block;padding:3px 5px;margin:0 4px 0 14px}}
{{u}} .bx-legend i:first-child{{margin-left:0}}
{{u}} .s,{{u}} .bx-texts{{display:none}}
{{u}} .on{{display:block}}
{{u}} .bx-task{{font-weight:600}}
{{u}} .bx-sums{{min-height:3.2em;border-left:4px solid {BLUE};padding:2px 0 2px 8px;
margin:.35em 0}}
{{u}} .bx-sums p{{font-variant-numeric:tabular-nums}}
{{u}} .bx-alert{{border:2px dashed {VERMILLION};border-left:8px solid {VERMILLION};
padding:2px 10px;background:{_PAPER};max-width:74em}}
{{u}} .bx-foot{{display:flex;gap:12px;align-items:flex-start}}
{{u}} .bx-foot .bx-sums{{flex:1;min-width:0}}
{{u}} .bx-alert p{{max-width:none}}
{{u}} .bx-play{{flex:none;margin:.35em 0;padding:2px 10px;cursor:pointer;
font:inherit;font-size:12px;color:{_INK};background:{_PAPER2};
border:1px solid {_LINE};border-radius:3px;min-width:7em}}
{{u}} .bx-play:focus-visible{{outline:3px solid {ORANGE}}}
{{u}} [data-side]{{cursor:crosshair}}
{{u}} details{{margin:.3em 0}}
{{u}} summary{{cursor:pointer;color:{_SOFT}}}
{{u}} pre{{background:{_PAPER2};color:{_INK};padding:8px;margin:4px 0;
overflow-x:auto;font-size:12px}}
{{u}} .bx-canvas{{position:relative}}
{{u}} .bx-canvas svg{{position:absolute;left:0;top:0}}
{{u}} .bx-unit{{position:absolute;width:26px;height:22px;margin:-11px 0 0 -13px;
border:1px solid {_LINE};border-radius:5px;color:#000;font-size:10px;
text-align:center;display:flex;align-items:center;justify-content:center;--ch:21px}}
{{u}} .bx-image{{position:relative}}
{{u}} .bx-image img{{outline:1px solid {_LINE};
image-rendering:pixelated;display:block;max-width:none;margin:0}}
{{u}} .bx-image svg{{position:absolute;left:0;top:0}}
{{u}} .bx-image rect{{fill:none;stroke:{VERMILLION};stroke-width:4;
vector-effect:non-scaling-stroke}}
{{u}} table.bx-plain th{{width:auto;height:auto;font-size:12px;padding:2px 8px}}
{{u}} table.bx-plain td{{width:auto;min-width:0;height:24px;padding:2px 8px;
background:none;color:inherit}}
{{u}} .bx-curve text{{font-size:11px;fill:{_INK}}}
"""


def common(uid: str) -> str:
    """Return the rules that all figures share, for the figure with this id."""
    places = "".join(
        f"#{uid} .r{n}{{top:calc(var(--ch)*{n})}}"
        f"#{uid} .c{n}{{left:calc(var(--cw)*{n})}}"
        for n in range(_LARGEST)
    )
    return _COMMON.replace("{u}", f"#{uid}").replace("\n", "") + places
