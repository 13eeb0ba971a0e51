// @ts-check
/** What can be put on the canvas: types of elements and boundaries, searchable, by drag, click or Enter. */

import { clear, h, icon } from './dom.js';
import { store } from './store.js';
import { t } from './words.js';

/** @typedef {{kind: 'element' | 'boundary', type: string}} Piece */

const KINDS = ['process', 'data-store', 'external-entity'];
const USUAL = [
  'process',
  'web-service',
  'inference-service',
  'llm-service',
  'agent',
  'training-job',
  'database',
  'object-store',
  'model-artifact',
  'dataset-store',
  'user',
  'external-system',
];
const RECENT = 'mantlet.recent';
export const MIME = 'application/x-mantlet-piece';

/** @param {{add: (piece: Piece) => void}} does @returns {HTMLElement} */
export function palette(does) {
  const input = h('input', {
    type: 'search',
    placeholder: t('palette.search'),
    'aria-label': t('palette.search'),
    autocomplete: 'off',
    spellcheck: 'false',
  });
  const list = h('div', { class: 'pieces' });
  const node = h(
    'section',
    { class: 'palette', 'aria-label': t('palette') },
    h('div', { class: 'palette-head' }, input),
    list,
  );
  const open = new Set(['usual']);

  function add(/** @type {Piece} */ piece) {
    remember(piece);
    does.add(piece);
  }
  function draw() {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const groups = words.length
      ? [
          [
            'found',
            everything().filter((item) => words.every((/** @type {string} */ word) => item.words.includes(word))),
          ],
        ]
      : grouped();
    clear(list);
    for (const [name, items] of /** @type {[string, any[]][]} */ (groups)) {
      if (!items.length && name !== 'found') continue;
      list.append(group(name, items, words.length > 0));
    }
  }
  function group(/** @type {string} */ name, /** @type {any[]} */ items, /** @type {boolean} */ always) {
    const pieces = h(
      'div',
      { class: 'piece-list' },
      items.length ? items.map((item) => pieceButton(item, add)) : h('p', { class: 'muted' }, t('palette.none')),
    );
    if (always) return pieces;
    const details = h(
      'details',
      {
        open: open.has(name),
        ontoggle: (/** @type {any} */ event) => {
          if (event.target.open) open.add(name);
          else open.delete(name);
        },
      },
      h(
        'summary',
        null,
        icon('chevron', 12),
        t(`palette.${name}`),
        h('span', { class: 'muted' }, String(items.length)),
      ),
      pieces,
    );
    return details;
  }
  input.addEventListener('input', draw);
  input.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'ArrowDown') {
      event.preventDefault();
      list.querySelector('button')?.focus();
    }
    if (event.key === 'Enter') {
      event.preventDefault();
      const first = /** @type {HTMLElement | null} */ (list.querySelector('button.piece'));
      if (!first) return;
      first.click();
      input.value = '';
      draw();
    }
    if (event.key === 'Escape' && input.value) {
      event.stopPropagation();
      input.value = '';
      draw();
    }
  });
  list.addEventListener('keydown', walk);
  draw();
  return Object.assign(node, {
    focusSearch: () => {
      node.hidden = false;
      node.dispatchEvent(new Event('fold'));
      input.focus();
      input.select();
    },
  });
}

/** @param {KeyboardEvent} event */
function walk(event) {
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!way) return;
  const all = /** @type {HTMLElement[]} */ (
    [.../** @type {HTMLElement} */ (event.currentTarget).querySelectorAll('button.piece, summary')].filter(
      (node) => /** @type {HTMLElement} */ (node).offsetParent,
    )
  );
  const next = all[all.indexOf(/** @type {HTMLElement} */ (document.activeElement)) + way];
  if (next) {
    event.preventDefault();
    next.focus();
  }
}

