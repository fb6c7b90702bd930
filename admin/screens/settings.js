// @ts-check
/** 設定: the shops, and how this browser shows the page. */
import { html } from '../vendor/preact.js';
import { get } from '../lib/api.js';
import { t, tValue } from '../lib/i18n.js';
import { prefs, setPrefs } from '../lib/prefs.js';
import { useResource } from '../lib/resource.js';
import { may } from '../lib/roles.js';
import { link } from '../lib/router.js';
import { shops } from '../lib/store.js';
import { Badge, Card, Chip, LinkButton } from '../ui/basics.js';
import { Check, Choice } from '../ui/field.js';
import { Page } from '../ui/page.js';
import { Empty, ErrorNotice, Skeleton, groupNames } from '../ui/states.js';
import { Table } from '../ui/table.js';

/** @typedef {import('../api').Shop} Shop */

export default function Settings() {
  return html`<${Page} title=${t('nav.settings')} narrow><${Shops} /><${Look} /><//>`;
}

function Shops() {
  const allowed = may('settings');
  const { data, error, loading, reload } = useResource(allowed ? 'settings:shops' : null, async (signal) => {
    const page = /** @type {{items: Shop[]}} */ (await get('/settings/shops', {}, { signal }));
    shops.value = page.items;
    return page;
  });
  if (!allowed) {
    return html`<${Card} title=${t('shops.title')}><p class="sub">${t('shops.admins', { groups: groupNames('settings') })}</p><//>`;
  }
  return html`<${Card} title=${t('shops.title')} flush actions=${html`<${LinkButton} href="#/settings/new" icon="plus">${t('shop.new')}<//>`}>
    ${error ? html`<div class="pad"><${ErrorNotice} error=${error} retry=${reload} busy=${loading} /></div>` : null}
    ${data?.items.length ? html`<${Table} label=${t('shops.title')} sticky=${false} rows=${data.items} rowKey=${(/** @type {Shop} */ shop) => shop.id} columns=${COLUMNS()} keys />`
      : data ? html`<${Empty} icon="settings" title=${t('shops.none')} actions=${html`<a class="btn primary" href="#/settings/new"><span>${t('shop.new')}</span></a>`}>${t('shops.none.hint')}<//>` : error ? null : html`<div class="pad"><${Skeleton} rows=${3} /></div>`}<//>`;
}

/** @returns {import('../ui/table.js').Column<Shop>[]} */
const COLUMNS = () => [
  { key: 'name', label: t('shop.name'), size: 'w-fill', card: 'lead', cell: (shop) => html`<a class="row-link" href=${link(['settings', shop.id])}>${shop.name}</a> <code class="sub small-text">${shop.id}</code>` },
  { key: 'state', label: t('health.state'), size: 'w-short', card: 'side', cell: (shop) => (shop.enabled ? html`<${Badge} tone="ok">${t('shop.enabled')}<//>` : html`<${Badge} tone="off">${t('shop.disabled')}<//>`) },
  { key: 'channel', label: t('order.channel'), size: 'w-shop', cell: (shop) => html`${tValue('channel.', shop.channel)}` },
  { key: 'secret', label: t('shop.secret'), size: 'w-shop', drop: 1, cell: (shop) => (shop.has_secret ? html`<span class="sub">${t('shop.secret.set')}</span>` : html`<${Chip} tone="bad">${t('shop.secret.missing')}<//>`) },
  { key: 'mail', label: t('shop.from_address'), size: 'w-mail', card: 'full', drop: 1, cell: (shop) => html`<span class="cut">${shop.mail?.from_address || '—'}</span>` },
];

function Look() {
  const { theme, lang, letters } = prefs.value;
  return html`<${Card} title=${t('prefs.title')}><p class="sub">${t('prefs.lead')}</p>
    <${Choice} label=${t('prefs.theme')} value=${theme} onChange=${(/** @type {'system'} */ value) => setPrefs({ theme: value })}
      options=${/** @type {const} */ (['system', 'light', 'dark']).map((value) => ({ value, label: t(`theme.${value}`) }))} />
    <${Choice} label=${t('prefs.lang')} value=${lang} onChange=${(/** @type {'ja'} */ value) => setPrefs({ lang: value })}
      options=${[{ value: 'ja', label: '日本語' }, { value: 'en', label: 'English' }]} />
    <${Check} label=${t('prefs.letters')} hint=${t('prefs.letters.hint')} checked=${letters} onChange=${(/** @type {boolean} */ value) => setPrefs({ letters: value })} /><//>`;
}
