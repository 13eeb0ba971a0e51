// @ts-check
/** Small pieces that every view of risks shows the same way. */

import { h, pill } from '../dom.js';
import { t } from '../words.js';
import { needsAttention, statusOf } from './filters.js';

/** The severity, and how bad it may turn out. @param {{severity: string, worst?: string}} rated */
export function severity(rated) {
  const more = rated.worst && rated.worst !== rated.severity;
  return h(
    'span',
    { class: 'risk-severity' },
    pill(t(`severity.${rated.severity}`), rated.severity),
    more ? h('span', { class: 'risk-upto' }, t('risks.up-to', { severity: t(`severity.${rated.worst}`) })) : null,
  );
}

/** What stands of a risk besides its severity, in few words; nothing where it is simply open. @param {any} risk */
export function marks(risk) {
  const status = statusOf(risk);
  const said = [];
  if (risk.decision)
    said.push(
      h(
        'span',
        { class: `risk-mark risk-mark-${risk.decision.stale ? 'stale' : status}`, title: risk.decision.note || null },
        decided(risk),
      ),
    );
  else if (status !== 'open')
    said.push(h('span', { class: `risk-mark risk-mark-${status}` }, t(`risks.status.${status}`)));
  if (risk.new) said.push(h('span', { class: 'risk-mark risk-mark-new' }, t('risks.new')));
  if (risk.manual) said.push(h('span', { class: 'risk-mark' }, t('risks.manual.mark')));
  return said;
}

/** @param {any} risk */
function decided(risk) {
  const treatment = t(`risks.treatment.${risk.decision.treatment}`);
  if (risk.decision.stale)
    return t('risks.decision.stale-mark', { treatment, why: t(`risks.standing.${risk.decision.status}`) });
  return risk.decision.status === 'planned' ? t('risks.decision.planned-mark', { treatment }) : treatment;
}

/** A sentence begins with a capital. @param {string} text */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** A number with at most two digits after the point. @param {number} value */
export const short = (value) => String(Math.round(value * 100) / 100);

/** Buttons of which one is pressed. @param {string} label @param {{value: string, label: string, title?: string}[]} options @param {string} value @param {(value: string) => any} run */
export function segments(label, options, value, run) {
  const node = h('div', { class: 'segments', role: 'group', 'aria-label': label });
  const draw = (/** @type {string} */ now) => {
    node.replaceChildren(
      ...options.map((item) =>
        h(
          'button',
          {
            type: 'button',
            'aria-pressed': String(item.value === now),
            title: item.title ?? null,
            'data-value': item.value,
            onclick: () => {
              draw(item.value);
              run(item.value);
              node.querySelector(`[data-value="${CSS.escape(item.value)}"]`)?.focus();
            },
          },
          item.label,
        ),
      ),
    );
  };
  draw(value);
  node.choose = draw;
  return node;
}

/** An empty place that says what would be here. @param {string} title @param {string} text @param {any} [action] */
export const nothing = (title, text, action) =>
  h(
    'div',
    { class: 'risk-nothing' },
    h('p', { class: 'risk-nothing-title' }, title),
    h('p', null, text),
    action ?? null,
  );

export { needsAttention };
