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
const FEW = 4;
const CONTROLS = '.risk-answer button, .risk-answer select, .risk-answer input, .question-skip';
/** How many questions are fetched: nobody answers more before the ranking changes. */
const MOST = 200;

/** Questions put off, per model, for this browser. */
function skippedOf() {
  const key = `${KEY}.${store.project?.file ?? ''}`;
  /** @type {Set<string>} */
  let held = new Set();
  try {
    held = new Set(JSON.parse(localStorage.getItem(key) ?? '[]'));
  } catch {
    /* nothing kept */
  }
  const keep = () => {
    try {
      localStorage.setItem(key, JSON.stringify([...held]));
    } catch {
      /* not kept */
    }
  };
  return {
    get size() {
      return held.size;
    },
    has: (/** @type {string} */ id) => held.has(id),
    add: (/** @type {string} */ id) => {
      held.add(id);
      keep();
    },
    drop: (/** @type {string} */ id) => {
      held.delete(id);
      keep();
    },
    clear: () => {
      held.clear();
      keep();
    },
  };
}

class QuestionsView {
  /** @param {HTMLElement} root @param {import('../app.js').App} app */
  constructor(root, app) {
    this.app = app;
    this.skipped = skippedOf();
    this.said = h('p', { class: 'questions-said', role: 'status' });
    this.list = h('ol', {
      class: 'questions-list',
      onkeydown: (/** @type {KeyboardEvent} */ event) => walk(event, this.list),
    });
    this.later = h('section', { class: 'questions-later' });
    /** @type {any[]} */
    this.questions = [];
    this.asked = 0;
    this.shown = PAGE;
    this.timer = 0;
    this.off = store.on('register', () => {
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.read(), 60);
    });
    root.append(
      h(
        'div',
        { class: 'questions' },
        h(
          'header',
          null,
          h('h1', null, t('view.questions')),
          h('p', { class: 'lead' }, t('risks.questions.lead')),
          this.said,
        ),
        this.list,
        this.later,
      ),
    );
    this.read();
  }

  stop() {
    this.asked += 1;
    clearTimeout(this.timer);
    this.off();
  }

  async read() {
    const mine = ++this.asked;
    try {
      const answer = await this.app.api.get('/questions', { limit: MOST + this.skipped.size });
      if (mine === this.asked) {
        this.questions = answer;
        this.draw();
      }
    } catch (error) {
      this.said.textContent = /** @type {Error} */ (error).message;
    }
  }

  draw() {
    const now = this.questions.filter((item) => !this.skipped.has(item.id));
    const off = this.questions.filter((item) => this.skipped.has(item.id));
    const place = this.focused;
    const key = now.length < MOST ? 'risks.questions.left' : 'risks.questions.left-many';
    this.said.textContent = now.length
      ? t(key, { n: now.length, settles: new Set(now.slice(0, 5).flatMap((item) => item.risks)).size })
      : '';
    clear(this.list).append(...now.slice(0, this.shown).map((item, index) => this.card(item, index)));
    if (now.length > this.shown)
      this.list.append(
        h(
          'li',
          null,
          button(t('risks.more', { n: now.length - this.shown }), () => {
            this.shown += PAGE;
            this.draw();
          }),
        ),
      );
    if (!now.length) {
      const why = off.length ? 'all-skipped' : 'none';
      this.list.append(
        h(
          'li',
          { class: 'questions-none' },
          nothing(t(`risks.questions.${why}.title`), t(`risks.questions.${why}.text`)),
        ),
      );
    }
    this.drawSkipped(off);
    if (place !== null) this.focus(place);
  }

  /** @param {any[]} off the questions that were put off */
  drawSkipped(off) {
    const open = this.later.querySelector('details')?.open ?? false;
    clear(this.later);
    if (!off.length) return;
    const again = (/** @type {any} */ item) => {
      this.skipped.drop(item.id);
      this.draw();
    };
    this.later.append(
      h(
        'details',
        { open },
        h('summary', null, t('risks.questions.skipped', { n: off.length })),
        h(
          'ul',
          null,
          off.map((item) =>
            h(
              'li',
              null,
              h('span', null, item.text),
              button(t('risks.questions.ask-again'), () => again(item), { kind: 'quiet' }),
            ),
          ),
        ),
      ),
    );
  }

  /** @param {any} item @param {number} index */
  card(item, index) {
    const skip = () => {
      this.skipped.add(item.id);
      this.draw();
      this.focus(index);
    };
    const show = () => {
      this.app.nav.open('design');
      setTimeout(() => store.select([item.place]), 300);
    };
    const alike = this.alike(item);
    const all = h('input', { type: 'checkbox', 'data-alike': item.id });
    const others = () => (all.checked ? alike : []);
    return h(
      'li',
      { class: 'question', 'data-id': item.id, 'data-index': index },
      h(
        'div',
        { class: 'question-head' },
        pill(t('risks.up-to', { severity: t(`severity.${item.worst}`) }), item.worst),
        h('span', { class: 'muted' }, t('risks.questions.settles', { n: item.settles })),
        store.sectionOf(item.place)
          ? h('button', { type: 'button', class: 'chip', onclick: show }, placeName(item.place))
          : null,
        button(t('risks.questions.skip'), skip, { kind: 'quiet', class: 'question-skip' }),
      ),
      h('h2', null, item.text),
      item.why ? h('p', { class: 'muted' }, item.why) : null,
      alike.length
        ? h(
            'label',
            { class: 'check question-alike', title: alike.map((other) => placeName(other.place)).join(', ') },
            all,
            t('risks.questions.alike', { n: alike.length, places: few(alike) }),
          )
        : null,
      answerControl(item, { done: answered, alike: others }),
      risksOf(item),
    );
  }

  /** The questions that ask the same of other places and are answered the same way. @param {any} item @returns {any[]} */
  alike(item) {
    if (!item.path || item.kind === 'fields' || item.kind === 'sources') return [];
    const same = (/** @type {any} */ other) => other.alike === item.alike && other.id !== item.id && other.path;
    return this.questions.filter((other) => same(other) && !this.skipped.has(other.id));
  }

  get focused() {
    const at = this.list.contains(document.activeElement)
      ? /** @type {HTMLElement} */ (document.activeElement).closest('li')
      : null;
    return at ? Number(at.dataset.index) : null;
  }

  /** Go on at the question that took the place of another. @param {number} index */
  focus(index) {
    const items = this.list.querySelectorAll('.question');
    items[Math.min(index, items.length - 1)]?.querySelector(CONTROLS)?.focus();
  }
}

