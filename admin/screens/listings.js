// @ts-check
/** 出品: what the shops sell as what, and codes that nobody has named yet. */
import { html, useState } from '../vendor/preact.js';
import { get } from '../lib/api.js';
import { t, tValue } from '../lib/i18n.js';
import { useKeys } from '../lib/keyboard.js';
import { number } from '../lib/money.js';
import { forgetCached, useResource } from '../lib/resource.js';
import { may } from '../lib/roles.js';
import { link, route, setQuery } from '../lib/router.js';
import { loadOrderCounts, shopName, shops } from '../lib/store.js';
import { Badge, Button, Time } from '../ui/basics.js';
import { Page } from '../ui/page.js';
import { Empty, ErrorNotice, ReadOnlyNote, Skeleton, groupNames } from '../ui/states.js';
import { Pager, Table } from '../ui/table.js';
import { Tabs } from '../ui/tabs.js';
import { GoodsNav } from './goods_nav.js';
import { ImportListings } from './listing_import.js';
import { MapListing, UnmapListing } from './listing_map.js';
import { Unmapped } from './listing_unmapped.js';

/** @typedef {import('../schemas').ListingRow} Row */
/** @typedef {import('../schemas').ListingPage} ListingPage */
/** @typedef {import('../schemas').DonePage} DonePage */
/** @typedef {import('./listing_map.js').Code} Code */

const SIZE = 100;
const VIEWS = /** @type {const} */ (['orders', 'unmapped', 'mapped', 'history']);

/** After a code was mapped or let go of. */
function mappingChanged() {
  forgetCached('listings?', 'unmapped?', 'done?', 'listings:', 'order:', 'orders?', 'stock');
  loadOrderCounts();
}

export default function Listings() {
  const { query } = route.value;
  const view = VIEWS.find((each) => each === query.view) ?? 'orders';
  const list = shops.value;
  const shop = query.shop ?? (view === 'orders' ? '' : (list[0]?.id ?? ''));
  const [mapping, setMapping] = useState(/** @type {Code | null} */ (null));
  const [letting, setLetting] = useState(/** @type {Row | null} */ (null));
  const [turn, setTurn] = useState(0);
  const why = may('stock') ? '' : t('role.needed', { groups: groupNames('stock') });
  const changed = () => {
    mappingChanged();
    setTurn(turn + 1);
  };
  const acts = { why, onMap: setMapping, onUnmap: setLetting };
  return html`<${Page} title=${t('nav.listings')}>
    <${GoodsNav} at="listings" />
    ${why ? html`<${ReadOnlyNote} right="stock" />` : null}
    <div class="toolbar"><${Tabs} label=${t('listing.views')} counted=${false} current=${view} tabs=${VIEWS.map((id) => ({ id, label: t(`listing.view.${id}`), href: link(['listings'], { view: id === 'orders' ? undefined : id, shop: query.shop }) }))} />
      <label class="inline-select"><span>${t('order.shop')}</span><select value=${shop} onChange=${(/** @type {Event} */ event) => setQuery({ shop: /** @type {HTMLSelectElement} */ (event.target).value })}>
        ${view === 'orders' ? html`<option value="" selected=${!shop}>${t('orders.shop.all')}</option>` : null}
        ${list.map((one) => html`<option key=${one.id} value=${one.id} selected=${one.id === shop}>${one.name}</option>`)}</select></label></div>
    ${view === 'orders' ? html`<${Unmapped} key=${`${shop}${turn}`} shop=${shop} ...${acts} />`
      : !shop ? html`<${Empty} icon="shop" title=${t('listing.no_shop')} actions=${html`<a class="btn primary" href="#/shops"><span>${t('nav.shops')}</span></a>`} />`
        : view === 'history' ? html`<${History} key=${shop} shop=${shop} />`
          : html`<${ImportListings} key=${shop} shop=${shop} why=${why} onDone=${changed} /><${OfShop} key=${`${shop} ${view} ${turn}`} shop=${shop} view=${view} ...${acts} />`}
    ${mapping ? html`<${MapListing} code=${mapping} onClose=${() => setMapping(null)} onDone=${changed} />` : null}
    ${letting ? html`<${UnmapListing} row=${letting} onClose=${() => setLetting(null)} onDone=${changed} />` : null}<//>`;
}

/** @param {{shop: string, view: 'unmapped' | 'mapped', why: string, onMap: (code: Code) => void, onUnmap: (row: Row) => void}} props */
function OfShop({ shop, view, why, onMap, onUnmap }) {
  const { next } = route.value.query;
  const params = { shop, filter: view, limit: SIZE, next };
  const { data, error, loading, reload } = useResource(`listings?${JSON.stringify(params)}`,
    (signal) => /** @type {Promise<ListingPage>} */ (get('/stock/listings', params, { signal })), { keep: true });
  useKeys({ r: reload });
  const items = data?.items ?? [];
  return html`<${ErrorNotice} error=${error} retry=${reload} busy=${loading} />
    ${items.length
      ? html`<div class="sheet"><${Table} label=${t(`listing.view.${view}`)} rows=${items} rowKey=${(/** @type {Row} */ row) => row.code} columns=${view === 'mapped' ? mappedColumns(why, onUnmap) : unmappedColumns(why, onMap)} keys busy=${loading} />
          <${Pager} shown=${items.length} next=${data?.next ?? null} first=${!next} size=${SIZE} onNext=${() => setQuery({ next: data?.next })} onFirst=${() => setQuery({})} /></div>`
      : data ? html`<${Empty} title=${t(`listing.none.${view}`)}>${t(`listing.none.${view}.text`)}<//>` : error ? null : html`<${Skeleton} rows=${8} />`}`;
}

