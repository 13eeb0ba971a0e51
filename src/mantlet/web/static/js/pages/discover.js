// @ts-check
// Reading the code for what the model should hold: proposals with the lines that show them, accepted one by one or all.

import { field, h, select, toast } from '../dom.js';
import { t } from '../words.js';
import { act, empty, frame, line, problem, put, section, tag, tell, tick } from './common.js';
import { latest, start, watch } from './jobs.js';
import { groupOf, KINDS } from './proposals.js';

const SURE = [
  ['0', 'any'],
  ['0.5', 'likely'],
  ['0.75', 'sure'],
];

/** What was chosen last; kept while the page is not shown. */
const asked = { scope: '', exclude: '', again: false, text: '', least: '0' };

/** @param {string} text */
const words = (text) => text.split(/[\s,]+/).filter(Boolean);

/** @param {HTMLElement} root @param {any} app */
function mount(root, app) {
  const over = new AbortController();
  const place = h('div', { class: 'pg-result' });
  const look = act(t('discover.start'), () => begin(app, place, over.signal), { kind: 'primary', icon: 'discover' });
  const body = frame(root, { id: 'discover', title: t('view.discover'), lead: t('discover.lead'), actions: [look] });
  body.append(options(), place);
  void latest(app, 'discover')
    .then(async (job) => {
      if (over.signal.aborted) return;
      if (!job)
        put(
          place,
          empty(
            t('discover.empty.title'),
            t('discover.empty.text'),
            act(t('discover.start'), () => begin(app, place, over.signal), { kind: 'primary' }),
          ),
        );
      else if (job.state === 'done') put(place, found(app, place, job));
      else if (job.state !== 'failed')
        put(place, found(app, place, await watch(app, place, job, t('discover.running'), over.signal)));
      else put(place, empty(t('discover.empty.title'), t('discover.empty.text')));
    })
    .catch(tell);
  return () => over.abort();
}

/** @param {any} app @param {HTMLElement} place @param {AbortSignal} signal */
async function begin(app, place, signal) {
  const job = await start(app, 'discover', {
    scope: words(asked.scope),
    exclude: words(asked.exclude),
    again: asked.again,
  });
  try {
    const done = await watch(app, place, job, t('discover.running'), signal);
    put(
      place,
      done.state === 'cancelled' ? empty(t('job.cancelled'), t('discover.empty.text')) : found(app, place, done),
    );
  } catch (error) {
    put(
      place,
      problem(error, () => void begin(app, place, signal)),
    );
  }
}

function options() {
  return h(
    'details',
    { class: 'pg-options' },
    h('summary', null, t('discover.options')),
    h(
      'div',
      { class: 'pg-row' },
      field(
        t('discover.scope'),
        line({ value: asked.scope, placeholder: 'src services/api' }, (value) => (asked.scope = value)),
        t('discover.scope.hint'),
      ),
      field(
        t('discover.exclude'),
        line({ value: asked.exclude, placeholder: 'examples/** tests/**' }, (value) => (asked.exclude = value)),
        t('discover.exclude.hint'),
      ),
      tick(t('discover.again'), asked.again, (on) => (asked.again = on), t('discover.again.hint')),
    ),
  );
}

/** @param {any} app @param {HTMLElement} place @param {import('./jobs.js').Job} job */
function found(app, place, job) {
  const made = job.result;
  /** @type {Set<string>} */
  const chosen = new Set();
  const groups = h('div', { class: 'pg-groups' });
  const count = h('strong', { role: 'status' });
  const told = () => {
    count.textContent = t('discover.chosen', { n: chosen.size });
    accept.disabled = !chosen.size || app.store.readOnly;
  };
  const accept = act(t('discover.accept'), () => take(app, place, job, [...chosen]), { kind: 'primary' });
  const every = act(
    t('discover.accept-all'),
    () =>
      take(
        app,
        place,
        job,
        made.proposals.map((/** @type {any} */ item) => item.id),
      ),
    { disabled: app.store.readOnly || !made.proposals.length },
  );
  const draw = () =>
    put(
      groups,
      KINDS.map((kind) => groupOf(app, kind, shownOf(made), chosen, told)),
    );
  draw();
  told();
  const bar = h(
    'div',
    { class: 'pg-bar-bottom' },
    count,
    accept,
    every,
    act(t('discover.decline'), () => decline(app, place, job), { title: t('discover.decline.hint'), kind: 'quiet' }),
  );
  return [
    summary(made),
    unclear(made),
    made.proposals.length ? [filters(draw), groups, bar] : empty(t('discover.agree.title'), t('discover.agree.text')),
    skipped(made),
    builtFrom(made.inventory ?? []),
  ].flat();
}

/** @param {any} made */
function shownOf(made) {
  const text = asked.text.toLowerCase();
  return made.proposals.filter(
    (/** @type {any} */ item) =>
      (item.confidence === null || item.confidence >= Number(asked.least)) &&
      (!text || [item.title, item.subject, item.name, ...item.evidence].join(' ').toLowerCase().includes(text)),
  );
}

