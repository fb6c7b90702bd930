// @ts-check
/** Doing something again and again while somebody is looking. */
import { useEffect, useRef } from '../vendor/preact.js';

/**
 * Every `seconds` while the page is visible, and at once when it becomes visible again after at
 * least that time. Never two at a time.
 * @param {() => Promise<unknown> | void} work @param {number} seconds @param {boolean} [on]
 */
export function useInterval(work, seconds, on = true) {
  const latest = useRef(work);
  latest.current = work;
  useEffect(() => {
    if (!on) return undefined;
    let last = Date.now();
    let running = false;
    const tick = async () => {
      if (running || document.hidden || Date.now() - last < seconds * 1000) return;
      running = true;
      try {
        await latest.current();
      } finally {
        last = Date.now();
        running = false;
      }
    };
    const timer = setInterval(tick, Math.min(seconds, 1) * 1000);
    document.addEventListener('visibilitychange', tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }, [seconds, on]);
}

/** Waiting times of a job that is asked for its progress: 1 s, growing to 5 s. @param {number} turn */
export const backOff = (turn) => Math.min(1 + turn * 0.5, 5);
