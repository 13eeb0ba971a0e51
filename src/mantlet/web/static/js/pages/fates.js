// @ts-check
// What became of things on their way between tools: lost first, then guessed, then kept aside.

import { h } from '../dom.js';
import { t } from '../words.js';
import { tag } from './common.js';

const ORDER = ['lost', 'guessed', 'kept'];
const SHOWN = 8;

/** @param {{fate: string, what: string, names: string[]}[]} notes */
export function fates(notes) {
  if (!notes.length) return h('p', { class: 'pg-note ok' }, t('files.all-kept'));
  return h(
    'div',
    { class: 'pg-fates' },
    ORDER.map((fate) => {
      const items = notes.filter((note) => note.fate === fate);
      if (!items.length) return null;
      return h(
        'section',
        { class: `pg-fate ${fate}` },
        h('h3', null, t(`files.fate.${fate}`), ' ', h('span', { class: 'pg-tab-count' }, String(items.length))),
        h('p', { class: 'pg-muted' }, t(`files.fate.${fate}.text`)),
        h(
          'ul',
          null,
          items.map((item) =>
            h('li', null, h('strong', null, item.what), item.names.length ? names(item.names) : null),
          ),
        ),
      );
    }),
  );
}

/** @param {string[]} list */
function names(list) {
  const shown = list.slice(0, SHOWN).map((name) => tag(name));
  if (list.length <= SHOWN) return h('div', { class: 'pg-names' }, shown);
  const more = h(
    'button',
    {
      type: 'button',
      class: 'btn-link',
      onclick: () => more.replaceWith(...list.slice(SHOWN).map((name) => tag(name))),
    },
    t('page.more', { n: list.length - SHOWN }),
  );
  return h('div', { class: 'pg-names' }, shown, more);
}
