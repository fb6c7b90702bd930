// @ts-check
/** Money: integers of the currency's minor unit, `null` is "not determined yet". */

/** @type {Map<string, Intl.NumberFormat>} */
const FORMATS = new Map();

/** @param {string} currency */
function formatOf(currency) {
  let format = FORMATS.get(currency);
  if (!format) {
    try {
      // en-US writes the half-width ¥ that lines up in a column; ja-JP would write a full-width one.
      format = new Intl.NumberFormat('en-US', { style: 'currency', currency, currencyDisplay: 'narrowSymbol' });
    } catch {
      format = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    }
    FORMATS.set(currency, format);
  }
  return format;
}

/** `4980`, JPY → `¥4,980`; `40994`, USD → `$409.94`. @param {number} amount @param {string} [currency] */
export function money(amount, currency = 'JPY') {
  const format = formatOf(currency);
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 0));
}

/** `12,345`, `−3` with a real minus sign. @param {number} n */
export const number = (n) => (n < 0 ? '−' : '') + Math.abs(n).toLocaleString('en-US');

/** `+12`, `−3`, `±0` with a real minus sign. @param {number} n */
export const signed = (n) => (n > 0 ? `+${number(n)}` : n < 0 ? number(n) : '±0');
