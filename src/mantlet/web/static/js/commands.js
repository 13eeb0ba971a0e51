// @ts-check
/** What can be done on the canvas, by pointer, key, menu or button alike. */

import { addBoundary, addElement, addFlow, chainOf, did, freeId, removed, takenIn } from './edits.js';
import { dimensionOf } from './canvas/scene.js';
import { copy, part, pasteable, pasted } from './clipboard.js';
import { Move, around } from './canvas/move.js';
import { boxEntry, engine, layoutEdit, MAIN, routeEntry, storedFor } from './canvas/places.js';
import { labelSpot, simple } from './canvas/route.js';
import { GRID } from './canvas/snap.js';
import { nodeBlock } from './canvas/measure.js';
import { dialog, field, h, menu, toast } from './dom.js';
import { renameInPlace } from './inplace.js';
import { pickType } from './palette.js';
import { store } from './store.js';
import { inside, main } from './views.js';
import { t } from './words.js';

/** @typedef {import('./canvas/board.js').Board} Board @typedef {import('./canvas/route.js').Point} Point @typedef {import('./canvas/route.js').Box} Box */

export class Commands {
  /** @param {import('./app.js').App} app @param {Board} board @param {import('./canvas/zoom.js').Window} pane @param {HTMLElement} map */
  constructor(app, board, pane, map) {
    this.app = app;
    this.board = board;
    this.pane = pane;
    this.map = map;
  }

  /** What the pointer's gestures call. @returns {import('./canvas/gestures.js').Does} */
  does() {
    return {
      connect: (from, to) => this.connect(from, to),
      connectNew: (from, point, at) => pickType(at, (type) => this.addConnected(from, type, point)),
      reconnect: (flow, end, node) => this.reconnect(flow, end, node),
      open: (hit) => this.open(hit),
      context: (hit, at, point) => menu(at, this.contextItems(hit, point)),
    };
  }

  /** Put a new thing on the canvas: at a point, or beside what is chosen, or in the middle. @param {import('./palette.js').Piece} piece @param {Point} [point] */
  async add(piece, point) {
    if (piece.kind === 'boundary' && !point && this.boxes().length) { await this.surround(piece.type); return; }
    const at = point ?? this.freeSpot();
    const outline = this.board.outlineAt(at) || (this.board.scene.of.get(this.board.view.focus) ?? '');
    const chain = chainOf(this.board.scene, outline);
    const parent = store.model.elements?.[this.board.view.focus] ? this.board.view.focus : undefined;
    const dimension = store.boundaryType(piece.type)?.dimension ?? this.board.view.dimension;
    const { id, changes } = piece.kind === 'boundary' ? addBoundary(piece.type, chain.get(dimension)) : addElement(piece.type, [...chain.values()], parent);
    const size = piece.kind === 'boundary' ? { width: 240, height: 160 } : this.sizeOf(piece.type, changes[0]);
    const box = boxEntry({ x: snap(at[0] - size.width / 2), y: snap(at[1] - size.height / 2), ...size });
    const section = piece.kind === 'boundary' ? 'boundaries' : 'elements';
    const done = store.change(changes, { layout: layoutEdit(this.board.view, this.board.places, { [section]: { [id]: box } }), label: t('did.add', { name: store.type(piece.type)?.title ?? store.boundaryType(piece.type)?.title ?? piece.type }) });
    await this.after(id);
    await done;
  }

