// @ts-check
// A masking plan: a step for every column, with the first rows before and after as it is edited.

import { field, h, select, toast } from '../dom.js';
import { t } from '../words.js';
import { act, later, line, load, problem, put, section, sheet, tag, tick } from './common.js';
import { beside, run } from './privacy_mask.js';

/** @typedef {{do: string, [name: string]: any}} Step */
/** @typedef {{columns: Record<string, Step>, key?: string, unlisted?: string, 'mantlet-plan'?: number}} Plan */

/** @type {Record<string, {plan: Plan, reasons: Record<string, string>, path: string}>} plans that people work on, by file */
const drafts = {};
const WAIT = 350;
const EXAMPLES = 2;

/** @param {HTMLElement} root @param {any} app @param {string} file @param {any} found @param {AbortSignal} signal */
export async function masking(root, app, file, found, signal) {
  await load(
    root,
    async () => {
      const steps = await app.api.get('/privacy/steps');
      drafts[file] ??= {
        ...(await app.api.post('/privacy/plan/suggest', { file })),
        path: beside(file, (stem) => `${stem}.plan.yaml`),
      };
      return Array.isArray(steps) ? steps : steps.steps;
    },
    (steps) => draw(app, file, steps, found, signal),
  );
}

/** @param {any} app @param {string} file @param {any[]} steps @param {any} found @param {AbortSignal} signal */
function draw(app, file, steps, found, signal) {
  const draft = drafts[file];
  const sample = h('div', { class: 'pg-preview' });
  /** @type {Record<string, HTMLElement>} */
  const examples = {};
  const show = () =>
    load(
      sample,
      () => app.api.post('/privacy/plan/preview', { file, plan: draft.plan }),
      (made) => {
        made.columns.forEach((/** @type {any} */ column, /** @type {number} */ at) => {
          const rows = made.before.map((/** @type {any[]} */ before, /** @type {number} */ row) =>
            cell(before[at], made.after[row]?.[at], column.dropped, 'div'),
          );
          if (examples[column.name]) put(examples[column.name], rows.slice(0, EXAMPLES));
        });
        return preview(draft.plan, made);
      },
    );
  const soon = later(() => void show(), WAIT);
  void show();
  const rows = Object.keys(draft.plan.columns).map((name) =>
    row(draft, name, steps, soon, (examples[name] = h('td', { class: 'pg-examples' }))),
  );
  const table = sheet(
    t('mask.columns'),
    ['column', 'step', 'options', 'example', 'why'].map((word) => t(`mask.${word}`)),
    rows,
    'pg-plan',
  );
  return [
    section(t('mask.columns'), table),
    section(t('mask.preview'), sample, { lead: t('mask.preview.lead') }),
    save(app, file, draft, found),
    run(app, file, draft, signal),
  ];
}

/** @param {any} draft @param {string} name @param {any[]} steps @param {() => void} changed @param {HTMLElement} example */
function row(draft, name, steps, changed, example) {
  const options = h('td', null);
  const about = h('p', { class: 'hint' });
  const show = () => {
    const step = draft.plan.columns[name];
    const known = steps.find((item) => item.do === step.do);
    about.textContent = step.do === 'keep' ? '' : (known?.summary ?? '');
    put(
      options,
      h(
        'div',
        { class: 'pg-row' },
        (known?.params ?? []).map((/** @type {any} */ param) => parameter(name, step, param, changed)),
      ),
    );
  };
  const choice = select(
    steps.map((item) => ({ value: item.do, label: t(`mask.do.${item.do}`) })),
    draft.plan.columns[name].do,
    (value) => {
      const known = steps.find((item) => item.do === value);
      const first = (/** @type {any} */ param) => [
        param.name,
        param.choices?.[0] ?? { number: 10, integer: 2 }[/** @type {string} */ (param.type)],
      ];
      draft.plan.columns[name] = {
        do: value,
        ...Object.fromEntries(
          (known?.params ?? [])
            .filter((/** @type {any} */ param) => param.default === undefined || param.default === null)
            .map(first),
        ),
      };
      show();
      changed();
    },
    { 'aria-label': t('mask.step.of', { name }) },
  );
  show();
  return h(
    'tr',
    null,
    h('th', { scope: 'row' }, name),
    h('td', null, choice, about),
    options,
    example,
    h('td', { class: 'pg-muted' }, draft.reasons[name] || ''),
  );
}

