// @ts-check
/** The control for an answer, by the kind of question; every answer is a change of the model that can be undone. */

import { button, h, select, uid } from '../dom.js';
import { at } from '../patch.js';
import { store } from '../store.js';
import { t } from '../words.js';

/** @typedef {{text: string, fact: string, path: (string|number)[] | null, answers: string[], open: boolean, kind: string, by_hand?: string, holder?: string, place?: string}} Question */

const FEW = 5;
export const UNKNOWN = 'unknown';
export const NOT_APPLICABLE = 'n/a';

/** What the model says now, or undefined. @param {Question} question @returns {any} */
export function written(question) {
  return question.path ? at(store.model, question.path) : undefined;
}

/**
 * The changes that an answer makes; `unknown` takes the answer back.
 * @param {Question} question @param {any} value @returns {any[]}
 */
export function changesFor(question, value) {
  const path = /** @type {(string|number)[]} */ (question.path);
  const before = written(question);
  if (value === UNKNOWN) return before === undefined ? [] : [{ op: 'remove', path }];
  if (question.kind === 'data' && question.fact === 'holds' && before && !Array.isArray(before))
    return held(path, before, value);
  return [{ op: 'set', path, value }];
}

/** Copies keep their own retention and protection when only the list of them changes. @param {(string|number)[]} path @param {Record<string, any>} before @param {string[]} wanted */
function held(path, before, wanted) {
  const gone = Object.keys(before)
    .filter((id) => !wanted.includes(id))
    .map((id) => ({ op: 'remove', path: [...path, id] }));
  const come = wanted
    .filter((id) => !Object.hasOwn(before, id))
    .map((id) => ({ op: 'set', path: [...path, id], value: {} }));
  return [...gone, ...come];
}

/**
 * Write an answer; to questions that are alike, the same.
 * @param {Question} question @param {any} value @param {Question[]} [alike] @returns {Promise<any>}
 */
export async function answer(question, value, alike = []) {
  const changes = [question, ...alike].flatMap((item) => changesFor(item, value));
  if (!changes.length) return null;
  return store.change(changes, { label: t('risks.answer.label', { fact: question.fact.replaceAll('_', ' ') }) });
}

/**
 * The control for a question.
 * @param {Question} question @param {{label?: string, done?: (value: any) => any, plain?: boolean, alike?: () => Question[]}} [options] `plain` leaves out unknown and not applicable
 */
export function answerControl(question, options = {}) {
  if (!question.path) return byHand(question);
  const give = async (/** @type {any} */ value) => {
    node.toggleAttribute('data-busy', true);
    await answer(question, value, options.alike?.() ?? []);
    node.removeAttribute('data-busy');
    options.done?.(value);
  };
  const make = { choice, number, text, data, fields, sources }[question.kind] ?? text;
  const node = h(
    'div',
    { class: `risk-answer risk-answer-${question.kind}`, role: 'group', 'aria-label': options.label ?? question.text },
    make(question, give, options),
  );
  if (store.readOnly) for (const item of node.querySelectorAll('button, input, select')) item.disabled = true;
  return node;
}

/** Where an answer has no place of its own in the file. @param {Question} question */
function byHand(question) {
  if (question.fact !== 'boundaries') return h('p', { class: 'risk-by-hand' }, question.by_hand ?? '');
  return h(
    'div',
    { class: 'risk-answer' },
    h('span', { class: 'risk-by-hand' }, t('risks.answer.drawn')),
    h('a', { class: 'btn', href: '#/design' }, t('risks.answer.draw')),
  );
}

/** @param {any} value */
const said = (value) =>
  value === true ? 'yes' : value === false ? 'no' : value === undefined || value === null ? UNKNOWN : String(value);

/** @param {string} value */
export const answerWords = (value) =>
  ['yes', 'no', UNKNOWN, NOT_APPLICABLE].includes(value) ? t(`risks.answer.${value}`) : value;

/** @param {Question} question @param {(value: any) => any} give @param {any} options */
function choice(question, give, options) {
  const now = said(written(question));
  const fact = question.path?.includes('facts');
  const usual =
    question.answers.includes(NOT_APPLICABLE) || !fact || options.plain
      ? question.answers
      : [...question.answers, NOT_APPLICABLE];
  if (question.answers.length <= FEW && !question.open) {
    const buttons = usual.map((value) =>
      h(
        'button',
        { type: 'button', 'aria-pressed': String(now === value), 'data-value': value, onclick: () => give(value) },
        answerWords(value),
      ),
    );
    const back = now !== UNKNOWN ? button(t('risks.answer.take-back'), () => give(UNKNOWN), { kind: 'quiet' }) : null;
    return [h('div', { class: 'segments' }, buttons), back];
  }
  const own = '…';
  const list = [
    { value: UNKNOWN, label: t('risks.answer.choose') },
    ...usual.map((value) => ({ value, label: answerWords(value) })),
  ];
  if (now !== UNKNOWN && !usual.includes(now)) list.push({ value: now, label: now });
  if (question.open) list.push({ value: own, label: t('risks.answer.other') });
  const other = h('span', { class: 'risk-answer-other', hidden: true });
  other.append(...text(question, give, options));
  const node = select(
    list,
    now,
    (value) => {
      other.hidden = value !== own;
      if (value === own) other.querySelector('input')?.focus();
      else give(value);
    },
    { 'aria-label': question.text },
  );
  return [node, other];
}

