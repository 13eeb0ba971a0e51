// @ts-check
/** The ways of flows: as stored, stretched when an end moves, made anew where there is none. */

import { M } from './measure.js';

/** @typedef {[number, number]} Point @typedef {{x: number, y: number, width: number, height: number}} Box */

const NEAR = 0.75;
const round = (/** @type {number} */ value) => Math.round(value * 10) / 10;
const middle = (/** @type {Box} */ box) => /** @type {Point} */ ([box.x + box.width / 2, box.y + box.height / 2]);

/** Whether a point lies on a box's border, a little aside included. @param {Box} box @param {Point} point @param {number} [reach] */
export function onBorder(box, [x, y], reach = 2) {
  const inside =
    x >= box.x - reach && x <= box.x + box.width + reach && y >= box.y - reach && y <= box.y + box.height + reach;
  const deep = x > box.x + 9 && x < box.x + box.width - 9 && y > box.y + 9 && y < box.y + box.height - 9;
  return inside && !deep;
}

/** Where a line from outside meets a box: straight across or down if it can, else towards the middle. @param {Box} box @param {Point} toward @returns {Point} */
export function meeting(box, [x, y]) {
  if (x >= box.x + 4 && x <= box.x + box.width - 4) return [x, y < box.y + box.height / 2 ? box.y : box.y + box.height];
  if (y >= box.y + 4 && y <= box.y + box.height - 4) return [x < box.x + box.width / 2 ? box.x : box.x + box.width, y];
  const [cx, cy] = middle(box);
  const [dx, dy] = [x - cx, y - cy];
  const share = Math.min(
    dx ? box.width / 2 / Math.abs(dx) : Infinity,
    dy ? box.height / 2 / Math.abs(dy) : Infinity,
    1,
  );
  return [cx + dx * share, cy + dy * share];
}

/** A stored way with its ends on the boxes' borders. @param {Point[]} given @param {Box} source @param {Box} target @returns {Point[]} */
export function through(given, source, target) {
  const points = given.map((point) => /** @type {Point} */ ([point[0], point[1]]));
  const first = points.length && onBorder(source, points[0]) ? points[0] : null;
  const last = points.length > 1 && onBorder(target, points[points.length - 1]) ? points[points.length - 1] : null;
  const inner = points.slice(first ? 1 : 0, last ? -1 : undefined);
  const start = first ?? meeting(source, inner[0] ?? last ?? middle(target));
  const end = last ?? meeting(target, inner[inner.length - 1] ?? start);
  return straight([start, ...inner, end]);
}

/** Without points that change nothing. @param {Point[]} points @returns {Point[]} */
export function straight(points) {
  const kept = points.filter(
    (point, index) => !index || Math.hypot(point[0] - points[index - 1][0], point[1] - points[index - 1][1]) > NEAR,
  );
  if (kept.length < 2) return [points[0], points[points.length - 1]];
  return kept.filter((point, index) => {
    if (!index || index === kept.length - 1) return true;
    const [a, b] = [kept[index - 1], kept[index + 1]];
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1;
    const off = Math.abs((b[0] - a[0]) * (a[1] - point[1]) - (a[0] - point[0]) * (b[1] - a[1])) / length;
    const between = (point[0] - a[0]) * (b[0] - a[0]) + (point[1] - a[1]) * (b[1] - a[1]);
    return off > NEAR || between < 0 || between > length * length;
  });
}

/**
 * A way whose ends moved: pieces stay level or upright, only the last bends stretch. Where that folds back into a box, a new way.
 * @param {Point[]} points @param {Point} start how far the start moved @param {Point} end @param {Box} source @param {Box} target @returns {Point[]}
 */
export function stretched(points, start, end, source, target) {
  let moved = points.map((point) => /** @type {Point} */ ([point[0], point[1]]));
  if (moved.length === 2) moved = halved(moved);
  pull(moved, start);
  moved.reverse();
  pull(moved, end);
  moved.reverse();
  const way = straight(moved);
  return folds(way, source, target) ? simple(source, target) : way;
}

/** A straight line with two bends in its middle that can be pulled apart. @param {Point[]} points @returns {Point[]} */
function halved([a, b]) {
  const flat = Math.abs(b[0] - a[0]) >= Math.abs(b[1] - a[1]);
  const [mx, my] = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  return flat ? [a, [mx, a[1]], [mx, b[1]], b] : [a, [a[0], my], [b[0], my], b];
}

/** @param {Point[]} points changed in place @param {Point} by */
function pull(points, [dx, dy]) {
  if (!dx && !dy) return;
  const [first, second] = points;
  const upright = Math.abs(first[0] - second[0]) < NEAR;
  const level = Math.abs(first[1] - second[1]) < NEAR;
  points[0] = [first[0] + dx, first[1] + dy];
  if (points.length > 2 && (upright || level))
    points[1] = upright ? [second[0] + dx, second[1]] : [second[0], second[1] + dy];
}

