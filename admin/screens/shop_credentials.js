// @ts-check
/** What a person enters so that the mall lets us in. Stored values are never shown again. */
import { html, useRef, useState } from '../vendor/preact.js';
import { request, seg } from '../lib/api.js';
import { hasText, t, tValue } from '../lib/i18n.js';
import { may } from '../lib/roles.js';
import { shopChanged } from '../lib/shops.js';
import { useSubmit } from '../lib/submit.js';
import { dayFromToday } from '../lib/time.js';
import { Badge, Button, Day, Notice, Time } from '../ui/basics.js';
import { Confirm } from '../ui/dialog.js';
import { Field, focusFirstError } from '../ui/field.js';
import { ErrorNotice, groupNames } from '../ui/states.js';
import { toast } from '../ui/toast.js';
import { EndingBadge } from './shops.js';

/** @typedef {import('../api').Shop} Shop */
/** @typedef {import('../api').Channel} Channel */
/** @typedef {import('../api').EndingList} EndingList */

/**
 * @param {{shop: Shop, set: (shop: Shop) => void, channel: Channel, endings?: EndingList, trouble?: import('../api').Trouble}} props
 */
export function Credentials({ shop, set, channel, endings, trouble }) {
  // Secrets stay in memory: they are no draft that outlives the screen.
  const [values, setValues] = useState(/** @type {Record<string, string>} */ ({}));
  const [days, setDays] = useState(/** @type {Record<string, string>} */ ({}));
  const [forgetting, setForgetting] = useState('');
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const why = may('settings') ? '' : t('role.needed', { groups: groupNames('settings') });
  const put = useSubmit(async (key, /** @type {import('../schemas').CredentialsRequest} */ json) => {
    const now = /** @type {Shop} */ (await request('PUT', `/settings/shops/${seg(shop.id)}/credentials`, { version: shop.version, key, json }));
    setValues({});
    setDays({});
    shopChanged();
    set(now);
  });
  const save = async () => {
    const credentials = Object.fromEntries(Object.entries(values).map(([name, text]) => [name, text.trim()]).filter(([, text]) => text));
    const expires_at = Object.fromEntries(Object.entries(days).filter(([name, day]) => day || isSet(name)).map(([name, day]) => [name, day || null]));
    if (await put.run({ credentials, expires_at })) toast(t('credentials.saved'));
    else focusFirstError(form.current);
  };
  const forget = async () => {
    if (await put.run({ credentials: { [forgetting]: null } })) toast(t('credentials.forgotten'));
    setForgetting('');
  };
  const stored = new Map(shop.credentials.map((each) => [each.name, each]));
  const isSet = (/** @type {string} */ name) => stored.get(name)?.is_set ?? false;
  /** Two fields have the same name: what is stored, and until when. @param {string} place */
  const errorAt = (place) => put.error?.fieldErrors.find(({ field }) => field.endsWith(place))?.message;
  const touched = Object.values(values).some((text) => text.trim()) || Object.keys(days).length > 0;
  if (!channel.credentials.length) return html`<p class="sub">${t('credentials.none')}</p>`;
  return html`<form ref=${form} novalidate onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); save(); }}>
    ${trouble ? html`<${Notice} tone="bad" title=${t('trouble.title')}>${tValue('trouble.', trouble.reason)} <span class="sub">${t('trouble.since')} <${Time} at=${trouble.since} /></span><//>` : null}
    <p class="hint">${t('credentials.lead')}</p>
    <ul class="credentials">${channel.credentials.map((field) => {
      const { name } = field;
      const known = stored.get(name);
      const ending = endings?.items.find((each) => each.shop_id === shop.id && each.name === name);
      const how = `how.${channel.code}.${name}`;
      return html`<li key=${name}><div class="credential-head"><strong>${tValue('credential.', name)}</strong>
          ${known?.is_set ? html`<${Badge} tone="ok">${t('credentials.set')}<//>` : html`<${Badge} tone=${field.is_optional ? 'off' : 'warn'}>${t(field.is_optional ? 'credentials.optional' : 'credentials.missing')}<//>`}
          ${ending ? html`<${EndingBadge} ending=${ending} />` : null}
          ${known?.set_at ? html`<span class="sub small-text">${t('credentials.set_at')} <${Time} at=${known.set_at} /></span>` : null}
          ${known?.expires_at ? html`<span class="sub small-text">${t('credentials.until')} <${Day} day=${known.expires_at} /></span>` : null}
          ${known?.is_set && !why ? html`<button type="button" class="link small-text" onClick=${() => setForgetting(name)}>${t('credentials.forget')}</button>` : null}</div>
        ${hasText(how) ? html`<p class="hint">${t(how)}</p>` : null}
        ${why ? null : html`<div class="form-grid"><${Field} label=${t(known?.is_set ? 'credentials.new' : 'credentials.value', { name: tValue('credential.', name) })} name=${name} value=${values[name] ?? ''} mono
            error=${errorAt(`credentials.${name}`)} onInput=${(/** @type {string} */ text) => { put.touched(); setValues({ ...values, [name]: text }); }} />
          ${field.is_human && (field.lifetime || known?.expires_at || values[name]) ? html`<${Field} label=${t('credentials.expires', { name: tValue('credential.', name) })} type="date" width="short" min=${dayFromToday()} value=${days[name] ?? known?.expires_at ?? ''} error=${errorAt(`expires_at.${name}`)}
            hint=${field.lifetime ? t('credentials.lifetime', { n: field.lifetime }) : t('credentials.lifetime.none')} onInput=${(/** @type {string} */ day) => { put.touched(); setDays({ ...days, [name]: day }); }} />` : null}</div>`}</li>`;
    })}</ul>
    <${ErrorNotice} error=${put.error} />
    <div class="form-actions"><${Button} kind="primary" small type="submit" busy=${put.busy} disabled=${!touched} why=${why}>${t('credentials.save')}<//>
      ${touched ? html`<${Button} kind="quiet" small onClick=${() => { setValues({}); setDays({}); put.touched(); }}>${t('action.discard')}<//>` : null}</div>
    ${forgetting ? html`<${Confirm} title=${t('credentials.forget.title', { name: tValue('credential.', forgetting) })} danger confirm=${t('credentials.forget.do')} busy=${put.busy} onConfirm=${forget} onClose=${() => setForgetting('')}>
      <p>${t('credentials.forget.text')}</p><//>` : null}</form>`;
}
