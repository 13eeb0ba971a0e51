// @ts-check
/** Boundaries of another size: eight grips, never smaller than what is inside. */

import { svg } from '../dom.js';
import { takenIn } from '../edits.js';
import { store } from '../store.js';
import { t } from '../words.js';
import { dimensionOf } from './scene.js';
import { boxEntry, grown, layoutEdit } from './places.js';
import { GRID } from './snap.js';

/** @typedef {import('./board.js').Board} Board @typedef {import('./route.js').Point} Point @typedef {import('./route.js').Box} Box */

const SPOTS = /** @type {const} */ ([
  ['nw', 0, 0],
  ['n', 0.5, 0],
  ['ne', 1, 0],
  ['e', 1, 0.5],
  ['se', 1, 1],
  ['s', 0.5, 1],
  ['sw', 0, 1],
  ['w', 0, 0.5],
]);
const LEAST = { width: 96, height: 56 };

/** @param {Board} board @param {SVGElement} group */
export function showCorners(board, group) {
  group.replaceChildren();
  const [only, ...others] = store.selection;
  const id = only && !others.length ? board.scene.of.get(only) : undefined;
  const box = id ? board.places.outlines.get(id) : null;
  if (!box) return;
  for (const [name, sx, sy] of SPOTS) {
    group.append(
      svg('rect', {
        class: `corner corner-${name}`,
        'data-corner': name,
        'data-outline': id,
        x: box.x + box.width * sx - 4.5,
        y: box.y + box.height * sy - 4.5,
        width: 9,
        height: 9,
        rx: 2,
      }),
    );
  }
}

/** @param {EventTarget | null} target @returns {{corner: string, outline: string} | null} */
export function cornerAt(target) {
  const node = /** @type {SVGElement | null} */ (/** @type {Element | null} */ (target)?.closest?.('[data-corner]'));
  return node ? { corner: node.dataset.corner ?? '', outline: node.dataset.outline ?? '' } : null;
}

/** What lies wholly in a box and was in what is around it: it comes into the boundary. @param {Board} board @param {string} outline @param {Box} box @param {string} dimension @returns {string[]} */
function enclosed(board, outline, box, dimension) {
  const parent = /** @type {any} */ (board.scene.outlines.get(outline)).parent;
  const holds = (/** @type {Box | undefined} */ other) =>
    Boolean(other) &&
    other !== undefined &&
    other.x >= box.x &&
    other.y >= box.y &&
    other.x + other.width <= box.x + box.width &&
    other.y + other.height <= box.y + box.height;
  const nodes = [...board.scene.nodes.values()]
    .filter((item) => item.cluster === parent && holds(board.places.nodes.get(item.id)))
    .map((item) => item.id);
  const inner = [...board.scene.outlines.values()]
    .filter(
      (item) =>
        item.id !== outline &&
        item.parent === parent &&
        item.dimension === dimension &&
        holds(board.places.outlines.get(item.id)),
    )
    .map((item) => item.id);
  return [...nodes, ...inner];
}

export class Resizing {
  /** @param {Board} board @param {string} outline @param {string} corner @param {Point} start */
  constructor(board, outline, corner, start) {
    this.board = board;
    this.outline = outline;
    this.corner = corner;
    this.start = start;
    this.before = /** @type {Box} */ (board.places.outlines.get(outline));
    this.box = this.before;
    this.inside = [...board.scene.nodes]
      .filter(([, item]) => item.cluster === outline)
      .map(([id]) => /** @type {Box} */ (board.places.nodes.get(id)))
      .concat(
        [...board.scene.outlines]
          .filter(([, item]) => item.parent === outline)
          .map(([id]) => /** @type {Box} */ (board.places.outlines.get(id))),
      );
  }

  /** @param {Point} at @param {boolean} free */
  to(at, free) {
    const snap = (/** @type {number} */ value) => (free ? value : Math.round(value / GRID) * GRID);
    let { x, y } = this.before;
    let [right, bottom] = [x + this.before.width, y + this.before.height];
    const [dx, dy] = [at[0] - this.start[0], at[1] - this.start[1]];
    if (this.corner.includes('w')) x = Math.min(snap(x + dx), right - LEAST.width);
    if (this.corner.includes('e')) right = Math.max(snap(right + dx), x + LEAST.width);
    if (this.corner.includes('n')) y = Math.min(snap(y + dy), bottom - LEAST.height);
    if (this.corner.includes('s')) bottom = Math.max(snap(bottom + dy), y + LEAST.height);
    this.box = grown({ x, y, width: right - x, height: bottom - y }, this.inside);
    this.show(this.box);
  }

  /** @param {Box} box */
  show(box) {
    const cell = this.board.cell('outline', this.outline);
    cell?.set({ position: { x: box.x, y: box.y }, size: { width: box.width, height: box.height } });
  }

  cancel() {
    this.show(this.before);
  }

  drop() {
    const { board } = this;
    const ids = /** @type {any} */ (board.scene.outlines.get(this.outline)).titles.map(
      (/** @type {any} */ title) => title.id,
    );
    const label = t('did.resize', { name: store.titleOf(ids[0]) });
    const entry = store.model.boundaries[ids[0]];
    const dimension = dimensionOf(entry.type);
    const taken = enclosed(board, this.outline, this.box, dimension);
    return store.change(takenIn(board.scene, ids[0], dimension, taken), {
      layout: layoutEdit(board.view, board.places, { boundaries: { [ids[0]]: boxEntry(this.box) } }),
      label,
    });
  }
}
