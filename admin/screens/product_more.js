// @ts-check
/** What a product's page shows beside its numbers: ordering, parts of a set, places, arrivals, shops. */
import { html, useState } from '../vendor/preact.js';
import { get, seg } from '../lib/api.js';
import { useProducts } from '../lib/goods.js';
import { t } from '../lib/i18n.js';
import { number } from '../lib/money.js';
import { useResource } from '../lib/resource.js';
import { may } from '../lib/roles.js';
import { link } from '../lib/router.js';
import { Button, Card, Day, Facts, Money } from '../ui/basics.js';
import { ErrorNotice, groupNames } from '../ui/states.js';
import { EditOrdering, EditSet } from './product_edit.js';
import { Offers } from './product_offers.js';
import { Past } from './product_past.js';
import { Lying } from './product_places.js';

/** @typedef {import('../api').StockItem} Item */
/** @typedef {{item: Item, onChanged: (item: Item) => void, reload: () => void}} Props */

const reason = () => (may('stock') ? '' : t('role.needed', { groups: groupNames('stock') }));

/** Under the ledger. @param {Props} props */
export function ProductMore({ item, reload }) {
  return html`<${Lying} item=${item} why=${reason()} onChanged=${reload} /><${Offers} item=${item} why=${reason()} />`;
}

/** In the narrow column. @param {Props} props */
export function ProductSide({ item, onChanged }) {
  return html`<${Coming} item=${item} /><${Ordering} item=${item} onChanged=${onChanged} /><${Parts} item=${item} onChanged=${onChanged} /><${Past} item=${item} />`;
}

/** 入荷予定. @param {{item: Item}} props */
function Coming({ item }) {
  const { data, error, loading, reload } = useResource(`coming:${item.sku}:${item.version}`, (signal) => /** @type {Promise<import('../schemas').ComingList>} */ (get(`/stock/items/${seg(item.sku)}/coming`, {}, { signal })), { keep: true });
  return html`<${Card} title=${t('coming.title')} flush>
    ${error ? html`<div class="pad"><${ErrorNotice} error=${error} retry=${reload} busy=${loading} /></div>` : null}
    ${data?.items.length ? html`<ul class="rows">${data.items.map((one) => html`<li key=${one.purchase_id}><a class="row" href=${link(['purchases', one.purchase_id])}>
        <span class="row-main"><span>${one.arrives_on ? html`<${Day} day=${one.arrives_on} />` : t('purchase.arrives.unknown')}</span><span class="sub">${one.supplier}</span></span>
        <span class="num">${t('unit.pieces', { n: one.quantity })}</span></a></li>`)}</ul>`
      : data ? html`<p class="pad sub">${t('coming.none')}</p>` : null}<//>`;
}

/** 発注と棚. @param {{item: Item, onChanged: (item: Item) => void}} props */
function Ordering({ item, onChanged }) {
  const [editing, setEditing] = useState(false);
  /** @param {number} n */
  const units = (n) => (n ? html`<span class="num">${t('unit.pieces', { n })}</span>` : null);
  return html`<${Card} title=${t('product.ordering')} actions=${html`<${Button} small icon="edit" why=${reason()} label=${t('product.ordering.edit')} onClick=${() => setEditing(true)} />`}>
    <${Facts} compact items=${[
      { label: t('stock.supplier'), value: item.supplier },
      { label: t('stock.cost'), value: item.cost === null ? null : html`<${Money} amount=${item.cost} />` },
      { label: t('stock.reorder_point'), value: units(item.reorder_point) },
      { label: t('stock.target'), value: item.reorder_point && !item.target ? html`<span class="num">${t('unit.pieces', { n: item.reorder_point * 2 })}</span> <span class="sub">${t('product.target.usual')}</span>` : units(item.target) },
      { label: t('stock.lot'), value: units(item.lot) },
      { label: t('stock.shelf'), value: item.shelf ? html`<code>${item.shelf}</code>` : null },
    ]} />
    ${editing ? html`<${EditOrdering} item=${item} onClose=${() => setEditing(false)} onSaved=${onChanged} />` : null}<//>`;
}

/** セットの構成. @param {{item: Item, onChanged: (item: Item) => void}} props */
function Parts({ item, onChanged }) {
  const [editing, setEditing] = useState(false);
  const parts = Object.entries(item.components);
  const productOf = useProducts(parts.map(([sku]) => sku));
  return html`<${Card} title=${t('product.set')} flush=${parts.length > 0} actions=${html`<${Button} small icon="edit" why=${reason()} label=${t('product.set.edit')} onClick=${() => setEditing(true)} />`}>
    ${parts.length ? html`<ul class="rows">${parts.map(([sku, n]) => html`<li key=${sku}><a class="row" href=${link(['stock', sku])}>
        <span class="row-main"><span class="mono small-text">${sku}</span><span class="sub">${productOf(sku)?.name ?? ''}</span></span>
        <span class="num">× ${number(n)}</span></a></li>`)}</ul>
        <p class="pad sub">${t('product.set.makes', { n: makes(parts, productOf) ?? '—' })}</p>` : html`<p class="sub">${t('product.set.none')}</p>`}
    ${editing ? html`<${EditSet} item=${item} onClose=${() => setEditing(false)} onSaved=${onChanged} />` : null}<//>`;
}

/** How many sets the parts make; null while that is not known. @param {[string, number][]} parts @param {(sku: string) => Item | undefined} productOf */
function makes(parts, productOf) {
  const found = parts.map(([sku, n]) => {
    const part = productOf(sku);
    return part ? Math.max(0, Math.floor((part.available - part.waiting - part.safety) / n)) : null;
  });
  return found.includes(null) ? null : Math.min(.../** @type {number[]} */ (found));
}
