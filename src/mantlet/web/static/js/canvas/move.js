// @ts-check
/** Moving things: with the pointer, live; by keys, at once. What comes out is one change of model and layout. */

import { moved } from '../edits.js';
import { store } from '../store.js';
import { t } from '../words.js';
import { boxEntry, layoutEdit, routeEntry } from './places.js';
import { stretched } from './route.js';
import { lines, showGuides, snapped } from './snap.js';

/** @typedef {import('./board.js').Board} Board @typedef {import('./route.js').Point} Point @typedef {import('./route.js').Box} Box */

/** Everything that moves when some things are moved: the inside of outlines comes along. @param {Board} board @param {Iterable<string>} ids */
export function moversOf(board, ids) {
  const nodes = new Set();
  const outlines = new Set();
  for (const id of ids) {
    if (board.scene.nodes.has(id)) nodes.add(id);
    const outline = board.scene.of.get(id);
    if (outline) outlines.add(outline);
  }
  let size = -1;
  while (size !== outlines.size) {
    size = outlines.size;
    for (const [id, item] of board.scene.outlines) if (outlines.has(item.parent)) outlines.add(id);
  }
  for (const [id, item] of board.scene.nodes) if (outlines.has(item.cluster)) nodes.add(id);
  return { nodes, outlines };
}

export class Move {
  /** @param {Board} board @param {Iterable<string>} ids what was taken hold of */
  constructor(board, ids) {
    this.board = board;
    this.roots = [...ids];
    const { nodes, outlines } = moversOf(board, this.roots);
    this.nodes = nodes;
    this.outlines = outlines;
    this.wires = [...board.scene.wires.values()].filter((wire) => nodes.has(wire.source) !== nodes.has(wire.target));
    this.carried = [...board.scene.wires.values()].filter((wire) => nodes.has(wire.source) && nodes.has(wire.target));
    const boxes = [
      ...[...nodes].map((id) => board.places.nodes.get(id)),
      ...[...outlines].map((id) => board.places.outlines.get(id)),
    ].filter((box) => box !== undefined);
    this.box = around(boxes);
    const still = [...board.places.nodes].filter(([id]) => !nodes.has(id)).map(([, box]) => box);
    this.near = lines(
      [...still, ...[...board.places.outlines].filter(([id]) => !outlines.has(id)).map(([, box]) => box)],
      board.area,
    );
    /** @type {Point} */
    this.by = [0, 0];
    this.target = '';
    const [first] = this.roots;
    /** Where the things lie before, which needs no mark. */
    this.home =
      board.scene.nodes.get(first)?.cluster ?? board.scene.outlines.get(board.scene.of.get(first) ?? '')?.parent ?? '';
  }

  /** @param {Point} wanted @param {boolean} free no snapping */
  to(wanted, free) {
    const { by, guides } = snapped(this.box, wanted, this.near, free);
    showGuides(this.board.over, guides, this.board.area);
    if (by[0] !== this.by[0] || by[1] !== this.by[1]) this.shift(by);
    const landing = this.landing();
    const target = landing === this.home ? '' : landing;
    if (target !== this.target) {
      this.mark(this.target, false);
      this.mark(target, true);
      this.target = target;
    }
  }

  /** @param {Point} by */
  shift(by) {
    this.by = by;
    const { board } = this;
    board.moving = {
      nodes: this.nodes,
      by,
      routes: new Map(this.wires.map((wire) => [wire.id, this.rerouted(wire, by)])),
    };
    for (const id of this.nodes) this.place('node', id, board.places.nodes.get(id), by);
    for (const id of this.outlines) this.place('outline', id, board.places.outlines.get(id), by);
  }

  /** @param {'node' | 'outline'} kind @param {string} id @param {Box | undefined} box @param {Point} by */
  place(kind, id, box, by) {
    const cell = this.board.cell(kind, id);
    if (cell && box) cell.set('position', { x: box.x + by[0], y: box.y + by[1] });
  }

  /** @param {import('./scene.js').WireItem} wire @param {Point} by */
  rerouted(wire, by) {
    const route = /** @type {any} */ (this.board.places.routes.get(wire.id));
    const own = this.nodes.has(wire.source);
    const box = (/** @type {string} */ id) => {
      const at = /** @type {Box} */ (this.board.places.nodes.get(id));
      return this.nodes.has(id) ? { ...at, x: at.x + by[0], y: at.y + by[1] } : at;
    };
    const points = stretched(route.points, own ? by : [0, 0], own ? [0, 0] : by, box(wire.source), box(wire.target));
    return { points, label: carriedLabel(route, points, by) };
  }

  /** The outline that the things would come to lie in. */
  landing() {
    const x = this.box.x + this.by[0] + this.box.width / 2;
    const y = this.box.y + this.by[1] + this.box.height / 2;
    return this.board.outlineAt([x, y], this.outlines);
  }

