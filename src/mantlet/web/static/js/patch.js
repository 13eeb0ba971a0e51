// @ts-check
/** Changes done to plain data, as the server does them: what was given stays as it is, what changes is copied. */

/** @typedef {(string | number)[]} Path */
/** @typedef {{op: 'set', path: Path, value: any} | {op: 'remove', path: Path} | {op: 'rename', section: string, old: string, new: string}} Change */

/** @param {any} raw @param {Path} path @returns {any} what stands there, or undefined */
export function at(raw, path) {
  let value = raw;
  for (const step of path) {
    if (value === null || typeof value !== 'object') return undefined;
    value = value[step];
  }
  return value;
}

/** @param {any} raw @param {Change[]} changes @returns {any} the data after them; renames are left to the server */
export function applied(raw, changes) {
  let result = raw;
  for (const change of changes) {
    if (change.op === 'set') result = put(result, change.path, change.value);
    else if (change.op === 'remove') result = drop(result, change.path);
  }
  return result;
}

/** @param {any} raw @param {Path} path @param {any} value @returns {any} */
export function put(raw, path, value) {
  if (!path.length) return value;
  const [step, ...rest] = path;
  const copy = Array.isArray(raw)
    ? [...raw]
    : raw && typeof raw === 'object'
      ? { ...raw }
      : typeof step === 'number'
        ? []
        : {};
  copy[step] = put(copy[step], rest, value);
  return copy;
}

/** @param {any} raw @param {Path} path @returns {any} */
export function drop(raw, path) {
  if (raw === null || typeof raw !== 'object' || !(path[0] in raw)) return raw;
  const [step, ...rest] = path;
  const copy = Array.isArray(raw) ? [...raw] : { ...raw };
  if (rest.length) copy[step] = drop(copy[step], rest);
  else if (Array.isArray(copy)) copy.splice(Number(step), 1);
  else delete copy[step];
  return copy;
}

/**
 * @param {any} layout @param {{set?: Record<string, Record<string, any>>} | null | undefined} edit
 * @returns {any} the layout after the entries were put or, where null, taken out
 */
export function laid(layout, edit) {
  if (!edit?.set) return layout;
  const result = { ...layout };
  for (const [section, entries] of Object.entries(edit.set)) {
    const copy = { ...result[section] };
    for (const [id, entry] of Object.entries(entries)) {
      if (entry === null) delete copy[id];
      else copy[id] = entry;
    }
    result[section] = copy;
  }
  return result;
}
