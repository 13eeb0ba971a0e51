// @ts-check
/** Which risks are shown: pure, so that the list, the register, the matrix and the badges on the drawing agree. */

export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'note'];
export const STATUSES = ['open', 'planned', 'to-confirm', 'settled', 'mitigated'];
export const LENSES = ['all', 'security', 'privacy', 'ml'];
export const LEVELS = ['high', 'medium', 'low'];
/** Frameworks that are fields of a risk; all others are its `refs`. */
export const FIELDS = ['stride', 'cia', 'linddun', 'trim'];
const SHOWN_AT_FIRST = ['open', 'planned'];

/**
 * @typedef {object} Filters
 * @property {string} overlay one of LENSES
 * @property {string} framework empty for any
 * @property {string} category of the framework; empty for any
 * @property {string[]} severities empty for any
 * @property {string[]} statuses empty for any
 * @property {string} text
 * @property {string} element a place's id; empty for any
 * @property {string} likelihood a level; empty for any
 * @property {string} impact
 * @property {boolean} attention only what has a decision that no longer counts, or came with a later catalogue
 * @property {'selection' | 'all'} scope whether the list beside the drawing follows the selection
 */

/** @returns {Filters} what is shown at first */
export function fresh() {
  return {
    overlay: 'all',
    framework: '',
    category: '',
    severities: [],
    statuses: [...SHOWN_AT_FIRST],
    text: '',
    element: '',
    likelihood: '',
    impact: '',
    attention: false,
    scope: 'selection',
  };
}

/** Filters with what is missing filled in. @param {any} filters @returns {Filters} */
export const complete = (filters) => ({ ...fresh(), ...filters });

/**
 * How things stand with a risk, in one word of STATUSES.
 * @param {any} risk @returns {string}
 */
export function statusOf(risk) {
  if (risk.state === 'mitigated') return 'mitigated';
  if (risk.settled) return 'settled';
  if (risk.state === 'to-confirm') return 'to-confirm';
  return risk.decision?.status === 'planned' ? 'planned' : 'open';
}

/** Whether somebody should look at its decision again. @param {any} risk */
export const needsAttention = (risk) => Boolean(risk.decision?.stale || risk.new);

/**
 * Which packs count as being about machine learning, by the vocabulary's packs.
 * @param {any[] | undefined} packs @returns {Set<string>}
 */
export function learningPacks(packs) {
  const found = new Set(['ml']);
  for (const pack of packs ?? []) if (pack.within === 'ml') found.add(pack.id);
  return found;
}

/**
 * What a risk is to somebody who looks for security, privacy or machine learning. One risk can be all three.
 * @param {any} risk @param {string} lens @param {Set<string>} learning
 */
export function seenBy(risk, lens, learning) {
  if (lens === 'security') return risk.stride.length > 0 || (risk.manual && !risk.linddun.length);
  if (lens === 'privacy') return risk.linddun.length > 0 || risk.trim.length > 0;
  if (lens === 'ml') return learning.has(risk.pack);
  return true;
}

/**
 * A risk's categories in a framework.
 * @param {any} risk @param {string} framework @returns {string[]}
 */
export function categoriesOf(risk, framework) {
  return (FIELDS.includes(framework) ? risk[framework] : risk.refs?.[framework]?.map(String)) ?? [];
}

/** Whether a category is, or is part of, another: `L.1.1` of `L`, `AML.T0011.000` of `AML.T0011`. @param {string} found @param {string} wanted */
const within = (found, wanted) => found === wanted || found.startsWith(`${wanted}.`);

/**
 * @param {any} risk @param {any} filters @param {{learning?: Set<string>, titleOf?: (place: string) => string}} [known]
 * @returns {boolean}
 */
