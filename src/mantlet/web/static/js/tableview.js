// @ts-check
/** The whole model as tables that are edited in place: everything that the canvas shows and does, without a canvas. */

import { newData } from './datadialog.js';
import { button, clear, dialog, field, h, select } from './dom.js';
import { addBoundary, addElement, addFlow, did } from './edits.js';
import { pickType } from './palette.js';
import properties from './properties.js';
import { store } from './store.js';
import { columns, elementOptions } from './tablecolumns.js';
import { table } from './tables.js';
import { t } from './words.js';

/** @typedef {import('./app.js').App} App */

const TABS = ['elements', 'flows', 'boundaries', 'data'];

export default {
  id: 'table',
  /** @param {HTMLElement} root @param {App} app */
  mount(root, app) {
    let tab = TABS.includes(app.nav.params.tab ?? '') ? /** @type {string} */ (app.nav.params.tab) : 'elements';
    const search = h('input', { type: 'search', placeholder: t('table.filter'), 'aria-label': t('table.filter') });
    const tabs = h('div', { class: 'tabs', role: 'tablist', 'aria-label': t('view.table') });
    const body = h('div', { class: 'table-body', id: 'table-body', role: 'tabpanel', tabindex: 0 });
    const side = h('aside', { class: 'table-side', 'aria-label': t('panel.properties') });
    const bar = h(
      'div',
      { class: 'table-bar' },
      tabs,
      h('span', { class: 'grow' }),
      search,
      button(t('add'), (event) => add(tab, /** @type {any} */ (event.currentTarget)), {
        icon: 'plus',
        kind: 'primary',
        disabled: store.readOnly,
      }),
    );
    root.append(bar, h('div', { class: 'table-split' }, body, side));
    const unmount = properties.mount(side.appendChild(h('div', { class: 'panel' })), app);
    const draw = () => {
      clear(tabs).append(
        ...TABS.map((name) =>
          h(
            'button',
            {
              type: 'button',
              role: 'tab',
              id: `table-${name}`,
              'aria-selected': String(name === tab),
              'aria-controls': 'table-body',
              tabindex: name === tab ? 0 : -1,
              onclick: () => {
                tab = name;
                draw();
                document.getElementById(`table-${name}`)?.focus();
              },
              onkeydown: step,
            },
            t(name),
            h('span', { class: 'pill' }, String(Object.keys(store.model[name] ?? {}).length)),
          ),
        ),
      );
      body.setAttribute('aria-labelledby', `table-${tab}`);
      drawBody();
    };
    const step = (/** @type {KeyboardEvent} */ event) => {
      const way = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
      if (!way) return;
      tab = TABS[(TABS.indexOf(tab) + way + TABS.length) % TABS.length];
      draw();
      document.getElementById(`table-${tab}`)?.focus();
    };
    const drawBody = () => {
      const focused = /** @type {HTMLElement} */ (document.activeElement)?.dataset?.path;
      const scroll = body.scrollTop;
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const rows = Object.entries(store.model[tab] ?? {})
        .map(([id, entry]) => ({ id, ...entry, $name: entry.name, $type: entry.type }))
        .filter((row) => words.every((/** @type {string} */ word) => JSON.stringify(row).toLowerCase().includes(word)));
      clear(body).append(
        table(columns(tab, app), rows, {
          caption: t(`table.${tab}`),
          key: (row) => row.id,
          selected: (row) => store.selection.has(row.id),
          sort: kept[tab],
          empty: t(words.length ? 'table.none' : `table.${tab}.empty`),
        }),
      );
      body.querySelectorAll('th[data-id] button').forEach((/** @type {HTMLElement} */ node) =>
        node.addEventListener('click', () => {
          const head = /** @type {HTMLElement} */ (node.closest('th'));
          kept[tab] = { id: head.dataset.id ?? '', down: head.getAttribute('aria-sort') === 'descending' };
        }),
      );
      body.scrollTop = scroll;
      if (focused)
        /** @type {HTMLElement | null} */ (body.querySelector(`[data-path="${CSS.escape(focused)}"]`))?.focus();
    };
    let frame = 0;
    const later = () => {
      if (!frame)
        frame = requestAnimationFrame(() => {
          frame = 0;
          draw();
        });
    };
    search.addEventListener('input', drawBody);
    body.addEventListener('focusin', (/** @type {any} */ event) =>
      choose(event.target.closest('tr[data-key]')?.dataset.key),
    );
    body.addEventListener('click', (/** @type {any} */ event) =>
      choose(event.target.closest('tr[data-key]')?.dataset.key),
    );
    const choose = (/** @type {string | undefined} */ id) => {
      if (!id || (store.selection.size === 1 && store.selection.has(id))) return;
      store.select([id]);
      body
        .querySelectorAll('tr[data-key]')
        .forEach((/** @type {any} */ row) => row.setAttribute('aria-selected', String(row.dataset.key === id)));
    };
    const stops = [store.on('model', later), store.on('register', later)];
    if (app.nav.params.id) store.select([app.nav.params.id]);
    draw();
    return () => {
      cancelAnimationFrame(frame);
      stops.forEach((stop) => stop());
      unmount();
    };
  },
};

/** How each table is sorted. @type {Record<string, {id: string, down?: boolean}>} */
const kept = {};

/** @param {string} tab @param {Element} button */
async function add(tab, button) {
  const at = button.getBoundingClientRect();
  const made = (/** @type {{id: string, changes: any[]}} */ { id, changes }) => {
    store.change(changes, { label: did('add', [changes[0].value.name ?? id]) });
    store.select([id]);
    setTimeout(
      () =>
        /** @type {HTMLElement | null} */ (
          document.querySelector(`[data-path="${CSS.escape(`${tab}/${id}/name`)}"]`)
        )?.focus(),
      60,
    );
  };
  if (tab === 'elements') pickType({ x: at.left - 180, y: at.bottom + 4 }, (type) => made(addElement(type, [])));
  else if (tab === 'data') await newData();
  else if (tab === 'boundaries') await addBoundaryDialog(made);
  else await addFlowDialog(made);
}

/** @param {(made: {id: string, changes: any[]}) => void} made */
async function addBoundaryDialog(made) {
  const types = store.vocabulary.boundary_types.map((/** @type {any} */ item) => ({
    value: item.id,
    label: item.title,
  }));
  let type = types[0].value;
  await dialog({
    title: t('table.add.boundaries'),
    body: field(
      t('field.type'),
      select(types, type, (value) => {
        type = value;
      }),
    ),
    actions: [
      { label: t('cancel') },
      {
        label: t('add'),
        primary: true,
        run: () => {
          made(addBoundary(type));
          return true;
        },
      },
    ],
  });
}

/** @param {(made: {id: string, changes: any[]}) => void} made */
async function addFlowDialog(made) {
  const elements = elementOptions();
  if (elements.length < 2) {
    await dialog({ title: t('table.add.flows'), body: h('p', null, t('table.two')) });
    return;
  }
  let [from, to] = [elements[0].value, elements[1].value];
  await dialog({
    title: t('table.add.flows'),
    body: [
      field(
        t('flow.from'),
        select(elements, from, (value) => {
          from = value;
        }),
      ),
      field(
        t('flow.to'),
        select(elements, to, (value) => {
          to = value;
        }),
      ),
    ],
    actions: [
      { label: t('cancel') },
      {
        label: t('add'),
        primary: true,
        run: () => {
          made(addFlow(from, to));
          return true;
        },
      },
    ],
  });
}
