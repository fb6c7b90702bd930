// @ts-check
/** How an order looks in a list. */
import { html } from '../vendor/preact.js';
import { hasText, t, tValue } from '../lib/i18n.js';
import { link } from '../lib/router.js';
import { shopName } from '../lib/store.js';
import { Badge, Chip, Money, Time } from '../ui/basics.js';
import { QUEUE_TONE } from './queues.js';

/** @typedef {import('../api').OrderRow} OrderRow */

/** @param {import('../api').Queue | 'ALL'} queue @returns {import('../ui/table.js').Column<OrderRow>[]} */
export function columns(queue) {
  return [
    { key: 'number', label: t('order.number'), size: 'w-number', card: 'lead', cell: (row) => html`<a class="row-link" href=${link(['orders', row.id])}>${row.number}</a>` },
    { key: 'state', label: t('order.state'), size: 'w-state', card: 'side', cell: (row) => html`<${State} row=${row} queue=${queue} />` },
    { key: 'ordered', label: t('order.ordered_at'), size: 'w-date', card: 'pair', cell: (row) => html`<${Time} at=${row.ordered_at} />` },
    { key: 'buyer', label: t('order.buyer'), size: 'w-name', card: 'pair', cell: (row) => html`<span class="cut">${row.buyer_name}</span>` },
    { key: 'total', label: t('order.total'), numeric: true, size: 'w-money', card: 'pair', cell: (row) => html`<${Money} amount=${row.total} currency=${row.currency} />` },
    { key: 'summary', label: t('order.goods'), size: 'w-fill', card: 'full', drop: 1, cell: (row) => html`<span class="cut" title=${row.summary}>${row.summary}</span>` },
    { key: 'shop', label: t('order.shop'), size: 'w-shop', card: 'pair', drop: 2, cell: (row) => html`<span class="cut" title=${shopName(row.shop_id)}>${shopName(row.shop_id)}</span>` },
  ];
}

/** The badge and why. In a queue of one kind the badge would say nothing new where reasons do. @param {{row: OrderRow, queue: string}} props */
function State({ row, queue }) {
  const reasons = row.reasons.filter((reason) => reason.detail || (reason.code.toUpperCase() !== row.badge && reasonText(reason) !== t(`queue.${row.badge}`)));
  const badge = row.badge !== queue || !reasons.length;
  return html`<span class="state-cell">${badge ? html`<${QueueBadge} queue=${row.badge} />` : null}
    ${reasons.slice(0, 2).map((reason) => html`<${ReasonChip} key=${reason.code + reason.detail} reason=${reason} />`)}
    ${reasons.length > 2 ? html`<span class="sub" title=${reasons.slice(2).map(reasonText).join('、')}>+${reasons.length - 2}</span>` : null}</span>`;
}

/** @param {{queue: import('../api').Queue}} props */
export const QueueBadge = ({ queue }) => html`<${Badge} tone=${QUEUE_TONE[queue] ?? 'off'}>${tValue('queue.', queue)}<//>`;

/** @type {Record<string, import('../ui/basics.js').Tone>} */
const REASON_TONE = { unknown_sku: 'bad', missing_address: 'bad', cancel_requested: 'bad', short: 'warn', remarks: 'warn' };

/** @param {{reason: import('../api').Reason}} props */
export function ReasonChip({ reason }) {
  const text = reasonText(reason);
  return html`<${Chip} tone=${REASON_TONE[reason.code] ?? 'off'} title=${text}>${text}<//>`;
}

/** @param {import('../api').Reason} reason */
export function reasonText({ code, detail }) {
  if (code === 'missing_address') return t('reason.missing_address.of', { field: fieldLabel(detail) });
  return detail && hasText(`reason.${code}.of`) ? tValue('reason.', `${code}.of`, { detail }) : tValue('reason.', code);
}

/** `destinations.1.postal` → 郵便番号 @param {string} path */
export const fieldLabel = (path) => tValue('field.', path.split('.').at(-1) ?? path);
