// @ts-check
/** What a person chose for this browser: theme, language, single-letter keys, rows a page. */
import { effect, signal } from '../vendor/preact.js';

/** @typedef {{theme: 'system' | 'light' | 'dark', lang: 'ja' | 'en', letters: boolean, pageSize: 50 | 100 | 300}} Prefs */

const KEY = 'banto.prefs';
/** @type {Prefs} */
const DEFAULTS = { theme: 'system', lang: 'ja', letters: true, pageSize: 100 };

/** @returns {Prefs} */
function load() {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(KEY) ?? '{}') };
  } catch {
    return DEFAULTS;
  }
}

export const prefs = signal(load());

/** @param {Partial<Prefs>} change */
export function setPrefs(change) {
  prefs.value = { ...prefs.peek(), ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(prefs.peek()));
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

effect(() => {
  const root = document.documentElement;
  const { theme, lang } = prefs.value;
  if (theme === 'system') delete root.dataset.theme;
  else root.dataset.theme = theme;
  root.lang = lang;
});

// Another tab of the same person: follow it.
addEventListener('storage', (event) => {
  if (event.key === KEY) prefs.value = load();
});
