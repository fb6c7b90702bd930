// @ts-check
/** 保管場所: storehouses, or parts of one. */
import { html, useRef, useState } from '../vendor/preact.js';
import { get, request, seg } from '../lib/api.js';
import { t } from '../lib/i18n.js';
import { useKeys } from '../lib/keyboard.js';
import { useResource } from '../lib/resource.js';
import { may } from '../lib/roles.js';
import { halfWidth } from '../lib/search.js';
import { useSubmit } from '../lib/submit.js';
import { Button, Chip } from '../ui/basics.js';
import { Dialog } from '../ui/dialog.js';
import { Field, fieldErrors, focusFirstError } from '../ui/field.js';
import { Page } from '../ui/page.js';
import { ErrorNotice, ReadOnlyNote, Skeleton, groupNames } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { toast } from '../ui/toast.js';
import { GoodsNav } from './goods_nav.js';

/** @typedef {import('../schemas').PlaceView} Place */

const CODE = /^[a-z0-9-]{1,32}$/;

export default function Places() {
  const { data, error, loading, reload } = useResource('places', (signal) => /** @type {Promise<{items: Place[]}>} */ (get('/stock/places', {}, { signal })));
  const [editing, setEditing] = useState(/** @type {Place | 'new' | null} */ (null));
  const why = may('stock') ? '' : t('role.needed', { groups: groupNames('stock') });
  useKeys({ r: reload, ...(why ? {} : { n: () => setEditing('new') }) });
  /** @type {import('../ui/table.js').Column<Place>[]} */
  const columns = [
    { key: 'name', label: t('place.name'), size: 'w-fill', card: 'lead', cell: (place) => html`<strong>${place.name}</strong>${place.code === 'main' ? html` <${Chip} tone="info">${t('place.main')}<//>` : null}` },
    { key: 'code', label: t('place.code'), size: 'w-sku', cell: (place) => html`<code>${place.code}</code>` },
    { key: 'act', label: t('list.actions'), size: 'w-alloc', card: 'side', cell: (place) => html`<${Button} small icon="edit" why=${why} onClick=${() => setEditing(place)}>${t('place.rename')}<//>` },
  ];
  return html`<${Page} title=${t('nav.places')} actions=${html`<${Button} kind="primary" icon="plus" why=${why} hint="n" onClick=${() => setEditing('new')}>${t('place.new')}<//>`}>
    <${GoodsNav} at="places" />
    ${why ? html`<${ReadOnlyNote} right="stock" />` : null}
    <p class="lead">${t('place.lead')}</p>
    <${ErrorNotice} error=${error} retry=${reload} busy=${loading} />
    ${data ? html`<div class="sheet"><${Table} label=${t('nav.places')} rows=${data.items} rowKey=${(/** @type {Place} */ place) => place.code} columns=${columns} keys busy=${loading} /></div>` : error ? null : html`<${Skeleton} rows=${3} />`}
    ${editing ? html`<${Edit} place=${editing === 'new' ? null : editing} taken=${(data?.items ?? []).map((place) => place.code)} onClose=${() => setEditing(null)} onDone=${reload} />` : null}<//>`;
}

/** @param {{place: Place | null, taken: string[], onClose: () => void, onDone: () => void}} props */
function Edit({ place, taken, onClose, onDone }) {
  const [code, setCode] = useState(place?.code ?? '');
  const [name, setName] = useState(place?.name ?? '');
  const [tried, setTried] = useState(false);
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const wanted = halfWidth(code).toLowerCase();
  const wrongCode = place || (CODE.test(wanted) && !taken.includes(wanted)) ? '' : t(taken.includes(wanted) ? 'place.code.taken' : 'place.code.wrong');
  const submit = useSubmit(async () => {
    await request('PUT', `/stock/places/${seg(wanted)}`, { json: { name: name.trim() }, ...(place ? { version: place.version } : { isNew: true }) });
    toast(t('place.saved', { name: name.trim() }));
    onDone();
    onClose();
  });
  const send = async () => {
    setTried(true);
    if (wrongCode || !name.trim() || !(await submit.run())) focusFirstError(form.current);
  };
  const errors = fieldErrors(submit.error);
  return html`<${Dialog} title=${t(place ? 'place.rename' : 'place.new')} onClose=${onClose} onSubmit=${send} formRef=${form}
    footer=${html`<${Button} onClick=${onClose}>${t('action.cancel')}<//><${Button} kind="primary" type="submit" busy=${submit.busy}>${t('action.save')}<//>`}>
    <${ErrorNotice} error=${submit.error} />
    ${place ? null : html`<${Field} label=${t('place.code')} name="code" required mono focus width="short" convert=${(/** @type {string} */ text) => halfWidth(text).toLowerCase()} value=${code} hint=${t('place.code.hint')}
      error=${tried ? wrongCode : ''} onInput=${(/** @type {string} */ text) => { submit.touched(); setCode(text); }} />`}
    <${Field} label=${t('place.name')} name="name" required focus=${Boolean(place)} value=${name} error=${errors.name ?? (tried && !name.trim() ? t('field.missing') : '')} onInput=${(/** @type {string} */ text) => { submit.touched(); setName(text); }} /><//>`;
}
