// @ts-check
/** One mail: what was or will be sent, to whom, and what became of it. */
import { html, useEffect, useState } from '../vendor/preact.js';
import { ApiError, get, request, seg } from '../lib/api.js';
import { t, tValue } from '../lib/i18n.js';
import { useKeys } from '../lib/keyboard.js';
import { number } from '../lib/money.js';
import { forgetCached, useResource } from '../lib/resource.js';
import { may } from '../lib/roles.js';
import { link } from '../lib/router.js';
import { shopName } from '../lib/store.js';
import { useSubmit } from '../lib/submit.js';
import { Button, Card, Facts, Notice, Time } from '../ui/basics.js';
import { Confirm } from '../ui/dialog.js';
import { Icon } from '../ui/icons.js';
import { Page } from '../ui/page.js';
import { Empty, ErrorNotice, ReadOnlyNote, Skeleton, groupNames } from '../ui/states.js';
import { toast } from '../ui/toast.js';
import { MailBadge } from './mail.js';

/** @typedef {import('../api').MailJob} Job */

/** Signed addresses of the original work this long. */
const LINK_MS = 5 * 60_000;

/** @param {{id: string}} props */
export default function MailJob({ id }) {
  const path = `/mail/jobs/${seg(id)}`;
  const { data, error, loading, reload, set } = useResource(`mail:${id}`, (signal) => /** @type {Promise<Job>} */ (get(path, {}, { signal })));
  const back = { href: '#/mail', label: t('nav.mail') };
  useKeys({ r: reload });
  if (!data) {
    return html`<${Page} title=${t('mail.one')} back=${back}>
      ${error?.status === 404 ? html`<${Empty} icon="search" title=${t('mail.missing')} />`
        : error ? html`<${ErrorNotice} error=${error} retry=${reload} busy=${loading} />` : html`<${Skeleton} rows=${10} />`}<//>`;
  }
  const may_write = may('mail');
  return html`<${Page} title=${data.subject} back=${back} pinned mark=${html`<${MailBadge} state=${data.state} />`} sub=${html`<span>${tValue('mail.kind.', data.kind)}</span><span>${shopName(data.shop_id)}</span>`}
      actions=${html`${data.text ? html`<${Original} path=${path} />` : null}<${Actions} job=${data} path=${path} set=${set} reload=${reload} />`}>
    ${may_write ? null : html`<${ReadOnlyNote} right="mail" />`}
    <${ErrorNotice} error=${error} retry=${reload} busy=${loading} />
    <${Advice} job=${data} />
    <div class="columns"><div class="column-main">
        <${Card} title=${t('mail.text')}>${data.text ? html`<pre class="letter">${data.text}</pre>` : html`<p class="sub">${t('mail.text.none')}</p>`}<//></div>
      <div class="column-side">
        <${Card} title=${t('mail.facts')}><${Facts} compact items=${[
          { label: t('mail.to'), value: html`<span class="break">${data.to}</span>` },
          { label: t('mail.from'), value: html`<span class="break">${data.from}</span>` },
          data.order_id ? { label: t('mail.order'), value: html`<a class="break" href=${link(['orders', data.order_id])}>${data.order_id}</a>` } : null,
          { label: t('mail.created_at'), value: html`<${Time} at=${data.created_at} />` },
          { label: t('mail.sent_at'), value: html`<${Time} at=${data.sent_at} />` },
          { label: t('mail.attempts'), value: html`<span class="num">${number(data.attempts)}</span>` },
          { label: t('mail.message_id'), value: data.message_id ? html`<code class="break small-text">${data.message_id}</code>` : null },
        ]} /><//>
        <${Card} title=${t('mail.events')}>${data.events.length ? html`<ol class="timeline">${data.events.map((event, i) => html`<li key=${i}><span class="timeline-icon"><${Icon} name="mail" size=${16} /></span>
          <div class="timeline-body"><p><strong>${tValue('mail.event.', event.kind.toLowerCase())}</strong> <span class="sub timeline-at"><${Time} at=${event.at} /></span></p>
          ${eventDetail(event) ? html`<p class="timeline-reason break">${eventDetail(event)}</p>` : null}</div></li>`)}</ol>` : html`<p class="sub">${t('mail.events.none')}</p>`}<//>
      </div></div><//>`;
}

