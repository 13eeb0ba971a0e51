// @ts-check
/** Attack paths: how somebody outside gets to what matters, step by step; the chosen one is drawn on the diagram. */

import { button, clear, h, icon, pill } from '../dom.js';
import { store } from '../store.js';
import { t } from '../words.js';
import { nothing, short } from './marks.js';

/**
 * @param {import('../app.js').App} app @returns {any} a node with `stop()`
 */
export function pathList(app) {
  const list = h('ol', { class: 'paths' });
  const node = h('div', { class: 'paths-box' }, h('p', { class: 'muted' }, t('risks.paths.lead')), list);
  /** @type {any[]} */
  let paths = [];
  /** @type {string | null} */
  let open = null;
  let asked = 0;
  let timer = 0;

  async function read() {
    const mine = ++asked;
    try {
      const answer = await app.api.get('/paths');
      if (mine === asked) { paths = answer; if (!paths.some((path) => path.id === open)) open = null; draw(); }
    } catch (error) {
      if (mine === asked) clear(list).append(h('li', null, /** @type {Error} */ (error).message));
    }
  }
  function draw() {
    const focused = list.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).closest('li[data-path]') : null;
    const kept = focused ? /** @type {HTMLElement} */ (focused).dataset.path : null;
    clear(list).append(...paths.map(item));
    if (!paths.length) list.append(h('li', null, nothing(t('risks.paths.none.title'), t('risks.paths.none.text'))));
    if (kept) /** @type {HTMLElement | null} */ (list.querySelector(`li[data-path="${CSS.escape(kept)}"] .path-open`))?.focus();
  }
  /** @param {any} path */
  function item(path) {
    const mine = path.id === open;
    return h('li', { class: `path${mine ? ' path-current' : ''}`, 'data-path': path.id }, h('button', { type: 'button', class: 'path-open', 'aria-expanded': String(mine), onclick: () => choose(path) },
      h('span', { class: 'risk-item-head' }, pill(t(`severity.${path.severity}`), path.severity), h('span', { class: 'muted' }, t('risks.paths.likelihood', { level: t(`risks.level.${path.likelihood_level}`), score: short(path.likelihood) }))),
      h('span', { class: 'path-way' }, chain(path.elements))), mine ? steps(path, app) : null);
  }
  function choose(/** @type {any} */ path) {
    open = open === path.id ? null : path.id;
    store.highlight(open ? path.places : null);
    draw();
  }
  list.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    const items = /** @type {HTMLElement[]} */ ([...list.querySelectorAll('.path-open')]);
    const at = items.indexOf(/** @type {HTMLElement} */ (event.target));
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    items[Math.max(0, Math.min(items.length - 1, next))]?.focus();
  });
  const off = [store.on('register', () => { clearTimeout(timer); timer = window.setTimeout(read, 150); })];
  read();
  node.stop = () => { asked += 1; clearTimeout(timer); off.forEach((stop) => stop()); if (open) store.highlight(null); };
  return node;
}

/** @param {string[]} elements */
const chain = (elements) => elements.flatMap((id, index) => [index ? h('span', { class: 'path-arrow' }, ' → ') : '', h('span', null, store.titleOf(id))]);

/** @param {any} path @param {import('../app.js').App} app */
function steps(path, app) {
  const outside = app.nav.view !== 'design';
  return h('div', { class: 'path-steps' }, h('ol', null, path.steps.map((/** @type {any} */ step) => h('li', null,
    h('button', { type: 'button', class: 'path-step', onclick: () => store.highlight([step.source, step.flow.replace(/\.returns$/, ''), step.target]) },
      icon('into', 14), h('span', null, t('risks.paths.step', { source: store.titleOf(step.source), target: store.titleOf(step.target) }))),
    h('div', { class: 'path-chance' }, t('risks.paths.chance', { score: short(step.likelihood) })),
    step.threats.length ? h('ul', { class: 'path-threats', 'aria-label': t('risks.paths.opened') }, step.threats.map((/** @type {any} */ threat) => h('li', null,
      h('a', { href: `#/risks?risk=${encodeURIComponent(threat.risk)}` }, threat.title), pill(t(`severity.${threat.severity}`), threat.severity)))) : h('p', null, step.text)))),
  outside ? button(t('risks.paths.draw'), () => { app.nav.open('design'); setTimeout(() => { app.dock.open('paths'); store.highlight(path.places); }, 300); }, { icon: 'design' }) : null);
}

/** @param {HTMLElement} root @param {import('../app.js').App} app */
function mount(root, app) {
  const list = pathList(app);
  root.append(list);
  return () => list.stop();
}

export default { id: 'paths', mount };
