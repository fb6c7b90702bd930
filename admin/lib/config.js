// @ts-check
/** Where the API and the sign-in are: /config.json, written by the deployment. */

/**
 * `auth.base` is the address of the managed login, '' when it is behind the page's own address.
 * @typedef {{api: string, stage: string, auth: {base: string, client_id: string, redirect_uri?: string, scope?: string}}} Config
 */

/** @type {Config} */
let config = { api: '/api', stage: '', auth: { base: '', client_id: '' } };

export const getConfig = () => config;

/** Raises an Error when the file is missing or not what it should be. */
export async function loadConfig() {
  const response = await fetch('config.json', { cache: 'no-store' });
  if (!response.ok) throw new Error(`config.json: HTTP ${response.status}`);
  const found = await response.json();
  if (typeof found?.api !== 'string' || typeof found?.auth?.client_id !== 'string') {
    throw new Error('config.json: "api" or "auth.client_id" is missing');
  }
  config = found;
  return config;
}

/** The exact address Cognito sends people back to. */
export const redirectUri = () => config.auth.redirect_uri ?? `${location.origin}/`;
