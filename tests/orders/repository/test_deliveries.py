"""Deliveries that could not be read, import times, and the archive of raw bytes."""

from datetime import timedelta

import boto3
import pytest

from common.errors import Invalid, NotFound, Unavailable
from orders.repository.deliveries import (
    DeliveryRepository,
    Parked,
    RawArchive,
    ShopImport,
    raw_key_of,
)
from tests.builders import NOW
from tests.conftest import REGION


def parked(id: str = "2026-11-21T03:00:00Z#abc", **given: object) -> Parked:
    made = Parked(
        id=id,
        shop_id="demo",
        channel="generic",
        received_at="2026-11-21T03:00:00.000Z",
        reason="not_json",
        detail="The body is not JSON.",
        attempts=0,
        size=12,
        raw_key="deliveries/demo/2026/11/21/abc",
        headers={"webhook-id": "msg_1"},
    )
    return made._replace(**given)


@pytest.fixture
def archive() -> RawArchive:
    boto3.client("s3").create_bucket(
        Bucket="raw", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    return RawArchive("raw")


def test_a_parked_delivery_is_kept_with_all_that_a_second_try_needs(
    deliveries: DeliveryRepository,
) -> None:
    deliveries.park(parked())

    assert deliveries.parked("2026-11-21T03:00:00Z#abc") == parked(attempts=1)
    assert deliveries.parked_count() == (1, False)


def test_parking_again_counts_the_attempts_and_keeps_the_newest_reason(
    deliveries: DeliveryRepository,
) -> None:
    deliveries.park(parked())
    deliveries.park(parked(reason="wrong_shape"))

    assert deliveries.parked(parked().id) == parked(reason="wrong_shape", attempts=2)
    assert deliveries.parked_count() == (1, False)


def test_an_unparked_delivery_is_gone_also_when_it_is_unparked_again(
    deliveries: DeliveryRepository,
) -> None:
    deliveries.park(parked())
    deliveries.unpark(parked().id)
    deliveries.unpark(parked().id)

    with pytest.raises(NotFound):
        deliveries.parked(parked().id)
    assert deliveries.parked_count() == (0, False)


def test_parked_deliveries_come_newest_first_in_pages(deliveries: DeliveryRepository) -> None:
    for hour in range(5):
        deliveries.park(parked(f"2026-11-21T0{hour}:00:00Z#abc"))

    first = deliveries.parked_page(token=None, limit=3)
    rest = deliveries.parked_page(token=first.next, limit=3)
    assert [item.id[:13] for item in first.items] == [
        "2026-11-21T04",
        "2026-11-21T03",
        "2026-11-21T02",
    ]
    assert [item.id[:13] for item in rest.items] == ["2026-11-21T01", "2026-11-21T00"]
    assert rest.next is None
    with pytest.raises(Invalid):
        deliveries.parked_page(token="bm90IG91cnM", limit=3)


def test_a_shop_s_import_is_noted_and_its_last_new_order_kept(
    deliveries: DeliveryRepository,
) -> None:
    deliveries.note_import("demo", NOW, brought_order=True)
    deliveries.note_import("demo", NOW + timedelta(hours=1), brought_order=False)
    deliveries.note_import("other", NOW, brought_order=False)

    assert list(deliveries.imports(["demo", "other", "silent"])) == [
        ShopImport("demo", "2026-11-21T04:00:00.000Z", "2026-11-21T03:00:00.000Z"),
        ShopImport("other", "2026-11-21T03:00:00.000Z", None),
    ]


def test_the_same_bytes_of_a_day_have_one_place() -> None:
    key = raw_key_of("demo", b"{}", NOW)

    assert key == (
        "deliveries/demo/2026/11/21/"
        "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    )
    assert raw_key_of("demo", b"{ }", NOW) != key
    assert raw_key_of("demo", b"{}", NOW + timedelta(days=1)) != key


def test_the_archive_gives_back_what_it_was_given(archive: RawArchive) -> None:
    archive.put("deliveries/demo/x", b"\xff\x00bytes")

    assert archive.get("deliveries/demo/x") == b"\xff\x00bytes"


def test_bytes_whose_time_is_over_are_not_found(archive: RawArchive) -> None:
    with pytest.raises(NotFound):
        archive.get("deliveries/demo/gone")


def test_an_archive_that_does_not_answer_is_unavailable(aws: None) -> None:
    with pytest.raises(Unavailable):
        RawArchive("no-such-bucket").put("deliveries/demo/x", b"{}")
    with pytest.raises(Unavailable):
        RawArchive("no-such-bucket").get("deliveries/demo/x")