/** @param {string} why @param {(code: Code) => void} onMap @returns {import('../ui/table.js').Column<Row>[]} */
const unmappedColumns = (why, onMap) => [
  { key: 'code', label: t('listing.code'), size: 'w-fill', card: 'lead', cell: (row) => html`<span class="two-lines"><span class="mono break">${row.code}</span><span class="sub cut" title=${row.title}>${row.title}</span></span>` },
  { key: 'jan', label: t('stock.jan'), size: 'w-sku', cell: (row) => (row.jan ? html`<code>${row.jan}</code>` : html`<span class="sub">—</span>`) },
  { key: 'observed', label: t('listing.in_mall'), numeric: true, size: 'w-count', cell: (row) => html`<span class="num">${row.observed === null ? '—' : number(row.observed)}</span>` },
  { key: 'act', label: t('list.actions'), size: 'w-alloc', card: 'full', cell: (row) => html`<${Button} small kind="primary" why=${why} onClick=${() => onMap({ ...row, orders: 0 })}>${t('listing.map')}<//>` },
];

/** @param {Row} row */
const standing = (row) => (row.retired ? 'retired' : row.problem ? 'problem' : row.drift !== null ? 'drift' : row.published === null ? 'never' : row.state);

/** @type {Record<string, import('../ui/basics.js').Tone>} */
const TONES = { retired: 'off', problem: 'bad', drift: 'warn', never: 'info', idle: 'ok', sent: 'info', settling: 'info', unknown: 'warn' };

/** @param {string} why @param {(row: Row) => void} onUnmap @returns {import('../ui/table.js').Column<Row>[]} */
const mappedColumns = (why, onUnmap) => [
  { key: 'code', label: t('listing.code'), size: 'w-fill', card: 'lead', cell: (row) => html`<span class="two-lines"><span class="mono break">${row.code}</span><span class="sub cut" title=${row.title}>${row.title}</span></span>` },
  { key: 'sku', label: t('listing.sells'), size: 'w-sku', card: 'under', cell: (row) => html`<${Sells} row=${row} />` },
  { key: 'state', label: t('stock.state'), size: 'w-alloc', card: 'side', cell: (row) => html`<span title=${row.problem ? tValue('listing.problem.', row.problem) : undefined}><${Badge} tone=${TONES[standing(row)]}>${tValue('listing.state.', standing(row))}<//></span>` },
  { key: 'published', label: t('listing.published'), numeric: true, size: 'w-num', cell: (row) => html`<span class="num">${row.published === null ? '—' : number(row.published)}</span>` },
  { key: 'observed', label: t('listing.in_mall'), numeric: true, size: 'w-count', cell: (row) => html`<span class=${`num${row.drift ? ' bad-text' : ''}`}>${row.observed === null ? '—' : number(row.observed)}</span>` },
  { key: 'act', label: t('list.actions'), size: 'w-alloc', card: 'full', drop: 3, cell: (row) => html`<${Button} small why=${why || (row.retired ? t('listing.retired') : '')} onClick=${() => onUnmap(row)}>${t('listing.unmap')}<//>` },
];

/** One listing may take several units, and of a set several products. @param {{row: Row}} props */
function Sells({ row }) {
  const units = row.units[row.sku];
  const parts = Object.entries(row.units).filter(([sku]) => sku !== row.sku);
  return html`<span class="two-lines"><a class="row-link mono" href=${link(['stock', row.sku])}>${row.sku}</a>
    ${parts.length ? html`<span class="sub small-text cut">${parts.map(([sku, n]) => `${sku} × ${n}`).join(', ')}</span>` : units > 1 ? html`<span class="sub small-text">${t('listing.units.n', { n: units })}</span>` : null}</span>`;
}

/** What people did with this shop's listings. @param {{shop: string}} props */
function History({ shop }) {
  const { next } = route.value.query;
  const { data, error, loading, reload } = useResource(`done?${shop}${next ?? ''}`,
    (signal) => /** @type {Promise<DonePage>} */ (get(`/stock/listings/${encodeURIComponent(encodeURIComponent(shop))}/history`, { limit: SIZE, next }, { signal })), { keep: true });
  const items = (data?.items ?? []).map((item, n) => ({ ...item, id: `${item.at} ${n}` }));
  /** @type {import('../ui/table.js').Column<typeof items[number]>[]} */
  const columns = [
    { key: 'at', label: t('ledger.at'), size: 'w-date', card: 'lead', cell: (item) => html`<${Time} at=${item.at} />` },
    { key: 'do', label: t('listing.did'), size: 'w-short', card: 'side', cell: (item) => tValue('listing.did.', item.do) },
    { key: 'code', label: t('listing.code'), size: 'w-fill', cell: (item) => html`<span class="mono break">${item.code}</span>` },
    { key: 'sku', label: t('stock.sku'), size: 'w-sku', cell: (item) => (item.sku ? html`<a class="mono" href=${link(['stock', item.sku])}>${item.sku}</a>` : null) },
    { key: 'actor', label: t('ledger.actor'), size: 'w-name', cell: (item) => (item.actor.kind === 'staff' ? item.actor.name : t('actor.system')) },
  ];
  return html`<${ErrorNotice} error=${error} retry=${reload} busy=${loading} />
    ${items.length ? html`<div class="sheet"><${Table} label=${t('listing.view.history')} rows=${items} rowKey=${(/** @type {{id: string}} */ item) => item.id} columns=${columns} />
        <${Pager} shown=${items.length} next=${data?.next ?? null} first=${!next} size=${SIZE} onNext=${() => setQuery({ next: data?.next })} onFirst=${() => setQuery({})} /></div>`
      : data ? html`<${Empty} icon="clock" title=${t('listing.none.history')}>${shopName(shop)}<//>` : error ? null : html`<${Skeleton} rows=${6} />`}`;
}
