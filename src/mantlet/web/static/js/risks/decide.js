// @ts-check
/** The form of a decision, and how one that was taken is shown. */

import { button, clear, confirm, field, h, pill, select, uid } from '../dom.js';
import { store } from '../store.js';
import { t } from '../words.js';
import { placeName } from './places.js';
import { decide, faults, fieldsOf, people, plain, STATUSES, TREATMENTS, undecide } from './deciding.js';

/**
 * @param {import('../app.js').App} app
 * @param {{keys: string[], told?: any, controls?: any[], wished?: string[], done?: () => any, bulk?: boolean}} about
 * @returns {any} a form with `save()`, which resolves to whether it was written
 */
export function decisionForm(app, { keys, told, controls = told?.controls ?? [], wished = [], done, bulk = false }) {
  const before = told?.decision ? plain(told.decision) : {};
  /** @type {Record<string, any>} */
  const fields = { treatment: 'mitigate', status: 'open', controls: [], ...before };
  for (const id of wished) if (!fields.controls.includes(id)) fields.controls = [...fields.controls, id];
  if (wished.length) fields.treatment = 'mitigate';
  const name = uid('treatment');
  const body = h('div', { class: 'decide-fields' });
  const keyOf = told?.decision?.key;
  let key = keyOf ?? keys[0];

  const choices = h('fieldset', { class: 'decide-treatments' }, h('legend', null, t('risks.decide.treatment')), TREATMENTS.map((treatment) => h('label', { class: 'decide-treatment' },
    h('input', { type: 'radio', name, value: treatment, checked: fields.treatment === treatment, onchange: () => { fields.treatment = treatment; draw(); } }),
    h('span', null, h('strong', null, t(`risks.treatment.${treatment}`)), h('span', { class: 'hint' }, t(`risks.treatment.${treatment}.hint`))))));

  function draw() {
    const at = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.field;
    clear(body).append(...fieldsOf(fields.treatment).map((item) => control(item)).filter(Boolean));
    if (at) /** @type {HTMLElement | null} */ (body.querySelector(`[data-field="${at}"]`))?.focus();
  }
  /** @param {{name: string, needed: boolean}} item */
  function control({ name: what, needed }) {
    const label = t(`risks.field.${what}`) + (needed ? '' : ` (${t('risks.decide.optional')})`);
    const put = (/** @type {any} */ value) => { fields[what] = value; wrong(what, ''); };
    const attrs = { 'data-field': what, 'aria-required': needed ? 'true' : null };
    if (what === 'controls') return controlsField(put);
    if (what === 'status') return field(t('risks.field.status'), select(STATUSES.map((value) => ({ value, label: t(`risks.work.${value}`) })), fields.status || 'open', put, attrs));
    if (what === 'due' || what === 'until') return field(label, h('input', { type: 'date', value: fields[what] ?? '', ...attrs, oninput: (/** @type {any} */ event) => put(event.target.value) }), t(`risks.field.${what}.hint`));
    if (what === 'reason') return field(t(`risks.field.reason.${fields.treatment}`) + (needed ? '' : ` (${t('risks.decide.optional')})`),
      h('textarea', { rows: 3, value: fields.reason ?? '', ...attrs, oninput: (/** @type {any} */ event) => put(event.target.value) }));
    const list = what === 'ticket' ? null : uid('people');
    const input = h('input', { type: 'text', value: fields[what] ?? '', list, autocomplete: 'off', ...attrs, oninput: (/** @type {any} */ event) => put(event.target.value) });
    const made = field(label, input);
    if (list) made.append(h('datalist', { id: list }, people().map((value) => h('option', { value }))));
    return made;
  }
  /** @param {(value: string[]) => void} put */
  function controlsField(put) {
    const known = new Map((store.vocabulary.controls ?? []).map((/** @type {any} */ item) => [item.id, item]));
    const ids = [...new Set([...controls.map((item) => item.id), ...fields.controls])];
    if (!ids.length) return null;
    const boxes = ids.map((id) => h('label', { class: 'check decide-control' }, h('input', { type: 'checkbox', value: id, checked: fields.controls.includes(id), 'data-field': `control-${id}`,
      onchange: (/** @type {any} */ event) => put(event.target.checked ? [...fields.controls, id] : fields.controls.filter((/** @type {string} */ other) => other !== id)) }),
    h('span', null, known.get(id)?.title ?? id), known.get(id) ? pill(t(`risks.effort.${known.get(id).effort}`), `effort-${known.get(id).effort}`) : null));
    return h('fieldset', { class: 'decide-controls' }, h('legend', null, t('risks.field.controls')), boxes);
  }
  /** @param {string} what @param {string} message */
  function wrong(what, message) {
    const input = body.querySelector(`[data-field="${what}"]`);
    const box = input?.closest('.field');
    box?.querySelector('.decide-wrong')?.remove();
    if (!input) return;
    if (!message) { input.removeAttribute('aria-invalid'); return; }
    input.setAttribute('aria-invalid', 'true');
    box?.append(h('p', { class: 'decide-wrong', id: `${input.id}-wrong` }, message));
    input.setAttribute('aria-describedby', `${input.id}-wrong`);
  }
  async function save() {
    const found = faults(fields);
    for (const { name: what } of fieldsOf(fields.treatment)) wrong(what, found[what] ? t(found[what]) : '');
    const first = Object.keys(found)[0];
    if (first) {
      /** @type {HTMLElement | null} */ (body.querySelector(`[data-field="${first}"]`))?.focus();
      return false;
    }
    const wanted = bulk ? keys : [key];
    const used = Object.fromEntries([['treatment', fields.treatment], ['rating', fields.rating], ...fieldsOf(fields.treatment).map(({ name: what }) => [what, fields[what]])]);
    const answer = await decide(wanted, used, t('risks.decide.label', { treatment: t(`risks.treatment.${fields.treatment}`), what: bulk ? t('risks.selected', { n: keys.length }) : wanted[0] }));
    if (!answer) return false;
    if (keyOf && key !== keyOf && answer.written?.includes(key)) await undecide(keyOf);
    done?.();
    return true;
  }
  draw();
  const form = h('form', { class: 'decide', novalidate: true, onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); save(); } },
    choices, bulk ? null : scopeField(told, key, (value) => { key = value; }), body, bulk ? null : h('div', { class: 'decide-end' },
      button(t('risks.decide.save'), () => save(), { kind: 'primary' }), told?.decision ? button(t('risks.decision.remove'), () => remove(told.decision.key), { kind: 'danger' }) : null));
  form.save = save;
  return form;
}

