// @ts-check
/** Taking over what a shop has on sale, and how far that is. */
import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { ApiError, get, request, seg } from '../lib/api.js';
import { t, tValue } from '../lib/i18n.js';
import { backOff } from '../lib/live.js';
import { number } from '../lib/money.js';
import { useResource } from '../lib/resource.js';
import { shopName } from '../lib/store.js';
import { useSubmit } from '../lib/submit.js';
import { Button, Card, Time } from '../ui/basics.js';
import { Progress } from '../ui/progress.js';
import { ErrorNotice } from '../ui/states.js';

/** @typedef {import('../schemas').ListingImport} Job */

// What ends by itself; a job that failed of it has waited long enough.
const TEMPORARY = ['rate', 'transient', 'remote'];
// A worker may die for good; after this a person may begin again.
const SILENT_MS = 30 * 60 * 1000;

/** @param {{shop: string, why: string, onDone: () => void}} props */
export function ImportListings({ shop, why, onDone }) {
  const path = `/stock/listings/${seg(shop)}/import`;
  const { data, error, loading, reload } = useResource(`listing-import:${shop}`, async (signal) => {
    try {
      return { job: /** @type {Job} */ (await get(path, {}, { signal })) };
    } catch (failed) {
      // Nothing was taken over yet: that is no error.
      if (failed instanceof ApiError && failed.status === 404) return { job: null };
      throw failed;
    }
  });
  const [turn, setTurn] = useState(0);
  const job = data?.job ?? null;
  const running = job?.state === 'RUNNING';
  const locked = job !== null && running && Date.now() - Date.parse(job.heard_at) < SILENT_MS;
  const was = useRef(false);
  useEffect(() => {
    if (!running || loading) return undefined;
    const timer = setTimeout(() => {
      setTurn(turn + 1);
      reload();
    }, backOff(turn) * 1000);
    return () => clearTimeout(timer);
  }, [running, loading, turn]);
  useEffect(() => {
    if (was.current && !running && job) onDone();
    was.current = running;
  }, [running]);
  const submit = useSubmit(async (key) => {
    await request('POST', path, { key, json: {} });
    setTurn(0);
    reload();
  });
  return html`<${Card} title=${t('listing.import', { shop: shopName(shop) })} actions=${html`<${Button} small icon="download" why=${why || (locked ? t('listing.import.running') : '')} busy=${submit.busy} onClick=${() => submit.run()}>${t('listing.import.do')}<//>`}>
    <${ErrorNotice} error=${submit.error ?? error} retry=${error ? reload : undefined} />
    ${running ? html`<${Progress} label=${t('listing.import.progress', { n: job.seen })} done=${0} total=${0} /><p class="hint">${job.error ? tValue('remote.', job.error) : t('import.leave')}</p>`
      : job?.state === 'DONE' ? html`<p>${t('listing.import.done', { n: job.seen, matched: job.matched, known: job.known, unmapped: job.unmapped })} <span class="sub"><${Time} at=${job.ended_at} relative /></span></p>`
        : job?.state === 'FAILED' ? html`<p class="bad-text">${t('listing.import.failed', { n: number(job.seen) })} ${TEMPORARY.includes(job.error) ? t('listing.import.silent') : tValue('remote.', job.error)}</p>`
          : html`<p class="sub">${t('listing.import.text')}</p>`}<//>`;
}
