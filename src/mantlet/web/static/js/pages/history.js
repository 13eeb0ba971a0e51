// @ts-check
// How risk went over time, as git knows it, and what differs from any earlier state.

import { button, h } from '../dom.js';
import { t } from '../words.js';
import { chart, inWords } from './chart.js';
import { SEVERITIES, arrow, counts, empty, frame, load, put, section, severity, sheet, tabs } from './common.js';
import { compare } from './diff.js';

/** Kept while the page is not shown. */
const asked = { tab: 'time' };
const SHOWN = 12;

/** @param {HTMLElement} root @param {any} app */
function mount(root, app) {
  const body = frame(root, { id: 'history', title: t('view.history'), lead: t('history.lead') });
  /** @type {(() => void)[]} */
  const stops = [];
  if (app.nav.params.against) asked.tab = 'compare';
  body.append(
    tabs(
      t('view.history'),
      [
        {
          id: 'time',
          title: t('history.tab.time'),
          draw: (panel) =>
            app.store.project.git === false
              ? void put(panel, empty(t('history.empty.title'), t('history.empty.text')))
              : void load(
                  panel,
                  () => app.api.get('/history', { last: 100 }),
                  (made) => time(app, made, stops),
                  t('history.reading'),
                ),
        },
        { id: 'compare', title: t('history.tab.compare'), draw: (panel) => compare(panel, app) },
      ],
      asked.tab,
      (id) => (asked.tab = id),
    ),
  );
  return () => stops.forEach((stop) => stop());
}

/** @param {any} app @param {any} made @param {(() => void)[]} stops */
function time(app, made, stops) {
  const points = made.points;
  if (!points.length) return empty(t('history.empty.title'), t('history.empty.text'));
  const detail = h('div', { class: 'pg-point', role: 'status' });
  const look = (/** @type {number} */ at) => {
    put(detail, about(app, points[at]));
    open.move(at);
    weight.move(at);
  };
  const open = chart('open', t('history.open'), points, null, look);
  const weight = chart('weight', t('history.weight'), points, made.burned_per_week, look);
  stops.push(open.stop, weight.stop);
  put(detail, about(app, points[points.length - 1]));
  return [
    cards(made),
    h('div', { class: 'pg-charts' }, open.node, weight.node),
    legend(points[points.length - 1]),
    detail,
    treatment(made.treatment),
    commits(app, points),
    unread(made.unread ?? []),
  ];
}

/** @param {any} made */
function cards(made) {
  const points = made.points;
  const [first, last] = [points[0], points[points.length - 1]];
  const pace = made.burned_per_week;
  const going =
    pace === null || points.length < 2
      ? t('history.pace.unknown')
      : pace > 0
        ? t('history.pace.down', { pace: pace.toFixed(1), weeks: Math.ceil(last.weight / pace) })
        : pace < 0
          ? t('history.pace.up', { pace: (-pace).toFixed(1) })
          : t('history.pace.same');
  return h(
    'div',
    { class: 'pg-cards' },
    h('div', { class: 'pg-card' }, h('b', null, String(points.length)), h('span', null, t('history.states'))),
    h('div', { class: 'pg-card' }, h('b', null, String(last.weight)), h('span', null, t('history.weight.now'))),
    h('div', { class: 'pg-card' }, h('b', null, String(last.settled)), h('span', null, t('history.settled'))),
    h(
      'div',
      { class: 'pg-card pg-card-wide' },
      h('div', { class: 'pg-standing' }, counts(first.counts), arrow(), counts(last.counts)),
      h('p', { class: 'pg-muted' }, going),
    ),
  );
}

/** @param {any} last */
function legend(last) {
  return h(
    'ul',
    { class: 'pg-legend' },
    SEVERITIES.filter((word) => last.counts[word]).map((word) =>
      h('li', null, h('i', { class: `swatch ${word}` }), `${t(`severity.${word}`)} ${last.counts[word] ?? 0}`),
    ),
    h('li', { class: 'pg-muted' }, t('history.keys')),
  );
}

