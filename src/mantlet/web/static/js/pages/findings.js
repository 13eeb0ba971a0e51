// @ts-check
// The findings of scanners: filtered, each with its place in the code and in the drawing.

import { field, h, select, table } from '../dom.js';
import { t } from '../words.js';
import { act, line, places, risk, SEVERITIES, severity, tag } from './common.js';

const asked = { text: '', severity: '', check: '', placed: '' };

/** @param {any} app @param {any[]} all @param {(finding: any) => unknown} silence */
export function findings(app, all, silence) {
  const count = h('span', { class: 'pg-muted', role: 'status' });
  const list = table(columns(app, silence), [], {
    caption: t('evidence.findings'),
    key: (row) => row.fingerprint,
    sort: { id: 'severity' },
    empty: t('evidence.no-findings'),
  });
  const draw = () => {
    const rows = all.filter(matches);
    list.update(rows);
    count.textContent = t('evidence.shown', { n: rows.length, of: all.length });
  };
  draw();
  return h(
    'div',
    null,
    filters(all, draw, count),
    h('div', { class: 'pg-scroll', tabindex: 0, role: 'region', 'aria-label': t('evidence.findings') }, list),
  );
}

/** @param {any} item */
function matches(item) {
  const text = [item.message, item.rule, item.tool, item.where, ...(item.elements ?? [])].join(' ').toLowerCase();
  return (
    text.includes(asked.text.toLowerCase()) &&
    (!asked.severity || item.severity === asked.severity) &&
    (!asked.check || item.check === asked.check) &&
    (!asked.placed ||
      (asked.placed === 'yes'
        ? item.elements?.length
        : asked.placed === 'no'
          ? !item.elements?.length
          : item.suppressed))
  );
}

/** @param {any[]} all @param {() => void} draw @param {HTMLElement} count */
function filters(all, draw, count) {
  const any = (/** @type {string} */ key) => ({ value: '', label: t(key) });
  const checks = [...new Set(all.map((item) => item.check))].sort();
  return h(
    'div',
    { class: 'pg-filters' },
    line(
      { type: 'search', value: asked.text, placeholder: t('page.filter'), 'aria-label': t('page.filter') },
      (value) => {
        asked.text = value;
        draw();
      },
    ),
    select(
      [any('evidence.any-severity'), ...SEVERITIES.map((word) => ({ value: word, label: t(`severity.${word}`) }))],
      asked.severity,
      (value) => {
        asked.severity = value;
        draw();
      },
      { 'aria-label': t('evidence.column.severity') },
    ),
    select(
      [any('evidence.any-check'), ...checks.map((word) => ({ value: word, label: word }))],
      asked.check,
      (value) => {
        asked.check = value;
        draw();
      },
      { 'aria-label': t('evidence.column.check') },
    ),
    select(
      [
        any('evidence.any-place'),
        { value: 'yes', label: t('evidence.placed') },
        { value: 'no', label: t('evidence.unplaced') },
        { value: 'silenced', label: t('evidence.silenced-only') },
      ],
      asked.placed,
      (value) => {
        asked.placed = value;
        draw();
      },
      { 'aria-label': t('evidence.column.place') },
    ),
    count,
  );
}

/** @param {any} app @param {(finding: any) => unknown} silence */
function columns(app, silence) {
  return [
    {
      id: 'severity',
      label: t('evidence.column.severity'),
      cell: (/** @type {any} */ row) => severity(row.severity),
      sort: (/** @type {any} */ row) => SEVERITIES.indexOf(row.severity),
    },
    {
      id: 'message',
      label: t('evidence.column.finding'),
      class: 'wide',
      cell: (/** @type {any} */ row) =>
        h(
          'div',
          null,
          row.message,
          h('div', { class: 'pg-muted' }, `${row.tool} ${row.rule}`, row.fix ? ` → ${row.fix}` : null),
          row.suppressed ? tag(t('evidence.silenced.because', { why: row.suppressed })) : null,
        ),
    },
    {
      id: 'where',
      label: t('evidence.column.where'),
      class: 'pg-at',
      cell: (/** @type {any} */ row) => h('code', null, row.where),
      sort: (/** @type {any} */ row) => row.where,
    },
    {
      id: 'elements',
      label: t('evidence.column.place'),
      cell: (/** @type {any} */ row) =>
        row.elements?.length ? places(app, row.elements, 3) : tag(t('evidence.nowhere'), 'warn'),
      sort: (/** @type {any} */ row) => (row.elements ?? []).join(),
    },
    {
      id: 'effect',
      label: t('evidence.column.effect'),
      class: 'pg-means',
      cell: (/** @type {any} */ row) => effect(app, row),
      sort: (/** @type {any} */ row) => row.effect,
    },
    {
      id: 'quiet',
      label: '',
      plain: true,
      cell: (/** @type {any} */ row) =>
        row.suppressed
          ? null
          : act(t('evidence.silence.short'), () => silence(row), {
              kind: 'quiet',
              title: t('evidence.silence.hint'),
              disabled: app.store.readOnly,
            }),
    },
  ];
}

/** @param {any} app @param {any} row */
function effect(app, row) {
  if (!row.threats?.length) return h('span', { class: 'pg-muted' }, row.why || t('evidence.effect.none'));
  return h(
    'div',
    null,
    tag(t(`evidence.effect.${row.effect}`), row.effect === 'confirm' ? 'warn' : 'ok'),
    row.threats.slice(0, 2).map((/** @type {string} */ id) => h('div', null, risk(app, id))),
    row.threats.length > 2 ? h('span', { class: 'pg-muted' }, t('page.more', { n: row.threats.length - 2 })) : null,
  );
}

/** The reason and end of a silence. */
export function silenceForm() {
  const end = new Date(Date.now() + 90 * 86_400_000).toISOString().slice(0, 10);
  const values = { reason: '', until: end, by: '' };
  const reason = line({ required: true }, (value) => (values.reason = value));
  const until = line({ type: 'date', value: end, required: true }, (value) => (values.until = value));
  const node = h(
    'div',
    null,
    field(t('evidence.silence.reason'), reason, t('evidence.silence.reason.hint')),
    field(t('evidence.silence.until'), until, t('evidence.silence.until.hint')),
    field(
      t('evidence.silence.by'),
      line({}, (value) => (values.by = value)),
    ),
  );
  const ready = () => [reason, until].every((input) => input.reportValidity());
  return { node, values, ready };
}
