// @ts-check
/** Threats that people found: a form for one, new or at hand. */

import { confirm, dialog, field, h, select, uid } from '../dom.js';
import { store } from '../store.js';
import { t } from '../words.js';
import { current } from './current.js';
import { people } from './deciding.js';
import { capital } from './marks.js';
import { placeName } from './places.js';

const STRIDE = [
  'spoofing',
  'tampering',
  'repudiation',
  'information-disclosure',
  'denial-of-service',
  'elevation-of-privilege',
];
const CIA = ['confidentiality', 'integrity', 'availability', 'accountability'];
const TRIM = ['transfer', 'retention', 'inference', 'minimisation'];
const LINDDUN = ['L', 'I', 'NR', 'D', 'DD', 'U', 'NC'];
const AGENTS = [
  'outsider',
  'user',
  'insider',
  'labeller',
  'data-scientist',
  'operator',
  'supplier',
  'curious-operator',
  'accident',
];
const EASE = { discovery: 'ED', exploit: 'EE', awareness: 'A' };
const STANDARD = { discovery: 3, exploit: 3, awareness: 4 };
const SECTIONS = /** @type {const} */ (['elements', 'flows', 'boundaries', 'data']);

/** An id made of a title that nothing has yet. @param {string} title @param {Record<string, any>} taken @returns {string} */
export function idFor(title, taken) {
  const plain =
    title
      .normalize('NFKD')
      .replace(/[^\w\s-]/g, '')
      .trim()
      .toUpperCase()
      .replace(/[\s_]+/g, '-')
      .replace(/-+/g, '-')
      .replace(/^[-\d]+|-+$/g, '')
      .slice(0, 40)
      .replace(/-$/, '') || 'THREAT';
  let id = plain;
  for (let number = 2; Object.hasOwn(taken, id); number += 1) id = `${plain}-${number}`;
  return id;
}

/**
 * A threat as the file holds it: what is empty or standard is left out; foreign fields stay.
 * @param {Record<string, any>} fields @param {Record<string, any>} [before] @returns {Record<string, any>}
 */
export function entryOf(fields, before = {}) {
  const entry = { ...before, ...fields };
  const standard = JSON.stringify(STANDARD);
  for (const [name, value] of Object.entries(entry)) {
    const empty = value === '' || value === undefined || (Array.isArray(value) && !value.length);
    if (empty || (name === 'vulnerability' && JSON.stringify({ ...STANDARD, ...value }) === standard))
      delete entry[name];
  }
  return entry;
}

/**
 * Add a threat, or change one.
 * @param {import('../app.js').App} app @param {string | null} id @param {string[]} [places] where a new one is
 */
export async function editManual(app, id, places = []) {
  const before = (id && store.model.threats?.[id]) || {};
  const form = manualForm(before, id ? (before.at ?? []) : places.length ? places : ['system']);
  const actions = [
    { label: t('cancel') },
    ...(id ? [{ label: t('risks.manual.remove'), danger: true, run: () => removed(id) }] : []),
    { label: t(id ? 'save' : 'risks.manual.add'), primary: true, run: () => saved(app, id, before, form) },
  ];
  await dialog({ title: t(id ? 'risks.manual.edit' : 'risks.manual.add'), body: form, actions, wide: true });
}

/** @param {import('../app.js').App} app @param {string | null} id @param {Record<string, any>} before @param {any} form */
async function saved(app, id, before, form) {
  const fields = form.read();
  if (!fields) return false;
  const name =
    id ??
    idFor(fields.title, {
      ...store.model.threats,
      ...Object.fromEntries([...store.register.values()].map((risk) => [risk.type, 1])),
    });
  const answer = await store.change([{ op: 'set', path: ['threats', name], value: entryOf(fields, before) }], {
    label: t('risks.manual.label', { title: fields.title }),
  });
  if (!answer) return false;
  const found = [...store.register.values()].find((risk) => risk.type === name);
  if (found && app.nav.view === 'risks') app.nav.open('risks', { risk: found.id });
  else if (found) current.show(found.id);
  return true;
}

/** @param {string} id */
async function removed(id) {
  const decided = Object.keys(store.model.decisions ?? {}).filter((key) => key.startsWith(`${id}@`));
  if (
    !(await confirm(
      t('risks.manual.remove'),
      t('risks.manual.remove-text', { title: store.model.threats[id].title, n: decided.length }),
      t('risks.manual.remove'),
    ))
  )
    return false;
  await store.change(
    [
      { op: 'remove', path: ['threats', id] },
      ...decided.map((key) => ({ op: /** @type {const} */ ('remove'), path: ['decisions', key] })),
    ],
    { label: t('risks.manual.removed', { title: store.model.threats[id].title }) },
  );
  return true;
}

