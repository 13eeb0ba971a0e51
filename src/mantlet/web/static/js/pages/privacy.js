// @ts-check
// Personal data in tables: found, masked by a plan that is previewed, and released under a budget.

import { button, h, select, toast } from '../dom.js';
import { t } from '../words.js';
import { act, empty, frame, load, problem, put, section, sheet, tabs, tag } from './common.js';
import { start, watch } from './jobs.js';
import { budgets } from './privacy_budget.js';
import { masking } from './privacy_plan.js';

/** Kept while the page is not shown; `done` holds finished profiles by file. @type {{tab: string, file: string, done: Record<string, any>}} */
const asked = { tab: 'profile', file: '', done: {} };

/** @param {HTMLElement} root @param {any} app */
function mount(root, app) {
  const over = new AbortController();
  const body = frame(root, { id: 'privacy', title: t('view.privacy'), lead: t('privacy.lead') });
  void load(
    body,
    () => app.api.get('/privacy/files'),
    (found) => [
      tabs(
        t('view.privacy'),
        [
          { id: 'profile', title: t('privacy.tab.profile'), draw: (panel) => profile(panel, app, found, over.signal) },
          { id: 'plan', title: t('privacy.tab.plan'), draw: (panel) => plan(panel, app, found, over.signal) },
          { id: 'budget', title: t('privacy.tab.budget'), draw: (panel) => budgets(panel, app) },
        ],
        app.nav.params.tab ?? asked.tab,
        (id) => (asked.tab = id),
      ),
    ],
  );
  return () => over.abort();
}

/** @param {{files: {path: string, size: number}[]}} found */
function nothing(found) {
  return found.files.length ? null : empty(t('privacy.empty.title'), t('privacy.empty.text'));
}

/** @param {any} found @param {(path: string) => void} change */
function chooser(found, change) {
  if (!found.files.some((/** @type {any} */ file) => file.path === asked.file)) asked.file = found.files[0]?.path ?? '';
  return select(
    found.files.map((/** @type {any} */ file) => ({ value: file.path, label: `${file.path} (${size(file.size)})` })),
    asked.file,
    (value) => {
      asked.file = value;
      change(value);
    },
    { 'aria-label': t('privacy.file') },
  );
}

/** @param {number} bytes */
function size(bytes) {
  const at = bytes > 0 ? Math.min(Math.floor(Math.log10(bytes) / 3), 3) : 0;
  return `${Number((bytes / 1000 ** at).toPrecision(3))} ${['B', 'kB', 'MB', 'GB'][at]}`;
}

/** @param {HTMLElement} panel @param {any} app @param {any} found @param {AbortSignal} signal */
function profile(panel, app, found, signal) {
  const none = nothing(found);
  if (none) return void put(panel, none);
  const result = h('div', { class: 'pg-result' });
  const show = () => {
    const job = asked.done[asked.file];
    put(
      result,
      job
        ? profiled(app, job)
        : empty(
            t('privacy.profile.empty.title'),
            t('privacy.profile.empty.text'),
            act(t('privacy.profile.go'), run, { kind: 'primary' }),
          ),
    );
  };
  const run = async () => {
    const file = asked.file;
    try {
      await look(app, file, result, signal);
      show();
    } catch (error) {
      put(
        result,
        problem(error, () => void run()),
      );
    }
  };
  put(panel, [
    h('div', { class: 'pg-filters' }, chooser(found, show), act(t('privacy.profile.go'), run, { icon: 'search' })),
    result,
  ]);
  show();
}

/** Profile a file unless that was done. @param {any} app @param {string} file @param {HTMLElement} place @param {AbortSignal} signal */
async function look(app, file, place, signal) {
  const job = await watch(
    app,
    place,
    await start(app, 'profile', { file }),
    t('privacy.profile.running', { file }),
    signal,
  );
  if (job.state === 'done') asked.done[file] = job;
}

/** @param {any} app @param {any} job */
function profiled(app, job) {
  const made = job.result;
  const personal = made.columns.filter((/** @type {any} */ column) => column.personal).length;
  const special = made.columns.filter((/** @type {any} */ column) => column.special).length;
  return [
    ...made.tables.map((/** @type {any} */ table) => summary(table, made, personal, special)),
    section(t('privacy.columns'), columns(made), {
      lead: t('privacy.columns.lead'),
      aside: h(
        'div',
        { class: 'pg-row' },
        act(t('privacy.record'), () => record(app, job), {
          title: t('privacy.record.hint'),
          disabled: app.store.readOnly,
        }),
        button(t('privacy.to-plan'), () => /** @type {any} */ (document.getElementById('pg-tab-plan'))?.click(), {
          kind: 'primary',
        }),
      ),
    }),
  ];
}

