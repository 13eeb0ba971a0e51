// @ts-check
// Workshop: cards about this very system are dealt onto its drawing; people talk, the clock runs, findings go into the model.

import { button, field, h, toast } from '../dom.js';
import { t } from '../words.js';
import { act, empty, frame, line, place, problem, put, tag, tell, tick } from './common.js';
import { findingForm } from './finding.js';
import { overlaid } from './table_top.js';
import { clock } from './timer.js';

/** @typedef {{id: string, suit: string, deck?: string, title: string, text: string, question: string, place: string, place_name: string, stride?: string[], linddun?: string[], agents?: string[]}} Card */

const DECKS = ['stride', 'privacy', 'ml'];

/** @typedef {{seed: string, hand: number, minutes: number, decks: string[], cards: Card[], at: number, done: Record<number, 'found' | 'nothing'>, found: {title: string, id: string}[]}} Game */

/** The game that is on; kept while the page is not shown. @type {Game} */
const game = {
  seed: '',
  hand: 8,
  minutes: 3,
  decks: ['stride', 'privacy', 'ml'],
  cards: [],
  at: 0,
  done: {},
  found: [],
};

/** @param {HTMLElement} root @param {any} app */
function mount(root, app) {
  const timer = clock();
  const body = frame(root, { id: 'workshop', title: t('view.workshop'), lead: t('workshop.lead') });
  const stage = h('div', { class: 'pg-result' });
  body.append(stage);
  const show = () => (game.cards.length ? play(app, stage, timer, show) : welcome(app, stage, timer, show));
  const keys = app.keys.offer([
    { keys: ['N', 'ArrowRight'], label: t('workshop.next'), run: () => turn(1, show, timer) },
    { keys: ['P', 'ArrowLeft'], label: t('workshop.previous'), run: () => turn(-1, show, timer) },
    { keys: ['F'], label: t('workshop.found'), run: () => void found(app, show) },
    {
      keys: ['E'],
      label: t('workshop.nothing'),
      run: () => {
        nothing(show, timer);
      },
    },
    { keys: ['T'], label: t('workshop.timer'), run: () => timer.toggle() },
  ]);
  show();
  return () => {
    keys();
    timer.stop();
  };
}

/** @param {number} by @param {() => void} show @param {any} timer */
function turn(by, show, timer) {
  if (!game.cards.length) return false;
  game.at = Math.max(0, Math.min(game.cards.length, game.at + by));
  timer.restart(game.minutes);
  show();
  return true;
}

/** @param {() => void} show @param {any} timer */
function nothing(show, timer) {
  if (!game.cards[game.at]) return;
  game.done[game.at] = 'nothing';
  turn(1, show, timer);
}

/** @param {any} app @param {HTMLElement} stage @param {any} timer @param {() => void} show */
function welcome(app, stage, timer, show) {
  delete stage.dataset.deal;
  timer.stop();
  if (!Object.keys(app.store.model.elements ?? {}).length) {
    const draw = button(t('plan.empty.draw'), () => app.nav.open('design'));
    put(stage, empty(t('workshop.empty.title'), t('workshop.empty.text'), draw));
    return;
  }
  const said = h('div', null);
  const deal = async () => {
    try {
      const made = await app.api.get('/cards', { ...wanted(), seed: game.seed || fresh() });
      Object.assign(game, { seed: String(made.seed), cards: made.cards, at: 0, done: {}, found: [] });
      timer.restart(game.minutes);
      show();
    } catch (error) {
      put(said, problem(error));
    }
  };
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    void deal();
  };
  const steps = h(
    'ol',
    null,
    [1, 2, 3].map((step) => h('li', null, t(`workshop.how.${step}`))),
  );
  const go = h('button', { type: 'submit', class: 'btn btn-primary' }, t('workshop.deal'));
  put(
    stage,
    h('form', { class: 'pg-welcome', onsubmit: submit }, h('h2', null, t('workshop.how')), steps, settings(), go, said),
  );
}

/** What a deal is asked for. */
const wanted = () => ({ seed: game.seed, hand: game.hand, suits: game.decks.length < DECKS.length ? game.decks : [] });

/** How many cards, how long, which decks. */
function settings() {
  const number = (/** @type {'hand' | 'minutes'} */ name, /** @type {number} */ most) =>
    line({ type: 'number', min: 1, max: most, value: game[name] }, (text) => (game[name] = Number(text) || game[name]));
  const seed = line({ value: game.seed, spellcheck: 'false', autocomplete: 'off' }, (value) => (game.seed = value));
  const deck = (/** @type {string} */ name) =>
    tick(t(`workshop.deck.${name}`), game.decks.includes(name), (on) => {
      game.decks = DECKS.filter((other) => (other === name ? on : game.decks.includes(other)));
    });
  return [
    h(
      'div',
      { class: 'pg-row' },
      field(t('workshop.hand'), number('hand', 60)),
      field(t('workshop.minutes'), number('minutes', 30)),
      field(t('workshop.seed'), seed, t('workshop.seed.hint')),
    ),
    h('fieldset', { class: 'pg-ticks' }, h('legend', null, t('workshop.decks')), DECKS.map(deck)),
  ];
}

/** A deal number that people can say aloud. */
const fresh = () => String(1000 + Math.floor(Math.random() * 9000));

