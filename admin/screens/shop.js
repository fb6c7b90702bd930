// @ts-check
/** One shop: where its webhooks come in, the secret that signs them, who writes its mails. */
import { html, useRef, useState } from '../vendor/preact.js';
import { get, request, seg } from '../lib/api.js';
import { useDraft } from '../lib/draft.js';
import { t, tValue } from '../lib/i18n.js';
import { forgetCached, useResource } from '../lib/resource.js';
import { may } from '../lib/roles.js';
import { go, link } from '../lib/router.js';
import { halfWidth } from '../lib/search.js';
import { loadShops } from '../lib/store.js';
import { useSubmit } from '../lib/submit.js';
import { useVersioned } from '../lib/versioned.js';
import { Button, Card, Chip, Notice } from '../ui/basics.js';
import { Conflict } from '../ui/conflict.js';
import { Check, Field, fieldErrors, focusFirstError } from '../ui/field.js';
import { Page } from '../ui/page.js';
import { Empty, ErrorNotice, Skeleton, groupNames } from '../ui/states.js';
import { toast } from '../ui/toast.js';

/** @typedef {import('../api').Shop} ShopData */
/** @typedef {{id: string, name: string, channel: string, currency: string, enabled: string, from_address: string, from_name: string, reply_to: string, signature: string}} Texts */

const CHANNELS = ['shopify', 'generic'];

/** @param {Partial<ShopData>} shop @returns {Texts} */
const textsOf = (shop) => ({
  id: shop.id ?? '', name: shop.name ?? '', channel: shop.channel ?? 'generic', currency: shop.currency ?? 'JPY', enabled: shop.enabled === false ? 'no' : 'yes',
  from_address: shop.mail?.from_address ?? '', from_name: shop.mail?.from_name ?? '', reply_to: shop.mail?.reply_to ?? '', signature: shop.mail?.signature ?? '',
});

/** The whole shop as PUT takes it. @param {Texts} texts @returns {import('../schemas').ShopRequest} */
const bodyOf = ({ name, channel, currency, enabled, from_address, from_name, reply_to, signature }) => ({
  name: name.trim(), channel, currency, enabled: enabled === 'yes', mail: { from_address: from_address.trim(), from_name: from_name.trim(), reply_to: reply_to.trim(), signature },
});

/** @param {{id: string}} props */
export default function Shop({ id }) {
  const allowed = may('settings');
  const isNew = id === 'new';
  const { data, error, loading, reload, set } = useResource(allowed && !isNew ? `settings:shop:${id}` : null, async (signal) => {
    return /** @type {ShopData} */ (await get(`/settings/shops/${seg(id)}`, {}, { signal }));
  });
  const back = { href: '#/settings', label: t('nav.settings') };
  const title = isNew ? t('shop.new') : (data?.name ?? id);
  if (!allowed) return html`<${Page} title=${title} back=${back} narrow><${Empty} icon="info" title=${t('shops.admins', { groups: groupNames('settings') })} /><//>`;
  if (isNew) return html`<${Page} title=${title} back=${back} narrow><${ShopForm} shop=${null} set=${() => undefined} /><//>`;
  if (!data) {
    return html`<${Page} title=${title} back=${back} narrow>${error?.status === 404 ? html`<${Empty} icon="search" title=${t('shop.missing')} />`
      : error ? html`<${ErrorNotice} error=${error} retry=${reload} busy=${loading} />` : html`<${Skeleton} rows=${8} />`}<//>`;
  }
  return html`<${Page} title=${title} back=${back} narrow sub=${html`<span>${tValue('channel.', data.channel)}</span><code>${data.id}</code>`}>
    <${ErrorNotice} error=${error} retry=${reload} busy=${loading} />
    <${Webhook} shop=${data} set=${set} /><${ShopForm} shop=${data} set=${set} /><//>`;
}

