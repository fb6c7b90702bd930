// @ts-check
/**
 * Naming a product: a scanner's JAN and Enter, a code, or the beginning of a name. What is meant
 * exactly is taken at once; several that fit are offered.
 */
import { html, useEffect, useId, useRef, useState } from '../vendor/preact.js';
import { ApiError } from '../lib/api.js';
import { findProducts, isExactly } from '../lib/goods.js';
import { t } from '../lib/i18n.js';
import { imeBusy } from '../lib/keyboard.js';
import { number } from '../lib/money.js';
import { explain } from '../ui/states.js';
import { Icon } from '../ui/icons.js';

/** @typedef {import('../api').StockItem} Item */

const PAUSE_MS = 200;

/**
 * @param {{label: string, onPick: (item: Item) => void, focus?: boolean, inputRef?: {current: HTMLInputElement | null}, start?: string,
 *   hint?: import('../vendor/preact.js').ComponentChildren}} props
 */
export function SkuBox({ label, onPick, focus, inputRef, start = '', hint }) {
  const [text, setText] = useState(start);
  const [found, setFound] = useState(/** @type {Item[]} */ ([]));
  const [active, setActive] = useState(-1);
  const [note, setNote] = useState('');
  const [busy, setBusy] = useState(false);
  const own = useRef(/** @type {HTMLInputElement | null} */ (null));
  const input = inputRef ?? own;
  const timer = useRef(0);
  const turn = useRef(0);
  const composing = useRef(false);
  const id = useId();

  useEffect(() => {
    if (focus) input.current?.focus();
    if (start) look(start, false);
    return () => {
      clearTimeout(timer.current);
      turn.current += 1;
    };
  }, []);

  /** @param {Item} item */
  const pick = (item) => {
    clearTimeout(timer.current);
    turn.current += 1;
    setText('');
    setFound([]);
    setActive(-1);
    setNote('');
    setBusy(false);
    onPick(item);
  };
  /** @param {string} wanted @param {boolean} sure Enter was pressed: take it if there is no doubt */
  async function look(wanted, sure) {
    clearTimeout(timer.current);
    const mine = ++turn.current;
    if (!wanted.trim()) {
      setFound([]);
      setNote(sure ? t('sku.empty') : '');
      return;
    }
    setBusy(true);
    try {
      const items = await findProducts(wanted);
      if (mine !== turn.current) return;
      const exact = items.filter((item) => isExactly(item, wanted));
      if (sure && (exact.length === 1 || items.length === 1)) {
        pick(exact[0] ?? items[0]);
        return;
      }
      setFound(items);
      setActive(sure && items.length ? 0 : -1);
      setNote(items.length ? (sure ? t('sku.which', { n: items.length }) : '') : t('sku.none', { text: wanted.trim() }));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (mine !== turn.current) return;
      const { title, hint: next } = explain(error);
      setNote(`${title} ${next}`);
    } finally {
      if (mine === turn.current) setBusy(false);
    }
  }
  /** @param {string} now */
  const typed = (now) => {
    setText(now);
    setActive(-1);
    clearTimeout(timer.current);
    if (!composing.current) timer.current = window.setTimeout(() => look(now, false), PAUSE_MS);
  };
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (imeBusy(event)) return;
    const to = { ArrowDown: active + 1, ArrowUp: active - 1 }[event.key];
    if (event.key === 'Escape' && found.length) {
      setFound([]);
      setActive(-1);
      event.stopPropagation();
    } else if (to !== undefined && found.length) setActive((to + found.length) % found.length);
    else return;
    event.preventDefault();
  };
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    event.stopPropagation();
    if (active >= 0 && found[active]) pick(found[active]);
    else look(text, true);
  };
  return html`<form class="sku-box field" onSubmit=${submit}>
    <label for=${id}>${label}</label>
    <div class="sku-input"><${Icon} name="search" size=${18} />
      <input id=${id} ref=${input} type="text" role="combobox" value=${text} autocomplete="off" spellcheck=${false} enterkeyhint="done" aria-autocomplete="list"
        aria-expanded=${found.length ? 'true' : 'false'} aria-controls=${`${id}-list`} aria-activedescendant=${active >= 0 ? `${id}-${active}` : undefined}
        aria-describedby=${`${id}-note`} aria-busy=${busy ? 'true' : undefined} placeholder=${t('sku.placeholder')} onKeyDown=${onKeyDown}
        onInput=${(/** @type {InputEvent} */ event) => typed(/** @type {HTMLInputElement} */ (event.target).value)}
        onCompositionStart=${() => { composing.current = true; clearTimeout(timer.current); }}
        onCompositionEnd=${(/** @type {CompositionEvent} */ event) => { composing.current = false; typed(/** @type {HTMLInputElement} */ (event.target).value); }} />
      <ul id=${`${id}-list`} role="listbox" aria-label=${t('sku.list')} class="sku-list" hidden=${!found.length}>${found.map((item, i) => html`
        <li key=${item.sku} id=${`${id}-${i}`} role="option" aria-selected=${i === active ? 'true' : 'false'} onMouseDown=${(/** @type {Event} */ event) => event.preventDefault()} onClick=${() => pick(item)}>
          <span class="sku-main"><span class="mono">${item.sku}</span><span class="cut">${item.name}</span></span>
          <span class="sub num">${t('sku.on_hand', { n: number(item.on_hand) })}</span></li>`)}</ul></div>
    <p class=${note ? 'field-error' : 'hint'} id=${`${id}-note`} role="status">${note || hint || ''}</p></form>`;
}
