// @ts-check
/** Searching in a list: `/` goes there; while a word is being composed nothing is asked. */
import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { t } from '../lib/i18n.js';
import { imeBusy, useKeys } from '../lib/keyboard.js';
import { Icon } from './icons.js';

const PAUSE_MS = 250;

/** @param {{label: string, value: string, onSearch: (text: string) => void, placeholder?: string}} props */
export function SearchBox({ label, value, onSearch, placeholder }) {
  const [text, setText] = useState(value);
  const composing = useRef(false);
  const timer = useRef(0);
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const asked = useRef(value);

  // Back, or a cleared filter: follow the address, but never while somebody types.
  useEffect(() => {
    if (value === asked.current) return;
    asked.current = value;
    setText(value);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  useKeys({
    '/': () => {
      input.current?.focus();
      input.current?.select();
    },
  });

  /** @param {string} now */
  const ask = (now) => {
    clearTimeout(timer.current);
    if (now.trim() === asked.current) return;
    asked.current = now.trim();
    onSearch(now.trim());
  };
  /** @param {InputEvent} event */
  const onInput = (event) => {
    const now = /** @type {HTMLInputElement} */ (event.target).value;
    setText(now);
    clearTimeout(timer.current);
    if (!composing.current) timer.current = window.setTimeout(() => ask(now), PAUSE_MS);
  };
  return html`<form class="search" role="search" onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); ask(text); }}>
    <${Icon} name="search" size=${18} />
    <input ref=${input} type="search" aria-label=${label} placeholder=${placeholder ?? label} value=${text} autocomplete="off" spellcheck=${false}
      enterkeyhint="search" onInput=${onInput}
      onCompositionStart=${() => { composing.current = true; clearTimeout(timer.current); }}
      onCompositionEnd=${(/** @type {CompositionEvent} */ event) => { composing.current = false; ask(/** @type {HTMLInputElement} */ (event.target).value); }}
      onKeyDown=${(/** @type {KeyboardEvent} */ event) => {
        if (imeBusy(event) || event.key !== 'Escape') return;
        setText('');
        ask('');
        input.current?.blur();
      }} />
    <kbd aria-hidden="true">/</kbd></form>`;
}
