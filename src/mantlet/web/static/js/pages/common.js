// @ts-check
// What the pages share: their frame, states of loading and of failure, links to places and risks, small figures.

import { button, clear, h, pill, toast } from '../dom.js';
import { SEVERITIES } from '../risks/filters.js';
import { t } from '../words.js';

/** @typedef {import('../app.js').App} App */
/** @typedef {Node | string | null | undefined | false} Child */

export { SEVERITIES };

/**
 * A page's frame: heading, one sentence on what it is for, actions, and where its content goes.
 * @param {HTMLElement} root
 * @param {{id: string, title: string, lead: string, actions?: Child[]}} about
 */
export function frame(root, about) {
  clear(root);
  const body = h('div', { class: 'pg-body' });
  const heading = h('h1', { id: `${about.id}-title` }, about.title);
  root.append(
    h(
      'section',
      { class: `pg at-${about.id}`, 'aria-labelledby': `${about.id}-title` },
      h(
        'header',
        { class: 'pg-head' },
        h('div', { class: 'pg-heading' }, heading, h('p', { class: 'pg-lead' }, about.lead)),
        h('div', { class: 'pg-actions' }, ...(about.actions ?? [])),
      ),
      body,
    ),
  );
  return body;
}

/**
 * A button that runs something, perhaps for a while: it can't be pressed twice, and a failure is told.
 * @param {string} label
 * @param {(event: Event) => unknown} run
 * @param {Parameters<typeof button>[2]} [options]
 */
export function act(label, run, options = {}) {
  const work = async (/** @type {Event} */ event) => {
    if (node.getAttribute('aria-busy') === 'true') return;
    node.setAttribute('aria-busy', 'true');
    try {
      await run(event);
    } catch (error) {
      tell(error);
    } finally {
      node.removeAttribute('aria-busy');
    }
  };
  const node = button(label, work, options);
  return node;
}

/** Tell of a failure in passing. @param {unknown} error */
export function tell(error) {
  const { message, mend } = said(error);
  toast(message, { kind: 'error', hint: mend });
}

/** The sentence of an error and how to mend it. @param {any} error */
export function said(error) {
  const message = error?.message || String(error);
  const where = typeof error?.where === 'string' ? error.where : (error?.where?.text ?? '');
  return { message, mend: error?.mend || '', where };
}

/**
 * A failure that stays on the page, with what would mend it.
 * @param {unknown} error
 * @param {() => void} [again]
 */
export function problem(error, again) {
  const { message, mend, where } = said(error);
  return h(
    'div',
    { class: 'pg-problem', role: 'alert' },
    h('strong', null, message),
    where && h('code', null, where),
    mend && h('p', null, mend),
    again && act(t('page.again'), again),
  );
}

/**
 * Show what is waited for, then what came, or why it did not. Later calls for the same place win.
 * @template T
 * @param {HTMLElement} place
 * @param {() => Promise<T>} ask
 * @param {(found: T) => Child | Child[]} draw
 * @param {string} [doing] what takes a while
 */
export async function load(place, ask, draw, doing) {
  const turn = String(Number(place.dataset.turn ?? 0) + 1);
  place.dataset.turn = turn;
  place.setAttribute('aria-busy', 'true');
  if (doing) put(place, waiting(doing));
  else if (!place.childNodes.length) place.append(h('p', { class: 'pg-wait', role: 'status' }, t('page.wait')));
  try {
    const found = await ask();
    if (place.dataset.turn !== turn) return;
    put(place, draw(found));
  } catch (error) {
    if (place.dataset.turn === turn)
      put(
        place,
        problem(error, () => void load(place, ask, draw, doing)),
      );
  } finally {
    if (place.dataset.turn === turn) place.removeAttribute('aria-busy');
  }
}

/** What is done while people wait. @param {string} doing */
const waiting = (doing) =>
  h('div', { class: 'pg-job', role: 'status' }, h('progress', { 'aria-label': doing }), h('p', null, doing));

/** Put content in a place instead of what was there. @param {HTMLElement} place @param {Child | Child[]} content */
export function put(place, content) {
  clear(place);
  for (const child of [content].flat()) if (child) place.append(/** @type {Node} */ (child));
  return place;
}

