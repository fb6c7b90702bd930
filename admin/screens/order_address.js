// @ts-check
/** 届け先: where it goes, and completing or correcting the address. */
import { html, useRef } from '../vendor/preact.js';
import { useDraft } from '../lib/draft.js';
import { t } from '../lib/i18n.js';
import { changeOrder } from '../lib/orders.js';
import { may } from '../lib/roles.js';
import { halfWidth, postalCode } from '../lib/search.js';
import { useVersioned } from '../lib/versioned.js';
import { Button, Card, Chip, Day, Facts } from '../ui/basics.js';
import { Dialog } from '../ui/dialog.js';
import { Field, fieldErrors, focusFirstError } from '../ui/field.js';
import { ErrorNotice } from '../ui/states.js';
import { toast } from '../ui/toast.js';
import { OrderConflict } from './order_conflict.js';

/** @typedef {import('../api').Order} Order */
/** @typedef {import('../api').Destination} Destination */
/** @typedef {import('../api').AddressFields} AddressFields */

const NAMES = /** @type {const} */ (['name', 'phone', 'postal', 'prefecture', 'city', 'line1', 'line2']);

/** @param {Destination | undefined} to @returns {Record<keyof AddressFields, string>} */
const fieldsOf = (to) => ({
  name: to?.name ?? '', phone: to?.phone ?? '', postal: to?.address.postal ?? '', prefecture: to?.address.prefecture ?? '',
  city: to?.address.city ?? '', line1: to?.address.line1 ?? '', line2: to?.address.line2 ?? '',
});

/** Names of the fields this order waits for. @param {Order} order */
export const missingFields = (order) =>
  new Set(order.reasons.filter((r) => r.code === 'missing_address').map((r) => r.detail));

/** @param {{order: Order, set: (order: Order) => void, editing: string, onEdit: (id: string) => void}} props */
export function Destinations({ order, set, editing, onEdit }) {
  const edited = order.destinations.find((to) => to.id === editing);
  return html`${order.destinations.map((to, i) => html`<${Place} key=${to.id} to=${to} order=${order} onEdit=${onEdit}
      title=${order.destinations.length > 1 ? t('order.destination.n', { n: i + 1 }) : t('order.destination')} />`)}
    ${edited ? html`<${AddressDialog} key=${edited.id} order=${order} to=${edited} set=${set} onClose=${() => onEdit('')} />` : null}`;
}

/** @param {{to: Destination, order: Order, title: string, onEdit: (id: string) => void}} props */
function Place({ to, order, title, onEdit }) {
  const at = fieldsOf(to);
  const missing = missingFields(order);
  const gap = (/** @type {keyof AddressFields} */ field) =>
    at[field] ? at[field] : missing.has(field) ? html`<${Chip} tone="bad">${t('address.gap', { field: t(`field.${field}`) })}<//>` : null;
  const wish = to.delivery_wish;
  return html`<${Card} title=${title} actions=${may('orders') ? html`<${Button} small kind="quiet" icon="edit" onClick=${() => onEdit(to.id)}>${t('action.edit')}<//>` : null}>
    <${Facts} items=${[
      to.company ? { label: t('field.company'), value: to.company } : null,
      { label: t('field.name'), value: to.kana ? html`${gap('name')} <span class="sub">${to.kana}</span>` : gap('name') },
      { label: t('field.phone'), value: gap('phone') },
      { label: t('field.address'), wide: true, value: html`<span class="address">${at.postal ? `〒${at.postal}` : gap('postal')} ${gap('prefecture')} ${gap('city')} ${gap('line1')} ${gap('line2')}
        ${at.line1 || !to.address.raw_single_line ? null : to.address.raw_single_line}</span>${to.is_corrected ? html` <${Chip} tone="info">${t('address.corrected')}<//>` : null}` },
      wish.date || wish.slot ? { label: t('order.wish'), value: html`${wish.date ? html`<${Day} day=${wish.date} />` : null} ${wish.slot}` } : null,
      to.shipping_method ? { label: t('order.shipping_method'), value: to.shipping_method } : null,
      to.gift.is_gift ? { label: t('order.gift'), value: giftText(to.gift), wide: true } : null,
      to.notes ? { label: t('order.notes'), value: to.notes, wide: true } : null,
    ]} /><//>`;
}

/** Everything the packer needs to know about a gift. @param {import('../api').Gift} gift */
const giftText = (gift) => [
  ...gift.wrapping, [gift.noshi_type, gift.noshi_name].filter(Boolean).join(' '), gift.message_card, gift.hide_price ? t('gift.hide_price') : '',
].filter(Boolean).join(' / ') || t('gift.yes');

/** @param {{order: Order, to: Destination, set: (order: Order) => void, onClose: () => void}} props */
function AddressDialog({ order, to, set, onClose }) {
  const base = fieldsOf(to);
  const [draft, setDraft] = useDraft(`address.${order.id}.${to.id}`);
  const values = { ...base, .../** @type {Partial<AddressFields> | null} */ (draft) };
  const missing = missingFields(order);
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const read = (/** @type {Order} */ o) => fieldsOf(o.destinations.find((each) => each.id === to.id));
  const done = (/** @type {Order} */ now) => {
    setDraft(null);
    set(now);
    onClose();
  };
  const change = useVersioned({
    read,
    send: (version, fields) => changeOrder(order.id, version, { destination: { id: to.id, ...fields } }),
    onSaved: (saved) => {
      done(saved);
      toast(t('address.saved'));
    },
    onTaken: done,
  });
  const errors = fieldErrors(change.error);
  const changed = Object.fromEntries(NAMES.filter((name) => values[name] !== base[name]).map((name) => [name, values[name]]));
  const submit = async () => {
    if (!Object.keys(changed).length) onClose();
    else if (!(await change.save(order, changed))) focusFirstError(form.current);
  };
  /** @param {keyof AddressFields} name @param {object} [more] */
  const field = (name, more) => html`<${Field} key=${name} name=${name} label=${t(`field.${name}`)} value=${values[name]} error=${errors[name]}
    hint=${missing.has(name) ? html`<span class="warn-text">${t('address.needed')}</span>` : undefined}
    onInput=${(/** @type {string} */ value) => { change.touched(); setDraft({ ...changed, [name]: value }); }} ...${more} />`;
  return html`<${Dialog} title=${t('address.edit')} onClose=${onClose} onSubmit=${submit} formRef=${form}
    footer=${html`<${Button} onClick=${() => { setDraft(null); onClose(); }}>${t('action.cancel')}<//>
      <${Button} kind="primary" type="submit" busy=${change.busy}>${t('action.save')}<//>`}>
    <${ErrorNotice} error=${change.error} retry=${change.error?.uncertain ? submit : undefined} />
    <div class="form-grid">
      ${field('name', { width: 'wide' })}
      ${field('postal', { width: 'short', convert: postalCode, inputmode: 'numeric' })}${field('prefecture', { width: 'short' })}
      ${field('city', { width: 'wide' })}${field('line1', { width: 'wide' })}${field('line2', { width: 'wide' })}
      ${field('phone', { width: 'short', convert: halfWidth, inputmode: 'tel' })}</div>
    <${OrderConflict} change=${change} read=${read} label=${(/** @type {keyof AddressFields} */ name) => t(`field.${name}`)} /><//>`;
}
