// @ts-check
/** Reading and changing orders: the requests of the order screens. */
import { get, request, seg } from './api.js';
import { forgetCached } from './resource.js';
import { loadOrderCounts } from './store.js';

/** @typedef {import('../api').Order} Order */
/** @typedef {import('../api').OrderRow} OrderRow */
/** @typedef {import('../api').OrderChange} OrderChange */

/** @param {string} id */
export const orderKey = (id) => `order:${id}`;
/** @param {string} id @param {AbortSignal} [signal] @returns {Promise<Order>} */
export const readOrder = (id, signal) => get(`/orders/${seg(id)}`, {}, { signal });

/** Raises ApiError; 412 carries the order as it is now. @param {string} id @param {number} version @param {OrderChange} change @returns {Promise<Order>} */
export async function changeOrder(id, version, change) {
  const order = await request('PATCH', `/orders/${seg(id)}`, { version, json: change });
  forgetCached('orders?', 'timeline:');
  loadOrderCounts();
  return order;
}

/**
 * The list last looked at: the order screen walks along it.
 * @type {{ids: string[], hash: string, label: string, last: string}}
 */
export const walk = { ids: [], hash: '#/orders', label: '', last: '' };

/** Until when and why an order is held; null when it is not. @param {Order} order */
export const holdOf = (order) => order.facets.schedule.hold;

const AT_ONCE = 4;

/**
 * The same change for many orders, a few at a time.
 * @param {readonly OrderRow[]} rows @param {OrderChange} change @param {(done: number) => void} onProgress
 * @returns {Promise<{changed: Order[], failed: {row: OrderRow, error: unknown}[]}>}
 */
export async function changeOrders(rows, change, onProgress) {
  const queue = [...rows];
  /** @type {Order[]} */
  const changed = [];
  /** @type {{row: OrderRow, error: unknown}[]} */
  const failed = [];
  const worker = async () => {
    for (let row = queue.shift(); row; row = queue.shift()) {
      try {
        changed.push(await request('PATCH', `/orders/${seg(row.id)}`, { version: row.version, json: change }));
      } catch (error) {
        failed.push({ row, error });
      }
      onProgress(changed.length + failed.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  forgetCached('orders?', 'order:', 'timeline:');
  loadOrderCounts();
  return { changed, failed };
}
