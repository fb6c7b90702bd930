// @ts-check
/** How far long work is. */
import { html } from '../vendor/preact.js';
import { number } from '../lib/money.js';

/** @param {{label: string, done: number, total: number}} props */
export function Progress({ label, done, total }) {
  return html`<div class="progress"><div class="progress-line"><span>${label}</span><span class="num sub">${total ? `${number(done)} / ${number(total)}` : ''}</span></div>
    <progress max=${total || 1} value=${total ? done : undefined} aria-label=${label}></progress></div>`;
}

/** The steps of a task and where we are. @param {{steps: string[], at: number}} props */
export function Steps({ steps, at }) {
  return html`<ol class="steps">${steps.map((step, i) => html`<li key=${step} class=${i < at ? 'past' : ''} aria-current=${i === at ? 'step' : undefined}>
    <span class="step-n num">${i + 1}</span><span>${step}</span></li>`)}</ol>`;
}
