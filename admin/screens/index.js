// @ts-check
/** Which screen an address shows. Screens are loaded when first needed, the rest while idle. */
import { html, useEffect, useState } from '../vendor/preact.js';
import { loadWords, t } from '../lib/i18n.js';
import { HOME, route } from '../lib/router.js';
import { Button, LinkButton } from '../ui/basics.js';
import { Page } from '../ui/page.js';
import { Empty } from '../ui/states.js';

/** @typedef {import('../vendor/preact.js').FunctionComponent<{id: string}>} ScreenComponent */

/** @type {Record<string, () => Promise<{default: ScreenComponent}>>} */
const SCREENS = {
  orders: () => import('./orders.js'),
  order: () => import('./order.js'),
  'failed-imports': () => import('./failed_imports.js'),
  stock: () => import('./stock.js'),
  product: () => import('./stock_item.js'),
  purchases: () => import('./purchases.js'),
  purchase: () => import('./purchase.js'),
  stocktakes: () => import('./stocktakes.js'),
  stocktake: () => import('./stocktake.js'),
  listings: () => import('./listings.js'),
  places: () => import('./places.js'),
  import: () => import('./product_import.js'),
  'import-job': () => import('./import_job.js'),
  mail: () => import('./mail.js'),
  'mail-job': () => import('./mail_job.js'),
  health: () => import('./health.js'),
  settings: () => import('./settings.js'),
  drift: () => import('./drift.js'),
  shops: () => import('./shops.js'),
  shop: () => import('./shop.js'),
};
/** @type {Record<string, string>} */
const DETAILS = { orders: 'order', stock: 'product', purchases: 'purchase', stocktakes: 'stocktake', import: 'import-job', mail: 'mail-job', shops: 'shop' };
/** Screens with words of their own. @type {Record<string, import('../lib/i18n.js').PartName[]>} */
const WORDS = {
  purchases: ['goods'], purchase: ['goods'], stocktakes: ['goods'], stocktake: ['goods'], places: ['goods'], listings: ['goods', 'shops'],
  product: ['goods', 'shops'], import: ['goods'], 'import-job': ['goods'],
  drift: ['shops'], health: ['shops'], shops: ['shops'], shop: ['shops'],
};

/** @type {Map<string, ScreenComponent>} */
const loaded = new Map();

/** @param {string} name */
async function load(name) {
  const [module] = await Promise.all([SCREENS[name](), ...(WORDS[name] ?? []).map(loadWords)]);
  loaded.set(name, module.default);
}

/** @param {string[]} path @returns {string | null} */
function screenOf([first = 'orders', id]) {
  if (id !== undefined && DETAILS[first]) return DETAILS[first];
  return Object.hasOwn(SCREENS, first) && !Object.values(DETAILS).includes(first) ? first : null;
}

export function preloadScreens() {
  const idle = window.requestIdleCallback ?? ((/** @type {() => void} */ run) => setTimeout(run, 1500));
  idle(() => Object.keys(SCREENS).forEach((name) => load(name).catch(() => undefined)));
}

export function Screen() {
  const { path } = route.value;
  const name = screenOf(path);
  const [failed, setFailed] = useState(false);
  const [, arrived] = useState(0);
  const Component = name ? loaded.get(name) : undefined;
  useEffect(() => {
    // Reading ahead may have brought it meanwhile; this render has not seen it.
    if (name && !Component) load(name).then(() => arrived((n) => n + 1), () => setFailed(true));
  }, [name, Component]);
  if (!name) {
    return html`<${Page} title=${t('state.no_page')} narrow><${Empty} icon="search" title=${t('state.no_page.hint')}
      actions=${html`<${LinkButton} href=${HOME}>${t('state.no_page.home')}<//>`} /><//>`;
  }
  if (failed && !Component) {
    return html`<div class="page narrow"><${Empty} icon="alert" title=${t('error.offline')}
      actions=${html`<${Button} icon="refresh" onClick=${() => location.reload()}>${t('state.broken.reload')}<//>`}>${t('error.offline.do')}<//></div>`;
  }
  return Component ? html`<${Component} id=${path[1] ?? ''} />` : null;
}
