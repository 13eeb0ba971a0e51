// @ts-check
/** Putting things on the canvas: elements, boundaries, flows and their ways. */

import { around } from './canvas/move.js';
import { boxEntry, layoutEdit, routeEntry } from './canvas/places.js';
import { labelSpot, simple } from './canvas/route.js';
import { nodeBlock } from './canvas/measure.js';
import { dimensionOf } from './canvas/scene.js';
import { GRID } from './canvas/snap.js';
import { addBoundary, addElement, addFlow, chainOf, did, freeId, takenIn } from './edits.js';
import { renameInPlace } from './inplace.js';
import { store } from './store.js';
import { t } from './words.js';

/** @typedef {import('./canvas/board.js').Board} Board */
/** @typedef {import('./canvas/route.js').Point} Point */
/** @typedef {import('./canvas/route.js').Box} Box */

export const snap = (/** @type {number} */ value) => Math.round(value / GRID) * GRID;

export class Adding {
  /** @param {import('./app.js').App} app @param {Board} board @param {import('./canvas/zoom.js').Window} pane @param {HTMLElement} map */
  constructor(app, board, pane, map) {
    this.app = app;
    this.board = board;
    this.pane = pane;
    this.map = map;
  }

  /** Put a new thing on the canvas: at a point, or beside what is chosen, or in the middle. @param {import('./palette.js').Piece} piece @param {Point} [point] */
  async add(piece, point) {
    if (piece.kind === 'boundary' && !point && this.boxes().length) {
      await this.surround(piece.type);
      return;
    }
    const at = point ?? this.freeSpot();
    const outline = this.board.outlineAt(at) || (this.board.scene.of.get(this.board.view.focus) ?? '');
    const chain = chainOf(this.board.scene, outline);
    const parent = store.model.elements?.[this.board.view.focus] ? this.board.view.focus : undefined;
    const dimension = store.boundaryType(piece.type)?.dimension ?? this.board.view.dimension;
    const { id, changes } =
      piece.kind === 'boundary'
        ? addBoundary(piece.type, chain.get(dimension))
        : addElement(piece.type, [...chain.values()], parent);
    const size = piece.kind === 'boundary' ? { width: 240, height: 160 } : this.sizeOf(piece.type, changes[0]);
    const box = boxEntry({ x: snap(at[0] - size.width / 2), y: snap(at[1] - size.height / 2), ...size });
    const section = piece.kind === 'boundary' ? 'boundaries' : 'elements';
    const done = store.change(changes, {
      layout: layoutEdit(this.board.view, this.board.places, { [section]: { [id]: box } }),
      label: t('did.add', {
        name: store.type(piece.type)?.title ?? store.boundaryType(piece.type)?.title ?? piece.type,
      }),
    });
    await this.after(id);
    await done;
  }

  /** A boundary round what is selected. @param {string} type */
  async surround(type) {
    const { scene, places } = this.board;
    const dimension = dimensionOf(type);
    const ids = this.boxes().filter(
      (id) => scene.nodes.has(id) || dimensionOf(store.model.boundaries[id].type) === dimension,
    );
    const all = around(this.boxes().map((id) => /** @type {Box} */ (this.board.boxOf(id))));
    const homes = new Set(
      this.boxes().map(
        (id) => scene.nodes.get(id)?.cluster ?? scene.outlines.get(scene.of.get(id) ?? '')?.parent ?? '',
      ),
    );
    const [home] = homes;
    const { id, changes } = addBoundary(type, homes.size === 1 ? chainOf(scene, home).get(dimension) : undefined);
    const box = boxEntry({
      x: all.x - 20,
      y: all.y - 40,
      width: Math.max(all.width + 40, 150),
      height: all.height + 60,
    });
    const done = store.change([...changes, ...takenIn(scene, id, dimension, ids)], {
      layout: layoutEdit(this.board.view, places, { boundaries: { [id]: box } }),
      label: t('did.add', { name: changes[0].op === 'set' ? changes[0].value.name : id }),
    });
    await this.after(id);
    await done;
  }

  /** @param {string} type @param {any} change */
  sizeOf(type, change) {
    const known = store.type(type);
    const block = nodeBlock({
      name: change.value.name,
      caption: known?.title ?? type,
      icon: known?.icon ?? 'gear',
      tags: [],
    });
    return { width: block.width, height: block.height };
  }

  /** Choose what was made and let it be named at once. @param {string} id */
  async after(id) {
    this.board.refresh();
    store.select([id]);
    this.pane.reveal(this.board.boxOf(id));
    renameInPlace(this.board, this.pane, id);
  }

