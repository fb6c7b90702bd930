// @ts-check
/**
 * Keys. One listener for the page; a screen registers what it wants while it is shown.
 *
 * While an input method composes (a Japanese word before its Enter) keys belong to it, not to us:
 * every key handler of the page asks `imeBusy` first (WCAG technique SCR41; a test looks for it).
 */
import { useLayoutEffect, useRef } from '../vendor/preact.js';
import { prefs } from './prefs.js';

/** True while an input method owns the key; 229 is what some browsers send instead of the flag. @param {KeyboardEvent} event */
export const imeBusy = (event) => event.isComposing || event.keyCode === 229;

/** Handlers by key: `j`, `?`, `g o` (two keys in a row), `Ctrl+k`. @typedef {Record<string, (event: KeyboardEvent) => void>} Keys */

/** @type {{current: Keys, modal: boolean}[]} */
const stack = [];
const SEQUENCE_MS = 1000;
let first = '';
let firstAt = 0;

/** @param {EventTarget | null} target */
function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'submit', 'file'].includes(target.type);
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** @param {KeyboardEvent} event */
export function onKeydown(event) {
  if (imeBusy(event) || event.defaultPrevented) return;
  const withControl = event.ctrlKey || event.metaKey;
  if (event.altKey) return;
  if (withControl) {
    dispatch(`Ctrl+${event.key.length === 1 ? event.key.toLowerCase() : event.key}`, event);
    return;
  }
  // WCAG 2.1.4: keys of a single character can be switched off and never act while typing.
  if (event.key.length === 1 && (!prefs.peek().letters || isTyping(event.target))) return;
  if (document.querySelector('dialog[open]') && !stack.at(-1)?.modal) return;
  const second = first && event.timeStamp - firstAt < SEQUENCE_MS ? `${first} ${event.key}` : '';
  first = '';
  if (second && dispatch(second, event)) return;
  if (dispatch(event.key, event)) return;
  if (stack.some(({ current }) => Object.keys(current).some((name) => name.startsWith(`${event.key} `)))) {
    first = event.key;
    firstAt = event.timeStamp;
  }
}

/** @param {string} name @param {KeyboardEvent} event */
function dispatch(name, event) {
  for (const { current, modal } of stack.toReversed()) {
    if (Object.hasOwn(current, name)) {
      event.preventDefault();
      current[name](event);
      return true;
    }
    if (modal) return false;
  }
  return false;
}

addEventListener('keydown', onKeydown);

/** Keys of a screen while it is shown; `modal` hides the keys of what lies below. @param {Keys} keys @param {{modal?: boolean}} [how] */
export function useKeys(keys, { modal = false } = {}) {
  const entry = useRef({ current: keys, modal }).current;
  entry.current = keys;
  // With what is shown, not after it: a key pressed at once must not be lost.
  useLayoutEffect(() => {
    stack.push(entry);
    return () => {
      stack.splice(stack.indexOf(entry), 1);
    };
  }, [entry]);
}

/** `onKeyDown` of a text field: Ctrl+Enter (⌘+Enter) sends. @param {() => void} send */
export const ctrlEnter = (send) => (/** @type {KeyboardEvent} */ event) => {
  if (imeBusy(event) || event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  send();
};
