// @ts-check
/**
 * Sign-in by OAuth code + PKCE against Cognito managed login, as a public client.
 *
 * The access token lives in memory only. The refresh token lives in sessionStorage: it is gone
 * when the tab closes, and never in localStorage.
 */
import { signal } from '../vendor/preact.js';
import { getConfig, redirectUri } from './config.js';

/**
 * `out`: nobody is signed in; `expired`: somebody was, and the page still shows their work.
 * @typedef {{state: 'starting' | 'out' | 'in' | 'expired', problem?: 'state' | 'nonce' | 'denied' | 'network' | 'idle', left?: boolean}} Session
 */

/** @type {import('../vendor/preact.js').Signal<Session>} */
export const session = signal(/** @type {Session} */ ({ state: 'starting' }));

const PENDING = 'banto.signin';
const REFRESH = 'banto.refresh';
const LEFT = 'banto.left';
/** A token this close to its end is renewed before it is used. */
const MARGIN_MS = 60_000;

/** @type {{token: string, until: number} | null} */
let access = null;

const encoder = new TextEncoder();
/** @param {Uint8Array} bytes */
const base64url = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

/** The S256 challenge of RFC 7636. @param {string} verifier */
export const challengeOf = async (verifier) =>
  base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(verifier))));

/** @param {string} path */
const at = (path) => `${getConfig().auth.base}${path}`;

/** Leaves for the sign-in page; afterwards the person is back at `back`. @param {string} [back] */
export async function signIn(back = location.hash) {
  const { client_id, scope = 'openid email profile' } = getConfig().auth;
  const pending = { state: random(), nonce: random(), verifier: random(), back };
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  sessionStorage.removeItem(LEFT);
  const query = new URLSearchParams({
    response_type: 'code', client_id, redirect_uri: redirectUri(), scope,
    state: pending.state, nonce: pending.nonce,
    code_challenge: await challengeOf(pending.verifier), code_challenge_method: 'S256',
  });
  location.assign(`${at('/oauth2/authorize')}?${query}`);
}

/**
 * At the start of the page: takes the answer of the sign-in page if there is one, else goes on
 * with the session of this tab.
 */
export async function resume() {
  const query = new URLSearchParams(location.search);
  if (query.has('code') || query.has('error')) {
    await complete(query);
    return;
  }
  if (!sessionStorage.getItem(REFRESH)) {
    session.value = { state: 'out', left: sessionStorage.getItem(LEFT) === '1' };
    return;
  }
  try {
    await renew(null);
    session.value = { state: 'in' };
  } catch (error) {
    session.value = { state: 'out', problem: error instanceof SignedOut ? undefined : 'network' };
  }
}

/** @param {URLSearchParams} query */
async function complete(query) {
  const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? 'null');
  sessionStorage.removeItem(PENDING);
  history.replaceState(null, '', `${location.pathname}${pending?.back ?? ''}`);
  if (!pending || query.get('state') !== pending.state) {
    session.value = { state: 'out', problem: 'state' };
  } else if (query.has('error')) {
    session.value = { state: 'out', problem: 'denied' };
  } else {
    session.value = await exchange(query.get('code') ?? '', pending);
  }
}

/** @param {string} code @param {{nonce: string, verifier: string}} pending @returns {Promise<Session>} */
async function exchange(code, pending) {
  try {
    const tokens = await tokenRequest({
      grant_type: 'authorization_code', code, redirect_uri: redirectUri(), code_verifier: pending.verifier,
    });
    // The ID token came straight from the issuer over TLS (OpenID Connect Core 3.1.3.7), so its
    // claims may be read without checking the signature; the API checks the access token's.
    if (claimsOf(tokens.id_token).nonce !== pending.nonce) {
      forget();
      return { state: 'out', problem: 'nonce' };
    }
    keep(tokens);
    return { state: 'in' };
  } catch (error) {
    return { state: 'out', problem: error instanceof SignedOut ? 'denied' : 'network' };
  }
}

/** @param {string} token @returns {Record<string, unknown>} */
function claimsOf(token) {
  try {
    return JSON.parse(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
  } catch {
    return {};
  }
}

/** The issuer will not give a token any more: the person has to sign in. */
export class SignedOut extends Error {}

/**
 * Raises SignedOut when the issuer refuses, TypeError when it cannot be reached.
 * @param {Record<string, string>} form
 * @returns {Promise<{access_token: string, id_token: string, refresh_token?: string, expires_in: number}>}
 */
async function tokenRequest(form) {
  const response = await fetch(at('/oauth2/token'), {
    method: 'POST',
    body: new URLSearchParams({ client_id: getConfig().auth.client_id, ...form }),
  });
  if (response.status >= 500) throw new TypeError(`token endpoint: HTTP ${response.status}`);
  if (!response.ok) throw new SignedOut(`token endpoint: HTTP ${response.status}`);
  return response.json();
}

/** @param {{access_token: string, refresh_token?: string, expires_in: number}} tokens */
function keep(tokens) {
  access = { token: tokens.access_token, until: Date.now() + tokens.expires_in * 1000 };
  // With rotation on, each refresh brings the next refresh token.
  if (tokens.refresh_token) sessionStorage.setItem(REFRESH, tokens.refresh_token);
}

/** Counts the ends of sessions: what was asked for in an earlier one is not kept. */
let ended = 0;

function forget() {
  ended += 1;
  access = null;
  sessionStorage.removeItem(REFRESH);
}

/** A token for the API. Raises SignedOut or TypeError as `tokenRequest` does. */
export async function accessToken() {
  if (access && access.until - MARGIN_MS > Date.now()) return access.token;
  return renew(access?.token ?? null);
}

/**
 * A newer token than `stale`. Any number of callers cause one request: the lock lets them in one
 * by one, and who comes later finds the new token there.
 * @param {string | null} stale @returns {Promise<string>}
 */
export function renew(stale) {
  return navigator.locks.request('banto.refresh', async () => {
    if (access && access.token !== stale) return access.token;
    const refresh_token = sessionStorage.getItem(REFRESH);
    if (!refresh_token) throw new SignedOut('no refresh token');
    const before = ended;
    try {
      const tokens = await tokenRequest({ grant_type: 'refresh_token', refresh_token });
      if (ended !== before) throw new SignedOut('the session ended meanwhile');
      keep(tokens);
    } catch (error) {
      if (error instanceof SignedOut) forget();
      throw error;
    }
    return /** @type {{token: string}} */ (/** @type {unknown} */ (access)).token;
  });
}

/** The person has to sign in again; what is on the page and the drafts stay. @param {'idle'} [problem] */
export function expire(problem) {
  forget();
  if (session.peek().state === 'in') session.value = { state: 'expired', problem };
}

/** Ends the session here and at the issuer, and comes back to the signed-out page. */
export async function signOut() {
  const { client_id } = getConfig().auth;
  const token = sessionStorage.getItem(REFRESH);
  forget();
  sessionStorage.clear();
  sessionStorage.setItem(LEFT, '1');
  if (token) {
    // The way out must not depend on the answer.
    await fetch(at('/oauth2/revoke'), {
      method: 'POST', body: new URLSearchParams({ token, client_id }), signal: AbortSignal.timeout(3000),
    }).catch(() => undefined);
  }
  // Cognito's own logout: it knows client_id and logout_uri, not OpenID's parameters.
  location.assign(`${at('/logout')}?${new URLSearchParams({ client_id, logout_uri: redirectUri() })}`);
}
