// @ts-check
/** Renaming where it stands: a field over the thing's name on the canvas. */

import { h } from './dom.js';
import { did, put } from './edits.js';
import { store } from './store.js';
import { t } from './words.js';

/** @param {import('./canvas/board.js').Board} board @param {import('./canvas/zoom.js').Window} pane @param {string} id */
export function renameInPlace(board, pane, id) {
  const section = store.sectionOf(id);
  const box = board.boxOf(id);
  if (!section || !box || store.readOnly) return;
  document.querySelector('.inplace')?.remove();
  const before = store.entry(id).name ?? '';
  const input = h('input', {
    class: 'inplace',
    value: before,
    placeholder: id,
    'aria-label': t('rename.name', { name: store.titleOf(id) }),
    maxlength: 200,
    spellcheck: 'false',
  });
  const outline = section === 'boundaries';
  const { x, y, scale } = pane.at;
  const wide = Math.max(150, Math.min(280, box.width * scale + 16));
  input.style.width = `${wide}px`;
  input.style.left = `${box.x * scale + x + (outline ? 4 : (box.width * scale - wide) / 2)}px`;
  input.style.top = `${box.y * scale + y + (outline ? 0 : Math.max(0, (box.height * scale - 30) / 2))}px`;
  let done = false;
  const finish = (/** @type {boolean} */ keep) => {
    if (done) return;
    done = true;
    input.remove();
    board.host.focus({ preventScroll: true });
    const name = input.value.trim();
    if (keep && name !== before && store.sectionOf(id))
      store.change([put([section, id, 'name'], name)], { label: did('rename', [id]) });
  };
  input.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    event.stopPropagation();
    if (event.key === 'Enter') finish(true);
    if (event.key === 'Escape') finish(false);
  });
  input.addEventListener('blur', () => finish(true));
  board.host.parentElement?.append(input);
  input.focus();
  input.select();
}