/** @param {any} table @param {any} made @param {number} personal @param {number} special */
function summary(table, made, personal, special) {
  const card = (/** @type {string} */ n, /** @type {string} */ what, kind = '') =>
    h('div', { class: `pg-card ${kind}` }, h('b', null, n), h('span', null, what));
  const k = table.anonymity;
  return h(
    'div',
    null,
    h(
      'div',
      { class: 'pg-cards' },
      card(String(table.rows ?? '–'), t('privacy.rows')),
      card(`${personal}/${made.columns.length}`, t('privacy.personal'), personal ? 'personal' : ''),
      card(String(special), t('privacy.special'), special ? 'warn' : ''),
      k ? card(String(k.k), t('privacy.k'), k.k < 5 ? 'warn' : 'ok') : null,
      k ? card(`${Math.round(k.unique * 100)} %`, t('privacy.unique'), k.unique > 0.05 ? 'warn' : '') : null,
    ),
    h(
      'p',
      { class: 'pg-muted' },
      k ? `${t('privacy.k.text', { n: k.k, risk: Math.round(k.prosecutor_risk * 100) })} ` : '',
      table.quasi_identifiers?.length ? `${t('privacy.quasi', { what: table.quasi_identifiers.join(', ') })} ` : '',
      table.names_in_text ? `${table.names_in_text[0].toUpperCase()}${table.names_in_text.slice(1)}.` : '',
    ),
  );
}

const COLUMNS = [
  ['column', ''],
  ['personal', ''],
  ['class', ''],
  ['confidence', 'number'],
  ['distinct', 'number'],
  ['why', ''],
];

/** @param {any} made */
function columns(made) {
  const rows = made.columns.map((/** @type {any} */ column) =>
    h(
      'tr',
      null,
      h('th', { scope: 'row' }, column.name || t('privacy.unnamed', { n: column.index + 1 })),
      h(
        'td',
        null,
        column.personal
          ? tag(t('privacy.is-personal'), 'personal')
          : column.quasi_identifier
            ? tag(t('privacy.is-quasi'), 'accent', t('privacy.is-quasi.hint'))
            : h('span', { class: 'pg-muted' }, t('privacy.is-not')),
        column.special ? tag(t('privacy.is-special'), 'warn', t('privacy.is-special.hint')) : null,
      ),
      h('td', null, column.class || '–'),
      h('td', { class: 'number' }, column.class ? `${Math.round(column.confidence * 100)} %` : '–'),
      h('td', { class: 'number' }, String(column.distinct ?? '–')),
      h('td', { class: 'wide' }, column.why || inText(column)),
    ),
  );
  return sheet(
    t('privacy.columns'),
    COLUMNS.map(([word, kind]) => [t(`privacy.column.${word}`), kind]),
    rows,
  );
}

/** @param {any} column */
function inText(column) {
  const found = Object.entries(column.in_text ?? {});
  return found.length
    ? t('privacy.in-text', { what: found.map(([name, count]) => `${name} (${count})`).join(', ') })
    : '';
}

/** @param {any} app @param {any} job */
async function record(app, job) {
  const answer = await app.store.change([], {
    path: '/privacy/record',
    body: { job: job.id },
    label: t('privacy.record'),
  });
  if (!answer) return;
  const said = (answer.recorded ?? [])
    .map((/** @type {any} */ item) =>
      t('privacy.recorded', { what: app.store.titleOf(item.key), n: item.flows?.length ?? 0 }),
    )
    .join(' ');
  toast(said || t('privacy.record.none'), { kind: 'ok', action: { label: t('undo'), run: () => app.history.undo() } });
}

/** @param {HTMLElement} panel @param {any} app @param {any} found @param {AbortSignal} signal */
function plan(panel, app, found, signal) {
  const none = nothing(found);
  if (none) return void put(panel, none);
  const result = h('div', { class: 'pg-result' });
  const show = () => void masking(result, app, asked.file, found, signal);
  put(panel, [
    h('div', { class: 'pg-filters' }, chooser(found, show), h('span', { class: 'pg-muted' }, t('privacy.plan.lead'))),
    result,
  ]);
  show();
}

export default { id: 'privacy', mount };
