// @ts-check
/** 受注一覧: the queues of the order desk. */
import { html, useEffect, useLayoutEffect, useMemo, useState } from '../vendor/preact.js';
import { get } from '../lib/api.js';
import { t } from '../lib/i18n.js';
import { useKeys } from '../lib/keyboard.js';
import { useInterval } from '../lib/live.js';
import { walk } from '../lib/orders.js';
import { prefs, setPrefs } from '../lib/prefs.js';
import { useResource } from '../lib/resource.js';
import { link, restoreScroll, route, setQuery } from '../lib/router.js';
import { fold } from '../lib/search.js';
import { useSelection } from '../lib/selection.js';
import { loadOrderCounts, orderCounts, shops } from '../lib/store.js';
import { Button, countText } from '../ui/basics.js';
import { Page } from '../ui/page.js';
import { SearchBox } from '../ui/search_box.js';
import { Empty, ErrorNotice, Skeleton } from '../ui/states.js';
import { Pager, Table, focusRow } from '../ui/table.js';
import { SideTabs, Tabs } from '../ui/tabs.js';
import { BulkBar } from './orders_bulk.js';
import { columns } from './orders_columns.js';
import { FINISHED, QUEUES, SHIPPING, STOPPED } from './queues.js';

/** @typedef {import('../api').Page<import('../api').OrderRow>} OrderPage */

const POLL_SECONDS = 15;
/** The server looks words up by their first two letters. */
const SEARCH_LETTERS = 2;
/** Enough to say how many are new; more are "20+". */
const PEEK = 20;

export default function Orders() {
  const { query } = route.value;
  const queue = /** @type {import('../api').Queue | 'ALL'} */ (query.queue ?? 'ALL');
  const view = useView(query, queue);
  const { data, error, loading, reload } = view.resource;
  const rows = view.tooShort ? NONE : (data?.items ?? NONE);
  const ids = useMemo(() => rows.map((row) => row.id), [rows]);
  const selection = useSelection(ids);
  const fresh = useFresh(view, rows);
  const label = query.q ? t('orders.search.title', { text: query.q }) : queue === 'ALL' ? t('orders.all') : t(`queue.${queue}`);

  useEffect(() => {
    Object.assign(walk, { ids, hash: location.hash, label });
  }, [ids, label]);
  useReturn(Boolean(data));
  const refresh = () => {
    fresh.clear();
    reload();
    loadOrderCounts();
  };
  useKeys({ r: refresh });
  const counts = orderCounts.value?.counts;
  const total = query.q || queue === 'ALL' ? '' : countText(counts?.[queue]);

  return html`<div class="split"><${Queues} queue=${query.q ? '' : queue} shop=${query.shop} />
    <${Page} title=${label} docTitle=${`${label}${total ? ` (${total})` : ''} · ${t('nav.orders')}`}
        mark=${total ? html`<span class="title-count num">${t('list.count', { n: total })}</span>` : null}>
      <${Toolbar} query=${query} loading=${loading} onRefresh=${refresh} />
      <${ErrorNotice} error=${error} retry=${reload} busy=${loading} />
      <${FreshBar} count=${fresh.count} capped=${fresh.capped} onShow=${() => { refresh(); scrollTo({ top: 0 }); }} />
      ${view.tooShort ? html`<${Empty} icon="search" title=${t('orders.search.short')}>${t('orders.search.short.hint')}<//>` : rows.length
        ? html`<div class="sheet"><${Table} label=${t('orders.table')} rows=${rows} columns=${columns(queue)} rowKey=${rowId} rowName=${rowNumber} selection=${selection}
              keys busy=${loading} rowClass=${(/** @type {{id: string}} */ row) => (fresh.shown.has(row.id) ? 'fresh' : '')} />
            <${Pager} shown=${rows.length} next=${data?.next ?? null} first=${!query.next} size=${prefs.value.pageSize}
              onNext=${() => setQuery({ next: data?.next })} onFirst=${() => setQuery({})}
              onSize=${(/** @type {50 | 100 | 300} */ pageSize) => { setPrefs({ pageSize }); setQuery({}); }} /></div>`
        : data ? html`<${Nothing} query=${query} queue=${queue} />` : error ? null : html`<${Skeleton} rows=${14} />`}
      <${BulkBar} rows=${rows} selection=${selection} onDone=${refresh} />
    <//></div>`;
}

