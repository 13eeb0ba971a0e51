// @ts-check
/** The register as a grid: arrows walk, Space chooses, Shift widens the choice, Enter opens. */

import { button, clear, h, icon } from '../dom.js';
import { store } from '../store.js';
import { t } from '../words.js';
import { SEVERITIES, statusOf, STATUSES } from './filters.js';
import { marks, severity } from './marks.js';
import { placeName } from './places.js';

const PAGE = 150;
/** @type {{id: string, sort?: (risk: any) => string | number}[]} */
const COLUMNS = [
  { id: 'severity', sort: (risk) => SEVERITIES.indexOf(risk.severity) * 10 + SEVERITIES.indexOf(risk.worst) },
  { id: 'title', sort: (risk) => risk.title.toLowerCase() },
  { id: 'element', sort: (risk) => placeName(risk.element).toLowerCase() },
  { id: 'categories', sort: (risk) => [...risk.stride, ...risk.linddun].join() },
  { id: 'status', sort: (risk) => STATUSES.indexOf(statusOf(risk)) },
  { id: 'owner', sort: (risk) => risk.decision?.due ?? risk.decision?.until ?? risk.decision?.owner ?? '~' },
];

/**
 * @param {{selected: Set<string>, open: (id: string, part?: string) => void, changed: () => void}} options
 * @returns {any} a node with `update(risks, empty)`, `mark(id)`, `all()`, `focus(id)`, `redraw()`
 */
