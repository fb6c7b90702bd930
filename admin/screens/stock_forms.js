// @ts-check
/** 入庫 and 棚卸・調整, each showing what it will do before it is done. */
import { html, useRef, useState } from '../vendor/preact.js';
import { request, seg } from '../lib/api.js';
import { t } from '../lib/i18n.js';
import { number, signed } from '../lib/money.js';
import { forgetCached } from '../lib/resource.js';
import { halfWidth, wholeNumber } from '../lib/search.js';
import { useSubmit } from '../lib/submit.js';
import { useVersioned } from '../lib/versioned.js';
import { Button, Notice } from '../ui/basics.js';
import { Conflict } from '../ui/conflict.js';
import { Dialog } from '../ui/dialog.js';
import { Field, fieldErrors, focusFirstError } from '../ui/field.js';
import { ErrorNotice } from '../ui/states.js';
import { toast } from '../ui/toast.js';

/** @typedef {import('../api').StockItem} Item */

const REASONS = /** @type {const} */ (['STOCKTAKE', 'DAMAGE', 'LOSS', 'RETURN', 'SAMPLE', 'CORRECTION']);

/**
 * The numbers after `change` units more (or fewer) are on hand. As `stock.domain.fill` does it,
 * waiting orders are served whole and in turn, up to the first that does not fit.
 * @param {Item} item @param {number} change @param {number[]} queue units each waiting order wants
 */
export function effectOf(item, change, queue) {
  let free = item.available + change;
  let units = 0;
  let orders = 0;
  for (const wanted of queue) {
    if (wanted > free) break;
    free -= wanted;
    units += wanted;
    orders += 1;
  }
  return {
    on_hand: item.on_hand + change, allocated: item.allocated + units, available: free, waiting: item.waiting - units,
    units, orders, next: queue[orders] ?? 0,
  };
}

/** @param {{item: Item, change: number | null, queue: number[] | undefined}} props */
function Effect({ item, change, queue }) {
  const after = change === null || !queue ? null : effectOf(item, change, queue);
  const names = /** @type {const} */ (['on_hand', 'allocated', 'available', 'waiting']);
  return html`<div class="effect" aria-live="polite"><p class="effect-title">${t('effect.title')}</p>
    <dl>${names.map((name) => html`<div key=${name} class=${after && after[name] !== item[name] ? 'moved' : ''}><dt>${t(`stock.${name}`)}</dt>
      <dd class="num">${number(item[name])}<span class="arrow">→</span><strong class=${after && after[name] < 0 ? 'bad-text' : ''}>${after ? number(after[name]) : '—'}</strong>
        <span class="sub">${after && after[name] !== item[name] ? signed(after[name] - item[name]) : ''}</span></dd></div>`)}</dl>
    ${after?.orders ? html`<${Notice} tone="info">${t('effect.served', { n: after.units, orders: after.orders })}<//>` : null}
    ${after?.next && after.available > 0 ? html`<${Notice} tone="info">${t('effect.next', { n: after.next - after.available })}<//>` : null}
    ${after && after.available < 0 ? html`<${Notice} tone="warn">${t('effect.negative', { n: -after.available })}<//>` : null}</div>`;
}

/** @param {{item: Item, queue: number[] | undefined, onClose: () => void, onDone: (item: Item) => void}} props */
export function Receive({ item, queue, onClose, onDone }) {
  const [quantity, setQuantity] = useState('');
  const [reference, setReference] = useState('');
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const wanted = wholeNumber(quantity);
  const valid = wanted !== null && wanted >= 1;
  const submit = useSubmit(async (key) => {
    /** @type {import('../schemas').Receipt} */
    const json = { quantity: wanted ?? 0, reference: reference.trim(), note: note.trim() };
    const now = await request('POST', `/stock/items/${seg(item.sku)}/receive`, { key, json });
    done(item.sku);
    onDone(now);
    toast(t('receive.done', { n: wanted ?? 0 }));
    onClose();
  });
  const send = async () => {
    setTried(true);
    if (!valid || !(await submit.run())) focusFirstError(form.current);
  };
  const errors = fieldErrors(submit.error);
  /** @param {(text: string) => void} set */
  const typed = (set) => (/** @type {string} */ text) => {
    submit.touched();
    set(text);
  };
  return html`<${Dialog} title=${t('stock.receive')} onClose=${onClose} onSubmit=${send} formRef=${form}
    footer=${html`<${Button} onClick=${onClose}>${t('action.cancel')}<//><${Button} kind="primary" type="submit" busy=${submit.busy}>${t('receive.do')}<//>`}>
    <p class="dialog-sub">${item.name} <code class="mono">${item.sku}</code></p>
    <${ErrorNotice} error=${submit.error} retry=${submit.error?.uncertain ? send : undefined} />
    <${Field} label=${t('receive.quantity')} name="quantity" value=${quantity} required focus inputmode="numeric" convert=${halfWidth} width="short" suffix=${t('unit.piece')}
      error=${errors.quantity ?? (tried && !valid ? t('receive.quantity.wrong') : '')} onInput=${typed(setQuantity)} />
    <${Effect} item=${item} queue=${queue} change=${valid ? wanted : null} />
    <${Field} label=${t('receive.reference')} name="reference" value=${reference} error=${errors.reference} hint=${t('receive.reference.hint')} onInput=${typed(setReference)} />
    <${Field} label=${t('stock.note')} name="note" value=${note} error=${errors.note} onInput=${typed(setNote)} /><//>`;
}

