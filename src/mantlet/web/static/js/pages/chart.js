// @ts-check
// Risk over time as a picture that can be read point by point: with the pointer, with arrow keys, or as a table.

import { h, svg } from '../dom.js';
import { t } from '../words.js';
import { put, SEVERITIES } from './common.js';

/** @typedef {{commit: string, on: string, subject: string, counts: Record<string, number>, settled: number, mitigated: number, weight: number}} Point */

const HEIGHT = 260;
const PAD = { left: 40, right: 16, top: 12, bottom: 28 };
const DAY = 86_400_000;

/** What a point says, for people who don't see the picture. @param {Point} point */
export function inWords(point) {
  const open = SEVERITIES.filter((word) => point.counts[word])
    .map((word) => `${point.counts[word]} ${t(`severity.${word}`)}`)
    .join(', ');
  return t('history.point', { on: point.on, open: open || t('page.none-open'), weight: point.weight });
}

/**
 * A chart of all points; `told` hears which one is looked at.
 * @param {'open' | 'weight'} kind @param {string} title @param {Point[]} points @param {number | null} pace weight that goes per week
 * @param {(at: number) => void} told
 */
export function chart(kind, title, points, pace, told) {
  const box = h('div', {
    class: 'pg-chart',
    role: 'slider',
    tabindex: 0,
    'aria-label': title,
    'aria-valuemin': 1,
    'aria-valuemax': points.length,
  });
  let at = points.length - 1;
  let width = 0;
  /** @type {(at: number) => void} */
  let mark = () => {};
  const move = (/** @type {number} */ next, quiet = false) => {
    at = Math.max(0, Math.min(points.length - 1, next));
    box.setAttribute('aria-valuenow', String(at + 1));
    box.setAttribute('aria-valuetext', inWords(points[at]));
    mark(at);
    if (!quiet) told(at);
  };
  const draw = () => {
    if (box.clientWidth === width || !box.clientWidth) return;
    width = box.clientWidth;
    const drawn = picture(kind, title, points, pace, width);
    put(box, drawn.node);
    mark = drawn.mark;
    drawn.node.addEventListener('pointermove', (/** @type {PointerEvent} */ event) =>
      move(drawn.nearest(event.offsetX)),
    );
    mark(at);
  };
  box.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    const next = {
      ArrowLeft: at - 1,
      ArrowDown: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at + 1,
      Home: 0,
      End: points.length - 1,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    move(next);
  });
  const sized = new ResizeObserver(draw);
  sized.observe(box);
  move(at, true);
  return {
    node: h('figure', { class: 'pg-figure' }, h('figcaption', null, title), box),
    move: (/** @type {number} */ next) => move(next, true),
    stop: () => sized.disconnect(),
  };
}

/** Where points stand from left to right: by day, or evenly where all are of few days. @param {Point[]} points @param {number} inner */
function spread(points, inner) {
  const days = points.map((point) => Date.parse(point.on) / DAY);
  const span = days[days.length - 1] - days[0];
  const even = span < points.length / 2;
  const share = (/** @type {number} */ at) =>
    points.length === 1 ? 0 : even ? at / points.length : (days[at] - days[0]) / (span * 1.04);
  return points.map((_, at) => PAD.left + share(at) * inner);
}

/** A round number above all. @param {number} most */
const rounded = (most) =>
  [4, 8, 12, 16, 20, 24, 32, 40, 48, 60, 80, 100, 120, 160, 200, 240, 320, 400, 600, 800, 1200, 2000].find(
    (step) => most <= step,
  ) ?? Math.ceil(most / 1000) * 1000;

