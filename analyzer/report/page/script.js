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
  const view = at.closest('.views');
  if (view) view.querySelector(at.closest('.scale') ? '.vs' : '.vf').checked = true;
  at.scrollIntoView({ block: 'center' });
  if (at.hasAttribute('tabindex')) at.focus();
};
addEventListener('hashchange', unfold);
unfold();

const holder = document.getElementById('records');
if (!holder) return;
const data = JSON.parse(holder.textContent), NS = 'http://www.w3.org/2000/svg';
for (const e of all('.tools[hidden]')) e.hidden = false;

// Durations as finwait words them: three digits, the half to even.
const fixed = (v, d) => { const k = 10 ** d, x = v * k; return x % 1 === .5 && Math.floor(x) % 2 === 0 ? (Math.floor(x) / k).toFixed(d) : v.toFixed(d); };
const digits = v => fixed(v, v < 9.995 ? 2 : v < 99.95 ? 1 : 0);
const pad = n => String(n).padStart(2, '0');
const words = ns => {
  if (ns === 0) return '0 s';
  if (ns < 1e3) return ns + ' ns';
  if (ns < 999500) return digits(ns / 1e3) + ' µs';
  if (ns < 999500e3) return digits(ns / 1e6) + ' ms';
  if (ns < 999500e6) return digits(ns / 1e9) + ' s';
  const s = Math.round(ns / 1e9), m = Math.round(ns / 6e10), h = Math.round(ns / 36e11);
  if (ns < 6e12) return Math.floor(s / 60) + 'm ' + pad(s % 60) + 's';
  if (ns < 36e13) return Math.floor(m / 60) + 'h ' + pad(m % 60) + 'm';
  return Math.floor(h / 24) + 'd ' + pad(h % 24) + 'h';
};
const bounded = (ns, bound) => (bound === 1 ? "> " : bound === 2 ? '≤ ' : '') + words(ns);
const svg = (name, attrs, text) => { const e = document.createElementNS(NS, name); for (const k in attrs) e.setAttribute(k, attrs[k]); if (text !== undefined) e.textContent = text; return e; };
const rect = (to, cls, x, y, w, h, title) => { const r = svg('rect', { class: cls, x, y, width: w, height: h }); r.append(svg('title', {}, title)); to.append(r); };
const steps = (most, n, whole) => {
  let step = 10 ** Math.floor(Math.log10(most / n));
  step *= [1, 2, 5, 10].find(k => step * k >= most / n * (1 - 1e-9));
  if (whole) step = Math.max(step, 1);
  const list = [];
  for (let i = 0; i * step <= most * (1 + 1e-9); i++) list.push(i * step);
  return list;
};
const left = 56, right = 736;

// Stacks of states, drawn again when something is chosen.
for (const figure of all('.areas')) {
  const chart = data.charts[figure.dataset.chart], drawing = figure.querySelector('svg'), choice = figure.querySelector('select');
  const boxes = all('[data-state]', figure);
  const n = chart.moments, x = i => left + (right - left) * i / Math.max(n - 1, 1);
  const draw = () => {
    const on = new Set(boxes.filter(b => b.checked).map(b => +b.dataset.state));
    for (const e of all('.side', drawing)) {
      const side = +e.dataset.side, base = +e.dataset.base;
      const series = chart.groups[choice ? choice.value : 0].series.filter(s => s.side === side && on.has(s.state));
      const total = new Array(n).fill(0);
      for (const s of series) s.counts.forEach((c, i) => { total[i] += c; });
      const most = Math.max(1, ...total), y = v => base - 130 * v / most;
      e.replaceChildren();
      for (const v of steps(most, 4, true)) {
        e.append(svg('path', { class: 'grid', d: `M${left} ${y(v)}L${right} ${y(v)}` }));
        e.append(svg('text', { class: 'e n m', x: left - 6, y: y(v) + 4 }, v.toLocaleString('en')));
      }
      const below = new Array(n).fill(0);
      for (const s of series) {
        const top = s.counts.map((c, i) => `${x(i).toFixed(1)} ${y(below[i] + c).toFixed(1)}`), bottom = below.map((v, i) => `${x(i).toFixed(1)} ${y(v).toFixed(1)}`);
        const p = svg('path', { class: 's' + s.state, d: 'M' + top.join('L') + 'L' + bottom.reverse().join('L') + 'Z' });
        p.append(svg('title', {}, data.states[s.state] + ', at most ' + Math.max(...s.counts).toLocaleString('en')));
        e.append(p);
        s.counts.forEach((c, i) => { below[i] += c; });
      }
    }
  };
  for (const b of boxes) { b.disabled = false; b.onchange = draw; }
  if (choice) choice.onchange = draw;
}