/** @param {any} app @param {any} point */
function about(app, point) {
  const now = point.commit === 'now';
  return [
    h(
      'div',
      { class: 'pg-grow' },
      h('strong', null, point.on),
      ' ',
      h('code', null, now ? t('history.now') : point.commit.slice(0, 10)),
      ' ',
      h('span', { class: 'pg-muted' }, now ? '' : point.subject),
      h(
        'div',
        null,
        counts(point.counts),
        h(
          'span',
          { class: 'pg-muted' },
          ` · ${t('history.point.more', { weight: point.weight, settled: point.settled, mitigated: point.mitigated })}`,
        ),
      ),
    ),
    now ? null : button(t('history.compare'), () => app.nav.open('history', { against: point.commit })),
  ];
}

/** @param {any[]} rows */
function treatment(rows) {
  if (!rows?.length) return null;
  const heads = ['severity', 'treated', 'median', 'open', 'oldest'].map(
    (word, at) => /** @type {[string, string]} */ ([t(`history.treatment.${word}`), at ? 'number' : '']),
  );
  const row = (/** @type {any} */ item) => {
    const days = item.median_days === null ? '–' : t('history.days', { n: item.median_days });
    const oldest = item.still_open ? t('history.days', { n: item.oldest_days }) : '–';
    return h(
      'tr',
      null,
      h('th', { scope: 'row' }, severity(item.severity)),
      [item.treated, days, item.still_open, oldest].map((text) => h('td', { class: 'number' }, String(text))),
    );
  };
  return section(t('history.treatment'), sheet(t('history.treatment'), heads, rows.map(row), 'fit'), {
    lead: t('history.treatment.lead'),
  });
}

/** @param {any} app @param {any[]} points */
function commits(app, points) {
  const newest = [...points].reverse();
  const row = (/** @type {any} */ point) =>
    h(
      'tr',
      null,
      h('th', { scope: 'row' }, point.on),
      h('td', null, h('code', null, point.commit === 'now' ? t('history.now') : point.commit.slice(0, 10))),
      h('td', { class: 'wide' }, point.commit === 'now' ? t('history.now.text') : point.subject),
      SEVERITIES.slice(0, 4).map((word) => h('td', { class: 'number' }, String(point.counts[word] ?? 0))),
      h('td', { class: 'number' }, String(point.weight)),
      h(
        'td',
        null,
        point.commit === 'now'
          ? null
          : h(
              'a',
              { href: `#/history?against=${point.commit}`, 'aria-label': `${t('history.compare')}: ${inWords(point)}` },
              t('history.compare.short'),
            ),
      ),
    );
  /** @type {(string | [any, string])[]} */
  const heads = [
    ...['day', 'commit', 'subject'].map((word) => t(`history.column.${word}`)),
    ...SEVERITIES.slice(0, 4).map((word) => /** @type {[string, string]} */ ([t(`severity.${word}`), 'number'])),
    [t('history.column.weight'), 'number'],
    [h('span', { class: 'pg-hidden' }, t('history.compare')), ''],
  ];
  const table = sheet(t('history.commits'), heads, newest.slice(0, SHOWN).map(row));
  const more =
    newest.length > SHOWN
      ? button(
          t('page.show-more', { n: newest.length - SHOWN }),
          () => {
            table.querySelector('tbody').append(...newest.slice(SHOWN).map(row));
            more?.remove();
          },
          { kind: 'quiet' },
        )
      : null;
  return section(t('history.commits'), [table, more]);
}

/** @param {any[]} items */
function unread(items) {
  if (!items.length) return null;
  return h(
    'details',
    { class: 'pg-fold' },
    h('summary', null, t('history.unread'), h('span', { class: 'pg-tab-count' }, String(items.length))),
    h(
      'ul',
      { class: 'pg-list' },
      items.map((item) =>
        h(
          'li',
          null,
          h('code', null, item.commit.slice(0, 10)),
          h('span', null, item.on),
          h('span', { class: 'pg-grow pg-muted' }, item.why),
        ),
      ),
    ),
  );
}

export default { id: 'history', mount };
