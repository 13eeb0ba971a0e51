// @ts-check
/** The form of a decision, and how one that was taken is shown. */

import { button, clear, confirm, field, h, pill, select, uid } from '../dom.js';
import { store } from '../store.js';
import { t } from '../words.js';
import { decide, faults, fieldsOf, people, plain, STATUSES, TREATMENTS, undecide } from './deciding.js';
import { placeName } from './places.js';

/**
 * @typedef {object} About
 * @property {string[]} keys the risks or threats
 * @property {any} [told] the explanation of the one risk that is decided
 * @property {any[]} [controls] what helps; else what the explanation names
 * @property {string[]} [wished] controls to begin with
 * @property {() => any} [done] called when it is written
 * @property {boolean} [bulk] several at once, inside a dialog
 */

class DecisionForm {
  /** @param {About} about */
  constructor({ keys, told, controls = told?.controls ?? [], wished = [], done, bulk = false }) {
    this.told = told;
    this.keys = keys;
    this.done = done;
    this.bulk = bulk;
    /** @type {string[]} */
    this.helps = controls.map((/** @type {any} */ item) => item.id);
    this.before = told?.decision?.key;
    this.key = this.before ?? keys[0];
    /** @type {Record<string, any>} */
    this.fields = {
      treatment: 'mitigate',
      status: 'open',
      controls: [],
      ...(told?.decision ? plain(told.decision) : {}),
    };
    if (wished.length)
      Object.assign(this.fields, {
        treatment: 'mitigate',
        controls: [...new Set([...this.fields.controls, ...wished])],
      });
    this.body = h('div', { class: 'decide-fields' });
    this.draw();
    this.node = h(
      'form',
      {
        class: 'decide',
        novalidate: true,
        onsubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          this.save();
        },
      },
      this.treatments(),
      this.scope(),
      this.body,
      bulk ? null : this.ends(),
    );
  }

  treatments() {
    const name = uid('treatment');
    return h(
      'fieldset',
      { class: 'decide-treatments' },
      h('legend', null, t('risks.decide.treatment')),
      TREATMENTS.map((treatment) =>
        h(
          'label',
          { class: 'decide-treatment' },
          h('input', {
            type: 'radio',
            name,
            value: treatment,
            checked: this.fields.treatment === treatment,
            onchange: () => {
              this.fields.treatment = treatment;
              this.draw();
            },
          }),
          h(
            'span',
            null,
            h('strong', null, t(`risks.treatment.${treatment}`)),
            h('span', { class: 'hint' }, t(`risks.treatment.${treatment}.hint`)),
          ),
        ),
      ),
    );
  }

  /** For which places it holds. */
  scope() {
    const { told } = this;
    if (!told || this.bulk) return null;
    const others = [...store.register.values()].filter(
      (risk) => risk.type === told.type && risk.id !== told.risk,
    ).length;
    const threats = told.siblings.filter(
      (/** @type {any} */ item) => told.siblings.length > 1 && item.id !== told.risk,
    );
    const options = [
      { value: told.risk, label: t('risks.scope.risk', { n: told.siblings.length }) },
      ...threats.map((/** @type {any} */ item) => ({
        value: item.id,
        label: t('risks.scope.threat', { place: placeName(item.place) }),
      })),
    ];
    if (others) options.push({ value: `${told.type}@*`, label: t('risks.scope.everywhere', { n: others + 1 }) });
    if (!options.some((item) => item.value === this.key)) options.unshift({ value: this.key, label: this.key });
    return options.length > 1
      ? field(
          t('risks.decide.scope'),
          select(options, this.key, (value) => {
            this.key = value;
          }),
        )
      : null;
  }

  ends() {
    const key = this.before;
    return h(
      'div',
      { class: 'decide-end' },
      button(t('risks.decide.save'), () => this.save(), { kind: 'primary' }),
      key ? button(t('risks.decision.remove'), () => remove(key), { kind: 'danger' }) : null,
    );
  }

  /** The fields that the treatment asks for. */
  draw() {
    clear(this.body).append(
      ...fieldsOf(this.fields.treatment)
        .map(({ name, needed }) => (name === 'controls' ? this.controls() : this.control(name, needed)))
        .filter(Boolean),
    );
  }

  /** @param {string} name @param {boolean} needed */
  control(name, needed) {
    const asked = t(name === 'reason' ? `risks.field.reason.${this.fields.treatment}` : `risks.field.${name}`);
    const label = needed || name === 'status' ? asked : `${asked} (${t('risks.decide.optional')})`;
    const put = (/** @type {any} */ value) => {
      this.fields[name] = value;
      this.wrong(name, '');
    };
    const attrs = { 'data-field': name, 'aria-required': needed ? 'true' : null };
    const typed = {
      ...attrs,
      value: this.fields[name] ?? '',
      oninput: (/** @type {any} */ event) => put(event.target.value),
    };
    if (name === 'status')
      return field(
        label,
        select(
          STATUSES.map((value) => ({ value, label: t(`risks.work.${value}`) })),
          this.fields.status || 'open',
          put,
          attrs,
        ),
      );
    if (name === 'due' || name === 'until')
      return field(label, h('input', { type: 'date', ...typed }), t(`risks.field.${name}.hint`));
    if (name === 'reason') return field(label, h('textarea', { rows: 3, ...typed }));
    if (name === 'ticket') return field(label, h('input', { type: 'text', autocomplete: 'off', ...typed }));
    const list = uid('people');
    const made = field(label, h('input', { type: 'text', list, autocomplete: 'off', ...typed }));
    made.append(
      h(
        'datalist',
        { id: list },
        people().map((value) => h('option', { value })),
      ),
    );
    return made;
  }

  controls() {
    const known = new Map((store.vocabulary.controls ?? []).map((/** @type {any} */ item) => [item.id, item]));
    const ids = [...new Set([...this.helps, ...this.fields.controls])];
    const put = (/** @type {string} */ id, /** @type {boolean} */ on) => {
      this.fields.controls = on
        ? [...this.fields.controls, id]
        : this.fields.controls.filter((/** @type {string} */ other) => other !== id);
    };
    const boxes = ids.map((id) =>
      h(
        'label',
        { class: 'check decide-control' },
        h('input', {
          type: 'checkbox',
          value: id,
          checked: this.fields.controls.includes(id),
          onchange: (/** @type {any} */ event) => put(id, event.target.checked),
        }),
        h('span', null, known.get(id)?.title ?? id),
        known.get(id) ? pill(t(`risks.effort.${known.get(id).effort}`), `effort-${known.get(id).effort}`) : null,
      ),
    );
    return ids.length
      ? h('fieldset', { class: 'decide-controls' }, h('legend', null, t('risks.field.controls')), boxes)
      : null;
  }

  /** Say what is wrong with a field, or that nothing is any more. @param {string} name @param {string} message */
  wrong(name, message) {
    const input = this.body.querySelector(`[data-field="${name}"]`);
    const box = input?.closest('.field');
    box?.querySelector('.decide-wrong')?.remove();
    input?.toggleAttribute('aria-invalid', false);
    if (!input || !box || !message) return;
    const note = h('p', { class: 'decide-wrong', id: `${input.id}-wrong` }, message);
    input.setAttribute('aria-invalid', 'true');
    input.setAttribute('aria-describedby', note.id);
    box.append(note);
  }

  /** @returns {Promise<boolean>} whether it was written */
  async save() {
    const found = faults(this.fields);
    for (const { name } of fieldsOf(this.fields.treatment)) this.wrong(name, found[name] ? t(found[name]) : '');
    const [first] = Object.keys(found);
    if (first) {
      /** @type {HTMLElement | null} */ (this.body.querySelector(`[data-field="${first}"]`))?.focus();
      return false;
    }
    const wanted = this.bulk ? this.keys : [this.key];
    const used = Object.fromEntries(
      ['treatment', 'rating', ...fieldsOf(this.fields.treatment).map(({ name }) => name)].map((name) => [
        name,
        this.fields[name],
      ]),
    );
    const what = this.bulk ? t('risks.selected', { n: wanted.length }) : wanted[0];
    const answer = await decide(
      wanted,
      used,
      t('risks.decide.label', { treatment: t(`risks.treatment.${this.fields.treatment}`), what }),
    );
    if (!answer) return false;
    if (this.before && this.key !== this.before && answer.written?.includes(this.key)) await undecide(this.before);
    this.done?.();
    return true;
  }
}

