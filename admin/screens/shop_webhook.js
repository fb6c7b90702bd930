// @ts-check
/** Where a mall sends its webhooks, and the secret that signs them. */
import { html, useState } from '../vendor/preact.js';
import { request, seg } from '../lib/api.js';
import { hasText, t } from '../lib/i18n.js';
import { may } from '../lib/roles.js';
import { shopChanged } from '../lib/shops.js';
import { useSubmit } from '../lib/submit.js';
import { Button, Notice } from '../ui/basics.js';
import { Field, fieldErrors } from '../ui/field.js';
import { ErrorNotice } from '../ui/states.js';
import { toast } from '../ui/toast.js';

/** @param {{shop: import('../api').Shop, set: (shop: import('../api').Shop) => void}} props */
export function Webhook({ shop, set }) {
  const [secret, setSecret] = useState('');
  const submit = useSubmit(async (key) => {
    const answer = await request('PUT', `/settings/shops/${seg(shop.id)}/webhook-secret`, { key, json: { secret: secret.trim() } });
    setSecret('');
    shopChanged();
    set(answer.shop);
    toast(t('shop.secret.saved'));
  });
  const address = new URL(shop.webhook_url_path, location.origin).href;
  const copy = async (/** @type {string} */ text) => {
    await navigator.clipboard.writeText(text);
    toast(t('action.copied'));
  };
  const where = `shop.webhook.hint.${shop.channel}`;
  return html`<div>
    ${shop.has_secret ? null : html`<${Notice} tone="warn">${t('shop.secret.first')}<//>`}
    <div class="copy-row"><${Field} label=${t('shop.webhook.url')} value=${address} readOnly mono onInput=${() => undefined} hint=${t(hasText(where) ? where : 'shop.webhook.hint.generic')} />
      <${Button} icon="copy" label=${t('shop.webhook.copy')} onClick=${() => copy(address)} /></div>
    ${may('settings') ? html`<form onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); if (secret.trim()) submit.run(); }}>
      <div class="copy-row"><${Field} label=${t('shop.secret.new')} name="secret" value=${secret} mono error=${fieldErrors(submit.error).secret} hint=${t('shop.secret.hint')}
        onInput=${(/** @type {string} */ value) => { submit.touched(); setSecret(value); }} />
        ${secret ? html`<${Button} icon="copy" label=${t('shop.secret.copy')} onClick=${() => copy(secret)} />` : null}</div>
      <${ErrorNotice} error=${submit.error} />
      <div class="form-actions"><${Button} kind="primary" small type="submit" busy=${submit.busy} disabled=${!secret.trim()}>${t('shop.secret.save')}<//>
        ${shop.channel === 'generic' ? html`<${Button} small onClick=${() => setSecret(newSecret())}>${t('shop.secret.make')}<//>` : null}</div></form>` : null}</div>`;
}

/** A secret as Standard Webhooks writes it: 32 random bytes. */
const newSecret = () => `whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))}`;
