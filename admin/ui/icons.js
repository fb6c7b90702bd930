// @ts-check
/** Drawings of 20 × 20 with a line of 1.6, in the colour of the text around them. */
import { html } from '../vendor/preact.js';

/** @type {Record<string, string>} */
const PATHS = {
  orders: 'M6.5 3.5h7M5 5h10a1 1 0 0 1 1 1v10.5l-2-1.2-2 1.2-2-1.2-2 1.2-2-1.2-2 1.2V6a1 1 0 0 1 1-1zM7.5 8.5h5M7.5 11.5h5',
  stock: 'M3 6.5 10 3l7 3.5v7L10 17l-7-3.5zM3 6.5l7 3.5 7-3.5M10 10v7M6.5 4.8l7 3.5',
  shop: 'M3.5 8 5 3.5h10L16.5 8M3.5 8a2.2 2.2 0 0 0 4.3 0 2.2 2.2 0 0 0 4.4 0 2.2 2.2 0 0 0 4.3 0M4.5 10.2V16.5h11v-6.3M8.2 16.5v-3.7h3.6v3.7',
  import: 'M11.5 2.5H6a1 1 0 0 0-1 1v13a1 1 0 0 0 1 1h8a1 1 0 0 0 1-1V6zM11.5 2.5V6H15M10 14.5v-5M7.8 11.5 10 9.3l2.2 2.2',
  mail: 'M3 5h14v10.5H3zM3.3 5.4 10 10.8l6.7-5.4',
  health: 'M2.5 10.5h3.2l2-5.5 3.6 10 2.4-6.5 1 2h2.8',
  settings: 'M3 6h7M14 6h3M3 14h3M10 14h7M12 4a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM8 12a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  search: 'M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM13 13l4 4',
  more: 'M4.5 10h.01M10 10h.01M15.5 10h.01',
  check: 'M4 10.5 8 14.5 16 5.5',
  close: 'M5 5l10 10M15 5 5 15',
  right: 'M7.5 4.5 13 10l-5.5 5.5',
  left: 'M12.5 4.5 7 10l5.5 5.5',
  down: 'M4.5 7.5 10 13l5.5-5.5',
  first: 'M14.5 4.5 9 10l5.5 5.5M5.5 4.5v11',
  alert: 'M10 3 18 16.5H2zM10 8v4M10 14.3v.01',
  info: 'M10 2.8a7.2 7.2 0 1 0 0 14.4 7.2 7.2 0 0 0 0-14.4zM10 9v4.5M10 6.4v.01',
  pause: 'M7 4.5v11M13 4.5v11',
  play: 'M6.5 4.5v11l9-5.5z',
  refresh: 'M16 6.5A7 7 0 1 0 17 10M16.5 3v4h-4',
  undo: 'M6.5 4 3 7.5 6.5 11M3 7.5h8.5a4.5 4.5 0 0 1 0 9H8',
  user: 'M10 3.2a3.3 3.3 0 1 0 0 6.6 3.3 3.3 0 0 0 0-6.6zM3.5 17c.6-3.4 3.2-5 6.5-5s5.9 1.6 6.5 5',
  out: 'M8 3.5H4.5a1 1 0 0 0-1 1v11a1 1 0 0 0 1 1H8M12.5 6 16.5 10l-4 4M16.5 10H8',
  external: 'M8 4.5H4.5v11h11V12M11 3.5h5.5V9M16.2 3.8 9.5 10.5',
  copy: 'M7 7h9.5v9.5H7zM13 7V3.5H3.5V13H7',
  download: 'M10 3v9M6.3 8.6 10 12.3l3.7-3.7M3.5 14v2.5h13V14',
  upload: 'M10 12.5v-9M6.3 7 10 3.3 13.7 7M3.5 14v2.5h13V14',
  plus: 'M10 4v12M4 10h12',
  clock: 'M10 2.8a7.2 7.2 0 1 0 0 14.4 7.2 7.2 0 0 0 0-14.4zM10 6v4.3l2.8 1.7',
  edit: 'M12.8 4.2l3 3L7 16H4v-3zM11 6l3 3',
  sun: 'M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1.1 1.1M14.6 14.6l1.1 1.1M4.3 15.7l1.1-1.1M14.6 5.4l1.1-1.1',
  moon: 'M16.5 12A7 7 0 0 1 8 3.5a7 7 0 1 0 8.5 8.5z',
  system: 'M3 4h14v9.5H3zM7 16.5h6M10 13.5v3',
  globe: 'M10 2.8a7.2 7.2 0 1 0 0 14.4 7.2 7.2 0 0 0 0-14.4zM2.8 10h14.4M10 2.8c-5 4.4-5 10 0 14.4M10 2.8c5 4.4 5 10 0 14.4',
  keyboard: 'M2.5 5h15v10h-15zM5.5 8h.01M8.5 8h.01M11.5 8h.01M14.5 8h.01M6.5 12h7',
  file: 'M11.5 2.5H6a1 1 0 0 0-1 1v13a1 1 0 0 0 1 1h8a1 1 0 0 0 1-1V6zM11.5 2.5V6H15',
};

/** @param {{name: string, size?: number}} props */
export function Icon({ name, size = 20 }) {
  return html`<svg class="icon" viewBox="0 0 20 20" width=${size} height=${size} aria-hidden="true" focusable="false">
    <path d=${PATHS[name] ?? ''} /></svg>`;
}

/** The sign of the house: a shop curtain (noren). @param {{size?: number}} props */
export function Mark({ size = 28 }) {
  return html`<svg class="mark" viewBox="0 0 32 32" width=${size} height=${size} aria-hidden="true" focusable="false">
    <path d="M5 8h22v3.2H5zM7 13.5h5.2V26q-2.6-1.8-5.2 0zM13.4 13.5h5.2V26q-2.6-1.8-5.2 0zM19.8 13.5H25V26q-2.6-1.8-5.2 0z" /></svg>`;
}
