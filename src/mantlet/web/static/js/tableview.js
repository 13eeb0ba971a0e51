// @ts-check
/** The whole model as tables that are edited in place: everything that the canvas shows and does, without a canvas. */

import { dimensionOf } from './canvas/scene.js';
import { within } from './canvas/nesting.js';
import { editData, newData } from './datadialog.js';
import { button, clear, dialog, field, h, icon, pill, select } from './dom.js';
import { addBoundary, addElement, addFlow, did, put, removed } from './edits.js';
import { pickType } from './palette.js';
import properties from './properties.js';
import { store } from './store.js';
import { table } from './tables.js';
import { t } from './words.js';

/** @typedef {import('./app.js').App} App */

const TABS = ['elements', 'flows', 'boundaries', 'data'];

export default {
  id: 'table',
  /** @param {HTMLElement} root @param {App} app */
  mount(root, app) {
    let tab = TABS.includes(app.nav.params.tab ?? '') ? /** @type {string} */ (app.nav.params.tab) : 'elements';
    const search = h('input', { type: 'search', placeholder: t('table.filter'), 'aria-label': t('table.filter') });
    const tabs = h('div', { class: 'tabs', role: 'tablist', 'aria-label': t('view.table') });
    const body = h('div', { class: 'table-body', id: 'table-body', role: 'tabpanel', tabindex: 0 });
    const side = h('aside', { class: 'table-side', 'aria-label': t('panel.properties') });
    const bar = h('div', { class: 'table-bar' }, tabs, h('span', { class: 'grow' }), search, button(t('add'), (event) => add(tab, /** @type {any} */ (event.currentTarget)), { icon: 'plus', kind: 'primary', disabled: store.readOnly }));
    root.append(bar, h('div', { class: 'table-split' }, body, side));
    const unmount = properties.mount(side.appendChild(h('div', { class: 'panel' })), app);
    const draw = () => {
      clear(tabs).append(...TABS.map((name) => h('button', { type: 'button', role: 'tab', id: `table-${name}`, 'aria-selected': String(name === tab), 'aria-controls': 'table-body', tabindex: name === tab ? 0 : -1,
        onclick: () => { tab = name; draw(); document.getElementById(`table-${name}`)?.focus(); }, onkeydown: step }, t(name), h('span', { class: 'pill' }, String(Object.keys(store.model[name] ?? {}).length)))));
      body.setAttribute('aria-labelledby', `table-${tab}`);
      drawBody();
    };
    const step = (/** @type {KeyboardEvent} */ event) => {
      const way = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
      if (!way) return;
      tab = TABS[(TABS.indexOf(tab) + way + TABS.length) % TABS.length];
      draw();
      document.getElementById(`table-${tab}`)?.focus();
    };
    const drawBody = () => {
      const focused = /** @type {HTMLElement} */ (document.activeElement)?.dataset?.path;
      const scroll = body.scrollTop;
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const rows = Object.entries(store.model[tab] ?? {}).map(([id, entry]) => ({ id, ...entry, $name: entry.name, $type: entry.type }))
        .filter((row) => words.every((/** @type {string} */ word) => JSON.stringify(row).toLowerCase().includes(word)));
      clear(body).append(table(columns(tab, app), rows, { caption: t(`table.${tab}`), key: (row) => row.id, selected: (row) => store.selection.has(row.id), sort: kept[tab], empty: t(words.length ? 'table.none' : `table.${tab}.empty`) }));
      body.querySelectorAll('th[data-id] button').forEach((/** @type {HTMLElement} */ node) => node.addEventListener('click', () => { const head = /** @type {HTMLElement} */ (node.closest('th')); kept[tab] = { id: head.dataset.id ?? '', down: head.getAttribute('aria-sort') === 'descending' }; }));
      body.scrollTop = scroll;
      if (focused) /** @type {HTMLElement | null} */ (body.querySelector(`[data-path="${CSS.escape(focused)}"]`))?.focus();
    };
    let frame = 0;
    const later = () => { if (!frame) frame = requestAnimationFrame(() => { frame = 0; draw(); }); };
    search.addEventListener('input', drawBody);
    body.addEventListener('focusin', (/** @type {any} */ event) => choose(event.target.closest('tr[data-key]')?.dataset.key));
    body.addEventListener('click', (/** @type {any} */ event) => choose(event.target.closest('tr[data-key]')?.dataset.key));
    const choose = (/** @type {string | undefined} */ id) => {
      if (!id || (store.selection.size === 1 && store.selection.has(id))) return;
      store.select([id]);
      body.querySelectorAll('tr[data-key]').forEach((/** @type {any} */ row) => row.setAttribute('aria-selected', String(row.dataset.key === id)));
    };
    const stops = [store.on('model', later), store.on('register', later)];
    if (app.nav.params.id) store.select([app.nav.params.id]);
    draw();
    return () => { cancelAnimationFrame(frame); stops.forEach((stop) => stop()); unmount(); };
  },
};

/** How each table is sorted. @type {Record<string, {id: string, down?: boolean}>} */
const kept = {};

