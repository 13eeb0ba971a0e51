// @ts-check
// What to do first: a plan under a budget or to a target, and what a change of the design would end.

import { button, dialog, field, h, select } from '../dom.js';
import { t } from '../words.js';
import { act, empty, frame, load, put, section, tabs, tick } from './common.js';
import { standing, whole } from './difference.js';
import { editor, inWords, listed } from './edits.js';
import { result } from './plan_result.js';

const TARGETS = ['no-critical', 'no-high', 'no-medium'];
const EFFORTS = ['low', 'medium', 'high'];

/** What was asked last; kept while the page is not shown. */
const asked = {
  tab: 'plan',
  goal: 'budget',
  budget: 20,
  target: 'no-high',
  worst: false,
  /** @type {{edit: string, effort: string}[]} */ consider: [],
  /** @type {string[]} */ tried: [],
  /** @type {any} */ made: null,
  revision: '',
};

/** The question as the server takes it. */
function body() {
  const goal = asked.goal === 'budget' ? { budget: asked.budget } : { target: asked.target };
  return { ...goal, consider: asked.consider, worst_case: asked.worst };
}

/** @param {HTMLElement} root @param {any} app */
function mount(root, app) {
  const page = frame(root, { id: 'plan', title: t('view.plan'), lead: t('plan.lead') });
  page.append(
    tabs(
      t('view.plan'),
      [
        { id: 'plan', title: t('plan.tab.plan'), draw: (place) => planTab(place, app) },
        { id: 'what-if', title: t('plan.tab.what-if'), draw: (place) => whatIfTab(place, app) },
      ],
      asked.tab,
      (id) => (asked.tab = id),
    ),
  );
  return app.store.on('register', () => {
    const note = root.querySelector('.pg-old');
    if (note instanceof HTMLElement && asked.made) note.hidden = asked.revision === app.store.revision;
  });
}

/** @param {HTMLElement} place @param {any} app */
function planTab(place, app) {
  const shown = h('div', { class: 'pg-result', 'aria-live': 'polite' });
  const ask = async () => {
    asked.made = null;
    await load(
      shown,
      () => app.api.post('/plan', body()),
      (made) => {
        asked.made = made;
        asked.revision = app.store.revision;
        return draw(app);
      },
      asked.goal === 'budget'
        ? t('plan.making.budget', { n: asked.budget })
        : t('plan.making.target', { target: t(`plan.target.${asked.target}`) }),
    );
  };
  const form = h(
    'form',
    {
      class: 'pg-side',
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        void ask();
      },
    },
    goalFields(),
    considered(app),
    worst(),
    h('button', { class: 'btn btn-primary', type: 'submit' }, t('plan.make')),
  );
  place.append(h('div', { class: 'pg-two' }, form, shown));
  if (asked.made) put(shown, draw(app));
  else if (!Object.keys(app.store.model.elements ?? {}).length)
    put(
      shown,
      empty(
        t('plan.empty.title'),
        t('plan.empty.nothing'),
        button(t('plan.empty.draw'), () => app.nav.open('design')),
      ),
    );
  else void ask();
}

/** @param {any} app */
function draw(app) {
  const old = h(
    'p',
    { class: 'pg-note pg-old', role: 'status', hidden: asked.revision === app.store.revision },
    t('plan.old'),
  );
  return [old, ...result(app, asked.made, body)];
}

function goalFields() {
  const amount = h('input', {
    type: 'number',
    min: 0,
    max: 9999,
    step: 1,
    value: asked.budget,
    onchange: (/** @type {any} */ event) => (asked.budget = Number(event.target.value)),
  });
  const target = select(
    TARGETS.map((word) => ({ value: word, label: t(`plan.target.${word}`) })),
    asked.target,
    (word) => (asked.target = word),
  );
  const budgetField = field(t('plan.budget'), amount, t('plan.budget.hint'));
  const targetField = field(t('plan.target'), target, t('plan.target.hint'));
  const show = () => {
    budgetField.hidden = asked.goal !== 'budget';
    targetField.hidden = asked.goal === 'budget';
  };
  const radio = (/** @type {string} */ goal) =>
    h(
      'label',
      { class: 'pg-tick' },
      h('input', {
        type: 'radio',
        name: 'plan-goal',
        checked: asked.goal === goal,
        onchange: () => {
          asked.goal = goal;
          show();
        },
      }),
      h('span', null, t(`plan.goal.${goal}`)),
    );
  show();
  return h(
    'fieldset',
    null,
    h('legend', null, t('plan.goal')),
    radio('budget'),
    budgetField,
    radio('target'),
    targetField,
  );
}

