// @ts-check
/** What is in the form of a purchase order: texts as typed, and what is sent of them. */
import { get, seg } from '../lib/api.js';
import { t } from '../lib/i18n.js';
import { wholeNumber } from '../lib/search.js';

/** @typedef {import('../schemas').PurchaseView} Purchase */
/** @typedef {{sku: string, quantity: string, cost: string, arrives_on: string}} LineTexts */
/** @typedef {{supplier: string, arrives_on: string, note: string, lines: LineTexts[]}} Texts */

/** The server takes no more in one purchase order. */
export const MOST_LINES = 40;

/** @type {Texts} */
export const EMPTY = { supplier: '', arrives_on: '', note: '', lines: [] };

/** Where the form of a purchase order keeps what was typed. @param {string} id `new` or its id */
export const draftKey = (id) => `purchase.${id}`;

/** Fills the form of another screen. @param {string} id @param {Texts} texts */
export const keepDraft = (id, texts) => sessionStorage.setItem(`banto.draft.${draftKey(id)}`, JSON.stringify(texts));

/** @param {Purchase} purchase @returns {Texts} */
export const textsOf = (purchase) => ({
  supplier: purchase.supplier, arrives_on: purchase.arrives_on ?? '', note: purchase.note,
  lines: purchase.lines.map((line) => ({
    sku: line.sku, quantity: String(line.quantity), cost: line.cost === null ? '' : String(line.cost), arrives_on: line.arrives_on ?? '',
  })),
});

/** A line with the cost that the product has. Raises ApiError. @param {string} sku @param {number} quantity @returns {Promise<LineTexts>} */
export async function lineOf(sku, quantity) {
  const item = /** @type {import('../api').StockItem} */ (await get(`/stock/items/${seg(sku)}`));
  return { sku, quantity: String(quantity), cost: item.cost === null ? '' : String(item.cost), arrives_on: '' };
}

/** Name of a field (`quantity.0`) → what is wrong with it. @param {Texts} texts @returns {Record<string, string>} */
export function wrongs(texts) {
  /** @type {Record<string, string>} */
  const found = {};
  if (!texts.supplier.trim()) found.supplier = t('field.missing');
  texts.lines.forEach((line, n) => {
    if ((wholeNumber(line.quantity) ?? 0) < 1) found[`quantity.${n}`] = t('receive.quantity.wrong');
    if (line.cost.trim() && (wholeNumber(line.cost) ?? -1) < 0) found[`cost.${n}`] = t('field.not_a_number');
  });
  if (!texts.lines.length) found.lines = t('purchase.lines.missing');
  return found;
}

/** @param {Texts} texts @returns {import('../schemas').PurchaseRequest} */
export const requestOf = (texts) => ({
  supplier: texts.supplier.trim(), arrives_on: texts.arrives_on || null, note: texts.note.trim(),
  lines: texts.lines.map((line) => ({
    sku: line.sku, quantity: wholeNumber(line.quantity) ?? 0, cost: line.cost.trim() ? wholeNumber(line.cost) : null, arrives_on: line.arrives_on || null,
  })),
});

/** Units, and yen as far as costs are known. @param {{quantity: number, cost?: number | null}[]} lines */
export function sums(lines) {
  return {
    units: lines.reduce((sum, line) => sum + line.quantity, 0),
    yen: lines.reduce((sum, line) => sum + line.quantity * (line.cost ?? 0), 0),
    open: lines.filter((line) => line.cost === null || line.cost === undefined).length,
  };
}
