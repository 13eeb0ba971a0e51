// @ts-check
/** The register as a grid: arrows walk, Space chooses, Shift widens the choice, Enter opens. */

import { button, clear, h, icon } from '../dom.js';
import { t } from '../words.js';
import { SEVERITIES, statusOf, STATUSES } from './filters.js';
import { marks, severity } from './marks.js';
import { placeName } from './places.js';

const PAGE = 150;
/** @type {{id: string, sort: (risk: any) => string | number}[]} */
const COLUMNS = [
  { id: 'severity', sort: (risk) => SEVERITIES.indexOf(risk.severity) * 10 + SEVERITIES.indexOf(risk.worst) },
  { id: 'title', sort: (risk) => risk.title.toLowerCase() },
  { id: 'element', sort: (risk) => placeName(risk.element).toLowerCase() },
  { id: 'categories', sort: (risk) => [...risk.stride, ...risk.linddun].join() },
  { id: 'status', sort: (risk) => STATUSES.indexOf(statusOf(risk)) },
  { id: 'owner', sort: (risk) => risk.decision?.due ?? risk.decision?.until ?? risk.decision?.owner ?? '~' },
];

export class Register {
  /** @param {{selected: Set<string>, open: (id: string) => void, changed: () => void}} options */
  constructor({ selected, open, changed }) {
    this.selected = selected;
    this.open = open;
    this.changed = changed;
    /** @type {any[]} */
    this.risks = [];
    /** @type {() => any} */
    this.none = () => null;
    this.order = { id: '', down: false };
    this.shown = PAGE;
    this.anchor = '';
    /** the risk that is explained beside it @type {string | null} */
    this.marked = null;
    this.every = h('input', {
      type: 'checkbox',
      'aria-label': t('risks.bulk.all'),
      onchange: () => (this.every.checked ? this.all() : this.unselect()),
    });
    this.heads = COLUMNS.map((column) =>
      h(
        'th',
        { scope: 'col', role: 'columnheader', class: `risk-col-${column.id}`, 'data-id': column.id },
        h(
          'button',
          { type: 'button', onclick: () => this.sort(column.id) },
          t(`risks.column.${column.id}`),
          icon('sort', 12),
        ),
      ),
    );
    this.body = h('tbody', null);
    this.more = h('div', { class: 'risk-more' });
    const head = h(
      'thead',
      null,
      h(
        'tr',
        { role: 'row' },
        h('th', { scope: 'col', role: 'columnheader', class: 'risk-col-check' }, this.every),
        this.heads,
      ),
    );
    this.node = h(
      'div',
      { class: 'risk-register' },
      h(
        'table',
        {
          class: 'table risk-table',
          role: 'grid',
          'aria-label': t('risks.tab.register'),
          'aria-multiselectable': 'true',
        },
        head,
        this.body,
      ),
      this.more,
    );
  }

  /** @param {any[]} risks @param {() => any} none what stands there where there are none */
  update(risks, none) {
    this.risks = risks;
    this.none = none;
    this.draw();
  }

  /** @param {string} id */
  sort(id) {
    this.order = { id, down: this.order.id === id && !this.order.down };
    this.draw();
  }

  /** The risks in the order of the table. */
  get list() {
    const column = COLUMNS.find((item) => item.id === this.order.id);
    if (!column) return this.risks;
    const list = this.risks
      .map((risk) => ({ risk, by: column.sort(risk) }))
      .sort((a, b) => (a.by < b.by ? -1 : a.by > b.by ? 1 : 0))
      .map((item) => item.risk);
    return this.order.down ? list.reverse() : list;
  }

  draw() {
    const kept = this.focused;
    for (const head of this.heads)
      head.setAttribute(
        'aria-sort',
        head.dataset.id === this.order.id ? (this.order.down ? 'descending' : 'ascending') : 'none',
      );
    const { list } = this;
    clear(this.body).append(...list.slice(0, this.shown).map((risk) => this.line(risk)));
    if (!list.length)
      this.body.append(
        h('tr', { role: 'row' }, h('td', { role: 'gridcell', colspan: COLUMNS.length + 1 }, this.none())),
      );
    if (!this.body.querySelector('tr[tabindex="0"]'))
      this.body.querySelector('tr[data-key]')?.setAttribute('tabindex', '0');
    this.every.checked = list.length > 0 && list.every((risk) => this.selected.has(risk.id));
    this.every.indeterminate = !this.every.checked && list.some((risk) => this.selected.has(risk.id));
    clear(this.more).append(
      list.length > this.shown
        ? button(t('risks.more', { n: list.length - this.shown }), () => {
            this.shown += 4 * PAGE;
            this.draw();
          })
        : '',
    );
    if (kept) this.focus(kept);
  }