function worst() {
  return tick(t('plan.worst'), asked.worst, (on) => (asked.worst = on), t('plan.worst.hint'));
}

/** Changes of the design that the plan may choose. @param {any} app */
function considered(app) {
  const list = h('div', null);
  const effort = (/** @type {number} */ at) =>
    select(
      EFFORTS.map((word) => ({ value: word, label: t(`plan.effort.${word}`) })),
      asked.consider[at].effort,
      (word) => (asked.consider[at].effort = word),
      {
        'aria-label': t('plan.effort.of', { what: inWords(app, asked.consider[at].edit) }),
      },
    );
  const show = () => {
    const edits = asked.consider.map((item) => item.edit);
    const remove = (/** @type {number} */ at) => {
      asked.consider.splice(at, 1);
      show();
    };
    put(list, edits.length ? listed(app, edits, remove, effort) : h('p', { class: 'hint' }, t('plan.consider.none')));
  };
  show();
  const add = button(t('plan.consider.add'), () => allow(app).then(show), { icon: 'plus', kind: 'quiet' });
  return h('fieldset', null, h('legend', null, t('plan.consider')), list, add);
}

/** Ask which changes the plan may choose. @param {any} app */
async function allow(app) {
  const chosen = h('div', null);
  /** @type {string[]} */
  const edits = [];
  const redraw = () =>
    put(
      chosen,
      listed(app, edits, (at) => {
        edits.splice(at, 1);
        redraw();
      }),
    );
  const form = editor(app, (edit) => {
    if (!edits.includes(edit)) edits.push(edit);
    redraw();
  });
  const answer = await dialog({
    title: t('plan.consider.add'),
    wide: true,
    body: [form, chosen],
    actions: [{ label: t('cancel') }, { label: t('plan.consider.take'), primary: true, run: () => 'take' }],
  });
  if (answer === 'take') edits.forEach(consider);
}

/** Let the plan choose a change. @param {string} edit */
function consider(edit) {
  if (!asked.consider.some((item) => item.edit === edit)) asked.consider.push({ edit, effort: 'medium' });
}

/** @param {HTMLElement} place @param {any} app */
function whatIfTab(place, app) {
  const shown = h('div', { class: 'pg-result', 'aria-live': 'polite' });
  const chosen = h('div', null);
  const redraw = () => {
    put(
      chosen,
      listed(app, asked.tried, (at) => {
        asked.tried.splice(at, 1);
        redraw();
      }),
    );
    if (!asked.tried.length) put(shown, empty(t('what-if.empty.title'), t('what-if.empty.text')));
    else
      void load(
        shown,
        () => app.api.post('/what-if', { edits: asked.tried }),
        (made) => tried(app, made),
        t('what-if.trying', { what: asked.tried.map((edit) => inWords(app, edit)).join('; ') }),
      );
  };
  const form = editor(
    app,
    (edit) => {
      if (!asked.tried.includes(edit)) asked.tried.push(edit);
      redraw();
    },
    t('what-if.try'),
  );
  place.append(
    h(
      'div',
      { class: 'pg-two' },
      h('div', { class: 'pg-side' }, section(t('what-if.title'), [form, chosen], { lead: t('what-if.lead') })),
      shown,
    ),
  );
  redraw();
}

/** @param {any} app @param {any} made */
function tried(app, made) {
  const consider = act(t('what-if.consider'), () => {
    asked.tried.forEach(consider);
    asked.tab = 'plan';
    app.nav.open('plan');
    /** @type {HTMLElement | null} */ (document.getElementById('pg-tab-plan'))?.click();
  });
  return [h('div', { class: 'pg-headline' }, standing(made), consider), ...whole(app, made)];
}

export default { id: 'plan', mount };
