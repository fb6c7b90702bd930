// @ts-check
/** 未割当コード: goods of orders that no product is known for, with how many orders wait for each. */
import { html } from '../vendor/preact.js';
import { get } from '../lib/api.js';
import { t } from '../lib/i18n.js';
import { useKeys } from '../lib/keyboard.js';
import { number } from '../lib/money.js';
import { useResource } from '../lib/resource.js';
import { link, route, setQuery } from '../lib/router.js';
import { shopName } from '../lib/store.js';
import { Button } from '../ui/basics.js';
import { Empty, ErrorNotice, Skeleton } from '../ui/states.js';
import { Pager, Table } from '../ui/table.js';

/** @typedef {import('../schemas').UnmappedView} Code */
/** @typedef {import('../schemas').UnmappedList} CodeList */

const SIZE = 100;

/** @param {{shop: string, why: string, onMap: (code: Code) => void}} props */
export function Unmapped({ shop, why, onMap }) {
  const { next } = route.value.query;
  const params = { shop, limit: SIZE, next };
  const { data, error, loading, reload } = useResource(`unmapped?${JSON.stringify(params)}`,
    (signal) => /** @type {Promise<CodeList>} */ (get('/orders/unmapped', params, { signal })), { keep: true });
  useKeys({ r: reload });
  const items = data?.items ?? [];
  return html`<p class="lead">${t('unmapped.lead')}</p>
    <${ErrorNotice} error=${error} retry=${reload} busy=${loading} />
    ${items.length
      ? html`<div class="sheet"><${Table} label=${t('listing.view.orders')} rows=${items} rowKey=${(/** @type {Code} */ one) => `${one.shop_id} ${one.code}`} columns=${columns(why, onMap)} keys busy=${loading} />
          <${Pager} shown=${items.length} next=${data?.next ?? null} first=${!next} size=${SIZE} onNext=${() => setQuery({ next: data?.next })} onFirst=${() => setQuery({})} /></div>`
      : data ? html`<${Empty} title=${t('unmapped.none')} actions=${data.next ? html`<${Button} onClick=${() => setQuery({ next: data.next })}>${t('list.older')}<//>` : null}>${t('unmapped.none.text')}<//>` : error ? null : html`<${Skeleton} rows=${8} />`}`;
}

/** @param {string} why @param {(code: Code) => void} onMap @returns {import('../ui/table.js').Column<Code>[]} */
const columns = (why, onMap) => [
  { key: 'code', label: t('listing.code'), size: 'w-fill', card: 'lead', cell: (one) => html`<span class="two-lines"><span class="mono break">${one.code}</span><span class="sub cut" title=${one.title}>${one.title}</span></span>` },
  { key: 'shop', label: t('order.shop'), size: 'w-shop', cell: (one) => html`<span class="cut">${shopName(one.shop_id)}</span>` },
  { key: 'jan', label: t('stock.jan'), size: 'w-sku', drop: 2, cell: (one) => (one.jan ? html`<code>${one.jan}</code>` : html`<span class="sub">—</span>`) },
  { key: 'orders', label: t('unmapped.orders'), numeric: true, size: 'w-alloc', cell: (one) => html`<a class="num" href=${link(['orders'], { q: one.code })} title=${t('unmapped.orders.see')}>${t('list.count', { n: `${number(one.orders)}${one.capped ? '+' : ''}` })}</a>` },
  { key: 'act', label: t('list.actions'), size: 'w-alloc', card: 'full', cell: (one) => html`<${Button} small kind="primary" why=${why} onClick=${() => onMap(one)}>${t('listing.map')}<//>` },
];
