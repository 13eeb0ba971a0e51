// @ts-check
/** Attack paths: how somebody outside gets to what matters, step by step; the chosen one is drawn on the diagram. */

import { button, clear, h, icon, pill } from '../dom.js';
import { store } from '../store.js';
import { t } from '../words.js';
import { nothing, short } from './marks.js';

class PathList {
  /** @param {import('../app.js').App} app */
  constructor(app) {
    this.app = app;
    /** @type {any[]} */
    this.paths = [];
    /** @type {string | null} */
    this.open = null;
    this.asked = 0;
    this.timer = 0;
    this.list = h('ol', { class: 'paths', onkeydown: (/** @type {KeyboardEvent} */ event) => walk(event, this.list) });
    this.node = h('div', { class: 'paths-box' }, h('p', { class: 'muted' }, t('risks.paths.lead')), this.list);
    this.off = store.on('register', () => {
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.read(), 150);
    });
    this.read();
  }

  stop() {
    this.asked += 1;
    clearTimeout(this.timer);
    this.off();
    if (this.open) store.highlight(null);
  }

  async read() {
    const mine = ++this.asked;
    try {
      const answer = await this.app.api.get('/paths');
      if (mine === this.asked) this.take(answer);
    } catch (error) {
      if (mine === this.asked) clear(this.list).append(h('li', null, /** @type {Error} */ (error).message));
    }
  }

  /** @param {any[]} paths */
  take(paths) {
    this.paths = paths;
    if (this.open && !paths.some((path) => path.id === this.open)) {
      this.open = null;
      store.highlight(null);
    }
    this.draw();
  }

  draw() {
    const kept = this.list.contains(document.activeElement)
      ? document.activeElement?.closest('li[data-path]')?.getAttribute('data-path')
      : null;
    clear(this.list).append(...this.paths.map((path) => this.item(path)));
    if (!this.paths.length)
      this.list.append(h('li', null, nothing(t('risks.paths.none.title'), t('risks.paths.none.text'))));
    if (kept) this.list.querySelector(`li[data-path="${CSS.escape(kept)}"] .path-open`)?.focus();
  }

  /** @param {any} path */
  item(path) {
    const mine = path.id === this.open;
    const likelihood = t('risks.paths.likelihood', {
      level: t(`risks.level.${path.likelihood_level}`),
      score: short(path.likelihood),
    });
    return h(
      'li',
      { class: `path${mine ? ' path-current' : ''}`, 'data-path': path.id },
      h(
        'button',
        { type: 'button', class: 'path-open', 'aria-expanded': String(mine), onclick: () => this.choose(path) },
        h(
          'span',
          { class: 'risk-item-head' },
          pill(t(`severity.${path.severity}`), path.severity),
          h('span', { class: 'muted' }, likelihood),
        ),
        h('span', { class: 'path-way' }, chain(path.elements)),
      ),
      mine ? steps(path, this.app) : null,
    );
  }

  /** Draw a path on the diagram, or no longer. @param {any} path */
  choose(path) {
    this.open = this.open === path.id ? null : path.id;
    store.highlight(this.open ? path.places : null);
    this.draw();
  }
}

/** @param {KeyboardEvent} event @param {HTMLElement} list */
function walk(event, list) {
  const items = /** @type {HTMLElement[]} */ ([...list.querySelectorAll('.path-open')]);
  const at = items.indexOf(/** @type {HTMLElement} */ (event.target));
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (at < 0 || next === undefined) return;
  event.preventDefault();
  items[Math.max(0, Math.min(items.length - 1, next))]?.focus();
}

/** @param {import('../app.js').App} app @returns {any} a node with `stop()` */
export function pathList(app) {
  const made = new PathList(app);
  made.node.stop = () => made.stop();
  return made.node;
}

/** @param {string[]} elements */
const chain = (elements) =>
  elements.flatMap((id, index) => [
    index ? h('span', { class: 'path-arrow' }, ' → ') : '',
    h('span', null, store.titleOf(id)),
  ]);

/** @param {any} path @param {import('../app.js').App} app */
function steps(path, app) {
  const outside = app.nav.view !== 'design';
  return h(
    'div',
    { class: 'path-steps' },
    h(
      'ol',
      null,
      path.steps.map((/** @type {any} */ step) =>
        h(
          'li',
          null,
          h(
            'button',
            {
              type: 'button',
              class: 'path-step',
              onclick: () => store.highlight([step.source, step.flow.replace(/\.returns$/, ''), step.target]),
            },
            icon('into', 14),
            h(
              'span',
              null,
              t('risks.paths.step', { source: store.titleOf(step.source), target: store.titleOf(step.target) }),
            ),
          ),
          h('div', { class: 'path-chance' }, t('risks.paths.chance', { score: short(step.likelihood) })),
          step.threats.length
            ? h(
                'ul',
                { class: 'path-threats', 'aria-label': t('risks.paths.opened') },
                step.threats.map((/** @type {any} */ threat) =>
                  h(
                    'li',
                    null,
                    h('a', { href: `#/risks?risk=${encodeURIComponent(threat.risk)}` }, threat.title),
                    pill(t(`severity.${threat.severity}`), threat.severity),
                  ),
                ),
              )
            : h('p', null, step.text),
        ),
      ),
    ),
    outside
      ? button(
          t('risks.paths.draw'),
          () => {
            app.nav.open('design');
            setTimeout(() => {
              app.dock.open('paths');
              store.highlight(path.places);
            }, 300);
          },
          { icon: 'design' },
        )
      : null,
  );
}

/** @param {HTMLElement} root @param {import('../app.js').App} app */
function mount(root, app) {
  const list = pathList(app);
  root.append(list);
  return () => list.stop();
}

export default { id: 'paths', mount };
