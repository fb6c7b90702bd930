// @ts-check
/** Changing how a product is ordered, and what a set is made of. */
import { html, useRef, useState } from '../vendor/preact.js';
import { request, seg } from '../lib/api.js';
import { goodsChanged, useProducts } from '../lib/goods.js';
import { t } from '../lib/i18n.js';
import { halfWidth, wholeNumber } from '../lib/search.js';
import { useVersioned } from '../lib/versioned.js';
import { Button, Notice } from '../ui/basics.js';
import { Conflict } from '../ui/conflict.js';
import { Dialog } from '../ui/dialog.js';
import { Field, fieldErrors, focusFirstError } from '../ui/field.js';
import { ErrorNotice } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { toast } from '../ui/toast.js';
import { CellInput } from './purchase_lines.js';
import { SkuBox } from './sku_box.js';

/** @typedef {import('../api').StockItem} Item */
/** @typedef {{item: Item, onClose: () => void, onSaved: (item: Item) => void}} Props */

/** The server takes no more. */
const MOST_PARTS = 20;
const NUMBERS = /** @type {const} */ (['cost', 'reorder_point', 'target', 'lot']);

/** @param {Item} item */
const readOrdering = (item) => ({
  supplier: item.supplier, cost: item.cost, shelf: item.shelf, reorder_point: item.reorder_point, target: item.target, lot: item.lot,
});

/** Stores a change of a product. @param {Item} item @param {(item: Item) => import('../lib/versioned.js').Fields} read @param {(fields: import('../lib/versioned.js').Fields) => import('../schemas').ItemChange} json @param {(item: Item) => void} onSaved @param {() => void} onClose */
function useChange(item, read, json, onSaved, onClose) {
  const done = (/** @type {Item} */ now) => {
    goodsChanged();
    onSaved(now);
    onClose();
  };
  return useVersioned({
    read,
    send: (version, fields) => request('PATCH', `/stock/items/${seg(item.sku)}`, { version, json: json(fields) }),
    onSaved: (/** @type {Item} */ saved) => {
      done(saved);
      toast(t('stock.saved'));
    },
    onTaken: done,
  });
}

/** @param {Props} props */
export function EditOrdering({ item, onClose, onSaved }) {
  const base = Object.fromEntries(Object.entries(readOrdering(item)).map(([name, value]) => [name, value === null || (value === 0 && name !== 'cost') ? '' : String(value)]));
  const [texts, setTexts] = useState(base);
  const [local, setLocal] = useState(/** @type {Record<string, string>} */ ({}));
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const change = useChange(item, readOrdering, (fields) => /** @type {import('../schemas').ItemChange} */ (fields), onSaved, onClose);
  const save = async () => {
    /** @type {Record<string, string>} */
    const wrong = {};
    const wanted = /** @type {import('../lib/versioned.js').Fields} */ ({});
    for (const name of NUMBERS) {
      const units = texts[name].trim() ? wholeNumber(texts[name]) : null;
      if (texts[name].trim() && (units === null || units < 0)) wrong[name] = t('field.not_a_number');
      if (texts[name] !== base[name]) wanted[name] = units ?? { cost: null, reorder_point: 0, target: 0, lot: 1 }[name];
    }
    if (texts.lot.trim() === '0') wrong.lot = t('receive.quantity.wrong');
    for (const name of ['supplier', 'shelf']) {
      if (texts[name] !== base[name]) wanted[name] = texts[name].trim();
    }
    setLocal(wrong);
    if (Object.keys(wrong).length) focusFirstError(form.current);
    else if (!Object.keys(wanted).length) onClose();
    else if (!(await change.save(item, wanted))) focusFirstError(form.current);
  };
  const errors = { ...local, ...fieldErrors(change.error) };
  /** @param {keyof typeof base} name @param {object} [more] */
  const field = (name, more) => html`<${Field} key=${name} name=${name} label=${t(/** @type {'stock.supplier'} */ (`stock.${name}`))} value=${texts[name]} error=${errors[name]}
    onInput=${(/** @type {string} */ text) => { setLocal({}); change.touched(); setTexts({ ...texts, [name]: text }); }} ...${more} />`;
  const numeric = { convert: halfWidth, inputmode: 'numeric', width: 'short', suffix: t('unit.piece') };
  return html`<${Dialog} title=${t('product.ordering.edit')} onClose=${onClose} onSubmit=${save} formRef=${form}
    footer=${html`<${Button} onClick=${onClose}>${t('action.cancel')}<//><${Button} kind="primary" type="submit" busy=${change.busy}>${t('action.save')}<//>`}>
    <p class="dialog-sub">${item.name} <code class="mono">${item.sku}</code></p>
    <${ErrorNotice} error=${change.error} />
    <div class="form-grid">${field('supplier', { width: 'wide', focus: true, hint: t('product.supplier.hint') })}
      ${field('cost', { ...numeric, suffix: t('unit.yen'), hint: t('product.cost.hint') })}${field('shelf', { width: 'short', convert: halfWidth, mono: true })}
      ${field('reorder_point', { ...numeric, hint: t('product.reorder_point.hint') })}${field('target', { ...numeric, hint: t('product.target.hint') })}
      ${field('lot', { ...numeric, hint: t('product.lot.hint') })}</div>
    ${change.clash ? html`<${Conflict} busy=${change.busy} at=${change.clash.current.updated_at} differences=${change.clash.fields.map((name) => ({
      label: t(/** @type {'stock.supplier'} */ (`stock.${name}`)), mine: String(change.clash?.change[name] ?? ''),
      current: String(/** @type {Record<string, unknown>} */ (readOrdering(/** @type {Item} */ (change.clash?.current)))[name] ?? ''),
    }))} onOverwrite=${change.overwrite} onTake=${change.take} onCancel=${change.cancel} />` : null}<//>`;
}

