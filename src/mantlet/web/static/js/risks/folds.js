// @ts-check
/** Forms behind buttons: while one is open it stays as it is, with what was typed, however often the page around it is drawn. */

import { button, h } from '../dom.js';

export class Folds {
  /** @param {string} [open] the one that is open at first */
  constructor(open) {
    /** @type {Set<string>} */
    this.open = new Set(open ? [open] : []);
    /** @type {Map<string, HTMLElement>} */
    this.forms = new Map();
  }

  /** Close one; it is made anew when it is opened again. @param {string} name */
  close(name) {
    this.open.delete(name);
    this.forms.delete(name);
  }

  /** Let all be made anew, those that are open too. */
  forget() {
    this.forms.clear();
  }

  /** @param {string} name @param {string} label @param {() => HTMLElement} make @returns {[any, any]} the button and the form's place */
  draw(name, label, make) {
    const box = h('div', { class: 'risk-fold', hidden: !this.open.has(name) });
    const press = button(
      label,
      () => {
        if (this.open.has(name)) this.close(name);
        else this.open.add(name);
        this.show(name, press, box, make);
        if (this.open.has(name))
          /** @type {HTMLElement | null} */ (box.querySelector('input, select, textarea, button'))?.focus();
      },
      { class: 'risk-fold-open' },
    );
    this.show(name, press, box, make);
    return [press, box];
  }

  /** @param {string} name @param {HTMLElement} press @param {HTMLElement} box @param {() => HTMLElement} make */
  show(name, press, box, make) {
    const open = this.open.has(name);
    box.hidden = !open;
    press.setAttribute('aria-expanded', String(open));
    if (!open) return box.replaceChildren();
    const form = this.forms.get(name) ?? make();
    this.forms.set(name, form);
    box.replaceChildren(form);
  }
}
