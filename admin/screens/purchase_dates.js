// @ts-check
/** 入荷予定日の変更: of the whole purchase order, and of lines that come on another day. */
import { html, useState } from '../vendor/preact.js';
import { ApiError, request, seg } from '../lib/api.js';
import { useProducts } from '../lib/goods.js';
import { t } from '../lib/i18n.js';
import { number } from '../lib/money.js';
import { useSubmit } from '../lib/submit.js';
import { Button } from '../ui/basics.js';
import { Dialog } from '../ui/dialog.js';
import { Field } from '../ui/field.js';
import { ErrorNotice } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { toast } from '../ui/toast.js';
import { CellInput } from './purchase_lines.js';

/** @typedef {import('../schemas').PurchaseView} Purchase */
/** @typedef {Purchase['lines'][number]} Line */

/** @param {{purchase: Purchase, onClose: () => void, onDone: (purchase: Purchase) => void}} props */
export function Postpone({ purchase, onClose, onDone }) {
  const [day, setDay] = useState(purchase.arrives_on ?? '');
  const [days, setDays] = useState(/** @type {Record<string, string>} */ (Object.fromEntries(purchase.lines.map((line) => [line.sku, line.arrives_on ?? '']))));
  const open = purchase.lines.filter((line) => line.missing > 0);
  const productOf = useProducts(open.map((line) => line.sku));
  const submit = useSubmit(async (key) => {
    const lines = Object.fromEntries(open.filter((line) => days[line.sku] && days[line.sku] !== (line.arrives_on ?? '')).map((line) => [line.sku, days[line.sku]]));
    try {
      onDone(await request('POST', `/stock/purchases/${seg(purchase.id)}/postpone`, { key, version: purchase.version, json: { arrives_on: day || null, lines } }));
    } catch (error) {
      if (error instanceof ApiError && error.status === 412 && error.current) onDone(error.current);
      throw error;
    }
    toast(t('purchase.postponed'));
    onClose();
  });
  /** @type {import('../ui/table.js').Column<Line>[]} */
  const columns = [
    { key: 'sku', label: t('stock.sku'), size: 'w-fill', card: 'lead', cell: (line) => html`<span class="two-lines"><span class="mono">${line.sku}</span><span class="sub cut">${productOf(line.sku)?.name ?? ''}</span></span>` },
    { key: 'missing', label: t('purchase.missing'), numeric: true, size: 'w-num', cell: (line) => html`<span class="num">${number(line.missing)}</span>` },
    { key: 'day', label: t('purchase.line.arrives_on'), size: 'w-day', cell: (line) => html`<${CellInput} type="date" label=${`${line.sku} ${t('purchase.line.arrives_on')}`} name=${`day.${line.sku}`} value=${days[line.sku]} onInput=${(/** @type {string} */ text) => { submit.touched(); setDays({ ...days, [line.sku]: text }); }} />` },
  ];
  return html`<${Dialog} title=${t('purchase.postpone')} wide onClose=${onClose} onSubmit=${() => submit.run()}
    footer=${html`<${Button} onClick=${onClose}>${t('action.cancel')}<//><${Button} kind="primary" type="submit" busy=${submit.busy}>${t('action.save')}<//>`}>
    <${ErrorNotice} error=${submit.error} />
    <${Field} label=${t('purchase.arrives.whole')} name="arrives_on" type="date" width="short" focus value=${day} hint=${t('purchase.arrives.whole.hint')} onInput=${(/** @type {string} */ text) => { submit.touched(); setDay(text); }} />
    ${open.length > 1 ? html`<${Table} label=${t('purchase.lines')} sticky=${false} rows=${open} rowKey=${(/** @type {Line} */ line) => line.sku} columns=${columns} />` : null}<//>`;
}
