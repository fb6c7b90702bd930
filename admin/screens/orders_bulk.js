// @ts-check
/** What can be done with the ticked orders. */
import { html, useState } from '../vendor/preact.js';
import { ApiError } from '../lib/api.js';
import { t } from '../lib/i18n.js';
import { changeOrders } from '../lib/orders.js';
import { may } from '../lib/roles.js';
import { Button } from '../ui/basics.js';
import { Dialog } from '../ui/dialog.js';
import { Progress } from '../ui/progress.js';
import { explain, groupNames } from '../ui/states.js';
import { toast } from '../ui/toast.js';
import { HoldDialog } from './order_hold.js';

/** @typedef {import('../api').OrderRow} OrderRow */
/** @typedef {import('../api').OrderChange} OrderChange */
/** @typedef {{done: number, total: number}} Step */
/** @typedef {{row: OrderRow, error: unknown}[]} Failures */

/** @param {{rows: OrderRow[], selection: import('../lib/selection.js').Selection, onDone: () => void}} props */
export function BulkBar({ rows, selection, onDone }) {
  const [step, setStep] = useState(/** @type {Step | null} */ (null));
  const [failed, setFailed] = useState(/** @type {Failures} */ ([]));
  const [holding, setHolding] = useState(false);
  const ticked = rows.filter((row) => selection.selected.has(row.id));
  const reviewable = ticked.filter((row) => row.queues.includes('REVIEW'));
  const no = may('orders') ? '' : t('role.needed', { groups: groupNames('orders') });

  /** @param {OrderRow[]} targets @param {OrderChange} change @param {(n: number) => string} said @param {OrderChange} [back] */
  const apply = async (targets, change, said, back) => {
    if (step) return;
    setStep({ done: 0, total: targets.length });
    const result = await changeOrders(targets, change, (done) => setStep({ done, total: targets.length }));
    setStep(null);
    setFailed(result.failed);
    selection.clear();
    if (result.changed.length) {
      const undo = back ? () => apply(result.changed, back, (n) => t('bulk.undone', { n })) : undefined;
      toast(said(result.changed.length), { undo });
    }
    onDone();
  };
  const review = () => apply(reviewable, { review: 'CLEARED' }, (n) => t('bulk.reviewed', { n }), { review: 'NEEDED' });
  const copy = async () => {
    await navigator.clipboard.writeText(ticked.map((row) => row.number).join('\n'));
    toast(t('bulk.copied', { n: ticked.length }));
  };
  return html`<div class="bulk-anchor">
    ${ticked.length || step ? html`<div class="bulk" role="region" aria-label=${t('bulk.label')}>
      ${step ? html`<${Progress} label=${t('bulk.running')} done=${step.done} total=${step.total} />` : html`
        <strong class="num" role="status">${t('bulk.selected', { n: ticked.length })}</strong>
        <${Button} kind="primary" small icon="check" why=${no || (reviewable.length ? '' : t('bulk.review.none'))} onClick=${review}>
          ${t('bulk.review', { n: reviewable.length })}<//>
        <${Button} small icon="pause" why=${no} onClick=${() => setHolding(true)}>${t('order.hold')}<//>
        <${Button} small icon="copy" onClick=${copy}>${t('bulk.copy')}<//>
        <${Button} small kind="quiet" icon="close" label=${t('bulk.clear')} onClick=${selection.clear} />`}</div>` : null}</div>
    ${holding ? html`<${HoldDialog} count=${ticked.length} onClose=${() => setHolding(false)}
      onHold=${(/** @type {{until: string | null, reason: string}} */ hold) => { setHolding(false); apply(ticked, { hold }, (n) => t('bulk.held', { n }), { hold: null }); }} />` : null}
    ${failed.length ? html`<${FailedDialog} failed=${failed} onClose=${() => setFailed([])} />` : null}`;
}

/** @param {{failed: Failures, onClose: () => void}} props */
function FailedDialog({ failed, onClose }) {
  return html`<${Dialog} title=${t('bulk.failed', { n: failed.length })} onClose=${onClose}
      footer=${html`<${Button} kind="primary" onClick=${onClose}>${t('action.close')}<//>`}>
    <p>${t('bulk.failed.hint')}</p>
    <ul class="plain-list">${failed.map(({ row, error }) => html`<li key=${row.id}><a href=${`#/orders/${encodeURIComponent(row.id)}`} onClick=${onClose}>${row.number}</a>
      <span class="sub">${error instanceof ApiError ? explain(error).title : String(error)}</span></li>`)}</ul><//>`;
}
