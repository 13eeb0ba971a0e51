// @ts-check
/** Where everything stands: the layout file's places for a view, filled up by the layout engine's and by what fits. */

import * as api from '../api.js';
import { store } from '../store.js';
import { labelSize } from './draw.js';
import { M, nodeBlock, width } from './measure.js';
import { labelSpot, simple, through } from './route.js';

/** @typedef {import('./route.js').Box} Box @typedef {import('./route.js').Point} Point @typedef {import('./scene.js').Scene} Scene @typedef {import('./scene.js').View} View */
/** @typedef {{nodes: Map<string, Box>, outlines: Map<string, Box>, routes: Map<string, {points: Point[], label: Point}>}} Places */

export const MAIN = 'main';
const EDGE = 4;

/** What is stored for a view. @param {View} view @returns {any} */
export const storedFor = (view) => (view.id === MAIN ? store.layout : store.layout?.views?.[view.id]) ?? {};

/** What is drawn but has no place, so that the layout engine has to be asked. @param {Scene} scene @param {any} stored @returns {string[]} */
export const gaps = (scene, stored) => [...scene.nodes.keys()].filter((id) => !stored.elements?.[id]);

/** Ask the layout engine. @param {View} view @param {number} count @param {any} [positions] what is to stay where it is */
export function engine(view, count, positions) {
  const kept =
    positions && Object.keys(positions.elements ?? {}).length
      ? {
          positions: {
            elements: positions.elements ?? {},
            boundaries: positions.boundaries ?? {},
            flows: positions.flows ?? {},
          },
        }
      : {};
  return api.post('/arrange', { focus: view.focus, dimension: view.dimension, detail: count > 60, ...kept });
}

/** @param {Scene} scene @param {any} stored @param {any} filler what the layout engine said, or nothing @returns {Places} */
export function placesOf(scene, stored, filler) {
  const nodes = nodeBoxes(scene, stored, filler);
  const outlines = outlineBoxes(scene, stored, filler, nodes);
  return { nodes, outlines, routes: routes(scene, stored, filler, nodes) };
}

/** @param {Scene} scene @param {any} stored @param {any} filler */
function nodeBoxes(scene, stored, filler) {
  /** @type {Map<string, Box>} */
  const nodes = new Map();
  /** @type {string[]} */
  const homeless = [];
  for (const [id, item] of scene.nodes) {
    const block = nodeBlock(item);
    const at = stored.elements?.[id] ?? filler?.elements?.[id] ?? filler?.boundaries?.[id];
    if (at)
      nodes.set(id, {
        x: at.x,
        y: at.y,
        width: Math.max(at.width ?? 0, block.width),
        height: Math.max(at.height ?? 0, block.height),
      });
    else homeless.push(id);
  }
  const bottom = Math.max(0, ...[...nodes.values()].map((box) => box.y + box.height));
  homeless.forEach((id, index) => {
    const block = nodeBlock(/** @type {any} */ (scene.nodes.get(id)));
    nodes.set(id, {
      x: (index % 8) * 170,
      y: bottom + 48 + Math.floor(index / 8) * 110,
      width: block.width,
      height: block.height,
    });
  });
  return nodes;
}

/** Outlines as drawn, grown to hold what is inside. @param {Scene} scene @param {any} stored @param {any} filler @param {Map<string, Box>} nodes */
export function outlineBoxes(scene, stored, filler, nodes) {
  /** @type {Map<string, Box>} */
  const boxes = new Map();
  let free = Math.max(0, ...[...nodes.values()].map((box) => box.x + box.width)) + 48;
  /** @type {Map<string, Box[]>} */
  const held = new Map();
  const hold = (/** @type {string} */ id, /** @type {Box} */ box) => held.get(id)?.push(box) ?? held.set(id, [box]);
  for (const [id, box] of nodes) hold(scene.nodes.get(id)?.cluster ?? '', box);
  for (const item of [...scene.outlines.values()].sort((a, b) => b.depth - a.depth)) {
    const drawn =
      item.titles.map((title) => stored.boundaries?.[title.id]).find(Boolean) ??
      item.titles.map((title) => filler?.boundaries?.[title.id]).find(Boolean);
    const inside = held.get(item.id) ?? [];
    const room = width(item.titles[0].text, M.TITLE, 600) + width(item.titles[0].caption, M.CAPTION) + 60;
    const box = drawn?.width
      ? grown(drawn, inside)
      : inside.length
        ? hug(inside, room)
        : { x: free, y: 0, width: Math.max(200, room), height: 140 };
    if (!drawn?.width && !inside.length) free += box.width + 32;
    boxes.set(item.id, box);
    hold(item.parent, box);
  }
  return boxes;
}

/** @param {Box[]} list */
function bounds(list) {
  const [x, y] = [Math.min(...list.map((box) => box.x)), Math.min(...list.map((box) => box.y))];
  return {
    x,
    y,
    right: Math.max(...list.map((box) => box.x + box.width)),
    bottom: Math.max(...list.map((box) => box.y + box.height)),
  };
}

