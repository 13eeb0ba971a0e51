// @ts-check
/** Which risk people look at now, and the list that it is in: shared by the list, the explanation and the register. */

import { light } from './places.js';
import { store } from '../store.js';

/** @type {Set<(id: string | null) => void>} */
const listeners = new Set();
/** @type {string[]} */
let order = [];

export const current = {
  /** @type {string | null} */ id: null,

  /** The list that “next” and “previous” go through. @param {string[]} ids */
  through(ids) {
    order = ids;
  },

  /** Look at a risk: its places light up. @param {string | null} id @param {{quiet?: boolean}} [options] */
  show(id, { quiet = false } = {}) {
    const risk = id ? store.register.get(id) : null;
    if (!quiet) light(risk ?? null);
    if (current.id === id) return;
    current.id = id;
    for (const run of [...listeners]) run(id);
  },

  /** @param {number} by 1 or -1 @returns {string | null} the risk before or after this one in the list */
  beside(by) {
    const at = order.indexOf(current.id ?? '');
    return at < 0 ? (order[0] ?? null) : (order[at + by] ?? null);
  },

  /** @returns {{at: number, of: number}} */
  get position() {
    return { at: order.indexOf(current.id ?? '') + 1, of: order.length };
  },

  /** @param {(id: string | null) => void} run @returns {() => void} */
  on(run) {
    listeners.add(run);
    return () => listeners.delete(run);
  },
};
