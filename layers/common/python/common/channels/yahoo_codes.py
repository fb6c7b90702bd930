"""Yahoo's numbers and words, and what they mean to us.

Wire facts: developer.yahoo.co.jp/webapi/shopping (orderList, orderInfo, orderStatusChange) and the
public client JSPSystem/yahoo-shopping-api-client. Not confirmed: the codes of payments but the ones
for PayPay, and the reasons of a cancellation.
"""

from typing import Final

from common.canonical import PaymentMethod
from common.channels.port import CancelReason

RESERVED, RUNNING, HELD, CANCELLED, COMPLETED = "1", "2", "3", "4", "5"
# ShipStatus: 0 not to be shipped yet, 1 ready, 2 in work, 3 shipped, 4 arrived.
SHIPPABLE: Final = ("1", "2", "3", "4")
SHIPPED: Final = ("3", "4")

METHODS: Final = {
    "payment_a1": PaymentMethod.CARD,
    "payment_a17": PaymentMethod.PAYPAY,
    "payment_a19": PaymentMethod.PAYPAY,
}
# Parts of PayMethodName, the more telling ones first.
METHOD_NAMES: Final = (
    ("代金引換", PaymentMethod.COD),
    ("代引", PaymentMethod.COD),
    ("後払", PaymentMethod.DEFERRED),
    ("あと払", PaymentMethod.DEFERRED),
    ("コンビニ", PaymentMethod.CVS),
    ("PayPay", PaymentMethod.PAYPAY),
    ("クレジット", PaymentMethod.CARD),
    ("キャリア", PaymentMethod.CARRIER),
    ("まとめて支払い", PaymentMethod.CARRIER),
    ("ケータイ", PaymentMethod.CARRIER),
    ("au PAY", PaymentMethod.CARRIER),
    ("銀行", PaymentMethod.BANK),
    ("ペイジー", PaymentMethod.BANK),
    ("振替", PaymentMethod.BANK),
)
# Collected at the door or asked for afterwards.
POSTPAID: Final = (PaymentMethod.COD, PaymentMethod.DEFERRED)
# Whoever ships before the money is there would ship for nothing.
PREPAID: Final = (PaymentMethod.BANK, PaymentMethod.CVS)

CARRIERS: Final = {"yamato": "1001", "sagawa": "1002", "jp_post": "1003"}
OTHER_CARRIER: Final = "1000"
CARRIER_NAMES: Final = {code: name for name, code in CARRIERS.items()} | {OTHER_CARRIER: "other"}

# By the buyer: 100 changed his mind, 120 did not pay. By the shop: 210 sold out, 230 other.
REASONS: Final = {
    CancelReason.CUSTOMER: 100,
    CancelReason.UNPAID: 120,
    CancelReason.OUT_OF_STOCK: 210,
    CancelReason.OTHER: 230,
}

# What orderList is asked for, and orderInfo: everything but cards, and readings of addresses.
LIST_FIELDS: Final = (
    "OrderId Version OrderTime LastUpdateTime OrderStatus IsSeen PayStatus ShipStatus"
).split()
INFO_FIELDS: Final = """
    OrderId Version ParentOrderId ChildOrderId DeviceType IsSeen IsSplit IsRoyalty IsSubscription
    OrderTime LastUpdateTime Suspect OrderStatus StoreStatus RoyaltyFixTime PrintSlipTime
    BuyerComments SellerComments Notes CancelReason CancelReasonDetail IsMultiShip SocialGiftType
    IsYahooAuctionOrder YahooAuctionId FraudHoldStatus PublicationTime
    PayStatus SettleStatus PayType PayKind PayMethod PayMethodName PayDate PayNotes SettleId
    NeedBillSlip NeedDetailedSlip NeedReceipt PaymentTerm
    BillFirstName BillFirstNameKana BillLastName BillLastNameKana BillZipCode BillPrefecture
    BillCity BillAddress1 BillAddress2 BillPhoneNumber BillEmgPhoneNumber BillMailAddress
    BillSection1Field BillSection1Value BillSection2Field BillSection2Value
    ShipStatus ShipMethod ShipMethodName ShipRequestDate ShipRequestTime ShipNotes ShipCompanyCode
    ReceiveShopCode ShipInvoiceNumber1 ShipInvoiceNumber2 ShipInvoiceNumberEmptyReason ShipUrl
    ArriveType ShipDate ArrivalDate NeedGiftWrap GiftWrapType GiftWrapMessage NeedGiftWrapPaper
    GiftWrapPaperType GiftWrapName Option1Field Option1Type Option1Value Option2Field Option2Type
    Option2Value ShipFirstName ShipFirstNameKana ShipLastName ShipLastNameKana ShipZipCode
    ShipPrefecture ShipCity ShipAddress1 ShipAddress2 ShipPhoneNumber ShipEmgPhoneNumber
    ShipSection1Field ShipSection1Value ShipSection2Field ShipSection2Value
    PayCharge ShipCharge GiftWrapCharge Discount Adjustments SettleAmount UsePoint
    GiftCardDiscount TotalPrice SettlePayAmount TotalMallCouponDiscount
    LineId ItemId Title SubCode SubCodeOption ItemOption Inscription IsUsed ItemTaxRatio Jan
    ProductId CategoryId UnitPrice NonTaxUnitPrice Quantity ReleaseDate PointFspCode
    UnitGetPoint CouponData CouponDiscount CouponUseNum OriginalPrice OriginalNum LeadTimeStart
    LeadTimeEnd LeadTimeText
    SellerId IsLogin
""".split()
