// @ts-check
/** What people do, as changes of the model file. Nothing here draws or sends. */

import { around, within } from './canvas/nesting.js';
import { dimensionOf } from './canvas/scene.js';
import { store } from './store.js';
import { t } from './words.js';

/** @typedef {import('./patch.js').Change} Change @typedef {import('./patch.js').Path} Path */

const SECTIONS = ['elements', 'flows', 'boundaries', 'data'];

/** An id that nothing has yet. @param {string} wish @param {Set<string>} [also] taken as well @returns {string} */
export function freeId(wish, also = new Set()) {
  const base = slug(wish) || 'item';
  const taken = (/** @type {string} */ id) =>
    also.has(id) || id === 'system' || SECTIONS.some((section) => Object.hasOwn(store.model[section] ?? {}, id));
  let id = base;
  for (let n = 2; taken(id); n += 1) id = `${base}-${n}`;
  return id;
}

/** @param {string} text */
export const slug = (text) =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);

/** A name that no other thing of the section has. @param {string} section @param {string} wish */
export function freeName(section, wish) {
  const names = new Set(Object.values(store.model[section] ?? {}).map((entry) => entry.name));
  let name = wish;
  for (let n = 2; names.has(name); n += 1) name = `${wish} ${n}`;
  return name;
}

/** Put a value, or take it out where it is empty. @param {Path} path @param {any} value @returns {Change} */
export function put(path, value) {
  const empty = value === '' || value === null || value === undefined;
  return empty ? { op: 'remove', path } : { op: 'set', path, value };
}

/** @param {string} type @param {string[]} inside innermost boundaries @param {string} [parent] @returns {{id: string, changes: Change[]}} */
export function addElement(type, inside, parent) {
  const name = freeName('elements', store.type(type)?.title ?? type);
  const id = freeId(name);
  /** @type {any} */
  const entry = { type, name };
  if (inside.length) entry.in = inside;
  if (parent) entry.parent = parent;
  return { id, changes: [{ op: 'set', path: ['elements', id], value: entry }] };
}

/** @param {string} type @param {string} [parent] @returns {{id: string, changes: Change[]}} */
export function addBoundary(type, parent) {
  const name = freeName('boundaries', store.boundaryType(type)?.title ?? type);
  const id = freeId(name);
  return {
    id,
    changes: [{ op: 'set', path: ['boundaries', id], value: parent ? { type, name, in: parent } : { type, name } }],
  };
}

/** @param {string} from @param {string} to @returns {{id: string, changes: Change[]}} */
export function addFlow(from, to) {
  const id = freeId(`${from}-to-${to}`);
  return { id, changes: [{ op: 'set', path: ['flows', id], value: { from, to } }] };
}

/** The innermost boundary of each dimension of an outline and those around it. @param {import('./canvas/scene.js').Scene} scene @param {string} outline @returns {Map<string, string>} */
export function chainOf(scene, outline) {
  const found = new Map();
  const seen = new Set();
  for (let at = scene.outlines.get(outline); at && !seen.has(at.id); at = scene.outlines.get(at.parent)) {
    seen.add(at.id);
    for (const title of at.titles) if (!found.has(title.dimension)) found.set(title.dimension, title.id);
  }
  return found;
}

/** Where an element is after it came to lie in an outline: what the drawing doesn't show stays. @param {import('./canvas/scene.js').Scene} scene @param {string[]} before @param {Map<string, string>} chain @returns {string[]} */
export function inAfter(scene, before, chain) {
  const boundaries = store.model.boundaries ?? {};
  const left = new Map(chain);
  const result = [];
  for (const name of before) {
    const dimension = dimensionOf(boundaries[name]?.type);
    const now = left.get(dimension);
    left.delete(dimension);
    if (now) result.push(!scene.of.has(name) && around(boundaries, name).includes(now) ? name : now);
    else if (!scene.of.has(name)) result.push(name);
  }
  return [...result, ...left.values()];
}

