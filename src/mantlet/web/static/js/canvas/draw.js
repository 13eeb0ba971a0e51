// @ts-check
/** Nodes, outlines, lines and labels as SVG: the same shapes and classes as the report's pictures. */

import { svg } from '../dom.js';
import { paths } from '../icons.js';
import { t } from '../words.js';
import { fit, labelBlock, M, nodeBlock, width } from './measure.js';
import { arrowPath, linePath, ringSpot } from './route.js';

/** @typedef {import('./scene.js').NodeItem} NodeItem @typedef {import('./scene.js').OutlineItem} OutlineItem @typedef {import('./scene.js').WireItem} WireItem */

const text = (
  /** @type {string} */ content,
  /** @type {number} */ x,
  /** @type {number} */ y,
  /** @type {string} */ classes,
) => svg('text', { class: classes, x, y }, content);
const glyph = (
  /** @type {string} */ name,
  /** @type {number} */ x,
  /** @type {number} */ y,
  /** @type {number} */ size,
  /** @type {string} */ classes,
) =>
  svg('path', {
    class: `mt-icon ${classes}`,
    d: paths[name] ?? paths.gear,
    transform: `translate(${x} ${y}) scale(${size / 16})`,
  });

/** @param {NodeItem} node @param {number} wide @param {number} high @returns {SVGElement[]} */
export function drawNode(node, wide, high) {
  const block = nodeBlock(node);
  const parts = shape(node, wide, high);
  const top = (high - block.height) / 2;
  for (const line of block.lines) {
    const y = top + line.y;
    const left = (wide - line.width) / 2;
    if (line.role === 'name') parts.push(text(line.text, wide / 2, y, 'mt-name'));
    else if (line.role === 'caption' && node.icon) {
      parts.push(
        glyph(node.icon, left, y - M.ICON + 2, M.ICON, 'mt-icon-type'),
        text(line.text, left + M.ICON + M.ICON_GAP, y, 'mt-caption mt-start'),
      );
    } else if (line.role.startsWith('caption')) parts.push(text(line.text, wide / 2, y, 'mt-caption'));
    else
      parts.push(
        glyph(line.role, left, y - 8.5, 10, line.dimension ? `mt-dim-${line.dimension}` : ''),
        text(line.text, left + 14, y, 'mt-tag mt-start'),
      );
  }
  if (node.badge?.count) parts.push(badge(node.badge, wide - 3, 1));
  return parts;
}

/** @param {NodeItem} node @param {number} wide @param {number} high @returns {SVGElement[]} */
function shape(node, wide, high) {
  if (node.kind === 'store') {
    return [
      svg('rect', { class: 'mt-shape', width: wide, height: high }),
      svg('path', { class: 'mt-bars', d: `M0 0H${wide}M0 ${high}H${wide}` }),
    ];
  }
  const radius = node.kind === 'process' ? Math.min(M.NODE_RADIUS, high / 2) : 0;
  const front = svg('rect', { class: 'mt-shape', width: wide, height: high, rx: radius });
  return node.group
    ? [svg('rect', { class: 'mt-shape', x: 4, y: -4, width: wide, height: high, rx: radius }), front]
    : [front];
}

/** @param {{count: number, severity: string}} mark @param {number} x @param {number} y @returns {SVGElement} */
export function badge(mark, x, y) {
  const shown = mark.count < 100 ? String(mark.count) : '99+';
  const half = shown.length > 2 ? M.BADGE + (shown.length - 2) * 2.5 : M.BADGE;
  const level = ['none', 'note', 'low', 'medium', 'high', 'critical'].includes(mark.severity) ? mark.severity : 'note';
  return svg(
    'g',
    { class: 'badge' },
    svg('rect', {
      class: `mt-badge mt-sev-${level}`,
      x: x - half,
      y: y - M.BADGE,
      width: 2 * half,
      height: 2 * M.BADGE,
      rx: M.BADGE,
    }),
    text(shown, x, y + 3.4, `mt-count mt-on-${level}`),
  );
}

/** @param {OutlineItem} item @param {number} wide @param {number} high @returns {SVGElement[]} */
export function drawOutline(item, wide, high) {
  const depth = Math.min(item.depth, 4);
  const box = { width: wide, height: high, rx: 3 };
  return [
    svg('rect', { class: `mt-outline mt-dim-${item.dimension} mt-bg${depth}`, ...box }),
    svg('rect', { class: 'grab', ...box }),
    drawTitle(item, wide),
  ];
}

