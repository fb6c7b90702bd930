// @ts-check
/** The ledger: every change of a product's numbers, with its reason and who made it. */
import { html, useState } from '../vendor/preact.js';
import { ApiError, get, seg } from '../lib/api.js';
import { t, tValue } from '../lib/i18n.js';
import { number, signed } from '../lib/money.js';
import { useResource } from '../lib/resource.js';
import { link } from '../lib/router.js';
import { shopName } from '../lib/store.js';
import { Button, Card, Time } from '../ui/basics.js';
import { ErrorNotice, Skeleton } from '../ui/states.js';
import { Table } from '../ui/table.js';

/** @typedef {import('../api').Move} Move */
/** @typedef {import('../api').Page<Move>} MovePage */

/** The newest changes of a product. @param {import('../api').StockItem} item */
export const useMoves = (item) => useResource(`moves:${item.sku}:${item.version}`,
  (signal) => /** @type {Promise<MovePage>} */ (get(`/stock/items/${seg(item.sku)}/moves`, {}, { signal })), { keep: true });

/** @param {{item: import('../api').StockItem, moves: import('../lib/resource.js').Resource<MovePage>}} props */
export function Ledger({ item, moves: { data, error, loading, reload, set } }) {
  const path = `/stock/items/${seg(item.sku)}/moves`;
  const [older, setOlder] = useState(/** @type {{busy: boolean, error?: ApiError}} */ ({ busy: false }));
  const more = async () => {
    if (!data?.next) return;
    setOlder({ busy: true });
    try {
      const page = /** @type {MovePage} */ (await get(path, { next: data.next }));
      set({ items: [...data.items, ...page.items], next: page.next });
      setOlder({ busy: false });
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      setOlder({ busy: false, error: failure });
    }
  };
  return html`<${Card} title=${t('ledger.title')} flush>
    ${error || older.error ? html`<div class="pad"><${ErrorNotice} error=${error ?? older.error} retry=${error ? reload : more} busy=${loading} /></div>` : null}
    ${!data ? (error ? null : html`<div class="pad"><${Skeleton} rows=${8} /></div>`) : data.items.length
      ? html`<${Table} label=${t('ledger.title')} rows=${data.items} rowKey=${(/** @type {Move} */ m) => String(m.version)} columns=${columns(item.sku)} sticky=${false} />`
      : html`<p class="pad sub">${t('ledger.none')}</p>`}
    ${data?.next ? html`<div class="pad"><${Button} small busy=${older.busy} onClick=${more}>${t('list.older')}<//></div>` : null}<//>`;
}

/** @param {string} sku @returns {import('../ui/table.js').Column<Move>[]} */
function columns(sku) {
  return [
    { key: 'at', label: t('ledger.at'), size: 'w-date', card: 'lead', cell: (move) => html`<${Time} at=${move.at} />` },
    { key: 'reason', label: t('ledger.reason'), size: 'w-reason', card: 'side', cell: (move) => html`<strong>${tValue('move.', move.reason)}</strong>` },
    { key: 'on_hand', label: t('stock.on_hand'), numeric: true, size: 'w-running', cell: (move) => html`<${Running} before=${move.on_hand_before} after=${move.on_hand_after} />` },
    { key: 'allocated', label: t('stock.allocated'), numeric: true, size: 'w-running', cell: (move) => html`<${Running} before=${move.allocated_before} after=${move.allocated_after} />` },
    { key: 'actor', label: t('ledger.actor'), size: 'w-name', drop: 2, cell: (move) => html`<span class="cut">${move.actor.name || tValue('actor.', move.actor.kind)}</span>` },
    { key: 'note', label: t('ledger.reference'), size: 'w-fill', card: 'full', cell: (move) => html`<${Reference} sku=${sku} move=${move} />` },
  ];
}

/** The number after, and by how much it moved. @param {{before: number, after: number}} props */
const Running = ({ before, after }) => html`<span class="num">${before === after ? html`<span class="faint">${number(after)}</span>`
  : html`<span class=${`delta ${after > before ? 'up' : 'down'}`}>${signed(after - before)}</span><strong>${number(after)}</strong>`}</span>`;

/** What caused it: a slip and a note of staff, the order that took part, or all of them on demand. @param {{sku: string, move: Move}} props */
function Reference({ sku, move }) {
  const [open, setOpen] = useState(false);
  return html`<span class="wrap">
    ${move.orders === 1 ? html`<a class="mono small-text break" href=${link(['orders', move.reference])}>${move.reference}</a>` : move.orders === 0 ? html`<${Source} move=${move} />` : null}
    ${move.orders > 1 ? html`<button type="button" class="link" aria-expanded=${open ? 'true' : 'false'} onClick=${() => setOpen(!open)}>${t('ledger.orders', { n: move.orders })}</button>` : null}
    ${open ? html`<${Orders} sku=${sku} version=${move.version} />` : null}</span>`;
}

/** Ids are no words: what they stand for is named, and led to. @param {{move: Move}} props */
function Source({ move: { reason, reference, note } }) {
  const document = DOCUMENTS[reason];
  if (document && ID.test(reference)) return html`<a class="break" href=${link([document.path, reference])}>${note || t(document.word)}</a>${note ? html` <span class="sub">${t(document.word)}</span>` : null}`;
  if (reason === 'MODE') return html`<span class="sub">${tValue('stock.mode.', note)}</span>`;
  if (BY_SHOP.includes(reason)) {
    const [shop, ...code] = reference.split('/');
    return html`${shopName(shop)} <code class="sub small-text break">${code.join('/')}</code>`;
  }
  const shown = reason === 'DAMAGE' && reference === 'main' ? '' : reference;
  return html`<span class="break">${shown}</span>${note ? html` <span class="sub">${note}</span>` : null}`;
}

/** @type {Record<string, {path: string, word: 'purchase.one' | 'stocktake.unnamed' | 'nav.import'}>} */
const DOCUMENTS = {
  RECEIVE: { path: 'purchases', word: 'purchase.one' }, STOCKTAKE: { path: 'stocktakes', word: 'stocktake.unnamed' },
  IMPORT: { path: 'import', word: 'nav.import' }, UNDO: { path: 'import', word: 'nav.import' },
};
const BY_SHOP = ['EXPOSE', 'WITHDRAW', 'DRIFT'];
/** An id of ours; staff's own slip numbers look otherwise. */
const ID = /^[0-9A-HJKMNP-TV-Z]{26}$/;

/** @param {{sku: string, version: number}} props */
function Orders({ sku, version }) {
  const { data, error, loading, reload } = useResource(`moves:${sku}:${version}:orders`, (signal) =>
    /** @type {Promise<import('../schemas').MoveOrders>} */ (get(`/stock/items/${seg(sku)}/moves/${version}/orders`, {}, { signal })));
  if (error) return html`<${ErrorNotice} error=${error} retry=${reload} busy=${loading} />`;
  if (!data) return html`<${Skeleton} rows=${2} />`;
  return html`<ul class="order-list">${data.items.map((each) => html`<li key=${each.order_id}><a class="mono small-text break" href=${link(['orders', each.order_id])}>${each.order_id}</a>
    <span class="num sub">${t('unit.pieces', { n: each.quantity })}</span></li>`)}</ul>`;
}
