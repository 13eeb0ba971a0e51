// @ts-check
/** The chosen flow's line by hand: bends and pieces that can be pulled, ends that can be put elsewhere, a label that can be moved. */

import { store } from '../store.js';
import { svg } from '../dom.js';
import { t } from '../words.js';
import { labelSize } from './draw.js';
import { layoutEdit, routeEntry } from './places.js';
import { labelSpot, meeting, straight, through } from './route.js';
import { GRID } from './snap.js';

/** @typedef {import('./board.js').Board} Board @typedef {import('./route.js').Point} Point */
/** @typedef {{kind: 'bend' | 'piece' | 'end', index: number, wire: string}} Grip */

const round = (/** @type {number} */ value) => Math.round(value / (GRID / 2)) * (GRID / 2);

/** Show the grips of the flows that are chosen, when there is only one. @param {Board} board @param {SVGElement} group */
export function showGrips(board, group) {
  group.replaceChildren();
  const [only, ...others] = store.selection;
  if (!only || others.length || store.sectionOf(only) !== 'flows' || board.moving) return;
  for (const [id, wire] of board.scene.wires) {
    if (wire.flow !== only) continue;
    const { points, label } = /** @type {any} */ (board.places.routes.get(id));
    const size = labelSize(wire);
    points.forEach((/** @type {Point} */ point, /** @type {number} */ index) => {
      const kind = index === 0 || index === points.length - 1 ? 'end' : 'bend';
      group.append(
        svg('circle', {
          class: `grip grip-${kind}`,
          cx: point[0],
          cy: point[1],
          r: 5,
          'data-grip': kind,
          'data-index': index,
          'data-wire': id,
        }),
      );
      const next = points[index + 1];
      if (next && Math.hypot(next[0] - point[0], next[1] - point[1]) > 26) {
        const upright = Math.abs(next[0] - point[0]) < 1;
        const [x, y] = clear(point, next, label, size);
        group.append(
          svg('rect', {
            class: `grip grip-piece ${upright ? 'sideways' : 'updown'}`,
            x: x - (upright ? 3 : 7),
            y: y - (upright ? 7 : 3),
            width: upright ? 6 : 14,
            height: upright ? 14 : 6,
            rx: 3,
            'data-grip': 'piece',
            'data-index': index,
            'data-wire': id,
          }),
        );
      }
    });
  }
}

/** A place on a piece that its label leaves free. @param {Point} a @param {Point} b @param {Point} label @param {{width: number, height: number}} size @returns {Point} */
function clear(a, b, label, size) {
  const spots = [0.5, 0.25, 0.75, 0.12].map(
    (share) => /** @type {Point} */ ([a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share]),
  );
  return (
    spots.find(
      ([x, y]) => Math.abs(x - label[0]) > size.width / 2 + 7 || Math.abs(y - label[1]) > size.height / 2 + 7,
    ) ?? spots[0]
  );
}

/** @param {EventTarget | null} target @returns {Grip | null} */
export function gripAt(target) {
  const node = /** @type {Element | null} */ (target)?.closest?.('[data-grip]');
  if (!node) return null;
  const data = /** @type {SVGElement} */ (node).dataset;
  return { kind: /** @type {any} */ (data.grip), index: Number(data.index), wire: data.wire ?? '' };
}

/** A line while it is pulled into another shape. */
export class Bending {
  /** @param {Board} board @param {Grip} grip */
  constructor(board, grip) {
    this.board = board;
    this.grip = grip;
    this.before = /** @type {any} */ (board.places.routes.get(grip.wire));
    this.points = this.before.points;
    this.label = this.before.label;
  }

  /** @param {Point} at @param {boolean} free */
  to(at, free) {
    const points = this.before.points.map((/** @type {Point} */ point) => /** @type {Point} */ ([...point]));
    const { index } = this.grip;
    const [x, y] = free ? at : [round(at[0]), round(at[1])];
    if (this.grip.kind === 'bend') pullBend(points, index, x, y);
    else this.pullPiece(points, index, x, y);
    this.points = points;
    this.show(points, this.keptLabel(points));
  }

