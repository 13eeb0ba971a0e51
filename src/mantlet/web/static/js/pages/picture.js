// @ts-check
// A drawing that the server made: fitted, enlarged, moved with the scroll bars or arrow keys, redrawn when the theme changes.

import { button, h } from '../dom.js';
import { t } from '../words.js';
import { empty, put } from './common.js';

const STEPS = [1, 1.5, 2, 3, 4, 6];

/**
 * @param {() => string} source where the picture is, for the theme that is shown @param {string} alt
 * @param {(image: HTMLImageElement) => void} [ready]
 */
export function picture(source, alt, ready) {
  let zoom = 0;
  const image = /** @type {HTMLImageElement} */ (h('img', { alt, src: source() }));
  const stage = h('div', { class: 'pg-stage' }, h('p', { class: 'pg-drawing' }, t('picture.wait')), image);
  const frame = h(
    'div',
    { class: 'pg-picture', tabindex: 0, role: 'region', 'aria-label': alt, 'aria-busy': 'true' },
    stage,
  );
  const set = (/** @type {number} */ next) => {
    zoom = Math.max(0, Math.min(STEPS.length - 1, next));
    const [x, y] = [
      (frame.scrollLeft + frame.clientWidth / 2) / frame.scrollWidth,
      (frame.scrollTop + frame.clientHeight / 2) / frame.scrollHeight,
    ];
    stage.style.width = `${STEPS[zoom] * 100}%`;
    frame.scrollLeft = x * frame.scrollWidth - frame.clientWidth / 2;
    frame.scrollTop = y * frame.scrollHeight - frame.clientHeight / 2;
  };
  image.addEventListener('load', () => {
    frame.removeAttribute('aria-busy');
    ready?.(image);
  });
  image.addEventListener('error', () => {
    frame.removeAttribute('aria-busy');
    put(frame, empty(t('picture.none.title'), t('picture.none.text')));
  });
  const redraw = () => {
    if (image.isConnected) image.src = source();
    else removeEventListener('themechange', redraw);
  };
  addEventListener('themechange', redraw);
  frame.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    if (event.key === '+' || event.key === '=') set(zoom + 1);
    else if (event.key === '-') set(zoom - 1);
    else if (event.key === '0') set(0);
    else return;
    event.preventDefault();
  });
  return h(
    'div',
    { class: 'pg-pictured' },
    frame,
    h(
      'div',
      { class: 'pg-zoom' },
      button('', () => set(zoom - 1), { icon: 'minus', title: t('picture.smaller'), key: '-' }),
      button('', () => set(0), { icon: 'fit', title: t('picture.fit'), key: '0' }),
      button('', () => set(zoom + 1), { icon: 'plus', title: t('picture.larger'), key: '+' }),
    ),
  );
}
