// @ts-check
/** The one way to the API: tokens, versions, idempotency keys, time limits and errors. */
import { signal } from '../vendor/preact.js';
import { SignedOut, accessToken, expire, renew } from './auth.js';
import { getConfig } from './config.js';

const TIMEOUT_MS = 20_000;
const UPLOAD_TIMEOUT_MS = 60_000;
const RETRY_MS = 400;
/** A read waits this long at most for a busy server; more is the person's decision. */
const LONGEST_WAIT_S = 5;

/** False while the browser or the last request says that there is no way to the server. */
export const online = signal(navigator.onLine);
addEventListener('online', () => { online.value = true; });
addEventListener('offline', () => { online.value = false; });

/** What the server answered instead of what was asked (RFC 9457), or that it did not answer. */
export class ApiError extends Error {
  /** @param {number} status 0: no answer @param {Partial<import('../api').Problem>} problem @param {{retryAfter?: number}} [more] */
  constructor(status, problem, { retryAfter } = {}) {
    super(problem.detail || problem.title || `HTTP ${status}`);
    this.status = status;
    this.code = problem.code ?? '';
    this.detail = problem.detail ?? '';
    this.requestId = problem.request_id ?? '';
    this.fieldErrors = problem.errors ?? [];
    /** 412: the thing as it is now */
    this.current = problem.current;
    /** 429, 503: seconds to wait */
    this.retryAfter = retryAfter;
  }

  /** True when it is not known whether the server did it: the same key may be sent again. */
  get uncertain() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/**
 * @typedef {object} Options
 * @property {unknown} [json] body
 * @property {Blob} [file] body, as it is
 * @property {number} [version] of the thing to change: `If-Match`
 * @property {boolean} [isNew] the thing must not exist yet: `If-None-Match: *`
 * @property {string} [key] `Idempotency-Key`
 * @property {Record<string, string>} [headers]
 * @property {AbortSignal} [signal]
 */

/** @param {string} path @param {Record<string, string | number | null | undefined>} [query] */
export function get(path, query, /** @type {{signal?: AbortSignal}} */ options = {}) {
  const filled = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const search = new URLSearchParams(filled.map(([name, value]) => [name, String(value)])).toString();
  return request('GET', search ? `${path}?${search}` : path, options);
}

/**
 * The body of the answer. Raises ApiError; a request that was cancelled raises its AbortError.
 * @param {string} method @param {string} path below the API's address @param {Options} [options]
 * @returns {Promise<any>}
 */
export async function request(method, path, options = {}) {
  const response = await authorised(method, path, options);
  if (response.status === 204) return null;
  const type = response.headers.get('content-type') ?? '';
  if (!response.ok) throw await problemOf(response, type);
  return body(response, options.signal);
}

/** An answer that broke off in the middle is no answer. @param {Response} response @param {AbortSignal} [cancel] */
async function body(response, cancel) {
  try {
    return await response.json();
  } catch (error) {
    if (cancel?.aborted) throw error;
    throw noAnswer();
  }
}

/** The bytes of a file the API makes. @param {string} path */
export async function download(path) {
  const response = await authorised('GET', path, { headers: { accept: '*/*' } });
  if (!response.ok) throw await problemOf(response, response.headers.get('content-type') ?? '');
  return response.blob();
}

/** The bytes of one page of a file, and the token of the next page ('' after the last). @param {string} path */
export async function downloadPage(path) {
  const response = await authorised('GET', path, { headers: { accept: '*/*' } });
  if (!response.ok) throw await problemOf(response, response.headers.get('content-type') ?? '');
  return { bytes: new Uint8Array(await response.arrayBuffer().catch(() => { throw noAnswer(); })), next: response.headers.get('x-next-page') ?? '' };
}

/** @param {string} method @param {string} path @param {Options} options */
async function authorised(method, path, options) {
  const token = await tokenOr401(accessToken);
  const response = await patiently(method, path, options, token);
  if (response.status !== 401) return response;
  // The token was taken back or its time is up by the server's clock: once more with a new one.
  const fresh = await tokenOr401(() => renew(token));
  const again = await patiently(method, path, options, fresh);
  if (again.status === 401) expire();
  return again;
}

/** @param {() => Promise<string>} find */
async function tokenOr401(find) {
  try {
    return await find();
  } catch (error) {
    if (!(error instanceof SignedOut)) throw noAnswer();
    expire();
    throw new ApiError(401, { code: 'unauthenticated' });
  }
}

/** Reads are repeated once when the server is busy or stumbles; writes never by themselves. */
/** @param {string} method @param {string} path @param {Options} options @param {string} token */
async function patiently(method, path, options, token) {
  const response = await send(method, path, options, token);
  if (method !== 'GET' || ![429, 502, 503, 504].includes(response.status)) return response;
  const wait = Number(response.headers.get('retry-after') ?? 0);
  if (wait > LONGEST_WAIT_S) return response;
  await new Promise((resolve) => { setTimeout(resolve, wait * 1000 || RETRY_MS); });
  return send(method, path, options, token);
}

/** @param {string} method @param {string} path @param {Options} options @param {string} token */
async function send(method, path, options, token) {
  const { json, file, version, isNew, key, signal: cancel } = options;
  const limit = AbortSignal.timeout(file ? UPLOAD_TIMEOUT_MS : TIMEOUT_MS);
  /** @type {Record<string, string>} */
  const headers = { accept: 'application/json', authorization: `Bearer ${token}`, ...options.headers };
  if (json !== undefined) headers['content-type'] = 'application/json';
  if (file) headers['content-type'] = 'application/octet-stream';
  if (version !== undefined) headers['if-match'] = `"${version}"`;
  if (isNew) headers['if-none-match'] = '*';
  if (key) headers['idempotency-key'] = key;
  try {
    const response = await fetch(getConfig().api + path, {
      method, headers, body: file ?? (json === undefined ? undefined : JSON.stringify(json)),
      signal: cancel ? AbortSignal.any([cancel, limit]) : limit,
      cache: 'no-store',
    });
    online.value = true;
    return response;
  } catch (error) {
    if (cancel?.aborted) throw error;
    online.value = limit.aborted && navigator.onLine;
    throw noAnswer();
  }
}

const noAnswer = () => new ApiError(0, { code: 'no_answer' });

/** @param {Response} response @param {string} type */
async function problemOf(response, type) {
  /** @type {Partial<import('../api').Problem>} */
  const problem = type.includes('json') ? await response.json().catch(() => ({})) : {};
  // An answer of the gateway itself is not ours and has the id in a header only.
  problem.request_id ??= response.headers.get('apigw-requestid') ?? response.headers.get('x-amzn-requestid') ?? '';
  const retryAfter = Number(response.headers.get('retry-after')) || undefined;
  return new ApiError(response.status, problem, { retryAfter });
}

/**
 * A part of a path. Encoded twice: API Gateway decodes a path once before it is matched, and a `/`
 * or `#` of a SKU must not end the part (`common.api.path_id`).
 * @param {string} text
 */
export const seg = (text) => encodeURIComponent(encodeURIComponent(text));
