// @ts-check
/**
 * What was typed and not yet saved. Kept per tab, so that a reload or signing in again loses
 * nothing; the tab's end is the draft's end.
 */
import { useCallback, useState } from '../vendor/preact.js';

const PREFIX = 'banto.draft.';

/** @param {string} key */
function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + key) ?? 'null');
  } catch {
    return null;
  }
}

/**
 * The draft of `key`, or null when there is none; setting null drops it.
 * @template T
 * @param {string} key
 * @returns {[T | null, (draft: T | null) => void]}
 */
export function useDraft(key) {
  const [state, setState] = useState(() => ({ key, value: /** @type {T | null} */ (read(key)) }));
  const set = useCallback(/** @param {T | null} value */ (value) => {
    setState({ key, value });
    try {
      if (value === null) sessionStorage.removeItem(PREFIX + key);
      else sessionStorage.setItem(PREFIX + key, JSON.stringify(value));
    } catch {
      // A full storage must not stop anyone from typing.
    }
  }, [key]);
  return [state.key === key ? state.value : read(key), set];
}
