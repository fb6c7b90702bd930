"""What is particular about talking to Rakuten, against its emulator."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from common.canonical import Contact, SourceStatus
from common.channels import load_api
from common.channels.port import (
    CancelReason,
    ChannelError,
    Cursor,
    ErrorKind,
    Listing,
    Page,
    ShipmentNotice,
    StockOutcome,
    StockUpdate,
)
from common.channels.rakuten_api import API
from malls.http_mall import Faults
from malls.http_server import Answer, Asked, json_answer
from malls.rakuten.mall import RakutenMall
from malls.shopify.catalogue import BY_SKU
from tests.common.channels.channel_cases import api_case_of
from tests.common.channels.contexts import T0, ShopContext

CASE = api_case_of("rakuten")
TOTE, CUP = BY_SKU["TOTE-NAT"], BY_SKU["YUNOMI-01"]


class Desk:
    """A shop, and its way to the emulator."""

    def __init__(self, mall: RakutenMall) -> None:
        self.mall = mall
        self.ctx: ShopContext = CASE.context(mall)

    def poll(self, phase: str = "new", hours: int = 1) -> list[str]:
        """Ids of every page, in their order."""
        now = self.ctx.now()
        cursor: Cursor | None = Cursor(now - timedelta(hours=hours), now, phase)
        found: list[str] = []
        while cursor is not None:
            page = API.fetch_orders_since(self.ctx, cursor)
            found += [ref.channel_order_id for ref in page.refs]
            cursor = page.next
            self.ctx.forward(minutes=1)
        return found

    def fetch(self, *ids: str) -> Page:
        return API.fetch_orders(self.ctx, ids)

    def raw(self, order_id: str) -> dict[str, Any]:
        order = self.mall.order(order_id)
        assert order is not None
        return order

    def notice(self, order_id: str, *numbers: str, **fields: Any) -> ShipmentNotice:
        notice = ShipmentNotice(order_id, "sagawa", numbers, date(2026, 11, 22), "key")
        return notice._replace(**fields)

    def operations(self) -> list[str]:
        return [call.operation for call in self.mall.calls]


@pytest.fixture
def desk() -> Iterator[Desk]:
    here: list[Desk] = []
    mall = CASE.mall(lambda: here[0].ctx.now() if here else T0)
    assert isinstance(mall, RakutenMall)
    with mall:
        here.append(Desk(mall))
        yield here[0]


def refused(error: pytest.ExceptionInfo[ChannelError]) -> tuple[ErrorKind, str]:
    return error.value.kind, error.value.code


# -- the key


def test_rakuten_tells_when_the_licence_key_ends(desk: Desk) -> None:
    ends = API.expiries(desk.ctx)["license_key"]

    assert ends == T0 + timedelta(days=90)
    assert ends.utcoffset() == timedelta(hours=9)


def test_a_key_that_has_ended_is_told_by_the_connection_test(desk: Desk) -> None:
    desk.ctx.forward(days=91)

    with pytest.raises(ChannelError) as error:
        API.check(desk.ctx)

    assert refused(error) == (ErrorKind.AUTH, "401")


def test_a_function_that_is_not_switched_on_is_forbidden(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk.mall, "api", lambda _: json_answer({"errors": []}, 403))

    with pytest.raises(ChannelError) as error:
        API.check(desk.ctx)

    assert refused(error) == (ErrorKind.FORBIDDEN, "403")


def test_no_error_has_the_key_in_it(desk: Desk) -> None:
    wrong = CASE.context(desk.mall, credentials=CASE.wrong)

    with pytest.raises(ChannelError) as error:
        API.check(wrong)

    assert CASE.wrong["license_key"] not in f"{error.value} {error.value.__dict__}"


# -- polling


def test_a_poll_sees_new_orders_and_those_reported_as_shipped(desk: Desk) -> None:
    old = desk.mall.place([[(TOTE, 1)]], T0 - timedelta(days=2))
    new = desk.mall.place([[(CUP, 1)]], T0 - timedelta(minutes=5))
    assert desk.poll() == [new]
    API.notify_shipment(desk.ctx, desk.notice(old, "1"))
    desk.ctx.forward(seconds=1)

    assert desk.poll() == [new, old]


def test_the_sweep_sees_what_is_open_or_was_cancelled_within_63_days(desk: Desk) -> None:
    ages = (62, 40, 30, 20, 64)
    ids = [desk.mall.place([[(CUP, 1)]], T0 - timedelta(days=n)) for n in ages]
    desk.mall.cancel(ids[1])
    API.notify_shipment(desk.ctx, desk.notice(ids[2], "1"))

    assert desk.poll("open") == [ids[0], ids[1], ids[3]]


def test_a_stretch_with_too_many_orders_is_read_in_parts(desk: Desk) -> None:
    desk.mall.most_hits, desk.mall.page_rows = 15_000, 2
    ids = [desk.mall.place([[(CUP, 1)]], T0 - timedelta(minutes=n)) for n in range(6, 0, -1)]
    whole = desk.poll()
    assert whole == ids
    place = desk.mall._routes.serve

    def capped(asked: Asked) -> Answer:
        """The search says that it found as many as it ever finds, while the stretch is long."""
        answer = place(asked)
        body = asked.object() if "searchOrder" in asked.path else {}
        start, end = (
            datetime.fromisoformat(body.get(name, "2026-11-21T00:00:00+0900"))
            for name in ("startDatetime", "endDatetime")
        )
        if end - start < timedelta(minutes=20):
            return answer
        paging = {"totalRecordsAmount": 15_000, "totalPages": 15, "requestPage": 1}
        return json_answer({"orderNumberList": [], "PaginationResponseModel": paging})

    desk.mall._routes.serve = capped  # type: ignore[method-assign]
    now = T0
    cursor: Cursor | None = Cursor(now - timedelta(hours=1), now)
    found: list[str] = []
    while cursor is not None:
        page = API.fetch_orders_since(desk.ctx, cursor)
        found += [ref.channel_order_id for ref in page.refs]
        cursor = page.next
        desk.ctx.forward(minutes=1)

    assert list(dict.fromkeys(found)) == ids


def test_times_are_sent_in_the_only_form_that_rakuten_takes(desk: Desk) -> None:
    from common.channels.rakuten_poll import stamp

    assert stamp(datetime(2026, 11, 21, 12, 0, 0, 900_000, tzinfo=UTC)) == (
        "2026-11-21T21:00:00+0900"
    )


def test_a_token_that_is_not_ours_is_refused(desk: Desk) -> None:
    with pytest.raises(ChannelError) as error:
        API.fetch_orders_since(desk.ctx, Cursor(T0, T0, token="next"))

    assert error.value.kind is ErrorKind.INVALID


def test_an_order_that_cannot_be_read_spoils_no_others(desk: Desk) -> None:
    good, bad = (desk.mall.place([[(CUP, 1)]], T0) for _ in range(2))
    desk.mall.replace(desk.raw(bad) | {"orderDatetime": "yesterday"})

    page = desk.fetch(good, bad, "999999-20261121-9999999999")

    assert [order.channel_order_id for order in page.orders] == [good]
    assert dict(page.failed) == {
        bad: "wrong_shape: orderDatetime is not an instant.",
        "999999-20261121-9999999999": "ORDER_EXT_API_GET_ORDER_ERROR_102",
    }


def test_a_version_that_rakuten_has_dropped_is_an_error_not_an_empty_answer(desk: Desk) -> None:
    order_id = desk.mall.place([[(CUP, 1)]], T0)
    old = CASE.context(desk.mall, options={"order_version": "3"})

    with pytest.raises(ChannelError) as error:
        API.fetch_orders(old, [order_id])

    assert refused(error) == (ErrorKind.INVALID, "ORDER_EXT_API_GET_ORDER_ERROR_009")


def test_the_emulators_odd_orders_are_read(desk: Desk) -> None:
    two = desk.mall.place([[(TOTE, 1)], [(CUP, 2)]], T0)
    undetermined = desk.mall.place([[(CUP, 1)]], T0, determined=False)
    gift = desk.mall.place([[(CUP, 1)]], T0, social_gift=True)

    first, second, third = desk.fetch(two, undetermined, gift).orders

    assert [line.destination_id for line in first.lines] == [p.id for p in first.destinations]
    assert second.money.total is None
    assert third.status is SourceStatus.ON_HOLD
    assert third.destinations[0].contact == Contact()
    desk.ctx.forward(hours=1)
    desk.mall.type_address(gift)
    [typed] = desk.fetch(gift).orders
    assert typed.destinations[0].contact.address.postal
    assert typed.source_version > third.source_version


# -- stock


def updates(*rows: tuple[str, int]) -> list[StockUpdate]:
    return [StockUpdate(Listing(code), quantity, f"k{code}") for code, quantity in rows]


@pytest.mark.parametrize("named", [True, False])
def test_a_wrong_row_is_found_and_the_others_are_sent(desk: Desk, named: bool) -> None:
    desk.mall.names_bad_rows = named
    codes = list(desk.mall.codes.values())
    rows = [(code, 100_000 if n == 3 else n) for n, code in enumerate(codes)]

    results = API.push_stock(desk.ctx, updates(*rows))

    assert [result.code for result in results] == codes
    assert [n for n, r in enumerate(results) if r.outcome is StockOutcome.REJECTED] == [3]
    assert {r.outcome for n, r in enumerate(results) if n != 3} == {StockOutcome.ACCEPTED}
    shown = [desk.mall.shelf.shown(code) for n, code in enumerate(codes) if n != 3]
    assert shown == [n for n in range(len(codes)) if n != 3]
    assert results[3].message == "IE0002"


def test_an_item_that_is_not_there_is_taken_and_read_back_as_missing(desk: Desk) -> None:
    [result] = API.push_stock(desk.ctx, updates(("new-thing/A", 5)))

    assert result.outcome is StockOutcome.ACCEPTED
    assert API.read_stock(desk.ctx, [Listing("new-thing/A")]) == {"new-thing/A": None}
    assert desk.mall.orphans.keys() == {"new-thing/A"}


def test_what_is_no_code_of_rakuten_is_never_sent(desk: Desk) -> None:
    [result] = API.push_stock(desk.ctx, updates(("TOTE-NAT", 5)))

    assert result.outcome is StockOutcome.REJECTED
    assert desk.operations() == []
    assert API.read_stock(desk.ctx, [Listing("TOTE-NAT")]) == {"TOTE-NAT": None}


def test_rows_after_a_failure_are_told_apart_from_those_that_went_through(desk: Desk) -> None:
    tote, cup = desk.mall.codes["TOTE-NAT"], desk.mall.codes["YUNOMI-01"]
    send, seen = desk.mall.api, []

    def busy_later(asked: Asked) -> Answer:
        seen.append(asked.path)
        return send(asked) if len(seen) == 1 else json_answer({"errors": []}, 429)

    desk.mall.api = busy_later  # type: ignore[method-assign]

    results = API.push_stock(desk.ctx, updates((tote, 100_000), (cup, 7)))

    assert [r.outcome for r in results] == [StockOutcome.REJECTED, StockOutcome.RETRY]
    assert desk.mall.shelf.shown(cup) == 180


# -- shipping and cancelling


def test_each_parcel_is_added_once_to_the_destination_it_is_for(desk: Desk) -> None:
    order_id = desk.mall.place([[(TOTE, 1)], [(CUP, 2)]], T0)
    first, second = (str(p["basketId"]) for p in desk.raw(order_id)["PackageModelList"])

    done = API.notify_shipment(desk.ctx, desk.notice(order_id, "1", "2", destination_id=first))
    again = API.notify_shipment(desk.ctx, desk.notice(order_id, "2", "3", destination_id=first))

    parcels = [p["ShippingModelList"] for p in desk.raw(order_id)["PackageModelList"]]
    assert [row["shippingNumber"] for row in parcels[0]] == ["1", "2", "3"]
    assert parcels[0][0]["deliveryCompany"] == "1002"
    assert parcels[0][0]["shippingDate"] == "2026-11-22"
    assert parcels[1] == []
    assert (done.remote_id, done.already, again.already) == ("15419", False, False)
    assert desk.raw(order_id)["orderProgress"] == 100
    API.notify_shipment(desk.ctx, desk.notice(order_id, "4", destination_id=second))
    assert desk.raw(order_id)["orderProgress"] == 500


def test_a_parcel_with_lines_is_for_the_destinations_of_its_lines(desk: Desk) -> None:
    order_id = desk.mall.place([[(TOTE, 1)], [(CUP, 2)]], T0)
    lines = [line.line_id for line in desk.fetch(order_id).orders[0].lines]

    API.notify_shipment(desk.ctx, desk.notice(order_id, "1", lines=((lines[1], 2),)))
    with pytest.raises(ChannelError) as error:
        API.notify_shipment(desk.ctx, desk.notice(order_id, "2", lines=(("7", 1),)))

    parcels = [p["ShippingModelList"] for p in desk.raw(order_id)["PackageModelList"]]
    assert [[row["shippingNumber"] for row in rows] for rows in parcels] == [[], ["1"]]
    assert refused(error) == (ErrorKind.INVALID, "destination")


def test_a_parcel_without_a_number_is_reported_by_its_day_once(desk: Desk) -> None:
    order_id = desk.mall.place([[(TOTE, 1)]], T0)

    API.notify_shipment(desk.ctx, desk.notice(order_id, carrier="bicycle"))
    again = API.notify_shipment(desk.ctx, desk.notice(order_id, carrier="bicycle"))

    [package] = desk.raw(order_id)["PackageModelList"]
    assert [row["deliveryCompany"] for row in package["ShippingModelList"]] == ["1000"]
    assert again.already


def test_a_destination_that_the_order_has_not_is_refused(desk: Desk) -> None:
    order_id = desk.mall.place([[(TOTE, 1)]], T0)

    with pytest.raises(ChannelError) as error:
        API.notify_shipment(desk.ctx, desk.notice(order_id, "1", destination_id="7"))

    assert refused(error) == (ErrorKind.INVALID, "destination")
    assert "updateOrderShipping" not in desk.operations()


def test_a_cancelled_order_cannot_be_shipped(desk: Desk) -> None:
    order_id = desk.mall.place([[(TOTE, 1)]], T0)
    desk.mall.cancel(order_id)

    with pytest.raises(ChannelError) as error:
        API.notify_shipment(desk.ctx, desk.notice(order_id, "1"))

    assert refused(error) == (ErrorKind.CONFLICT, "cancelled")


def test_more_parcels_than_rakuten_takes_are_refused_before_asking(desk: Desk) -> None:
    order_id = desk.mall.place([[(TOTE, 1)]], T0)

    with pytest.raises(ChannelError) as error:
        API.notify_shipment(desk.ctx, desk.notice(order_id, *map(str, range(21))))

    assert refused(error) == (ErrorKind.INVALID, "parcels")


def test_cancelling_gives_nothing_back_at_rakuten(desk: Desk) -> None:
    order_id = desk.mall.place([[(TOTE, 2)]], T0)
    shown = desk.mall.shelf.shown(desk.mall.codes["TOTE-NAT"])

    API.cancel_order(desk.ctx, order_id, CancelReason.OUT_OF_STOCK)

    assert desk.raw(order_id)["orderProgress"] == 900
    assert desk.raw(order_id)["ChangeReasonModelList"][0]["changeReasonDetail"] == 8
    assert desk.mall.shelf.shown(desk.mall.codes["TOTE-NAT"]) == shown


def test_what_has_left_is_not_cancelled_unless_the_buyer_asked(desk: Desk) -> None:
    order_id = desk.mall.place([[(TOTE, 1)]], T0)
    API.notify_shipment(desk.ctx, desk.notice(order_id, "1"))

    with pytest.raises(ChannelError) as error:
        API.cancel_order(desk.ctx, order_id, CancelReason.CUSTOMER)
    assert refused(error) == (ErrorKind.CONFLICT, "left")

    desk.mall.replace(desk.raw(order_id) | {"orderProgress": 800})
    assert not API.cancel_order(desk.ctx, order_id, CancelReason.CUSTOMER).already
    assert desk.operations()[-1] == "cancelOrderAfterShipping"


def test_an_order_whose_amounts_are_not_set_cannot_be_confirmed(desk: Desk) -> None:
    order_id = desk.mall.place([[(TOTE, 1)]], T0, determined=False)

    with pytest.raises(ChannelError) as error:
        API.confirm_order(desk.ctx, order_id)

    assert refused(error) == (ErrorKind.INVALID, "ORDER_EXT_API_CONFIRM_ORDER_ERROR_105")
    desk.mall.cancel(order_id)
    with pytest.raises(ChannelError) as gone:
        API.confirm_order(desk.ctx, order_id)
    assert gone.value.kind is ErrorKind.CONFLICT


def test_a_confirmation_whose_answer_was_lost_is_seen_to_be_done(desk: Desk) -> None:
    order_id = desk.mall.place([[(TOTE, 1)]], T0)
    desk.mall.faults = Faults(lose_answer=1, only="confirmOrder")
    with pytest.raises(ChannelError) as error:
        API.confirm_order(desk.ctx, order_id)
    assert error.value.may_be_applied
    desk.mall.faults = Faults()

    assert API.confirm_order(desk.ctx, order_id).already


def test_an_answer_that_is_no_json_is_the_malls_fault(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk.mall, "api", lambda _: Answer(200, b"<html>maintenance</html>"))

    with pytest.raises(ChannelError) as error:
        desk.poll()

    assert refused(error) == (ErrorKind.REMOTE, "http_200")


def test_a_new_item_needs_its_genre(desk: Desk) -> None:
    from common.channels.port import ProductDraft

    with pytest.raises(ChannelError) as error:
        load_api("rakuten").upsert_product(desk.ctx, ProductDraft("X-1", "X", "", 100, 1))

    assert refused(error) == (ErrorKind.INVALID, "genre_id")
