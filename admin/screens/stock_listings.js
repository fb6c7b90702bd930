// @ts-check
/** Where a product is on sale: what each shop shows, what it may still sell, and how late it is. */
import { html, useState } from '../vendor/preact.js';
import { t, tValue } from '../lib/i18n.js';
import { useInterval } from '../lib/live.js';
import { number, signed } from '../lib/money.js';
import { may } from '../lib/roles.js';
import { link } from '../lib/router.js';
import { shopName } from '../lib/store.js';
import { useSubmit } from '../lib/submit.js';
import { standOf, syncItem, useListings, useSync } from '../lib/sync.js';
import { ago, clock, span } from '../lib/time.js';
import { Badge, Button, Card, Facts, Notice } from '../ui/basics.js';
import { ErrorNotice, Skeleton, groupNames } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { SwitchMode } from './stock_mode.js';

/** @typedef {import('../api').StockItem} Item */
/** @typedef {import('../api').StockListing} StockListing */
/** @typedef {import('../api').StockListings} StockListings */

const MOVING_SECONDS = 5;
/** Shops' orders are read once a minute. */
const WATERMARK_SECONDS = 30;

/** @param {{item: Item, onChanged: (item: Item) => void}} props */
export function ListingsCard({ item, onChanged }) {
  const { data, error, loading, reload } = useListings(item.sku, item.version);
  // What is on its way arrives within seconds.
  useInterval(reload, MOVING_SECONDS, data?.items.some((one) => one.since || one.state !== 'idle') ?? false);
  const sync = useSync();
  useInterval(sync.reload, WATERMARK_SECONDS, data?.items.some((one) => one.state === 'settling') ?? false);
  const watermarks = new Map((sync.data?.items ?? []).map((one) => [one.shop_id, one.watermark]));
  const [switching, setSwitching] = useState(false);
  const why = may('stock') ? '' : t('role.needed', { groups: groupNames('stock') });
  const work = useSubmit(async (key, /** @type {string} */ shopId) => {
    await syncItem(key, item.sku, shopId);
    reload();
  });
  const actions = html`<div class="form-actions">${data?.items.length ? html`<${Button} small icon="refresh" busy=${work.busy} why=${why} onClick=${() => work.run('')}>${t('sync.now')}<//>` : null}
    <${Button} small why=${why || (data ? '' : t('state.loading'))} onClick=${() => setSwitching(true)}>${t('mode.switch')}<//></div>`;
  return html`<${Card} title=${t('listings.title')} flush actions=${actions}>
    ${error || work.error ? html`<div class="pad"><${ErrorNotice} error=${work.error ?? error} retry=${error ? reload : undefined} busy=${loading} /></div>` : null}
    ${data ? html`<${Shares} stand=${data} waiting=${item.waiting} />` : error ? null : html`<div class="pad"><${Skeleton} rows=${4} /></div>`}
    ${data?.items.length ? html`<${Table} label=${t('listings.title')} sticky=${false} rows=${data.items} rowKey=${(/** @type {StockListing} */ one) => `${one.shop_id} ${one.code}`}
        columns=${columns(data, why, watermarks, (shopId) => work.run(shopId))} /><${Words} strict=${data.strict} />`
      : data ? html`<p class="pad sub">${t('listings.none')}</p>` : null}
    ${switching && data ? html`<${SwitchMode} item=${item} stand=${data} onClose=${() => setSwitching(false)} onDone=${(/** @type {Item} */ now) => { setSwitching(false); onChanged(now); reload(); }} />` : null}<//>`;
}

