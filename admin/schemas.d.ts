/** Made from the API's description by `python -m tools.openapi --types`. */

/** prefecture: the Japanese name for JP, else the state as the mall wrote it. */
export interface Address {
  country: string;
  postal: string;
  prefecture: string;
  city: string;
  line1: string;
  line2: string;
  raw_single_line: string;
}

/** A new count of what is on hand, and why it differs. */
export interface Adjustment {
  on_hand: number;
  reason: "STOCKTAKE" | "DAMAGE" | "LOSS" | "RETURN" | "SAMPLE" | "CORRECTION";
  note?: string;
}

/** Per line. BACKORDER: promised for a later date, waits on purpose. */
export type Allocation = "NONE" | "PARTIAL" | "FULL" | "BACKORDER";

/** Another day for the whole, and days of single SKUs that differ from it. */
export interface ArrivalDates {
  arrives_on?: string | null;
  lines?: Record<string, string>;
}

/** Units of one SKU: good ones and defective ones, together at least one. */
export interface ArrivedRequest {
  sku: string;
  good?: number;
  defective?: number;
}

export interface Backlog {
  count: number;
  capped: boolean;
  oldest_at: string | null;
}

/** Who pays for a discount. */
export type BorneBy = "SHOP" | "PLATFORM" | "MAKER" | "UNKNOWN";

export interface BuyerView {
  name: string;
  kana: string;
  company: string;
  email: string;
  phone: string;
  address: Address;
}

export type CancelReason = "customer" | "out_of_stock" | "unpaid" | "other";

export interface CancelRequest {
  reason?: CancelReason;
}

/** A count that stops at a cap. */
export interface CappedCount {
  count: number;
  capped: boolean;
}

export interface ChannelList {
  items: ChannelView[];
}

/** A channel. caps: what its API has. default_url: "" when each shop has its own address. stock_batch: the most quantities that one call sends. */
export interface ChannelView {
  code: string;
  name: string;
  caps: string[];
  credentials: CredentialFieldView[];
  options: OptionFieldView[];
  default_url: string;
  api_version: string;
  stock_batch: number;
}

/** The connection test. */
export interface CheckView {
  is_ok: boolean;
  steps: StepView[];
}

/** What is on its way of a SKU, the soonest first. */
export interface ComingList {
  items: ComingView[];
}

/** Units of a SKU on their way. */
export interface ComingView {
  sku: string;
  quantity: number;
  arrives_on: string | null;
  purchase_id: string;
  supplier: string;
}

export interface ContentAttribute {
  name: string;
  value: string;
}

/** Counted up to 1,000; `capped` when there are more. */
export interface Count {
  count: number;
  capped: boolean;
}

/** What was counted of a SKU, in all places together. */
export interface CountRequest {
  counted: number;
}

/** Counts in order of SKU. */
export interface CountedPage {
  items: CountedView[];
  next: string | null;
}

/** One count: what was found, and what the books said at that moment. */
export interface CountedView {
  sku: string;
  counted: number;
  book: number;
  difference: number;
  at: string;
  actor: string;
}

/** What a person enters. lifetime: days, null for ever. is_human: a person renews it. */
export interface CredentialFieldView {
  name: string;
  is_secret: boolean;
  lifetime: number | null;
  is_human: boolean;
  is_optional: boolean;
}

/** A credential of the mall's, without its value. expires_at: its last day, YYYY-MM-DD. */
export interface CredentialView {
  name: string;
  is_set: boolean;
  set_at: string | null;
  expires_at: string | null;
}

/** What a person enters for the mall: values by name, null to forget one. expires_at: the last day on which one is good (YYYY-MM-DD, in Japan), null for always; without it, the mall's usual lifetime from today. SSM takes 4 KB a value. */
export interface CredentialsRequest {
  credentials?: Record<string, unknown>;
  expires_at?: Record<string, unknown>;
}

/** Good units found defective (quantity above 0), or defective ones found good (below 0). */
export interface DefectRequest {
  quantity: number;
  place?: string;
  note?: string;
}

/** What is right instead of what the mall says; only the fields given change. */
export interface DestinationFix {
  id: string;
  name?: string | null;
  phone?: string | null;
  postal?: string | null;
  prefecture?: string | null;
  city?: string | null;
  line1?: string | null;
  line2?: string | null;
}

/** Where goods go, with what staff corrected laid over the mall's words. */
export interface DestinationView {
  id: string;
  name: string;
  kana: string;
  company: string;
  phone: string;
  address: Address;
  is_corrected: boolean;
  delivery_wish: WishView;
  shipping_method: string;
  gift: Gift;
  notes: string;
}

