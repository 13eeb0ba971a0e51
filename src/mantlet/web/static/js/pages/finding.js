// @ts-check
// A finding of people, written down as a threat of the model.

import { dialog, field, h, select } from '../dom.js';
import { t } from '../words.js';
import { line, tick } from './common.js';

const STRIDE = ['spoofing', 'tampering', 'repudiation', 'information-disclosure', 'denial-of-service', 'elevation-of-privilege'];
const LINDDUN = ['L', 'I', 'Nr', 'D', 'DD', 'U', 'Nc'];

/**
 * Ask what was found; resolves to the entry of `threats`, or null.
 * @param {any} app @param {{title: string, text: string, suit: string, place: string}} card
 * @returns {Promise<{id: string, entry: any} | null>}
 */
export async function findingForm(app, card) {
  const values = { title: card.title, place: card.place, text: '', by: '' };
  /** @type {Set<string>} */
  const stride = new Set(STRIDE.filter((word) => card.suit.toLowerCase().replaceAll(' ', '-') === word));
  /** @type {Set<string>} */
  const linddun = new Set();
  const title = line({ value: values.title, required: true, autocomplete: 'off' }, (value) => (values.title = value));
  const ticks = (/** @type {string[]} */ all, /** @type {Set<string>} */ chosen, /** @type {string} */ name) => h('fieldset', { class: 'pg-ticks' }, h('legend', null, t(`finding.${name}`)),
    all.map((word) => tick(t(`finding.${name}.${word}`), chosen.has(word), (on) => void (on ? chosen.add(word) : chosen.delete(word)))));
  const body = h('div', null, field(t('finding.title'), title), field(t('finding.place'), select(placesOf(app, card.place), values.place, (value) => (values.place = value))),
    field(t('finding.text'), h('textarea', { rows: 3, oninput: (/** @type {any} */ event) => (values.text = event.target.value) }), t('finding.text.hint')), ticks(STRIDE, stride, 'stride'), ticks(LINDDUN, linddun, 'linddun'),
    field(t('finding.by'), line({ value: '', autocomplete: 'off' }, (value) => (values.by = value))));
  const answer = await dialog({ title: t('workshop.found'), wide: true, body, actions: [{ label: t('cancel') }, { label: t('finding.add'), primary: true, run: () => (title.reportValidity() ? 'add' : false) }] });
  if (answer !== 'add') return null;
  const entry = { title: values.title.trim(), at: [values.place], ...(values.text ? { text: values.text } : {}), ...(stride.size ? { stride: [...stride] } : {}), ...(linddun.size ? { linddun: [...linddun] } : {}), ...(values.by ? { found_by: values.by } : {}) };
  return { id: freshId(app, entry.title), entry };
}

/** @param {any} app @param {string} first */
function placesOf(app, first) {
  const ids = ['elements', 'flows', 'boundaries'].flatMap((section) => Object.keys(app.store.model[section] ?? {}));
  const all = [...new Set([first, ...ids, 'system'])];
  return all.map((id) => ({ value: id, label: app.store.titleOf(id) }));
}

/** An id of capitals that nothing else has. @param {any} app @param {string} title */
function freshId(app, title) {
  const word = title.normalize('NFD').toUpperCase().replaceAll(/[^A-Z0-9]+/g, '-').split('-').filter(Boolean).slice(0, 4).join('-').slice(0, 40) || 'FINDING';
  const base = `FOUND-${word}`;
  const taken = app.store.model.threats ?? {};
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? base : `${base}-${number}`;
    if (!(id in taken)) return id;
  }
}
