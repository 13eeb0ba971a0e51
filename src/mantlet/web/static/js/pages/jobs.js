// @ts-check
// Long work on the server: started, watched, stopped; what is there already is found again after a reload.

import { h } from '../dom.js';
import { t } from '../words.js';
import { act, put } from './common.js';

/** @typedef {{id: string, kind: string, options?: any, state: string, done: number, of: number, message: string, result: any, error: any}} Job */

const OVER = new Set(['done', 'failed', 'cancelled']);
const POLL = 1000;

/** The newest job of a kind that the server knows, with its result. @param {any} app @param {string} kind @returns {Promise<Job | null>} */
export async function latest(app, kind) {
  const { jobs } = await app.api.get('/jobs');
  const found = jobs.filter((/** @type {Job} */ job) => job.kind === kind && job.state !== 'cancelled').at(-1);
  return found ? app.api.get(`/jobs/${found.id}`) : null;
}

/** Start work. @param {any} app @param {string} kind @param {any} options @returns {Promise<Job>} */
export async function start(app, kind, options) {
  const { id } = await app.api.post('/jobs', { kind, options });
  return app.api.get(`/jobs/${id}`);
}

/**
 * Wait for a job and tell of each step; resolves to the finished job, or throws its error.
 * @param {any} app @param {Job} job @param {(job: Job) => void} told @param {AbortSignal} [signal]
 * @returns {Promise<Job>}
 */
export function wait(app, job, told, signal) {
  return new Promise((resolve, reject) => {
    let asking = false;
    const look = async () => {
      if (asking) return;
      asking = true;
      try {
        const now = await app.api.get(`/jobs/${job.id}`);
        told(now);
        if (OVER.has(now.state)) over(now);
      } catch (error) {
        stop();
        reject(error);
      } finally {
        asking = false;
      }
    };
    const off = app.store.on('job', (/** @type {Job} */ event) => {
      if (event.id !== job.id) return;
      if (OVER.has(event.state)) void look();
      else told({ ...job, ...event });
    });
    const timer = setInterval(look, POLL);
    const stop = () => {
      clearInterval(timer);
      off();
    };
    const over = (/** @type {Job} */ now) => {
      stop();
      if (now.state === 'failed') reject(Object.assign(new Error(now.error?.message), now.error));
      else resolve(now);
    };
    signal?.addEventListener('abort', stop);
    void look();
  });
}

/**
 * Show a job's progress in a place until it is over.
 * @param {any} app @param {HTMLElement} place @param {Job} job @param {string} title @param {AbortSignal} [signal]
 * @param {{node: HTMLElement, told: (job: Job) => void}} [more] what else tells how far it is
 * @returns {Promise<Job>}
 */
export function watch(app, place, job, title, signal, more) {
  const bar = h('progress', { 'aria-label': title });
  const message = h('p', { class: 'pg-muted', role: 'status' }, t('job.waiting'));
  const cancel = act(t('cancel'), () => app.api.del(`/jobs/${job.id}`));
  put(place, h('div', { class: 'pg-job' }, h('h2', null, title), bar, message, more?.node, cancel));
  return wait(
    app,
    job,
    (now) => {
      more?.told(now);
      if (now.of) {
        bar.max = now.of;
        bar.value = now.done;
      }
      const far = now.of ? t('job.of', { done: now.done, of: now.of }) : '';
      message.textContent = [now.message, far].filter(Boolean).join(' · ') || t('job.running');
    },
    signal,
  );
}