/** The table as it is laid once for a deal; turning a card changes only what must. @param {any} app @param {HTMLElement} stage @param {any} timer @param {() => void} show */
function play(app, stage, timer, show) {
  if (stage.dataset.deal !== dealt()) lay(app, stage, timer, show);
  put(
    /** @type {HTMLElement} */ (stage.querySelector('.pg-hand')),
    game.cards.map((card, at) =>
      h(
        'li',
        null,
        h(
          'button',
          {
            type: 'button',
            class: `pg-mini ${suit(card)} ${game.done[at] ?? ''}`,
            'aria-current': at === game.at ? 'step' : null,
            'aria-label': `${t('workshop.card', { n: at + 1 })}: ${card.title}${game.done[at] ? `, ${t(`workshop.done.${game.done[at]}`)}` : ''}`,
            onclick: () => turn(at - game.at, show, timer),
          },
          String(at + 1),
        ),
      ),
    ),
  );
  put(
    /** @type {HTMLElement} */ (stage.querySelector('.pg-faces')),
    game.at >= game.cards.length ? ending(app, show) : faceUp(app, game.cards[game.at], show, timer),
  );
  table?.show();
}

/** @type {{node: HTMLElement, show: () => void} | null} */
let table = null;
const dealt = () => `${game.seed} ${game.cards.map((card) => card.id).join(' ')}`;

/** @param {any} app @param {HTMLElement} stage @param {any} timer @param {() => void} show */
function lay(app, stage, timer, show) {
  stage.dataset.deal = dealt();
  table = overlaid(
    app,
    game.cards,
    () => game.at,
    (at) => turn(at - game.at, show, timer),
  );
  const head = h(
    'div',
    { class: 'pg-game' },
    h('ol', { class: 'pg-hand', 'aria-label': t('workshop.cards') }),
    timer.node,
    h('span', { class: 'pg-muted' }, t('workshop.seed.is', { seed: game.seed })),
    button(t('workshop.print'), () => app.api.download('/cards/print', { ...wanted(), format: 'pdf' }).catch(tell), {
      icon: 'save',
      kind: 'quiet',
      title: t('workshop.print.hint'),
    }),
    button(
      t('workshop.again'),
      () => {
        game.cards = [];
        show();
      },
      { kind: 'quiet' },
    ),
  );
  put(stage, [
    head,
    h(
      'div',
      { class: 'pg-play' },
      h('div', { class: 'pg-table-top' }, table.node),
      h('div', { class: 'pg-faces', 'aria-live': 'polite' }),
    ),
  ]);
}

/** A class for the suit's colour. @param {Card} card */
const suit = (card) => `deck-${plain(card.deck ?? '')} suit-${plain(card.suit)}`;
/** @param {string} text */
const plain = (text) => text.toLowerCase().replaceAll(/[^a-z]+/g, '-');

/** @param {any} app @param {Card} card @param {() => void} show @param {any} timer */
function faceUp(app, card, show, timer) {
  return h(
    'article',
    { class: `pg-cardface ${suit(card)}` },
    h(
      'header',
      null,
      tag(card.suit.replaceAll('-', ' ')),
      h('span', { class: 'pg-muted' }, t('workshop.of', { n: game.at + 1, of: game.cards.length })),
    ),
    h('h2', null, card.title),
    h('p', { class: 'pg-where' }, t('workshop.at'), ' ', place(app, card.place, card.place_name)),
    h('p', null, card.text),
    card.question ? h('p', { class: 'pg-question' }, card.question) : null,
    h(
      'footer',
      null,
      act(t('workshop.found'), () => found(app, show), { kind: 'primary', title: t('workshop.found'), icon: 'plus' }),
      button(t('workshop.nothing'), () => nothing(show, timer)),
      h('span', { class: 'pg-grow' }),
      button('', () => turn(-1, show, timer), {
        icon: 'chevron',
        class: 'pg-back',
        title: t('workshop.previous'),
        disabled: game.at === 0,
      }),
      button('', () => turn(1, show, timer), { icon: 'chevron', title: t('workshop.next') }),
    ),
  );
}

/** What the team found becomes a threat of the model. @param {any} app @param {() => void} show */
async function found(app, show) {
  const card = game.cards[game.at];
  if (!card || app.store.readOnly) return;
  const made = await findingForm(app, card);
  if (!made) return;
  const answer = await app.store.change([], {
    path: '/cards/finding',
    body: { card: card.id, ...made },
    label: t('workshop.finding.label'),
  });
  if (!answer) return;
  game.done[game.at] = 'found';
  game.found.push({ title: made.title, id: answer.threat });
  toast(t('workshop.added', { what: made.title }), {
    kind: 'ok',
    action: { label: t('undo'), run: () => app.history.undo() },
  });
  show();
}

/** @param {any} app @param {() => void} show */
function ending(app, show) {
  const played = Object.keys(game.done).length;
  return h(
    'article',
    { class: 'pg-cardface' },
    h('h2', null, t('workshop.over')),
    h('p', null, t('workshop.over.text', { n: played, of: game.cards.length, found: game.found.length })),
    game.found.length
      ? h(
          'ul',
          { class: 'pg-list' },
          game.found.map((item) => h('li', null, h('strong', null, item.title), h('code', null, item.id))),
        )
      : null,
    h(
      'footer',
      null,
      game.found.length ? button(t('workshop.rate'), () => app.nav.open('risks'), { kind: 'primary' }) : null,
      button(t('workshop.again'), () => {
        game.cards = [];
        show();
      }),
    ),
  );
}

export default { id: 'workshop', mount };
