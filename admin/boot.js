// @ts-check
// Runs before the first paint, so that a chosen theme or language never flashes. lib/prefs.js
// writes what is read here.
(() => {
  try {
    const saved = JSON.parse(localStorage.getItem('banto.prefs') ?? '{}');
    const root = document.documentElement;
    if (saved.theme === 'light' || saved.theme === 'dark') root.dataset.theme = saved.theme;
    if (saved.lang === 'en') root.lang = 'en';
  } catch {
    // Storage may be forbidden or damaged; the defaults are good.
  }
})();
