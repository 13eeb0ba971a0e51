// @ts-check
/** JointJS: three kinds of cells with light views of their own, and the paper that they lie on. */

import { svg } from '../dom.js';
import { drawLabel, drawNode, drawOutline, layWire, wireParts } from './draw.js';

const joint = /** @type {any} */ (globalThis).joint;
const { dia } = joint;

/** Cells carry what is drawn (`item`) and where; nothing of it is data of the model. */
const ElementViewBase = dia.ElementView.extend({
  presentationAttributes: { item: ['RENDER'], size: ['RENDER'], position: ['TRANSLATE'] },
  initFlag: ['RENDER'],
  confirmUpdate(/** @type {number} */ flags) {
    if (this.hasFlag(flags, 'RENDER')) this.render();
    else this.updateTransformation();
    return 0;
  },
  render() {
    const { width, height } = this.model.size();
    this.el.replaceChildren(...this.parts(this.model.get('item'), width, height));
    this.updateTransformation();
    this.paint();
    this.paper.options.rendered(this);
    return this;
  },
  /** Bring the classes up to date: selected, lit, stepped back. */
  paint() {
    const item = this.model.get('item');
    this.el.setAttribute('class', `${this.base(item)}${this.paper.options.stateOf(this.model)}`);
    this.el.setAttribute('role', 'img');
    this.el.setAttribute('aria-label', this.paper.options.describe(this.model));
    this.el.id = `cell-${this.model.cid}`;
  },
});

export const NodeView = ElementViewBase.extend({
  parts: drawNode,
  base: (/** @type {any} */ item) => `mt-node mt-${item.kind}`,
});

export const OutlineView = ElementViewBase.extend({
  parts: drawOutline,
  base: () => 'mt-boundary',
});

export const WireView = dia.LinkView.extend({
  presentationAttributes: { item: ['RENDER'], source: ['UPDATE'], target: ['UPDATE'] },
  initFlag: ['RENDER'],
  confirmUpdate(/** @type {number} */ flags) {
    if (this.hasFlag(flags, 'RENDER')) this.render();
    else this.update();
    return 0;
  },
  render() {
    const item = this.model.get('item');
    this.parts = wireParts();
    this.el.replaceChildren(
      this.parts.hit,
      this.parts.line,
      this.parts.arrow,
      ...(item.opened ? [this.parts.ring] : []),
    );
    this.label ??= svg('g', { 'model-id': this.model.id, 'data-label': '' });
    this.label.replaceChildren(...drawLabel(item));
    this.mountLabels();
    this.update();
    this.paint();
    this.paper.options.rendered(this);
    return this;
  },
  /** Lay the line again: where it leads is known by the board, not by JointJS. */
  update() {
    const { points, label, shift } = this.paper.options.routeOf(this.model);
    if (shift) {
      this.el.setAttribute('transform', `translate(${shift[0]} ${shift[1]})`);
    } else {
      if (this.el.hasAttribute('transform')) this.el.removeAttribute('transform');
      layWire(this.parts, this.model.get('item'), points);
    }
    this.label.setAttribute('transform', `translate(${label[0]} ${label[1]})`);
    if (!shift) this.ground();
    return this;
  },
  /** The label's ground has the shade of the outlines that it lies in. */
  ground() {
    const depth = Math.min(this.paper.options.depthOf(this.model), 4);
    const ground = this.label.firstChild;
    if (depth === this.depth && ground === this.grounded) return;
    [this.depth, this.grounded] = [depth, ground];
    ground.setAttribute('class', `mt-bg${depth} label-ground`);
  },
  paint() {
    const item = this.model.get('item');
    const level = item.sensitivity ? ` mt-${item.sensitivity}` : '';
    const state = this.paper.options.stateOf(this.model);
    this.el.setAttribute('class', `mt-flow${level}${state}`);
    this.label.setAttribute('class', `mt-tagged${level}${state}`);
    this.el.setAttribute('role', 'img');
    this.el.setAttribute('aria-label', this.paper.options.describe(this.model));
    this.el.id = `cell-${this.model.cid}`;
  },
  mountLabels() {
    if (this.label) this.paper.getLayerView('labels').el.append(this.label);
  },
  unmountLabels() {
    this.label?.remove();
  },
});

const NodeCell = dia.Element.define('mt.Node', { z: 3000 });
const OutlineCell = dia.Element.define('mt.Outline', { z: 0 });
const WireCell = dia.Link.define('mt.Wire', { z: 2000 });
const namespace = { mt: { Node: NodeCell, Outline: OutlineCell, Wire: WireCell, NodeView, OutlineView, WireView } };

/** JointJS's sheet would need a style element, which the content security policy refuses; nothing here uses it. */
const Paper = dia.Paper.extend({ stylesheet: '' });

/**
 * @param {HTMLElement} host
 * @param {{stateOf: (cell: any) => string, describe: (cell: any) => string, routeOf: (cell: any) => any, depthOf: (cell: any) => number, visible: (cell: any) => boolean, rendered: (view: any) => void}} say
 */
export function makePaper(host, say) {
  const graph = new dia.Graph({}, { cellNamespace: namespace });
  const paper = new Paper({
    el: host,
    model: graph,
    cellViewNamespace: namespace,
    width: '100%',
    height: '100%',
    gridSize: 1,
    interactive: false,
    async: true,
    frozen: true,
    sorting: dia.Paper.sorting.APPROX,
    guard: () => true,
    background: false,
    overflow: true,
    viewManagement: { lazyInitialize: true, disposeHidden: false },
    cellVisibility: say.visible,
    ...say,
  });
  paper.svg.classList.add('mt');
  paper.svg.setAttribute('aria-hidden', 'false');
  return { graph, paper };
}

/** @param {'node' | 'outline'} kind @param {string} id @param {any} item @param {import('./route.js').Box} box */
export function makeCell(kind, id, item, box) {
  const Cell = kind === 'node' ? NodeCell : OutlineCell;
  return new Cell({
    id,
    item,
    position: { x: box.x, y: box.y },
    size: { width: box.width, height: box.height },
    z: kind === 'node' ? 3000 : item.depth,
  });
}

/** @param {string} id @param {any} item @param {string} source @param {string} target */
export const makeWire = (id, item, source, target) =>
  new WireCell({ id, item, source: { id: source }, target: { id: target } });
