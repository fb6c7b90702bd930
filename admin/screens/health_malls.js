// @ts-check
/** What of the malls needs somebody: access that ends, shops that fail, what malls refused. */
import { html } from '../vendor/preact.js';
import { get, request, seg } from '../lib/api.js';
import { t, tValue } from '../lib/i18n.js';
import { useResource } from '../lib/resource.js';
import { may } from '../lib/roles.js';
import { link } from '../lib/router.js';
import { useSubmit } from '../lib/submit.js';
import { shopName } from '../lib/store.js';
import { ago } from '../lib/time.js';
import { Button, Card, Time } from '../ui/basics.js';
import { ErrorNotice, groupNames } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { toast } from '../ui/toast.js';

/** @typedef {import('../api').MallFailures} MallFailures */
/** @typedef {MallFailures['items'][number]} Failure */
/** @typedef {import('../api').DriftPage} DriftPage */
/** @typedef {import('./health.js').Finding} Finding */

const SHOWN = 50;
/** Of differences only the first ones are counted. */
const COUNTED = 100;

export const useFailures = () => useResource('health:malls', (signal) => /** @type {Promise<MallFailures>} */ (get('/orders/mall-failures', { limit: SHOWN }, { signal })));

export const useDriftCount = () => useResource('health:drift', (signal) => /** @type {Promise<DriftPage>} */ (get('/stock/drift', { limit: COUNTED }, { signal })));

/** Counted up to a page. @param {{items: readonly unknown[], next: string | null}} page @returns {number | string} */
const counted = (page) => (page.next ? `${page.items.length}+` : page.items.length);

/**
 * @param {{endings?: import('../api').EndingList, sync?: import('../api').SyncOverview, drifts?: DriftPage, failures?: MallFailures,
 *   shops?: readonly import('../api').ShopHealth[]}} known
 * @returns {Finding[]}
 */
export function mallFindings({ endings, sync, drifts, failures, shops }) {
  /** @type {Finding[]} */
  const found = [];
  const open = (/** @type {string} */ id, /** @type {string | undefined} */ tab) => ({ href: link(['shops', id], { tab }), action: shopName(id) });
  for (const trouble of endings?.troubles ?? []) found.push({ tone: 'bad', title: t('finding.person', { shop: trouble.shop_name }), text: tValue('trouble.', trouble.reason), ...open(trouble.shop_id, 'connect') });
  for (const way of sync?.items ?? []) {
    if (way.state === 'failing') found.push({ tone: 'bad', title: t('finding.sync', { shop: way.name, ago: ago(way.since ?? '') }), text: `${tValue('remote.', way.error)} ${t('sync.found.failing.do')}`, ...open(way.shop_id, undefined) });
  }
  for (const shop of shops ?? []) {
    if (shop.poll_error) found.push({ tone: 'bad', title: t('finding.poll', { shop: shopName(shop.shop_id), ago: ago(shop.poll_error.since) }), text: tValue('remote.', shop.poll_error.kind), ...open(shop.shop_id, undefined) });
  }
  if (failures?.items.length) found.push({ tone: 'bad', title: t('finding.malls', { n: counted(failures) }), text: t('finding.malls.do') });
  for (const ending of endings?.items ?? []) {
    if (ending.level === null || (!ending.is_human && ending.days_left >= 0)) continue;
    const names = { shop: ending.shop_name, name: tValue('credential.', ending.name), n: ending.days_left };
    const title = t(ending.days_left < 0 ? 'finding.ended' : ending.days_left === 0 ? 'finding.ends.today' : 'finding.ends', names);
    found.push({ tone: ending.days_left <= 7 ? 'bad' : 'warn', title, text: tValue('how.', ending.how), ...open(ending.shop_id, 'connect') });
  }
  if (drifts?.items.length) found.push({ tone: 'warn', title: t('finding.drift', { n: counted(drifts) }), text: t('finding.drift.do'), href: '#/drift', action: t('nav.drift') });
  return found;
}

/** What malls were to be told, and refused or never answered. @param {{failures: MallFailures, reload: () => void}} props */
export function Failures({ failures, reload }) {
  const why = may('orders') ? '' : t('role.needed', { groups: groupNames('orders') });
  const work = useSubmit(async (key, /** @type {string} */ id) => {
    await request('POST', `/orders/mall-failures/${seg(id)}/retry`, { key });
    toast(t('malls.retried'));
    reload();
  });
  if (!failures.items.length) return null;
  /** @type {import('../ui/table.js').Column<Failure>[]} */
  const columns = [
    { key: 'order', label: t('nav.orders'), size: 'w-sku', card: 'lead', cell: (row) => html`<a class="row-link mono small-text break" href=${link(['orders', row.order_id])}>${row.order_id}</a>` },
    { key: 'kind', label: t('malls.kind'), size: 'w-short', card: 'side', cell: (row) => html`${t(`tell.${row.kind}`)}` },
    { key: 'why', label: t('malls.why'), size: 'w-fill', card: 'full', cell: (row) => html`<span class="wrap">${tValue('remote.', row.refusal?.kind)} ${row.refusal ? html`<code class="sub small-text">${row.refusal.code}</code>` : null}</span>` },
    { key: 'at', label: t('malls.at'), size: 'w-count', drop: 2, cell: (row) => html`<${Time} at=${row.changed_at ?? row.at} relative />` },
    { key: 'retry', label: t('list.actions'), size: 'w-sku', card: 'full', cell: (row) => html`<${Button} small icon="refresh" why=${why} onClick=${() => work.run(row.id)}>${t('malls.retry')}<//>` },
  ];
  return html`<${Card} title=${t('malls.title')} flush>${work.error ? html`<div class="pad"><${ErrorNotice} error=${work.error} /></div>` : null}
    <${Table} label=${t('malls.title')} sticky=${false} rows=${failures.items} rowKey=${(/** @type {Failure} */ row) => row.id} columns=${columns} />
    ${failures.next ? html`<p class="pad sub">${t('malls.more', { n: failures.items.length })}</p>` : null}<//>`;
}