/** @param {string} sku */
const done = (sku) => forgetCached('stock?', `stock:${sku}`, `moves:${sku}`, `waiting:${sku}`, 'order:', 'orders?');

/** @param {{item: Item, queue: number[] | undefined, onClose: () => void, onDone: (item: Item) => void}} props */
export function Adjust({ item, queue, onClose, onDone }) {
  const [count, setCount] = useState('');
  const [reason, setReason] = useState(/** @type {import('../schemas').Adjustment['reason']} */ ('STOCKTAKE'));
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const wanted = wholeNumber(count);
  const valid = wanted !== null && wanted >= 0;
  const finish = (/** @type {Item} */ now) => {
    done(item.sku);
    onDone(now);
    onClose();
  };
  const change = useVersioned({
    read: (/** @type {Item} */ i) => ({ on_hand: i.on_hand }),
    send: (version, fields, key) => {
      /** @type {import('../schemas').Adjustment} */
      const json = { on_hand: Number(fields.on_hand), reason, note: note.trim() };
      return request('POST', `/stock/items/${seg(item.sku)}/adjust`, { version, key, json });
    },
    onSaved: (saved) => {
      finish(saved);
      toast(t('adjust.done', { n: saved.on_hand }));
    },
    onTaken: finish,
  });
  const send = async () => {
    setTried(true);
    if (!valid || !(await change.save(item, { on_hand: wanted }))) focusFirstError(form.current);
  };
  const errors = fieldErrors(change.error);
  /** @param {(text: string) => void} set */
  const typed = (set) => (/** @type {string} */ text) => {
    change.touched();
    set(text);
  };
  const { clash } = change;
  return html`<${Dialog} title=${t('stock.adjust')} onClose=${onClose} onSubmit=${send} formRef=${form}
    footer=${html`<${Button} onClick=${onClose}>${t('action.cancel')}<//><${Button} kind="primary" type="submit" busy=${change.busy}>${t('adjust.do')}<//>`}>
    <p class="dialog-sub">${item.name} <code class="mono">${item.sku}</code></p>
    <${ErrorNotice} error=${change.error} retry=${change.error?.uncertain ? send : undefined} />
    <${Field} label=${t('adjust.count')} name="on_hand" value=${count} required focus inputmode="numeric" convert=${halfWidth} width="short" suffix=${t('unit.piece')}
      hint=${t('adjust.count.hint')} error=${errors.on_hand ?? (tried && !valid ? t('adjust.count.wrong') : '')} onInput=${typed(setCount)} />
    <${Effect} item=${item} queue=${queue} change=${valid ? wanted - item.on_hand : null} />
    <${Field} label=${t('adjust.reason')} name="reason" value=${reason} error=${errors.reason} onInput=${typed((text) => setReason(/** @type {typeof reason} */ (text)))} width="short"
      options=${REASONS.map((each) => ({ value: each, label: t(`move.${each}`) }))} />
    <${Field} label=${t('stock.note')} name="note" value=${note} error=${errors.note} onInput=${typed(setNote)} />
    ${clash ? html`<${Conflict} busy=${change.busy} at=${clash.current.updated_at}
      differences=${[{ label: t('stock.on_hand'), mine: String(clash.change.on_hand), current: String(clash.current.on_hand) }]}
      onOverwrite=${change.overwrite} onTake=${change.take} onCancel=${change.cancel} />` : null}<//>`;
}