  /** A boundary round what is selected. @param {string} type */
  async surround(type) {
    const { scene, places } = this.board;
    const dimension = dimensionOf(type);
    const ids = this.boxes().filter((id) => scene.nodes.has(id) || dimensionOf(store.model.boundaries[id].type) === dimension);
    const all = around(this.boxes().map((id) => /** @type {Box} */ (this.board.boxOf(id))));
    const homes = new Set(this.boxes().map((id) => scene.nodes.get(id)?.cluster ?? scene.outlines.get(scene.of.get(id) ?? '')?.parent ?? ''));
    const [home] = homes;
    const { id, changes } = addBoundary(type, homes.size === 1 ? chainOf(scene, home).get(dimension) : undefined);
    const box = boxEntry({ x: all.x - 20, y: all.y - 40, width: Math.max(all.width + 40, 150), height: all.height + 60 });
    const done = store.change([...changes, ...takenIn(scene, id, dimension, ids)], { layout: layoutEdit(this.board.view, places, { boundaries: { [id]: box } }), label: t('did.add', { name: changes[0].op === 'set' ? changes[0].value.name : id }) });
    await this.after(id);
    await done;
  }

  /** @param {string} type @param {any} change */
  sizeOf(type, change) {
    const known = store.type(type);
    const block = nodeBlock({ name: change.value.name, caption: known?.title ?? type, icon: known?.icon ?? 'gear', tags: [] });
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
    const start = /** @type {Point} */ (near && store.sectionOf(only) === 'elements' ? [near.x + near.width + 110, near.y + near.height / 2] : near && store.sectionOf(only) === 'boundaries' ? [near.x + near.width / 2, near.y + near.height / 2] : middle);
    const boxes = [...this.board.places.nodes.values()];
    const clear = (/** @type {Point} */ [x, y]) => boxes.every((box) => x + 66 < box.x || x - 66 > box.x + box.width || y + 40 < box.y || y - 40 > box.y + box.height);
    for (let turn = 0; turn < 200; turn += 1) {
      const reach = 34 * Math.sqrt(turn);
      const spot = /** @type {Point} */ ([start[0] + reach * Math.cos(turn * 2.4), start[1] + reach * Math.sin(turn * 2.4)]);
      if (clear(spot)) return spot;
    }
    return start;
  }

  /** @param {string} from @param {string} to */
  async connect(from, to) {
    const { id, changes } = addFlow(from, to);
    const layout = layoutEdit(this.board.view, this.board.places, { flows: { [id]: this.newRoute(from, to) } });
    const done = store.change(changes, { layout, label: t('did.connect', { from: store.titleOf(from), to: store.titleOf(to) }) });
    await this.after(id);
    await done;
  }

  /** A way beside those that there are between the two. @param {string} from @param {string} to */
  newRoute(from, to) {
    const { nodes } = this.board.places;
    const between = [...this.board.scene.wires.values()].filter((wire) => (wire.source === from && wire.target === to) || (wire.source === to && wire.target === from));
    const points = simple(/** @type {Box} */ (nodes.get(from)), /** @type {Box} */ (nodes.get(to)), between.length ? (between.length % 2 ? 1 : -1) * 18 * Math.ceil(between.length / 2) : 0);
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
    const layout = layoutEdit(this.board.view, this.board.places, { elements: { [made.id]: boxEntry(box) }, flows: { [flow]: routeEntry({ points, label: labelSpot(points) }) } });
    const changes = [...made.changes, /** @type {any} */ ({ op: 'set', path: ['flows', flow], value: { from, to: made.id } })];
    const done = store.change(changes, { layout, label: t('did.connect', { from: store.titleOf(from), to: store.type(type)?.title ?? type }) });
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
    return store.change(changes, { layout: layoutEdit(this.board.view, this.board.places, { flows }), label: did('reconnect', [flow]) });
  }

  /** @param {import('./canvas/board.js').Hit} hit */
  open(hit) {
    if (hit.kind === 'node' && this.board.scene.nodes.get(hit.id)?.group) this.openView(inside(hit.id, this.board.view.dimension));
    else if (!store.readOnly) renameInPlace(this.board, this.pane, hit.id);
  }

  /** @param {import('./canvas/scene.js').View} view */
  openView(view) { this.app.nav.open('design', view.id === MAIN ? {} : { view: view.id }); }

  /** Look into what is chosen. */
  drill() {
    const [only] = store.selection;
    if (only && (store.model.boundaries?.[only] || this.board.scene.nodes.get(only)?.group)) this.openView(inside(only, this.board.view.dimension));
    else toast(t('drill.none'));
  }

