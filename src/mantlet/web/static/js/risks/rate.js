// @ts-check
/** The OWASP calculator: sixteen factors with their estimates and reasons; any can be set, and the result follows. */

import { button, clear, h, pill, toast } from '../dom.js';
import { store } from '../store.js';
import { t } from '../words.js';
import { decide } from './deciding.js';
import { capital, short } from './marks.js';
import { format, merged, overridden, parse } from './vector.js';

const WAIT = 80;
const SCORES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

class RateForm {
  /** @param {any} told the explanation @param {import('../app.js').App} app @param {() => any} done called before what was set is written */
  constructor(told, app, done) {
    this.told = told;
    this.app = app;
    this.done = done;
    this.asked = 0;
    this.timer = 0;
    /** what people set, by code @type {Record<string, number>} */
    this.own = parse(told.decision?.rating || (store.model.threats?.[told.type]?.rating ?? ''));
    /** @type {Record<string, any>} */
    this.known = Object.fromEntries(told.factors.map((/** @type {any} */ factor) => [factor.factor, factor]));
    /** @type {Record<string, number>} */
    this.estimates = {};
    for (const factor of told.factors) {
      const estimate =
        factor.estimate !== undefined ? factor.estimate : factor.factor in this.own ? null : factor.score;
      if (estimate !== null) this.estimates[factor.factor] = estimate;
    }
    this.result = h('div', { class: 'rate-result', role: 'status', 'aria-live': 'polite' });
    this.node = h('div', { class: 'rate' }, this.groups(), this.result, this.ends());
    queueMicrotask(() => this.ask());
  }

  groups() {
    const grouped = new Map();
    for (const factor of store.vocabulary.factors)
      grouped.set(factor.group, [...(grouped.get(factor.group) ?? []), factor]);
    return [...grouped.entries()].map(([group, factors]) =>
      h(
        'fieldset',
        { class: 'rate-group' },
        h('legend', null, capital(group)),
        factors.map((/** @type {any} */ factor) => this.line(factor)),
      ),
    );
  }

  /** @param {any} factor of the vocabulary */
  line(factor) {
    const { code } = factor;
    const mark = h('span', { class: 'rate-mark' });
    const select = h(
      'select',
      {
        id: `rate-${code}`,
        disabled: store.readOnly,
        'aria-describedby': `rate-${code}-why`,
        onchange: () => {
          if (select.value === '') delete this.own[code];
          else this.own[code] = Number(select.value);
          this.mark(mark, code);
          this.later();
        },
      },
      this.options(factor),
    );
    select.value = code in this.own ? String(this.own[code]) : '';
    this.mark(mark, code);
    return h(
      'div',
      { class: 'rate-line' },
      h('label', { class: 'rate-name', for: select.id }, factor.title),
      select,
      mark,
      h(
        'p',
        { class: 'rate-why', id: `rate-${code}-why` },
        `${factor.question} `,
        h('span', { class: 'rate-reason' }, this.reason(code)),
      ),
    );
  }

  /** The estimate first, then the answers of the method, then the scores between them. @param {any} factor */
  options(factor) {
    const estimate = this.estimates[factor.code];
    const first =
      estimate === undefined
        ? t('risks.rate.not-set')
        : t('risks.rate.estimate', { score: short(estimate), band: bandOf(this.known[factor.code]) });
    const usual = factor.options.map((/** @type {any} */ item) =>
      h('option', { value: String(item.value) }, `${item.value} – ${item.label}`),
    );
    const taken = new Set(factor.options.map((/** @type {any} */ item) => Number(item.value)));
    const set = this.own[factor.code];
    const rest = (set === undefined || SCORES.includes(set) ? SCORES : [...SCORES, set]).filter(
      (score) => !taken.has(score),
    );
    return [
      h('option', { value: '' }, first),
      ...usual,
      h(
        'optgroup',
        { label: t('risks.rate.between') },
        rest.map((score) => h('option', { value: String(score) }, String(score))),
      ),
    ];
  }

