// @ts-check
// A plan as it is read: before and after, each step with what it buys, and taking it over as decisions.

import { field, h, toast } from '../dom.js';
import { t } from '../words.js';
import {
  arrow,
  act,
  counts,
  empty,
  line,
  long,
  place,
  places,
  put,
  risk,
  riskOf,
  section,
  severity,
  tag,
  tick,
} from './common.js';
import { inWords } from './edits.js';

const WORDS = ['high', 'medium', 'low'];
/** Severity of a cell of the method's matrix: likelihood high first, then impact low to high. */
const CELLS = [
  ['medium', 'high', 'critical'],
  ['low', 'medium', 'high'],
  ['note', 'low', 'medium'],
];

/**
 * @param {any} app @param {any} made the plan @param {() => any} body the question that made it
 */
export function result(app, made, body) {
  if (!made.steps.length) return [empty(t('plan.done.title'), t('plan.done.text'))];
  /** @type {Set<string>} */
  const kept = new Set(made.steps.map((/** @type {any} */ step) => step.id));
  const count = h('span', null);
  const tell = () => (count.textContent = t('plan.decide.count', { n: kept.size }));
  tell();
  return [
    headline(made),
    matrices(made),
    section(t('plan.steps'), steps(app, made, kept, tell), { lead: t('plan.steps.lead') }),
    left(app, made),
    decide(app, body, kept, count),
  ];
}

/** @param {any} made */
function headline(made) {
  const sure = made.optimal ? t('plan.optimal') : t('plan.gap', { gap: `${(made.gap * 100).toFixed(1)} %` });
  return h(
    'div',
    { class: 'pg-cards' },
    figure(String(made.steps.length), t('plan.figure.steps', { n: made.steps.length })),
    figure(round(made.effort), t('plan.figure.effort')),
    figure(round(made.removed), t('plan.figure.removed')),
    h(
      'div',
      { class: 'pg-card pg-card-wide' },
      h('div', { class: 'pg-standing' }, counts(made.before), arrow(), counts(made.after)),
      h('p', { class: 'pg-muted' }, sure, made.untried ? ` ${t('plan.untried', { n: made.untried })}` : null),
    ),
  );
}

/** @param {string} number @param {string} what */
const figure = (number, what) => h('div', { class: 'pg-card' }, h('b', null, number), h('span', null, what));

/** @param {number} value */
const round = (value) => String(Math.round(value * 100) / 100);

/** @param {any} made */
function matrices(made) {
  return h(
    'div',
    { class: 'pg-matrices' },
    matrix(t('plan.before'), made.matrix_before),
    h('span', { class: 'pg-arrow big', 'aria-hidden': 'true' }, '→'),
    matrix(t('plan.after'), made.matrix_after),
  );
}

/** @param {string} caption @param {number[][]} rows */
function matrix(caption, rows) {
  const cell = (/** @type {number} */ number, /** @type {number} */ row, /** @type {number} */ column) =>
    h('td', { class: `pg-cell ${CELLS[row][column]}${number ? '' : ' none'}` }, number ? String(number) : '·');
  return h(
    'table',
    { class: 'pg-matrix' },
    h('caption', null, caption),
    h(
      'thead',
      null,
      h(
        'tr',
        null,
        h('th', { scope: 'col' }, t('plan.likelihood')),
        ['low', 'medium', 'high'].map((word) =>
          h('th', { scope: 'col' }, t('plan.impact', { word: t(`severity.${word}`) })),
        ),
      ),
    ),
    h(
      'tbody',
      null,
      rows.map((numbers, row) =>
        h(
          'tr',
          null,
          h('th', { scope: 'row' }, t(`severity.${WORDS[row]}`)),
          numbers.map((number, column) => cell(number, row, column)),
        ),
      ),
    ),
  );
}

/** @param {any} app @param {any} made @param {Set<string>} kept @param {() => void} tell */
function steps(app, made, kept, tell) {
  const top = Math.max(...made.steps.map((/** @type {any} */ step) => Math.max(step.alone, step.together)), 1);
  return h(
    'ol',
    { class: 'pg-steps' },
    made.steps.map((/** @type {any} */ step, /** @type {number} */ at) => {
      const title = step.kind === 'control' ? step.title : inWords(app, step.id);
      const mark = tick(t('plan.take', { what: title }), true, (on) => {
        if (on) kept.add(step.id);
        else kept.delete(step.id);
        tell();
      });
      mark.classList.add('only-box');
      return h(
        'li',
        { class: 'pg-step' },
        mark,
        h('span', { class: 'pg-number', 'aria-hidden': 'true' }, String(at + 1)),
        h(
          'div',
          { class: 'pg-grow' },
          h(
            'div',
            { class: 'pg-step-title' },
            h('strong', null, title),
            step.kind === 'control' ? null : tag(t('plan.change'), 'accent'),
            needed(made, step),
          ),
          h('div', { class: 'pg-muted' }, step.on.length ? [t('plan.on'), ' ', places(app, step.on)] : null),
          h('details', null, h('summary', null, step.why.replace(/;? ?needed by .*$/, '') || t('plan.why')), effects(app, made, step)),
        ),
        bars(step, top),
        h('span', { class: 'pg-effort' }, h('b', null, round(step.effort)), ` ${t('plan.points')}`),
      );
    }),
  );
}

