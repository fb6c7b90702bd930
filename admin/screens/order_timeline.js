// @ts-check
/** 履歴: who did what, when, and what it was before. Newest first, older ones on demand. */
import { html, useState } from '../vendor/preact.js';
import { ApiError, get, seg } from '../lib/api.js';
import { hasText, t, tValue } from '../lib/i18n.js';
import { useResource } from '../lib/resource.js';
import { Button, Card, Time } from '../ui/basics.js';
import { Icon } from '../ui/icons.js';
import { ErrorNotice, Skeleton } from '../ui/states.js';

/** @typedef {import('../api').TimelineItem} Item */
/** @typedef {import('../api').Page<Item>} TimelinePage */

/** @param {{order: import('../api').Order}} props */
export function Timeline({ order }) {
  const path = `/orders/${seg(order.id)}/timeline`;
  const { data, error, loading, reload, set } = useResource(`timeline:${order.id}:${order.version}`,
    (signal) => /** @type {Promise<TimelinePage>} */ (get(path, {}, { signal })), { keep: true });
  const [older, setOlder] = useState(/** @type {{busy: boolean, error?: ApiError}} */ ({ busy: false }));
  const more = async () => {
    if (!data?.next) return;
    setOlder({ busy: true });
    try {
      const page = /** @type {TimelinePage} */ (await get(path, { next: data.next }));
      set({ items: [...data.items, ...page.items], next: page.next });
      setOlder({ busy: false });
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      setOlder({ busy: false, error: failure });
    }
  };
  return html`<${Card} title=${t('order.timeline')}>
    <${ErrorNotice} error=${error ?? older.error} retry=${error ? reload : more} busy=${loading} />
    ${data ? html`<ol class="timeline">${data.items.map((item) => html`<${Entry} key=${item.seq} item=${item} />`)}</ol>` : error ? null : html`<${Skeleton} rows=${4} />`}
    ${data?.next ? html`<${Button} small busy=${older.busy} onClick=${more}>${t('list.older')}<//>` : null}<//>`;
}

/** @type {Record<string, string>} */
const ACTOR_ICON = { staff: 'user', mall: 'orders', system: 'settings', rule: 'settings', timer: 'clock' };

/** @param {{item: Item}} props */
function Entry({ item }) {
  return html`<li><span class=${`timeline-icon ${item.actor.kind}`}><${Icon} name=${ACTOR_ICON[item.actor.kind] ?? 'info'} size=${16} /></span>
    <div class="timeline-body"><p><strong>${tValue('timeline.', item.kind)}</strong>
        <span class="sub">${item.actor.name || tValue('actor.', item.actor.kind)}</span><span class="sub timeline-at"><${Time} at=${item.at} /></span></p>
      <${Changes} changes=${item.changes} />
      ${item.reason ? html`<p class="timeline-reason">${item.reason}</p>` : null}</div></li>`;
}

/** More than a few changes are one click away. */
const SHOWN = 6;
/** Says nothing to a person. */
const TECHNICAL = /(^|\.)(source_version|raw_status|extra|id|line_id|destination_id)(\.|$)/;

/** @param {{changes: Item['changes']}} props */
function Changes({ changes }) {
  const [all, setAll] = useState(false);
  const told = changes.filter(({ field }) => !TECHNICAL.test(field));
  if (!told.length) return null;
  const shownNow = all ? told : told.slice(0, SHOWN);
  return html`<dl class="changes">${shownNow.map((change, i) => html`<div key=${i}><dt>${label(change.field)}</dt>
    <dd>${isNothing(change.before) ? null : html`<del>${shown(change.field, change.before)}</del><span class="arrow">→</span>`}<ins>${shown(change.field, change.after)}</ins></dd></div>`)}</dl>
    ${told.length > shownNow.length ? html`<button type="button" class="link" onClick=${() => setAll(true)}>${t('timeline.more', { n: told.length - shownNow.length })}</button>` : null}`;
}

/** @param {unknown} value */
const isNothing = (value) => value === null || value === undefined || value === '';

/** `facets.review` → 確認; `lines.0.allocated` → 明細1 引当数 @param {string} field */
function label(field) {
  const last = field.split('.').at(-1) ?? field;
  const text = hasText(`field.${last}`) ? tValue('field.', last) : hasText(`facet.${last}`) ? tValue('facet.', last) : last;
  const line = field.match(/(?:^|\.)lines\.(\d+)\./);
  return line ? t('field.line_n', { n: Number(line[1]) + 1, field: text }) : text;
}

/** Known words in Japanese, everything else as it is. @param {string} field @param {unknown} value @returns {string} */
function shown(field, value) {
  if (value === null || value === undefined || value === '') return t('value.empty');
  if (Array.isArray(value)) return value.map((each) => shown(field, each)).join('、') || t('value.empty');
  if (typeof value === 'object') {
    return Object.entries(value).filter(([, v]) => v !== null && v !== '').map(([k, v]) => `${label(k)}: ${shown(k, v)}`).join(' / ');
  }
  if (typeof value === 'boolean') return t(value ? 'value.yes' : 'value.no');
  const last = field.split('.').at(-1) ?? '';
  for (const prefix of [`${last}.`, 'queue.']) {
    if (hasText(prefix + value)) return tValue(prefix, String(value));
  }
  return String(value);
}