/** @type {import('../api').OrderRow[]} */
const NONE = [];
const rowId = (/** @type {import('../api').OrderRow} */ row) => row.id;
const rowNumber = (/** @type {import('../api').OrderRow} */ row) => row.number;

/** What is read for this address. @param {Record<string, string>} query @param {string} queue */
function useView(query, queue) {
  const limit = prefs.value.pageSize;
  const params = query.q
    ? { q: query.q, next: query.next, limit }
    : { queue, shop: query.shop, order: query.order ?? 'desc', limit, next: query.next };
  const path = query.q ? '/orders/search' : '/orders';
  const key = `orders?${JSON.stringify(params)}`;
  const tooShort = Boolean(query.q) && fold(query.q).length < SEARCH_LETTERS;
  const resource = useResource(tooShort ? null : key, (signal) => /** @type {Promise<OrderPage>} */ (get(path, params, { signal })), { keep: true });
  const live = !query.q && !query.next && query.order !== 'asc';
  return { resource, key, live, tooShort, peek: () => /** @type {Promise<OrderPage>} */ (get('/orders', { ...params, limit: PEEK })), byArrival: queue === 'ALL' };
}

/**
 * Orders that came since the list was read. They are only counted: rows move when the person says
 * so, never under the pointer.
 * @param {ReturnType<typeof useView>} view @param {import('../api').OrderRow[]} rows
 */
function useFresh(view, rows) {
  const [found, setFound] = useState(/** @type {string[]} */ ([]));
  const [shown, setShown] = useState(/** @type {ReadonlySet<string>} */ (new Set()));
  useEffect(() => {
    setFound([]);
    setShown(new Set());
  }, [view.key]);
  useInterval(async () => {
    const page = await view.peek().catch(() => null);
    if (!page || view.resource.loading) return;
    const known = new Set(rows.map((row) => row.id));
    const at = (/** @type {import('../api').OrderRow} */ row) => (view.byArrival ? row.received_at : row.ordered_at);
    // An order that moved up because others left the queue is older than the last one shown.
    const oldest = rows.length ? at(rows[rows.length - 1]) : '';
    setFound(page.items.filter((row) => !known.has(row.id) && at(row) >= oldest).map((row) => row.id));
  }, POLL_SECONDS, view.live && view.resource.data !== undefined);
  return {
    count: found.length, capped: found.length >= PEEK, shown,
    clear: () => {
      setShown(new Set(found));
      setFound([]);
    },
  };
}

/** Back from an order: the same place, the focus on its row. @param {boolean} ready */
function useReturn(ready) {
  useLayoutEffect(() => {
    if (!ready) return;
    restoreScroll();
    if (walk.last) focusRow(/** @type {HTMLElement | undefined} */ (document.querySelector(`tr[data-row="${CSS.escape(walk.last)}"]`) ?? undefined));
    walk.last = '';
  }, [ready]);
}

/** @param {{queue: string, shop?: string}} props */
function Queues({ queue, shop }) {
  const found = orderCounts.value;
  /** @param {import('../api').Queue | 'ALL'} id @returns {import('../ui/tabs.js').Tab} */
  const tab = (id) => ({
    id, label: t(`queue.${id}`), href: link(['orders'], { queue: id === 'ALL' ? undefined : id, shop }),
    count: id === 'ALL' || FINISHED.includes(id) ? null : found?.counts[id],
    tone: id === 'INCOMPLETE' || id === 'CANCEL_REQUESTED' ? 'bad' : undefined,
  });
  /** @type {import('../ui/tabs.js').Tab} */
  const failed = { id: 'FAILED', label: t('orders.failed'), href: '#/failed-imports', count: found?.failed_imports, tone: 'bad' };
  const label = t('orders.queues');
  return html`<aside class="split-side"><div class="wide-only"><${SideTabs} label=${label} current=${queue} groups=${[
    { tabs: [tab('ALL')] },
    { title: t('queues.stopped'), tabs: STOPPED.map(tab) },
    { title: t('queues.shipping'), tabs: SHIPPING.map(tab) },
    { title: t('queues.finished'), tabs: FINISHED.map(tab) },
    { title: t('queues.outside'), tabs: [failed] },
  ]} /></div>
  <div class="narrow-only"><${Tabs} label=${label} current=${queue} tabs=${[tab('ALL'), ...QUEUES.map(tab), failed]} /></div></aside>`;
}
export { Queues };