/** Parts as one text, to be compared. @param {Record<string, number>} parts */
const inWords = (parts) => Object.entries(parts).map(([sku, n]) => `${sku} × ${n}`).toSorted().join(', ');

/** @param {Props} props */
export function EditSet({ item, onClose, onSaved }) {
  const [parts, setParts] = useState(Object.entries(item.components).map(([sku, n]) => ({ sku, units: String(n) })));
  const [tried, setTried] = useState(false);
  const [note, setNote] = useState('');
  const form = useRef(/** @type {HTMLElement | null} */ (null));
  const box = useRef(/** @type {HTMLInputElement | null} */ (null));
  const productOf = useProducts(parts.map((part) => part.sku));
  const wanted = Object.fromEntries(parts.map(({ sku, units }) => [sku, wholeNumber(units) ?? 0]));
  const wrong = parts.filter(({ units }) => (wholeNumber(units) ?? 0) < 1).map((part) => part.sku);
  const change = useChange(item, (one) => ({ components: inWords(one.components) }), () => ({ components: wanted }), onSaved, onClose);
  const save = () => {
    setTried(true);
    if (wrong.length) focusFirstError(form.current);
    else if (inWords(wanted) === inWords(item.components)) onClose();
    else change.save(item, { components: inWords(wanted) });
  };
  const add = (/** @type {Item} */ part) => {
    change.touched();
    if (part.sku === item.sku) setNote(t('product.set.itself'));
    else if (Object.keys(part.components).length) setNote(t('product.set.of_sets', { sku: part.sku }));
    else {
      setNote('');
      if (!parts.some((each) => each.sku === part.sku)) setParts([...parts, { sku: part.sku, units: '1' }]);
      requestAnimationFrame(() => {
        const input = /** @type {HTMLInputElement | null | undefined} */ (form.current?.querySelector(`[name="units.${CSS.escape(part.sku)}"]`));
        input?.focus();
        input?.select();
      });
    }
  };
  /** @type {import('../ui/table.js').Column<typeof parts[number]>[]} */
  const columns = [
    { key: 'sku', label: t('product.set.part'), size: 'w-fill', card: 'lead', cell: ({ sku }) => html`<span class="two-lines"><span class="mono">${sku}</span><span class="sub cut">${productOf(sku)?.name ?? ''}</span></span>` },
    { key: 'units', label: t('product.set.units'), numeric: true, size: 'w-input', cell: ({ sku, units }) => html`<${CellInput} numeric label=${`${sku} ${t('product.set.units')}`} name=${`units.${sku}`} value=${units}
        error=${tried && wrong.includes(sku) ? t('receive.quantity.wrong') : ''} onInput=${(/** @type {string} */ text) => { change.touched(); setParts(parts.map((part) => (part.sku === sku ? { sku, units: text } : part))); }} />` },
    { key: 'remove', label: t('list.actions'), size: 'w-icon', card: 'side', cell: ({ sku }) => html`<${Button} kind="quiet" small icon="close" label=${t('purchase.remove', { sku })} onClick=${() => { change.touched(); setParts(parts.filter((part) => part.sku !== sku)); }} />` },
  ];
  return html`<${Dialog} title=${t('product.set.edit')} wide onClose=${onClose}
    footer=${html`<${Button} onClick=${onClose}>${t('action.cancel')}<//><${Button} kind="primary" busy=${change.busy} onClick=${save}>${t('action.save')}<//>`}>
    <p class="dialog-sub">${item.name} <code class="mono">${item.sku}</code></p>
    <${ErrorNotice} error=${change.error} />
    ${fieldErrors(change.error)['components'] ? html`<p class="field-error">${fieldErrors(change.error)['components']}</p>` : null}
    <form ref=${form} novalidate onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); box.current?.focus(); }}>
      ${parts.length ? html`<${Table} label=${t('product.set')} sticky=${false} rows=${parts} rowKey=${(/** @type {{sku: string}} */ part) => part.sku} columns=${columns} />` : html`<p class="sub">${t('product.set.none')}</p>`}
      ${tried && wrong.length ? html`<p class="field-error" role="alert">${t('receive.quantity.wrong')}</p>` : null}
      <button type="submit" class="sr" tabindex="-1" aria-hidden="true"></button></form>
    <div class="dialog-gap"></div>
    ${parts.length < MOST_PARTS ? html`<${SkuBox} label=${t('product.set.add')} focus=${!parts.length} inputRef=${box} onPick=${add} />` : html`<p class="sub">${t('product.set.full', { n: MOST_PARTS })}</p>`}
    ${note ? html`<p class="field-error" role="alert">${note}</p>` : null}
    <${Notice} tone="info">${t('product.set.text')}<//>
    ${change.clash ? html`<${Conflict} busy=${change.busy} at=${change.clash.current.updated_at} differences=${[{ label: t('product.set'), mine: inWords(wanted), current: inWords(change.clash.current.components) }]}
      onOverwrite=${change.overwrite} onTake=${change.take} onCancel=${change.cancel} />` : null}<//>`;
}
