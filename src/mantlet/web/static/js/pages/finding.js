// @ts-check
// What a table found with a card, in a few words; the card brings the categories and who would do it.

import { dialog, field, h, select } from '../dom.js';
import { t } from '../words.js';
import { line, nameOf } from './common.js';

/** @typedef {{title: string, fields: {text?: string, found_by?: string, at?: string[]}}} Finding */

/**
 * Ask what was found; resolves to the finding, or null.
 * @param {any} app @param {{title: string, question: string, place: string, place_name: string}} card
 * @returns {Promise<Finding | null>}
 */
export async function findingForm(app, card) {
  const values = { title: '', place: card.place, text: '', by: '' };
  const title = line(
    { value: '', required: true, autocomplete: 'off', placeholder: card.title },
    (value) => (values.title = value),
  );
  const body = h(
    'div',
    null,
    card.question ? h('p', { class: 'pg-question' }, card.question) : null,
    field(t('finding.title'), title, t('finding.title.hint')),
    field(
      t('finding.place'),
      select(placesOf(app, card), values.place, (value) => (values.place = value)),
    ),
    field(
      t('finding.text'),
      h('textarea', { rows: 3, oninput: (/** @type {any} */ event) => (values.text = event.target.value) }),
      t('finding.text.hint'),
    ),
    field(
      t('finding.by'),
      line({ value: '', autocomplete: 'off' }, (value) => (values.by = value)),
    ),
  );
  const answer = await dialog({
    title: t('workshop.found'),
    wide: true,
    body,
    actions: [
      { label: t('cancel') },
      { label: t('finding.add'), primary: true, run: () => (title.reportValidity() ? 'add' : false) },
    ],
  });
  if (answer !== 'add') return null;
  return {
    title: values.title.trim(),
    fields: {
      ...(values.text ? { text: values.text } : {}),
      ...(values.by ? { found_by: values.by } : {}),
      ...(values.place === card.place ? {} : { at: [values.place] }),
    },
  };
}

/** @param {any} app @param {{place: string, place_name: string}} card */
function placesOf(app, card) {
  const ids = ['elements', 'flows', 'boundaries'].flatMap((section) => Object.keys(app.store.model[section] ?? {}));
  const others = [...ids, 'system']
    .filter((id) => id !== card.place)
    .map((id) => ({ value: id, label: nameOf(app, id) }));
  return [{ value: card.place, label: card.place_name || nameOf(app, card.place) }, ...others];
}
