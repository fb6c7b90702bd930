// @ts-check
/** 取込失敗: deliveries we could not read. Nothing is lost: raw bytes, reason, 再取込. */
import { html, useState } from '../vendor/preact.js';
import { get, request, seg } from '../lib/api.js';
import { t, tValue } from '../lib/i18n.js';
import { number } from '../lib/money.js';
import { useResource } from '../lib/resource.js';
import { may } from '../lib/roles.js';
import { route, setQuery } from '../lib/router.js';
import { loadOrderCounts, orderCounts, shopName } from '../lib/store.js';
import { useSubmit } from '../lib/submit.js';
import { Button, Notice, Time, countText } from '../ui/basics.js';
import { Dialog } from '../ui/dialog.js';
import { Page } from '../ui/page.js';
import { Empty, ErrorNotice, Skeleton, groupNames } from '../ui/states.js';
import { Pager, Table } from '../ui/table.js';
import { toast } from '../ui/toast.js';
import { Queues } from './orders.js';

/** @typedef {import('../api').FailedImport} Failed */
/** @typedef {import('../api').Page<Failed>} FailedPage */

const SIZE = 100;

export default function FailedImports() {
  const { query } = route.value;
  const { data, error, loading, reload, set } = useResource(`failed?${query.next ?? ''}`,
    (signal) => /** @type {Promise<FailedPage>} */ (get('/orders/failed-imports', { next: query.next }, { signal })), { keep: true });
  const [raw, setRaw] = useState(/** @type {Failed | null} */ (null));
  const items = data?.items ?? [];
  const taken = (/** @type {string} */ id) => {
    if (data) set({ ...data, items: data.items.filter((item) => item.id !== id) });
    loadOrderCounts();
  };
  const count = orderCounts.value?.failed_imports;
  return html`<div class="split"><${Queues} queue="FAILED" />
    <${Page} title=${t('orders.failed')} mark=${count?.count ? html`<span class="title-count num">${t('list.count', { n: countText(count) })}</span>` : null}>
      <p class="lead">${t('failed.lead')}</p>
      <${ErrorNotice} error=${error} retry=${reload} busy=${loading} />
      ${items.length
        ? html`<div class="sheet"><${Table} label=${t('orders.failed')} rows=${items} rowKey=${(/** @type {Failed} */ item) => item.id} columns=${columns(setRaw, taken)} keys busy=${loading} />
            <${Pager} shown=${items.length} next=${data?.next ?? null} first=${!query.next} size=${SIZE} onNext=${() => setQuery({ next: data?.next })} onFirst=${() => setQuery({})} /></div>`
        : data ? html`<${Empty} title=${t('failed.none')}>${t('failed.none.hint')}<//>` : error ? null : html`<${Skeleton} />`}
      ${raw ? html`<${RawDialog} item=${raw} onClose=${() => setRaw(null)} />` : null}<//></div>`;
}

/** @param {(item: Failed) => void} onRaw @param {(id: string) => void} onTaken @returns {import('../ui/table.js').Column<Failed>[]} */
function columns(onRaw, onTaken) {
  return [
    { key: 'at', label: t('order.received_at'), size: 'w-date', card: 'lead', cell: (item) => html`<${Time} at=${item.received_at} />` },
    { key: 'shop', label: t('order.shop'), size: 'w-shop', card: 'pair', cell: (item) => html`<span class="cut">${shopName(item.shop_id)}</span>` },
    { key: 'reason', label: t('failed.reason'), size: 'w-fill', card: 'full', cell: (item) => html`<span class="wrap"><strong>${tValue('failed.reason.', item.reason)}</strong>
      ${item.detail ? html`<span class="sub block break">${item.detail}</span>` : null}</span>` },
    { key: 'attempts', label: t('failed.attempts'), numeric: true, size: 'w-num', card: 'pair', drop: 2, cell: (item) => html`<span class="num">${number(item.attempts)}</span>` },
    { key: 'size', label: t('failed.size'), numeric: true, size: 'w-money', card: 'pair', drop: 1, cell: (item) => html`<span class="num">${number(item.size)} B</span>` },
    { key: 'actions', label: t('list.actions'), size: 'w-actions', card: 'full', cell: (item) => html`<${Actions} item=${item} onRaw=${onRaw} onTaken=${onTaken} />` },
  ];
}

/** @param {{item: Failed, onRaw: (item: Failed) => void, onTaken: (id: string) => void}} props */
function Actions({ item, onRaw, onTaken }) {
  const { run, busy, error } = useSubmit((key) => request('POST', `/orders/failed-imports/${seg(item.id)}/retry`, { key, json: {} }));
  const why = may('orders') ? '' : t('role.needed', { groups: groupNames('orders') });
  const retry = async () => {
    if (!(await run())) return;
    toast(t('failed.retried'));
    onTaken(item.id);
  };
  return html`<span class="row-actions">
    <${Button} small icon="file" why=${may('raw') ? '' : t('role.needed', { groups: groupNames('raw') })} onClick=${() => onRaw(item)}>${t('failed.raw')}<//>
    <${Button} small icon="refresh" why=${why} busy=${busy} onClick=${retry}>${t('failed.retry')}<//></span>
    ${error ? html`<${ErrorNotice} error=${error} />` : null}`;
}

/** @param {{item: Failed, onClose: () => void}} props */
function RawDialog({ item, onClose }) {
  const { data, error, loading, reload } = useResource(`raw:${item.id}`, (signal) =>
    /** @type {Promise<{text: string}>} */ (get(`/orders/failed-imports/${seg(item.id)}/raw`, {}, { signal })));
  const copy = async () => {
    await navigator.clipboard.writeText(data?.text ?? '');
    toast(t('action.copied'));
  };
  return html`<${Dialog} title=${t('failed.raw.title')} wide onClose=${onClose}
      footer=${html`<${Button} icon="copy" disabled=${!data} onClick=${copy}>${t('action.copy')}<//><${Button} kind="primary" onClick=${onClose}>${t('action.close')}<//>`}>
    <${Notice} tone="warn">${t('failed.raw.personal')}<//>
    <${ErrorNotice} error=${error} retry=${reload} busy=${loading} />
    ${data ? html`<pre class="raw" tabindex="0" aria-label=${t('failed.raw.title')}>${pretty(data.text)}</pre>` : error ? null : html`<${Skeleton} rows=${6} />`}<//>`;
}

/** JSON with line breaks, anything else as it came. @param {string} text */
function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
