// @ts-check
/** 設定: how this browser shows the page. */
import { html } from '../vendor/preact.js';
import { t } from '../lib/i18n.js';
import { prefs, setPrefs } from '../lib/prefs.js';
import { Card } from '../ui/basics.js';
import { Check, Choice } from '../ui/field.js';
import { Page } from '../ui/page.js';

export default function Settings() {
  return html`<${Page} title=${t('nav.settings')} narrow><${Look} /><//>`;
}

function Look() {
  const { theme, lang, letters } = prefs.value;
  return html`<${Card} title=${t('prefs.title')}><p class="sub">${t('prefs.lead')}</p>
    <${Choice} label=${t('prefs.theme')} value=${theme} onChange=${(/** @type {'system'} */ value) => setPrefs({ theme: value })}
      options=${/** @type {const} */ (['system', 'light', 'dark']).map((value) => ({ value, label: t(`theme.${value}`) }))} />
    <${Choice} label=${t('prefs.lang')} value=${lang} onChange=${(/** @type {'ja'} */ value) => setPrefs({ lang: value })}
      options=${[{ value: 'ja', label: '日本語' }, { value: 'en', label: 'English' }]} />
    <${Check} label=${t('prefs.letters')} hint=${t('prefs.letters.hint')} checked=${letters} onChange=${(/** @type {boolean} */ value) => setPrefs({ letters: value })} /><//>`;
}
