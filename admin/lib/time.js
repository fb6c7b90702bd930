// @ts-check
/** Times as people in the shop read them: always Asia/Tokyo, whatever the browser's zone. */
import { lang, t } from './i18n.js';

const ZONE = 'Asia/Tokyo';
const MINUTE = 60_000;
const PARTS = new Intl.DateTimeFormat('en-CA', {
  timeZone: ZONE, year: 'numeric', month: '2-digit', day: '2-digit',
  hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
});
/** @type {Record<string, Intl.DateTimeFormat>} */
const WEEKDAY = {
  ja: new Intl.DateTimeFormat('ja-JP', { timeZone: ZONE, weekday: 'short' }),
  en: new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, weekday: 'short' }),
};

/** @param {Date} date */
function parts(date) {
  const p = Object.fromEntries(PARTS.formatToParts(date).map((x) => [x.type, x.value]));
  return { date: `${p.year}-${p.month}-${p.day}`, time: `${p.hour}:${p.minute}`, second: p.second };
}

/** @param {string | Date} at */
const toDate = (at) => (at instanceof Date ? at : new Date(at));

/** `2026-11-21 (土) 20:12` @param {string | Date} at */
export function dateTime(at) {
  const date = toDate(at);
  if (Number.isNaN(date.getTime())) return String(at);
  const p = parts(date);
  return `${p.date} (${WEEKDAY[lang.value].format(date)}) ${p.time}`;
}

/** `2026-11-21 (土)` of a calendar date `2026-11-21`. @param {string} day */
export function calendarDay(day) {
  const date = new Date(`${day}T12:00:00+09:00`);
  if (Number.isNaN(date.getTime())) return day;
  return `${day} (${WEEKDAY[lang.value].format(date)})`;
}

/** `20:12` @param {string | Date} at */
export const clock = (at) => parts(toDate(at)).time;

/** The calendar date in Tokyo: `2026-11-21` @param {string | Date} at */
export const day = (at) => parts(toDate(at)).date;

/** For `<time datetime>`: `2026-11-21T20:12:05+09:00`. @param {string | Date} at */
export function machine(at) {
  const date = toDate(at);
  if (Number.isNaN(date.getTime())) return undefined;
  const p = parts(date);
  return `${p.date}T${p.time}:${p.second}+09:00`;
}

/** The calendar date in Tokyo, days from now: `2026-11-22`. @param {number} [days] */
export const dayFromToday = (days = 0) => parts(new Date(Date.now() + days * 86_400_000)).date;

/** How long ago, in the largest unit that fits. @param {string | Date} at @param {number} [now] ms */
export function ago(at, now = Date.now()) {
  const minutes = Math.floor((now - toDate(at).getTime()) / MINUTE);
  if (minutes < 1) return t('ago.now');
  if (minutes < 60) return t('ago.minutes', { n: minutes });
  if (minutes < 48 * 60) return t('ago.hours', { n: Math.floor(minutes / 60) });
  return t('ago.days', { n: Math.floor(minutes / 1440) });
}

/** @param {string | null | undefined} at @param {number} [now] minutes since, Infinity for never */
export const minutesSince = (at, now = Date.now()) =>
  at ? (now - toDate(at).getTime()) / MINUTE : Number.POSITIVE_INFINITY;

/** How long something took: `0.4秒`, `12秒`, `3分`. @param {number} ms */
export function span(ms) {
  if (ms < 10_000) return t('span.seconds', { n: (Math.ceil(ms / 100) / 10).toFixed(ms < 1 ? 0 : 1) });
  if (ms < 120_000) return t('span.seconds', { n: String(Math.round(ms / 1000)) });
  if (ms < 7_200_000) return t('span.minutes', { n: String(Math.round(ms / MINUTE)) });
  return t('span.hours', { n: String(Math.round(ms / 3_600_000)) });
}
