// @ts-check
/** What is known about a thing: yes, no, a value, not applicable, or unknown, with where it comes from when nobody wrote it. */

import { button, clear, h, select } from './dom.js';
import { store } from './store.js';
import { t } from './words.js';

const SUBJECT = /** @type {Record<string, string>} */ ({
  elements: 'element',
  flows: 'flow',
  boundaries: 'boundary',
  data: 'data',
});
const shownAll = new Set();

/**
 * The facts of a thing as a list of questions; each answer is one change.
 * @param {string[]} base the path to the entry, such as `['elements', 'api']` or `['system']` @param {any} entry
 * @returns {HTMLElement}
 */
export function factList(base, entry) {
  const subject = SUBJECT[base[0]] ?? 'system';
  const all = Object.values(/** @type {Record<string, any>} */ (store.vocabulary.facts)).filter(
    (fact) => !fact.derived && fact.at.includes(subject),
  );
  const worth = new Set(asked(base[0], entry));
  const written = entry?.facts ?? {};
  const given = base.length > 1 ? (store.inherited[base[0]]?.[base[1]] ?? {}) : {};
  const first =
    all.length <= 24 ? all : all.filter((fact) => worth.has(fact.id) || fact.id in written || fact.id in given);
  const rest = all.filter((fact) => !first.includes(fact));
  const key = base.join('/');
  const box = h('div', { class: 'facts' });
  const search = h('input', {
    type: 'search',
    placeholder: t('facts.search', { n: all.length }),
    'aria-label': t('facts.search', { n: all.length }),
  });
  const draw = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const list = words.length
      ? all.filter((fact) =>
          words.every((/** @type {string} */ word) =>
            `${fact.id} ${fact.title} ${fact.question}`.toLowerCase().includes(word),
          ),
        )
      : shownAll.has(key)
        ? [...first, ...rest]
        : first;
    clear(box).append(...list.map((fact) => row(fact, base, written[fact.id], given[fact.id])));
    if (!list.length) box.append(h('p', { class: 'muted' }, t(words.length ? 'facts.none' : 'facts.nothing')));
    if (!words.length && rest.length && !shownAll.has(key))
      box.append(
        button(
          t('facts.more', { n: rest.length }),
          () => {
            shownAll.add(key);
            draw();
          },
          { kind: 'quiet', icon: 'down' },
        ),
      );
  };
  search.addEventListener('input', draw);
  draw();
  const open = first.filter((fact) => !(fact.id in written) && !(fact.id in given)).length;
  return h(
    'section',
    { class: 'fact-section' },
    h(
      'div',
      { class: 'row section-head' },
      h('h3', null, t('facts')),
      open ? h('span', { class: 'pill' }, t('facts.open', { n: open })) : null,
    ),
    search,
    box,
  );
}

/** @param {string} section @param {any} entry @returns {string[]} the facts worth asking about here */
function asked(section, entry) {
  if (section === 'elements') return store.type(entry.type)?.facts ?? [];
  if (section === 'boundaries') return store.boundaryType(entry.type)?.facts ?? [];
  if (section === 'flows')
    return ['protocol', 'encrypted', 'server_auth', 'client_auth', 'access', 'integrity_checked', 'rate_limited'];
  return [];
}

/** @param {any} fact @param {string[]} base @param {any} value as written @param {{value: any, from: string} | undefined} given */
function row(fact, base, value, given) {
  const path = [...base, 'facts', fact.id];
  const write = (/** @type {any} */ next) => {
    if (String(next ?? '') === String(value ?? '')) return;
    store.change([next === '' || next === undefined ? { op: 'remove', path } : { op: 'set', path, value: next }], {
      label: t('did.fact', { fact: fact.title }),
    });
  };
  const about = [fact.question?.replace('{at}', base.length > 1 ? store.titleOf(base[1]) : t('facts.system')), fact.why]
    .filter(Boolean)
    .join(' ');
  const from =
    value === undefined && given
      ? h('span', { class: 'given' }, t('facts.given', { value: valueText(given.value), from: fromText(given.from) }))
      : null;
  return h(
    'div',
    { class: `fact${value === undefined ? (given ? ' fact-given' : ' fact-open') : ''}`, 'data-fact': fact.id },
    h('div', { class: 'fact-name', title: about }, h('span', null, fact.title), from),
    control(fact, value, given, write),
  );
}

