// @ts-check
/** The address of a shop's API, and the settings of its channel that are no secrets. */
import { html, useRef } from '../vendor/preact.js';
import { request, seg } from '../lib/api.js';
import { useDraft } from '../lib/draft.js';
import { hasText, t, tValue } from '../lib/i18n.js';
import { may } from '../lib/roles.js';
import { halfWidth } from '../lib/search.js';
import { readShop, shopChanged } from '../lib/shops.js';
import { useVersioned } from '../lib/versioned.js';
import { Button } from '../ui/basics.js';
import { Conflict } from '../ui/conflict.js';
import { Field, fieldErrors, focusFirstError } from '../ui/field.js';
import { ErrorNotice, groupNames } from '../ui/states.js';
import { toast } from '../ui/toast.js';

/** @typedef {import('../api').Shop} Shop */
/** @typedef {import('../api').Channel} Channel */

const URL_FIELD = 'api_url';

/** By name: `api_url`, and each option of the channel. @param {Shop} shop @param {Channel} channel @returns {Record<string, string>} */
const textsOf = (shop, channel) => ({ [URL_FIELD]: shop.api_url, ...Object.fromEntries(channel.options.map(({ name }) => [name, shop.options[name] ?? ''])) });

/** @param {Shop} shop @param {Record<string, string>} texts @returns {import('../schemas').ShopRequest} */
function bodyOf(shop, { [URL_FIELD]: api_url, ...options }) {
  const wanted = { ...shop.options, ...Object.fromEntries(Object.entries(options).map(([name, text]) => [name, text.trim()])) };
  return {
    name: shop.name, channel: shop.channel, currency: shop.currency, enabled: shop.enabled, mail: shop.mail, api_url: api_url.trim(),
    options: Object.fromEntries(Object.entries(wanted).filter(([, text]) => text)),
  };
}

/** @param {{shop: Shop, set: (shop: Shop) => void, channel: Channel}} props */
export function Address({ shop, set, channel }) {
  const base = textsOf(shop, channel);
  const [draft, setDraft] = useDraft(`shop.${shop.id}.address`);
  const texts = /** @type {Record<string, string>} */ ({ ...base, ...(draft ?? {}) });
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const change = useVersioned({
    read: (/** @type {Shop} */ now) => textsOf(now, channel),
    // The whole shop is put, so what this person did not touch is taken from what is stored now.
    send: async (version, fields) => {
      const now = version === shop.version ? shop : await readShop(shop.id);
      return request('PUT', `/settings/shops/${seg(shop.id)}`, { version, json: bodyOf(now, /** @type {Record<string, string>} */ ({ ...textsOf(now, channel), ...fields })) });
    },
    onSaved: (now) => {
      setDraft(null);
      shopChanged();
      set(now);
      toast(t('connect.address.saved'));
    },
    onTaken: (now) => {
      setDraft(null);
      set(now);
    },
  });
  const changed = Object.fromEntries(Object.entries(texts).filter(([name, text]) => text !== base[name]));
  const save = async () => {
    if (!(await change.save(shop, changed))) focusFirstError(form.current);
  };
  const errors = fieldErrors(change.error);
  const why = may('settings') ? '' : t('role.needed', { groups: groupNames('settings') });
  /** @param {string} name @param {string} label @param {object} more */
  const field = (name, label, more) => html`<${Field} key=${name} name=${name} label=${label} value=${texts[name]} error=${errors[name] ?? errors[`options.${name}`]} readOnly=${Boolean(why)} convert=${halfWidth} mono
    onInput=${(/** @type {string} */ text) => { change.touched(); setDraft({ ...changed, [name]: text }); }} ...${more} />`;
  const dirty = Object.keys(changed).length > 0;
  const { clash } = change;
  return html`<form ref=${form} novalidate onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); save(); }}>
    <div class="form-grid">
      ${field(URL_FIELD, t('connect.api_url'), { width: 'wide', inputmode: 'url', required: !channel.default_url, placeholder: channel.default_url || 'https://',
        hint: channel.default_url ? t('connect.api_url.usual', { url: channel.default_url }) : t('connect.api_url.own') })}
      ${channel.options.map((option) => field(option.name, tValue('option.', option.name), {
        required: !option.is_optional && !option.default, placeholder: option.default, hint: optionHint(option.name, option.default),
      }))}</div>
    <${ErrorNotice} error=${change.error} />
    <div class="form-actions"><${Button} kind="primary" small type="submit" busy=${change.busy} disabled=${!dirty} why=${why}>${t('action.save')}<//>
      ${dirty ? html`<${Button} kind="quiet" small onClick=${() => setDraft(null)}>${t('action.discard')}<//>` : null}</div>
    ${clash ? html`<${Conflict} busy=${change.busy} differences=${clash.fields.map((name) => ({
      label: name === URL_FIELD ? t('connect.api_url') : tValue('option.', name), mine: String(clash.change[name] ?? ''), current: textsOf(clash.current, channel)[name],
    }))} onOverwrite=${change.overwrite} onTake=${change.take} onCancel=${change.cancel} />` : null}</form>`;
}

/** What an option is, and what it is when nothing is entered. @param {string} name @param {string} usual */
function optionHint(name, usual) {
  const key = `option.${name}.hint`;
  return [hasText(key) ? t(key) : '', usual ? t('connect.option.usual', { value: usual }) : ''].filter(Boolean).join(' ');
}
