// @ts-check
/** 発注点を下回った商品: what the night reckoned should be ordered, by supplier. */
import { html } from '../vendor/preact.js';
import { get } from '../lib/api.js';
import { t } from '../lib/i18n.js';
import { number } from '../lib/money.js';
import { useResource } from '../lib/resource.js';
import { go, link } from '../lib/router.js';
import { useSubmit } from '../lib/submit.js';
import { Button, Card, Chip, Time } from '../ui/basics.js';
import { Empty, ErrorNotice, Skeleton } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { MOST_LINES, keepDraft, lineOf } from './purchase_draft.js';

/** @typedef {import('../schemas').ProposalView} Proposal */
/** @typedef {import('../schemas').ProposalList} ProposalList */
/** @typedef {import('../schemas').PurchasePage} PurchasePage */

const SIZE = 300;

/** The newest proposal, all pages of it. */
export function useProposals() {
  return useResource('purchases-proposed', async (signal) => {
    const first = /** @type {ProposalList} */ (await get('/stock/proposals', { limit: SIZE }, { signal }));
    const items = [...first.items];
    for (let { next } = first; next;) {
      const page = /** @type {ProposalList} */ (await get('/stock/proposals', { limit: SIZE, next }, { signal }));
      items.push(...page.items);
      next = page.next;
    }
    return { made_at: first.made_at, items };
  });
}

/** @param {{proposals: ReturnType<typeof useProposals>, why: string}} props */
export function Proposals({ proposals: { data, error, loading, reload }, why }) {
  // What was drafted or ordered since then is not in the night's numbers.
  const newest = useResource('purchases?newest', (signal) => /** @type {Promise<PurchasePage>} */ (get('/stock/purchases', { limit: 100 }, { signal })));
  if (!data) return error ? html`<${ErrorNotice} error=${error} retry=${reload} busy=${loading} />` : html`<${Skeleton} rows=${8} />`;
  if (!data.made_at) return html`<${Empty} icon="clock" title=${t('proposal.never')}>${t('proposal.never.hint')}<//>`;
  if (!data.items.length) return html`<${Empty} title=${t('proposal.none')}>${t('proposal.none.hint')} ${t('proposal.made_at')} <${Time} at=${data.made_at} /><//>`;
  const since = data.made_at;
  const covered = new Map((newest.data?.items ?? [])
    .filter((one) => one.state === 'DRAFT' || (one.state === 'ORDERED' && (one.ordered_at ?? '') > since))
    .flatMap((one) => one.lines.map((line) => /** @type {[string, string]} */ ([line.sku, one.id]))));
  return html`<p class="lead">${t('proposal.lead')} <span class="sub">${t('proposal.made_at')} <${Time} at=${since} /></span></p>
    <${ErrorNotice} error=${error} retry=${reload} busy=${loading} />
    ${bySupplier(data.items).map(([supplier, items]) => html`<${Group} key=${supplier} supplier=${supplier} items=${items} covered=${covered} why=${why} />`)}`;
}

/** @param {Proposal[]} items @returns {[string, Proposal[]][]} */
function bySupplier(items) {
  // What belongs to nobody yet comes last.
  const suppliers = [...new Set(items.map((item) => item.supplier))].toSorted((a, b) => Number(!a) - Number(!b));
  return suppliers.map((supplier) => [supplier, items.filter((item) => item.supplier === supplier)]);
}

/** @param {{supplier: string, items: Proposal[], covered: Map<string, string>, why: string}} props */
function Group({ supplier, items, covered, why }) {
  const open = items.filter((item) => !covered.has(item.sku)).slice(0, MOST_LINES);
  const submit = useSubmit(async () => {
    keepDraft('new', { supplier, arrives_on: '', note: '', lines: await Promise.all(open.map((item) => lineOf(item.sku, item.quantity))) });
    go('#/purchases/new');
  });
  return html`<${Card} flush title=${supplier || t('proposal.no_supplier')} actions=${html`<${Button} small kind="primary" icon="plus" busy=${submit.busy}
      why=${why || (open.length ? '' : t('proposal.all_covered'))} onClick=${() => submit.run()}>${t('proposal.make', { n: open.length })}<//>`}>
    ${submit.error ? html`<div class="pad"><${ErrorNotice} error=${submit.error} retry=${() => submit.run()} /></div>` : null}
    <${Table} label=${supplier || t('proposal.no_supplier')} sticky=${false} rows=${items} rowKey=${(/** @type {Proposal} */ item) => item.sku} columns=${columns(covered)} />
    ${supplier ? null : html`<p class="pad sub">${t('proposal.no_supplier.hint')}</p>`}<//>`;
}

/** @param {Map<string, string>} covered @returns {import('../ui/table.js').Column<Proposal>[]} */
const columns = (covered) => [
  { key: 'sku', label: t('stock.sku'), size: 'w-fill', card: 'lead', cell: (item) => html`<span class="two-lines"><a class="row-link mono" href=${link(['stock', item.sku])}>${item.sku}</a><span class="sub cut" title=${item.name}>${item.name}</span></span>` },
  { key: 'covered', label: t('proposal.state'), size: 'w-short', card: 'side', cell: (item) => (covered.has(item.sku) ? html`<a href=${link(['purchases', covered.get(item.sku) ?? ''])}><${Chip} tone="ok">${t('proposal.covered')}<//></a>` : null) },
  { key: 'available', label: t('stock.available'), numeric: true, size: 'w-num', cell: (item) => html`<span class=${`num${item.available < 0 ? ' bad-text' : ''}`}>${number(item.available)}</span>` },
  { key: 'waiting', label: t('stock.waiting'), numeric: true, size: 'w-num', cell: (item) => html`<span class=${`num${item.waiting ? ' warn-text' : ' faint'}`}>${number(item.waiting)}</span>` },
  { key: 'coming', label: t('coming.short'), numeric: true, size: 'w-num', cell: (item) => html`<span class=${`num${item.coming ? '' : ' faint'}`}>${number(item.coming)}</span>` },
  { key: 'point', label: t('stock.reorder_point'), numeric: true, size: 'w-num', drop: 2, cell: (item) => html`<span class="num">${number(item.point)}</span>` },
  { key: 'target', label: t('stock.target'), numeric: true, size: 'w-num', drop: 1, cell: (item) => html`<span class="num">${number(item.target)}</span>` },
  { key: 'quantity', label: t('proposal.quantity'), numeric: true, size: 'w-count', cell: (item) => html`<strong class="num">${number(item.quantity)}</strong>` },
];