  /** Back to what is around. */
  out() {
    const { focus } = this.board.view;
    if (!focus) return;
    const outer = store.model.boundaries?.[focus]?.in ?? store.model.elements?.[focus]?.parent;
    this.openView(outer ? inside(outer, this.board.view.dimension) : main());
  }

  rename() {
    const [only] = store.selection;
    if (only && !store.readOnly) renameInPlace(this.board, this.pane, only);
  }

  remove() {
    if (!store.selection.size || store.readOnly) return;
    const label = did('remove', store.selection);
    const { changes, gone } = removed(store.selection);
    /** @type {any} */
    const set = { elements: {}, boundaries: {}, flows: {} };
    for (const id of gone) {
      for (const section of ['elements', 'boundaries', 'flows']) if (store.layout?.[section]?.[id]) set[section][id] = null;
      if (store.layout?.flows?.[`${id}.returns`]) set.flows[`${id}.returns`] = null;
    }
    store.change(changes, { layout: { set }, label });
    this.board.host.focus();
  }

  copy() {
    if (!store.selection.size) return;
    copy(part(store.selection, this.board));
    toast(t('copied', { n: store.selection.size }));
  }

  /** @param {string} [text] of the system's clipboard */
  paste(text) {
    const what = (text ? pasteable(text) : null) ?? pasteable();
    if (!what || store.readOnly) return;
    const box = around(Object.values(what.boxes).filter(Boolean));
    const rect = this.board.host.getBoundingClientRect();
    const [mx, my] = this.board.local(rect.left + rect.width / 2, rect.top + rect.height / 2);
    const here = box.x + box.width > mx - rect.width / 2 / this.pane.at.scale && box.x < mx + rect.width / 2 / this.pane.at.scale && box.y < my + rect.height / 2 / this.pane.at.scale;
    this.put(what, here ? 24 : snap(mx - box.x - box.width / 2), here ? 24 : snap(my - box.y - box.height / 2), 'paste');
  }

  duplicate() {
    if (store.selection.size && !store.readOnly) this.put(part(store.selection, this.board), 24, 24, 'duplicate');
  }

  /** @param {any} what @param {number} dx @param {number} dy @param {string} key */
  put(what, dx, dy, key) {
    const { changes, ids, entries } = pasted(what, dx, dy);
    if (!changes.length) return;
    const label = did(key, [...Object.keys(what.elements), ...Object.keys(what.boundaries), ...Object.keys(what.flows)]);
    store.change(changes, { layout: layoutEdit(this.board.view, this.board.places, entries), label });
    this.board.refresh();
    store.select(ids);
  }

  /** Move what is chosen by a step. @param {number} dx @param {number} dy */
  nudge(dx, dy) {
    const ids = this.boxes();
    if (!ids.length || store.readOnly) return;
    const move = new Move(this.board, ids);
    move.shift([dx, dy]);
    move.drop();
  }

  /** The chosen nodes and boundaries. @returns {string[]} */
  boxes() { return [...store.selection].filter((id) => this.board.scene.nodes.has(id) || this.board.scene.of.has(id)); }

  alignItems() {
    const kinds = ['align-left', 'align-center', 'align-right', 'align-top', 'align-middle', 'align-bottom', null, 'distribute-h', 'distribute-v'];
    return kinds.map((kind) => (kind ? { label: t(kind), icon: kind, disabled: kind.startsWith('distribute') && this.boxes().length < 3, run: () => this.align(kind) } : null));
  }

