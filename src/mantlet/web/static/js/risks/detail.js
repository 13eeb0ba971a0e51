// @ts-check
/** All about one risk: why it is there, how it is rated, what helps, what was decided. It follows the model as that changes. */

import { button, clear, h, icon, pill } from '../dom.js';
import { store } from '../store.js';
import { t } from '../words.js';
import { answerControl } from './answer.js';
import { bands } from './band.js';
import { decisionCard, decisionForm } from './decide.js';
import { categoryTitle } from './filterbar.js';
import { editManual } from './manual.js';
import { capital, nothing, severity } from './marks.js';
import { rateForm } from './rate.js';
import { light, placeName } from './places.js';
import { ruleList } from './why.js';

/**
 * @param {string} id `TYPE@place` @param {import('../app.js').App} app @param {{part?: string}} [options]
 * @returns {any} a node with `stop()`
 */
export function detail(id, app, { part } = {}) {
  const node = h('article', { class: 'risk-detail', 'aria-busy': 'true', 'aria-label': t('risks.explain.label', { id }) });
  const rated = bands();
  /** @type {any} */
  let told = null;
  let asked = 0;
  let threat = id;
  /** what is open by hand, kept when the model changes @type {Set<string>} */
  const open = new Set(part ? [part] : []);
  /** @type {Map<string, HTMLElement>} */
  const forms = new Map();
  /** @type {string[]} */
  let wished = [];

  async function read() {
    const mine = ++asked;
    try {
      const answer = await app.api.get('/explain', { id: threat });
      if (mine === asked) { const before = told; told = answer; draw(before); }
    } catch (error) {
      if (mine === asked) gone(/** @type {any} */ (error));
    }
  }
  function gone(/** @type {any} */ error) {
    node.setAttribute('aria-busy', 'false');
    told = null;
    clear(node).append(nothing(t('risks.gone.title'), error.status === 0 ? error.message : t('risks.gone.text', { id: threat })));
  }
  function draw(/** @type {any} */ before) {
    node.setAttribute('aria-busy', 'false');
    const kept = keep(node);
    clear(node).append(...[header(told, before, rated, (place) => { threat = place; forms.clear(); read(); }), h('p', { class: 'risk-text' }, told.text), why(), rating(), helps(), decision(), found(), references(told)].flat().filter(Boolean));
    if (told.rating) {
      void rated.offsetWidth;  // so that the bands move from where they were
      rated.update(told.rating);
      if (before?.rating && narrower(before.rating, told.rating)) flash(rated);
    }
    back(node, kept);
  }

  function why() {
    return [section('why', t('risks.why'), ...ruleList('applies', told.applies, plan), told.applies.conditions.length ? null : h('p', { class: 'muted' }, t('risks.why.manual'))),
      told.mitigated.conditions.length ? section('prevent', t(told.state === 'mitigated' ? 'risks.prevented' : 'risks.prevents'), ...ruleList('mitigated', told.mitigated, plan)) : null].filter(Boolean);
  }
  function plan(/** @type {string} */ control) {
    wished = [control];
    forms.delete('decide');
    open.add('decide');
    draw(told);
    node.querySelector('[data-part="decide"]')?.scrollIntoView({ block: 'nearest' });
    /** @type {HTMLElement | null} */ (node.querySelector('[data-part="decide"] input, [data-part="decide"] select'))?.focus();
  }
  function rating() {
    if (!told.rating) return null;
    return section('rate', t('risks.rating'), h('p', { class: 'muted' }, t('risks.rating.agent', { agent: told.rating.agent, harm: t(`risks.harm.${told.rating.harm}`) })),
      narrow(),
      fold('rate', t('risks.rate'), () => rateForm(told, app, () => forms.delete('rate'))));
  }
  /** The questions whose answers would narrow the band. */
  function narrow() {
    if (!told.narrow?.length || store.readOnly) return null;
    const [first, ...rest] = told.narrow.map((/** @type {any} */ item) => h('li', { class: 'why-ask' }, h('p', { class: 'why-question' }, item.text),
      h('p', { class: 'why-because' }, [t('risks.narrow.factor', { factor: item.factor.toLowerCase() }), item.why].filter(Boolean).join(' ')), answerControl(item)));
    return h('div', { class: 'narrow' }, h('h4', null, t('risks.narrow')), h('ul', { class: 'why' }, first),
      rest.length ? h('details', { class: 'why-rest' }, h('summary', null, t('risks.narrow.more', { n: rest.length })), h('ul', { class: 'why' }, rest)) : null);
  }
  function helps() {
    if (!told.controls.length) return null;
    return section('helps', t('risks.helps'), h('ul', { class: 'risk-controls' }, told.controls.map((/** @type {any} */ item) => h('li', null,
      h('div', { class: 'risk-control-head' }, h('strong', null, item.title), pill(t(`risks.effort.${item.effort}`), `effort-${item.effort}`),
        item.in_place.map((/** @type {any} */ place) => pill(t(`risks.control.${place.status}`), place.status === 'planned' ? 'accent' : 'ok'))),
      h('p', { class: 'muted' }, item.text),
      store.readOnly || !told.rating ? null : button(t('risks.why.plan'), () => plan(item.id), { kind: 'quiet', class: 'why-change' })))));
  }
  function decision() {
    if (!told.rating || told.state === 'mitigated' && !told.decision) return null;
    const label = told.decision ? t('risks.decision.change') : t('risks.decide');
    return section('decide', t('risks.decision'), told.decision ? decisionCard(told.decision, app) : h('p', { class: 'muted' }, t('risks.decision.none')),
      store.readOnly ? null : fold('decide', label, () => decisionForm(app, { keys: [told.risk], told, wished, done: () => { close('decide'); wished = []; } })));
  }
  function found() {
    if (!told.evidence?.length) return null;
    return section('evidence', t('risks.evidence'), h('ul', { class: 'why' }, told.evidence.map((/** @type {any} */ mark) => h('li', { class: 'why-item' },
      h('span', { class: 'why-sign' }, icon('evidence', 14)), h('div', null, `${capital(mark.effect ?? '')}: ${mark.message ?? mark.what ?? mark.rule ?? ''}`,
        h('div', { class: 'why-source' }, [mark.tool, mark.where, mark.on].filter(Boolean).join(' · ')))))));
  }
  /**
   * A form behind a button; while it is open it stays as it is, with what was typed, however the model changes.
   * @param {string} name @param {string} label @param {() => any} make
   */
  function fold(name, label, make) {
    const box = h('div', { class: 'risk-fold', hidden: !open.has(name) });
    const press = button(label, () => {
      if (open.has(name)) close(name); else open.add(name);
      show();
      if (open.has(name)) /** @type {HTMLElement | null} */ (box.querySelector('input, select, textarea, button'))?.focus();
    }, { class: 'risk-fold-open' });
    const show = () => {
      box.hidden = !open.has(name);
      press.setAttribute('aria-expanded', String(open.has(name)));
      if (!open.has(name) || box.childElementCount) return;
      const form = forms.get(name) ?? make();
      forms.set(name, form);
      box.append(form);
    };
    show();
    return [press, box];
  }
  function close(/** @type {string} */ name) {
    open.delete(name);
    forms.delete(name);
  }
  /** What a part of the page is told from outside to open. @param {any} event */
  const told_part = (event) => { open.add(event.detail); if (told) { draw(told); node.querySelector(`[data-part="${event.detail}"]`)?.scrollIntoView({ block: 'start' }); } };
  addEventListener('mantlet-part', told_part);
  const off = [store.on('register', () => read())];
  node.stop = () => { asked += 1; off.forEach((stop) => stop()); removeEventListener('mantlet-part', told_part); };
  clear(node).append(h('p', { class: 'muted' }, '…'));
  read();
  return node;

  /** @param {string} name @param {string} title @param {...any} content */
  function section(name, title, ...content) {
    return h('section', { class: 'risk-section', 'data-part': name }, h('h3', null, title), ...content);
  }
  /** @param {any} told @param {any} before what was told before the last change @param {any} rated @param {(place: string) => void} other */
  function header(told, before, rated, other) {
    const manual = store.model.threats?.[told.type];
    return h('header', { class: 'risk-detail-head' },
      h('div', { class: 'risk-item-head' }, told.rating ? severity(told.rating) : null, h('span', { class: `risk-mark risk-mark-${told.state}` }, t(`risks.state.${told.state}`)), told.new ? h('span', { class: 'risk-mark risk-mark-new' }, t('risks.new')) : null, h('span', { class: 'risk-was', role: 'status' }, changed(told, before))),
      h('h2', null, told.title),
      h('div', { class: 'risk-id' }, h('code', null, told.id),
        manual && !store.readOnly ? button(t('risks.manual.edit'), () => editManual(app, told.type), { icon: 'rename', kind: 'quiet' }) : null,
        app.nav.view === 'design' ? null : button(t('risks.show-drawn'), () => { app.nav.open('design'); setTimeout(() => light(store.register.get(told.risk)), 300); }, { icon: 'design', kind: 'quiet' })),
      placesOf(told, other), told.note ? h('p', { class: 'risk-note' }, capital(told.note)) : null, told.rating ? rated : null);
  }
}

