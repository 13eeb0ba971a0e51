// @ts-check
/** Which trust boundaries are drawn round their members, and inside which other: a drawing nests only a tree. */

/**
 * @typedef {object} Outline
 * @property {string} id the first boundary's
 * @property {string[]} boundaries those with exactly these members
 * @property {string} dimension
 * @property {string} parent an outline's id, or nothing
 * @property {number} depth
 * @property {Set<string>} members nodes inside, at any depth
 */

/** A boundary and those around it, innermost first. @param {Record<string, any>} boundaries @param {string} name @returns {string[]} */
export function around(boundaries, name) {
  /** @type {string[]} */
  const found = [];
  for (let at = name; at && Object.hasOwn(boundaries, at) && !found.includes(at); at = boundaries[at].in ?? '')
    found.push(at);
  return found;
}

/** @param {any} element @returns {string[]} */
export const within = (element) => (Array.isArray(element?.in) ? element.in : element?.in ? [element.in] : []);

/**
 * @param {Record<string, any>} boundaries @param {Map<string, string[]>} nodes their innermost boundaries
 * @param {string} primary @param {(name: string) => string} dimensionOf @param {(name: string) => boolean} isInternet
 * @returns {{outlines: Map<string, Outline>, innermost: Map<string, string>, tags: Map<string, string[]>, of: Map<string, string>}}
 */
export function nest(boundaries, nodes, primary, dimensionOf, isInternet) {
  const members = membersOf(boundaries, nodes);
  /** @type {Outline[]} */
  const outlines = [];
  const of = new Map();
  const order = Object.keys(boundaries)
    .map((name) => ({
      name,
      own: dimensionOf(name) === primary,
      size: members.get(name)?.size ?? 0,
      depth: around(boundaries, name).length,
    }))
    .sort((a, b) => Number(b.own) - Number(a.own) || b.size - a.size || a.depth - b.depth);
  for (const { name, own } of order) {
    const inside = members.get(name) ?? new Set();
    if (isInternet(name) || (!own && inside.size < 2)) continue;
    if (own && (!inside.size || outlines.every((item) => tree(item, inside)))) {
      outlines.push({ id: name, boundaries: [name], dimension: primary, parent: '', depth: 1, members: inside });
      of.set(name, name);
    } else if (outlines.every((item) => tree(item, inside))) {
      const same = outlines.find(
        (item) =>
          item.members.size === inside.size &&
          item.dimension !== dimensionOf(name) &&
          [...inside].every((node) => item.members.has(node)),
      );
      if (same) same.boundaries.push(name);
      else
        outlines.push({
          id: name,
          boundaries: [name],
          dimension: dimensionOf(name),
          parent: '',
          depth: 1,
          members: inside,
        });
      of.set(name, same ? same.id : name);
    }
  }
  arrange(outlines, boundaries, of);
  return { outlines: new Map(outlines.map((item) => [item.id, item])), ...placed(boundaries, nodes, outlines, of), of };
}

/** @param {Record<string, any>} boundaries @param {Map<string, string[]>} nodes */
function membersOf(boundaries, nodes) {
  /** @type {Map<string, Set<string>>} */
  const members = new Map();
  for (const [node, inner] of nodes) {
    for (const start of inner) {
      for (const name of around(boundaries, start)) members.set(name, (members.get(name) ?? new Set()).add(node));
    }
  }
  return members;
}

/** Whether an outline and a set are apart, or one inside the other. @param {Outline} outline @param {Set<string>} inside */
function tree(outline, inside) {
  if (!inside.size || !outline.members.size) return true;
  let shared = 0;
  for (const node of inside) if (outline.members.has(node)) shared += 1;
  return shared === 0 || shared === inside.size || shared === outline.members.size;
}

/** Find each outline's parent: what encloses it in the file, else the smallest that holds all its members. @param {Outline[]} outlines @param {Record<string, any>} boundaries @param {Map<string, string>} of */
function arrange(outlines, boundaries, of) {
  const rank = new Map(outlines.map((item, index) => [item.id, index]));
  const byId = new Map(outlines.map((item) => [item.id, item]));
  for (const item of outlines) {
    const holders = outlines.filter(
      (other) =>
        other !== item &&
        item.members.size &&
        (other.members.size > item.members.size ||
          (other.members.size === item.members.size && before(other, item, boundaries, rank))) &&
        [...item.members].every((node) => other.members.has(node)),
    );
    holders.sort((a, b) => a.members.size - b.members.size || (before(a, b, boundaries, rank) ? 1 : -1));
    const written = item.boundaries
      .flatMap((name) => around(boundaries, name).slice(1))
      .map((name) => of.get(name))
      .find((name) => name && name !== item.id);
    item.parent = holders[0]?.id ?? written ?? '';
  }
  for (const item of outlines) {
    const seen = new Set([item.id]);
    for (let at = item.parent; at && !seen.has(at); at = byId.get(at)?.parent ?? '') {
      seen.add(at);
      item.depth += 1;
    }
  }
}

/** Whether `a` is around `b` where both have the same members. @param {Outline} a @param {Outline} b @param {Record<string, any>} boundaries @param {Map<string, number>} rank */
function before(a, b, boundaries, rank) {
  if (
    a.boundaries.some((name) =>
      b.boundaries.some((other) => other !== name && around(boundaries, other).includes(name)),
    )
  )
    return true;
  if (
    b.boundaries.some((name) =>
      a.boundaries.some((other) => other !== name && around(boundaries, other).includes(name)),
    )
  )
    return false;
  return (rank.get(a.id) ?? 0) < (rank.get(b.id) ?? 0);
}

/** @param {Record<string, any>} boundaries @param {Map<string, string[]>} nodes @param {Outline[]} outlines @param {Map<string, string>} of */
function placed(boundaries, nodes, outlines, of) {
  const innermost = new Map();
  const tags = new Map();
  for (const [node, inner] of nodes) {
    const holders = outlines.filter((item) => item.members.has(node)).sort((a, b) => b.depth - a.depth);
    innermost.set(node, holders[0]?.id ?? '');
    tags.set(
      node,
      inner.flatMap((start) => around(boundaries, start)).filter((name) => !of.has(name)),
    );
  }
  return { innermost, tags };
}