// Connections: columns of numbers in base 64, five bits a digit, the lowest first.
const table = document.getElementById('table');
if (!table) return;
const value = new Uint8Array(128);
[...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].forEach((c, i) => { value[c.charCodeAt(0)] = i; });
const column = (name, n) => {
  const out = n === undefined ? [] : new Float64Array(n);
  let v = 0, by = 1, k = 0;
  for (const text = data.cols[name], i = { at: 0 }; i.at < text.length; i.at++) {
    const d = value[text.charCodeAt(i.at)];
    v += (d & 31) * by;
    if (d < 32) { out[k++] = v; v = 0; by = 1; } else by *= 32;
  }
  return out;
};
const col = {};
for (const name in data.cols) if (name !== 'times') col[name] = column(name, data.n);
const spans = column('times'), from = new Float64Array(data.n + 1);
for (let i = 0; i < data.n; i++) from[i + 1] = from[i] + col.times_n[i];
const orNull = v => v === 0 ? null : (v - 1) * data.unit;
const fields = {
  file: i => data.files[col.file[i]], stream: i => col.stream[i],
  'client.ip': i => data.clients[col.client[i]], 'client.port': i => col.port[i],
  'server.ip': i => data.servers[col.server[i]].replace(/:\d+$/, '').replace(/^\[|\]$/g, ''), 'server.port': i => +data.servers[col.server[i]].match(/\d+$/)[0],
  client: i => { const ip = data.clients[col.client[i]]; return (ip.includes(':') ? '[' + ip + ']' : ip) + ':' + col.port[i]; },
  server: i => data.servers[col.server[i]],
  close: i => data.closes[col.close[i]], first_closer: i => data.closers[col.closer[i]] || null,
  half_closed_s: i => { const v = orNull(col.half[i]); return v === null ? null : v / 1e9; },
  teardown_s: i => { const v = orNull(col.teardown[i]); return v === null ? null : v / 1e9; },
  rules: i => data.rules[col.rules[i]], flags: i => data.flags[col.flags[i]],
};

