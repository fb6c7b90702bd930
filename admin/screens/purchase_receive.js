// @ts-check
/** 入荷: what came in against a purchase order, good and defective, in one go or in parts. */
import { html, useRef, useState } from '../vendor/preact.js';
import { get, request, seg } from '../lib/api.js';
import { useProducts } from '../lib/goods.js';
import { t } from '../lib/i18n.js';
import { number } from '../lib/money.js';
import { useResource } from '../lib/resource.js';
import { wholeNumber } from '../lib/search.js';
import { useSubmit } from '../lib/submit.js';
import { Button, Notice } from '../ui/basics.js';
import { Dialog } from '../ui/dialog.js';
import { Field, focusFirstError } from '../ui/field.js';
import { ErrorNotice } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { toast } from '../ui/toast.js';
import { CellInput } from './purchase_lines.js';

/** @typedef {import('../schemas').PurchaseView} Purchase */
/** @typedef {Purchase['lines'][number]} Line */
/** @typedef {Record<string, {good: string, defective: string}>} Came by code */

/** The server takes as many lines at a time. */
const MOST = 20;
const NOTHING = { good: '', defective: '' };

/** What is to be sent, and which fields are wrong. @param {Line[]} lines @param {Came} came */
export function arrivals(lines, came) {
  /** @type {Record<string, boolean>} */
  const wrong = {};
  const rows = [];
  for (const { sku } of lines) {
    const texts = came[sku] ?? NOTHING;
    const [good, defective] = /** @type {const} */ (['good', 'defective']).map((name) => {
      const units = texts[name].trim() ? wholeNumber(texts[name]) : 0;
      if (units === null || units < 0) wrong[`${name}.${sku}`] = true;
      return units ?? 0;
    });
    if (good > 0 || defective > 0) rows.push({ sku, good, defective });
  }
  return { rows, wrong };
}

/** @param {{purchase: Purchase, onClose: () => void, onDone: (purchase: Purchase) => void}} props */
export function ReceivePurchase({ purchase, onClose, onDone }) {
  const [came, setCame] = useState(/** @type {Came} */ ({}));
  const [place, setPlace] = useState('main');
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const places = useResource('places', (signal) => /** @type {Promise<import('../schemas').PlaceList>} */ (get('/stock/places', {}, { signal })));
  const productOf = useProducts(purchase.lines.map((line) => line.sku));
  // What is still missing first: that is what the parcel holds.
  const lines = purchase.lines.toSorted((a, b) => Number(b.missing > 0) - Number(a.missing > 0));
  const { rows, wrong } = arrivals(lines, came);
  const good = rows.reduce((sum, row) => sum + row.good, 0);
  const defective = rows.reduce((sum, row) => sum + row.defective, 0);
  const over = rows.filter((row) => row.good + row.defective > (lines.find((line) => line.sku === row.sku)?.missing ?? 0));

  const submit = useSubmit(async (key) => {
    /** @type {Purchase} */
    let now = purchase;
    for (let at = 0; at < rows.length; at += MOST) {
      // The same key for the same part, so that what was stored before an answer got lost is not stored again.
      now = await request('POST', `/stock/purchases/${seg(purchase.id)}/receive`, { key: `${key}.${at / MOST}`, json: { lines: rows.slice(at, at + MOST), place, note: note.trim() } });
    }
    onDone(now);
    const came_in = defective ? t('purchase.received.with', { n: good, defective }) : t('purchase.received.n', { n: good });
    toast(`${came_in}${now.state === 'RECEIVED' ? t('purchase.received.all') : t('purchase.received.some', { missing: now.missing })}`);
    onClose();
  });
  const send = () => {
    setTried(true);
    if (rows.length && !Object.keys(wrong).length) submit.run();
    else focusFirstError(form.current);
  };
  /** @param {string} sku @param {Partial<typeof NOTHING>} change */
  const set = (sku, change) => {
    submit.touched();
    setCame({ ...came, [sku]: { ...(came[sku] ?? NOTHING), ...change } });
  };
  const all = () => {
    submit.touched();
    setCame(Object.fromEntries(lines.filter((line) => line.missing > 0).map((line) => [line.sku, { good: String(line.missing), defective: '' }])));
  };
  /** @param {Line} line @param {'good' | 'defective'} name */
  const input = (line, name) => html`<${CellInput} numeric label=${`${line.sku} ${t(`purchase.${name}`)}`} name=${`${name}.${line.sku}`} value=${(came[line.sku] ?? NOTHING)[name]}
    focus=${name === 'good' && line === lines[0]} error=${wrong[`${name}.${line.sku}`] ? t('field.not_a_number') : ''} onInput=${(/** @type {string} */ text) => set(line.sku, { [name]: text })} />`;
  /** @type {import('../ui/table.js').Column<Line>[]} */
  const columns = [
    { key: 'sku', label: t('stock.sku'), size: 'w-fill', card: 'lead', cell: (line) => html`<span class="two-lines"><span class="mono">${line.sku}</span><span class="sub cut">${productOf(line.sku)?.name ?? ''}</span></span>` },
    { key: 'missing', label: t('purchase.missing'), numeric: true, size: 'w-num', cell: (line) => html`<span class=${`num${line.missing ? '' : ' faint'}`}>${number(line.missing)}</span>` },
    { key: 'good', label: t('purchase.good'), numeric: true, size: 'w-input', cell: (line) => input(line, 'good') },
    { key: 'defective', label: t('purchase.defective'), numeric: true, size: 'w-input', cell: (line) => input(line, 'defective') },
  ];
  const list = places.data?.items ?? [];
  return html`<${Dialog} title=${t('purchase.receive')} wide onClose=${onClose} onSubmit=${send} formRef=${form}
    footer=${html`<${Button} onClick=${onClose}>${t('action.cancel')}<//><${Button} kind="primary" type="submit" busy=${submit.busy}>${rows.length ? t('purchase.receive.do', { n: good + defective }) : t('purchase.receive')}<//>`}>
    <p class="dialog-sub">${purchase.supplier} · ${t('purchase.receive.lead')}</p>
    <${ErrorNotice} error=${submit.error} retry=${submit.error?.uncertain ? send : undefined} />
    <div class="form-actions"><${Button} small icon="check" onClick=${all}>${t('purchase.receive.all')}<//></div>
    <${Table} label=${t('purchase.receive')} sticky=${false} rows=${lines} rowKey=${(/** @type {Line} */ line) => line.sku} columns=${columns} />
    ${tried && !rows.length ? html`<p class="field-error" role="alert">${t('purchase.receive.nothing')}</p>` : null}
    ${tried && Object.keys(wrong).length ? html`<p class="field-error" role="alert">${t('field.not_a_number')}</p>` : null}
    <div class="dialog-gap" aria-live="polite">${over.length ? html`<${Notice} tone="warn">${t('purchase.receive.over', { skus: over.map((row) => row.sku).join(', ') })}<//>` : null}
      ${defective ? html`<${Notice} tone="info">${t('purchase.receive.defective', { n: defective })}<//>` : null}</div>
    <div class="form-grid">${list.length > 1 ? html`<${Field} label=${t('place.one')} name="place" value=${place} onInput=${setPlace}
        options=${list.map((one) => ({ value: one.code, label: one.name }))} />` : null}
      <${Field} label=${t('stock.note')} name="note" value=${note} hint=${t('receive.reference.hint')} onInput=${(/** @type {string} */ text) => { submit.touched(); setNote(text); }} /></div><//>`;
}
