// @ts-check
/** 差異: shops that show something else than they were told, and which number shall count. */
import { html, useState } from '../vendor/preact.js';
import { get, request, seg } from '../lib/api.js';
import { useProducts } from '../lib/goods.js';
import { t } from '../lib/i18n.js';
import { useKeys } from '../lib/keyboard.js';
import { useInterval } from '../lib/live.js';
import { number, signed } from '../lib/money.js';
import { forgetCached, useResource } from '../lib/resource.js';
import { may } from '../lib/roles.js';
import { link, route, setQuery } from '../lib/router.js';
import { shopName } from '../lib/store.js';
import { useSubmit } from '../lib/submit.js';
import { Button, Time } from '../ui/basics.js';
import { Confirm } from '../ui/dialog.js';
import { Page } from '../ui/page.js';
import { Empty, ErrorNotice, ReadOnlyNote, Skeleton, groupNames } from '../ui/states.js';
import { Pager, Table } from '../ui/table.js';
import { toast } from '../ui/toast.js';
import { GoodsNav } from './goods_nav.js';

/** @typedef {import('../api').Drift} Drift */
/** @typedef {import('../api').DriftPage} DriftPage */
/** @typedef {{drift: Drift, act: 'adopt' | 'overwrite'}} Wanted */

const POLL_SECONDS = 15;
const LIMIT = 100;

export default function Drifts() {
  const { query } = route.value;
  const { data, error, loading, reload, set } = useResource(`drift:${query.next ?? ''}`, (signal) =>
    /** @type {Promise<DriftPage>} */ (get('/stock/drift', { limit: LIMIT, next: query.next }, { signal })), { keep: true });
  const [wanted, setWanted] = useState(/** @type {Wanted | null} */ (null));
  useInterval(reload, POLL_SECONDS);
  const productOf = useProducts((data?.items ?? []).map((drift) => drift.sku));
  useKeys({ r: reload });
  const why = may('stock') ? '' : t('role.needed', { groups: groupNames('stock') });
  const done = (/** @type {Drift} */ drift) => {
    setWanted(null);
    forgetCached('listings:', 'drift:', 'stock');
    if (data) set({ ...data, items: data.items.filter((each) => each !== drift) });
  };
  return html`<${Page} title=${t('drift.title')}
      actions=${html`<${Button} kind="quiet" icon="refresh" busy=${loading} label=${t('action.reload')} hint=${`${t('action.reload')} (r)`} onClick=${reload} />`}>
    <${GoodsNav} at="drift" />
    ${data?.items.length ? html`<p class="lead">${t('drift.lead')}</p>` : null}
    ${why ? html`<${ReadOnlyNote} right="stock" />` : null}
    <${ErrorNotice} error=${error} retry=${reload} busy=${loading} />
    ${data?.items.length ? html`<div class="sheet"><${Table} label=${t('drift.title')} rows=${data.items} rowKey=${(/** @type {Drift} */ each) => `${each.shop_id} ${each.listing_id}`} columns=${columns(why, productOf, setWanted)} keys busy=${loading} />
        <${Pager} shown=${data.items.length} next=${data.next} first=${!query.next} size=${LIMIT} onNext=${() => setQuery({ next: data.next })} onFirst=${() => setQuery({})} /></div>`
      : data ? html`<${Empty} title=${t('drift.none')}>${t('drift.none.hint')}<//>` : error ? null : html`<${Skeleton} rows=${6} />`}
    ${wanted ? html`<${Decide} wanted=${wanted} onClose=${() => setWanted(null)} onDone=${done} />` : null}<//>`;
}

/** @param {string} why @param {(sku: string) => import('../api').StockItem | undefined} productOf @param {(wanted: Wanted) => void} onWanted @returns {import('../ui/table.js').Column<Drift>[]} */
const columns = (why, productOf, onWanted) => [
  { key: 'sku', label: t('stock.sku'), size: 'w-fill', card: 'lead', cell: (drift) => html`<span class="two-lines"><a class="row-link mono" href=${link(['stock', drift.sku])}>${drift.sku}</a><span class="sub cut">${productOf(drift.sku)?.name ?? ''}</span></span>` },
  { key: 'shop', label: t('order.shop'), size: 'w-fill', card: 'under', cell: (drift) => html`<span class="wrap">${shopName(drift.shop_id)} <code class="sub small-text block break">${drift.code}</code></span>` },
  { key: 'published', label: t('listings.published'), numeric: true, size: 'w-num', cell: (drift) => html`<span class="num">${drift.published === null ? '—' : number(drift.published)}</span>` },
  { key: 'observed', label: t('listings.observed'), numeric: true, size: 'w-count', cell: (drift) => html`<strong class="num">${number(drift.observed)}</strong>` },
  { key: 'difference', label: t('drift.difference'), numeric: true, size: 'w-num', card: 'side', cell: (drift) => html`<strong class="num bad-text">${signed(drift.difference)}</strong>` },
  { key: 'since', label: t('drift.since'), size: 'w-count', cell: (drift) => html`<${Time} at=${drift.since} relative />` },
  { key: 'actions', label: t('list.actions'), size: 'w-drift', card: 'full', cell: (drift) => html`<span class="form-actions"><${Button} small why=${why} onClick=${() => onWanted({ drift, act: 'adopt' })}>${t('drift.adopt')}<//>
    <${Button} small why=${why} onClick=${() => onWanted({ drift, act: 'overwrite' })}>${t('drift.overwrite')}<//></span>` },
];

/** Both choices are asked once more, with their effect. @param {{wanted: Wanted, onClose: () => void, onDone: (drift: Drift) => void}} props */
function Decide({ wanted: { drift, act }, onClose, onDone }) {
  const work = useSubmit(async (key) => {
    await request('POST', `/stock/drift/${seg(drift.shop_id)}/${seg(drift.listing_id)}/${act}`, { key });
    toast(t(act === 'adopt' ? 'drift.adopted' : 'drift.overwritten'));
    onDone(drift);
  });
  const names = { shop: shopName(drift.shop_id), sku: drift.sku, published: drift.published === null ? '—' : number(drift.published), observed: number(drift.observed) };
  return html`<${Confirm} title=${t(act === 'adopt' ? 'drift.adopt.title' : 'drift.overwrite.title', names)} confirm=${t(act === 'adopt' ? 'drift.adopt.do' : 'drift.overwrite.do')} busy=${work.busy} onConfirm=${() => work.run()} onClose=${onClose}>
    <p>${t(act === 'adopt' ? 'drift.adopt.text' : 'drift.overwrite.text', names)}</p><${ErrorNotice} error=${work.error} /><//>`;
}
