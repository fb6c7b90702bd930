// @ts-check
/** 過去の在庫: the numbers as they were at a moment. */
import { html, useState } from '../vendor/preact.js';
import { get, seg } from '../lib/api.js';
import { t } from '../lib/i18n.js';
import { number } from '../lib/money.js';
import { useResource } from '../lib/resource.js';
import { dayFromToday } from '../lib/time.js';
import { Card, Time } from '../ui/basics.js';
import { Field } from '../ui/field.js';
import { ErrorNotice } from '../ui/states.js';

/** @typedef {import('../schemas').PastLevel} Past */

/** @param {{item: import('../api').StockItem}} props */
export function Past({ item }) {
  const [when, setWhen] = useState('');
  // The end of that day in Japan, or that very minute.
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(when) ? `${when.slice(0, 16)}:59+09:00` : '';
  const { data, error, reload } = useResource(at ? `past:${item.sku}:${at}` : null, (signal) => /** @type {Promise<Past>} */ (get(`/stock/items/${seg(item.sku)}/at`, { at }, { signal })));
  return html`<${Card} title=${t('past.title')}>
    <${Field} label=${t('past.at')} name="at" type="datetime-local" value=${when} max=${`${dayFromToday()}T23:59`} hint=${t('past.hint')} onInput=${setWhen} />
    <div aria-live="polite"><${ErrorNotice} error=${error} retry=${reload} />
    ${data && at ? (data.version === 0 ? html`<p class="sub">${t('past.none')}</p>`
      : html`<dl class="sums"><div><dt>${t('stock.on_hand')}</dt><dd class="num">${number(data.on_hand)}</dd></div><div><dt>${t('stock.allocated')}</dt><dd class="num">${number(data.allocated)}</dd></div>
          <div><dt>${t('stock.available')}</dt><dd class="num">${number(data.available)}</dd></div><div><dt>${t('stock.waiting')}</dt><dd class="num">${number(data.waiting)}</dd></div></dl>
          <p class="sub small-text">${t('past.changed')} <${Time} at=${data.changed_at} /></p>`) : null}</div><//>`;
}
