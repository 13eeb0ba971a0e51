// @ts-check
/** What is known about the selection. */

import { h } from './dom.js';

export default {
  id: 'properties',
  /** @param {HTMLElement} root @param {import('./app.js').App} app */
  mount(root, app) {
    root.append(h('div', { class: 'empty-state' }, Object.keys(app.store.model.elements ?? {}).join(', ')));
    return () => {};
  },
};
