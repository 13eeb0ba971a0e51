// @ts-check
/** The row above the canvas: views, arranging, aligning, zoom, and what the badges count. */

import { alignItems } from './canvasmenus.js';
import { button, clear, h, menu, select } from './dom.js';
import { store } from './store.js';
import { t } from './words.js';

const FOLDED = 'mantlet.palette';
const OVERLAYS = ['all', 'security', 'privacy', 'ml', 'none'];

/**
 * @param {import('./app.js').App} app @param {import('./commands.js').Commands} commands @param {import('./canvas/gestures.js').Gestures} gestures @param {HTMLElement} pieces @param {HTMLElement} views
 * @returns {HTMLElement}
 */
export function toolbar(app, commands, gestures, pieces, views) {
  const scale = h(
    'button',
    {
      type: 'button',
      class: 'btn btn-quiet scale',
      title: t('zoom.reset'),
      onclick: () => commands.pane.zoom(1 / commands.pane.at.scale),
    },
    '100 %',
  );
  commands.pane.watchers.add((now) => {
    scale.textContent = `${Math.round(now * 100)} %`;
  });
  const hand = button(
    '',
    () => {
      gestures.hand = !gestures.hand;
      hand.setAttribute('aria-pressed', String(gestures.hand));
      commands.board.host.classList.toggle('hand', gestures.hand);
    },
    { icon: 'hand', title: t('hand'), kind: 'quiet', pressed: false, key: 'H' },
  );
  const chosen = h('div', { class: 'group', role: 'group', 'aria-label': t('toolbar.selection') });
  const drawChosen = () => {
    const many = commands.boxes().length > 1;
    const some = store.selection.size > 0;
    clear(chosen).append(
      button('', (event) => menu(/** @type {Element} */ (event.currentTarget), alignItems(commands)), {
        icon: 'align-left',
        title: t('align'),
        kind: 'quiet',
        disabled: !many || store.readOnly,
      }),
      button('', () => commands.duplicate(), {
        icon: 'copy',
        title: t('duplicate'),
        kind: 'quiet',
        key: 'Ctrl+D',
        disabled: !some || store.readOnly,
      }),
      button('', () => commands.remove(), {
        icon: 'trash',
        title: t('remove'),
        kind: 'quiet',
        key: 'Delete',
        disabled: !some || store.readOnly,
      }),
    );
  };
  drawChosen();
  const stop = store.on('selection', drawChosen);
  const node = h(
    'div',
    { class: 'toolbar', role: 'toolbar', 'aria-label': t('toolbar') },
    fold(pieces),
    views,
    h('span', { class: 'grow' }),
    chosen,
    h('span', { class: 'bar' }),
    button(t('arrange'), () => commands.arrange(), {
      icon: 'arrange',
      kind: 'quiet',
      class: 'btn-arrange',
      title: t('arrange.about'),
      disabled: store.readOnly,
    }),
    overlay(),
    h('span', { class: 'bar' }),
    hand,
    button('', () => commands.pane.zoom(1 / 1.25), { icon: 'minus', title: t('zoom.out'), kind: 'quiet', key: '-' }),
    scale,
    button('', () => commands.pane.zoom(1.25), { icon: 'plus', title: t('zoom.in'), kind: 'quiet', key: '+' }),
    button('', () => commands.pane.fit(), { icon: 'fit', title: t('zoom.fit'), kind: 'quiet', key: 'F' }),
    button('', () => commands.toggleMap(), { icon: 'map', title: t('map'), kind: 'quiet', key: 'M' }),
    button('', () => app.dock.toggle(), { icon: 'side-right', title: t('dock.toggle'), kind: 'quiet', key: 'Ctrl+B' }),
  );
  const gone = new MutationObserver(() => {
    if (!node.isConnected) {
      stop();
      gone.disconnect();
    }
  });
  gone.observe(/** @type {Node} */ (document.getElementById('main')), { childList: true });
  return node;
}

/** The button that folds the palette away; what was chosen is kept for this browser. @param {HTMLElement} pieces */
function fold(pieces) {
  pieces.hidden = localStorage.getItem(FOLDED) === 'on';
  const node = button(
    '',
    () => {
      pieces.hidden = !pieces.hidden;
      localStorage.setItem(FOLDED, pieces.hidden ? 'on' : 'off');
      pieces.dispatchEvent(new Event('fold'));
    },
    { icon: 'side-left', title: t('palette.fold'), kind: 'quiet', pressed: !pieces.hidden },
  );
  pieces.addEventListener('fold', () => node.setAttribute('aria-pressed', String(!pieces.hidden)));
  return node;
}

function overlay() {
  const node = select(
    OVERLAYS.map((value) => ({ value, label: t(`overlay.${value}`) })),
    store.overlay,
    (value) => {
      store.overlay = value;
      store.emit('overlay', value);
    },
    { title: t('overlay') },
  );
  const stop = store.on('overlay', (value) => {
    if (node.isConnected) node.value = value;
    else stop();
  });
  return h('label', { class: 'overlay' }, h('span', { class: 'sr' }, t('overlay')), node);
}
