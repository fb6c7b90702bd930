// @ts-check
/**
 * Folding text so that people find what they mean. The twin of `common.search.fold`; both are
 * held to tests/common/search_vectors.json.
 */

// Every dash, hyphen and long-vowel mark people type for one another, and all white space.
const DROPPED = new Set("-‐‑‒–—―−ーｰ~〜～・.,'\"()（）[]「」_/\\# \t\r\n\u3000");
const SMALL_A = 0x30a1;
const SMALL_KE = 0x30f6;
const TO_HIRAGANA = 0x60;

/** `ＹＡＨＯＯ！ショップ` → `yahoo!しょっぷ`; `090-1234-5678` → `09012345678`. @param {string} text */
export function fold(text) {
  // Upper first, then lower: what Python calls casefold (ß and ss meet).
  const plain = text.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('ς', 'σ');
  let out = '';
  for (const char of plain) {
    if (DROPPED.has(char)) continue;
    const code = char.codePointAt(0) ?? 0;
    out += code >= SMALL_A && code <= SMALL_KE ? String.fromCodePoint(code - TO_HIRAGANA) : char;
  }
  return out;
}

/** Full-width digits, letters and marks become half-width, as postal codes and phones are stored. @param {string} text */
export const halfWidth = (text) => text.normalize('NFKC').replace(/[‐‑‒–—―−ー]/g, '-').trim();

/** `1234567` or `１２３－４５６７` → `123-4567`; anything else only made half-width. @param {string} text */
export function postalCode(text) {
  const plain = halfWidth(text).replace(/^〒\s*/, '');
  const digits = plain.replace(/[\s-]/g, '');
  return /^\d{7}$/.test(digits) ? `${digits.slice(0, 3)}-${digits.slice(3)}` : plain;
}

/** The whole number a person typed, with commas or in full width; null if it is none. @param {string} text */
export function wholeNumber(text) {
  const plain = halfWidth(text).replaceAll(',', '');
  return /^-?\d+$/.test(plain) && Number.isSafeInteger(Number(plain)) ? Number(plain) : null;
}
