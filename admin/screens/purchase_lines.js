// @ts-check
/** The lines of a draft, to be typed through with Tab and Enter. */
import { html } from '../vendor/preact.js';
import { t } from '../lib/i18n.js';
import { number } from '../lib/money.js';
import { link } from '../lib/router.js';
import { halfWidth } from '../lib/search.js';
import { Button } from '../ui/basics.js';
import { Table } from '../ui/table.js';

/** @typedef {import('./purchase_draft.js').LineTexts} Line */
/** @typedef {Line & {n: number}} Row */

/**
 * A field in a table, named by its column and its row.
 * @param {{label: string, name: string, value: string, onInput: (text: string) => void, error?: string, type?: string, numeric?: boolean, focus?: boolean, placeholder?: string}} props
 */
export function CellInput({ label, name, value, onInput, error, type = 'text', numeric, focus, placeholder }) {
  return html`<input class=${`cell-input${numeric ? ' num' : ''}`} name=${name} type=${type} value=${value} autocomplete="off" autofocus=${focus} aria-label=${label} title=${error}
    inputmode=${numeric ? 'numeric' : undefined} aria-invalid=${error ? 'true' : undefined} placeholder=${placeholder}
    onInput=${(/** @type {InputEvent} */ event) => onInput(/** @type {HTMLInputElement} */ (event.target).value)}
    onBlur=${() => { if (numeric && halfWidth(value) !== value) onInput(halfWidth(value)); }} />
    ${error ? html`<span class="sr">${error}</span>` : null}`;
}

/**
 * @param {{lines: Line[], productOf: (sku: string) => import('../api').StockItem | undefined, errors: Record<string, string>, onChange: (lines: Line[]) => void}} props
 */
export function PurchaseLines({ lines, productOf, errors, onChange }) {
  if (!lines.length) return html`<p class="pad sub">${t('purchase.lines.none')}</p>`;
  /** @param {number} at @param {Partial<Line>} change */
  const set = (at, change) => onChange(lines.map((line, n) => (n === at ? { ...line, ...change } : line)));
  const wrong = [...new Set(lines.flatMap((_, n) => [errors[`quantity.${n}`], errors[`cost.${n}`]]).filter(Boolean))];
  /** @type {import('../ui/table.js').Column<Row>[]} */
  const columns = [
    { key: 'sku', label: t('stock.sku'), size: 'w-fill', card: 'lead', cell: ({ sku }) => html`<span class="two-lines"><a class="row-link mono" href=${link(['stock', sku])}>${sku}</a><span class="sub cut">${productOf(sku)?.name ?? ''}</span></span>` },
    { key: 'available', label: t('stock.available'), numeric: true, size: 'w-num', drop: 2, cell: ({ sku }) => html`<span class="num sub">${productOf(sku) ? number(productOf(sku)?.available ?? 0) : ''}</span>` },
    { key: 'quantity', label: t('purchase.quantity'), numeric: true, size: 'w-input', cell: (row) => html`<${CellInput} numeric label=${`${row.sku} ${t('purchase.quantity')}`} name=${`quantity.${row.n}`} value=${row.quantity} error=${errors[`quantity.${row.n}`]} onInput=${(/** @type {string} */ quantity) => set(row.n, { quantity })} />` },
    { key: 'cost', label: t('stock.cost'), numeric: true, size: 'w-input', cell: (row) => html`<${CellInput} numeric label=${`${row.sku} ${t('stock.cost')}`} name=${`cost.${row.n}`} value=${row.cost} error=${errors[`cost.${row.n}`]} onInput=${(/** @type {string} */ cost) => set(row.n, { cost })} />` },
    { key: 'arrives', label: t('purchase.line.arrives_on'), size: 'w-day', cell: (row) => html`<${CellInput} type="date" label=${`${row.sku} ${t('purchase.line.arrives_on')}`} name=${`arrives_on.${row.n}`} value=${row.arrives_on} onInput=${(/** @type {string} */ arrives_on) => set(row.n, { arrives_on })} />` },
    { key: 'remove', label: t('list.actions'), size: 'w-icon', card: 'side', cell: (row) => html`<${Button} kind="quiet" small icon="close" label=${t('purchase.remove', { sku: row.sku })} onClick=${() => onChange(lines.filter((_, n) => n !== row.n))} />` },
  ];
  return html`${wrong.length ? html`<p class="pad field-error" role="alert">${wrong.join(' ')}</p>` : null}
    <${Table} label=${t('purchase.lines')} sticky=${false} rows=${lines.map((line, n) => ({ ...line, n }))} rowKey=${(/** @type {Row} */ row) => row.sku} columns=${columns} />`;
}
