// @ts-check
/** From risks to what is drawn, and back. */

import { store } from '../store.js';

/** What to light up for a risk: its places, and its element where the place itself isn't drawn. @param {any} risk @returns {string[]} */
export function drawn(risk) {
  const found = new Set(risk.places.map(store.ownerOf));
  if (![...found].some((id) => store.sectionOf(id))) found.add(risk.element);
  return [...found].filter((id) => store.sectionOf(id) && store.sectionOf(id) !== 'data');
}

/** Light a risk's places up and bring them into sight. @param {any | null} risk */
export function light(risk) {
  store.highlight(risk ? drawn(risk) : null);
}

/** @param {string} boundary @param {string} outer @returns {boolean} whether a boundary is, or lies in, another */
function inside(boundary, outer) {
  const seen = new Set();
  for (let at = boundary; at && !seen.has(at); at = store.model.boundaries?.[at]?.in ?? '') {
    if (at === outer) return true;
    seen.add(at);
  }
  return false;
}

/** The selected things with the elements inside the selected boundaries. @param {Iterable<string>} ids @returns {Set<string>} */
export function widened(ids) {
  const wanted = new Set(ids);
  for (const id of [...wanted]) {
    if (store.sectionOf(id) !== 'boundaries') continue;
    for (const [name, element] of Object.entries(store.model.elements ?? {})) {
      const around = typeof element?.in === 'string' ? [element.in] : (element?.in ?? []);
      if (around.some((/** @type {string} */ item) => inside(item, id))) wanted.add(name);
    }
  }
  return wanted;
}

/** Whether a risk is at one of some places. @param {any} risk @param {Set<string>} ids */
export function isAt(risk, ids) {
  return (
    ids.has(risk.element) ||
    risk.places.some((/** @type {string} */ place) => ids.has(place) || ids.has(store.ownerOf(place)))
  );
}

/** A place's name for people; a flow that nobody named is its two ends. @param {string} place @returns {string} */
export function placeName(place) {
  const way = place.replace(/\.returns$/, '');
  const flow = store.model.flows?.[way];
  if (!flow || flow.name) return store.titleOf(place);
  const ends = [store.titleOf(flow.from), store.titleOf(flow.to)];
  return (way === place ? ends : ends.reverse()).join(' → ');
}
