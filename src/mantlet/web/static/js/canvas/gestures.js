// @ts-check
/** What the pointer does on the canvas: choose, move, draw flows, bend lines, resize, pan, rubber-band. */

import { store } from '../store.js';
import { svg } from '../dom.js';
import { Drawing, Handles, onRim } from './connect.js';
import { Move } from './move.js';
import { cornerAt, Resizing, showCorners } from './resize.js';
import { Bending, gripAt, Labelling, showGrips } from './ways.js';

/** @typedef {import('./board.js').Board} Board @typedef {import('./board.js').Hit} Hit @typedef {import('./route.js').Point} Point */
/** @typedef {{to: (point: Point, event: PointerEvent) => void, drop: (point: Point, event: PointerEvent) => void, cancel: () => void}} Gesture */
/**
 * @typedef {object} Does
 * @property {(from: string, to: string) => void} connect
 * @property {(from: string, point: Point, at: {x: number, y: number}) => void} connectNew a flow was let go over nothing
 * @property {(flow: string, end: 'from' | 'to', node: string) => void} reconnect
 * @property {(hit: Hit) => void} open double click
 * @property {(hit: Hit | null, at: {x: number, y: number}, point: Point) => void} context
 */

const STILL = 4;

export class Gestures {
  /** @param {Board} board @param {import('./zoom.js').Window} window @param {Does} does */
  constructor(board, window, does) {
    this.board = board;
    this.window = window;
    this.does = does;
    /** @type {Gesture | null} */
    this.now = null;
    this.space = false;
    this.hand = false;
    this.readOnly = store.readOnly;
    this.marks = svg('g', { class: 'marks' });
    this.corners = svg('g', { class: 'corners' });
    board.over.append(this.marks, this.corners);
    this.handles = new Handles(board);
    const host = board.host;
    host.addEventListener('pointerdown', (event) => this.down(event));
    host.addEventListener('pointermove', (event) => this.hover(event));
    host.addEventListener('pointerleave', () => {
      if (!this.now) this.handles.show('');
    });
    host.addEventListener('dblclick', (event) => {
      const hit = board.hit(event.target);
      if (hit) does.open(hit);
    });
    host.addEventListener('contextmenu', (event) => this.context(event));
    this.stops = [board.watch(() => this.drawMarks()), store.on('selection', () => this.drawMarks())];
  }

  drawMarks() {
    if (this.readOnly) return;
    showGrips(this.board, this.marks);
    showCorners(this.board, this.corners);
    if (this.handles.id && !this.board.places.nodes.has(this.handles.id)) this.handles.show('');
    else if (this.handles.id && !this.now) {
      const { id } = this.handles;
      this.handles.show('');
      this.handles.show(id);
    }
  }

  /** @param {PointerEvent} event */
  hover(event) {
    if (this.now || this.readOnly || event.buttons) return;
    const target = /** @type {Element} */ (event.target);
    if (target.closest?.('.handles')) return;
    const hit = this.board.hit(target);
    this.handles.show(hit?.kind === 'node' ? hit.id : '');
    const rim =
      hit?.kind === 'node' &&
      onRim(
        /** @type {any} */ (this.board.places.nodes.get(hit.id)),
        this.board.local(event.clientX, event.clientY),
        this.window.at.scale,
      );
    this.board.host.classList.toggle('on-rim', Boolean(rim));
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (event.button === 2) return;
    this.board.host.focus({ preventScroll: true });
    const point = this.board.local(event.clientX, event.clientY);
    const start = event.button === 1 || this.space || this.hand ? this.panning(event) : this.starting(event, point);
    if (start) this.follow(event, start);
  }

