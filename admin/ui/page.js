// @ts-check
/** The frame of a screen: title, way back, actions, and the title of the browser's tab. */
import { html, useEffect } from '../vendor/preact.js';
import { Icon } from './icons.js';

/** @typedef {import('../vendor/preact.js').ComponentChildren} Children */

/**
 * @param {{title: string, docTitle?: string, mark?: Children, back?: {href: string, label: string}, actions?: Children, sub?: Children,
 *   children?: Children, narrow?: boolean, pinned?: boolean}} props
 */
export function Page({ title, docTitle, mark, back, actions, sub, children, narrow, pinned }) {
  useEffect(() => {
    document.title = `${docTitle ?? title} · Banto`;
  }, [docTitle, title]);
  return html`<div class=${`page${narrow ? ' narrow' : ''}`}>
    <header class=${`page-head${pinned ? ' pinned' : ''}`}>
      <div class="page-title">${back ? html`<a class="back" href=${back.href}><${Icon} name="left" size=${16} /><span>${back.label}</span></a>` : null}
        <div class="title-row"><h1 tabindex="-1">${title}</h1>${mark}</div>${sub ? html`<div class="page-sub">${sub}</div>` : null}</div>
      ${actions ? html`<div class="page-actions">${actions}</div>` : null}
    </header>${children}</div>`;
}
