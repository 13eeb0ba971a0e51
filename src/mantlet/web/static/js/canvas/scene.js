// @ts-check
/** What is on the canvas: from the model, the view and the threats to nodes, outlines and wires, before they have places. */

import { badgesOf, complete, learningPacks, narrowing } from '../risks/filters.js';
import { store } from '../store.js';
import { t } from '../words.js';
import { around, nest, within } from './nesting.js';

/**
 * @typedef {{count: number, severity: string}} Badge
 * @typedef {object} NodeItem
 * @property {string} id @property {'external'|'process'|'store'} kind @property {string} name @property {string} caption @property {string} icon
 * @property {{kind: string, text: string, dimension?: string}[]} tags @property {string} cluster @property {string} out @property {boolean} context
 * @property {Badge | null} badge @property {string} about @property {boolean} group
 * @typedef {object} OutlineItem
 * @property {string} id @property {{id: string, text: string, caption: string, dimension: string}[]} titles @property {string} dimension
 * @property {string} parent @property {number} depth @property {Badge | null} badge @property {Set<string>} members @property {string} operator who runs everything inside
 * @typedef {object} WireItem
 * @property {string} id the place @property {string} flow @property {string} source @property {string} target @property {string} label
 * @property {string} sensitivity @property {'source'|'target'|''} opened @property {string} out @property {Badge | null} badge @property {string} about
 * @property {string[]} places @property {boolean} back
 * @typedef {{id: string, title: string, dimension: string, focus: string}} View
 * @typedef {{nodes: Map<string, NodeItem>, outlines: Map<string, OutlineItem>, wires: Map<string, WireItem>, of: Map<string, string>}} Scene
 */

const KINDS = /** @type {const} */ ({ 'external-entity': 'external', process: 'process', 'data-store': 'store' });
const TAGS = 3;
const RANK = ['none', 'note', 'low', 'medium', 'high', 'critical'];

/** @param {string} type of a boundary */
export const dimensionOf = (type) =>
  store.boundaryType(type)?.dimension ??
  store.boundaryType(type)?.is_a?.find((/** @type {string} */ item) => store.vocabulary.dimensions.includes(item)) ??
  'network';
const isInternet = (/** @type {string} */ type) =>
  type === 'internet' || Boolean(store.boundaryType(type)?.is_a?.includes('internet'));

/** @param {any} element @returns {'external'|'process'|'store'} */
export function kindOf(element) {
  return KINDS[/** @type {keyof typeof KINDS} */ (element.kind ?? store.type(element.type)?.kind)] ?? 'process';
}

/** @param {View} view @returns {Scene} */
export function scene(view) {
  const model = store.model;
  const elements = model.elements ?? {};
  const boundaries = model.boundaries ?? {};
  const badges = badgesFor(store.overlay);
  const box = boxes(elements, view.focus);
  const { shown, inside } = onPage(elements, boundaries, model.flows ?? {}, box, view.focus);
  const inner = new Map([...shown].map((id) => [id, within(elements[id])]));
  const relevant = view.focus && boundaries[view.focus] ? boundaries : relevantTo(boundaries, inner, view.focus);
  const nesting = nest(
    relevant,
    inner,
    view.dimension,
    (name) => dimensionOf(boundaries[name].type),
    (name) => isInternet(boundaries[name].type),
  );
  const parts = counted(box);
  const nodes = new Map(
    [...shown].map((id) => [id, node(id, elements[id], nesting, parts.get(id) ?? 0, !inside.has(id), badges)]),
  );
  const outlines = new Map(
    [...nesting.outlines.values()].sort((a, b) => a.depth - b.depth).map((item) => [item.id, outline(item, badges)]),
  );
  nameOnce(nodes, outlines);
  return { nodes, outlines, wires: wires(model, box, shown, inside, parts, badges, nodes), of: nesting.of };
}

/** Which box stands for each element: its outermost parent, unless the view looks into that. @param {Record<string, any>} elements @param {string} focus */
function boxes(elements, focus) {
  const opened = new Set(elements[focus] ? chain(elements, focus) : []);
  return new Map(
    Object.keys(elements).map((id) => [
      id,
      chain(elements, id)
        .slice(1)
        .reverse()
        .find((name) => !opened.has(name)) ?? id,
    ]),
  );
}

/** @param {Record<string, any>} elements @param {string} id */
function chain(elements, id) {
  /** @type {string[]} */
  const found = [];
  for (let at = id; at && Object.hasOwn(elements, at) && !found.includes(at); at = elements[at].parent ?? '')
    found.push(at);
  return found;
}

