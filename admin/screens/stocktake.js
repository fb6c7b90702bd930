// @ts-check
/** One 棚卸: what was counted, what differs, and putting the books right. */
import { html, useCallback, useEffect, useState } from '../vendor/preact.js';
import { ApiError, get, request, seg } from '../lib/api.js';
import { goodsChanged, useProducts } from '../lib/goods.js';
import { t } from '../lib/i18n.js';
import { backOff } from '../lib/live.js';
import { number, signed } from '../lib/money.js';
import { forgetCached, useResource } from '../lib/resource.js';
import { may } from '../lib/roles.js';
import { link, route } from '../lib/router.js';
import { useSubmit } from '../lib/submit.js';
import { Button, Card, Notice, Time } from '../ui/basics.js';
import { Confirm } from '../ui/dialog.js';
import { Page } from '../ui/page.js';
import { Progress } from '../ui/progress.js';
import { Empty, ErrorNotice, ReadOnlyNote, Skeleton, groupNames } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { Tabs } from '../ui/tabs.js';
import { toast } from '../ui/toast.js';
import { ApplyTake } from './stocktake_apply.js';
import { Counter } from './stocktake_count.js';
import { TakeState, takeName } from './stocktakes.js';

/** @typedef {import('../schemas').StocktakeView} Take */
/** @typedef {import('../schemas').CountedView} Counted */
/** @typedef {import('../schemas').CountedPage} CountedPage */

const PAGE = 300;
const SHOWN = 50;

/** Every count of a stock-take, page by page as they come. @param {string} path */
function useCounts(path) {
  const [rows, setRows] = useState(/** @type {Counted[]} */ ([]));
  const [complete, setComplete] = useState(false);
  const [error, setError] = useState(/** @type {ApiError | undefined} */ (undefined));
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const controller = new AbortController();
    const read = async () => {
      setError(undefined);
      /** @type {Counted[]} */
      const found = [];
      let next = /** @type {string | null} */ ('');
      while (next !== null) {
        const page = /** @type {CountedPage} */ (await get(`${path}/counts`, { limit: PAGE, next }, { signal: controller.signal }));
        found.push(...page.items);
        setRows([...found]);
        next = page.next;
      }
      setComplete(true);
    };
    read().catch((failed) => {
      if (controller.signal.aborted) return;
      if (!(failed instanceof ApiError)) throw failed;
      setError(failed);
    });
    return () => controller.abort();
  }, [path, turn]);
  const put = useCallback((/** @type {Counted} */ row) => setRows((before) => [...before.filter((each) => each.sku !== row.sku), row]), []);
  return { rows, complete, error, put, reload: () => setTurn(turn + 1) };
}

/** @param {{id: string}} props */
export default function StocktakeScreen({ id }) {
  const path = `/stock/stocktakes/${seg(id)}`;
  const { data, error, loading, reload, set } = useResource(`stocktake:${id}`, (signal) => /** @type {Promise<Take>} */ (get(path, {}, { signal })));
  const [turn, setTurn] = useState(0);
  const running = data?.state === 'APPLYING';
  useEffect(() => {
    if (!running || loading) return undefined;
    const timer = setTimeout(() => {
      setTurn(turn + 1);
      reload();
    }, backOff(turn) * 1000);
    return () => clearTimeout(timer);
  }, [running, loading, turn]);
  useEffect(() => {
    forgetCached('stocktakes?');
    if (data?.state === 'APPLIED') goodsChanged();
  }, [data?.state]);
  const back = { href: '#/stocktakes', label: t('nav.stocktakes') };
  if (!data) {
    return html`<${Page} title=${t('nav.stocktakes')} back=${back}>
      ${error?.status === 404 ? html`<${Empty} icon="search" title=${t('stocktake.gone')} />` : error ? html`<${ErrorNotice} error=${error} retry=${reload} busy=${loading} />` : html`<${Skeleton} rows=${8} />`}<//>`;
  }
  return html`<${Loaded} take=${data} path=${path} set=${set} reload=${reload} error=${error} loading=${loading} back=${back} />`;
}

