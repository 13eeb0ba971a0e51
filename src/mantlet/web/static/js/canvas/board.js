// @ts-check
/** The canvas: shows the model in a view, tells what was hit, offers where things stand. It owns no data. */

import { store } from '../store.js';
import { t } from '../words.js';
import { makeCell, makePaper, makeWire } from './cells.js';
import { ready } from './measure.js';
import { engine, gaps, placesOf, storedFor } from './places.js';
import { scene } from './scene.js';

/** @typedef {import('./route.js').Box} Box @typedef {import('./route.js').Point} Point @typedef {import('./scene.js').View} View */
/** @typedef {{kind: 'node' | 'outline' | 'wire', id: string, flow: string, cell: any, view: any, label: boolean}} Hit */

const ID = { node: 'n:', outline: 'o:', wire: 'w:' };
const MARGIN = 300;

export class Board {
  /** @param {HTMLElement} host @param {View} view */
  constructor(host, view) {
    this.host = host;
    this.view = view;
    /** @type {import('./scene.js').Scene} */
    this.scene = { nodes: new Map(), outlines: new Map(), wires: new Map(), of: new Map() };
    /** @type {import('./places.js').Places} */
    this.places = { nodes: new Map(), outlines: new Map(), routes: new Map() };
    /** What moves right now: cells by id, how far. @type {{nodes: Set<string>, by: Point, routes: Map<string, {points: Point[], label: Point}>} | null} */
    this.moving = null;
    /** What the layout engine said about things without a place, and about which it was asked. @type {any} */
    this.filler = null;
    /** @type {Set<string>} */
    this.asked = new Set();
    this.gone = false;
    /** Until the layout engine has answered. @type {Promise<void>} */
    this.asking = Promise.resolve();
    /** @type {Set<() => void>} */
    this.watchers = new Set();
    /** The views that were drawn at least once, in the window or not. @type {Map<string, any>} */
    this.views = new Map();
    /** How large the canvas is on the page. */
    this.room = { width: host.clientWidth || 800, height: host.clientHeight || 600 };
    this.area = { x: -1e6, y: -1e6, width: 2e6, height: 2e6 };
    const { graph, paper } = makePaper(host, {
      stateOf: (cell) => this.stateOf(cell),
      describe: (cell) => describe(cell.get('item'), cell.get('type')),
      routeOf: (cell) => this.routeOf(cell),
      depthOf: (cell) => this.depthAt(cell.get('item')),
      visible: (cell) => this.visible(cell),
      rendered: (view) => this.views.set(view.model.id, view),
    });
    this.graph = graph;
    this.paper = paper;
    this.over = document.createElementNS('http://www.w3.org/2000/svg', 'g');
    this.over.setAttribute('class', 'over');
    paper.getLayerView('tools').el.append(this.over);
    paper.unfreeze();
  }

  /** Show the model as it is now. @param {{fresh?: boolean}} [options] */
  async show({ fresh = false } = {}) {
    await ready();
    if (this.gone) return;
    const now = scene(this.view);
    const stored = storedFor(this.view);
    if (fresh) {
      this.filler = null;
      this.asked.clear();
    }
    const homeless = gaps(now, stored).filter((id) => !this.asked.has(id));
    if (homeless.length) {
      for (const id of homeless) this.asked.add(id);
      this.asking = engine(this.view, now.nodes.size, stored).then(
        (found) => {
          this.filler = found;
        },
        () => {},
      );
    }
    await this.asking;
    if (this.gone) return;
    this.refresh();
  }

  /** Draw again what changed. */
  refresh() {
    this.scene = scene(this.view);
    this.places = placesOf(this.scene, storedFor(this.view), this.filler);
    this.syncCells();
    for (const run of this.watchers) run();
  }

  syncCells() {
    const wanted = new Set();
    const fresh = [];
    for (const [id, item] of this.scene.outlines)
      fresh.push(this.syncBox('outline', id, item, /** @type {Box} */ (this.places.outlines.get(id)), wanted));
    for (const [id, item] of this.scene.nodes)
      fresh.push(this.syncBox('node', id, item, /** @type {Box} */ (this.places.nodes.get(id)), wanted));
    for (const [id, item] of this.scene.wires) fresh.push(this.syncWire(id, item, wanted));
    const gone = this.graph.getCells().filter((/** @type {any} */ cell) => !wanted.has(cell.id));
    for (const cell of gone) this.views.delete(cell.id);
    if (gone.length) this.graph.removeCells(gone);
    const added = fresh.filter(Boolean);
    if (!added.length) return;
    if (this.graph.getCells().length) this.graph.addCells(added);
    else this.graph.resetCells(added);
  }

