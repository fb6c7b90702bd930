// @ts-check
/** The start: configuration, session, page. */
import { html, render } from './vendor/preact.js';
import { App } from './app.js';
import { resume } from './lib/auth.js';
import { loadConfig } from './lib/config.js';
import { languageReady, t } from './lib/i18n.js';
import { watchIdle } from './lib/idle.js';
import { readAddress } from './lib/router.js';

const root = /** @type {HTMLElement} */ (document.getElementById('app'));

try {
  await Promise.all([loadConfig(), languageReady]);
  await resume();
  readAddress();
  root.textContent = '';
  render(html`<${App} />`, root);
  watchIdle();
} catch (error) {
  root.textContent = '';
  const text = document.createElement('p');
  text.className = 'boot';
  text.setAttribute('role', 'alert');
  text.textContent = `${t('boot.failed')} (${error instanceof Error ? error.message : error})`;
  root.append(text);
}
