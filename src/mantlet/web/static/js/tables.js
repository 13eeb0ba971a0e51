// @ts-check
/** Tables that sort by a click or Enter on a heading, and whose rows are walked with the arrow keys. */

import { clear, h, icon } from './dom.js';

/**
 * @typedef {object} Column
 * @property {string} id
 * @property {string} label
 * @property {(row: any) => any} [cell] what stands there: a node or text; by default `row[id]`
 * @property {(row: any) => string | number} [sort] what it is sorted by; by default the text
 * @property {boolean} [plain] not sortable
 * @property {string} [class]
 */

/**
 * @param {Column[]} columns @param {any[]} rows
 * @param {{caption?: string, onopen?: (row: any) => any, key?: (row: any) => string, selected?: (row: any) => boolean,
 *          sort?: {id: string, down?: boolean}, empty?: any}} [opts]
 * @returns {any} the table; `table.update(rows)` shows other rows in the same order
 */
export function table(columns, rows, opts = {}) {
  let order = opts.sort ?? null;
  let shown = rows;
  const body = h('tbody', null);
  const heads = columns.map((column) => heading(column));
  const node = h(
    'table',
    { class: 'table' },
    opts.caption ? h('caption', null, opts.caption) : null,
    h('thead', null, h('tr', null, heads)),
    body,
  );

  function heading(/** @type {Column} */ column) {
    if (column.plain) return h('th', { scope: 'col', class: column.class ?? null }, column.label);
    const press = h(
      'button',
      {
        type: 'button',
        onclick: () => {
          order = { id: column.id, down: order?.id === column.id ? !order.down : false };
          draw();
        },
      },
      column.label,
      icon('sort', 12),
    );
    return h('th', { scope: 'col', class: column.class ?? null, 'data-id': column.id }, press);
  }
  function draw() {
    for (const head of heads) {
      const here = order && head.dataset.id === order.id;
      head.setAttribute('aria-sort', here ? (order?.down ? 'descending' : 'ascending') : 'none');
    }
    clear(body);
    const list = order
      ? sorted(
          shown,
          columns.find((item) => item.id === order?.id),
          Boolean(order.down),
        )
      : shown;
    for (const row of list) body.append(line(row));
    if (!list.length && opts.empty)
      body.append(h('tr', null, h('td', { colspan: columns.length, class: 'empty' }, opts.empty)));
  }
  function line(/** @type {any} */ row) {
    return h(
      'tr',
      {
        'data-key': opts.key?.(row) ?? null,
        'aria-selected': opts.selected ? String(opts.selected(row)) : null,
        tabindex: opts.onopen ? 0 : null,
        onclick: opts.onopen ? () => opts.onopen?.(row) : null,
        onkeydown: opts.onopen ? (/** @type {KeyboardEvent} */ event) => walk(event, () => opts.onopen?.(row)) : null,
      },
      columns.map((column) =>
        h('td', { class: column.class ?? null }, column.cell ? column.cell(row) : row[column.id]),
      ),
    );
  }
  node.update = (/** @type {any[]} */ next) => {
    shown = next;
    draw();
  };
  draw();
  return node;
}

/** @param {any[]} rows @param {Column | undefined} column @param {boolean} down */
function sorted(rows, column, down) {
  if (!column) return rows;
  const value = column.sort ?? ((row) => String(row[column.id] ?? ''));
  const list = [...rows].sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    return typeof x === 'number' && typeof y === 'number'
      ? x - y
      : String(x).localeCompare(String(y), undefined, { numeric: true });
  });
  return down ? list.reverse() : list;
}

/** @param {KeyboardEvent} event @param {() => any} open */
function walk(event, open) {
  const row = /** @type {HTMLElement} */ (event.currentTarget);
  if (event.target !== row) return;
  if (event.key === 'Enter' || event.key === ' ') {
    event.preventDefault();
    open();
  }
  const next =
    event.key === 'ArrowDown' ? row.nextElementSibling : event.key === 'ArrowUp' ? row.previousElementSibling : null;
  if (next) {
    event.preventDefault();
    /** @type {HTMLElement} */ (next).focus();
  }
}
