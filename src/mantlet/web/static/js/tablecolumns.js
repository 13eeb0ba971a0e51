// @ts-check
/** What the tables of the model show in each column, and how it is changed there. */

import { within } from './canvas/nesting.js';
import { dimensionOf } from './canvas/scene.js';
import { editData } from './datadialog.js';
import { button, h, icon, pill, select } from './dom.js';
import { did, put, removed } from './edits.js';
import { pickType } from './palette.js';
import { store } from './store.js';
import { t } from './words.js';

/** @typedef {import('./app.js').App} App */

export const elementOptions = () =>
  Object.keys(store.model.elements ?? {}).map((id) => ({ value: id, label: store.titleOf(id) }));

/** @param {string} tab @param {App} app @returns {import('./tables.js').Column[]} */
export function columns(tab, app) {
  const name = {
    id: 'name',
    label: t('field.name'),
    sort: (/** @type {any} */ row) => row.$name || row.id,
    cell: (/** @type {any} */ row) => text([tab, row.id, 'name'], row.$name, row.id),
  };
  const id = { id: 'id', label: t('id'), cell: (/** @type {any} */ row) => h('code', null, row.id) };
  const open = {
    id: 'open',
    label: t('table.open'),
    class: 'num',
    sort: (/** @type {any} */ row) => store.badges[row.id]?.count ?? 0,
    cell: (/** @type {any} */ row) => badge(row.id, app),
  };
  const gone = {
    id: 'gone',
    label: '',
    plain: true,
    cell: (/** @type {any} */ row) =>
      button(
        '',
        () => {
          store.change(removed([row.id]).changes, { label: did('remove', [row.id]) });
        },
        {
          icon: 'trash',
          title: t('table.remove', { name: row.$name || row.id }),
          kind: 'quiet',
          disabled: store.readOnly,
        },
      ),
  };
  if (tab === 'elements')
    return [
      name,
      typeColumn(),
      inColumn(),
      operatorColumn(),
      {
        id: 'facts',
        label: t('facts'),
        class: 'num',
        sort: (row) => Object.keys(row.facts ?? {}).length,
        cell: (row) => String(Object.keys(row.facts ?? {}).length),
      },
      scopeColumn(tab),
      open,
      id,
      gone,
    ];
  if (tab === 'flows')
    return [
      name,
      endColumn('from'),
      endColumn('to'),
      dataColumn('data'),
      dataColumn('returns'),
      scopeColumn(tab),
      open,
      id,
      gone,
    ];
  if (tab === 'boundaries')
    return [
      name,
      { id: 'type', label: t('field.type'), cell: (row) => store.boundaryType(row.$type)?.title ?? row.$type },
      {
        id: 'dimension',
        label: t('table.dimension'),
        cell: (row) => t(`dimension.${dimensionOf(row.$type)}`),
        sort: (row) => dimensionOf(row.$type),
      },
      outerColumn(),
      {
        id: 'members',
        label: t('table.members'),
        class: 'num',
        sort: (row) => members(row.id),
        cell: (row) => String(members(row.id)),
      },
      open,
      id,
      gone,
    ];
  return [
    name,
    { id: 'type', label: t('field.type'), cell: (row) => row.$type ?? 'data' },
    {
      id: 'classification',
      label: t('field.classification'),
      cell: (row) => (row.classification ? t(`classification.${row.classification}`) : t('value.unknown')),
    },
    {
      id: 'personal',
      label: t('field.personal'),
      sort: (row) => row.personal?.length ?? -1,
      cell: (row) =>
        row.personal === undefined
          ? t('value.unknown')
          : row.personal.length
            ? h(
                'span',
                { class: 'chips' },
                row.personal.map((/** @type {string} */ item) => pill(item, 'personal')),
              )
            : t('none'),
    },
    { id: 'purpose', label: t('field.purpose') },
    {
      id: 'edit',
      label: '',
      plain: true,
      cell: (row) => button(t('edit'), () => editData(row.id), { kind: 'quiet', disabled: store.readOnly }),
    },
    id,
    gone,
  ];
}

/** @param {import('./patch.js').Path} path @param {string | undefined} value @param {string} placeholder */
function text(path, value, placeholder) {
  const input = h('input', {
    class: 'cell',
    value: value ?? '',
    placeholder,
    'aria-label': t('rename.name', { name: value || placeholder }),
    disabled: store.readOnly,
    'data-path': path.join('/'),
  });
  input.addEventListener('change', () => {
    if (input.value.trim() !== (value ?? ''))
      store.change([put(path, input.value.trim())], { label: did('rename', [String(path[1])]) });
  });
  return input;
}

/** @param {string} id @param {App} app */
function badge(id, app) {
  const found = store.badges[id];
  return found?.count
    ? h(
        'a',
        {
          class: `pill pill-${found.severity}`,
          href: `#/risks?place=${encodeURIComponent(id)}`,
          'aria-label': t('canvas.open', { n: found.count }),
          onclick: () => app.store.select([id]),
        },
        String(found.count),
      )
    : '';
}

