// @ts-check
/** Dialogs: the browser's own `<dialog>`, which keeps the focus in and gives it back. */
import { html, useId, useLayoutEffect, useRef } from '../vendor/preact.js';
import { t } from '../lib/i18n.js';
import { useKeys } from '../lib/keyboard.js';
import { Button } from './basics.js';

/** @typedef {import('../vendor/preact.js').ComponentChildren} Children */

/**
 * @param {{title: string, onClose: () => void, children?: Children, footer?: Children, wide?: boolean, onSubmit?: () => void,
 *   formRef?: {current: HTMLFormElement | null}, role?: string, bare?: boolean, stay?: boolean}} props
 */
export function Dialog({ title, onClose, children, footer, wide, onSubmit, formRef, role, bare, stay }) {
  const ref = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const heading = useId();
  useKeys({}, { modal: true });
  useLayoutEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  const inner = html`${bare ? html`<h2 id=${heading} class="sr">${title}</h2>` : html`<header class="dialog-head"><h2 id=${heading}>${title}</h2>
      ${stay ? null : html`<${Button} kind="quiet" icon="close" label=${t('action.close')} onClick=${onClose} />`}</header>`}
    <div class=${bare ? '' : 'dialog-body'}>${children}</div>
    ${footer ? html`<footer class="dialog-foot">${footer}</footer>` : null}`;
  return html`<dialog ref=${ref} class=${`dialog${wide ? ' wide' : ''}${bare ? ' bare' : ''}`} role=${role} aria-labelledby=${heading}
      onCancel=${(/** @type {Event} */ event) => { event.preventDefault(); if (!stay) onClose(); }}
      onMouseDown=${(/** @type {MouseEvent} */ event) => { if (event.target === ref.current && !stay) onClose(); }}>
    ${onSubmit
      ? html`<form ref=${formRef} novalidate onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); onSubmit(); }}>${inner}</form>`
      : html`<div>${inner}</div>`}
  </dialog>`;
}

/** @param {{title: string, children?: Children, confirm: string, danger?: boolean, busy?: boolean, onConfirm: () => void, onClose: () => void}} props */
export function Confirm({ title, children, confirm, danger, busy, onConfirm, onClose }) {
  return html`<${Dialog} title=${title} role="alertdialog" onClose=${onClose} onSubmit=${onConfirm}
    footer=${html`<${Button} focus onClick=${onClose}>${t('action.cancel')}<//>
      <${Button} kind=${danger ? 'danger' : 'primary'} type="submit" busy=${busy}>${confirm}<//>`}>${children}<//>`;
}
