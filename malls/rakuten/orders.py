"""OrderModels of getOrder version 10, as a shop in Japan gets them. Pure.

Amounts are yen with tax. -9999 is what Rakuten writes while an amount is not determined.
"""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from malls.shopify.catalogue import Product
from malls.shopify.people import Person, anybody

JST = timezone(timedelta(hours=9))
SHIPPING = 550
FREE_SHIPPING_FROM = 3980
UNDETERMINED = -9999
_WAITING = {
    "zipCode1": "999",
    "zipCode2": "9999",
    **dict.fromkeys(("prefecture", "city", "subAddress", "familyName", "firstName"), "入力待ち"),
    **dict.fromkeys(("familyNameKana", "firstNameKana"), "ニュウリョクマチ"),
    "phoneNumber1": "999",
    "phoneNumber2": "9999",
    "phoneNumber3": "9999",
    "isolatedIslandFlag": 0,
}
_EMPTY = """
    shopOrderCfmDatetime orderFixDatetime shippingInstDatetime shippingCmplRptDatetime cancelDueDate
    deliveryDate memo operator mailPlugSentence reserveNumber reserveDeliveryCount
    cautionDisplayDetailType CouponModelList WrappingModel1 WrappingModel2
""".split()
_ZERO = """
    giftCheckFlag socialGiftFlag equalSenderFlag isolatedIslandFlag carrierCode emailCarrierCode
    cautionDisplayType rakutenConfirmFlag paymentCharge couponAllTotalPrice couponShopPrice
    couponOtherPrice additionalFeeOccurAmountToUser additionalFeeOccurAmountToShop asurakuFlag
    drugFlag dealFlag membershipType modifyFlag receiptIssueCount deliveryCertPrgFlag
    oneDayOperationFlag deliveryPrice
""".split()
_ZERO_OF_ITEM = """
    includePostageFlag includeCashOnDeliveryPostageFlag pointType restoreInventoryFlag dealFlag
    drugFlag deleteItemFlag isSingleItemShipping
""".split()

Order = dict[str, Any]
Basket = Sequence[tuple[Product, int]]


def build_order(
    rng: random.Random,
    *,
    number: int,
    at: datetime,
    baskets: Sequence[Basket],
    codes: Mapping[str, str],
    determined: bool = True,
    social_gift: bool = False,
) -> Order:
    """One order; each basket goes to a place of its own.

    number: new in its shop; ids are made from it. codes: `manageNumber/variantId` by SKU.
    determined: False for an order whose postage staff have to fill in.
    """
    buyer = anybody(rng)
    goods = sum(product.price * units for basket in baskets for product, units in basket)
    postage = 0 if goods >= FREE_SHIPPING_FROM else SHIPPING * len(baskets)
    packages = [
        _package(
            number * 10 + n,
            basket,
            codes,
            buyer if n == 0 else anybody(rng),
            postage // len(baskets) if determined else UNDETERMINED,
        )
        for n, basket in enumerate(baskets)
    ]
    total = goods + postage if determined else UNDETERMINED
    order: Order = {
        "orderNumber": f"999999-{at.astimezone(JST):%Y%m%d}-{number:010d}",
        "orderProgress": 100,
        "subStatusId": None,
        "subStatusName": None,
        "orderDatetime": stamp(at),
        **dict.fromkeys(_EMPTY),
        "shippingTerm": rng.choice((0, 0, 1, 1416, 1921)),
        "remarks": "",
        "orderType": 1,
        "rakutenMemberFlag": 1,
        "severalSenderFlag": int(len(baskets) > 1),
        **dict.fromkeys(_ZERO, 0),
        "paymentChargeTaxRate": 0.1,
        "goodsPrice": goods,
        "postagePrice": postage if determined else UNDETERMINED,
        "totalPrice": total,
        "requestPrice": total,
        "receiptIssueHistoryList": [],
        "ChangeReasonModelList": [],
        "OrdererModel": _person(buyer)
        | {
            "emailAddress": f"{rng.getrandbits(64):016x}@pc.fw.rakuten.ne.jp",
            **dict.fromkeys(("sex", "birthYear", "birthMonth", "birthDay")),
        },
        "SettlementModel": _settlement(rng),
        "DeliveryModel": {"deliveryName": "宅配便", "deliveryClass": 1},
        "PointModel": {"usedPoint": 0},
        "PackageModelList": packages,
        "TaxSummaryModelList": _taxes(baskets, postage),
        "DueDateModelList": [],
    }
    return _as_gift(order, at) if social_gift else order


def with_address(order: Order, receiver: Person, at: datetime) -> Order:
    """The social gift after its recipient has typed the address."""
    [package] = order["PackageModelList"]
    gift = package["SocialGiftModel"] | {"inputFlag": 1, "inputCompDatetime": stamp(at)}
    sender = _person(receiver) | {"isolatedIslandFlag": 0}
    return order | {
        "PackageModelList": [package | {"SenderModel": sender, "SocialGiftModel": gift}]
    }


