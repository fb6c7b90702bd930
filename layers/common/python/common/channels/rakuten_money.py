"""What an order of Rakuten costs, and who bears what is taken off."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from common.canonical import BorneBy, Discount, DiscountKind, Money, TaxSum
from common.channels.payload import Payload
from common.channels.rakuten_goods import read_amount, read_rate
from common.money import Amount

_MAKER: Final = "メーカー"
# couponCapitalCode: 1 the shop, 2 and 3 Rakuten.
_BEARERS: Final = {"1": BorneBy.SHOP, "2": BorneBy.PLATFORM, "3": BorneBy.PLATFORM}


class Coupons(NamedTuple):
    """whole: of the order. by_line: of one line, by its itemDetailId."""

    whole: tuple[Discount, ...]
    by_line: Mapping[str, tuple[Discount, ...]]


class Wrapping(NamedTuple):
    """names: what the goods are wrapped in. fee: None while one of them is not determined."""

    names: tuple[str, ...]
    fee: Amount


def read_wrapping(order: Payload) -> Wrapping:
    """WrappingModel1 and 2 (paper, ribbon), without those that were taken off again."""
    names, fees = [], []
    for model in (order.child("WrappingModel1"), order.child("WrappingModel2")):
        name, price = model.text("name"), read_amount(model.take("price"))
        is_gone = model.text("deleteWrappingFlag") == "1"
        is_net = model.text("includeTaxFlag") == "0"
        tax = read_amount(model.take("taxPrice")) if is_net else 0
        if is_gone or (not name and price is None):
            continue
        names.append(name)
        fees.append(None if price is None or tax is None else price + tax)
    return Wrapping(tuple(filter(None, names)), _sum(fees))


def read_coupons(order: Payload) -> Coupons:
    """CouponModelList; where it is empty, the two sums of the order by who bears them."""
    whole: list[Discount] = []
    by_line: dict[str, tuple[Discount, ...]] = {}
    rows = order.children("CouponModelList")
    for row in rows:
        discount = _coupon(row)
        if discount is None:
            continue
        line_id = row.text("itemDetailId")
        if line_id in ("", "0"):
            whole.append(discount)
        else:
            by_line[line_id] = (*by_line.get(line_id, ()), discount)
    if not rows:
        whole += _sums(order)
    return Coupons(tuple(whole), by_line)


def read_money(
    order: Payload, currency: str, *, wrapping: Wrapping, coupons: tuple[Discount, ...]
) -> Money:
    """The sums as Rakuten makes them (tax is in all of them).

    `goodsPrice` has the wrapping in it. `total` is 総合計 of the RMS screen: totalPrice
    - coupons + fees, before points, which are a way to pay; `amount_due` is 請求金額, after them.
    """
    goods, total = (read_amount(order.take(name)) for name in ("goodsPrice", "totalPrice"))
    off = read_amount(order.take("couponAllTotalPrice"))
    fees = {
        "cod_fee": read_amount(order.take("deliveryPrice")),
        "payment_fee": read_amount(order.take("paymentCharge")),
        "other_fees": read_amount(order.take("additionalFeeOccurAmountToUser")),
    }
    points = read_amount(order.child("PointModel").take("usedPoint"))
    paid = (Discount(points, DiscountKind.POINT, BorneBy.PLATFORM),) if points else ()
    taxes = tuple(_taxes(order))
    return Money(
        currency=currency,
        goods_total=_less(goods, wrapping.fee),
        shipping_total=read_amount(order.take("postagePrice")),
        gift_fee=wrapping.fee,
        discount_total=off,
        discounts=(*coupons, *paid),
        tax_total=_sum([tax.tax for tax in taxes]) if taxes else None,
        tax_included=True,
        taxes=taxes,
        total=_less(_sum([total, *fees.values()]), off),
        amount_due=read_amount(order.take("requestPrice")),
        **fees,
    )


def _coupon(row: Payload) -> Discount | None:
    """None, and the row left as it is, for one whose amount is not determined."""
    amount = read_amount(row.peek("couponTotalPrice"))
    if amount is None:
        return None
    row.take("couponTotalPrice")
    bearer = _BEARERS.get(row.text("couponCapitalCode"), BorneBy.UNKNOWN)
    if row.text("couponCapital") == _MAKER:
        bearer = BorneBy.MAKER
    return Discount(amount, DiscountKind.COUPON, bearer, row.text("couponCode"))


def _sums(order: Payload) -> Iterator[Discount]:
    for name, bearer in (
        ("couponShopPrice", BorneBy.SHOP),
        ("couponOtherPrice", BorneBy.PLATFORM),
    ):
        amount = read_amount(order.take(name))
        if amount:
            yield Discount(amount, DiscountKind.COUPON, bearer)


def _taxes(order: Payload) -> Iterator[TaxSum]:
    """TaxSummaryModelList: one row a rate; `reqPrice` is what the tax is in."""
    for row in order.children("TaxSummaryModelList"):
        rate = read_rate(row.peek("taxRate"))
        if rate is None:
            continue
        row.take("taxRate")
        tax, base = (read_amount(row.take(name)) for name in ("reqPriceTax", "reqPrice"))
        yield TaxSum(rate, tax, base)


def _sum(amounts: list[Amount]) -> Amount:
    """None as soon as one of them is."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None


def _less(amount: Amount, off: Amount) -> Amount:
    return None if amount is None or off is None else amount - off