/** @param {{take: Take, path: string, set: (take: Take) => void, reload: () => void, error?: ApiError, loading: boolean, back: {href: string, label: string}}} props */
function Loaded({ take, path, set, reload, error, loading, back }) {
  const counts = useCounts(path);
  const [open, setOpen] = useState(/** @type {'' | 'apply' | 'cancel'} */ (''));
  const why = may('stock') ? '' : t('role.needed', { groups: groupNames('stock') });
  const isOpen = take.state === 'OPEN';
  const different = counts.rows.filter((row) => row.difference);
  const submit = useSubmit(async (key, /** @type {'apply' | 'cancel'} */ what) => {
    try {
      set(await request('POST', `${path}/${what}`, { key, version: take.version }));
    } catch (failed) {
      if (failed instanceof ApiError && failed.status === 412) reload();
      throw failed;
    }
    if (what === 'cancel') toast(t('stocktake.cancelled'));
    setOpen('');
  });
  const applyWhy = why || (!counts.rows.length ? t('stocktake.apply.nothing') : counts.complete ? '' : t('state.loading'));
  return html`<${Page} title=${takeName(take)} back=${back} pinned mark=${html`<${TakeState} take=${take} />`} sub=${html`<span>${t('stocktake.created_at')} <${Time} at=${take.created_at} /></span>`}
      actions=${isOpen ? html`<${Button} why=${why} onClick=${() => setOpen('cancel')}>${t('stocktake.cancel')}<//>
        <${Button} kind="primary" icon="check" why=${applyWhy} onClick=${() => setOpen('apply')}>${t('stocktake.apply')}<//>` : null}>
    ${why ? html`<${ReadOnlyNote} right="stock" />` : null}
    <${ErrorNotice} error=${error ?? counts.error} retry=${() => { reload(); counts.reload(); }} busy=${loading} />
    ${take.state === 'APPLYING' ? html`<${Card}><${Progress} label=${t('stocktake.applying')} done=${take.applied} total=${counts.complete ? counts.rows.length : 0} /><p class="hint">${t('import.leave')}</p><//>` : null}
    ${take.state === 'APPLIED' ? html`<${Notice} tone="ok" live title=${t('stocktake.done', { n: different.length - take.outdated })} actions=${html`<a class="btn plain small" href="#/stock"><span>${t('import.see')}</span></a>`}>${t('stocktake.done.text')}<//>` : null}
    ${take.outdated ? html`<${Notice} tone="warn" title=${t('stocktake.outdated', { n: take.outdated })}>${t('stocktake.outdated.text')}<//>` : null}
    ${isOpen && !why ? html`<${Counter} path=${path} rows=${counts.rows} onCounted=${counts.put} onClosed=${reload} />` : null}
    <${Sums} rows=${counts.rows} different=${different} />
    <${Rows} take=${take} rows=${counts.rows} different=${different} complete=${counts.complete} />
    ${open === 'apply' ? html`<${ApplyTake} rows=${counts.rows} different=${different} submit=${submit} onApply=${() => submit.run('apply')} onClose=${() => setOpen('')} />` : null}
    ${open === 'cancel' ? html`<${Confirm} title=${t('stocktake.cancel.title')} confirm=${t('stocktake.cancel.do')} danger busy=${submit.busy} onConfirm=${() => submit.run('cancel')} onClose=${() => setOpen('')}>
      <${ErrorNotice} error=${submit.error} /><p>${t('stocktake.cancel.text', { n: counts.rows.length })}</p><//>` : null}<//>`;
}

