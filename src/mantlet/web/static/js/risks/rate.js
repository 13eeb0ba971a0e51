// @ts-check
/** The OWASP calculator: sixteen factors with their estimates and reasons; any can be set, and the result follows. */

import { button, clear, h, pill, toast } from '../dom.js';
import { store } from '../store.js';
import { t } from '../words.js';
import { decide } from './deciding.js';
import { capital, short } from './marks.js';
import { format, merged, overridden, parse } from './vector.js';

const WAIT = 80;

/**
 * @param {any} told the explanation @param {import('../app.js').App} app @param {() => any} done called before what was set is written
 */
export function rateForm(told, app, done) {
  /** @type {Record<string, number>} */
  const own = parse(told.decision?.rating || manualRating(told));
  /** @type {Record<string, any>} */
  const by = Object.fromEntries(told.factors.map((/** @type {any} */ factor) => [factor.factor, factor]));
  const estimates = Object.fromEntries(told.factors.filter((/** @type {any} */ factor) => !(factor.factor in own) || factor.estimate !== undefined)
    .map((/** @type {any} */ factor) => [factor.factor, factor.estimate ?? factor.score]));
  const result = h('div', { class: 'rate-result', role: 'status', 'aria-live': 'polite' });
  const save = button(t('risks.rate.save'), keep, { kind: 'primary' });
  const reset = button(t('risks.rate.reset'), () => { for (const code of Object.keys(own)) delete own[code]; form.querySelectorAll('select').forEach((/** @type {any} */ item) => { item.value = ''; }); changed(); }, { kind: 'quiet' });
  const form = h('div', { class: 'rate' }, groups(), result, h('div', { class: 'rate-end' }, save, reset,
    h('span', { class: 'hint' }, t(told.decision ? 'risks.rate.kept' : 'risks.rate.kept-new'))));
  let asked = 0;
  let timer = 0;

  function groups() {
    const grouped = new Map();
    for (const factor of store.vocabulary.factors) grouped.set(factor.group, [...(grouped.get(factor.group) ?? []), factor]);
    return [...grouped.entries()].map(([group, factors]) => h('fieldset', { class: 'rate-group' }, h('legend', null, capital(group)),
      factors.map((/** @type {any} */ factor) => line(factor))));
  }
  /** @param {any} factor */
  function line(factor) {
    const now = by[factor.code];
    const mark = h('span', { class: 'rate-mark' });
    const name = h('label', { class: 'rate-name', for: `rate-${factor.code}` }, factor.title);
    const select = h('select', { id: `rate-${factor.code}`, 'data-code': factor.code, disabled: store.readOnly, onchange: () => {
      if (select.value === '') delete own[factor.code];
      else own[factor.code] = Number(select.value);
      show(mark, factor.code, now);
      changed();
    } }, options(factor, now));
    select.value = factor.code in own ? String(own[factor.code]) : '';
    show(mark, factor.code, now);
    const reason = now && now.source !== 'set' ? `${capital(now.reason)}.` : now ? t('risks.rate.set-before') : t('risks.rate.unset');
    return h('div', { class: 'rate-line' }, name, select, mark,
      h('p', { class: 'rate-why', id: `rate-${factor.code}-why` }, `${factor.question} `, h('span', { class: 'rate-reason' }, reason)));
  }
  /** @param {any} factor @param {any} now */
  function options(factor, now) {
    const estimate = estimates[factor.code];
    const first = estimate === undefined ? t('risks.rate.not-set') : t('risks.rate.estimate', { score: short(estimate), band: bandOf(now) });
    const usual = factor.options.map((/** @type {any} */ item) => h('option', { value: String(item.value) }, `${item.value} – ${item.label}`));
    const taken = new Set(factor.options.map((/** @type {any} */ item) => Number(item.value)));
    const set = own[factor.code];
    const rest = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...(set === undefined ? [] : [set])].filter((score, index, all) => !taken.has(score) && all.indexOf(score) === index);
    return [h('option', { value: '' }, first), ...usual, h('optgroup', { label: t('risks.rate.between') }, rest.map((score) => h('option', { value: String(score) }, String(score))))];
  }
  /** @param {HTMLElement} mark @param {string} code @param {any} now */
  function show(mark, code, now) {
    const source = code in own ? 'set' : now?.source === 'set' ? 'derived' : now?.source ?? 'unset';
    mark.textContent = t(`risks.rate.source.${source}`);
    mark.className = `rate-mark rate-mark-${source}`;
  }
  function changed() {
    clearTimeout(timer);
    timer = window.setTimeout(ask, WAIT);
  }
  async function ask() {
    const mine = ++asked;
    try {
      const answer = await app.api.post('/rate', { factors: merged(estimates, own), mode: told.rating.mode });
      if (mine === asked && document.contains(form)) tell(answer);
    } catch (error) {
      if (mine === asked) clear(result).append(h('p', { class: 'rate-wrong' }, /** @type {any} */ (error).message, ' ', h('span', { class: 'muted' }, /** @type {any} */ (error).mend)));
    }
  }
  /** @param {any} answer */
  function tell(answer) {
    const part = (/** @type {string} */ label, /** @type {number | null} */ score, /** @type {string} */ level) => h('div', { class: 'rate-part' }, h('span', null, label),
      h('strong', null, score === null ? '–' : short(score)), level ? h('span', { class: `rate-level rate-level-${level}` }, t(`risks.level.${level}`)) : null);
    clear(result).append(h('div', { class: 'rate-parts' }, part(capital(t('risks.likelihood')), answer.likelihood, answer.likelihood_level),
      part(t('risks.rate.technical'), answer.technical, ''), part(t('risks.rate.business'), answer.business, ''),
      part(capital(t('risks.impact')), answer.impact, answer.impact_level), h('div', { class: 'rate-part' }, h('span', null, t('risks.rate.severity')), pill(t(`severity.${answer.severity}`), answer.severity),
      answer.severity === told.rating.severity ? null : h('span', null, t('risks.rate.was', { severity: t(`severity.${told.rating.severity}`) })))),
    h('div', { class: 'rate-vector' }, h('code', null, answer.vector),
      button('', () => { navigator.clipboard?.writeText(answer.vector); toast(t('risks.rate.copied'), { kind: 'ok' }); }, { icon: 'copy', title: t('risks.rate.copy'), kind: 'quiet' })));
  }
  async function keep() {
    const codes = overridden(own);
    done();
    const before = told.decision ?? { treatment: 'mitigate', status: 'open' };
    await decide([before.key ?? told.risk], { ...before, rating: format(own) }, t(codes.length ? 'risks.rate.label' : 'risks.rate.label-reset', { id: told.risk }));
  }
  save.disabled = store.readOnly;
  form.estimates = estimates;
  queueMicrotask(ask);
  return form;
}

/** @param {any} now */
const bandOf = (now) => (now && now.band[1] > now.band[0] ? ` (${short(now.band[0])}–${short(now.band[1])})` : '');

/** The rating that people gave with a threat that they found. @param {any} told */
const manualRating = (told) => store.model.threats?.[told.type]?.rating ?? '';
