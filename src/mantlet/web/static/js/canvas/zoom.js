// @ts-check
/** The window onto the drawing: pan, zoom, fit, centre, and the small map of all. */

import { svg } from '../dom.js';

/** @typedef {import('./board.js').Board} Board @typedef {import('./route.js').Box} Box */

const [LEAST, MOST, FAR] = [0.02, 3, 0.42];
/** Names can be read from this scale on. */
const READABLE = 0.62;

export class Window {
  /** @param {Board} board @param {HTMLElement} map */
  constructor(board, map) {
    this.board = board;
    this.map = map;
    /** @type {Set<(scale: number) => void>} */
    this.watchers = new Set();
    /** @type {{x: number, y: number, scale: number}} */
    this.at = { x: 0, y: 0, scale: 1 };
    this.frame = 0;
    /** @type {import('./places.js').Places | null} */
    this.drawn = null;
    board.host.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    this.sizes = new ResizeObserver(([entry]) => {
      board.room = { width: entry.contentRect.width, height: entry.contentRect.height };
      this.set(this.at.x, this.at.y, this.at.scale);
    });
    this.sizes.observe(board.host);
    this.drawing = svg('svg', { 'aria-hidden': 'true' });
    map.append(this.drawing);
    map.addEventListener('pointerdown', (event) => this.mapDown(event));
    this.stop = board.watch(() => this.later());
  }

  /** @param {number} x of the paper's origin on the host @param {number} y @param {number} scale */
  set(x, y, scale) {
    this.at = { x, y, scale };
    const { paper, host } = this.board;
    paper.matrix({ a: scale, b: 0, c: 0, d: scale, e: x, f: y });
    host.classList.toggle('far', scale < FAR);
    host.style.setProperty('--step', `${8 * scale * (scale < 0.6 ? 4 : scale < 1.4 ? 2 : 1)}px`);
    host.style.setProperty('--ox', `${x}px`);
    host.style.setProperty('--oy', `${y}px`);
    for (const run of this.watchers) run(scale);
    this.later();
  }

  /** @param {number} dx @param {number} dy */
  pan(dx, dy) {
    this.set(this.at.x + dx, this.at.y + dy, this.at.scale);
  }

  /** @param {number} factor @param {number} [cx] on the host @param {number} [cy] */
  zoom(factor, cx, cy) {
    const rect = this.board.host.getBoundingClientRect();
    const [px, py] = [cx ?? rect.width / 2, cy ?? rect.height / 2];
    const scale = Math.max(LEAST, Math.min(MOST, this.at.scale * factor));
    const share = scale / this.at.scale;
    this.set(px - (px - this.at.x) * share, py - (py - this.at.y) * share, scale);
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    event.preventDefault();
    const rect = this.board.host.getBoundingClientRect();
    const unit = event.deltaMode === 1 ? 16 : 1;
    if (event.ctrlKey || event.metaKey)
      this.zoom(Math.exp(-event.deltaY * unit * 0.0022), event.clientX - rect.left, event.clientY - rect.top);
    else
      this.pan(
        -(event.shiftKey && !event.deltaX ? event.deltaY : event.deltaX) * unit,
        -(event.shiftKey && !event.deltaX ? 0 : event.deltaY) * unit,
      );
  }

  /** Show all, or a box, as large as fits. @param {Box} [box] @param {number} [most] */
  fit(box = this.board.bounds(), most = 1.15) {
    const rect = this.board.room;
    const pad = 36;
    const scale = Math.max(
      LEAST,
      Math.min(most, (rect.width - 2 * pad) / box.width, (rect.height - 2 * pad) / box.height),
    );
    this.set(
      (rect.width - box.width * scale) / 2 - box.x * scale,
      (rect.height - box.height * scale) / 2 - box.y * scale,
      scale,
    );
  }

  /** How a drawing is opened: all of it where that can be read, else its beginning; the map shows the rest. */
  begin() {
    this.fit();
    if (this.at.scale >= READABLE) return;
    const all = this.board.bounds();
    const scale = READABLE;
    const top = (this.board.room.height - all.height * scale) / 2;
    this.set(36 - all.x * scale, Math.max(top, 36) - all.y * scale, scale);
  }

  /** Bring a box into the window if it isn't. @param {Box | null} box */
  reveal(box) {
    if (!box) return;
    const rect = this.board.room;
    if (this.at.scale < 0.5) this.zoom(0.9 / this.at.scale);
    const { x, y, scale } = this.at;
    const [left, top] = [box.x * scale + x, box.y * scale + y];
    const [right, bottom] = [left + box.width * scale, top + box.height * scale];
    if (left >= 24 && top >= 24 && right <= rect.width - 24 && bottom <= rect.height - 24) return;
    this.set(
      rect.width / 2 - (box.x + box.width / 2) * scale,
      rect.height / 2 - (box.y + box.height / 2) * scale,
      scale,
    );
  }

  later() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.board.windowMoved();
      if (!this.map.hidden) this.drawMap();
    });
  }

  drawMap() {
    const all = this.board.bounds();
    const { x, y, scale } = this.at;
    const rect = this.board.room;
    const seen = { x: -x / scale, y: -y / scale, width: rect.width / scale, height: rect.height / scale };
    this.drawing.setAttribute('viewBox', `${all.x - 20} ${all.y - 20} ${all.width + 40} ${all.height + 40}`);
    if (this.drawn !== this.board.places) {
      this.drawn = this.board.places;
      const box = (/** @type {Box} */ item, /** @type {string} */ name) =>
        svg('rect', { class: name, x: item.x, y: item.y, width: item.width, height: item.height });
      this.lens = svg('rect', { class: 'lens' });
      this.drawing.replaceChildren(
        ...[...this.board.places.outlines.values()].map((item) => box(item, 'm-outline')),
        ...[...this.board.places.nodes].map(([id, item]) => box(item, `m-${this.board.scene.nodes.get(id)?.kind}`)),
        this.lens,
      );
    }
    for (const name of /** @type {const} */ (['x', 'y', 'width', 'height']))
      this.lens.setAttribute(name, String(seen[name]));
    this.lens.setAttribute('stroke-width', String(Math.max(all.width / 90, 2)));
  }

  /** @param {PointerEvent} event */
  mapDown(event) {
    const go = (/** @type {PointerEvent} */ at) => {
      const point = new DOMPoint(at.clientX, at.clientY).matrixTransform(this.drawing.getScreenCTM().inverse());
      const rect = this.board.host.getBoundingClientRect();
      this.set(rect.width / 2 - point.x * this.at.scale, rect.height / 2 - point.y * this.at.scale, this.at.scale);
    };
    this.map.setPointerCapture(event.pointerId);
    this.map.addEventListener('pointermove', go);
    this.map.addEventListener('pointerup', () => this.map.removeEventListener('pointermove', go), { once: true });
    go(event);
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    this.sizes.disconnect();
    this.stop();
  }
}
