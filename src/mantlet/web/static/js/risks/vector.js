// @ts-check
/** OWASP vectors as text and as scores by code; pure. What they make is the server's to say. */

export const CODES = ['SL', 'M', 'O', 'S', 'ED', 'EE', 'A', 'ID', 'LC', 'LI', 'LAV', 'LAC', 'FD', 'RD', 'NC', 'PV'];

/** @param {string | undefined} text @returns {Record<string, number>} scores by code; what is no score is left out */
export function parse(text) {
  /** @type {Record<string, number>} */
  const found = {};
  for (const part of (text ?? '')
    .replace(/^OWASP\//i, '')
    .replace(/[()\s]/g, '')
    .split('/')) {
    const [code, score] = part.split(':');
    const value = Number(score);
    const known = CODES.find((item) => item === code?.toUpperCase());
    if (known && score && value >= 0 && value <= 9) found[known] = value;
  }
  return found;
}

/** @param {Record<string, number | null | undefined>} scores @returns {string} in the order of the method */
export function format(scores) {
  return CODES.filter((code) => scores[code] !== undefined && scores[code] !== null)
    .map((code) => `${code}:${scores[code]}`)
    .join('/');
}

/**
 * The scores that count: what people set, else the estimates.
 * @param {Record<string, number>} estimates @param {Record<string, number>} own
 */
export const merged = (estimates, own) => ({ ...estimates, ...own });

/** Which scores people set that differ from none at all, as the decision keeps them. @param {Record<string, number>} own */
export const overridden = (own) => CODES.filter((code) => code in own);