export function register({ selected, open, changed }) {
  /** @type {any[]} */
  let risks = [];
  /** @type {() => any} */
  let none = () => null;
  let order = { id: '', down: false };
  let shown = PAGE;
  let anchor = '';
  /** @type {string | null} */
  let marked = null;
  const every = h('input', { type: 'checkbox', 'aria-label': t('risks.bulk.all'), onchange: () => { if (every.checked) node.all(); else { selected.clear(); draw(); changed(); } } });
  const heads = COLUMNS.map((column) => h('th', { scope: 'col', role: 'columnheader', class: `risk-col-${column.id}`, 'data-id': column.id }, h('button', { type: 'button', onclick: () => sort(column.id) }, t(`risks.column.${column.id}`), icon('sort', 12))));
  const body = h('tbody', null);
  const more = h('div', { class: 'risk-more' });
  const node = h('div', { class: 'risk-register' }, h('table', { class: 'table risk-table', role: 'grid', 'aria-label': t('risks.tab.register'), 'aria-multiselectable': 'true' },
    h('thead', null, h('tr', { role: 'row' }, h('th', { scope: 'col', role: 'columnheader', class: 'risk-col-check' }, every), heads)), body), more);

  function sort(/** @type {string} */ id) {
    order = { id, down: order.id === id && !order.down };
    draw();
  }
  const sorted = () => {
    const column = COLUMNS.find((item) => item.id === order.id);
    if (!column?.sort) return risks;
    const list = risks.map((risk) => ({ risk, by: /** @type {any} */ (column.sort)(risk) })).sort((a, b) => (a.by < b.by ? -1 : a.by > b.by ? 1 : 0)).map((item) => item.risk);
    return order.down ? list.reverse() : list;
  };
  function draw() {
    const kept = focusedId();
    for (const head of heads) head.setAttribute('aria-sort', head.dataset.id === order.id ? (order.down ? 'descending' : 'ascending') : 'none');
    const list = sorted();
    clear(body).append(...list.slice(0, shown).map(line));
    if (!list.length) body.append(h('tr', { role: 'row' }, h('td', { role: 'gridcell', colspan: COLUMNS.length + 1 }, none())));
    const first = /** @type {HTMLElement | null} */ (body.querySelector('tr[data-key]'));
    if (first && !body.querySelector('tr[tabindex="0"]')) first.tabIndex = 0;
    every.checked = risks.length > 0 && risks.every((risk) => selected.has(risk.id));
    every.indeterminate = !every.checked && risks.some((risk) => selected.has(risk.id));
    clear(more).append(list.length > shown ? button(t('risks.more', { n: list.length - shown }), () => { shown += 4 * PAGE; draw(); }) : '');
    if (kept) focus(kept);
  }
  /** @param {any} risk */
  function line(risk) {
    const chosen = selected.has(risk.id);
    const box = h('input', { type: 'checkbox', tabindex: -1, checked: chosen, 'aria-label': t('risks.bulk.choose', { title: risk.title }), onclick: (/** @type {MouseEvent} */ event) => { event.stopPropagation(); pick(risk.id, event.shiftKey); } });
    return h('tr', { role: 'row', 'data-key': risk.id, tabindex: risk.id === marked ? 0 : -1, 'aria-selected': String(chosen), class: risk.id === marked ? 'risk-line-current' : null,
      onclick: () => open(risk.id), onkeydown: (/** @type {KeyboardEvent} */ event) => press(event, risk.id) },
    h('td', { role: 'gridcell', class: 'risk-col-check' }, box), h('td', { role: 'gridcell' }, severity(risk)), h('td', { role: 'gridcell', class: 'risk-col-title' }, risk.title),
    h('td', { role: 'gridcell' }, placeName(risk.element)), h('td', { role: 'gridcell', class: 'risk-col-categories' }, categories(risk)),
    h('td', { role: 'gridcell' }, stateOf(risk)), h('td', { role: 'gridcell', class: 'risk-col-owner' }, owner(risk)));
  }
  /** @param {string} id @param {boolean} range */
  function pick(id, range) {
    const ids = sorted().map((risk) => risk.id);
    if (range && anchor) {
      const [from, to] = [ids.indexOf(anchor), ids.indexOf(id)].sort((a, b) => a - b);
      for (const between of ids.slice(Math.max(0, from), to + 1)) selected.add(between);
    } else if (selected.has(id)) selected.delete(id);
    else selected.add(id);
    anchor = id;
    draw();
    changed();
  }
  /** @param {KeyboardEvent} event @param {string} id */
  function press(event, id) {
    const row = /** @type {HTMLElement} */ (event.currentTarget);
    const rows = /** @type {HTMLElement[]} */ ([...body.querySelectorAll('tr[data-key]')]);
    const at = rows.indexOf(row);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1, PageDown: at + 10, PageUp: at - 10 }[event.key];
    if (event.key === 'Enter') open(id);
    else if (event.key === ' ') pick(id, event.shiftKey);
    else if (event.key === 'Escape' && selected.size) { selected.clear(); draw(); changed(); }
    else if (event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey)) node.all();
    else if (next !== undefined) {
      const target = rows[Math.max(0, Math.min(rows.length - 1, next))];
      if (event.shiftKey && target.dataset.key) { if (!selected.has(id)) pick(id, false); pick(target.dataset.key, true); }
      focus(/** @type {string} */ (target.dataset.key));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
  const focusedId = () => (body.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).closest('tr')?.dataset.key : undefined);
  function focus(/** @type {string | null} */ id) {
    const row = id ? /** @type {HTMLElement | null} */ (body.querySelector(`tr[data-key="${CSS.escape(id)}"]`)) : null;
    for (const other of body.querySelectorAll('tr[tabindex="0"]')) /** @type {HTMLElement} */ (other).tabIndex = -1;
    if (row) { row.tabIndex = 0; row.focus(); }
  }
  node.update = (/** @type {any[]} */ next, /** @type {() => any} */ empty) => { risks = next; none = empty; draw(); };
  node.redraw = draw;
  node.all = () => { for (const risk of risks) selected.add(risk.id); draw(); changed(); };
  node.focus = focus;
  node.mark = (/** @type {string | null} */ id) => {
    marked = id;
    for (const row of body.querySelectorAll('tr[data-key]')) row.classList.toggle('risk-line-current', /** @type {HTMLElement} */ (row).dataset.key === id);
  };
  return node;
}

/** @param {any} risk */
function categories(risk) {
  const roots = new Set(risk.linddun.map((/** @type {string} */ node) => node.split('.')[0]));
  return [...risk.stride.map((/** @type {string} */ item) => h('abbr', { title: item.replaceAll('-', ' ') }, item.charAt(0).toUpperCase())), roots.size ? h('span', { class: 'risk-privacy', title: 'LINDDUN' }, [...roots].join(' ')) : null];
}

/** @param {any} risk */
function stateOf(risk) {
  const said = marks(risk);
  return said.length ? h('span', { class: 'risk-item-head' }, said) : t('risks.status.open');
}

/** @param {any} risk */
function owner(risk) {
  const { owner: who, due, until } = risk.decision ?? {};
  return [who, due ? t('risks.due', { date: due }) : until ? t('risks.until', { date: until }) : ''].filter(Boolean).join(' · ');
}
