// @ts-check
// Evidence: what scanners looked at and found, where it belongs, what it changed in the model, and where the model has holes.

import { button, dialog, h, toast } from '../dom.js';
import { t } from '../words.js';
import { act, empty, frame, load, place, put, risk, section, tabs, tag, tick } from './common.js';
import { findings } from './findings.js';
import { latest, start, watch } from './jobs.js';

const STATES = /** @type {Record<string, string>} */ ({ clean: 'ok', findings: 'warn', incomplete: 'warn', skipped: 'quiet' });
/** Kept while the page is not shown. @type {{tab: string, only: string[] | null}} */
const asked = { tab: 'checks', only: null };

/** @param {HTMLElement} root @param {any} app */
function mount(root, app) {
  const over = new AbortController();
  const place = h('div', { class: 'pg-result' });
  const scan = () => begin(app, place, over.signal);
  const body = frame(root, { id: 'evidence', title: t('view.evidence'), lead: t('evidence.lead'), actions: [
    button(t('evidence.import'), () => pick(app, place), { icon: 'into' }), button(t('evidence.choose'), () => choose(app, scan), { icon: 'filter' }), act(t('evidence.scan'), scan, { kind: 'primary', icon: 'evidence' })] });
  body.append(place);
  void show(app, place);
  void latest(app, 'scan').then((job) => {
    if (job && ['queued', 'running'].includes(job.state) && !over.signal.aborted) void follow(app, place, job, over.signal);
  }, () => {});
  return () => over.abort();
}

/** @param {any} app @param {HTMLElement} place */
function show(app, place) {
  return load(place, () => app.api.get('/evidence'), (made) => draw(app, place, made));
}

/** @param {any} app @param {HTMLElement} place @param {AbortSignal} signal */
async function begin(app, place, signal) {
  await follow(app, place, await start(app, 'scan', asked.only ? { only: asked.only } : {}), signal);
}

/** @param {any} app @param {HTMLElement} place @param {any} job @param {AbortSignal} signal */
async function follow(app, place, job, signal) {
  try {
    const done = await watch(app, place, job, t('evidence.running'), signal);
    if (done.state === 'done') toast(t('evidence.scanned'), { kind: 'ok' });
  } finally {
    if (!signal.aborted) await show(app, place);
  }
}

/** Which checks run. @param {any} app @param {() => Promise<void>} scan */
async function choose(app, scan) {
  const checks = await app.api.get('/checks');
  const list = Array.isArray(checks) ? checks : checks.checks;
  const on = new Set(asked.only ?? list.map((/** @type {any} */ item) => item.id));
  const rows = list.map((/** @type {any} */ item) => h('li', null, tick(item.title || item.id, on.has(item.id), (yes) => void (yes ? on.add(item.id) : on.delete(item.id)), item.summary),
    h('span', { class: 'pg-tools' }, (item.tools ?? []).map((/** @type {any} */ tool) => tag(tool.tool, tool.installed ? 'ok' : 'warn', tool.installed ? t('evidence.there') : tool.mend || t('evidence.missing'))))));
  const answer = await dialog({ title: t('evidence.choose'), wide: true, body: h('ul', { class: 'pg-checklist' }, rows), actions: [{ label: t('cancel') }, { label: t('evidence.scan'), primary: true, run: () => (on.size ? 'scan' : false) }] });
  if (answer !== 'scan') return;
  asked.only = on.size === list.length ? null : [...on];
  await scan();
}

/** Results of another tool. @param {any} app @param {HTMLElement} place */
function pick(app, place) {
  const input = h('input', { type: 'file', accept: '.sarif,.json,application/json', onchange: async () => {
    const file = input.files?.[0];
    if (!file) return;
    try {
      const made = await app.api.post('/evidence/import', file, { name: file.name });
      toast(t('evidence.imported', { n: made.imported ?? 0 }), { kind: 'ok' });
      put(place, draw(app, place, made));
    } catch (error) {
      const { tell } = await import('./common.js');
      tell(error);
    }
  } });
  input.click();
}

