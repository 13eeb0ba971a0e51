// @ts-check
/** Views of one model: all of it by one dimension of boundaries, the inside of something, and those that people keep. */

import { MAIN } from './canvas/places.js';
import { button, clear, confirm, dialog, field, h, menu, select } from './dom.js';
import { slug } from './edits.js';
import { store } from './store.js';
import { t } from './words.js';

/** @typedef {import('./canvas/scene.js').View} View */

/** @returns {View} */
export const main = () => ({ id: MAIN, title: t('views.main'), dimension: 'network', focus: '' });

/** The inside of a boundary or of a grouped process. @param {string} focus @param {string} dimension @returns {View} */
export const inside = (focus, dimension) => ({ id: `focus-${focus}`, title: store.titleOf(focus), dimension, focus });

/** @param {string} dimension @returns {View} */
const byDimension = (dimension) =>
  dimension === 'network'
    ? main()
    : { id: `dimension-${dimension}`, title: t(`dimension.${dimension}`), dimension, focus: '' };

/** Those that people named. @returns {View[]} */
export function kept() {
  return Object.entries(/** @type {Record<string, any>} */ (store.layout?.views ?? {}))
    .filter(([id]) => !/^(focus|dimension)-/.test(id))
    .map(([id, entry]) => ({
      id,
      title: entry.title || id,
      dimension: entry.dimension || 'network',
      focus: entry.focus || '',
    }));
}

/** The view of a name, as a link or a reload has it. @param {string} id @returns {View} */
export function named(id) {
  if (id.startsWith('focus-') && store.sectionOf(id.slice(6)))
    return inside(id.slice(6), store.layout?.views?.[id]?.dimension ?? 'network');
  if (id.startsWith('dimension-') && store.vocabulary.dimensions.includes(id.slice(10)))
    return byDimension(id.slice(10));
  return kept().find((view) => view.id === id) ?? main();
}

/** The way from all to the view, as buttons, with the list of views. @param {View} view @param {(view: View) => void} open @returns {HTMLElement} */
export function switcher(view, open) {
  const node = h('nav', { class: 'switcher', 'aria-label': t('views') });
  const pick = button(
    view.focus && view.id.startsWith('focus-') ? t('views.main') : view.title,
    (event) => menu(/** @type {Element} */ (event.currentTarget), items(view, open)),
    { icon: 'down', class: 'view-pick', title: t('views') },
  );
  clear(node).append(pick);
  if (view.focus && view.id.startsWith('focus-')) {
    for (const step of trail(view.focus)) {
      node.append(
        h('span', { class: 'muted', 'aria-hidden': 'true' }, '›'),
        step === view.focus
          ? h('strong', null, store.titleOf(step))
          : button(store.titleOf(step), () => open(inside(step, view.dimension)), { kind: 'quiet' }),
      );
    }
    node.append(
      button('', () => open(main()), { icon: 'close', title: t('views.out'), kind: 'quiet', key: 'Backspace' }),
    );
  }
  return node;
}

/** @param {string} focus @returns {string[]} from the outside in */
function trail(focus) {
  /** @type {string[]} */
  const path = [];
  for (
    let at = focus;
    at && !path.includes(at);
    at = store.model.boundaries?.[at]?.in ?? store.model.elements?.[at]?.parent ?? ''
  )
    path.unshift(at);
  return path;
}

/** @param {View} view @param {(view: View) => void} open */
function items(view, open) {
  const one = (/** @type {View} */ other) => ({
    label: other.title,
    checked: other.id === view.id,
    run: () => open(other),
  });
  const mine = kept();
  return [
    ...store.vocabulary.dimensions.map(byDimension).map(one),
    ...(mine.length ? [null, ...mine.map(one)] : []),
    null,
    { label: t('views.new'), icon: 'plus', disabled: store.readOnly, run: () => create(view, open) },
    ...(mine.some((item) => item.id === view.id)
      ? [{ label: t('views.remove', { name: view.title }), icon: 'trash', danger: true, run: () => remove(view, open) }]
      : []),
  ];
}

/** @param {View} view @param {(view: View) => void} open */
async function create(view, open) {
  const title = h('input', { value: view.focus ? store.titleOf(view.focus) : '', required: true, maxlength: 80 });
  let dimension = view.dimension;
  let focus = view.focus;
  const groups = Object.keys(store.model.boundaries ?? {}).map((id) => ({ value: id, label: store.titleOf(id) }));
  const parents = [
    ...new Set(
      Object.values(store.model.elements ?? {})
        .map((entry) => entry.parent)
        .filter(Boolean),
    ),
  ].map((id) => ({ value: id, label: store.titleOf(id) }));
  await dialog({
    title: t('views.new'),
    body: [
      field(t('views.title'), title),
      field(
        t('views.dimension'),
        select(
          store.vocabulary.dimensions.map((/** @type {string} */ item) => ({
            value: item,
            label: t(`dimension.${item}`),
          })),
          dimension,
          (value) => {
            dimension = value;
          },
        ),
      ),
      field(
        t('views.focus'),
        select([{ value: '', label: t('views.everything') }, ...groups, ...parents], focus, (value) => {
          focus = value;
        }),
      ),
    ],
    actions: [
      { label: t('cancel') },
      {
        label: t('views.make'),
        primary: true,
        run: async () => {
          if (!title.value.trim()) {
            title.setAttribute('aria-invalid', 'true');
            title.focus();
            return false;
          }
          const id = free(slug(title.value) || 'view');
          const made = { id, title: title.value.trim(), dimension, focus };
          await store.change([], {
            layout: {
              set: {
                views: { [id]: { title: made.title, dimension, focus, elements: {}, boundaries: {}, flows: {} } },
              },
            },
            label: t('views.did', { name: made.title }),
          });
          open(made);
          return true;
        },
      },
    ],
  });
}

/** @param {string} wish */
function free(wish) {
  let id = wish;
  for (let n = 2; store.layout?.views?.[id] || id === MAIN || /^(focus|dimension)-/.test(id); n += 1)
    id = `${wish.replace(/^(focus|dimension)-/, '')}-${n}`;
  return id;
}

/** @param {View} view @param {(view: View) => void} open */
async function remove(view, open) {
  if (!(await confirm(t('views.remove', { name: view.title }), t('views.remove.text'), t('remove')))) return;
  await store.change([], {
    layout: { set: { views: { [view.id]: null } } },
    label: t('views.remove', { name: view.title }),
  });
  open(main());
}
