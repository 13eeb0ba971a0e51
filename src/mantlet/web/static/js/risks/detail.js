// @ts-check
/** All about one risk: why it is there, how it is rated, what helps, what was decided. It follows the model as that changes. */

import { clear, h } from '../dom.js';
import { store } from '../store.js';
import { t } from '../words.js';
import { answerControl } from './answer.js';
import { bands } from './band.js';
import { decisionCard, decisionForm } from './decide.js';
import { Folds } from './folds.js';
import { back, keep } from './keep.js';
import { nothing } from './marks.js';
import { evidenceList, header, helpList, references, section } from './parts.js';
import { rateForm } from './rate.js';
import { ruleList } from './why.js';

/** @typedef {import('../app.js').App} App */

/** One explanation on the page. */
class Detail {
  /** @param {string} id @param {App} app @param {string} [part] which form is open at first */
  constructor(id, app, part) {
    this.app = app;
    /** the threat of the risk that is explained */
    this.threat = id;
    this.node = h('article', {
      class: 'risk-detail',
      'aria-busy': 'true',
      'aria-label': t('risks.explain.label', { id }),
    });
    this.rated = bands();
    this.folds = new Folds(part);
    /** @type {any} */
    this.told = null;
    /** controls that a decision is begun with @type {string[]} */
    this.wished = [];
    this.asked = 0;
    this.part = (/** @type {any} */ event) => this.openPart(event.detail);
    addEventListener('mantlet-part', this.part);
    this.off = store.on('register', () => this.read());
    this.node.append(h('p', { class: 'muted' }, '…'));
    this.read();
  }

  stop() {
    this.asked += 1;
    this.off();
    removeEventListener('mantlet-part', this.part);
  }

  async read() {
    const mine = ++this.asked;
    try {
      const answer = await this.app.api.get('/explain', { id: this.threat });
      if (mine === this.asked) this.take(answer);
    } catch (error) {
      if (mine === this.asked) this.gone(/** @type {any} */ (error));
    }
  }

  /** @param {any} answer */
  take(answer) {
    const before = this.told;
    this.told = answer;
    this.draw(before);
  }

  /** @param {any} error */
  gone(error) {
    this.node.setAttribute('aria-busy', 'false');
    this.told = null;
    clear(this.node).append(
      nothing(t('risks.gone.title'), error.status === 0 ? error.message : t('risks.gone.text', { id: this.threat })),
    );
  }

  /** @param {any} before what was told before, so that what changed can be said */
  draw(before) {
    const { told, node } = this;
    const kept = keep(node);
    const parts = [
      header(this.app, told, before, this.rated, (place) => this.other(place)),
      h('p', { class: 'risk-text' }, told.text),
      ...this.why(),
      this.rating(),
      helpList(told, (control) => this.plan(control)),
      this.decision(),
      evidenceList(told),
      references(told),
    ];
    clear(node).append(...parts.filter(Boolean));
    node.setAttribute('aria-busy', 'false');
    if (told.rating) this.narrow(before?.rating);
    back(node, kept);
  }

  /** Let the bands move from where they were. @param {any} before */
  narrow(before) {
    void this.rated.offsetWidth;
    this.rated.update(this.told.rating);
    if (!before || width(this.told.rating) > width(before) - 0.001) return;
    this.rated.classList.remove('bands-narrowed');
    requestAnimationFrame(() => this.rated.classList.add('bands-narrowed'));
  }

  /** Explain another threat of the same risk. @param {string} id */
  other(id) {
    this.threat = id;
    this.folds.forget();
    this.read();
  }

  /** @param {string} name */
  openPart(name) {
    this.folds.open.add(name);
    if (!this.told) return;
    this.draw(this.told);
    this.node.querySelector(`[data-part="${name}"]`)?.scrollIntoView({ block: 'start' });
  }

  /** Begin a decision with a control. @param {string} control */
  plan(control) {
    this.wished = [control];
    this.folds.close('decide');
    this.folds.open.add('decide');
    this.draw(this.told);
    const part = this.node.querySelector('[data-part="decide"]');
    part?.scrollIntoView({ block: 'nearest' });
    /** @type {HTMLElement | null | undefined} */ (part?.querySelector('input, select'))?.focus();
  }

  why() {
    const { applies, mitigated, state } = this.told;
    const take = (/** @type {string} */ control) => this.plan(control);
    const found = [
      section(
        'why',
        t('risks.why'),
        ...ruleList('applies', applies, take),
        applies.conditions.length ? null : h('p', { class: 'muted' }, t('risks.why.manual')),
      ),
    ];
    if (mitigated.conditions.length)
      found.push(
        section(
          'prevent',
          t(state === 'mitigated' ? 'risks.prevented' : 'risks.prevents'),
          ...ruleList('mitigated', mitigated, take),
        ),
      );
    return found;
  }

  rating() {
    const { told } = this;
    if (!told.rating) return null;
    const about = t('risks.rating.agent', { agent: told.rating.agent, harm: t(`risks.harm.${told.rating.harm}`) });
    return section(
      'rate',
      t('risks.rating'),
      h('p', { class: 'muted' }, about),
      narrowing(told),
      this.folds.draw('rate', t('risks.rate'), () => rateForm(told, this.app, () => this.folds.forms.delete('rate'))),
    );
  }

  decision() {
    const { told } = this;
    if (!told.rating || (told.state === 'mitigated' && !told.decision)) return null;
    const done = () => {
      this.folds.close('decide');
      this.wished = [];
    };
    return section(
      'decide',
      t('risks.decision'),
      told.decision ? decisionCard(told.decision) : h('p', { class: 'muted' }, t('risks.decision.none')),
      store.readOnly
        ? null
        : this.folds.draw('decide', t(told.decision ? 'risks.decision.change' : 'risks.decide'), () =>
            decisionForm({ keys: [told.risk], told, wished: this.wished, done }),
          ),
    );
  }
}

/**
 * @param {string} id `TYPE@place` @param {App} app @param {{part?: string}} [options]
 * @returns {any} a node with `stop()`
 */
export function detail(id, app, { part } = {}) {
  const made = new Detail(id, app, part);
  made.node.stop = () => made.stop();
  return made.node;
}

/** The questions whose answers would narrow the band. @param {any} told */
function narrowing(told) {
  if (!told.narrow?.length || store.readOnly) return null;
  const [first, ...rest] = told.narrow.map((/** @type {any} */ item) =>
    h(
      'li',
      { class: 'why-ask' },
      h('p', { class: 'why-question' }, item.text),
      h(
        'p',
        { class: 'why-because' },
        [t('risks.narrow.factor', { factor: item.factor.toLowerCase() }), item.why].filter(Boolean).join(' '),
      ),
      answerControl(item),
    ),
  );
  return h(
    'div',
    { class: 'narrow' },
    h('h4', null, t('risks.narrow')),
    h('ul', { class: 'why' }, first),
    rest.length
      ? h(
          'details',
          { class: 'why-rest' },
          h('summary', null, t('risks.narrow.more', { n: rest.length })),
          h('ul', { class: 'why' }, rest),
        )
      : null,
  );
}

/** How wide the bands of a rating are together. @param {any} rating */
const width = (rating) =>
  rating.likelihood_band[1] - rating.likelihood_band[0] + rating.impact_band[1] - rating.impact_band[0];
