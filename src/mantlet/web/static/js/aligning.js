// @ts-check
/** How far each of several boxes has to move to be in line, or evenly spread. */

import { around } from './canvas/move.js';

/** @typedef {import('./canvas/route.js').Point} Point @typedef {import('./canvas/route.js').Box} Box */

/** @param {{id: string, box: Box}[]} list @param {string} kind @returns {{id: string, by: Point}[]} */
export function lined(list, kind) {
  const all = around(list.map((item) => item.box));
  return list.map(({ id, box }) => {
    const x =
      {
        'align-left': all.x,
        'align-center': all.x + (all.width - box.width) / 2,
        'align-right': all.x + all.width - box.width,
      }[kind] ?? box.x;
    const y =
      {
        'align-top': all.y,
        'align-middle': all.y + (all.height - box.height) / 2,
        'align-bottom': all.y + all.height - box.height,
      }[kind] ?? box.y;
    return { id, by: [x - box.x, y - box.y] };
  });
}

/** @param {{id: string, box: Box}[]} list @param {boolean} flat @returns {{id: string, by: Point}[]} */
export function spread(list, flat) {
  const [at, size] = flat ? /** @type {const} */ (['x', 'width']) : /** @type {const} */ (['y', 'height']);
  const order = [...list].sort((a, b) => a.box[at] - b.box[at]);
  const last = order[order.length - 1].box;
  const free = last[at] + last[size] - order[0].box[at] - order.reduce((sum, item) => sum + item.box[size], 0);
  let next = order[0].box[at];
  return order.map(({ id, box }) => {
    const by = next - box[at];
    next += box[size] + free / (order.length - 1);
    return { id, by: flat ? [by, 0] : [0, by] };
  });
}