/** @param {{shop: ShopData | null, set: (shop: ShopData) => void}} props */
function ShopForm({ shop, set }) {
  const base = textsOf(shop ?? {});
  const [draft, setDraft] = useDraft(`shop.${shop?.id ?? 'new'}`);
  const texts = /** @type {Texts} */ ({ ...base, ...(draft ?? {}) });
  const [missing, setMissing] = useState(/** @type {Record<string, string>} */ ({}));
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const stored = (/** @type {ShopData} */ now) => {
    setDraft(null);
    forgetCached('settings:');
    loadShops();
    set(now);
    toast(t('shop.saved'));
    if (!shop) go(link(['settings', now.id]));
  };
  const create = useSubmit(async (key) => stored(await request('PUT', `/settings/shops/${seg(texts.id)}`, { isNew: true, key, json: bodyOf(texts) })));
  const change = useVersioned({
    read: (/** @type {ShopData} */ now) => ({ ...textsOf(now) }),
    // The whole shop is put, so what this person did not touch is taken from what is stored now.
    send: async (version, fields) => {
      const now = version === shop?.version ? base : textsOf(await current(texts.id));
      return request('PUT', `/settings/shops/${seg(texts.id)}`, { version, json: bodyOf({ ...now, ...fields }) });
    },
    onSaved: stored,
    onTaken: (now) => {
      setDraft(null);
      set(now);
    },
  });
  const work = shop ? change : create;
  const changed = Object.fromEntries(Object.entries(texts).filter(([name, value]) => value !== base[/** @type {keyof Texts} */ (name)]));
  const submit = async () => {
    const wrong = Object.fromEntries(['id', 'name'].filter((name) => !texts[/** @type {'id'} */ (name)].trim()).map((name) => [name, t('field.missing')]));
    setMissing(wrong);
    const ok = !Object.keys(wrong).length && (await (shop ? change.save(shop, changed) : create.run()));
    if (!ok) focusFirstError(form.current);
  };
  const taken = !shop && create.error?.status === 412;
  /** @type {Record<string, string>} */
  const errors = { ...missing, ...fieldErrors(work.error), ...(taken ? { id: t('shop.id.taken') } : {}) };
  /** @param {keyof Texts} name @param {string} value */
  const put = (name, value) => {
    work.touched();
    setMissing({});
    setDraft({ ...changed, [name]: value });
  };
  /** @param {keyof Texts} name @param {object} [more] */
  const field = (name, more) => html`<${Field} key=${name} name=${name} label=${t(`shop.${name}`)} value=${texts[name]} error=${errors[name]} onInput=${(/** @type {string} */ value) => put(name, value)} ...${more} />`;
  const { clash } = change;
  const dirty = Object.keys(changed).length > 0;
  return html`<form ref=${form} novalidate onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); submit(); }}>
    <${Card} title=${t('shop.basics')}><div class="form-grid">
      ${shop ? null : field('id', { required: true, convert: halfWidth, hint: t('shop.id.hint'), width: 'short', mono: true, focus: true })}
      ${field('name', { required: true, width: shop ? 'wide' : 'short', hint: t('shop.name.hint') })}
      ${shop ? null : field('channel', { width: 'short', options: CHANNELS.map((value) => ({ value, label: tValue('channel.', value) })) })}
      ${field('currency', { width: 'short', convert: (/** @type {string} */ text) => halfWidth(text).toUpperCase() })}</div>
      <${Check} label=${t('shop.enabled.label')} hint=${t('shop.enabled.hint')} checked=${texts.enabled === 'yes'} onChange=${(/** @type {boolean} */ on) => put('enabled', on ? 'yes' : 'no')} /><//>
    <${Card} title=${t('shop.mail')}><div class="form-grid">
      ${field('from_address', { type: 'email', width: 'wide', convert: halfWidth, hint: t('shop.from_address.hint') })}${field('from_name', { width: 'short' })}
      ${field('reply_to', { type: 'email', width: 'short', convert: halfWidth })}${field('signature', { area: true, rows: 4, width: 'wide', hint: t('shop.signature.hint') })}</div><//>
    <${ErrorNotice} error=${taken ? undefined : work.error} retry=${work.error?.uncertain ? submit : undefined} />
    <div class="form-actions"><${Button} kind="primary" type="submit" busy=${work.busy} disabled=${!dirty}>${t(shop ? 'action.save' : 'shop.new.do')}<//>
      ${dirty ? html`<${Button} kind="quiet" onClick=${() => setDraft(null)}>${t('action.discard')}<//><span class="sub">${t('state.draft')}</span>` : null}</div>
    ${clash ? html`<${Conflict} busy=${change.busy} differences=${clash.fields.map((name) => ({
      label: t(/** @type {'shop.name'} */ (`shop.${name}`)), mine: String(clash.change[name] ?? ''), current: String(textsOf(clash.current)[/** @type {keyof Texts} */ (name)]),
    }))} onOverwrite=${change.overwrite} onTake=${change.take} onCancel=${change.cancel} />` : null}</form>`;
}

/** @param {string} id @returns {Promise<ShopData>} */
const current = (id) => get(`/settings/shops/${seg(id)}`);

/** @param {{shop: ShopData, set: (shop: ShopData) => void}} props */
function Webhook({ shop, set }) {
  const [secret, setSecret] = useState('');
  const submit = useSubmit(async (key) => {
    const answer = await request('PUT', `/settings/shops/${seg(shop.id)}/webhook-secret`, { key, json: { secret: secret.trim() } });
    setSecret('');
    forgetCached('settings:');
    set(answer.shop);
    toast(t('shop.secret.saved'));
  });
  const address = new URL(shop.webhook_url_path, location.origin).href;
  const copy = async (/** @type {string} */ text) => {
    await navigator.clipboard.writeText(text);
    toast(t('action.copied'));
  };
  return html`<${Card} title=${t('shop.webhook')} actions=${shop.has_secret ? html`<${Chip} tone="ok">${t('shop.secret.set')}<//>` : html`<${Chip} tone="bad">${t('shop.secret.missing')}<//>`}>
    ${shop.has_secret ? null : html`<${Notice} tone="warn">${t('shop.secret.first')}<//>`}
    <div class="copy-row"><${Field} label=${t('shop.webhook.url')} value=${address} readOnly mono onInput=${() => undefined} hint=${t(`shop.webhook.hint.${shop.channel === 'shopify' ? 'shopify' : 'generic'}`)} />
      <${Button} icon="copy" label=${t('shop.webhook.copy')} onClick=${() => copy(address)} /></div>
    <form onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); if (secret.trim()) submit.run(); }}>
      <div class="copy-row"><${Field} label=${t('shop.secret.new')} name="secret" value=${secret} mono error=${fieldErrors(submit.error).secret} hint=${t('shop.secret.hint')}
        onInput=${(/** @type {string} */ value) => { submit.touched(); setSecret(value); }} />
        ${secret ? html`<${Button} icon="copy" label=${t('shop.secret.copy')} onClick=${() => copy(secret)} />` : null}</div>
      <${ErrorNotice} error=${submit.error} />
      <div class="form-actions"><${Button} kind="primary" small type="submit" busy=${submit.busy} disabled=${!secret.trim()}>${t('shop.secret.save')}<//>
        ${shop.channel === 'shopify' ? null : html`<${Button} small onClick=${() => setSecret(newSecret())}>${t('shop.secret.make')}<//>`}</div></form><//>`;
}

/** A secret as Standard Webhooks writes it: 32 random bytes. */
const newSecret = () => `whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))}`;
