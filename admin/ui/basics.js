// @ts-check
/** Small things: buttons, badges, chips, times, amounts, explanations. */
import { html, useId } from '../vendor/preact.js';
import { t } from '../lib/i18n.js';
import { money, number } from '../lib/money.js';
import { ago, calendarDay, dateTime, machine } from '../lib/time.js';
import { Icon } from './icons.js';

/** @typedef {import('../vendor/preact.js').ComponentChildren} Children */

/**
 * `why` disables the button and says the reason to everybody, also to those who cannot hover.
 * @param {{children?: Children, kind?: 'primary' | 'plain' | 'quiet' | 'danger', icon?: string, busy?: boolean, why?: string | false | null,
 *   disabled?: boolean, type?: 'button' | 'submit', onClick?: (event: MouseEvent) => void, label?: string, small?: boolean,
 *   hint?: string, id?: string, pressed?: boolean, focus?: boolean}} props
 */
export function Button({ children, kind = 'plain', icon, busy, why, disabled, type = 'button', onClick, label, small, hint, id, pressed, focus }) {
  const note = useId();
  const off = Boolean(why || disabled);
  return html`<button id=${id} type=${type} autofocus=${focus} class=${`btn ${kind}${small ? ' small' : ''}${children ? '' : ' bare'}`} disabled=${off}
      aria-busy=${busy ? 'true' : undefined} aria-label=${label} aria-pressed=${pressed}
      title=${why || hint || (children ? undefined : label)} aria-describedby=${why ? note : undefined}
      onClick=${(/** @type {MouseEvent} */ event) => (busy ? event.preventDefault() : onClick?.(event))}>
    ${busy ? html`<span class="spinner" aria-hidden="true"></span>` : icon ? html`<${Icon} name=${icon} size=${18} />` : null}
    ${children ? html`<span>${children}</span>` : null}
    ${why ? html`<span class="sr" id=${note}>${why}</span>` : null}
  </button>`;
}

/** @param {{href: string, children?: Children, icon?: string, kind?: string, label?: string, external?: boolean}} props */
export function LinkButton({ href, children, icon, kind = 'plain', label, external }) {
  return html`<a class=${`btn ${kind}${children ? '' : ' bare'}`} href=${href} aria-label=${label} title=${children ? undefined : label}
      target=${external ? '_blank' : undefined} rel=${external ? 'noopener noreferrer' : undefined}>
    ${icon ? html`<${Icon} name=${icon} size=${18} />` : null}${children ? html`<span>${children}</span>` : null}</a>`;
}

/** @typedef {'bad' | 'warn' | 'info' | 'ok' | 'done' | 'off'} Tone */

/** A state. The shape beside the word says the same as its colour. @param {{tone: Tone, children?: Children}} props */
export function Badge({ tone, children }) {
  return html`<span class=${`badge ${tone}`}><svg class="glyph" viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
    <path fill-rule="evenodd" d=${GLYPHS[tone]} /></svg>${children}</span>`;
}

/** stop: diamond, wait: half, look: ring, go: disc, finished: tick, out: bar @type {Record<Tone, string>} */
const GLYPHS = {
  bad: 'M5 .4 9.6 5 5 9.6.4 5z',
  warn: 'M5 .8a4.2 4.2 0 1 0 0 8.4A4.2 4.2 0 0 0 5 .8zM5 2.3a2.7 2.7 0 0 1 0 5.4z',
  info: 'M5 .8a4.2 4.2 0 1 0 0 8.4A4.2 4.2 0 0 0 5 .8zm0 1.5a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.4z',
  ok: 'M5 .8a4.2 4.2 0 1 0 0 8.4A4.2 4.2 0 0 0 5 .8z',
  done: 'M3.9 8.2.9 5.2l1-1 2 2 4.2-4.3 1 1z',
  off: 'M1.5 4.2h7v1.6h-7z',
};

/** A short reason or property. @param {{children?: Children, tone?: Tone, title?: string}} props */
export const Chip = ({ children, tone = 'off', title }) => html`<span class=${`chip ${tone}`} title=${title}>${children}</span>`;

/** A moment in Tokyo. @param {{at: string | null | undefined, relative?: boolean}} props */
export function Time({ at, relative }) {
  if (!at) return html`<span class="sub">—</span>`;
  return html`<time datetime=${machine(at)} title=${relative ? dateTime(at) : undefined}>${relative ? ago(at) : dateTime(at)}</time>`;
}

/** @param {{day: string | null | undefined}} props */
export const Day = ({ day }) => (day ? html`<time datetime=${day}>${calendarDay(day)}</time>` : html`<span class="sub">—</span>`);

/** An amount; unknown ones say so. @param {{amount: number | null | undefined, currency?: string}} props */
export const Money = ({ amount, currency }) =>
  amount === null || amount === undefined
    ? html`<span class="sub">${t('money.unknown')}</span>`
    : html`<span class="num">${money(amount, currency)}</span>`;

/** `1,000+` when counting stopped there. @param {import('../api').Count | undefined} count */
export const countText = (count) => (count ? number(count.count) + (count.capped ? '+' : '') : '');

/** A number counted by the server. @param {{of: import('../api').Count | number | undefined}} props */
export const CountMark = ({ of }) =>
  html`<span class="count num">${of === undefined ? ' ' : typeof of === 'number' ? number(of) : countText(of)}</span>`;

/** Name and value, one below the other. @param {{items: ({label: string, value: Children, wide?: boolean} | null | false)[], compact?: boolean}} props */
export function Facts({ items, compact }) {
  return html`<dl class=${`facts${compact ? ' compact' : ''}`}>${items.map((item) => item && html`<div class=${item.wide ? 'wide' : ''}>
    <dt>${item.label}</dt><dd>${item.value === null || item.value === undefined || item.value === '' ? html`<span class="sub">—</span>` : item.value}</dd></div>`)}</dl>`;
}

/** @param {{title?: Children, actions?: Children, children?: Children, flush?: boolean, id?: string, tone?: string}} props */
export function Card({ title, actions, children, flush, id, tone }) {
  const heading = useId();
  return html`<section class=${`card${flush ? ' flush' : ''}${tone ? ` ${tone}` : ''}`} id=${id} aria-labelledby=${title ? heading : undefined}>
    ${title ? html`<header class="card-head"><h2 id=${heading}>${title}</h2>${actions}</header>` : null}
    <div class="card-body">${children}</div></section>`;
}

/** @param {{tone?: 'info' | 'warn' | 'bad' | 'ok', title?: Children, children?: Children, actions?: Children, live?: boolean}} props */
export function Notice({ tone = 'info', title, children, actions, live }) {
  const icon = tone === 'ok' ? 'check' : tone === 'info' ? 'info' : 'alert';
  return html`<div class=${`notice ${tone}`} role=${live ? 'status' : undefined}>
    <${Icon} name=${icon} /><div class="notice-text">${title ? html`<strong>${title}</strong>` : null}${children ? html`<div>${children}</div>` : null}</div>
    ${actions ? html`<div class="notice-actions">${actions}</div>` : null}</div>`;
}
