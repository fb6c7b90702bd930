// @ts-check
/** メール: the outbox, by state. */
import { html, useLayoutEffect } from '../vendor/preact.js';
import { get } from '../lib/api.js';
import { t, tValue } from '../lib/i18n.js';
import { useKeys } from '../lib/keyboard.js';
import { useInterval } from '../lib/live.js';
import { prefs, setPrefs } from '../lib/prefs.js';
import { useResource } from '../lib/resource.js';
import { link, restoreScroll, route, setQuery } from '../lib/router.js';
import { shopName } from '../lib/store.js';
import { Badge, Button, Time } from '../ui/basics.js';
import { Page } from '../ui/page.js';
import { Empty, ErrorNotice, Skeleton } from '../ui/states.js';
import { Pager, Table } from '../ui/table.js';
import { Tabs } from '../ui/tabs.js';
import { MAIL_STATES, MAIL_TONE } from './queues.js';

/** @typedef {import('../api').MailRow} Row */
/** @typedef {import('../api').MailState} State */
/** @typedef {import('../api').Page<Row>} MailPage */
/** @typedef {import('../api').MailCounts} Counts */

const PROBLEMS = /** @type {readonly State[]} */ (['BLOCKED', 'FAILED', 'BOUNCED', 'COMPLAINED']);
const POLL_SECONDS = 15;

export default function Mail() {
  const { query } = route.value;
  const counts = useResource('mail-counts', (signal) => /** @type {Promise<Counts>} */ (get('/mail/counts', {}, { signal })));
  // Without a view in the address: what is on its way if anything is, else what has gone out.
  const state = /** @type {State | undefined} */ (query.state) ?? (counts.data || counts.error ? usual(counts.data) : undefined);
  const limit = prefs.value.pageSize;
  const params = { state, limit, next: query.next };
  const { data, error, loading, reload } = useResource(state ? `mail?${JSON.stringify(params)}` : null,
    (signal) => /** @type {Promise<MailPage>} */ (get('/mail/jobs', params, { signal })), { keep: true });
  const refresh = () => {
    counts.reload();
    reload();
  };
  useInterval(counts.reload, POLL_SECONDS);
  useKeys({ r: refresh });
  const items = data?.items ?? [];
  const ready = Boolean(data);
  useLayoutEffect(() => {
    if (ready) restoreScroll();
  }, [ready]);
  return html`<${Page} title=${t('nav.mail')} docTitle=${state ? `${t(`mail.state.${state}`)} · ${t('nav.mail')}` : t('nav.mail')} sub=${html`<span>${t('mail.lead')}</span>`}
      actions=${html`<${Button} kind="quiet" icon="refresh" busy=${loading} label=${t('action.reload')} hint=${`${t('action.reload')} (r)`} onClick=${refresh} />`}>
    <div class="toolbar"><${Tabs} label=${t('mail.states')} current=${state ?? ''} tabs=${MAIL_STATES.map((each) => ({
      id: each, label: t(`mail.state.${each}`), href: link(['mail'], { state: each }), count: counts.data ? (counts.data.counts[each] ?? 0) : undefined,
      tone: PROBLEMS.includes(each) ? 'bad' : undefined,
    }))} /></div>
    <${ErrorNotice} error=${error ?? counts.error} retry=${refresh} busy=${loading} />
    ${items.length
      ? html`<div class="sheet"><${Table} label=${t('mail.table')} rows=${items} rowKey=${(/** @type {Row} */ row) => row.id} columns=${COLUMNS()} keys busy=${loading} />
          <${Pager} shown=${items.length} next=${data?.next ?? null} first=${!query.next} size=${limit} onNext=${() => setQuery({ state, next: data?.next })} onFirst=${() => setQuery({})}
            onSize=${(/** @type {50 | 100 | 300} */ pageSize) => { setPrefs({ pageSize }); setQuery({}); }} /></div>`
      : data && state ? html`<${Empty} icon=${PROBLEMS.includes(state) ? 'check' : 'mail'} title=${t('mail.none', { state: t(`mail.state.${state}`) })}>${t(PROBLEMS.includes(state) ? 'mail.none.good' : 'mail.none.hint')}<//>`
        : error ? null : html`<${Skeleton} rows=${10} />`}<//>`;
}

/** @param {Counts | undefined} found @returns {State} */
const usual = (found) => /** @type {const} */ (['QUEUED', 'SENT', 'DELIVERED']).find((state) => (found?.counts[state]?.count ?? 0) > 0) ?? 'QUEUED';

/** @returns {import('../ui/table.js').Column<Row>[]} */
const COLUMNS = () => [
  { key: 'subject', label: t('mail.subject'), size: 'w-fill', card: 'lead', cell: (row) => html`<a class="row-link cut" href=${link(['mail', row.id])} title=${row.subject}>${row.subject}</a>` },
  { key: 'to', label: t('mail.to'), size: 'w-mail', card: 'full', cell: (row) => html`<span class="cut" title=${row.to}>${row.to}</span>` },
  { key: 'shop', label: t('order.shop'), size: 'w-shop', drop: 2, cell: (row) => html`<span class="cut">${shopName(row.shop_id)}</span>` },
  { key: 'created', label: t('mail.created_at'), size: 'w-date', cell: (row) => html`<${Time} at=${row.created_at} />` },
  { key: 'sent', label: t('mail.sent_at'), size: 'w-date', drop: 1, cell: (row) => html`<${Time} at=${row.sent_at} />` },
];

/** @param {{state: State}} props */
export const MailBadge = ({ state }) => html`<${Badge} tone=${MAIL_TONE[state] ?? 'off'}>${tValue('mail.state.', state)}<//>`;
