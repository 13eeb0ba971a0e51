// @ts-check
/** What can be done on the canvas, by pointer, key, menu or button alike. */

import { lined, spread } from './aligning.js';
import { Adding, snap } from './adding.js';
import { contextItems } from './canvasmenus.js';
import { did, removed } from './edits.js';
import { copy, part, pasteable, pasted } from './clipboard.js';
import { Move, around } from './canvas/move.js';
import { engine, layoutEdit, MAIN, storedFor } from './canvas/places.js';
import { dialog, field, h, menu, toast } from './dom.js';
import { renameInPlace } from './inplace.js';
import { pickType } from './palette.js';
import { store } from './store.js';
import { inside, main } from './views.js';
import { t } from './words.js';

/** @typedef {import('./canvas/route.js').Box} Box */

export class Commands extends Adding {
  /** A move by keys that is under way. @type {Move | null} */
  nudging = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  resting = undefined;

  /** What the pointer's gestures call. @returns {import('./canvas/gestures.js').Does} */
  does() {
    return {
      connect: (from, to) => this.connect(from, to),
      connectNew: (from, point, at) => pickType(at, (type) => this.addConnected(from, type, point)),
      reconnect: (flow, end, node) => this.reconnect(flow, end, node),
      open: (hit) => this.open(hit),
      context: (hit, at, point) => menu(at, contextItems(this, hit, point)),
    };
  }

  /** @param {import('./canvas/board.js').Hit} hit */
  open(hit) {
    if (hit.kind === 'node' && this.board.scene.nodes.get(hit.id)?.group)
      this.openView(inside(hit.id, this.board.view.dimension));
    else if (!store.readOnly) renameInPlace(this.board, this.pane, hit.id);
  }

  /** @param {import('./canvas/scene.js').View} view */
  openView(view) {
    this.app.nav.open('design', view.id === MAIN ? {} : { view: view.id });
  }

  /** Look into what is chosen. */
  drill() {
    const [only] = store.selection;
    if (only && (store.model.boundaries?.[only] || this.board.scene.nodes.get(only)?.group))
      this.openView(inside(only, this.board.view.dimension));
    else toast(t('drill.none'));
  }

  /** Back to what is around. */
  out() {
    const { focus } = this.board.view;
    if (!focus) return;
    const outer = store.model.boundaries?.[focus]?.in ?? store.model.elements?.[focus]?.parent;
    this.openView(outer ? inside(outer, this.board.view.dimension) : main());
  }

  rename() {
    const [only] = store.selection;
    if (only && !store.readOnly) renameInPlace(this.board, this.pane, only);
  }

  remove() {
    if (!store.selection.size || store.readOnly) return;
    const label = did('remove', store.selection);
    const { changes, gone } = removed(store.selection);
    /** @type {any} */
    const set = { elements: {}, boundaries: {}, flows: {} };
    for (const id of gone) {
      for (const section of ['elements', 'boundaries', 'flows'])
        if (store.layout?.[section]?.[id]) set[section][id] = null;
      if (store.layout?.flows?.[`${id}.returns`]) set.flows[`${id}.returns`] = null;
    }
    store.change(changes, { layout: { set }, label });
    this.board.host.focus();
  }

  copy() {
    if (!store.selection.size) return;
    copy(part(store.selection, this.board));
    toast(t('copied', { n: store.selection.size }));
  }

  /** @param {string} [text] of the system's clipboard */
  paste(text) {
    const what = (text ? pasteable(text) : null) ?? pasteable();
    if (!what || store.readOnly) return;
    const box = around(Object.values(what.boxes).filter(Boolean));
    const rect = this.board.host.getBoundingClientRect();
    const [mx, my] = this.board.local(rect.left + rect.width / 2, rect.top + rect.height / 2);
    const here =
      box.x + box.width > mx - rect.width / 2 / this.pane.at.scale &&
      box.x < mx + rect.width / 2 / this.pane.at.scale &&
      box.y < my + rect.height / 2 / this.pane.at.scale;
    this.put(
      what,
      here ? 24 : snap(mx - box.x - box.width / 2),
      here ? 24 : snap(my - box.y - box.height / 2),
      'paste',
    );
  }

  duplicate() {
    if (store.selection.size && !store.readOnly) this.put(part(store.selection, this.board), 24, 24, 'duplicate');
  }

  /** @param {any} what @param {number} dx @param {number} dy @param {string} key */
  put(what, dx, dy, key) {
    const { changes, ids, entries } = pasted(what, dx, dy);
    if (!changes.length) return;
    const label = did(key, [
      ...Object.keys(what.elements),
      ...Object.keys(what.boundaries),
      ...Object.keys(what.flows),
    ]);
    store.change(changes, { layout: layoutEdit(this.board.view, this.board.places, entries), label });
    this.board.refresh();
    store.select(ids);
  }

