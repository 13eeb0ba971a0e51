// @ts-check
/** The bar at the top: whose model this is, what can be undone, how bad it looks, whether everything is saved. */

import { button, clear, dialog, h, icon } from './dom.js';
import { history } from './history.js';
import { help } from './keys.js';
import { SEVERITIES } from './risks/filters.js';
import { openSearch } from './search.js';
import { store } from './store.js';
import { sync } from './sync.js';
import { choose, shown } from './theme.js';
import { t } from './words.js';

/** @param {import('./app.js').App} app */
export function topbar(app) {
  const name = h('a', { class: 'project', href: '#/design' });
  const counts = h('div', { class: 'counts', role: 'group', 'aria-label': t('counts') });
  const state = h('div', { class: 'state', role: 'status' });
  const undo = button('', () => history.undo(), { icon: 'undo', title: t('undo'), kind: 'quiet', key: 'Ctrl+Z' });
  const redo = button('', () => history.redo(), { icon: 'redo', title: t('redo'), kind: 'quiet', key: 'Ctrl+Shift+Z' });
  const look = button(
    '',
    () => {
      choose(shown() === 'dark' ? 'light' : 'dark');
      drawTheme();
    },
    { icon: 'moon', title: t('theme'), kind: 'quiet' },
  );
  const find = h(
    'button',
    { type: 'button', class: 'find', onclick: () => openSearch(app), 'aria-keyshortcuts': 'Control+K' },
    icon('search'),
    h('span', null, t('search.hint')),
    h('kbd', null, 'Ctrl K'),
  );

  function drawTheme() {
    clear(look).append(icon(shown() === 'dark' ? 'sun' : 'moon'));
  }
  function drawName() {
    clear(name).append(
      h('img', { src: '/static/icon.svg', alt: '', width: 22, height: 22 }),
      h('span', null, store.model?.system?.name || store.project.name),
    );
    name.title = store.project.file ?? '';
  }
  function drawHistory() {
    undo.disabled = !history.canUndo;
    redo.disabled = !history.canRedo;
    undo.title = history.canUndo && history.next ? `${t('undo')}: ${history.next} (Ctrl+Z)` : `${t('undo')} (Ctrl+Z)`;
  }
  function drawCounts() {
    clear(counts).append(
      ...SEVERITIES.map((level) => {
        const n = store.counts[level] ?? 0;
        return h(
          'a',
          {
            href: `#/risks?severity=${level}`,
            class: `count count-${level}`,
            title: t('counts.of', { n, level: t(`severity.${level}`) }),
            'data-zero': n ? null : '',
          },
          h('span', { class: 'dot' }),
          String(n),
          h('span', { class: 'sr' }, ` ${t(`severity.${level}`)}`),
        );
      }),
    );
  }
  function drawState() {
    clear(state);
    const offline = document.documentElement.hasAttribute('data-offline');
    state.dataset.state = offline
      ? 'offline'
      : store.broken
        ? 'broken'
        : sync.waiting
          ? 'saving'
          : store.readOnly
            ? 'read-only'
            : 'saved';
    if (offline) state.append(icon('offline'), t('offline'));
    else if (store.broken) state.append(button(t('broken'), showProblems, { icon: 'warning', kind: 'danger' }));
    else if (store.problems.length)
      state.append(
        button(t('problems', { n: store.problems.length }), showProblems, { icon: 'warning', kind: 'quiet' }),
      );
    else
      state.append(
        icon(sync.waiting ? 'save' : 'check'),
        t(sync.waiting ? 'saving' : store.readOnly ? 'read-only' : 'saved'),
      );
  }
  for (const [event, draw] of /** @type {const} */ ([
    ['model', drawName],
    ['model', drawState],
    ['register', drawCounts],
    ['register', drawState],
    ['saving', drawState],
    ['broken', drawState],
  ])) {
    store.on(event, draw);
  }
  history.watch(drawHistory);
  addEventListener('themechange', drawTheme);
  drawName();
  drawCounts();
  drawState();
  drawHistory();
  drawTheme();
  return h(
    'header',
    { id: 'top' },
    name,
    h('div', { class: 'group' }, undo, redo),
    find,
    counts,
    state,
    look,
    button('', () => help(), { icon: 'help', title: t('keys.title'), kind: 'quiet', key: '?' }),
  );
}

function showProblems() {
  dialog({
    title: t(store.broken ? 'broken.title' : 'problems.title'),
    wide: true,
    body: [
      h('p', { class: 'muted' }, t(store.broken ? 'broken.text' : 'problems.text')),
      h(
        'ul',
        { class: 'problems' },
        store.problems.map((item) =>
          h(
            'li',
            null,
            h(
              'code',
              null,
              [item.file, item.line, item.column].filter(Boolean).join(':') || (item.path ?? []).join('.'),
            ),
            ' ',
            h('strong', null, item.message),
            item.mend ? h('div', { class: 'muted' }, item.mend) : null,
          ),
        ),
      ),
    ],
  });
}