/** How the last change of the model made it better or worse. @param {any} told @param {any} before @returns {string} */
function changed(told, before) {
  if (!before || before.id !== told.id) return '';
  if (before.state !== told.state) return t('risks.was', { what: t(`risks.state.${before.state}`).toLowerCase() });
  const [was, is] = [before.rating?.severity, told.rating?.severity];
  if (was !== is && was) return t('risks.was', { what: t(`severity.${was}`) });
  return before.rating && told.rating && before.rating.worst !== told.rating.worst ? t('risks.was', { what: t('risks.up-to', { severity: t(`severity.${before.rating.worst}`) }) }) : '';
}

/** The threats of the risk, one chip per place; the one that is explained is pressed. @param {any} told @param {(place: string) => void} other */
function placesOf(told, other) {
  if (told.siblings.length < 2) return h('div', { class: 'chips' }, chip(told.id.slice(told.id.indexOf('@') + 1)));
  return h('div', { class: 'chips', role: 'group', 'aria-label': t('risks.places.label') }, told.siblings.map((/** @type {any} */ item) => h('button', {
    type: 'button', class: `chip chip-${item.severity}`, 'aria-pressed': String(item.id === told.id),
    onclick: () => { store.highlight([store.ownerOf(item.place)]); other(item.id); } }, placeName(item.place))));
}