/**
 * What stands where nothing is yet: what would be here, and the way to it.
 * @param {string} title
 * @param {string} text
 * @param {...Child} ways
 */
export function empty(title, text, ...ways) {
  return h(
    'div',
    { class: 'pg-empty' },
    h('h2', null, title),
    h('p', null, text),
    ways.length ? h('div', { class: 'pg-row' }, ...ways) : null,
  );
}

/** A section with a heading. @param {Child} title @param {Child | Child[]} content @param {{lead?: Child, id?: string, aside?: Child}} [more] */
export function section(title, content, more = {}) {
  return h(
    'section',
    { class: 'pg-section', id: more.id ?? null },
    h('div', { class: 'pg-section-head' }, h('h2', null, title), more.aside),
    more.lead && h('p', { class: 'pg-muted' }, more.lead),
    ...[content].flat(),
  );
}

/** A severity as a word on its colour. @param {string} word */
export const severity = (word) =>
  pill(t(`severity.${SEVERITIES.includes(word) ? word : 'note'}`), SEVERITIES.includes(word) ? word : 'note');

/** A small word in a frame. @param {string} text @param {string} [kind] @param {string} [title] */
export function tag(text, kind = '', title) {
  return h('span', { class: `pg-tag ${kind}`.trim(), title }, text);
}

/** Counts by severity, such as of before and after. @param {Record<string, number>} counts */
export function counts(counts) {
  const shown = SEVERITIES.filter((word) => counts[word]);
  if (!shown.length) return h('span', { class: 'pg-counts' }, t('page.none-open'));
  return h(
    'span',
    { class: 'pg-counts' },
    ...shown.map((word) =>
      h('span', { class: `pg-count ${word}` }, h('b', null, String(counts[word])), ` ${t(`severity.${word}`)}`),
    ),
  );
}

/** What people call a place; a flow without a name by its ends. @param {any} app @param {string} id @returns {string} */
export function nameOf(app, id) {
  const flow = app.store.model.flows?.[id.replace(/\.returns$/, '')];
  if (!flow || flow.name) return app.store.titleOf(id);
  const ends = [flow.from, flow.to].map((end) => app.store.titleOf(end));
  return (id.endsWith('.returns') ? ends.reverse() : ends).join(' → ');
}

/** A link that shows a place in the drawing. @param {App} app @param {string} id @param {string} [label] */
export function place(app, id, label) {
  return h(
    'a',
    { class: 'pg-place', href: `#/design?place=${encodeURIComponent(id)}`, title: t('page.show-place') },
    label ?? nameOf(app, id),
  );
}

/** A link to a risk or threat in the register. @param {App} app @param {string} id @param {string} [title] */
export function risk(app, id, title) {
  const known = riskOf(app, id);
  return h(
    'a',
    { class: 'pg-risk', href: `#/risks?risk=${encodeURIComponent(known?.id ?? id)}`, title: id },
    title || known?.title || id,
  );
}

/** The risk that a threat belongs to. @param {App} app @param {string} id */
export function riskOf(app, id) {
  const direct = app.store.register.get(id);
  if (direct) return direct;
  const [type, spot] = id.split('@');
  return [...app.store.register.values()].find((item) => item.type === type && item.places.includes(spot));
}

/** Several places, the first few of them. @param {App} app @param {string[]} ids @param {number} [most] */
export function places(app, ids, most = 4) {
  const shown = ids.slice(0, most).flatMap((id, number) => (number ? [', ', place(app, id)] : [place(app, id)]));
  return h(
    'span',
    { class: 'pg-places' },
    ...shown,
    ids.length > most ? ` ${t('page.more', { n: ids.length - most })}` : null,
  );
}

