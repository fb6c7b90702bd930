// @ts-check
/** 受注詳細: everything about one order on one page. */
import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { get } from '../lib/api.js';
import { t, tValue } from '../lib/i18n.js';
import { useKeys } from '../lib/keyboard.js';
import { changeOrder, holdOf, orderKey, readOrder, walk } from '../lib/orders.js';
import { prefetch, useResource } from '../lib/resource.js';
import { may } from '../lib/roles.js';
import { go, link } from '../lib/router.js';
import { useSubmit } from '../lib/submit.js';
import { shopName } from '../lib/store.js';
import { Badge, Button, Card, Day, Facts, Time } from '../ui/basics.js';
import { Page } from '../ui/page.js';
import { Empty, ErrorNotice, ReadOnlyNote, Skeleton, groupNames } from '../ui/states.js';
import { toast } from '../ui/toast.js';
import { Destinations } from './order_address.js';
import { HoldDialog } from './order_hold.js';
import { Buyer, Lines, Money, Source } from './order_facts.js';
import { Memo } from './order_memo.js';
import { NextSteps } from './order_steps.js';
import { Timeline } from './order_timeline.js';
import { QueueBadge } from './orders_columns.js';
import { MAIL_TONE } from './queues.js';

/** @typedef {import('../api').Order} OrderData */

/** @param {{id: string}} props */
export default function Order({ id }) {
  const order = useResource(orderKey(id), (signal) => readOrder(id, signal));
  const { data, error, loading, reload } = order;
  useEffect(() => {
    walk.last = id;
    const next = neighbour(id, 1);
    if (data && next) prefetch(orderKey(next), () => readOrder(next));
  }, [id, Boolean(data)]);

  if (!data) {
    const missing = error?.status === 404;
    return html`<${Page} title=${t('order.title')} back=${way()}>
      ${missing ? html`<${Empty} icon="search" title=${t('order.missing')}>${t('order.missing.hint')}<//>`
        : error ? html`<${ErrorNotice} error=${error} retry=${reload} busy=${loading} />` : html`<${Skeleton} rows=${10} />`}<//>`;
  }
  return html`<${Loaded} order=${data} set=${order.set} reload=${reload} error=${error} loading=${loading} />`;
}

const way = () => ({ href: walk.hash, label: walk.label || t('nav.orders') });

/** @param {string} id @param {1 | -1} step */
function neighbour(id, step) {
  const at = walk.ids.indexOf(id);
  return at < 0 ? undefined : walk.ids[at + step];
}

/** @param {{order: OrderData, set: (order: OrderData) => void, reload: () => void, error?: import('../lib/api.js').ApiError, loading: boolean}} props */
function Loaded({ order, set, reload, error, loading }) {
  const [editing, setEditing] = useState('');
  const memo = useRef(/** @type {HTMLElement | null} */ (null));
  const can = may('orders');
  const walkTo = (/** @type {1 | -1} */ step) => {
    const to = neighbour(order.id, step);
    if (to) go(link(['orders', to]), { replace: true });
  };
  useKeys({
    j: () => walkTo(1),
    k: () => walkTo(-1),
    u: () => go(walk.hash),
    r: reload,
    n: () => memo.current?.querySelector('textarea')?.focus(),
  });
  const sub = html`<span>${shopName(order.shop_id)}</span><span>${t('order.ordered')} <${Time} at=${order.ordered_at} /></span>
    <span>${t('order.received')} <${Time} at=${order.received_at} /></span>`;
  return html`<${Page} title=${order.number} docTitle=${`${order.number} ${order.buyer_name}`} mark=${html`<${QueueBadge} queue=${order.badge} />`} sub=${sub} back=${way()} pinned
      actions=${html`<${Walk} id=${order.id} onWalk=${walkTo} /><${Actions} order=${order} set=${set} reload=${reload} onNext=${() => walkTo(1)} />`}>
    <${ErrorNotice} error=${error} retry=${reload} busy=${loading} />
    ${can ? null : html`<${ReadOnlyNote} right="orders" />`}
    <${NextSteps} order=${order} onAddress=${can ? setEditing : null} />
    <div class="columns"><div class="column-main">
        <div ref=${memo}><${Memo} order=${order} set=${set} /></div>
        <${Lines} order=${order} />
        <${Destinations} order=${order} set=${set} editing=${editing} onEdit=${setEditing} />
        <${Mails} id=${order.id} />
        <${Timeline} order=${order} />
      </div><div class="column-side">
        <${Money} order=${order} />
        <${Buyer} order=${order} />
        <${Facets} order=${order} />
        <${Source} order=${order} />
      </div></div><//>`;
}

/** @param {{id: string, onWalk: (step: 1 | -1) => void}} props */
function Walk({ id, onWalk }) {
  if (!walk.ids.includes(id)) return null;
  return html`<span class="pair-buttons"><${Button} kind="plain" icon="left" label=${t('order.previous')} hint="k" disabled=${!neighbour(id, -1)} onClick=${() => onWalk(-1)} />
    <${Button} kind="plain" icon="right" label=${t('order.next')} hint="j" disabled=${!neighbour(id, 1)} onClick=${() => onWalk(1)} /></span>`;
}

