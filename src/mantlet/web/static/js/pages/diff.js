// @ts-check
// The model as it is against any state that git knows: the drawing coloured, then system, threats and decisions.

import { field, h } from '../dom.js';
import { t } from '../words.js';
import { act, empty, load, put, section } from './common.js';
import { standing, whole } from './difference.js';
import { picture } from './picture.js';

/** Kept while the page is not shown. */
const asked = { against: '' };

/** @param {HTMLElement} panel @param {any} app */
export function compare(panel, app) {
  if (app.nav.params.against) asked.against = app.nav.params.against;
  const result = h('div', { class: 'pg-result', 'aria-live': 'polite' });
  put(panel, h('p', { class: 'pg-wait' }, t('page.wait')));
  const show = () => {
    if (asked.against)
      void load(
        result,
        () => differing(app, found),
        (made) => draw(app, made),
      );
    else put(result, empty(t('diff.empty.title'), t('diff.empty.text')));
  };
  /** @type {any} */
  let found = null;
  void load(
    panel,
    () => app.api.get('/revisions'),
    (answer) => {
      found = answer;
      if (!found.git) return empty(t('diff.no-git.title'), t('diff.no-git.text'));
      first = !asked.against;
      if (first) asked.against = found.commits[0]?.commit ?? '';
      show();
      return [chooser(found, show), result];
    },
  );
}

/** Whether nobody has chosen a revision yet. */
let first = false;

/** What differs; where nobody chose a revision, from the newest one that differs. @param {any} app @param {any} found */
async function differing(app, found) {
  for (const commit of first ? found.commits.slice(0, 3) : []) {
    const made = await app.api.get('/diff', { against: commit.commit });
    if (made.empty) continue;
    asked.against = commit.commit;
    const list = document.querySelector('.pg-filters select');
    if (list instanceof HTMLSelectElement) list.value = asked.against;
    first = false;
    return made;
  }
  first = false;
  return app.api.get('/diff', { against: asked.against });
}

/** Branches, tags, commits, or a revision that is typed. @param {any} found @param {() => void} show */
function chooser(found, show) {
  const groups = [
    [
      'diff.commits',
      found.commits.map((/** @type {any} */ item) => [
        item.commit,
        `${item.on} · ${item.subject} (${item.commit.slice(0, 7)})`,
      ]),
    ],
    ['diff.branches', found.branches.map((/** @type {any} */ item) => [item.name, item.name])],
    ['diff.tags', found.tags.map((/** @type {any} */ item) => [item.name, item.name])],
  ];
  const known = groups.some(([, items]) => items.some((/** @type {string[]} */ [value]) => value === asked.against));
  const list = h(
    'select',
    {
      onchange: () => {
        asked.against = list.value;
        typed.value = '';
        show();
      },
    },
    known ? null : h('option', { value: asked.against }, asked.against),
    groups.map(([label, items]) =>
      items.length
        ? h(
            'optgroup',
            { label: t(label) },
            items.map((/** @type {string[]} */ [value, text]) => h('option', { value }, text)),
          )
        : null,
    ),
  );
  list.value = asked.against;
  const typed = h('input', {
    type: 'text',
    placeholder: 'HEAD~3, v1.2, main',
    spellcheck: 'false',
    autocomplete: 'off',
  });
  const form = h(
    'form',
    {
      class: 'pg-row end',
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        if (!typed.value.trim()) return;
        asked.against = typed.value.trim();
        show();
      },
    },
    field(t('diff.against'), list),
    field(t('diff.typed'), typed),
    h('button', { type: 'submit', class: 'btn' }, t('diff.go')),
  );
  return h('div', { class: 'pg-filters' }, form);
}

/** @param {any} app @param {any} made */
function draw(app, made) {
  if (made.empty) return empty(t('diff.same.title'), t('diff.same.text'));
  return [
    h(
      'div',
      { class: 'pg-headline' },
      standing(made),
      act(
        t('diff.open-page'),
        () =>
          window.open(
            app.api.url('/diff/diagram', { against: asked.against, theme: app.theme.shown() }),
            '_blank',
            'noopener',
          ),
        { icon: 'eye' },
      ),
    ),
    drawing(app),
    ...whole(app, made),
  ];
}

/** The drawing of both states, which can be enlarged and moved. @param {any} app */
function drawing(app) {
  const source = () => app.api.url('/diff/diagram', { against: asked.against, theme: app.theme.shown() });
  const key = ['added', 'changed', 'removed'].map((word) =>
    h('li', null, h('i', { class: `swatch ${word}` }), t(`diff.mark.${word}`)),
  );
  return section(t('diff.drawing'), [h('ul', { class: 'pg-legend' }, key), picture(source, t('diff.drawing.alt'))]);
}