/** Everything of one order: what the lists show of it, and the rest. */
export interface Detail {
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
  source_status: SourceStatus;
  raw_status: Record<string, string>;
  source_version: string;
  buyer: BuyerView;
  destinations: DestinationView[];
  lines: LineView[];
  money: Money;
  payment: Payment;
  remarks: string;
  attributes: ContentAttribute[];
  memo: string;
  facets: Facets;
  gaps: Gap[];
  is_allocated: boolean;
  last_changed_at: string;
  last_changed_by: string;
}

export interface Discount {
  amount: number;
  kind: DiscountKind;
  borne_by: BorneBy;
  code: string;
}

export type DiscountKind = "COUPON" | "POINT" | "GIFTCARD" | "OTHER";

/** Who did it. kind: staff or system. */
export interface Doer {
  kind: string;
  id: string;
  name: string;
}

/** Newest first. */
export interface DonePage {
  items: DoneRow[];
  next: string | null;
}

/** What somebody did: map, unmap, adopt, overwrite, sync, import_listings. */
export interface DoneRow {
  at: string;
  actor: Doer;
  do: string;
  code: string;
  sku: string;
}

/** Drifts by shop. */
export interface DriftPage {
  items: DriftRow[];
  next: string | null;
}

/** A listing that shows something else than it was told, or more than it can. */
export interface DriftRow {
  shop_id: string;
  listing_id: string;
  sku: string;
  code: string;
  published: number | null;
  observed: number;
  difference: number;
  since: string;
  seen_at: string;
}

/** The first to end comes first. */
export interface EndingList {
  items: EndingView[];
  troubles: TroubleView[];
}

/** A credential that ends. level: the warning it has reached (30, 14, 7, 3, 1 days ahead; 0 when it has ended), null while there is time. how: code of how to renew it. */
export interface EndingView {
  shop_id: string;
  shop_name: string;
  channel: string;
  name: string;
  set_at: string;
  expires_at: string;
  days_left: number;
  level: number | null;
  is_human: boolean;
  how: string;
}

export interface Facets {
  lifecycle: Lifecycle;
  review: Review;
  payment: PaymentState;
  schedule: Schedule;
  shipment: ShipmentState;
}

/** A delivery that could not be read. reason: a code; detail: where in it. */
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

export interface FailedImports {
  items: FailedImport[];
  next: string | null;
}

/** id: to have it tried again by. */
export interface FailedTellView {
  order_id: string;
  tell_id: string;
  shop_id: string;
  kind: TellKind;
  state: TellState;
  at: string;
  by: string;
  attempts: number;
  shipment: Shipment | null;
  reason: CancelReason | null;
  refusal: Refusal | null;
  outcome: Outcome | null;
  changed_at: string | null;
  id: string;
}

/** Something the order lacks. code: unknown_sku | missing_address | no_lines; detail: which. */
export interface Gap {
  code: string;
  detail: string;
}

export interface Gift {
  is_gift: boolean;
  wrapping: string[];
  noshi_type: string;
  noshi_name: string;
  message_card: string;
  hide_price: boolean;
}

/** Staff keep the order back; `until` None means until somebody lets it go. */
export interface Hold {
  until: string | null;
  reason: string;
}

/** Keep the order back; without `until` until somebody lets it go. */
export interface HoldRequest {
  until?: string | null;
  reason: string;
}

/** Where the HTML can be read for five minutes. */
export interface HtmlAddress {
  url: string;
}

/** An import with its first 50 rows and its first 200 errors. */
export interface ImportJob {
  id: string;
  file_name: string;
  kind: "plain" | "ne_goods" | "ne_set" | "ne_warehouse";
  state: "CHECKING" | "READY" | "APPLYING" | "DONE" | "FAILED" | "UNDOING" | "UNDONE";
  reason: string;
  total: number;
  done: number;
  created: number;
  changed: number;
  unchanged: number;
  errors_count: number;
  undone: number;
  kept: number;
  encoding: string;
  created_at: string;
  actor: Person;
  rows: ImportRow[];
  errors: RowError[];
}

/** Imports of the last 90 days, newest first. */
export interface ImportPage {
  items: ImportSummary[];
  next: string | null;
}

/** What a row of a file will do. */
export interface ImportRow {
  row: number;
  sku: string;
  action: "create" | "change" | "unchanged";
  changes: StockFieldChange[];
}