/** @param {string} tab @param {Element} button */
async function add(tab, button) {
  const at = button.getBoundingClientRect();
  const made = (/** @type {{id: string, changes: any[]}} */ { id, changes }) => {
    store.change(changes, { label: did('add', [changes[0].value.name ?? id]) });
    store.select([id]);
    setTimeout(() => /** @type {HTMLElement | null} */ (document.querySelector(`[data-path="${CSS.escape(`${tab}/${id}/name`)}"]`))?.focus(), 60);
  };
  if (tab === 'elements') pickType({ x: at.left - 180, y: at.bottom + 4 }, (type) => made(addElement(type, [])));
  else if (tab === 'data') await newData();
  else if (tab === 'boundaries') await addBoundaryDialog(made);
  else await addFlowDialog(made);
}

/** @param {(made: {id: string, changes: any[]}) => void} made */
async function addBoundaryDialog(made) {
  const types = store.vocabulary.boundary_types.map((/** @type {any} */ item) => ({ value: item.id, label: item.title }));
  let type = types[0].value;
  await dialog({ title: t('table.add.boundaries'), body: field(t('field.type'), select(types, type, (value) => { type = value; })), actions: [{ label: t('cancel') }, { label: t('add'), primary: true, run: () => { made(addBoundary(type)); return true; } }] });
}

/** @param {(made: {id: string, changes: any[]}) => void} made */
async function addFlowDialog(made) {
  const elements = elementOptions();
  if (elements.length < 2) { await dialog({ title: t('table.add.flows'), body: h('p', null, t('table.two')) }); return; }
  let [from, to] = [elements[0].value, elements[1].value];
  await dialog({ title: t('table.add.flows'), body: [field(t('flow.from'), select(elements, from, (value) => { from = value; })), field(t('flow.to'), select(elements, to, (value) => { to = value; }))],
    actions: [{ label: t('cancel') }, { label: t('add'), primary: true, run: () => { made(addFlow(from, to)); return true; } }] });
}

const elementOptions = () => Object.keys(store.model.elements ?? {}).map((id) => ({ value: id, label: store.titleOf(id) }));

/** @param {string} tab @param {App} app @returns {import('./tables.js').Column[]} */
function columns(tab, app) {
  const name = { id: 'name', label: t('field.name'), sort: (/** @type {any} */ row) => row.$name || row.id, cell: (/** @type {any} */ row) => text([tab, row.id, 'name'], row.$name, row.id) };
  const id = { id: 'id', label: t('id'), cell: (/** @type {any} */ row) => h('code', null, row.id) };
  const open = { id: 'open', label: t('table.open'), class: 'num', sort: (/** @type {any} */ row) => store.badges[row.id]?.count ?? 0, cell: (/** @type {any} */ row) => badge(row.id, app) };
  const gone = { id: 'gone', label: '', plain: true, cell: (/** @type {any} */ row) => button('', () => { store.change(removed([row.id]).changes, { label: did('remove', [row.id]) }); }, { icon: 'trash', title: t('table.remove', { name: row.$name || row.id }), kind: 'quiet', disabled: store.readOnly }) };
  if (tab === 'elements') return [name, typeColumn(), inColumn(), operatorColumn(), { id: 'facts', label: t('facts'), class: 'num', sort: (row) => Object.keys(row.facts ?? {}).length, cell: (row) => String(Object.keys(row.facts ?? {}).length) }, scopeColumn(tab), open, id, gone];
  if (tab === 'flows') return [name, endColumn('from'), endColumn('to'), dataColumn('data'), dataColumn('returns'), scopeColumn(tab), open, id, gone];
  if (tab === 'boundaries') return [name, { id: 'type', label: t('field.type'), cell: (row) => store.boundaryType(row.$type)?.title ?? row.$type }, { id: 'dimension', label: t('table.dimension'), cell: (row) => t(`dimension.${dimensionOf(row.$type)}`), sort: (row) => dimensionOf(row.$type) }, outerColumn(), { id: 'members', label: t('table.members'), class: 'num', sort: (row) => members(row.id), cell: (row) => String(members(row.id)) }, open, id, gone];
  return [name, { id: 'type', label: t('field.type'), cell: (row) => row.$type ?? 'data' }, { id: 'classification', label: t('field.classification'), cell: (row) => (row.classification ? t(`classification.${row.classification}`) : t('value.unknown')) },
    { id: 'personal', label: t('field.personal'), sort: (row) => row.personal?.length ?? -1, cell: (row) => (row.personal === undefined ? t('value.unknown') : row.personal.length ? h('span', { class: 'chips' }, row.personal.map((/** @type {string} */ item) => pill(item, 'personal'))) : t('none')) }, { id: 'purpose', label: t('field.purpose') },
    { id: 'edit', label: '', plain: true, cell: (row) => button(t('edit'), () => editData(row.id), { kind: 'quiet', disabled: store.readOnly }) }, id, gone];
}

/** @param {import('./patch.js').Path} path @param {string | undefined} value @param {string} placeholder */
function text(path, value, placeholder) {
  const input = h('input', { class: 'cell', value: value ?? '', placeholder, 'aria-label': t('rename.name', { name: value || placeholder }), disabled: store.readOnly, 'data-path': path.join('/') });
  input.addEventListener('change', () => { if (input.value.trim() !== (value ?? '')) store.change([put(path, input.value.trim())], { label: did('rename', [String(path[1])]) }); });
  return input;
}

