// @ts-check
/** The matrix of likelihood by impact: how many risks each cell has; a click shows only those. */

import { h } from '../dom.js';
import { store } from '../store.js';
import { t } from '../words.js';
import { chosen, filters, narrow } from './filterbar.js';
import { LEVELS } from './filters.js';

const IMPACTS = [...LEVELS].reverse();
/** Severity by likelihood level, then impact level, as the OWASP method has it. */
export const SEVERITY = {
  low: { low: 'note', medium: 'low', high: 'medium' },
  medium: { low: 'low', medium: 'medium', high: 'high' },
  high: { low: 'medium', medium: 'high', high: 'critical' },
};

/** @param {any[]} risks @returns {Record<string, number>} counts by `likelihood/impact` */
export function cells(risks) {
  /** @type {Record<string, number>} */
  const found = {};
  for (const risk of risks) {
    const cell = `${risk.likelihood_level}/${risk.impact_level}`;
    found[cell] = (found[cell] ?? 0) + 1;
  }
  return found;
}

/** @returns {any} a node with `stop()` */
export function matrix() {
  const grid = h('div', { class: 'risk-matrix', role: 'group', 'aria-label': t('risks.matrix') });
  /** @type {Map<string, HTMLElement>} */
  const buttons = new Map();
  grid.append(
    h('div', { class: 'risk-matrix-corner' }, t('risks.likelihood')),
    ...IMPACTS.map((impact) => h('div', { class: 'risk-matrix-head' }, t(`risks.level.${impact}`))),
  );
  for (const likelihood of LEVELS) {
    grid.append(h('div', { class: 'risk-matrix-side' }, t(`risks.level.${likelihood}`)));
    for (const impact of IMPACTS) grid.append(cell(/** @type {'low'} */ (likelihood), /** @type {'low'} */ (impact)));
  }
  grid.append(h('div', { class: 'risk-matrix-foot' }, t('risks.impact')));

  /** @param {'low'|'medium'|'high'} likelihood @param {'low'|'medium'|'high'} impact */
  function cell(likelihood, impact) {
    const node = h('button', {
      type: 'button',
      class: `risk-cell risk-cell-${SEVERITY[likelihood][impact]}`,
      onclick: () => {
        const now = filters();
        const same = now.likelihood === likelihood && now.impact === impact;
        narrow(same ? { likelihood: '', impact: '' } : { likelihood, impact });
      },
      onkeydown: (/** @type {KeyboardEvent} */ event) => walk(event, likelihood, impact),
    });
    buttons.set(`${likelihood}/${impact}`, node);
    return node;
  }
  function walk(/** @type {KeyboardEvent} */ event, /** @type {string} */ likelihood, /** @type {string} */ impact) {
    const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[
      event.key
    ] ?? [0, 0];
    if (!down && !right) return;
    event.preventDefault();
    const next = `${LEVELS[LEVELS.indexOf(likelihood) + down]}/${IMPACTS[IMPACTS.indexOf(impact) + right]}`;
    buttons.get(next)?.focus();
  }
  function draw() {
    const now = filters();
    const counts = cells(chosen({ likelihood: '', impact: '' }));
    for (const [place, node] of buttons) {
      const [likelihood, impact] = /** @type {['low', 'low']} */ (place.split('/'));
      const count = counts[place] ?? 0;
      node.textContent = count ? String(count) : '·';
      node.classList.toggle('risk-cell-none', !count);
      node.setAttribute('aria-pressed', String(now.likelihood === likelihood && now.impact === impact));
      node.setAttribute(
        'aria-label',
        t('risks.matrix.cell', {
          n: count,
          severity: t(`severity.${SEVERITY[likelihood][impact]}`),
          likelihood: t(`risks.level.${likelihood}`),
          impact: t(`risks.level.${impact}`),
        }),
      );
    }
  }
  const off = [store.on('filters', draw), store.on('register', draw)];
  draw();
  /** @type {any} */ (grid).stop = () => off.forEach((stop) => stop());
  return grid;
}
