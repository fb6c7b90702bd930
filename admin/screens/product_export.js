// @ts-check
/** 書き出し: all products as files of Next Engine, put together from pages of a thousand. */
import { html, useState } from '../vendor/preact.js';
import { downloadPage } from '../lib/api.js';
import { offerFile } from '../lib/files.js';
import { t } from '../lib/i18n.js';
import { useSubmit } from '../lib/submit.js';
import { dayFromToday } from '../lib/time.js';
import { Button, Card } from '../ui/basics.js';
import { Choice } from '../ui/field.js';
import { Progress } from '../ui/progress.js';
import { ErrorNotice } from '../ui/states.js';
import { toast } from '../ui/toast.js';

const KINDS = /** @type {const} */ (['goods', 'sets', 'warehouse']);
const ENCODINGS = /** @type {const} */ (['cp932', 'utf-8']);
const LINE_FEED = 10;

/** Every page begins with the heading; only the first one's is wanted. No byte of a kanji is a line feed. @param {Uint8Array<ArrayBuffer>} page @param {number} n */
export const withoutHeading = (page, n) => (n ? page.subarray(page.indexOf(LINE_FEED) + 1) : page);

export function Export() {
  const [encoding, setEncoding] = useState(/** @type {typeof ENCODINGS[number]} */ ('cp932'));
  const [page, setPage] = useState(0);
  const submit = useSubmit(async (_key, /** @type {typeof KINDS[number]} */ kind) => {
    /** @type {Uint8Array<ArrayBuffer>[]} */
    const parts = [];
    let next = '';
    do {
      setPage(parts.length + 1);
      const query = new URLSearchParams({ encoding, ...(next ? { next } : {}) });
      const found = await downloadPage(`/stock/exports/${kind}.csv?${query}`);
      parts.push(withoutHeading(found.bytes, parts.length));
      next = found.next;
    } while (next);
    const name = `next-engine-${kind}_${dayFromToday()}.csv`;
    offerFile(new Blob(parts, { type: 'text/csv' }), name);
    toast(t('export.done', { name }));
  });
  return html`<${Card} title=${t('export.title')}>
    <p class="sub">${t('export.text')}</p>
    <${Choice} label=${t('export.encoding')} value=${encoding} onChange=${(/** @type {typeof ENCODINGS[number]} */ chosen) => { submit.touched(); setEncoding(chosen); }} options=${ENCODINGS.map((value) => ({ value, label: t(`export.${value}`) }))} />
    <${ErrorNotice} error=${submit.error} />
    ${submit.busy ? html`<${Progress} label=${t('export.running', { n: page })} done=${0} total=${0} />` : null}
    <div class="form-actions">${KINDS.map((kind) => html`<${Button} key=${kind} icon="download" disabled=${submit.busy} onClick=${() => submit.run(kind)}>${t(`export.${kind}`)}<//>`)}</div><//>`;
}