/** @param {any} app @param {HTMLElement} root @param {any} made */
function draw(app, root, made) {
  if (!made.checks.length) {
    return empty(t('evidence.empty.title'), t('evidence.empty.text'), h('span', { class: 'pg-muted' }, t('evidence.empty.how')));
  }
  const holes = made.not_modelled.length + made.unmapped.length;
  const changed = made.contradicted.length + made.confirmed.length + made.weakened.length + made.verified.length;
  const silence = (/** @type {any} */ finding) => quiet(app, root, finding);
  return [cards(made), contradicted(app, made), tabs(t('view.evidence'), [
    { id: 'checks', title: t('evidence.checks'), count: made.checks.length, draw: (panel) => panel.append(checks(made)) },
    { id: 'findings', title: t('evidence.findings'), count: made.findings.length, draw: (panel) => panel.append(findings(app, made.findings, silence)) },
    { id: 'model', title: t('evidence.model'), count: changed, draw: (panel) => put(panel, effects(app, made)) },
    { id: 'holes', title: t('evidence.holes'), count: holes, draw: (panel) => put(panel, holesOf(app, made)) },
  ], asked.tab, (id) => (asked.tab = id))];
}

/** @param {any} made */
function cards(made) {
  const of = (/** @type {(state: string) => boolean} */ test) => made.checks.filter((/** @type {any} */ item) => test(item.state)).length;
  const card = (/** @type {number} */ n, /** @type {string} */ key, kind = '') => h('div', { class: `pg-card ${n ? kind : ''}` }, h('b', null, String(n)), h('span', null, t(key)));
  return h('div', { class: 'pg-cards' }, card(of((state) => state === 'clean'), 'evidence.state.clean', 'ok'), card(of((state) => state === 'findings'), 'evidence.state.findings', 'warn'),
    card(of((state) => state === 'incomplete'), 'evidence.state.incomplete', 'warn'), card(of((state) => state === 'skipped'), 'evidence.state.skipped'),
    card(of((state) => state.includes('missing') || state === 'error' || state === 'failed'), 'evidence.state.missing', 'warn'));
}

/** Facts that evidence contradicts are told first. @param {any} app @param {any} made */
function contradicted(app, made) {
  if (!made.contradicted.length) return null;
  return h('section', { class: 'pg-warning' }, h('h2', null, t('evidence.contradicted'), ' ', tag(String(made.contradicted.length))), h('p', null, t('evidence.contradicted.text')),
    h('ul', { class: 'pg-list' }, made.contradicted.map((/** @type {any} */ item) => h('li', null, place(app, item.place), h('span', { class: 'pg-grow' },
      h('strong', null, item.fact.replaceAll('_', ' ')), ' ', h('del', null, item.claimed), h('span', { class: 'pg-arrow', 'aria-label': t('diff.becomes') }, '→'), h('ins', null, item.verified), h('span', { class: 'pg-muted' }, ` ${item.by}`)),
    act(t('evidence.correct'), () => app.store.change([{ op: 'set', path: [app.store.sectionOf(item.place), item.place, 'facts', item.fact], value: item.verified }], { label: t('evidence.correct.label', { what: item.fact }) }), { title: t('evidence.correct.hint'), disabled: app.store.readOnly || !app.store.sectionOf(item.place) })))));
}

/** @param {any} made */
function checks(made) {
  const rows = made.checks.map((/** @type {any} */ item) => h('tr', null, h('th', { scope: 'row' }, item.check), h('td', null, item.tool, item.version ? h('span', { class: 'pg-muted' }, ` ${item.version}`) : null),
    h('td', null, tag(stateWord(item.state), STATES[item.state] ?? 'warn')), h('td', { class: 'number' }, String(item.findings)), h('td', { class: 'number' }, String(item.looked_at)), h('td', null, notes(item))));
  return h('div', { class: 'pg-scroll', tabindex: 0, role: 'region', 'aria-label': t('evidence.checks') }, h('table', { class: 'pg-table' },
    h('thead', null, h('tr', null, ['check', 'tool', 'state', 'found', 'looked', 'notes'].map((word) => h('th', { scope: 'col', class: ['found', 'looked'].includes(word) ? 'number' : null }, t(`evidence.column.${word}`))))), h('tbody', null, rows)));
}

/** @param {string} state */
const stateWord = (state) => (['clean', 'findings', 'incomplete', 'skipped'].includes(state) ? t(`evidence.state.${state}`) : state);

