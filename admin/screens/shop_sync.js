// @ts-check
/** How stock goes out to one shop: what waits, how long changes take, and 今すぐ同期. */
import { html, useState } from '../vendor/preact.js';
import { get, seg } from '../lib/api.js';
import { t } from '../lib/i18n.js';
import { number } from '../lib/money.js';
import { useResource } from '../lib/resource.js';
import { may } from '../lib/roles.js';
import { useSubmit } from '../lib/submit.js';
import { syncShop } from '../lib/sync.js';
import { ago, span } from '../lib/time.js';
import { Button, Card, Facts, Notice, Time, countText } from '../ui/basics.js';
import { LineChart } from '../ui/chart.js';
import { Choice } from '../ui/field.js';
import { ErrorNotice, Skeleton, groupNames } from '../ui/states.js';

/** @typedef {import('../api').ShopSync} ShopSync */
/** @typedef {import('../api').ShopLags} ShopLags */

const HOUR = 3_600_000;
const RANGES = /** @type {const} */ ([1, 24, 168]);

/** @param {{shop: import('../api').Shop, sync?: ShopSync, setup: boolean}} props */
export function Outgoing({ shop, sync, setup }) {
  const why = may('stock') ? '' : t('role.needed', { groups: groupNames('stock') });
  const work = useSubmit((key) => syncShop(key, shop.id));
  if (!sync) return html`<${Card} title=${t('sync.title')}><${Skeleton} rows=${4} /><//>`;
  if (sync.state === 'unsupported') return html`<${Card} title=${t('sync.title')}><p class="sub">${t('sync.unsupported')}</p><//>`;
  const off = sync.state === 'off' || sync.state === 'paused' ? t(`sync.off.${sync.state}`) : setup ? t('shop.found.setup') : '';
  return html`<${Card} title=${t('sync.title')} actions=${html`<${Button} small icon="refresh" busy=${work.busy} why=${why || off} onClick=${() => work.run()}>${t('sync.now')}<//>`}>
    <${ErrorNotice} error=${work.error} retry=${() => work.run()} />
    ${sync.raises_frozen ? html`<${Notice} tone="warn" title=${t('sync.frozen')}>${t('sync.frozen.text')}<//>` : null}
    <${Facts} items=${[
      { label: t('sync.waiting'), value: html`<span class="num">${countText(sync.waiting)}</span>${sync.oldest ? html` <span class="sub">${t('sync.oldest', { ago: ago(sync.oldest) })}</span>` : null}` },
      { label: t('sync.last_push'), value: sync.last_push ? html`<${Time} at=${sync.last_push} /> <span class="sub">${ago(sync.last_push)}</span>` : html`<span class="sub">${t('health.never')}</span>` },
      sync.next_try && sync.state === 'failing' && { label: t('sync.next_try'), value: html`<${Time} at=${sync.next_try} /> <span class="sub">${t('sync.attempts', { n: sync.attempts })}</span>` },
    ]} /><${LagChart} shopId=${shop.id} /><//>`;
}

/** @param {{shopId: string}} props */
function LagChart({ shopId }) {
  const [hours, setHours] = useState(/** @type {number} */ (24));
  const { data, error, loading, reload } = useResource(`lags:${shopId}:${hours}`, (signal) =>
    /** @type {Promise<ShopLags>} */ (get(`/stock/sync/${seg(shopId)}`, { hours }, { signal })), { keep: true });
  const range = html`<${Choice} label=${t('sync.range')} value=${String(hours)} onChange=${(/** @type {string} */ value) => setHours(Number(value))}
    options=${RANGES.map((n) => ({ value: String(n), label: t(`sync.range.${n}`) }))} />`;
  if (!data) return html`${range}${error ? html`<${ErrorNotice} error=${error} retry=${reload} busy=${loading} />` : html`<${Skeleton} rows=${5} />`}`;
  const { p50, p95, max, count } = data.whole;
  const to = Date.now();
  /** @param {'p50' | 'p95' | 'max'} which @returns {[number, number][]} */
  const points = (which) => data.items.flatMap(({ at, lag }) => { const value = lag[which]; return value === null ? [] : [/** @type {[number, number]} */ ([Date.parse(at), value])]; });
  return html`<div class="chart-head"><h3>${t('sync.chart')}</h3>${range}</div>
    <${ErrorNotice} error=${error} retry=${reload} busy=${loading} />
    ${p50 === null || p95 === null || max === null ? html`<p class="sub">${t('sync.chart.none')}</p>` : html`
      <dl class="sums-line"><div><dt>${t('sync.p50')}</dt><dd class="num">${span(p50)}</dd></div><div><dt>${t('sync.p95')}</dt><dd class="num">${span(p95)}</dd></div>
        <div><dt>${t('sync.max')}</dt><dd class="num">${span(max)}</dd></div><div><dt>${t('sync.count')}</dt><dd class="num">${t('list.count', { n: count })}</dd></div></dl>
      <${LineChart} label=${t('sync.chart')} summary=${t('sync.chart.summary', { n: count, p50: span(p50), p95: span(p95), max: span(max) })} from=${to - hours * HOUR} to=${to} format=${span}
        lines=${[{ name: t('sync.p50'), points: points('p50') }, { name: t('sync.p95'), points: points('p95') }]}
        also=${[{ name: t('sync.max'), points: points('max') }]} />`}`;
}
