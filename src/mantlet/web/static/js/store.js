// @ts-check
/** The client's one state: what the file holds, what the server says about it, what is selected; and who is told of changes. */

import * as api from './api.js';
import { registerIcons } from './icons.js';
import { applied, at, laid } from './patch.js';

/** @typedef {import('./patch.js').Change} Change */
/** @typedef {'model'|'layout'|'register'|'selection'|'filters'|'broken'|'job'|'highlight'|'saving'|'overlay'} EventName */

/** @type {Map<string, Set<(detail: any) => void>>} */
const listeners = new Map();
const SECTIONS = /** @type {const} */ (['elements', 'flows', 'boundaries', 'data']);

export const store = {
  /** @type {any} */ project: null,
  /** @type {any} */ vocabulary: null,
  /** @type {any} */ model: {},
  /** @type {any} */ layout: {},
  /** Facts that come from types and boundaries, by section, id and fact. @type {Record<string, any>} */ inherited: {},
  /** Which file an entry comes from where it isn't the model's own. @type {Record<string, Record<string, string>>} */ included:
    {},
  /** @type {any[]} */ problems: [],
  broken: false,
  /** @type {Map<string, any>} */ register: new Map(),
  /** @type {Record<string, {count: number, severity: string}>} */ badges: {},
  /** @type {Record<string, number>} */ counts: {},
  /** @type {any[]} */ orphaned: [],
  /** @type {any[]} */ contradictions: [],
  /** @type {Record<string, string>} */ sensitivity: {},
  revision: '',
  /** Settled when the threats are there for the first time. @type {Promise<void>} */ ready: Promise.resolve(),
  /** @type {Set<string>} */ selection: new Set(),
  /** @type {Record<string, any>} */ filters: {},
  /** @type {Set<string> | null} */ lit: null,
  /** `all`, `security`, `privacy` or `ml`: what the badges count. */
  overlay: 'all',

  /** @param {EventName} event @param {(detail: any) => void} run @returns {() => void} stops listening */
  on(event, run) {
    const set = listeners.get(event) ?? new Set();
    listeners.set(event, set.add(run));
    return () => set.delete(run);
  },

  /** @param {EventName} event @param {any} [detail] */
  emit(event, detail) {
    for (const run of [...(listeners.get(event) ?? [])]) {
      try {
        run(detail);
      } catch (error) {
        console.error(error);
      }
    }
  },

  get readOnly() {
    return Boolean(store.project?.read_only);
  },

  /** @param {Iterable<string>} ids */
  select(ids) {
    const next = new Set([...ids].filter((id) => store.sectionOf(id)));
    if (next.size === store.selection.size && [...next].every((id) => store.selection.has(id))) return;
    store.selection = next;
    store.emit('selection', next);
  },

  /** Light places up on the drawing, or nothing any more. @param {Iterable<string> | null} ids */
  highlight(ids) {
    store.lit = ids === null ? null : new Set(ids);
    store.emit('highlight', store.lit);
  },

  /** @param {Record<string, any>} filters */
  filter(filters) {
    store.filters = filters;
    store.emit('filters', filters);
  },

  /** @param {string} id @returns {'elements'|'flows'|'boundaries'|'data'|null} */
  sectionOf(id) {
    return SECTIONS.find((section) => Object.hasOwn(store.model?.[section] ?? {}, id)) ?? null;
  },

  /** What the file holds about something. @param {string} id @returns {any} */
  entry(id) {
    const section = store.sectionOf(id);
    return section ? store.model[section][id] : undefined;
  },

  /** The thing that is drawn for a place: `load.returns` is `load`, `weights/model` is `model`. @param {string} place */
  ownerOf(place) {
    if (store.sectionOf(place)) return place;
    const way = place.replace(/\.returns$/, '');
    if (store.sectionOf(way)) return way;
    for (let cut = place.indexOf('/'); cut > 0; cut = place.indexOf('/', cut + 1)) {
      const holder = place.slice(cut + 1);
      if (
        Object.hasOwn(store.model?.elements ?? {}, holder) &&
        Object.hasOwn(store.model?.data ?? {}, place.slice(0, cut))
      )
        return holder;
    }
    return place;
  },

  /** A place's name for people. @param {string} place @returns {string} */
  titleOf(place) {
    if (place === 'system') return store.model?.system?.name || 'system';
    const entry = store.entry(place);
    if (entry) return entry.name || place;
    const owner = store.ownerOf(place);
    if (owner === place) return place;
    if (place.endsWith('.returns')) return `${store.titleOf(owner)} ↩`;
    return `${store.titleOf(place.slice(0, place.length - owner.length - 1))} @ ${store.titleOf(owner)}`;
  },

  /** A type of the vocabulary; aliases are understood. @param {string} id @returns {any} */
  type(id) {
    return types.get(id);
  },
  /** @param {string} id @returns {any} */
  boundaryType(id) {
    return boundaryTypes.get(id);
  },

  /**
   * Change the model: at once here, in order on the server, undoable.
   * @param {Change[]} changes @param {{layout?: any, label?: string, record?: boolean, path?: string, body?: any}} [options] @returns {Promise<any>}
   */
  change(changes, options = {}) {
    return sender(changes, options);
  },

  /** Take in what a `/changes`-like answer says. @param {any} answer */
  settle(answer) {
    settle(answer);
  },
};