/** Short text that stands for any value of a model file. @param {unknown} value */
export function shown(value) {
  if (value === null || value === undefined) return '–';
  const plain = Array.isArray(value) && value.every((item) => typeof item === 'string');
  const text = typeof value === 'string' ? value : plain ? value.join(', ') : JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 159)}…` : text;
}

/** An arrow that is read as a word. */
export const arrow = () =>
  h(
    'span',
    { class: 'pg-arrow' },
    h('span', { 'aria-hidden': 'true' }, '→'),
    h('span', { class: 'pg-hidden' }, t('diff.becomes')),
  );

/**
 * A table for reading in a frame that scrolls. A heading is a text, or a text with a class for its column.
 * @param {string} caption @param {(string | [any, string])[]} heads @param {any[]} rows @param {string} [kind]
 */
export function sheet(caption, heads, rows, kind = '') {
  const head = (/** @type {string | [any, string]} */ item) =>
    Array.isArray(item) ? h('th', { scope: 'col', class: item[1] }, item[0]) : h('th', { scope: 'col' }, item);
  return h(
    'div',
    { class: `pg-scroll ${kind}`.trim(), tabindex: 0, role: 'region', 'aria-label': caption },
    h('table', { class: 'pg-table' }, h('thead', null, h('tr', null, heads.map(head))), h('tbody', null, rows)),
  );
}

/** A list that begins short and opens to its whole length. @param {any[]} rows @param {number} [first] */
export function long(rows, first = 8) {
  const node = h('ul', { class: 'pg-list' }, rows.slice(0, first));
  if (rows.length <= first) return node;
  const more = h(
    'button',
    {
      type: 'button',
      class: 'btn btn-quiet',
      onclick: () => {
        node.append(...rows.slice(first));
        more.remove();
      },
    },
    t('page.show-more', { n: rows.length - first }),
  );
  return h('div', null, node, more);
}

/** A box to tick. @param {string} label @param {boolean} checked @param {(on: boolean) => void} change @param {string} [hint] */
export function tick(label, checked, change, hint) {
  const box = /** @type {HTMLInputElement} */ (h('input', { type: 'checkbox', checked }));
  box.addEventListener('change', () => change(box.checked));
  return h('label', { class: 'pg-tick' }, box, h('span', null, label, hint ? h('small', null, hint) : null));
}

/** A line to write in. @param {Record<string, unknown>} attrs @param {(value: string) => void} change */
export function line(attrs, change) {
  const node = /** @type {HTMLInputElement} */ (h('input', { type: 'text', ...attrs }));
  node.addEventListener('input', () => change(node.value));
  return node;
}

/**
 * Parts of a page one of which is shown; arrow keys move between them.
 * @param {string} label
 * @param {{id: string, title: string, count?: number | null, draw: (place: HTMLElement) => void}[]} parts
 * @param {string} chosen
 * @param {(id: string) => void} told
 */
export function tabs(label, parts, chosen, told) {
  const panel = h('div', { class: 'pg-tabpanel', role: 'tabpanel', tabindex: '-1' });
  const list = h('div', { class: 'pg-tabs', role: 'tablist', 'aria-label': label });
  const open = (/** @type {number} */ at, focus = false) => {
    [...list.children].forEach((node, number) => {
      node.setAttribute('aria-selected', String(number === at));
      node.setAttribute('tabindex', number === at ? '0' : '-1');
    });
    const button = /** @type {HTMLElement} */ (list.children[at]);
    panel.setAttribute('aria-labelledby', button.id);
    if (focus) button.focus();
    clear(panel);
    told(parts[at].id);
    parts[at].draw(panel);
  };
  parts.forEach((part, at) => {
    const button = h(
      'button',
      { type: 'button', role: 'tab', id: `pg-tab-${part.id}`, onclick: () => open(at) },
      part.title,
      part.count === undefined || part.count === null ? null : h('span', { class: 'pg-tab-count' }, String(part.count)),
    );
    list.append(button);
  });
  list.addEventListener('keydown', (/** @type {any} */ event) => {
    const at = [...list.children].indexOf(document.activeElement ?? list);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: parts.length - 1 }[
      /** @type {string} */ (event.key)
    ];
    if (to === undefined) return;
    event.preventDefault();
    open((to + parts.length) % parts.length, true);
  });
  open(
    Math.max(
      0,
      parts.findIndex((part) => part.id === chosen),
    ),
  );
  return h('div', { class: 'pg-tabbed' }, list, panel);
}

/** Run a function some time after the last call. @param {() => void} run @param {number} wait */
export function later(run, wait) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = window.setTimeout(run, wait);
  };
}
