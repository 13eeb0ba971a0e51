// @ts-check
// A clock that counts down for each card; it says aloud when a minute is left and when time is up.

import { button, h } from '../dom.js';
import { t } from '../words.js';

/** A clock, and what it can do. */
export function clock() {
  let left = 0;
  let running = 0;
  const face = h('span', { class: 'pg-clock', role: 'timer' }, '0:00');
  const said = h('span', { class: 'pg-hidden', role: 'status' });
  const toggle = () => (running ? pause() : go());
  const press = button(t('workshop.start'), toggle, { kind: 'quiet', title: t('workshop.timer') });
  const draw = () => {
    face.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
    face.classList.toggle('late', left <= 15);
    press.textContent = t(running ? 'workshop.pause' : 'workshop.start');
  };
  const pause = () => {
    clearInterval(running);
    running = 0;
    draw();
  };
  const tick = () => {
    left = Math.max(0, left - 1);
    if (left === 60) said.textContent = t('workshop.minute');
    if (left === 0) {
      said.textContent = t('workshop.time-up');
      pause();
    }
    draw();
  };
  const go = () => {
    if (left && !running) running = window.setInterval(tick, 1000);
    draw();
  };
  return {
    node: h('div', { class: 'pg-timer' }, face, press, said),
    toggle,
    stop: pause,
    /** @param {number} minutes */
    restart(minutes) {
      const was = running;
      pause();
      left = Math.round(minutes * 60);
      said.textContent = '';
      if (was) go();
      draw();
    },
  };
}
