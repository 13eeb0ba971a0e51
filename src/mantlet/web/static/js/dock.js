// @ts-check
/** The panels beside the drawing, as tabs; its width is kept. */

import { clear, h, icon } from './dom.js';
import { panels } from './registry.js';
import { t } from './words.js';

const KEY = 'mantlet.dock';

/** @param {import('./app.js').App} app */
export function createDock(app) {
  const body = h('div', { class: 'dock-body', id: 'dock-body', role: 'tabpanel', tabindex: -1 });
  const tabs = h('div', { class: 'tabs', role: 'tablist', 'aria-label': t('dock') });
  const grip = h('div', {
    class: 'grip',
    role: 'separator',
    tabindex: 0,
    'aria-orientation': 'vertical',
    'aria-label': t('dock.width'),
    'aria-valuemin': 260,
    'aria-valuemax': 720,
  });
  const node = h('aside', { id: 'dock', 'aria-label': t('dock'), hidden: true }, grip, tabs, body);
  const list = [...panels].sort((a, b) => a.order - b.order);
  /** @type {(() => void) | null} */
  let unmount = null;
  let current = '';
  let wanted = true;
  let allowed = false;

  for (const panel of list) {
    tabs.append(
      h(
        'button',
        {
          type: 'button',
          role: 'tab',
          id: `tab-${panel.id}`,
          'aria-controls': 'dock-body',
          onclick: () => open(panel.id),
          onkeydown: (/** @type {KeyboardEvent} */ event) => step(event),
        },
        icon(panel.icon),
        t(`panel.${panel.id}`),
      ),
    );
  }
  function step(/** @type {KeyboardEvent} */ event) {
    const way = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (!way) return;
    const next = list[(list.findIndex((item) => item.id === current) + way + list.length) % list.length];
    open(next.id);
    document.getElementById(`tab-${next.id}`)?.focus();
  }
  async function open(/** @type {string} */ id) {
    if (!wanted) {
      wanted = true;
      refresh();
    }
    if (id === current) return;
    const panel = list.find((item) => item.id === id);
    if (!panel) return;
    current = id;
    for (const tab of tabs.children) {
      const here = tab.id === `tab-${id}`;
      tab.setAttribute('aria-selected', String(here));
      tab.setAttribute('tabindex', here ? '0' : '-1');
    }
    body.setAttribute('aria-labelledby', `tab-${id}`);
    let part;
    try {
      part = (await panel.load()).default;
    } catch (error) {
      console.error(error);
      part = { mount: (/** @type {HTMLElement} */ root) => root.append(h('p', { class: 'muted' }, t('view.failed'))) };
    }
    if (current !== id) return;
    unmount?.();
    clear(body);
    const root = h('div', { class: `panel panel-${id}` });
    body.append(root);
    unmount = part.mount(root, app) ?? null;
  }
  function refresh() {
    node.hidden = !(wanted && allowed);
    if (!node.hidden && !current) open(list[0].id);
  }
  function width(/** @type {number} */ value) {
    const wide = Math.max(260, Math.min(720, Math.round(value)));
    node.style.width = `${wide}px`;
    grip.setAttribute('aria-valuenow', String(wide));
    return wide;
  }
  /** Only a width that somebody chose is kept, so that a small window does not decide for a large one. */
  function choose(/** @type {number} */ value) {
    try {
      localStorage.setItem(KEY, String(width(value)));
    } catch {
      /* not kept */
    }
  }
  grip.addEventListener('pointerdown', (/** @type {PointerEvent} */ event) => {
    grip.setPointerCapture(event.pointerId);
    const move = (/** @type {PointerEvent} */ at) => choose(innerWidth - at.clientX);
    grip.addEventListener('pointermove', move);
    grip.addEventListener('pointerup', () => grip.removeEventListener('pointermove', move), { once: true });
  });
  grip.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    const way = event.key === 'ArrowLeft' ? 24 : event.key === 'ArrowRight' ? -24 : 0;
    if (way) {
      event.preventDefault();
      choose(node.getBoundingClientRect().width + way);
    }
  });
  let kept = innerWidth < 1200 ? 288 : 348;
  try {
    kept = Number(localStorage.getItem(KEY)) || kept;
  } catch {
    /* not kept */
  }
  width(kept);

  return {
    node,
    open,
    show(/** @type {boolean} */ on) {
      allowed = on;
      refresh();
    },
    toggle() {
      wanted = !wanted;
      refresh();
    },
  };
}
