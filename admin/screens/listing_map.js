// @ts-check
/** Saying which product a shop's code is, once and for all; and taking that back. */
import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { ApiError, request, seg } from '../lib/api.js';
import { findProducts, isExactly } from '../lib/goods.js';
import { t } from '../lib/i18n.js';
import { number } from '../lib/money.js';
import { go, link } from '../lib/router.js';
import { halfWidth, wholeNumber } from '../lib/search.js';
import { shopName } from '../lib/store.js';
import { useSubmit } from '../lib/submit.js';
import { Button, Facts, Notice } from '../ui/basics.js';
import { Confirm, Dialog } from '../ui/dialog.js';
import { Field, fieldErrors } from '../ui/field.js';
import { ErrorNotice } from '../ui/states.js';
import { toast } from '../ui/toast.js';
import { SkuBox } from './sku_box.js';

/** @typedef {import('../api').StockItem} Item */
/** @typedef {{shop_id: string, code: string, title: string, jan: string, orders: number, capped?: boolean}} Code */

const MOST_UNITS = 1000;

/** What it certainly is, by its JAN or its code; null if that is not clear. Raises ApiError. @param {Code} code */
async function obvious(code) {
  for (const text of [code.jan, code.code]) {
    if (!text) continue;
    const exact = (await findProducts(text)).filter((item) => isExactly(item, text));
    if (exact.length === 1) return exact[0];
  }
  return null;
}

/** @param {{code: Code, onClose: () => void, onDone: () => void}} props */
export function MapListing({ code, onClose, onDone }) {
  const [item, setItem] = useState(/** @type {Item | null} */ (null));
  const [guessed, setGuessed] = useState(false);
  const [units, setUnits] = useState('1');
  const box = useRef(/** @type {HTMLInputElement | null} */ (null));
  const wanted = wholeNumber(units);
  const valid = wanted !== null && wanted >= 1 && wanted <= MOST_UNITS;
  useEffect(() => {
    obvious(code).then((found) => {
      // Whoever has begun to type knows better.
      if (!found || box.current?.value) return;
      setItem(found);
      setGuessed(true);
    }, (error) => {
      if (!(error instanceof ApiError)) throw error;
    });
  }, []);
  const submit = useSubmit(async () => {
    if (!item) return;
    await request('PUT', `/stock/listings/${seg(code.shop_id)}/${seg(code.code)}`, { json: { sku: item.sku, units: wanted ?? 1 } });
    toast(code.orders ? t('listing.mapped.orders', { sku: item.sku, n: code.orders }) : t('listing.mapped', { sku: item.sku }));
    onDone();
    onClose();
  });
  const pick = (/** @type {Item} */ found) => {
    submit.touched();
    setItem(found);
    setGuessed(false);
    requestAnimationFrame(() => document.getElementById('map-do')?.focus());
  };
  const errors = fieldErrors(submit.error);
  return html`<${Dialog} title=${t('listing.map.title')} onClose=${onClose}
    footer=${html`<${Button} onClick=${onClose}>${t('action.cancel')}<//>
      <${Button} id="map-do" kind="primary" busy=${submit.busy} why=${!item ? t('listing.map.choose') : valid ? '' : t('receive.quantity.wrong')} onClick=${() => submit.run()}>${t('listing.map')}<//>`}>
    <${Facts} compact items=${[
      { label: t('order.shop'), value: shopName(code.shop_id) },
      { label: t('listing.code'), value: html`<code class="break">${code.code}</code>` },
      code.title ? { label: t('listing.title'), value: code.title } : null,
      code.jan ? { label: t('stock.jan'), value: html`<code>${code.jan}</code>` } : null,
    ]} />
    <div class="dialog-gap"></div>
    <${ErrorNotice} error=${submit.error} retry=${submit.error?.uncertain ? () => submit.run() : undefined} />
    ${item ? html`<div class="chosen"><span class="sku-main"><span class="mono">${item.sku}</span><strong>${item.name}</strong>
          <span class="sub small-text">${item.jan ? `JAN ${item.jan} · ` : ''}${t('sku.on_hand', { n: number(item.on_hand) })}</span></span>
        <${Button} small onClick=${() => { setItem(null); setGuessed(false); }}>${t('listing.map.other')}<//></div>
        ${guessed ? html`<p class="hint">${t('listing.map.guessed')}</p>` : null}
        <${Field} label=${t('listing.units')} name="units" width="short" inputmode="numeric" convert=${halfWidth} suffix=${t('unit.piece')} value=${units} hint=${t('listing.units.hint')}
          error=${errors.units ?? (valid ? '' : t('receive.quantity.wrong'))} onInput=${(/** @type {string} */ text) => { submit.touched(); setUnits(text); }} />`
      : html`<${SkuBox} label=${t('listing.map.which')} focus inputRef=${box} onPick=${pick} hint=${t('listing.map.which.hint')} />
        <p class="sub"><button type="button" class="link" onClick=${() => go(link(['stock'], { new: code.code }))}>${t('listing.map.new')}</button></p>`}
    <${Notice} tone="info">${code.orders ? t('listing.map.remember.orders', { n: `${number(code.orders)}${code.capped ? '+' : ''}` }) : t('listing.map.remember')}<//><//>`;
}

/** @param {{row: import('../schemas').ListingRow, onClose: () => void, onDone: () => void}} props */
export function UnmapListing({ row, onClose, onDone }) {
  const submit = useSubmit(async () => {
    try {
      await request('DELETE', `/stock/listings/${seg(row.shop_id)}/${seg(row.code)}`, { version: row.version });
    } catch (error) {
      if (error instanceof ApiError && error.status === 412) onDone();
      throw error;
    }
    toast(t('listing.unmapped'));
    onDone();
    onClose();
  });
  return html`<${Confirm} title=${t('listing.unmap.title')} confirm=${t('listing.unmap')} danger busy=${submit.busy} onConfirm=${() => submit.run()} onClose=${onClose}>
    <${ErrorNotice} error=${submit.error} />
    <p><code class="break">${row.code}</code> → <code>${row.sku}</code></p><p>${t('listing.unmap.text', { shop: shopName(row.shop_id) })}</p><//>`;
}