/** The names of some places. @param {any[]} questions */
function few(questions) {
  const names = questions.slice(0, FEW).map((item) => placeName(item.place));
  return questions.length > FEW ? `${names.join(', ')} …` : names.join(', ');
}

/** @param {any} value */
function answered(value) {
  const words = Array.isArray(value)
    ? value.join(', ') || t('risks.answer.none')
    : typeof value === 'object'
      ? Object.keys(value).join(', ') || t('risks.answer.none')
      : answerWords(String(value));
  toast(t('risks.questions.answered', { answer: words }), {
    kind: 'ok',
    action: { label: t('undo'), run: () => history.undo() },
  });
}

/** The risks that hang on a question. @param {any} item */
function risksOf(item) {
  const found = item.risks.map((/** @type {string} */ id) => store.register.get(id)).filter(Boolean);
  if (!found.length) return null;
  return h(
    'details',
    { class: 'question-risks' },
    h('summary', null, t('risks.questions.risks', { n: found.length })),
    h(
      'ul',
      null,
      found
        .slice(0, 12)
        .map((/** @type {any} */ risk) =>
          h(
            'li',
            null,
            pill(t(`severity.${risk.severity}`), risk.severity),
            ' ',
            h('a', { href: `#/risks?risk=${encodeURIComponent(risk.id)}` }, risk.title),
          ),
        ),
    ),
  );
}

/** J and K, or Alt with an arrow, go from question to question. @param {KeyboardEvent} event @param {HTMLElement} list */
function walk(event, list) {
  const way = event.altKey && event.key === 'ArrowDown' ? 1 : event.altKey && event.key === 'ArrowUp' ? -1 : 0;
  const typed = /^(INPUT|TEXTAREA|SELECT)$/.test(/** @type {HTMLElement} */ (event.target).tagName);
  const step = way || (typed ? 0 : ({ j: 1, k: -1 }[event.key] ?? 0));
  if (!step) return;
  const items = [...list.querySelectorAll('.question')];
  const at = items.indexOf(/** @type {Element} */ (/** @type {HTMLElement} */ (event.target).closest('.question')));
  const next = items[Math.max(0, Math.min(items.length - 1, at + step))];
  event.preventDefault();
  /** @type {HTMLElement | null} */ (next?.querySelector(CONTROLS))?.focus();
}

export default {
  id: 'questions',
  /** @param {HTMLElement} root @param {import('../app.js').App} app */
  mount(root, app) {
    const view = new QuestionsView(root, app);
    return () => view.stop();
  },
};
