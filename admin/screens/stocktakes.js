// @ts-check
/** 棚卸: counting while the shops stay open. */
import { html, useState } from '../vendor/preact.js';
import { get, request } from '../lib/api.js';
import { t } from '../lib/i18n.js';
import { useKeys } from '../lib/keyboard.js';
import { number } from '../lib/money.js';
import { forgetCached, useResource } from '../lib/resource.js';
import { may } from '../lib/roles.js';
import { go, link, route, setQuery } from '../lib/router.js';
import { useSubmit } from '../lib/submit.js';
import { Badge, Button, Time } from '../ui/basics.js';
import { Dialog } from '../ui/dialog.js';
import { Field } from '../ui/field.js';
import { Page } from '../ui/page.js';
import { Empty, ErrorNotice, ReadOnlyNote, Skeleton, groupNames } from '../ui/states.js';
import { Pager, Table } from '../ui/table.js';
import { GoodsNav } from './goods_nav.js';

/** @typedef {import('../schemas').StocktakeView} Take */
/** @typedef {import('../schemas').StocktakeList} TakeList */

const SIZE = 50;

export default function Stocktakes() {
  const { next } = route.value.query;
  const { data, error, loading, reload } = useResource(`stocktakes?${next ?? ''}`,
    (signal) => /** @type {Promise<TakeList>} */ (get('/stock/stocktakes', { limit: SIZE, next }, { signal })), { keep: true });
  const [starting, setStarting] = useState(false);
  const why = may('stock') ? '' : t('role.needed', { groups: groupNames('stock') });
  useKeys({ r: reload, ...(why ? {} : { n: () => setStarting(true) }) });
  const items = data?.items ?? [];
  const start = html`<${Button} kind="primary" icon="plus" why=${why} hint="n" onClick=${() => setStarting(true)}>${t('stocktake.start')}<//>`;
  return html`<${Page} title=${t('nav.stocktakes')} actions=${start}>
    <${GoodsNav} at="stocktakes" />
    ${why ? html`<${ReadOnlyNote} right="stock" />` : null}
    <${ErrorNotice} error=${error} retry=${reload} busy=${loading} />
    ${items.length
      ? html`<div class="sheet"><${Table} label=${t('stocktake.table')} rows=${items} rowKey=${(/** @type {Take} */ take) => take.id} columns=${COLUMNS()} keys busy=${loading} />
          <${Pager} shown=${items.length} next=${data?.next ?? null} first=${!next} size=${SIZE} onNext=${() => setQuery({ next: data?.next })} onFirst=${() => setQuery({})} /></div>`
      : data ? html`<${Empty} icon="stock" title=${t('stocktake.none')} actions=${why ? null : start}>${t('stocktake.none.hint')}<//>` : error ? null : html`<${Skeleton} rows=${6} />`}
    ${starting && !why ? html`<${Start} onClose=${() => setStarting(false)} />` : null}<//>`;
}

/** @type {Record<Take['state'], import('../ui/basics.js').Tone>} */
const TONES = { OPEN: 'info', APPLYING: 'warn', APPLIED: 'done', CANCELLED: 'off' };

/** @param {{take: Take}} props */
export const TakeState = ({ take }) => html`<${Badge} tone=${TONES[take.state]}>${t(`stocktake.state.${take.state}`)}<//>`;

/** What people call it. @param {Take} take */
export const takeName = (take) => take.note || t('stocktake.unnamed');

/** @returns {import('../ui/table.js').Column<Take>[]} */
const COLUMNS = () => [
  { key: 'note', label: t('stocktake.name'), size: 'w-fill', card: 'lead', cell: (take) => html`<a class="row-link cut" href=${link(['stocktakes', take.id])}>${takeName(take)}</a>` },
  { key: 'state', label: t('stocktake.state'), size: 'w-alloc', card: 'side', cell: (take) => html`<${TakeState} take=${take} />` },
  { key: 'at', label: t('stocktake.created_at'), size: 'w-date', cell: (take) => html`<${Time} at=${take.created_at} />` },
  { key: 'applied', label: t('stocktake.applied'), numeric: true, size: 'w-alloc', cell: (take) => (take.state === 'APPLIED' || take.state === 'APPLYING' ? html`<span class="num">${number(take.applied)}</span>` : html`<span class="sub">—</span>`) },
];

/** @param {{onClose: () => void}} props */
function Start({ onClose }) {
  const [note, setNote] = useState('');
  const submit = useSubmit(async (key) => {
    const take = /** @type {Take} */ (await request('POST', '/stock/stocktakes', { key, json: { note: note.trim() } }));
    forgetCached('stocktakes?');
    go(link(['stocktakes', take.id]));
  });
  return html`<${Dialog} title=${t('stocktake.start')} onClose=${onClose} onSubmit=${() => submit.run()}
    footer=${html`<${Button} onClick=${onClose}>${t('action.cancel')}<//><${Button} kind="primary" type="submit" busy=${submit.busy}>${t('stocktake.start.do')}<//>`}>
    <${ErrorNotice} error=${submit.error} />
    <${Field} label=${t('stocktake.name')} name="note" value=${note} focus hint=${t('stocktake.name.hint')} onInput=${(/** @type {string} */ text) => { submit.touched(); setNote(text); }} />
    <p class="sub">${t('stocktake.open_shops')}</p><//>`;
}
