// @ts-check
/** 置き場所: where the units of a product lie, moving them, and finding them defective. */
import { html, useRef, useState } from '../vendor/preact.js';
import { get, request, seg } from '../lib/api.js';
import { goodsChanged } from '../lib/goods.js';
import { t } from '../lib/i18n.js';
import { number } from '../lib/money.js';
import { useResource } from '../lib/resource.js';
import { halfWidth, wholeNumber } from '../lib/search.js';
import { useSubmit } from '../lib/submit.js';
import { Button, Card } from '../ui/basics.js';
import { Dialog } from '../ui/dialog.js';
import { Choice, Field, fieldErrors, focusFirstError } from '../ui/field.js';
import { ErrorNotice, Skeleton } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { toast } from '../ui/toast.js';

/** @typedef {import('../api').StockItem} Item */
/** @typedef {import('../schemas').LyingList} LyingList */
/** @typedef {import('../schemas').PlaceView} Place */
/** @typedef {LyingList['items'][number]} There */

/** @param {{item: Item, why: string, onChanged: () => void}} props */
export function Lying({ item, why, onChanged }) {
  const path = `/stock/items/${seg(item.sku)}`;
  const { data, error, loading, reload, set } = useResource(`lying:${item.sku}:${item.version}`, (signal) => /** @type {Promise<LyingList>} */ (get(`${path}/places`, {}, { signal })), { keep: true });
  const places = useResource('places', (signal) => /** @type {Promise<{items: Place[]}>} */ (get('/stock/places', {}, { signal })));
  const [open, setOpen] = useState(/** @type {'' | 'transfer' | 'defect'} */ (''));
  const list = places.data?.items ?? [];
  const nameOf = (/** @type {string} */ code) => list.find((place) => place.code === code)?.name ?? code;
  if (Object.keys(item.components).length) return null;
  const done = (/** @type {LyingList} */ now) => {
    set(now);
    goodsChanged();
    onChanged();
  };
  const whyMove = why || (list.length > 1 ? '' : t('place.only_one'));
  /** @type {import('../ui/table.js').Column<There>[]} */
  const columns = [
    { key: 'place', label: t('place.one'), size: 'w-fill', card: 'lead', cell: (row) => nameOf(row.place) },
    { key: 'good', label: t('purchase.good'), numeric: true, size: 'w-count', cell: (row) => html`<strong class=${`num${row.on_hand < 0 ? ' bad-text' : ''}`}>${number(row.on_hand)}</strong>` },
    { key: 'defective', label: t('purchase.defective'), numeric: true, size: 'w-count', cell: (row) => html`<span class=${`num${row.defective ? ' bad-text' : ' faint'}`}>${number(row.defective)}</span>` },
  ];
  return html`<${Card} flush title=${t('lying.title')} actions=${html`<div class="form-actions"><${Button} small why=${whyMove} onClick=${() => setOpen('transfer')}>${t('lying.transfer')}<//>
      <${Button} small why=${why} onClick=${() => setOpen('defect')}>${t('lying.defect')}<//></div>`}>
    ${error ? html`<div class="pad"><${ErrorNotice} error=${error} retry=${reload} busy=${loading} /></div>` : null}
    ${data ? html`<${Table} label=${t('lying.title')} sticky=${false} rows=${data.items} rowKey=${(/** @type {There} */ row) => row.place} columns=${columns} />
        ${data.items.some((row) => row.on_hand < 0) ? html`<p class="pad bad-text">${t('lying.negative')}</p>` : null}` : error ? null : html`<div class="pad"><${Skeleton} rows=${2} /></div>`}
    ${open === 'transfer' && data ? html`<${Transfer} path=${path} there=${data.items} places=${list} onClose=${() => setOpen('')} onDone=${done} />` : null}
    ${open === 'defect' && data ? html`<${Defect} path=${path} there=${data.items} places=${list} onClose=${() => setOpen('')} onDone=${done} />` : null}<//>`;
}

/** What both forms need: a number of units of which only so many are there. @param {string} text @param {number} most */
function unitsOf(text, most) {
  const units = wholeNumber(text);
  const error = units === null || units < 1 ? t('receive.quantity.wrong') : units > most ? t('lying.too_many', { n: most }) : '';
  return { units: units ?? 0, error };
}

/** @typedef {{path: string, there: There[], places: Place[], onClose: () => void, onDone: (now: LyingList) => void}} FormProps */

