// @ts-check
/** Drawing flows: from a border or a handle beside a node to another node, an empty place, or a new end of an existing flow. */

import { svg } from '../dom.js';
import { linePath, meeting, simple } from './route.js';

/** @typedef {import('./board.js').Board} Board @typedef {import('./route.js').Point} Point @typedef {import('./route.js').Box} Box */

const RIM = 7;
const SIDES = /** @type {const} */ ([
  [1, 0.5, 'right'],
  [0, 0.5, 'left'],
  [0.5, 0, 'up'],
  [0.5, 1, 'down'],
]);

/** Whether a point is on a node's rim, where a pull draws a flow instead of moving the node. @param {Box} box @param {Point} point @param {number} scale */
export function onRim(box, [x, y], scale) {
  const rim = Math.min(RIM / Math.min(1, scale), box.height / 5);
  return x < box.x + rim || x > box.x + box.width - rim || y < box.y + rim || y > box.y + box.height - rim;
}

/** The arrows beside a node that is pointed at: pull one, or press it for a menu. */
export class Handles {
  /** @param {Board} board */
  constructor(board) {
    this.board = board;
    this.id = '';
    this.group = svg('g', { class: 'handles' });
    board.over.append(this.group);
  }

  /** @param {string} id of a node, or nothing */
  show(id) {
    if (id === this.id) return;
    this.id = id;
    this.group.replaceChildren();
    const box = this.board.places.nodes.get(id);
    if (!box) return;
    for (const [sx, sy, side] of SIDES) {
      const [x, y] = [
        box.x + box.width * sx + (sx - 0.5) * 2 * (sx === 0.5 ? 0 : 15),
        box.y + box.height * sy + (sy === 0.5 ? 0 : (sy - 0.5) * 30),
      ];
      const turn = { right: 0, down: 90, left: 180, up: 270 }[side];
      this.group.append(
        svg(
          'g',
          { class: 'handle', 'data-handle': side, transform: `translate(${x} ${y}) rotate(${turn})` },
          svg('rect', { class: 'bridge', x: -17, y: -11, width: 27, height: 22 }),
          svg('circle', { r: 8 }),
          svg('path', { d: 'M-3.5 0H3.5M0.500 -3L3.500 0 0.500 3' }),
        ),
      );
    }
  }
}

/** A flow while it is drawn. */
export class Drawing {
  /** @param {Board} board @param {string} fixed the node at the end that stays @param {'from' | 'to'} end which end that is */
  constructor(board, fixed, end = 'from') {
    this.board = board;
    this.fixed = fixed;
    this.end = end;
    this.target = '';
    this.line = svg('path', { class: 'rubber' });
    board.over.append(this.line);
    board.host.classList.add('connecting');
  }

  /** @param {Point} point */
  to(point) {
    const target = this.board.nodeAt(point, 10);
    if (target !== this.target) {
      this.mark(this.target, false);
      this.mark(target, true);
      this.target = target;
    }
    const box = /** @type {Box} */ (this.board.places.nodes.get(this.fixed));
    const other = target && target !== this.fixed ? this.board.places.nodes.get(target) : null;
    const way = other ? simple(box, other) : /** @type {Point[]} */ ([meeting(box, point), point]);
    this.line.setAttribute('d', linePath(this.end === 'from' ? way : [...way].reverse()));
  }

  /** @param {string} id @param {boolean} on */
  mark(id, on) {
    if (id) this.board.paper.findViewByModel(this.board.cell('node', id))?.el.classList.toggle('landing', on);
  }

  stop() {
    this.mark(this.target, false);
    this.line.remove();
    this.board.host.classList.remove('connecting');
  }
}
