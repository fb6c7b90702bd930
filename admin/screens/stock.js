// @ts-check
/** 在庫: the numbers of every product. */
import { html, useLayoutEffect, useState } from '../vendor/preact.js';
import { get } from '../lib/api.js';
import { t } from '../lib/i18n.js';
import { useKeys } from '../lib/keyboard.js';
import { number } from '../lib/money.js';
import { prefs, setPrefs } from '../lib/prefs.js';
import { useResource } from '../lib/resource.js';
import { may } from '../lib/roles.js';
import { go, link, restoreScroll, route, setQuery } from '../lib/router.js';
import { Badge, Button, Money, Time } from '../ui/basics.js';
import { Page } from '../ui/page.js';
import { SearchBox } from '../ui/search_box.js';
import { Empty, ErrorNotice, ReadOnlyNote, Skeleton, groupNames } from '../ui/states.js';
import { Pager, Table } from '../ui/table.js';
import { Tabs } from '../ui/tabs.js';
import { GoodsNav } from './goods_nav.js';
import { NewProduct } from './stock_product.js';

/** @typedef {import('../api').StockItem} Item */
/** @typedef {import('../api').Page<Item>} ItemPage */

export default function Stock() {
  const { query } = route.value;
  const filter = query.filter === 'short' ? 'short' : 'all';
  const limit = prefs.value.pageSize;
  const params = { q: query.q, filter, limit, next: query.next };
  const { data, error, loading, reload } = useResource(`stock?${JSON.stringify(params)}`,
    (signal) => /** @type {Promise<ItemPage>} */ (get('/stock/items', params, { signal })), { keep: true });
  const [creating, setCreating] = useState(query.new !== undefined);
  const items = data?.items ?? [];
  const ready = Boolean(data);
  useLayoutEffect(() => {
    if (ready) restoreScroll();
  }, [ready]);
  useKeys({ r: reload });
  const why = may('stock') ? '' : t('role.needed', { groups: groupNames('stock') });
  const close = () => {
    setCreating(false);
    if (query.new !== undefined) setQuery({ new: undefined }, { replace: true });
  };

  return html`<${Page} title=${t('nav.stock')} actions=${html`<a class="btn plain" href="#/import"><span>${t('nav.import')}</span></a>
      <${Button} kind="primary" icon="plus" why=${why} onClick=${() => setCreating(true)}>${t('stock.new')}<//>`}>
    <${GoodsNav} at="stock" />
    ${why ? html`<${ReadOnlyNote} right="stock" />` : null}
    <div class="toolbar">
      <${Tabs} label=${t('stock.filter')} counted=${false} current=${filter} tabs=${[
        { id: 'all', label: t('stock.filter.all'), href: link(['stock'], { q: query.q }) },
        { id: 'short', label: t('stock.filter.short'), href: link(['stock'], { q: query.q, filter: 'short' }) },
      ]} />
      <${SearchBox} label=${t('stock.search')} placeholder=${t('stock.search.hint')} value=${query.q ?? ''} onSearch=${(/** @type {string} */ q) => setQuery({ q }, { replace: Boolean(query.q) })} />
      <span class="grow"></span>
      <${Button} kind="quiet" icon="refresh" busy=${loading} label=${t('action.reload')} hint=${`${t('action.reload')} (r)`} onClick=${reload} /></div>
    <${ErrorNotice} error=${error} retry=${reload} busy=${loading} />
    ${items.length
      ? html`<div class="sheet"><${Table} label=${t('nav.stock')} rows=${items} rowKey=${(/** @type {Item} */ item) => item.sku} columns=${COLUMNS()} keys busy=${loading} />
          <${Pager} shown=${items.length} next=${data?.next ?? null} first=${!query.next} size=${limit} onNext=${() => setQuery({ next: data?.next })} onFirst=${() => setQuery({})}
            onSize=${(/** @type {50 | 100 | 300} */ pageSize) => { setPrefs({ pageSize }); setQuery({}); }} /></div>`
      : data ? html`<${Nothing} query=${query} short=${filter === 'short'} why=${why} onNew=${() => setCreating(true)} />` : error ? null : html`<${Skeleton} rows=${12} />`}
    ${creating && !why ? html`<${NewProduct} sku=${query.new ?? ''} onClose=${close} onMade=${(/** @type {Item} */ item) => { close(); go(link(['stock', item.sku])); }} />` : null}<//>`;
}

