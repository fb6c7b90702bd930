// @ts-check
/** A product's numbers over time, from its ledger. */
import { html } from '../vendor/preact.js';
import { t } from '../lib/i18n.js';
import { number } from '../lib/money.js';
import { dateTime } from '../lib/time.js';
import { Card } from '../ui/basics.js';
import { LineChart } from '../ui/chart.js';

/** @typedef {import('../api').Move} Move */

/** @param {{moves: readonly Move[] | undefined}} props moves: newest first, as far back as they are read */
export function StockChart({ moves }) {
  if (!moves || moves.length < 2) return null;
  const { from, to, hand, free } = linesOf(moves, Date.now());
  const now = moves[0];
  return html`<${Card} title=${t('stock.chart')}><${LineChart} label=${t('stock.chart')} from=${from} to=${to}
      summary=${t('stock.chart.summary', { from: dateTime(new Date(from)), hand: number(now.on_hand_after), free: number(now.on_hand_after - now.allocated_after), low: number(Math.min(...free.map(([, value]) => value))) })}
      lines=${[{ name: t('stock.on_hand'), points: hand, step: true }, { name: t('stock.available'), points: free, step: true }]} /><//>`;
}

/** What was there at each moment, and what is there now. @param {readonly Move[]} moves @param {number} now ms */
export function linesOf(moves, now) {
  /** @type {[number, number][]} */
  const hand = [];
  /** @type {[number, number][]} */
  const free = [];
  for (const move of [...moves].reverse()) {
    const at = Date.parse(move.at);
    // Several changes in one millisecond: the last one counts.
    if (hand.at(-1)?.[0] === at) { hand.pop(); free.pop(); }
    hand.push([at, move.on_hand_after]);
    free.push([at, move.on_hand_after - move.allocated_after]);
  }
  const from = hand[0][0];
  const to = Math.max(now, hand[hand.length - 1][0]);
  hand.push([to, hand[hand.length - 1][1]]);
  free.push([to, free[free.length - 1][1]]);
  return { from, to, hand, free };
}
