// @ts-check
/** What is known about the selection, to read and to change. */

import { dimensionOf } from './canvas/scene.js';
import { within } from './canvas/nesting.js';
import { button, clear, dialog, field, h, icon, menu, pill, select } from './dom.js';
import { did, put, removed, slug } from './edits.js';
import { factList } from './facts.js';
import { choiceField, dataField, linesField, textField, write } from './fields.js';
import { pickType } from './palette.js';
import { store } from './store.js';
import { t } from './words.js';

/** @typedef {import('./app.js').App} App */

export default {
  id: 'properties',
  /** @param {HTMLElement} root @param {App} app */
  mount(root, app) {
    let shown = '';
    const draw = () => {
      const focused = /** @type {HTMLElement | null} */ (document.activeElement);
      const path = root.contains(focused) ? focused?.dataset.path ?? focused?.closest('[data-fact]')?.getAttribute('data-fact') : null;
      const now = [...store.selection].join('\n');
      const scroll = root.parentElement?.scrollTop ?? 0;
      const open = new Set([...root.querySelectorAll('details')].filter((node) => node.open).map((node) => node.dataset.name));
      clear(root).append(...content(app));
      root.querySelectorAll('details').forEach((node) => { if (open.has(node.dataset.name)) node.open = true; });
      if (now === shown && root.parentElement) root.parentElement.scrollTop = scroll;
      shown = now;
      if (path) /** @type {any} */ (root.querySelector(`[data-path="${CSS.escape(path)}"]`) ?? root.querySelector(`[data-fact="${CSS.escape(path)}"] :is(input, select, [tabindex="0"])`))?.focus();
    };
    let frame = 0;
    const later = () => { if (!frame) frame = requestAnimationFrame(() => { frame = 0; draw(); }); };
    const stops = [store.on('selection', later), store.on('model', later)];
    draw();
    return () => { cancelAnimationFrame(frame); stops.forEach((stop) => stop()); };
  },
};

/** @param {App} app @returns {HTMLElement[]} */
function content(app) {
  const ids = [...store.selection];
  if (ids.length > 1) return many(ids);
  const [id] = ids;
  const section = id ? store.sectionOf(id) : null;
  if (section === 'elements') return element(app, id, store.model.elements[id]);
  if (section === 'flows') return flow(app, id, store.model.flows[id]);
  if (section === 'boundaries') return boundary(app, id, store.model.boundaries[id]);
  return system();
}

/** @param {string} section @param {string} id @param {any} entry @param {string} kind @param {string} glyph @returns {HTMLElement[]} */
function head(section, id, entry, kind, glyph) {
  const from = store.included[section]?.[id];
  return [h('header', { class: 'thing' }, h('span', { class: 'thing-icon' }, icon(glyph, 18)), h('div', { class: 'grow' }, h('h2', null, entry.name || id), h('div', { class: 'muted' }, kind, ' · ',
    h('button', { type: 'button', class: 'link', title: t('id.change'), disabled: store.readOnly || Boolean(from), onclick: () => changeId(section, id) }, id))),
  button('', (event) => menu(/** @type {Element} */ (event.currentTarget), [{ label: t('id.change'), icon: 'rename', disabled: store.readOnly || Boolean(from), run: () => { changeId(section, id); } },
    { label: t('remove'), icon: 'trash', danger: true, disabled: store.readOnly, run: () => { store.change(removed([id]).changes, { label: did('remove', [id]) }); } }]), { icon: 'more', title: t('more'), kind: 'quiet' })),
  ...(from ? [h('p', { class: 'hint' }, t('included', { file: from }))] : []), textField(t('field.name'), [section, id, 'name'], entry.name, { placeholder: id })];
}

/** @param {string} section @param {string} id */
async function changeId(section, id) {
  const input = h('input', { value: id, spellcheck: 'false', maxlength: 120 });
  await dialog({ title: t('id.change'), body: field(t('id'), input, t('id.hint')), actions: [{ label: t('cancel') }, { label: t('rename'), primary: true, run: async () => {
    const next = input.value.trim();
    if (!next || next === id) return true;
    if (!/^[\w][\w./-]*$/.test(next)) { input.value = slug(next); input.setAttribute('aria-invalid', 'true'); return false; }
    const done = await store.change([{ op: 'rename', section, old: id, new: next }], { label: did('rename', [id]) });
    if (done) store.select([next]);
    return true;
  } }] });
}

