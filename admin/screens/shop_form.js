// @ts-check
/** A shop's own settings: its name, its channel and currency, and who writes its mails. */
import { html, useRef, useState } from '../vendor/preact.js';
import { request, seg } from '../lib/api.js';
import { useDraft } from '../lib/draft.js';
import { t } from '../lib/i18n.js';
import { may } from '../lib/roles.js';
import { go, link } from '../lib/router.js';
import { halfWidth } from '../lib/search.js';
import { readShop, shopChanged } from '../lib/shops.js';
import { useSubmit } from '../lib/submit.js';
import { useVersioned } from '../lib/versioned.js';
import { Button, Card } from '../ui/basics.js';
import { Conflict } from '../ui/conflict.js';
import { Check, Field, fieldErrors, focusFirstError } from '../ui/field.js';
import { ErrorNotice, groupNames } from '../ui/states.js';
import { toast } from '../ui/toast.js';

/** @typedef {import('../api').Shop} Shop */
/** @typedef {{id: string, name: string, channel: string, currency: string, enabled: string, from_address: string, from_name: string, reply_to: string, signature: string}} Texts */

/** @param {Partial<Shop>} shop @returns {Texts} */
const textsOf = (shop) => ({
  id: shop.id ?? '', name: shop.name ?? '', channel: shop.channel ?? 'shopify', currency: shop.currency ?? 'JPY', enabled: shop.enabled === false ? 'no' : 'yes',
  from_address: shop.mail?.from_address ?? '', from_name: shop.mail?.from_name ?? '', reply_to: shop.mail?.reply_to ?? '', signature: shop.mail?.signature ?? '',
});

/** The shop as PUT takes it; address and options stay as they are. @param {Texts} texts @returns {import('../schemas').ShopRequest} */
const bodyOf = ({ name, channel, currency, enabled, from_address, from_name, reply_to, signature }) => ({
  name: name.trim(), channel, currency, enabled: enabled === 'yes', mail: { from_address: from_address.trim(), from_name: from_name.trim(), reply_to: reply_to.trim(), signature },
});

/** @param {{shop: Shop | null, channels: readonly import('../api').Channel[], set: (shop: Shop) => void}} props */
export function ShopForm({ shop, channels, set }) {
  const base = textsOf(shop ?? {});
  const [draft, setDraft] = useDraft(`shop.${shop?.id ?? 'new'}`);
  const texts = /** @type {Texts} */ ({ ...base, ...(draft ?? {}) });
  const [missing, setMissing] = useState(/** @type {Record<string, string>} */ ({}));
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const stored = (/** @type {Shop} */ now) => {
    setDraft(null);
    shopChanged();
    set(now);
    toast(t('shop.saved'));
    if (!shop) go(link(['shops', now.id], { tab: 'connect' }));
  };
  const create = useSubmit(async (key) => stored(await request('PUT', `/settings/shops/${seg(texts.id)}`, { isNew: true, key, json: bodyOf(texts) })));
  const change = useVersioned({
    read: (/** @type {Shop} */ now) => ({ ...textsOf(now) }),
    // The whole shop is put, so what this person did not touch is taken from what is stored now.
    send: async (version, fields) => {
      const now = version === shop?.version ? base : textsOf(await readShop(texts.id));
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
  const readOnly = !may('settings');
  /** @param {keyof Texts} name @param {object} [more] */
  const field = (name, more) => html`<${Field} key=${name} name=${name} label=${t(`shop.${name}`)} value=${texts[name]} error=${errors[name]} readOnly=${readOnly} onInput=${(/** @type {string} */ value) => put(name, value)} ...${more} />`;
  const { clash } = change;
  const dirty = Object.keys(changed).length > 0;
  return html`<form ref=${form} novalidate onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); submit(); }}>
    <${Card} title=${t('shop.basics')}><div class="form-grid">
      ${shop ? null : field('id', { required: true, convert: halfWidth, hint: t('shop.id.hint'), width: 'short', mono: true, focus: true })}
      ${field('name', { required: true, width: shop ? 'wide' : 'short', hint: t('shop.name.hint') })}
      ${shop ? null : field('channel', { width: 'short', hint: t('shop.channel.hint'), options: channels.map((each) => ({ value: each.code, label: each.name })) })}
      ${field('currency', { width: 'short', convert: (/** @type {string} */ text) => halfWidth(text).toUpperCase() })}</div>
      <${Check} label=${t('shop.enabled.label')} hint=${t('shop.enabled.hint')} checked=${texts.enabled === 'yes'} disabled=${readOnly} onChange=${(/** @type {boolean} */ on) => put('enabled', on ? 'yes' : 'no')} /><//>
    <${Card} title=${t('shop.mail')}><div class="form-grid">
      ${field('from_address', { type: 'email', width: 'wide', convert: halfWidth, hint: t('shop.from_address.hint') })}${field('from_name', { width: 'short' })}
      ${field('reply_to', { type: 'email', width: 'short', convert: halfWidth })}${field('signature', { area: true, rows: 4, width: 'wide', hint: t('shop.signature.hint') })}</div><//>
    <${ErrorNotice} error=${taken ? undefined : work.error} retry=${work.error?.uncertain ? submit : undefined} />
    <div class="form-actions"><${Button} kind="primary" type="submit" busy=${work.busy} disabled=${!dirty} why=${readOnly && t('role.needed', { groups: groupNames('settings') })}>${t(shop ? 'action.save' : 'shop.new.do')}<//>
      ${dirty ? html`<${Button} kind="quiet" onClick=${() => setDraft(null)}>${t('action.discard')}<//><span class="sub">${t('state.draft')}</span>` : null}</div>
    ${clash ? html`<${Conflict} busy=${change.busy} differences=${clash.fields.map((name) => ({
      label: t(/** @type {'shop.name'} */ (`shop.${name}`)), mine: String(clash.change[name] ?? ''), current: String(textsOf(clash.current)[/** @type {keyof Texts} */ (name)]),
    }))} onOverwrite=${change.overwrite} onTake=${change.take} onCancel=${change.cancel} />` : null}</form>`;
}
