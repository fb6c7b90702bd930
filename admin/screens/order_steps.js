// @ts-check
/** Why an order waits, and what to do about each reason. */
import { html } from '../vendor/preact.js';
import { t } from '../lib/i18n.js';
import { holdOf } from '../lib/orders.js';
import { may } from '../lib/roles.js';
import { link } from '../lib/router.js';
import { calendarDay } from '../lib/time.js';
import { Button } from '../ui/basics.js';
import { Icon } from '../ui/icons.js';
import { fieldLabel, reasonText } from './orders_columns.js';
import { FINISHED } from './queues.js';

/** @typedef {import('../api').Order} Order */
/** @typedef {{tone: 'bad' | 'warn' | 'info', title: string, text?: string, action?: unknown}} Step */

/** @param {{order: Order, onAddress: ((destination: string) => void) | null}} props */
export function NextSteps({ order, onAddress }) {
  const steps = stepsOf(order, onAddress);
  if (!steps.length) return null;
  return html`<section class="steps-card" aria-label=${t('steps.title')}><h2>${t('steps.title')}</h2><ul>${steps.map((step, i) => html`
    <li key=${i} class=${step.tone}><${Icon} name=${step.tone === 'info' ? 'clock' : 'alert'} size=${18} />
      <span class="grow"><strong>${step.title}</strong>${step.text ? html`<span class="sub">${step.text}</span>` : null}</span>${step.action}</li>`)}</ul></section>`;
}

/** @param {Order} order @param {((destination: string) => void) | null} onAddress @returns {Step[]} */
function stepsOf(order, onAddress) {
  if (FINISHED.includes(order.badge)) return [];
  /** @type {Step[]} */
  const steps = [];
  const gaps = order.reasons.filter((reason) => reason.code === 'missing_address');
  if (gaps.length) {
    const fields = gaps.map(({ detail }) => fieldLabel(detail)).join('、');
    steps.push({
      tone: 'bad', title: t('steps.address', { fields }), text: t('steps.address.do'),
      action: onAddress && order.destinations[0] ? html`<${Button} small icon="edit" onClick=${() => onAddress(order.destinations[0].id)}>${t('steps.address.action')}<//>` : null,
    });
  }
  for (const reason of order.reasons) {
    const step = stepOf(reason, order);
    if (step) steps.push(step);
  }
  return steps;
}

/** @param {import('../api').Reason} reason @param {Order} order @returns {Step | null} */
function stepOf(reason, order) {
  const { detail } = reason;
  switch (reason.code) {
    case 'missing_address':
      return null;
    case 'unknown_sku':
      return {
        tone: 'bad', title: t('steps.sku', { sku: detail }), text: t('steps.sku.do'),
        action: may('stock') ? html`<a class="btn plain small" href=${link(['listings'], { shop: order.shop_id })}><span>${t('steps.sku.map')}</span></a>
          <a class="btn plain small" href=${link(['stock'], { new: detail })}><${Icon} name="plus" size=${18} /><span>${t('stock.new')}</span></a>` : null,
      };
    case 'short': {
      const sku = detail.split(/[×x]/)[0].trim();
      return {
        tone: 'warn', title: t('steps.short', { detail }), text: t('steps.short.do'),
        action: sku ? html`<a class="btn plain small" href=${link(['stock', sku])}><span>${t('steps.short.action')}</span></a>` : null,
      };
    }
    case 'hold': {
      const hold = holdOf(order);
      const until = hold?.until ? t('steps.hold.until', { day: calendarDay(hold.until) }) : t('steps.hold');
      return { tone: 'info', title: until, text: hold?.reason || detail };
    }
    case 'remarks':
      return { tone: 'warn', title: t('reason.remarks'), text: t('steps.remarks.do') };
    case 'cancel_requested':
      return { tone: 'bad', title: t('steps.cancel'), text: t('steps.cancel.do') };
    case 'amounts_unknown':
      return { tone: 'info', title: t('steps.amounts'), text: t('steps.amounts.do') };
    case 'awaiting_payment':
      return { tone: 'info', title: t('steps.payment'), text: t('steps.payment.do') };
    case 'authorizing':
      return { tone: 'info', title: t('steps.authorizing'), text: t('steps.payment.do') };
    case 'partly_paid':
    case 'payment_expired':
    case 'refund_due':
      return { tone: 'warn', title: reasonText(reason), text: t('steps.payment.look') };
    case 'review_asked':
      return { tone: 'warn', title: reasonText(reason), text: t('steps.review_asked.do') };
    default:
      return { tone: 'warn', title: reasonText(reason), text: detail };
  }
}
