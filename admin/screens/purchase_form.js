// @ts-check
/** 発注書の下書き: making one, changing one, and saying that it was ordered. */
import { html, useRef, useState } from '../vendor/preact.js';
import { ApiError, request, seg } from '../lib/api.js';
import { useDraft } from '../lib/draft.js';
import { useProducts } from '../lib/goods.js';
import { t } from '../lib/i18n.js';
import { ctrlEnter } from '../lib/keyboard.js';
import { money, number } from '../lib/money.js';
import { forgetCached } from '../lib/resource.js';
import { may } from '../lib/roles.js';
import { go, link } from '../lib/router.js';
import { wholeNumber } from '../lib/search.js';
import { useSubmit } from '../lib/submit.js';
import { calendarDay } from '../lib/time.js';
import { Badge, Button, Card, Notice } from '../ui/basics.js';
import { Conflict } from '../ui/conflict.js';
import { Field, fieldErrors, focusFirstError } from '../ui/field.js';
import { Page } from '../ui/page.js';
import { ErrorNotice, ReadOnlyNote } from '../ui/states.js';
import { toast } from '../ui/toast.js';
import { Cancel } from './purchase.js';
import { EMPTY, MOST_LINES, draftKey, requestOf, sums, textsOf, wrongs } from './purchase_draft.js';
import { PurchaseLines } from './purchase_lines.js';
import { SkuBox } from './sku_box.js';

/** @typedef {import('../schemas').PurchaseView} Purchase */
/** @typedef {import('./purchase_draft.js').Texts} Texts */

