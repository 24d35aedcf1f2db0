"""The little JavaScript of a figure: attributes, so that nothing is loaded.

These show what belongs to a cell, let the arrow keys go where they point, walk the
window over the picture, and let the pointer choose a window of a photograph. Where a
page refuses scripts, the cell that is pinned at the start stays.
"""

import json
from collections.abc import Sequence
from typing import Any

from byhand.explore.figure import text

PLAY, PAUSE = "▶ Play", "❚❚ Pause"

# on the stage: show what belongs to the cell under the pointer, or to the one with the
# focus, or to the pinned one; an arrow key goes to the neighbour, which takes the pin
_SHOW = """
const stage=this;
stage.show=stage.show||(()=>{
const places=JSON.parse(stage.dataset.places);
let on=[...stage.querySelectorAll('.on')],over=null,now=null;
const show=()=>{
const focus=document.activeElement;
const held=stage.contains(focus)&&focus.matches('.q')?focus:
stage.querySelector('input.p:checked');
const n=over||held&&(held.dataset.n||held.value);
if(n==now)return;
now=n;
for(const one of on)one.classList.remove('on');
on=n==null?[]:[...stage.querySelectorAll('.s'+n)];
if(n!=null)for(const [shape,row,column] of places[n]){
const one=stage.querySelector('.o'+shape);
one.style.translate=`calc(var(--cw)*${column}) calc(var(--ch)*${row})`;on.push(one)}
const said=stage.querySelector('.bx-texts').children[n];
stage.querySelector('.bx-sums').innerHTML=said?`<p>${said.innerHTML}</p>`:'';
for(const one of on)one.classList.add('on')};
stage.addEventListener('focusin',show);
stage.addEventListener('focusout',()=>setTimeout(show));
return cell=>{
if(cell!==undefined)over=cell&&(cell.dataset.n||cell.querySelector('input').value);
show()}})();
if(event.type=='pointerover')return stage.show(event.target.closest('.h'));
if(event.type=='pointerleave')return stage.show(null);
stage.show();
if(event.type!='keydown')return;
const by={ArrowUp:[-1,0],ArrowDown:[1,0],ArrowLeft:[0,-1],ArrowRight:[0,1]}[event.key];
let cell=event.target.closest('td');
if(!by||!cell)return;
event.preventDefault();
const row=cell.parentElement.rowIndex+by[0],column=cell.cellIndex+by[1];
const next=cell.closest('table').rows[row]?.cells[column];
const to=next?.matches('.q')?next:next?.querySelector('input');
if(!to)return;
if(to==next){cell.tabIndex=-1;next.tabIndex=0}else to.checked=true;
to.focus();stage.show()
"""

# on the button: pin the next output every 0.7 s; a new figure ends it
_PLAY = f"""
const figure=this.closest('.byhand-x'),button=this;
const stop=()=>{{clearInterval(figure.walk);figure.walk=0;
button.textContent='{PLAY}'}};
if(figure.walk)return stop();
const next=()=>{{
const all=[...figure.querySelectorAll('input.p')];
if(!figure.isConnected||!all.length)return stop();
const to=all[(all.findIndex(one=>one.checked)+1)%all.length];
to.checked=true;to.dispatchEvent(new Event('change',{{bubbles:true}}))}};
button.textContent='{PAUSE}';figure.walk=setInterval(next,700);next()
"""

# on the stage: the pixel under the pointer chooses the window
_POINT = """
const at=event.target.closest('[data-side]');
if(!at)return;
const d=this.d=this.d||JSON.parse(this.dataset.point),box=at.getBoundingClientRect();
const rows=d.y.length,columns=d.y[0].length,kh=d.w.length,kw=d.w[0].length;
const place=(share,size,outputs,k)=>{const p=Math.floor(share*size);
const o=at.dataset.side=='y'?p:Math.round((p-d.d*(k-1)/2)/d.s);
return Math.min(Math.max(o,0),outputs-1)};
const r=place((event.clientY-box.top)/box.height,
at.dataset.side=='y'?rows:d.x.length,rows,kh);
const c=place((event.clientX-box.left)/box.width,
at.dataset.side=='y'?columns:d.x[0].length,columns,kw);
const say=(v,g)=>String(Math.round(v*10**g)/10**g+0).replace('-','−');
const put=(side,x,y)=>{const one=this.querySelector(`[data-side=${side}] rect`);
one.setAttribute('x',x);one.setAttribute('y',y)};
put('x',c*d.s,r*d.s);put('y',c,r);
const pixel=(i,j)=>d.x[r*d.s+i*d.d]?.[c*d.s+j*d.d]??0;
const table=key=>this.querySelector(`table[aria-label=${key}]`).rows;
const [v,p]=['v','p'].map(table),terms=[];
const paint=(cell,rgb)=>{cell.style.backgroundColor=`rgb(${rgb})`;
const [a,b,e]=rgb.map(t=>(t/255)**2.2);
cell.style.color=.2126*a+.7152*b+.0722*e>.179?'#000':'#fff'};
const mix=(a,b,t)=>a.map((one,n)=>Math.round(one+(b[n]-one)*t));
let most=1e-9;
for(let i=0;i<kh;i++)for(let j=0;j<kw;j++)
most=Math.max(most,Math.abs(pixel(i,j)*d.w[i][j]));
for(let i=0;i<kh;i++){v[i+1].cells[0].textContent=r*d.s+i*d.d-d.top;
for(let j=0;j<kw;j++){const a=pixel(i,j),w=d.w[i][j];
v[0].cells[j+1].textContent=c*d.s+j*d.d-d.left;
const one=v[i+1].cells[j+1],two=p[i+1].cells[j+1],t=a*w/most;
one.textContent=say(a,2);two.textContent=say(a*w,2);
const g=Math.round(255*Math.min(Math.max((a-d.low)/(d.high-d.low||1),0),1));
paint(one,[g,g,g]);
paint(two,mix([255,247,236],t<0?[179,88,6]:[84,39,136],Math.abs(t)));
const name=x=>x[0]=='−'?`(${x})`:x;
terms.push(name(say(a,3))+'·'+name(say(w,3)))}}
this.querySelector('.bx-here').innerHTML=`<b>y[${r},${c}]</b> = ${terms.join(' + ')}`+
(d.b?` + ${say(d.b,3)}`:'')+` = <b>${say(d.y[r][c],3)}</b>`
"""


def attribute(event: str, code: str) -> str:
    """Return an attribute that runs code on an event."""
    return f' {event}="{text(" ".join(code.split()))}"'


_OTHERS = ("onkeyup", "onpointerover", "onpointerleave", "onchange")


def stage(pointing: dict[str, Any] | None, places: Sequence[Any] = ()) -> str:
    """Return the attributes of the stage.

    ``pointing`` is what a photograph shows, ``places`` are (shape, row, column) of all
    that belongs to each link.
    """
    found = ""
    if places:
        found = attribute("onkeydown", _SHOW)
        found += "".join(attribute(one, "this.onkeydown(event)") for one in _OTHERS)
        found += f' data-places="{json.dumps(places, separators=(",", ":"))}"'
    if pointing is not None:
        data = text(json.dumps(pointing, separators=(",", ":")))
        found += attribute("onpointermove", _POINT) + f' data-point="{data}"'
    return found


def play() -> str:
    """Return the button that walks through the outputs."""
    return (
        '<button type="button" class="bx-play" data-lm-suppress-shortcuts'
        f"{attribute('onclick', _PLAY)}>{PLAY}</button>"
    )
