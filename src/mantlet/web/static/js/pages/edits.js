// @ts-check
// Changes of the design, put together from the model's own ids: what `mantlet plan --what-if` takes as text.

import { button, field, h, select } from '../dom.js';
import { t } from '../words.js';
import { line, nameOf, put } from './common.js';

const VERBS = ['drop', 'remove', 'retain', 'move', 'operate', 'set'];
const PERIODS = ['P7D', 'P30D', 'P90D', 'P1Y'];

/**
 * The sentence that a change reads as.
 * @param {any} app @param {string} edit
 */
export function inWords(app, edit) {
  const name = (/** @type {string} */ id) => nameOf(app, id);
  const [, verb, rest] = /^(\w+) (.*)$/.exec(edit) ?? ['', '', edit];
  if (verb === 'move') return t('edit.move.said', split(rest, ' to ', name));
  if (verb === 'operate')
    return t(
      'edit.operate.said',
      split(rest, ' by ', name, (id) => app.store.model?.parties?.[id]?.name || id),
    );
  if (verb === 'retain') return t('edit.retain.said', split(rest, ' ', name, String));
  if (verb === 'set') {
    const [, place, fact, value] = /^(\S+)\.([^.=\s]+)=(.+)$/.exec(rest) ?? ['', rest, '', ''];
    return t('edit.set.said', { a: name(place), fact: fact.replaceAll('_', ' '), b: value });
  }
  if (verb === 'drop' && rest.includes('.')) {
    const at = rest.lastIndexOf('.');
    return t('edit.drop.said', { a: rest.slice(at + 1).replaceAll('-', ' '), b: name(rest.slice(0, at)) });
  }
  return t('edit.remove.said', { a: name(rest) });
}

/** @param {string} text @param {string} at @param {(id: string) => string} first @param {(id: string) => string} [second] */
function split(text, at, first, second = first) {
  const [a, b] = text.split(at);
  return { a: first(a), b: second(b ?? '') };
}

/**
 * A row of controls that makes one change; `add` gets its text.
 * @param {any} app @param {(edit: string) => void} add @param {string} [label]
 */
export function editor(app, add, label = t('edit.add')) {
  const rest = h('div', { class: 'pg-edit-rest' });
  const verbs = VERBS.filter((verb) => choices(app, verb).length);
  const state = { verb: verbs[0] ?? '', a: '', fact: '', b: '' };
  const draw = () => {
    state.a = choices(app, state.verb)[0]?.value ?? '';
    put(rest, controls(app, state));
  };
  const form = h(
    'form',
    {
      class: 'pg-edit',
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        const edit = written(state);
        if (edit) add(edit);
      },
    },
    field(
      t('edit.what'),
      select(
        verbs.map((verb) => ({ value: verb, label: t(`edit.${verb}`) })),
        state.verb,
        (verb) => {
          state.verb = verb;
          draw();
        },
      ),
    ),
    rest,
    h('button', { class: 'btn', type: 'submit' }, label),
  );
  if (verbs.length) draw();
  return verbs.length ? form : h('p', { class: 'pg-muted' }, t('edit.nothing'));
}

/** @param {{verb: string, a: string, fact: string, b: string}} state */
function written({ verb, a, fact, b }) {
  if (!a || (!b && verb !== 'remove' && verb !== 'drop')) return '';
  if (verb === 'move') return `move ${a} to ${b}`;
  if (verb === 'operate') return `operate ${a} by ${b}`;
  if (verb === 'retain') return `retain ${a} ${b}`;
  if (verb === 'set') return fact ? `set ${a}.${fact}=${b}` : '';
  return `${verb} ${a}`;
}

/** @param {any} app @param {string} verb @returns {{value: string, label: string}[]} */
function choices(app, verb) {
  const model = app.store.model ?? {};
  const ids = (/** @type {string} */ section) =>
    Object.keys(model[section] ?? {})
      .map((id) => ({ value: id, label: nameOf(app, id) }))
      .sort((a, b) => a.label.localeCompare(b.label));
  if (verb === 'drop') {
    return Object.entries(model.data ?? {}).flatMap(([id, entry]) =>
      /** @type {any} */ (entry?.personal ?? []).map((/** @type {string} */ word) => ({
        value: `${id}.${word}`,
        label: `${app.store.titleOf(id)} · ${word}`,
      })),
    );
  }
  if (verb === 'retain') return ids('data');
  if (verb === 'move') return Object.keys(model.boundaries ?? {}).length ? ids('elements') : [];
  if (verb === 'operate') return ids('elements');
  if (verb === 'remove') return [...ids('flows'), ...ids('elements'), ...ids('data')];
  return [...ids('elements'), ...ids('flows')];
}

