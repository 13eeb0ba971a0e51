// @ts-check
// Everything that was considered: each cell of a framework's table for each place, with what became of it and why.

import { button, h, select } from '../dom.js';
import { t } from '../words.js';
import { empty, line, load, place, put, sheet, tag, tick } from './common.js';

const SIGNS = /** @type {Record<string, string>} */ ({
  open: '●',
  'to-confirm': '?',
  mitigated: '✓',
  settled: '✓',
  absent: '–',
  silenced: '–',
  'out-of-scope': '–',
  'not-asked': '',
});
/** Places that are shown at first. */
const ROWS = 120;
/** Kept while the page is not shown. */
const asked = { table: '', text: '', open: false };

/** @param {HTMLElement} panel @param {any} app */
export function matrix(panel, app) {
  const result = h('div', { class: 'pg-result' });
  const head = h('div', { class: 'pg-filters' });
  const show = () =>
    load(
      result,
      () => app.api.get('/considered', { table: asked.table }),
      (made) => {
        const tables = made.tables;
        asked.table ||= tables[0]?.id ?? '';
        const draw = () =>
          put(
            body,
            drawn(
              app,
              made.cells.filter((/** @type {any} */ cell) => cell.table === asked.table),
            ),
          );
        const body = h('div', null);
        put(head, [
          select(
            tables.map((/** @type {any} */ item) => ({ value: item.id, label: item.title })),
            asked.table,
            (value) => {
              asked.table = value;
              void show();
            },
            { 'aria-label': t('considered.table') },
          ),
          line(
            {
              type: 'search',
              value: asked.text,
              placeholder: t('considered.filter'),
              'aria-label': t('considered.filter'),
            },
            (value) => {
              asked.text = value;
              draw();
            },
          ),
          tick(t('considered.only-open'), asked.open, (on) => {
            asked.open = on;
            draw();
          }),
        ]);
        draw();
        return body;
      },
    );
  put(panel, [h('p', { class: 'pg-muted' }, t('considered.lead')), head, result]);
  void show();
}

/** @param {any} cell */
const key = (cell) => `${cell.place}${cell.at && cell.at !== 'element' && cell.at !== 'flow' ? ` · ${cell.at}` : ''}`;
/** @param {string} state */
const plain = (state) => state.replaceAll(' ', '-').replaceAll('_', '-');

/** @param {any} app @param {any[]} cells */
function drawn(app, cells) {
  const wanted = wantedOf(cells);
  if (!wanted.length) return empty(t('considered.none.title'), t('considered.none.text'));
  const categories = [...new Set(cells.map((cell) => cell.category))];
  const about = h('div', { class: 'pg-about', role: 'status' }, t('considered.hint'));
  const row = (/** @type {any[]} */ list) =>
    h(
      'tr',
      null,
      heading(app, list[0]),
      categories.map((category) =>
        box(
          app,
          list.find((cell) => cell.category === category),
          about,
        ),
      ),
    );
  const table = sheet(
    t('considered.title'),
    [t('considered.place'), ...categories.map((word) => word.replaceAll('-', ' '))],
    wanted.slice(0, ROWS).map(row),
    'tall pg-considered',
  );
  const body = table.querySelector('tbody');
  body.addEventListener('keydown', walk);
  body.querySelector('button')?.setAttribute('tabindex', '0');
  const rest = wanted.slice(ROWS);
  const more = button(
    t('page.show-more', { n: rest.length }),
    () => {
      body.append(...rest.map(row));
      more.remove();
    },
    { kind: 'quiet' },
  );
  return [legend(cells), table, rest.length ? more : null, about];
}

/** Cells of the places that the filters let through, place by place. @param {any[]} cells @returns {any[][]} */
function wantedOf(cells) {
  /** @type {Map<string, any[]>} */
  const rows = new Map();
  for (const cell of cells) rows.set(key(cell), [...(rows.get(key(cell)) ?? []), cell]);
  const text = asked.text.toLowerCase();
  return [...rows.values()].filter(
    (list) =>
      (!asked.open || list.some((cell) => ['open', 'to-confirm'].includes(plain(cell.state)))) &&
      `${list[0].name} ${list[0].place}`.toLowerCase().includes(text),
  );
}

/** @param {any} app @param {any} cell */
function heading(app, cell) {
  const end =
    cell.at && !['element', 'flow'].includes(cell.at)
      ? h('span', { class: 'pg-muted' }, ` ${t(`considered.at.${cell.at}`)}`)
      : null;
  return h('th', { scope: 'row' }, place(app, cell.place, cell.name), end);
}

/** One cell is in the order of Tab; arrow keys go to the others. @param {KeyboardEvent} event */
function walk(event) {
  const here = /** @type {HTMLElement} */ (event.target);
  const step = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
  if (!step || here.tagName !== 'BUTTON') return;
  event.preventDefault();
  const cell = /** @type {HTMLTableCellElement} */ (here.closest('td'));
  const grid = [...(cell.closest('tbody')?.rows ?? [])].map((line) =>
    [...line.cells].map((item) => item.querySelector('button')),
  );
  let [x, y] = [cell.cellIndex, grid.findIndex((line) => line.includes(/** @type {any} */ (here)))];
  do [x, y] = [x + step[0], y + step[1]];
  while (grid[y]?.[x] === null);
  const next = grid[y]?.[x];
  if (!next) return;
  here.setAttribute('tabindex', '-1');
  next.setAttribute('tabindex', '0');
  next.focus();
}

/** @param {any} app @param {any} cell @param {HTMLElement} about */
function box(app, cell, about) {
  if (!cell) return h('td', { class: 'none' }, '');
  const state = plain(cell.state);
  const tell = () =>
    put(about, [
      h(
        'div',
        { class: 'pg-row' },
        tag(t(`considered.${state}`), state),
        h('strong', null, `${cell.category.replaceAll('-', ' ')}: ${cell.name}`),
      ),
      h('p', null, cell.reason || '–'),
      cell.type
        ? h('a', { href: `#/risks?risk=${encodeURIComponent(`${cell.type}@${cell.place}`)}` }, cell.type)
        : null,
    ]);
  return h(
    'td',
    { class: `cell ${state}` },
    h(
      'button',
      {
        type: 'button',
        tabindex: -1,
        title: cell.reason,
        'aria-label': `${t(`considered.${state}`)}: ${cell.category}, ${cell.name}`,
        onclick: tell,
        onfocus: tell,
      },
      SIGNS[state] ?? '·',
    ),
  );
}

/** @param {any[]} cells */
function legend(cells) {
  /** @type {Record<string, number>} */
  const counts = {};
  for (const cell of cells) counts[plain(cell.state)] = (counts[plain(cell.state)] ?? 0) + 1;
  return h(
    'ul',
    { class: 'pg-legend' },
    Object.entries(counts).map(([state, n]) =>
      h('li', null, h('i', { class: `sign ${state}` }, SIGNS[state] ?? '·'), `${t(`considered.${state}`)} ${n}`),
    ),
  );
}