/** @param {Map<string, string>} box @returns {Map<string, number>} how many parts each box stands for */
function counted(box) {
  const parts = new Map();
  for (const [id, at] of box) if (id !== at) parts.set(at, (parts.get(at) ?? 0) + 1);
  return parts;
}

/** @param {Record<string, any>} elements @param {Record<string, any>} boundaries @param {Record<string, any>} flows @param {Map<string, string>} box @param {string} focus */
function onPage(elements, boundaries, flows, box, focus) {
  const all = new Set(box.values());
  if (!focus || !(elements[focus] || boundaries[focus])) return { shown: all, inside: all };
  const inside = new Set();
  for (const [id, at] of box) {
    const there = boundaries[focus]
      ? within(elements[id]).some((start) => around(boundaries, start).includes(focus))
      : chain(elements, id).includes(focus);
    if (there && (at !== focus || box.get(focus) === focus)) inside.add(at);
  }
  const shown = new Set(inside);
  for (const flow of Object.values(flows)) {
    const [from, to] = [box.get(flow.from), box.get(flow.to)];
    if (from && to && (inside.has(from) || inside.has(to))) shown.add(from).add(to);
  }
  return { shown, inside };
}

/** @param {Record<string, any>} boundaries @param {Map<string, string[]>} inner @param {string} focus */
function relevantTo(boundaries, inner, focus) {
  if (!focus) return boundaries;
  const used = new Set([...inner.values()].flat().flatMap((start) => around(boundaries, start)));
  return Object.fromEntries(Object.entries(boundaries).filter(([name]) => used.has(name)));
}

/** Name an operator on the outline where it operates everything inside, instead of on every node. @param {Map<string, NodeItem>} nodes @param {Map<string, OutlineItem>} outlines */
function nameOnce(nodes, outlines) {
  const named = new Map();
  for (const [id, item] of outlines) {
    const operators = [...item.members].map(
      (node) => nodes.get(node)?.tags.find((tag) => tag.kind === 'operator')?.text ?? '',
    );
    if (operators.length < 2 || !operators[0] || operators.some((text) => text !== operators[0])) continue;
    named.set(id, operators[0]);
    const said = item.titles.some((title) => title.text.toLowerCase() === operators[0].split(' · ')[0].toLowerCase());
    item.operator = said ? '' : operators[0];
  }
  for (const [id, operator] of named) {
    for (const node of outlines.get(id)?.members ?? []) {
      const item = nodes.get(node);
      if (item) item.tags = item.tags.filter((tag) => !(tag.kind === 'operator' && tag.text === operator));
    }
  }
}

/** @param {string} id @param {any} element @param {any} nesting @param {number} parts @param {boolean} context @param {Record<string, Badge>} badges @returns {NodeItem} */
function node(id, element, nesting, parts, context, badges) {
  const type = store.type(element.type);
  const tags = [];
  if (parts) tags.push({ kind: 'members', text: t('canvas.parts', { n: parts }) });
  const party = element.operated_by && element.operated_by !== 'us' ? store.model.parties?.[element.operated_by] : null;
  if (party)
    tags.push({
      kind: 'operator',
      text: [party.name || element.operated_by, party.region?.toUpperCase()].filter(Boolean).join(' · '),
    });
  for (const name of nesting.tags.get(id) ?? []) {
    const boundary = store.model.boundaries[name];
    tags.push({
      kind: isInternet(boundary.type) ? 'internet' : 'boundary',
      text: boundary.name || name,
      dimension: dimensionOf(boundary.type),
    });
  }
  const few =
    tags.length > TAGS
      ? [
          ...tags.slice(0, TAGS - 1),
          { ...tags[TAGS - 1], text: t('canvas.more', { text: tags[TAGS - 1].text, n: tags.length - TAGS }) },
        ]
      : tags;
  return {
    id,
    kind: kindOf(element),
    name: element.name || id,
    caption: type?.title ?? element.type,
    icon: type?.icon ?? 'gear',
    tags: few,
    cluster: nesting.innermost.get(id) ?? '',
    out: element.out_of_scope ?? '',
    context,
    badge: badges[id] ?? null,
    about: element.description ?? '',
    group: parts > 0,
  };
}

