// @ts-check
/** In step with the server: changes go out in order, those of others and of the disk come in. */

import * as api from './api.js';
import { dialog, h, toast } from './dom.js';
import { history } from './history.js';
import { applyHere, onChange, reload, store, takeModel, takeRegister } from './store.js';
import { t } from './words.js';

/** @typedef {{changes: any[], layout: any, label: string, record: boolean, path: string, body: any, here: boolean, done: (answer: any) => void}} Job */

/** @type {Job[]} */
const queue = [];
let sending = false;
let stale = false;

export const sync = {
  /** How many changes the server has not confirmed. */
  get waiting() {
    return queue.length;
  },
  /** Wait until everything is saved. */
  async idle() {
    while (queue.length || sending) await new Promise((resolve) => setTimeout(resolve, 15));
  },
};

/** Start sending changes and listening to those of others. */
export function connect() {
  onChange(
    (changes, options) =>
      new Promise((done) => {
        if (!guard()) return done(null);
        const here = !changes.some((change) => change.op === 'rename') && !options.path;
        const job = {
          changes,
          layout: options.layout ?? null,
          label: options.label ?? '',
          record: options.record ?? true,
          path: options.path ?? '/changes',
          body: options.body ?? {},
          here,
          done,
        };
        if (here) applyHere(changes, job.layout);
        queue.push(job);
        store.emit('saving', queue.length);
        drain();
      }),
  );
  history.settle(sync.idle);
  listen();
}

function guard() {
  if (store.readOnly) toast(t('read-only'), { kind: 'error' });
  else if (store.broken) toast(t('broken.refused'), { kind: 'error' });
  else return true;
  return false;
}

async function drain() {
  if (sending) return;
  sending = true;
  while (queue.length) {
    const job = queue[0];
    let answer = null;
    try {
      answer = await send(job, store.revision);
    } catch (error) {
      answer = await trouble(job, /** @type {any} */ (error));
    }
    queue.shift();
    if (answer) taken(job, answer);
    job.done(answer);
    store.emit('saving', queue.length);
  }
  sending = false;
  if (stale) refresh();
}

/** @param {Job} job @param {string} base */
async function send(job, base) {
  const body = { base, changes: job.changes, label: job.label, ...(job.layout?.set ? { layout: job.layout } : {}) };
  const answer = await api.post(job.path, job.path === '/changes' ? body : { ...job.body, base });
  const back = answer.inverse_layout ?? {};
  return { ...answer, inverse_layout: Object.keys(back).length ? { set: back } : null };
}

/** @param {Job} job @param {any} answer */
function taken(job, answer) {
  const renames = answer.changes?.some((/** @type {any} */ change) => change.op === 'rename') ?? true;
  if (!answer.rebased && (job.here || !renames)) {
    if (!job.here) applyHere(answer.changes, null);
    store.settle(answer);
  } else {
    store.revision = answer.revision;
    takeRegister(answer.register);
    stale = true;
  }
  const something = (answer.inverse?.length ?? 0) > 0 || answer.inverse_layout;
  if (job.record && something) {
    history.record({ label: job.label, changes: answer.inverse ?? [], layout: answer.inverse_layout ?? null });
  }
}

/** What could not be done: taken back here, or settled by the person. @param {Job} job @param {any} error */
async function trouble(job, error) {
  if (error.code === 'conflict') {
    const mine = await askWhose(error.conflicts);
    takeModel(await api.get('/model'));
    if (!mine) {
      stale = true;
      return null;
    }
    try {
      if (job.here) applyHere(job.changes, job.layout);
      return await send(job, store.revision);
    } catch (again) {
      return trouble({ ...job }, again);
    }
  }
  toast(error.message, { kind: 'error', hint: error.mend });
  if (error.code !== 'offline') await catchUp();
  else offline(true);
  return null;
}

/** Read the state of the server and put what still waits on top of it. */
async function catchUp() {
  try {
    takeModel(await api.get('/model'));
    for (const job of queue.slice(1)) if (job.here) applyHere(job.changes, job.layout);
    takeRegister(await api.get('/register'));
  } catch (error) {
    console.error(error);
  }
}

/** @param {any[]} conflicts @returns {Promise<boolean>} whether mine counts */
async function askWhose(conflicts) {
  const shown = (/** @type {any} */ value) =>
    value === null || value === undefined ? '—' : typeof value === 'string' ? value : JSON.stringify(value, null, 1);
  const rows = conflicts.map((item) =>
    h(
      'tr',
      null,
      h('th', { scope: 'row' }, item.path.join('.')),
      h('td', null, shown(item.base)),
      h('td', null, shown(item.mine)),
      h('td', null, shown(item.theirs)),
    ),
  );
  const head = ['place', 'before', 'mine', 'theirs'].map((key) => h('th', { scope: 'col' }, t(`conflict.${key}`)));
  const answer = await dialog({
    title: t('conflict.title'),
    wide: true,
    body: [
      h('p', null, t('conflict.text')),
      h('table', { class: 'table' }, h('thead', null, h('tr', null, head)), h('tbody', null, rows)),
    ],
    actions: [{ label: t('conflict.keep-theirs') }, { label: t('conflict.keep-mine'), primary: true }],
  });
  return answer === 1;
}

async function refresh() {
  if (sending || queue.length) {
    stale = true;
    return;
  }
  stale = false;
  const since = store.revision;
  try {
    const model = await api.get('/model');
    if (queue.length) {
      stale = true;
      return;
    }
    takeModel(model);
    takeRegister(await api.get('/register', since ? { since } : {}));
  } catch (error) {
    console.error(error);
  }
}

let down = false;
/** @param {boolean} is */
function offline(is) {
  if (down === is) return;
  down = is;
  document.documentElement.toggleAttribute('data-offline', is);
  store.emit('saving', queue.length);
  if (!is) reload().catch(console.error);
}

function listen() {
  const source = new EventSource('/api/events');
  source.addEventListener('open', () => offline(false));
  source.addEventListener('error', () => {
    if (source.readyState !== EventSource.OPEN) offline(true);
  });
  source.addEventListener('hello', (event) => {
    const told = JSON.parse(event.data);
    if (told.revision !== store.revision || Boolean(told.broken) !== store.broken) refresh();
  });
  source.addEventListener('changed', (event) => {
    const told = JSON.parse(event.data);
    if (told.client === api.CLIENT || (told.revision === store.revision && !store.broken)) return;
    if (told.cause === 'disk') toast(t('changed.disk'));
    refresh();
  });
  source.addEventListener('broken', (event) => {
    const told = JSON.parse(event.data);
    store.broken = true;
    store.problems = told.problems ?? [];
    store.emit('broken', store.problems);
  });
  source.addEventListener('job', (event) => store.emit('job', JSON.parse(event.data)));
  addEventListener('pagehide', () => source.close());
}
