// @ts-check
/** 状況: is everything alive, and if not, what to do. */
import { html } from '../vendor/preact.js';
import { get } from '../lib/api.js';
import { hasText, t, tValue } from '../lib/i18n.js';
import { useKeys } from '../lib/keyboard.js';
import { useInterval } from '../lib/live.js';
import { number } from '../lib/money.js';
import { useResource } from '../lib/resource.js';
import { link } from '../lib/router.js';
import { ago, clock, minutesSince } from '../lib/time.js';
import { useEndings } from '../lib/shops.js';
import { shopName, shops } from '../lib/store.js';
import { useSync } from '../lib/sync.js';
import { Badge, Button, Card, Notice, Time, countText } from '../ui/basics.js';
import { Icon } from '../ui/icons.js';
import { Page } from '../ui/page.js';
import { ErrorNotice, Skeleton } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { Failures, mallFindings, useDriftCount, useFailures } from './health_malls.js';

/** @typedef {import('../api').OrdersHealth} OrdersHealth */
/** @typedef {import('../api').MailHealth} MailHealth */
/** @typedef {import('../api').StockHealth} StockHealth */
/** @typedef {import('../api').QueueHealth} QueueHealth */
/** @typedef {QueueHealth & {area: string}} AreaQueue */
/** @typedef {{tone: 'bad' | 'warn', title: string, text: string, href?: string, action?: string}} Finding */

const POLL_SECONDS = 15;
/** A shop that sells every day and shows nothing for a day is worth a look. */
const QUIET_MINUTES = 24 * 60;
/** A mail goes out within seconds; the sweep repeats what got stuck every five minutes. */
const UNSENT_MINUTES = 15;
const BUSY_QUEUE = 1000;

export default function Health() {
  const orders = useResource('health:orders', (signal) => /** @type {Promise<OrdersHealth>} */ (get('/orders/health', {}, { signal })));
  const stock = useResource('health:stock', (signal) => /** @type {Promise<StockHealth>} */ (get('/stock/health', {}, { signal })));
  const mail = useResource('health:mail', (signal) => /** @type {Promise<MailHealth>} */ (get('/mail/health', {}, { signal })));
  const endings = useEndings();
  const sync = useSync();
  const drifts = useDriftCount();
  const failures = useFailures();
  const all = [orders, stock, mail, endings, sync, drifts, failures];
  const reload = () => all.forEach((each) => each.reload());
  useInterval(reload, POLL_SECONDS);
  useKeys({ r: reload });
  const loading = all.some((each) => each.loading);
  const error = all.find((each) => each.error)?.error;
  const known = all.every((each) => each.data);
  const findings = [
    ...mallFindings({ endings: endings.data, sync: sync.data, drifts: drifts.data, failures: failures.data, shops: orders.data?.shops }),
    ...findingsOf(orders.data, stock.data, mail.data),
  ].sort((a, b) => Number(a.tone === 'warn') - Number(b.tone === 'warn'));
  const queues = queuesOf(orders.data, stock.data, mail.data);

  return html`<${Page} title=${t('nav.health')} sub=${known && !loading ? html`<span>${t('health.at', { time: clock(new Date()) })}</span>` : html`<span>${t('health.reading')}</span>`}
      actions=${html`<${Button} kind="quiet" icon="refresh" busy=${loading} label=${t('action.reload')} hint=${`${t('action.reload')} (r)`} onClick=${reload} />`}>
    <${ErrorNotice} error=${error} retry=${reload} busy=${loading} />
    ${known ? html`<${Verdict} findings=${findings} />` : error ? null : html`<${Skeleton} rows=${2} />`}
    <div class="tile-grid">
      <${Tile} icon="alert" label=${t('orders.failed')} value=${orders.data && countText(orders.data.failed_imports)} bad=${(orders.data?.failed_imports.count ?? 0) > 0} href="#/failed-imports" text=${t('health.failed.text')} />
      <${Tile} icon="stock" label=${t('health.awaiting')} value=${orders.data && countText(orders.data.awaiting_stock)} href="#/orders?queue=ALLOCATION"
        text=${orders.data?.awaiting_stock.oldest_at ? t('health.oldest', { ago: ago(orders.data.awaiting_stock.oldest_at) }) : t('health.awaiting.text')} />
      <${Tile} icon="mail" label=${t('health.unsent')} value=${mail.data && countText(mail.data.unsent)} bad=${unsentLong(mail.data)} href="#/mail?state=QUEUED"
        text=${mail.data?.unsent.oldest_at ? t('health.oldest', { ago: ago(mail.data.unsent.oldest_at) }) : t('health.unsent.text')} />
      <${Tile} icon="mail" label=${t('health.mail_failed')} value=${mail.data && countText(mail.data.failed)} bad=${(mail.data?.failed.count ?? 0) > 0} href="#/mail?state=FAILED" text=${t('health.mail_failed.text')} /></div>
    ${failures.data ? html`<${Failures} failures=${failures.data} reload=${failures.reload} />` : null}
    ${orders.data ? html`<${Shops} rows=${orders.data.shops} />` : null}
    ${queues.length ? html`<${Queues} queues=${queues} />` : null}<//>`;
}

