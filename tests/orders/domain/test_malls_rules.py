"""What malls do differently: orders not released yet, gifts without an address, goods they ship
themselves, orders older than the connection of the shop."""

from datetime import timedelta

import pytest

from common.canonical import (
    Contact,
    Destination,
    FulfilledBy,
    OrderKind,
    SourceStatus,
)
from orders.domain import changes
from orders.domain.facets import Facets
from orders.domain.matching import Known
from orders.domain.order import Order
from orders.domain.queues import is_ready, standing_of
from orders.domain.views import event_of, row_of
from tests.builders import NOW, TODAY, goods, order, report, version

KNOWN = Known(frozenset({"MUG-WHITE"}))


def with_units(made: Order) -> Order:
    """Everything it wants is set aside."""
    lines = tuple(line.model_copy(update={"allocated": line.quantity}) for line in made.lines)
    return made.model_copy(update={"lines": lines})


def queues(made: Order) -> list[str]:
    return [queue.value for queue in standing_of(made, TODAY).queues]


@pytest.mark.parametrize("status", [SourceStatus.ON_HOLD, SourceStatus.READY])
def test_an_order_the_mall_has_not_released_takes_its_units_and_is_not_shipped(
    status: SourceStatus,
) -> None:
    pending = with_units(
        order(
            report(
                status=status, flags=("pending",), buyer=Contact(), destinations=(Destination("1"),)
            )
        )
    )

    assert pending.demand == {"MUG-WHITE": 1}
    assert pending.gaps == ()
    assert queues(pending) == ["HOLD"]
    assert [reason.code for reason in standing_of(pending, TODAY).reasons] == ["mall_pending"]
    assert not is_ready(pending, TODAY)


def test_nobody_is_written_to_about_an_order_that_is_not_released() -> None:
    pending = order(report(status=SourceStatus.ON_HOLD, flags=("pending",)))
    told = event_of(pending)
    assert (told.active, [line.sku for line in told.demand]) == (False, ["MUG-WHITE"])

    released = changes.take_over(
        pending, report(source_version=version(1)), known=KNOWN, raw_key="k", now=NOW
    )
    assert released is not None
    assert event_of(released).active
    assert is_ready(with_units(released), TODAY)


def test_what_the_platform_ships_is_recorded_and_nothing_else() -> None:
    made = order(report(fulfilled_by=FulfilledBy.PLATFORM, lines=(goods("NEVER-SEEN"),)))

    assert (made.demand, made.gaps, queues(made)) == ({}, (), ["COMPLETED"])
    assert not is_ready(made, TODAY)
    assert row_of(made, TODAY).badge.value == "COMPLETED"


def test_a_gift_whose_receiver_has_not_said_where_to_is_never_printed() -> None:
    gift = with_units(
        order(report(order_kind=OrderKind.SOCIAL_GIFT, destinations=(Destination("1"),)))
    )

    assert queues(gift) == ["INCOMPLETE"]
    assert {gap.code for gap in gift.gaps} == {"missing_address"}
    assert gift.demand == {"MUG-WHITE": 1}
    assert not is_ready(gift, TODAY)
    addressed = changes.take_over(
        gift,
        report(order_kind=OrderKind.SOCIAL_GIFT, source_version=version(1)),
        known=KNOWN,
        raw_key="k",
        now=NOW,
    )
    assert addressed is not None
    assert queues(with_units(addressed)) == ["PRINT"]


def received(status: SourceStatus, *, days: float, connected: bool = True) -> Order:
    return changes.receive(
        report(status=status, ordered_at=NOW - timedelta(days=days)),
        shop_id="demo",
        channel="generic",
        known=KNOWN,
        raw_key="k",
        now=NOW,
        connected_at=NOW - timedelta(days=1) if connected else None,
    )


@pytest.mark.parametrize(
    ("status", "days", "connected", "takes"),
    [
        (SourceStatus.SHIPPED, 2, True, False),
        (SourceStatus.COMPLETED, 2, True, False),
        (SourceStatus.SHIPPED, 0.5, True, True),
        (SourceStatus.READY, 2, True, True),
        (SourceStatus.SHIPPED, 2, False, True),
    ],
)
def test_what_was_ordered_and_shipped_before_the_shop_was_connected_takes_no_units(
    status: SourceStatus, days: float, connected: bool, takes: bool
) -> None:
    made = received(status, days=days, connected=connected)

    assert made.demand == ({"MUG-WHITE": 1} if takes else {})


def test_an_old_order_that_is_to_be_shipped_after_all_takes_its_units() -> None:
    old = received(SourceStatus.SHIPPED, days=2)
    again = changes.take_over(
        old, report(source_version=version(1)), known=KNOWN, raw_key="k", now=NOW
    )

    assert again is not None
    assert isinstance(again.facets, Facets)
    assert again.demand == {"MUG-WHITE": 1}
