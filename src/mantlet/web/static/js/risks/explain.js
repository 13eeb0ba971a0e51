// @ts-check
/** The panel that explains the current risk, with the way to the one before and after it. */

import { button, clear, h } from '../dom.js';
import { store } from '../store.js';
import { t } from '../words.js';
import { current } from './current.js';
import { detail } from './detail.js';
import { nothing } from './marks.js';
import { light } from './places.js';

/** @param {HTMLElement} root @param {import('../app.js').App} app */
function mount(root, app) {
  const bar = h('div', { class: 'risk-bar' });
  const body = h('div', { class: 'risk-explain' });
  /** @type {any} */
  let shown = null;

  function draw() {
    drawBar();
    shown?.stop();
    shown = null;
    clear(body);
    if (!current.id) return body.append(nothing(t('risks.explain.none.title'), t('risks.explain.none.text')));
    shown = detail(current.id, app);
    body.append(shown);
  }
  function drawBar() {
    const { at, of } = current.position;
    clear(bar).append(
      button(t('panel.threats'), () => app.dock.open('threats'), { kind: 'quiet', class: 'risk-back' }),
      h('span', { class: 'muted' }, at ? t('risks.position', { at, of }) : ''),
      button('', () => step(-1), {
        icon: 'chevron',
        title: t('risks.previous'),
        kind: 'quiet',
        class: 'risk-previous',
        disabled: !current.beside(-1),
      }),
      button('', () => step(1), {
        icon: 'chevron',
        title: t('risks.next'),
        kind: 'quiet',
        disabled: !current.beside(1),
      }),
    );
  }
  function step(/** @type {number} */ by) {
    const next = current.beside(by);
    if (next) current.show(next);
  }
  const off = [
    current.on(draw),
    store.on('register', drawBar),
    app.keys.offer([
      { keys: ['Alt+ArrowDown'], label: t('risks.next'), run: () => step(1), typing: true },
      { keys: ['Alt+ArrowUp'], label: t('risks.previous'), run: () => step(-1), typing: true },
    ]),
  ];
  root.append(bar, body);
  draw();
  if (current.id && !store.lit) light(store.register.get(current.id));
  return () => {
    off.forEach((stop) => stop());
    shown?.stop();
  };
}

export default { id: 'explain', mount };
