"""Shops as data, and their secrets: looked up once a minute."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from common.aws import client
from common.dynamo import Table
from common.errors import Unavailable
from common.shops import SecretStore, Shop, ShopDirectory, ShopMail


class Ticks:
    """A clock that stands still until it is moved; also a table that counts what is read."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Counting(Table):
    """A table that counts its reads."""

    reads = 0

    def get(self, pk: str, sk: str) -> dict[str, Any] | None:
        self.reads += 1
        return super().get(pk, sk)


FULL = {
    "pk": "SHOP",
    "sk": "main",
    "name": "本店",
    "channel": "shopify",
    "currency": "JPY",
    "enabled": True,
    "mail": {
        "from_address": "shop@example.jp",
        "from_name": "本店",
        "reply_to": "desk@example.jp",
        "signature": "番頭",
    },
    "webhook_secrets": ["/new", "/old"],
    "version": 3,
}


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def table(settings_table: Table) -> Counting:
    return Counting(settings_table.name)


@pytest.fixture
def shops(table: Counting, ticks: Ticks) -> ShopDirectory:
    return ShopDirectory(table, ticks)


def test_a_shop_is_read_with_everything_it_has(table: Counting, shops: ShopDirectory) -> None:
    table.commit(table.put(FULL))

    assert shops.get("main") == Shop(
        id="main",
        name="本店",
        channel="shopify",
        currency="JPY",
        enabled=True,
        mail=ShopMail("shop@example.jp", "本店", "desk@example.jp", "番頭"),
        webhook_secrets=("/new", "/old"),
        version=3,
    )


def test_a_shop_with_the_least_is_enabled_sells_in_yen_and_has_no_secret(
    table: Counting, shops: ShopDirectory
) -> None:
    least = {name: FULL[name] for name in ("pk", "sk", "name", "channel", "version")}
    table.commit(table.put(least))

    shop = shops.get("main")

    assert shop is not None
    assert (shop.enabled, shop.currency, shop.webhook_secrets) == (True, "JPY", ())
    assert shop.mail == ShopMail("", "", "", "")


def test_an_old_secret_is_good_until_its_time_is_over(table: Counting) -> None:
    table.commit(table.put({**FULL, "webhook_secret_until": 5000}))

    for now, secrets in ((4999.0, ("/new", "/old")), (5000.0, ("/new",))):
        shop = ShopDirectory(table, now=lambda now=now: now).get("main")
        assert shop is not None
        assert shop.webhook_secrets == secrets


def test_a_shop_is_read_once_a_minute(table: Counting, shops: ShopDirectory, ticks: Ticks) -> None:
    table.commit(table.put(FULL))
    shops.get("main")
    table.commit(table.put({**FULL, "enabled": False}))

    ticks.now += 59.9
    assert shops.get("main") == shops.get("main")
    assert table.reads == 1
    ticks.now += 0.1
    shop = shops.get("main")
    assert shop is not None
    assert shop.enabled is False
    assert table.reads == 2


def test_the_lack_of_a_shop_is_remembered_for_a_minute_too(
    table: Counting, shops: ShopDirectory, ticks: Ticks
) -> None:
    assert shops.get("main") is None
    table.commit(table.put(FULL))

    assert shops.get("main") is None
    assert table.reads == 1
    ticks.now += 60
    assert shops.get("main") is not None


def test_made_up_names_cannot_fill_the_memory(table: Counting, ticks: Ticks) -> None:
    class Empty(Counting):
        def get(self, pk: str, sk: str) -> dict[str, Any] | None:
            self.reads += 1
            return None

    empty = Empty(table.name)
    shops = ShopDirectory(empty, ticks)
    for n in range(2500):
        shops.get(f"shop-{n}")

    assert len(shops._found) <= 1000
    assert empty.reads == 2500


def test_all_shops_are_read_by_id_and_anew(table: Counting, shops: ShopDirectory) -> None:
    assert list(shops.all()) == []
    for shop_id in ("b", "a"):
        table.commit(table.put({**FULL, "sk": shop_id}))

    assert [shop.id for shop in shops.all()] == ["a", "b"]


def parameter(name: str, value: str) -> None:
    boto3.client("ssm").put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)


def test_secrets_come_decrypted_in_the_order_of_their_names(ticks: Ticks) -> None:
    parameter("/old", "o")
    parameter("/new", "n")

    assert SecretStore(ticks).values(("/new", "/gone", "/old")) == ("n", "o")


def test_secrets_are_read_once_a_minute(ticks: Ticks) -> None:
    store = SecretStore(ticks)
    parameter("/new", "n")
    assert store.values(("/new",)) == ("n",)
    parameter("/new", "other")

    ticks.now += 59
    assert store.values(("/new",)) == ("n",)
    ticks.now += 1
    assert store.values(("/new",)) == ("other",)


def test_without_names_nothing_is_asked_for(ticks: Ticks) -> None:
    with Stubber(client("ssm")) as stub:
        assert SecretStore(ticks).values(()) == ()
        stub.assert_no_pending_responses()


def test_more_than_ten_names_are_no_error(ticks: Ticks) -> None:
    names = tuple(f"/s{n}" for n in range(12))
    for name in names:
        parameter(name, name)

    assert SecretStore(ticks).values(names) == names[:10]


def test_a_parameter_store_that_fails_is_unavailable_and_asked_again(ticks: Ticks) -> None:
    parameter("/new", "n")
    store = SecretStore(ticks)
    with Stubber(client("ssm")) as stub:
        stub.add_client_error("get_parameters", "ThrottlingException")
        with pytest.raises(Unavailable):
            store.values(("/new",))

    assert store.values(("/new",)) == ("n",)


def test_a_store_does_not_show_its_secrets(ticks: Ticks) -> None:
    parameter("/new", "s3cret")
    store = SecretStore(ticks)
    store.values(("/new",))

    assert "s3cret" not in repr(store)
