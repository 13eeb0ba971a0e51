// @ts-check
/** Asking the server: JSON both ways, one error type with what is wrong and how to mend it. */

export const CLIENT = crypto.randomUUID();

/** What the server refused, in words for people. */
export class ApiError extends Error {
  /** @param {number} status @param {any} error */
  constructor(status, error) {
    super(error?.message ?? `the server answered ${status}`);
    this.status = status;
    this.code = error?.code ?? '';
    this.mend = error?.mend ?? '';
    this.where = error?.where ?? '';
    this.conflicts = error?.conflicts ?? [];
    /** @type {any} */
    this.details = error ?? {};
  }
}

/** @param {string} path @param {Record<string, any>} [params] */
export function url(path, params) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params ?? {})) {
    if (Array.isArray(value)) value.forEach((item) => query.append(name, item));
    else if (value !== undefined && value !== null && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return `/api${path}${text ? `?${text}` : ''}`;
}

/** @param {string} method @param {string} path @param {Record<string, any> | undefined} params @param {any} body */
async function ask(method, path, params, body) {
  /** @type {Record<string, string>} */
  const headers = { 'X-Mantlet': '1', 'X-Client': CLIENT };
  const raw = body instanceof Blob || body instanceof ArrayBuffer;
  if (body !== undefined && !raw) headers['Content-Type'] = 'application/json';
  else if (raw) headers['Content-Type'] = 'application/octet-stream';
  let answer;
  try {
    answer = await fetch(url(path, params), {
      method,
      headers,
      credentials: 'same-origin',
      body: body === undefined ? undefined : raw ? body : JSON.stringify(body),
    });
  } catch {
    throw new ApiError(0, {
      code: 'offline',
      message: 'the server does not answer',
      mend: 'start `mantlet serve` again',
    });
  }
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => null);
  throw new ApiError(answer.status, told?.error ?? { message: told?.detail && String(told.detail) });
}

/** What early.js asked for already, once. @param {string} path @param {Record<string, any> | undefined} params @returns {Promise<Response | null>} */
async function asked(path, params) {
  const waiting = /** @type {any} */ (globalThis).early;
  const answer = params ? null : waiting?.get(path);
  waiting?.delete(path);
  const found = await answer;
  return found?.ok ? found : null;
}

/** @param {Response} answer */
const read = (answer) => (answer.status === 204 ? null : answer.json());

/** @param {string} path @param {Record<string, any>} [params] @returns {Promise<any>} */
export const get = async (path, params) =>
  read((await asked(path, params)) ?? (await ask('GET', path, params, undefined)));
/** @param {string} path @param {any} [body] @param {Record<string, any>} [params] @returns {Promise<any>} */
export const post = async (path, body = {}, params = undefined) => read(await ask('POST', path, params, body));
/** @param {string} path @param {Record<string, any>} [params] @returns {Promise<any>} */
export const del = async (path, params) => read(await ask('DELETE', path, params, undefined));
/** @param {string} path @param {Record<string, any>} [params] @returns {Promise<string>} */
export const text = async (path, params) => (await ask('GET', path, params, undefined)).text();

/** Fetch a file and hand it to the browser to be saved. @param {string} path @param {Record<string, any>} [params] */
export async function download(path, params) {
  const answer = await ask('GET', path, params, undefined);
  const named = /filename\*?=(?:UTF-8'')?"?([^";]+)/.exec(answer.headers.get('Content-Disposition') ?? '');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await answer.blob());
  link.download = named ? decodeURIComponent(named[1]) : (path.split('/').pop() ?? 'file');
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