  /** @param {string} kind */
  async align(kind) {
    const list = this.boxes().map((id) => ({ id, box: /** @type {Box} */ (this.board.boxOf(id)) }));
    if (list.length < 2) return;
    const steps = kind.startsWith('distribute') ? spread(list, kind.endsWith('h')) : lined(list, kind);
    /** @type {any} */
    const entries = { elements: {}, boundaries: {}, flows: {} };
    for (const { id, by } of steps) {
      if (!by[0] && !by[1]) continue;
      const move = new Move(this.board, [id]);
      move.shift(by);
      /** @type {any} */
      const own = move.entries();
      for (const section of Object.keys(entries)) Object.assign(entries[section], own[section]);
      for (const [place, entry] of Object.entries(own.flows)) this.board.places.routes.set(place, { points: entry.waypoints, label: entry.label });
      for (const [node, box] of Object.entries(own.elements)) this.board.places.nodes.set(node, box);
      this.board.moving = null;
    }
    store.change([], { layout: layoutEdit(this.board.view, this.board.places, entries), label: t(kind) });
  }

  /** Let the layout engine place everything, as in the report. */
  async arrange() {
    const { view } = this.board;
    try {
      const found = await engine(view, this.board.scene.nodes.size);
      const keep = (/** @type {any} */ section, /** @type {(id: string) => boolean} */ known) => Object.fromEntries(Object.entries(section ?? {}).filter(([id]) => known(id)));
      const elements = keep(found.elements, (id) => this.board.scene.nodes.has(id));
      const boundaries = keep(found.boundaries, (id) => Boolean(store.model.boundaries?.[id]));
      const flows = keep(found.flows, (id) => this.board.scene.wires.has(id));
      this.board.filler = found;
      const gone = (/** @type {string} */ section, /** @type {any} */ now) => Object.fromEntries(Object.keys(storedFor(view)[section] ?? {}).filter((id) => !(id in now)).map((id) => [id, null]));
      const sections = { elements: { ...gone('elements', elements), ...elements }, boundaries: { ...gone('boundaries', boundaries), ...boundaries }, flows: { ...gone('flows', flows), ...flows } };
      const set = view.id === MAIN ? sections : { views: { [view.id]: { title: view.title, dimension: view.dimension, focus: view.focus, elements, boundaries, flows } } };
      const done = store.change([], { layout: { set }, label: t('arrange') });
      this.board.refresh();
      this.pane.fit();
      await done;
    } catch (error) {
      toast(/** @type {Error} */ (error).message, { kind: 'error' });
    }
  }

  toggleMap() {
    this.map.hidden = !this.map.hidden;
    localStorage.setItem('mantlet.map', this.map.hidden ? 'off' : 'on');
    this.pane.later();
  }

  /** Leave something out, which needs a reason; or take it back in. @param {string} id */
  async scope(id) {
    const section = store.sectionOf(id);
    const entry = store.entry(id);
    if (section !== 'elements' && section !== 'flows') return;
    if (entry.out_of_scope) { store.change([{ op: 'remove', path: [section, id, 'out_of_scope'] }], { label: did('in-scope', [id]) }); return; }
    const reason = h('textarea', { rows: 3, maxlength: 500 });
    await dialog({ title: t('scope.title', { name: store.titleOf(id) }), body: field(t('scope.reason'), reason, t('scope.hint')),
      actions: [{ label: t('cancel') }, { label: t('scope.out'), primary: true, run: () => {
        if (!reason.value.trim()) { reason.setAttribute('aria-invalid', 'true'); reason.focus(); return false; }
        store.change([{ op: 'set', path: [section, id, 'out_of_scope'], value: reason.value.trim() }], { label: did('out-of-scope', [id]) });
        return true;
      } }] });
  }