/** @param {Box} drawn @param {Box[]} inside @returns {Box} */
export function grown(drawn, inside) {
  if (!inside.length) return { x: drawn.x, y: drawn.y, width: drawn.width, height: drawn.height };
  const all = bounds(inside);
  const [x, y] = [Math.min(drawn.x, all.x - EDGE), Math.min(drawn.y, all.y - EDGE)];
  return {
    x,
    y,
    width: Math.max(drawn.x + drawn.width, all.right + EDGE) - x,
    height: Math.max(drawn.y + drawn.height, all.bottom + EDGE) - y,
  };
}

/** @param {Box[]} inside @param {number} room for the title @returns {Box} */
function hug(inside, room) {
  const all = bounds(inside);
  const [x, y] = [all.x - M.CLUSTER_PAD, all.y - M.CLUSTER_PAD - M.TITLE_ROW];
  return { x, y, width: Math.max(all.right - x + M.CLUSTER_PAD, room), height: all.bottom - y + M.CLUSTER_PAD };
}

/** @param {Scene} scene @param {any} stored @param {any} filler @param {Map<string, Box>} nodes */
function routes(scene, stored, filler, nodes) {
  /** @type {Map<string, {points: Point[], label: Point}>} */
  const found = new Map();
  /** @type {Map<string, string[]>} */
  const bare = new Map();
  for (const [id, wire] of scene.wires) {
    const [source, target] = [nodes.get(wire.source), nodes.get(wire.target)];
    if (!source || !target) continue;
    const entry = stored.flows?.[id]?.waypoints?.length
      ? stored.flows[id]
      : (filler?.flows?.[id] ?? stored.flows?.[id]);
    if (entry?.waypoints?.length) {
      const points = through(entry.waypoints, source, target);
      found.set(id, { points, label: entry.label ?? labelSpot(points) });
    } else {
      const key = [wire.source, wire.target].sort().join('\n');
      bare.set(key, [...(bare.get(key) ?? []), id]);
    }
  }
  for (const ids of bare.values()) {
    const step = Math.max(M.PITCH, ...ids.map((id) => labelSize(/** @type {any} */ (scene.wires.get(id))).height + 3));
    ids.forEach((id, index) => {
      const wire = /** @type {any} */ (scene.wires.get(id));
      const points = simple(
        /** @type {Box} */ (nodes.get(wire.source)),
        /** @type {Box} */ (nodes.get(wire.target)),
        (index - (ids.length - 1) / 2) * step,
      );
      found.set(id, { points, label: stored.flows?.[id]?.label ?? labelSpot(points) });
    });
  }
  return found;
}

const tenth = (/** @type {number} */ value) => Math.round(value * 10) / 10;
/** @param {Box} box */
export const boxEntry = (box) => ({
  x: tenth(box.x),
  y: tenth(box.y),
  width: tenth(box.width),
  height: tenth(box.height),
});
/** @param {{points: Point[], label: Point}} route */
export const routeEntry = (route) => ({
  waypoints: route.points.map(([x, y]) => [tenth(x), tenth(y)]),
  label: [tenth(route.label[0]), tenth(route.label[1])],
});

/** Everything as entries of a layout file. @param {Places} places */
export function entriesOf(places) {
  return {
    elements: Object.fromEntries([...places.nodes].map(([id, box]) => [id, boxEntry(box)])),
    boundaries: Object.fromEntries([...places.outlines].map(([id, box]) => [id, boxEntry(box)])),
    flows: Object.fromEntries([...places.routes].map(([id, route]) => [id, routeEntry(route)])),
  };
}

/**
 * A layout edit for a view: the given entries, with everything else that is drawn where it isn't stored yet, so that the report
 * shows what the canvas shows.
 * @param {View} view @param {Places} places @param {{elements?: any, boundaries?: any, flows?: any}} entries
 */
export function layoutEdit(view, places, entries) {
  const stored = storedFor(view);
  const all = entriesOf(places);
  /** @type {any} */
  const set = {};
  for (const section of /** @type {const} */ (['elements', 'boundaries', 'flows'])) {
    const missing = Object.fromEntries(Object.entries(all[section]).filter(([id]) => !stored[section]?.[id]));
    const merged = { ...missing, ...(entries[section] ?? {}) };
    if (Object.keys(merged).length) set[section] = merged;
  }
  if (view.id === MAIN) return { set };
  /** @type {any} */
  const next = { title: view.title, dimension: view.dimension, focus: view.focus, ...stored };
  for (const section of /** @type {const} */ (['elements', 'boundaries', 'flows'])) {
    next[section] = Object.fromEntries(
      Object.entries({ ...stored[section], ...set[section] }).filter(([, entry]) => entry !== null),
    );
  }
  return { set: { views: { [view.id]: next } } };
}
