"""A product is registered once and put into the shops whose API allows it."""

from collections.abc import Callable, Mapping

import pytest
from botocore.exceptions import ClientError

from common.auth import Actor
from common.channels.port import (
    Cap,
    ChannelError,
    ChannelInfo,
    Context,
    Done,
    ErrorKind,
    Limits,
    ProductDraft,
    Unsupported,
)
from common.dynamo import Table
from common.errors import Invalid, NotFound, Unavailable
from common.shops import Shop, ShopMail
from stock.domain.listing import Listing
from stock.repository.catalogue import Catalogue
from stock.repository.listings import Listings
from stock.repository.offers import Offers
from stock.service.offering import OfferList, OfferWorker, ask, list_offers
from tests.stock.builders import NOON
from tests.stock.hooks import Refusals
from tests.stock.house import WHO, FakeQueue
from tests.stock.tables import fresh, register


class Mall(Unsupported):
    """Knows products by SKU, as malls do; `answers` come before the real ones."""

    def __init__(self, caps: Cap = Cap.PRODUCT_UPSERT) -> None:
        self.info = ChannelInfo("mall", "Mall", caps, Limits())
        self.products: dict[str, ProductDraft] = {}
        self.answers: list[ChannelError | Done] = []

    def upsert_product(self, ctx: Context, product: ProductDraft) -> Done:
        answer = self.answers.pop(0) if self.answers else Done(remote_id=f"m-{product.sku}")
        if isinstance(answer, ChannelError):
            raise answer
        self.products[product.sku] = product
        return answer


