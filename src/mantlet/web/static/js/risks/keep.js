// @ts-check
/** What people have open and where the keyboard is, kept while a part of the page is drawn again. */

const FOCUSABLE = 'button, input, select, textarea, summary';

/** @typedef {{opened: boolean[], words: {index: number, text: string | null} | null}} Kept */

/** @param {HTMLElement} node @returns {Kept} */
export function keep(node) {
  const opened = [...node.querySelectorAll('details')].map((item) => item.open);
  const at = /** @type {HTMLElement | null} */ (document.activeElement);
  const words =
    at && node.contains(at) ? { index: [...node.querySelectorAll(FOCUSABLE)].indexOf(at), text: at.textContent } : null;
  return { opened, words };
}

/** The same control where it is still there, else the one in its place. @param {HTMLElement} node @param {Kept} kept */
export function back(node, kept) {
  [...node.querySelectorAll('details')].forEach((item, index) => {
    item.open = kept.opened[index] ?? item.open;
  });
  if (!kept.words) return;
  const all = /** @type {HTMLElement[]} */ ([...node.querySelectorAll(FOCUSABLE)]);
  const same = all[kept.words.index];
  const next =
    same?.textContent === kept.words.text ? same : all[Math.max(0, Math.min(kept.words.index, all.length - 1))];
  next?.focus({ preventScroll: true });
}