  /** @param {'node' | 'outline'} kind @param {string} id @param {any} item @param {Box} box @param {Set<string>} wanted */
  syncBox(kind, id, item, box, wanted) {
    const key = ID[kind] + id;
    wanted.add(key);
    const cell = this.graph.getCell(key);
    if (!cell) return makeCell(kind, key, item, box);
    if (!same(cell.get('item'), item)) cell.set('item', item);
    if (kind === 'outline' && cell.get('z') !== item.depth) cell.set('z', item.depth);
    const { x, y } = cell.position();
    const size = cell.size();
    if (x !== box.x || y !== box.y) cell.set('position', { x: box.x, y: box.y });
    if (size.width !== box.width || size.height !== box.height)
      cell.set('size', { width: box.width, height: box.height });
    return null;
  }

  /** @param {string} id @param {any} item @param {Set<string>} wanted */
  syncWire(id, item, wanted) {
    const key = ID.wire + id;
    wanted.add(key);
    const cell = this.graph.getCell(key);
    if (!cell) return makeWire(key, item, ID.node + item.source, ID.node + item.target);
    if (!same(cell.get('item'), item)) cell.set('item', item);
    if (cell.get('source').id !== ID.node + item.source) cell.set('source', { id: ID.node + item.source });
    if (cell.get('target').id !== ID.node + item.target) cell.set('target', { id: ID.node + item.target });
    const route = this.places.routes.get(id);
    const laid = route && JSON.stringify(route);
    if (cell.laid !== laid) {
      cell.laid = laid;
      this.relay(cell);
    }
    return null;
  }

  /** Lay a wire's line again. @param {any} cell */
  relay(cell) {
    this.views.get(cell.id)?.requestConnectionUpdate();
  }

  /** @param {any} cell @returns {{points: Point[], label: Point, shift?: Point}} */
  routeOf(cell) {
    const id = cell.get('item').id;
    const route = this.places.routes.get(id) ?? {
      points: [
        [0, 0],
        [1, 0],
      ],
      label: [0, 0],
    };
    cell.laid = JSON.stringify(route);
    if (!this.moving) return route;
    const item = cell.get('item');
    if (this.moving.nodes.has(item.source) && this.moving.nodes.has(item.target)) {
      const [dx, dy] = this.moving.by;
      return { ...route, label: [route.label[0] + dx, route.label[1] + dy], shift: [dx, dy] };
    }
    return this.moving.routes.get(id) ?? route;
  }

  /** How deep inside outlines a wire's label lies: its ground has their shade. @param {any} item */
  depthAt(item) {
    const label = this.places.routes.get(item.id)?.label;
    if (!label) return 0;
    let depth = 0;
    for (const box of this.places.outlines.values()) {
      if (label[0] > box.x && label[0] < box.x + box.width && label[1] > box.y && label[1] < box.y + box.height)
        depth += 1;
    }
    return depth;
  }

  /** @param {any} cell @returns {string} */
  stateOf(cell) {
    const item = cell.get('item');
    const places = item.places ?? item.titles?.map((/** @type {any} */ title) => title.id) ?? [item.id];
    const flow = item.flow;
    const chosen =
      places.some((/** @type {string} */ place) => store.selection.has(place)) || (flow && store.selection.has(flow));
    const lit = store.lit;
    const bright =
      lit && (places.some((/** @type {string} */ place) => lit.has(place)) || lit.has(flow) || holds(lit, item.id));
    return `${item.out ? ' mt-out' : ''}${item.context ? ' mt-context' : ''}${chosen ? ' chosen' : ''}${lit && lit.size ? (bright ? ' mt-high' : ' mt-dim') : ''}`;
  }

  /** Bring selection and light up to date. */
  paint() {
    for (const view of this.views.values()) view.paint();
  }

  /** Only what is near the window is kept in the page. @param {any} cell */
  visible(cell) {
    const { x, y, width, height } = this.area;
    if (cell.isLink()) {
      const route = this.places.routes.get(cell.get('item').id);
      return (
        !route ||
        route.points.some((point, index) => {
          const next = route.points[index + 1] ?? point;
          return (
            Math.max(point[0], next[0]) >= x &&
            Math.min(point[0], next[0]) <= x + width &&
            Math.max(point[1], next[1]) >= y &&
            Math.min(point[1], next[1]) <= y + height
          );
        })
      );
    }
    const at = cell.position();
    const size = cell.size();
    return at.x <= x + width && at.x + size.width >= x && at.y <= y + height && at.y + size.height >= y;
  }

  /** The window moved or changed its scale: what is far away goes, what comes near is drawn. */
  windowMoved() {
    const rect = this.room;
    const { sx, sy } = this.paper.scale();
    const { tx, ty } = this.paper.translate();
    const margin = MARGIN / sx;
    this.area = {
      x: -tx / sx - margin,
      y: -ty / sy - margin,
      width: rect.width / sx + 2 * margin,
      height: rect.height / sy + 2 * margin,
    };
    this.paper.wakeUp();
  }

