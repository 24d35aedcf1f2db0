"""The style of the page: for a screen, for paper, and without colour."""

STYLE = """
:root{--ink:#1a1a1a;--soft:#595959;--line:#c9ced3;--blue:#005a8e}
*{box-sizing:border-box}
html{scroll-padding-top:5.2rem}
body{margin:0;color:var(--ink);background:#fff;
 font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main,header{max-width:62rem;margin:0 auto;padding:0 1.2rem}
h1{font-size:1.7rem;margin:1.4rem 0 .2rem}
h2{font-size:1.3rem;margin:2.6rem 0 .5rem;padding-top:.5rem;border-top:2px solid}
h3{font-size:1.05rem;margin:1.3rem 0 .3rem}
p{margin:.4rem 0;max-width:46rem}
a{color:var(--blue)}
nav{position:sticky;top:0;z-index:1;background:#fff;border-bottom:1px solid var(--line)}
nav div{max-width:62rem;margin:0 auto;padding:.25rem 1.2rem;display:flex;
 flex-wrap:wrap;gap:.1rem .9rem}
nav .letters{padding-top:0;gap:.1rem .2rem}
nav .letters a{padding:0 .35rem;border:1px solid var(--line);border-radius:3px;
 text-decoration:none}
.facts,figcaption,caption,.soft{color:var(--soft);font-size:.9rem}
.key{display:flex;flex-wrap:wrap;gap:.7rem;margin:1rem 0;padding:0;list-style:none}
.key li{border:1px solid var(--line);border-radius:4px;padding:.4rem .9rem}
.key b{display:block;font-size:1.35rem;line-height:1.2}
ol.again{padding-left:1.4rem}
ol.again>li{margin:0 0 1.1rem;padding-left:.3rem}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-size:.86rem;margin:.4rem 0}
caption{text-align:left;padding-bottom:.2rem}
th,td{text-align:left;vertical-align:top;padding:.2rem .75rem .2rem 0;
 border-bottom:1px solid var(--line)}
th{border-bottom:2px solid;white-space:nowrap}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
figure{margin:.8rem 0}
svg{width:100%;height:auto;max-width:58rem;display:block;
 font:12px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
svg .s{font-size:9px;fill:#595959}
pre{font:12.5px/1.4 ui-monospace,"DejaVu Sans Mono",monospace;background:#f6f7f8;
 padding:.6rem .8rem;overflow-x:auto;margin:.4rem 0}
code{font:.9em ui-monospace,"DejaVu Sans Mono",monospace}
summary{cursor:pointer;color:var(--blue)}
.case figure{display:inline-block;margin:.3rem 1.2rem .3rem 0;vertical-align:top}
.case table{font-size:.78rem}
.case td{border:1px solid #999;padding:.05rem .4rem;text-align:right;min-width:2.2em}
.case td.on{outline:2px solid #0072B2;outline-offset:-2px;font-weight:bold}
.case td.off{outline:2px dashed #D55E00;outline-offset:-2px;font-weight:bold}
.two{display:grid;grid-template-columns:1fr 1fr;gap:.8rem}
.two pre{max-height:26rem}
.letter{break-inside:avoid}
.names{columns:4 11rem}
.names ul{margin:0;padding:0;list-style:none}
.names h3:target{outline:2px solid var(--blue);outline-offset:2px}
.student{border-top:1px solid var(--line);padding:.2rem 0 .5rem;
 content-visibility:auto;contain-intrinsic-size:auto 12rem}
.student:target{border-left:5px solid var(--ink);padding-left:.8rem}
.back{font-size:.85rem}
.warn{border:2px solid;padding:.4rem .8rem}
@media print{nav,.back{display:none}body{font-size:10pt}a{color:inherit}
 .student{content-visibility:visible;break-inside:avoid}
 figure,tr,li{break-inside:avoid}h2,h3{break-after:avoid}
 details::details-content{content-visibility:visible;height:auto}
 pre{white-space:pre-wrap;border:1px solid #999}.two pre{max-height:none}}
"""
