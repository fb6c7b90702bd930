// @ts-check
/** The frame around every screen: navigation, session, keys that work everywhere. */
import { html, useEffect, useErrorBoundary, useRef, useState } from './vendor/preact.js';
import { ApiError, online } from './lib/api.js';
import { session, signIn, signOut } from './lib/auth.js';
import { getConfig } from './lib/config.js';
import { t } from './lib/i18n.js';
import { useKeys } from './lib/keyboard.js';
import { useInterval } from './lib/live.js';
import { prefs, setPrefs } from './lib/prefs.js';
import { HOME, go, route } from './lib/router.js';
import { loadMe, loadOrderCounts, loadShops, me, orderCounts } from './lib/store.js';
import { SignIn } from './screens/sign_in.js';
import { Screen, preloadScreens } from './screens/index.js';
import { Button } from './ui/basics.js';
import { Dialog } from './ui/dialog.js';
import { Help } from './ui/help.js';
import { Icon, Mark } from './ui/icons.js';
import { Menu } from './ui/menu.js';
import { Palette } from './ui/palette.js';
import { Empty, ErrorNotice } from './ui/states.js';
import { Toasts } from './ui/toast.js';
import { commands, searchCommands } from './screens/commands.js';

const COUNTS_SECONDS = 15;

const NAV = /** @type {const} */ ([
  { id: 'orders', href: '#/orders', icon: 'orders', label: 'nav.orders', key: 'o' },
  { id: 'stock', href: '#/stock', icon: 'stock', label: 'nav.stock', key: 's' },
  { id: 'shops', href: '#/shops', icon: 'shop', label: 'nav.shops', key: 'c' },
  { id: 'import', href: '#/import', icon: 'import', label: 'nav.import', key: 'i' },
  { id: 'mail', href: '#/mail', icon: 'mail', label: 'nav.mail', key: 'm' },
  { id: 'health', href: '#/health', icon: 'health', label: 'nav.health', key: 'h' },
  { id: 'settings', href: '#/settings', icon: 'settings', label: 'nav.settings', key: ',' },
]);

export function App() {
  const { state } = session.value;
  if (state === 'starting') return null;
  return state === 'out' ? html`<${SignIn} />` : html`<${Shell} />`;
}

function Shell() {
  const [failed, setFailed] = useState(/** @type {ApiError | null} */ (null));
  const [open, setOpen] = useState(/** @type {'' | 'palette' | 'help'} */ (''));

  const start = () => {
    setFailed(null);
    loadMe().catch((error) => {
      if (!(error instanceof ApiError)) throw error;
      setFailed(error);
    });
    loadShops();
    loadOrderCounts();
  };
  useEffect(() => {
    start();
    if (!location.hash) go(HOME, { replace: true });
    preloadScreens();
  }, []);
  useInterval(loadOrderCounts, COUNTS_SECONDS);
  useKeys({
    'Ctrl+k': () => setOpen('palette'),
    '?': () => setOpen('help'),
    ...Object.fromEntries(NAV.map((item) => [`g ${item.key}`, () => go(item.href)])),
  });

  const section = sectionOf(route.value.path[0]);
  return html`<div class="app">
    <a class="skip" href="#main" onClick=${(/** @type {Event} */ event) => { event.preventDefault(); document.getElementById('main')?.focus(); }}>${t('nav.skip')}</a>
    <${Rail} section=${section} onPalette=${() => setOpen('palette')} onHelp=${() => setOpen('help')} />
    <main id="main" tabindex="-1">
      ${online.value ? null : html`<div class="offline" role="status"><${Icon} name="alert" size=${18} />${t('state.offline')}</div>`}
      ${failed ? html`<div class="page narrow"><${ErrorNotice} error=${failed} retry=${start} /></div>` : me.value?.groups.length === 0 ? html`<${NoRights} />` : me.value ? html`<${Guarded} />` : null}
    </main>
    <${Toasts} />
    ${open === 'palette' ? html`<${Palette} commands=${commands()} search=${searchCommands} onClose=${() => setOpen('')} />` : null}
    ${open === 'help' ? html`<${Help} onClose=${() => setOpen('')} />` : null}
    ${session.value.state === 'expired' ? html`<${Expired} />` : null}
  </div>`;
}

/** Signed in, but in no group: whom to ask. */
function NoRights() {
  return html`<div class="page narrow"><${Empty} icon="user" title=${t('role.none')} actions=${html`<${Button} onClick=${signOut}>${t('nav.sign_out')}<//>`}>${t('role.none.do')}<//></div>`;
}

