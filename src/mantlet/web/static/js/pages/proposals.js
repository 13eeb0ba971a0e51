// @ts-check
// One proposal of discovery: what it is, where the code shows it, how sure that is, and what it would write.

import { h } from '../dom.js';
import { t } from '../words.js';
import { place, shown, tag } from './common.js';

export const KINDS = ['differs', 'gone', 'changed', 'new'];
const EVIDENCE = 3;

/**
 * The proposals of a kind, with a box for all of them.
 * @param {any} app @param {string} kind @param {any[]} proposals @param {Set<string>} chosen @param {() => void} told
 */
export function groupOf(app, kind, proposals, chosen, told) {
  const items = sorted(proposals.filter((item) => item.kind === kind));
  if (!items.length) return null;
  const rows = items.map((item) =>
    row(app, item, chosen, () => {
      mark();
      told();
    }),
  );
  const all = h('input', {
    type: 'checkbox',
    'aria-label': t('discover.all-of', { what: t(`discover.kind.${kind}`) }),
  });
  const mark = () => {
    const on = items.filter((item) => chosen.has(item.id)).length;
    all.checked = on === items.length;
    all.indeterminate = on > 0 && on < items.length;
    items.forEach((item, at) => (rows[at].box.checked = chosen.has(item.id)));
  };
  all.addEventListener('change', () => {
    items.forEach((item) => (all.checked ? chosen.add(item.id) : chosen.delete(item.id)));
    mark();
    told();
  });
  mark();
  return h(
    'section',
    { class: `pg-group ${kind}`, 'aria-label': t(`discover.kind.${kind}`) },
    h(
      'header',
      null,
      all,
      h('h2', null, t(`discover.kind.${kind}`)),
      h('span', { class: 'pg-tab-count' }, String(items.filter((item) => !item.supporting).length)),
      h('span', { class: 'pg-muted' }, t(`discover.kind.${kind}.text`)),
    ),
    h(
      'ul',
      null,
      rows.filter((_, at) => !items[at].supporting).map((item) => item.node),
    ),
    along(rows.filter((_, at) => items[at].supporting)),
  );
}

const ORDER = ['elements', 'flows', 'boundaries', 'data', 'parties'];

/** Elements first, then what joins them. @param {any[]} items */
const sorted = (items) => [...items].sort((a, b) => ORDER.indexOf(a.section) - ORDER.indexOf(b.section));

/** What is only there because something else names it. @param {{node: HTMLElement}[]} rows */
function along(rows) {
  if (!rows.length) return null;
  return h(
    'details',
    { class: 'pg-along' },
    h('summary', null, t('discover.along', { n: rows.length })),
    h(
      'ul',
      null,
      rows.map((item) => item.node),
    ),
  );
}

/** @param {any} app @param {any} item @param {Set<string>} chosen @param {() => void} told */
function row(app, item, chosen, told) {
  const box = h('input', {
    type: 'checkbox',
    checked: chosen.has(item.id),
    'aria-label': t('discover.take', { what: `${item.subject} ${item.title}` }),
  });
  box.addEventListener('change', () => {
    if (box.checked) [item.id, ...(item.needs ?? [])].forEach((id) => chosen.add(id));
    else chosen.delete(item.id);
    told();
  });
  const inModel = app.store.sectionOf(item.subject);
  const node = h(
    'li',
    { class: 'pg-proposal' },
    box,
    h(
      'div',
      { class: 'pg-grow' },
      h(
        'div',
        null,
        h('span', { class: 'pg-muted' }, `${t(`discover.section.${item.section}`)} `),
        inModel ? place(app, item.subject) : h('strong', null, item.name || item.subject),
        h('span', null, ` ${said(item)}`),
        ' ',
        item.supporting ? tag(t('discover.supporting'), '', t('discover.supporting.hint')) : null,
        item.known ? tag(t('discover.known'), '', t('discover.known.hint')) : null,
      ),
      evidence(item.evidence),
      item.changes?.length
        ? h(
            'details',
            null,
            h('summary', null, t('discover.writes', { n: item.changes.length })),
            h('dl', { class: 'pg-fields' }, item.changes.flatMap(written)),
          )
        : null,
    ),
    sureness(item.confidence),
  );
  return { node, box };
}

/** What is proposed, without the name that stands before it. @param {any} item */
const said = (item) =>
  item.name && item.title.endsWith(`, ${item.name}`) ? item.title.slice(0, -item.name.length - 2) : item.title;

/** @param {string[]} lines */
function evidence(lines) {
  const node = (/** @type {string} */ text) => h('code', null, text);
  if (lines.length <= EVIDENCE) return h('div', { class: 'pg-evidence' }, lines.map(node));
  const more = h(
    'button',
    { type: 'button', class: 'btn-link', onclick: () => more.replaceWith(...lines.slice(EVIDENCE).map(node)) },
    t('page.more', { n: lines.length - EVIDENCE }),
  );
  return h('div', { class: 'pg-evidence' }, lines.slice(0, EVIDENCE).map(node), more);
}

/** @param {any} change */
function written(change) {
  const path = (change.path ?? [change.section, change.id]).join(' › ');
  if (change.op === 'remove')
    return h('div', null, h('dt', null, path), h('dd', null, h('del', null, t('discover.removed'))));
  const whole =
    change.path?.length === 2 && change.value && typeof change.value === 'object' && !Array.isArray(change.value);
  const lines = whole
    ? Object.entries(change.value).filter(([name]) => name !== 'discovered')
    : [[path, change.value ?? change.to]];
  return lines.map(([name, value]) =>
    h('div', null, h('dt', null, name), h('dd', null, h('code', null, shown(value)))),
  );
}

/** How sure discovery is: a word and three bars. @param {number | null} value */
function sureness(value) {
  if (value === null || value === undefined) return h('span', null);
  const level = value >= 0.75 ? 3 : value >= 0.5 ? 2 : 1;
  const word = t(`discover.sure.${level}`);
  return h(
    'span',
    { class: `pg-sure level-${level}`, title: t('discover.sure.hint', { value: Math.round(value * 100) }) },
    h(
      'span',
      { class: 'pg-sure-bars', 'aria-hidden': 'true' },
      [1, 2, 3].map((bar) => h('i', { class: bar <= level ? 'on' : '' })),
    ),
    word,
  );
}