/** @param {{rows: Counted[], different: Counted[]}} props */
function Sums({ rows, different }) {
  const more = different.reduce((sum, row) => sum + Math.max(row.difference, 0), 0);
  const fewer = different.reduce((sum, row) => sum + Math.min(row.difference, 0), 0);
  return html`<dl class="tiles"><div><dt>${t('stocktake.counted')}</dt><dd class="num">${number(rows.length)}</dd></div>
    <div><dt>${t('stocktake.different')}</dt><dd class="num">${number(different.length)}</dd></div>
    <div><dt>${t('stocktake.more')}</dt><dd class=${`num${more ? '' : ' faint'}`}>${more ? signed(more) : 0}</dd></div>
    <div><dt>${t('stocktake.fewer')}</dt><dd class=${`num${fewer ? ' bad-text' : ' faint'}`}>${fewer ? signed(fewer) : 0}</dd></div></dl>`;
}

/** @param {{take: Take, rows: Counted[], different: Counted[], complete: boolean}} props */
function Rows({ take, rows, different, complete }) {
  const only = route.value.query.only === 'different';
  const [shown, setShown] = useState(SHOWN);
  const all = (only ? different : rows).toSorted((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : a.sku < b.sku ? -1 : 1));
  const visible = all.slice(0, shown);
  const productOf = useProducts(visible.map((row) => row.sku));
  return html`<div class="toolbar"><${Tabs} label=${t('stocktake.filter')} current=${only ? 'different' : 'all'} tabs=${[
      { id: 'all', label: t('stocktake.filter.all'), count: rows.length, href: link(['stocktakes', take.id]) },
      { id: 'different', label: t('stocktake.filter.different'), count: different.length, tone: 'warn', href: link(['stocktakes', take.id], { only: 'different' }) },
    ]} /></div>
    ${visible.length ? html`<div class="sheet"><${Table} label=${t('stocktake.counts')} rows=${visible} rowKey=${(/** @type {Counted} */ row) => row.sku} columns=${columns(productOf)} keys />
        ${all.length > shown ? html`<div class="pager"><span class="sub">${t('list.shown', { n: visible.length })}</span><span class="grow"></span>
          <button type="button" class="btn plain small" onClick=${() => setShown(shown + SHOWN)}>${t('list.next', { n: Math.min(SHOWN, all.length - shown) })}</button></div>` : null}</div>`
      : complete ? html`<${Empty} icon=${rows.length ? 'check' : 'stock'} title=${t(rows.length ? 'stocktake.no_difference' : 'stocktake.no_counts')}>${t(rows.length ? 'stocktake.no_difference.text' : 'stocktake.no_counts.text')}<//>` : html`<${Skeleton} rows=${4} />`}`;
}

/** @param {(sku: string) => import('../api').StockItem | undefined} productOf @returns {import('../ui/table.js').Column<Counted>[]} */
const columns = (productOf) => [
  { key: 'sku', label: t('stock.sku'), size: 'w-fill', card: 'lead', cell: (row) => html`<span class="two-lines"><a class="row-link mono" href=${link(['stock', row.sku])}>${row.sku}</a><span class="sub cut">${productOf(row.sku)?.name ?? ''}</span></span>` },
  { key: 'book', label: t('stocktake.book'), numeric: true, size: 'w-count', cell: (row) => html`<span class="num">${number(row.book)}</span>` },
  { key: 'counted', label: t('stocktake.count'), numeric: true, size: 'w-count', cell: (row) => html`<strong class="num">${number(row.counted)}</strong>` },
  { key: 'difference', label: t('stocktake.difference'), numeric: true, size: 'w-count', cell: (row) => html`<strong class=${`num${row.difference < 0 ? ' bad-text' : row.difference > 0 ? ' ok-text' : ' faint'}`}>${signed(row.difference)}</strong>` },
  { key: 'at', label: t('stocktake.at'), size: 'w-date', drop: 2, cell: (row) => html`<${Time} at=${row.at} />` },
  { key: 'actor', label: t('ledger.actor'), size: 'w-name', drop: 1, cell: (row) => html`<span class="cut">${row.actor}</span>` },
];
