// @ts-check
/** The parts of an explanation that only show: head, places, what helps, evidence, references. */

import { button, h, icon, pill } from '../dom.js';
import { store } from '../store.js';
import { t } from '../words.js';
import { categoryTitle } from './filterbar.js';
import { editManual } from './manual.js';
import { capital, severity } from './marks.js';
import { light, placeName } from './places.js';

/** @param {string} name @param {string} title @param {...any} content */
export function section(name, title, ...content) {
  return h('section', { class: 'risk-section', 'data-part': name }, h('h3', null, title), ...content);
}

/**
 * @param {import('../app.js').App} app @param {any} told @param {any} before what was told before the last change
 * @param {any} rated the bands @param {(id: string) => void} other explains another threat of the risk
 */
export function header(app, told, before, rated, other) {
  return h(
    'header',
    { class: 'risk-detail-head' },
    h(
      'div',
      { class: 'risk-item-head' },
      told.rating ? severity(told.rating) : null,
      h('span', { class: `risk-mark risk-mark-${told.state}` }, t(`risks.state.${told.state}`)),
      told.new ? h('span', { class: 'risk-mark risk-mark-new' }, t('risks.new')) : null,
      h('span', { class: 'risk-was', role: 'status' }, changed(told, before)),
    ),
    h('h2', null, told.title),
    actions(app, told),
    places(told, other),
    told.note ? h('p', { class: 'risk-note' }, capital(told.note)) : null,
    told.rating ? rated : null,
  );
}

/** @param {import('../app.js').App} app @param {any} told */
function actions(app, told) {
  const manual = store.model.threats?.[told.type];
  const drawn = () => {
    app.nav.open('design');
    setTimeout(() => light(store.register.get(told.risk)), 300);
  };
  return h(
    'div',
    { class: 'risk-id' },
    h('code', null, told.id),
    manual && !store.readOnly
      ? button(t('risks.manual.edit'), () => editManual(app, told.type), { icon: 'rename', kind: 'quiet' })
      : null,
    app.nav.view === 'design' ? null : button(t('risks.show-drawn'), drawn, { icon: 'design', kind: 'quiet' }),
  );
}

/** How the last change of the model made it better or worse. @param {any} told @param {any} before @returns {string} */
function changed(told, before) {
  if (!before || before.id !== told.id) return '';
  if (before.state !== told.state) return t('risks.was', { what: t(`risks.state.${before.state}`).toLowerCase() });
  if (!before.rating || !told.rating) return '';
  if (before.rating.severity !== told.rating.severity)
    return t('risks.was', { what: t(`severity.${before.rating.severity}`) });
  return before.rating.worst === told.rating.worst
    ? ''
    : t('risks.was', { what: t('risks.up-to', { severity: t(`severity.${before.rating.worst}`) }) });
}

/** The threats of the risk, one chip per place; the one that is explained is pressed. @param {any} told @param {(id: string) => void} other */
function places(told, other) {
  if (told.siblings.length < 2) return h('div', { class: 'chips' }, chip(told.id.slice(told.id.indexOf('@') + 1)));
  return h(
    'div',
    { class: 'chips', role: 'group', 'aria-label': t('risks.places.label') },
    told.siblings.map((/** @type {any} */ item) =>
      h(
        'button',
        {
          type: 'button',
          class: `chip chip-${item.severity}`,
          'aria-pressed': String(item.id === told.id),
          onclick: () => {
            store.highlight([store.ownerOf(item.place)]);
            other(item.id);
          },
        },
        placeName(item.place),
      ),
    ),
  );
}

/** @param {string} place */
export const chip = (place) =>
  h('button', { type: 'button', class: 'chip', onclick: () => store.select([store.ownerOf(place)]) }, placeName(place));

/** What helps, with its effort and whether it is in place. @param {any} told @param {(control: string) => any} plan */
export function helpList(told, plan) {
  if (!told.controls.length) return null;
  const standing = (/** @type {any} */ place) =>
    pill(t(`risks.control.${place.status}`), place.status === 'planned' ? 'accent' : 'ok');
  return section(
    'helps',
    t('risks.helps'),
    h(
      'ul',
      { class: 'risk-controls' },
      told.controls.map((/** @type {any} */ item) =>
        h(
          'li',
          null,
          h(
            'div',
            { class: 'risk-control-head' },
            h('strong', null, item.title),
            pill(t(`risks.effort.${item.effort}`), `effort-${item.effort}`),
            item.in_place.map(standing),
          ),
          h('p', { class: 'muted' }, item.text),
          store.readOnly || !told.rating
            ? null
            : button(t('risks.why.plan'), () => plan(item.id), { kind: 'quiet', class: 'why-change' }),
        ),
      ),
    ),
  );
}

/** What scans say of it. @param {any} told */
export function evidenceList(told) {
  if (!told.evidence?.length) return null;
  return section(
    'evidence',
    t('risks.evidence'),
    h(
      'ul',
      { class: 'why' },
      told.evidence.map((/** @type {any} */ mark) =>
        h(
          'li',
          { class: 'why-item' },
          h('span', { class: 'why-sign' }, icon('evidence', 14)),
          h(
            'div',
            null,
            `${t(`risks.evidence.${mark.effect}`)}: ${mark.message || mark.rule}`,
            h('div', { class: 'why-source' }, [mark.tool, mark.rule, mark.where].filter(Boolean).join(' · ')),
            mark.fix ? h('div', { class: 'muted' }, mark.fix) : null,
          ),
        ),
      ),
    ),
  );
}

/** What other lists call it. @param {any} told */
export function references(told) {
  const own = Object.entries(told.categories)
    .filter(([, ids]) => ids.length)
    .map(([framework, ids]) => [
      h('dt', null, t(`risks.framework.${framework}`)),
      h('dd', null, ids.map((/** @type {string} */ id) => categoryTitle(framework, id)).join(', ')),
    ]);
  const others = told.refs
    .filter((/** @type {any} */ item) => item.framework !== 'linddun')
    .map((/** @type {any} */ item) => [
      h('dt', null, item.title),
      h(
        'dd',
        null,
        item.entries.map((/** @type {any} */ entry) =>
          h('div', null, h('code', null, entry.id), entry.title ? ` ${entry.title}` : ''),
        ),
      ),
    ]);
  return h(
    'details',
    { class: 'risk-section risk-refs', 'data-part': 'refs' },
    h('summary', null, h('h3', null, t('risks.references'))),
    h('dl', null, own.flat(), others.flat()),
  );
}
