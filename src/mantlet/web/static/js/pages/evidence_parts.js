// @ts-check
// Evidence as it is read: how far the checks got, what contradicts the model, what it changed there, and where the model has holes.

import { h } from '../dom.js';
import { t } from '../words.js';
import { act, arrow, empty, place, risk, section, sheet, tag } from './common.js';

const CHECK_COLUMNS = [
  ['check', ''],
  ['tool', ''],
  ['state', ''],
  ['found', 'number'],
  ['looked', 'number'],
  ['notes', ''],
];
const STATES = /** @type {Record<string, string>} */ ({
  clean: 'ok',
  findings: 'warn',
  incomplete: 'warn',
  skipped: 'quiet',
});

/** @param {any} made */
export function cards(made) {
  const of = (/** @type {(state: string) => boolean} */ test) =>
    made.checks.filter((/** @type {any} */ item) => test(item.state)).length;
  const card = (/** @type {number} */ n, /** @type {string} */ key, kind = '') =>
    h('div', { class: `pg-card ${n ? kind : ''}` }, h('b', null, String(n)), h('span', null, t(key)));
  return h(
    'div',
    { class: 'pg-cards' },
    card(
      of((state) => state === 'clean'),
      'evidence.state.clean',
      'ok',
    ),
    card(
      of((state) => state === 'findings'),
      'evidence.state.findings',
      'warn',
    ),
    card(
      of((state) => state === 'incomplete'),
      'evidence.state.incomplete',
      'warn',
    ),
    card(
      of((state) => state === 'skipped'),
      'evidence.state.skipped',
    ),
    card(
      of((state) => state.includes('missing') || state === 'error' || state === 'failed'),
      'evidence.state.missing',
      'warn',
    ),
  );
}

/** Facts that evidence contradicts are told first. @param {any} app @param {any} made */
export function contradicted(app, made) {
  if (!made.contradicted.length) return null;
  return h(
    'section',
    { class: 'pg-warning' },
    h('h2', null, t('evidence.contradicted'), ' ', tag(String(made.contradicted.length))),
    h('p', null, t('evidence.contradicted.text')),
    h(
      'ul',
      { class: 'pg-list' },
      made.contradicted.map((/** @type {any} */ item) =>
        h(
          'li',
          null,
          place(app, item.place),
          h(
            'span',
            { class: 'pg-grow' },
            h('strong', null, item.fact.replaceAll('_', ' ')),
            ' ',
            h('del', null, item.claimed),
            arrow(),
            h('ins', null, item.verified),
            h('span', { class: 'pg-muted' }, ` ${item.by}`),
          ),
          act(
            t('evidence.correct'),
            () =>
              app.store.change(
                [
                  {
                    op: 'set',
                    path: [app.store.sectionOf(item.place), item.place, 'facts', item.fact],
                    value: item.verified,
                  },
                ],
                { label: t('evidence.correct.label', { what: item.fact }) },
              ),
            { title: t('evidence.correct.hint'), disabled: app.store.readOnly || !app.store.sectionOf(item.place) },
          ),
        ),
      ),
    ),
  );
}

/** @param {any} made */
export function checks(made) {
  const rows = made.checks.map((/** @type {any} */ item) =>
    h(
      'tr',
      null,
      h('th', { scope: 'row' }, item.check),
      h('td', null, item.tool, item.version ? h('span', { class: 'pg-muted' }, ` ${item.version}`) : null),
      h('td', null, tag(stateWord(item.state), STATES[item.state] ?? 'warn')),
      h('td', { class: 'number' }, String(item.findings)),
      h('td', { class: 'number' }, String(item.looked_at)),
      h('td', null, notes(item)),
    ),
  );
  return sheet(
    t('evidence.checks'),
    CHECK_COLUMNS.map(([word, kind]) => [t(`evidence.column.${word}`), kind]),
    rows,
  );
}

/** @param {string} state */
const stateWord = (state) =>
  ['clean', 'findings', 'incomplete', 'skipped'].includes(state) ? t(`evidence.state.${state}`) : state;

/** @param {any} item */
function notes(item) {
  const missed = item.not_looked_at ?? [];
  return [
    item.reason ? h('div', null, item.reason) : null,
    item.mend ? h('div', { class: 'pg-muted' }, `→ ${item.mend}`) : null,
    (item.notes ?? []).map((/** @type {string} */ note) => h('div', { class: 'pg-muted' }, note)),
    item.suppressed ? h('div', { class: 'pg-muted' }, t('evidence.silenced', { n: item.suppressed })) : null,
    missed.length
      ? h(
          'details',
          null,
          h('summary', null, t('evidence.not-looked', { n: missed.length })),
          h(
            'ul',
            { class: 'pg-list' },
            missed.map((/** @type {any} */ spot) =>
              h('li', null, h('code', null, spot.where), h('span', { class: 'pg-grow' }, spot.why)),
            ),
          ),
        )
      : null,
  ].flat();
}

/** What evidence did to the model. @param {any} app @param {any} made */
export function effects(app, made) {
  const part = (/** @type {string} */ name, /** @type {(app: any, item: any) => any} */ row) =>
    made[name].length
      ? section(
          t(`evidence.${name}`),
          h(
            'ul',
            { class: 'pg-list' },
            made[name].map((/** @type {any} */ item) => h('li', null, row(app, item))),
          ),
          { lead: t(`evidence.${name}.text`) },
        )
      : null;
  const parts = [
    part('moved', moved),
    part('confirmed', threat),
    part('weakened', threat),
    part('verified', verified),
  ].filter(Boolean);
  return parts.length ? parts : empty(t('evidence.nothing.title'), t('evidence.nothing.text'));
}

/** @param {any} app @param {any} item */
const moved = (app, item) => [
  h('span', { class: 'pg-grow' }, risk(app, item.id, item.title)),
  h('span', null, h('del', null, item.before), arrow(), h('ins', null, item.after)),
];

/** @param {any} _app @param {any} item */
const verified = (_app, item) => [h('strong', null, item.control), h('span', { class: 'pg-grow pg-muted' }, item.by)];

/** @param {any} app @param {any} item */
function threat(app, item) {
  const marks = item.evidence.map((/** @type {any} */ mark) =>
    h('span', { class: 'pg-muted' }, `${mark.tool} ${mark.rule} `, h('code', null, mark.where)),
  );
  return h('span', { class: 'pg-grow' }, risk(app, item.id, item.title), h('div', { class: 'pg-evidence' }, marks));
}

/** @param {any} app @param {any} made */
export function holesOf(app, made) {
  const list = (/** @type {any[]} */ items) =>
    h(
      'ul',
      { class: 'pg-list' },
      items.map((item) =>
        h(
          'li',
          null,
          h(
            'span',
            { class: 'pg-grow' },
            item.message,
            h('div', { class: 'pg-muted' }, `${item.tool} ${item.rule} · ${item.why} `, h('code', null, item.where)),
          ),
          item.elements
            ? item.elements.split(', ').map((/** @type {string} */ id) => place(app, id))
            : tag(t('evidence.nowhere'), 'warn'),
        ),
      ),
    );
  if (!made.not_modelled.length && !made.unmapped.length)
    return empty(t('evidence.no-holes.title'), t('evidence.no-holes.text'));
  return [
    made.not_modelled.length
      ? section(t('evidence.not-modelled'), list(made.not_modelled), { lead: t('evidence.not-modelled.text') })
      : null,
    made.unmapped.length
      ? section(t('evidence.unmapped'), list(made.unmapped), { lead: t('evidence.unmapped.text') })
      : null,
  ];
}