/** An import of products and quantities. undone: rows taken back; kept: of these, rows of which something stays. actor: who sent it in, then who had it applied or taken back. */
export interface ImportSummary {
  id: string;
  file_name: string;
  kind: "plain" | "ne_goods" | "ne_set" | "ne_warehouse";
  state: "CHECKING" | "READY" | "APPLYING" | "DONE" | "FAILED" | "UNDOING" | "UNDONE";
  reason: string;
  total: number;
  done: number;
  created: number;
  changed: number;
  unchanged: number;
  errors_count: number;
  undone: number;
  kept: number;
  encoding: string;
  created_at: string;
  actor: Person;
}

/** A SKU: product and counters. `version` is of the whole, for If-Match. */
export interface Item {
  sku: string;
  name: string;
  jan: string | null;
  /** Yen with tax; null: not determined */
  price: number | null;
  on_hand: number;
  allocated: number;
  /** on_hand - allocated; negative is a shortage */
  available: number;
  /** Units of order lines that wait */
  waiting: number;
  /** Units that shops are not shown */
  safety: number;
  mode: string;
  /** Of a set: units of each SKU */
  components: Record<string, number>;
  /** Yen without tax */
  cost: number | null;
  supplier: string;
  shelf: string;
  /** 0: never proposed */
  reorder_point: number;
  target: number;
  lot: number;
  version: number;
  updated_at: string | null;
}

/** Fields to change; jan, price and cost may be cleared with null. components: of a set, units of each SKU that make one; {} makes it a plain product again. reorder_point 0: never proposed. */
export interface ItemChange {
  name?: string | null;
  jan?: string | null;
  price?: number | null;
  safety?: number | null;
  cost?: number | null;
  supplier?: string | null;
  shelf?: string | null;
  reorder_point?: number | null;
  target?: number | null;
  lot?: number | null;
  components?: Record<string, number> | null;
}

/** Items in order of SKU. */
export interface ItemPage {
  items: Item[];
  next: string | null;
}

/** Which letter it is. */
export type Kind = "ORDER_RECEIVED";

/** Lags of some minutes from `at` on. */
export interface LagPoint {
  at: string;
  lag: LagView;
}

/** How long changes took, in milliseconds; null without any. Percentiles are the end of a bucket and so never too low; max is exact. */
export interface LagView {
  count: number;
  p50: number | null;
  p95: number | null;
  max: number | null;
}

export type Lifecycle = "INCOMPLETE" | "ACTIVE" | "SHIPPED" | "COMPLETED" | "CANCEL_REQUESTED" | "CANCELLED";

/** A line: the mall's words and what stock set aside. Amounts in minor units. quantity: still wanted; `cancelled` units of the line are wanted no more. */
export interface LineView {
  id: string;
  sku: string | null;
  code: string;
  title: string;
  options: string[];
  quantity: number;
  cancelled: number;
  unit_price: number | null;
  line_total: number | null;
  tax_rate: string | null;
  destination_id: string;
  allocated: number;
  allocation: Allocation;
}

/** Taking over a shop's own list. known: had a SKU before; matched: found one now; unmapped: found none. error: a word of why the mall refuses, or of why it is waited for. heard_at: when it answered last. */
export interface ListingImport {
  id: string;
  state: "RUNNING" | "DONE" | "FAILED";
  seen: number;
  known: number;
  matched: number;
  unmapped: number;
  error: string;
  detail: string;
  started_at: string;
  heard_at: string;
  ended_at: string | null;
}

/** A shop's listings by code. */
export interface ListingPage {
  items: ListingRow[];
  next: string | null;
}

/** One thing on sale in one shop. sku: "" while nobody knows what it is. state: sent: the mall was asked; settling: it said yes, and sales from before are on their way; unknown: its answer was lost. problem: why the mall refuses the quantity, "" when it does not. Units are those of the listing; `units` says how many of each SKU one of them takes. */
export interface ListingRow {
  shop_id: string;
  code: string;
  sku: string;
  title: string;
  jan: string;
  units: Record<string, number>;
  state: "idle" | "sent" | "settling" | "unknown";
  /** Sent last; null: nothing yet */
  published: number | null;
  /** The mall certainly showed it last */
  observed: number | null;
  observed_at: string | null;
  /** More (or less) than it should show */
  drift: number | null;
  problem: string;
  /** Goes to 0 and is let go of */
  retired: boolean;
  version: number;
}

