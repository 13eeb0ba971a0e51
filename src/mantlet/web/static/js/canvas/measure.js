// @ts-check
/** Widths of texts in the drawing's font, and lines that fit: the measures are those of the report's pictures. */

export const M = {
  NAME: 12.5,
  NAME_LINE: 15.5,
  CAPTION: 10,
  CAPTION_LINE: 13,
  TAG: 9.5,
  TAG_LINE: 13,
  LABEL: 11,
  LABEL_LINE: 13.5,
  TITLE: 11.5,
  TITLE_ROW: 22,
  TITLE_HEIGHT: 17,
  NAME_ROOM: 108,
  NAME_LINES: 3,
  CAPTION_ROOM: 96,
  LABEL_ROOM: 86,
  LABEL_WORD: 124,
  LABEL_LINES: 3,
  NODE_PAD_X: 11,
  NODE_PAD_Y: 8,
  NODE_MIN: 78,
  LABEL_PAD_X: 5,
  LABEL_PAD_Y: 2,
  ICON: 12,
  ICON_GAP: 4,
  BADGE: 8.5,
  CLUSTER_PAD: 12,
  RADIUS: 9,
  ARROW: 8,
  NODE_RADIUS: 17,
  PITCH: 11,
  PORT_MARGIN: 8,
};

const context = /** @type {CanvasRenderingContext2D} */ (document.createElement('canvas').getContext('2d'));
/** @type {Map<string, number>} */
const known = new Map();

/** Wait for the font, so that measures are right from the first drawing on. */
export async function ready() {
  await Promise.all([document.fonts.load('400 12px Inter'), document.fonts.load('600 12px Inter')]).catch(() => {});
}

/** @param {string} text @param {number} size @param {400 | 600} [weight] */
export function width(text, size, weight = 400) {
  const key = `${weight} ${size} ${text}`;
  let found = known.get(key);
  if (found === undefined) {
    context.font = `${weight} ${size}px Inter, system-ui, sans-serif`;
    found = context.measureText(text).width;
    if (known.size > 40_000) known.clear();
    known.set(key, found);
  }
  return found;
}

/** Cut a text so that it fits, with an ellipsis. @param {string} text @param {number} room @param {number} size @param {400 | 600} [weight] */
export function fit(text, room, size, weight = 400) {
  if (width(text, size, weight) <= room) return text;
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (width(`${text.slice(0, middle).trimEnd()}…`, size, weight) <= room) low = middle;
    else high = middle - 1;
  }
  return `${text.slice(0, low).trimEnd()}…`;
}

/** @param {string} text @param {number} room @param {number} size @param {400 | 600} weight @param {number} most @returns {string[]} */
export function wrap(text, room, size, weight, most) {
  /** @type {string[]} */
  const lines = [];
  let line = '';
  for (const word of pieces(text, room, size, weight)) {
    const longer = line ? `${line} ${word}` : word;
    if (!line || width(longer, size, weight) <= room) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  if (line || !lines.length) lines.push(line);
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most - 1), fit(lines.slice(most - 1).join(' '), room, size, weight)];
}

/** Words; those too long for a line are cut after a hyphen, dot, slash or underscore where they can be. */
function* pieces(
  /** @type {string} */ text,
  /** @type {number} */ room,
  /** @type {number} */ size,
  /** @type {400 | 600} */ weight,
) {
  for (let word of text.split(/\s+/).filter(Boolean)) {
    while (width(word, size, weight) > room && word.length > 1) {
      let cut = word.length - 1;
      while (cut > 1 && width(word.slice(0, cut), size, weight) > room) cut -= 1;
      const soft = Math.max(...['-', '_', '.', '/', ':'].map((sign) => word.lastIndexOf(sign, cut - 1) + 1));
      if (soft > cut / 3) cut = soft;
      yield word.slice(0, cut);
      word = word.slice(cut);
    }
    if (word) yield word;
  }
}

/**
 * @typedef {{text: string, role: string, y: number, width: number, dimension?: string}} Line
 * @typedef {{lines: Line[], width: number, height: number}} Block
 */

/** @type {Map<string, Block>} */
const blocks = new Map();
/** @param {string} key @param {() => Block} make */
function remembered(key, make) {
  let block = blocks.get(key);
  if (!block) {
    if (blocks.size > 8000) blocks.clear();
    blocks.set(key, (block = make()));
  }
  return block;
}

/**
 * A node's lines and size: name, type, tags.
 * @param {{name: string, caption: string, icon: string, tags: {kind: string, text: string, dimension?: string}[]}} node @returns {Block}
 */
export function nodeBlock(node) {
  return remembered(`n${node.name}\n${node.caption}\n${node.icon}\n${JSON.stringify(node.tags)}`, () => {
    /** @type {Line[]} */
    const lines = [];
    let y = M.NODE_PAD_Y;
    for (const text of wrap(node.name, M.NAME_ROOM, M.NAME, 600, M.NAME_LINES)) {
      y += M.NAME_LINE;
      lines.push({ text, role: 'name', y: y - 3.5, width: width(text, M.NAME, 600) });
    }
    wrap(node.caption, M.CAPTION_ROOM, M.CAPTION, 400, 2).forEach((text, row) => {
      if (!text) return;
      y += M.CAPTION_LINE;
      const icon = node.icon && row === 0 ? M.ICON + M.ICON_GAP : 0;
      lines.push({ text, role: row ? 'caption-more' : 'caption', y: y - 2.5, width: width(text, M.CAPTION) + icon });
    });
    node.tags.forEach((tag, index) => {
      y += M.TAG_LINE + (index ? 0 : 3);
      const text = fit(tag.text, M.NAME_ROOM + 6, M.TAG);
      lines.push({ text, role: tag.kind, y: y - 3, width: width(text, M.TAG) + 14, dimension: tag.dimension });
    });
    const widest = Math.max(0, ...lines.map((line) => line.width));
    return { lines, width: Math.max(M.NODE_MIN, widest + 2 * M.NODE_PAD_X), height: y + M.NODE_PAD_Y };
  });
}

/** A flow label's lines and size. @param {string} text @param {number} extras room for badge and marks @returns {Block} */
export function labelBlock(text, extras) {
  return remembered(`l${extras}\n${text}`, () => {
    const longest = Math.max(0, ...text.split(/\s+/).map((word) => width(word, M.LABEL)));
    const room = Math.min(Math.max(M.LABEL_ROOM, longest), M.LABEL_WORD);
    let y = M.LABEL_PAD_Y;
    const lines = wrap(text, room, M.LABEL, 400, M.LABEL_LINES)
      .filter(Boolean)
      .map((line) => {
        y += M.LABEL_LINE;
        return { text: line, role: 'label', y: y - 3, width: width(line, M.LABEL) };
      });
    const widest = Math.max(0, ...lines.map((line) => line.width));
    return { lines, width: widest + 2 * M.LABEL_PAD_X + extras, height: Math.max(y + M.LABEL_PAD_Y, 2 * M.BADGE + 1) };
  });
}
