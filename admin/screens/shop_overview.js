// @ts-check
/** How a shop is: what stopped, what ends, what its channel can do, and the switches of the day. */
import { html, useState } from '../vendor/preact.js';
import { request, seg } from '../lib/api.js';
import { t, tValue } from '../lib/i18n.js';
import { may } from '../lib/roles.js';
import { link } from '../lib/router.js';
import { shopChanged } from '../lib/shops.js';
import { useSubmit } from '../lib/submit.js';
import { ago } from '../lib/time.js';
import { Button, Card, Facts, LinkButton, Notice, Time } from '../ui/basics.js';
import { Confirm } from '../ui/dialog.js';
import { Icon } from '../ui/icons.js';
import { ErrorNotice, groupNames } from '../ui/states.js';
import { toast } from '../ui/toast.js';
import { Outgoing } from './shop_sync.js';
import { EndingBadge } from './shops.js';

/** @typedef {import('../api').Shop} Shop */
/** @typedef {import('../api').Channel} Channel */
/** @typedef {import('../api').EndingList} EndingList */

/**
 * @param {{shop: Shop, set: (shop: Shop) => void, state: import('../lib/shops.js').ShopState, channel?: Channel, endings?: EndingList,
 *   health?: import('../api').ShopHealth, sync?: import('../api').ShopSync}} props
 */
export function Overview({ shop, set, state, channel, endings, health, sync }) {
  return html`<${Found} shop=${shop} state=${state} endings=${endings} health=${health} sync=${sync} />
    <div class="columns"><div class="column-main"><${Outgoing} shop=${shop} sync=${sync} setup=${state.code === 'setup'} />
      <${Incoming} shop=${shop} channel=${channel} health=${health} setup=${state.code === 'setup'} /></div>
    <div class="column-side">${state.code === 'setup' && !shop.is_paused ? null : html`<${Pause} shop=${shop} set=${set} />`}
      <${Ends} shop=${shop} endings=${endings} /><${Capabilities} channel=${channel} /></div></div>`;
}

/** The most urgent thing, and what to do. @param {{shop: Shop, state: import('../lib/shops.js').ShopState, endings?: EndingList, health?: import('../api').ShopHealth, sync?: import('../api').ShopSync}} props */
function Found({ shop, state, endings, health, sync }) {
  const connect = html`<${LinkButton} href=${link(['shops', shop.id], { tab: 'connect' })}>${t('shop.tab.connect')}<//>`;
  const trouble = endings?.troubles.find((each) => each.shop_id === shop.id);
  if (state.code === 'person') return html`<${Notice} tone="bad" title=${t('trouble.title')} actions=${connect}>${tValue('trouble.', trouble?.reason)}<//>`;
  if (state.code === 'failing') {
    return html`<${Notice} tone="bad" title=${t('sync.found.failing', { ago: ago(state.since ?? '') })} actions=${connect}>${tValue('remote.', sync?.error)} ${t('sync.found.failing.do')} ${sync?.detail ? html`<code>${sync.detail}</code>` : null}<//>`;
  }
  if (state.code === 'orders') return html`<${Notice} tone="bad" title=${t('shop.found.orders', { ago: ago(state.since ?? '') })} actions=${connect}>${tValue('remote.', health?.poll_error?.kind)} <code>${health?.poll_error?.code}</code><//>`;
  if (state.code === 'setup') return html`<${Notice} title=${t('shop.found.setup')} actions=${connect}>${t('shop.found.setup.do')}<//>`;
  if (state.code === 'paused') return html`<${Notice} tone="warn" title=${t('shop.paused')}>${t('shop.paused.text')}<//>`;
  if (sync?.orders_behind) return html`<${Notice} tone="warn" title=${t('sync.found.behind')}>${t('sync.found.behind.do')}<//>`;
  return null;
}

/** What comes in. @param {{shop: Shop, channel?: Channel, health?: import('../api').ShopHealth, setup: boolean}} props */
function Incoming({ shop, channel, health, setup }) {
  const polls = channel?.caps.includes('poll') ?? false;
  return html`<${Card} title=${t('shop.incoming')} actions=${polls ? html`<${Pull} shop=${shop} setup=${setup} />` : null}><${Facts} items=${[
    { label: t('health.last_import'), value: health?.last_import_at ? html`<${Time} at=${health.last_import_at} /> <span class="sub">${ago(health.last_import_at)}</span>` : html`<span class="sub">${t('health.never')}</span>` },
    { label: t('health.last_order'), value: health?.last_order_at ? html`<${Time} at=${health.last_order_at} />` : html`<span class="sub">${t('health.never')}</span>` },
    polls && { label: t('shop.last_poll'), value: health?.last_poll_at ? html`<${Time} at=${health.last_poll_at} /> <span class="sub">${ago(health.last_poll_at)}</span>` : html`<span class="sub">${t('health.never')}</span>` },
    polls && { label: t('shop.watermark'), value: health?.watermark ? html`<${Time} at=${health.watermark} />` : null },
  ]} /><//>`;
}

