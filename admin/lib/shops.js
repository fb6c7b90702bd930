// @ts-check
/** Shops and the way to their malls: the requests of the shop screens, and what a shop's state is. */
import { get, seg } from './api.js';
import { forgetCached, useResource } from './resource.js';
import { loadShops, shops } from './store.js';

/** @typedef {import('../api').Shop} Shop */
/** @typedef {import('../api').Channel} Channel */
/** @typedef {import('../api').EndingList} EndingList */
/** @typedef {import('../api').Ending} Ending */
/** @typedef {import('../ui/basics.js').Tone} Tone */
/** @typedef {{code: 'off' | 'person' | 'paused' | 'failing' | 'orders' | 'setup' | 'ok', tone: Tone, since?: string}} ShopState */

/** A warning of so few days is red. */
const URGENT_DAYS = 7;

export const useShopList = () => useResource('settings:shops', async (signal) => {
  const page = /** @type {{items: Shop[]}} */ (await get('/settings/shops', {}, { signal }));
  shops.value = page.items;
  return page;
});

export const useChannels = () => useResource('settings:channels', (signal) => /** @type {Promise<{items: Channel[]}>} */ (get('/settings/channels', {}, { signal })));

export const useEndings = () => useResource('settings:credentials', (signal) => /** @type {Promise<EndingList>} */ (get('/settings/credentials', {}, { signal })));

/** @param {string} id @returns {Promise<Shop>} */
export const readShop = (id) => get(`/settings/shops/${seg(id)}`);

/** A shop was changed: what other screens know of shops is read anew. */
export function shopChanged() {
  forgetCached('settings:');
  loadShops();
}

/** Credentials that must be entered and are not. @param {Shop} shop @param {Channel | undefined} channel @returns {string[]} */
export function missingCredentials(shop, channel) {
  const set = new Set(shop.credentials.filter((each) => each.is_set).map((each) => each.name));
  return (channel?.credentials ?? []).filter((field) => !field.is_optional && !set.has(field.name)).map((field) => field.name);
}

/** What is not entered yet of address and options. @param {Shop} shop @param {Channel | undefined} channel @returns {string[]} */
export function missingOptions(shop, channel) {
  if (!channel) return [];
  const options = channel.options.filter((field) => !(field.is_optional || field.default || shop.options[field.name])).map((field) => field.name);
  return shop.api_url || channel.default_url ? options : ['api_url', ...options];
}

/** Does the mall send something to us? @param {Channel | undefined} channel */
export const sendsWebhooks = (channel) => !channel || channel.caps.some((cap) => cap === 'webhook' || cap === 'webhook_thin');

/**
 * The one thing to know of a shop, the most urgent first.
 * @param {Shop} shop
 * @param {{channel?: Channel, endings?: EndingList, health?: import('../api').ShopHealth, sync?: import('../api').ShopSync}} known
 * @returns {ShopState}
 */
export function stateOf(shop, { channel, endings, health, sync }) {
  if (!shop.enabled) return { code: 'off', tone: 'off' };
  const trouble = endings?.troubles.find((each) => each.shop_id === shop.id);
  if (trouble) return { code: 'person', tone: 'bad', since: trouble.since };
  if (shop.is_paused) return { code: 'paused', tone: 'warn' };
  if (sync?.state === 'failing') return { code: 'failing', tone: 'bad', since: sync.since ?? undefined };
  if (health?.poll_error) return { code: 'orders', tone: 'bad', since: health.poll_error.since };
  return needsSetup(shop, channel) ? { code: 'setup', tone: 'info' } : { code: 'ok', tone: 'ok' };
}

/** A shop that sends webhooks may do without the way back. @param {Shop} shop @param {Channel | undefined} channel */
function needsSetup(shop, channel) {
  if (!channel) return false;
  const missing = missingOptions(shop, channel).length + missingCredentials(shop, channel).length > 0;
  return sendsWebhooks(channel) ? !shop.has_secret || (missing && Boolean(shop.api_url)) : missing;
}

/** The credential of a shop that ends first and that a person must renew. @param {EndingList | undefined} endings @param {string} shopId @returns {Ending | undefined} */
export const firstEnding = (endings, shopId) => endings?.items.find((each) => each.shop_id === shopId && (each.is_human || each.days_left < 0));

/** @param {Ending} ending @returns {Tone} */
export const endingTone = (ending) => (ending.days_left <= URGENT_DAYS ? 'bad' : ending.level === null ? 'off' : 'warn');