/** @param {FormProps} props */
function Transfer({ path, there, places, onClose, onDone }) {
  const [source, setSource] = useState(there[0]?.place ?? 'main');
  const [target, setTarget] = useState(places.find((place) => place.code !== source)?.code ?? '');
  const [kind, setKind] = useState('good');
  const [text, setText] = useState('');
  const [tried, setTried] = useState(false);
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const from = there.find((row) => row.place === source);
  const most = Math.max(0, (kind === 'good' ? from?.on_hand : from?.defective) ?? 0);
  const { units, error } = unitsOf(text, most);
  const same = source === target ? t('lying.same') : '';
  const submit = useSubmit(async (key) => {
    onDone(await request('POST', `${path}/transfer`, { key, json: { quantity: units, source, target, is_defective: kind === 'defective' } }));
    toast(t('lying.transferred', { n: units }));
    onClose();
  });
  const send = async () => {
    setTried(true);
    if (error || same || !(await submit.run())) focusFirstError(form.current);
  };
  const options = places.map((place) => ({ value: place.code, label: place.name }));
  const errors = fieldErrors(submit.error);
  /** @param {(text: string) => void} set */
  const typed = (set) => (/** @type {string} */ now) => { submit.touched(); set(now); };
  return html`<${Dialog} title=${t('lying.transfer.title')} onClose=${onClose} onSubmit=${send} formRef=${form}
    footer=${html`<${Button} onClick=${onClose}>${t('action.cancel')}<//><${Button} kind="primary" type="submit" busy=${submit.busy}>${t('lying.transfer.do')}<//>`}>
    <${ErrorNotice} error=${submit.error} retry=${submit.error?.uncertain ? send : undefined} />
    <div class="form-grid"><${Field} label=${t('lying.source')} name="source" value=${source} options=${options} onInput=${typed(setSource)} />
      <${Field} label=${t('lying.target')} name="target" value=${target} options=${options} error=${tried ? same : ''} onInput=${typed(setTarget)} /></div>
    <${Choice} label=${t('lying.kind')} value=${kind} onChange=${typed(setKind)} options=${[{ value: 'good', label: t('purchase.good') }, { value: 'defective', label: t('purchase.defective') }]} />
    <${Field} label=${t('field.quantity')} name="quantity" required focus width="short" inputmode="numeric" convert=${halfWidth} suffix=${t('unit.piece')} value=${text} hint=${t('lying.most', { n: most })}
      error=${errors.quantity ?? (tried ? error : '')} onInput=${typed(setText)} /><//>`;
}

/** @param {FormProps} props */
function Defect({ path, there, places, onClose, onDone }) {
  const [place, setPlace] = useState(there[0]?.place ?? 'main');
  const [way, setWay] = useState('defective');
  const [text, setText] = useState('');
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const here = there.find((row) => row.place === place);
  const most = Math.max(0, (way === 'defective' ? here?.on_hand : here?.defective) ?? 0);
  const { units, error } = unitsOf(text, most);
  const submit = useSubmit(async (key) => {
    onDone(await request('POST', `${path}/defect`, { key, json: { quantity: way === 'defective' ? units : -units, place, note: note.trim() } }));
    toast(t(way === 'defective' ? 'lying.defect.done' : 'lying.defect.back', { n: units }));
    onClose();
  });
  const send = async () => {
    setTried(true);
    if (error || !(await submit.run())) focusFirstError(form.current);
  };
  const errors = fieldErrors(submit.error);
  /** @param {(text: string) => void} set */
  const typed = (set) => (/** @type {string} */ now) => { submit.touched(); set(now); };
  return html`<${Dialog} title=${t('lying.defect')} onClose=${onClose} onSubmit=${send} formRef=${form}
    footer=${html`<${Button} onClick=${onClose}>${t('action.cancel')}<//><${Button} kind="primary" type="submit" busy=${submit.busy}>${t('lying.defect.do')}<//>`}>
    <${ErrorNotice} error=${submit.error} retry=${submit.error?.uncertain ? send : undefined} />
    <${Choice} label=${t('lying.way')} value=${way} onChange=${typed(setWay)} options=${[{ value: 'defective', label: t('lying.way.defective') }, { value: 'good', label: t('lying.way.good') }]} />
    <${Field} label=${t('place.one')} name="place" width="short" value=${place} options=${places.map((one) => ({ value: one.code, label: one.name }))} onInput=${typed(setPlace)} />
    <${Field} label=${t('field.quantity')} name="quantity" required focus width="short" inputmode="numeric" convert=${halfWidth} suffix=${t('unit.piece')} value=${text}
      hint=${`${t('lying.most', { n: most })} ${t(way === 'defective' ? 'lying.defect.hint' : 'lying.good.hint')}`} error=${errors.quantity ?? (tried ? error : '')} onInput=${typed(setText)} />
    <${Field} label=${t('stock.note')} name="note" value=${note} error=${errors.note} onInput=${typed(setNote)} /><//>`;
}