/** @type {Map<string, any>} */
const types = new Map();
/** @type {Map<string, any>} */
const boundaryTypes = new Map();
/** @type {(changes: Change[], options: any) => Promise<any>} */
let sender = async () => {
  throw new Error('not connected');
};

/** Where changes go: set once by sync.js. @param {typeof sender} run */
export function onChange(run) {
  sender = run;
}

/** Read what the drawing needs; the threats come when they come. */
export async function load() {
  const [project, vocabulary, model] = await Promise.all([
    api.get('/project'),
    api.get('/vocabulary'),
    api.get('/model'),
  ]);
  store.project = project;
  store.vocabulary = vocabulary;
  for (const type of vocabulary.types) for (const name of [type.id, ...(type.aliases ?? [])]) types.set(name, type);
  for (const type of vocabulary.boundary_types)
    for (const name of [type.id, ...(type.aliases ?? [])]) boundaryTypes.set(name, type);
  registerIcons(vocabulary.icons ?? {});
  takeModel(model);
  store.ready = new Promise((resolve) => {
    requestIdleCallback(resolve, { timeout: 800 });
  })
    .then(() => api.get('/register'))
    .then(takeRegister);
}

/** Read the model again, and all threats. */
export async function reload() {
  const [model, register] = await Promise.all([api.get('/model'), api.get('/register')]);
  takeModel(model);
  takeRegister(register);
}

/** @param {any} answer of `/model` */
export function takeModel(answer) {
  store.revision = answer.revision;
  store.model = answer.raw ?? {};
  store.layout = answer.layout ?? {};
  store.inherited = answer.inherited ?? {};
  store.included = answer.included ?? {};
  store.problems = answer.problems ?? [];
  const wasBroken = store.broken;
  store.broken = Boolean(answer.broken);
  for (const id of [...store.selection]) if (!store.sectionOf(id)) store.selection.delete(id);
  store.emit('model', { paths: null });
  store.emit('layout', { all: true });
  if (store.broken || wasBroken) store.emit('broken', store.problems);
}

/** @param {any} delta of `/register` or of a change */
export function takeRegister(delta) {
  if (!delta) return;
  if (delta.full) store.register = new Map();
  for (const risk of delta.risks ?? []) store.register.set(risk.id, risk);
  for (const id of delta.gone ?? []) store.register.delete(id);
  for (const name of /** @type {const} */ (['badges', 'counts', 'orphaned', 'contradictions', 'sensitivity'])) {
    if (delta[name]) /** @type {any} */ (store)[name] = delta[name];
  }
  store.emit('register', delta);
}

/** Do changes here, before the server has. @param {Change[]} changes @param {any} layout */
export function applyHere(changes, layout) {
  if (changes.length) {
    store.model = applied(store.model, changes);
    for (const id of [...store.selection]) if (!store.sectionOf(id)) store.selection.delete(id);
  }
  if (layout?.set) store.layout = laid(store.layout, layout);
  const paths = changes.map((change) => (change.op === 'rename' ? [change.section] : change.path));
  if (changes.length) store.emit('model', { paths });
  if (layout?.set) store.emit('layout', { set: layout.set });
}

/** @param {any} answer */
function settle(answer) {
  store.revision = answer.revision ?? store.revision;
  if (answer.inherited) store.inherited = answer.inherited;
  if (answer.problems) store.problems = answer.problems;
  const fixes = (answer.normalised ?? []).map((/** @type {any} */ item) =>
    item.value === null || item.value === undefined
      ? { op: 'remove', path: item.path }
      : { op: 'set', path: item.path, value: item.value },
  );
  if (fixes.length) applyHere(fixes, null);
  takeRegister(answer.register);
}

/** @param {Change[]} changes @param {any} raw @returns {boolean} whether they would change anything */
export function matters(changes, raw) {
  return changes.some(
    (change) => change.op !== 'set' || JSON.stringify(at(raw, change.path)) !== JSON.stringify(change.value),
  );
}