/** @param {any} item @param {(piece: Piece) => void} add */
function pieceButton(item, add) {
  const piece = { kind: item.kind, type: item.type };
  const node = h(
    'button',
    {
      type: 'button',
      class: `piece piece-${item.shape}`,
      title: item.about || item.title,
      draggable: 'true',
      disabled: store.readOnly,
      onclick: () => add(piece),
    },
    h('span', { class: 'piece-icon' }, icon(item.icon)),
    h('span', { class: 'piece-name' }, item.title),
  );
  node.addEventListener('dragstart', (/** @type {DragEvent} */ event) => {
    event.dataTransfer?.setData(MIME, JSON.stringify(piece));
    if (event.dataTransfer) event.dataTransfer.effectAllowed = 'copy';
    remember(piece);
  });
  return node;
}

function everything() {
  const elements = store.vocabulary.types.map((/** @type {any} */ type) => ({
    kind: 'element',
    type: type.id,
    title: type.title,
    icon: type.icon,
    about: type.summary ?? '',
    shape: type.kind,
    words: `${type.id} ${type.title} ${(type.aliases ?? []).join(' ')} ${type.is_a?.join(' ') ?? ''}`.toLowerCase(),
    parent: type.kind,
  }));
  const boundaries = store.vocabulary.boundary_types.map((/** @type {any} */ type) => ({
    kind: 'boundary',
    type: type.id,
    title: type.title,
    icon: type.icon ?? 'boundary',
    about: type.summary ?? '',
    shape: 'boundary',
    words: `${type.id} ${type.title} ${(type.aliases ?? []).join(' ')} boundary`.toLowerCase(),
    parent: 'boundary',
  }));
  return [...elements, ...boundaries];
}

/** @returns {[string, any[]][]} */
function grouped() {
  const all = everything();
  const named = new Map(all.map((item) => [`${item.kind}:${item.type}`, item]));
  const usual = [...recent(), ...USUAL.map((type) => `element:${type}`)].map((key) => named.get(key)).filter(Boolean);
  return [
    ['usual', [...new Set(usual)].slice(0, 14)],
    ['boundary', all.filter((item) => item.kind === 'boundary')],
    ...KINDS.map((kind) => /** @type {[string, any[]]} */ ([kind, all.filter((item) => item.parent === kind)])),
  ];
}

/** @returns {string[]} */
function recent() {
  try {
    return JSON.parse(localStorage.getItem(RECENT) ?? '[]').slice(0, 4);
  } catch {
    return [];
  }
}

/** @param {Piece} piece */
function remember(piece) {
  const key = `${piece.kind}:${piece.type}`;
  try {
    localStorage.setItem(RECENT, JSON.stringify([key, ...recent().filter((item) => item !== key)].slice(0, 4)));
  } catch {
    /* not kept */
  }
}

/** Choose a type in a small list: for what a flow was drawn to, or to turn something into something else. @param {{x: number, y: number}} at @param {(type: string) => void} take @param {string} [title] */
export function pickType(at, take, title = t('palette.pick')) {
  const all = everything().filter((item) => item.kind === 'element');
  const input = h('input', { type: 'search', placeholder: title, 'aria-label': title, autocomplete: 'off' });
  const list = h('div', { class: 'piece-list' });
  const node = h('dialog', { class: 'picker', 'aria-label': title }, input, list);
  const choose = (/** @type {Piece} */ piece) => {
    node.close();
    take(piece.type);
  };
  const draw = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const items = words.length
      ? all.filter((item) => words.every((/** @type {string} */ word) => item.words.includes(word)))
      : grouped()[0][1].filter((item) => item.kind === 'element');
    clear(list).append(...items.slice(0, 30).map((item) => pieceButton(item, choose)));
  };
  input.addEventListener('input', draw);
  input.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      list.querySelector('button')?.click();
    }
    if (event.key === 'ArrowDown') {
      event.preventDefault();
      list.querySelector('button')?.focus();
    }
  });
  list.addEventListener('keydown', walk);
  node.addEventListener('click', (/** @type {Event} */ event) => {
    if (event.target === node) node.close();
  });
  node.addEventListener('close', () => node.remove());
  document.body.append(node);
  node.showModal();
  node.style.left = `${Math.max(8, Math.min(at.x, innerWidth - 268))}px`;
  node.style.top = `${Math.max(8, Math.min(at.y, innerHeight - 360))}px`;
  draw();
  input.focus();
}