/** Reading the shop's orders now. @param {{shop: Shop, setup: boolean}} props */
function Pull({ shop, setup }) {
  const why = may('orders') ? (setup ? t('shop.found.setup') : '') : t('role.needed', { groups: groupNames('orders') });
  const pull = useSubmit(async (key) => {
    await request('POST', '/orders/pull', { key, json: { shop_id: shop.id } });
    toast(t('shop.pull.done'));
  });
  return html`<${Button} small icon="refresh" busy=${pull.busy} why=${why} onClick=${() => pull.run()}>${t('shop.pull')}<//>${pull.error ? html`<${ErrorNotice} error=${pull.error} />` : null}`;
}

/** @param {{shop: Shop, set: (shop: Shop) => void}} props */
function Pause({ shop, set }) {
  const [asking, setAsking] = useState(false);
  const why = may('stock') ? '' : t('role.needed', { groups: groupNames('stock') });
  const work = useSubmit(async (key) => {
    set(await request('POST', `/settings/shops/${seg(shop.id)}/${shop.is_paused ? 'resume' : 'pause'}`, { key }));
    shopChanged();
    setAsking(false);
    toast(t(shop.is_paused ? 'shop.resumed' : 'shop.pause.done'));
  });
  return html`<${Card} title=${t('shop.outgoing')}><p class="sub small-text">${t(shop.is_paused ? 'shop.paused.text' : 'shop.pause.lead')}</p>
    <${ErrorNotice} error=${work.error} />
    <div class="form-actions card-more">${shop.is_paused
      ? html`<${Button} kind="primary" small icon="play" busy=${work.busy} why=${why} onClick=${() => work.run()}>${t('shop.resume')}<//>`
      : html`<${Button} small icon="pause" why=${why} onClick=${() => setAsking(true)}>${t('shop.pause')}<//>`}</div>
    ${asking ? html`<${Confirm} title=${t('shop.pause.title', { shop: shop.name })} confirm=${t('shop.pause')} busy=${work.busy} onConfirm=${() => work.run()} onClose=${() => setAsking(false)}>
      <p>${t('shop.pause.text')}</p><${ErrorNotice} error=${work.error} /><//>` : null}<//>`;
}

/** @param {{shop: Shop, endings?: EndingList}} props */
function Ends({ shop, endings }) {
  const mine = endings?.items.filter((each) => each.shop_id === shop.id) ?? [];
  if (!mine.length) return null;
  return html`<${Card} title=${t('ending.title')}><ul class="ends">${mine.map((each) => html`<li key=${each.name}><strong>${tValue('credential.', each.name)}</strong> <${EndingBadge} ending=${each} />
    <p class="sub small-text">${tValue('how.', each.how)}</p></li>`)}</ul><//>`;
}

/** What the mall's API has, and what is not offered on the screens therefore. @param {{channel?: Channel}} props */
function Capabilities({ channel }) {
  if (!channel) return null;
  const has = new Set(channel.caps);
  return html`<${Card} title=${t('caps.title')}><ul class="caps">${SHOWN.filter((cap) => has.has(cap) || !NOTES.includes(cap)).map((cap) => html`<li key=${cap} class=${!has.has(cap) ? 'no' : NOTES.includes(cap) ? 'note' : ''}>
      <${Icon} name=${NOTES.includes(cap) ? 'info' : has.has(cap) ? 'check' : 'close'} size=${16} /><span>${t(/** @type {'cap.poll'} */ (`cap.${cap}`))}</span>${has.has(cap) ? null : html`<span class="sr">${t('caps.no')}</span>`}</li>`)}</ul>
    ${has.has('stock') ? html`<p class="sub small-text">${t('caps.batch', { n: channel.stock_batch })}</p>` : null}<//>`;
}

/** In the order of a day's work; those of NOTES are conditions, shown only where they hold. */
const NOTES = ['webhook_thin', 'queue_in', 'stock_cas', 'stock_async', 'fixed_ip', 'human_reauth'];
const SHOWN = ['webhook', 'webhook_thin', 'queue_in', 'poll', 'stock', 'stock_cas', 'stock_async', 'stock_read', 'confirm', 'ship', 'cancel', 'list_skus', 'product_upsert', 'fixed_ip', 'human_reauth'];