  /** @param {import('./canvas/board.js').Hit | null} hit @param {Point} point */
  contextItems(hit, point) {
    const no = store.readOnly;
    if (!hit) {
      return [{ label: t('menu.add-here'), icon: 'plus', disabled: no, run: () => { const rect = this.board.host.getBoundingClientRect(); pickType({ x: rect.left + 80, y: rect.top + 80 }, (type) => this.add({ kind: 'element', type }, point)); } },
        { label: t('paste'), icon: 'paste', key: 'Ctrl+V', disabled: no || !pasteable(), run: () => this.paste() }, null,
        { label: t('select-all'), key: 'Ctrl+A', run: () => this.selectAll() }, { label: t('arrange'), icon: 'arrange', disabled: no, run: () => { this.arrange(); } }, { label: t('zoom.fit'), icon: 'fit', key: 'F', run: () => this.pane.fit() }];
    }
    const { id } = hit;
    const box = hit.kind !== 'wire';
    const group = hit.kind === 'outline' || this.board.scene.nodes.get(id)?.group;
    return [
      { label: t('rename'), icon: 'rename', key: 'F2', disabled: no, run: () => this.rename() },
      ...(group ? [{ label: t('drill'), icon: 'into', key: 'Alt+Enter', run: () => this.drill() }] : []),
      ...(hit.kind === 'outline' ? [] : [{ label: t(store.entry(id)?.out_of_scope ? 'scope.in' : 'scope.out'), icon: 'eye', disabled: no, run: () => { this.scope(id); } }]),
      ...(hit.kind === 'wire' ? [{ label: t('flow.turn'), icon: 'gateway', disabled: no, run: () => this.turn(id) }, { label: t('flow.straighten'), icon: 'flow', disabled: no, run: () => this.straighten(id) }] : []), null,
      { label: t('copy'), icon: 'copy', key: 'Ctrl+C', run: () => this.copy() }, { label: t('duplicate'), key: 'Ctrl+D', disabled: no || !box, run: () => this.duplicate() },
      ...(this.boxes().length > 1 ? [null, ...this.alignItems()] : []), null,
      { label: t('menu.threats'), icon: 'risks', run: () => this.app.dock.open('threats') }, { label: t('remove'), icon: 'trash', key: 'Del', danger: true, disabled: no, run: () => this.remove() },
    ];
  }

  selectAll() { store.select([...this.board.scene.nodes.keys(), ...[...this.board.scene.outlines.values()].flatMap((item) => item.titles.map((title) => title.id)), ...[...this.board.scene.wires.values()].map((wire) => wire.flow)]); }

  /** Let a flow run the other way. @param {string} id */
  turn(id) {
    const flow = store.model.flows[id];
    const value = { ...flow, from: flow.to, to: flow.from };
    const flows = { [id]: this.newRoute(flow.to, flow.from), ...(flow.returns?.length ? { [`${id}.returns`]: this.newRoute(flow.from, flow.to) } : {}) };
    store.change([{ op: 'set', path: ['flows', id, 'from'], value: value.from }, { op: 'set', path: ['flows', id, 'to'], value: value.to }], { layout: layoutEdit(this.board.view, this.board.places, { flows }), label: did('turn', [id]) });
  }

  /** @param {string} id */
  straighten(id) {
    /** @type {any} */
    const flows = {};
    for (const wire of this.board.scene.wires.values()) if (wire.flow === id) flows[wire.id] = this.newRoute(wire.source, wire.target);
    store.change([], { layout: layoutEdit(this.board.view, this.board.places, { flows }), label: did('route', [id]) });
  }
}

const snap = (/** @type {number} */ value) => Math.round(value / GRID) * GRID;

/** @param {{id: string, box: Box}[]} list @param {string} kind @returns {{id: string, by: Point}[]} */
function lined(list, kind) {
  const all = around(list.map((item) => item.box));
  return list.map(({ id, box }) => {
    const x = { 'align-left': all.x, 'align-center': all.x + (all.width - box.width) / 2, 'align-right': all.x + all.width - box.width }[kind] ?? box.x;
    const y = { 'align-top': all.y, 'align-middle': all.y + (all.height - box.height) / 2, 'align-bottom': all.y + all.height - box.height }[kind] ?? box.y;
    return { id, by: [x - box.x, y - box.y] };
  });
}

/** @param {{id: string, box: Box}[]} list @param {boolean} flat @returns {{id: string, by: Point}[]} */
function spread(list, flat) {
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
