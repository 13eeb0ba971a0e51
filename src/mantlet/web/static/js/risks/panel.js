// @ts-check
/** Threats beside the drawing: of what is selected or of all, live as one edits. */

import { button, clear, h } from '../dom.js';
import { store } from '../store.js';
import { t } from '../words.js';
import { current } from './current.js';
import { ranked } from './filters.js';
import { chosen, emptiness, filterbar, filters, narrow } from './filterbar.js';
import { editManual } from './manual.js';
import { marks, nothing, segments, severity } from './marks.js';
import { chip } from './parts.js';
import { isAt, light, placeName, widened } from './places.js';

const PAGE = 60;

class ThreatsPanel {
  /** @param {HTMLElement} root @param {import('../app.js').App} app */
  constructor(root, app) {
    this.app = app;
    this.shown = PAGE;
    this.frame = 0;
    this.bar = filterbar({ compact: true });
    this.scope = segments(
      t('risks.scope'),
      ['selection', 'all'].map((value) => ({ value, label: t(`risks.scope.${value}`) })),
      filters().scope,
      (value) => narrow({ scope: /** @type {'selection' | 'all'} */ (value) }),
    );
    this.told = h('div', { class: 'risk-told', role: 'status' });
    this.head = h('div', { class: 'risk-panel-head' });
    this.list = h('ul', {
      class: 'risk-list',
      'aria-label': t('panel.threats'),
      onkeydown: (/** @type {KeyboardEvent} */ event) => walk(event, this.list),
    });
    const add = button(t('risks.manual.add'), () => editManual(app, null, [...store.selection]), {
      icon: 'plus',
      kind: 'quiet',
      disabled: store.readOnly,
    });
    root.append(
      h(
        'div',
        { class: 'risk-panel' },
        this.bar,
        h('div', { class: 'risk-panel-line' }, this.scope, add),
        this.head,
        this.told,
        this.list,
      ),
    );
    this.off = [
      store.on('filters', () => {
        this.scope.choose(filters().scope);
        this.anew();
      }),
      store.on('selection', () => this.anew()),
      store.on('register', (delta) => {
        this.draw();
        tell(this.told, delta);
      }),
      store.on('model', () => {
        cancelAnimationFrame(this.frame);
        this.frame = requestAnimationFrame(() => this.draw());
      }),
      current.on((id) => {
        for (const item of this.list.children) mark(/** @type {HTMLElement} */ (item), id, app);
      }),
    ];
    this.draw();
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.off.forEach((stop) => stop());
    this.bar.stop();
  }

  /** Another choice begins at its top. */
  anew() {
    this.shown = PAGE;
    this.draw();
  }

  draw() {
    const selected = widened(store.selection);
    const following = filters().scope === 'selection' && selected.size > 0;
    const risks = ranked(chosen()).filter((risk) => !following || isAt(risk, selected));
    current.through(risks.map((risk) => risk.id));
    clear(this.head).append(
      h('strong', null, t('risks.count', { n: risks.length })),
      h('span', { class: 'muted' }, following ? t('risks.of', { what: nameOf(selected) }) : t('risks.of-all')),
    );
    const kept = this.focused;
    clear(this.list).append(...risks.slice(0, this.shown).map((risk) => row(risk, this.app)));
    if (risks.length > this.shown)
      this.list.append(
        h(
          'li',
          null,
          button(
            t('risks.more', { n: risks.length - this.shown }),
            () => {
              this.shown += 4 * PAGE;
              this.draw();
            },
            { kind: 'quiet' },
          ),
        ),
      );
    if (!risks.length) this.list.append(h('li', null, empty(following)));
    if (kept) this.list.querySelector(`[data-risk="${CSS.escape(kept)}"] .risk-item`)?.focus();
  }

  get focused() {
    return this.list.contains(document.activeElement)
      ? /** @type {HTMLElement} */ (document.activeElement).closest('li')?.dataset.risk
      : null;
  }
}

/** @param {Set<string>} ids */
function nameOf(ids) {
  const own = [...store.selection];
  return own.length === 1 ? placeName(own[0]) : t('risks.selected', { n: ids.size });
}

