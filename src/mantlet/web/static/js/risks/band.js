// @ts-check
/** Scores from 0 to 9 as tracks: the estimate as a dot, the band that unknown facts leave as a bar that narrows. */

import { h } from '../dom.js';
import { t } from '../words.js';
import { capital, short } from './marks.js';

/** @param {number} score */
const share = (score) => `${(Math.max(0, Math.min(9, score)) / 9) * 100}%`;

/** @param {number} score */
export const levelOf = (score) => (score < 3 ? 'low' : score < 6 ? 'medium' : 'high');

/** @param {string} label @returns {any} a node with `update(best, low, high)` */
export function band(label) {
  const bar = h('span', { class: 'band-bar' });
  const dot = h('span', { class: 'band-dot' });
  const said = h('span', { class: 'band-said' });
  const node = h(
    'div',
    { class: 'band' },
    h('span', { class: 'band-label' }, label),
    h(
      'span',
      { class: 'band-track', 'aria-hidden': 'true' },
      h('span', { class: 'band-zone' }),
      h('span', { class: 'band-zone' }),
      h('span', { class: 'band-zone' }),
      bar,
      dot,
    ),
    said,
  );
  node.update = (/** @type {number} */ best, /** @type {number} */ low, /** @type {number} */ high) => {
    bar.style.left = share(low);
    bar.style.right = `${100 - (Math.min(9, high) / 9) * 100}%`;
    dot.style.left = share(best);
    const wide = high - low > 0.005;
    said.textContent = `${short(best)} · ${t(`risks.level.${levelOf(best)}`)}${wide ? ` (${short(low)}–${short(high)})` : ''}`;
    node.classList.toggle('band-sure', !wide);
  };
  return node;
}

/** Likelihood and impact of a rating; kept while answers narrow them. @returns {any} a node with `update(rating)` */
export function bands() {
  const likelihood = band(capital(t('risks.likelihood')));
  const impact = band(capital(t('risks.impact')));
  const node = h('div', { class: 'bands' }, likelihood, impact);
  node.update = (/** @type {any} */ rating) => {
    likelihood.update(rating.likelihood, ...rating.likelihood_band);
    impact.update(rating.impact, ...rating.impact_band);
  };
  return node;
}
