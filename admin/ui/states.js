// @ts-check
/** What is shown when there is nothing, not yet, or no more. */
import { html } from '../vendor/preact.js';
import { lang, t } from '../lib/i18n.js';
import { neededGroups } from '../lib/roles.js';
import { Button, Notice } from './basics.js';
import { Icon } from './icons.js';

/** @typedef {import('../vendor/preact.js').ComponentChildren} Children */

const JAPANESE = /[\u3041-\u9fff]/;

/** Nothing here: why, and what to do. @param {{icon?: string, title: string, children?: Children, actions?: Children}} props */
export function Empty({ icon = 'check', title, children, actions }) {
  return html`<div class="empty"><span class="empty-icon"><${Icon} name=${icon} size=${24} /></span>
    <p class="empty-title">${title}</p>${children ? html`<p class="sub">${children}</p>` : null}
    ${actions ? html`<div class="empty-actions">${actions}</div>` : null}</div>`;
}

/** What went wrong and what to do next, in the person's words. @param {import('../lib/api.js').ApiError} error @returns {{title: string, hint: string}} */
export function explain(error) {
  const { status } = error;
  if (status === 0) return { title: t('error.offline'), hint: t('error.offline.do') };
  if (status === 401) return { title: t('error.401'), hint: t('error.401.do') };
  if (status === 403) return { title: t('error.403'), hint: t('error.403.do') };
  if (status === 404) return { title: t('error.404'), hint: t('error.404.do') };
  // What the server says in English only is for logs: a person is told what to do instead.
  if (status === 409) return { title: t('error.409'), hint: lang.value === 'ja' && !JAPANESE.test(error.detail) ? t('error.409.do') : error.detail };
  if (status === 412) return { title: t('error.412'), hint: t('error.412.do') };
  if (status === 413) return { title: t('error.413'), hint: t('error.413.do') };
  if (status === 422) return { title: t('error.422'), hint: error.fieldErrors.length ? t('error.422.do') : error.detail };
  if (status === 429) return { title: t('error.429'), hint: t('error.429.do', { n: error.retryAfter ?? 10 }) };
  if (status >= 500) return { title: t('error.500'), hint: t('error.500.do') };
  return { title: t('error.other', { n: status }), hint: error.detail || t('error.500.do') };
}

/** A failed request. @param {{error: import('../lib/api.js').ApiError | undefined, retry?: () => void, busy?: boolean}} props */
export function ErrorNotice({ error, retry, busy }) {
  if (!error) return null;
  const { title, hint } = explain(error);
  const tone = error.status === 0 || error.status === 429 || error.status === 409 ? 'warn' : 'bad';
  return html`<div role="alert"><${Notice} tone=${tone} title=${title} actions=${retry
    ? html`<${Button} small icon="refresh" busy=${busy} onClick=${retry}>${t('action.retry')}<//>` : null}>
    ${hint}${error.requestId ? html`<div class="request-id">${t('error.request_id')} <code>${error.requestId}</code></div>` : null}<//></div>`;
}

/** Grey bars in the place of what is coming, shown only when it takes a while. @param {{rows?: number}} props */
export function Skeleton({ rows = 6 }) {
  return html`<div class="skeleton" role="status" aria-label=${t('state.loading')}>
    ${Array.from({ length: rows }, (_, i) => html`<span key=${i}></span>`)}</div>`;
}

/** Why somebody may look but not touch, and whom to ask. @param {{right: import('../lib/roles.js').Right}} props */
export function ReadOnlyNote({ right }) {
  return html`<p class="readonly-note"><${Icon} name="info" size=${16} />${t('role.readonly', { groups: groupNames(right) })}</p>`;
}

/** @param {import('../lib/roles.js').Right} right */
export const groupNames = (right) => neededGroups(right).map((group) => t(`group.${/** @type {'admin'} */ (group)}`)).join(t('list.or'));
