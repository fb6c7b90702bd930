// @ts-check
/** 保留: until when, and why. */
import { html, useRef, useState } from '../vendor/preact.js';
import { t } from '../lib/i18n.js';
import { dayFromToday } from '../lib/time.js';
import { Button, Chip } from '../ui/basics.js';
import { Dialog } from '../ui/dialog.js';
import { Field, focusFirstError } from '../ui/field.js';

const REASONS = /** @type {const} */ (['hold.reason.customer', 'hold.reason.payment', 'hold.reason.address', 'hold.reason.arrival']);

/** @param {{onClose: () => void, onHold: (hold: {until: string | null, reason: string}) => void, busy?: boolean, count?: number, children?: import('../vendor/preact.js').ComponentChildren}} props */
export function HoldDialog({ onClose, onHold, busy, count, children }) {
  const [until, setUntil] = useState('');
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const missing = tried && !reason.trim() ? t('hold.reason.missing') : '';
  const submit = () => {
    setTried(true);
    if (reason.trim()) onHold({ until: until || null, reason: reason.trim() });
    else focusFirstError(form.current);
  };
  return html`<${Dialog} title=${count ? t('hold.title.many', { n: count }) : t('hold.title')} onClose=${onClose} onSubmit=${submit} formRef=${form}
    footer=${html`<${Button} onClick=${onClose}>${t('action.cancel')}<//><${Button} kind="primary" type="submit" busy=${busy}>${t('hold.do')}<//>`}>
    ${children}
    <${Field} label=${t('hold.reason')} value=${reason} required error=${missing} onInput=${setReason} focus />
    <div class="picks" role="group" aria-label=${t('hold.reason.often')}>${REASONS.map((key) => html`<button type="button" key=${key} class="pick" onClick=${() => setReason(t(key))}><${Chip}>${t(key)}<//></button>`)}</div>
    <${Field} label=${t('hold.until')} type="date" value=${until} min=${dayFromToday(1)} hint=${t('hold.until.hint')} onInput=${setUntil} width="short" />
    <div class="picks" role="group" aria-label=${t('hold.until')}>${[1, 3, 7].map((days) => html`<button type="button" key=${days} class="pick" onClick=${() => setUntil(dayFromToday(days))}><${Chip}>${t('hold.days', { n: days })}<//></button>`)}</div>
  <//>`;
}
