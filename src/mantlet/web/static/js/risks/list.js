// @ts-check
/** The risks view: counts and matrix, the register as a table for keyboard and mouse, and the explanation beside it. */

import { button, clear, dialog, h } from '../dom.js';
import { store } from '../store.js';
import { t } from '../words.js';
import { bulkBar } from './bulk.js';
import { current } from './current.js';
import { undecide } from './deciding.js';
import { decisionCard } from './decide.js';
import { detail } from './detail.js';
import { chosen, emptiness, filterbar, filters, narrow } from './filterbar.js';
import { fresh, ranked, SEVERITIES } from './filters.js';
import { editManual } from './manual.js';
import { segments } from './marks.js';
import { matrix } from './matrix.js';
import { pathList } from './paths.js';
import { placeName } from './places.js';
import { register } from './register.js';

/** @param {HTMLElement} root @param {import('../app.js').App} app */
function mount(root, app) {
  takeParams(app.nav.params);
  /** @type {Set<string>} */
  const selected = new Set();
  const tiles = h('div', { class: 'risk-tiles', role: 'group', 'aria-label': t('counts') });
  const grid = matrix();
  const bar = filterbar();
  const notes = h('div', { class: 'risk-notes' });
  const said = h('p', { class: 'risk-count', role: 'status' });
  const beyond = h('span', null);
  const table = register({ selected, open: show, changed: () => bulk.update() });
  const bulk = bulkBar(app, { selected, redraw: () => draw(), all: () => table.all() });
  const side = h('aside', { class: 'risk-side', 'aria-label': t('panel.explain') });
  const lists = h('div', { class: 'risk-main' });
  const tab = segments(t('view.risks'), ['register', 'paths'].map((value) => ({ value, label: t(`risks.tab.${value}`) })), app.nav.params.tab ?? 'register', open);
  /** @type {any} */
  let shown = null;
  /** @type {any} */
  let paths = null;
  let frame = 0;

  function open(/** @type {string} */ name) {
    paths?.stop();
    paths = null;
    lists.dataset.tab = name;
    if (name === 'paths') clear(lists).append(paths = pathList(app));
    else clear(lists).append(bar, bulk, h('div', { class: 'risk-count-line' }, said, beyond), table);
  }
  function draw() {
    const risks = ranked(chosen());
    for (const id of [...selected]) if (!store.register.has(id)) selected.delete(id);
    current.through(risks.map((risk) => risk.id));
    said.textContent = t('risks.shown', { n: risks.length, of: store.register.size });
    clear(beyond).append(toConfirm());
    table.update(risks, emptiness);
    drawTiles();
    drawNotes();
    bulk.update();
  }
  function drawTiles() {
    clear(tiles).append(...SEVERITIES.map((severity) => {
      const n = store.counts[severity] ?? 0;
      const only = filters().severities.length === 1 && filters().severities[0] === severity;
      return h('button', { type: 'button', class: `risk-tile ${n ? `risk-tile-${severity}` : 'risk-tile-zero'}`, 'aria-pressed': String(only),
        onclick: () => narrow({ severities: only ? [] : [severity] }) }, h('b', null, String(n)), h('span', null, t(`severity.${severity}`)));
    }));
  }
  function drawNotes() {
    const stale = [...store.register.values()].filter((risk) => risk.decision?.stale).length;
    const fresh_ones = [...store.register.values()].filter((risk) => risk.new).length;
    clear(notes).append(...[
      stale ? note(t('risks.notes.stale', { n: stale }), t('risks.notes.show'), () => narrow({ ...fresh(), statuses: [], attention: true })) : '',
      fresh_ones ? note(t('risks.notes.new', { n: fresh_ones }), t('risks.notes.show'), () => narrow({ ...fresh(), statuses: [], attention: true })) : '',
      store.orphaned.length ? note(t('risks.notes.orphaned', { n: store.orphaned.length }), t('risks.notes.look'), orphaned) : '',
      store.contradictions.length ? note(t('risks.notes.contradicted', { n: store.contradictions.length }), t('risks.notes.look'), contradictions) : '',
    ].filter(Boolean));
  }
  function show(/** @type {string | null} */ id, /** @type {string} */ part = '') {
    current.show(id, { quiet: true });
    drawSide(part);
    keepPlace(app, id);
  }
  function drawSide(/** @type {string} */ part = '') {
    shown?.stop();
    shown = null;
    side.hidden = !current.id;
    root.firstElementChild?.classList.toggle('risks-open', Boolean(current.id));
    table.mark(current.id);
    if (!current.id) return;
    shown = detail(current.id, app, { part });
    clear(side).append(h('div', { class: 'risk-bar' }, h('span', { class: 'muted' }, current.position.at ? t('risks.position', current.position) : ''),
      button('', () => move(-1), { icon: 'chevron', title: t('risks.previous'), kind: 'quiet', class: 'risk-previous', disabled: !current.beside(-1) }),
      button('', () => move(1), { icon: 'chevron', title: t('risks.next'), kind: 'quiet', disabled: !current.beside(1) }),
      button('', () => { const id = current.id; show(null); table.focus(id); }, { icon: 'close', title: t('close'), kind: 'quiet' })), shown);
  }
  function move(/** @type {number} */ by) { const next = current.beside(by); if (next) show(next); }

  const head = h('div', { class: 'risks-head' },
    h('div', { class: 'risks-title' }, h('h1', null, t('view.risks')), h('div', { class: 'risks-actions' }, tab, button(t('risks.manual.add'), () => editManual(app, null), { icon: 'plus', disabled: store.readOnly })), tiles, notes),
    grid);
  root.append(h('div', { class: 'risks' }, h('div', { class: 'risks-left' }, head, lists), side));
  const off = [store.on('register', () => draw()), store.on('filters', () => draw()), store.on('model', () => { cancelAnimationFrame(frame); frame = requestAnimationFrame(() => table.redraw()); }),
    app.keys.offer([
      { keys: ['/'], label: t('risks.keys.filter'), run: () => /** @type {HTMLElement | null} */ (root.querySelector('.risk-search'))?.focus() },
      { keys: ['D'], label: t('risks.keys.decide'), run: () => { if (selected.size) bulk.querySelector('button')?.click(); else if (current.id) show(current.id, 'decide'); } },
      { keys: ['Escape'], label: t('risks.keys.close'), run: () => { const id = current.id; if (!id) return false; show(null); table.focus(id); return true; } },
      { keys: ['J', 'Alt+ArrowDown'], label: t('risks.next'), run: () => move(1) }, { keys: ['K', 'Alt+ArrowUp'], label: t('risks.previous'), run: () => move(-1) },
    ])];
  open(app.nav.params.tab ?? 'register');
  draw();
  const asked = app.nav.params.risk;
  if (asked) current.show(asked, { quiet: true });
  drawSide(app.nav.params.part);
  return () => { cancelAnimationFrame(frame); off.forEach((stop) => stop()); [shown, grid, bar, paths].forEach((part) => part?.stop()); };
}

