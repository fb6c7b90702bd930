// @ts-check
/** Words of the page. Every text a person sees is in i18n/ja.js and i18n/en.js, under one key. */
import { effect, signal } from '../vendor/preact.js';
import { ja } from '../i18n/ja.js';
import { prefs } from './prefs.js';

/** @typedef {keyof typeof ja & string} Key */
/** @typedef {Record<string, string | number>} Params */

/** @typedef {Readonly<Record<string, string>>} Dictionary */
/** @type {{ja: Dictionary, en?: Dictionary}} */
const dictionaries = { ja };
const words = () => dictionaries[lang.value] ?? dictionaries.ja;

/** The language shown; a component that reads it (`t` does) follows a change. */
export const lang = signal(/** @type {'ja' | 'en'} */ ('ja'));

/** English is read when somebody asks for it; until then, and if it cannot be read, Japanese stays. */
async function follow() {
  const wanted = prefs.peek().lang;
  if (wanted === 'en') dictionaries.en ??= (await import('../i18n/en.js')).en;
  lang.value = prefs.peek().lang;
}

/** Resolves when the language of this browser can be shown. */
export let languageReady = Promise.resolve();
effect(() => {
  if (prefs.value.lang) languageReady = follow().catch(() => undefined);
});

/**
 * `{name}` is replaced; `{n|order|orders}` picks a word by whether n is 1.
 * @param {Key} key @param {Params} [params] @returns {string}
 */
export function t(key, params) {
  return fill(words()[key], params);
}

/**
 * For values that come from the server: the word for `prefix + value`, or the value itself when
 * the server is newer than the page.
 * @param {string} prefix @param {string | null | undefined} value @param {Params} [params]
 */
export function tValue(prefix, value, params) {
  if (value === null || value === undefined || value === '') return '';
  const text = words()[prefix + value];
  return text === undefined ? String(value) : fill(text, params);
}

/** @param {string} key @returns {key is Key} */
export const hasText = (key) => Object.hasOwn(ja, key);

/** @param {string} text @param {Params} [params] */
function fill(text, params) {
  if (!params) return text;
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (whole, name, one, many) => {
    const value = params[name];
    if (value === undefined) return whole;
    if (one === undefined) return typeof value === 'number' ? value.toLocaleString('ja-JP') : value;
    return value === 1 ? one : many;
  });
}
