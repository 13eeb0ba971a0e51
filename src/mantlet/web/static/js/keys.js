// @ts-check
/** Keys for the whole page. A command lives as long as the view that offers it; the list of all is one key away. */

import { dialog, h } from './dom.js';
import { t } from './words.js';

/** @typedef {{keys: string[], label: string, run: (event: KeyboardEvent) => any, typing?: boolean}} Command */

/** @type {Set<Command>} */
const commands = new Set();
const typed = (/** @type {EventTarget | null} */ target) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** `Ctrl+Shift+Z`, `Delete`, `?`. @param {KeyboardEvent} event */
export function named(event) {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const sign = event.key.length === 1 && !/[a-z0-9 ]/i.test(event.key);
  return [
    (event.ctrlKey || event.metaKey) && 'Ctrl',
    event.altKey && 'Alt',
    event.shiftKey && !sign && 'Shift',
    key === ' ' ? 'Space' : key,
  ]
    .filter(Boolean)
    .join('+');
}

/** @param {Command[]} list @returns {() => void} takes them away again */
export function offer(list) {
  list.forEach((command) => commands.add(command));
  return () => list.forEach((command) => commands.delete(command));
}

/** @returns {Command[]} all that there are now */
export const offered = () => [...commands];

/** Start listening. */
export function listen() {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || document.querySelector('dialog[open]')) return;
    const name = named(event);
    const free = !typed(event.target);
    const found = [...commands].reverse().find((item) => item.keys.includes(name) && (free || item.typing));
    if (!found) return;
    if (found.run(event) !== false) event.preventDefault();
  });
}

/** Show every key. */
export function help() {
  const rows = offered()
    .filter((item) => item.label)
    .map((item) =>
      h(
        'tr',
        null,
        h(
          'td',
          null,
          item.keys.slice(0, 2).map((key) => h('kbd', null, key.replace('Arrow', ''))),
        ),
        h('td', null, item.label),
      ),
    );
  return dialog({
    title: t('keys.title'),
    body: h('table', { class: 'table keys' }, h('tbody', null, rows)),
    wide: true,
  });
}