/** Where the units of a SKU are; on_hand and defective: all places together. */
export interface LyingList {
  sku: string;
  on_hand: number;
  defective: number;
  items: LyingView[];
}

/** Units in one place. on_hand: good ones; negative when the places say they have more than the whole. */
export interface LyingView {
  place: string;
  on_hand: number;
  defective: number;
}

export interface MailCounts {
  counts: Record<string, StateCount>;
}

/** One mail. text is empty when the letter could not be written. */
export interface MailDetail {
  id: string;
  kind: Kind;
  order_id: string;
  shop_id: string;
  to: string;
  subject: string;
  state: State;
  attempts: number;
  created_at: string;
  sent_at: string | null;
  reason: string | null;
  version: number;
  /** What may be done with it now */
  actions: ("cancel" | "retry")[];
  from: string;
  message_id: string | null;
  text: string;
  events: MailEvent[];
}

/** One line of the mail's story, oldest first. */
export interface MailEvent {
  at: string;
  kind: string;
  detail: string;
}

/** failed: mails that go nowhere until somebody mends something. */
export interface MailHealth {
  queues: MailQueueHealth[];
  unsent: Unsent;
  failed: StateCount;
}

export interface MailPage {
  items: MailRow[];
  next: string | null;
}

export interface MailQueueHealth {
  name: string;
  waiting: number;
  in_flight: number;
  dead: number;
}

/** How the shop writes. Without from_address and signature its mails wait as BLOCKED. */
export interface MailRequest {
  from_address?: string;
  from_name?: string;
  reply_to?: string;
  signature?: string;
}

/** One mail in a list. reason: a code, see the README of the area. */
export interface MailRow {
  id: string;
  kind: Kind;
  order_id: string;
  shop_id: string;
  to: string;
  subject: string;
  state: State;
  attempts: number;
  created_at: string;
  sent_at: string | null;
  reason: string | null;
  version: number;
  /** What may be done with it now */
  actions: ("cancel" | "retry")[];
}

/** How the shop writes to its buyers; "" is not set yet. */
export interface MailView {
  from_address: string;
  from_name: string;
  reply_to: string;
  signature: string;
}

export interface MallFailures {
  items: FailedTellView[];
  next: string | null;
}

/** What a listing sells. units: of the SKU, or sets of it, that one listing takes. */
export interface MapRequest {
  sku: string;
  units?: number;
}

/** Who is signed in. */
export interface MeView {
  id: string;
  name: string;
  groups: string[];
}

/** What shops are shown. strict: shares that together never exceed what is there. shared: all that is free, everywhere. last_n: shared as long as more than n units are free. */
export type Mode = "strict" | "shared" | "last_n";

/** What a mode would do. free: units that shops may sell; shown_before, shown_after: all listings together, where more than `free` may be sold twice. */
export interface ModePreview {
  mode: string;
  last_n: number;
  free: number;
  shown_before: number;
  shown_after: number;
  items: ModeRow[];
}

/** How units are shown. last_n: with `last_n` only, units from which on shares are kept. */
export interface ModeRequest {
  mode: Mode;
  last_n?: number;
}

/** What a listing shows, as far as we know, and would show. tells_sales: whether orders are read from its shop; what another one sells is charged nowhere, and may be sold twice in any mode. */
export interface ModeRow {
  shop_id: string;
  code: string;
  title: string;
  before: number | null;
  after: number;
  tells_sales: boolean;
}

/** Sums of the order: goods (before discounts) + shipping + fees − discounts, + tax where it is not included, make `total`. amount_due: what the buyer owes after points and cancelled lines. discounts: those known one by one; discount_total has all of them. */
export interface Money {
  currency: string;
  goods_total: number | null;
  shipping_total: number | null;
  cod_fee: number | null;
  payment_fee: number | null;
  gift_fee: number | null;
  other_fees: number | null;
  discount_total: number | null;
  discounts: Discount[];
  tax_total: number | null;
  tax_included: boolean;
  taxes: TaxSum[];
  total: number | null;
  amount_due: number | null;
}

/** One change of a level, from the ledger. orders: how many orders took part. */
export interface Move {
  version: number;
  at: string;
  reason: string;
  actor: Person;
  reference: string;
  note: string;
  on_hand_before: number;
  on_hand_after: number;
  allocated_before: number;
  allocated_after: number;
  waiting_before: number;
  waiting_after: number;
  orders: number;
}

