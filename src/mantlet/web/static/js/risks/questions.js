// @ts-check
/** What to find out, the most telling first: answered in place, skipped, taken back. */

import { button, clear, h, pill, toast } from '../dom.js';
import { history } from '../history.js';
import { store } from '../store.js';
import { t } from '../words.js';
import { answerControl, answerWords } from './answer.js';
import { nothing } from './marks.js';
import { placeName } from './places.js';

const KEY = 'mantlet.skipped';
const PAGE = 40;
/** How many questions are fetched: nobody answers more before the ranking changes. */
const MOST = 200;

/** Questions put off, per model, for this browser. */
function skippedOf() {
  const key = `${KEY}.${store.project?.file ?? ''}`;
  /** @type {Set<string>} */
  let held = new Set();
  try { held = new Set(JSON.parse(localStorage.getItem(key) ?? '[]')); } catch { /* nothing kept */ }
  const keep = () => { try { localStorage.setItem(key, JSON.stringify([...held])); } catch { /* not kept */ } };
  return { get size() { return held.size; }, has: (/** @type {string} */ id) => held.has(id), add: (/** @type {string} */ id) => { held.add(id); keep(); }, drop: (/** @type {string} */ id) => { held.delete(id); keep(); }, clear: () => { held.clear(); keep(); } };
}

/** @param {HTMLElement} root @param {import('../app.js').App} app */
function mount(root, app) {
  const skipped = skippedOf();
  const said = h('p', { class: 'questions-said', role: 'status' });
  const list = h('ol', { class: 'questions-list' });
  const later = h('section', { class: 'questions-later' });
  /** @type {any[]} */
  let questions = [];
  let asked = 0;
  let shown = PAGE;
  let timer = 0;

  async function read() {
    const mine = ++asked;
    try {
      const answer = await app.api.get('/questions', { limit: MOST + skipped.size });
      if (mine === asked) { questions = answer; draw(); }
    } catch (error) {
      said.textContent = /** @type {Error} */ (error).message;
    }
  }
  function draw() {
    const now = questions.filter((item) => !skipped.has(item.id));
    const put_off = questions.filter((item) => skipped.has(item.id));
    const place = focusedId();
    said.textContent = now.length ? t(now.length < MOST ? 'risks.questions.left' : 'risks.questions.left-many', { n: now.length, settles: threats(now.slice(0, 5)) }) : '';
    clear(list).append(...now.slice(0, shown).map((item, index) => card(item, index)));
    if (now.length > shown) list.append(h('li', null, button(t('risks.more', { n: now.length - shown }), () => { shown += PAGE; draw(); })));
    if (!now.length) list.append(h('li', { class: 'questions-none' }, put_off.length ? nothing(t('risks.questions.all-skipped.title'), t('risks.questions.all-skipped.text')) : nothing(t('risks.questions.none.title'), t('risks.questions.none.text'))));
    clear(later);
    if (put_off.length) later.append(h('details', null, h('summary', null, t('risks.questions.skipped', { n: put_off.length })), h('ul', null, put_off.map((item) => h('li', null, h('span', null, item.text),
      button(t('risks.questions.ask-again'), () => { skipped.drop(item.id); draw(); }, { kind: 'quiet' }))))));
    if (place !== null) focusAt(place);
  }
  /** How many threats hang on some questions together. @param {any[]} some */
  const threats = (some) => new Set(some.flatMap((item) => item.risks ?? [])).size || some.reduce((sum, item) => sum + item.settles, 0);

  /** @param {any} item @param {number} index */
  function card(item, index) {
    const done = (/** @type {any} */ value) => toast(t('risks.questions.answered', { answer: Array.isArray(value) ? value.join(', ') || t('risks.answer.none') : typeof value === 'object' ? Object.keys(value).join(', ') : answerWords(String(value)) }),
      { kind: 'ok', action: { label: t('undo'), run: () => history.undo() } });
    return h('li', { class: 'question', 'data-id': item.id, 'data-index': index }, h('div', { class: 'question-head' },
      pill(t('risks.up-to', { severity: t(`severity.${item.worst}`) }), item.worst), h('span', { class: 'muted' }, t('risks.questions.settles', { n: item.settles })),
      store.sectionOf(item.place) ? h('button', { type: 'button', class: 'chip', onclick: () => { app.nav.open('design'); setTimeout(() => store.select([item.place]), 300); } }, placeName(item.place)) : null,
      button(t('risks.questions.skip'), () => { skipped.add(item.id); draw(); focusAt(index); }, { kind: 'quiet', class: 'question-skip' })),
    h('h2', null, item.text), item.why ? h('p', { class: 'muted' }, item.why) : null, answerControl(item, { done }), risksOf(item));
  }
  /** @param {any} item */
  function risksOf(item) {
    const found = (item.risks ?? []).map((/** @type {string} */ id) => store.register.get(id)).filter(Boolean);
    if (!found.length) return null;
    return h('details', { class: 'question-risks' }, h('summary', null, t('risks.questions.risks', { n: found.length })), h('ul', null, found.slice(0, 12).map((/** @type {any} */ risk) => h('li', null,
      pill(t(`severity.${risk.severity}`), risk.severity), ' ', h('a', { href: `#/risks?risk=${encodeURIComponent(risk.id)}` }, risk.title)))));
  }
  const focusedId = () => { const at = list.contains(document.activeElement) ? document.activeElement?.closest('li') : null; return at ? Number(at.dataset.index) : null; };
  function focusAt(/** @type {number} */ index) {
    const items = list.querySelectorAll('.question');
    const item = items[Math.min(index, items.length - 1)];
    /** @type {HTMLElement | null} */ (item?.querySelector('.risk-answer button, .risk-answer select, .risk-answer input, .question-skip'))?.focus();
  }
  list.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => walk(event, list));
  const off = [store.on('register', () => { clearTimeout(timer); timer = window.setTimeout(read, 60); })];
  root.append(h('div', { class: 'questions' }, h('header', null, h('h1', null, t('view.questions')), h('p', { class: 'lead' }, t('risks.questions.lead')), said), list, later));
  read();
  return () => { asked += 1; clearTimeout(timer); off.forEach((stop) => stop()); };
}

/** J and K, or Alt with an arrow, go from question to question. @param {KeyboardEvent} event @param {HTMLElement} list */
function walk(event, list) {
  const way = event.altKey && event.key === 'ArrowDown' ? 1 : event.altKey && event.key === 'ArrowUp' ? -1 : 0;
  const typed = /^(INPUT|TEXTAREA|SELECT)$/.test(/** @type {HTMLElement} */ (event.target).tagName);
  const step = way || (typed ? 0 : { j: 1, k: -1 }[event.key] ?? 0);
  if (!step) return;
  const items = [...list.querySelectorAll('.question')];
  const at = items.indexOf(/** @type {Element} */ (/** @type {HTMLElement} */ (event.target).closest('.question')));
  const next = items[Math.max(0, Math.min(items.length - 1, at + step))];
  event.preventDefault();
  /** @type {HTMLElement | null} */ (next?.querySelector('.risk-answer button, .risk-answer select, .risk-answer input, .question-skip'))?.focus();
}

export default { id: 'questions', mount };