function typeColumn() {
  return {
    id: 'type',
    label: t('field.type'),
    sort: (/** @type {any} */ row) => store.type(row.$type)?.title ?? row.$type,
    cell: (/** @type {any} */ row) =>
      h(
        'button',
        {
          type: 'button',
          class: 'btn btn-quiet cell-button',
          disabled: store.readOnly,
          'data-path': `elements/${row.id}/type`,
          onclick: (/** @type {any} */ event) => {
            const at = event.currentTarget.getBoundingClientRect();
            pickType(
              { x: at.left, y: at.bottom },
              (type) => {
                store.change([put(['elements', row.id, 'type'], type)], { label: did('change', [row.id]) });
              },
              t('type.change'),
            );
          },
        },
        icon(store.type(row.$type)?.icon ?? 'gear'),
        store.type(row.$type)?.title ?? row.$type,
      ),
  };
}

function inColumn() {
  return {
    id: 'in',
    label: t('field.in'),
    sort: (/** @type {any} */ row) =>
      within(row)
        .map((item) => store.titleOf(item))
        .join(),
    cell: (/** @type {any} */ row) =>
      within(row)
        .map((item) => store.titleOf(item))
        .join(', '),
  };
}

function operatorColumn() {
  return {
    id: 'operated_by',
    label: t('field.operated_by'),
    sort: (/** @type {any} */ row) => row.operated_by ?? '',
    cell: (/** @type {any} */ row) =>
      select(
        [
          { value: '', label: t('party.us') },
          ...Object.entries(store.model.parties ?? {}).map(([value, party]) => ({
            value,
            label: /** @type {any} */ (party).name || value,
          })),
        ],
        row.operated_by && row.operated_by !== 'us' ? row.operated_by : '',
        (value) => {
          store.change([put(['elements', row.id, 'operated_by'], value)], { label: did('change', [row.id]) });
        },
        {
          class: 'cell',
          'aria-label': `${t('field.operated_by')}: ${row.$name || row.id}`,
          disabled: store.readOnly,
          'data-path': `elements/${row.id}/operated_by`,
        },
      ),
  };
}

/** @param {'from' | 'to'} end */
function endColumn(end) {
  return {
    id: end,
    label: t(`flow.${end}`),
    sort: (/** @type {any} */ row) => store.titleOf(row[end]),
    cell: (/** @type {any} */ row) =>
      select(
        elementOptions(),
        row[end],
        (value) => {
          store.change([{ op: 'set', path: ['flows', row.id, end], value }], { label: did('reconnect', [row.id]) });
        },
        {
          class: 'cell',
          'aria-label': `${t(`flow.${end}`)}: ${row.$name || row.id}`,
          disabled: store.readOnly,
          'data-path': `flows/${row.id}/${end}`,
        },
      ),
  };
}

/** @param {'data' | 'returns'} side */
function dataColumn(side) {
  return {
    id: side,
    label: t(`flow.${side}`),
    sort: (/** @type {any} */ row) => (row[side] ?? []).join(),
    cell: (/** @type {any} */ row) =>
      row[side] === undefined
        ? side === 'data'
          ? h('span', { class: 'muted' }, t('value.unknown'))
          : ''
        : row[side].map((/** @type {string} */ item) => store.titleOf(item)).join(', ') || t('none'),
  };
}

/** @param {string} section */
function scopeColumn(section) {
  return {
    id: 'out_of_scope',
    label: t('table.scope'),
    sort: (/** @type {any} */ row) => row.out_of_scope ?? '',
    cell: (/** @type {any} */ row) =>
      row.out_of_scope
        ? h('span', { title: row.out_of_scope }, t('canvas.out'))
        : h('span', { class: 'muted' }, t('table.in-scope')),
    class: section,
  };
}

function outerColumn() {
  return {
    id: 'in',
    label: t('field.in'),
    sort: (/** @type {any} */ row) => row.in ?? '',
    cell: (/** @type {any} */ row) => {
      const options = Object.entries(store.model.boundaries)
        .filter(
          ([name, other]) =>
            name !== row.id &&
            dimensionOf(/** @type {any} */ (other).type) === dimensionOf(row.$type) &&
            !insideOf(row.id, name),
        )
        .map(([value]) => ({ value, label: store.titleOf(value) }));
      return select(
        [{ value: '', label: t('none') }, ...options],
        row.in ?? '',
        (value) => {
          store.change([put(['boundaries', row.id, 'in'], value)], { label: did('move', [row.id]) });
        },
        {
          class: 'cell',
          'aria-label': `${t('field.in')}: ${row.$name || row.id}`,
          disabled: store.readOnly,
          'data-path': `boundaries/${row.id}/in`,
        },
      );
    },
  };
}

/** @param {string} outer @param {string} name */
function insideOf(outer, name) {
  const seen = new Set();
  for (let at = name; at && !seen.has(at); at = store.model.boundaries[at]?.in ?? '') {
    if (at === outer) return true;
    seen.add(at);
  }
  return false;
}

/** @param {string} id */
const members = (id) =>
  Object.values(store.model.elements ?? {}).filter((entry) => within(entry).some((name) => insideOf(id, name))).length;
