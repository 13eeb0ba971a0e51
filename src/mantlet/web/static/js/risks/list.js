// @ts-check
/** The risks view: counts and matrix, the register or the attack paths, and the explanation beside it. */

import { button, clear, h } from '../dom.js';
import { store } from '../store.js';
import { t } from '../words.js';
import { bulkBar } from './bulk.js';
import { current } from './current.js';
import { detail } from './detail.js';
import { chosen, emptiness, filterbar, filters, narrow } from './filterbar.js';
import { fresh, ranked, SEVERITIES } from './filters.js';
import { editManual } from './manual.js';
import { segments } from './marks.js';
import { matrix } from './matrix.js';
import { notes } from './notes.js';
import { pathList } from './paths.js';
import { Register } from './register.js';

/** @typedef {import('../app.js').App} App */

class RisksView {
  /** @param {HTMLElement} root @param {App} app */
  constructor(root, app) {
    this.root = root;
    this.app = app;
    /** @type {Set<string>} */
    this.selected = new Set();
    this.tiles = h('div', { class: 'risk-tiles', role: 'group', 'aria-label': t('counts') });
    this.grid = matrix();
    this.bar = filterbar();
    this.notes = h('div', { class: 'risk-notes' });
    this.said = h('p', { class: 'risk-count', role: 'status' });
    this.beyond = h('span', null);
    this.register = new Register({
      selected: this.selected,
      open: (id) => this.show(id),
      changed: () => this.bulk.update(),
    });
    this.bulk = bulkBar(app, { selected: this.selected, redraw: () => this.draw(), all: () => this.register.all() });
    this.side = h('aside', { class: 'risk-side', 'aria-label': t('panel.explain') });
    this.lists = h('div', { class: 'risk-main' });
    this.frame = 0;
    /** @type {any} */
    this.shown = null;
    /** @type {any} */
    this.paths = null;
    root.append(h('div', { class: 'risks' }, h('div', { class: 'risks-left' }, this.head(), this.lists), this.side));
    const later = () => {
      cancelAnimationFrame(this.frame);
      this.frame = requestAnimationFrame(() => this.register.draw());
    };
    this.off = [
      store.on('register', () => this.draw()),
      store.on('filters', () => this.draw()),
      store.on('model', later),
      this.keys(),
    ];
    this.open(app.nav.params.tab ?? 'register');
    this.draw();
    if (app.nav.params.risk) current.show(app.nav.params.risk, { quiet: true });
    this.drawSide(app.nav.params.part);
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.off.forEach((stop) => stop());
    [this.shown, this.grid, this.bar, this.paths].forEach((part) => part?.stop());
  }

  head() {
    const tab = segments(
      t('view.risks'),
      ['register', 'paths'].map((value) => ({ value, label: t(`risks.tab.${value}`) })),
      this.app.nav.params.tab ?? 'register',
      (name) => this.open(name),
    );
    const add = button(t('risks.manual.add'), () => editManual(this.app, null), {
      icon: 'plus',
      disabled: store.readOnly,
    });
    return h(
      'div',
      { class: 'risks-head' },
      h(
        'div',
        { class: 'risks-title' },
        h('h1', null, t('view.risks')),
        h('div', { class: 'risks-actions' }, tab, add),
        this.tiles,
        this.notes,
      ),
      this.grid,
    );
  }

  keys() {
    const focusSearch = () => /** @type {HTMLElement | null} */ (this.root.querySelector('.risk-search'))?.focus();
    const decide = () => {
      if (this.selected.size) this.bulk.querySelector('button')?.click();
      else if (current.id) this.show(current.id, 'decide');
    };
    return this.app.keys.offer([
      { keys: ['/'], label: t('risks.keys.filter'), run: focusSearch },
      { keys: ['D'], label: t('risks.keys.decide'), run: decide },
      { keys: ['Escape'], label: t('risks.keys.close'), run: () => this.close() },
      { keys: ['J', 'Alt+ArrowDown'], label: t('risks.next'), run: () => this.move(1) },
      { keys: ['K', 'Alt+ArrowUp'], label: t('risks.previous'), run: () => this.move(-1) },
    ]);
  }

  /** @param {string} name of a tab */
  open(name) {
    this.paths?.stop();
    this.paths = name === 'paths' ? pathList(this.app) : null;
    if (this.paths) clear(this.lists).append(this.paths);
    else
      clear(this.lists).append(
        this.bar,
        this.bulk,
        h('div', { class: 'risk-count-line' }, this.said, this.beyond),
        this.register.node,
      );
  }