/** @param {string} section @param {string} id @param {any} entry @param {any} type @param {(type: string) => void} take */
function typeField(section, id, entry, type, take) {
  const pick = h('button', { type: 'button', class: 'btn type-pick', disabled: store.readOnly, 'data-path': `${section}/${id}/type`, onclick: (/** @type {any} */ event) => {
    const at = event.currentTarget.getBoundingClientRect();
    pickType({ x: at.left, y: at.bottom + 4 }, take, t('type.change'));
  } }, icon(type?.icon ?? 'gear'), h('span', { class: 'grow' }, type?.title ?? entry.type), icon('down', 12));
  return h('div', { class: 'field' }, h('span', { class: 'label' }, t('field.type')), pick, type?.summary ? h('p', { class: 'hint' }, type.summary) : null);
}

/** @param {App} app @param {string} id @param {any} entry @returns {HTMLElement[]} */
function element(app, id, entry) {
  const type = store.type(entry.type);
  const base = ['elements', id];
  return [...head('elements', id, entry, t(`kind.${type?.kind ?? 'process'}`), type?.icon ?? 'gear'),
    typeField('elements', id, entry, type, (next) => { write([...base, 'type'], next); }),
    scopeField('elements', id, entry), holdsField(id, entry), operatorField(id, entry),
    more('where', t('section.where'), boundaryFields(id, entry)),
    more('more', t('section.more'), [textField(t('field.description'), [...base, 'description'], entry.description, { long: true }), parentField(id, entry),
      linesField(t('field.code'), [...base, 'code'], entry.code, t('field.code.hint')), linesField(t('field.address'), [...base, 'address'], entry.address, t('field.address.hint'))]),
    factList(base, entry)];
}

/** @param {App} app @param {string} id @param {any} entry @returns {HTMLElement[]} */
function flow(app, id, entry) {
  const base = ['flows', id];
  const elements = Object.keys(store.model.elements ?? {}).map((name) => ({ value: name, label: store.titleOf(name) }));
  const ends = [{ value: '', label: `${store.titleOf(entry.from)} (${t('flow.default')})` }, { value: entry.to, label: store.titleOf(entry.to) }];
  const set = (/** @type {string} */ side) => (/** @type {string[]} */ next) => { store.change([next.length || side === 'data' ? { op: 'set', path: [...base, side], value: next } : { op: 'remove', path: [...base, side] }], { label: did('change', [id]) }); };
  return [...head('flows', id, entry, t('kind.flow'), 'flow'),
    h('div', { class: 'two' }, choiceField(t('flow.from'), [...base, 'from'], entry.from, elements), choiceField(t('flow.to'), [...base, 'to'], entry.to, elements)),
    dataField(t('flow.data'), entry.data, set('data'), { none: t('flow.data.unknown') }), dataField(t('flow.returns'), entry.returns, set('returns'), { none: t('flow.returns.none') }),
    choiceField(t('flow.opened'), [...base, 'opened_by'], entry.opened_by && entry.opened_by !== entry.from ? entry.opened_by : '', ends),
    scopeField('flows', id, entry), more('more', t('section.more'), [textField(t('field.description'), [...base, 'description'], entry.description, { long: true })]), factList(base, entry)];
}

/** @param {App} app @param {string} id @param {any} entry @returns {HTMLElement[]} */
function boundary(app, id, entry) {
  const type = store.boundaryType(entry.type);
  const dimension = dimensionOf(entry.type);
  const base = ['boundaries', id];
  const types = store.vocabulary.boundary_types.map((/** @type {any} */ item) => ({ value: item.id, label: `${item.title} · ${t(`dimension.${dimensionOf(item.id)}`)}` }));
  const inside = new Set([id]);
  for (let size = 0; size !== inside.size;) { size = inside.size; for (const [name, other] of Object.entries(store.model.boundaries)) if (inside.has(/** @type {any} */ (other).in)) inside.add(name); }
  const outer = Object.entries(store.model.boundaries).filter(([name, other]) => !inside.has(name) && dimensionOf(/** @type {any} */ (other).type) === dimension).map(([name]) => ({ value: name, label: store.titleOf(name) }));
  return [...head('boundaries', id, entry, `${t('kind.boundary')} · ${t(`dimension.${dimension}`)}`, 'boundary'), choiceField(t('field.type'), [...base, 'type'], type?.id ?? entry.type, types),
    choiceField(t('field.in'), [...base, 'in'], entry.in ?? '', [{ value: '', label: t('none') }, ...outer]),
    more('more', t('section.more'), [textField(t('field.description'), [...base, 'description'], entry.description, { long: true })]), factList(base, entry)];
}