  /** @param {EventTarget | null} target @returns {Hit | null} */
  hit(target) {
    const node = /** @type {Element} */ (target)?.closest?.('[model-id]');
    const cell = node && this.graph.getCell(node.getAttribute('model-id'));
    if (!cell) return null;
    const kind = /** @type {any} */ ({ 'mt.Node': 'node', 'mt.Outline': 'outline', 'mt.Wire': 'wire' })[
      cell.get('type')
    ];
    const item = cell.get('item');
    return {
      kind,
      id: kind === 'wire' ? item.flow : item.id,
      flow: item.flow ?? '',
      cell,
      view: this.paper.findViewByModel(cell),
      label: node.hasAttribute('data-label'),
    };
  }

  /** @param {'node' | 'outline' | 'wire'} kind @param {string} id */
  cell(kind, id) {
    return this.graph.getCell(ID[kind] + id);
  }

  /** @param {number} x of the page @param {number} y @returns {Point} on the paper */
  local(x, y) {
    const point = this.paper.clientToLocalPoint({ x, y });
    return [point.x, point.y];
  }

  /** The innermost outline at a point, but for those that move themselves. @param {Point} point @param {Set<string>} [except] @returns {string} */
  outlineAt([x, y], except = new Set()) {
    let [best, depth] = ['', 0];
    for (const [id, box] of this.places.outlines) {
      const item = /** @type {any} */ (this.scene.outlines.get(id));
      if (
        item.depth > depth &&
        !except.has(id) &&
        x >= box.x &&
        x <= box.x + box.width &&
        y >= box.y &&
        y <= box.y + box.height
      )
        [best, depth] = [id, item.depth];
    }
    return best;
  }

  /** @param {Point} point @returns {string} the node there, or nothing */
  nodeAt([x, y], reach = 0) {
    for (const [id, box] of [...this.places.nodes].reverse()) {
      if (x >= box.x - reach && x <= box.x + box.width + reach && y >= box.y - reach && y <= box.y + box.height + reach)
        return id;
    }
    return '';
  }

  /** The box of anything that is drawn; of a flow, its label's middle. @param {string} id @returns {Box | null} */
  boxOf(id) {
    const place = this.scene.of.get(id) ?? id;
    const box = this.places.nodes.get(id) ?? this.places.outlines.get(place);
    if (box) return box;
    const route = this.places.routes.get(id) ?? this.places.routes.get(`${id}.returns`);
    return route ? { x: route.label[0] - 40, y: route.label[1] - 12, width: 80, height: 24 } : null;
  }

  /** @returns {Box} round everything, even nothing */
  bounds() {
    const boxes = [...this.places.nodes.values(), ...this.places.outlines.values()];
    for (const route of this.places.routes.values())
      for (const [x, y] of [...route.points, route.label]) boxes.push({ x: x - 20, y: y - 10, width: 40, height: 20 });
    if (!boxes.length) return { x: 0, y: 0, width: 800, height: 500 };
    let [x, y, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const box of boxes) {
      x = Math.min(x, box.x);
      y = Math.min(y, box.y);
      right = Math.max(right, box.x + box.width);
      bottom = Math.max(bottom, box.y + box.height);
    }
    return { x, y, width: right - x, height: bottom - y };
  }

  /** @param {() => void} run @returns {() => void} */
  watch(run) {
    this.watchers.add(run);
    return () => this.watchers.delete(run);
  }

  destroy() {
    this.gone = true;
    this.paper.remove();
  }
}

/** Whether a copy held at an element is lit: `weights/model` is drawn at `model`. @param {Set<string>} lit @param {string} id */
function holds(lit, id) {
  for (const place of lit) if (place.endsWith(`/${id}`) && store.ownerOf(place) === id) return true;
  return false;
}

/** @param {any} a @param {any} b */
function same(a, b) {
  const plain = (/** @type {string} */ key, /** @type {any} */ value) => (value instanceof Set ? value.size : value);
  return JSON.stringify(a, plain) === JSON.stringify(b, plain);
}

/** A cell in words. @param {any} item @param {string} type */
function describe(item, type) {
  const open = item.badge?.count
    ? `, ${t('canvas.open', { n: item.badge.count })}, ${t(`severity.${item.badge.severity}`)}`
    : '';
  const out = item.out ? `, ${t('canvas.out')}: ${item.out}` : '';
  if (type === 'mt.Wire') return `${t('kind.flow')} ${item.label}: ${item.about}${out}${open}`;
  if (type === 'mt.Outline')
    return `${t('kind.boundary')} ${item.titles.map((/** @type {any} */ title) => `${title.text} (${title.caption})`).join(', ')}${open}`;
  return `${item.name}: ${item.caption}${item.tags.map((/** @type {any} */ tag) => `, ${tag.text}`).join('')}${out}${open}`;
}
