// @ts-check
/** What the keys do, and the switch that turns the single letters off. */
import { html } from '../vendor/preact.js';
import { t } from '../lib/i18n.js';
import { prefs, setPrefs } from '../lib/prefs.js';
import { Dialog } from './dialog.js';
import { Check } from './field.js';

const KEYS = /** @type {const} */ ([
  ['help.list', [['j', 'help.j'], ['k', 'help.k'], ['Enter', 'help.enter'], ['x', 'help.x'], ['Shift+x', 'help.shift_x'], ['Esc', 'help.esc'], ['/', 'help.search'], ['r', 'help.reload']]],
  ['help.order', [['j', 'help.next_order'], ['k', 'help.previous_order'], ['c', 'help.confirm'], ['n', 'help.note'], ['u', 'help.up']]],
  ['help.go', [['g o', 'nav.orders'], ['g s', 'nav.stock'], ['g c', 'nav.shops'], ['g i', 'nav.import'], ['g m', 'nav.mail'], ['g h', 'nav.health'], ['g ,', 'nav.settings']]],
  ['help.all', [['Ctrl+K', 'palette.title'], ['Ctrl+Enter', 'help.send'], ['?', 'nav.help']]],
]);

/** @param {{onClose: () => void}} props */
export function Help({ onClose }) {
  return html`<${Dialog} title=${t('nav.help')} wide onClose=${onClose}>
    <div class="help">${KEYS.map(([title, keys]) => html`<section key=${title}><h3>${t(title)}</h3><dl>${keys.map(([key, text]) => html`
      <div key=${key}><dt>${key.split(/[ +]/).map((part, i) => html`${i ? html`<span class="sub">${key.includes('+') ? '+' : ' '}</span>` : null}<kbd>${part}</kbd>`)}</dt><dd>${t(text)}</dd></div>`)}</dl></section>`)}</div>
    <${Check} label=${t('prefs.letters')} hint=${t('prefs.letters.hint')} checked=${prefs.value.letters} onChange=${(/** @type {boolean} */ letters) => setPrefs({ letters })} /><//>`;
}