  /** A place that is free, near what is chosen or in the middle of the window. @returns {Point} */
  freeSpot() {
    const [only] = store.selection;
    const near = only ? this.board.boxOf(only) : null;
    const rect = this.board.host.getBoundingClientRect();
    const middle = this.board.local(rect.left + rect.width / 2, rect.top + rect.height / 2);
    const start = /** @type {Point} */ (
      near && store.sectionOf(only) === 'elements'
        ? [near.x + near.width + 170, near.y + near.height / 2]
        : near && store.sectionOf(only) === 'boundaries'
          ? [near.x + near.width / 2, near.y + near.height / 2]
          : middle
    );
    const boxes = [...this.board.places.nodes.values()];
    const clear = (/** @type {Point} */ [x, y]) =>
      boxes.every(
        (box) => x + 66 < box.x || x - 66 > box.x + box.width || y + 40 < box.y || y - 40 > box.y + box.height,
      );
    for (let turn = 0; turn < 200; turn += 1) {
      const reach = 34 * Math.sqrt(turn);
      const spot = /** @type {Point} */ ([
        start[0] + reach * Math.cos(turn * 2.4),
        start[1] + reach * Math.sin(turn * 2.4),
      ]);
      if (clear(spot)) return spot;
    }
    return start;
  }

  /** @param {string} from @param {string} to */
  async connect(from, to) {
    const { id, changes } = addFlow(from, to);
    const layout = layoutEdit(this.board.view, this.board.places, { flows: { [id]: this.newRoute(from, to) } });
    const done = store.change(changes, {
      layout,
      label: t('did.connect', { from: store.titleOf(from), to: store.titleOf(to) }),
    });
    await this.after(id);
    await done;
  }

  /** A way beside those that there are between the two. @param {string} from @param {string} to */
  newRoute(from, to) {
    const { nodes } = this.board.places;
    const between = [...this.board.scene.wires.values()].filter(
      (wire) => (wire.source === from && wire.target === to) || (wire.source === to && wire.target === from),
    );
    const points = simple(
      /** @type {Box} */ (nodes.get(from)),
      /** @type {Box} */ (nodes.get(to)),
      between.length ? (between.length % 2 ? 1 : -1) * 18 * Math.ceil(between.length / 2) : 0,
    );
    return routeEntry({ points, label: labelSpot(points) });
  }

  /** A new element at the end of a flow that was pulled into the open. @param {string} from @param {string} type @param {Point} point */
  async addConnected(from, type, point) {
    const chain = chainOf(this.board.scene, this.board.outlineAt(point));
    const made = addElement(type, [...chain.values()]);
    const size = this.sizeOf(type, made.changes[0]);
    const box = { x: snap(point[0] - size.width / 2), y: snap(point[1] - size.height / 2), ...size };
    const flow = freeId(`${from}-to-${made.id}`);
    const points = simple(/** @type {Box} */ (this.board.places.nodes.get(from)), box);
    const layout = layoutEdit(this.board.view, this.board.places, {
      elements: { [made.id]: boxEntry(box) },
      flows: { [flow]: routeEntry({ points, label: labelSpot(points) }) },
    });
    const changes = [
      ...made.changes,
      /** @type {any} */ ({ op: 'set', path: ['flows', flow], value: { from, to: made.id } }),
    ];
    const done = store.change(changes, {
      layout,
      label: t('did.connect', { from: store.titleOf(from), to: store.type(type)?.title ?? type }),
    });
    await this.after(made.id);
    await done;
  }

  /** @param {string} flow @param {'from' | 'to'} end @param {string} node */
  reconnect(flow, end, node) {
    const entry = store.model.flows[flow];
    if (entry[end] === node) return undefined;
    /** @type {any[]} */
    const changes = [{ op: 'set', path: ['flows', flow, end], value: node }];
    if (entry.opened_by === entry[end]) changes.push({ op: 'set', path: ['flows', flow, 'opened_by'], value: node });
    const ends = end === 'from' ? [node, entry.to] : [entry.from, node];
    /** @type {any} */
    const flows = { [flow]: ends[0] === ends[1] ? null : this.newRoute(ends[0], ends[1]) };
    if (entry.returns?.length) flows[`${flow}.returns`] = ends[0] === ends[1] ? null : this.newRoute(ends[1], ends[0]);
    return store.change(changes, {
      layout: layoutEdit(this.board.view, this.board.places, { flows }),
      label: did('reconnect', [flow]),
    });
  }

  /** The chosen nodes and boundaries. @returns {string[]} */
  boxes() {
    return [...store.selection].filter((id) => this.board.scene.nodes.has(id) || this.board.scene.of.has(id));
  }

  /** Let a flow run the other way. @param {string} id */
  turn(id) {
    const flow = store.model.flows[id];
    const value = { ...flow, from: flow.to, to: flow.from };
    const flows = {
      [id]: this.newRoute(flow.to, flow.from),
      ...(flow.returns?.length ? { [`${id}.returns`]: this.newRoute(flow.from, flow.to) } : {}),
    };
    store.change(
      [
        { op: 'set', path: ['flows', id, 'from'], value: value.from },
        { op: 'set', path: ['flows', id, 'to'], value: value.to },
      ],
      { layout: layoutEdit(this.board.view, this.board.places, { flows }), label: did('turn', [id]) },
    );
  }

  /** @param {string} id */
  straighten(id) {
    /** @type {any} */
    const flows = {};
    for (const wire of this.board.scene.wires.values())
      if (wire.flow === id) flows[wire.id] = this.newRoute(wire.source, wire.target);
    store.change([], { layout: layoutEdit(this.board.view, this.board.places, { flows }), label: did('route', [id]) });
  }
}
