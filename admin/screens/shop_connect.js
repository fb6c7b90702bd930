// @ts-check
/** Connecting a shop with its mall, step by step, and the test that shows whether it works. */
import { html } from '../vendor/preact.js';
import { t } from '../lib/i18n.js';
import { missingCredentials, missingOptions, sendsWebhooks } from '../lib/shops.js';
import { Badge } from '../ui/basics.js';
import { ConnectionTest } from './shop_check.js';
import { Credentials } from './shop_credentials.js';
import { Address } from './shop_address.js';
import { Webhook } from './shop_webhook.js';

/** @typedef {import('../api').Shop} Shop */
/** @typedef {import('../vendor/preact.js').ComponentChildren} Children */

/** @param {{shop: Shop, set: (shop: Shop) => void, channel?: import('../api').Channel, endings?: import('../api').EndingList}} props */
export function Connect({ shop, set, channel, endings }) {
  if (!channel) {
    return html`<ol class="checklist"><${Item} n=${1} title=${t('shop.webhook')} done=${shop.has_secret}><${Webhook} shop=${shop} set=${set} /><//></ol>`;
  }
  const trouble = endings?.troubles.find((each) => each.shop_id === shop.id);
  const steps = [
    { id: 'address', title: t('connect.address'), done: !missingOptions(shop, channel).length, body: html`<${Address} shop=${shop} set=${set} channel=${channel} />` },
    { id: 'credentials', title: t('connect.credentials'), done: !missingCredentials(shop, channel).length && !trouble, bad: trouble,
      body: html`<${Credentials} shop=${shop} set=${set} channel=${channel} endings=${endings} trouble=${trouble} />` },
    sendsWebhooks(channel)
      ? { id: 'webhook', title: t('shop.webhook'), done: shop.has_secret, body: html`<${Webhook} shop=${shop} set=${set} />` }
      : { id: 'webhook', title: t('shop.webhook'), none: true, body: html`<p class="sub">${t(channel.caps.includes('queue_in') ? 'connect.webhook.queue' : 'connect.webhook.none')}</p>` },
    { id: 'check', title: t('connect.check'), body: html`<${ConnectionTest} shop=${shop} channel=${channel} />` },
  ];
  return html`<ol class="checklist" aria-label=${t('connect.steps')}>${steps.map((step, i) => html`
    <${Item} key=${step.id} n=${i + 1} title=${step.title} done=${step.done} bad=${Boolean(step.bad)} none=${step.none}>${step.body}<//>`)}</ol>`;
}

/** @param {{n: number, title: string, done?: boolean, bad?: boolean, none?: boolean, children: Children}} props */
function Item({ n, title, done, bad, none, children }) {
  const mark = none ? html`<${Badge} tone="off">${t('connect.none')}<//>` : bad ? html`<${Badge} tone="bad">${t('connect.bad')}<//>`
    : done === undefined ? null : done ? html`<${Badge} tone="ok">${t('connect.done')}<//>` : html`<${Badge} tone="warn">${t('connect.todo')}<//>`;
  const id = `connect-${n}`;
  return html`<li class="card" aria-labelledby=${id}><header class="card-head"><span class="step-n num" aria-hidden="true">${n}</span><h2 id=${id} class="grow">${title}</h2>${mark}</header>
    <div class="card-body">${children}</div></li>`;
}
