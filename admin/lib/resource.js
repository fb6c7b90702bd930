// @ts-check
/** Reading from the API inside a component: cached, cancelled when no longer wanted, repeatable. */
import { useCallback, useEffect, useRef, useState } from '../vendor/preact.js';
import { ApiError } from './api.js';

const KEPT = 40;
/** @type {Map<string, unknown>} */
const cache = new Map();

/** @param {string} key @param {unknown} value */
function remember(key, value) {
  cache.delete(key);
  cache.set(key, value);
  const oldest = cache.keys().next();
  if (cache.size > KEPT && !oldest.done) cache.delete(oldest.value);
}

/** What a list or another screen already knows, for Back without waiting. @param {string} key */
export const remembered = (key) => cache.get(key);

/** A change may show in other screens: what was read under these first parts is read anew. @param {string[]} prefixes */
export function forgetCached(...prefixes) {
  for (const key of [...cache.keys()]) {
    if (prefixes.some((prefix) => key.startsWith(prefix))) cache.delete(key);
  }
}

/**
 * `data` is what is known now, also while a newer answer is awaited or after a failed one: rows
 * never vanish because of an error.
 * @template T
 * @typedef {object} Resource
 * @property {T | undefined} data
 * @property {ApiError | undefined} error of the last attempt
 * @property {boolean} loading
 * @property {() => void} reload
 * @property {(data: T) => void} set
 */

/**
 * @template T
 * @param {string | null} key what is read; null reads nothing
 * @param {(signal: AbortSignal) => Promise<T>} load
 * @param {{keep?: boolean}} [how] keep: go on showing the former thing while another one is read
 * @returns {Resource<T>}
 */
export function useResource(key, load, { keep = false } = {}) {
  const [state, setState] = useState(() => initial(key));
  const [turn, setTurn] = useState(0);
  const loader = useRef(load);
  loader.current = load;

  useEffect(() => {
    if (key === null) return undefined;
    const controller = new AbortController();
    const known = /** @type {T | undefined} */ (cache.get(key));
    setState((before) => ({
      key, loading: true, error: undefined,
      data: known ?? (keep || before.key === key ? before.data : undefined),
    }));
    loader.current(controller.signal).then(
      (data) => {
        remember(key, data);
        if (!controller.signal.aborted) setState({ key, data, error: undefined, loading: false });
      },
      (error) => {
        if (controller.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        setState((before) => ({ ...before, error, loading: false }));
      },
    );
    return () => controller.abort();
  }, [key, turn, keep]);

  const reload = useCallback(() => setTurn((n) => n + 1), []);
  const set = useCallback(/** @param {T} data */ (data) => {
    if (key !== null) remember(key, data);
    setState({ key, data, error: undefined, loading: false });
  }, [key]);

  // Between a change of the key and the effect, the former thing must not be taken for this one.
  const stale = state.key !== key && !keep;
  return {
    data: stale ? /** @type {T | undefined} */ (key === null ? undefined : cache.get(key)) : state.data,
    error: stale ? undefined : state.error,
    loading: stale ? key !== null : state.loading,
    reload, set,
  };

  /** @param {string | null} at @returns {{key: string | null, data: T | undefined, error: ApiError | undefined, loading: boolean}} */
  function initial(at) {
    const data = at === null ? undefined : /** @type {T | undefined} */ (cache.get(at));
    return { key: at, data, error: undefined, loading: at !== null };
  }
}

/** Reads ahead, so that what is probably wanted next is there at once. @param {string} key @param {() => Promise<unknown>} load */
export function prefetch(key, load) {
  if (!cache.has(key)) load().then((data) => remember(key, data), () => undefined);
}