/** One order's part of a move, in signed units: allocated (`quantity`), and waiting. */
export interface MoveOrder {
  order_id: string;
  quantity: number;
  waiting: number;
}

/** All orders that took part in a move. */
export interface MoveOrders {
  items: MoveOrder[];
}

/** Moves, newest first. */
export interface MovePage {
  items: Move[];
  next: string | null;
}

/** A product and its first units. */
export interface NewItem {
  sku: string;
  name: string;
  jan?: string | null;
  price?: number | null;
  safety?: number;
  on_hand?: number;
}

/** The shops a product was put into. */
export interface OfferList {
  items: OfferView[];
}

/** Shops to put it into. extra: what a channel needs besides, such as `product_type`. */
export interface OfferRequest {
  shops: string[];
  extra?: Record<string, string>;
}

/** A product in a shop. remote_id: what the mall calls it; message: for staff, why it failed. */
export interface OfferView {
  shop_id: string;
  state: "QUEUED" | "DONE" | "ACCEPTED" | "FAILED" | "UNSUPPORTED";
  at: string;
  remote_id: string;
  code: string;
  message: string;
}

/** A setting that is no secret. */
export interface OptionFieldView {
  name: string;
  default: string;
  is_optional: boolean;
}

/** What staff may change of an order; a field that is missing stays. `hold: null` lets go. */
export interface OrderChange {
  memo?: string | null;
  review?: Review | null;
  hold?: HoldRequest | null;
  destination?: DestinationFix | null;
  reason?: string;
}

export interface OrdersAccepted {
  id: string;
}

export interface OrdersCounts {
  counts: Record<string, Count>;
  failed_imports: Count;
}

export interface OrdersFieldChange {
  field: string;
  before: unknown;
  after: unknown;
}

export interface OrdersHealth {
  shops: ShopHealth[];
  failed_imports: Count;
  awaiting_stock: Backlog;
  queues: OrdersQueueHealth[];
}

export interface OrdersQueueHealth {
  name: string;
  waiting: number;
  in_flight: number;
  dead: number;
}

/** The mall did it. already: before. pending: it said it would. */
export interface Outcome {
  already: boolean;
  remote_id: string;
  pending: string;
}

/** The counters of a SKU at a moment in the past. version 0: it did not exist yet. */
export interface PastLevel {
  sku: string;
  at: string;
  on_hand: number;
  allocated: number;
  available: number;
  waiting: number;
  version: number;
  changed_at: string | null;
}

export interface Payment {
  method: PaymentMethod;
  status: PaymentStatus;
  raw_name: string;
  paid_at: string | null;
}

/** How the buyer pays. */
export type PaymentMethod = "CARD" | "COD" | "BANK" | "CVS" | "CARRIER" | "DEFERRED" | "PAYPAY" | "AMAZON_PAY" | "PAYPAL" | "RAKUTEN_PAY" | "APPLE_PAY" | "POINTS_ONLY" | "OTHER" | "UNKNOWN";

/** AUTHORIZED: the card company holds the amount; Japanese shops ship on that and capture at shipping, so it counts as paid for READY. */
export type PaymentState = "NOT_REQUIRED" | "AUTHORIZING" | "AUTHORIZED" | "AWAITING" | "PARTIAL" | "PAID" | "OVERPAID" | "EXPIRED" | "REFUND_DUE" | "REFUNDED";

/** What the mall says of the money. */
export type PaymentStatus = "UNKNOWN" | "UNPAID" | "AUTHORISED" | "PARTIALLY_PAID" | "PAID" | "PARTIALLY_REFUNDED" | "REFUNDED" | "VOIDED";

/** Who did it. kind: staff, mall, system, rule or timer. */
export interface Person {
  kind: string;
  id: string;
  name: string;
}

export interface PlaceList {
  items: PlaceView[];
}

export interface PlaceRequest {
  name: string;
}

/** A storehouse or a part of one; `main` is always there. */
export interface PlaceView {
  code: string;
  name: string;
  version: number;
}

/** Why orders of a shop cannot be read now. since: for how long; next_try: when it is tried again. kind: of a ChannelError, or `internal` for a mistake of ours. */
export interface PollError {
  kind: string;
  code: string;
  since: string;
  attempts: number;
  next_try: string;
}

/** A letter filled with a sample order. */
export interface Preview {
  subject: string;
  text: string;
}