/** @param {any} risk @param {import('../app.js').App} app */
function row(risk, app) {
  const node = h(
    'li',
    { 'data-risk': risk.id, class: `risk-row risk-row-${risk.severity}` },
    h(
      'button',
      {
        type: 'button',
        class: 'risk-item',
        'aria-expanded': 'false',
        onclick: () => current.show(current.id === risk.id ? null : risk.id),
        ondblclick: () => open(risk.id, app),
        onfocus: () => {
          if (!current.id) light(risk);
        },
      },
      h('span', { class: 'risk-item-head' }, severity(risk), marks(risk)),
      h('span', { class: 'risk-item-title' }, risk.title),
      h(
        'span',
        { class: 'risk-item-where' },
        placeName(risk.element),
        risk.places.length > 1 ? ` · ${t('risks.places', { n: risk.places.length })}` : '',
      ),
    ),
  );
  mark(node, current.id, app);
  return node;
}

/** Open or close a row's preview. @param {HTMLElement} node @param {string | null} id @param {import('../app.js').App} app */
function mark(node, id, app) {
  const mine = node.dataset.risk !== undefined && node.dataset.risk === id;
  node.classList.toggle('risk-row-current', mine);
  node.querySelector('.risk-item')?.setAttribute('aria-expanded', String(mine));
  const preview = node.querySelector('.risk-preview');
  if (!mine) preview?.remove();
  else if (!preview && id) node.append(previewOf(id, app));
}

/** The first sentences and what one can do, under the row. @param {string} id @param {import('../app.js').App} app */
function previewOf(id, app) {
  const risk = store.register.get(id);
  const text = h('p', { class: 'risk-preview-text' }, '…');
  app.api
    .get('/explain', { id })
    .then((/** @type {any} */ told) => {
      text.textContent = firstOf(told.text) || told.title;
    })
    .catch((/** @type {Error} */ error) => {
      text.textContent = error.message;
    })
    .finally(() => {
      if (current.id === id) text.closest('li')?.scrollIntoView({ block: 'nearest' });
    });
  const places = risk ? risk.places.slice(0, 6).map(chip) : [];
  return h(
    'div',
    { class: 'risk-preview' },
    text,
    h('div', { class: 'chips' }, places),
    h(
      'div',
      { class: 'risk-preview-line' },
      button(t('risks.explain'), () => open(id, app), { kind: 'primary' }),
      button(t('risks.decide'), () => open(id, app, 'decide')),
      button(t('risks.rate'), () => open(id, app, 'rate')),
    ),
  );
}

/** The first two sentences. @param {string} text */
const firstOf = (text) => (text.match(/[^.!?]+[.!?]+(\s|$)/g) ?? [text]).slice(0, 2).join('').trim();

/** Show the whole explanation, at one of its parts. @param {string} id @param {import('../app.js').App} app @param {string} [part] */
export function open(id, app, part) {
  current.show(id);
  if (app.nav.view === 'design') app.dock.open('explain');
  else app.nav.open('risks', { risk: id, ...(part ? { part } : {}) });
  if (part) queueMicrotask(() => dispatchEvent(new CustomEvent('mantlet-part', { detail: part })));
}

/** Up and down the list, and to its ends. @param {KeyboardEvent} event @param {HTMLElement} list */
function walk(event, list) {
  const items = /** @type {HTMLElement[]} */ ([...list.querySelectorAll('.risk-item')]);
  const at = items.indexOf(/** @type {HTMLElement} */ (event.target));
  if (at < 0) return;
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  items[Math.max(0, Math.min(items.length - 1, next))]?.focus();
}

/** Say what the last edit did. @param {HTMLElement} node @param {any} delta */
function tell(node, delta) {
  if (delta.full) return;
  const gone = delta.gone?.length ?? 0;
  const changed = delta.risks?.length ?? 0;
  if (!gone && !changed) return;
  node.textContent = [
    changed ? t('risks.told.changed', { n: changed }) : '',
    gone ? t('risks.told.gone', { n: gone }) : '',
  ]
    .filter(Boolean)
    .join(', ');
  node.classList.remove('risk-told-now');
  requestAnimationFrame(() => node.classList.add('risk-told-now'));
}

/** @param {boolean} following */
function empty(following) {
  if (!following) return emptiness();
  return nothing(
    t('risks.none-here.title'),
    t('risks.none-here.text'),
    button(t('risks.show-all'), () => narrow({ scope: 'all' })),
  );
}

export default {
  id: 'threats',
  /** @param {HTMLElement} root @param {import('../app.js').App} app */
  mount(root, app) {
    const panel = new ThreatsPanel(root, app);
    return () => panel.stop();
  },
};