// filter makes a function of a row's number: of an expression as --where takes it, or
// of words that a row holds.
const filter = text => {
  text = text.trim();
  if (!/[=<>]|\b(in|contains|startsWith|endsWith)\b/.test(text)) {
    const want = text.toLowerCase().split(/\s+/);
    const shown = ['file', 'client', 'server', 'close', 'first_closer', 'rules', 'flags'];
    return i => { const row = shown.map(f => fields[f](i)).join(' ').toLowerCase(); return want.every(w => row.includes(w)); };
  }
  const tokens = text.replace(/any\(\s*findings\s*,\s*\.rule\s*==\s*("[^"]*"|'[^']*')\s*\)/g, '$1 in rules').match(/"[^"]*"|'[^']*'|[=!<>]=|&&|\|\||[<>()!]|[^\s=!<>&|()]+|./g).filter(t => t.trim());
  let at = 0;
  const operand = () => {
    const t = tokens[at++];
    if (t === undefined) throw Error('something is missing at the end');
    if (/^["']/.test(t)) return () => t.slice(1, -1);
    if (t === 'null' || t === 'nil') return () => null;
    if (t !== '' && !isNaN(t)) return () => +t;
    if (Object.hasOwn(fields, t)) return fields[t];
    throw Error('the table has no ' + t);
  };
  const less = (a, b) => a !== null && b !== null && a < b;
  const operators = {
    '==': (a, b) => a === b, '!=': (a, b) => a !== b, '<': less, '>': (a, b) => less(b, a),
    '<=': (a, b) => less(a, b) || a !== null && a === b, '>=': (a, b) => less(b, a) || a !== null && a === b,
    contains: (a, b) => String(a).includes(b), startsWith: (a, b) => String(a).startsWith(b), endsWith: (a, b) => String(a).endsWith(b),
    in: (a, b) => String(b).split(' ').includes(String(a)),
  };
  const single = () => {
    if (tokens[at] === '!' || tokens[at] === 'not') { at++; const f = single(); return i => !f(i); }
    if (tokens[at] === '(') {
      at++;
      const f = either();
      if (tokens[at++] !== ')') throw Error('a bracket is missing');
      return f;
    }
    const a = operand(), name = tokens[at++], op = Object.hasOwn(operators, name) && operators[name];
    if (!op) throw Error('a comparison is missing');
    const b = operand();
    return i => op(a(i), b(i));
  };
  const both = () => { let f = single(); while (tokens[at] === '&&' || tokens[at] === 'and') { at++; const a = f, b = single(); f = i => a(i) && b(i); } return f; };
  const either = () => { let f = both(); while (tokens[at] === '||' || tokens[at] === 'or') { at++; const a = f, b = both(); f = i => a(i) || b(i); } return f; };
  const f = either();
  if (at < tokens.length) throw Error('not understood: ' + tokens[at]);
  return f;
};

// bar draws the states of both ends of a row: the client's above.
const bar = i => {
  const way = data.ways[col.way[i]];
  if (!way) return null;
  let sum = 0;
  const times = [...spans.slice(from[i], from[i + 1])].map(t => sum += t * data.unit);
  const span = Math.max(1, ...way.flat().map(s => times[s[2]]));
  const x = t => left + (right - left) * t / span;
  const g = svg('svg', { class: 'chart', viewBox: '0 0 760 98', width: 760, height: 98, role: 'group', 'aria-label': 'states of both ends over time' });
  ['client', 'server'].forEach((side, k, both) => {
    const y = k * 44 + 6;
    g.append(svg('text', { class: 'e', x: left - 8, y: y + 15 }, side));
    for (const [state, a, b, bound] of way[k]) {
      const text = data.states[state] + ' ' + bounded(times[b] - times[a], bound), w = Math.max(x(times[b]) - x(times[a]), 1.5);
      rect(g, 's' + state, x(times[a]), y, w, 22, side + ' ' + text);
      const label = [text, data.states[state]].find(t => t.length * 6.6 <= w - 8);
      if (label) g.append(svg('text', { class: data.inks[state], x: x(times[a]) + 5, y: y + 15 }, label));
      const wait = data.waits[state] && data.waits[state].replace('%', side).replace('%', both[1 - k]);
      if (wait && wait.length * 6.6 <= w) g.append(svg('text', { class: 'c m', x: (x(times[a]) + x(times[b])) / 2, y: 43 }, wait + (k ? ' ↑' : ' ↓')));
    }
  });
  g.append(svg('path', { class: 'axis', d: `M${left} 76L${right} 76` }));
  for (const v of steps(span / 1e9, 6)) {
    const end = x(v * 1e9) > right - 20;
    g.append(svg('text', { class: (end ? 'e' : 'c') + ' n m', x: end ? right : x(v * 1e9), y: 92 }, v ? words(Math.round(v * 1e9)) : '0'));
  }
  return g;
};

const body = table.tBodies[0], search = document.getElementById('filter'), status = document.getElementById('count');
const size = 50, heads = all('th[data-key]', table);
let order = [...from.keys()].slice(0, data.n), first = 0, key = '', down = false;
const cells = heads.map(h => h.dataset.key);
const row = i => {
  const tr = make('tr');
  for (const k of cells) {
    const td = make('td');
    if (k === 'stream') {
      td.className = 'num';
      const b = make('button', fields.stream(i));
      b.type = 'button';
      b.setAttribute('aria-expanded', 'false');
      b.setAttribute('aria-label', 'stream ' + fields.stream(i) + ', its states');
      b.onclick = () => {
        const open = b.getAttribute('aria-expanded') === 'true';
        b.setAttribute('aria-expanded', String(!open));
        if (open) { tr.nextSibling.remove(); return; }
        const more = make('tr', undefined, 'more'), cell = make('td'), p = make('p'), scroll = make('div', undefined, 'scroll');
        cell.colSpan = cells.length;
        p.append('Begins ' + words(col.at[i] * data.unit) + ' after the first connection. Flags ', make('code', fields.flags(i)), '. In Wireshark ', make('code', 'tcp.stream eq ' + fields.stream(i)));
        scroll.append(bar(i) || make('p', 'Its states are left out for want of room.'));
        cell.append(scroll, p);
        more.append(cell);
        tr.after(more);
      };
      td.append(b);
    } else if (k === 'half_closed_s' || k === 'teardown_s') {
      const v = orNull(col[k === 'half_closed_s' ? 'half' : 'teardown'][i]);
      td.className = 'num';
      td.textContent = v === null ? '' : bounded(v, k === 'half_closed_s' ? col.bound[i] : 0);
    } else td.append(make('bdi', fields[k](i) ?? ''));
    tr.append(td);
  }
  return tr;
};
const show = () => {
  first = Math.max(0, Math.min(first, order.length - 1));
  body.replaceChildren(...order.slice(first, first + size).map(row));
  const en = n => n.toLocaleString('en');
  status.textContent = order.length ? `${en(first + 1)} to ${en(Math.min(first + size, order.length))} of ${en(order.length)}${order.length < data.n ? ', of ' + en(data.n) + ' in all' : ''}` : 'none of ' + en(data.n);
  document.getElementById('earlier').disabled = first === 0;
  document.getElementById('later').disabled = first + size >= order.length;
};
const arrange = () => {
  try {
    const keep = search.value.trim() ? filter(search.value) : () => true;
    order = [];
    for (let i = 0; i < data.n; i++) if (keep(i)) order.push(i);
  } catch (e) {
    status.textContent = e.message;
    return;
  }
  if (key) {
    const of = order.map(fields[key]), sorted = [...of.keys()];
    sorted.sort((a, b) => { // null last, either way
      const x = of[a], y = of[b];
      if (x === null || y === null || x === y) return (x === null) - (y === null) || a - b;
      return (x < y) === down ? 1 : -1;
    });
    order = sorted.map(i => order[i]);
  }
  first = 0;
  show();
};
for (const h of heads) {
  const b = make('button', h.textContent);
  b.type = 'button';
  h.replaceChildren(b);
  b.onclick = () => {
    down = key === h.dataset.key && !down;
    key = h.dataset.key;
    for (const o of heads) o.removeAttribute('aria-sort');
    h.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    arrange();
  };
}
let timer;
search.oninput = () => { clearTimeout(timer); timer = setTimeout(arrange, 120); };
document.getElementById('earlier').onclick = () => { first -= size; show(); };
document.getElementById('later').onclick = () => { first += size; show(); };
show();
})();
