// @ts-check
/** Decisions: what each treatment needs, and how one is written. */

import { h, dialog, toast } from '../dom.js';
import { history } from '../history.js';
import { store } from '../store.js';
import { t } from '../words.js';

export const TREATMENTS = ['mitigate', 'avoid', 'transfer', 'accept', 'not-applicable'];
/** Fields in the order of the form, by treatment; those with `!` have to be filled in. @type {Record<string, string[]>} */
export const FIELDS_OF = {
  mitigate: ['controls', 'owner!', 'due', 'status', 'ticket', 'reason'],
  avoid: ['reason!', 'owner!', 'due', 'status', 'ticket'],
  transfer: ['reason!', 'owner', 'until', 'approved_by', 'ticket'],
  accept: ['reason!', 'approved_by!', 'until!', 'owner', 'ticket'],
  'not-applicable': ['reason!', 'approved_by', 'until'],
};
export const STATUSES = ['open', 'in-progress', 'done'];
const KEPT = ['treatment', 'controls', 'owner', 'due', 'until', 'reason', 'approved_by', 'ticket', 'rating', 'status'];
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** @param {string} treatment @returns {{name: string, needed: boolean}[]} */
export function fieldsOf(treatment) {
  return (FIELDS_OF[treatment] ?? []).map((field) => ({
    name: field.replace('!', ''),
    needed: field.endsWith('!'),
  }));
}

/**
 * What is wrong with a decision as filled in, by field: a key of the words.
 * @param {Record<string, any>} fields @returns {Record<string, string>}
 */
export function faults(fields) {
  /** @type {Record<string, string>} */
  const found = {};
  for (const { name, needed } of fieldsOf(fields.treatment)) {
    const value = fields[name];
    if (needed && (!value || (typeof value === 'string' && !value.trim()))) found[name] = 'risks.decide.needed';
    if ((name === 'due' || name === 'until') && value && !DATE.test(value)) found[name] = 'risks.decide.date';
  }
  return found;
}

/** Today as the file writes it. */
export function today() {
  const now = new Date();
  return `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, '0')}-${String(now.getDate()).padStart(2, '0')}`;
}

/** A decision's own fields, without how it stands. @param {Record<string, any>} decision */
export function plain(decision) {
  const work = decision.work ?? decision.status;
  /** @type {Record<string, any>} */
  const fields = { ...decision, status: STATUSES.includes(work) ? work : '' };
  if (fields.status === 'open') fields.status = '';
  return Object.fromEntries(
    KEPT.filter(
      (name) =>
        fields[name] !== undefined &&
        fields[name] !== null &&
        fields[name] !== '' &&
        !(Array.isArray(fields[name]) && !fields[name].length),
    ).map((name) => [name, fields[name]]),
  );
}

/**
 * Write one decision about some risks or threats.
 * @param {string[]} keys @param {Record<string, any>} fields @param {string} label @returns {Promise<any>} what the server wrote, or null
 */
export async function decide(keys, fields, label) {
  const answer = await store.change([], {
    path: '/decisions',
    body: { keys, fields: { ...plain(fields), decided_on: today() } },
    label,
  });
  if (!answer) return null;
  const written = answer.written?.length ?? keys.length;
  toast(t('risks.decided', { n: written }), { kind: 'ok', action: { label: t('undo'), run: () => history.undo() } });
  if (answer.skipped?.length) await tellSkipped(answer.skipped);
  return answer;
}

/** @param {{key: string, reason: string, mend?: string}[]} skipped */
function tellSkipped(skipped) {
  return dialog({
    title: t('risks.skipped', { n: skipped.length }),
    body: h(
      'ul',
      { class: 'risk-skipped' },
      skipped.map((item) =>
        h(
          'li',
          null,
          h('code', null, item.key),
          ' ',
          item.reason,
          item.mend ? h('div', { class: 'muted' }, item.mend) : null,
        ),
      ),
    ),
  });
}

/** Take a decision back. @param {string} key */
export const undecide = (key) =>
  store.change([{ op: 'remove', path: ['decisions', key] }], { label: t('risks.decision.removed', { key }) });

/** Everybody whom the model names, to choose from. @returns {string[]} */
export function people() {
  const found = new Set();
  for (const item of Object.values(store.model.decisions ?? {}))
    for (const name of [item?.owner, item?.approved_by]) if (name) found.add(name);
  for (const item of Object.values(store.model.controls ?? {})) if (item?.owner) found.add(item.owner);
  for (const item of store.model.reviews ?? []) if (item?.by) found.add(item.by);
  if (store.model.system?.owner) found.add(store.model.system.owner);
  return [...found].map(String).sort();
}