  /** Move what is chosen by a step. @param {number} dx @param {number} dy */
  nudge(dx, dy) {
    const ids = this.boxes();
    if (!ids.length || store.readOnly) return;
    this.nudging ??= new Move(this.board, ids);
    this.nudging.shift([this.nudging.by[0] + dx, this.nudging.by[1] + dy]);
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.rest(), 400);
  }

  /** End a move by keys: many presses are one step. */
  rest() {
    clearTimeout(this.resting);
    const move = this.nudging;
    this.nudging = null;
    return move?.drop();
  }

  /** @param {string} kind */
  async align(kind) {
    const list = this.boxes().map((id) => ({ id, box: /** @type {Box} */ (this.board.boxOf(id)) }));
    if (list.length < 2) return;
    const steps = kind.startsWith('distribute') ? spread(list, kind.endsWith('h')) : lined(list, kind);
    /** @type {any} */
    const entries = { elements: {}, boundaries: {}, flows: {} };
    for (const { id, by } of steps) {
      if (!by[0] && !by[1]) continue;
      const move = new Move(this.board, [id]);
      move.shift(by);
      /** @type {any} */
      const own = move.entries();
      for (const section of Object.keys(entries)) Object.assign(entries[section], own[section]);
      for (const [place, entry] of Object.entries(own.flows))
        this.board.places.routes.set(place, { points: entry.waypoints, label: entry.label });
      for (const [node, box] of Object.entries(own.elements)) this.board.places.nodes.set(node, box);
      this.board.moving = null;
    }
    store.change([], { layout: layoutEdit(this.board.view, this.board.places, entries), label: t(kind) });
  }

  /** Let the layout engine place everything, as in the report. */
  async arrange() {
    const { view } = this.board;
    try {
      const found = await engine(view, this.board.scene.nodes.size);
      const keep = (/** @type {any} */ section, /** @type {(id: string) => boolean} */ known) =>
        Object.fromEntries(Object.entries(section ?? {}).filter(([id]) => known(id)));
      const elements = keep(found.elements, (id) => this.board.scene.nodes.has(id));
      const boundaries = keep(found.boundaries, (id) => Boolean(store.model.boundaries?.[id]));
      const flows = keep(found.flows, (id) => this.board.scene.wires.has(id));
      this.board.filler = found;
      const gone = (/** @type {string} */ section, /** @type {any} */ now) =>
        Object.fromEntries(
          Object.keys(storedFor(view)[section] ?? {})
            .filter((id) => !(id in now))
            .map((id) => [id, null]),
        );
      const sections = {
        elements: { ...gone('elements', elements), ...elements },
        boundaries: { ...gone('boundaries', boundaries), ...boundaries },
        flows: { ...gone('flows', flows), ...flows },
      };
      const set =
        view.id === MAIN
          ? sections
          : {
              views: {
                [view.id]: {
                  title: view.title,
                  dimension: view.dimension,
                  focus: view.focus,
                  elements,
                  boundaries,
                  flows,
                },
              },
            };
      const done = store.change([], { layout: { set }, label: t('arrange') });
      this.board.refresh();
      this.pane.fit();
      await done;
    } catch (error) {
      toast(/** @type {Error} */ (error).message, { kind: 'error' });
    }
  }

  toggleMap() {
    this.map.hidden = !this.map.hidden;
    localStorage.setItem('mantlet.map', this.map.hidden ? 'off' : 'on');
    this.pane.later();
  }

  /** Leave something out, which needs a reason; or take it back in. @param {string} id */
  async scope(id) {
    const section = store.sectionOf(id);
    const entry = store.entry(id);
    if (section !== 'elements' && section !== 'flows') return;
    if (entry.out_of_scope) {
      store.change([{ op: 'remove', path: [section, id, 'out_of_scope'] }], { label: did('in-scope', [id]) });
      return;
    }
    const reason = h('textarea', { rows: 3, maxlength: 500 });
    await dialog({
      title: t('scope.title', { name: store.titleOf(id) }),
      body: field(t('scope.reason'), reason, t('scope.hint')),
      actions: [
        { label: t('cancel') },
        {
          label: t('scope.out'),
          primary: true,
          run: () => {
            if (!reason.value.trim()) {
              reason.setAttribute('aria-invalid', 'true');
              reason.focus();
              return false;
            }
            store.change([{ op: 'set', path: [section, id, 'out_of_scope'], value: reason.value.trim() }], {
              label: did('out-of-scope', [id]),
            });
            return true;
          },
        },
      ],
    });
  }

  selectAll() {
    store.select([
      ...this.board.scene.nodes.keys(),
      ...[...this.board.scene.outlines.values()].flatMap((item) => item.titles.map((title) => title.id)),
      ...[...this.board.scene.wires.values()].map((wire) => wire.flow),
    ]);
  }
}