/** @param {{order: OrderData, set: (order: OrderData) => void, reload: () => void, onNext: () => void}} props */
function Actions({ order, set, reload, onNext }) {
  const [holding, setHolding] = useState(false);
  const submit = useSubmit(async (_key, /** @type {OrderData} */ from, /** @type {import('../api').OrderChange} */ change) => {
    const changed = await changeOrder(from.id, from.version, change);
    set(changed);
    return changed;
  });
  const why = may('orders') ? '' : t('role.needed', { groups: groupNames('orders') });
  const needed = order.facets.review === 'NEEDED';
  const held = holdOf(order);
  const closed = ['CANCELLED', 'COMPLETED', 'SHIPPED'].includes(order.badge);

  const confirm = async () => {
    if (await submit.run(order, { review: 'CLEARED' })) {
      toast(t('order.confirmed', { number: order.number }), { undo: () => undo(order.id) });
      if (neighbour(order.id, 1)) onNext();
    }
  };
  /** The list may have moved on to another order by then, so the change is made by itself. @param {string} id */
  const undo = async (id) => {
    const now = await readOrder(id);
    const back = await changeOrder(id, now.version, { review: 'NEEDED' });
    if (id === order.id) set(back);
    toast(t('order.unconfirmed', { number: back.number }));
  };
  useKeys(needed && !why ? { c: () => { confirm(); } } : {});

  return html`${held
      ? html`<${Button} icon="play" why=${why} busy=${submit.busy} onClick=${async () => { if (await submit.run(order, { hold: null })) toast(t('order.released')); }}>${t('order.release')}<//>`
      : closed ? null : html`<${Button} icon="pause" why=${why} busy=${submit.busy && !needed} onClick=${() => setHolding(true)}>${t('order.hold')}<//>`}
    ${needed ? html`<${Button} kind="primary" icon="check" why=${why} busy=${submit.busy} hint="c" onClick=${confirm}>
      ${neighbour(order.id, 1) ? t('order.confirm.next') : t('order.confirm')}<//>` : null}
    ${holding ? html`<${HoldDialog} busy=${submit.busy} onClose=${() => setHolding(false)}
      onHold=${async (/** @type {{until: string | null, reason: string}} */ hold) => { if (await submit.run(order, { hold })) { setHolding(false); toast(t('order.held')); } }}>
      <${ErrorNotice} error=${submit.error} /><//>` : null}
    ${submit.error && !holding ? html`<div class="action-error"><${ErrorNotice} error=${submit.error} retry=${submit.error.status === 412 ? () => { submit.touched(); reload(); } : undefined} /></div>` : null}`;
}

/** @param {{order: OrderData}} props */
function Facets({ order }) {
  const { facets } = order;
  const held = holdOf(order);
  const { release_date, ship_date } = facets.schedule;
  return html`<${Card} title=${t('order.facets')}><${Facts} compact items=${[
    { label: t('facet.lifecycle'), value: tValue('lifecycle.', facets.lifecycle) },
    { label: t('facet.review'), value: tValue('review.', facets.review) },
    { label: t('facet.payment'), value: tValue('payment.', facets.payment) },
    { label: t('facet.shipment'), value: tValue('shipment.', facets.shipment) },
    release_date ? { label: t('facet.release_date'), value: html`<${Day} day=${release_date} />` } : null,
    ship_date ? { label: t('facet.ship_date'), value: html`<${Day} day=${ship_date} />` } : null,
    held && { label: t('hold.reason'), value: held.reason },
    held?.until ? { label: t('hold.until'), value: html`<${Day} day=${held.until} />` } : null,
  ]} /><//>`;
}

/** @param {{id: string}} props */
function Mails({ id }) {
  const { data, error, loading, reload } = useResource(`mails:${id}`, (signal) =>
    /** @type {Promise<import('../api').Page<import('../api').MailRow>>} */ (get('/mail/jobs', { order: id }, { signal })));
  return html`<${Card} title=${t('order.mails')} flush>
    ${error ? html`<div class="pad"><${ErrorNotice} error=${error} retry=${reload} busy=${loading} /></div>` : null}
    ${!data ? (error ? null : html`<div class="pad"><${Skeleton} rows=${1} /></div>`) : data.items.length
      ? html`<ul class="rows">${data.items.map((mail) => html`<li key=${mail.id}><a class="row" href=${link(['mail', mail.id])}>
          <span class="row-main"><span>${mail.subject}</span><span class="sub">${tValue('mail.kind.', mail.kind)} · ${mail.to}</span></span>
          <span class="row-side"><${Badge} tone=${MAIL_TONE[mail.state] ?? 'off'}>${tValue('mail.state.', mail.state)}<//><span class="sub"><${Time} at=${mail.sent_at ?? mail.created_at} /></span></span></a></li>`)}</ul>`
      : html`<p class="pad sub">${t('order.mails.none')}</p>`}<//>`;
}
