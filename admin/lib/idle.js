// @ts-check
/** A page nobody touches for half an hour asks for signing in again; drafts stay. */
import { expire, session } from './auth.js';

const IDLE_MS = 30 * 60_000;
let touched = Date.now();

export function watchIdle() {
  for (const kind of ['pointerdown', 'keydown', 'wheel', 'touchstart']) {
    addEventListener(kind, () => { touched = Date.now(); }, { passive: true, capture: true });
  }
  setInterval(() => {
    if (session.peek().state === 'in' && Date.now() - touched > IDLE_MS) expire('idle');
  }, 15_000);
}