/** Changes of `in:` for things that were moved. @param {{scene: import('./canvas/scene.js').Scene}} board @param {{nodes: Set<string>, outlines: Set<string>}} move @param {string} landing @returns {Change[]} */
export function moved({ scene }, move, landing) {
  /** @type {Change[]} */
  const changes = [];
  /** @type {Map<string, string>} */
  const parents = new Map(
    [...scene.outlines].map(([id, item]) => [
      id,
      move.outlines.has(id) && !move.outlines.has(item.parent) ? landing : item.parent,
    ]),
  );
  const after = {
    ...scene,
    outlines: new Map(
      [...scene.outlines].map(([id, item]) => [id, { ...item, parent: /** @type {string} */ (parents.get(id)) }]),
    ),
  };
  for (const id of move.outlines) {
    const item = /** @type {any} */ (scene.outlines.get(id));
    if (move.outlines.has(item.parent) || item.parent === landing) continue;
    const chain = chainOf(scene, landing);
    for (const title of item.titles) {
      const now = chain.get(title.dimension) ?? '';
      const was = store.model.boundaries[title.id].in ?? '';
      if (now !== was && now !== title.id) changes.push(put(['boundaries', title.id, 'in'], now));
    }
  }
  for (const id of move.nodes) {
    const item = /** @type {any} */ (scene.nodes.get(id));
    const home = move.outlines.has(item.cluster) ? item.cluster : landing;
    const was = within(store.model.elements[id]);
    if (item.cluster === home && !move.outlines.has(home)) continue;
    const now = inAfter(scene, was, chainOf(after, home));
    if (now.join('\n') !== was.join('\n'))
      changes.push(
        now.length
          ? { op: 'set', path: ['elements', id, 'in'], value: now }
          : { op: 'remove', path: ['elements', id, 'in'] },
      );
  }
  return changes;
}

/** Things come into a boundary: those that lay in what is around it. @param {import('./canvas/scene.js').Scene} scene @param {string} boundary @param {string} dimension @param {string[]} ids @returns {Change[]} */
export function takenIn(scene, boundary, dimension, ids) {
  const boundaries = store.model.boundaries ?? {};
  return ids.map((id) => {
    if (Object.hasOwn(boundaries, id))
      return /** @type {Change} */ ({ op: 'set', path: ['boundaries', id, 'in'], value: boundary });
    const was = within(store.model.elements[id]);
    const now = inAfter(
      scene,
      was,
      new Map([
        ...was.map((name) => /** @type {[string, string]} */ ([dimensionOf(boundaries[name]?.type), name])),
        [dimension, boundary],
      ]),
    );
    return /** @type {Change} */ ({ op: 'set', path: ['elements', id, 'in'], value: now });
  });
}

/** Take things out, with the flows at them and what mentions them. @param {Iterable<string>} ids @returns {{changes: Change[], gone: Set<string>}} */
export function removed(ids) {
  const model = store.model;
  const gone = new Set(ids);
  for (const [id, flow] of Object.entries(/** @type {Record<string, any>} */ (model.flows ?? {})))
    if (gone.has(flow.from) || gone.has(flow.to)) gone.add(id);
  /** @type {Change[]} */
  const changes = [];
  for (const id of gone) if (Object.hasOwn(model.boundaries ?? {}, id)) changes.push(...opened(id, gone));
  changes.push(...forgotten(gone));
  for (const section of ['flows', 'elements', 'boundaries', 'data']) {
    for (const id of gone)
      if (Object.hasOwn(model[section] ?? {}, id)) changes.push({ op: 'remove', path: [section, id] });
  }
  return { changes, gone };
}

/** What was in a boundary comes into the one around it. @param {string} id @param {Set<string>} gone @returns {Change[]} */
function opened(id, gone) {
  const model = store.model;
  const heir =
    around(model.boundaries, id)
      .slice(1)
      .find((name) => !gone.has(name)) ?? '';
  /** @type {Change[]} */
  const changes = [];
  for (const [name, entry] of Object.entries(/** @type {Record<string, any>} */ (model.boundaries)))
    if (entry.in === id && !gone.has(name)) changes.push(put(['boundaries', name, 'in'], heir));
  return changes;
}