/** @param {{purchase: Purchase | null, back: {href: string, label: string}, onSaved: (purchase: Purchase) => void}} props */
export function PurchaseForm({ purchase, back, onSaved }) {
  const [draft, setDraft] = useDraft(draftKey(purchase?.id ?? 'new'));
  const texts = /** @type {Texts} */ (draft ?? (purchase ? textsOf(purchase) : EMPTY));
  const [local, setLocal] = useState(/** @type {Record<string, string>} */ ({}));
  const [clash, setClash] = useState(/** @type {Purchase | null} */ (null));
  const [cancelling, setCancelling] = useState(false);
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const box = useRef(/** @type {HTMLInputElement | null} */ (null));
  const productOf = useProducts(texts.lines.map((line) => line.sku));

  const submit = useSubmit(async (key, /** @type {boolean} */ andSend, /** @type {number | undefined} */ over) => {
    let saved = purchase;
    try {
      const json = requestOf(texts);
      if (!purchase) saved = await request('POST', '/stock/purchases', { key, json });
      else if (draft || over) saved = await request('PUT', `/stock/purchases/${seg(purchase.id)}`, { version: over ?? purchase.version, json });
      if (saved && andSend) saved = await request('POST', `/stock/purchases/${seg(saved.id)}/send`, { key: `${key}.send`, version: saved.version });
    } catch (error) {
      // The draft itself was stored: a second attempt must not make another one.
      if (!purchase && saved) leave(saved);
      if (!(error instanceof ApiError) || error.status !== 412 || !error.current) throw error;
      setClash(error.current);
      return;
    }
    setClash(null);
    if (!saved) return;
    toast(t(andSend ? 'purchase.sent' : 'purchase.saved'));
    leave(saved);
  });
  /** @param {Purchase} saved */
  const leave = (saved) => {
    setDraft(null);
    forgetCached('purchases', `purchase:${saved.id}`);
    onSaved(saved);
    if (!purchase) go(link(['purchases', saved.id]), { replace: true });
  };
  /** @param {boolean} andSend */
  const send = (andSend) => {
    const wrong = wrongs(texts);
    setLocal(wrong);
    if (!Object.keys(wrong).length) submit.run(andSend, undefined);
    else if (wrong.lines && Object.keys(wrong).length === 1) box.current?.focus();
    else focusFirstError(form.current);
  };
  /** @param {Partial<Texts>} change */
  const change = (change) => {
    setLocal({});
    submit.touched();
    setDraft({ ...texts, ...change });
  };
  const add = (/** @type {import('../api').StockItem} */ item) => {
    const at = texts.lines.findIndex((line) => line.sku === item.sku);
    if (at < 0) change({ lines: [...texts.lines, { sku: item.sku, quantity: '', cost: item.cost === null ? '' : String(item.cost), arrives_on: '' }] });
    requestAnimationFrame(() => /** @type {HTMLElement | null | undefined} */ (form.current?.querySelector(`[name="quantity.${at < 0 ? texts.lines.length : at}"]`))?.focus());
  };
  const errors = { ...local, ...fieldErrors(submit.error) };
  const { units, yen, open } = sums(texts.lines.map((line) => ({ quantity: wholeNumber(line.quantity) ?? 0, cost: line.cost.trim() ? wholeNumber(line.cost) : null })));
  if (!may('stock')) return html`<${Page} title=${t('purchase.new')} back=${back}><${ReadOnlyNote} right="stock" /><//>`;
  const onKeyDown = ctrlEnter(() => send(false));
  return html`<${Page} title=${purchase ? purchase.supplier : t('purchase.new')} docTitle=${t(purchase ? 'purchase.one' : 'purchase.new')} back=${back} pinned
      mark=${purchase ? html`<${Badge} tone="info">${t('purchase.state.DRAFT')}<//>` : null}
      actions=${html`${purchase ? html`<${Button} onClick=${() => setCancelling(true)}>${t('purchase.cancel')}<//>` : draft ? html`<${Button} onClick=${() => setDraft(null)}>${t('action.discard')}<//>` : null}
        <${Button} busy=${submit.busy} hint="Ctrl+Enter" disabled=${Boolean(purchase && !draft)} onClick=${() => send(false)}>${t('purchase.save')}<//>
        <${Button} kind="primary" icon="check" busy=${submit.busy} onClick=${() => send(true)}>${t('purchase.send')}<//>`}>
    <${ErrorNotice} error=${submit.error} retry=${submit.error?.uncertain ? () => send(false) : undefined} />
    ${draft && purchase ? html`<${Notice} tone="info" actions=${html`<${Button} small onClick=${() => setDraft(null)}>${t('action.discard')}<//>`}>${t('state.draft')}<//>` : null}
    <form ref=${form} novalidate onKeyDown=${onKeyDown} onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); box.current?.focus(); }}>
      <button type="submit" class="sr" tabindex="-1" aria-hidden="true"></button>
      <${Card}><div class="form-row">
        <${Field} label=${t('purchase.supplier')} name="supplier" required focus=${!purchase} value=${texts.supplier} error=${errors.supplier} onInput=${(/** @type {string} */ supplier) => change({ supplier })} />
        <${Field} label=${t('purchase.arrives_on')} name="arrives_on" type="date" value=${texts.arrives_on} error=${errors.arrives_on} hint=${t('purchase.arrives.hint')} onInput=${(/** @type {string} */ arrives_on) => change({ arrives_on })} /></div>
        <${Field} label=${t('stock.note')} name="note" value=${texts.note} error=${errors.note} hint=${t('purchase.note.hint')} onInput=${(/** @type {string} */ note) => change({ note })} /><//>
      <${Card} flush title=${t('purchase.lines')}>
        <${PurchaseLines} lines=${texts.lines} productOf=${productOf} errors=${errors} onChange=${(/** @type {Texts['lines']} */ lines) => change({ lines })} />
        <dl class="foot-sums"><div><dt>${t('purchase.units')}</dt><dd class="num">${number(units)}</dd></div>
          <div><dt>${t('purchase.sum')}</dt><dd class="num">${money(yen)}${open ? html` <span class="sub small-text">${t('purchase.sum.open', { n: open })}</span>` : null}</dd></div></dl><//>
    </form>
    <${Card}><div onKeyDown=${onKeyDown}>${texts.lines.length < MOST_LINES
      ? html`<${SkuBox} label=${t('purchase.add')} inputRef=${box} onPick=${add} hint=${t('purchase.add.hint')} />`
      : html`<p class="sub">${t('purchase.full', { n: MOST_LINES })}</p>`}
      ${errors.lines ? html`<p class="field-error" role="alert">${errors.lines}</p>` : null}</div><//>
    ${cancelling && purchase ? html`<${Cancel} purchase=${purchase} path=${`/stock/purchases/${seg(purchase.id)}`} onClose=${() => setCancelling(false)} onDone=${(/** @type {Purchase} */ now) => { setDraft(null); onSaved(now); }} />` : null}
    ${clash ? html`<${Conflict} busy=${submit.busy} differences=${differences(texts, clash)} onOverwrite=${() => submit.run(false, clash.version)}
      onTake=${() => { leave(clash); setClash(null); }} onCancel=${() => setClash(null)} />` : null}<//>`;
}

/** @param {Texts} mine @param {Purchase} current */
function differences(mine, current) {
  const theirs = textsOf(current);
  const rows = [
    { label: t('purchase.state'), mine: t('purchase.state.DRAFT'), current: t(`purchase.state.${current.state}`) },
    { label: t('purchase.supplier'), mine: mine.supplier, current: theirs.supplier },
    { label: t('purchase.arrives_on'), mine: mine.arrives_on && calendarDay(mine.arrives_on), current: theirs.arrives_on && calendarDay(theirs.arrives_on) },
    { label: t('stock.note'), mine: mine.note, current: theirs.note },
    { label: t('purchase.lines'), mine: inWords(mine.lines), current: inWords(theirs.lines) },
  ];
  return rows.filter((row) => row.mine !== row.current);
}

/** @param {Texts['lines']} lines */
const inWords = (lines) => lines.map((line) => `${line.sku} × ${line.quantity}${line.cost ? ` (${line.cost})` : ''}${line.arrives_on ? ` ${line.arrives_on}` : ''}`).join(', ');
