// @ts-check
/** The queues of the order desk, in the order of the day, and how their states look. */

/** @typedef {import('../api').Queue} Queue */
/** @typedef {import('../ui/basics.js').Tone} Tone */

/** @type {readonly Queue[]} */
export const STOPPED = ['INCOMPLETE', 'CANCEL_REQUESTED', 'HOLD', 'REVIEW', 'PAYMENT', 'ALLOCATION', 'RELEASE_DATE', 'COMBINE', 'SHIP_DATE'];
/** @type {readonly Queue[]} */
export const SHIPPING = ['PRINT', 'PRINTED'];
/** @type {readonly Queue[]} */
export const FINISHED = ['SHIPPED', 'COMPLETED', 'CANCELLED'];
/** @type {readonly Queue[]} */
export const QUEUES = [...STOPPED, ...SHIPPING, ...FINISHED];

/** Red: a person must act; amber: a person looks; ring: we wait; green: can go. @type {Record<Queue, Tone>} */
export const QUEUE_TONE = {
  INCOMPLETE: 'bad', CANCEL_REQUESTED: 'bad', HOLD: 'info', REVIEW: 'warn', PAYMENT: 'info', ALLOCATION: 'warn',
  RELEASE_DATE: 'info', COMBINE: 'warn', SHIP_DATE: 'info', PRINT: 'ok', PRINTED: 'ok', SHIPPED: 'done', COMPLETED: 'done', CANCELLED: 'off',
};

/** @type {Record<import('../api').MailState, Tone>} */
export const MAIL_TONE = {
  QUEUED: 'info', SENDING: 'info', SENT: 'ok', DELIVERED: 'done', BOUNCED: 'bad', COMPLAINED: 'bad', FAILED: 'bad', BLOCKED: 'warn',
  SUPPRESSED: 'warn', CANCELLED: 'off',
};
/** @type {readonly import('../api').MailState[]} */
export const MAIL_STATES = ['QUEUED', 'SENDING', 'SENT', 'DELIVERED', 'BLOCKED', 'FAILED', 'BOUNCED', 'COMPLAINED', 'SUPPRESSED', 'CANCELLED'];