  /** @param {PointerEvent} event @param {Point} point @returns {Gesture | null} */
  starting(event, point) {
    const target = /** @type {Element} */ (event.target);
    const handle = target.closest?.('[data-handle]');
    if (!this.readOnly) {
      if (handle) return this.drawing(this.handles.id, event);
      const grip = gripAt(target);
      if (grip) return grip.kind === 'end' ? this.rejoining(grip) : gesture(new Bending(this.board, grip));
      const corner = cornerAt(target);
      if (corner) return gesture(new Resizing(this.board, corner.outline, corner.corner, point));
    }
    const hit = this.board.hit(target);
    if (!hit) return this.banding(event, point);
    const rim =
      hit.kind === 'node' &&
      onRim(/** @type {any} */ (this.board.places.nodes.get(hit.id)), point, this.window.at.scale);
    this.choose(hit.id, event.shiftKey || event.ctrlKey || event.metaKey);
    if (this.readOnly) return null;
    if (hit.kind === 'wire')
      return hit.label ? gesture(new Labelling(this.board, hit.cell.get('item').id, point)) : null;
    if (rim && !event.shiftKey) return this.drawing(hit.id, event);
    return this.moving(point);
  }

  /** @param {string} id @param {boolean} more */
  choose(id, more) {
    if (more) {
      const next = new Set(store.selection);
      if (!next.delete(id)) next.add(id);
      store.select(next);
    } else if (!store.selection.has(id)) store.select([id]);
  }

  /** @param {Point} start @returns {Gesture} */
  moving(start) {
    this.handles.show('');
    const move = new Move(this.board, store.selection);
    return {
      to: (point, event) => move.to([point[0] - start[0], point[1] - start[1]], event.altKey),
      drop: () => {
        move.drop();
      },
      cancel: () => move.cancel(),
    };
  }

  /** @param {string} from @param {PointerEvent} event @returns {Gesture} */
  drawing(from, event) {
    const drawing = new Drawing(this.board, from);
    drawing.to(this.board.local(event.clientX, event.clientY));
    return {
      to: (point) => drawing.to(point),
      drop: (point, at) => {
        drawing.stop();
        if (drawing.target && drawing.target !== from) this.does.connect(from, drawing.target);
        else if (!drawing.target) this.does.connectNew(from, point, { x: at.clientX, y: at.clientY });
      },
      cancel: () => drawing.stop(),
    };
  }

  /** @param {import('./ways.js').Grip} grip @returns {Gesture} */
  rejoining(grip) {
    const wire = /** @type {any} */ (this.board.scene.wires.get(grip.wire));
    const atSource = grip.index === 0;
    const drawing = new Drawing(this.board, atSource ? wire.target : wire.source, atSource ? 'to' : 'from');
    return {
      to: (point) => drawing.to(point),
      drop: () => {
        drawing.stop();
        if (drawing.target) this.does.reconnect(wire.flow, atSource !== wire.back ? 'from' : 'to', drawing.target);
      },
      cancel: () => drawing.stop(),
    };
  }

  /** @param {PointerEvent} event @returns {Gesture} */
  panning(event) {
    let [x, y] = [event.clientX, event.clientY];
    event.preventDefault();
    this.board.host.classList.add('panning');
    const end = () => this.board.host.classList.remove('panning');
    return {
      to: (_point, at) => {
        this.window.pan(at.clientX - x, at.clientY - y);
        [x, y] = [at.clientX, at.clientY];
      },
      drop: end,
      cancel: end,
    };
  }

  /** @param {PointerEvent} event @param {Point} start @returns {Gesture} */
  banding(event, start) {
    const before = event.shiftKey ? new Set(store.selection) : new Set();
    const band = svg('rect', { class: 'band' });
    let moved = false;
    return {
      to: ([x, y]) => {
        if (!moved) {
          moved = true;
          this.board.over.append(band);
        }
        const box = {
          x: Math.min(x, start[0]),
          y: Math.min(y, start[1]),
          width: Math.abs(x - start[0]),
          height: Math.abs(y - start[1]),
        };
        for (const [name, value] of Object.entries(box)) band.setAttribute(name, String(value));
        store.select([...before, ...this.within(box)]);
      },
      drop: () => {
        band.remove();
        if (!moved) {
          if (!event.shiftKey) store.select([]);
          store.highlight(null);
        }
      },
      cancel: () => band.remove(),
    };
  }