  /** @param {string} code */
  reason(code) {
    const now = this.known[code];
    if (!now) return t('risks.rate.unset');
    return now.source === 'set' ? t('risks.rate.set-before') : `${capital(now.reason)}.`;
  }

  /** Whether it is set, derived or a default. @param {HTMLElement} mark @param {string} code */
  mark(mark, code) {
    const now = this.known[code];
    const source = code in this.own ? 'set' : now?.source === 'set' ? 'derived' : (now?.source ?? 'unset');
    mark.textContent = t(`risks.rate.source.${source}`);
    mark.className = `rate-mark rate-mark-${source}`;
  }

  ends() {
    const save = button(t('risks.rate.save'), () => this.save(), { kind: 'primary', disabled: store.readOnly });
    const reset = button(t('risks.rate.reset'), () => this.reset(), { kind: 'quiet', disabled: store.readOnly });
    return h(
      'div',
      { class: 'rate-end' },
      save,
      reset,
      h('span', { class: 'hint' }, t(this.told.decision ? 'risks.rate.kept' : 'risks.rate.kept-new')),
    );
  }

  reset() {
    this.own = {};
    for (const line of this.node.querySelectorAll('.rate-line')) {
      const select = line.querySelector('select');
      select.value = '';
      this.mark(line.querySelector('.rate-mark'), select.id.replace('rate-', ''));
    }
    this.later();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.ask(), WAIT);
  }

  /** Let the server rate what is set now. */
  async ask() {
    const mine = ++this.asked;
    try {
      const answer = await this.app.api.post('/rate', {
        factors: merged(this.estimates, this.own),
        mode: this.told.rating.mode,
      });
      if (mine === this.asked) this.tell(answer);
    } catch (error) {
      const { message, mend } = /** @type {any} */ (error);
      if (mine === this.asked)
        clear(this.result).append(h('p', { class: 'rate-wrong' }, message, ' ', h('span', { class: 'muted' }, mend)));
    }
  }

  /** @param {any} answer */
  tell(answer) {
    const was = this.told.rating.severity;
    const copy = () => {
      navigator.clipboard?.writeText(answer.vector);
      toast(t('risks.rate.copied'), { kind: 'ok' });
    };
    clear(this.result).append(
      h(
        'div',
        { class: 'rate-parts' },
        part(capital(t('risks.likelihood')), answer.likelihood, answer.likelihood_level),
        part(t('risks.rate.technical'), answer.technical),
        part(t('risks.rate.business'), answer.business),
        part(capital(t('risks.impact')), answer.impact, answer.impact_level),
        h(
          'div',
          { class: 'rate-part' },
          h('span', null, t('risks.rate.severity')),
          pill(t(`severity.${answer.severity}`), answer.severity),
          answer.severity === was ? null : h('span', null, t('risks.rate.was', { severity: t(`severity.${was}`) })),
        ),
      ),
      h(
        'div',
        { class: 'rate-vector' },
        h('code', null, answer.vector),
        button('', copy, { icon: 'copy', title: t('risks.rate.copy'), kind: 'quiet' }),
      ),
    );
  }

  async save() {
    const before = this.told.decision ?? { treatment: 'mitigate', status: 'open' };
    const label = t(overridden(this.own).length ? 'risks.rate.label' : 'risks.rate.label-reset', {
      id: this.told.risk,
    });
    this.done();
    await decide([before.key ?? this.told.risk], { ...before, rating: format(this.own) }, label);
  }
}

/** @param {string} label @param {number | null} score @param {string} [level] */
const part = (label, score, level) =>
  h(
    'div',
    { class: 'rate-part' },
    h('span', null, label),
    h('strong', null, score === null ? '–' : short(score)),
    level ? h('span', { class: `rate-level rate-level-${level}` }, t(`risks.level.${level}`)) : null,
  );

/** @param {any} now */
const bandOf = (now) => (now && now.band[1] > now.band[0] ? ` (${short(now.band[0])}–${short(now.band[1])})` : '');

/** @param {any} told @param {import('../app.js').App} app @param {() => any} done */
export const rateForm = (told, app, done) => new RateForm(told, app, done).node;
