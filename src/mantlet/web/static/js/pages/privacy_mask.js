// @ts-check
// Masking a whole table by a saved plan, looking through the result, and recording what that treats.

import { field, h, select, toast } from '../dom.js';
import { t } from '../words.js';
import { act, line, problem, put, section, tick } from './common.js';
import { start, watch } from './jobs.js';

/** A name beside a file, with another ending. @param {string} file @param {(stem: string, suffix: string) => string} make */
export function beside(file, make) {
  const [, stem, suffix] = /^(.*?)(\.[^./]+)?$/.exec(file.replace(/:.*$/, '')) ?? ['', file, ''];
  return make(stem, suffix ?? '');
}

/** Masking the whole table by the saved plan. @param {any} app @param {string} file @param {any} draft @param {AbortSignal} signal */
export function run(app, file, draft, signal) {
  const state = { output: beside(file, (stem, suffix) => `${stem}.masked${suffix}`), replace: false, treats: '' };
  const result = h('div', { class: 'pg-result' });
  const threats = [...app.store.register.values()].filter(
    (item) => item.state === 'open' && (item.linddun?.length || item.trim?.length),
  );
  const go = act(
    t('mask.run'),
    async () => {
      if (!draft.saved) {
        toast(t('mask.run.first'), { kind: 'info' });
        return;
      }
      try {
        const options = {
          file,
          plan: draft.saved,
          output: state.output,
          verify: true,
          replace: state.replace,
        };
        const job = await watch(app, result, await start(app, 'mask', options), t('mask.running'), signal);
        put(result, job.state === 'done' ? masked(app, job, state.treats) : null);
      } catch (error) {
        put(result, problem(error));
      }
    },
    { disabled: app.store.readOnly },
  );
  return section(
    t('mask.run.title'),
    [
      h(
        'div',
        { class: 'pg-row end' },
        field(
          t('mask.output'),
          line({ value: state.output, spellcheck: 'false' }, (value) => (state.output = value)),
        ),
        field(
          t('mask.treats'),
          select(
            [
              { value: '', label: t('mask.treats.none') },
              ...threats.map((item) => ({ value: item.id, label: item.title })),
            ],
            '',
            (value) => (state.treats = value),
          ),
          t('mask.treats.hint'),
        ),
        tick(t('mask.replace'), false, (on) => (state.replace = on)),
        go,
      ),
      result,
    ],
    { lead: t('mask.run.lead') },
  );
}

/** @param {any} app @param {any} job @param {string} treats */
function masked(app, job, treats) {
  const made = job.result;
  const left = made.left ?? [];
  return h(
    'div',
    { class: left.length ? 'pg-warning' : 'pg-note ok' },
    h('strong', null, t('mask.done', { path: made.path, n: made.rows })),
    left.length
      ? [
          h('p', null, t('mask.left')),
          h(
            'ul',
            { class: 'pg-list' },
            left.map((/** @type {any} */ item) =>
              h(
                'li',
                null,
                h('code', null, item.column),
                h('span', { class: 'pg-grow' }, `${item.what} (${item.rows})`),
              ),
            ),
          ),
        ]
      : h('p', null, t('mask.none-left')),
    treats
      ? h(
          'p',
          null,
          made.sentence,
          ' ',
          act(t('mask.treat'), async () => {
            const answer = await app.store.change([], {
              path: '/privacy/treat',
              body: { job: job.id, threat: treats },
              label: t('mask.treat'),
            });
            if (answer) toast(t('mask.treated', { before: answer.before, after: answer.after }), { kind: 'ok' });
          }),
        )
      : null,
  );
}