/** For which places it holds. @param {any} told @param {string} key @param {(key: string) => any} run */
function scopeField(told, key, run) {
  if (!told) return null;
  const here = told.risk;
  const others = [...store.register.values()].filter((risk) => risk.type === told.type && risk.id !== here).length;
  const options = [{ value: here, label: t('risks.scope.risk', { n: told.siblings.length }) }];
  if (told.siblings.length > 1) options.push(...told.siblings.filter((/** @type {any} */ item) => item.id !== here).map((/** @type {any} */ item) => ({ value: item.id, label: t('risks.scope.threat', { place: placeName(item.place) }) })));
  if (others) options.push({ value: `${told.type}@*`, label: t('risks.scope.everywhere', { n: others + 1 }) });
  if (!options.some((item) => item.value === key)) options.unshift({ value: key, label: key });
  return options.length > 1 ? field(t('risks.decide.scope'), select(options, key, run)) : null;
}

/** @param {string} key */
async function remove(key) {
  if (await confirm(t('risks.decision.remove'), t('risks.decision.remove-text', { key }), t('risks.decision.remove'))) await undecide(key);
}

/** A decision that was taken, and how it stands. @param {any} decision @param {import('../app.js').App} [_app] */
export function decisionCard(decision, _app) {
  const known = new Map((store.vocabulary.controls ?? []).map((/** @type {any} */ item) => [item.id, item.title]));
  const standing = decision.standing ?? decision.status;
  const rows = [['owner', decision.owner], ['due', decision.due], ['until', decision.until], ['approved_by', decision.approved_by], ['ticket', decision.ticket], ['decided_on', decision.decided_on],
    ['controls', decision.controls?.map((/** @type {string} */ id) => known.get(id) ?? id).join(', ')], ['covers', decision.covers?.length ? t('risks.covers', { n: decision.covers.length }) : ''], ['rating', decision.rating]]
    .filter(([, value]) => value).map(([name, value]) => [h('dt', null, t(`risks.field.${name}`)), h('dd', null, name === 'rating' ? h('code', null, value) : value)]);
  const stale = ['expired', 'changed', 'incomplete'].includes(standing);
  return h('div', { class: `decision decision-${standing}` },
    h('div', { class: 'risk-item-head' }, h('strong', null, t(`risks.treatment.${decision.treatment}`)), h('span', { class: `risk-mark risk-mark-${stale ? 'stale' : standing}` }, t(`risks.standing.${standing}`)),
      h('code', { class: 'decision-key' }, decision.key)),
    decision.note && standing !== 'planned' ? h('p', { class: 'decision-note' }, decision.note) : null,
    decision.reason ? h('p', null, decision.reason) : null, rows.length ? h('dl', null, rows.flat()) : null,
    decision.changed?.length ? h('ul', { class: 'decision-changed' }, decision.changed.map((/** @type {any} */ item) => h('li', null, t('risks.decision.changed', { fact: item.fact, was: item.was, now: item.now })))) : null);
}
