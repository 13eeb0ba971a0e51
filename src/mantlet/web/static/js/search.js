// @ts-check
/** Ctrl+K: find anything in the model, any view, any command. */

import { h, icon } from './dom.js';
import { offered } from './keys.js';
import { views } from './registry.js';
import { current } from './risks/current.js';
import { store } from './store.js';
import { t } from './words.js';

/** @typedef {{text: string, hint: string, icon: string, words: string, run: () => any}} Hit */

const MOST = 40;

/** @param {import('./app.js').App} app */
export function openSearch(app) {
  if (document.querySelector('.search[open]')) return;
  const all = gather(app);
  /** @type {Hit[]} */
  let shown = [];
  let at = 0;
  const list = h('ul', { role: 'listbox', id: 'search-list', 'aria-label': t('search') });
  const input = h('input', {
    type: 'search',
    placeholder: t('search.placeholder'),
    'aria-label': t('search'),
    role: 'combobox',
    'aria-expanded': 'true',
    'aria-controls': 'search-list',
    'aria-autocomplete': 'list',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  const node = h('dialog', { class: 'search', 'aria-label': t('search') }, input, list);
  const go = (/** @type {Hit | undefined} */ hit) => {
    if (hit) {
      node.close();
      hit.run();
    }
  };
  function draw() {
    shown = found(all, input.value);
    list.replaceChildren(
      ...shown.map((hit, index) =>
        h(
          'li',
          {
            role: 'option',
            id: `hit${index}`,
            'aria-selected': String(index === at),
            onpointermove: () => {
              if (at !== index) {
                at = index;
                mark();
              }
            },
            onclick: () => go(hit),
          },
          icon(hit.icon),
          h('span', null, hit.text),
          h('span', { class: 'muted' }, hit.hint),
        ),
      ),
    );
    if (!shown.length) list.append(h('li', { class: 'muted none' }, t('search.none')));
    mark();
  }
  function mark() {
    [...list.children].forEach((item, index) => item.setAttribute('aria-selected', String(index === at)));
    input.setAttribute('aria-activedescendant', `hit${at}`);
    list.children[at]?.scrollIntoView({ block: 'nearest' });
  }
  input.addEventListener('input', () => {
    at = 0;
    draw();
  });
  node.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    event.stopPropagation();
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      at = (at + (event.key === 'ArrowDown' ? 1 : shown.length - 1)) % Math.max(1, shown.length);
      mark();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      go(shown[at]);
    }
  });
  node.addEventListener('click', (/** @type {Event} */ event) => {
    if (event.target === node) node.close();
  });
  node.addEventListener('close', () => node.remove());
  document.body.append(node);
  node.showModal();
  draw();
  input.focus();
}

/** @param {import('./app.js').App} app @returns {Hit[]} */
function gather(app) {
  /** @type {Hit[]} */
  const hits = [];
  const show = (/** @type {string} */ id) => () => {
    store.select([id]);
    if (app.nav.view !== 'design' && app.nav.view !== 'table') app.nav.open('design', { place: id });
    else app.canvas.reveal?.(id);
  };
  for (const [section, kind] of [
    ['elements', 'element'],
    ['flows', 'flow'],
    ['boundaries', 'boundary'],
    ['data', 'data'],
  ]) {
    for (const [id, entry] of Object.entries(/** @type {Record<string, any>} */ (store.model[section] ?? {}))) {
      const type =
        section === 'boundaries'
          ? store.boundaryType(entry.type)
          : section === 'elements'
            ? store.type(entry.type)
            : null;
      const ends =
        section === 'flows'
          ? `${store.titleOf(entry.from)} → ${store.titleOf(entry.to)}`
          : (type?.title ?? t(`kind.${kind}`));
      hits.push({
        text: entry.name || id,
        hint: ends,
        icon: type?.icon ?? { flows: 'flow', boundaries: 'boundary', data: 'database' }[section] ?? 'gear',
        words: `${id} ${entry.name ?? ''} ${entry.type ?? ''} ${ends}`,
        run: section === 'data' ? () => app.nav.open('table', { tab: 'data', id }) : show(id),
      });
    }
  }
  for (const risk of store.register.values()) {
    hits.push({
      text: risk.title,
      hint: risk.id,
      icon: 'risks',
      words: `${risk.id} ${risk.title}`,
      run: () => {
        current.show(risk.id);
        if (app.nav.view !== 'design') app.nav.open('design', { risk: risk.id });
        else app.dock.open('explain');
      },
    });
  }
  for (const view of views)
    hits.push({
      text: t(`view.${view.id}`),
      hint: t('search.view'),
      icon: view.icon,
      words: `${view.id} ${t(`view.${view.id}`)}`,
      run: () => app.nav.open(view.id),
    });
  for (const item of offered()) {
    if (item.label && !item.keys.includes('Ctrl+K')) {
      hits.push({
        text: item.label,
        hint: item.keys[0] ?? '',
        icon: 'chevron',
        words: item.label,
        run: () => item.run(new KeyboardEvent('keydown')),
      });
    }
  }
  return hits;
}

/** @param {Hit[]} all @param {string} query @returns {Hit[]} best first: all words must be there */
function found(all, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return all.slice(0, MOST);
  /** @type {[number, Hit][]} */
  const scored = [];
  for (const hit of all) {
    const text = hit.words.toLowerCase();
    if (!words.every((word) => text.includes(word))) continue;
    const name = hit.text.toLowerCase();
    scored.push([name.startsWith(words[0]) ? 0 : name.includes(words[0]) ? 1 : 2, hit]);
  }
  return scored
    .sort((a, b) => a[0] - b[0])
    .slice(0, MOST)
    .map(([, hit]) => hit);
}
