// @ts-check
/** What is known about the selection, to read and to change. */

import { many } from './bulk.js';
import { dimensionOf } from './canvas/scene.js';
import { button, clear, dialog, field, h, icon, menu, pill } from './dom.js';
import { did, removed, slug } from './edits.js';
import { boundaryFields, holdsField, operatorField, parentField, scopeField } from './elementfields.js';
import { factList } from './facts.js';
import { choiceField, dataField, linesField, textField, write } from './fields.js';
import { pickType } from './palette.js';
import { store } from './store.js';
import { t } from './words.js';

/** @typedef {import('./app.js').App} App */

export default {
  id: 'properties',
  /** @param {HTMLElement} root @param {App} app */
  mount(root, app) {
    let shown = '';
    const draw = () => {
      const focused = /** @type {HTMLElement | null} */ (document.activeElement);
      const path = root.contains(focused)
        ? (focused?.dataset.path ?? focused?.closest('[data-fact]')?.getAttribute('data-fact'))
        : null;
      const now = [...store.selection].join('\n');
      const scroll = root.parentElement?.scrollTop ?? 0;
      const open = new Set(
        [...root.querySelectorAll('details')].filter((node) => node.open).map((node) => node.dataset.name),
      );
      clear(root).append(...content(app));
      root.querySelectorAll('details').forEach((node) => {
        if (open.has(node.dataset.name)) node.open = true;
      });
      if (now === shown && root.parentElement) root.parentElement.scrollTop = scroll;
      shown = now;
      if (path)
        /** @type {any} */ (
          root.querySelector(`[data-path="${CSS.escape(path)}"]`) ??
            root.querySelector(`[data-fact="${CSS.escape(path)}"] :is(input, select, [tabindex="0"])`)
        )?.focus();
    };
    let frame = 0;
    const later = () => {
      if (!frame)
        frame = requestAnimationFrame(() => {
          frame = 0;
          draw();
        });
    };
    const stops = [store.on('selection', later), store.on('model', later)];
    draw();
    return () => {
      cancelAnimationFrame(frame);
      stops.forEach((stop) => stop());
    };
  },
};

/** @param {App} app @returns {HTMLElement[]} */
function content(app) {
  const ids = [...store.selection];
  if (ids.length > 1) return many(ids);
  const [id] = ids;
  const section = id ? store.sectionOf(id) : null;
  if (section === 'elements') return element(app, id, store.model.elements[id]);
  if (section === 'flows') return flow(app, id, store.model.flows[id]);
  if (section === 'boundaries') return boundary(app, id, store.model.boundaries[id]);
  return system();
}

/** @param {string} section @param {string} id @param {any} entry @param {string} kind @param {string} glyph @returns {HTMLElement[]} */
function head(section, id, entry, kind, glyph) {
  const from = store.included[section]?.[id];
  return [
    h(
      'header',
      { class: 'thing' },
      h('span', { class: 'thing-icon' }, icon(glyph, 18)),
      h(
        'div',
        { class: 'grow' },
        h('h2', null, entry.name || id),
        h(
          'div',
          { class: 'muted' },
          kind,
          ' · ',
          h(
            'button',
            {
              type: 'button',
              class: 'link',
              title: t('id.change'),
              disabled: store.readOnly || Boolean(from),
              onclick: () => changeId(section, id),
            },
            id,
          ),
        ),
      ),
      button(
        '',
        (event) =>
          menu(/** @type {Element} */ (event.currentTarget), [
            {
              label: t('id.change'),
              icon: 'rename',
              disabled: store.readOnly || Boolean(from),
              run: () => {
                changeId(section, id);
              },
            },
            {
              label: t('remove'),
              icon: 'trash',
              danger: true,
              disabled: store.readOnly,
              run: () => {
                store.change(removed([id]).changes, { label: did('remove', [id]) });
              },
            },
          ]),
        { icon: 'more', title: t('more'), kind: 'quiet' },
      ),
    ),
    ...(from ? [h('p', { class: 'hint' }, t('included', { file: from }))] : []),
    textField(t('field.name'), [section, id, 'name'], entry.name, { placeholder: id }),
  ];
}

/** @param {string} section @param {string} id */
async function changeId(section, id) {
  const input = h('input', { value: id, spellcheck: 'false', maxlength: 120 });
  await dialog({
    title: t('id.change'),
    body: field(t('id'), input, t('id.hint')),
    actions: [
      { label: t('cancel') },
      {
        label: t('rename'),
        primary: true,
        run: async () => {
          const next = input.value.trim();
          if (!next || next === id) return true;
          if (!/^[\w][\w./-]*$/.test(next)) {
            input.value = slug(next);
            input.setAttribute('aria-invalid', 'true');
            return false;
          }
          const done = await store.change([{ op: 'rename', section, old: id, new: next }], {
            label: did('rename', [id]),
          });
          if (done) store.select([next]);
          return true;
        },
      },
    ],
  });
}

/** @param {string} section @param {string} id @param {any} entry @param {any} type @param {(type: string) => void} take */
function typeField(section, id, entry, type, take) {
  const pick = h(
    'button',
    {
      type: 'button',
      class: 'btn type-pick',
      disabled: store.readOnly,
      'data-path': `${section}/${id}/type`,
      onclick: (/** @type {any} */ event) => {
        const at = event.currentTarget.getBoundingClientRect();
        pickType({ x: at.left, y: at.bottom + 4 }, take, t('type.change'));
      },
    },
    icon(type?.icon ?? 'gear'),
    h('span', { class: 'grow' }, type?.title ?? entry.type),
    icon('down', 12),
  );
  return h(
    'div',
    { class: 'field' },
    h('span', { class: 'label' }, t('field.type')),
    pick,
    type?.summary ? h('p', { class: 'hint' }, type.summary) : null,
  );
}

