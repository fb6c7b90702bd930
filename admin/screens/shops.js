// @ts-check
/** 店舗: every shop, whether it works, and what ends soon. */
import { html } from '../vendor/preact.js';
import { get } from '../lib/api.js';
import { t, tValue } from '../lib/i18n.js';
import { useKeys } from '../lib/keyboard.js';
import { useInterval } from '../lib/live.js';
import { useResource } from '../lib/resource.js';
import { may } from '../lib/roles.js';
import { link } from '../lib/router.js';
import { endingTone, firstEnding, stateOf, useChannels, useEndings, useShopList } from '../lib/shops.js';
import { useSync } from '../lib/sync.js';
import { ago, span } from '../lib/time.js';
import { Badge, Button, LinkButton, Time } from '../ui/basics.js';
import { Page } from '../ui/page.js';
import { Empty, ErrorNotice, ReadOnlyNote, Skeleton } from '../ui/states.js';
import { Table } from '../ui/table.js';

/** @typedef {import('../api').Shop} Shop */
/** @typedef {import('../api').OrdersHealth} OrdersHealth */
/** @typedef {{shop: Shop, state: import('../lib/shops.js').ShopState, ending?: import('../api').Ending, health?: import('../api').ShopHealth, sync?: import('../api').ShopSync}} Row */

const POLL_SECONDS = 15;

export default function Shops() {
  const list = useShopList();
  const channels = useChannels();
  const endings = useEndings();
  const health = useResource('health:orders', (signal) => /** @type {Promise<OrdersHealth>} */ (get('/orders/health', {}, { signal })));
  const sync = useSync();
  const all = [list, channels, endings, health, sync];
  const reload = () => all.forEach((each) => each.reload());
  useInterval(reload, POLL_SECONDS);
  useKeys({ r: reload });
  const error = all.find((each) => each.error)?.error;
  const loading = all.some((each) => each.loading);
  const admin = may('settings');
  /** @type {Row[] | undefined} */
  const rows = list.data?.items.map((shop) => {
    const one = health.data?.shops.find((each) => each.shop_id === shop.id);
    const way = sync.data?.items.find((each) => each.shop_id === shop.id);
    const channel = channels.data?.items.find((each) => each.code === shop.channel);
    return { shop, health: one, sync: way, ending: firstEnding(endings.data, shop.id), state: stateOf(shop, { channel, endings: endings.data, health: one, sync: way }) };
  });
  const add = html`<${LinkButton} href="#/shops/new" icon="plus" kind="primary">${t('shop.new')}<//>`;
  return html`<${Page} title=${t('shops.title')} actions=${html`${admin ? add : null}
      <${Button} kind="quiet" icon="refresh" busy=${loading} label=${t('action.reload')} hint=${`${t('action.reload')} (r)`} onClick=${reload} />`}>
    ${admin ? null : html`<${ReadOnlyNote} right="settings" />`}
    <${ErrorNotice} error=${error} retry=${reload} busy=${loading} />
    ${rows?.length ? html`<div class="sheet"><${Table} label=${t('shops.title')} rows=${rows} rowKey=${(/** @type {Row} */ row) => row.shop.id} columns=${COLUMNS()} keys /></div>
        <p class="hint">${t('sync.lag.title')}</p>`
      : rows ? html`<${Empty} icon="shop" title=${t('shops.none')} actions=${admin ? add : null}>${t('shops.none.hint')}<//>` : error ? null : html`<${Skeleton} rows=${6} />`}<//>`;
}

/** @returns {import('../ui/table.js').Column<Row>[]} */
const COLUMNS = () => [
  { key: 'name', label: t('shop.name'), size: 'w-fill', card: 'lead', cell: ({ shop }) => html`<a class="row-link" href=${link(['shops', shop.id])}>${shop.name}</a> <code class="sub small-text">${shop.id}</code>` },
  { key: 'state', label: t('health.state'), size: 'w-state-short', card: 'side', cell: ({ state }) => html`<${StateBadge} state=${state} />` },
  { key: 'channel', label: t('order.channel'), size: 'w-channel', cell: ({ shop }) => html`${tValue('channel.', shop.channel)}` },
  { key: 'ending', label: t('shops.ending'), size: 'w-shop', cell: ({ ending }) => (ending ? html`<${EndingBadge} ending=${ending} />` : html`<span class="sub">—</span>`) },
  { key: 'lag', label: t('sync.lag.head'), size: 'w-lags', numeric: true, cell: ({ sync }) => html`<${Lag} sync=${sync} />` },
  { key: 'import', label: t('health.last_import'), size: 'w-short', drop: 2, cell: ({ health }) => (health?.last_import_at ? html`<${Time} at=${health.last_import_at} relative />` : html`<span class="sub">${t('health.never')}</span>`) },
];

/** @param {{state: import('../lib/shops.js').ShopState}} props */
export const StateBadge = ({ state }) => html`<${Badge} tone=${state.tone}>${t(`shop.state.${state.code}`)}<//>${state.since ? html` <span class="sub small-text">${ago(state.since)}</span>` : null}`;

/** The lags of the last hour: half of the changes, 95 of a hundred, and the longest. @param {{sync?: import('../api').ShopSync}} props */
function Lag({ sync }) {
  if (!sync || sync.state === 'unsupported') return html`<span class="sub">${sync ? t('sync.state.unsupported') : '—'}</span>`;
  const { p50, p95, max } = sync.lag;
  return p50 === null || p95 === null || max === null ? html`<span class="sub">${t('sync.lag.none')}</span>` : html`<span class="num" title=${t('sync.lag.title')}>${span(p50)} / ${span(p95)} / ${span(max)}</span>`;
}

/** When a credential ends. @param {{ending: import('../api').Ending}} props */
export function EndingBadge({ ending }) {
  const { days_left } = ending;
  const text = days_left < 0 ? t('ending.over') : days_left === 0 ? t('ending.today') : t('ending.days', { n: days_left });
  return html`<span title=${ending.expires_at}><${Badge} tone=${endingTone(ending)}>${text}<//></span>`;
}
