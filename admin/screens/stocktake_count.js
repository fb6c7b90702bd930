// @ts-check
/** Counting: name the product, type the number, Enter, the next one. No mouse, no looking up. */
import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { request, seg } from '../lib/api.js';
import { t } from '../lib/i18n.js';
import { imeBusy } from '../lib/keyboard.js';
import { number, signed } from '../lib/money.js';
import { halfWidth, wholeNumber } from '../lib/search.js';
import { useSubmit } from '../lib/submit.js';
import { Button, Card, Notice } from '../ui/basics.js';
import { Field } from '../ui/field.js';
import { ErrorNotice } from '../ui/states.js';
import { SkuBox } from './sku_box.js';

/** @typedef {import('../api').StockItem} Item */
/** @typedef {import('../schemas').CountedView} Counted */

/** @param {{path: string, rows: Counted[], onCounted: (row: Counted) => void, onClosed: () => void}} props */
export function Counter({ path, rows, onCounted, onClosed }) {
  const [item, setItem] = useState(/** @type {Item | null} */ (null));
  const [text, setText] = useState('');
  const [tried, setTried] = useState(false);
  const [last, setLast] = useState(/** @type {{row: Counted, name: string} | null} */ (null));
  const box = useRef(/** @type {HTMLInputElement | null} */ (null));
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const wanted = wholeNumber(text);
  const valid = wanted !== null && wanted >= 0;
  const before = item && rows.find((row) => row.sku === item.sku);

  const submit = useSubmit(async () => {
    if (!item) return;
    const row = /** @type {Counted} */ (await request('PUT', `${path}/counts/${seg(item.sku)}`, { json: { counted: wanted ?? 0 } }));
    onCounted(row);
    setLast({ row, name: item.name });
    next();
  });
  useEffect(() => {
    // Somebody closed it meanwhile: show what it is now.
    if (submit.error?.status === 409) onClosed();
  }, [submit.error]);
  const next = () => {
    setItem(null);
    setText('');
    setTried(false);
    submit.touched();
    box.current?.focus();
  };
  const pick = (/** @type {Item} */ found) => {
    setItem(found);
    setText('');
    setTried(false);
    submit.touched();
    requestAnimationFrame(() => form.current?.querySelector('input')?.focus());
  };
  const send = (/** @type {Event} */ event) => {
    event.preventDefault();
    setTried(true);
    if (valid) submit.run();
  };
  return html`<${Card} title=${t('stocktake.counting')}>
    <div class="count-row"><${SkuBox} label=${t('stocktake.which')} focus inputRef=${box} onPick=${pick} hint=${t('stocktake.which.hint')} />
      ${item ? html`<form class="count-form" ref=${form} novalidate onSubmit=${send}
          onKeyDown=${(/** @type {KeyboardEvent} */ event) => { if (!imeBusy(event) && event.key === 'Escape') next(); }}>
        <p class="count-name"><code class="mono">${item.sku}</code> <strong>${item.name}</strong>${item.shelf ? html` <span class="sub">${t('stock.shelf')} ${item.shelf}</span>` : null}</p>
        <div class="count-input"><${Field} label=${t('stocktake.count')} name="counted" value=${text} inputmode="numeric" convert=${halfWidth} width="short" suffix=${t('unit.piece')}
            error=${tried && !valid ? t('adjust.count.wrong') : ''} onInput=${(/** @type {string} */ now) => { submit.touched(); setText(now); }} />
          <${Button} kind="primary" type="submit" busy=${submit.busy}>${t('stocktake.count.do')}<//><${Button} kind="quiet" onClick=${next}>${t('action.cancel')}<//></div>
        ${before ? html`<p class="hint">${t('stocktake.before', { n: before.counted, name: before.actor })}</p>` : null}
        <${ErrorNotice} error=${submit.error} /></form>` : null}</div>
    <div aria-live="polite">${last ? html`<${Notice} tone=${last.row.difference ? 'warn' : 'ok'}>${t(last.row.difference ? 'stocktake.last.different' : 'stocktake.last', {
      sku: last.row.sku, name: last.name, n: number(last.row.counted), book: number(last.row.book), difference: signed(last.row.difference),
    })}<//>` : null}</div><//>`;
}