/** An input with its button; Enter answers. @param {Question} question @param {any} input @param {() => any} take */
function line(question, input, take) {
  const go = button(t('risks.answer.give'), take);
  input.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    event.stopPropagation();
    if (event.key === 'Enter') {
      event.preventDefault();
      take();
    }
  });
  return [input, go];
}

/** @param {Question} question @param {(value: any) => any} give @param {any} [_options] */
function text(question, give, _options) {
  const now = said(written(question));
  const input = h('input', { type: 'text', value: now === UNKNOWN ? '' : now, 'aria-label': question.text });
  return line(question, input, () => {
    if (input.value.trim()) give(input.value.trim());
  });
}

/** @param {Question} question @param {(value: any) => any} give */
function number(question, give) {
  const now = Number(written(question));
  const input = h('input', {
    type: 'number',
    min: 0,
    value: Number.isFinite(now) ? now : '',
    'aria-label': question.text,
  });
  return line(question, input, () => {
    if (input.value !== '' && Number.isFinite(Number(input.value))) give(Number(input.value));
  });
}

/** Fields that say something about people, as words. @param {Question} question @param {(value: any) => any} give */
function fields(question, give) {
  const now = written(question);
  const listed = uid('l');
  const input = h('input', {
    type: 'text',
    list: listed,
    value: Array.isArray(now) ? now.join(', ') : '',
    placeholder: t('risks.answer.fields'),
    'aria-label': question.text,
  });
  const words = () =>
    input.value
      .split(',')
      .map((/** @type {string} */ item) => item.trim().toLowerCase().replace(/\s+/g, '-'))
      .filter(Boolean);
  const suggestions = h(
    'datalist',
    { id: listed },
    (store.vocabulary?.personal ?? []).map((/** @type {any} */ item) => h('option', { value: item.id ?? item })),
  );
  return [
    ...line(question, input, () => {
      if (words().length) give(words());
    }),
    button(t('risks.answer.none'), () => give([]), { kind: 'quiet' }),
    suggestions,
  ];
}

/** @returns {[string, any][]} the model's data, by name */
const assets = () =>
  Object.entries(store.model.data ?? {}).sort(([a], [b]) => store.titleOf(a).localeCompare(store.titleOf(b)));

/** @param {Question} question @param {(value: any) => any} give */
function data(question, give) {
  const now = written(question);
  const held = new Set(Array.isArray(now) ? now : Object.keys(now ?? {}));
  const list = assets().map(([id]) =>
    h(
      'label',
      { class: 'check' },
      h('input', { type: 'checkbox', value: id, checked: held.has(id) }),
      store.titleOf(id),
    ),
  );
  if (!list.length)
    return [
      h('p', { class: 'risk-by-hand' }, t('risks.answer.no-data')),
      h('a', { class: 'btn', href: '#/table?tab=data' }, t('risks.answer.add-data')),
    ];
  const node = h('div', { class: 'risk-checks' }, list);
  const taken = () =>
    [...node.querySelectorAll('input:checked')].map((item) => /** @type {HTMLInputElement} */ (item).value);
  return [
    node,
    h(
      'div',
      { class: 'risk-answer-line' },
      button(t('risks.answer.give'), () => give(taken()), { kind: 'primary' }),
      button(t('risks.answer.none'), () => give([]), { kind: 'quiet' }),
    ),
  ];
}

/** What data was made from, and how. @param {Question} question @param {(value: any) => any} give */
function sources(question, give) {
  const now = written(question) ?? {};
  const ways = (store.vocabulary?.operations ?? ['train', 'transform', 'copy', 'derive']).map(
    (/** @type {any} */ item) => item.id ?? item,
  );
  const rows = assets()
    .filter(([id]) => id !== question.place)
    .map(([id]) => {
      const how = select(
        ways.map((/** @type {string} */ value) => ({ value, label: value })),
        now[id] ?? ways[0],
        () => {
          box.checked = true;
        },
        { 'aria-label': t('risks.answer.how', { name: store.titleOf(id) }) },
      );
      const box = h('input', { type: 'checkbox', value: id, checked: id in now });
      return {
        id,
        box,
        how,
        node: h('div', { class: 'risk-source' }, h('label', { class: 'check' }, box, store.titleOf(id)), how),
      };
    });
  const taken = () => Object.fromEntries(rows.filter((row) => row.box.checked).map((row) => [row.id, row.how.value]));
  return [
    h(
      'div',
      { class: 'risk-checks' },
      rows.map((row) => row.node),
    ),
    h(
      'div',
      { class: 'risk-answer-line' },
      button(t('risks.answer.give'), () => give(taken()), { kind: 'primary' }),
      button(t('risks.answer.none'), () => give({}), { kind: 'quiet' }),
    ),
  ];
}
