// @ts-check
// What differs between two versions of a model: the same tables for a revision of git and for a change that is tried.

import { h } from '../dom.js';
import { t } from '../words.js';
import { arrow, counts, long, place, risk, section, severity, shown, tag } from './common.js';

/** @typedef {{path: string, before: any, after: any}} FieldChange */

const ORDER = [
  'appeared',
  'reopened',
  'unsettled',
  'confirmed',
  'worse',
  'better',
  'doubtful',
  'settled',
  'mitigated',
  'went',
];
const BAD = new Set(['appeared', 'reopened', 'unsettled', 'confirmed', 'worse']);

/** Open risks before and after, in a line. @param {any} made */
export function standing(made) {
  return h('p', { class: 'pg-standing' }, counts(made.counts.before), arrow(), counts(made.counts.after));
}

/** The threats that differ, grouped by how, bad news first. @param {any} app @param {any} made */
export function threats(app, made) {
  const groups = ORDER.map((kind) => ({
    kind,
    items: made.threats.filter((/** @type {any} */ item) => item.change === kind),
  }));
  const there = groups.filter((group) => group.items.length);
  if (!there.length) return [h('p', { class: 'pg-muted' }, t('diff.no-threats'))];
  return there.map(({ kind, items }) =>
    h(
      'details',
      { class: `pg-fold ${BAD.has(kind) ? 'bad' : 'good'}`, open: true },
      h(
        'summary',
        null,
        h('span', null, t(`diff.${kind}`)),
        h('span', { class: 'pg-tab-count' }, String(items.length)),
      ),
      long(items.map((/** @type {any} */ item) => threat(app, item))),
    ),
  );
}

/** @param {any} app @param {any} item */
function threat(app, item) {
  const [before, after] = [item.before?.severity, item.after?.severity];
  const moved = before && after && before !== after;
  return h(
    'li',
    null,
    h('span', { class: 'pg-sevs' }, moved ? [severity(before), arrow()] : null, severity(after ?? before ?? 'note')),
    h(
      'span',
      { class: 'pg-grow' },
      risk(app, item.risk ?? item.id, item.title),
      ' ',
      item.by_catalogue ? tag(t('diff.newer-rules')) : null,
    ),
    h('code', { class: 'pg-id' }, item.id),
  );
}

/** What changed in the system itself, or in its decisions. @param {any} app @param {any[]} entries */
export function entries(app, entries) {
  return long(
    entries.map((entry) =>
      h(
        'li',
        { class: 'pg-entry' },
        h('span', { class: `pg-mark ${entry.change}` }, t(`diff.mark.${entry.change}`)),
        h(
          'div',
          { class: 'pg-grow' },
          named(app, entry),
          entry.fields?.length ? h('dl', { class: 'pg-fields' }, entry.fields.map(fieldOf)) : null,
        ),
      ),
    ),
  );
}

/** @param {any} app @param {any} entry */
function named(app, entry) {
  if (entry.key) {
    const standing = entry.before === entry.after ? entry.after : `${entry.before || '–'} → ${entry.after || '–'}`;
    return h('div', null, risk(app, entry.key), h('span', { class: 'pg-muted' }, ` ${standing ?? ''}`));
  }
  const drawn = ['elements', 'flows', 'boundaries'].includes(entry.section) && entry.change !== 'removed';
  const label = entry.name || (drawn && entry.id ? undefined : entry.id) || entry.section;
  return h(
    'div',
    null,
    h('span', { class: 'pg-muted' }, `${t(`diff.section.${entry.section}`)} `),
    drawn ? place(app, entry.id, entry.name || undefined) : h('strong', null, label),
  );
}

/** @param {FieldChange} change */
function fieldOf({ path, before, after }) {
  const lists = [before, after].every(
    (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  );
  const text = lists
    ? [
        ...before
          .filter((/** @type {string} */ item) => !after.includes(item))
          .map((/** @type {string} */ item) => h('del', null, item)),
        ...after
          .filter((/** @type {string} */ item) => !before.includes(item))
          .map((/** @type {string} */ item) => h('ins', null, `+ ${item}`)),
      ]
    : [h('del', null, shown(before)), arrow(), h('ins', null, shown(after))];
  return h('div', null, path ? h('dt', null, path.replaceAll('_', ' ')) : null, h('dd', null, text));
}

/** Everything that differs. @param {any} app @param {any} made */
export function whole(app, made) {
  return [
    section(t('diff.threats'), threats(app, made)),
    made.system?.length ? section(t('diff.system'), entries(app, made.system)) : null,
    made.decisions?.length ? section(t('diff.decisions'), entries(app, made.decisions)) : null,
  ];
}