/** @param {Record<string, any>} before @param {string[]} places */
function manualForm(before, places) {
  const title = h('input', {
    type: 'text',
    value: before.title ?? '',
    'aria-required': 'true',
    autofocus: true,
    maxlength: 200,
  });
  const text = h('textarea', { rows: 3, value: before.text ?? '' });
  const chosen = placesField(places);
  const helps = controlsField(before.controls ?? []);
  const lists = {
    stride: checks('stride', STRIDE, before.stride),
    cia: checks('cia', CIA, before.cia),
    linddun: checks(
      'linddun',
      [...LINDDUN, ...(before.linddun ?? []).filter((/** @type {string} */ node) => !LINDDUN.includes(node))],
      before.linddun,
    ),
    trim: checks('trim', TRIM, before.trim),
    agents: checks('agents', AGENTS, before.agents),
  };
  const ease = Object.entries(EASE).map(([name, code]) =>
    easeField(/** @type {'discovery'} */ (name), code, before.vulnerability),
  );
  const by = h('input', { type: 'text', value: before.found_by ?? '', list: uid('people'), autocomplete: 'off' });
  const wrong = h('p', { class: 'decide-wrong', role: 'alert' });
  const node = h(
    'div',
    { class: 'manual' },
    field(t('risks.manual.title'), title, t('risks.manual.title.hint')),
    field(t('risks.manual.text'), text),
    chosen.node,
    h(
      'div',
      { class: 'manual-lists' },
      Object.values(lists).map((list) => list.node),
    ),
    h(
      'fieldset',
      { class: 'manual-ease' },
      h('legend', null, t('risks.manual.ease')),
      ease.map((item) => item.node),
    ),
    helps.node,
    field(t('risks.manual.by'), by),
    h(
      'datalist',
      { id: by.getAttribute('list') },
      people().map((value) => h('option', { value })),
    ),
    wrong,
  );
  node.read = () => {
    wrong.textContent = !title.value.trim()
      ? t('risks.manual.needs-title')
      : !chosen.read().length
        ? t('risks.manual.needs-place')
        : '';
    if (wrong.textContent) {
      (title.value.trim() ? chosen.input : title).focus();
      return null;
    }
    return {
      title: title.value.trim(),
      at: chosen.read(),
      text: text.value.trim(),
      ...Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, list.read()])),
      vulnerability: Object.fromEntries(ease.map((item) => [item.name, item.read()])),
      controls: helps.read(),
      found_by: by.value.trim(),
    };
  };
  return node;
}

/** @param {'stride'|'cia'|'linddun'|'trim'|'agents'} name @param {string[]} values @param {string[] | undefined} held */
function checks(name, values, held) {
  const titles = new Map(
    (store.vocabulary.frameworks?.find((/** @type {any} */ item) => item.id === name)?.categories ?? []).map(
      (/** @type {any} */ item) => [String(item.id), item.title],
    ),
  );
  const words = (/** @type {string} */ value) =>
    name === 'linddun' ? [value, titles.get(value)].filter(Boolean).join(' ') : capital(value.replaceAll('-', ' '));
  const node = h(
    'fieldset',
    { class: `manual-list manual-${name}` },
    h('legend', null, t(name === 'agents' ? 'risks.manual.agents' : `risks.framework.${name}`)),
    [...new Set(values)].map((value) =>
      h(
        'label',
        { class: 'check' },
        h('input', { type: 'checkbox', value, checked: (held ?? []).includes(value) }),
        words(value),
      ),
    ),
  );
  return {
    node,
    read: () => [...node.querySelectorAll('input:checked')].map((item) => /** @type {HTMLInputElement} */ (item).value),
  };
}

/** @param {'discovery'} name @param {string} code @param {Record<string, number> | undefined} held */
function easeField(name, code, held) {
  const factor = store.vocabulary.factors.find((/** @type {any} */ item) => item.code === code);
  const now = held?.[name] ?? STANDARD[name];
  const options = (factor?.options ?? []).map((/** @type {any} */ item) => ({
    value: String(item.value),
    label: `${item.value} – ${item.label}`,
  }));
  if (!options.some((/** @type {any} */ item) => Number(item.value) === now))
    options.push({ value: String(now), label: String(now) });
  const node = select(options, String(now), () => {});
  return { name, node: field(factor?.title ?? name, node), read: () => Number(node.value) };
}

/** @param {string[]} places */
function placesField(places) {
  /** @type {Map<string, string>} */
  const byName = new Map([[t('risks.manual.system'), 'system']]);
  for (const section of SECTIONS)
    for (const id of Object.keys(store.model[section] ?? {}))
      byName.set(placeName(id) === id ? id : `${placeName(id)} (${id})`, id);
  return chipsField(t('risks.manual.at'), t('risks.manual.place'), byName, places, (id) =>
    id === 'system' ? t('risks.manual.system') : placeName(id),
  );
}

/** @param {string[]} held */
function controlsField(held) {
  const known = new Map((store.vocabulary.controls ?? []).map((/** @type {any} */ item) => [item.id, item.title]));
  return chipsField(
    t('risks.manual.controls'),
    t('risks.manual.control'),
    new Map([...known].map(([id, title]) => [title, id])),
    held,
    (id) => known.get(id) ?? id,
  );
}

/**
 * Several of a long list, as chips; the browser searches the list.
 * @param {string} label @param {string} hint @param {Map<string, string>} byName ids by what they are called @param {string[]} chosen @param {(id: string) => string} nameOf
 */
function chipsField(label, hint, byName, chosen, nameOf) {
  const held = new Set(chosen);
  const ids = new Set(byName.values());
  const chips = h('div', { class: 'chips' });
  const listed = uid('list');
  const input = h('input', {
    type: 'text',
    list: listed,
    placeholder: hint,
    autocomplete: 'off',
    onchange: take,
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key === 'Enter') {
        event.preventDefault();
        event.stopPropagation();
        take();
      }
    },
  });
  function take() {
    const id = byName.get(input.value) ?? (ids.has(input.value) ? input.value : '');
    if (!id) return;
    held.add(id);
    input.value = '';
    draw();
  }
  function draw() {
    chips.replaceChildren(
      ...[...held].map((id) =>
        h(
          'button',
          {
            type: 'button',
            class: 'chip',
            title: t('remove'),
            onclick: () => {
              held.delete(id);
              draw();
              input.focus();
            },
          },
          nameOf(id),
          ' ×',
        ),
      ),
    );
  }
  draw();
  const node = field(label, input);
  node.append(
    chips,
    h(
      'datalist',
      { id: listed },
      [...byName.keys()].map((value) => h('option', { value })),
    ),
  );
  return {
    node,
    input,
    read: () => {
      take();
      return [...held];
    },
  };
}
