// @ts-check
/** 商品 CSV取込, first step: choosing the file. */
import { html, useRef, useState } from '../vendor/preact.js';
import { request } from '../lib/api.js';
import { t } from '../lib/i18n.js';
import { number } from '../lib/money.js';
import { forgetCached } from '../lib/resource.js';
import { may } from '../lib/roles.js';
import { go, link } from '../lib/router.js';
import { useSubmit } from '../lib/submit.js';
import { Button, Card, Facts, Notice } from '../ui/basics.js';
import { Icon } from '../ui/icons.js';
import { Page } from '../ui/page.js';
import { Steps } from '../ui/progress.js';
import { ErrorNotice, ReadOnlyNote } from '../ui/states.js';
import { ImportList } from './import_list.js';
import { Export } from './product_export.js';

const MAX_BYTES = 10_000_000;
const COLUMNS = /** @type {const} */ ([
  ['商品コード', 'sku'], ['商品名', 'name'], ['JANコード', 'jan'], ['売価', 'price'], ['安全在庫', 'safety'], ['在庫数', 'on_hand'],
]);

const KINDS = /** @type {const} */ (['plain', 'ne_goods', 'ne_set', 'ne_warehouse']);

export const stepNames = () => [t('import.step.choose'), t('import.step.check'), t('import.step.apply'), t('import.step.done')];

export default function ProductImport() {
  return html`<${Page} title=${t('import.title')} narrow>
    <${Steps} steps=${stepNames()} at=${0} />
    ${may('stock') ? html`<${Choose} />` : html`<${ReadOnlyNote} right="stock" />`}
    <${ImportList} />
    <${Kinds} />
    <${Format} />
    <${Export} /><//>`;
}

/** What is sent of a file: the server takes up to 6 MB at once, and CSV packs to a fifth. @param {File} file */
const packed = (file) => new Response(file.stream().pipeThrough(new CompressionStream('gzip'))).blob();

export function Choose() {
  const [file, setFile] = useState(/** @type {File | null} */ (null));
  const [over, setOver] = useState(false);
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const submit = useSubmit(async (key, /** @type {File} */ chosen) => {
    const job = await request('POST', '/stock/imports', { key, file: await packed(chosen), headers: { 'x-file-name': encodeURIComponent(chosen.name) } });
    forgetCached('imports?');
    go(link(['import', job.id]));
  });
  /** @param {FileList | null | undefined} files */
  const take = (files) => {
    const chosen = files?.[0];
    if (!chosen) return;
    submit.touched();
    setFile(chosen);
  };
  const tooLarge = file !== null && file.size > MAX_BYTES;
  const drag = (/** @type {boolean} */ inside) => (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    setOver(inside);
  };
  return html`<${Card}>
    <div class=${`drop${over ? ' over' : ''}`} onDragOver=${drag(true)} onDragLeave=${drag(false)}
        onDrop=${(/** @type {DragEvent} */ event) => { drag(false)(event); take(event.dataTransfer?.files); }}>
      <span class="empty-icon"><${Icon} name="upload" size=${24} /></span>
      <p class="empty-title">${file ? file.name : t('import.drop')}</p>
      <p class="sub">${file ? t('import.size', { n: number(Math.max(1, Math.round(file.size / 1024))) }) : t('import.drop.hint')}</p>
      <input ref=${input} class="sr" type="file" accept=".csv,.tsv,.txt,text/csv" aria-label=${t('import.file')} tabindex="-1"
        onChange=${(/** @type {Event} */ event) => take(/** @type {HTMLInputElement} */ (event.target).files)} />
      <div class="empty-actions"><${Button} kind=${file ? 'plain' : 'primary'} icon="file" onClick=${() => input.current?.click()}>${t(file ? 'import.other' : 'import.choose')}<//>
        ${file ? html`<${Button} kind="primary" icon="check" disabled=${tooLarge} busy=${submit.busy} onClick=${() => submit.run(file)}>${t('import.check')}<//>` : null}</div></div>
    ${tooLarge ? html`<div role="alert"><${Notice} tone="bad" title=${t('error.413')}>${t('error.413.do')}<//></div>` : null}
    <${ErrorNotice} error=${submit.error} retry=${file && submit.error?.uncertain ? () => submit.run(file) : undefined} />
    <p class="hint">${t('import.safe')}</p><//>`;
}

/** What the check tells apart by itself. */
function Kinds() {
  return html`<${Card} title=${t('import.kinds.title')}><p class="sub">${t('import.kinds.text')}</p>
    <${Facts} items=${KINDS.map((kind) => ({ label: t(`import.kind.${kind}`), value: t(`import.kinds.${kind}`), wide: true }))} /><//>`;
}

function Format() {
  return html`<${Card} title=${t('import.format')}>
    <p class="sub">${t('import.format.text')}</p>
    <table class="table plain-table" role="table" aria-label=${t('import.format')}><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">${t('import.column')}</th>
      <th role="columnheader" scope="col">${t('import.alias')}</th><th role="columnheader" scope="col">${t('import.meaning')}</th></tr></thead>
      <tbody role="rowgroup">${COLUMNS.map(([ja, en]) => html`<tr role="row" key=${en}><td role="cell">${ja}${en === 'sku' ? html` <span class="required">${t('field.required')}</span>` : null}</td>
        <td role="cell"><code>${en}</code></td><td role="cell" class="wrap">${t(`import.meaning.${en}`)}</td></tr>`)}</tbody></table><//>`;
}
