// @ts-check
/** Somebody else changed the same thing: both versions side by side, and three ways on. */
import { html } from '../vendor/preact.js';
import { t } from '../lib/i18n.js';
import { clock } from '../lib/time.js';
import { Button } from './basics.js';
import { Dialog } from './dialog.js';

/**
 * @typedef {object} Difference
 * @property {string} label
 * @property {string} mine what this person wants to store
 * @property {string} current what is stored now
 */

/**
 * @param {{differences: Difference[], by?: string, at?: string, busy?: boolean, onOverwrite: () => void, onTake: () => void,
 *   onCancel: () => void}} props
 */
export function Conflict({ differences, by, at, busy, onOverwrite, onTake, onCancel }) {
  return html`<${Dialog} title=${t('conflict.title')} wide onClose=${onCancel}
    footer=${html`<${Button} onClick=${onCancel} hint=${t('conflict.cancel.hint')}>${t('conflict.cancel')}<//>
      <${Button} onClick=${onTake} hint=${t('conflict.take.hint')}>${t('conflict.take')}<//>
      <${Button} kind="danger" busy=${busy} onClick=${onOverwrite} hint=${t('conflict.overwrite.hint')}>${t('conflict.overwrite')}<//>`}>
    <p>${by && at ? t('conflict.by', { name: by, time: clock(at) }) : t('conflict.somebody')}</p>
    <div class="conflict" role="table" aria-label=${t('conflict.title')}>
      <div role="row" class="conflict-head"><span role="columnheader">${t('conflict.field')}</span>
        <span role="columnheader">${t('conflict.mine')}</span><span role="columnheader">${t('conflict.current')}</span></div>
      ${differences.map((d) => html`<div role="row" key=${d.label}>
        <span role="rowheader">${d.label}</span>
        <span role="cell" class="mine" data-label=${t('conflict.mine')}>${d.mine || t('value.empty')}</span>
        <span role="cell" class="theirs" data-label=${t('conflict.current')}>${d.current || t('value.empty')}</span></div>`)}
    </div>
    <ul class="conflict-help"><li>${t('conflict.overwrite.hint')}</li><li>${t('conflict.take.hint')}</li><li>${t('conflict.cancel.hint')}</li></ul>
  <//>`;
}