/** @param {Point[]} way @param {Box} source @param {Box} target */
function folds(way, source, target) {
  const within = (/** @type {Box} */ box, /** @type {Point} */ [x, y]) =>
    x > box.x + 1 && x < box.x + box.width - 1 && y > box.y + 1 && y < box.y + box.height - 1;
  const half = (/** @type {Point} */ a, /** @type {Point} */ b) =>
    /** @type {Point} */ ([(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]);
  const last = way.length - 1;
  return (
    within(source, half(way[0], way[1])) ||
    within(target, half(way[last - 1], way[last])) ||
    way.slice(1).some((point, index) => index + 1 < last && (within(source, point) || within(target, point)))
  );
}

/** A way between the sides that face each other. @param {Box} source @param {Box} target @param {number} [aside] @returns {Point[]} */
export function simple(source, target, aside = 0) {
  const [a, b] = [middle(source), middle(target)];
  const across = Math.abs(b[0] - a[0]) - (source.width + target.width) / 2;
  const down = Math.abs(b[1] - a[1]) - (source.height + target.height) / 2;
  return across >= down
    ? level(source, target, aside)
    : level(turned(source), turned(target), aside).map(([x, y]) => /** @type {Point} */ ([y, x]));
}

const turned = (/** @type {Box} */ box) => ({ x: box.y, y: box.x, width: box.height, height: box.width });

/** @param {Box} source @param {Box} target @param {number} aside @returns {Point[]} */
function level(source, target, aside) {
  const right = target.x + target.width / 2 >= source.x + source.width / 2;
  const x1 = right ? source.x + source.width : source.x;
  const x2 = right ? target.x : target.x + target.width;
  const [top, bottom] = [
    Math.max(source.y, target.y) + M.PORT_MARGIN,
    Math.min(source.y + source.height, target.y + target.height) - M.PORT_MARGIN,
  ];
  const clamp = (/** @type {Box} */ box, /** @type {number} */ y) =>
    Math.max(box.y + M.PORT_MARGIN, Math.min(box.y + box.height - M.PORT_MARGIN, y));
  if (top <= bottom) {
    const y = Math.max(top, Math.min(bottom, (top + bottom) / 2 + aside));
    return [
      [x1, y],
      [x2, y],
    ];
  }
  const [y1, y2] = [
    clamp(source, source.y + source.height / 2 + aside),
    clamp(target, target.y + target.height / 2 + aside),
  ];
  const mx = (x1 + x2) / 2 + (y2 > y1 ? -aside : aside);
  return [
    [x1, y1],
    [mx, y1],
    [mx, y2],
    [x2, y2],
  ];
}

/** @param {Point[]} points @param {number} [share] of the way @returns {Point} */
export function along(points, share = 0.5) {
  const lengths = points
    .slice(1)
    .map((point, index) => Math.hypot(point[0] - points[index][0], point[1] - points[index][1]));
  let left = lengths.reduce((sum, item) => sum + item, 0) * share;
  for (let index = 0; index < lengths.length; index += 1) {
    if (left <= lengths[index] || index === lengths.length - 1) {
      const part = lengths[index] ? left / lengths[index] : 0;
      const [a, b] = [points[index], points[index + 1]];
      return [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part];
    }
    left -= lengths[index];
  }
  return points[0];
}

/** The middle of the longest piece: where a label that nobody placed stands. @param {Point[]} points @returns {Point} */
export function labelSpot(points) {
  let [best, spot] = [-1, points[0]];
  for (let index = 1; index < points.length; index += 1) {
    const [a, b] = [points[index - 1], points[index]];
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]) * (Math.abs(b[0] - a[0]) >= Math.abs(b[1] - a[1]) ? 1.2 : 1);
    if (length > best) [best, spot] = [length, [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]];
  }
  return spot;
}

const pair = (/** @type {Point} */ [x, y]) => `${round(x)} ${round(y)}`;

/** @param {Point} start @param {Point} end @param {number} distance @returns {Point} */
function toward(start, end, distance) {
  const length = Math.hypot(end[0] - start[0], end[1] - start[1]);
  const share = length < 1e-9 ? 0 : Math.min(1, distance / length);
  return [start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share];
}

/** The line, with rounded corners, ending inside its arrowhead. @param {Point[]} points */
export function linePath(points) {
  const last = points.length - 1;
  const cut = Math.min(
    M.ARROW * 0.8,
    Math.max(0, Math.hypot(points[last][0] - points[last - 1][0], points[last][1] - points[last - 1][1]) - 0.5),
  );
  const line = [...points.slice(0, last), toward(points[last], points[last - 1], cut)];
  let path = `M${pair(line[0])}`;
  for (let index = 1; index < last; index += 1) {
    const [before, corner, after] = [line[index - 1], line[index], line[index + 1]];
    const reach = Math.min(
      M.RADIUS,
      Math.hypot(corner[0] - before[0], corner[1] - before[1]) / 2,
      Math.hypot(after[0] - corner[0], after[1] - corner[1]) / 2,
    );
    path += `L${pair(toward(corner, before, reach))}Q${pair(corner)} ${pair(toward(corner, after, reach))}`;
  }
  return `${path}L${pair(line[last])}`;
}

/** @param {Point[]} points */
export function arrowPath(points) {
  const [tip, before] = [points[points.length - 1], points[points.length - 2]];
  const base = toward(tip, before, M.ARROW);
  const distance = Math.hypot(tip[0] - base[0], tip[1] - base[1]) || 1;
  const [wx, wy] = [((base[1] - tip[1]) / distance) * M.ARROW * 0.42, ((tip[0] - base[0]) / distance) * M.ARROW * 0.42];
  const notch = toward(base, tip, M.ARROW * 0.18);
  return `M${pair(tip)}L${pair([base[0] + wx, base[1] + wy])}L${pair(notch)}L${pair([base[0] - wx, base[1] - wy])}Z`;
}

/** Where the ring stands that marks the end which opens the connection. @param {Point[]} points @param {boolean} atTarget @returns {Point} */
export function ringSpot(points, atTarget) {
  const last = points.length - 1;
  return atTarget ? toward(points[last], points[last - 1], M.ARROW + 2.8) : toward(points[0], points[1], 4.3);
}