/** @param {string} place */
const chip = (place) => h('button', { type: 'button', class: 'chip', onclick: () => store.select([store.ownerOf(place)]) }, placeName(place));

/** @param {any} told */
function references(told) {
  const names = { stride: told.categories.stride, cia: told.categories.cia, linddun: told.categories.linddun, trim: told.categories.trim };
  const own = Object.entries(names).filter(([, ids]) => ids.length).map(([framework, ids]) => [h('dt', null, t(`risks.framework.${framework}`)),
    h('dd', null, ids.map((/** @type {string} */ id) => categoryTitle(framework, id)).join(', '))]);
  const others = told.refs.filter((/** @type {any} */ item) => item.framework !== 'linddun').map((/** @type {any} */ item) => [h('dt', null, item.title),
    h('dd', null, item.entries.map((/** @type {any} */ entry) => h('div', null, h('code', null, entry.id), entry.title ? ` ${entry.title}` : '')))]);
  return h('details', { class: 'risk-section risk-refs', 'data-part': 'refs' }, h('summary', null, h('h3', null, t('risks.references'))), h('dl', null, own.flat(), others.flat()));
}

/** @param {any} before @param {any} now */
function narrower(before, now) {
  const width = (/** @type {any} */ rating) => rating.likelihood_band[1] - rating.likelihood_band[0] + rating.impact_band[1] - rating.impact_band[0];
  return width(now) < width(before) - 0.001;
}

/** @param {HTMLElement} node */
function flash(node) {
  node.classList.remove('bands-narrowed');
  requestAnimationFrame(() => node.classList.add('bands-narrowed'));
}

/** What people have open and where the keyboard is, before everything is drawn again. @param {HTMLElement} node */
function keep(node) {
  const opened = [...node.querySelectorAll('details')].map((item) => item.open);
  const at = /** @type {HTMLElement | null} */ (document.activeElement);
  const focusable = [...node.querySelectorAll('button, input, select, textarea, summary')];
  const words = at && node.contains(at) ? { index: focusable.indexOf(at), text: at.textContent } : null;
  return { opened, words };
}

/** @param {HTMLElement} node @param {{opened: boolean[], words: {index: number, text: string | null} | null}} kept */
function back(node, kept) {
  [...node.querySelectorAll('details')].forEach((item, index) => { item.open = kept.opened[index] ?? item.open; });
  if (!kept.words) return;
  const focusable = /** @type {HTMLElement[]} */ ([...node.querySelectorAll('button, input, select, textarea, summary')]);
  const same = focusable[kept.words.index];
  (same?.textContent === kept.words.text ? same : focusable[Math.max(0, Math.min(kept.words.index, focusable.length - 1))])?.focus({ preventScroll: true });
}
