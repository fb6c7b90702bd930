// @ts-check
/** A button that opens a list of actions. Arrows move, Esc closes, a click outside closes. */
import { html, useEffect, useId, useRef, useState } from '../vendor/preact.js';
import { imeBusy } from '../lib/keyboard.js';
import { Icon } from './icons.js';

/** @typedef {import('../vendor/preact.js').ComponentChildren} Children */
/** @typedef {{label: string, icon?: string, run?: () => void, href?: string, checked?: boolean, hint?: string, group?: string, narrow?: boolean, line?: boolean}} Item */

/** @param {{label: string, button: Children, items: Item[], head?: Children, side?: 'up' | 'down', buttonClass?: string}} props */
export function Menu({ label, button, items, head, side = 'down', buttonClass = 'btn quiet' }) {
  const [open, setOpen] = useState(false);
  const root = useRef(/** @type {HTMLElement | null} */ (null));
  const id = useId();
  const entries = () => /** @type {HTMLElement[]} */ ([...(root.current?.querySelectorAll('[role^="menuitem"]') ?? [])]).filter((each) => each.offsetParent);

  useEffect(() => {
    if (!open) return undefined;
    entries()[0]?.focus();
    const outside = (/** @type {Event} */ event) => {
      if (!root.current?.contains(/** @type {Node} */ (event.target))) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, [open]);

  const close = () => {
    setOpen(false);
    /** @type {HTMLElement | null | undefined} */ (root.current?.querySelector('button'))?.focus();
  };
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (imeBusy(event) || !open) return;
    const list = entries();
    const at = list.findIndex((each) => each === document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: list.length - 1 }[event.key];
    if (to !== undefined) list[(to + list.length) % list.length]?.focus();
    else if (event.key === 'Escape') close();
    else if (event.key === 'Tab') setOpen(false);
    else return;
    if (event.key !== 'Tab') event.preventDefault();
  };
  return html`<div class=${`menu ${side}`} ref=${root} onKeyDown=${onKeyDown}>
    <button type="button" class=${buttonClass} aria-haspopup="menu" aria-expanded=${open ? 'true' : 'false'} aria-controls=${open ? id : undefined}
      aria-label=${label} title=${label} onClick=${() => setOpen(!open)}>${button}</button>
    ${open ? html`<div class="menu-panel">${head ? html`<div class="menu-head">${head}</div>` : null}
      <div role="menu" id=${id} aria-label=${label}>${items.map((item, i) => html`
        ${item.group && item.group !== items[i - 1]?.group ? html`<div key=${`g${i}`} class="menu-group" role="presentation">${item.group}</div>` : null}
        ${item.line ? html`<div key=${`l${i}`} class="menu-line" role="presentation"></div>` : null}
        <${Entry} key=${item.label} item=${item} onDone=${close} />`)}</div></div>` : null}
  </div>`;
}

/** @param {{item: Item, onDone: () => void}} props */
function Entry({ item, onDone }) {
  const inner = html`<span class="menu-icon">${item.icon ? html`<${Icon} name=${item.icon} size=${18} />` : null}</span>
    <span class="grow">${item.label}</span>${item.hint ? html`<kbd>${item.hint}</kbd>` : null}
    ${item.checked ? html`<${Icon} name="check" size=${16} />` : null}`;
  if (item.href) return html`<a role="menuitem" tabindex="-1" class=${item.narrow ? 'narrow-item' : undefined} href=${item.href} onClick=${onDone}>${inner}</a>`;
  const role = item.checked === undefined ? 'menuitem' : 'menuitemradio';
  return html`<button type="button" role=${role} class=${item.narrow ? 'narrow-item' : undefined} aria-checked=${item.checked === undefined ? undefined : String(item.checked)} tabindex="-1"
    onClick=${() => { onDone(); item.run?.(); }}>${inner}</button>`;
}
