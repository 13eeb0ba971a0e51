// @ts-check
/** All texts of the interface, by key; what has no text yet shows its key, so that it is noticed. */

/** @type {Record<string, string>} */
const texts = {};
const PARTS = ['en', 'en.risks', 'en.pages'];

/** Read the catalogues; called once, before anything is drawn. */
export async function loadWords() {
  const read = PARTS.map(async (name) => {
    const answer = await fetch(`/static/words/${name}.json`);
    if (answer.ok) Object.assign(texts, await answer.json());
  });
  await Promise.all(read);
}

/**
 * The text of a key; `{name}` is replaced by a parameter, and `key.one` is taken where `params.n` is 1.
 * @param {string} key @param {Record<string, string | number>} [params] @returns {string}
 */
export function t(key, params) {
  const text = (params?.n === 1 ? texts[`${key}.one`] : undefined) ?? texts[key] ?? key;
  return params ? text.replace(/\{(\w+)\}/g, (whole, name) => String(params[name] ?? whole)) : text;
}

/** Whether a key has a text. @param {string} key */
export const knows = (key) => key in texts;
