// @ts-check
/** What a person may do. The API decides; this only spares people a button that would fail. */
import { me } from './store.js';

/** @typedef {'orders' | 'stock' | 'mail' | 'settings' | 'raw'} Right */

/** @type {Record<Right, readonly string[]>} */
const GROUPS = {
  orders: ['staff'],
  stock: ['staff'],
  mail: ['staff', 'support'],
  raw: ['staff'],
  settings: [],
};

/** May the signed-in person change things of this kind? @param {Right} right */
export function may(right) {
  const groups = me.value?.groups ?? [];
  return groups.includes('admin') || GROUPS[right].some((group) => groups.includes(group));
}

/** The groups to ask for. @param {Right} right */
export const neededGroups = (right) => [...GROUPS[right], 'admin'];