/** @param {any} made @param {any} step */
function needed(made, step) {
  if (!step.needed_by?.length) return null;
  const names = step.needed_by.map(
    (/** @type {string} */ id) => made.steps.find((/** @type {any} */ other) => other.id === id)?.title ?? id,
  );
  return tag(t('plan.needed', { what: names.join(', ') }));
}

/** What a step buys alone and in the plan, as bars with their numbers. @param {any} step @param {number} top */
function bars(step, top) {
  const bar = (/** @type {string} */ kind, /** @type {number} */ value) => {
    const fill = h('span', { class: `pg-bar-fill ${kind}` });
    fill.style.width = `${Math.max((value / top) * 100, value > 0 ? 3 : 0)}%`;
    return h(
      'div',
      { class: 'pg-bar', title: t(`plan.${kind}.hint`) },
      h('span', { class: 'pg-bar-name' }, t(`plan.${kind}`)),
      h('span', { class: 'pg-bar-track' }, fill),
      h('b', null, round(value)),
    );
  };
  return h('div', { class: 'pg-bars' }, bar('alone', step.alone), bar('together', step.together));
}

/** @param {any} app @param {any} made @param {any} step */
function effects(app, made, step) {
  const list = (/** @type {string} */ title, /** @type {string[]} */ ids) =>
    ids?.length
      ? h(
          'div',
          null,
          h('h3', null, title),
          h(
            'ul',
            { class: 'pg-list' },
            ids.map((id) =>
              h(
                'li',
                null,
                severity(riskOf(app, id)?.severity ?? 'note'),
                h('span', { class: 'pg-grow' }, risk(app, id, made.titles?.[id])),
              ),
            ),
          ),
        )
      : null;
  return h('div', { class: 'pg-effects' }, list(t('plan.settles'), step.settles), list(t('plan.lowers'), step.lowers));
}

/** @param {any} app @param {any} made */
function left(app, made) {
  if (!made.left.length) return null;
  return section(
    t('plan.left'),
    long(
      made.left.map((/** @type {string} */ id) =>
        h(
          'li',
          null,
          severity(riskOf(app, id)?.severity ?? 'high'),
          h(
            'span',
            { class: 'pg-grow' },
            risk(app, id, made.titles?.[id]),
            ' ',
            h('span', { class: 'pg-muted' }, place(app, id.split('@')[1] ?? 'system')),
          ),
        ),
      ),
      12,
    ),
    { lead: made.goal.startsWith('no-') ? t('plan.left.target') : t('plan.left.budget') },
  );
}

/** Writing the plan into the model. @param {any} app @param {() => any} body @param {Set<string>} kept @param {HTMLElement} count */
function decide(app, body, kept, count) {
  const fields = { owner: '', due: '' };
  const said = h('div', { role: 'status' });
  const run = async () => {
    if (!kept.size) return;
    const answer = await app.store.change([], {
      path: '/plan/decide',
      body: { ...body(), steps: [...kept], ...fields },
      label: t('plan.decide.label'),
    });
    if (!answer) return;
    toast(t('plan.decided', { n: answer.written.length }), {
      kind: 'ok',
      action: { label: t('undo'), run: () => app.history.undo() },
    });
    put(said, [
      h('p', null, t('plan.decided', { n: answer.written.length })),
      answer.kept?.length
        ? h(
            'p',
            { class: 'pg-muted' },
            t('plan.kept', { n: answer.kept.length }),
            ' ',
            answer.kept.map((/** @type {string} */ key) => h('code', null, `${key} `)),
          )
        : null,
    ]);
  };
  return section(
    t('plan.decide'),
    h(
      'div',
      { class: 'pg-row end' },
      field(
        t('plan.owner'),
        line({ value: '', autocomplete: 'off' }, (value) => (fields.owner = value)),
      ),
      field(
        t('plan.due'),
        line({ type: 'date', value: '' }, (value) => (fields.due = value)),
      ),
      act(t('plan.decide.go'), run, { kind: 'primary', disabled: app.store.readOnly }),
      count,
      said,
    ),
    { lead: t('plan.decide.lead') },
  );
}