  /** @param {string} id @param {boolean} on */
  mark(id, on) {
    if (id) this.board.paper.findViewByModel(this.board.cell('outline', id))?.el.classList.toggle('landing', on);
  }

  /** Put everything back. */
  cancel() {
    this.clean();
    this.board.moving = null;
    for (const id of this.nodes) this.place('node', id, this.board.places.nodes.get(id), [0, 0]);
    for (const id of this.outlines) this.place('outline', id, this.board.places.outlines.get(id), [0, 0]);
  }

  clean() {
    this.mark(this.target, false);
    showGuides(this.board.over, { x: null, y: null }, this.board.area);
  }

  /** Leave everything where it is now: one change. */
  drop() {
    this.clean();
    const { board, by } = this;
    const gone = [...this.nodes, ...this.outlines].some((id) => !store.sectionOf(id));
    if (gone || (!by[0] && !by[1])) {
      this.cancel();
      return null;
    }
    const entries = this.entries();
    const changes = moved(board, this, this.landing());
    board.moving = null;
    const label =
      this.roots.length === 1
        ? t('did.move', { name: store.titleOf(this.roots[0]) })
        : t('did.move-many', { n: this.roots.length });
    return store.change(changes, { layout: layoutEdit(board.view, board.places, entries), label });
  }

  entries() {
    const { board, by } = this;
    const to = (/** @type {Box} */ box) => boxEntry({ ...box, x: box.x + by[0], y: box.y + by[1] });
    /** @type {Record<string, any>} */
    const flows = {};
    for (const wire of this.wires)
      flows[wire.id] = routeEntry(
        /** @type {any} */ (board.moving?.routes.get(wire.id) ?? board.places.routes.get(wire.id)),
      );
    for (const wire of this.carried) {
      const route = /** @type {any} */ (board.places.routes.get(wire.id));
      flows[wire.id] = routeEntry({
        points: route.points.map((/** @type {Point} */ [x, y]) => [x + by[0], y + by[1]]),
        label: [route.label[0] + by[0], route.label[1] + by[1]],
      });
    }
    return {
      elements: Object.fromEntries(
        [...this.nodes].map((id) => [id, to(/** @type {Box} */ (board.places.nodes.get(id)))]),
      ),
      boundaries: Object.fromEntries(
        [...this.outlines].map((id) => [id, to(/** @type {Box} */ (board.places.outlines.get(id)))]),
      ),
      flows,
    };
  }
}

/** A label stays beside the piece of its line that it stood at. @param {{points: Point[], label: Point}} before @param {Point[]} after @param {Point} by @returns {Point} */
function carriedLabel(before, after, by) {
  const half = /** @type {Point} */ ([before.label[0] + by[0] / 2, before.label[1] + by[1] / 2]);
  const off = (/** @type {Point[]} */ points, /** @type {Point} */ at) =>
    Math.min(...points.slice(1).map((point, index) => toPiece(points[index], point, at)));
  const was = off(before.points, before.label);
  const tries = /** @type {Point[]} */ ([
    before.label,
    half,
    [before.label[0] + by[0], before.label[1] + by[1]],
    [half[0], before.label[1] + by[1]],
    [half[0], before.label[1]],
    [before.label[0], half[1]],
  ]);
  const best = tries.reduce((a, b) => (off(after, b) < off(after, a) - 0.5 ? b : a), half);
  return off(after, best) <= was + 14 ? best : nearestOn(after, half);
}

/** @param {Point} a @param {Point} b @param {Point} p @returns {Point} */
function onPiece(a, b, p) {
  const length = (b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2;
  const share = length
    ? Math.max(0.1, Math.min(0.9, ((p[0] - a[0]) * (b[0] - a[0]) + (p[1] - a[1]) * (b[1] - a[1])) / length))
    : 0;
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];
}
const toPiece = (/** @type {Point} */ a, /** @type {Point} */ b, /** @type {Point} */ p) => {
  const [x, y] = onPiece(a, b, p);
  return Math.hypot(x - p[0], y - p[1]);
};
const nearestOn = (/** @type {Point[]} */ points, /** @type {Point} */ p) =>
  points
    .slice(1)
    .map((point, index) => onPiece(points[index], point, p))
    .reduce((a, b) => (Math.hypot(b[0] - p[0], b[1] - p[1]) < Math.hypot(a[0] - p[0], a[1] - p[1]) ? b : a));

/** @param {Box[]} boxes @returns {Box} */
export function around(boxes) {
  if (!boxes.length) return { x: 0, y: 0, width: 0, height: 0 };
  const [x, y] = [Math.min(...boxes.map((box) => box.x)), Math.min(...boxes.map((box) => box.y))];
  return {
    x,
    y,
    width: Math.max(...boxes.map((box) => box.x + box.width)) - x,
    height: Math.max(...boxes.map((box) => box.y + box.height)) - y,
  };
}
