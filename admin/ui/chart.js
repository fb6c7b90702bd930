// @ts-check
/** Lines over time as our own SVG: real elements, in the colours of the theme, sharp in print. */
import { html, useLayoutEffect, useRef, useState } from '../vendor/preact.js';
import { offerFile } from '../lib/files.js';
import { t } from '../lib/i18n.js';
import { number } from '../lib/money.js';
import { clock, dateTime, day, dayFromToday, machine } from '../lib/time.js';
import { Button } from './basics.js';
import { Table } from './table.js';

/**
 * A line. Colour, dashes and the legend say the same. step: the value holds until the next point.
 * @typedef {{name: string, points: [number, number][], step?: boolean}} Line points: [milliseconds, value], oldest first
 */

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const JST = 9 * 60 * MINUTE;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 180, 360, 720, 1440, 2 * 1440, 7 * 1440, 28 * 1440, 91 * 1440].map((n) => n * MINUTE);
const HEIGHT = 190;
const EDGE = { left: 54, right: 12, top: 10, bottom: 24 };
/** Fewer points than these are drawn as dots too: a lone one has no line. */
const DOTS = 60;

/**
 * `summary` says in a sentence what the picture shows; `also` is in the table only, where it would
 * flatten the picture.
 * @param {{label: string, summary: string, lines: Line[], also?: Line[], from: number, to: number, format?: (value: number) => string}} props
 */
export function LineChart({ label, summary, lines, also = [], from, to, format = number }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const measure = () => setWidth(element.clientWidth);
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  const values = lines.flatMap((line) => line.points.map(([, value]) => value));
  const ys = ticksOf(Math.min(0, ...values), Math.max(0, ...values));
  const [low, high] = [ys[0], ys[ys.length - 1]];
  const x = (/** @type {number} */ at) => EDGE.left + ((at - from) / (to - from || 1)) * (width - EDGE.left - EDGE.right);
  const y = (/** @type {number} */ value) => EDGE.top + (1 - (value - low) / (high - low || 1)) * (HEIGHT - EDGE.top - EDGE.bottom);
  return html`<figure class="chart"><figcaption><ul class="chart-legend">${lines.map((line, i) => html`<li key=${line.name}>
      <svg class=${`line-${i}`} width="22" height="10" aria-hidden="true"><path d="M1 5h20" /></svg>${line.name}</li>`)}</ul></figcaption>
    <div class="chart-box" ref=${box}>${width ? html`<svg width=${width} height=${HEIGHT} role="img" aria-label=${`${label}: ${summary}`}>
      ${ys.map((value) => html`<g key=${value} class=${value === 0 ? 'grid zero' : 'grid'}><path d=${`M${EDGE.left} ${Math.round(y(value)) + 0.5}H${width - EDGE.right}`} />
        <text x=${EDGE.left - 8} y=${y(value) + 4} text-anchor="end">${format(value)}</text></g>`)}
      ${timesOf(from, to, Math.max(2, Math.floor(width / 110))).map((at) => html`<text key=${at} x=${x(at)} y=${HEIGHT - 7} text-anchor="middle">${to - from > 2 * DAY ? day(new Date(at)).slice(5) : clock(new Date(at))}</text>`)}
      ${lines.map((line, i) => html`<g key=${line.name} class=${`line-${i}`}><path d=${pathOf(line, x, y)} />
        ${line.points.length <= DOTS ? line.points.map(([at, value]) => html`<circle key=${at} cx=${x(at)} cy=${y(value)} r="2.4" />`) : null}</g>`)}</svg>` : null}</div>
    <${Numbers} label=${label} lines=${[...lines, ...also]} format=${format} /></figure>`;
}

/** The same numbers as a table and a file, for those who cannot see or want them exactly. @param {{label: string, lines: Line[], format: (value: number) => string}} props */
function Numbers({ label, lines, format }) {
  const [open, setOpen] = useState(false);
  const rows = open ? momentsOf(lines) : [];
  const known = lines.map((line) => new Map(line.points));
  const save = () => offerFile(new Blob([csvOf(lines)], { type: 'text/csv' }), `${label}_${dayFromToday()}.csv`);
  return html`<details class="chart-table" onToggle=${(/** @type {Event} */ event) => setOpen(/** @type {HTMLDetailsElement} */ (event.target).open)}><summary>${t('chart.table')}</summary>
    ${open ? html`<div class="chart-rows" tabindex="0" role="region" aria-label=${label}><${Table} label=${label} sticky=${false} rows=${rows} rowKey=${String}
      columns=${[{ key: 'at', label: t('chart.at'), size: 'w-date', card: 'lead', cell: (/** @type {number} */ at) => dateTime(new Date(at)) },
        ...lines.map((line, i) => ({ key: line.name, label: line.name, numeric: true, size: 'w-running', cell: (/** @type {number} */ at) => { const value = known[i].get(at); return html`<span class="num">${value === undefined ? '—' : format(value)}</span>`; } }))]} /></div>
      <${Button} small icon="download" onClick=${save}>${t('chart.csv')}<//>` : null}</details>`;
}

/** Every moment of any line, newest first. @param {Line[]} lines */
const momentsOf = (lines) => [...new Set(lines.flatMap((line) => line.points.map(([at]) => at)))].sort((a, b) => b - a);

/** Bare numbers, so that a spreadsheet counts with them. @param {Line[]} lines */
export function csvOf(lines) {
  const known = lines.map((line) => new Map(line.points));
  const rows = momentsOf(lines).map((at) => [machine(new Date(at)), ...known.map((points) => points.get(at) ?? '')]);
  return `\ufeff${[[t('chart.at'), ...lines.map((line) => line.name)], ...rows].map((row) => row.join(',')).join('\r\n')}\r\n`;
}

/** @param {Line} line @param {(at: number) => number} x @param {(value: number) => number} y */
function pathOf({ points, step }, x, y) {
  return points.map(([at, value], i) => {
    const [px, py] = [x(at).toFixed(1), y(value).toFixed(1)];
    return i === 0 ? `M${px} ${py}` : step ? `H${px}V${py}` : `L${px} ${py}`;
  }).join('');
}

/** Some four round numbers that hold the values between them. @param {number} low @param {number} high @returns {number[]} */
export function ticksOf(low, high) {
  const rough = (high - low) / 4 || 1;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, unit * (rough / unit <= 1 ? 1 : rough / unit <= 2 ? 2 : rough / unit <= 5 ? 5 : 10));
  const found = [];
  for (let value = Math.floor(low / step) * step; ; value += step) {
    found.push(value);
    if (value >= high && found.length > 1) return found;
  }
}

/** Round times in Tokyo. @param {number} from @param {number} to @param {number} most @returns {number[]} */
function timesOf(from, to, most) {
  const step = STEPS.find((each) => (to - from) / each <= most) ?? (to - from || 1);
  const found = [];
  for (let at = Math.ceil((from + JST) / step) * step - JST; at <= to; at += step) found.push(at);
  return found;
}
