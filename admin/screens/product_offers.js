// @ts-check
/** 店舗への出品: putting a product into shops, and saying where somebody must do it by hand. */
import { html, useEffect, useState } from '../vendor/preact.js';
import { get, request, seg } from '../lib/api.js';
import { t, tValue } from '../lib/i18n.js';
import { backOff } from '../lib/live.js';
import { useResource } from '../lib/resource.js';
import { useChannels } from '../lib/shops.js';
import { shopName, shops } from '../lib/store.js';
import { useSubmit } from '../lib/submit.js';
import { Badge, Button, Card, Notice, Time } from '../ui/basics.js';
import { Dialog } from '../ui/dialog.js';
import { Check, Field } from '../ui/field.js';
import { ErrorNotice } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { toast } from '../ui/toast.js';

/** @typedef {import('../api').StockItem} Item */
/** @typedef {import('../schemas').OfferList} OfferList */
/** @typedef {OfferList['items'][number]} Offer */

/** @type {Record<Offer['state'], import('../ui/basics.js').Tone>} */
const TONES = { QUEUED: 'info', DONE: 'ok', ACCEPTED: 'info', FAILED: 'bad', UNSUPPORTED: 'warn' };

/** @param {{item: Item, why: string}} props */
export function Offers({ item, why }) {
  const path = `/stock/items/${seg(item.sku)}/offers`;
  const { data, error, loading, reload, set } = useResource(`offers:${item.sku}`, (signal) => /** @type {Promise<OfferList>} */ (get(path, {}, { signal })), { keep: true });
  const [asking, setAsking] = useState(/** @type {string[] | null} */ (null));
  const offers = data?.items ?? [];
  const [turn, setTurn] = useState(0);
  const running = offers.some((offer) => offer.state === 'QUEUED');
  useEffect(() => {
    if (!running || loading) return undefined;
    const timer = setTimeout(() => {
      setTurn(turn + 1);
      reload();
    }, backOff(turn) * 1000);
    return () => clearTimeout(timer);
  }, [running, loading, turn]);
  const byHand = offers.filter((offer) => offer.state === 'UNSUPPORTED');
  /** @type {import('../ui/table.js').Column<Offer>[]} */
  const columns = [
    { key: 'shop', label: t('order.shop'), size: 'w-shop', card: 'lead', cell: (offer) => html`<span class="cut">${shopName(offer.shop_id)}</span>` },
    { key: 'state', label: t('stock.state'), size: 'w-alloc', card: 'side', cell: (offer) => html`<${Badge} tone=${TONES[offer.state]}>${t(`offer.state.${offer.state}`)}<//>` },
    { key: 'text', label: t('offer.result'), size: 'w-fill', card: 'full', cell: (offer) => html`<span class="wrap">${t(`offer.text.${offer.state}`)}${offer.message ? html` <span class="sub">${offer.message}</span>` : null}
        ${offer.remote_id ? html` <code class="sub small-text break">${offer.remote_id}</code>` : null}</span>` },
    { key: 'at', label: t('ledger.at'), size: 'w-date', drop: 1, cell: (offer) => html`<${Time} at=${offer.at} />` },
    { key: 'again', label: t('list.actions'), size: 'w-short', card: 'full', cell: (offer) => (offer.state === 'FAILED' ? html`<${Button} small why=${why} onClick=${() => setAsking([offer.shop_id])}>${t('offer.again')}<//>` : null) },
  ];
  return html`<${Card} flush title=${t('offer.title')} actions=${html`<${Button} small icon="upload" why=${why || (shops.value.length ? '' : t('listing.no_shop'))} onClick=${() => setAsking([])}>${t('offer.do')}<//>`}>
    ${error ? html`<div class="pad"><${ErrorNotice} error=${error} retry=${reload} busy=${loading} /></div>` : null}
    ${byHand.length ? html`<div class="pad"><${Notice} tone="warn" title=${t('offer.by_hand', { shops: byHand.map((offer) => shopName(offer.shop_id)).join(', ') })}>${t('offer.by_hand.do', { sku: item.sku })}<//></div>` : null}
    ${offers.length ? html`<${Table} label=${t('offer.title')} sticky=${false} rows=${offers} rowKey=${(/** @type {Offer} */ offer) => offer.shop_id} columns=${columns} />`
      : data ? html`<p class="pad sub">${t('offer.none')}</p>` : null}
    ${asking ? html`<${Ask} item=${item} path=${path} first=${asking} onClose=${() => setAsking(null)} onDone=${(/** @type {OfferList} */ now) => { setTurn(0); set(now); }} />` : null}<//>`;
}

/** @param {{item: Item, path: string, first: string[], onClose: () => void, onDone: (list: OfferList) => void}} props */
function Ask({ item, path, first, onClose, onDone }) {
  const [chosen, setChosen] = useState(first);
  const channels = useChannels();
  const can = (/** @type {string} */ code) => channels.data?.items.find((each) => each.code === code)?.caps.includes('product_upsert') ?? true;
  const [type, setType] = useState('');
  const amazon = shops.value.some((shop) => shop.channel === 'amazon' && chosen.includes(shop.id));
  const submit = useSubmit(async (key) => {
    onDone(await request('POST', path, { key, json: { shops: chosen, extra: amazon && type.trim() ? { product_type: type.trim() } : {} } }));
    toast(t('offer.asked', { n: chosen.length }));
    onClose();
  });
  const missing = [['name', item.name], ['price', item.price], ['jan', item.jan]].filter(([, value]) => value === null || value === '').map(([name]) => tValue('stock.', String(name)));
  return html`<${Dialog} title=${t('offer.do')} onClose=${onClose} onSubmit=${() => submit.run()}
    footer=${html`<${Button} onClick=${onClose}>${t('action.cancel')}<//><${Button} kind="primary" type="submit" busy=${submit.busy} why=${chosen.length ? '' : t('offer.choose')}>${chosen.length ? t('offer.go', { n: chosen.length }) : t('offer.do')}<//>`}>
    <p class="dialog-sub">${item.name} <code class="mono">${item.sku}</code></p>
    <${ErrorNotice} error=${submit.error} />
    ${missing.length ? html`<${Notice} tone="warn">${t('offer.missing', { fields: missing.join(', ') })}<//>` : null}
    <fieldset><legend class="legend">${t('offer.which')}</legend>${shops.value.map((shop) => html`<${Check} key=${shop.id} label=${shop.name} hint=${can(shop.channel) ? tValue('channel.', shop.channel) : t('offer.cannot', { channel: tValue('channel.', shop.channel) })} checked=${chosen.includes(shop.id)}
      onChange=${(/** @type {boolean} */ on) => { submit.touched(); setChosen(on ? [...chosen, shop.id] : chosen.filter((id) => id !== shop.id)); }} />`)}</fieldset>
    ${amazon ? html`<${Field} label=${t('offer.product_type')} name="product_type" mono value=${type} hint=${t('offer.product_type.hint')} onInput=${(/** @type {string} */ text) => { submit.touched(); setType(text); }} />` : null}
    <p class="hint">${t('offer.hint')}</p><//>`;
}
