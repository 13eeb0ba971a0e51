// @ts-check
/** Building the page: every text is a text node, so names from a model are never markup. */

import { paths } from './icons.js';

const SVG = 'http://www.w3.org/2000/svg';
const PROPERTIES = new Set(['value', 'checked', 'disabled', 'selected', 'hidden', 'indeterminate', 'readOnly', 'open']);

/** @typedef {Node | string | number | null | undefined | false} Child */
/** @typedef {Record<string, any> | null} Attrs */

/**
 * Make an HTML element. `onclick` and the like take functions, `value`, `checked` and the like are properties.
 * @param {string} tag @param {Attrs} [attrs] @param {...(Child | Child[])} children @returns {any}
 */
export function h(tag, attrs, ...children) {
  return filled(document.createElement(tag), attrs, children);
}

/**
 * Make an SVG element.
 * @param {string} tag @param {Attrs} [attrs] @param {...(Child | Child[])} children @returns {any}
 */
export function svg(tag, attrs, ...children) {
  return filled(document.createElementNS(SVG, tag), attrs, children);
}

/** @param {Element} node @param {Attrs | undefined} attrs @param {(Child | Child[])[]} children */
function filled(node, attrs, children) {
  for (const [name, value] of Object.entries(attrs ?? {})) set(node, name, value);
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

/** @param {any} node @param {string} name @param {any} value */
function set(node, name, value) {
  if (value === undefined || value === null) return;
  if (name === 'class') node.setAttribute('class', value);
  else if (name.startsWith('on') && typeof value === 'function') node.addEventListener(name.slice(2), value);
  else if (name === 'style') throw new Error('no style attributes: set node.style or use a class');
  else if (PROPERTIES.has(name)) node[name] = value;
  else if (typeof value === 'boolean' && !name.startsWith('aria-') && !name.startsWith('data-'))
    node.toggleAttribute(name, value);
  else node.setAttribute(name, String(value));
}

/** Take out everything inside. @template {Element} T @param {T} node @returns {T} */
export function clear(node) {
  node.replaceChildren();
  return node;
}

/** A 16 × 16 line icon, hidden from readers of text. @param {string} name @param {number} [size] */
export function icon(name, size = 16) {
  return svg(
    'svg',
    { class: 'icon', viewBox: '0 0 16 16', width: size, height: size, 'aria-hidden': 'true', focusable: 'false' },
    svg('path', { d: paths[name] ?? paths.gear }),
  );
}

/**
 * A button. `icon` alone needs `title`, which is then its name.
 * @param {string} label @param {(event: MouseEvent) => any} run
 * @param {{icon?: string, title?: string, kind?: 'primary'|'danger'|'quiet', disabled?: boolean, pressed?: boolean, class?: string, key?: string}} [opts]
 */
export function button(label, run, opts = {}) {
  const classes = ['btn', opts.kind && `btn-${opts.kind}`, !label && 'btn-icon', opts.class].filter(Boolean).join(' ');
  const title = opts.title && opts.key ? `${opts.title} (${opts.key})` : opts.title;
  return h(
    'button',
    {
      type: 'button',
      class: classes,
      title,
      'aria-label': label ? null : opts.title,
      disabled: opts.disabled ?? false,
      'aria-pressed': opts.pressed === undefined ? null : String(opts.pressed),
      'aria-keyshortcuts': opts.key ? opts.key.replace('Ctrl', 'Control') : null,
      onclick: run,
    },
    opts.icon && icon(opts.icon),
    label || null,
  );
}

let numbers = 0;
/** An id that nothing else on the page has. @param {string} [prefix] */
export const uid = (prefix = 'u') => `${prefix}${++numbers}`;

/** A control under its label. @param {string} label @param {HTMLElement} control @param {string} [hint] */
export function field(label, control, hint) {
  control.id ||= uid('f');
  const about = hint ? h('p', { class: 'hint', id: `${control.id}-hint` }, hint) : null;
  if (about) control.setAttribute('aria-describedby', about.id);
  return h('div', { class: 'field' }, h('label', { for: control.id }, label), control, about);
}

/** A short word on a coloured ground. @param {string} text @param {string} [kind] such as `high` or `ok` */
export const pill = (text, kind = '') => h('span', { class: `pill${kind ? ` pill-${kind}` : ''}` }, text);

/**
 * A choice of one. @param {{value: string, label: string}[]} options @param {string} value @param {(value: string) => any} run @param {Attrs} [attrs]
 */
export function select(options, value, run, attrs) {
  const node = h(
    'select',
    { ...attrs, onchange: (/** @type {any} */ event) => run(event.target.value) },
    options.map((item) => h('option', { value: item.value }, item.label)),
  );
  node.value = value;
  return node;
}

export { dialog, confirm, toast, menu } from './overlays.js';
export { table } from './tables.js';