/** How units are shown, in a sentence, and what of them is shown nowhere or too much. @param {{stand: StockListings, waiting: number}} props waiting: units that orders wait for */
function Shares({ stand, waiting }) {
  const { mode, strict, guaranteed, free, pool, last_n } = stand;
  // Shared units have no shares to be larger than what is there: what was sold too often waits.
  const debt = strict ? stand.debt : waiting;
  const sentence = mode === 'last_n' ? t(strict ? 'mode.last_n.strict' : 'mode.last_n.shared', { n: last_n }) : t(/** @type {'mode.strict.text'} */ (`mode.${mode}.text`));
  return html`<div class="pad shares"><p><strong>${tValue('stock.mode.', mode)}</strong> <span class="sub">${sentence}</span></p>
    <dl class="sums-line"><div><dt>${t('listings.free')}</dt><dd class="num">${number(free)}</dd></div>
      ${strict ? html`<div><dt>${t('listings.pool')}</dt><dd class="num">${number(pool)}</dd></div>` : null}
      ${debt ? html`<div class="bad-text"><dt>${t(strict ? 'listings.debt' : 'listings.oversold')}</dt><dd class="num">${number(debt)}</dd></div>` : null}</dl>
    ${strict && !debt ? html`<p class="hint">${t('listings.pool.text')}</p>` : null}
    ${strict && !guaranteed && !debt ? html`<${Notice}>${t('listings.entering')}<//>` : null}
    ${debt ? html`<${Notice} tone="warn" title=${t(strict ? 'listings.debt.title' : 'listings.oversold.title', { n: debt })}>${t(strict ? 'listings.debt.text' : 'listings.oversold.text')}<//>` : null}</div>`;
}

/** The first is kept in strict mode only. */
const WORDS = /** @type {const} */ ([
  ['listings.exposure', 'listings.exposure.text'], ['listings.published', 'listings.published.text'],
  ['listings.observed', 'listings.observed.text'], ['listings.lag', 'listings.lag.text'],
]);

/** What the columns mean. @param {{strict: boolean}} props */
function Words({ strict }) {
  const words = strict ? WORDS : WORDS.slice(1);
  return html`<details class="pad words"><summary>${t('listings.words')}</summary><${Facts} items=${words.map(([word, text]) => ({ label: t(word), value: t(text), wide: true }))} /></details>`;
}

/** @param {StockListings} stand @param {string} why @param {ReadonlyMap<string, string | null>} watermarks @param {(shopId: string) => void} onSync @returns {import('../ui/table.js').Column<StockListing>[]} */
function columns(stand, why, watermarks, onSync) {
  /** @type {import('../ui/table.js').Column<StockListing>[]} */
  const found = [
    { key: 'shop', label: t('order.shop'), size: 'w-fill', card: 'lead', cell: (one) => html`<span class="wrap"><a href=${link(['shops', one.shop_id])}>${shopName(one.shop_id)}</a>
      <code class="sub small-text block break">${one.code}${Object.values(one.units).some((n) => n > 1) || Object.keys(one.units).length > 1 ? html` <span>${t('listings.set')}</span>` : null}</code></span>` },
    { key: 'state', label: t('health.state'), size: 'w-state-short', card: 'full', cell: (one) => html`<span class="stand"><${Stand} one=${one} watermark=${watermarks.get(one.shop_id) ?? null} /></span>` },
    { key: 'published', label: t('listings.published'), numeric: true, size: 'w-num', cell: (one) => html`<strong class="num">${one.published === null ? '—' : number(one.published)}</strong>` },
    { key: 'observed', label: t('listings.observed'), numeric: true, size: 'w-count', cell: (one) => html`<span class=${`num${one.drift === null ? '' : ' bad-text'}`} title=${one.observed_at ? t('listings.observed.at', { ago: ago(one.observed_at) }) : undefined}>${one.observed === null ? '—' : number(one.observed)}</span>` },
    { key: 'lag', label: t('listings.lag'), numeric: true, size: 'w-num', drop: 2, cell: (one) => html`<span class="num">${one.lag_ms === null ? '—' : span(one.lag_ms)}</span>` },
    { key: 'sync', label: t('listings.sync'), size: 'w-sync', card: 'side', cell: (one) => html`<${Button} kind="quiet" small icon="refresh" why=${why} label=${t('sync.now.shop', { shop: shopName(one.shop_id) })} onClick=${() => onSync(one.shop_id)} />` },
  ];
  if (stand.strict) found.splice(2, 0, { key: 'exposure', label: t('listings.exposure'), numeric: true, size: 'w-num', cell: (one) => html`<span class="num">${one.exposure === null ? '—' : number(one.exposure)}</span>` });
  return found;
}

/** @param {{one: StockListing, watermark: string | null}} props */
function Stand({ one, watermark }) {
  const { code, tone } = standOf(one);
  const more = code === 'problem' ? tValue('listing.problem.', one.problem)
    : code === 'drift' && one.drift !== null ? html`<a href="#/drift">${t('listings.drift', { n: signed(one.drift) })}</a>`
      : code === 'settling' && watermark ? t('listings.settling', { time: clock(new Date(watermark)) }) : one.since ? t('listings.since', { ago: ago(one.since) }) : '';
  return html`<${Badge} tone=${tone}>${t(/** @type {'listing.state.idle'} */ (`listing.state.${code}`))}<//>${more ? html` <span class="sub small-text block">${more}</span>` : null}`;
}
