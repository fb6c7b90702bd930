// @ts-check
/** The connection test: each step, and what to do about the one that failed. */
import { html, useEffect, useState } from '../vendor/preact.js';
import { request, seg } from '../lib/api.js';
import { t, tValue } from '../lib/i18n.js';
import { may } from '../lib/roles.js';
import { link } from '../lib/router.js';
import { useSubmit } from '../lib/submit.js';
import { clock } from '../lib/time.js';
import { Button, LinkButton, Notice } from '../ui/basics.js';
import { Icon } from '../ui/icons.js';
import { ErrorNotice, groupNames } from '../ui/states.js';

/** @typedef {import('../api').Check} Check */
/** @typedef {import('../api').CheckStep} CheckStep */

/** @param {{shop: import('../api').Shop, channel: import('../api').Channel}} props */
export function ConnectionTest({ shop, channel }) {
  const [result, setResult] = useState(/** @type {{check: Check, at: Date} | null} */ (null));
  const test = useSubmit(async (key) => {
    setResult(null);
    setResult({ check: await request('POST', `/settings/shops/${seg(shop.id)}/check`, { key }), at: new Date() });
  });
  const why = may('stock') ? '' : t('role.needed', { groups: groupNames('stock') });
  return html`<p class="hint">${t('connect.check.lead')}</p>
    <div class="form-actions"><${Button} kind="primary" small icon="play" busy=${test.busy} why=${why} onClick=${() => test.run()}>${t('connect.check.do')}<//>
      ${test.busy ? html`<${Seconds} />` : null}</div>
    <${ErrorNotice} error=${test.error} retry=${() => test.run()} />
    <div role="status">${result ? html`<${Result} check=${result.check} at=${result.at} listings=${channel.caps.includes('list_skus') ? link(['listings'], { view: 'unmapped', shop: shop.id }) : ''} />` : null}</div>`;
}

/** Malls may take a while. */
function Seconds() {
  const [n, setN] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setN((before) => before + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return html`<span class="sub">${t('connect.check.asking')}${n > 1 ? html` <span class="num">${t('connect.check.seconds', { n })}</span>` : null}</span>`;
}

/** @param {{check: Check, at: Date, listings: string}} props listings: where the shop's list is taken over; '' when its mall has none */
function Result({ check, at, listings }) {
  const failed = check.steps.find((step) => step.ok === false);
  return html`<div class="check-result">${check.is_ok
      ? html`<${Notice} tone="ok" title=${t('connect.check.ok')} actions=${listings ? html`<${LinkButton} href=${listings}>${t('listing.import.do')}<//>` : null}>${t('connect.check.ok.text', { time: clock(at) })}${listings ? ` ${t('connect.check.next')}` : ''}<//>`
      : html`<${Notice} tone="bad" title=${t('connect.check.failed', { step: tValue('check.step.', failed?.step) })}>${tValue('check.hint.', failed?.hint)}
          ${failed?.fields.length ? html` <strong>${failed.fields.map(fieldName).join('、')}</strong>` : null}
          ${failed?.code ? html`<div class="request-id">${t('connect.check.code')} <code>${failed.code}</code></div>` : null}<//>`}
    <ol class="check-steps" aria-label=${t('connect.check.steps')}>${check.steps.map((step) => html`<${Step} key=${step.step} step=${step} />`)}</ol></div>`;
}

/** What is missing: an option or a credential. @param {string} name */
function fieldName(name) {
  const option = tValue('option.', name);
  return option === name ? tValue('credential.', name) : option;
}

/** @param {{step: CheckStep}} props */
function Step({ step }) {
  const [icon, tone, word] = step.ok ? ['check', 'ok', t('check.passed')] : step.ok === false ? ['alert', 'bad', t('check.failed')] : ['pause', 'off', t('check.untried')];
  return html`<li class=${tone}><${Icon} name=${icon} size=${18} /><span>${tValue('check.step.', step.step)}</span><span class="sub small-text">${word}</span></li>`;
}
