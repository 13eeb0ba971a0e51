// @ts-check
/** Why a threat applies and what would prevent it: each condition with its fact, where that comes from, and the question. */

import { button, clear, h, icon } from '../dom.js';
import { store } from '../store.js';
import { t } from '../words.js';
import { answerControl, answerWords } from './answer.js';
import { capital } from './marks.js';

const SIGNS = { yes: 'check', no: 'close', unknown: 'help' };

/**
 * One rule in words; what decided it first, what didn't matter folded away.
 * @param {'applies' | 'mitigated'} kind @param {any} rule @param {(id: string) => any} take called with a control's id to plan it
 */
export function ruleList(kind, rule, take) {
  const decisive = rule.conditions.filter((/** @type {any} */ item) => item.decisive);
  const rest = rule.conditions.filter((/** @type {any} */ item) => !item.decisive);
  const list = h(
    'ul',
    { class: `why why-${kind}` },
    decisive.map((/** @type {any} */ item) => condition(kind, item, take)),
  );
  const more = rest.length
    ? h(
        'details',
        { class: 'why-rest' },
        h('summary', null, t(`risks.why.rest.${kind}`, { n: rest.length })),
        h(
          'ul',
          { class: `why why-${kind}` },
          rest.map((/** @type {any} */ item) => condition(kind, item, take)),
        ),
      )
    : null;
  const code =
    rule.rule === 'yes' || rule.rule === 'no'
      ? null
      : h('details', { class: 'why-rule' }, h('summary', null, t('risks.why.rule')), h('code', null, rule.rule));
  return [decisive.length ? list : null, more, code];
}

/** @param {'applies' | 'mitigated'} kind @param {any} item @param {(id: string) => any} take */
function condition(kind, item, take) {
  const answer = /** @type {'yes' | 'no' | 'unknown'} */ (item.answer);
  const [open, box] = ask(item);
  const node = h(
    'li',
    { class: `why-item why-item-${answer}` },
    h(
      'span',
      { class: 'why-sign' },
      icon(SIGNS[answer], 14),
      h('span', { class: 'sr' }, t(`risks.why.${kind}.${answer}`)),
    ),
    h('div', { class: 'why-body' }, sentence(item), source(item, [open, plan(item, take)]), box),
  );
  return node;
}

/** The condition in words; a fact with its value and what would be needed. @param {any} item */
function sentence(item) {
  if (!item.title || !item.wanted.length) return h('div', { class: 'why-words' }, capital(item.words));
  const value = h('span', { class: `why-value why-value-${item.answer}` }, answerWords(item.value || 'unknown'));
  const told = [h('span', { class: 'why-title' }, capital(item.title)), ': ', value];
  if (item.answer !== 'yes')
    told.push(
      h(
        'span',
        { class: 'why-wanted' },
        ' · ',
        t(item.negated ? 'risks.why.wanted-not' : 'risks.why.wanted', { values: listed(item.wanted) }),
      ),
    );
  return h('div', { class: 'why-words' }, told);
}

/** @param {string[]} values */
function listed(values) {
  const words = values.map((value) => answerWords(value).toLowerCase());
  const some = words.length > 5 ? [...words.slice(0, 4), t('risks.why.others', { n: words.length - 4 })] : words;
  return some.length < 2 ? some.join('') : `${some.slice(0, -1).join(', ')} ${t('or')} ${some.at(-1)}`;
}

/** Of what it speaks and whose word it is, with what can be done about it. @param {any} item @param {any[]} actions */
function source(item, actions) {
  const contradicted = item.from.startsWith('evidence against');
  const from = item.from === 'nobody wrote it' ? t('risks.why.nobody') : t('risks.why.from', { from: item.from });
  const about = item.title && item.wanted.length ? `${capital(item.about)} · ` : '';
  return h(
    'div',
    { class: `why-source${contradicted ? ' why-source-against' : ''}` },
    h('span', null, about, about ? from.charAt(0).toLowerCase() + from.slice(1) : from),
    actions,
  );
}

/**
 * The question behind an unknown fact, to be answered at once; a known one can be changed.
 * @param {any} item @returns {[any, any]} the button that opens it, if it is closed, and the question
 */
function ask(item) {
  const question = item.question;
  if (!question || (!question.path && item.answer !== 'unknown')) return [null, null];
  if (item.answer === 'unknown' && (item.value === 'unknown' || !item.title)) {
    return [
      null,
      h(
        'div',
        { class: 'why-ask' },
        h('p', { class: 'why-question' }, question.text),
        question.why ? h('p', { class: 'why-because' }, question.why) : null,
        answerControl(question),
      ),
    ];
  }
  if (!item.title || store.readOnly) return [null, null];
  const box = h('div', { class: 'why-ask', hidden: true });
  const open = button(
    t('risks.why.change'),
    () => {
      box.hidden = !box.hidden;
      open.setAttribute('aria-expanded', String(!box.hidden));
      if (box.hidden) return;
      clear(box).append(h('p', { class: 'why-question' }, question.text), answerControl(question));
      box.querySelector('button, select, input')?.focus();
    },
    { kind: 'quiet', class: 'why-change' },
  );
  open.setAttribute('aria-expanded', 'false');
  return [open, box];
}

/** A condition that a control would make true can be planned. @param {any} item @param {(id: string) => any} take */
function plan(item, take) {
  if (!item.control || item.answer === 'yes') return null;
  return button(t('risks.why.plan'), () => take(item.control), { kind: 'quiet', class: 'why-change' });
}
