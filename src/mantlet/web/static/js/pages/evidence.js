// @ts-check
// Evidence: what scanners looked at and found, where it belongs, what it changed in the model, and where the model has holes.

import { button, dialog, h, toast } from '../dom.js';
import { t } from '../words.js';
import { act, empty, frame, load, put, tabs, tag, tell, tick } from './common.js';
import { cards, checks, contradicted, effects, holesOf } from './evidence_parts.js';
import { findings, silenceForm } from './findings.js';
import { latest, start, watch } from './jobs.js';

/** Kept while the page is not shown. @type {{tab: string, only: string[] | null}} */
const asked = { tab: 'checks', only: null };

/** @param {HTMLElement} root @param {any} app */
function mount(root, app) {
  const over = new AbortController();
  const place = h('div', { class: 'pg-result' });
  const scan = () => begin(app, place, over.signal);
  const body = frame(root, {
    id: 'evidence',
    title: t('view.evidence'),
    lead: t('evidence.lead'),
    actions: [
      button(t('evidence.import'), () => pick(app, place), { icon: 'into' }),
      button(t('evidence.choose'), () => choose(app, scan), { icon: 'filter' }),
      act(t('evidence.scan'), scan, { kind: 'primary', icon: 'evidence' }),
    ],
  });
  body.append(place);
  void show(app, place);
  const off = app.store.on('job', (/** @type {any} */ job) => {
    if (job.kind === 'scan' && job.state === 'done' && !following) void show(app, place);
  });
  void latest(app, 'scan').then(
    (job) => {
      if (job && ['queued', 'running'].includes(job.state) && !over.signal.aborted)
        void follow(app, place, job, over.signal);
    },
    () => {},
  );
  return () => {
    off();
    over.abort();
  };
}

/** Whether this window shows a scan's progress. */
let following = false;

/** @param {any} app @param {HTMLElement} place */
function show(app, place) {
  return load(
    place,
    () => app.api.get('/evidence'),
    (made) => draw(app, place, made),
  );
}

/** @param {any} app @param {HTMLElement} place @param {AbortSignal} signal */
async function begin(app, place, signal) {
  await follow(app, place, await start(app, 'scan', asked.only ? { only: asked.only } : {}), signal);
}

/** @param {any} app @param {HTMLElement} place @param {any} job @param {AbortSignal} signal */
async function follow(app, place, job, signal) {
  following = true;
  try {
    const done = await watch(app, place, job, t('evidence.running'), signal, await steps(app, job.options?.only ?? []));
    if (done.state === 'done') toast(t('evidence.scanned'), { kind: 'ok' });
  } finally {
    following = false;
    if (!signal.aborted) await show(app, place);
  }
}

/** Each check with how far it is: its name alone says that it is through. @param {any} app @param {string[]} only */
async function steps(app, only) {
  const checks = (await app.api.get('/checks')).filter(
    (/** @type {any} */ item) => !only.length || only.includes(item.id),
  );
  const rows = new Map(
    checks.map((/** @type {any} */ item) => [
      item.id,
      h('li', { class: 'waiting' }, h('span', null, item.title), h('span', { class: 'pg-muted' })),
    ]),
  );
  const told = (/** @type {any} */ job) => {
    const [id, what] = String(job.message ?? '').split(/: (.*)/s);
    const row = rows.get(id);
    if (!row) return;
    row.className = what === undefined ? 'through' : 'looking';
    row.lastChild.textContent = what ?? t('evidence.through');
  };
  return { node: h('ul', { class: 'pg-steps-run' }, [...rows.values()]), told };
}

/** Which checks run. @param {any} app @param {() => Promise<void>} scan */
async function choose(app, scan) {
  const checks = await app.api.get('/checks');
  const list = Array.isArray(checks) ? checks : checks.checks;
  const on = new Set(asked.only ?? list.map((/** @type {any} */ item) => item.id));
  const rows = list.map((/** @type {any} */ item) =>
    h(
      'li',
      null,
      tick(
        item.title || item.id,
        on.has(item.id),
        (yes) => void (yes ? on.add(item.id) : on.delete(item.id)),
        item.summary,
      ),
      h(
        'span',
        { class: 'pg-tools' },
        (item.tools ?? []).map((/** @type {any} */ tool) =>
          tag(
            tool.tool,
            tool.installed ? 'ok' : 'warn',
            tool.installed ? t('evidence.there') : tool.mend || t('evidence.missing'),
          ),
        ),
      ),
    ),
  );
  const answer = await dialog({
    title: t('evidence.choose'),
    wide: true,
    body: h('ul', { class: 'pg-checklist' }, rows),
    actions: [
      { label: t('cancel') },
      { label: t('evidence.scan'), primary: true, run: () => (on.size ? 'scan' : false) },
    ],
  });
  if (answer !== 'scan') return;
  asked.only = on.size === list.length ? null : [...on];
  await scan();
}

/** Results of another tool. @param {any} app @param {HTMLElement} place */
function pick(app, place) {
  const input = h('input', {
    type: 'file',
    accept: '.sarif,.json,application/json',
    onchange: async () => {
      const file = input.files?.[0];
      if (!file) return;
      try {
        const made = await app.api.post('/evidence/import', file, { name: file.name });
        toast(t('evidence.imported', { n: made.imported ?? 0 }), { kind: 'ok' });
        put(place, draw(app, place, made));
      } catch (error) {
        tell(error);
      }
    },
  });
  input.click();
}

/** @param {any} app @param {HTMLElement} root @param {any} made */
function draw(app, root, made) {
  if (!made.checks.length) {
    return empty(
      t('evidence.empty.title'),
      t('evidence.empty.text'),
      h('span', { class: 'pg-muted' }, t('evidence.empty.how')),
    );
  }
  const holes = made.not_modelled.length + made.unmapped.length;
  const changed = made.contradicted.length + made.confirmed.length + made.weakened.length + made.verified.length;
  const silence = (/** @type {any} */ finding) => quiet(app, root, finding);
  return [
    cards(made),
    contradicted(app, made),
    tabs(
      t('view.evidence'),
      [
        {
          id: 'checks',
          title: t('evidence.checks'),
          count: made.checks.length,
          draw: (panel) => panel.append(checks(made)),
        },
        {
          id: 'findings',
          title: t('evidence.findings'),
          count: made.findings.length,
          draw: (panel) => panel.append(findings(app, made.findings, silence)),
        },
        { id: 'model', title: t('evidence.model'), count: changed, draw: (panel) => put(panel, effects(app, made)) },
        { id: 'holes', title: t('evidence.holes'), count: holes, draw: (panel) => put(panel, holesOf(app, made)) },
      ],
      asked.tab,
      (id) => (asked.tab = id),
    ),
  ];
}

/** Silence a finding: it needs a reason and an end. @param {any} app @param {HTMLElement} root @param {any} finding */
async function quiet(app, root, finding) {
  const fields = silenceForm();
  const answer = await dialog({
    title: t('evidence.silence'),
    body: [h('p', null, finding.message), fields.node],
    actions: [
      { label: t('cancel') },
      { label: t('evidence.silence'), primary: true, run: () => (fields.ready() ? 'go' : false) },
    ],
  });
  if (answer !== 'go') return;
  put(
    root,
    draw(app, root, await app.api.post('/evidence/silence', { fingerprint: finding.fingerprint, ...fields.values })),
  );
  toast(t('evidence.silence.done'), { kind: 'ok' });
}

export default { id: 'evidence', mount };
