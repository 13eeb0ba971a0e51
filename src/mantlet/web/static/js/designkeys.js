// @ts-check
/** The keys of the design view. */

import { alongFlows, first, neighbour, next, WAYS } from './canvas/walk.js';
import { GRID } from './canvas/snap.js';
import { contextItems } from './canvasmenus.js';
import { menu, toast } from './dom.js';
import { offer } from './keys.js';
import { store } from './store.js';
import { t } from './words.js';

/**
 * @param {import('./app.js').App} app @param {import('./commands.js').Commands} commands @param {import('./canvas/board.js').Board} board
 * @param {import('./canvas/gestures.js').Gestures} gestures @param {any} pieces @returns {() => void}
 */
export function designKeys(app, commands, board, gestures, pieces) {
  const { pane } = commands;
  /** @type {string} */
  let linking = '';
  const there = (/** @type {KeyboardEvent} */ event) =>
    event.target === board.host || event.target === document.body || !event.isTrusted;
  const go = (/** @type {string} */ id) => {
    if (!id) return;
    store.select([id]);
    pane.reveal(board.boxOf(id));
    board.host.focus({ preventScroll: true });
  };
  const arrow = (/** @type {KeyboardEvent} */ event) => {
    if (!there(event)) return false;
    const [dx, dy] = WAYS[event.key];
    const [only] = store.selection;
    if (!only) go(first(board));
    else if (event.altKey) go(neighbour(board, only, [dx, dy]));
    else commands.nudge(dx * (event.shiftKey ? 4 : 1) * GRID, dy * (event.shiftKey ? 4 : 1) * GRID);
    return true;
  };
  const link = () => {
    const [only] = store.selection;
    if (!linking && only && store.model.elements?.[only]) {
      linking = only;
      board.host.classList.add('connecting');
      toast(t('link.start', { name: store.titleOf(only) }));
    } else if (linking && only && only !== linking && store.model.elements?.[only]) {
      const from = linking;
      unlink();
      commands.connect(from, only);
    } else unlink();
  };
  const unlink = () => {
    linking = '';
    board.host.classList.remove('connecting');
  };
  const keys = Object.keys(WAYS);
  const stop = offer([
    { keys: keys.flatMap((key) => [key, `Shift+${key}`]), label: t('keys.nudge'), run: arrow },
    { keys: keys.map((key) => `Alt+${key}`), label: t('keys.walk'), run: arrow },
    {
      keys: ['Tab'],
      label: t('keys.next'),
      run: (event) => {
        if (event.target !== board.host || !store.selection.size) return false;
        const id = next(board, 1);
        if (!id) return false;
        go(id);
        return true;
      },
    },
    {
      keys: ['Shift+Tab'],
      label: '',
      run: (event) => {
        if (event.target !== board.host || !store.selection.size) return false;
        const id = next(board, -1);
        if (!id) return false;
        go(id);
        return true;
      },
    },
    {
      keys: [']'],
      label: t('keys.along'),
      run: () => {
        const [only] = store.selection;
        if (only) go(alongFlows(board, only).at(-1) ?? '');
      },
    },
    {
      keys: ['['],
      label: t('keys.back'),
      run: () => {
        const [only] = store.selection;
        if (only) go(alongFlows(board, only)[0] ?? '');
      },
    },
    { keys: ['N', '/'], label: t('keys.add'), run: () => pieces.focusSearch() },
    { keys: ['L'], label: t('keys.link'), run: link },
    {
      keys: ['Enter'],
      label: t('keys.enter'),
      run: (event) => {
        if (!there(event)) return false;
        if (linking) link();
        else if (store.selection.size) {
          app.dock.open('properties');
          document
            .querySelector('#dock-body')
            ?.querySelector(/** @type {any} */ ('input, select, textarea'))
            ?.focus();
        }
        return true;
      },
    },
    { keys: ['F2'], label: t('rename'), run: () => commands.rename() },
    { keys: ['Alt+Enter'], label: t('drill'), run: () => commands.drill() },
    { keys: ['Backspace'], label: t('keys.out'), run: () => (board.view.focus ? commands.out() : commands.remove()) },
    { keys: ['Delete'], label: t('remove'), run: () => commands.remove() },
    {
      keys: ['Ctrl+C'],
      label: t('copy'),
      run: () => {
        if (String(getSelection()) || !store.selection.size) return false;
        commands.copy();
        return true;
      },
    },
    {
      keys: ['Ctrl+X'],
      label: t('cut'),
      run: () => {
        commands.copy();
        commands.remove();
      },
    },
    { keys: ['Ctrl+D'], label: t('duplicate'), run: () => commands.duplicate() },
    { keys: ['Ctrl+A'], label: t('select-all'), run: () => commands.selectAll() },
    {
      keys: ['Ctrl+Shift+L'],
      label: t('arrange'),
      run: () => {
        commands.arrange();
      },
    },
    {
      keys: ['S'],
      label: t('keys.scope'),
      run: () => {
        const [only] = store.selection;
        if (only) commands.scope(only);
      },
    },
    { keys: ['F'], label: t('zoom.fit'), run: () => pane.fit() },
    { keys: ['+', '='], label: t('zoom.in'), run: () => pane.zoom(1.25) },
    { keys: ['-'], label: t('zoom.out'), run: () => pane.zoom(0.8) },
    { keys: ['0'], label: t('zoom.reset'), run: () => pane.zoom(1 / pane.at.scale) },
    { keys: ['M'], label: t('map'), run: () => commands.toggleMap() },
    {
      keys: ['H'],
      label: t('hand'),
      run: () => {
        gestures.hand = !gestures.hand;
        board.host.classList.toggle('hand', gestures.hand);
      },
    },
    {
      keys: ['Escape'],
      label: t('keys.escape'),
      run: () => {
        if (linking) unlink();
        else {
          store.select([]);
          store.highlight(null);
        }
        board.host.focus();
      },
    },
    { keys: ['Shift+F10', 'ContextMenu'], label: t('keys.menu'), run: () => contextMenu(commands, board, pane) },
  ]);
  const space = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== ' ' || event.target !== board.host) return;
    event.preventDefault();
    gestures.space = event.type === 'keydown';
    board.host.classList.toggle('hand', gestures.space || gestures.hand);
  };
  const paste = (/** @type {ClipboardEvent} */ event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || document.querySelector('dialog[open]')) return;
    commands.paste(event.clipboardData?.getData('text/plain'));
  };
  document.addEventListener('keydown', space);
  document.addEventListener('keyup', space);
  document.addEventListener('paste', paste);
  return () => {
    stop();
    document.removeEventListener('keydown', space);
    document.removeEventListener('keyup', space);
    document.removeEventListener('paste', paste);
  };
}

/** @param {import('./commands.js').Commands} commands @param {import('./canvas/board.js').Board} board @param {import('./canvas/zoom.js').Window} pane */
function contextMenu(commands, board, pane) {
  const [only] = store.selection;
  const box = only ? board.boxOf(only) : null;
  const rect = board.host.getBoundingClientRect();
  const at = box
    ? {
        x: rect.left + (box.x + box.width / 2) * pane.at.scale + pane.at.x,
        y: rect.top + (box.y + box.height / 2) * pane.at.scale + pane.at.y,
      }
    : { x: rect.left + 60, y: rect.top + 60 };
  const kind =
    only && store.sectionOf(only) === 'flows' ? 'wire' : only && board.scene.nodes.has(only) ? 'node' : 'outline';
  menu(
    at,
    contextItems(
      commands,
      only ? /** @type {any} */ ({ kind, id: only, flow: kind === 'wire' ? only : '' }) : null,
      board.local(at.x, at.y),
    ),
  );
}
