// @ts-check
/** A product's own fields: making one, changing one. */
import { html, useRef, useState } from '../vendor/preact.js';
import { request, seg } from '../lib/api.js';
import { useDraft } from '../lib/draft.js';
import { t } from '../lib/i18n.js';
import { forgetCached } from '../lib/resource.js';
import { halfWidth, wholeNumber } from '../lib/search.js';
import { useSubmit } from '../lib/submit.js';
import { useVersioned } from '../lib/versioned.js';
import { Button } from '../ui/basics.js';
import { Conflict } from '../ui/conflict.js';
import { Dialog } from '../ui/dialog.js';
import { Field, fieldErrors, focusFirstError } from '../ui/field.js';
import { ErrorNotice } from '../ui/states.js';
import { toast } from '../ui/toast.js';

/** @typedef {import('../api').StockItem} Item */
/** @typedef {Record<string, string>} Texts what is in the fields */

const NUMBERS = ['price', 'safety', 'on_hand'];

/** Wrong numbers, in words. @param {Texts} texts @returns {Record<string, string>} */
export function numberErrors(texts) {
  /** @type {Record<string, string>} */
  const errors = {};
  for (const name of NUMBERS) {
    const text = (texts[name] ?? '').trim();
    const value = wholeNumber(text);
    if (text && (value === null || value < 0)) errors[name] = t('field.not_a_number');
  }
  return errors;
}

/** @param {Texts} texts @param {string} name */
const numberOf = (texts, name) => ((texts[name] ?? '').trim() ? wholeNumber(texts[name]) : null);

/**
 * The fields of both forms. Wrong values are told when leaving for the server, not while typing.
 * @param {{texts: Texts, errors: Record<string, string>, onChange: (name: string, text: string) => void, isNew?: boolean}} props
 */
function ProductFields({ texts, errors, onChange, isNew }) {
  /** @param {string} name @param {object} [more] */
  const field = (name, more) => html`<${Field} key=${name} name=${name} label=${t(/** @type {'stock.sku'} */ (`stock.${name}`))} value=${texts[name] ?? ''} error=${errors[name]}
    onInput=${(/** @type {string} */ text) => onChange(name, text)} ...${more} />`;
  const numeric = { convert: halfWidth, inputmode: 'numeric', width: 'short' };
  return html`<div class="form-grid">
    ${isNew ? field('sku', { required: true, convert: halfWidth, width: 'wide', hint: t('stock.sku.hint'), mono: true, focus: !texts.sku }) : null}
    ${field('name', { required: true, width: 'wide', focus: !isNew || Boolean(texts.sku) })}
    ${field('jan', { convert: halfWidth, inputmode: 'numeric', width: 'short' })}
    ${field('price', { ...numeric, suffix: t('unit.yen') })}
    ${field('safety', { ...numeric, hint: t('stock.safety.hint') })}
    ${isNew ? field('on_hand', { ...numeric, hint: t('stock.on_hand.hint') }) : null}</div>`;
}

/** @param {{sku: string, onClose: () => void, onMade: (item: Item) => void}} props */
export function NewProduct({ sku, onClose, onMade }) {
  const [draft, setDraft] = useDraft('product.new');
  const texts = /** @type {Texts} */ ({ sku, ...(draft ?? {}) });
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const submit = useSubmit(async (key) => {
    /** @type {import('../schemas').NewItem} */
    const json = {
      sku: halfWidth(texts.sku), name: texts.name.trim(), jan: texts.jan || null,
      price: numberOf(texts, 'price'), safety: numberOf(texts, 'safety') ?? 0, on_hand: numberOf(texts, 'on_hand') ?? 0,
    };
    const item = await request('POST', '/stock/items', { key, json });
    setDraft(null);
    forgetCached('stock', 'order:', 'orders?');
    toast(t('stock.made', { sku: item.sku }));
    onMade(item);
  });
  const missing = Object.fromEntries(['sku', 'name'].filter((name) => !(texts[name] ?? '').trim()).map((name) => [name, t('field.missing')]));
  const [local, setLocal] = useState(/** @type {Record<string, string>} */ ({}));
  const send = async () => {
    const wrong = { ...numberErrors(texts), ...missing };
    setLocal(wrong);
    if (Object.keys(wrong).length || !(await submit.run())) focusFirstError(form.current);
  };
  const errors = { ...local, ...fieldErrors(submit.error) };
  return html`<${Dialog} title=${t('stock.new')} onClose=${onClose} onSubmit=${send} formRef=${form}
    footer=${html`<${Button} onClick=${() => { setDraft(null); onClose(); }}>${t('action.cancel')}<//><${Button} kind="primary" type="submit" busy=${submit.busy}>${t('stock.new.do')}<//>`}>
    <${ErrorNotice} error=${submit.error} />
    <${ProductFields} isNew texts=${texts} errors=${errors} onChange=${(/** @type {string} */ name, /** @type {string} */ text) => {
      setLocal({});
      submit.touched();
      setDraft({ ...texts, [name]: text });
    }} /><//>`;
}