/** Mentions of what goes, taken out of lists and fields; decisions stay, as orphans that are shown. @param {Set<string>} gone @returns {Change[]} */
function forgotten(gone) {
  const model = store.model;
  /** @type {Change[]} */
  const changes = [];
  const lists = (
    /** @type {string} */ section,
    /** @type {string[]} */ fields,
    /** @type {(item: string) => boolean} */ hit,
  ) => {
    for (const [id, entry] of Object.entries(/** @type {Record<string, any>} */ (model[section] ?? {}))) {
      if (gone.has(id)) continue;
      for (const field of fields) {
        const list = entry?.[field];
        if (!Array.isArray(list) || !list.some(hit)) continue;
        changes.push({ op: 'set', path: [section, id, field], value: list.filter((item) => !hit(item)) });
      }
    }
  };
  lists('flows', ['data', 'returns'], (item) => gone.has(item));
  lists('controls', ['on'], (item) => gone.has(item));
  lists('agents', ['access'], (item) => gone.has(item));
  changes.push(...fromElements(gone));
  for (const [id, entry] of Object.entries(/** @type {Record<string, any>} */ (model.data ?? {}))) {
    for (const source of Object.keys(entry.derived_from ?? {}))
      if (gone.has(source) && !gone.has(id)) changes.push({ op: 'remove', path: ['data', id, 'derived_from', source] });
  }
  for (const [name, steps] of Object.entries(/** @type {Record<string, string[]>} */ (model.sequences ?? {}))) {
    const kept = steps.filter((step) => !gone.has(step.replace(/\.returns$/, '')));
    if (kept.length !== steps.length)
      changes.push(
        kept.length
          ? { op: 'set', path: ['sequences', name], value: kept }
          : { op: 'remove', path: ['sequences', name] },
      );
  }
  for (const [name, entry] of Object.entries(/** @type {Record<string, any>} */ (model.environments ?? {}))) {
    for (const id of Object.keys(entry.facts ?? {}))
      if (gone.has(id)) changes.push({ op: 'remove', path: ['environments', name, 'facts', id] });
  }
  return changes
    .filter((change) => !(change.op === 'set' && change.path[2] === 'on' && !change.value.length))
    .concat(
      Object.entries(/** @type {Record<string, any>} */ (model.controls ?? {}))
        .filter(([, entry]) => entry.on?.length && entry.on.every((/** @type {string} */ item) => gone.has(item)))
        .map(([id]) => ({ op: 'remove', path: ['controls', id] })),
    );
}

/** @param {Set<string>} gone @returns {Change[]} */
function fromElements(gone) {
  const model = store.model;
  /** @type {Change[]} */
  const changes = [];
  for (const [id, entry] of Object.entries(/** @type {Record<string, any>} */ (model.elements ?? {}))) {
    if (gone.has(id)) continue;
    const was = within(entry);
    if (was.some((name) => gone.has(name))) {
      const now = was
        .map((name) =>
          gone.has(name) ? (around(model.boundaries, name).find((other) => !gone.has(other)) ?? '') : name,
        )
        .filter(Boolean);
      changes.push(
        now.length
          ? { op: 'set', path: ['elements', id, 'in'], value: now }
          : { op: 'remove', path: ['elements', id, 'in'] },
      );
    }
    if (gone.has(entry.parent)) changes.push({ op: 'remove', path: ['elements', id, 'parent'] });
    if (Array.isArray(entry.holds) && entry.holds.some((/** @type {string} */ item) => gone.has(item)))
      changes.push({
        op: 'set',
        path: ['elements', id, 'holds'],
        value: entry.holds.filter((/** @type {string} */ item) => !gone.has(item)),
      });
    else if (entry.holds && !Array.isArray(entry.holds))
      for (const item of Object.keys(entry.holds))
        if (gone.has(item)) changes.push({ op: 'remove', path: ['elements', id, 'holds', item] });
  }
  for (const [id, entry] of Object.entries(/** @type {Record<string, any>} */ (model.flows ?? {})))
    if (!gone.has(id) && gone.has(entry.opened_by)) changes.push({ op: 'remove', path: ['flows', id, 'opened_by'] });
  return changes;
}

/** The label of what was done. @param {string} key @param {Iterable<string>} ids */
export function did(key, ids) {
  const list = [...ids];
  return list.length === 1
    ? t(`did.${key}`, { name: store.titleOf(list[0]) })
    : t(`did.${key}-many`, { n: list.length });
}