/** @param {'open' | 'weight'} kind @param {string} title @param {Point[]} points @param {number | null} pace @param {number} width */
function picture(kind, title, points, pace, width) {
  const inner = width - PAD.left - PAD.right;
  const total = (/** @type {Point} */ point) =>
    kind === 'weight' ? point.weight : SEVERITIES.reduce((sum, word) => sum + (point.counts[word] ?? 0), 0);
  const top = rounded(Math.max(1, ...points.map(total)));
  const xs = spread(points, inner);
  const up = (/** @type {number} */ value) => HEIGHT - PAD.bottom - (value / top) * (HEIGHT - PAD.top - PAD.bottom);
  const cursor = svg('line', { class: 'cursor', y1: PAD.top, y2: HEIGHT - PAD.bottom });
  const dot = svg('circle', { class: 'dot', r: 4 });
  const node = svg(
    'svg',
    { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, 'aria-hidden': 'true', focusable: 'false' },
    svg('title', null, title),
    lines(top, up, width),
    kind === 'weight' ? burn(points, xs, up, width, pace) : areas(points, xs, up, width),
    days(points, xs),
    cursor,
    dot,
  );
  const mark = (/** @type {number} */ at) => {
    for (const name of ['x1', 'x2']) cursor.setAttribute(name, String(xs[at]));
    dot.setAttribute('cx', String(xs[at]));
    dot.setAttribute('cy', String(up(total(points[at]))));
  };
  const nearest = (/** @type {number} */ x) => xs.reduce((best, value, at) => (value <= x + 4 ? at : best), 0);
  return { node, mark, nearest };
}

/** @param {number} top @param {(value: number) => number} up @param {number} width */
function lines(top, up, width) {
  return [0, 0.25, 0.5, 0.75, 1].flatMap((part) => [
    svg('line', { class: 'grid', x1: PAD.left, x2: width - PAD.right, y1: up(top * part), y2: up(top * part) }),
    svg('text', { class: 'scale', x: PAD.left - 8, y: up(top * part) + 4, 'text-anchor': 'end' }, String(top * part)),
  ]);
}

/** @param {number[]} xs @param {number[]} values @param {(value: number) => number} up @param {number} end */
function steps(xs, values, up, end) {
  return values.flatMap((value, at) => [
    [xs[at], up(value)],
    [xs[at + 1] ?? end, up(value)],
  ]);
}

/** @param {Point[]} points @param {number[]} xs @param {(value: number) => number} up @param {number} width */
function areas(points, xs, up, width) {
  let below = points.map(() => 0);
  return [...SEVERITIES].reverse().flatMap((word) => {
    const above = below.map((value, at) => value + (points[at].counts[word] ?? 0));
    if (above.every((value, at) => value === below[at])) return [];
    const edge = [...steps(xs, above, up, width - PAD.right), ...steps(xs, below, up, width - PAD.right).reverse()];
    below = above;
    return [
      svg('polygon', {
        class: `area ${word}`,
        points: edge.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' '),
      }),
    ];
  });
}

/** @param {Point[]} points @param {number[]} xs @param {(value: number) => number} up @param {number} width @param {number | null} pace */
function burn(points, xs, up, width, pace) {
  const edge = steps(
    xs,
    points.map((point) => point.weight),
    up,
    width - PAD.right,
  );
  const line = edge.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
  const [first, last] = [points[0], points[points.length - 1]];
  const weeks = (Date.parse(last.on) - Date.parse(first.on)) / DAY / 7;
  const trend =
    pace && pace > 0 && weeks >= 1
      ? [
          svg('line', {
            class: 'trend',
            x1: xs[0],
            y1: up(Math.min(last.weight + pace * weeks, first.weight * 2)),
            x2: xs[xs.length - 1],
            y2: up(last.weight),
          }),
        ]
      : [];
  return [
    svg('polygon', { class: 'under', points: `${line} ${width - PAD.right},${up(0)} ${PAD.left},${up(0)}` }),
    svg('polyline', { class: 'burn', points: line }),
    ...trend,
  ];
}

/** @param {Point[]} points @param {number[]} xs */
function days(points, xs) {
  /** @type {number[]} */
  const taken = [];
  return [0, points.length - 1, ...points.keys()].flatMap((at) => {
    if (taken.some((x) => Math.abs(x - xs[at]) < 92)) return [];
    taken.push(xs[at]);
    return [
      svg('text', { class: 'scale', x: xs[at], y: HEIGHT - 8, 'text-anchor': at ? 'middle' : 'start' }, points[at].on),
    ];
  });
}
