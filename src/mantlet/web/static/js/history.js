// @ts-check
/** Undo and redo without limit: each step is kept as the changes that take it back, as the server gave them. */

import { store } from './store.js';

/** @typedef {{label: string, changes: import('./patch.js').Change[], layout: any}} Step what takes a step back (or does it again) */

/** @type {Step[]} */
const done = [];
/** @type {Step[]} */
const undone = [];
/** @type {Set<() => void>} */
const watchers = new Set();
/** What has to be brought to an end before a step is taken back. @type {Set<() => any>} */
const unsettled = new Set();

export const history = {
  get canUndo() {
    return done.length > 0;
  },
  get canRedo() {
    return undone.length > 0;
  },
  get next() {
    return done.at(-1)?.label ?? '';
  },

  /** Keep how to take a step back. @param {Step} step */
  record(step) {
    done.push(step);
    undone.length = 0;
    tell();
  },

  /** Forget everything: what is on disk was replaced by others. */
  forget() {
    done.length = undone.length = 0;
    tell();
  },

  undo: () => move(done, undone),
  redo: () => move(undone, done),
  /** Bring to an end what is under way: moves by keys, changes that the server has not confirmed, steps back. */
  async idle() {
    await settled();
    await busy;
  },

  /** Say what has to end before a step back. @param {() => any} run @returns {() => void} */
  settle(run) {
    unsettled.add(run);
    return () => unsettled.delete(run);
  },

  /** @param {() => void} run @returns {() => void} */
  watch(run) {
    watchers.add(run);
    return () => watchers.delete(run);
  },
};

let busy = Promise.resolve();

async function settled() {
  for (const run of [...unsettled].reverse()) await run();
}

/** @param {Step[]} from @param {Step[]} to @returns {Promise<void>} */
function move(from, to) {
  busy = busy.then(async () => {
    await settled();
    const step = from.pop();
    if (!step) return;
    const answer = await store.change(step.changes, { layout: step.layout, label: step.label, record: false });
    if (answer) to.push({ label: step.label, changes: answer.inverse ?? [], layout: answer.inverse_layout ?? null });
    else from.push(step);
    tell();
  });
  return busy;
}

function tell() {
  for (const run of watchers) run();
}
