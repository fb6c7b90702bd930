// @ts-check
/** Views of a list, with how many are in each. Links, so that each view has its address. */
import { html, useLayoutEffect, useRef } from '../vendor/preact.js';
import { CountMark } from './basics.js';

/**
 * `count`: undefined is not known yet, null is never counted.
 * @typedef {{id: string, label: string, href: string, count?: import('../api').Count | number | null, tone?: 'bad' | 'warn', quiet?: boolean}} Tab
 */

/** In one line that scrolls by itself where it does not fit. @param {{label: string, tabs: Tab[], current: string, counted?: boolean}} props */
export function Tabs({ label, tabs, current, counted = true }) {
  const ref = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    // Only the strip moves, never the page.
    const strip = ref.current;
    const on = /** @type {HTMLElement | null | undefined} */ (strip?.querySelector('[aria-current]'));
    if (strip && on) strip.scrollLeft = on.offsetLeft - (strip.clientWidth - on.offsetWidth) / 2;
  }, [current]);
  return html`<nav class="tabs" aria-label=${label} ref=${ref}>${tabs.map((tab) => html`<${TabLink} key=${tab.id} tab=${tab} on=${tab.id === current} counted=${counted} />`)}</nav>`;
}

/** @param {{tab: Tab, on: boolean, counted: boolean}} props */
function TabLink({ tab, on, counted }) {
  return html`<a href=${tab.href} aria-current=${on ? 'page' : undefined} class=${`tab${tab.tone && hasSome(tab.count) ? ` ${tab.tone}` : ''}${hasSome(tab.count) || on || tab.count === undefined || tab.count === null ? '' : ' zero'}`}>
    <span>${tab.label}</span>${counted && tab.count !== null ? html`<${CountMark} of=${tab.count} />` : null}</a>`;
}

/** @param {import('../api').Count | number | null | undefined} count */
const hasSome = (count) => (typeof count === 'number' ? count : (count?.count ?? 0)) > 0;

/** The same, below each other in groups, where there is room beside the list. @param {{label: string, groups: {title?: string, tabs: Tab[]}[], current: string}} props */
export function SideTabs({ label, groups, current }) {
  return html`<nav class="side-tabs" aria-label=${label}>${groups.map((group, i) => html`<div key=${i} class="side-group">
    ${group.title ? html`<p class="side-title">${group.title}</p>` : null}
    ${group.tabs.map((tab) => html`<${TabLink} key=${tab.id} tab=${tab} on=${tab.id === current} counted=${true} />`)}</div>`)}</nav>`;
}
