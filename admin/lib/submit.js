// @ts-check
/** Writing to the API from a button or form: once, however often it is pressed. */
import { useRef, useState } from '../vendor/preact.js';
import { ApiError } from './api.js';

/**
 * `run` does nothing while an earlier run is under way. The idempotency key stays the same until
 * the server has given a definite answer, so pressing again after a lost answer cannot do the
 * thing twice; `run` answers whether it worked.
 * @template {unknown[]} A
 * @param {(key: string, ...args: A) => Promise<unknown>} work
 */
export function useSubmit(work) {
  const [state, setState] = useState(/** @type {{busy: boolean, error?: ApiError}} */ ({ busy: false }));
  const busy = useRef(false);
  const key = useRef('');
  const latest = useRef(work);
  latest.current = work;

  /** @param {A} args @returns {Promise<boolean>} */
  async function run(...args) {
    if (busy.current) return false;
    busy.current = true;
    key.current ||= crypto.randomUUID();
    setState({ busy: true });
    try {
      await latest.current(key.current, ...args);
      key.current = '';
      setState({ busy: false });
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!error.uncertain) key.current = '';
      setState({ busy: false, error });
      return false;
    } finally {
      busy.current = false;
    }
  }

  /** The person changed what will be sent: that is another request. */
  function touched() {
    key.current = '';
    setState((before) => (before.error ? { busy: before.busy } : before));
  }

  return { run, touched, busy: state.busy, error: state.error };
}