  draw() {
    const risks = ranked(chosen());
    for (const id of [...this.selected]) if (!store.register.has(id)) this.selected.delete(id);
    current.through(risks.map((risk) => risk.id));
    this.said.textContent = t('risks.shown', { n: risks.length, of: store.register.size });
    clear(this.beyond).append(toConfirm());
    this.register.update(risks, emptiness);
    this.drawTiles();
    clear(this.notes).append(...notes());
    this.bulk.update();
  }

  drawTiles() {
    clear(this.tiles).append(
      ...SEVERITIES.map((severity) => {
        const n = store.counts[severity] ?? 0;
        const only = filters().severities.length === 1 && filters().severities[0] === severity;
        return h(
          'button',
          {
            type: 'button',
            class: `risk-tile ${n ? `risk-tile-${severity}` : 'risk-tile-zero'}`,
            'aria-pressed': String(only),
            onclick: () => narrow({ severities: only ? [] : [severity] }),
          },
          h('b', null, String(n)),
          h('span', null, t(`severity.${severity}`)),
        );
      }),
    );
  }

  /** Explain a risk beside the register, or none. @param {string | null} id @param {string} [part] */
  show(id, part = '') {
    current.show(id, { quiet: true });
    this.drawSide(part);
    keepPlace(this.app, id);
  }

  /** @returns {boolean} whether there was something to close */
  close() {
    const { id } = current;
    if (!id) return false;
    this.show(null);
    this.register.focus(id);
    return true;
  }

  /** @param {number} by */
  move(by) {
    const next = current.beside(by);
    if (next) this.show(next);
  }

  /** @param {string} [part] */
  drawSide(part = '') {
    this.shown?.stop();
    this.shown = current.id ? detail(current.id, this.app, { part }) : null;
    this.side.hidden = !current.id;
    this.root.firstElementChild?.classList.toggle('risks-open', Boolean(current.id));
    this.register.mark(current.id);
    if (!this.shown) return;
    const step = (/** @type {number} */ by, /** @type {string} */ title, /** @type {string} */ name = '') =>
      button('', () => this.move(by), {
        icon: 'chevron',
        title,
        kind: 'quiet',
        class: name,
        disabled: !current.beside(by),
      });
    clear(this.side).append(
      h(
        'div',
        { class: 'risk-bar' },
        h('span', { class: 'muted' }, current.position.at ? t('risks.position', current.position) : ''),
        step(-1, t('risks.previous'), 'risk-previous'),
        step(1, t('risks.next')),
        button('', () => this.close(), { icon: 'close', title: t('close'), kind: 'quiet' }),
      ),
      this.shown,
    );
  }
}

/** What the address asks for. @param {Record<string, string>} params */
function takeParams(params) {
  /** @type {Record<string, any>} */
  const wanted = {};
  if (params.severity) wanted.severities = params.severity.split(',').filter((item) => SEVERITIES.includes(item));
  if (params.element || params.place) wanted.element = params.element ?? params.place;
  if (params.framework) Object.assign(wanted, { framework: params.framework, category: params.category ?? '' });
  if (Object.keys(wanted).length) narrow({ ...fresh(), ...wanted });
}

/** Keep the risk in the address without opening the view anew. @param {App} app @param {string | null} id */
function keepPlace(app, id) {
  app.nav.params = id ? { risk: id } : {};
  const query = new URLSearchParams(app.nav.params).toString();
  window.history.replaceState(null, '', `#/risks${query ? `?${query}` : ''}`);
}

/** What is not known to exist is out of sight at first, and told. */
function toConfirm() {
  const now = filters().statuses;
  if (!now.length || now.includes('to-confirm')) return '';
  const n = chosen({ statuses: ['to-confirm'] }).length;
  return n
    ? button(t('risks.to-confirm', { n }), () => narrow({ statuses: [...now, 'to-confirm'] }), {
        kind: 'quiet',
        class: 'why-change',
      })
    : '';
}

export default {
  id: 'risks',
  /** @param {HTMLElement} root @param {App} app */
  mount(root, app) {
    takeParams(app.nav.params);
    const view = new RisksView(root, app);
    return () => view.stop();
  },
};
