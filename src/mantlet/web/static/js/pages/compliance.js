// @ts-check
// What a law asks, article by article: what is open, answered and still to be asked, and the records that it wants.

import { h, select } from '../dom.js';
import { t } from '../words.js';
import { empty, line, load, long, put, risk, section, severity, sheet, tag } from './common.js';

/** Laws that a report can be about. */
export const LAWS = ['gdpr', 'ai-act'];
const KINDS = /** @type {Record<string, string>} */ ({
  open: 'open',
  'in treatment': 'accent',
  'to answer': 'warn',
  answered: 'ok',
  'not here': 'quiet',
});
/** Kept while the page is not shown. */
const asked = { law: 'gdpr', state: '', text: '' };

/** @param {HTMLElement} panel @param {any} app */
export function compliance(panel, app) {
  const result = h('div', { class: 'pg-result' });
  const show = () =>
    load(
      result,
      () => app.api.get('/report', { format: 'json', compliance: asked.law }),
      (made) => drawn(app, made),
    );
  put(panel, [
    h(
      'div',
      { class: 'pg-filters' },
      select(
        LAWS.map((id) => ({ value: id, label: t(`report.rules.${id}`) })),
        asked.law,
        (value) => {
          asked.law = value;
          void show();
        },
        { 'aria-label': t('report.rules') },
      ),
      h('p', { class: 'pg-muted pg-grow' }, t('report.compliance.lead')),
    ),
    result,
  ]);
  void show();
}

/** @param {any} app @param {any} made */
function drawn(app, made) {
  const view = made.compliance;
  const list = h('div', null);
  const show = () => put(list, articles(app, view.articles));
  show();
  const states = Object.entries(made.counts).map(([state, n]) =>
    h(
      'div',
      { class: `pg-card ${state === 'open' && n ? 'warn' : ''}` },
      h('b', null, String(n)),
      h('span', null, t(`report.state.${state}`)),
    ),
  );
  return [
    h('p', null, h('strong', null, view.name), h('span', { class: 'pg-muted' }, ` ${view.version}`)),
    h('div', { class: 'pg-cards' }, states),
    h(
      'ul',
      { class: 'pg-plain' },
      made.verdict.map((/** @type {string} */ text) => h('li', null, text)),
    ),
    ...(view.warnings ?? []).map((/** @type {string} */ text) => h('p', { class: 'pg-note' }, text)),
    section(t('report.articles'), [filters(made.counts, show), list]),
    view.impact ? impact(view.impact) : null,
    record(view.record ?? []),
  ];
}

/** @param {Record<string, number>} counts @param {() => void} show */
function filters(counts, show) {
  const states = [
    { value: '', label: t('report.any-state') },
    ...Object.keys(counts).map((state) => ({ value: state, label: t(`report.state.${state}`) })),
  ];
  return h(
    'div',
    { class: 'pg-filters' },
    line(
      { type: 'search', value: asked.text, placeholder: t('page.filter'), 'aria-label': t('page.filter') },
      (value) => {
        asked.text = value;
        show();
      },
    ),
    select(
      states,
      asked.state,
      (value) => {
        asked.state = value;
        show();
      },
      { 'aria-label': t('report.any-state') },
    ),
  );
}

/** @param {any} app @param {any[]} all */
function articles(app, all) {
  const shown = all.filter(
    (item) =>
      (!asked.state || item.state === asked.state) &&
      `${item.id} ${item.title} ${item.asks}`.toLowerCase().includes(asked.text.toLowerCase()),
  );
  if (!shown.length) return empty(t('report.no-article.title'), t('report.no-article.text'));
  return shown.map((item) => article(app, item));
}

/** An article, whose content is made when it is opened first. @param {any} app @param {any} item */
function article(app, item) {
  const content = h('div', null);
  const fill = () => {
    if (!content.childNodes.length) put(content, inside(app, item));
  };
  return h(
    'details',
    { class: 'pg-fold', ontoggle: fill },
    h(
      'summary',
      null,
      h('span', { class: 'pg-grow' }, h('strong', null, item.id), ` ${item.title}`),
      tag(t(`report.state.${item.state}`), KINDS[item.state] ?? ''),
    ),
    content,
  );
}

/** @param {any} app @param {any} item */
function inside(app, item) {
  return [
    h('p', null, item.asks),
    item.why ? h('p', { class: 'pg-muted' }, item.why) : null,
    part('report.risks', item.risks, (entry) =>
      h(
        'li',
        null,
        severity(entry.severity),
        h(
          'span',
          { class: 'pg-grow' },
          risk(app, entry.id, entry.title),
          entry.decision ? h('span', { class: 'pg-muted' }, ` ${entry.decision}`) : null,
        ),
        tag(entry.state, entry.state === 'open' ? 'warn' : 'ok'),
      ),
    ),
    part('report.questions', item.questions, (entry) =>
      h(
        'li',
        null,
        h('span', { class: 'pg-grow' }, entry.text, h('div', { class: 'pg-muted' }, entry.why)),
        entry.id ? h('a', { href: '#/questions' }, t('report.answer')) : null,
      ),
    ),
    part('report.answers', item.answers, (entry) =>
      h(
        'li',
        null,
        h('span', null, entry.fact),
        tag(entry.value),
        h('span', { class: 'pg-grow pg-muted' }, entry.places.join(', ')),
      ),
    ),
    part('report.article.controls', item.controls, (entry) =>
      h(
        'li',
        null,
        h('span', { class: 'pg-grow' }, typeof entry === 'string' ? entry : (entry.title ?? entry.name ?? entry.id)),
        entry.status ? tag(entry.status) : null,
      ),
    ),
  ];
}

/** A list of an article, if there is anything. @param {string} key @param {any[]} items @param {(item: any) => any} draw */
function part(key, items, draw) {
  return items?.length ? h('div', null, h('h3', null, t(key)), long(items.map(draw), 12)) : null;
}

/** Whether an impact assessment is needed. @param {any} made */
function impact(made) {
  const rows = made.criteria.map((/** @type {any} */ item) =>
    h(
      'tr',
      null,
      h('th', { scope: 'row' }, item.title, h('div', { class: 'pg-muted' }, item.text)),
      h('td', null, tag(item.answer, item.answer === 'yes' ? 'warn' : item.answer === 'no' ? 'ok' : '')),
      h('td', { class: 'pg-muted' }, (item.places ?? []).join(', ')),
    ),
  );
  return section(
    made.title,
    [
      h('p', null, h('strong', null, made.verdict), ' ', made.done),
      sheet(made.title, headings(['sign', 'applies', 'where']), rows),
    ],
    { lead: made.lead },
  );
}

const COLUMNS = ['name', 'purpose', 'legal_basis', 'people', 'fields', 'kept', 'retention', 'recipients', 'transfers'];

/** The record of processing. @param {any[]} entries */
function record(entries) {
  if (!entries.length) return null;
  const cell = (/** @type {any} */ entry, /** @type {string} */ name) => {
    const missing = entry[name] === 'not stated' || (entry.missing ?? []).includes(name.replaceAll('_', ' '));
    return missing ? tag(entry[name], 'warn') : entry[name];
  };
  const rows = entries.map((entry) =>
    h(
      'tr',
      null,
      COLUMNS.map((name, at) => h(at ? 'td' : 'th', at ? null : { scope: 'row' }, cell(entry, name))),
    ),
  );
  return section(t('report.record'), sheet(t('report.record'), headings(COLUMNS), rows), {
    lead: t('report.record.lead'),
  });
}

/** @param {string[]} words */
const headings = (words) => words.map((word) => t(`report.column.${word}`));