/** @param {MailHealth | undefined} mail */
const unsentLong = (mail) => Boolean(mail?.unsent.count && minutesSince(mail.unsent.oldest_at) > UNSENT_MINUTES);

/** @param {OrdersHealth | undefined} orders @param {StockHealth | undefined} stock @param {MailHealth | undefined} mail @returns {Finding[]} */
function findingsOf(orders, stock, mail) {
  /** @type {Finding[]} */
  const found = [];
  const failed = orders?.failed_imports.count ?? 0;
  if (failed) found.push({ tone: 'bad', title: t('finding.failed', { n: failed }), text: t('finding.failed.do'), href: '#/failed-imports', action: t('orders.failed') });
  for (const queue of queuesOf(orders, stock, mail)) {
    const name = worker(queue);
    if (queue.dead > 0) found.push({ tone: 'bad', title: t('finding.dead', { name, n: queue.dead }), text: t('finding.dead.do') });
    else if (queue.waiting >= BUSY_QUEUE) found.push({ tone: 'warn', title: t('finding.busy', { name, n: queue.waiting }), text: t('finding.busy.do') });
  }
  if ((mail?.failed.count ?? 0) > 0) found.push({ tone: 'bad', title: t('finding.mail', { n: mail?.failed.count ?? 0 }), text: t('finding.mail.do'), href: '#/mail?state=FAILED', action: t('nav.mail') });
  if (unsentLong(mail)) found.push({ tone: 'warn', title: t('finding.unsent', { ago: ago(mail?.unsent.oldest_at ?? '') }), text: t('finding.unsent.do'), href: '#/mail?state=QUEUED', action: t('nav.mail') });
  for (const shop of orders?.shops ?? []) {
    const enabled = shops.value.find((each) => each.id === shop.shop_id)?.enabled ?? true;
    if (enabled && minutesSince(shop.last_import_at) > QUIET_MINUTES) {
      found.push({
        tone: 'warn', title: t(shop.last_import_at ? 'finding.quiet' : 'finding.never', { shop: shopName(shop.shop_id) }), text: t('finding.quiet.do'),
        href: link(['shops', shop.shop_id]), action: t('nav.shops'),
      });
    }
  }
  return found;
}

/** @param {{findings: Finding[]}} props */
function Verdict({ findings }) {
  if (!findings.length) return html`<div class="verdict ok" role="status"><span class="verdict-icon"><${Icon} name="check" size=${26} /></span><div><strong>${t('health.good')}</strong><p>${t('health.good.text')}</p></div></div>`;
  return html`<section class="findings" aria-label=${t('health.todo')} role="status"><h2>${t('health.todo.n', { n: findings.length })}</h2>${findings.map((finding, i) => html`
    <${Notice} key=${i} tone=${finding.tone} title=${finding.title} actions=${finding.href ? html`<a class="btn plain small" href=${finding.href}><span>${t('health.open', { name: finding.action ?? '' })}</span></a>` : null}>${finding.text}<//>`)}</section>`;
}

/** @param {OrdersHealth | undefined} orders @param {StockHealth | undefined} stock @param {MailHealth | undefined} mail @returns {AreaQueue[]} */
const queuesOf = (orders, stock, mail) => Object.entries({ orders, stock, mail }).flatMap(([area, health]) => (health?.queues ?? []).map((queue) => ({ ...queue, area })));

/** What a queue's worker does, in words; two areas may call theirs the same. @param {AreaQueue} queue */
function worker({ area, name }) {
  const own = `${area}_${name}`.replaceAll('-', '_');
  return tValue('worker.', hasText(`worker.${own}`) ? own : name.replaceAll('-', '_'));
}