/** @param {Item} item */
const readItem = (item) => ({ name: item.name, jan: item.jan ?? '', price: item.price, safety: item.safety });

/** @param {{item: Item, onClose: () => void, onSaved: (item: Item) => void}} props */
export function EditProduct({ item, onClose, onSaved }) {
  const base = Object.fromEntries(Object.entries(readItem(item)).map(([name, value]) => [name, value === null ? '' : String(value)]));
  const [draft, setDraft] = useDraft(`product.${item.sku}`);
  const texts = /** @type {Texts} */ ({ ...base, ...(draft ?? {}) });
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const [local, setLocal] = useState(/** @type {Record<string, string>} */ ({}));
  const done = (/** @type {Item} */ now) => {
    setDraft(null);
    forgetCached('stock?');
    onSaved(now);
    onClose();
  };
  const change = useVersioned({
    read: readItem,
    send: (version, fields) => {
      /** @type {import('../schemas').ItemChange} */
      const json = { ...fields, ...(fields.jan === '' ? { jan: null } : {}) };
      return request('PATCH', `/stock/items/${seg(item.sku)}`, { version, json });
    },
    onSaved: (saved) => {
      done(saved);
      toast(t('stock.saved'));
    },
    onTaken: done,
  });
  const save = async () => {
    const wrong = { ...numberErrors(texts), ...(texts.name.trim() ? {} : { name: t('field.missing') }) };
    setLocal(wrong);
    const wanted = /** @type {import('../lib/versioned.js').Fields} */ ({});
    for (const [name, before] of Object.entries(base)) {
      if (texts[name] !== before) wanted[name] = NUMBERS.includes(name) ? (numberOf(texts, name) ?? (name === 'safety' ? 0 : null)) : texts[name].trim();
    }
    if (Object.keys(wrong).length) focusFirstError(form.current);
    else if (!Object.keys(wanted).length) onClose();
    else if (!(await change.save(item, wanted))) focusFirstError(form.current);
  };
  const errors = { ...local, ...fieldErrors(change.error) };
  const { clash } = change;
  return html`<${Dialog} title=${t('stock.edit')} onClose=${onClose} onSubmit=${save} formRef=${form}
    footer=${html`<${Button} onClick=${() => { setDraft(null); onClose(); }}>${t('action.cancel')}<//><${Button} kind="primary" type="submit" busy=${change.busy}>${t('action.save')}<//>`}>
    <${ErrorNotice} error=${change.error} />
    <${ProductFields} texts=${texts} errors=${errors} onChange=${(/** @type {string} */ name, /** @type {string} */ text) => {
      setLocal({});
      change.touched();
      setDraft({ ...(draft ?? {}), [name]: text });
    }} />
    ${clash ? html`<${Conflict} busy=${change.busy} at=${clash.current.updated_at}
      differences=${clash.fields.map((field) => ({
        label: t(/** @type {'stock.name'} */ (`stock.${field}`)), mine: String(clash.change[field] ?? ''),
        current: String(/** @type {Record<string, unknown>} */ (readItem(clash.current))[field] ?? ''),
      }))} onOverwrite=${change.overwrite} onTake=${change.take} onCancel=${change.cancel} />` : null}<//>`;
}
