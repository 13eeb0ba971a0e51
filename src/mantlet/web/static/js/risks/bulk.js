// @ts-check
/** What is done with several risks at once. */

import { button, clear, dialog, h } from '../dom.js';
import { store } from '../store.js';
import { t } from '../words.js';
import { decisionForm } from './decide.js';

/**
 * The controls that help against the chosen risks, those against most of them first.
 * @param {any[]} told explanations @returns {any[]}
 */
export function shared(told) {
  /** @type {Map<string, {item: any, count: number}>} */
  const found = new Map();
  for (const one of told) {
    for (const item of one.controls) {
      const held = found.get(item.id) ?? { item, count: 0 };
      held.count += 1;
      found.set(item.id, held);
    }
  }
  return [...found.values()]
    .sort((a, b) => b.count - a.count || a.item.title.localeCompare(b.item.title))
    .map(({ item }) => item)
    .slice(0, 12);
}

/** One threat of each type tells what helps against all of its type. @param {string[]} ids @returns {string[]} */
export function oneOfEach(ids) {
  const types = new Map();
  for (const id of ids) if (!types.has(id.split('@')[0])) types.set(id.split('@')[0], id);
  return [...types.values()];
}

/** Decide several risks together. @param {import('../app.js').App} app @param {string[]} ids @returns {Promise<boolean>} whether it was done */
export async function decideMany(app, ids) {
  const told = await Promise.all(
    oneOfEach(ids)
      .slice(0, 30)
      .map((id) => app.api.get('/explain', { id }).catch(() => null)),
  );
  const form = decisionForm({ keys: ids, controls: shared(told.filter(Boolean)), bulk: true });
  const listed = h(
    'details',
    { class: 'bulk-list' },
    h('summary', null, t('risks.bulk.these', { n: ids.length })),
    h(
      'ul',
      null,
      ids.slice(0, 200).map((id) => h('li', null, store.register.get(id)?.title ?? id)),
    ),
  );
  const answer = await dialog({
    title: t('risks.bulk.title', { n: ids.length }),
    body: [listed, form],
    wide: true,
    actions: [
      { label: t('cancel') },
      { label: t('risks.decide.save'), primary: true, run: async () => ((await form.save()) ? 'written' : false) },
    ],
  });
  return answer === 'written';
}

/**
 * The bar that appears while risks are chosen.
 * @param {import('../app.js').App} app @param {{selected: Set<string>, redraw: () => void, all: () => void}} list
 */
export function bulkBar(app, { selected, redraw, all }) {
  const node = h('div', { class: 'bulk', role: 'region', 'aria-label': t('risks.bulk'), hidden: true });
  const count = h('span', { role: 'status' });
  node.update = () => {
    node.hidden = !selected.size;
    count.textContent = t('risks.selected', { n: selected.size });
    const decided = [...selected].filter((id) => store.register.get(id)?.decision);
    clear(node).append(
      count,
      button(
        t('risks.bulk.decide'),
        async () => {
          if (await decideMany(app, [...selected])) {
            selected.clear();
            redraw();
          }
        },
        { kind: 'primary', disabled: store.readOnly },
      ),
      button(
        t('risks.bulk.light'),
        () => {
          const places = [...selected].flatMap((id) => store.register.get(id)?.places.map(store.ownerOf) ?? []);
          app.nav.open('design');
          setTimeout(() => store.highlight(places), 300);
        },
        { icon: 'design' },
      ),
      decided.length && !store.readOnly
        ? button(t('risks.bulk.undecide', { n: decided.length }), () => takeBack(decided), {})
        : '',
      button(t('risks.bulk.all'), all, { kind: 'quiet' }),
      button(
        '',
        () => {
          selected.clear();
          redraw();
        },
        { kind: 'quiet', icon: 'close', title: t('risks.bulk.none') },
      ),
    );
  };
  return node;
}

/** @param {string[]} ids */
function takeBack(ids) {
  const keys = [...new Set(ids.map((id) => store.register.get(id)?.decision?.key).filter(Boolean))];
  return store.change(
    keys.map((key) => ({ op: /** @type {const} */ ('remove'), path: ['decisions', key] })),
    { label: t('risks.bulk.undecide', { n: keys.length }) },
  );
}