/** @param {App} app @param {string} id @param {any} entry @returns {HTMLElement[]} */
function element(app, id, entry) {
  const type = store.type(entry.type);
  const base = ['elements', id];
  return [
    ...head('elements', id, entry, t(`kind.${type?.kind ?? 'process'}`), type?.icon ?? 'gear'),
    typeField('elements', id, entry, type, (next) => {
      write([...base, 'type'], next);
    }),
    scopeField('elements', id, entry),
    holdsField(id, entry),
    operatorField(id, entry),
    more('where', t('section.where'), boundaryFields(id, entry)),
    more('more', t('section.more'), [
      textField(t('field.description'), [...base, 'description'], entry.description, { long: true }),
      parentField(id, entry),
      linesField(t('field.code'), [...base, 'code'], entry.code, t('field.code.hint')),
      linesField(t('field.address'), [...base, 'address'], entry.address, t('field.address.hint')),
    ]),
    factList(base, entry),
  ];
}

/** @param {App} app @param {string} id @param {any} entry @returns {HTMLElement[]} */
function flow(app, id, entry) {
  const base = ['flows', id];
  const elements = Object.keys(store.model.elements ?? {}).map((name) => ({ value: name, label: store.titleOf(name) }));
  const ends = [
    { value: '', label: `${store.titleOf(entry.from)} (${t('flow.default')})` },
    { value: entry.to, label: store.titleOf(entry.to) },
  ];
  const set = (/** @type {string} */ side) => (/** @type {string[]} */ next) => {
    store.change(
      [
        next.length || side === 'data'
          ? { op: 'set', path: [...base, side], value: next }
          : { op: 'remove', path: [...base, side] },
      ],
      { label: did('change', [id]) },
    );
  };
  return [
    ...head('flows', id, entry, t('kind.flow'), 'flow'),
    h(
      'div',
      { class: 'two' },
      choiceField(t('flow.from'), [...base, 'from'], entry.from, elements),
      choiceField(t('flow.to'), [...base, 'to'], entry.to, elements),
    ),
    dataField(t('flow.data'), entry.data, set('data'), { none: t('flow.data.unknown') }),
    dataField(t('flow.returns'), entry.returns, set('returns'), { none: t('flow.returns.none') }),
    choiceField(
      t('flow.opened'),
      [...base, 'opened_by'],
      entry.opened_by && entry.opened_by !== entry.from ? entry.opened_by : '',
      ends,
    ),
    scopeField('flows', id, entry),
    more('more', t('section.more'), [
      textField(t('field.description'), [...base, 'description'], entry.description, { long: true }),
    ]),
    factList(base, entry),
  ];
}

/** @param {App} app @param {string} id @param {any} entry @returns {HTMLElement[]} */
function boundary(app, id, entry) {
  const type = store.boundaryType(entry.type);
  const dimension = dimensionOf(entry.type);
  const base = ['boundaries', id];
  const types = store.vocabulary.boundary_types.map((/** @type {any} */ item) => ({
    value: item.id,
    label: `${item.title} · ${t(`dimension.${dimensionOf(item.id)}`)}`,
  }));
  const inside = new Set([id]);
  for (let size = 0; size !== inside.size;) {
    size = inside.size;
    for (const [name, other] of Object.entries(store.model.boundaries))
      if (inside.has(/** @type {any} */ (other).in)) inside.add(name);
  }
  const outer = Object.entries(store.model.boundaries)
    .filter(([name, other]) => !inside.has(name) && dimensionOf(/** @type {any} */ (other).type) === dimension)
    .map(([name]) => ({ value: name, label: store.titleOf(name) }));
  return [
    ...head('boundaries', id, entry, `${t('kind.boundary')} · ${t(`dimension.${dimension}`)}`, 'boundary'),
    choiceField(t('field.type'), [...base, 'type'], type?.id ?? entry.type, types),
    choiceField(t('field.in'), [...base, 'in'], entry.in ?? '', [{ value: '', label: t('none') }, ...outer]),
    more('more', t('section.more'), [
      textField(t('field.description'), [...base, 'description'], entry.description, { long: true }),
    ]),
    factList(base, entry),
  ];
}

/** @param {string} name @param {string} title @param {any[]} body @returns {HTMLElement} */
const more = (name, title, body) =>
  h('details', { class: 'more', 'data-name': name }, h('summary', null, icon('chevron', 12), title), body);

/** @returns {HTMLElement[]} */
function system() {
  const entry = store.model.system ?? {};
  const counts = ['elements', 'flows', 'boundaries', 'data'].map((section) =>
    pill(t(`count.${section}`, { n: Object.keys(store.model[section] ?? {}).length })),
  );
  return [
    h(
      'header',
      { class: 'thing' },
      h('span', { class: 'thing-icon' }, icon('design', 18)),
      h(
        'div',
        { class: 'grow' },
        h('h2', null, entry.name || t('facts.system')),
        h('div', { class: 'muted' }, t('system')),
      ),
    ),
    h('div', { class: 'chips' }, counts),
    h('p', { class: 'hint' }, t('system.hint')),
    textField(t('field.name'), ['system', 'name'], entry.name, { required: true }),
    textField(t('field.owner'), ['system', 'owner'], entry.owner),
    textField(t('field.description'), ['system', 'description'], entry.description, { long: true }),
    choiceField(
      t('field.criticality'),
      ['system', 'business', 'criticality'],
      entry.business?.criticality ?? '',
      [
        { value: '', label: t('value.unknown') },
        ...['low', 'medium', 'high', 'critical'].map((value) => ({ value, label: t(`severity.${value}`) })),
      ],
      { hint: t('field.criticality.hint') },
    ),
    factList(['system'], entry),
  ];
}