def cancelled(order: Order, at: datetime, *, by_buyer: bool, detail: int) -> Order:
    """The same order, cancelled for good."""
    reason = {
        "changeId": len(order["ChangeReasonModelList"]) + 1,
        "changeType": 0,
        "changeTypeDetail": 10,
        "changeReason": 0 if by_buyer else 1,
        "changeReasonDetail": detail,
        "changeApplyDatetime": stamp(at),
        "changeFixDatetime": stamp(at),
    }
    return order | {
        "orderProgress": 900,
        "ChangeReasonModelList": [*order["ChangeReasonModelList"], reason],
    }


def stamp(at: datetime) -> str:
    """`2026-11-21T21:00:00+0900`. Raises ValueError for a naive datetime."""
    if at.tzinfo is None:
        raise ValueError("naive datetime")
    return at.astimezone(JST).strftime("%Y-%m-%dT%H:%M:%S%z")


def _as_gift(order: Order, at: datetime) -> Order:
    [package] = order["PackageModelList"]
    gift = {
        "sgMngNumber": f"{order['orderNumber']}-sg",
        "inputDueDate": (at.astimezone(JST).date() + timedelta(days=5)).isoformat(),
        "inputFlag": 0,
        "inputCompDatetime": None,
        "receiverEmailAddress": None,
    }
    package = package | {"SenderModel": dict(_WAITING), "SocialGiftModel": gift}
    return order | {"giftCheckFlag": 1, "socialGiftFlag": 1, "PackageModelList": [package]}


def _package(
    basket_id: int, basket: Basket, codes: Mapping[str, str], to: Person, postage: int
) -> dict[str, Any]:
    goods = sum(product.price * units for product, units in basket)
    return {
        "basketId": basket_id,
        "postagePrice": postage,
        "postageTaxRate": 0.1,
        "deliveryPrice": 0,
        "deliveryTaxRate": 0.1,
        "goodsPrice": goods,
        "totalPrice": goods + postage if postage >= 0 else UNDETERMINED,
        "noshi": None,
        "packageDeleteFlag": 0,
        "SenderModel": _person(to) | {"isolatedIslandFlag": 0},
        "ItemModelList": [
            _item(basket_id * 100 + n, product, units, codes[product.sku])
            for n, (product, units) in enumerate(basket, 1)
        ],
        "ShippingModelList": [],
        "DeliveryCvsModel": None,
        "defaultDeliveryCompanyCode": "1001",
        "dropOffFlag": 0,
        "dropOffLocation": None,
        "SocialGiftModel": None,
    }


def _item(detail_id: int, product: Product, units: int, code: str) -> dict[str, Any]:
    manage_number, _, variant_id = code.partition("/")
    return {
        "itemDetailId": detail_id,
        "itemName": product.title,
        "itemId": 10_000_000 + sum(map(ord, manage_number)),
        "itemNumber": manage_number,
        "manageNumber": manage_number,
        "price": product.price,
        "units": units,
        "includeTaxFlag": 1,
        "selectedChoice": None,
        "pointRate": 1,
        "inventoryType": 2 if product.variant else 1,
        "delvdateInfo": None,
        "taxRate": product.tax_percent / 100,
        "priceTaxIncl": product.price,
        **dict.fromkeys(_ZERO_OF_ITEM, 0),
        "SkuModelList": [
            {
                "variantId": variant_id,
                "merchantDefinedSkuId": product.sku,
                "skuInfo": f"種類:{product.variant}" if product.variant else None,
            }
        ],
    }


def _person(person: Person) -> dict[str, Any]:
    zip1, _, zip2 = person.postal.partition("-")
    phone = person.phone.split("-")
    return {
        "zipCode1": zip1,
        "zipCode2": zip2,
        "prefecture": person.prefecture,
        "city": person.city,
        "subAddress": f"{person.line1} {person.line2}".strip(),
        "familyName": person.family,
        "firstName": person.given,
        "familyNameKana": person.family_kana,
        "firstNameKana": person.given_kana,
        **{f"phoneNumber{n}": part for n, part in enumerate(phone, 1)},
    }


def _settlement(rng: random.Random) -> dict[str, Any]:
    code, name = rng.choices(
        ((1, "クレジットカード"), (2, "代金引換"), (9, "銀行振込"), (14, "コンビニ決済")),
        (80, 8, 6, 6),
    )[0]
    return {
        "settlementMethodCode": code,
        "settlementMethod": name,
        "rpaySettlementFlag": 1,
        **dict.fromkeys(
            (*("cardName", "cardNumber", "cardOwner", "cardYm"), "cardInstallmentDesc")
        ),
        "cardPayType": 0,
    }


def _taxes(baskets: Sequence[Basket], postage: int) -> list[dict[str, Any]]:
    parts = {10: postage, 8: 0}
    for product, units in (line for basket in baskets for line in basket):
        parts[product.tax_percent] += product.price * units
    return [
        {
            "taxRate": percent / 100,
            "reqPrice": amount,
            "reqPriceTax": amount * percent // (100 + percent),
            "totalPrice": amount,
            **dict.fromkeys(("paymentCharge", "couponPrice", "point"), 0),
        }
        for percent, amount in parts.items()
        if amount
    ]