/** @param {any} app @param {any} state */
function controls(app, state) {
  const first = field(
    t(`edit.${state.verb}.a`),
    select(choices(app, state.verb), state.a, (value) => {
      state.a = value;
      if (state.verb === 'set') put(second, facts(app, state));
    }),
  );
  const second = h('div', { class: 'pg-edit-rest' });
  state.b = '';
  if (state.verb === 'move') {
    const ids = Object.keys(app.store.model?.boundaries ?? {})
      .map((id) => ({ value: id, label: nameOf(app, id) }))
      .sort((a, b) => a.label.localeCompare(b.label));
    second.append(chosen(state, t('edit.move.b'), ids));
  } else if (state.verb === 'operate') {
    const parties = Object.entries(app.store.model?.parties ?? {}).map(([id, party]) => ({
      value: id,
      label: /** @type {any} */ (party)?.name || id,
    }));
    second.append(
      chosen(state, t('edit.operate.b'), [
        { value: 'us', label: t('edit.us') },
        ...parties.filter((item) => item.value !== 'us'),
      ]),
    );
  } else if (state.verb === 'retain') {
    second.append(
      chosen(
        state,
        t('edit.retain.b'),
        PERIODS.map((value) => ({ value, label: t(`edit.period.${value}`) })),
      ),
    );
  } else if (state.verb === 'set') put(second, facts(app, state));
  return [first, second];
}

/** @param {any} state @param {string} label @param {{value: string, label: string}[]} options */
function chosen(state, label, options) {
  state.b = options[0]?.value ?? '';
  return field(
    label,
    select(options, state.b, (value) => (state.b = value)),
  );
}

/** The facts that a place can have, and their values. @param {any} app @param {any} state */
function facts(app, state) {
  const section = app.store.sectionOf(state.a);
  const kind = section === 'flows' ? 'flow' : 'element';
  const known = Object.entries(app.store.vocabulary?.facts ?? {}).filter(([, fact]) =>
    at(/** @type {any} */ (fact), kind),
  );
  const names = known.map(([id, fact]) => ({ value: id, label: /** @type {any} */ (fact).title || id }));
  names.sort((a, b) => a.label.localeCompare(b.label));
  state.fact = names[0]?.value ?? '';
  const value = h('div', null);
  const draw = () => {
    const values = app.store.vocabulary?.facts?.[state.fact]?.values ?? [];
    const options = (values.length ? values : ['yes', 'no']).map((/** @type {string} */ word) => ({
      value: word,
      label: word,
    }));
    put(
      value,
      app.store.vocabulary?.facts?.[state.fact]?.open && !values.length
        ? field(
            t('edit.set.b'),
            line({ value: (state.b = '') }, (text) => (state.b = text)),
          )
        : chosen(state, t('edit.set.b'), options),
    );
  };
  draw();
  return [
    field(
      t('edit.set.fact'),
      select(names, state.fact, (id) => {
        state.fact = id;
        draw();
      }),
    ),
    value,
  ];
}

/** @param {any} fact @param {string} kind */
const at = (fact, kind) =>
  !fact.at?.length || fact.at.some((/** @type {string} */ word) => word === kind || word.includes(kind));

/**
 * Changes as a list from which each can be taken out.
 * @param {any} app @param {string[]} edits @param {(at: number) => void} remove @param {(at: number) => any} [beside]
 */
export function listed(app, edits, remove, beside) {
  return h(
    'ul',
    { class: 'pg-edits' },
    edits.map((edit, number) =>
      h(
        'li',
        null,
        h('span', null, inWords(app, edit)),
        beside?.(number),
        button('', () => remove(number), {
          icon: 'close',
          kind: 'quiet',
          title: t('edit.take-out', { what: inWords(app, edit) }),
        }),
      ),
    ),
  );
}
