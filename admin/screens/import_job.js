// @ts-check
/** 商品 CSV取込: what the file would do, doing it, and what came of it. */
import { html, useEffect, useState } from '../vendor/preact.js';
import { ApiError, download, get, request, seg } from '../lib/api.js';
import { offerFile } from '../lib/files.js';
import { goodsChanged } from '../lib/goods.js';
import { hasText, t, tValue } from '../lib/i18n.js';
import { backOff } from '../lib/live.js';
import { number } from '../lib/money.js';
import { useResource } from '../lib/resource.js';
import { may } from '../lib/roles.js';
import { useSubmit } from '../lib/submit.js';
import { Badge, Button, Card, Notice } from '../ui/basics.js';
import { Page } from '../ui/page.js';
import { Progress, Steps } from '../ui/progress.js';
import { Empty, ErrorNotice, Skeleton, groupNames } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { UndoImport } from './import_undo.js';
import { stepNames } from './product_import.js';

/** @typedef {import('../api').ImportJob} Job */

const RUNNING = ['CHECKING', 'APPLYING', 'UNDOING'];
/** @type {Record<Job['state'], number>} */
const STEP = { CHECKING: 1, READY: 1, APPLYING: 2, DONE: 3, FAILED: 1, UNDOING: 3, UNDONE: 3 };

/** @param {{id: string}} props */
export default function ImportJob({ id }) {
  const path = `/stock/imports/${seg(id)}`;
  const { data, error, loading, reload } = useResource(`import:${id}`, (signal) => /** @type {Promise<Job>} */ (get(path, {}, { signal })));
  const [turn, setTurn] = useState(0);
  const running = Boolean(data && RUNNING.includes(data.state));
  useEffect(() => {
    if (!running || loading) return undefined;
    const timer = setTimeout(() => {
      setTurn(turn + 1);
      reload();
    }, backOff(turn) * 1000);
    return () => clearTimeout(timer);
  }, [running, loading, turn]);
  useEffect(() => {
    if (data?.state === 'DONE' || data?.state === 'UNDONE') goodsChanged();
  }, [data?.state]);

  const back = { href: '#/import', label: t('import.another') };
  if (!data) {
    return html`<${Page} title=${t('import.title')} back=${back} narrow>
      ${error?.status === 404 ? html`<${Empty} icon="search" title=${t('import.missing')}>${t('import.missing.hint')}<//>`
        : error ? html`<${ErrorNotice} error=${error} retry=${reload} busy=${loading} />` : html`<${Skeleton} rows=${8} />`}<//>`;
  }
  return html`<${Page} title=${t('import.title')} back=${back} narrow sub=${html`<code>${data.file_name}</code>${data.state === 'CHECKING' ? null : html`<span>${t(`import.kind.${data.kind}`)}</span>`}${data.encoding ? html`<span>${tValue('encoding.', data.encoding.toLowerCase().replace(' ', '-'))}</span>` : null}`}>
    <${Steps} steps=${stepNames()} at=${STEP[data.state]} />
    <${ErrorNotice} error=${error} retry=${reload} busy=${loading} />
    <${State} job=${data} path=${path} onStarted=${() => { setTurn(0); reload(); }} />
    <${Errors} job=${data} path=${path} />
    <${Preview} job=${data} /><//>`;
}

/** @param {{job: Job, path: string, onStarted: () => void}} props */
function State({ job, path, onStarted }) {
  const submit = useSubmit(async (key) => {
    await request('POST', `${path}/apply`, { key, json: {} });
    onStarted();
  });
  const why = may('stock') ? '' : t('role.needed', { groups: groupNames('stock') });
  if (RUNNING.includes(job.state)) {
    const undoing = job.state === 'UNDOING';
    return html`<${Card}><${Progress} label=${t(undoing ? 'import.undoing' : job.state === 'CHECKING' ? 'import.checking' : 'import.applying')} done=${undoing ? job.undone : job.done} total=${undoing ? job.created + job.changed : job.total} />
      <p class="hint">${t('import.leave')}</p>
      ${job.state === 'APPLYING' ? html`<${UndoImport} job=${job} path=${path} why=${why} onStarted=${onStarted} />` : null}<//>`;
  }
  if (job.state === 'FAILED') {
    return html`<${Notice} tone="bad" live title=${t('import.failed')} actions=${html`<a class="btn plain small" href="#/import"><span>${t('import.another')}</span></a>`}>${job.reason} ${t('import.failed.do')}<//>`;
  }
  const changes = job.created + job.changed;
  return html`<${Card}>
    <dl class="tiles"><div><dt>${t('import.created')}</dt><dd class="num">${number(job.created)}</dd></div>
      <div><dt>${t('import.changed')}</dt><dd class="num">${number(job.changed)}</dd></div>
      <div><dt>${t('import.unchanged')}</dt><dd class="num faint">${number(job.unchanged)}</dd></div>
      <div class=${job.errors_count ? 'bad' : ''}><dt>${t('import.errors')}</dt><dd class="num">${number(job.errors_count)}</dd></div></dl>
    <${ErrorNotice} error=${submit.error} retry=${submit.error?.uncertain ? () => submit.run() : undefined} />
    ${job.state === 'UNDONE' ? html`<${UndoImport} job=${job} path=${path} why=${why} onStarted=${onStarted} />` : job.state === 'DONE'
      ? html`<${Notice} tone="ok" live title=${t('import.done', { n: changes })} actions=${html`<a class="btn primary small" href="#/stock"><span>${t('import.see')}</span></a>`}>${t('import.done.text')}<//>
          ${changes ? html`<${UndoImport} job=${job} path=${path} why=${why} onStarted=${onStarted} />` : null}`
      : job.errors_count
        ? html`<${Notice} tone="bad" title=${t('import.blocked', { n: job.errors_count })} actions=${html`<a class="btn plain small" href="#/import"><span>${t('import.again')}</span></a>`}>${t('import.blocked.do')}<//>`
        : changes
          ? html`<div class="form-actions"><${Button} kind="primary" icon="check" why=${why} busy=${submit.busy} onClick=${() => submit.run()}>${t('import.apply', { n: changes })}<//>
              <span class="sub">${t('import.apply.hint')}</span></div>`
          : html`<${Notice} tone="info" title=${t('import.nothing')}>${t('import.nothing.text')}<//>`}<//>`;
}

