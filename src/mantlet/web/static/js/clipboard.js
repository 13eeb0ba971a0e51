// @ts-check
/** Copy, paste and duplicate: parts of a model with their places, also between windows. */

import { freeId } from './edits.js';
import { within } from './canvas/nesting.js';
import { store } from './store.js';

/** @typedef {{mantlet: 'part', elements: Record<string, any>, boundaries: Record<string, any>, flows: Record<string, any>, boxes: Record<string, any>, routes: Record<string, any>}} Part */

/** @type {string} */
let kept = '';

/** @param {Iterable<string>} ids @param {import('./canvas/board.js').Board} board @returns {Part} */
export function part(ids, board) {
  /** @type {Part} */
  const found = { mantlet: 'part', elements: {}, boundaries: {}, flows: {}, boxes: {}, routes: {} };
  for (const id of ids) {
    const section = store.sectionOf(id);
    if (section === 'elements' || section === 'boundaries') {
      found[section][id] = store.model[section][id];
      found.boxes[id] = board.boxOf(id);
    }
  }
  const chosen = new Set(ids);
  for (const [id, flow] of Object.entries(/** @type {Record<string, any>} */ (store.model.flows ?? {}))) {
    if (!(Object.hasOwn(found.elements, flow.from) && Object.hasOwn(found.elements, flow.to)) && !chosen.has(id))
      continue;
    found.flows[id] = flow;
    for (const place of [id, `${id}.returns`])
      if (board.places.routes.has(place)) found.routes[place] = board.places.routes.get(place);
  }
  return found;
}

/** @param {Part} what */
export function copy(what) {
  kept = JSON.stringify(what);
  navigator.clipboard?.writeText(kept).catch(() => {});
}

/** What can be pasted: from this window, or another's by the system's clipboard. @param {string} [text] @returns {Part | null} */
export function pasteable(text = kept) {
  try {
    const found = JSON.parse(text);
    return found?.mantlet === 'part' ? found : null;
  } catch {
    return null;
  }
}

/**
 * Changes that put a part in, under new ids, moved aside.
 * @param {Part} what @param {number} dx @param {number} dy @returns {{changes: any[], ids: string[], entries: any}}
 */
export function pasted(what, dx, dy) {
  const taken = new Set();
  const names = new Map();
  for (const id of [...Object.keys(what.boundaries), ...Object.keys(what.elements), ...Object.keys(what.flows)]) {
    const fresh = freeId(id.replace(/-\d+$/, '') || id, taken);
    taken.add(fresh);
    names.set(id, fresh);
  }
  const changes = [];
  /** @type {any} */
  const entries = { elements: {}, boundaries: {}, flows: {} };
  const known = (/** @type {string} */ name) =>
    names.get(name) ?? (Object.hasOwn(store.model.boundaries ?? {}, name) ? name : '');
  for (const [section, own] of /** @type {const} */ ([
    ['boundaries', what.boundaries],
    ['elements', what.elements],
  ])) {
    for (const [id, entry] of Object.entries(own)) {
      const fresh = names.get(id);
      changes.push({
        op: 'set',
        path: [section, fresh],
        value: section === 'elements' ? element(entry, known, names) : boundary(entry, known),
      });
      if (what.boxes[id])
        entries[section][fresh] = { ...what.boxes[id], x: what.boxes[id].x + dx, y: what.boxes[id].y + dy };
    }
  }
  for (const [id, flow] of Object.entries(what.flows)) {
    const [from, to] = [names.get(flow.from) ?? flow.from, names.get(flow.to) ?? flow.to];
    if (!names.has(flow.from) && !Object.hasOwn(store.model.elements ?? {}, flow.from)) continue;
    if (!names.has(flow.to) && !Object.hasOwn(store.model.elements ?? {}, flow.to)) continue;
    const value = { ...flow, from, to };
    if (flow.opened_by) value.opened_by = names.get(flow.opened_by) ?? flow.opened_by;
    delete value.discovered;
    changes.push({ op: 'set', path: ['flows', names.get(id)], value: knownData(value) });
    for (const tail of ['', '.returns'])
      moveRoute(
        what.routes[id + tail],
        names.get(id) + tail,
        names.has(flow.from) && names.has(flow.to),
        entries.flows,
        dx,
        dy,
      );
  }
  return { changes, ids: [...names.values()], entries };
}

/** @param {any} route @param {string} place @param {boolean} whole @param {any} flows @param {number} dx @param {number} dy */
function moveRoute(route, place, whole, flows, dx, dy) {
  if (!route || !whole) return;
  flows[place] = {
    waypoints: route.points.map((/** @type {number[]} */ [x, y]) => [x + dx, y + dy]),
    label: [route.label[0] + dx, route.label[1] + dy],
  };
}

/** @param {any} entry @param {(name: string) => string} known @param {Map<string, string>} names */
function element(entry, known, names) {
  const value = { ...entry };
  const inside = within(entry).map(known).filter(Boolean);
  if (inside.length) value.in = inside;
  else delete value.in;
  if (value.name) value.name = copied(value.name);
  if (value.parent) value.parent = names.get(value.parent) ?? value.parent;
  if (value.parent && !names.size && !Object.hasOwn(store.model.elements ?? {}, value.parent)) delete value.parent;
  if (value.operated_by && value.operated_by !== 'us' && !Object.hasOwn(store.model.parties ?? {}, value.operated_by))
    delete value.operated_by;
  const data = store.model.data ?? {};
  if (Array.isArray(value.holds))
    value.holds = value.holds.filter((/** @type {string} */ item) => Object.hasOwn(data, item));
  else if (value.holds)
    value.holds = Object.fromEntries(Object.entries(value.holds).filter(([item]) => Object.hasOwn(data, item)));
  delete value.discovered;
  return value;
}

/** @param {any} entry @param {(name: string) => string} known */
function boundary(entry, known) {
  const value = { ...entry };
  if (value.in && known(value.in)) value.in = known(value.in);
  else delete value.in;
  if (value.name) value.name = copied(value.name);
  delete value.discovered;
  return value;
}

/** @param {any} flow */
function knownData(flow) {
  for (const side of ['data', 'returns'])
    if (flow[side])
      flow[side] = flow[side].filter((/** @type {string} */ item) => Object.hasOwn(store.model.data ?? {}, item));
  return flow;
}

/** @param {string} name */
function copied(name) {
  const names = new Set(
    ['elements', 'boundaries'].flatMap((section) =>
      Object.values(store.model[section] ?? {}).map((entry) => entry.name),
    ),
  );
  const base = name.replace(/ \d+$/, '');
  let next = name;
  for (let n = 2; names.has(next); n += 1) next = `${base} ${n}`;
  return next;
}
