// @ts-check
/** 発注・入荷: purchase orders, and what should be ordered today. */
import { html, useLayoutEffect } from '../vendor/preact.js';
import { get } from '../lib/api.js';
import { t } from '../lib/i18n.js';
import { useKeys } from '../lib/keyboard.js';
import { number } from '../lib/money.js';
import { useResource } from '../lib/resource.js';
import { may } from '../lib/roles.js';
import { go, link, restoreScroll, route, setQuery } from '../lib/router.js';
import { dayFromToday } from '../lib/time.js';
import { Badge, Button, Chip, Day, Time } from '../ui/basics.js';
import { Page } from '../ui/page.js';
import { Empty, ErrorNotice, ReadOnlyNote, Skeleton, groupNames } from '../ui/states.js';
import { Pager, Table } from '../ui/table.js';
import { Tabs } from '../ui/tabs.js';
import { GoodsNav } from './goods_nav.js';
import { Proposals, useProposals } from './purchase_proposals.js';

/** @typedef {import('../schemas').PurchaseView} Purchase */
/** @typedef {import('../schemas').PurchasePage} PurchasePage */

const SIZE = 50;
const LISTS = /** @type {const} */ (['ALL', 'DRAFT', 'ORDERED']);

export default function Purchases() {
  const { query } = route.value;
  const list = LISTS.find((each) => each === query.list) ?? (query.list === 'PROPOSAL' ? 'PROPOSAL' : 'ALL');
  const proposals = useProposals();
  const why = may('stock') ? '' : t('role.needed', { groups: groupNames('stock') });
  return html`<${Page} title=${t('nav.purchases')} actions=${html`<${Button} kind="primary" icon="plus" why=${why} hint="n" onClick=${() => go('#/purchases/new')}>${t('purchase.new')}<//>`}>
    <${GoodsNav} at="purchases" />
    ${why ? html`<${ReadOnlyNote} right="stock" />` : null}
    <div class="toolbar"><${Tabs} label=${t('purchase.lists')} current=${list} tabs=${[
      ...LISTS.map((id) => ({ id, label: t(`purchase.list.${id}`), count: null, href: link(['purchases'], { list: id === 'ALL' ? undefined : id }) })),
      { id: 'PROPOSAL', label: t('purchase.list.PROPOSAL'), count: proposals.data?.items.length, tone: /** @type {'warn'} */ ('warn'), href: link(['purchases'], { list: 'PROPOSAL' }) },
    ]} /></div>
    ${list === 'PROPOSAL' ? html`<${Proposals} proposals=${proposals} why=${why} />` : html`<${List} key=${list} list=${list} why=${why} />`}<//>`;
}

/** @param {{list: typeof LISTS[number], why: string}} props */
function List({ list, why }) {
  const { next } = route.value.query;
  const params = { list, limit: SIZE, next };
  const { data, error, loading, reload } = useResource(`purchases?${JSON.stringify(params)}`,
    (signal) => /** @type {Promise<PurchasePage>} */ (get('/stock/purchases', params, { signal })), { keep: true });
  useKeys({ r: reload, ...(why ? {} : { n: () => go('#/purchases/new') }) });
  const ready = Boolean(data);
  useLayoutEffect(() => {
    if (ready) restoreScroll();
  }, [ready]);
  const items = data?.items ?? [];
  return html`<${ErrorNotice} error=${error} retry=${reload} busy=${loading} />
    ${items.length
      ? html`<div class="sheet"><${Table} label=${t('purchase.table')} rows=${items} rowKey=${(/** @type {Purchase} */ one) => one.id} columns=${COLUMNS()} keys busy=${loading} />
          <${Pager} shown=${items.length} next=${data?.next ?? null} first=${!next} size=${SIZE} onNext=${() => setQuery({ next: data?.next })} onFirst=${() => setQuery({})} /></div>`
      : data ? html`<${Empty} icon="stock" title=${t(`purchase.none.${list}`)}
          actions=${why ? null : html`<${Button} kind="primary" onClick=${() => go('#/purchases/new')}>${t('purchase.new')}<//>`}>${t('purchase.none.hint')}<//>`
        : error ? null : html`<${Skeleton} rows=${8} />`}`;
}

/** @type {Record<Purchase['state'], import('../ui/basics.js').Tone>} */
const TONES = { DRAFT: 'info', ORDERED: 'warn', RECEIVED: 'done', CANCELLED: 'off' };

/** @param {{purchase: Purchase}} props */
export function PurchaseState({ purchase }) {
  const partly = purchase.state === 'ORDERED' && purchase.lines.some((line) => line.received);
  const late = isLate(purchase);
  return html`<span class="state-cell"><${Badge} tone=${TONES[purchase.state]}>${t(partly ? 'purchase.state.PARTLY' : `purchase.state.${purchase.state}`)}<//>
    ${late ? html`<${Chip} tone="bad">${t('purchase.late')}<//>` : null}</span>`;
}

/** Units should have come by now. @param {Purchase} purchase */
export function isLate(purchase) {
  const today = dayFromToday();
  return purchase.state === 'ORDERED' && purchase.lines.some((line) => line.missing > 0 && (line.arrives_on ?? purchase.arrives_on ?? today) < today);
}

/** @returns {import('../ui/table.js').Column<Purchase>[]} */
const COLUMNS = () => [
  { key: 'supplier', label: t('purchase.supplier'), size: 'w-fill', card: 'lead', cell: (one) => html`<a class="row-link cut" href=${link(['purchases', one.id])}>${one.supplier}</a>` },
  { key: 'state', label: t('purchase.state'), size: 'w-when', card: 'side', cell: (one) => html`<${PurchaseState} purchase=${one} />` },
  { key: 'lines', label: t('purchase.goods'), numeric: true, size: 'w-num', cell: (one) => html`<span class="num">${t('purchase.lines.n', { n: one.lines.length })}</span>` },
  { key: 'missing', label: t('purchase.missing'), numeric: true, size: 'w-count', cell: (one) => html`<span class=${`num${one.missing ? '' : ' faint'}`}>${number(one.missing)}</span>` },
  { key: 'arrives', label: t('purchase.arrives_on'), size: 'w-date', cell: (one) => html`<${Day} day=${one.arrives_on} />` },
  { key: 'ordered', label: t('purchase.ordered_at'), size: 'w-date', drop: 2, cell: (one) => html`<${Time} at=${one.ordered_at} />` },
  { key: 'created', label: t('purchase.created_at'), size: 'w-date', card: 'hide', drop: 1, cell: (one) => html`<${Time} at=${one.created_at} />` },
  { key: 'note', label: t('stock.note'), size: 'w-name', card: 'full', drop: 1, cell: (one) => (one.note ? html`<span class="cut sub" title=${one.note}>${one.note}</span>` : null) },
];
