// @ts-check
/** Before: nobody is signed in. */
import { html, useEffect, useState } from '../vendor/preact.js';
import { session, signIn } from '../lib/auth.js';
import { getConfig } from '../lib/config.js';
import { t } from '../lib/i18n.js';
import { prefs, setPrefs } from '../lib/prefs.js';
import { Button, Notice } from '../ui/basics.js';
import { Mark } from '../ui/icons.js';

export function SignIn() {
  const { problem, left } = session.value;
  const [busy, setBusy] = useState(false);
  const { stage } = getConfig();
  const title = t('signin.title');
  useEffect(() => {
    document.title = `${title} · Banto`;
    document.getElementById('sign-in')?.focus();
  }, [title]);
  const start = () => {
    setBusy(true);
    signIn();
  };
  return html`<main class="door"><div class="door-card">
    <div class="door-sign"><${Mark} size=${44} /></div>
    <h1>Banto <span class="door-kanji">番頭</span></h1>
    <p class="sub">${t('signin.lead')}</p>
    ${problem ? html`<div role="alert"><${Notice} tone="bad" title=${t(`signin.problem.${problem}`)}>${t(`signin.problem.${problem}.do`)}<//></div>` : null}
    ${left && !problem ? html`<${Notice} tone="ok" live title=${t('signin.left')}>${t('signin.left.text')}<//>` : null}
    <${Button} id="sign-in" kind="primary" busy=${busy} onClick=${start}>${t(left ? 'signin.again' : 'signin.go')}<//>
    <p class="hint">${t('signin.invited')}</p>
    <footer class="door-foot">${stage && stage !== 'prod' ? html`<span class="stage">${stage}</span>` : html`<span></span>`}
      <${Button} kind="quiet" small onClick=${() => setPrefs({ lang: prefs.value.lang === 'ja' ? 'en' : 'ja' })}>${prefs.value.lang === 'ja' ? 'English' : '日本語'}<//></footer>
  </div></main>`;
}
