// @ts-check
/** What every screen knows: who is signed in, the shops, the counts of the order queues. */
import { computed, signal } from '../vendor/preact.js';
import { get } from './api.js';

/** @type {import('../vendor/preact.js').Signal<import('../api').Me | null>} */
export const me = signal(/** @type {import('../api').Me | null} */ (null));
/** @type {import('../vendor/preact.js').Signal<import('../api').Shop[]>} */
export const shops = signal(/** @type {import('../api').Shop[]} */ ([]));
/** @type {import('../vendor/preact.js').Signal<import('../api').OrderCounts | null>} */
export const orderCounts = signal(/** @type {import('../api').OrderCounts | null} */ (null));

const names = computed(() => new Map(shops.value.map((shop) => [shop.id, shop.name])));

/** The name people gave the shop; its id until that is known. @param {string} id */
export const shopName = (id) => names.value.get(id) || id;

/** Raises ApiError. */
export async function loadMe() {
  me.value = await get('/settings/me');
}

/** Names are a comfort: without them ids are shown. */
export async function loadShops() {
  const page = await get('/settings/shops').catch(() => null);
  if (page) shops.value = page.items;
}

/** The last known counts stay when the server does not answer. */
export async function loadOrderCounts() {
  const found = await get('/orders/counts').catch(() => null);
  if (found) orderCounts.value = found;
}
