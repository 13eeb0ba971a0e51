// @ts-check
/** The filters that people set: what is in sight always, and the rest behind one button. */

import { button, clear, field, h, icon, select } from '../dom.js';
import { store } from '../store.js';
import { t } from '../words.js';
import {
  categoriesOf,
  complete,
  FIELDS,
  fresh,
  learningPacks,
  LENSES,
  LEVELS,
  matches,
  narrowing,
  SEVERITIES,
  STATUSES,
  statusOf,
  tally,
} from './filters.js';
import { capital, nothing, segments } from './marks.js';
import { placeName } from './places.js';

/** The filters as they are now, complete. */
export const filters = () => complete(store.filters);

/** Change some of the filters. @param {Partial<import('./filters.js').Filters>} some */
export function narrow(some) {
  const next = { ...filters(), ...some };
  const lens = 'overlay' in some && next.overlay !== store.overlay;
  if (lens) store.overlay = next.overlay;
  store.filter(next);
  if (lens) store.emit('overlay', next.overlay);
}

/** What `matches` needs to know of the model. */
export const known = () => ({ learning: learningPacks(store.vocabulary?.packs), titleOf: store.titleOf });

/** The risks that the filters let through, in no order. @param {Partial<import('./filters.js').Filters>} [instead] @returns {any[]} */
export function chosen(instead = {}) {
  const wanted = { ...filters(), ...instead };
  const about = known();
  return [...store.register.values()].filter((risk) => matches(risk, wanted, about));
}

/**
 * The bar of filters; it keeps in step with `store.filters` whoever changes them.
 * @param {{compact?: boolean}} [options] @returns {any} a node with `stop()`
 */
export function filterbar({ compact = false } = {}) {
  if (LENSES.includes(store.overlay) && store.overlay !== filters().overlay) narrow({ overlay: store.overlay });
  const text = h('input', {
    type: 'search',
    class: 'risk-search',
    placeholder: t('risks.filter.text'),
    'aria-label': t('risks.filter.text'),
    value: filters().text,
    oninput: () => narrow({ text: text.value }),
  });
  const lens = segments(
    t('risks.lens'),
    LENSES.map((id) => ({ value: id, label: t(`risks.lens.${id}`), title: t(`risks.lens.${id}.hint`) })),
    filters().overlay,
    (overlay) => narrow({ overlay }),
  );
  const badge = h('span', { class: 'risk-filter-count' });
  const more = h('div', { class: 'risk-filter-more', hidden: true });
  const open = h(
    'button',
    {
      type: 'button',
      class: 'btn',
      'aria-expanded': 'false',
      title: t('risks.filter.more'),
      onclick: () => {
        more.hidden = !more.hidden;
        open.setAttribute('aria-expanded', String(!more.hidden));
        if (!more.hidden) fill(more);
      },
    },
    icon('filter'),
    compact ? h('span', { class: 'sr' }, t('risks.filter.more')) : t('risks.filter.more'),
    badge,
  );

  function draw() {
    const count = narrowing(filters());
    badge.textContent = count ? String(count) : '';
    badge.hidden = !count;
    if (document.activeElement !== text) text.value = filters().text;
    lens.choose(filters().overlay);
    if (!more.hidden) refill(more);
  }
  const off = [
    store.on('overlay', (overlay) => {
      if (LENSES.includes(overlay) && overlay !== filters().overlay) narrow({ overlay });
    }),
    store.on('filters', draw),
    store.on('register', () => {
      if (!more.hidden) refill(more);
    }),
  ];
  draw();
  const node = h(
    'div',
    { class: `risk-filters${compact ? ' risk-filters-compact' : ''}`, role: 'search', 'aria-label': t('risks.filter') },
    h('div', { class: 'risk-filter-line' }, text, open),
    lens,
    more,
  );
  node.stop = () => off.forEach((stop) => stop());
  return node;
}

/** Fill again without losing the place of the keyboard. @param {HTMLElement} box */
function refill(box) {
  const at = document.activeElement;
  const mark = at && box.contains(at) ? /** @type {HTMLElement} */ (at).dataset.keep : null;
  fill(box);
  if (mark) /** @type {HTMLElement | null} */ (box.querySelector(`[data-keep="${CSS.escape(mark)}"]`))?.focus();
}

/** @param {HTMLElement} box */
function fill(box) {
  const now = filters();
  clear(box);
  box.append(
    toggles(
      t('risks.filter.severity'),
      'severities',
      SEVERITIES,
      (item) => capital(t(`severity.${item}`)),
      (risk) => risk.severity,
    ),
    toggles(t('risks.filter.status'), 'statuses', STATUSES, (item) => t(`risks.status.${item}`), statusOf),
    h(
      'div',
      { class: 'risk-filter-pair' },
      field(
        t('risks.filter.framework'),
        select(frameworkOptions(), now.framework, (framework) => narrow({ framework, category: '' }), {
          'data-keep': 'framework',
        }),
      ),
      field(
        t('risks.filter.category'),
        select(categoryOptions(now.framework), now.category, (category) => narrow({ category }), {
          'data-keep': 'category',
          disabled: !now.framework,
        }),
      ),
    ),
    h(
      'div',
      { class: 'risk-filter-pair' },
      field(
        t('risks.filter.element'),
        select(elementOptions(), now.element, (element) => narrow({ element }), { 'data-keep': 'element' }),
      ),
      field(
        t('risks.filter.matrix'),
        select(cellOptions(), now.likelihood || now.impact ? `${now.likelihood}/${now.impact}` : '', cell, {
          'data-keep': 'cell',
        }),
      ),
    ),
    h(
      'div',
      { class: 'risk-filter-end' },
      h(
        'label',
        { class: 'check' },
        h('input', {
          type: 'checkbox',
          'data-keep': 'attention',
          checked: now.attention,
          onchange: (/** @type {any} */ event) => narrow({ attention: event.target.checked }),
        }),
        t('risks.filter.attention'),
      ),
      button(t('risks.filter.reset'), () => narrow({ ...fresh(), scope: now.scope }), { kind: 'quiet' }),
    ),
  );
}

