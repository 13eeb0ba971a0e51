// @ts-check
/** What needs another look, told above the register: decisions that no longer count, threats of a later catalogue, claims that evidence refutes. */

import { button, clear, dialog, h } from '../dom.js';
import { store } from '../store.js';
import { t } from '../words.js';
import { decisionCard } from './decide.js';
import { undecide } from './deciding.js';
import { narrow } from './filterbar.js';
import { fresh } from './filters.js';
import { placeName } from './places.js';

/** @returns {HTMLElement[]} a line for each thing to look at */
export function notes() {
  const risks = [...store.register.values()];
  const attention = () => narrow({ ...fresh(), statuses: [], attention: true });
  /** @type {[string, number, string, () => any][]} */
  const found = [
    ['stale', risks.filter((risk) => risk.decision?.stale).length, 'show', attention],
    ['new', risks.filter((risk) => risk.new).length, 'show', attention],
    ['orphaned', store.orphaned.length, 'look', orphaned],
    ['contradicted', store.contradictions.length, 'look', contradictions],
  ];
  return found
    .filter(([, n]) => n)
    .map(([name, n, label, run]) =>
      h(
        'div',
        { class: 'risk-attention' },
        h('span', null, t(`risks.notes.${name}`, { n })),
        button(t(`risks.notes.${label}`), run, { kind: 'quiet' }),
      ),
    );
}

/** Decisions whose threat is gone. */
function orphaned() {
  const list = h('ul', { class: 'risk-orphans' });
  const draw = () =>
    clear(list).append(
      ...store.orphaned.map((item) =>
        h(
          'li',
          null,
          decisionCard({ ...item, standing: item.status }),
          store.readOnly
            ? ''
            : button(
                t('risks.decision.remove'),
                async () => {
                  await undecide(item.key);
                  draw();
                },
                { kind: 'danger' },
              ),
        ),
      ),
    );
  draw();
  return dialog({
    title: t('risks.notes.orphaned', { n: store.orphaned.length }),
    body: [h('p', { class: 'muted' }, t('risks.orphaned.text')), list],
    wide: true,
  });
}

function contradictions() {
  const titles = store.vocabulary?.facts ?? {};
  const rows = store.contradictions.map((item) =>
    h(
      'tr',
      null,
      h(
        'th',
        { scope: 'row' },
        placeName(item.place),
        h('div', { class: 'muted' }, titles[item.fact]?.title ?? item.fact),
      ),
      h('td', null, item.claimed),
      h('td', null, item.verified, h('div', { class: 'muted' }, item.by)),
    ),
  );
  const head = h(
    'tr',
    null,
    ['fact', 'model', 'evidence'].map((key) => h('th', { scope: 'col' }, t(`risks.contradictions.${key}`))),
  );
  return dialog({
    title: t('risks.notes.contradicted', { n: store.contradictions.length }),
    wide: true,
    body: [
      h('p', { class: 'muted' }, t('risks.contradictions.text')),
      h('table', { class: 'table' }, h('thead', null, head), h('tbody', null, rows)),
    ],
  });
}
