'use strict';
(() => {
const all = (q, of) => [...(of || document).querySelectorAll(q)];
const make = (name, text, cls) => { const e = document.createElement(name); if (text !== undefined) e.textContent = text; if (cls) e.className = cls; return e; };

// What can be copied gets a button.
for (const code of all('.copy code')) {
  const b = make('button', 'Copy');
  b.type = 'button';
  b.setAttribute('aria-label', 'Copy ' + code.textContent);
  b.onclick = async () => {
    try { await navigator.clipboard.writeText(code.textContent); b.textContent = 'Copied'; }
    catch { getSelection().selectAllChildren(code); b.textContent = document.execCommand('copy') ? 'Copied' : 'Selected'; }
  };
  code.after(b);
}

// One segment of a ladder is in the order of Tab; arrows lead to the others.
const detail = document.getElementById('detail');
const tell = g => { detail.hidden = !g; detail.textContent = g ? g.querySelector('title').textContent : ''; };
for (const svg of all('svg.ladder')) {
  const rows = all('.r[tabindex]', svg);
  svg.addEventListener('keydown', e => {
    const i = rows.indexOf(e.target), step = { ArrowDown: 1, ArrowUp: -1, Home: -rows.length, End: rows.length }[e.key];
    if (i < 0 || !step) return;
    e.preventDefault();
    const to = rows[Math.max(0, Math.min(rows.length - 1, i + step))];
    e.target.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  });
  for (const on of ['focusin', 'mouseover']) svg.addEventListener(on, e => tell(e.target.closest('.r')));
  for (const on of ['focusout', 'mouseleave']) svg.addEventListener(on, () => tell());
}

// A link to a frame opens what it lies in.
const unfold = () => {
  const at = location.hash && document.getElementById(location.hash.slice(1));
  if (!at) return;
  for (let d = at.closest('details'); d; d = d.parentElement.closest('details')) d.open = true;
  at.scrollIntoView({ block: 'center' });
  if (at.hasAttribute('tabindex')) at.focus();
};
addEventListener('hashchange', unfold);
unfold();
})();
