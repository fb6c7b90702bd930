// @ts-check
/** The parts of an order that are only read: goods, money, buyer, where it came from. */
import { html } from '../vendor/preact.js';
import { t, tValue } from '../lib/i18n.js';
import { number } from '../lib/money.js';
import { link } from '../lib/router.js';
import { Badge, Card, Facts, Money as Amount, Time } from '../ui/basics.js';
import { Table } from '../ui/table.js';

/** @typedef {import('../api').Order} Order */
/** @typedef {import('../api').OrderLine} Line */

/** @param {{order: Order}} props */
export function Lines({ order }) {
  const title = html`${t('order.lines')} <span class="sub num">${t('order.lines.count', { lines: order.lines.length, units: order.unit_count })}</span>`;
  return html`<${Card} title=${title} flush><${Table} label=${t('order.lines')} rows=${order.lines} rowKey=${(/** @type {Line} */ line) => line.id} sticky=${false} columns=${columns(order.currency)} /><//>`;
}

/** @param {string} currency @returns {import('../ui/table.js').Column<Line>[]} */
function columns(currency) {
  return [
    { key: 'title', label: t('order.goods'), size: 'w-fill', card: 'lead', cell: (line) => html`<span class="line-title">${line.title}</span>
      ${options(line) ? html`<span class="sub block">${options(line)}</span>` : null}
      ${line.cancelled ? html`<span class="sub block">${t('order.line.cancelled', { n: line.cancelled })}</span>` : null}
      ${line.sku ? html`<a class="mono small-text" href=${link(['stock', line.sku])}>${line.sku}</a>` : html`<span class="mono small-text bad-text">${line.code || '—'} ${t('order.line.unknown')}</span>`}` },
    { key: 'price', label: t('order.unit_price'), numeric: true, size: 'w-money', cell: (line) => html`<${Amount} amount=${line.unit_price} currency=${currency} />` },
    { key: 'quantity', label: t('order.quantity'), numeric: true, size: 'w-num', cell: (line) => html`<span class="num">${number(line.quantity)}</span>` },
    { key: 'sum', label: t('order.line_total'), numeric: true, size: 'w-money', cell: (line) => html`<${Amount} amount=${line.line_total} currency=${currency} />` },
    { key: 'allocation', label: t('order.allocation'), size: 'w-alloc', card: 'pair', cell: (line) => html`<${Allocation} line=${line} />` },
  ];
}

/** @param {Line} line */
const options = (line) => line.options.join(' / ');

/** @param {{line: Line}} props */
function Allocation({ line }) {
  if (!line.sku) return html`<${Badge} tone="bad">${t('order.line.unknown')}<//>`;
  const tone = line.allocated >= line.quantity ? 'ok' : line.allocated > 0 ? 'warn' : 'info';
  return html`<${Badge} tone=${tone}>${tValue('allocation.', line.allocation)}<//> <span class="num sub">${number(line.allocated)}/${number(line.quantity)}</span>`;
}

/** `0.10` → `10` @param {string} rate */
const percent = (rate) => Number((Number(rate) * 100).toFixed(1));

/** @param {{order: Order}} props */
export function Money({ order }) {
  const { money, payment, currency } = order;
  const always = /** @type {const} */ (['goods_total', 'shipping_total']);
  const fees = /** @type {const} */ (['cod_fee', 'payment_fee', 'gift_fee', 'other_fees', 'discount_total']);
  const shown = [...always, ...fees.filter((key) => money[key])];
  const due = money.amount_due !== null && money.amount_due !== money.total;
  return html`<${Card} title=${t('order.money')}>
    <dl class="sums">${shown.map((key) => html`<div key=${key}><dt>${t(`money.${key}`)}</dt><dd>${key === 'discount_total' ? html`<span class="num">−<${Amount} amount=${Math.abs(money[key] ?? 0)} currency=${currency} /></span>` : html`<${Amount} amount=${money[key]} currency=${currency} />`}</dd></div>`)}
      <div class="total"><dt>${t('money.total')}</dt><dd><${Amount} amount=${money.total} currency=${currency} /></dd></div>
      ${due ? html`<div class="total"><dt>${t('money.amount_due')}</dt><dd><${Amount} amount=${money.amount_due} currency=${currency} /></dd></div>` : null}
      ${money.tax_total === null ? null : html`<div class="sub"><dt>${t(money.tax_included ? 'money.tax_in' : 'money.tax')}</dt><dd><${Amount} amount=${money.tax_total} currency=${currency} /></dd></div>`}
      ${money.taxes.length < 2 ? null : money.taxes.map((tax) => html`<div class="sub" key=${tax.rate}><dt>${t('money.tax_rate', { rate: percent(tax.rate) })}</dt><dd><${Amount} amount=${tax.tax} currency=${currency} /></dd></div>`)}</dl>
    <${Facts} compact items=${[
      { label: t('payment.method'), value: payment.raw_name || tValue('payment.method.', payment.method) },
      { label: t('payment.status'), value: tValue('payment.', order.facets.payment) },
      payment.paid_at ? { label: t('payment.paid_at'), value: html`<${Time} at=${payment.paid_at} />` } : null,
    ]} /><//>`;
}

/** @param {{order: Order}} props */
export function Buyer({ order }) {
  const { buyer } = order;
  return html`<${Card} title=${t('order.buyer')}><${Facts} compact items=${[
    buyer.company ? { label: t('field.company'), value: buyer.company } : null,
    { label: t('field.name'), value: buyer.kana ? html`${buyer.name} <span class="sub">${buyer.kana}</span>` : buyer.name },
    { label: t('field.phone'), value: buyer.phone ? html`<a href=${`tel:${buyer.phone}`}>${buyer.phone}</a>` : null },
    { label: t('field.email'), value: buyer.email ? html`<span class="break">${buyer.email}</span>` : null },
  ]} />
  ${buyer.name ? html`<p class="card-more"><a href=${link(['orders'], { q: buyer.name })}>${t('order.buyer.others')}</a></p>` : null}<//>`;
}

/** Where the order came from. @param {{order: Order}} props */
export function Source({ order }) {
  const states = Object.entries(order.raw_status).filter(([, value]) => value !== '');
  return html`<${Card} title=${t('order.source')}><${Facts} compact items=${[
    { label: t('order.channel'), value: tValue('channel.', order.channel) },
    { label: t('order.id'), value: html`<code class="break">${order.id}</code>` },
    { label: t('order.source_status'), value: tValue('source.', order.source_status) },
    ...states.map(([key, value]) => ({ label: key, value: html`<code class="break">${value}</code>` })),
    ...order.attributes.map(({ name, value }) => ({ label: name, value: html`<span class="break">${value}</span>` })),
  ]} /><//>`;
}
