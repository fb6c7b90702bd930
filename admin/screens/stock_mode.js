// @ts-check
/** Switching how a product's units are shown in the shops; its effect is shown first. */
import { html, useState } from '../vendor/preact.js';
import { request, seg } from '../lib/api.js';
import { t } from '../lib/i18n.js';
import { number } from '../lib/money.js';
import { forgetCached, useResource } from '../lib/resource.js';
import { halfWidth, wholeNumber } from '../lib/search.js';
import { shopName } from '../lib/store.js';
import { useSubmit } from '../lib/submit.js';
import { Button, Notice } from '../ui/basics.js';
import { Dialog } from '../ui/dialog.js';
import { Choice, Field } from '../ui/field.js';
import { ErrorNotice, Skeleton } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { toast } from '../ui/toast.js';

/** @typedef {import('../api').StockItem} Item */
/** @typedef {import('../api').ModePreview} ModePreview */
/** @typedef {import('../api').ModeRow} ModeRow */

const MODES = /** @type {const} */ (['strict', 'shared', 'last_n']);
const USUAL_LAST = 5;

/** @param {{item: Item, stand: import('../api').StockListings, onClose: () => void, onDone: (item: Item) => void}} props */
export function SwitchMode({ item, stand, onClose, onDone }) {
  const [mode, setMode] = useState(/** @type {typeof MODES[number]} */ (MODES.find((each) => each === stand.mode) ?? 'shared'));
  const [text, setText] = useState(String(stand.last_n || USUAL_LAST));
  const n = wholeNumber(text);
  const wrong = mode === 'last_n' && (n === null || n < 1) ? t('mode.n.wrong') : '';
  /** @type {import('../schemas').ModeRequest} */
  const wanted = { mode, last_n: mode === 'last_n' ? (n ?? 0) : 0 };
  const same = mode === stand.mode && wanted.last_n === stand.last_n;
  const preview = useResource(wrong ? null : `mode:${item.sku}:${item.version}:${mode}:${wanted.last_n}`, (signal) =>
    /** @type {Promise<ModePreview>} */ (request('POST', `/stock/items/${seg(item.sku)}/mode/preview`, { json: wanted, key: crypto.randomUUID(), signal })));
  const change = useSubmit(async (key) => {
    const now = await request('PUT', `/stock/items/${seg(item.sku)}/mode`, { json: wanted, version: item.version, key });
    forgetCached('stock', 'listings:', 'moves:');
    toast(t('mode.switched', { mode: t(`stock.mode.${mode}`) }));
    onDone(now);
  });
  const submit = () => { if (!wrong && !same) change.run(); };
  return html`<${Dialog} title=${t('mode.switch')} wide onClose=${onClose} onSubmit=${submit}
    footer=${html`<${Button} onClick=${onClose}>${t('action.cancel')}<//><${Button} kind="primary" type="submit" busy=${change.busy} why=${wrong || (same ? t('mode.same') : '')}>${t('mode.switch.do')}<//>`}>
    <${ErrorNotice} error=${change.error} />
    <${Choice} label=${t('mode.label')} value=${mode} onChange=${(/** @type {typeof MODES[number]} */ value) => { change.touched(); setMode(value); }} options=${MODES.map((value) => ({ value, label: t(`stock.mode.${value}`) }))} />
    <p class="sub mode-text">${t(`mode.${mode}.long`)}</p>
    ${mode === 'last_n' ? html`<${Field} label=${t('mode.n')} value=${text} convert=${halfWidth} inputmode="numeric" width="short" suffix=${t('unit.piece')} error=${wrong} onInput=${(/** @type {string} */ value) => { change.touched(); setText(value); }} />` : null}
    <div class="effect" role="status"><p class="effect-title">${t('mode.effect')}</p>
      ${preview.error ? html`<${ErrorNotice} error=${preview.error} retry=${preview.reload} busy=${preview.loading} />` : preview.data ? html`<${Effect} effect=${preview.data} />` : wrong ? null : html`<${Skeleton} rows=${3} />`}</div><//>`;
}

/** @param {{effect: ModePreview}} props */
function Effect({ effect }) {
  const { free, shown_before, shown_after, items } = effect;
  const over = shown_after - Math.max(0, free);
  const unknown = items.some((row) => row.before === null);
  const untold = [...new Set(items.filter((row) => !row.tells_sales).map((row) => shopName(row.shop_id)))].join('、');
  if (!items.length) return html`<p>${t('mode.effect.none')}</p>`;
  return html`<dl class="sums-line"><div><dt>${t('listings.free')}</dt><dd class="num">${number(free)}</dd></div>
      <div><dt>${t('mode.shown')}</dt><dd class="num">${unknown ? t('mode.shown.least', { n: shown_before }) : number(shown_before)}<span class="sub">→</span>${number(shown_after)}</dd></div></dl>
    ${over > 0 ? html`<${Notice} tone="warn">${t('mode.effect.over', { n: over })}<//>` : untold ? null : html`<${Notice} tone="ok">${t('mode.effect.safe')}<//>`}
    ${untold ? html`<${Notice} tone="warn">${t('mode.effect.untold', { shops: untold })}<//>` : null}
    <${Table} label=${t('mode.effect')} sticky=${false} rows=${items} rowKey=${(/** @type {ModeRow} */ row) => `${row.shop_id} ${row.code}`} columns=${[
      { key: 'shop', label: t('order.shop'), size: 'w-fill', card: 'lead', cell: (/** @type {ModeRow} */ row) => html`${shopName(row.shop_id)} <code class="sub small-text">${row.code}</code>` },
      { key: 'before', label: t('mode.before'), numeric: true, size: 'w-count', cell: (/** @type {ModeRow} */ row) => html`<span class="num">${row.before === null ? html`<span class="sub">${t('mode.before.unknown')}</span>` : number(row.before)}</span>` },
      { key: 'after', label: t('mode.after'), numeric: true, size: 'w-num', cell: (/** @type {ModeRow} */ row) => html`<strong class="num">${number(row.after)}</strong>` },
    ]} />`;
}
