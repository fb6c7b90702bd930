// @ts-check
/**
 * The address says what is shown: `#/orders?queue=REVIEW&order=asc`. A hash, because static
 * hosting has one file for all addresses; reload, Back and a copied link restore the view.
 */
import { signal } from '../vendor/preact.js';

/** @typedef {{path: string[], query: Record<string, string>, hash: string}} Route */

export const HOME = '#/orders';

/** @param {string} hash @returns {Route} */
export function parse(hash) {
  const [path, search = ''] = hash.replace(/^#?\/?/, '').split('?', 2);
  return {
    path: path.split('/').filter(Boolean).map(decode),
    query: Object.fromEntries(new URLSearchParams(search)),
    hash,
  };
}

/** @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @param {string[]} path @param {Record<string, string | number | null | undefined>} [query] */
export function link(path, query = {}) {
  const filled = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const search = new URLSearchParams(filled.map(([name, value]) => [name, String(value)])).toString();
  return `#/${path.map(encodeURIComponent).join('/')}${search ? `?${search}` : ''}`;
}

export const route = signal(parse(location.hash || HOME));

/** After the address was replaced without the browser telling. */
export function readAddress() {
  route.value = parse(location.hash || HOME);
}

/** @param {string} hash @param {{replace?: boolean}} [how] */
export function go(hash, { replace = false } = {}) {
  if (hash === location.hash) return;
  if (!replace) {
    location.hash = hash;
    return;
  }
  history.replaceState(history.state, '', hash);
  route.value = parse(hash);
}

/** The same screen with another query; a cursor never survives another filter. @param {Record<string, string | number | null | undefined>} change @param {{replace?: boolean}} [how] */
export function setQuery(change, how) {
  const { path, query } = route.peek();
  go(link(path, { ...query, next: undefined, ...change }), how);
}

// Where each visited entry of the history was scrolled to, so that Back returns to the very row.
/** @type {Map<string, number>} */
const scrolled = new Map();
let entry = String(history.state?.entry ?? Math.random());
history.scrollRestoration = 'manual';
history.replaceState({ ...history.state, entry }, '');
addEventListener('scroll', () => scrolled.set(entry, scrollY), { passive: true });

addEventListener('hashchange', () => {
  const known = history.state?.entry;
  entry = String(known ?? Math.random());
  if (!known) history.replaceState({ entry }, '');
  readAddress();
  wanted = known ? (scrolled.get(entry) ?? 0) : 0;
  requestAnimationFrame(restoreScroll);
});

let wanted = 0;
/** Called again by screens whose rows arrive later than the route. */
export function restoreScroll() {
  scrollTo({ top: wanted, behavior: 'instant' });
  if (Math.abs(scrollY - wanted) < 2) wanted = scrollY;
}
