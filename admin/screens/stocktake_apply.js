// @ts-check
/** 棚卸の反映: everything it will change, before it changes. */
import { html } from '../vendor/preact.js';
import { useProducts } from '../lib/goods.js';
import { t } from '../lib/i18n.js';
import { number, signed } from '../lib/money.js';
import { Button, Notice } from '../ui/basics.js';
import { Dialog } from '../ui/dialog.js';
import { ErrorNotice } from '../ui/states.js';
import { Table } from '../ui/table.js';

/** @typedef {import('../schemas').CountedView} Counted */

const SHOWN = 50;

/**
 * @param {{rows: Counted[], different: Counted[], submit: {busy: boolean, error?: import('../lib/api.js').ApiError}, onApply: () => void, onClose: () => void}} props
 */
export function ApplyTake({ rows, different, submit, onApply, onClose }) {
  // The largest differences first: they are what somebody wants to count again.
  const sorted = different.toSorted((a, b) => Math.abs(b.difference) - Math.abs(a.difference));
  const shown = sorted.slice(0, SHOWN);
  const productOf = useProducts(shown.map((row) => row.sku));
  return html`<${Dialog} title=${t('stocktake.apply.title')} wide onClose=${onClose} onSubmit=${onApply}
    footer=${html`<${Button} onClick=${onClose}>${t('action.cancel')}<//><${Button} kind="primary" type="submit" busy=${submit.busy}>${different.length ? t('stocktake.apply.do', { n: different.length }) : t('stocktake.apply.close')}<//>`}>
    <${ErrorNotice} error=${submit.error} />
    <p>${t('stocktake.apply.text', { n: rows.length, different: different.length })}</p>
    <${Notice} tone="info">${t('stocktake.apply.safe')}<//>
    ${shown.length ? html`<${Table} label=${t('stocktake.different')} sticky=${false} rows=${shown} rowKey=${(/** @type {Counted} */ row) => row.sku} columns=${columns(productOf)} />` : null}
    ${different.length > shown.length ? html`<p class="sub">${t('stocktake.apply.more', { n: different.length - shown.length })}</p>` : null}<//>`;
}

/** @param {(sku: string) => import('../api').StockItem | undefined} productOf @returns {import('../ui/table.js').Column<Counted>[]} */
const columns = (productOf) => [
  { key: 'sku', label: t('stock.sku'), size: 'w-fill', card: 'lead', cell: (row) => html`<span class="two-lines"><span class="mono">${row.sku}</span><span class="sub cut">${productOf(row.sku)?.name ?? ''}</span></span>` },
  { key: 'change', label: t('stocktake.book_count'), numeric: true, size: 'w-alloc', cell: (row) => html`<span class="num">${number(row.book)} → ${number(row.counted)}</span>` },
  { key: 'difference', label: t('stocktake.difference'), numeric: true, size: 'w-count', card: 'side', cell: (row) => html`<strong class=${`num${row.difference < 0 ? ' bad-text' : ' ok-text'}`}>${signed(row.difference)}</strong>` },
];
