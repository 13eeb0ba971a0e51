// @ts-check
// The drawing with cards lying where they belong, and a ring around the place that is talked about.

import { h } from '../dom.js';
import { t } from '../words.js';
import { picture } from './picture.js';

/** @typedef {{x: number, y: number, width: number, height: number}} Spot shares of the drawing's width and height */

/** Where cards lie that are about the system as a whole. @type {Spot} */
const SYSTEM = { x: 0.03, y: 0.06, width: 0, height: 0 };

/**
 * @param {any} app @param {{place: string, title: string, suit: string}[]} cards @param {() => number} current which card is talked about
 * @param {(at: number) => void} turn
 * @returns {{node: HTMLElement, show: () => void}} `show` moves the ring to the card that is talked about now
 */
export function overlaid(app, cards, current, turn) {
  const source = () => app.api.url('/diagram', { format: 'svg', theme: app.theme.shown(), detail: 'true' });
  /** @type {Record<string, Spot>} */
  let spots = {};
  /** @type {HTMLElement | null} */
  let stage = null;
  const show = () => {
    if (!stage) return;
    const at = current();
    const table = stage;
    table.querySelectorAll('.pg-dealt, .pg-ring').forEach((node) => node.remove());
    /** @type {Record<string, number>} */
    const piles = {};
    cards.forEach((card, number) => {
      const owner = app.store.ownerOf(card.place);
      const spot = spots[owner] ?? SYSTEM;
      piles[owner] = (piles[owner] ?? 0) + 1;
      if (number === at && spot !== SYSTEM) table.append(ring(spot));
      table.append(dealt(card, number, number === at, spot, piles[owner] - 1, turn));
    });
    table.querySelector('.pg-dealt.current')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };
  const node = picture(source, t('workshop.drawing'), async (image) => {
    spots = await places(source());
    stage = image.parentElement;
    show();
  });
  return { node, show };
}

/** @param {{title: string, suit: string}} card @param {number} number @param {boolean} current @param {Spot} spot @param {number} below @param {(at: number) => void} turn */
function dealt(card, number, current, spot, below, turn) {
  const node = h(
    'button',
    {
      type: 'button',
      class: `pg-dealt ${current ? 'current' : ''}`,
      tabindex: -1,
      'aria-hidden': 'true',
      title: card.title,
      onclick: () => turn(number),
    },
    String(number + 1),
  );
  node.style.left = `calc(${spot.x * 100}% + ${below * 16}px)`;
  node.style.top = `${spot.y * 100}%`;
  return node;
}

/** @param {Spot} spot */
function ring(spot) {
  const node = h('div', { class: 'pg-ring' });
  for (const [name, value] of /** @type {const} */ ([
    ['left', spot.x],
    ['top', spot.y],
    ['width', spot.width],
    ['height', spot.height],
  ]))
    node.style[name] = `${value * 100}%`;
  return node;
}

/** Where things are on a drawing. @param {string} source @returns {Promise<Record<string, Spot>>} */
async function places(source) {
  const text = await (await fetch(source, { credentials: 'same-origin', headers: { 'X-Mantlet': '1' } })).text();
  const drawing = new DOMParser().parseFromString(
    text.replace(/<style>[^<]*<\/style>/, ''),
    'image/svg+xml',
  ).documentElement;
  const [, , width, height] = (drawing.getAttribute('viewBox') ?? '0 0 1 1').split(/\s+/).map(Number);
  /** @type {Record<string, Spot>} */
  const spots = {};
  for (const group of drawing.querySelectorAll('[data-id]')) {
    const box = boxOf(group);
    if (box)
      spots[group.getAttribute('data-id') ?? ''] ??= {
        x: box[0] / width,
        y: box[1] / height,
        width: box[2] / width,
        height: box[3] / height,
      };
  }
  return spots;
}

/** The box of a shape; of a flow, that of its label. @param {Element} group @returns {[number, number, number, number] | null} */
function boxOf(group) {
  const number = (/** @type {Element} */ node, /** @type {string} */ name) => Number(node.getAttribute(name) ?? 0);
  const box = group.querySelector('rect.mt-shape, rect.mt-outline, rect:not(.mt-badge)');
  if (box) return [number(box, 'x'), number(box, 'y'), number(box, 'width'), number(box, 'height')];
  const label = group.querySelector('text[x][y]');
  const wide = label ? number(label, 'textLength') || 60 : 0;
  if (label) return [number(label, 'x') - wide / 2 - 4, number(label, 'y') - 14, wide + 8, 20];
  const path = /M\s*(-?[\d.]+)[\s,]+(-?[\d.]+)/.exec(group.querySelector('path[d]')?.getAttribute('d') ?? '');
  return path ? [Number(path[1]) - 8, Number(path[2]) - 8, 16, 16] : null;
}
