/**
 * What the page calls the shapes of the API. They are declared in schemas.d.ts, which is made from
 * the routes themselves (`python -m tools.openapi --types > admin/schemas.d.ts`). Times are ISO 8601
 * in UTC, money is in minor units of the order's currency.
 */
import type { Count, DestinationFix, OrdersCounts, Problem as ServerProblem, Queue, State } from './schemas';

export type {
  Address, Count, FailedImport, Gift, Hold, ImportJob, MailHealth, MailRow, Move, OrderChange, OrdersHealth, Queue, Reason, StockHealth,
  TimelineItem, ChannelView as Channel, CheckView as Check, CredentialView as Credential, EndingList, EndingView as Ending, StepView as CheckStep,
  TroubleView as Trouble, ShopHealth, DriftPage, DriftRow as Drift, LagView as Lag, MallFailures, ModePreview, ModeRow, ShopLags, ShopSync, StockListing,
  StockListings, SyncOverview,
  Detail as Order,
  DestinationView as Destination,
  Item as StockItem,
  LineView as OrderLine,
  MailDetail as MailJob,
  MeView as Me,
  OrdersQueueHealth as QueueHealth,
  Row as OrderRow,
  ShopView as Shop,
  State as MailState,
} from './schemas';

/** `current` of a 412 is the thing that was to be changed. */
export interface Problem extends Omit<ServerProblem, 'current'> {
  current?: any;
}
export interface Page<T> {
  items: T[];
  next: string | null;
}
/** Only the queues that are worked off are counted. */
export interface OrderCounts extends OrdersCounts {
  counts: Partial<Record<Queue, Count>>;
}
export interface MailCounts {
  counts: Partial<Record<State, Count>>;
}
export type AddressFields = Required<{ [K in Exclude<keyof DestinationFix, 'id'>]: string }>;
