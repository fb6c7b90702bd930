// @ts-check
/** The way of stock to the shops: the requests about it. */
import { get, request, seg } from './api.js';
import { t } from './i18n.js';
import { useResource } from './resource.js';
import { toast } from '../ui/toast.js';

/** @typedef {import('../api').SyncOverview} SyncOverview */
/** @typedef {import('../api').ShopSync} ShopSync */
/** @typedef {import('../api').StockListings} StockListings */
/** @typedef {import('../api').StockListing} StockListing */
/** @typedef {import('../ui/basics.js').Tone} Tone */

export const useSync = () => useResource('sync', (signal) => /** @type {Promise<SyncOverview>} */ (get('/stock/sync', {}, { signal })));

/** @param {string} sku @param {number} version of the counters */
export const useListings = (sku, version) => useResource(`listings:${sku}:${version}`, (signal) =>
  /** @type {Promise<StockListings>} */ (get(`/stock/items/${seg(sku)}/listings`, {}, { signal })), { keep: true });

/** 今すぐ同期, of a product in one shop or in all ('' for all). @param {string} key @param {string} sku @param {string} shop_id */
export async function syncItem(key, sku, shop_id) {
  await request('POST', `/stock/items/${seg(sku)}/sync`, { key, json: { shop_id } });
  toast(t('sync.started'));
}

/** 今すぐ同期, of a whole shop. @param {string} key @param {string} shop_id */
export async function syncShop(key, shop_id) {
  await request('POST', `/stock/sync/${seg(shop_id)}`, { key });
  toast(t('sync.started.shop'));
}

/** Where a listing stands, the most urgent first. @param {StockListing} one @returns {{code: string, tone: Tone}} */
export function standOf(one) {
  if (one.problem) return { code: 'problem', tone: 'bad' };
  if (one.drift !== null) return { code: 'drift', tone: 'bad' };
  if (one.retired) return { code: 'retired', tone: 'off' };
  if (one.state === 'unknown') return { code: 'unknown', tone: 'info' };
  if (one.state !== 'idle') return { code: one.state, tone: 'info' };
  if (one.since) return { code: 'waiting', tone: 'info' };
  return one.published === null ? { code: 'never', tone: 'off' } : { code: 'idle', tone: 'ok' };
}
