// @ts-check
/** The fields of an element that need more than one value: scope, what it keeps, who runs it, where it is. */

import { within } from './canvas/nesting.js';
import { dimensionOf } from './canvas/scene.js';
import { dialog, field, h, select } from './dom.js';
import { did, slug } from './edits.js';
import { choiceField, dataField, write } from './fields.js';
import { store } from './store.js';
import { t } from './words.js';

/** @param {'elements' | 'flows'} section @param {string} id @param {any} entry */
export function scopeField(section, id, entry) {
  const path = [section, id, 'out_of_scope'];
  const reason = h('textarea', {
    rows: 2,
    value: entry.out_of_scope ?? '',
    'aria-label': t('scope.reason'),
    placeholder: t('scope.hint'),
    hidden: !entry.out_of_scope,
    disabled: store.readOnly,
    'data-path': path.join('/'),
  });
  const box = h('input', {
    type: 'checkbox',
    checked: Boolean(entry.out_of_scope),
    disabled: store.readOnly,
    onchange: () => {
      reason.hidden = !box.checked;
      if (box.checked) reason.focus();
      else if (entry.out_of_scope) write(path, '');
    },
  });
  reason.addEventListener('change', () => {
    const next = reason.value.trim();
    reason.toggleAttribute('aria-invalid', !next);
    if (next) write(path, next);
    else {
      reason.setAttribute('aria-invalid', 'true');
      reason.value = entry.out_of_scope ?? '';
    }
  });
  return h('div', { class: 'field' }, h('label', { class: 'tick' }, box, ' ', t('scope.box')), reason);
}

/** @param {string} id @param {any} entry */
export function holdsField(id, entry) {
  const path = ['elements', id, 'holds'];
  const list = Array.isArray(entry.holds) ? entry.holds : entry.holds ? Object.keys(entry.holds) : undefined;
  return dataField(t('field.holds'), list, (next) => {
    const value =
      Array.isArray(entry.holds) || !entry.holds
        ? next
        : Object.fromEntries(next.map((item) => [item, entry.holds[item] ?? {}]));
    store.change([next.length || entry.holds ? { op: 'set', path, value } : { op: 'remove', path }], {
      label: did('change', [id]),
    });
  });
}

/** @param {string} id @param {any} entry */
export function operatorField(id, entry) {
  const path = ['elements', id, 'operated_by'];
  const parties = Object.entries(/** @type {Record<string, any>} */ (store.model.parties ?? {})).map(
    ([name, party]) => ({ value: name, label: party.name || name }),
  );
  const options = [{ value: '', label: t('party.us') }, ...parties, { value: '\n', label: t('party.new') }];
  return field(
    t('field.operated_by'),
    select(
      options,
      entry.operated_by && entry.operated_by !== 'us' ? entry.operated_by : '',
      (next) => (next === '\n' ? newParty(path) : write(path, next)),
      { disabled: store.readOnly, 'data-path': path.join('/') },
    ),
  );
}

/** @param {import('./patch.js').Path} path where the new party is named */
async function newParty(path) {
  const name = h('input', { maxlength: 120 });
  const region = h('input', { maxlength: 40, placeholder: 'eu' });
  let role = 'processor';
  await dialog({
    title: t('party.new'),
    body: [
      field(t('field.name'), name),
      field(
        t('party.role'),
        select(
          ['processor', 'sub-processor', 'controller', 'third-party'].map((value) => ({
            value,
            label: t(`party.${value}`),
          })),
          role,
          (value) => {
            role = value;
          },
        ),
      ),
      field(t('party.region'), region),
    ],
    actions: [
      { label: t('cancel') },
      {
        label: t('add'),
        primary: true,
        run: () => {
          if (!name.value.trim()) {
            name.setAttribute('aria-invalid', 'true');
            name.focus();
            return false;
          }
          let id = slug(name.value) || 'party';
          for (let n = 2; store.model.parties?.[id] || id === 'us'; n += 1) id = `${slug(name.value) || 'party'}-${n}`;
          const value = {
            name: name.value.trim(),
            role,
            ...(region.value.trim() ? { region: region.value.trim() } : {}),
          };
          store.change(
            [
              { op: 'set', path: ['parties', id], value },
              { op: 'set', path, value: id },
            ],
            { label: did('add', [name.value.trim()]) },
          );
          return true;
        },
      },
    ],
  });
  store.emit('model', { paths: [] });
}

/** A choice for each dimension: the innermost boundary that the element is in. @param {string} id @param {any} entry */
export function boundaryFields(id, entry) {
  const boundaries = store.model.boundaries ?? {};
  const own = within(entry);
  const fields = store.vocabulary.dimensions
    .map((/** @type {string} */ dimension) => {
      const options = Object.keys(boundaries)
        .filter((name) => dimensionOf(boundaries[name].type) === dimension)
        .map((name) => ({ value: name, label: store.titleOf(name) }));
      if (!options.length) return null;
      const now = own.find((name) => boundaries[name] && dimensionOf(boundaries[name].type) === dimension) ?? '';
      return field(
        t(`dimension.${dimension}`),
        select(
          [{ value: '', label: t('none') }, ...options],
          now,
          (next) => {
            const list = now ? own.map((name) => (name === now ? next : name)).filter(Boolean) : [...own, next];
            store.change(
              [
                list.length
                  ? { op: 'set', path: ['elements', id, 'in'], value: list }
                  : { op: 'remove', path: ['elements', id, 'in'] },
              ],
              { label: did('move', [id]) },
            );
          },
          { disabled: store.readOnly },
        ),
      );
    })
    .filter(Boolean);
  return fields.length ? fields : [h('p', { class: 'muted' }, t('boundaries.none'))];
}

/** @param {string} id @param {any} entry */
export function parentField(id, entry) {
  const parts = new Set([id]);
  for (let size = 0; size !== parts.size;) {
    size = parts.size;
    for (const [name, other] of Object.entries(store.model.elements))
      if (parts.has(/** @type {any} */ (other).parent)) parts.add(name);
  }
  const options = Object.keys(store.model.elements)
    .filter((name) => !parts.has(name))
    .map((name) => ({ value: name, label: store.titleOf(name) }));
  return choiceField(
    t('field.parent'),
    ['elements', id, 'parent'],
    entry.parent ?? '',
    [{ value: '', label: t('none') }, ...options],
    { hint: t('field.parent.hint') },
  );
}