  /** @param {Point[]} points @param {number} index @param {number} x @param {number} y */
  pullPiece(points, index, x, y) {
    const [a, b] = [points[index], points[index + 1]];
    const upright = Math.abs(a[0] - b[0]) < 1;
    const slanted = !upright && Math.abs(a[1] - b[1]) > 1;
    if (slanted) {
      points.splice(index + 1, 0, [x, y]);
      return;
    }
    const moved = /** @type {Point[]} */ (
      upright
        ? [
            [x, a[1]],
            [x, b[1]],
          ]
        : [
            [a[0], y],
            [b[0], y],
          ]
    );
    const last = points.length - 2;
    points.splice(index, 2, ...(index === 0 ? [a] : []), ...moved, ...(index === last ? [b] : []));
  }

  /** The label moves with its piece where it stood on it. @param {Point[]} points @returns {Point} */
  keptLabel(points) {
    const spot = labelSpot(this.before.points);
    const near = Math.hypot(spot[0] - this.before.label[0], spot[1] - this.before.label[1]) < 30;
    if (!near) return this.before.label;
    const now = labelSpot(points);
    return [now[0] + this.before.label[0] - spot[0], now[1] + this.before.label[1] - spot[1]];
  }

  /** @param {Point[]} points @param {Point} label */
  show(points, label) {
    this.label = label;
    this.board.moving = { nodes: new Set(), by: [0, 0], routes: new Map([[this.grip.wire, { points, label }]]) };
    this.board.relay(this.board.cell('wire', this.grip.wire));
  }

  cancel() {
    this.board.moving = null;
    this.board.relay(this.board.cell('wire', this.grip.wire));
  }

  drop() {
    const { board, grip } = this;
    const wire = /** @type {any} */ (board.scene.wires.get(grip.wire));
    board.moving = null;
    const inner = this.points.slice(1, -1);
    const [source, target] = [
      /** @type {any} */ (board.places.nodes.get(wire.source)),
      /** @type {any} */ (board.places.nodes.get(wire.target)),
    ];
    const ends =
      inner.length && grip.kind !== 'end'
        ? [
            slid(source, this.points[0], inner[0]),
            ...inner,
            slid(target, this.points[this.points.length - 1], inner[inner.length - 1]),
          ]
        : this.points;
    const points = straight(through(ends, source, target));
    return store.change([], {
      layout: layoutEdit(board.view, board.places, {
        flows: { [grip.wire]: routeEntry({ points, label: this.label }) },
      }),
      label: t('did.route', { name: store.titleOf(wire.flow) }),
    });
  }
}

/** An end that follows the bend beside it as far as its node reaches. @param {import('./route.js').Box} box @param {Point} end @param {Point} next @returns {Point} */
function slid(box, end, next) {
  if (Math.abs(end[0] - next[0]) < 1 || Math.abs(end[1] - next[1]) < 1) return end;
  return meeting(box, next);
}

/** Pieces beside a bend stay level or upright where they were. @param {Point[]} points @param {number} index @param {number} x @param {number} y */
function pullBend(points, index, x, y) {
  const [ox, oy] = points[index];
  for (const other of [index - 1, index + 1]) {
    if (other <= 0 || other >= points.length - 1) continue;
    if (Math.abs(points[other][0] - ox) < 1) points[other][0] = x;
    else if (Math.abs(points[other][1] - oy) < 1) points[other][1] = y;
  }
  points[index] = [x, y];
}

/** A label while it is moved. */
export class Labelling {
  /** @param {Board} board @param {string} wire @param {Point} start */
  constructor(board, wire, start) {
    this.board = board;
    this.wire = wire;
    this.start = start;
    this.before = /** @type {any} */ (board.places.routes.get(wire));
    this.label = this.before.label;
  }

  /** @param {Point} at */
  to(at) {
    this.label = [this.before.label[0] + at[0] - this.start[0], this.before.label[1] + at[1] - this.start[1]];
    this.board.moving = {
      nodes: new Set(),
      by: [0, 0],
      routes: new Map([[this.wire, { points: this.before.points, label: this.label }]]),
    };
    this.board.relay(this.board.cell('wire', this.wire));
  }

  cancel() {
    this.board.moving = null;
    this.board.relay(this.board.cell('wire', this.wire));
  }

  drop() {
    this.board.moving = null;
    const flow = /** @type {any} */ (this.board.scene.wires.get(this.wire)).flow;
    return store.change([], {
      layout: layoutEdit(this.board.view, this.board.places, {
        flows: { [this.wire]: routeEntry({ points: this.before.points, label: this.label }) },
      }),
      label: t('did.label', { name: store.titleOf(flow) }),
    });
  }
}