/** @param {string} name @param {string} title @param {any[]} body @returns {HTMLElement} */
const more = (name, title, body) => h('details', { class: 'more', 'data-name': name }, h('summary', null, icon('chevron', 12), title), body);

/** @param {'elements' | 'flows'} section @param {string} id @param {any} entry */
function scopeField(section, id, entry) {
  const path = [section, id, 'out_of_scope'];
  const reason = h('textarea', { rows: 2, value: entry.out_of_scope ?? '', 'aria-label': t('scope.reason'), placeholder: t('scope.hint'), hidden: !entry.out_of_scope, disabled: store.readOnly, 'data-path': path.join('/') });
  const box = h('input', { type: 'checkbox', checked: Boolean(entry.out_of_scope), disabled: store.readOnly, onchange: () => {
    reason.hidden = !box.checked;
    if (box.checked) reason.focus();
    else if (entry.out_of_scope) write(path, '');
  } });
  reason.addEventListener('change', () => {
    const next = reason.value.trim();
    reason.toggleAttribute('aria-invalid', !next);
    if (next) write(path, next);
    else { reason.setAttribute('aria-invalid', 'true'); reason.value = entry.out_of_scope ?? ''; }
  });
  return h('div', { class: 'field' }, h('label', { class: 'tick' }, box, ' ', t('scope.box')), reason);
}

/** @param {string} id @param {any} entry */
function holdsField(id, entry) {
  const path = ['elements', id, 'holds'];
  const list = Array.isArray(entry.holds) ? entry.holds : entry.holds ? Object.keys(entry.holds) : undefined;
  return dataField(t('field.holds'), list, (next) => {
    const value = Array.isArray(entry.holds) || !entry.holds ? next : Object.fromEntries(next.map((item) => [item, entry.holds[item] ?? {}]));
    store.change([next.length || entry.holds ? { op: 'set', path, value } : { op: 'remove', path }], { label: did('change', [id]) });
  });
}

/** @param {string} id @param {any} entry */
function operatorField(id, entry) {
  const path = ['elements', id, 'operated_by'];
  const parties = Object.entries(/** @type {Record<string, any>} */ (store.model.parties ?? {})).map(([name, party]) => ({ value: name, label: party.name || name }));
  const options = [{ value: '', label: t('party.us') }, ...parties, { value: '\n', label: t('party.new') }];
  return field(t('field.operated_by'), select(options, entry.operated_by && entry.operated_by !== 'us' ? entry.operated_by : '', (next) => (next === '\n' ? newParty(path) : write(path, next)), { disabled: store.readOnly, 'data-path': path.join('/') }));
}

/** @param {import('./patch.js').Path} path where the new party is named */
async function newParty(path) {
  const name = h('input', { maxlength: 120 });
  const region = h('input', { maxlength: 40, placeholder: 'eu' });
  let role = 'processor';
  await dialog({ title: t('party.new'), body: [field(t('field.name'), name), field(t('party.role'), select(['processor', 'sub-processor', 'controller', 'third-party'].map((value) => ({ value, label: t(`party.${value}`) })), role, (value) => { role = value; })), field(t('party.region'), region)],
    actions: [{ label: t('cancel') }, { label: t('add'), primary: true, run: () => {
      if (!name.value.trim()) { name.setAttribute('aria-invalid', 'true'); name.focus(); return false; }
      let id = slug(name.value) || 'party';
      for (let n = 2; store.model.parties?.[id] || id === 'us'; n += 1) id = `${slug(name.value) || 'party'}-${n}`;
      const value = { name: name.value.trim(), role, ...(region.value.trim() ? { region: region.value.trim() } : {}) };
      store.change([{ op: 'set', path: ['parties', id], value }, { op: 'set', path, value: id }], { label: did('add', [name.value.trim()]) });
      return true;
    } }] });
  store.emit('model', { paths: [] });
}

/** A choice for each dimension: the innermost boundary that the element is in. @param {string} id @param {any} entry */
function boundaryFields(id, entry) {
  const boundaries = store.model.boundaries ?? {};
  const own = within(entry);
  const fields = store.vocabulary.dimensions.map((/** @type {string} */ dimension) => {
    const options = Object.keys(boundaries).filter((name) => dimensionOf(boundaries[name].type) === dimension).map((name) => ({ value: name, label: store.titleOf(name) }));
    if (!options.length) return null;
    const now = own.find((name) => boundaries[name] && dimensionOf(boundaries[name].type) === dimension) ?? '';
    return field(t(`dimension.${dimension}`), select([{ value: '', label: t('none') }, ...options], now, (next) => {
      const list = now ? own.map((name) => (name === now ? next : name)).filter(Boolean) : [...own, next];
      store.change([list.length ? { op: 'set', path: ['elements', id, 'in'], value: list } : { op: 'remove', path: ['elements', id, 'in'] }], { label: did('move', [id]) });
    }, { disabled: store.readOnly }));
  }).filter(Boolean);
  return fields.length ? fields : [h('p', { class: 'muted' }, t('boundaries.none'))];
}

