// @ts-check
/** Where a moved box comes to rest: on the grid, or in line with others nearby, which guides show. */

import { svg } from '../dom.js';

/** @typedef {import('./route.js').Box} Box @typedef {import('./route.js').Point} Point */

export const GRID = 8;
const REACH = 5;
const edges = (/** @type {number} */ from, /** @type {number} */ size) => [from, from + size / 2, from + size];

/**
 * What others offer to be in line with.
 * @param {Iterable<Box>} boxes @param {Box} seen only what is near the window counts @returns {{x: number[], y: number[]}}
 */
export function lines(boxes, seen) {
  const [x, y] = [new Set(), new Set()];
  for (const box of boxes) {
    if (
      box.x > seen.x + seen.width ||
      box.y > seen.y + seen.height ||
      box.x + box.width < seen.x ||
      box.y + box.height < seen.y
    )
      continue;
    edges(box.x, box.width).forEach((value) => x.add(value));
    edges(box.y, box.height).forEach((value) => y.add(value));
  }
  return { x: [...x], y: [...y] };
}

/** @param {number[]} mine @param {number[]} theirs @returns {{by: number, at: number} | null} */
function nearest(mine, theirs) {
  let best = null;
  for (const own of mine) {
    for (const other of theirs) {
      if (Math.abs(other - own) <= REACH && (!best || Math.abs(other - own) < Math.abs(best.by)))
        best = { by: other - own, at: other };
    }
  }
  return best;
}

/**
 * @param {Box} box where it was @param {Point} by how far it was pulled @param {{x: number[], y: number[]}} near @param {boolean} free no snapping
 * @returns {{by: Point, guides: {x: number | null, y: number | null}}}
 */
export function snapped(box, [dx, dy], near, free) {
  if (free) return { by: [dx, dy], guides: { x: null, y: null } };
  const fx = nearest(edges(box.x + dx, box.width), near.x);
  const fy = nearest(edges(box.y + dy, box.height), near.y);
  const grid = (/** @type {number} */ from, /** @type {number} */ step) =>
    Math.round((from + step) / GRID) * GRID - from;
  return {
    by: [fx ? dx + fx.by : grid(box.x, dx), fy ? dy + fy.by : grid(box.y, dy)],
    guides: { x: fx?.at ?? null, y: fy?.at ?? null },
  };
}

/** @param {SVGElement} over @param {{x: number | null, y: number | null}} guides @param {Box} seen */
export function showGuides(over, guides, seen) {
  over.querySelectorAll('.guide').forEach((node) => node.remove());
  if (guides.x !== null)
    over.append(svg('path', { class: 'guide', d: `M${guides.x} ${seen.y}V${seen.y + seen.height}` }));
  if (guides.y !== null)
    over.append(svg('path', { class: 'guide', d: `M${seen.x} ${guides.y}H${seen.x + seen.width}` }));
}