/** @param {{job: Job, path: string}} props */
function Errors({ job, path }) {
  const [failed, setFailed] = useState(/** @type {ApiError | undefined} */ (undefined));
  const [busy, setBusy] = useState(false);
  if (!job.errors_count) return null;
  const save = async () => {
    setBusy(true);
    setFailed(undefined);
    try {
      offerFile(await download(`${path}/errors.csv`), `${job.file_name.replace(/\.[^.]*$/, '')}_errors.csv`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailed(error);
    } finally {
      setBusy(false);
    }
  };
  return html`<${Card} flush title=${t('import.errors.title', { n: job.errors_count })} actions=${html`<${Button} small icon="download" busy=${busy} onClick=${save}>${t('import.errors.csv')}<//>`}>
    ${failed ? html`<div class="pad"><${ErrorNotice} error=${failed} retry=${save} /></div>` : null}
    <${Table} label=${t('import.errors')} sticky=${false} rows=${job.errors.map((e, i) => ({ ...e, id: String(i) }))} rowKey=${(/** @type {{id: string}} */ row) => row.id} columns=${ERROR_COLUMNS()} />
    ${job.errors.length < job.errors_count ? html`<p class="pad sub">${t('import.errors.first', { n: job.errors.length })}</p>` : null}<//>`;
}

/** @returns {import('../ui/table.js').Column<Job['errors'][number]>[]} */
const ERROR_COLUMNS = () => [
  { key: 'row', label: t('import.row'), numeric: true, size: 'w-num', card: 'lead', cell: (e) => html`<span class="num">${e.row ? t('import.row.n', { n: e.row }) : t('import.row.file')}</span>` },
  { key: 'column', label: t('import.column'), size: 'w-name', cell: (e) => html`${e.column}` },
  { key: 'value', label: t('import.value'), size: 'w-name', cell: (e) => html`<code class="break">${e.value || t('value.empty')}</code>` },
  { key: 'reason', label: t('import.reason'), size: 'w-fill', card: 'full', cell: (e) => html`<span class="wrap">${tValue('import.reason.', e.reason)}</span>` },
];

/** @param {{job: Job}} props */
function Preview({ job }) {
  if (!job.rows.length) return null;
  const title = t(job.state === 'CHECKING' || job.state === 'READY' || job.state === 'APPLYING' ? 'import.preview' : 'import.preview.done');
  return html`<${Card} flush title=${title}>
    <${Table} label=${title} sticky=${false} rows=${job.rows} rowKey=${(/** @type {Job['rows'][number]} */ row) => String(row.row)} columns=${ROW_COLUMNS()} />
    ${job.rows.length < job.created + job.changed + job.unchanged ? html`<p class="pad sub">${t('import.preview.first', { n: job.rows.length })}</p>` : null}<//>`;
}

/** @type {Record<Job['rows'][number]['action'], import('../ui/basics.js').Tone>} */
const ACTION_TONE = { create: 'ok', change: 'warn', unchanged: 'off' };

/** @returns {import('../ui/table.js').Column<Job['rows'][number]>[]} */
const ROW_COLUMNS = () => [
  { key: 'row', label: t('import.row'), numeric: true, size: 'w-num', card: 'hide', cell: (row) => html`<span class="num sub">${number(row.row)}</span>` },
  { key: 'sku', label: t('stock.sku'), size: 'w-sku', card: 'lead', cell: (row) => html`<span class="mono break">${row.sku}</span>` },
  { key: 'action', label: t('import.action'), size: 'w-short', card: 'side', cell: (row) => html`<${Badge} tone=${ACTION_TONE[row.action]}>${t(`import.action.${row.action}`)}<//>` },
  { key: 'changes', label: t('import.changes'), size: 'w-fill', card: 'full', cell: (row) => html`<span class="wrap old-new">${row.changes.map((change) => html`<span key=${change.field}>
    <span class="sub">${hasText(`stock.${change.field}`) ? tValue('stock.', change.field) : change.field}</span>
    ${change.before === null || change.before === '' ? null : html`<del>${String(change.before)}</del><span class="arrow">→</span>`}<ins>${String(change.after ?? t('value.empty'))}</ins></span>`)}</span>` },
];