/** @returns {import('../ui/table.js').Column<Item>[]} */
const COLUMNS = () => [
  { key: 'sku', label: t('stock.sku'), size: 'w-sku', card: 'lead', cell: (item) => html`<a class="row-link mono" href=${link(['stock', item.sku])}>${item.sku}</a>` },
  { key: 'name', label: t('stock.name'), size: 'w-fill', card: 'under', cell: (item) => html`<span class="cut" title=${item.name}>${item.name}</span>` },
  { key: 'state', label: t('stock.state'), size: 'w-short', card: 'side', cell: (item) => html`<${Level} item=${item} />` },
  { key: 'on_hand', label: t('stock.on_hand'), numeric: true, size: 'w-num', cell: (item) => html`<span class="num">${number(item.on_hand)}</span>` },
  { key: 'allocated', label: t('stock.allocated'), numeric: true, size: 'w-num', cell: (item) => html`<${Quiet} n=${item.allocated} />` },
  { key: 'available', label: t('stock.available'), numeric: true, size: 'w-num', cell: (item) => html`<strong class=${`num${item.available < 0 ? ' bad-text' : ''}`}>${number(item.available)}</strong>` },
  { key: 'waiting', label: t('stock.waiting'), numeric: true, size: 'w-num', cell: (item) => (item.waiting ? html`<strong class="num warn-text">${number(item.waiting)}</strong>` : html`<${Quiet} n=${0} />`) },
  { key: 'safety', label: t('stock.safety'), numeric: true, size: 'w-num', drop: 2, cell: (item) => html`<${Quiet} n=${item.safety} />` },
  { key: 'price', label: t('stock.price'), numeric: true, size: 'w-money', drop: 1, cell: (item) => (item.price === null ? html`<span class="sub">—</span>` : html`<${Money} amount=${item.price} />`) },
  { key: 'updated', label: t('stock.updated_at'), size: 'w-date', card: 'hide', drop: 1, cell: (item) => html`<${Time} at=${item.updated_at} />` },
];

/** Zero is not news. @param {{n: number}} props */
const Quiet = ({ n }) => html`<span class=${`num${n ? '' : ' faint'}`}>${number(n)}</span>`;

/** @param {{item: Item}} props */
export function Level({ item }) {
  if (item.waiting > 0) return html`<${Badge} tone="bad">${t('stock.level.short')}<//>`;
  if (item.available <= 0) return html`<${Badge} tone="warn">${t('stock.level.out')}<//>`;
  if (item.safety > 0 && item.available <= item.safety) return html`<${Badge} tone="info">${t('stock.level.low')}<//>`;
  return html`<${Badge} tone="ok">${t('stock.level.ok')}<//>`;
}

/** @param {{query: Record<string, string>, short: boolean, why: string, onNew: () => void}} props */
function Nothing({ query, short, why, onNew }) {
  if (query.q) {
    return html`<${Empty} icon="search" title=${t('stock.none.search', { text: query.q })}
      actions=${html`<${Button} onClick=${() => setQuery({ q: undefined })}>${t('action.clear_search')}<//>`}>${t('stock.none.search.hint')}<//>`;
  }
  if (short) return html`<${Empty} title=${t('stock.none.short')}>${t('stock.none.short.hint')}<//>`;
  return html`<${Empty} icon="stock" title=${t('stock.none.ever')}
    actions=${why ? null : html`<a class="btn primary" href="#/import"><span>${t('import.title')}</span></a><${Button} onClick=${onNew}>${t('stock.new')}<//>`}>${t('stock.none.ever.hint')}<//>`;
}
