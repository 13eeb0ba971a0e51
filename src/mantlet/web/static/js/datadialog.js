// @ts-check
/** Data made or changed: its name, type, how secret it is, and what in it is about people. */

import { dialog, field, h, select } from './dom.js';
import { did, freeId } from './edits.js';
import { store } from './store.js';
import { t } from './words.js';

/** @returns {Promise<string>} the id of the data that was made, or nothing */
export async function newData() {
  const name = h('input', { maxlength: 120 });
  let type = 'record';
  let classification = '';
  const types = store.vocabulary.data_types.map((/** @type {any} */ item) => ({
    value: item.id ?? item,
    label: item.title ?? item,
  }));
  if (!types.some((/** @type {any} */ item) => item.value === type)) type = types[0]?.value ?? 'data';
  const personal = personalBoxes([]);
  const answer = await dialog({
    title: t('data.new'),
    body: [
      field(t('field.name'), name),
      field(
        t('field.type'),
        select(types, type, (value) => {
          type = value;
        }),
      ),
      field(
        t('field.classification'),
        select(classifications(), classification, (value) => {
          classification = value;
        }),
      ),
      personal.node,
    ],
    actions: [
      { label: t('cancel'), run: () => '' },
      {
        label: t('add'),
        primary: true,
        run: () => {
          if (!name.value.trim()) {
            name.setAttribute('aria-invalid', 'true');
            name.focus();
            return false;
          }
          const id = freeId(name.value);
          /** @type {any} */
          const value = { name: name.value.trim(), type };
          if (classification) value.classification = classification;
          if (personal.value()) value.personal = personal.value();
          store.change([{ op: 'set', path: ['data', id], value }], { label: did('add', [name.value.trim()]) });
          return id;
        },
      },
    ],
  });
  return typeof answer === 'string' ? answer : '';
}

export const classifications = () => [
  { value: '', label: t('value.unknown') },
  ...store.vocabulary.classifications.map((/** @type {string} */ item) => ({
    value: item,
    label: t(`classification.${item}`),
  })),
];

/** The kinds of personal fields, to tick; “none” is an answer too. @param {string[] | undefined} value @param {(value: string[] | undefined) => void} [set] */
export function personalBoxes(value, set = () => {}) {
  const kinds = store.vocabulary.personal.map((/** @type {any} */ item) => ({
    id: item.id ?? item,
    title: item.title ?? item,
    special: Boolean(item.special),
  }));
  const chosen = new Set(value ?? []);
  let known = value !== undefined;
  const node = h(
    'fieldset',
    { class: 'personal' },
    h('legend', null, t('field.personal')),
    h(
      'div',
      { class: 'ticks' },
      kinds.map((/** @type {any} */ kind) =>
        h(
          'label',
          { class: kind.special ? 'special' : null },
          h('input', {
            type: 'checkbox',
            checked: chosen.has(kind.id),
            disabled: store.readOnly,
            onchange: (/** @type {any} */ event) => {
              if (event.target.checked) chosen.add(kind.id);
              else chosen.delete(kind.id);
              known = true;
              set([...chosen]);
            },
          }),
          ' ',
          kind.title,
        ),
      ),
    ),
  );
  return { node, value: () => (chosen.size ? [...chosen] : known && value !== undefined ? [] : undefined) };
}

/** Edit data that there is. @param {string} id */
export async function editData(id) {
  const entry = store.model.data[id];
  const before = JSON.stringify(entry);
  const draft = { ...entry };
  const name = h('input', { value: entry.name ?? '', maxlength: 120 });
  const purpose = h('input', { value: entry.purpose ?? '' });
  const retention = h('input', { value: entry.retention ?? '', placeholder: 'P1Y' });
  const types = store.vocabulary.data_types.map((/** @type {any} */ item) => ({
    value: item.id ?? item,
    label: item.title ?? item,
  }));
  await dialog({
    title: entry.name || id,
    wide: true,
    body: h(
      'div',
      { class: 'columns' },
      h(
        'div',
        null,
        field(t('field.name'), name),
        field(
          t('field.type'),
          select(types, entry.type ?? 'data', (value) => {
            draft.type = value;
          }),
        ),
        field(
          t('field.classification'),
          select(classifications(), entry.classification ?? '', (value) => {
            draft.classification = value;
          }),
        ),
        field(t('field.purpose'), purpose),
        field(t('field.retention'), retention, t('field.retention.hint')),
      ),
      h(
        'div',
        null,
        personalBoxes(entry.personal, (value) => {
          draft.personal = value;
        }).node,
      ),
    ),
    actions: [
      { label: t('cancel') },
      {
        label: t('save'),
        primary: true,
        run: () => {
          const next = {
            ...draft,
            name: name.value.trim(),
            purpose: purpose.value.trim(),
            retention: retention.value.trim(),
          };
          for (const key of ['name', 'purpose', 'retention', 'classification']) if (!next[key]) delete next[key];
          const changes = [...new Set([...Object.keys(entry), ...Object.keys(next)])]
            .filter((key) => JSON.stringify(entry[key]) !== JSON.stringify(next[key]))
            .map((key) =>
              key in next
                ? { op: 'set', path: ['data', id, key], value: next[key] }
                : { op: 'remove', path: ['data', id, key] },
            );
          if (changes.length && JSON.stringify(store.model.data[id]) === before)
            store.change(/** @type {any} */ (changes), { label: did('change', [id]) });
          return true;
        },
      },
    ],
  });
}
