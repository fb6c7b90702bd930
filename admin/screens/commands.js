// @ts-check
/** What the palette (Ctrl+K) offers. */
import { signOut } from '../lib/auth.js';
import { t } from '../lib/i18n.js';
import { setPrefs } from '../lib/prefs.js';
import { go, link } from '../lib/router.js';
import { QUEUES } from './queues.js';

/** @typedef {import('../ui/palette.js').Command} Command */

/** @returns {Command[]} */
export function commands() {
  const screens = t('palette.screens');
  const looks = t('palette.looks');
  return [
    { id: 'orders', label: t('nav.orders'), words: 'じゅちゅう orders', icon: 'orders', run: () => go('#/orders'), group: screens, hint: 'g o' },
    { id: 'stock', label: t('nav.stock'), words: 'ざいこ stock しょうひん', icon: 'stock', run: () => go('#/stock'), group: screens, hint: 'g s' },
    { id: 'purchases', label: t('nav.purchases'), words: 'はっちゅう にゅうか purchase', icon: 'stock', run: () => go('#/purchases'), group: screens },
    { id: 'stocktakes', label: t('nav.stocktakes'), words: 'たなおろし stocktake', icon: 'stock', run: () => go('#/stocktakes'), group: screens },
    { id: 'listings', label: t('nav.listings'), words: 'しゅっぴん みわりあて listing mapping', icon: 'shop', run: () => go('#/listings'), group: screens },
    { id: 'places', label: t('nav.places'), words: 'ほかんばしょ そうこ place', icon: 'stock', run: () => go('#/places'), group: screens },
    { id: 'shops', label: t('nav.shops'), words: 'てんぽ shops channels', icon: 'shop', run: () => go('#/shops'), group: screens, hint: 'g c' },
    { id: 'import', label: t('import.title'), words: 'csv とりこみ import', icon: 'import', run: () => go('#/import'), group: screens, hint: 'g i' },
    { id: 'mail', label: t('nav.mail'), words: 'mail めーる outbox', icon: 'mail', run: () => go('#/mail'), group: screens, hint: 'g m' },
    { id: 'health', label: t('nav.health'), words: 'じょうきょう health', icon: 'health', run: () => go('#/health'), group: screens, hint: 'g h' },
    { id: 'failed', label: t('orders.failed'), words: 'とりこみしっぱい failed', icon: 'alert', run: () => go('#/failed-imports'), group: screens },
    { id: 'short', label: `${t('nav.stock')}: ${t('stock.filter.short')}`, words: 'ふそく short', icon: 'stock', run: () => go('#/stock?filter=short'), group: screens },
    { id: 'drift', label: t('nav.drift'), words: 'さい ちがい drift', icon: 'stock', run: () => go('#/drift'), group: screens },
    { id: 'settings', label: t('nav.settings'), words: 'せってい settings', icon: 'settings', run: () => go('#/settings'), group: screens, hint: 'g ,' },
    ...QUEUES.map((queue) => ({
      id: `queue-${queue}`, label: `${t('nav.orders')}: ${t(`queue.${queue}`)}`, words: queue, icon: 'orders',
      run: () => go(link(['orders'], { queue })), group: t('nav.orders'),
    })),
    { id: 'light', label: t('theme.light'), words: 'light theme', icon: 'sun', run: () => setPrefs({ theme: 'light' }), group: looks },
    { id: 'dark', label: t('theme.dark'), words: 'dark theme', icon: 'moon', run: () => setPrefs({ theme: 'dark' }), group: looks },
    { id: 'system', label: t('theme.system'), words: 'system theme', icon: 'system', run: () => setPrefs({ theme: 'system' }), group: looks },
    { id: 'ja', label: '日本語', words: 'にほんご japanese', icon: 'globe', run: () => setPrefs({ lang: 'ja' }), group: looks },
    { id: 'en', label: 'English', words: 'えいご', icon: 'globe', run: () => setPrefs({ lang: 'en' }), group: looks },
    { id: 'out', label: t('nav.sign_out'), words: 'sign out ログアウト', icon: 'out', run: () => { signOut(); }, group: t('nav.me') },
  ];
}

/** Searching for what was typed, in orders and in stock. @param {string} text @returns {Command[]} */
export function searchCommands(text) {
  if (!text) return [];
  return [
    { id: 'find-order', label: t('palette.find_orders', { text }), icon: 'search', run: () => go(link(['orders'], { q: text })), group: t('nav.orders') },
    { id: 'find-stock', label: t('palette.find_stock', { text }), icon: 'search', run: () => go(link(['stock'], { q: text })), group: t('nav.stock') },
  ];
}