/** @param {string} id @param {App} app */
function badge(id, app) {
  const found = store.badges[id];
  return found?.count ? h('a', { class: `pill pill-${found.severity}`, href: `#/risks?place=${encodeURIComponent(id)}`, 'aria-label': t('canvas.open', { n: found.count }), onclick: () => app.store.select([id]) }, String(found.count)) : '';
}

function typeColumn() {
  return { id: 'type', label: t('field.type'), sort: (/** @type {any} */ row) => store.type(row.$type)?.title ?? row.$type, cell: (/** @type {any} */ row) => h('button', { type: 'button', class: 'btn btn-quiet cell-button', disabled: store.readOnly, 'data-path': `elements/${row.id}/type`, onclick: (/** @type {any} */ event) => {
    const at = event.currentTarget.getBoundingClientRect();
    pickType({ x: at.left, y: at.bottom }, (type) => { store.change([put(['elements', row.id, 'type'], type)], { label: did('change', [row.id]) }); }, t('type.change'));
  } }, icon(store.type(row.$type)?.icon ?? 'gear'), store.type(row.$type)?.title ?? row.$type) };
}

function inColumn() {
  return { id: 'in', label: t('field.in'), sort: (/** @type {any} */ row) => within(row).map((item) => store.titleOf(item)).join(), cell: (/** @type {any} */ row) => within(row).map((item) => store.titleOf(item)).join(', ') };
}

function operatorColumn() {
  return { id: 'operated_by', label: t('field.operated_by'), sort: (/** @type {any} */ row) => row.operated_by ?? '', cell: (/** @type {any} */ row) => select([{ value: '', label: t('party.us') }, ...Object.entries(store.model.parties ?? {}).map(([value, party]) => ({ value, label: /** @type {any} */ (party).name || value }))],
    row.operated_by && row.operated_by !== 'us' ? row.operated_by : '', (value) => { store.change([put(['elements', row.id, 'operated_by'], value)], { label: did('change', [row.id]) }); }, { class: 'cell', 'aria-label': `${t('field.operated_by')}: ${row.$name || row.id}`, disabled: store.readOnly, 'data-path': `elements/${row.id}/operated_by` }) };
}

/** @param {'from' | 'to'} end */
function endColumn(end) {
  return { id: end, label: t(`flow.${end}`), sort: (/** @type {any} */ row) => store.titleOf(row[end]), cell: (/** @type {any} */ row) => select(elementOptions(), row[end], (value) => { store.change([{ op: 'set', path: ['flows', row.id, end], value }], { label: did('reconnect', [row.id]) }); },
    { class: 'cell', 'aria-label': `${t(`flow.${end}`)}: ${row.$name || row.id}`, disabled: store.readOnly, 'data-path': `flows/${row.id}/${end}` }) };
}

/** @param {'data' | 'returns'} side */
function dataColumn(side) {
  return { id: side, label: t(`flow.${side}`), sort: (/** @type {any} */ row) => (row[side] ?? []).join(), cell: (/** @type {any} */ row) => (row[side] === undefined ? (side === 'data' ? h('span', { class: 'muted' }, t('value.unknown')) : '') : row[side].map((/** @type {string} */ item) => store.titleOf(item)).join(', ') || t('none')) };
}

/** @param {string} section */
function scopeColumn(section) {
  return { id: 'out_of_scope', label: t('table.scope'), sort: (/** @type {any} */ row) => row.out_of_scope ?? '', cell: (/** @type {any} */ row) => (row.out_of_scope ? h('span', { title: row.out_of_scope }, t('canvas.out')) : h('span', { class: 'muted' }, t('table.in-scope'))), class: section };
}

function outerColumn() {
  return { id: 'in', label: t('field.in'), sort: (/** @type {any} */ row) => row.in ?? '', cell: (/** @type {any} */ row) => {
    const options = Object.entries(store.model.boundaries).filter(([name, other]) => name !== row.id && dimensionOf(/** @type {any} */ (other).type) === dimensionOf(row.$type) && !insideOf(row.id, name)).map(([value]) => ({ value, label: store.titleOf(value) }));
    return select([{ value: '', label: t('none') }, ...options], row.in ?? '', (value) => { store.change([put(['boundaries', row.id, 'in'], value)], { label: did('move', [row.id]) }); }, { class: 'cell', 'aria-label': `${t('field.in')}: ${row.$name || row.id}`, disabled: store.readOnly, 'data-path': `boundaries/${row.id}/in` });
  } };
}

/** @param {string} outer @param {string} name */
function insideOf(outer, name) {
  const seen = new Set();
  for (let at = name; at && !seen.has(at); at = store.model.boundaries[at]?.in ?? '') { if (at === outer) return true; seen.add(at); }
  return false;
}

/** @param {string} id */
const members = (id) => Object.values(store.model.elements ?? {}).filter((entry) => within(entry).some((name) => insideOf(id, name))).length;