/** @param {string | undefined} first */
const sectionOf = (first) =>
  (first === undefined || first === 'failed-imports' ? 'orders' : ['drift', 'purchases', 'stocktakes', 'listings', 'places'].includes(first) ? 'stock' : first);

/** A screen that breaks must not take the navigation with it. */
function Guarded() {
  const [error, reset] = useErrorBoundary();
  const { hash, path } = route.value;
  const shown = useRef(hash);
  useEffect(() => {
    if (error && shown.current !== hash) reset();
    shown.current = hash;
  }, [hash]);
  if (error) {
    console.error(error);
    return html`<div class="page narrow"><${Empty} icon="alert" title=${t('state.broken')}
      actions=${html`<${Button} icon="refresh" onClick=${() => location.reload()}>${t('state.broken.reload')}<//>`}>${String(error)}<//></div>`;
  }
  return html`<${Screen} key=${path.slice(0, 2).join('/')} />`;
}

/** @param {{section: string, onPalette: () => void, onHelp: () => void}} props */
function Rail({ section, onPalette, onHelp }) {
  const stage = getConfig().stage;
  const failed = orderCounts.value?.failed_imports.count ?? 0;
  return html`<header class="rail">
    <a class="brand" href=${HOME} aria-label=${t('nav.home')} title="Banto"><${Mark} size=${30} /></a>
    <nav aria-label=${t('nav.label')}>${NAV.map((item) => html`<a key=${item.id} href=${item.href} class=${`rail-item at-${item.id}`}
      aria-current=${item.id === section ? 'true' : undefined} title=${`${t(item.label)} (g ${item.key})`}>
      <${Icon} name=${item.icon} size=${22} /><span>${t(item.label)}</span>
      ${item.id === 'orders' && failed ? html`<span class="dot" title=${t('orders.failed.count', { n: failed })}></span>` : null}</a>`)}</nav>
    <div class="rail-foot">
      ${stage && stage !== 'prod' ? html`<span class="stage">${stage}</span>` : null}
      <button type="button" class="rail-item palette-button" onClick=${onPalette} title="Ctrl+K"><${Icon} name="search" size=${22} /><span>${t('nav.go')}</span></button>
      <${UserMenu} onHelp=${onHelp} />
    </div></header>`;
}

/** @param {{onHelp: () => void}} props */
function UserMenu({ onHelp }) {
  const person = me.value;
  const { theme, lang } = prefs.value;
  const themes = /** @type {const} */ ([['system', 'system'], ['light', 'sun'], ['dark', 'moon']]);
  const items = [
    { label: t('nav.shops'), icon: 'shop', href: '#/shops', narrow: true },
    { label: t('nav.import'), icon: 'import', href: '#/import', narrow: true },
    { label: t('nav.settings'), icon: 'settings', href: '#/settings', narrow: true },
    { label: t('nav.help'), icon: 'keyboard', run: onHelp, hint: '?' },
    ...themes.map(([id, icon]) => ({
      label: t(`theme.${id}`), icon, run: () => setPrefs({ theme: id }), checked: theme === id, group: t('prefs.theme'),
    })),
    { label: '日本語', icon: 'globe', run: () => setPrefs({ lang: 'ja' }), checked: lang === 'ja', group: t('prefs.lang') },
    { label: 'English', icon: 'globe', run: () => setPrefs({ lang: 'en' }), checked: lang === 'en', group: t('prefs.lang') },
    { label: t('nav.sign_out'), icon: 'out', run: signOut, line: true },
  ];
  return html`<${Menu} label=${t('nav.menu')} side="up" buttonClass="rail-item user-button" items=${items}
    head=${person ? html`<strong>${person.name}</strong><span class="sub">${person.groups.map((g) => t(`group.${/** @type {'admin'} */ (g)}`)).join('、')}</span>` : null}
    button=${html`<${Icon} name="user" size=${22} /><span>${t('nav.me')}</span>`} />`;
}

/** The session is over; the page and every draft stay as they are. */
function Expired() {
  const idle = session.value.problem === 'idle';
  return html`<${Dialog} title=${t('expired.title')} role="alertdialog" stay onClose=${() => undefined}
    footer=${html`<${Button} onClick=${signOut}>${t('nav.sign_out')}<//><${Button} kind="primary" focus onClick=${() => signIn()}>${t('expired.again')}<//>`}>
    <p>${t(idle ? 'expired.idle' : 'expired.text')}</p><p class="sub">${t('expired.draft')}</p><//>`;
}
