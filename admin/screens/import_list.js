// @ts-check
/** 取込の履歴: every file of the last 90 days, to look at again or to take back. */
import { html } from '../vendor/preact.js';
import { get } from '../lib/api.js';
import { t, tValue } from '../lib/i18n.js';
import { useInterval } from '../lib/live.js';
import { number } from '../lib/money.js';
import { useResource } from '../lib/resource.js';
import { link, route, setQuery } from '../lib/router.js';
import { Badge, Card, Time } from '../ui/basics.js';
import { ErrorNotice, Skeleton } from '../ui/states.js';
import { Pager, Table } from '../ui/table.js';

/** @typedef {import('../schemas').ImportPage} ImportPage */
/** @typedef {import('../schemas').ImportSummary} Import */

const SIZE = 20;
const POLL_SECONDS = 5;

/** @type {Record<Import['state'], import('../ui/basics.js').Tone>} */
const TONES = { CHECKING: 'info', READY: 'warn', APPLYING: 'info', DONE: 'ok', FAILED: 'bad', UNDOING: 'info', UNDONE: 'off' };
const RUNNING = ['CHECKING', 'APPLYING', 'UNDOING'];

export function ImportList() {
  const { next } = route.value.query;
  const { data, error, loading, reload } = useResource(`imports?${next ?? ''}`, (signal) =>
    /** @type {Promise<ImportPage>} */ (get('/stock/imports', { limit: SIZE, next }, { signal })), { keep: true });
  useInterval(reload, POLL_SECONDS, data?.items.some((one) => RUNNING.includes(one.state)) ?? false);
  return html`<${Card} flush title=${t('import.list')}>
    ${error ? html`<div class="pad"><${ErrorNotice} error=${error} retry=${reload} busy=${loading} /></div>` : null}
    ${data?.items.length ? html`<${Table} label=${t('import.list')} sticky=${false} rows=${data.items} rowKey=${(/** @type {Import} */ one) => one.id} columns=${COLUMNS()} busy=${loading} />
        ${data.next || next ? html`<${Pager} shown=${data.items.length} next=${data.next} first=${!next} size=${SIZE} onNext=${() => setQuery({ next: data.next })} onFirst=${() => setQuery({})} />` : null}`
      : data ? html`<p class="pad sub">${t('import.list.none')}</p>` : error ? null : html`<div class="pad"><${Skeleton} rows=${3} /></div>`}<//>`;
}

/** Checked, but with wrong rows: nothing more will come of it. @param {Import} one */
const isBroken = (one) => one.state === 'READY' && one.errors_count > 0;

/** @returns {import('../ui/table.js').Column<Import>[]} */
const COLUMNS = () => [
  { key: 'file', label: t('import.list.file'), size: 'w-fill', card: 'lead', cell: (one) => html`<span class="two-lines"><a class="row-link cut" href=${link(['import', one.id])}>${one.file_name}</a>
    <span class="sub small-text cut">${one.state === 'CHECKING' ? '' : t(`import.kind.${one.kind}`)}</span></span>` },
  { key: 'state', label: t('stock.state'), size: 'w-alloc', card: 'side', cell: (one) => (isBroken(one) ? html`<${Badge} tone="bad">${t('import.state.ERRORS')}<//>` : html`<${Badge} tone=${TONES[one.state]}>${t(`import.state.${one.state}`)}<//>`) },
  { key: 'rows', label: t('import.list.rows'), size: 'w-short', numeric: true, cell: (one) => html`<span class="num">${isBroken(one) ? t('import.list.errors', { n: one.errors_count }) : number(one.state === 'UNDONE' ? one.undone : one.created + one.changed)}</span>` },
  { key: 'who', label: t('ledger.actor'), size: 'w-name', drop: 2, cell: (one) => html`<span class="cut">${one.actor.name || tValue('actor.', one.actor.kind)}</span>` },
  { key: 'at', label: t('ledger.at'), size: 'w-date', cell: (one) => html`<${Time} at=${one.created_at} />` },
];
