// @ts-check
/** The canvas by keys: from thing to thing by direction or along flows, and moving what is chosen. */

import { store } from '../store.js';

/** @typedef {import('./board.js').Board} Board @typedef {import('./route.js').Box} Box */

/** @type {Record<string, [number, number]>} */
export const WAYS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

const middle = (/** @type {Box} */ box) => [box.x + box.width / 2, box.y + box.height / 2];

/** The next node in a direction: near, and not too far aside. @param {Board} board @param {string} from @param {[number, number]} way @returns {string} */
export function neighbour(board, from, [wx, wy]) {
  const start = board.boxOf(from);
  if (!start) return first(board);
  const [sx, sy] = middle(start);
  let [best, least] = ['', Infinity];
  for (const [id, box] of board.places.nodes) {
    if (id === from) continue;
    const [x, y] = middle(box);
    const ahead = (x - sx) * wx + (y - sy) * wy;
    const aside = Math.abs((x - sx) * wy) + Math.abs((y - sy) * wx);
    if (ahead <= 2 || aside > ahead * 2.5) continue;
    const far = ahead + aside * 2;
    if (far < least) [best, least] = [id, far];
  }
  return best;
}

/** @param {Board} board @returns {string} the node at the top left */
export function first(board) {
  let [best, least] = ['', Infinity];
  for (const [id, box] of board.places.nodes)
    if (box.x + box.y * 1.5 < least) [best, least] = [id, box.x + box.y * 1.5];
  return best;
}

/** Everything in reading order: outlines before what is inside, nodes with the flows that leave them. @param {Board} board @returns {string[]} */
export function reading(board) {
  const order = [...board.places.nodes]
    .sort(([, a], [, b]) => Math.round((a.y - b.y) / 60) || a.x - b.x)
    .map(([id]) => id);
  const seen = new Set();
  for (const id of order) {
    const chain = [];
    for (let at = board.scene.nodes.get(id)?.cluster ?? ''; at; at = board.scene.outlines.get(at)?.parent ?? '')
      chain.unshift(at);
    chain.forEach((outline) => seen.add(outline));
    seen.add(id);
    for (const wire of board.scene.wires.values()) if (wire.source === id && !wire.back) seen.add(wire.flow);
  }
  for (const outline of board.scene.outlines.keys()) seen.add(outline);
  return /** @type {string[]} */ ([...seen]);
}

/** The next thing after what is chosen, in reading order. @param {Board} board @param {number} step */
export function next(board, step) {
  const order = reading(board);
  if (!order.length) return '';
  const [at] = store.selection;
  const place = at === undefined ? -1 : order.indexOf(board.scene.of.get(at) ?? at);
  if (place < 0) return order[step > 0 ? 0 : order.length - 1];
  return order[place + step] ?? '';
}

/** A flow's other end, or one of a node's flows. @param {Board} board @param {string} id @returns {string[]} where `[` and `]` lead */
export function alongFlows(board, id) {
  const flow = store.model.flows?.[id];
  if (flow) return [flow.from, flow.to].filter((end) => board.scene.nodes.has(end));
  return [
    ...new Set(
      [...board.scene.wires.values()]
        .filter((wire) => wire.source === id || wire.target === id)
        .map((wire) => wire.flow),
    ),
  ];
}