/** @param {any} item */
function notes(item) {
  const missed = item.not_looked_at ?? [];
  return [item.reason ? h('div', null, item.reason) : null, item.mend ? h('div', { class: 'pg-muted' }, `→ ${item.mend}`) : null, (item.notes ?? []).map((/** @type {string} */ note) => h('div', { class: 'pg-muted' }, note)),
    item.suppressed ? h('div', { class: 'pg-muted' }, t('evidence.silenced', { n: item.suppressed })) : null,
    missed.length ? h('details', null, h('summary', null, t('evidence.not-looked', { n: missed.length })), h('ul', { class: 'pg-list' }, missed.map((/** @type {any} */ spot) => h('li', null, h('code', null, spot.where), h('span', { class: 'pg-grow' }, spot.why))))) : null].flat();
}

/** @param {any} app @param {any} made */
function effects(app, made) {
  const threats = (/** @type {any[]} */ items) => h('ul', { class: 'pg-list' }, items.map((item) => h('li', null, h('span', { class: 'pg-grow' }, risk(app, item.id, item.title),
    h('div', { class: 'pg-evidence' }, item.evidence.map((/** @type {any} */ mark) => h('span', { class: 'pg-muted' }, `${mark.tool} ${mark.rule} `, h('code', null, mark.where))))))));
  const parts = [
    made.moved.length ? section(t('evidence.moved'), h('ul', { class: 'pg-list' }, made.moved.map((/** @type {any} */ item) => h('li', null, h('span', { class: 'pg-grow' }, risk(app, item.id, item.title)), h('span', null, h('del', null, item.before), h('span', { class: 'pg-arrow', 'aria-label': t('diff.becomes') }, '→'), h('ins', null, item.after)))))) : null,
    made.confirmed.length ? section(t('evidence.confirmed'), threats(made.confirmed), { lead: t('evidence.confirmed.text') }) : null,
    made.weakened.length ? section(t('evidence.weakened'), threats(made.weakened), { lead: t('evidence.weakened.text') }) : null,
    made.verified.length ? section(t('evidence.verified'), h('ul', { class: 'pg-list' }, made.verified.map((/** @type {any} */ item) => h('li', null, h('strong', null, item.control), h('span', { class: 'pg-grow pg-muted' }, item.by)))), { lead: t('evidence.verified.text') }) : null,
  ].filter(Boolean);
  return parts.length ? parts : empty(t('evidence.nothing.title'), t('evidence.nothing.text'));
}

/** @param {any} app @param {any} made */
function holesOf(app, made) {
  const list = (/** @type {any[]} */ items) => h('ul', { class: 'pg-list' }, items.map((item) => h('li', null, h('span', { class: 'pg-grow' }, item.message, h('div', { class: 'pg-muted' }, `${item.tool} ${item.rule} · ${item.why} `, h('code', null, item.where))),
    item.elements ? item.elements.split(', ').map((/** @type {string} */ id) => place(app, id)) : tag(t('evidence.nowhere'), 'warn'))));
  if (!made.not_modelled.length && !made.unmapped.length) return empty(t('evidence.no-holes.title'), t('evidence.no-holes.text'));
  return [made.not_modelled.length ? section(t('evidence.not-modelled'), list(made.not_modelled), { lead: t('evidence.not-modelled.text') }) : null, made.unmapped.length ? section(t('evidence.unmapped'), list(made.unmapped), { lead: t('evidence.unmapped.text') }) : null];
}

/** Silence a finding: it needs a reason and an end. @param {any} app @param {HTMLElement} root @param {any} finding */
async function quiet(app, root, finding) {
  const { silenceForm } = await import('./findings.js');
  const fields = silenceForm();
  const answer = await dialog({ title: t('evidence.silence'), body: [h('p', null, finding.message), fields.node], actions: [{ label: t('cancel') }, { label: t('evidence.silence'), primary: true, run: () => (fields.ready() ? 'go' : false) }] });
  if (answer !== 'go') return;
  put(root, draw(app, root, await app.api.post('/evidence/silence', { fingerprint: finding.fingerprint, ...fields.values })));
  toast(t('evidence.silence.done'), { kind: 'ok' });
}

export default { id: 'evidence', mount };