/** @param {{icon: string, label: string, value: string | undefined, href: string, text: string, bad?: boolean}} props */
function Tile({ icon, label, value, href, text, bad }) {
  return html`<a class=${`tile${bad ? ' bad' : ''}`} href=${href}><span class="tile-label"><${Icon} name=${icon} size=${18} />${label}</span>
    <span class="tile-value num">${value ?? '–'}</span><span class="sub">${text}</span></a>`;
}

/** @param {{rows: OrdersHealth['shops']}} props */
function Shops({ rows }) {
  /** @type {import('../ui/table.js').Column<OrdersHealth['shops'][number]>[]} */
  const columns = [
    { key: 'shop', label: t('order.shop'), size: 'w-fill', card: 'lead', cell: (row) => html`<a class="row-link" href=${link(['shops', row.shop_id])}>${shopName(row.shop_id)}</a>` },
    { key: 'state', label: t('health.state'), size: 'w-short', card: 'side', cell: (row) => html`<${ShopState} row=${row} />` },
    { key: 'import', label: t('health.last_import'), size: 'w-when', cell: (row) => html`<${When} at=${row.last_import_at} />` },
    { key: 'order', label: t('health.last_order'), size: 'w-when', cell: (row) => html`<${When} at=${row.last_order_at} />` },
  ];
  return html`<${Card} title=${t('health.shops')} flush>${rows.length
    ? html`<${Table} label=${t('health.shops')} sticky=${false} rows=${rows} rowKey=${(/** @type {{shop_id: string}} */ row) => row.shop_id} columns=${columns} />`
    : html`<p class="pad sub">${t('health.shops.none')}</p>`}<//>`;
}

/** @param {{at: string | null}} props */
const When = ({ at }) => (at ? html`<${Time} at=${at} /> <span class="sub">${ago(at)}</span>` : html`<span class="sub">${t('health.never')}</span>`);

/** @param {{row: OrdersHealth['shops'][number]}} props */
function ShopState({ row }) {
  const shop = shops.value.find((each) => each.id === row.shop_id);
  if (shop && !shop.enabled) return html`<${Badge} tone="off">${t('shop.disabled')}<//>`;
  if (!row.last_import_at) return html`<${Badge} tone="warn">${t('health.shop.never')}<//>`;
  if (minutesSince(row.last_import_at) > QUIET_MINUTES) return html`<${Badge} tone="warn">${t('health.shop.quiet')}<//>`;
  return html`<${Badge} tone="ok">${t('health.shop.ok')}<//>`;
}

/** @param {{queues: AreaQueue[]}} props */
function Queues({ queues }) {
  /** @type {import('../ui/table.js').Column<AreaQueue>[]} */
  const columns = [
    { key: 'name', label: t('health.worker'), size: 'w-fill', card: 'lead', cell: (queue) => html`${worker(queue)}` },
    { key: 'state', label: t('health.state'), size: 'w-short', card: 'side', cell: (queue) => (queue.dead ? html`<${Badge} tone="bad">${t('health.queue.dead')}<//>`
      : queue.waiting >= BUSY_QUEUE ? html`<${Badge} tone="warn">${t('health.queue.busy')}<//>` : html`<${Badge} tone="ok">${t('health.queue.ok')}<//>`) },
    { key: 'waiting', label: t('health.waiting'), numeric: true, size: 'w-count', cell: (queue) => html`<span class=${`num${queue.waiting ? '' : ' faint'}`}>${number(queue.waiting)}</span>` },
    { key: 'in_flight', label: t('health.in_flight'), numeric: true, size: 'w-count', cell: (queue) => html`<span class=${`num${queue.in_flight ? '' : ' faint'}`}>${number(queue.in_flight)}</span>` },
    { key: 'dead', label: t('health.dead'), numeric: true, size: 'w-count', cell: (queue) => html`<span class=${`num${queue.dead ? ' bad-text' : ' faint'}`}>${number(queue.dead)}</span>` },
  ];
  return html`<${Card} title=${t('health.queues')} flush><${Table} label=${t('health.queues')} sticky=${false} rows=${queues} rowKey=${(/** @type {AreaQueue} */ queue) => `${queue.area} ${queue.name}`} columns=${columns} /><//>`;
}
