package browser

// checks is script that finds what is wrong with how a page looks and with the names
// of what can be used. It returns a list of complaints.
const checks = `(() => {
const bad = [];
const say = (what, e) => bad.push(what + ': <' + e.tagName + ' class="' + (e.getAttribute('class') || '') + '"> ' + (e.textContent || '').trim().slice(0, 60));
const seen = e => e.checkVisibility({ checkOpacity: false, checkVisibilityCSS: true }) && e.getClientRects().length > 0;

// What can be used has a name.
for (const e of document.querySelectorAll('button,input,select,a[href],summary,[tabindex],svg')) {
  if (!seen(e)) continue;
  const name = e.getAttribute('aria-label') || (e.labels && [...e.labels].map(l => l.textContent).join(' ')) || e.textContent;
  if (!name || !name.trim()) say('without a name', e);
}
for (const e of document.querySelectorAll('table')) if (!e.querySelector('thead th')) say('a table without heads', e);
const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
for (const id of new Set(ids.filter((v, i) => ids.indexOf(v) !== i))) bad.push('an id stands twice: ' + id);
if (!document.documentElement.lang) bad.push('no language');
if (document.querySelectorAll('h1').length !== 1) bad.push('not one h1');

// Text can be read: WCAG 2, 1.4.3.
const parse = c => { const m = c.match(/[\d.]+/g).map(Number); return { c: m.slice(0, 3), a: m.length > 3 ? m[3] : 1 }; };
const lum = c => { const [r, g, b] = c.map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
const contrast = (a, b) => { const [x, y] = [lum(a), lum(b)].sort((p, q) => q - p); return (x + .05) / (y + .05); };
const ground = e => { for (; e; e = e.parentElement) { const g = parse(getComputedStyle(e).backgroundColor); if (g.a === 1) return g.c; } return [255, 255, 255]; };
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let n; (n = walk.nextNode());) {
  const e = n.parentElement;
  if (!n.data.trim() || !seen(e) || e.closest('script,noscript,title')) continue;
  const style = getComputedStyle(e), svg = e.closest('svg');
  if (svg && e.closest('.iw,.ib')) continue; // on a state's colour: a test of Go's
  const ratio = contrast(parse(svg ? style.fill : style.color).c, ground(svg || e));
  if (ratio < 4.5) say('contrast ' + ratio.toFixed(1), e);
}

// Nothing is cut off: neither what is drawn, nor the page.
for (const svg of document.querySelectorAll('svg')) {
  if (!seen(svg)) continue;
  const box = svg.getBoundingClientRect();
  if (box.width < .78 * svg.viewBox.baseVal.width) say('texts become too small', svg);
  for (const t of svg.querySelectorAll('text')) {
    const r = t.getBoundingClientRect();
    if (r.width && (r.left < box.left - 1 || r.right > box.right + 1 || r.top < box.top - 2 || r.bottom > box.bottom + 2)) say('cut off', t);
  }
}
if (document.scrollingElement.scrollWidth > innerWidth) bad.push('the page is ' + document.scrollingElement.scrollWidth + ' wide in ' + innerWidth);
return bad;
})()`

// overlaps is script that finds texts of a drawing that stand on one another.
const overlaps = `(() => {
const bad = [];
for (const svg of document.querySelectorAll('svg')) {
  const texts = [...svg.querySelectorAll('text')].map(t => ({ t, r: t.getBoundingClientRect() })).filter(x => x.r.width).slice(0, 400);
  for (let i = 0; i < texts.length; i++) for (let k = i + 1; k < texts.length; k++) {
    const a = texts[i].r, b = texts[k].r;
    const w = Math.min(a.right, b.right) - Math.max(a.left, b.left), h = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (w > 3 && h > 6) bad.push('"' + texts[i].t.textContent + '" stands on "' + texts[k].t.textContent + '"');
  }
}
return bad;
})()`
