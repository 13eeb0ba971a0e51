// @ts-check
/** The shell: top bar, rail of views, the view itself, and the dock beside it. */

import * as api from './api.js';
import * as dom from './dom.js';
import { createDock } from './dock.js';
import { history } from './history.js';
import * as keys from './keys.js';
import { views } from './registry.js';
import { openSearch } from './search.js';
import { load, store } from './store.js';
import { connect, sync } from './sync.js';
import * as theme from './theme.js';
import { topbar } from './topbar.js';
import { loadWords, t } from './words.js';

const { h, icon } = dom;

/**
 * @typedef {object} App
 * @property {typeof store} store
 * @property {typeof api} api
 * @property {typeof dom} dom
 * @property {typeof t} t
 * @property {typeof history} history
 * @property {typeof sync} sync
 * @property {typeof keys} keys
 * @property {typeof theme} theme
 * @property {{open: (view: string, params?: Record<string, string>) => void, view: string, params: Record<string, string>}} nav
 * @property {{open: (panel: string) => void, show: (on: boolean) => void, toggle: () => void}} dock
 * @property {{reveal?: (id: string) => void}} canvas what the drawing offers while it is there
 */

const main = h('main', { id: 'main', tabindex: -1 });
const rail = h('nav', { id: 'rail', 'aria-label': t('rail') });
/** @type {(() => void) | null} */
let unmount = null;
let opening = 0;

/** @type {App} */
export const app = {
  store,
  api,
  dom,
  t,
  history,
  sync,
  keys,
  theme,
  canvas: {},
  nav: {
    open: (view, params = {}) => {
      location.hash = hash(view, params);
    },
    view: '',
    params: {},
  },
  dock: { open: () => {}, show: () => {}, toggle: () => {} },
};

/** @param {string} view @param {Record<string, string>} params */
function hash(view, params) {
  const query = new URLSearchParams(params).toString();
  return `#/${view}${query ? `?${query}` : ''}`;
}

async function route() {
  const [, name = '', query = ''] = /^#\/([\w-]*)\??(.*)$/.exec(location.hash) ?? [];
  const view = views.find((item) => item.id === name) ?? views[0];
  const params = Object.fromEntries(new URLSearchParams(query));
  const mine = ++opening;
  for (const link of rail.querySelectorAll('a')) {
    if (link.dataset.view === view.id) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  let part;
  try {
    part = (await view.load()).default;
  } catch (error) {
    console.error(error);
    part = {
      mount: (/** @type {HTMLElement} */ root) =>
        root.append(h('div', { class: 'empty-state' }, h('h2', null, t('view.failed')), h('p', null, String(error)))),
    };
  }
  if (mine !== opening) return;
  unmount?.();
  dom.clear(main);
  app.nav.view = view.id;
  app.nav.params = params;
  document.body.dataset.view = view.id;
  document.title = `${t(`view.${view.id}`)} · ${store.project?.name ?? ''} · mantlet`;
  const root = h('div', { class: `view view-${view.id}` });
  main.append(root);
  unmount = part.mount(root, app) ?? null;
  app.dock.show(view.id === 'design');
}

function drawRail() {
  dom
    .clear(rail)
    .append(
      ...[...views]
        .sort((a, b) => a.order - b.order)
        .map((view) =>
          h(
            'a',
            { href: `#/${view.id}`, 'data-view': view.id, title: t(`view.${view.id}`) },
            icon(view.icon, 20),
            h('span', null, t(`view.${view.id}`)),
          ),
        ),
    );
  rail.setAttribute('aria-label', t('rail'));
}

function offerKeys() {
  keys.offer([
    { keys: ['Ctrl+K'], label: t('keys.search'), run: () => openSearch(app), typing: true },
    {
      keys: ['Ctrl+Z'],
      label: t('undo'),
      run: () => {
        history.undo();
      },
    },
    {
      keys: ['Ctrl+Shift+Z', 'Ctrl+Y'],
      label: t('redo'),
      run: () => {
        history.redo();
      },
    },
    {
      keys: ['Ctrl+S'],
      label: t('keys.save'),
      run: () => dom.toast(t(sync.waiting ? 'saving' : 'saved.always')),
      typing: true,
    },
    { keys: ['Ctrl+B'], label: t('dock.toggle'), run: () => app.dock.toggle(), typing: true },
    {
      keys: ['?'],
      label: t('keys.title'),
      run: () => {
        keys.help();
      },
    },
  ]);
  keys.listen();
}

async function start() {
  theme.restore();
  await loadWords();
  const root = /** @type {HTMLElement} */ (document.getElementById('app'));
  try {
    await load();
  } catch (error) {
    root.append(
      h(
        'div',
        { class: 'empty-state', role: 'alert' },
        h('h1', null, t('start.failed')),
        h('p', null, /** @type {Error} */ (error).message),
        h('p', { class: 'muted' }, /** @type {any} */ (error).mend ?? ''),
      ),
    );
    return;
  }
  connect();
  drawRail();
  const dock = createDock(app);
  app.dock = dock;
  root.append(
    h(
      'a',
      {
        class: 'skip',
        href: '#main',
        onclick: (/** @type {Event} */ event) => {
          event.preventDefault();
          main.focus();
        },
      },
      t('skip'),
    ),
    topbar(app),
    h('div', { id: 'body' }, rail, main, dock.node),
  );
  offerKeys();
  addEventListener('hashchange', route);
  await route();
  document.documentElement.dataset.ready = 'true';
}

start();
