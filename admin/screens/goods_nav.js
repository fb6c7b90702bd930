// @ts-check
/** 在庫のまわりの画面: one strip of links above each of them. */
import { html } from '../vendor/preact.js';
import { t } from '../lib/i18n.js';

const SCREENS = /** @type {const} */ ([
  ['stock', '#/stock', 'nav.stock'],
  ['purchases', '#/purchases', 'nav.purchases'],
  ['stocktakes', '#/stocktakes', 'nav.stocktakes'],
  ['listings', '#/listings', 'nav.listings'],
  ['drift', '#/drift', 'nav.drift'],
  ['places', '#/places', 'nav.places'],
]);
/** @typedef {typeof SCREENS[number][0]} GoodsScreen */

/** @param {{at: GoodsScreen}} props */
export function GoodsNav({ at }) {
  return html`<nav class="goods-nav" aria-label=${t('nav.goods')}>${SCREENS.map(([id, href, label]) => html`<a key=${id} href=${href}
    aria-current=${id === at ? 'page' : undefined}>${t(label)}</a>`)}</nav>`;
}