/** @param {About} about @returns {any} a form with `save()`, which resolves to whether it was written */
export function decisionForm(about) {
  const made = new DecisionForm(about);
  made.node.save = () => made.save();
  return made.node;
}

/** @param {string} key */
async function remove(key) {
  if (await confirm(t('risks.decision.remove'), t('risks.decision.remove-text', { key }), t('risks.decision.remove')))
    await undecide(key);
}

/** A decision that was taken, and how it stands. @param {any} decision */
export function decisionCard(decision) {
  const standing = decision.standing ?? decision.status;
  const stale = ['expired', 'changed', 'incomplete'].includes(standing);
  const rows = detailsOf(decision);
  return h(
    'div',
    { class: `decision decision-${standing}` },
    h(
      'div',
      { class: 'risk-item-head' },
      h('strong', null, t(`risks.treatment.${decision.treatment}`)),
      h('span', { class: `risk-mark risk-mark-${stale ? 'stale' : standing}` }, t(`risks.standing.${standing}`)),
      h('code', { class: 'decision-key' }, decision.key),
    ),
    decision.note && standing !== 'planned' ? h('p', { class: 'decision-note' }, decision.note) : null,
    decision.reason ? h('p', null, decision.reason) : null,
    rows.length ? h('dl', null, rows.flat()) : null,
    decision.changed?.length
      ? h(
          'ul',
          { class: 'decision-changed' },
          decision.changed.map((/** @type {any} */ item) =>
            h('li', null, t('risks.decision.changed', { fact: item.fact, was: item.was, now: item.now })),
          ),
        )
      : null,
  );
}

/** What a decision says besides its reason, as terms with their values. @param {any} decision */
function detailsOf(decision) {
  const titles = new Map((store.vocabulary.controls ?? []).map((/** @type {any} */ item) => [item.id, item.title]));
  const told = {
    owner: decision.owner,
    due: decision.due,
    until: decision.until,
    approved_by: decision.approved_by,
    ticket: decision.ticket,
    decided_on: decision.decided_on,
    controls: decision.controls?.map((/** @type {string} */ id) => titles.get(id) ?? id).join(', '),
    covers: decision.covers?.length ? t('risks.covers', { n: decision.covers.length }) : '',
    rating: decision.rating,
  };
  return Object.entries(told)
    .filter(([, value]) => value)
    .map(([name, value]) => [
      h('dt', null, t(`risks.field.${name}`)),
      h('dd', null, name === 'rating' ? h('code', null, value) : value),
    ]);
}