/** What went wrong (RFC 9457). `errors`: the wrong fields, with status 422. `current`: the thing as it is now, with status 412. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  request_id: string;
  errors?: {
    field: string;
    message: string;
  }[];
  current?: Record<string, unknown>;
}

/** The proposal of a day, by supplier and SKU. made_at: null when none was made yet. */
export interface ProposalList {
  made_at: string | null;
  items: ProposalView[];
  next: string | null;
}

/** Order so many units. available, waiting, coming: what it was reckoned from. */
export interface ProposalView {
  sku: string;
  name: string;
  supplier: string;
  quantity: number;
  point: number;
  target: number;
  lot: number;
  available: number;
  waiting: number;
  coming: number;
}

export interface PullRequest {
  shop_id: string;
}

/** One line. cost: yen a unit without tax. */
export interface PurchaseLineRequest {
  sku: string;
  quantity: number;
  cost?: number | null;
  arrives_on?: string | null;
}

/** received: good and defective units; missing: still to come. */
export interface PurchaseLineView {
  sku: string;
  quantity: number;
  received: number;
  defective: number;
  missing: number;
  /** Yen a unit without tax */
  cost: number | null;
  arrives_on: string | null;
}

/** Purchase orders, newest first. */
export interface PurchasePage {
  items: PurchaseView[];
  next: string | null;
}

/** A purchase order as it shall be. */
export interface PurchaseRequest {
  supplier: string;
  lines: PurchaseLineRequest[];
  arrives_on?: string | null;
  note?: string;
}

/** A purchase order. missing: units still to come, of all lines. */
export interface PurchaseView {
  id: string;
  supplier: string;
  state: "DRAFT" | "ORDERED" | "RECEIVED" | "CANCELLED";
  created_at: string;
  ordered_at: string | null;
  arrives_on: string | null;
  note: string;
  lines: PurchaseLineView[];
  missing: number;
  version: number;
}

/** Every queue, in the order in which the first that applies gives the badge. */
export type Queue = "INCOMPLETE" | "CANCEL_REQUESTED" | "HOLD" | "REVIEW" | "PAYMENT" | "ALLOCATION" | "RELEASE_DATE" | "COMBINE" | "SHIP_DATE" | "PRINT" | "PRINTED" | "SHIPPED" | "COMPLETED" | "CANCELLED";

export interface RawText {
  text: string;
}

/** Why an order stands in a queue; `detail` is the part that differs between orders. */
export interface Reason {
  code: string;
  detail: string;
}

/** Units that came in. */
export interface Receipt {
  quantity: number;
  reference?: string;
  note?: string;
}

/** What came in, and where it was put. */
export interface ReceiveRequest {
  lines: ArrivedRequest[];
  place?: string;
  note?: string;
}

/** What a mall answered: kind and code of a ChannelError; detail for staff. */
export interface Refusal {
  kind: string;
  code: string;
  detail: string;
}

export type Review = "NEEDED" | "CLEARED";