/** @param {any} value */
export const valueText = (value) =>
  ['yes', 'no', 'n/a', 'unknown'].includes(String(value)) ? t(`value.${value}`) : String(value);

/** @param {string} from */
function fromText(from) {
  if (!from) return t('facts.from-model');
  const [kind, name] = String(from).includes(':') ? String(from).split(/:\s*/) : ['', String(from)];
  return name && store.sectionOf(name) ? store.titleOf(name) : name || kind;
}

/** @param {any} fact @param {any} value @param {any} given @param {(value: any) => void} write */
function control(fact, value, given, write) {
  const choices = Array.isArray(fact.values) ? fact.values : null;
  if (choices && choices.join() === 'yes,no') return segments(fact, value, given, write);
  if (!choices) return freeField(fact, value, write, fact.values === 'number' ? 'number' : 'text');
  if (fact.open) return openField(fact, choices, value, write);
  const options = ['', ...choices, 'n/a'].map((item) => ({
    value: item,
    label: item === '' ? t('value.unknown') : valueText(item),
  }));
  return select(options, value === undefined || value === 'unknown' ? '' : String(value), write, {
    'aria-label': fact.title,
    disabled: store.readOnly,
  });
}

/** @param {any} fact @param {any} value @param {any} given @param {(value: any) => void} write */
function segments(fact, value, given, write) {
  const now = value === undefined || value === 'unknown' ? '' : String(value);
  const options = /** @type {const} */ ([
    ['yes', 'yes'],
    ['no', 'no'],
    ['n/a', 'n/a'],
    ['', 'unknown'],
  ]);
  const group = h(
    'div',
    { class: 'segments', role: 'radiogroup', 'aria-label': fact.title },
    options.map(([item, name]) =>
      h(
        'button',
        {
          type: 'button',
          role: 'radio',
          'aria-checked': String(now === item),
          tabindex: now === item ? 0 : -1,
          class: `seg seg-${name.replace('/', '')}${given && value === undefined && String(given.value) === item ? ' seg-given' : ''}`,
          disabled: store.readOnly,
          title: t(`value.${name}.title`),
          onclick: () => write(item),
        },
        t(`value.${name}.short`),
      ),
    ),
  );
  group.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    const way = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    const at = options.findIndex(([item]) => item === now);
    write(options[(at + way + options.length) % options.length][0]);
  });
  return group;
}

/** @param {any} fact @param {any} value @param {(value: any) => void} write @param {string} type */
function freeField(fact, value, write, type) {
  const input = h('input', {
    type,
    value: value ?? '',
    placeholder: t('value.unknown'),
    'aria-label': fact.title,
    disabled: store.readOnly,
  });
  input.addEventListener('change', () =>
    write(input.value === '' ? '' : type === 'number' ? Number(input.value) : input.value.trim()),
  );
  return input;
}

/** @param {any} fact @param {string[]} choices @param {any} value @param {(value: any) => void} write */
function openField(fact, choices, value, write) {
  const list = `values-${fact.id}`;
  const input = h('input', {
    value: value === undefined || value === 'unknown' ? '' : value,
    placeholder: t('value.unknown'),
    list,
    'aria-label': fact.title,
    disabled: store.readOnly,
  });
  input.addEventListener('change', () => write(input.value.trim()));
  return h(
    'div',
    { class: 'open-value' },
    input,
    h(
      'datalist',
      { id: list },
      [...choices, 'n/a'].map((item) => h('option', { value: item })),
    ),
  );
}
