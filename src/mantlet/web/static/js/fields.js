// @ts-check
/** Fields that write one value of the model each, when they are left. */

import { button, field, h, icon, select } from './dom.js';
import { did, put } from './edits.js';
import { store } from './store.js';
import { t } from './words.js';

/** @typedef {import('./patch.js').Path} Path */

/** @param {Path} path */
const labelOf = (path) => did('change', [String(path[1] ?? 'system')]);

/** @param {Path} path @param {any} value */
export function write(path, value) {
  return store.change([put(path, value)], { label: labelOf(path) });
}

/** @param {string} label @param {Path} path @param {string | undefined} value @param {{hint?: string, long?: boolean, placeholder?: string, required?: boolean}} [opts] */
export function textField(label, path, value, opts = {}) {
  const input = h(opts.long ? 'textarea' : 'input', {
    value: value ?? '',
    placeholder: opts.placeholder ?? '',
    disabled: store.readOnly,
    rows: opts.long ? 3 : null,
    'data-path': path.join('/'),
    spellcheck: opts.long ? 'true' : 'false',
  });
  input.addEventListener('change', () => {
    const next = input.value.trim();
    if (opts.required && !next) {
      input.value = value ?? '';
      return;
    }
    if (next !== (value ?? '')) write(path, next);
  });
  return field(label, input, opts.hint);
}

/** @param {string} label @param {Path} path @param {string} value @param {{value: string, label: string}[]} options @param {{hint?: string}} [opts] */
export function choiceField(label, path, value, options, opts = {}) {
  const known = options.some((item) => item.value === value) ? options : [...options, { value, label: value }];
  return field(
    label,
    select(
      known,
      value,
      (next) => {
        write(path, next);
      },
      { disabled: store.readOnly, 'data-path': path.join('/') },
    ),
    opts.hint,
  );
}

/** A list of texts, one a line. @param {string} label @param {Path} path @param {string[] | undefined} value @param {string} [hint] */
export function linesField(label, path, value, hint) {
  const input = h('textarea', {
    rows: 2,
    value: (value ?? []).join('\n'),
    disabled: store.readOnly,
    spellcheck: 'false',
    'data-path': path.join('/'),
  });
  input.addEventListener('change', () => {
    const list = input.value
      .split('\n')
      .map((/** @type {string} */ line) => line.trim())
      .filter(Boolean);
    if (list.join('\n') !== (value ?? []).join('\n'))
      store.change([list.length ? { op: 'set', path, value: list } : { op: 'remove', path }], { label: labelOf(path) });
  });
  return field(label, input, hint);
}

/**
 * Some of the model's data, as chips that can be taken off and a choice of what to add; new data can be made here.
 * @param {string} label @param {string[] | undefined} value @param {(next: string[]) => void} set @param {{hint?: string, none?: string}} [opts]
 */
export function dataField(label, value, set, opts = {}) {
  const data = store.model.data ?? {};
  const chips = (value ?? []).map((id) =>
    h(
      'span',
      { class: `chip${data[id]?.personal?.length ? ' chip-personal' : ''}` },
      data[id]?.personal?.length ? icon('person', 12) : null,
      store.titleOf(id),
      button('', () => set((value ?? []).filter((item) => item !== id)), {
        icon: 'close',
        title: t('data.off', { name: store.titleOf(id) }),
        kind: 'quiet',
        disabled: store.readOnly,
      }),
    ),
  );
  const others = Object.keys(data)
    .filter((id) => !(value ?? []).includes(id))
    .map((id) => ({ value: id, label: store.titleOf(id) }));
  const more = select(
    [{ value: '', label: t('data.add') }, ...others, { value: '\n', label: t('data.new') }],
    '',
    async (id) => {
      if (id === '\n') {
        const made = await import('./datadialog.js').then((part) => part.newData());
        if (made) set([...(value ?? []), made]);
      } else if (id) set([...(value ?? []), id]);
    },
    { 'aria-label': `${label}: ${t('data.add')}`, disabled: store.readOnly, class: 'chip-add' },
  );
  return h(
    'div',
    { class: 'field' },
    h('span', { class: 'label' }, label),
    h('div', { class: 'chips' }, chips, more),
    value === undefined && opts.none
      ? h('p', { class: 'hint' }, opts.none)
      : opts.hint
        ? h('p', { class: 'hint' }, opts.hint)
        : null,
  );
}