export function matches(risk, filters, known = {}) {
  const wanted = complete(filters);
  return (
    seenBy(risk, wanted.overlay, known.learning ?? learningPacks(undefined)) &&
    (!wanted.severities.length || wanted.severities.includes(risk.severity)) &&
    (!wanted.statuses.length || wanted.statuses.includes(statusOf(risk))) &&
    (!wanted.likelihood || risk.likelihood_level === wanted.likelihood) &&
    (!wanted.impact || risk.impact_level === wanted.impact) &&
    (!wanted.attention || needsAttention(risk)) &&
    (!wanted.element ||
      risk.element === wanted.element ||
      risk.places.some(
        (/** @type {string} */ place) => place === wanted.element || place === `${wanted.element}.returns`,
      )) &&
    inCategory(risk, wanted) &&
    speaksOf(risk, wanted.text, known.titleOf)
  );
}

/** @param {any} risk @param {Filters} wanted */
function inCategory(risk, wanted) {
  if (!wanted.framework) return true;
  const found = categoriesOf(risk, wanted.framework);
  return wanted.category ? found.some((item) => within(item, wanted.category)) : found.length > 0;
}

/** @param {any} risk @param {string} text @param {((place: string) => string) | undefined} titleOf */
function speaksOf(risk, text, titleOf) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return true;
  const said = [
    risk.title,
    risk.id,
    risk.element,
    titleOf?.(risk.element),
    ...risk.places,
    ...risk.stride,
    ...risk.linddun,
    ...risk.trim,
    ...Object.values(risk.refs ?? {}).flat(),
    risk.decision?.owner,
    risk.decision?.treatment,
  ]
    .join('\n')
    .toLowerCase();
  return words.every((word) => said.includes(word));
}

/** How many filters narrow what is shown, those in sight of everybody left out. @param {any} filters */
export function narrowing(filters) {
  const now = complete(filters);
  const start = fresh();
  let count = 0;
  for (const name of /** @type {const} */ (['framework', 'element', 'likelihood', 'impact', 'attention']))
    if (now[name]) count += 1;
  if (now.severities.length) count += 1;
  if ([...now.statuses].sort().join() !== [...start.statuses].sort().join()) count += 1;
  return count;
}

/**
 * Risks in the order in which people read them: what is open first, then the worst.
 * @param {Iterable<any>} risks @returns {any[]}
 */
export function ranked(risks) {
  const status = (/** @type {any} */ risk) =>
    ({ open: 0, planned: 0, settled: 2, 'to-confirm': 1, mitigated: 3 })[statusOf(risk)] ?? 4;
  const grade = (/** @type {string} */ word) => SEVERITIES.indexOf(word);
  return [...risks].sort(
    (a, b) =>
      status(a) - status(b) ||
      grade(a.severity) - grade(b.severity) ||
      grade(a.worst) - grade(b.worst) ||
      b.likelihood * b.impact - a.likelihood * a.impact ||
      (a.id < b.id ? -1 : 1),
  );
}

/**
 * How many risks there are per value, for menus that say it.
 * @param {Iterable<any>} risks @param {(risk: any) => string | string[]} read @returns {Map<string, number>}
 */
export function tally(risks, read) {
  const found = new Map();
  for (const risk of risks)
    for (const value of new Set([read(risk)].flat())) found.set(value, (found.get(value) ?? 0) + 1);
  return found;
}

/**
 * How many risks are open at each thing that is drawn, of those that the filters let through: what the badges show.
 * Words and the chosen element do not count, so that the drawing stays whole while one looks for something.
 * @param {Iterable<any>} risks @param {any} filters @param {{learning?: Set<string>}} [known]
 * @returns {Record<string, {count: number, severity: string}>} by place; what is wrong with a flow is at the flow, all else at its element
 */
export function badgesOf(risks, filters, known) {
  /** @type {Record<string, {count: number, severity: string}>} */
  const found = {};
  const wanted = { ...complete(filters), text: '', element: '' };
  if (!wanted.statuses.some((status) => status !== 'open' && status !== 'planned'))
    wanted.statuses = ['open', 'planned'];
  for (const risk of risks) {
    if (!matches(risk, wanted, known)) continue;
    for (const place of risk.at === 'flow' ? risk.places : [risk.element]) {
      const held = (found[place] ??= { count: 0, severity: 'note' });
      held.count += 1;
      if (SEVERITIES.indexOf(risk.severity) < SEVERITIES.indexOf(held.severity)) held.severity = risk.severity;
    }
  }
  return found;
}