  /** @param {import('./route.js').Box} box @returns {string[]} nodes that it touches, outlines and flows wholly inside */
  within(box) {
    const touches = (/** @type {import('./route.js').Box} */ other) =>
      other.x < box.x + box.width &&
      other.x + other.width > box.x &&
      other.y < box.y + box.height &&
      other.y + other.height > box.y;
    const holds = (/** @type {import('./route.js').Box} */ other) =>
      other.x >= box.x &&
      other.y >= box.y &&
      other.x + other.width <= box.x + box.width &&
      other.y + other.height <= box.y + box.height;
    const nodes = [...this.board.places.nodes].filter(([, other]) => touches(other)).map(([id]) => id);
    const outlines = [...this.board.places.outlines].filter(([, other]) => holds(other)).map(([id]) => id);
    const flows = [...this.board.scene.wires.values()]
      .filter((wire) =>
        /** @type {any} */ (this.board.places.routes.get(wire.id)).points.every((/** @type {Point} */ [x, y]) =>
          holds({ x, y, width: 0, height: 0 }),
        ),
      )
      .map((wire) => wire.flow);
    return [...nodes, ...outlines, ...flows];
  }

  /** Follow the pointer until it is let go; Escape takes back. @param {PointerEvent} down @param {Gesture} start */
  follow(down, start) {
    const host = this.board.host;
    let moved = false;
    let waiting = 0;
    /** @type {PointerEvent} */
    let last = down;
    this.now = start;
    const step = () => {
      waiting = 0;
      start.to(this.board.local(last.clientX, last.clientY), last);
    };
    const move = (/** @type {PointerEvent} */ event) => {
      last = event;
      if (!moved && Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) < STILL) return;
      if (!moved) {
        moved = true;
        host.setPointerCapture(down.pointerId);
      }
      if (!waiting) waiting = requestAnimationFrame(step);
    };
    const finish = (/** @type {boolean} */ done) => {
      host.removeEventListener('pointermove', move);
      host.removeEventListener('pointerup', up);
      host.removeEventListener('pointercancel', stop);
      document.removeEventListener('keydown', escape, true);
      if (waiting) {
        cancelAnimationFrame(waiting);
        if (done) step();
      }
      this.now = null;
      const still = down.target instanceof Element && !moved && !down.target.closest('[data-handle]');
      if (done && (moved || !this.board.hit(down.target)))
        start.drop(this.board.local(last.clientX, last.clientY), last);
      else start.cancel();
      if (still && done) this.narrowed(down);
      this.drawMarks();
    };
    const up = () => finish(true);
    const stop = () => finish(false);
    const escape = (/** @type {KeyboardEvent} */ event) => {
      if (event.key === 'Escape') {
        event.preventDefault();
        event.stopPropagation();
        finish(false);
      }
    };
    host.addEventListener('pointermove', move);
    host.addEventListener('pointerup', up);
    host.addEventListener('pointercancel', stop);
    document.addEventListener('keydown', escape, true);
  }

  /** A click without a pull on one of several chosen chooses it alone. @param {PointerEvent} event */
  narrowed(event) {
    const hit = this.board.hit(event.target);
    if (hit && !event.shiftKey && !event.ctrlKey && !event.metaKey && store.selection.size > 1) store.select([hit.id]);
  }

  /** @param {MouseEvent} event */
  context(event) {
    event.preventDefault();
    const hit = this.board.hit(event.target);
    if (hit && !store.selection.has(hit.id)) store.select([hit.id]);
    this.does.context(hit, { x: event.clientX, y: event.clientY }, this.board.local(event.clientX, event.clientY));
  }

  destroy() {
    this.stops.forEach((stop) => stop());
  }
}

/** @param {{to: (point: Point, free: boolean) => void, drop: () => any, cancel: () => void}} inner @returns {Gesture} */
function gesture(inner) {
  return {
    to: (point, event) => inner.to(point, event.altKey),
    drop: () => {
      inner.drop();
    },
    cancel: () => inner.cancel(),
  };
}