/** Codes are `kind:detail`, such as `variable:total`. @param {string} reason */
function reasonText(reason) {
  const [kind, ...rest] = reason.split(':');
  const detail = rest.join(':');
  return reason && tValue('mail.reason.', kind, { detail: tValue('mail.variable.', detail) });
}

/** What a person wants to know of a line; the message id is shown once, elsewhere. @param {Job['events'][number]} event */
function eventDetail({ kind, detail }) {
  if (kind === 'sending') return Number(detail) > 1 ? t('mail.attempt', { n: Number(detail) }) : '';
  if (kind === 'accepted' || kind === 'sent') return '';
  return kind === 'blocked' || kind === 'suppressed' || kind === 'failed' ? reasonText(detail) : detail;
}

/** What the state means for a person. @param {{job: Job}} props */
function Advice({ job }) {
  const reason = reasonText(job.reason ?? '');
  if (job.state === 'BLOCKED') return html`<${Notice} tone="warn" title=${t('mail.blocked')}>${reason} ${t('mail.blocked.do')}<//>`;
  if (job.state === 'FAILED') return html`<${Notice} tone="bad" title=${t('mail.failed')}>${reason} ${t('mail.failed.do')}<//>`;
  if (job.state === 'BOUNCED') return html`<${Notice} tone="bad" title=${t('mail.bounced')}>${reason} ${t('mail.bounced.do')}<//>`;
  if (job.state === 'COMPLAINED') return html`<${Notice} tone="bad" title=${t('mail.complained')}>${t('mail.complained.do')}<//>`;
  if (job.state === 'SUPPRESSED') return html`<${Notice} tone="warn" title=${t('mail.suppressed')}>${t('mail.suppressed.do')}<//>`;
  return null;
}

/** The HTML version, from its own address with no rights; a second click needs no new one. @param {{path: string}} props */
function Original({ path }) {
  const [url, setUrl] = useState('');
  const submit = useSubmit(async () => {
    const found = await get(`${path}/html`);
    setUrl(found.url);
    window.open(found.url, '_blank', 'noopener,noreferrer');
  });
  useEffect(() => {
    if (!url) return undefined;
    const timer = setTimeout(() => setUrl(''), LINK_MS - 10_000);
    return () => clearTimeout(timer);
  }, [url]);
  if (url) return html`<a class="btn plain" href=${url} target="_blank" rel="noopener noreferrer"><${Icon} name="external" size=${18} /><span>${t('mail.html')}</span></a>`;
  return html`<${Button} icon="external" busy=${submit.busy} onClick=${() => submit.run()} hint=${t('mail.html.hint')}>${t('mail.html')}<//>
    ${submit.error ? html`<div class="action-error"><${ErrorNotice} error=${submit.error} /></div>` : null}`;
}

/** @param {{job: Job, path: string, set: (job: Job) => void, reload: () => void}} props */
function Actions({ job, path, set, reload }) {
  const [asking, setAsking] = useState(false);
  const why = may('mail') ? '' : t('role.needed', { groups: groupNames('mail') });
  const submit = useSubmit(async (key, /** @type {'cancel' | 'retry'} */ what) => {
    try {
      set(await request('POST', `${path}/${what}`, { key, version: job.version }));
      forgetCached('mail?', 'mail-counts', 'mails:');
    } catch (error) {
      // It went on by itself meanwhile: show what it is now, and why nothing was done.
      if (error instanceof ApiError && error.status === 412) reload();
      throw error;
    }
  });
  const cancel = async () => {
    if (await submit.run('cancel')) toast(t('mail.cancelled'));
    setAsking(false);
  };
  const retry = async () => {
    if (await submit.run('retry')) toast(t('mail.retried'));
  };
  return html`
    ${job.actions.includes('cancel') ? html`<${Button} icon="close" why=${why} onClick=${() => setAsking(true)}>${t('mail.cancel')}<//>` : null}
    ${job.actions.includes('retry') ? html`<${Button} kind="primary" icon="refresh" why=${why} busy=${submit.busy} onClick=${retry}>${t('mail.retry')}<//>` : null}
    ${asking ? html`<${Confirm} title=${t('mail.cancel.title')} confirm=${t('mail.cancel')} danger busy=${submit.busy} onConfirm=${cancel} onClose=${() => setAsking(false)}><p>${t('mail.cancel.text')}</p><//>` : null}
    ${submit.error && !asking ? html`<div class="action-error"><${ErrorNotice} error=${submit.error} /></div>` : null}`;
}
