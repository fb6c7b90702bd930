// @ts-check
/** 発注書: one purchase order. A draft is a form; what was ordered is received here. */
import { html, useState } from '../vendor/preact.js';
import { ApiError, get, request, seg } from '../lib/api.js';
import { goodsChanged, useProducts } from '../lib/goods.js';
import { t } from '../lib/i18n.js';
import { useKeys } from '../lib/keyboard.js';
import { money, number } from '../lib/money.js';
import { forgetCached, useResource } from '../lib/resource.js';
import { may } from '../lib/roles.js';
import { link } from '../lib/router.js';
import { useSubmit } from '../lib/submit.js';
import { Button, Card, Day, Facts, Money, Notice, Time } from '../ui/basics.js';
import { Confirm } from '../ui/dialog.js';
import { Page } from '../ui/page.js';
import { Empty, ErrorNotice, ReadOnlyNote, Skeleton, groupNames } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { toast } from '../ui/toast.js';
import { Postpone } from './purchase_dates.js';
import { sums } from './purchase_draft.js';
import { PurchaseForm } from './purchase_form.js';
import { ReceivePurchase } from './purchase_receive.js';
import { PurchaseState, isLate } from './purchases.js';

/** @typedef {import('../schemas').PurchaseView} Purchase */

const BACK = () => ({ href: '#/purchases', label: t('nav.purchases') });

/** @param {{id: string}} props */
export default function PurchaseScreen({ id }) {
  return id === 'new' ? html`<${PurchaseForm} purchase=${null} back=${BACK()} onSaved=${() => undefined} />` : html`<${One} id=${id} />`;
}

/** @param {{id: string}} props */
function One({ id }) {
  const path = `/stock/purchases/${seg(id)}`;
  const { data, error, loading, reload, set } = useResource(`purchase:${id}`, (signal) => /** @type {Promise<Purchase>} */ (get(path, {}, { signal })));
  if (!data) {
    return html`<${Page} title=${t('purchase.one')} back=${BACK()}>
      ${error?.status === 404 ? html`<${Empty} icon="search" title=${t('purchase.gone')} />` : error ? html`<${ErrorNotice} error=${error} retry=${reload} busy=${loading} />` : html`<${Skeleton} rows=${8} />`}<//>`;
  }
  const changed = (/** @type {Purchase} */ now) => {
    set(now);
    forgetCached('purchases');
    if (now.state !== 'DRAFT') goodsChanged();
  };
  if (data.state === 'DRAFT' && may('stock')) return html`<${PurchaseForm} key=${data.id} purchase=${data} back=${BACK()} onSaved=${changed} />`;
  return html`<${Sent} purchase=${data} path=${path} set=${changed} reload=${reload} error=${error} loading=${loading} />`;
}

/** @param {{purchase: Purchase, path: string, set: (purchase: Purchase) => void, reload: () => void, error?: ApiError, loading: boolean}} props */
function Sent({ purchase, path, set, reload, error, loading }) {
  const [open, setOpen] = useState(/** @type {'' | 'receive' | 'postpone' | 'cancel'} */ (''));
  const why = may('stock') ? '' : t('role.needed', { groups: groupNames('stock') });
  const isOpen = purchase.state === 'ORDERED';
  const close = () => setOpen('');
  useKeys({ r: reload, ...(why || !isOpen ? {} : { i: () => setOpen('receive') }) });
  const { units, yen, open: unknown } = sums(purchase.lines);
  return html`<${Page} title=${purchase.supplier} docTitle=${`${t('purchase.one')} ${purchase.supplier}`} back=${BACK()} pinned mark=${html`<${PurchaseState} purchase=${purchase} />`}
      sub=${html`<code class="mono">${purchase.id}</code>`}
      actions=${isOpen ? html`<${Button} icon="clock" why=${why} onClick=${() => setOpen('postpone')}>${t('purchase.postpone')}<//>
        <${Button} why=${why} onClick=${() => setOpen('cancel')}>${t('purchase.cancel.rest')}<//>
        <${Button} kind="primary" icon="plus" why=${why} hint="i" onClick=${() => setOpen('receive')}>${t('purchase.receive')}<//>` : null}>
    ${why ? html`<${ReadOnlyNote} right="stock" />` : null}
    <${ErrorNotice} error=${error} retry=${reload} busy=${loading} />
    ${isLate(purchase) ? html`<${Notice} tone="warn" title=${t('purchase.late.title')}>${t('purchase.late.do')}<//>` : null}
    <${Card}><${Facts} items=${[
      { label: t('purchase.ordered_at'), value: purchase.ordered_at ? html`<${Time} at=${purchase.ordered_at} />` : null },
      { label: t('purchase.arrives_on'), value: purchase.arrives_on ? html`<${Day} day=${purchase.arrives_on} />` : t('purchase.arrives.unknown') },
      { label: t('purchase.missing'), value: html`<strong class="num">${t('unit.pieces', { n: purchase.missing })}</strong>` },
      purchase.note ? { label: t('stock.note'), value: purchase.note, wide: true } : null,
    ]} /><//>
    <${Lines} purchase=${purchase}><dl class="foot-sums"><div><dt>${t('purchase.units')}</dt><dd class="num">${number(units)}</dd></div>
      <div><dt>${t('purchase.sum')}</dt><dd class="num">${money(yen)}${unknown ? html` <span class="sub small-text">${t('purchase.sum.open', { n: unknown })}</span>` : null}</dd></div></dl><//>
    ${open === 'receive' ? html`<${ReceivePurchase} purchase=${purchase} onClose=${close} onDone=${set} />` : null}
    ${open === 'postpone' ? html`<${Postpone} purchase=${purchase} onClose=${close} onDone=${set} />` : null}
    ${open === 'cancel' ? html`<${Cancel} purchase=${purchase} path=${path} onClose=${close} onDone=${set} />` : null}<//>`;
}

