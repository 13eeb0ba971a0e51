// @ts-check
/** What lies over the page: dialogs, menus, short messages. */

import { button, h, icon } from './dom.js';
import { t } from './words.js';

/** @typedef {{label: string, primary?: boolean, danger?: boolean, run?: () => any}} Action */

/**
 * Ask something; resolves to the index of the chosen action, or -1 when closed. An action whose `run` returns false
 * keeps the dialog open; what else it returns is what the dialog resolves to.
 * @param {{title: string, body?: any, actions?: Action[], wide?: boolean}} options @returns {Promise<any>}
 */
export function dialog({ title, body, actions = [{ label: t('close'), primary: true }], wide = false }) {
  return new Promise((resolve) => {
    /** @type {any} */
    let answer = -1;
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    const take = async (/** @type {Action} */ action, /** @type {number} */ index) => {
      const result = action.run ? await action.run() : index;
      if (result === false) return;
      answer = result === undefined ? index : result;
      node.close();
    };
    const buttons = actions.map((action, index) =>
      button(action.label, () => take(action, index), {
        kind: action.danger ? 'danger' : action.primary ? 'primary' : undefined,
      }),
    );
    const close = button('', () => node.close(), { icon: 'close', title: t('close'), kind: 'quiet' });
    const node = h(
      'dialog',
      { class: wide ? 'dialog dialog-wide' : 'dialog', 'aria-label': title },
      h('header', null, h('h2', null, title), close),
      h('div', { class: 'dialog-body' }, body ?? null),
      h('footer', null, buttons),
    );
    node.addEventListener('close', () => {
      node.remove();
      before?.focus?.();
      resolve(answer);
    });
    node.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
      event.stopPropagation();
      const main = actions.findIndex((action) => action.primary);
      const target = /** @type {HTMLElement} */ (event.target);
      if (event.key === 'Enter' && main >= 0 && target.tagName === 'INPUT') {
        event.preventDefault();
        take(actions[main], main);
      }
    });
    document.body.append(node);
    node.showModal();
    (
      node.querySelector('[autofocus], .dialog-body input, .dialog-body select, .dialog-body textarea') ??
      buttons.at(-1)
    )?.focus();
  });
}

/** Ask yes or no. @param {string} title @param {string} text @param {string} label @returns {Promise<boolean>} */
export async function confirm(title, text, label, danger = true) {
  return (
    (await dialog({
      title,
      body: h('p', null, text),
      actions: [{ label: t('cancel') }, { label, primary: true, danger }],
    })) === 1
  );
}

/**
 * Say something in passing; trouble stays until it is closed.
 * @param {string} text @param {{kind?: 'info'|'ok'|'error', action?: {label: string, run: () => any}, hint?: string}} [options]
 */
export function toast(text, { kind = 'info', action, hint } = {}) {
  let box = document.getElementById('toasts');
  if (!box) document.body.append((box = h('div', { id: 'toasts', role: 'status', 'aria-live': 'polite' })));
  const gone = () => node.remove();
  const node = h(
    'div',
    { class: `toast toast-${kind}` },
    icon(kind === 'error' ? 'warning' : kind === 'ok' ? 'check' : 'info'),
    h('div', null, h('div', null, text), hint ? h('div', { class: 'muted' }, hint) : null),
    action
      ? button(
          action.label,
          () => {
            gone();
            action.run();
          },
          { kind: 'quiet' },
        )
      : null,
    button('', gone, { icon: 'close', title: t('close'), kind: 'quiet' }),
  );
  /** @type {HTMLElement} */ (box).append(node);
  while (/** @type {HTMLElement} */ (box).children.length > 4) box?.firstElementChild?.remove();
  if (kind !== 'error') setTimeout(gone, 5000);
  return gone;
}

/**
 * A list of commands at a button or at a point; arrows, Enter and Escape work.
 * @param {Element | {x: number, y: number}} anchor
 * @param {({label: string, icon?: string, key?: string, danger?: boolean, disabled?: boolean, checked?: boolean, run: () => any} | null)[]} items
 */
export function menu(anchor, items) {
  document.querySelector('.menu')?.remove();
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  const close = (back = true) => {
    node.remove();
    document.removeEventListener('pointerdown', outside, true);
    if (back) before?.focus?.();
  };
  const outside = (/** @type {Event} */ event) => {
    if (!node.contains(/** @type {Node} */ (event.target))) close(false);
  };
  const node = h(
    'div',
    { class: 'menu', role: 'menu' },
    items.map((item) =>
      item
        ? h(
            'button',
            {
              type: 'button',
              role: item.checked === undefined ? 'menuitem' : 'menuitemradio',
              tabindex: -1,
              disabled: item.disabled ?? false,
              'aria-checked': item.checked === undefined ? null : String(item.checked),
              class: item.danger ? 'danger' : null,
              onclick: () => {
                close();
                item.run();
              },
            },
            item.checked ? icon('check') : item.icon ? icon(item.icon) : h('span', { class: 'icon' }),
            h('span', null, item.label),
            item.key ? h('kbd', null, item.key) : null,
          )
        : h('hr', null),
    ),
  );
  node.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    event.stopPropagation();
    const all = /** @type {HTMLElement[]} */ ([...node.querySelectorAll('button:not(:disabled)')]);
    const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      close();
    } else if (event.key === 'ArrowDown') {
      event.preventDefault();
      all[(at + 1) % all.length]?.focus();
    } else if (event.key === 'ArrowUp') {
      event.preventDefault();
      all[(at - 1 + all.length) % all.length]?.focus();
    }
  });
  document.body.append(node);
  place(node, anchor);
  document.addEventListener('pointerdown', outside, true);
  node.querySelector('button:not(:disabled)')?.focus();
}

/** @param {HTMLElement} node @param {Element | {x: number, y: number}} anchor */
function place(node, anchor) {
  const at =
    anchor instanceof Element ? anchor.getBoundingClientRect() : { left: anchor.x, bottom: anchor.y, top: anchor.y };
  const size = node.getBoundingClientRect();
  node.style.left = `${Math.max(8, Math.min(at.left, innerWidth - size.width - 8))}px`;
  node.style.top = `${at.bottom + size.height + 8 > innerHeight ? Math.max(8, at.top - size.height - 4) : at.bottom + 4}px`;
}