/** @param {{query: Record<string, string>, loading: boolean, onRefresh: () => void}} props */
function Toolbar({ query, loading, onRefresh }) {
  return html`<div class="toolbar">
    <${SearchBox} label=${t('orders.search')} placeholder=${t('orders.search.hint')} value=${query.q ?? ''} onSearch=${(/** @type {string} */ q) => setQuery({ q }, { replace: Boolean(query.q) })} />
    ${query.q ? null : html`
      ${shops.value.length > 1 ? html`<label class="inline-select"><span class="sr">${t('orders.shop')}</span>
        <select value=${query.shop ?? ''} onChange=${(/** @type {Event} */ event) => setQuery({ shop: /** @type {HTMLSelectElement} */ (event.target).value })}>
          <option value="" selected=${!query.shop}>${t('orders.shop.all')}</option>
          ${shops.value.map((shop) => html`<option key=${shop.id} value=${shop.id} selected=${shop.id === query.shop}>${shop.name}</option>`)}</select></label>` : null}
      <label class="inline-select"><span class="sr">${t('list.order')}</span>
        <select value=${query.order ?? 'desc'} onChange=${(/** @type {Event} */ event) => setQuery({ order: /** @type {HTMLSelectElement} */ (event.target).value === 'asc' ? 'asc' : undefined })}>
          <option value="desc" selected=${query.order !== 'asc'}>${t('list.newest')}</option>
          <option value="asc" selected=${query.order === 'asc'}>${t('list.oldest')}</option></select></label>`}
    <span class="grow"></span>
    <${Button} kind="quiet" icon="refresh" busy=${loading} label=${t('action.reload')} hint=${`${t('action.reload')} (r)`} onClick=${onRefresh} /></div>`;
}

/** Lies over the list, so that it moves nothing. @param {{count: number, capped: boolean, onShow: () => void}} props */
function FreshBar({ count, capped, onShow }) {
  return html`<div class="fresh-bar" role="status">${count ? html`<button type="button" class="btn primary" onClick=${onShow}>
    <span>${t('orders.fresh', { n: count, plus: capped ? '+' : '' })}</span></button>` : null}</div>`;
}

/** @param {{query: Record<string, string>, queue: import('../api').Queue | 'ALL'}} props */
function Nothing({ query, queue }) {
  if (query.q) {
    return html`<${Empty} icon="search" title=${t('orders.none.search', { text: query.q })}
      actions=${html`<${Button} onClick=${() => setQuery({ q: undefined })}>${t('action.clear_search')}<//>`}>${t('orders.none.search.hint')}<//>`;
  }
  if (query.shop || query.next) {
    return html`<${Empty} icon="search" title=${t('list.none.filter')}
      actions=${html`<${Button} onClick=${() => setQuery({ shop: undefined })}>${t('action.clear_filter')}<//>`} />`;
  }
  if (queue === 'ALL') {
    return html`<${Empty} icon="orders" title=${t('orders.none.ever')}
      actions=${html`<a class="btn plain" href="#/shops">${t('orders.none.ever.do')}</a>`}>${t('orders.none.ever.hint')}<//>`;
  }
  return html`<${Empty} title=${t('orders.none.queue', { queue: t(`queue.${queue}`) })}
    actions=${html`<a class="btn plain" href="#/orders">${t('orders.none.queue.do')}</a>`} />`;
}