/** What the address asks for. @param {Record<string, string>} params */
function takeParams(params) {
  /** @type {Record<string, any>} */
  const wanted = {};
  if (params.severity) wanted.severities = params.severity.split(',').filter((item) => SEVERITIES.includes(item));
  if (params.element || params.place) wanted.element = params.element ?? params.place;
  if (params.framework) Object.assign(wanted, { framework: params.framework, category: params.category ?? '' });
  if (Object.keys(wanted).length) narrow({ ...fresh(), ...wanted });
}

/** Keep the risk in the address without opening the view anew. @param {import('../app.js').App} app @param {string | null} id */
function keepPlace(app, id) {
  app.nav.params = id ? { risk: id } : {};
  const query = new URLSearchParams(app.nav.params).toString();
  window.history.replaceState(null, '', `#/risks${query ? `?${query}` : ''}`);
}

/** @param {string} text @param {string} label @param {() => any} run */
const note = (text, label, run) => h('div', { class: 'risk-attention' }, h('span', null, text), button(label, run, { kind: 'quiet' }));

/** What is not known to exist is out of sight at first, and told. */
export function toConfirm() {
  const now = filters().statuses;
  if (!now.length || now.includes('to-confirm')) return '';
  const n = chosen({ statuses: ['to-confirm'] }).length;
  return n ? button(t('risks.to-confirm', { n }), () => narrow({ statuses: [...now, 'to-confirm'] }), { kind: 'quiet', class: 'why-change' }) : '';
}

/** Decisions whose threat is gone. */
function orphaned() {
  const list = h('ul', { class: 'risk-orphans' });
  const draw = () => clear(list).append(...store.orphaned.map((item) => h('li', null, decisionCard({ ...item, standing: item.status }),
    store.readOnly ? '' : button(t('risks.decision.remove'), async () => { await undecide(item.key); draw(); }, { kind: 'danger' }))));
  draw();
  return dialog({ title: t('risks.notes.orphaned', { n: store.orphaned.length }), body: [h('p', { class: 'muted' }, t('risks.orphaned.text')), list], wide: true });
}

function contradictions() {
  const titles = store.vocabulary?.facts ?? {};
  const rows = store.contradictions.map((item) => h('tr', null, h('th', { scope: 'row' }, placeName(item.place), h('div', { class: 'muted' }, titles[item.fact]?.title ?? item.fact)),
    h('td', null, item.claimed), h('td', null, item.verified, h('div', { class: 'muted' }, item.by))));
  return dialog({ title: t('risks.notes.contradicted', { n: store.contradictions.length }), wide: true, body: [h('p', { class: 'muted' }, t('risks.contradictions.text')),
    h('table', { class: 'table' }, h('thead', null, h('tr', null, ['fact', 'model', 'evidence'].map((key) => h('th', { scope: 'col' }, t(`risks.contradictions.${key}`))))), h('tbody', null, rows))] });
}

export default { id: 'risks', mount };
