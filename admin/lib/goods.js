// @ts-check
/** Products as other screens need them: found by what a scanner or a person types, named by code. */
import { signal, useEffect } from '../vendor/preact.js';
import { ApiError, get, seg } from './api.js';
import { forgetCached } from './resource.js';
import { fold, halfWidth } from './search.js';

/** @typedef {import('../api').StockItem} Item */

const SHOWN = 8;
const AT_ONCE = 4;

/** What was seen of products since the page was loaded; null: there is no such product. @type {import('../vendor/preact.js').Signal<ReadonlyMap<string, Item | null>>} */
const known = signal(/** @type {ReadonlyMap<string, Item | null>} */ (new Map()));
/** @type {string[]} */
let waiting = [];
const asked = /** @type {Set<string>} */ (new Set());
let running = 0;
/** Rises when what was read may be old. */
const age = signal(0);

/** @param {[string, Item | null][]} found */
function remember(found) {
  for (const [sku] of found) asked.add(sku);
  known.value = new Map([...known.peek(), ...found]);
}

async function work() {
  if (running >= AT_ONCE) return;
  running += 1;
  for (let sku = waiting.shift(); sku !== undefined; sku = waiting.shift()) {
    try {
      remember([[sku, await get(`/stock/items/${seg(sku)}`)]]);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // A name is a comfort: without it the code is shown, and it is asked for again another time.
      if (error.status === 404) remember([[sku, null]]);
      else asked.delete(sku);
    }
  }
  running -= 1;
}

/** The products of these codes, as far as they are known; the rest is read meanwhile. @param {string[]} skus */
export function useProducts(skus) {
  const key = `${age.value} ${skus.join('\n')}`;
  useEffect(() => {
    const fresh = skus.filter((sku) => sku && !asked.has(sku));
    for (const sku of fresh) asked.add(sku);
    waiting = [...waiting, ...fresh];
    for (let n = 0; n < Math.min(AT_ONCE, fresh.length); n += 1) work();
  }, [key]);
  const now = known.value;
  return (/** @type {string} */ sku) => now.get(sku) ?? undefined;
}

/**
 * Products that fit a code, a JAN or the beginning of a name, the one that is meant exactly first.
 * @param {string} text @param {AbortSignal} [signal_] @returns {Promise<Item[]>}
 */
export async function findProducts(text, signal_) {
  const q = halfWidth(text);
  const page = await get('/stock/items', { q, limit: SHOWN }, { signal: signal_ });
  const items = /** @type {Item[]} */ (page.items);
  remember(items.map((item) => [item.sku, item]));
  return items.toSorted((a, b) => Number(isExactly(b, q)) - Number(isExactly(a, q)));
}

/** The very code or JAN, whatever its case and width. @param {Item} item @param {string} text */
export const isExactly = (item, text) => {
  const wanted = halfWidth(text);
  return item.jan === wanted || (wanted !== '' && fold(item.sku) === fold(wanted) && item.sku.length === wanted.length);
};

/** After units or products changed, whatever shows them is read anew; names stay meanwhile. */
export function goodsChanged() {
  asked.clear();
  age.value += 1;
  forgetCached('stock', 'imports?', 'moves:', 'waiting:', 'coming:', 'lying:', 'order:', 'orders?');
}
