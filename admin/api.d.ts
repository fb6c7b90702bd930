/** Shapes of the API's answers (docs/openapi.json). Times are ISO 8601 in UTC, money is in minor units. */

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  request_id: string;
  errors?: { field: string; message: string }[];
  current?: any;
}
export interface Page<T> {
  items: T[];
  next: string | null;
}
export interface Count {
  count: number;
  capped: boolean;
}

export type Queue =
  | 'INCOMPLETE' | 'CANCEL_REQUESTED' | 'HOLD' | 'REVIEW' | 'PAYMENT' | 'ALLOCATION' | 'RELEASE_DATE' | 'COMBINE'
  | 'SHIP_DATE' | 'PRINT' | 'PRINTED' | 'SHIPPED' | 'COMPLETED' | 'CANCELLED';

export interface Reason {
  code: string;
  detail: string;
}
export interface OrderRow {
  id: string;
  number: string;
  shop_id: string;
  channel: string;
  ordered_at: string;
  received_at: string;
  buyer_name: string;
  summary: string;
  line_count: number;
  unit_count: number;
  total: number | null;
  currency: string;
  badge: Queue;
  queues: Queue[];
  reasons: Reason[];
  version: number;
}
export interface OrderCounts {
  /** Of the queues that are worked off; the others only grow and are not counted. */
  counts: Partial<Record<Queue, Count>>;
  failed_imports: Count;
}
export interface Address {
  country: string;
  postal: string;
  prefecture: string;
  city: string;
  line1: string;
  line2: string;
  raw_single_line: string;
}
export interface Gift {
  is_gift: boolean;
  wrapping: string[];
  noshi_type: string;
  noshi_name: string;
  message_card: string;
  hide_price: boolean;
}
export interface Destination {
  id: string;
  name: string;
  kana: string;
  company: string;
  phone: string;
  address: Address;
  is_corrected: boolean;
  delivery_wish: { date: string | null; slot: string };
  shipping_method: string;
  gift: Gift;
  notes: string;
}
export interface OrderLine {
  id: string;
  sku: string | null;
  code: string;
  title: string;
  options: string[];
  quantity: number;
  unit_price: number | null;
  line_total: number | null;
  tax_rate: string | null;
  destination_id: string;
  allocated: number;
  allocation: 'NONE' | 'PARTIAL' | 'FULL' | 'BACKORDER';
}
export interface Money {
  currency: string;
  goods_total: number | null;
  shipping_total: number | null;
  cod_fee: number | null;
  payment_fee: number | null;
  gift_fee: number | null;
  other_fees: number | null;
  discount_total: number | null;
  tax_total: number | null;
  tax_included: boolean;
  taxes: { rate: string; tax: number | null; base: number | null }[];
  total: number | null;
  amount_due: number | null;
}
export interface Facets {
  lifecycle: string;
  review: 'NEEDED' | 'CLEARED';
  payment: string;
  schedule: {
    hold: Hold | null;
    release_date: string | null;
    ship_date: string | null;
    combine_group: string | null;
  };
  shipment: string;
}
export interface Hold {
  until: string | null;
  reason: string;
}
export interface Order extends OrderRow {
  source_status: string;
  raw_status: Record<string, string>;
  buyer: { name: string; kana: string; company: string; email: string; phone: string; address: Address };
  destinations: Destination[];
  lines: OrderLine[];
  money: Money;
  payment: { method: string; status: string; raw_name: string; paid_at: string | null };
  remarks: string;
  attributes: { name: string; value: string }[];
  memo: string;
  facets: Facets;
  last_changed_at: string;
  last_changed_by: string;
}
export interface Actor {
  kind: string;
  id: string;
  name: string;
}
export interface TimelineItem {
  seq: number;
  at: string;
  actor: Actor;
  kind: string;
  changes: { field: string; before: unknown; after: unknown }[];
  reason: string;
}
export interface OrderChange {
  memo?: string;
  review?: 'CLEARED' | 'NEEDED';
  hold?: Hold | null;
  destination?: { id: string } & Partial<AddressFields>;
  reason?: string;
}
export interface AddressFields {
  name: string;
  phone: string;
  postal: string;
  prefecture: string;
  city: string;
  line1: string;
  line2: string;
}
export interface FailedImport {
  id: string;
  shop_id: string;
  channel: string;
  received_at: string;
  reason: string;
  detail: string;
  attempts: number;
  size: number;
}
export interface QueueHealth {
  name: string;
  waiting: number;
  in_flight: number;
  dead: number;
}
export interface OrdersHealth {
  shops: { shop_id: string; last_import_at: string | null; last_order_at: string | null }[];
  failed_imports: Count;
  awaiting_stock: Count & { oldest_at: string | null };
  queues: QueueHealth[];
}

export interface StockItem {
  sku: string;
  name: string;
  jan: string | null;
  price: number | null;
  on_hand: number;
  allocated: number;
  available: number;
  waiting: number;
  safety: number;
  mode: string;
  version: number;
  updated_at: string | null;
}
export interface Move {
  version: number;
  at: string;
  reason: string;
  actor: Actor;
  reference: string;
  note: string;
  on_hand_before: number;
  on_hand_after: number;
  allocated_before: number;
  allocated_after: number;
  /** How many orders one group commit served. */
  orders: number;
}
export interface OrderQuantity {
  order_id: string;
  quantity: number;
  ordered_at?: string;
}
export interface ImportJob {
  id: string;
  file_name: string;
  state: 'CHECKING' | 'READY' | 'APPLYING' | 'DONE' | 'FAILED';
  /** Why it FAILED. */
  reason: string;
  total: number;
  done: number;
  created: number;
  changed: number;
  unchanged: number;
  errors_count: number;
  encoding: string;
  created_at: string;
  rows: { row: number; sku: string; action: 'create' | 'change' | 'unchanged'; changes: { field: string; before: unknown; after: unknown }[] }[];
  errors: { row: number; column: string; value: string; reason: string }[];
}
export interface StockHealth {
  queues: QueueHealth[];
  waiting_skus: Count;
}

export type MailState =
  | 'QUEUED' | 'SENDING' | 'SENT' | 'DELIVERED' | 'BOUNCED' | 'COMPLAINED' | 'FAILED' | 'BLOCKED' | 'SUPPRESSED'
  | 'CANCELLED';
export interface MailRow {
  id: string;
  kind: string;
  order_id: string | null;
  shop_id: string;
  to: string;
  subject: string;
  state: MailState;
  attempts: number;
  created_at: string;
  sent_at: string | null;
  reason: string | null;
  version: number;
  /** What may be done with it now. */
  actions: ('cancel' | 'retry')[];
}
export interface MailJob extends MailRow {
  text: string;
  from: string;
  message_id: string | null;
  events: { at: string; kind: string; detail: string }[];
}
export interface MailHealth {
  queues: QueueHealth[];
  unsent: Count & { oldest_at: string | null };
  failed: Count;
}

export interface Me {
  id: string;
  name: string;
  groups: string[];
}
export interface Shop {
  id: string;
  name: string;
  channel: string;
  currency: string;
  enabled: boolean;
  mail: { from_address: string; from_name: string; reply_to: string; signature: string };
  webhook_url_path: string;
  has_secret: boolean;
  version: number;
}
