// @ts-check
/** One shop: how it is, what connects it with its mall, and its own settings. */
import { html } from '../vendor/preact.js';
import { get, seg } from '../lib/api.js';
import { t, tValue } from '../lib/i18n.js';
import { useInterval } from '../lib/live.js';
import { useResource } from '../lib/resource.js';
import { may } from '../lib/roles.js';
import { link, route } from '../lib/router.js';
import { stateOf, useChannels, useEndings } from '../lib/shops.js';
import { useSync } from '../lib/sync.js';
import { Page } from '../ui/page.js';
import { Empty, ErrorNotice, ReadOnlyNote, Skeleton, groupNames } from '../ui/states.js';
import { Tabs } from '../ui/tabs.js';
import { Connect } from './shop_connect.js';
import { ShopForm } from './shop_form.js';
import { Overview } from './shop_overview.js';
import { StateBadge } from './shops.js';

/** @typedef {import('../api').Shop} ShopData */
/** @typedef {import('../api').OrdersHealth} OrdersHealth */

const POLL_SECONDS = 15;
const TABS = /** @type {const} */ (['overview', 'connect', 'settings']);

/** @param {{id: string}} props */
export default function Shop({ id }) {
  return id === 'new' ? html`<${NewShop} />` : html`<${KnownShop} id=${id} />`;
}

const BACK = () => ({ href: '#/shops', label: t('shops.title') });

function NewShop() {
  const channels = useChannels();
  if (!may('settings')) {
    return html`<${Page} title=${t('shop.new')} back=${BACK()} narrow><${Empty} icon="info" title=${t('shops.admins', { groups: groupNames('settings') })} /><//>`;
  }
  return html`<${Page} title=${t('shop.new')} back=${BACK()} narrow>
    <${ErrorNotice} error=${channels.error} retry=${channels.reload} busy=${channels.loading} />
    ${channels.data ? html`<${ShopForm} shop=${null} channels=${channels.data.items} set=${() => undefined} />` : channels.error ? null : html`<${Skeleton} rows=${6} />`}<//>`;
}

/** @param {{id: string}} props */
function KnownShop({ id }) {
  const { data, error, loading, reload, set } = useResource(`settings:shop:${id}`, (signal) =>
    /** @type {Promise<ShopData>} */ (get(`/settings/shops/${seg(id)}`, {}, { signal })));
  const channels = useChannels();
  const endings = useEndings();
  const orders = useResource('health:orders', (signal) => /** @type {Promise<OrdersHealth>} */ (get('/orders/health', {}, { signal })));
  const sync = useSync();
  useInterval(() => { sync.reload(); orders.reload(); }, POLL_SECONDS);
  const title = data?.name ?? id;
  if (!data || !channels.data) {
    const failed = error ?? channels.error;
    return html`<${Page} title=${title} back=${BACK()}>${failed?.status === 404 ? html`<${Empty} icon="search" title=${t('shop.missing')} />`
      : failed ? html`<${ErrorNotice} error=${failed} retry=${() => { reload(); channels.reload(); }} busy=${loading} />` : html`<${Skeleton} rows=${8} />`}<//>`;
  }
  const tab = TABS.find((each) => each === route.value.query.tab) ?? 'overview';
  const channel = channels.data.items.find((each) => each.code === data.channel);
  const health = orders.data?.shops.find((each) => each.shop_id === id);
  const way = sync.data?.items.find((each) => each.shop_id === id);
  const state = stateOf(data, { channel, endings: endings.data, health, sync: way });
  // What ends, and what needs a person, may be something else now.
  const changed = (/** @type {ShopData} */ now) => {
    set(now);
    endings.reload();
    sync.reload();
  };
  const known = { shop: data, set: changed, channel, endings: endings.data, health, sync: way };
  return html`<${Page} title=${title} back=${BACK()} mark=${html`<${StateBadge} state=${state} />`} sub=${html`<span>${tValue('channel.', data.channel)}</span><code>${data.id}</code>`}>
    <${ErrorNotice} error=${error ?? endings.error ?? sync.error} retry=${() => { reload(); endings.reload(); sync.reload(); }} busy=${loading} />
    <div class="toolbar"><${Tabs} label=${t('shop.tabs')} counted=${false} current=${tab} tabs=${TABS.map((each) => ({
      id: each, label: t(`shop.tab.${each}`), href: link(['shops', id], { tab: each === 'overview' ? undefined : each }), count: null,
    }))} /></div>
    ${tab !== 'overview' && !may('settings') ? html`<${ReadOnlyNote} right="settings" />` : null}
    ${tab === 'overview' ? html`<${Overview} ...${known} state=${state} />` : tab === 'connect' ? html`<${Connect} ...${known} />`
      : html`<div class="form-page"><${ShopForm} shop=${data} channels=${channels.data.items} set=${changed} /></div>`}<//>`;
}
