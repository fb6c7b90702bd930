// @ts-check
/** 備考 (the buyer's words, only read) and 作業用メモ (ours, edited). */
import { html } from '../vendor/preact.js';
import { useDraft } from '../lib/draft.js';
import { t } from '../lib/i18n.js';
import { ctrlEnter } from '../lib/keyboard.js';
import { changeOrder } from '../lib/orders.js';
import { may } from '../lib/roles.js';
import { useVersioned } from '../lib/versioned.js';
import { Button, Card } from '../ui/basics.js';
import { Field } from '../ui/field.js';
import { ErrorNotice } from '../ui/states.js';
import { toast } from '../ui/toast.js';
import { OrderConflict } from './order_conflict.js';

/** @typedef {import('../api').Order} Order */

/** @param {{order: Order, set: (order: Order) => void}} props */
export function Memo({ order, set }) {
  const [draft, setDraft] = useDraft(`memo.${order.id}`);
  const stored = order.memo;
  const text = /** @type {string | null} */ (draft) ?? stored;
  const dirty = text !== stored;
  const change = useVersioned({
    read: (/** @type {Order} */ o) => ({ memo: o.memo }),
    send: (version, fields) => changeOrder(order.id, version, fields),
    onSaved: (saved) => {
      setDraft(null);
      set(saved);
      toast(t('memo.saved'));
    },
    onTaken: (current) => {
      setDraft(null);
      set(current);
    },
  });
  const save = () => dirty && change.save(order, { memo: text });
  const can = may('orders');
  return html`<${Card}>
    <div class=${order.remarks ? 'two' : ''}>${order.remarks ? html`<div class="remarks"><h2>${t('order.remarks')}</h2><p class="remarks-text">${order.remarks}</p></div>` : html`<p class="no-remarks sub">${t('order.remarks.none')}</p>`}
      <form onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); save(); }}>
        ${can
          ? html`<${Field} area rows=${3} label=${t('order.memo')} value=${text} hint=${t('memo.hint')}
              onInput=${(/** @type {string} */ value) => { change.touched(); setDraft(value === stored ? null : value); }} onKeyDown=${ctrlEnter(save)} />
            <${ErrorNotice} error=${change.error} retry=${save} />
            <div class="form-actions"><${Button} kind="primary" small type="submit" disabled=${!dirty} busy=${change.busy} hint="Ctrl+Enter">${t('action.save')}<//>
              ${dirty ? html`<${Button} small kind="quiet" onClick=${() => setDraft(null)}>${t('action.discard')}<//><span class="sub">${t('state.draft')}</span>` : null}</div>`
          : html`<h2>${t('order.memo')}</h2>${stored ? html`<p class="remarks-text">${stored}</p>` : html`<p class="sub">${t('order.memo.none')}</p>`}`}
      </form></div>
    <${OrderConflict} change=${change} label=${() => t('order.memo')} /><//>`;
}