/** @param {import('./nesting.js').Outline} item @param {Record<string, Badge>} badges @returns {OutlineItem} */
function outline(item, badges) {
  const titles = item.boundaries.map((name) => {
    const entry = store.model.boundaries[name];
    return {
      id: name,
      text: entry.name || name,
      caption: store.boundaryType(entry.type)?.title ?? entry.type,
      dimension: dimensionOf(entry.type),
    };
  });
  const worst = item.boundaries.map((name) => badges[name]).filter(Boolean);
  return {
    id: item.id,
    titles,
    dimension: item.dimension,
    parent: item.parent,
    depth: item.depth,
    badge: worst.length ? joined(worst) : null,
    members: item.members,
    operator: '',
  };
}

/** @param {Badge[]} list @returns {Badge} */
function joined(list) {
  return {
    count: list.reduce((sum, item) => sum + item.count, 0),
    severity: list.map((item) => item.severity).sort((a, b) => RANK.indexOf(b) - RANK.indexOf(a))[0],
  };
}

/** @param {any} model @param {Map<string, string>} box @param {Set<string>} shown @param {Set<string>} inside @param {Map<string, number>} parts @param {Record<string, Badge>} badges @param {Map<string, NodeItem>} nodes */
function wires(model, box, shown, inside, parts, badges, nodes) {
  /** @type {Map<string, WireItem>} */
  const found = new Map();
  const merged = new Map();
  for (const [flow, entry] of Object.entries(/** @type {Record<string, any>} */ (model.flows ?? {}))) {
    const [from, to] = [box.get(entry.from), box.get(entry.to)];
    if (!from || !to || !shown.has(from) || !shown.has(to) || !(inside.has(from) || inside.has(to))) continue;
    if (from === to) {
      if (entry.from === entry.to) nodes.get(from)?.tags.push({ kind: 'loop', text: entry.name || flow });
      continue;
    }
    for (const back of entry.returns?.length ? [false, true] : [false]) {
      const wire = oneWire(flow, entry, back, back ? to : from, back ? from : to, badges);
      const key = parts.has(from) || parts.has(to) ? `${wire.source}\n${wire.target}` : '';
      const other = key ? merged.get(key) : null;
      if (other) join(other, wire);
      else {
        found.set(wire.id, wire);
        if (key) merged.set(key, wire);
      }
    }
  }
  return found;
}

/** @param {WireItem} wire @param {WireItem} more */
function join(wire, more) {
  wire.places.push(...more.places);
  wire.label = t('canvas.flows', { n: wire.places.length });
  wire.about += `; ${more.about}`;
  wire.opened = '';
  wire.out = '';
  if (more.badge) wire.badge = joined([wire.badge, more.badge].filter((item) => item !== null));
  if (more.sensitivity === 'special' || !wire.sensitivity) wire.sensitivity = more.sensitivity;
}

/** @param {string} flow @param {any} entry @param {boolean} back @param {string} source @param {string} target @param {Record<string, Badge>} badges @returns {WireItem} */
function oneWire(flow, entry, back, source, target, badges) {
  const id = back ? `${flow}.returns` : flow;
  const carried = (back ? entry.returns : entry.data) ?? [];
  const opener = entry.opened_by && entry.opened_by !== entry.from ? entry.opened_by : '';
  const names = carried.map((/** @type {string} */ item) => store.titleOf(item)).join(', ');
  return {
    id,
    flow,
    source,
    target,
    back,
    places: [id],
    label: label(flow, entry, back, carried),
    sensitivity: store.sensitivity[id] ?? '',
    opened: back || !opener ? '' : opener === entry.to ? 'target' : 'source',
    out: entry.out_of_scope ?? '',
    badge: badges[id] ?? null,
    about: `${store.titleOf(source)} → ${store.titleOf(target)}${names ? `: ${names}` : ''}`,
  };
}

/** @param {string} flow @param {any} entry @param {boolean} back @param {string[]} carried */
function label(flow, entry, back, carried) {
  if (entry.name && !back) return entry.name;
  const names = carried.map((item) => store.titleOf(item));
  if (!names.length) return entry.name || flow.replace(/[-_]/g, ' ');
  const lower = (/** @type {string} */ name) => (/^.[a-z]/.test(name) ? name[0].toLowerCase() + name.slice(1) : name);
  if (names.length <= 2) return [names[0], ...names.slice(1).map(lower)].join(', ');
  return t('canvas.more', { text: names[0], n: names.length - 1 });
}

/** Open risks by place, as the overlay wants them. @param {string} overlay @returns {Record<string, Badge>} */
export function badgesFor(overlay) {
  if (overlay === 'none') return {};
  const filters = { ...complete(store.filters), overlay };
  if (overlay === 'all' && !narrowing(filters)) return store.badges;
  return badgesOf(store.register.values(), filters, { learning: learningPacks(store.vocabulary?.packs) });
}