class World:
    """Two shops, a table, and the way between them."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.malls: Mapping[str, Mall] = {"a": Mall(), "b": Mall(Cap.STOCK)}
        self.store, self.queue = Offers(table), FakeQueue()
        self.takeovers: list[tuple[str, str]] = []
        self.catalogue = Catalogue(table)

    def get(self, shop_id: str) -> Shop | None:
        mail = ShopMail("", "", "", "")
        shop = Shop(
            shop_id, shop_id, "mall", "JPY", enabled=True, mail=mail, webhook_secrets=(), version=1
        )
        return shop if shop_id in "ab" else None

    def of(self, shop: Shop) -> tuple[Mall, Context]:
        ctx: Context = None  # type: ignore[assignment]  # this mall needs none
        return self.malls[shop.id], ctx

    def ask(self, *shops: str, **extra: str) -> OfferList:
        return ask(
            "TEA",
            shops,
            extra,
            WHO,
            store=self.store,
            entries=self.catalogue,
            shops=self,
            queue=self.queue,
            clock=lambda: NOON,
        )

    def start(self, shop_id: str, caps: Cap, actor: Actor, key: str) -> str:
        """As the desk of listings does."""
        assert Cap.LIST_SKUS in caps
        assert actor == WHO
        self.takeovers.append((shop_id, key))
        return "job"

    def work(self, tries: int = 1) -> None:
        worker = OfferWorker(self.store, self.catalogue, self, self, self, lambda: NOON)
        sent, self.queue.sent = self.queue.sent, []
        for body in sent:
            worker.run(body["sku"], body["shop_id"], receive_count=tries)

    def seen(self) -> list[tuple[str, str, str]]:
        items = list_offers(self.store, "TEA").items
        return [(offer.shop_id, offer.state, offer.remote_id) for offer in items]


@pytest.fixture
def world(aws: None) -> World:
    table = fresh()
    register(table, "TEA", "煎茶", price=1000, jan="4901234567894", on_hand=7)
    return World(table)


def test_it_is_made_where_that_is_possible_and_the_others_say_so(world: World) -> None:
    assert [o.state for o in world.ask("a", "b", product_type="TEA").items] == ["QUEUED", "QUEUED"]
    world.work()

    assert world.seen() == [("a", "DONE", "m-TEA"), ("b", "UNSUPPORTED", "")]
    # With no units: what it may show is published under the rules of stock.
    assert world.malls["a"].products == {
        "TEA": ProductDraft("TEA", "煎茶", "4901234567894", 1000, 0, {"product_type": "TEA"})
    }


def test_the_list_of_the_shop_is_taken_over_when_the_product_is_new_there(world: World) -> None:
    world.malls = {"a": Mall(Cap.PRODUCT_UPSERT | Cap.LIST_SKUS), "b": Mall()}
    world.ask("a", "b")
    again = list(world.queue.sent)
    world.work()
    world.queue.sent = again
    world.work()
    assert world.seen() == [("a", "DONE", "m-TEA"), ("b", "DONE", "m-TEA")]
    assert world.takeovers == [("a", "offer#a#TEA#1")]

    world.ask("a")
    world.work()
    assert world.takeovers == [("a", "offer#a#TEA#1"), ("a", "offer#a#TEA#2")]
    tea = world.catalogue.entries(["TEA"])["TEA"].product
    Listings(world.table).map(Listing("a", "code", "TEA", {"TEA": 1}), tea)
    world.ask("a")
    world.malls["a"].answers.append(ChannelError(ErrorKind.INVALID))
    world.work()
    world.ask("a")
    world.work()
    assert len(world.takeovers) == 2


def test_a_worker_that_dies_after_that_takes_over_again_by_the_same_key(world: World) -> None:
    world.malls = {"a": Mall(Cap.PRODUCT_UPSERT | Cap.LIST_SKUS)}
    world.ask("a")
    again = list(world.queue.sent)
    refusals = Refusals("dynamodb", "PutItem")
    refusals.add("ResourceNotFoundException")
    with pytest.raises(ClientError):
        world.work()
    world.queue.sent = again
    world.work()
    assert world.takeovers == [("a", "offer#a#TEA#1")] * 2
    assert world.seen() == [("a", "DONE", "m-TEA")]


def test_asking_again_brings_it_up_to_date(world: World) -> None:
    world.ask("a")
    world.work()
    world.ask("a")
    assert world.seen() == [("a", "QUEUED", "m-TEA")]
    world.malls["a"].answers.append(Done(already=True))
    world.work()
    assert world.seen() == [("a", "DONE", "m-TEA")]


def test_a_message_that_comes_again_asks_nobody(world: World) -> None:
    world.ask("a")
    again = list(world.queue.sent)
    world.work()
    world.malls["a"].answers.append(ChannelError(ErrorKind.INVALID))
    world.queue.sent = again
    world.work()
    assert world.seen() == [("a", "DONE", "m-TEA")]


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Done(pending="feed-1"), "ACCEPTED"),
        (ChannelError(ErrorKind.INVALID, "name is too long", code="E1"), "FAILED"),
        (ChannelError(ErrorKind.UNSUPPORTED, code="product_type"), "UNSUPPORTED"),
    ],
)
def test_what_the_mall_answers_is_shown(
    world: World, answer: ChannelError | Done, state: str
) -> None:
    world.malls["a"].answers.append(answer)
    world.ask("a")
    world.work()
    [offer] = list_offers(world.store, "TEA").items
    assert offer.state == state
    if isinstance(answer, ChannelError):
        assert (offer.code, offer.message) == (answer.code, answer.detail)


def test_a_mall_that_is_away_is_asked_again_and_in_the_end_that_is_seen(world: World) -> None:
    away: Callable[[], ChannelError] = lambda: ChannelError(ErrorKind.TRANSIENT)  # noqa: E731
    world.malls["a"].answers += [away(), away()]
    world.ask("a")
    sent = list(world.queue.sent)
    with pytest.raises(Unavailable):
        world.work()
    assert world.seen() == [("a", "QUEUED", "")]
    world.queue.sent = sent
    world.work(tries=5)
    assert world.seen() == [("a", "FAILED", "")]


def test_unknown_skus_and_shops_are_refused_and_nothing_is_asked(world: World) -> None:
    with pytest.raises(Invalid):
        world.ask("a", "nowhere")
    assert world.seen() == []
    with pytest.raises(NotFound):
        ask(
            "NONE",
            ["a"],
            {},
            WHO,
            store=world.store,
            entries=world.catalogue,
            shops=world,
            queue=world.queue,
            clock=lambda: NOON,
        )
    assert world.queue.sent == []
