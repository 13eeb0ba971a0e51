// @ts-check
/** The design view: palette, canvas, toolbar, and what is done with them. */

import { Board } from './canvas/board.js';
import { Gestures } from './canvas/gestures.js';
import { Window } from './canvas/zoom.js';
import { Commands } from './commands.js';
import { designKeys } from './designkeys.js';
import { h } from './dom.js';
import { MIME, palette } from './palette.js';
import { current } from './risks/current.js';
import { history } from './history.js';
import { store } from './store.js';
import { toolbar } from './toolbar.js';
import { named, switcher } from './views.js';
import { t } from './words.js';

/** @typedef {import('./app.js').App} App */

export default {
  id: 'design',
  /** @param {HTMLElement} root @param {App} app */
  mount(root, app) {
    const view = named(app.nav.params.view ?? '');
    const host = h('div', {
      class: 'canvas',
      tabindex: 0,
      role: 'application',
      'aria-label': t('canvas'),
      'aria-describedby': 'canvas-help',
    });
    const map = h('div', {
      class: 'minimap',
      'aria-hidden': 'true',
      hidden: localStorage.getItem('mantlet.map') === 'off',
    });
    const said = h('div', { class: 'sr', role: 'status', 'aria-live': 'polite' });
    const empty = h('div', { class: 'canvas-empty', hidden: true });
    const surface = h(
      'div',
      { class: 'surface' },
      host,
      map,
      empty,
      said,
      h('p', { class: 'sr', id: 'canvas-help' }, t('canvas.help')),
    );
    const board = new Board(host, view);
    const pane = new Window(board, map);
    const commands = new Commands(app, board, pane, map);
    const pieces = palette({ add: (piece) => commands.add(piece) });
    const gestures = new Gestures(board, pane, commands.does());
    root.append(
      pieces,
      h(
        'div',
        { class: 'stage' },
        toolbar(
          app,
          commands,
          gestures,
          pieces,
          switcher(view, (other) => commands.openView(other)),
        ),
        surface,
      ),
    );
    dropping(host, commands, board);
    host.addEventListener('pointerdown', () => commands.rest(), true);
    host.addEventListener('pointerup', (/** @type {PointerEvent} */ event) => {
      if (event.target instanceof Element && event.target.closest('.badge')) app.dock.open('threats');
    });
    const stops = [
      store.on('model', () => later()),
      store.on('layout', () => later()),
      store.on('register', () => later()),
      store.on('overlay', () => later()),
      store.on('filters', () => later()),
      store.on('selection', () => {
        commands.rest();
        board.paint();
        say();
      }),
      store.on('highlight', (lit) => {
        board.paint();
        see(pane, board, lit);
      }),
      history.settle(() => commands.rest()),
      designKeys(app, commands, board, gestures, pieces),
      board.watch(() => drawEmpty(empty, board, pieces)),
    ];
    let frame = 0;
    const later = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        if (board.moving) later();
        else board.show();
      });
    };
    const say = () => {
      const [only] = store.selection;
      const cell =
        only &&
        (board.cell('node', only) ?? board.cell('outline', board.scene.of.get(only) ?? '') ?? board.cell('wire', only));
      const node = cell && board.paper.findViewByModel(cell)?.el;
      if (node) host.setAttribute('aria-activedescendant', node.id);
      else host.removeAttribute('aria-activedescendant');
      said.textContent =
        store.selection.size > 1
          ? t('canvas.chosen', { n: store.selection.size })
          : (node?.getAttribute('aria-label') ?? '');
    };
    app.canvas.reveal = (id) => pane.reveal(board.boxOf(store.ownerOf(id)));
    board.show().then(() => start(app, board, pane));
    return () => {
      commands.rest();
      cancelAnimationFrame(frame);
      stops.forEach((stop) => stop());
      gestures.destroy();
      pane.destroy();
      board.destroy();
      app.canvas.reveal = undefined;
    };
  },
};

/** Bring what is lit up into the window, all of it where that is possible. @param {Window} pane @param {Board} board @param {Set<string> | null} lit */
function see(pane, board, lit) {
  const boxes = [...(lit ?? [])].map((id) => board.boxOf(id)).filter((box) => box !== null);
  if (!boxes.length) return;
  const [x, y] = [Math.min(...boxes.map((box) => box.x)), Math.min(...boxes.map((box) => box.y))];
  const [right, bottom] = [
    Math.max(...boxes.map((box) => box.x + box.width)),
    Math.max(...boxes.map((box) => box.y + box.height)),
  ];
  const box = { x, y, width: right - x, height: bottom - y };
  const rect = board.host.getBoundingClientRect();
  const fits = box.width * pane.at.scale <= rect.width - 96 && box.height * pane.at.scale <= rect.height - 96;
  if (fits && pane.at.scale >= 0.5) pane.reveal(box);
  else pane.fit(box, Math.max(pane.at.scale, 0.9));
}

/** Where the window stands at first: all, or what the link names. @param {App} app @param {Board} board @param {Window} pane */
function start(app, board, pane) {
  pane.begin();
  board.host.dataset.drawn = 'true';
  const { place, risk } = app.nav.params;
  const found = risk ? store.register.get(risk) : null;
  if (found) {
    current.show(found.id);
    app.dock.open('explain');
  }
  if (place && store.sectionOf(store.ownerOf(place))) store.select([store.ownerOf(place)]);
  const [only] = store.selection;
  if (place && only) pane.reveal(board.boxOf(only));
}

/** @param {HTMLElement} host @param {Commands} commands @param {Board} board */
function dropping(host, commands, board) {
  host.addEventListener('dragover', (event) => {
    if (!event.dataTransfer?.types.includes(MIME)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    const target = board.outlineAt(board.local(event.clientX, event.clientY));
    host.querySelectorAll('.landing').forEach((node) => node.classList.remove('landing'));
    if (target) board.paper.findViewByModel(board.cell('outline', target))?.el.classList.add('landing');
  });
  host.addEventListener('dragleave', () =>
    host.querySelectorAll('.landing').forEach((node) => node.classList.remove('landing')),
  );
  host.addEventListener('drop', (event) => {
    const text = event.dataTransfer?.getData(MIME);
    host.querySelectorAll('.landing').forEach((node) => node.classList.remove('landing'));
    if (!text) return;
    event.preventDefault();
    commands.add(JSON.parse(text), board.local(event.clientX, event.clientY));
  });
}

/** @param {HTMLElement} node @param {Board} board @param {any} pieces */
function drawEmpty(node, board, pieces) {
  const nothing = !board.scene.nodes.size && !board.scene.outlines.size;
  if (nothing === !node.hidden) return;
  node.hidden = !nothing;
  node.parentElement?.classList.toggle('nothing', nothing);
  if (nothing) {
    node.replaceChildren(
      h('h2', null, t('empty.title')),
      h('p', null, t('empty.text')),
      h('button', { type: 'button', class: 'btn btn-primary', onclick: () => pieces.focusSearch() }, t('empty.add')),
      ' ',
      h('a', { class: 'btn', href: '#/discover' }, t('empty.discover')),
      ' ',
      h('a', { class: 'btn', href: '#/files' }, t('empty.import')),
    );
  }
}
