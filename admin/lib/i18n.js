// @ts-check
/**
 * Words of the page. Every text a person sees is in i18n/ja.js and i18n/en.js under one key, or, if
 * only screens that are opened later show it, in a part of its own beside them.
 */
import { effect, signal } from '../vendor/preact.js';
import { ja } from '../i18n/ja.js';
import { prefs } from './prefs.js';

/** @typedef {keyof typeof ja | keyof typeof import('../i18n/ja_shops.js').ja | keyof typeof import('../i18n/ja_goods.js').ja} Key */
/** @typedef {Record<string, string | number>} Params */

/** @typedef {Readonly<Record<string, string>>} Dictionary */
/** @typedef {{ja: () => Promise<{ja: Dictionary}>, en: () => Promise<{en: Dictionary}>}} Part */

const PARTS = {
  goods: { ja: () => import('../i18n/ja_goods.js'), en: () => import('../i18n/en_goods.js') },
  shops: { ja: () => import('../i18n/ja_shops.js'), en: () => import('../i18n/en_shops.js') },
};
/** @typedef {keyof typeof PARTS} PartName */

/** @type {{ja: Dictionary, en?: Dictionary}} */
const dictionaries = { ja };
/** The parts that were asked for, by language. @type {{ja: Map<PartName, Promise<void>>, en: Map<PartName, Promise<void>>}} */
const parts = { ja: new Map(), en: new Map() };
const words = () => dictionaries[lang.value] ?? dictionaries.ja;

/** The language shown; a component that reads it (`t` does) follows a change. */
export const lang = signal(/** @type {'ja' | 'en'} */ ('ja'));

/** @param {'ja' | 'en'} language @param {PartName} name */
function addPart(language, name) {
  const known = parts[language].get(name);
  if (known) return known;
  const coming = (async () => {
    const found = language === 'ja' ? (await PARTS[name].ja()).ja : (await PARTS[name].en()).en;
    dictionaries[language] = { ...dictionaries[language], ...found };
  })();
  parts[language].set(name, coming);
  coming.catch(() => parts[language].delete(name));
  return coming;
}

/** Before a screen is shown that has words of its own. Raises when they cannot be read. @param {PartName} name */
export async function loadWords(name) {
  await Promise.all([addPart('ja', name), ...(dictionaries.en ? [addPart('en', name)] : [])]);
}

/** English is read when somebody asks for it; until then, and if it cannot be read, Japanese stays. */
async function follow() {
  const wanted = prefs.peek().lang;
  if (wanted === 'en') {
    dictionaries.en ??= (await import('../i18n/en.js')).en;
    await Promise.all([...parts.ja.keys()].map((name) => addPart('en', name)));
  }
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
  return fill(words()[key] ?? key, params);
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
export const hasText = (key) => Object.hasOwn(dictionaries.ja, key);

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