/** @param {() => void} draw */
function filters(draw) {
  return h(
    'div',
    { class: 'pg-filters' },
    line(
      { type: 'search', value: asked.text, placeholder: t('page.filter'), 'aria-label': t('page.filter') },
      (value) => {
        asked.text = value;
        draw();
      },
    ),
    select(
      SURE.map(([value, word]) => ({ value, label: t(`discover.least.${word}`) })),
      asked.least,
      (value) => {
        asked.least = value;
        draw();
      },
      { 'aria-label': t('discover.least') },
    ),
  );
}

/** @param {any} made */
function summary(made) {
  const number = (/** @type {string} */ kind) =>
    made.proposals.filter((/** @type {any} */ item) => item.kind === kind && !item.supporting).length;
  const card = (/** @type {number} */ n, /** @type {string} */ what, kind = '') =>
    h('div', { class: `pg-card ${kind}` }, h('b', null, String(n)), h('span', null, what));
  return h(
    'div',
    { class: 'pg-cards' },
    card(made.files, t('discover.files', { n: made.files })),
    card(number('new'), t('discover.kind.new')),
    card(number('changed') + number('differs'), t('discover.kind.changed')),
    card(number('gone'), t('discover.kind.gone')),
    card(made.not_understood.length, t('discover.unclear.short'), made.not_understood.length ? 'warn' : ''),
  );
}

/** What was not understood stands first: silence would read as safety. @param {any} made */
function unclear(made) {
  if (!made.not_understood.length) return h('p', { class: 'pg-note ok' }, t('discover.clear'));
  const rows = made.not_understood.map((/** @type {any} */ item) =>
    h('li', null, h('code', null, `${item.path}:${item.line}`), h('span', { class: 'pg-grow' }, item.what)),
  );
  return h(
    'section',
    { class: 'pg-warning', 'aria-label': t('discover.unclear') },
    h('h2', null, t('discover.unclear'), ' ', tag(String(rows.length))),
    h('p', null, t('discover.unclear.text')),
    h('ul', { class: 'pg-list short' }, rows.slice(0, 6)),
    rows.length > 6
      ? h(
          'details',
          null,
          h('summary', null, t('page.show-more', { n: rows.length - 6 })),
          h('ul', { class: 'pg-list' }, rows.slice(6)),
        )
      : null,
  );
}

/** @param {any} made */
function skipped(made) {
  const stale = (made.stale ?? []).map((/** @type {any} */ item) =>
    h(
      'li',
      null,
      h('code', null, item.code),
      h('span', { class: 'pg-grow' }, t('discover.stale.of', { what: item.element })),
    ),
  );
  const files = (made.skipped ?? []).map((/** @type {any} */ item) =>
    h('li', null, h('code', null, item.path), h('span', { class: 'pg-grow' }, item.why)),
  );
  return [
    stale.length
      ? section(t('discover.stale'), h('ul', { class: 'pg-list' }, stale), { lead: t('discover.stale.text') })
      : null,
    files.length
      ? h(
          'details',
          { class: 'pg-fold' },
          h('summary', null, t('discover.skipped'), h('span', { class: 'pg-tab-count' }, String(files.length))),
          h('ul', { class: 'pg-list' }, files),
        )
      : null,
  ].filter(Boolean);
}

/** Libraries, models, data sets and images with their versions. @param {any[]} items */
function builtFrom(items) {
  if (!items.length) return null;
  const rows = items.map((item) =>
    h(
      'li',
      null,
      h('strong', null, item.name),
      tag(item.kind),
      h(
        'span',
        { class: 'pg-muted pg-grow' },
        item.version || t('discover.no-version'),
        ' ',
        item.pinned ? tag(t('discover.pinned'), 'ok') : null,
      ),
      h('code', null, (item.at ?? []).slice(0, 2).join('  ')),
    ),
  );
  return h(
    'details',
    { class: 'pg-fold' },
    h('summary', null, t('discover.inventory'), h('span', { class: 'pg-tab-count' }, String(items.length))),
    h('ul', { class: 'pg-list' }, rows),
  );
}

/** @param {any} app @param {HTMLElement} place @param {any} job @param {string[]} ids */
async function take(app, place, job, ids) {
  const answer = await app.store.change([], {
    path: '/discover/accept',
    body: { job: job.id, ids },
    label: t('discover.label'),
  });
  if (!answer) return;
  const n = answer.accepted?.length ?? ids.length;
  put(place, found(app, place, await app.api.get(`/jobs/${job.id}`)));
  toast(t('discover.accepted', { n }), {
    kind: 'ok',
    action: { label: t('discover.see'), run: () => app.nav.open('design') },
  });
}

/** @param {any} app @param {HTMLElement} place @param {any} job */
async function decline(app, place, job) {
  const answer = await app.store.change([], {
    path: '/discover/accept',
    body: { job: job.id, ids: [], done: true },
    label: t('discover.label'),
    record: false,
  });
  if (!answer) return;
  toast(t('discover.declined'), {
    kind: 'ok',
    action: { label: t('discover.see'), run: () => app.nav.open('design') },
  });
  put(place, found(app, place, await app.api.get(`/jobs/${job.id}`)));
}

export default { id: 'discover', mount };