/** @param {string} column @param {Step} step @param {any} param @param {() => void} changed */
function parameter(column, step, param, changed) {
  const value = step[param.name] ?? param.default;
  const set = (/** @type {any} */ next) => {
    if (next === '' || next === undefined) delete step[param.name];
    else step[param.name] = next;
    changed();
  };
  const label = `${t(`mask.param.${param.name}`)} (${column})`;
  if (param.type === 'flag') return tick(t(`mask.param.${param.name}`), Boolean(value), set);
  if (param.type === 'choice')
    return small(
      param,
      select(
        param.choices.map((/** @type {string} */ word) => ({ value: word, label: word })),
        value ?? param.choices[0],
        set,
        { 'aria-label': label },
      ),
    );
  if (param.type === 'list')
    return small(
      param,
      line({ value: (value ?? []).join(', '), 'aria-label': label }, (text) =>
        set(
          text
            .split(',')
            .map((word) => word.trim())
            .filter(Boolean),
        ),
      ),
    );
  const number = param.type === 'number' || param.type === 'integer';
  return small(
    param,
    line(
      {
        type: number ? 'number' : 'text',
        step: param.type === 'integer' ? 1 : 'any',
        value: value ?? '',
        'aria-label': label,
        class: number ? 'pg-narrow' : null,
      },
      (text) => set(number ? (text === '' ? '' : Number(text)) : text),
    ),
  );
}

/** @param {any} param @param {HTMLElement} control */
const small = (param, control) =>
  h(
    'span',
    { class: 'pg-param' },
    h('span', { class: 'hint', 'aria-hidden': 'true' }, t(`mask.param.${param.name}`)),
    control,
  );

/** @param {Plan} plan @param {any} made */
function preview(plan, made) {
  const heads = made.columns.map((/** @type {any} */ column) =>
    h(
      'span',
      null,
      column.name,
      h('div', { class: 'pg-muted' }, t(`mask.do.${plan.columns[column.name]?.do ?? 'keep'}`)),
    ),
  );
  const rows = made.before.map((/** @type {any[]} */ before, /** @type {number} */ at) =>
    h(
      'tr',
      null,
      before.map((value, number) => cell(value, made.after[at]?.[number], made.columns[number]?.dropped)),
    ),
  );
  return [
    made.sample_key ? h('p', { class: 'pg-note' }, t('mask.sample-key', { key: plan.key || 'default' })) : null,
    sheet(t('mask.preview'), heads, rows, 'tall pg-masked'),
  ];
}

/** @param {unknown} before @param {unknown} after @param {boolean} dropped @param {string} [node] */
function cell(before, after, dropped, node = 'td') {
  const [was, is] = [before, after].map((value) => (value === null || value === undefined ? '' : String(value)));
  if (dropped) return h(node, null, h('del', null, was || '–'), h('div', null, tag(t('mask.dropped'), 'warn')));
  if (was === is) return h(node, null, was || h('span', { class: 'pg-muted' }, '–'));
  return h(node, { class: 'changed' }, h('del', null, was || '–'), h('ins', null, is || '–'));
}

/** @param {any} app @param {string} file @param {any} draft @param {any} found */
function save(app, file, draft, found) {
  const path = line({ value: draft.path, spellcheck: 'false' }, (value) => (draft.path = value));
  const key = line({ value: draft.plan.key ?? '', spellcheck: 'false' }, (value) => {
    if (value) draft.plan.key = value;
    else delete draft.plan.key;
  });
  const unlisted = select(
    ['refuse', 'keep', 'drop'].map((word) => ({ value: word, label: t(`mask.unlisted.${word}`) })),
    draft.plan.unlisted ?? 'refuse',
    (word) => (draft.plan.unlisted = word),
  );
  const go = act(
    t('mask.save'),
    async () => {
      const answer = await app.api.post('/privacy/plan/save', {
        path: draft.path,
        plan: draft.plan,
        reasons: draft.reasons,
      });
      draft.saved = answer.path;
      if (!found.plans.includes(answer.path)) found.plans.push(answer.path);
      toast(t('mask.saved', { path: answer.path }), { kind: 'ok' });
    },
    { kind: 'primary', disabled: app.store.readOnly },
  );
  const open = found.plans.length
    ? field(
        t('mask.open'),
        select(
          [
            { value: '', label: t('mask.open.none') },
            ...found.plans.map((/** @type {string} */ item) => ({ value: item, label: item })),
          ],
          '',
          async (value) => {
            if (!value) return;
            const { plan } = await app.api.get('/privacy/plan', { path: value });
            drafts[file] = { plan, reasons: {}, path: value };
            /** @type {any} */ (document.getElementById('pg-tab-plan'))?.click();
          },
        ),
      )
    : null;
  return section(
    t('mask.keep'),
    h(
      'div',
      { class: 'pg-row end' },
      field(t('mask.path'), path),
      field(t('mask.key'), key, t('mask.key.hint')),
      field(t('mask.unlisted'), unlisted),
      go,
      open,
    ),
    { lead: t('mask.keep.lead') },
  );
}
