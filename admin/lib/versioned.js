// @ts-check
/**
 * Storing a change of something that others change too.
 *
 * The server takes a change only with the version it was made from. When the version is old but
 * none of the fields this person changed was touched (an order was allocated while somebody wrote
 * a note), the change is sent again with the new version; the person is asked only when both
 * changed the same field.
 */
import { useState } from '../vendor/preact.js';
import { ApiError } from './api.js';
import { useSubmit } from './submit.js';

const TRIES = 4;

/** @typedef {Record<string, string | number | null>} Fields what a form edits, by name */
/**
 * @template {{version: number}} T
 * @typedef {{current: T, change: Fields, fields: string[], key: string}} Clash
 */

/**
 * @template {{version: number}} T
 * @param {{read: (thing: T) => Fields, send: (version: number, change: Fields, key: string) => Promise<T>,
 *   onSaved: (thing: T, change: Fields) => void, onTaken: (thing: T) => void}} how
 */
export function useVersioned({ read, send, onSaved, onTaken }) {
  const [clash, setClash] = useState(/** @type {Clash<T> | null} */ (null));

  const submit = useSubmit(async (key, /** @type {T} */ thing, /** @type {Fields} */ change) => {
    let version = thing.version;
    for (let turn = 0; ; turn += 1) {
      try {
        const saved = await send(version, change, turn ? crypto.randomUUID() : key);
        setClash(null);
        onSaved(saved, change);
        return;
      } catch (error) {
        const current = error instanceof ApiError && error.status === 412 ? /** @type {T | undefined} */ (error.current) : undefined;
        if (!current?.version) throw error;
        const fields = clashing(change, read(thing), read(current));
        if (fields.length || turn >= TRIES) {
          setClash({ current, change, fields: fields.length ? fields : Object.keys(change), key });
          return;
        }
        version = current.version;
      }
    }
  });

  return {
    save: submit.run, busy: submit.busy, error: submit.error, touched: submit.touched, clash,
    /** What this person wants replaces what is there. */
    overwrite: () => clash && submit.run(clash.current, clash.change),
    /** What is there stays; what this person wanted is dropped. */
    take: () => {
      if (clash) onTaken(clash.current);
      setClash(null);
    },
    /** Back to the form, nothing is stored. */
    cancel: () => setClash(null),
  };
}

/** The fields that both changed, and not to the same. @param {Fields} change @param {Fields} base @param {Fields} current */
export const clashing = (change, base, current) =>
  Object.keys(change).filter((field) => current[field] !== base[field] && current[field] !== change[field]);