/** @param {OutlineItem} item @param {number} wide */
function drawTitle(item, wide) {
  const room = Math.max(30, wide - 16);
  let left = room - 11;
  let x = 13;
  /** @type {SVGElement[]} */
  const runs = [];
  const add = (
    /** @type {string} */ content,
    /** @type {number} */ size,
    /** @type {400 | 600} */ weight,
    /** @type {string} */ classes,
  ) => {
    const long = width(content, size, weight) + 10;
    if (runs.length && left < long - 10) return;
    const shown = fit(content, Math.min(260, left), size, weight);
    runs.push(text(shown, x, 15, `${classes} mt-start`));
    x += width(shown, size, weight) + 10;
    left -= width(shown, size, weight) + 10;
  };
  for (const entry of item.titles) add(entry.text, M.TITLE, 600, `mt-title mt-dim-${entry.dimension}`);
  const first = item.titles[0];
  if (!first.text.toLowerCase().includes(first.caption.toLowerCase())) add(first.caption, M.CAPTION, 400, 'mt-aside');
  if (item.operator) add(t('canvas.run-by', { name: item.operator }), M.CAPTION, 400, 'mt-aside');
  const pill = svg('rect', {
    class: `mt-bg${Math.min(item.depth, 4)} pill-ground`,
    x: 7,
    y: 3,
    width: Math.min(room, x - 13 + 1),
    height: M.TITLE_HEIGHT,
    rx: M.TITLE_HEIGHT / 2,
  });
  return svg('g', { class: 'title' }, pill, ...runs, item.badge?.count ? badge(item.badge, x + 4, 11.5) : null);
}

/** @param {WireItem} wire */
export const extrasOf = (wire) => (wire.badge?.count ? 2 * M.BADGE + 3 : 0) + (wire.sensitivity ? 12 : 0);

/** @param {WireItem} wire */
export const labelSize = (wire) => labelBlock(wire.label, extrasOf(wire));

/** The parts of a line, kept so that only their paths change while things move. @returns {{hit: SVGElement, line: SVGElement, arrow: SVGElement, ring: SVGElement}} */
export function wireParts() {
  return {
    hit: svg('path', { class: 'mt-hit' }),
    line: svg('path', { class: 'mt-line' }),
    arrow: svg('path', { class: 'mt-arrow' }),
    ring: svg('circle', { class: 'mt-ring', r: 2.8 }),
  };
}

/** @param {ReturnType<typeof wireParts>} parts @param {WireItem} wire @param {import('./route.js').Point[]} points */
export function layWire(parts, wire, points) {
  const path = linePath(points);
  parts.hit.setAttribute('d', path);
  parts.line.setAttribute('d', path);
  parts.arrow.setAttribute('d', arrowPath(points));
  if (!wire.opened) return;
  const [x, y] = ringSpot(points, wire.opened === 'target');
  parts.ring.setAttribute('cx', String(x));
  parts.ring.setAttribute('cy', String(y));
}

/** A label about its own middle; its first part is its ground. @param {WireItem} wire @returns {SVGElement[]} */
export function drawLabel(wire) {
  const block = labelSize(wire);
  const [x, y] = [-block.width / 2, -block.height / 2];
  const parts = [
    svg('rect', {
      class: 'label-ground',
      x,
      y,
      width: block.width,
      height: block.height,
      rx: 3,
    }),
  ];
  let left = x + M.LABEL_PAD_X;
  if (wire.badge?.count) {
    parts.push(badge(wire.badge, left + M.BADGE - 1, 0));
    left += 2 * M.BADGE + 3;
  }
  if (wire.sensitivity) {
    parts.push(glyph('person', left, -5, 10, ''));
    left += 12;
  }
  const middle = (left + x + block.width - M.LABEL_PAD_X) / 2;
  const height = block.lines.length * M.LABEL_LINE + 2 * M.LABEL_PAD_Y;
  for (const line of block.lines) parts.push(text(line.text, middle, line.y - height / 2, 'mt-label'));
  return parts;
}
