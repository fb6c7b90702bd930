// @ts-check
/** Short messages at the foot of the page, with 元に戻す where something can be undone. */
import { html, signal, useEffect, useRef } from '../vendor/preact.js';
import { t } from '../lib/i18n.js';
import { Button } from './basics.js';
import { Icon } from './icons.js';

const SHOWN_MS = 5_000;
/** Long enough to read, understand and reach the button. */
const UNDO_MS = 10_000;

/** @typedef {{id: number, text: string, tone: 'ok' | 'bad', undo?: () => void}} Toast */

/** @type {import('../vendor/preact.js').Signal<Toast[]>} */
const toasts = signal(/** @type {Toast[]} */ ([]));
let next = 1;

/** @param {string} text @param {{tone?: 'ok' | 'bad', undo?: () => void}} [how] */
export function toast(text, { tone = 'ok', undo } = {}) {
  toasts.value = [...toasts.peek().slice(-2), { id: next++, text, tone, undo }];
}

/** @param {number} id */
function drop(id) {
  toasts.value = toasts.peek().filter((each) => each.id !== id);
}

/** @param {{item: Toast}} props */
function Item({ item }) {
  const timer = useRef(0);
  const start = () => { timer.current = window.setTimeout(() => drop(item.id), item.undo ? UNDO_MS : SHOWN_MS); };
  const stop = () => clearTimeout(timer.current);
  useEffect(() => {
    start();
    return stop;
  }, []);
  return html`<div class=${`toast ${item.tone}`} onPointerEnter=${stop} onPointerLeave=${start} onFocusIn=${stop} onFocusOut=${start}>
    <${Icon} name=${item.tone === 'ok' ? 'check' : 'alert'} size=${18} /><span>${item.text}</span>
    ${item.undo ? html`<${Button} kind="quiet" small icon="undo" onClick=${() => { drop(item.id); item.undo?.(); }}>${t('action.undo')}<//>` : null}
    <${Button} kind="quiet" small icon="close" label=${t('action.close')} onClick=${() => drop(item.id)} /></div>`;
}

export function Toasts() {
  return html`<div class="toasts" role="status" aria-live="polite">${toasts.value.map((item) => html`<${Item} key=${item.id} item=${item} />`)}</div>`;
}