/** @param {string} value */
function cell(value) {
  const [likelihood = '', impact = ''] = value.split('/');
  narrow({ likelihood, impact });
}

/**
 * @param {string} label @param {'severities' | 'statuses'} name @param {string[]} values
 * @param {(value: string) => string} words @param {(risk: any) => string} read
 */
function toggles(label, name, values, words, read) {
  const counts = tally(chosen({ [name]: [] }), read);
  const now = filters()[name];
  return h(
    'fieldset',
    { class: 'risk-toggles' },
    h('legend', null, label),
    values.map((value) =>
      h(
        'button',
        {
          type: 'button',
          class: `risk-toggle${name === 'severities' ? ` risk-toggle-${value}` : ''}`,
          'data-keep': `${name}-${value}`,
          'aria-pressed': String(now.includes(value)),
          onclick: () =>
            narrow({ [name]: now.includes(value) ? now.filter((item) => item !== value) : [...now, value] }),
        },
        words(value),
        ' ',
        h('span', { class: 'risk-toggle-count' }, String(counts.get(value) ?? 0)),
      ),
    ),
  );
}

function frameworkOptions() {
  const risks = chosen({ framework: '', category: '' });
  const titles = new Map((store.vocabulary?.frameworks ?? []).map((/** @type {any} */ item) => [item.id, item.title]));
  const title = (/** @type {string} */ id) =>
    FIELDS.includes(id) ? t(`risks.framework.${id}`) : (titles.get(id) ?? id);
  const ids = [
    ...FIELDS,
    ...[...tally(risks, (risk) => Object.keys(risk.refs ?? {})).keys()]
      .filter((id) => !FIELDS.includes(id))
      .sort((a, b) => byPlace(title(a), title(b))),
  ];
  const found = ids.map((id) => ({
    value: id,
    label: title(id),
    count: risks.filter((risk) => categoriesOf(risk, id).length).length,
  }));
  return [
    { value: '', label: t('risks.any') },
    ...found
      .filter((item) => item.count || item.value === filters().framework)
      .map((item) => ({ value: item.value, label: `${item.label} (${item.count})` })),
  ];
}

/** The categories of a framework that some risk is in, the nodes above them too. @param {string} framework */
function categoryOptions(framework) {
  if (!framework) return [{ value: '', label: t('risks.any') }];
  const counts = tally(chosen({ category: '' }), (risk) => categoriesOf(risk, framework).flatMap(above));
  const now = filters().category;
  if (now && !counts.has(now)) counts.set(now, 0);
  return [
    { value: '', label: t('risks.any') },
    ...[...counts.keys()]
      .sort(byPlace)
      .map((id) => ({ value: id, label: `${categoryTitle(framework, id)} (${counts.get(id)})` })),
  ];
}

/** `L.2.1` with `L.2` and `L`; ids that aren't trees stand alone. @param {string} id @returns {string[]} */
function above(id) {
  const parts = id.split('.');
  const tree = /^[A-Z]{1,2}$/.test(parts[0]) && parts.length > 1;
  return tree ? parts.map((_, depth) => parts.slice(0, depth + 1).join('.')) : [id];
}

/** @param {string} a @param {string} b */
const byPlace = (a, b) => a.localeCompare(b, undefined, { numeric: true });

/** What a category is called. @param {string} framework @param {string} id @returns {string} */
export function categoryTitle(framework, id) {
  const listed = store.vocabulary?.frameworks
    ?.find((/** @type {any} */ item) => item.id === framework)
    ?.categories?.find((/** @type {any} */ item) => String(item.id) === id);
  if (framework === 'linddun') return listed?.title ? `${id} ${listed.title}` : id;
  if (FIELDS.includes(framework)) return capital(listed?.title ?? id.replaceAll('-', ' '));
  return listed?.title ? `${id} ${listed.title}` : id;
}

function elementOptions() {
  const counts = tally(chosen({ element: '' }), (risk) => risk.element);
  const now = filters().element;
  if (now && !counts.has(now)) counts.set(now, 0);
  const listed = [...counts.entries()].map(([id, count]) => ({ value: id, label: `${placeName(id)} (${count})` }));
  return [{ value: '', label: t('risks.any') }, ...listed.sort((a, b) => a.label.localeCompare(b.label))];
}

function cellOptions() {
  return [
    { value: '', label: t('risks.any') },
    ...LEVELS.flatMap((likelihood) =>
      LEVELS.map((impact) => ({
        value: `${likelihood}/${impact}`,
        label: t('risks.cell', { likelihood: t(`risks.level.${likelihood}`), impact: t(`risks.level.${impact}`) }),
      })),
    ),
  ];
}

/** What stands where no risk is shown, by the reason. */
export function emptiness() {
  const reset = button(t('risks.filter.reset'), () => narrow({ ...fresh(), scope: filters().scope }));
  if (!Object.keys(store.model.elements ?? {}).length) return nothing(t('risks.none.title'), t('risks.none.text'));
  const now = filters();
  if (!narrowing(now) && !now.text && now.overlay === 'all')
    return nothing(t('risks.none-open.title'), t('risks.none-open.text'));
  return nothing(t('risks.none-left.title'), t('risks.none-left.text'), reset);
}