  /** @param {any} risk */
  line(risk) {
    const chosen = this.selected.has(risk.id);
    const box = h('input', {
      type: 'checkbox',
      tabindex: -1,
      checked: chosen,
      'aria-label': t('risks.bulk.choose', { title: risk.title }),
      onclick: (/** @type {MouseEvent} */ event) => {
        event.stopPropagation();
        this.pick(risk.id, event.shiftKey);
      },
    });
    const cell = (/** @type {any} */ content, /** @type {string} */ name = '') =>
      h('td', { role: 'gridcell', class: name || null }, content);
    return h(
      'tr',
      {
        role: 'row',
        'data-key': risk.id,
        tabindex: risk.id === this.marked ? 0 : -1,
        'aria-selected': String(chosen),
        class: risk.id === this.marked ? 'risk-line-current' : null,
        onclick: () => this.open(risk.id),
        onkeydown: (/** @type {KeyboardEvent} */ event) => this.press(event, risk.id),
      },
      cell(box, 'risk-col-check'),
      cell(severity(risk)),
      cell(risk.title, 'risk-col-title'),
      cell(placeName(risk.element)),
      cell(categories(risk), 'risk-col-categories'),
      cell(stateOf(risk)),
      cell(owner(risk), 'risk-col-owner'),
    );
  }

  /** Choose a risk, or no longer; a range goes from the last one that was chosen. @param {string} id @param {boolean} range */
  pick(id, range) {
    const ids = this.list.map((risk) => risk.id);
    if (range && this.anchor) {
      const [from, to] = [ids.indexOf(this.anchor), ids.indexOf(id)].sort((a, b) => a - b);
      for (const between of ids.slice(Math.max(0, from), to + 1)) this.selected.add(between);
    } else if (!this.selected.delete(id)) this.selected.add(id);
    this.anchor = id;
    this.draw();
    this.changed();
  }

  all() {
    for (const risk of this.risks) this.selected.add(risk.id);
    this.draw();
    this.changed();
  }

  unselect() {
    this.selected.clear();
    this.draw();
    this.changed();
  }

  /** @param {KeyboardEvent} event @param {string} id */
  press(event, id) {
    if (event.key === 'Enter') this.open(id);
    else if (event.key === ' ') this.pick(id, event.shiftKey);
    else if (event.key === 'Escape' && this.selected.size) this.unselect();
    else if (event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey)) this.all();
    else if (!this.walk(event, id)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {KeyboardEvent} event @param {string} id @returns {boolean} whether the key leads anywhere */
  walk(event, id) {
    const rows = /** @type {HTMLElement[]} */ ([...this.body.querySelectorAll('tr[data-key]')]);
    const at = rows.findIndex((row) => row.dataset.key === id);
    const next = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: rows.length - 1,
      PageDown: at + 10,
      PageUp: at - 10,
    }[event.key];
    if (next === undefined) return false;
    const target = rows[Math.max(0, Math.min(rows.length - 1, next))].dataset.key ?? id;
    if (event.shiftKey) {
      if (!this.selected.has(id)) this.pick(id, false);
      this.pick(target, true);
    }
    this.focus(target);
    return true;
  }

  get focused() {
    return this.body.contains(document.activeElement)
      ? /** @type {HTMLElement} */ (document.activeElement).closest('tr')?.dataset.key
      : undefined;
  }

  /** @param {string | null} id */
  focus(id) {
    const row = id ? this.body.querySelector(`tr[data-key="${CSS.escape(id)}"]`) : null;
    if (!row) return;
    for (const other of this.body.querySelectorAll('tr[tabindex="0"]')) other.tabIndex = -1;
    row.tabIndex = 0;
    row.focus();
  }

  /** Show which risk is explained beside it. @param {string | null} id */
  mark(id) {
    this.marked = id;
    for (const row of this.body.querySelectorAll('tr[data-key]'))
      row.classList.toggle('risk-line-current', row.dataset.key === id);
  }
}

/** @param {any} risk */
function categories(risk) {
  const roots = new Set(risk.linddun.map((/** @type {string} */ node) => node.split('.')[0]));
  return [
    ...risk.stride.map((/** @type {string} */ item) =>
      h('abbr', { title: item.replaceAll('-', ' ') }, item.charAt(0).toUpperCase()),
    ),
    roots.size ? h('span', { class: 'risk-privacy', title: 'LINDDUN' }, [...roots].join(' ')) : null,
  ];
}

/** @param {any} risk */
function stateOf(risk) {
  const said = marks(risk);
  return said.length ? h('span', { class: 'risk-item-head' }, said) : t('risks.status.open');
}

/** @param {any} risk */
function owner(risk) {
  const { owner: who, due, until } = risk.decision ?? {};
  const when = due ? t('risks.due', { date: due }) : until ? t('risks.until', { date: until }) : '';
  return [who, who && when ? ' · ' : '', when ? h('span', { class: 'risk-date' }, when) : ''];
}
