// @ts-check
/**
 * The list of every screen: a table where there is room, cards on a phone (the same elements, laid
 * out by CSS). Keys move the focus from row to row; the row's first link opens it.
 */
import { html, useRef } from '../vendor/preact.js';
import { t } from '../lib/i18n.js';
import { useKeys } from '../lib/keyboard.js';

/**
 * `card`: where the cell goes on a phone. lead: first line; side: right of it; pair: with its
 * label; under: a line of its own right below; full: one at the end; hide: nowhere.
 * @template R
 * @typedef {object} Column
 * @property {string} key
 * @property {string} label
 * @property {(row: R) => import('../vendor/preact.js').ComponentChildren} cell
 * @property {boolean} [numeric]
 * @property {'lead' | 'side' | 'pair' | 'under' | 'full' | 'hide'} [card]
 * @property {string} [size] class for the width: `w-date`, `w-num`, …
 * @property {1 | 2 | 3} [drop] leaves the table first (1) when the room gets narrow
 */

/**
 * @template R
 * @param {{label: string, rows: R[], columns: Column<R>[], rowKey: (row: R) => string, rowName?: (row: R) => string,
 *   selection?: import('../lib/selection.js').Selection, keys?: boolean, busy?: boolean, rowClass?: (row: R) => string,
 *   extraKeys?: import('../lib/keyboard.js').Keys, sticky?: boolean}} props
 */
export function Table({ label, rows, columns, rowKey, rowName, selection, keys, busy, rowClass, extraKeys, sticky = true }) {
  const body = useRef(/** @type {HTMLElement | null} */ (null));
  useKeys(keys ? { ...listKeys(body, selection), ...extraKeys } : {});
  return html`<table class=${`table${sticky ? ' sticky' : ''}`} role="table" aria-label=${label} aria-busy=${busy ? 'true' : undefined}>
    <thead role="rowgroup"><tr role="row">
      ${selection ? html`<th role="columnheader" scope="col" class="w-check"><label class="hit">
        <input type="checkbox" checked=${selection.all} indeterminate=${selection.selected.size > 0 && !selection.all}
          aria-label=${t('list.select_all')} onChange=${selection.toggleAll} /></label></th>` : null}
      ${columns.map((c) => html`<th key=${c.key} role="columnheader" scope="col" class=${classes(c)}>${c.label}</th>`)}</tr></thead>
    <tbody role="rowgroup" ref=${body}>${rows.map((row) => {
      const id = rowKey(row);
      const on = selection?.selected.has(id);
      return html`<tr role="row" key=${id} data-row=${id} class=${`${on ? 'selected ' : ''}${rowClass?.(row) ?? ''}`}>
        ${selection ? html`<td role="cell" class="w-check"><label class="hit"><input type="checkbox" checked=${on}
          aria-label=${t('list.select_row', { name: rowName?.(row) ?? id })}
          onClick=${(/** @type {MouseEvent} */ event) => selection.toggle(id, event.shiftKey)} /></label></td>` : null}
        ${columns.map((c) => html`<td key=${c.key} role="cell" class=${classes(c)} data-label=${c.label}>${c.cell(row)}</td>`)}</tr>`;
    })}</tbody></table>`;
}

/** @param {Column<any>} c */
const classes = (c) =>
  [c.numeric ? 'n' : '', c.size ?? '', `card-${c.card ?? 'pair'}`, c.drop ? `drop-${c.drop}` : ''].filter(Boolean).join(' ');

/** @param {{current: HTMLElement | null}} body @param {import('../lib/selection.js').Selection | undefined} selection @returns {import('../lib/keyboard.js').Keys} */
function listKeys(body, selection) {
  const all = () => /** @type {HTMLElement[]} */ ([...(body.current?.children ?? [])]);
  const here = () => document.activeElement?.closest('tr[data-row]');
  /** @param {number} step */
  const move = (step) => {
    const rows = all();
    const at = rows.findIndex((row) => row === here());
    const to = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + step, 0), rows.length - 1);
    focusRow(rows[to]);
  };
  /** @type {import('../lib/keyboard.js').Keys} */
  const keys = { j: () => move(1), k: () => move(-1) };
  if (selection) {
    const tick = (/** @type {boolean} */ range) => {
      const id = here()?.getAttribute('data-row');
      if (id) selection.toggle(id, range);
    };
    keys.x = () => tick(false);
    keys.X = () => tick(true);
    if (selection.selected.size) keys.Escape = () => selection.clear();
  }
  return keys;
}

/** @param {HTMLElement | undefined} row */
export function focusRow(row) {
  const target = /** @type {HTMLElement | null | undefined} */ (row?.querySelector('a, button') ?? row?.querySelector('input'));
  target?.focus({ preventScroll: true });
  row?.scrollIntoView({ block: 'nearest' });
}

/**
 * Cursor pages: how many are shown, to the next ones, back to the start.
 * @param {{shown: number, next: string | null, first: boolean, onNext: () => void, onFirst: () => void, onPrevious?: () => void, size: number,
 *   onSize?: (size: number) => void, busy?: boolean}} props
 */
export function Pager({ shown, next, first, onNext, onFirst, size, onSize }) {
  return html`<div class="pager"><span class="sub">${t('list.shown', { n: shown })}</span>
    ${onSize ? html`<label class="inline-select"><span>${t('list.page_size')}</span><select value=${String(size)}
      onChange=${(/** @type {Event} */ event) => onSize(Number(/** @type {HTMLSelectElement} */ (event.target).value))}>
      ${[50, 100, 300].map((n) => html`<option key=${n} value=${String(n)} selected=${n === size}>${t('list.size', { n })}</option>`)}</select></label>` : null}
    <span class="grow"></span>
    ${first ? null : html`<button type="button" class="btn plain small" onClick=${onFirst}>${t('list.first')}</button>`}
    ${next ? html`<button type="button" class="btn plain small" onClick=${onNext}>${t('list.next', { n: size })}</button>` : null}</div>`;
}
