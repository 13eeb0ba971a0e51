// @ts-check
// The drawing with cards lying where they belong.

import { h } from '../dom.js';
import { t } from '../words.js';
import { picture } from './picture.js';

/**
 * @param {any} app @param {{place: string, title: string, suit: string}[]} cards @param {number} at @param {(at: number) => void} turn
 */
export function overlaid(app, cards, at, turn) {
  const source = () => app.api.url('/diagram', { format: 'svg', theme: app.theme.shown(), detail: 'true', highlight: cards[at] ? app.store.ownerOf(cards[at].place) : '' });
  const deal = async (/** @type {HTMLImageElement} */ image) => {
    const spots = await places(source());
    const stage = /** @type {HTMLElement} */ (image.parentElement);
    stage.querySelectorAll('.pg-dealt').forEach((node) => node.remove());
    /** @type {Record<string, number>} */
    const piles = {};
    cards.forEach((card, number) => {
      const spot = spots[app.store.ownerOf(card.place)];
      if (!spot) return;
      const pile = (piles[card.place] = (piles[card.place] ?? 0) + 1);
      const node = h('button', { type: 'button', class: `pg-dealt ${number === at ? 'current' : ''}`, tabindex: -1, 'aria-hidden': 'true', title: card.title, onclick: () => turn(number) }, String(number + 1));
      node.style.left = `calc(${spot.x * 100}% + ${(pile - 1) * 14}px)`;
      node.style.top = `${spot.y * 100}%`;
      stage.append(node);
    });
    stage.querySelector('.pg-dealt.current')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };
  return picture(source, t('workshop.drawing'), (image) => void deal(image).catch(console.error));
}

/** Where things are on a drawing, as shares of its width and height. @param {string} source @returns {Promise<Record<string, {x: number, y: number}>>} */
async function places(source) {
  const text = await (await fetch(source, { credentials: 'same-origin', headers: { 'X-Mantlet': '1' } })).text();
  const drawing = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
  const [, , width, height] = (drawing.getAttribute('viewBox') ?? '0 0 1 1').split(/\s+/).map(Number);
  /** @type {Record<string, {x: number, y: number}>} */
  const spots = {};
  for (const group of drawing.querySelectorAll('[data-id]')) {
    const corner = cornerOf(group);
    if (corner) spots[group.getAttribute('data-id') ?? ''] ??= { x: corner[0] / width, y: corner[1] / height };
  }
  return spots;
}

/** The top left of a shape, or where a flow begins. @param {Element} group @returns {[number, number] | null} */
function cornerOf(group) {
  const box = group.querySelector('rect[x][y]');
  if (box) return [Number(box.getAttribute('x')), Number(box.getAttribute('y'))];
  const label = group.querySelector('text[x][y]');
  if (label) return [Number(label.getAttribute('x')), Number(label.getAttribute('y'))];
  const path = /M\s*(-?[\d.]+)[\s,]+(-?[\d.]+)/.exec(group.querySelector('path[d]')?.getAttribute('d') ?? '');
  return path ? [Number(path[1]), Number(path[2])] : null;
}