/** @param {{purchase: Purchase, children: import('../vendor/preact.js').ComponentChildren}} props children: their sums */
function Lines({ purchase, children }) {
  const productOf = useProducts(purchase.lines.map((line) => line.sku));
  return html`<div class="sheet"><${Table} label=${t('purchase.lines')} rows=${purchase.lines} rowKey=${(/** @type {Purchase['lines'][number]} */ line) => line.sku}
    columns=${columns(purchase, productOf)} sticky=${false} keys />${children}</div>`;
}

/** @param {Purchase} purchase @param {(sku: string) => import('../api').StockItem | undefined} productOf @returns {import('../ui/table.js').Column<Purchase['lines'][number]>[]} */
const columns = (purchase, productOf) => [
  { key: 'sku', label: t('stock.sku'), size: 'w-fill', card: 'lead', cell: (line) => html`<span class="two-lines"><a class="row-link mono" href=${link(['stock', line.sku])}>${line.sku}</a><span class="sub cut">${productOf(line.sku)?.name ?? ''}</span></span>` },
  { key: 'quantity', label: t('purchase.quantity'), numeric: true, size: 'w-num', cell: (line) => html`<span class="num">${number(line.quantity)}</span>` },
  { key: 'received', label: t('purchase.received'), numeric: true, size: 'w-num', cell: (line) => html`<span class=${`num${line.received ? '' : ' faint'}`}>${number(line.received)}</span>` },
  { key: 'defective', label: t('purchase.defective'), numeric: true, size: 'w-num', cell: (line) => html`<span class=${`num${line.defective ? ' bad-text' : ' faint'}`}>${number(line.defective)}</span>` },
  { key: 'missing', label: t('purchase.missing'), numeric: true, size: 'w-count', cell: (line) => html`<strong class=${`num${line.missing ? '' : ' faint'}`}>${number(line.missing)}</strong>` },
  { key: 'arrives', label: t('purchase.arrives_on'), size: 'w-date', cell: (line) => html`<${Day} day=${line.arrives_on ?? purchase.arrives_on} />` },
  { key: 'cost', label: t('stock.cost'), numeric: true, size: 'w-money', drop: 2, cell: (line) => html`<${Cost} yen=${line.cost} />` },
  { key: 'amount', label: t('purchase.amount'), numeric: true, size: 'w-money', drop: 1, cell: (line) => html`<${Cost} yen=${line.cost === null ? null : line.cost * line.quantity} />` },
];

/** @param {{yen: number | null}} props */
const Cost = ({ yen }) => (yen === null ? html`<span class="sub">${t('purchase.cost.open')}</span>` : html`<${Money} amount=${yen} />`);

/** @param {{purchase: Purchase, path: string, onClose: () => void, onDone: (purchase: Purchase) => void}} props */
export function Cancel({ purchase, path, onClose, onDone }) {
  const submit = useSubmit(async (key) => {
    try {
      onDone(await request('POST', `${path}/cancel`, { key, version: purchase.version }));
    } catch (error) {
      if (error instanceof ApiError && error.status === 412 && error.current) onDone(error.current);
      throw error;
    }
    toast(t('purchase.cancelled'));
    onClose();
  });
  const came = purchase.lines.some((line) => line.received);
  return html`<${Confirm} title=${t(purchase.state === 'DRAFT' ? 'purchase.cancel.draft' : 'purchase.cancel.title')} confirm=${t('purchase.cancel.do')} danger busy=${submit.busy} onConfirm=${() => submit.run()} onClose=${onClose}>
    <${ErrorNotice} error=${submit.error} />
    <p>${t(purchase.state === 'DRAFT' ? 'purchase.cancel.draft.text' : came ? 'purchase.cancel.came' : 'purchase.cancel.text', { n: purchase.missing })}</p><//>`;
}
