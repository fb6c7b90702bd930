// @ts-check
/** Taking a whole import back: what that means, and what came of it. */
import { html, useState } from '../vendor/preact.js';
import { request } from '../lib/api.js';
import { t } from '../lib/i18n.js';
import { useSubmit } from '../lib/submit.js';
import { Button, Notice } from '../ui/basics.js';
import { Confirm } from '../ui/dialog.js';
import { ErrorNotice } from '../ui/states.js';

/** @typedef {import('../api').ImportJob} Job */

/** @param {{job: Job, path: string, why: string, onStarted: () => void}} props */
export function UndoImport({ job, path, why, onStarted }) {
  const [asking, setAsking] = useState(false);
  const submit = useSubmit(async (key) => {
    await request('POST', `${path}/undo`, { key, json: {} });
    setAsking(false);
    onStarted();
  });
  const stopping = job.state === 'APPLYING';
  if (job.state === 'UNDONE') {
    return html`<${Notice} tone="ok" live title=${t('import.undone', { n: job.undone })} actions=${html`<a class="btn plain small" href="#/stock"><span>${t('import.see')}</span></a>`}>
      ${job.kept ? t('import.undone.kept', { n: job.kept }) : t('import.undone.all')}<//>`;
  }
  return html`<div class="form-actions undo-row"><${Button} icon="undo" why=${why} onClick=${() => setAsking(true)}>${t(stopping ? 'import.stop' : 'import.undo')}<//></div>
    ${asking ? html`<${Confirm} title=${t(stopping ? 'import.stop.title' : 'import.undo.title')} confirm=${t('import.undo.do')} danger busy=${submit.busy} onConfirm=${() => submit.run()} onClose=${() => setAsking(false)}>
      <${ErrorNotice} error=${submit.error} retry=${submit.error?.uncertain ? () => submit.run() : undefined} />
      <p>${stopping ? t('import.stop.text') : t('import.undo.text', { n: job.created + job.changed })}</p><p class="sub">${t('import.undo.kept')}</p><//>` : null}`;
}
