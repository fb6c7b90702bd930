// @ts-check
/** Words of the page. Every text a person sees is in i18n/ja.js and i18n/en.js, under one key. */
import { computed } from '../vendor/preact.js';
import { en } from '../i18n/en.js';
import { ja } from '../i18n/ja.js';
import { prefs } from './prefs.js';

/** @typedef {keyof typeof ja & string} Key */
/** @typedef {Record<string, string | number>} Params */

/** The language shown; a component that reads it (`t` does) follows a change. */
export const lang = computed(() => prefs.value.lang);

/** @type {Record<'ja' | 'en', Readonly<Record<string, string>>>} */
const DICTIONARIES = { ja, en };

/**
 * `{name}` is replaced; `{n|order|orders}` picks a word by whether n is 1.
 * @param {Key} key @param {Params} [params] @returns {string}
 */
export function t(key, params) {
  return fill(DICTIONARIES[lang.value][key], params);
}

/**
 * For values that come from the server: the word for `prefix + value`, or the value itself when
 * the server is newer than the page.
 * @param {string} prefix @param {string | null | undefined} value @param {Params} [params]
 */
export function tValue(prefix, value, params) {
  if (value === null || value === undefined || value === '') return '';
  const text = DICTIONARIES[lang.value][prefix + value];
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
