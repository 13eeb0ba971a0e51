// @ts-check
/** What can be said about several selected things at once. */

import { button, field, h, select } from './dom.js';
import { did, put } from './edits.js';
import { store } from './store.js';
import { t } from './words.js';

/** @param {string[]} ids @returns {HTMLElement[]} */
export function many(ids) {
  const elements = ids.filter((id) => store.sectionOf(id) === 'elements');
  const parties = Object.entries(/** @type {Record<string, any>} */ (store.model.parties ?? {})).map(
    ([name, party]) => ({ value: name, label: party.name || name }),
  );
  return [
    h('h2', null, t('many', { n: ids.length })),
    h(
      'div',
      { class: 'chips' },
      ids
        .slice(0, 40)
        .map((id) =>
          h('button', { type: 'button', class: 'chip', onclick: () => store.select([id]) }, store.titleOf(id)),
        ),
    ),
    ...(elements.length > 1
      ? [
          field(
            t('many.operator', { n: elements.length }),
            select(
              [{ value: '', label: t('unchanged') }, { value: 'us', label: t('party.us') }, ...parties],
              '',
              (value) => {
                if (value)
                  store.change(
                    elements.map((id) => put(['elements', id, 'operated_by'], value === 'us' ? '' : value)),
                    { label: did('change', elements) },
                  );
              },
              { disabled: store.readOnly },
            ),
          ),
          bulkFact(elements),
        ]
      : []),
  ];
}

/** @param {string[]} ids */
function bulkFact(ids) {
  const facts = Object.values(/** @type {Record<string, any>} */ (store.vocabulary.facts)).filter(
    (fact) =>
      !fact.derived && fact.at.includes('element') && Array.isArray(fact.values) && fact.values.join() === 'yes,no',
  );
  let value = 'yes';
  const which = select(
    [{ value: '', label: t('many.fact.pick') }, ...facts.map((fact) => ({ value: fact.id, label: fact.title }))],
    '',
    () => {},
  );
  const answer = select(
    ['yes', 'no', 'n/a', ''].map((item) => ({ value: item, label: t(`value.${item || 'unknown'}`) })),
    value,
    (next) => {
      value = next;
    },
  );
  answer.setAttribute('aria-label', t('many.value'));
  return h(
    'div',
    null,
    field(t('many.fact', { n: ids.length }), which),
    h(
      'div',
      { class: 'row' },
      answer,
      button(
        t('many.set'),
        () => {
          if (which.value)
            store.change(
              ids.map((id) => put(['elements', id, 'facts', which.value], value)),
              { label: did('change', ids) },
            );
        },
        { kind: 'primary', disabled: store.readOnly },
      ),
    ),
  );
}
