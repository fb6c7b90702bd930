// @ts-check
/** Which rows of a list are ticked, with shift for a range. */
import { useCallback, useMemo, useRef, useState } from '../vendor/preact.js';

/** @param {string[]} ids the rows shown, in order; ticks of rows that went away do not count */
export function useSelection(ids) {
  const [ticked, setTicked] = useState(/** @type {ReadonlySet<string>} */ (new Set()));
  const anchor = useRef('');
  const selected = useMemo(() => new Set(ids.filter((id) => ticked.has(id))), [ids, ticked]);

  const toggle = useCallback(/** @param {string} id @param {boolean} [range] */ (id, range = false) => {
    setTicked((before) => {
      const next = new Set(before);
      const from = ids.indexOf(anchor.current);
      const to = ids.indexOf(id);
      const on = !before.has(id);
      const span = range && from >= 0 ? ids.slice(Math.min(from, to), Math.max(from, to) + 1) : [id];
      for (const each of span) {
        if (range || on) next.add(each);
        else next.delete(each);
      }
      anchor.current = id;
      return next;
    });
  }, [ids]);

  const clear = useCallback(() => setTicked(new Set()), []);
  const all = ids.length > 0 && selected.size === ids.length;
  const toggleAll = useCallback(() => setTicked(all ? new Set() : new Set(ids)), [all, ids]);
  return { selected, toggle, clear, all, toggleAll };
}
/** @typedef {ReturnType<typeof useSelection>} Selection */