/** One line of the order list. `total`: minor units of `currency`, None not determined. */
export interface Row {
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

/** One wrong value of a file; row as a spreadsheet counts, 0: the file as a whole. */
export interface RowError {
  row: number;
  column: string;
  value: string;
  reason: string;
}

export interface RowPage {
  items: Row[];
  next: string | null;
}

/** When the order may go. Each part holds it back on its own. */
export interface Schedule {
  hold: Hold | null;
  release_date: string | null;
  ship_date: string | null;
  combine_group: string | null;
}

/** A webhook secret; without one, the server makes it (generic channel only). */
export interface SecretRequest {
  secret?: string | null;
}

/** secret: only when the server made it, and never again. */
export interface SecretStored {
  shop: ShopView;
  secret: string | null;
}

/** What left the house. lines: empty for everything; carrier_name: for `other`. */
export interface ShipRequest {
  carrier: "yamato" | "sagawa" | "jp_post" | "seino" | "fukuyama" | "other";
  carrier_name?: string;
  tracking_numbers?: string[];
  shipped_on: string;
  destination_id?: string;
  lines?: ShippedLineRequest[];
  notify_customer?: boolean;
}

/** What left the house; lines empty for everything. */
export interface Shipment {
  carrier: string;
  carrier_name: string;
  tracking_numbers: string[];
  shipped_on: string;
  destination_id: string;
  lines: ShippedLine[];
  notify_customer: boolean;
}

export type ShipmentState = "DRAFT" | "READY" | "PRINTED" | "PACKED" | "SHIPPED" | "DELIVERED" | "RETURNED" | "VOID";

export interface ShippedLine {
  line_id: string;
  quantity: number;
}

export interface ShippedLineRequest {
  line_id: string;
  quantity: number;
}

/** last_poll_at: when the last poll was complete; watermark: every sale before it is imported and answered; poll_error: why orders cannot be read from the mall now. */
export interface ShopHealth {
  shop_id: string;
  last_import_at: string | null;
  last_order_at: string | null;
  last_poll_at: string | null;
  watermark: string | null;
  poll_error: PollError | null;
}

/** A shop's lags for a chart; stretches without any are left out. minutes: a point's length. */
export interface ShopLags {
  shop_id: string;
  minutes: number;
  items: LagPoint[];
  /** All of them together */
  whole: LagView;
}

export interface ShopList {
  items: ShopView[];
}

/** The whole shop, as it shall be. api_url and options stay as they are when not given. */
export interface ShopRequest {
  name: string;
  channel: string;
  currency?: string;
  enabled?: boolean;
  mail?: MailRequest;
  api_url?: string | null;
  options?: Record<string, unknown> | null;
}

/** One shop. state: off: the shop is switched off; unsupported: its channel takes no stock. error: a word of why it fails, with the mall's own code in detail. lag: of the last hour. */
export interface ShopSync {
  shop_id: string;
  name: string;
  channel: string;
  state: "open" | "failing" | "paused" | "off" | "unsupported";
  error: string;
  detail: string;
  /** When it began to fail */
  since: string | null;
  attempts: number;
  next_try: string | null;
  /** Only lower quantities are sent */
  raises_frozen: boolean;
  /** Orders were not read for ten minutes */
  orders_behind: boolean;
  /** Sales before it are all charged */
  watermark: string | null;
  /** Listings whose quantity waits to be sent */
  waiting: CappedCount;
  /** Oldest change among the first of them */
  oldest: string | null;
  lag: LagView;
  last_push: string | null;
  /** The mall tells what it shows */
  can_read: boolean;
  /** The mall lists what is on sale */
  can_list: boolean;
}

/** A shop. webhook_url_path: where the mall sends its webhooks, below the page's address. api_url: "" for the mall's usual address. is_paused: nothing is sent to the mall. */
export interface ShopView {
  id: string;
  name: string;
  channel: string;
  currency: string;
  enabled: boolean;
  mail: MailView;
  api_url: string;
  options: Record<string, string>;
  credentials: CredentialView[];
  is_paused: boolean;
  webhook_url_path: string;
  has_secret: boolean;
  version: number;
}

/** How far the order is in the mall. */
export type SourceStatus = "NEW" | "ON_HOLD" | "AWAITING_PAYMENT" | "READY" | "PARTIALLY_SHIPPED" | "SHIPPED" | "COMPLETED" | "CANCEL_REQUESTED" | "CANCELLED" | "UNKNOWN";

/** Where the mail is. Only QUEUED mails are sent, and only SENDING ones may have been. */
export type State = "QUEUED" | "SENDING" | "SENT" | "DELIVERED" | "BOUNCED" | "COMPLAINED" | "FAILED" | "BLOCKED" | "SUPPRESSED" | "CANCELLED";

/** Counted to 1,000; capped: there are more. */
export interface StateCount {
  count: number;
  capped: boolean;
}

/** A step of the connection test. ok: null when nobody could try it. hint: what to do next, "" when it is fine. fields: what is missing. code: the mall's own word, or ours. */
export interface StepView {
  step: string;
  ok: boolean | null;
  hint: string;
  fields: string[];
  code: string;
}

/** Work that was taken in hand. */
export interface StockAccepted {
  id: string;
}

/** One value of a row against the present one. */
export interface StockFieldChange {
  field: string;
  before: string | number | null;
  after: string | number | null;
}

/** What the health screen shows of stock. waiting_skus: orders wait, or more is promised than there is. */
export interface StockHealth {
  queues: StockQueueHealth[];
  waiting_skus: CappedCount;
}

/** A listing beside the counters of one SKU. exposure: the most units of that SKU it can have sold or still sell without our knowing (strict mode), null while shops share all there is. guaranteed: it cannot sell what is not there. since: the oldest change it does not show yet, null when it shows all. lag_ms: how long the last change took. */
export interface StockListing {
  shop_id: string;
  code: string;
  sku: string;
  title: string;
  jan: string;
  units: Record<string, number>;
  state: "idle" | "sent" | "settling" | "unknown";
  /** Sent last; null: nothing yet */
  published: number | null;
  /** The mall certainly showed it last */
  observed: number | null;
  observed_at: string | null;
  /** More (or less) than it should show */
  drift: number | null;
  problem: string;
  /** Goes to 0 and is let go of */
  retired: boolean;
  version: number;
  mode: string;
  exposure: number | null;
  guaranteed: boolean;
  since: string | null;
  lag_ms: number | null;
}

/** All listings that sell a SKU, alone or in a set. strict: shares are kept now (mode strict, or last_n with few left). free: units that shops may sell; pool: of these, shown nowhere; debt: units that shops may sell and that are not there. */
export interface StockListings {
  items: StockListing[];
  mode: string;
  last_n: number;
  strict: boolean;
  guaranteed: boolean;
  free: number;
  pool: number;
  debt: number;
  version: number;
}

/** How full a queue is; dead: messages that failed for good. */
export interface StockQueueHealth {
  name: string;
  waiting: number;
  in_flight: number;
  dead: number;
}

/** Stock-takes, newest first. */
export interface StocktakeList {
  items: StocktakeView[];
  next: string | null;
}

export interface StocktakeRequest {
  note?: string;
}

/** A stock-take. applied: rows worked off; outdated: of these, rows that changed nothing because somebody counted the SKU after them. */
export interface StocktakeView {
  id: string;
  created_at: string;
  note: string;
  state: "OPEN" | "APPLYING" | "APPLIED" | "CANCELLED";
  applied: number;
  outdated: number;
  version: number;
}

/** Every shop, and the lag of all together in the last hour. */
export interface SyncOverview {
  items: ShopSync[];
  lag: LagView;
}

/** shop_id: only this shop; "" for all. */
export interface SyncRequest {
  shop_id?: string;
}

/** Tax at one rate as the mall reported it. */
export interface TaxSum {
  rate: string;
  tax: number | null;
  base: number | null;
}

export type TellKind = "confirm" | "ship" | "cancel";

/** SENDING: somebody asks the mall right now, or died over it. ACCEPTED: the mall said it would; whether it did is still to be seen. */
export type TellState = "QUEUED" | "SENDING" | "ACCEPTED" | "DONE" | "FAILED";

/** Something a mall is told. refusal: why it did not do it the last time; outcome: what it did, `pending` when it only said that it would. */
export interface TellView {
  order_id: string;
  tell_id: string;
  shop_id: string;
  kind: TellKind;
  state: TellState;
  at: string;
  by: string;
  attempts: number;
  shipment: Shipment | null;
  reason: CancelReason | null;
  refusal: Refusal | null;
  outcome: Outcome | null;
  changed_at: string | null;
}

export interface Tells {
  items: TellView[];
}

/** A letter's template as it is written, and the variables it may use. */
export interface TemplateView {
  kind: Kind;
  name: string;
  subject: string;
  text: string;
  variables: string[];
}

export interface Templates {
  items: TemplateView[];
}

export interface Timeline {
  items: TimelineItem[];
  next: string | null;
}

export interface TimelineActor {
  kind: string;
  id: string;
  name: string;
}

export interface TimelineItem {
  seq: number;
  at: string;
  kind: string;
  actor: TimelineActor;
  reason: string;
  changes: OrdersFieldChange[];
}

/** Units from one place to another; defective ones are moved by `is_defective`. */
export interface TransferRequest {
  quantity: number;
  source: string;
  target: string;
  is_defective?: boolean;
}

/** A mall that refused to renew the access: a person is needed. reason: refused, lost or not_stored. */
export interface TroubleView {
  shop_id: string;
  shop_name: string;
  reason: string;
  since: string;
}

export interface UnmappedList {
  items: UnmappedView[];
  next: string | null;
}

/** Goods of a shop that no product is known for. code: the listing, or else the line's first code. orders: how many wait for it, counted up to 100; `capped` when there are more. */
export interface UnmappedView {
  shop_id: string;
  code: string;
  title: string;
  jan: string;
  orders: number;
  capped: boolean;
}

/** Mails that wait or are being sent. */
export interface Unsent {
  count: number;
  capped: boolean;
  oldest_at: string | null;
}

/** One order line that waits for units. */
export interface WaitingOrder {
  order_id: string;
  quantity: number;
  ordered_at: string;
}

/** The queue of a SKU, in the order it is served. */
export interface WaitingPage {
  items: WaitingOrder[];
  next: string | null;
}

/** When the buyer wants it: a day `YYYY-MM-DD` and the time slot as the mall wrote it. */
export interface WishView {
  date: string | null;
  slot: string;
}
