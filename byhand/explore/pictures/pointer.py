"""The script of the filters-and-maps explorer: what ``product`` draws, as one points.

It stands in one attribute, as in ``byhand.explore.script``; the other events are handed
on to it. Where a page refuses scripts, the cell that was chosen at the start stays.
"""

from byhand.explore.colours import CIVIDIS, INK_AND_PAPER, PUOR
from byhand.explore.script import attribute

_CODE = """
const root=this;
root.net=root.net||(()=>{
const d=JSON.parse(root.dataset.net),svg=root.querySelector('.bx-net');
const floats=s=>new Float32Array(Uint8Array.from(atob(s),c=>c.charCodeAt(0)).buffer);
for(const s of d.stages){s.y=floats(s.y);if(s.w)s.w=floats(s.w);s.bad=new Set(s.bad)}
const at=(s,r,c,f)=>s.y[(r*s.size[1]+c)*s.size[2]+f];
const number=(v,g=2)=>{const t=v.toFixed(g);
if(+t==0)return v!=0&&Math.abs(v)<10**-g/2?'≈0':'0';
return (g?t.replace(/\\.?0+$/,''):t).replace('-','−')};
const signed=v=>{const t=number(v,3);return t[0]=='−'?`(${t})`:t};
const esc=t=>t.replace(/[&<>"']/g,c=>`&#${c.charCodeAt(0)};`);
const range=n=>[...Array(n).keys()];
const tone=(v,low,high,scale)=>{
const q=Math.min(Math.max(high>low?(v-low)/(high-low):.5,0),1)*(scale.length-1);
const k=Math.min(Math.floor(q),scale.length-2);
return scale[k].map((a,n)=>Math.round(a+(scale[k+1][n]-a)*(q-k)))};
const puor=(v,top)=>tone(v,-top,top,PUOR);
const paint=(k,v)=>k==0?(d.tint=='ink'?INK[v>0?0:1]:tone(v,...d.span,CIVIDIS)):
puor(v,d.stages[k].top);
const css=rgb=>{const [a,b,e]=rgb.map(t=>t<=10.3?t/3294.6:((t/255+.055)/1.055)**2.4);
const ink=.2126*a+.7152*b+.0722*e>.179?'#000':'#fff';
return `background-color:rgb(${rgb});color:${ink}`};
const clip=([t,l,h,w],[H,W])=>{const a=Math.max(t,0),b=Math.max(l,0);
return [a,b,Math.min(t+h,H)-a,Math.min(l+w,W)-b]};
const feeds=([k,f,r,c])=>{const s=d.stages[k];
if(s.kind=='flat'){const [,W,F]=d.stages[s.from].size;
return [[s.from,r%F,Math.floor(r/F/W),Math.floor(r/F)%W,1,1]]}
if(!s.axes)return [];
const [[a,p,q,e],[b,u,v,g]]=s.axes,box=[r*p-q,c*u-v,(a-1)*e+1,(b-1)*g+1];
const planes=s.kind=='sum'?range(d.stages[s.from].size[2]):[f];
return planes.map(n=>[s.from,n,...box])};
const sight=place=>{const [k,,r,c]=place,s=d.stages[k];
if(s.kind=='flat')return sight(feeds(place)[0].slice(0,4));
if(!s.sees)return null;
const [[n,j,b],[m,i,e]]=s.sees;
return clip([b+r*j,e+c*i,n,m],d.stages[0].size)};
const on=([x,y,w,h],[H,W],[t,l,a,b])=>[x+l*w/W,y+t*h/H,b*w/W,a*h/H];
const frame=(box,kind)=>{const [x,y,w,h]=box.map(n=>n.toFixed(2));
const rect=`x="${x}" y="${y}" width="${w}" height="${h}"/>`;
return `<rect class="halo ${kind}" ${rect}<rect class="${kind}" ${rect}`};
const lit=place=>{const [k,f,r,c]=place,s=d.stages[k];
const target=on(s.boxes[f],s.size,[r,c,1,1]);let lines='',frames='';
for(const [from,plane,...box] of feeds(place)){const of=d.stages[from];
if(!of.boxes[plane])continue;
const part=on(of.boxes[plane],of.size,clip(box,of.size));
const [x,y,X,Y]=[part[0]+part[2],part[1]+part[3]/2,target[0],target[1]+target[3]/2].map(
n=>n.toFixed(2));
lines+=`<line x1="${x}" y1="${y}" x2="${X}" y2="${Y}"/>`;frames+=frame(part,'a')}
const field=sight(place),first=d.stages[0];
if(field&&s.from>0)for(const box of first.boxes)
frames+=frame(on(box,first.size,field),'f');
if(s.best.length&&s.sees)for(const n in d.thumbs){const p=s.best[f][n];
const where=sight([k,f,Math.floor(p/s.size[1]),p%s.size[1]]);
frames+=frame(on(d.thumbs[n],first.size,where),'t')}
return lines+frames+frame(s.boxes[f],'m')+frame(target,'c')};
const window_=([from,plane,t,l],s)=>{const of=d.stages[from],[[a,,,e],[b,,,g]]=s.axes;
return range(a).map(i=>range(b).map(j=>{const r=t+i*e,c=l+j*g;
return r<0||c<0||r>=of.size[0]||c>=of.size[1]?NaN:at(of,r,c,plane)}))};
const products=(place)=>{const s=d.stages[place[0]],[a,b,C,F]=s.taps,f=place[1];
return feeds(place).map(feed=>{const p=window_(feed,s);
const w=range(a).map(i=>range(b).map(j=>s.w[((i*b+j)*C+feed[1])*F+f]));
const both=p.map((row,i)=>row.map((v,j)=>(v||0)*w[i][j]));
return {plane:feed[1],p,w,both,total:both.flat().reduce((x,y)=>x+y,0)}})};
const title=([k,f,r,c])=>{const s=d.stages[k];
if(!k)return `Picture, row ${r}, column ${c}`;
const name=`Layer ${k-1}, ${esc(s.name)}`;
if(s.kind=='flat')return `${name}, number ${r}`;
if(s.size[0]*s.size[1]==1)return `${name}, unit ${f}`;
return `${name}, map ${f}, row ${r}, column ${c}`};
const sentence=place=>{const [k,f,r,c]=place,s=d.stages[k],v=at(s,r,c,f);
let said=`<b>${title(place)}</b> = `;
const value=`<b>${number(v,3)}</b>`;
const but=s.bad.has((r*s.size[1]+c)*s.size[2]+f)?`; but your layer gives ${value}`:'';
if(s.kind=='sum'){const all=products(place),sum=all.reduce((x,o)=>x+o.total,0);
said+='kernel times patch'+(all.length>1?`, summed over ${all.length} planes,`:',')+
` ${number(sum,3)} + bias ${signed(s.b[f])} = <b>${number(sum+s.b[f],3)}</b>${but}`}
else if(s.kind=='pick'&&s.how){const w=window_(feeds(place)[0],s).flat();
const there=w.filter(x=>x==x);
const [words,right]={max:['the largest of its window',Math.max(...there)],
mean:['the mean of its window',there.reduce((x,y)=>x+y,0)/there.length],
relu:[`the larger of ${number(w[0],3)} and 0`,Math.max(w[0],0)]}[s.how];
said+=`${words}, <b>${number(right,3)}</b>${but}`}
else if(s.kind=='flat'){const [from,n,i,j]=feeds(place)[0];
said+=`row ${i}, column ${j} of map ${n} of layer ${from-1}: ${value}`}
else said+=value;
const field=sight(place);
if(!k||!field)return said+'.';
const [t,l,h,w]=field;
return `${said}. It sees rows ${t} to ${t+h-1} and columns ${l} to ${l+w-1} of the `+
'picture.'};
const table=(name,values,colour,won)=>
`<div><span>${name}</span><table aria-label="${name}">`+
values.map(row=>'<tr>'+row.map(v=>v!=v?'<td class="pad">0</td>':
`<td${won==v?' class="won"':''} style="${css(colour(v))}">${number(v)}</td>`).join('')+
'</tr>').join('')+'</table></div>';
const mini=(values,colour)=>{const cells=values.map((row,i)=>row.map((v,j)=>
`<rect x="${j}" y="${i}" width="1" height="1" `+
`fill="rgb(${v!=v?[255,255,255]:colour(v)})"/>`).join('')).join('');
const size=`${values[0].length} ${values.length}`;
return `<svg viewBox="0 0 ${size}" aria-hidden="true">${cells}</svg>`};
const most=rows=>Math.max(1e-12,...rows.flat(2).map(Math.abs));
const tables=(place,chosen)=>{const s=d.stages[place[0]];
if(s.kind=='pick'){const w=window_(feeds(place)[0],s);
const won=s.how=='max'?Math.max(...w.flat().filter(x=>x==x)):NaN;
return `<div class="bx-tables">${table('window',w,v=>paint(s.from,v),won)}</div>`}
if(s.kind!='sum')return '';
const all=products(place),top=most(all.map(o=>o.w));
const order=[...all].sort((x,y)=>Math.abs(y.total)-Math.abs(x.total));
const one=all[chosen]||order[0],from=v=>paint(s.from,v);let minis='';
if(all.length>1)minis=order.slice(0,PLANES).sort((x,y)=>x.plane-y.plane).map(o=>
`<label><input type="radio" name="${root.dataset.name}-plane" value="${o.plane}" `+
`data-lm-suppress-shortcuts aria-describedby="${root.dataset.name}-sum" `+
`aria-label="plane ${o.plane}: ${number(o.total)}"${o==one?' checked':''}>`+
mini(o.p,from)+'<i>×</i>'+mini(o.w,v=>puor(v,top))+
`<span>${number(o.total)}</span></label>`).join('');
const group='class="bx-minis" role="radiogroup" aria-label="planes"';
if(minis)minis=`<div ${group}>${minis}</div>`;
const peak=most(one.both);
return `${minis}<div class="bx-tables">`+
table(all.length>1?`plane ${one.plane}`:'patch',one.p,from)+'<i>×</i>'+
table('kernel',one.w,v=>puor(v,top))+'<i>=</i>'+
table('products',one.both,v=>puor(v,peak))+`<i>sum</i><b>${number(one.total,3)}</b></div>`};
let held=d.place,shown=''+held,plane;
const last={};
const show=place=>{if(''+place==shown)return;
shown=''+place;plane=undefined;
root.querySelector('.bx-lit').innerHTML=lit(place);
root.querySelector('.bx-here').innerHTML=sentence(place);
root.querySelector('.bx-parts').innerHTML=tables(place)};
const keep=place=>{held=place;last[place[0]]=place;show(place);
const box=root.closest('.byhand-explorer');
if(box)box.dataset.held=JSON.stringify([d.place,place])};
const under=event=>{const g=event.target.closest('[data-stage]');
if(!g)return;
const box=svg.getBoundingClientRect(),scale=d.width/box.width,k=+g.dataset.stage;
const x=(event.clientX-box.left)*scale,y=(event.clientY-box.top)*scale,s=d.stages[k];
const f=s.boxes.findIndex(([a,b,w,h])=>x>=a&&y>=b&&x<a+w&&y<b+h);
if(f<0)return;
const [a,b,w,h]=s.boxes[f];
return [k,f,Math.floor((y-b)/h*s.size[0]),Math.floor((x-a)/w*s.size[1])]};
const step=(place,key)=>{let [k,f,r,c]=place;
const s=d.stages[k],[H,W]=s.size,n=s.boxes.length;
const by={ArrowUp:[-1,0],ArrowDown:[1,0],ArrowLeft:[0,-1],ArrowRight:[0,1]}[key];
if(!by)return [k,Math.min(Math.max(f+(key=='PageDown'?1:-1),0),n-1),r,c];
r+=by[0];c+=by[1];
if(r>=0&&r<H&&c>=0&&c<W)return [k,f,r,c];
const [x,y]=s.boxes[f],beyond=s.boxes.map(([a,b],m)=>[m,by[0]?(b-y)*by[0]:(a-x)*by[1],
by[0]?Math.abs(a-x):Math.abs(b-y)]).filter(([,e,o])=>e>1&&o<1).sort((p,q)=>p[1]-q[1]);
return beyond.length?[k,beyond[0][0],(r+H)%H,(c+W)%W]:place};
const keys=['ArrowUp','ArrowDown','ArrowLeft','ArrowRight','PageUp','PageDown'];
return event=>{
const kind=event.type;
if(kind=='load'){const box=root.closest('.byhand-explorer');
const [base,place]=JSON.parse(box&&box.dataset.held||'[0,0]');
const s=place&&d.stages[place[0]];
if(s&&''+base==''+d.place&&s.boxes[place[1]]&&place[2]<s.size[0]&&place[3]<s.size[1])
keep(place)}
else if(kind=='pointermove'){const place=under(event);
if(place)show(place);else if(!svg.contains(event.target))show(held)}
else if(kind=='pointerleave')show(held);
else if(kind=='change'){plane=+event.target.value;
root.querySelector('.bx-parts').innerHTML=tables(held,plane);
root.querySelector('.bx-minis :checked').focus()}
else if(kind=='click'){const place=under(event),n=event.target.dataset.picture;
if(place)keep(place);
const box=n===undefined?null:root.closest('.byhand-explorer');
const label=box&&[...box.querySelectorAll('label')].find(l=>l.textContent=='picture');
const field=label&&label.parentElement.querySelector('input');
if(field){field.value=n;field.dispatchEvent(new Event('input',{bubbles:true}));
field.dispatchEvent(new Event('change',{bubbles:true}))}}
else if(kind=='keydown'){const g=event.target.closest('[data-stage]');
const panel=root.querySelector('.bx-product');
if(event.key=='Escape'&&panel.contains(event.target)){
root.querySelector(`[data-stage="${held[0]}"]`).focus();event.preventDefault()}
if(!g)return;
const k=+g.dataset.stage,s=d.stages[k];
const from=held[0]==k?held:last[k]||[k,0,s.size[0]>>1,s.size[1]>>1];
if(event.key=='Enter'||event.key==' '){keep(from);panel.focus()}
else if(keys.includes(event.key))keep(held[0]==k?step(held,event.key):from);
else return;
event.preventDefault();event.stopPropagation()}}})();
root.net(event)
"""
_PASS_ON = "this.closest('.bx-network').onkeydown(event)"
_EVENTS = ("onpointermove", "onpointerleave", "onclick", "onchange")


def attributes() -> str:
    """Return the attributes of the element that holds drawing and product."""
    code = _CODE.replace("PLANES", "16")
    for name, scale in (("PUOR", PUOR), ("CIVIDIS", CIVIDIS), ("INK", INK_AND_PAPER)):
        code = code.replace(name, str([list(one) for one in scale]))
    return attribute("onkeydown", code) + "".join(
        attribute(event, _PASS_ON) for event in _EVENTS
    )


def restore() -> str:
    """Return what brings back the held cell when a control has drawn a new figure."""
    return (
        f"<style{attribute('onload', _PASS_ON)}>{{u}} .bx-net{{display:block}}</style>"
    )