/** @param {string} id @param {any} entry */
function parentField(id, entry) {
  const parts = new Set([id]);
  for (let size = 0; size !== parts.size;) { size = parts.size; for (const [name, other] of Object.entries(store.model.elements)) if (parts.has(/** @type {any} */ (other).parent)) parts.add(name); }
  const options = Object.keys(store.model.elements).filter((name) => !parts.has(name)).map((name) => ({ value: name, label: store.titleOf(name) }));
  return choiceField(t('field.parent'), ['elements', id, 'parent'], entry.parent ?? '', [{ value: '', label: t('none') }, ...options], { hint: t('field.parent.hint') });
}

/** @param {string[]} ids @returns {HTMLElement[]} */
function many(ids) {
  const elements = ids.filter((id) => store.sectionOf(id) === 'elements');
  const parties = Object.entries(/** @type {Record<string, any>} */ (store.model.parties ?? {})).map(([name, party]) => ({ value: name, label: party.name || name }));
  return [h('h2', null, t('many', { n: ids.length })), h('div', { class: 'chips' }, ids.slice(0, 40).map((id) => h('button', { type: 'button', class: 'chip', onclick: () => store.select([id]) }, store.titleOf(id)))),
    ...(elements.length > 1 ? [field(t('many.operator', { n: elements.length }), select([{ value: '', label: t('unchanged') }, { value: 'us', label: t('party.us') }, ...parties], '', (value) => {
      if (value) store.change(elements.map((id) => put(['elements', id, 'operated_by'], value === 'us' ? '' : value)), { label: did('change', elements) });
    }, { disabled: store.readOnly })), bulkFact(elements)] : [])];
}

/** @param {string[]} ids */
function bulkFact(ids) {
  const facts = Object.values(/** @type {Record<string, any>} */ (store.vocabulary.facts)).filter((fact) => !fact.derived && fact.at.includes('element') && Array.isArray(fact.values) && fact.values.join() === 'yes,no');
  let value = 'yes';
  const which = select([{ value: '', label: t('many.fact.pick') }, ...facts.map((fact) => ({ value: fact.id, label: fact.title }))], '', () => {});
  const answer = select(['yes', 'no', 'n/a', ''].map((item) => ({ value: item, label: t(`value.${item || 'unknown'}`) })), value, (next) => { value = next; });
  answer.setAttribute('aria-label', t('many.value'));
  return h('div', null, field(t('many.fact', { n: ids.length }), which), h('div', { class: 'row' }, answer, button(t('many.set'), () => {
    if (which.value) store.change(ids.map((id) => put(['elements', id, 'facts', which.value], value)), { label: did('change', ids) });
  }, { kind: 'primary', disabled: store.readOnly })));
}

/** @returns {HTMLElement[]} */
function system() {
  const entry = store.model.system ?? {};
  const counts = ['elements', 'flows', 'boundaries', 'data'].map((section) => pill(t(`count.${section}`, { n: Object.keys(store.model[section] ?? {}).length })));
  return [h('header', { class: 'thing' }, h('span', { class: 'thing-icon' }, icon('design', 18)), h('div', { class: 'grow' }, h('h2', null, entry.name || t('facts.system')), h('div', { class: 'muted' }, t('system')))), h('div', { class: 'chips' }, counts),
    h('p', { class: 'hint' }, t('system.hint')), textField(t('field.name'), ['system', 'name'], entry.name, { required: true }), textField(t('field.owner'), ['system', 'owner'], entry.owner),
    textField(t('field.description'), ['system', 'description'], entry.description, { long: true }),
    choiceField(t('field.criticality'), ['system', 'business', 'criticality'], entry.business?.criticality ?? '', [{ value: '', label: t('value.unknown') }, ...['low', 'medium', 'high', 'critical'].map((value) => ({ value, label: t(`severity.${value}`) }))], { hint: t('field.criticality.hint') }),
    factList(['system'], entry)];
}
