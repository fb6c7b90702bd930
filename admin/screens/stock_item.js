// @ts-check
/** One product: its numbers, why they are what they are, who waits for it. */
import { html, useState } from '../vendor/preact.js';
import { get, seg } from '../lib/api.js';
import { t, tValue } from '../lib/i18n.js';
import { useKeys } from '../lib/keyboard.js';
import { number } from '../lib/money.js';
import { useResource } from '../lib/resource.js';
import { may } from '../lib/roles.js';
import { link } from '../lib/router.js';
import { Button, Card, Facts, Money, Time } from '../ui/basics.js';
import { Page } from '../ui/page.js';
import { Empty, ErrorNotice, ReadOnlyNote, Skeleton, groupNames } from '../ui/states.js';
import { ProductMore, ProductSide } from './product_more.js';
import { EditProduct } from './stock_product.js';
import { Adjust, Receive } from './stock_forms.js';
import { StockChart } from './stock_chart.js';
import { Ledger, useMoves } from './stock_ledger.js';
import { ListingsCard } from './stock_listings.js';
import { Level } from './stock.js';

/** @typedef {import('../api').StockItem} Item */
/** @typedef {import('../schemas').WaitingPage} WaitingPage */

/** @param {{id: string}} props */
export default function Product({ id }) {
  const path = `/stock/items/${seg(id)}`;
  const { data, error, loading, reload, set } = useResource(`stock:${id}`, (signal) => /** @type {Promise<Item>} */ (get(path, {}, { signal })));
  const back = { href: '#/stock', label: t('nav.stock') };
  if (!data) {
    return html`<${Page} title=${id} back=${back}>
      ${error?.status === 404 ? html`<${Empty} icon="search" title=${t('stock.missing', { sku: id })} actions=${may('stock') ? html`<a class="btn primary" href=${link(['stock'], { new: id })}><span>${t('stock.new')}</span></a>` : null} />`
        : error ? html`<${ErrorNotice} error=${error} retry=${reload} busy=${loading} />` : html`<${Skeleton} rows=${10} />`}<//>`;
  }
  return html`<${Loaded} item=${data} set=${set} reload=${reload} error=${error} loading=${loading} back=${back} />`;
}

/** @param {{item: Item, set: (item: Item) => void, reload: () => void, error?: import('../lib/api.js').ApiError, loading: boolean, back: {href: string, label: string}}} props */
function Loaded({ item, set, reload, error, loading, back }) {
  const [open, setOpen] = useState(/** @type {'' | 'receive' | 'adjust' | 'edit'} */ (''));
  const why = may('stock') ? '' : t('role.needed', { groups: groupNames('stock') });
  const waiting = useResource(`waiting:${item.sku}:${item.version}`, (signal) => /** @type {Promise<WaitingPage>} */ (get(`/stock/items/${seg(item.sku)}/waiting`, {}, { signal })), { keep: true });
  const moves = useMoves(item);
  const queue = waiting.data?.items.map((wait) => wait.quantity);
  const close = () => setOpen('');
  useKeys({ r: reload, ...(why ? {} : { e: () => setOpen('edit') }) });
  return html`<${Page} title=${item.name || item.sku} docTitle=${`${item.sku} ${item.name}`} back=${back} pinned mark=${html`<${Level} item=${item} />`}
      sub=${html`<code class="mono">${item.sku}</code><span>${t('stock.updated')} <${Time} at=${item.updated_at} /></span>`}
      actions=${html`<${Button} icon="edit" why=${why} hint="e" onClick=${() => setOpen('edit')}>${t('action.edit')}<//>
        <${Button} why=${why} onClick=${() => setOpen('adjust')}>${t('stock.adjust')}<//>
        <${Button} kind="primary" icon="plus" why=${why} onClick=${() => setOpen('receive')}>${t('stock.receive')}<//>`}>
    ${why ? html`<${ReadOnlyNote} right="stock" />` : null}
    <${ErrorNotice} error=${error} retry=${reload} busy=${loading} />
    <${Equation} item=${item} />
    <div class="columns"><div class="column-main"><${ListingsCard} item=${item} onChanged=${set} />
      <${StockChart} moves=${moves.data?.items} /><${Ledger} item=${item} moves=${moves} />
      <${ProductMore} item=${item} onChanged=${set} reload=${reload} /></div>
      <div class="column-side"><${Waiting} waiting=${waiting} />
        <${Card} title=${t('stock.product')}><${Facts} compact items=${[
          { label: t('stock.jan'), value: item.jan ? html`<code>${item.jan}</code>` : null },
          { label: t('stock.price'), value: item.price === null ? null : html`<${Money} amount=${item.price} />` },
          { label: t('stock.safety'), value: html`<span class="num">${number(item.safety)}</span>` },
          { label: t('stock.mode'), value: tValue('stock.mode.', item.mode) },
        ]} /><//>
        <${ProductSide} item=${item} onChanged=${set} reload=${reload} /></div></div>
    ${open === 'receive' ? html`<${Receive} item=${item} queue=${queue} onClose=${close} onDone=${set} />` : null}
    ${open === 'adjust' ? html`<${Adjust} item=${item} queue=${queue} onClose=${close} onDone=${set} />` : null}
    ${open === 'edit' ? html`<${EditProduct} item=${item} onClose=${close} onSaved=${set} />` : null}<//>`;
}

/** 在庫数 − 引当済 = 販売可: how the numbers hang together. @param {{item: Item}} props */
function Equation({ item }) {
  return html`<dl class="equation">
    <div><dt>${t('stock.on_hand')}</dt><dd class="num">${number(item.on_hand)}</dd></div><span class="sign" aria-hidden="true">−</span>
    <div><dt>${t('stock.allocated')}</dt><dd class="num">${number(item.allocated)}</dd></div><span class="sign" aria-hidden="true">=</span>
    <div class="result"><dt>${t('stock.available')}</dt><dd class=${`num${item.available < 0 ? ' bad-text' : ''}`}>${number(item.available)}</dd></div>
    <div class=${`apart${item.waiting ? ' warn' : ''}`}><dt>${t('stock.waiting.long')}</dt><dd class="num">${number(item.waiting)}</dd></div></dl>`;
}

/** @param {{waiting: import('../lib/resource.js').Resource<WaitingPage>}} props */
function Waiting({ waiting: { data, error, loading, reload } }) {
  return html`<${Card} title=${t('stock.waiting.orders')} flush>
    ${error ? html`<div class="pad"><${ErrorNotice} error=${error} retry=${reload} busy=${loading} /></div>` : null}
    ${!data ? (error ? null : html`<div class="pad"><${Skeleton} rows=${2} /></div>`) : data.items.length
      ? html`<ol class="rows">${data.items.map((wait, i) => html`<li key=${wait.order_id}><a class="row" href=${link(['orders', wait.order_id])}>
          <span class="row-n num sub">${i + 1}</span><span class="row-main"><span class="mono small-text break">${wait.order_id}</span><span class="sub"><${Time} at=${wait.ordered_at} /></span></span>
          <span class="num">${t('unit.pieces', { n: wait.quantity })}</span></a></li>`)}</ol>
          ${data.next ? html`<p class="pad sub">${t('stock.waiting.more', { n: data.items.length })}</p>` : null}`
      : html`<p class="pad sub">${t('stock.waiting.none')}</p>`}<//>`;
}
