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
import { ago } from '../lib/time.js';
import { Badge, Button, LinkButton, Time } from '../ui/basics.js';
import { Page } from '../ui/page.js';
import { Empty, ErrorNotice, ReadOnlyNote, Skeleton } from '../ui/states.js';
import { Table } from '../ui/table.js';

/** @typedef {import('../api').Shop} Shop */
/** @typedef {import('../api').OrdersHealth} OrdersHealth */
/** @typedef {{shop: Shop, state: import('../lib/shops.js').ShopState, ending?: import('../api').Ending, health?: import('../api').ShopHealth}} Row */

const POLL_SECONDS = 15;

export default function Shops() {
  const list = useShopList();
  const channels = useChannels();
  const endings = useEndings();
  const health = useResource('health:orders', (signal) => /** @type {Promise<OrdersHealth>} */ (get('/orders/health', {}, { signal })));
  const all = [list, channels, endings, health];
  const reload = () => all.forEach((each) => each.reload());
  useInterval(reload, POLL_SECONDS);
  useKeys({ r: reload });
  const error = all.find((each) => each.error)?.error;
  const loading = all.some((each) => each.loading);
  const admin = may('settings');
  /** @type {Row[] | undefined} */
  const rows = list.data?.items.map((shop) => {
    const one = health.data?.shops.find((each) => each.shop_id === shop.id);
    const channel = channels.data?.items.find((each) => each.code === shop.channel);
    return { shop, health: one, ending: firstEnding(endings.data, shop.id), state: stateOf(shop, { channel, endings: endings.data, health: one }) };
  });
  const add = html`<${LinkButton} href="#/shops/new" icon="plus" kind="primary">${t('shop.new')}<//>`;
  return html`<${Page} title=${t('shops.title')} actions=${html`${admin ? add : null}
      <${Button} kind="quiet" icon="refresh" busy=${loading} label=${t('action.reload')} hint=${`${t('action.reload')} (r)`} onClick=${reload} />`}>
    ${admin ? null : html`<${ReadOnlyNote} right="settings" />`}
    <${ErrorNotice} error=${error} retry=${reload} busy=${loading} />
    ${rows?.length ? html`<div class="sheet"><${Table} label=${t('shops.title')} rows=${rows} rowKey=${(/** @type {Row} */ row) => row.shop.id} columns=${COLUMNS()} keys /></div>`
      : rows ? html`<${Empty} icon="shop" title=${t('shops.none')} actions=${admin ? add : null}>${t('shops.none.hint')}<//>` : error ? null : html`<${Skeleton} rows=${6} />`}<//>`;
}

/** @returns {import('../ui/table.js').Column<Row>[]} */
const COLUMNS = () => [
  { key: 'name', label: t('shop.name'), size: 'w-fill', card: 'lead', cell: ({ shop }) => html`<a class="row-link" href=${link(['shops', shop.id])}>${shop.name}</a> <code class="sub small-text">${shop.id}</code>` },
  { key: 'state', label: t('health.state'), size: 'w-state-short', card: 'side', cell: ({ state }) => html`<${StateBadge} state=${state} />` },
  { key: 'channel', label: t('order.channel'), size: 'w-shop', cell: ({ shop }) => html`${tValue('channel.', shop.channel)}` },
  { key: 'ending', label: t('shops.ending'), size: 'w-shop', cell: ({ ending }) => (ending ? html`<${EndingBadge} ending=${ending} />` : html`<span class="sub">—</span>`) },
  { key: 'import', label: t('health.last_import'), size: 'w-short', drop: 2, cell: ({ health }) => (health?.last_import_at ? html`<${Time} at=${health.last_import_at} relative />` : html`<span class="sub">${t('health.never')}</span>`) },
];

/** @param {{state: import('../lib/shops.js').ShopState}} props */
export const StateBadge = ({ state }) => html`<${Badge} tone=${state.tone}>${t(`shop.state.${state.code}`)}<//>${state.since ? html` <span class="sub small-text">${ago(state.since)}</span>` : null}`;

/** When a credential ends. @param {{ending: import('../api').Ending}} props */
export function EndingBadge({ ending }) {
  const { days_left } = ending;
  const text = days_left < 0 ? t('ending.over') : days_left === 0 ? t('ending.today') : t('ending.days', { n: days_left });
  return html`<span title=${ending.expires_at}><${Badge} tone=${endingTone(ending)}>${text}<//></span>`;
}
