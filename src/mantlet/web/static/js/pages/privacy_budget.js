// @ts-check
// Budgets of differential privacy: what each data set's ledger promised, what was spent on what, and what is left.

import { button, dialog, field, h } from '../dom.js';
import { t } from '../words.js';
import { empty, line, load, problem, put, tag } from './common.js';

/** @param {HTMLElement} panel @param {any} app */
export function budgets(panel, app) {
  const place = h('div', { class: 'pg-result' });
  put(panel, place);
  const show = () =>
    void load(
      place,
      () => app.api.get('/privacy/budget'),
      (made) => draw(app, made, show),
    );
  show();
}

/** @param {any} app @param {any} made @param {() => void} again */
function draw(app, made, again) {
  const open = button(t('budget.open'), () => opened(app, again), {
    kind: 'primary',
    icon: 'plus',
    disabled: app.store.readOnly,
  });
  if (!made.ledgers.length) return empty(t('budget.empty.title'), t('budget.empty.text'), open);
  return [
    h('div', { class: 'pg-filters' }, h('p', { class: 'pg-muted pg-grow' }, t('budget.lead')), open),
    h('div', { class: 'pg-ledgers' }, made.ledgers.map(ledger)),
  ];
}

/** @param {any} item */
function ledger(item) {
  if (item.problem)
    return h(
      'article',
      { class: 'pg-ledger' },
      h('h2', null, item.path),
      problem(typeof item.problem === 'string' ? { message: item.problem } : item.problem),
    );
  return h(
    'article',
    { class: 'pg-ledger', 'aria-label': item.data || item.path },
    h('header', null, h('h2', null, item.data || item.path), h('code', null, item.path)),
    meter('ε', item.spent.epsilon, item.epsilon, item.left.epsilon),
    item.delta ? meter('δ', item.spent.delta, item.delta, item.left.delta) : null,
    h('p', null, item.words),
    h(
      'p',
      { class: 'pg-muted' },
      item.unit ? t('budget.unit', { unit: item.unit, n: item.rows_per_unit }) : t('budget.rows'),
    ),
    item.releases.length
      ? h(
          'details',
          null,
          h('summary', null, t('budget.releases', { n: item.releases.length })),
          h(
            'ul',
            { class: 'pg-list' },
            item.releases.map((/** @type {any} */ release) =>
              h(
                'li',
                null,
                h('span', { class: 'pg-grow' }, release.what),
                tag(`ε ${short(release.epsilon)}`),
                release.delta ? tag(`δ ${short(release.delta)}`) : null,
              ),
            ),
          ),
        )
      : h('p', { class: 'pg-muted' }, t('budget.no-releases')),
  );
}

/** @param {string} name @param {number} spent @param {number} all @param {number} left */
function meter(name, spent, all, left) {
  const share = all ? Math.min(spent / all, 1) : 0;
  const fill = h('span', { class: `pg-bar-fill ${share >= 0.8 ? 'full' : 'alone'}` });
  fill.style.width = `${share * 100}%`;
  return h(
    'div',
    {
      class: 'pg-meter',
      role: 'meter',
      'aria-valuemin': 0,
      'aria-valuemax': all,
      'aria-valuenow': spent,
      'aria-label': t('budget.meter', { name }),
    },
    h('span', null, t('budget.spent', { name, spent: short(spent), all: short(all) })),
    h('span', { class: 'pg-bar-track' }, fill),
    h('strong', null, t('budget.left', { left: short(left) })),
  );
}

/** @param {number} value */
const short = (value) => String(Number(value.toPrecision(3)));

/** Open the ledger of a data set. @param {any} app @param {() => void} again */
async function opened(app, again) {
  const values = { path: 'budget.jsonl', data: '', epsilon: 1, delta: 0, unit: '', rows_per_unit: 1 };
  const said = h('div', null);
  const number = (/** @type {'epsilon' | 'delta' | 'rows_per_unit'} */ name, /** @type {any} */ attrs) =>
    line({ type: 'number', value: values[name], ...attrs }, (text) => (values[name] = Number(text)));
  const body = h(
    'div',
    null,
    field(
      t('budget.data'),
      line({ value: '' }, (text) => (values.data = text)),
      t('budget.data.hint'),
    ),
    field(
      t('budget.path'),
      line({ value: values.path, spellcheck: 'false' }, (text) => (values.path = text)),
    ),
    h(
      'div',
      { class: 'pg-row top' },
      field(t('budget.epsilon'), number('epsilon', { min: 0.01, max: 99, step: 'any' }), t('budget.epsilon.hint')),
      field(t('budget.delta'), number('delta', { min: 0, max: 0.009, step: 'any' }), t('budget.delta.hint')),
    ),
    h(
      'div',
      { class: 'pg-row top' },
      field(
        t('budget.unit.name'),
        line({ value: '' }, (text) => (values.unit = text)),
        t('budget.unit.hint'),
      ),
      field(t('budget.per-unit'), number('rows_per_unit', { min: 1, step: 1 })),
    ),
    said,
  );
  await dialog({
    title: t('budget.open'),
    wide: true,
    body,
    actions: [
      { label: t('cancel') },
      {
        label: t('budget.open'),
        primary: true,
        run: async () => {
          try {
            await app.api.post('/privacy/budget', values);
            again();
            return true;
          } catch (error) {
            put(said, problem(error));
            return false;
          }
        },
      },
    ],
  });
}
