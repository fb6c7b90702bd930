from dataclasses import replace
from datetime import date, timedelta

import pytest

from common.dynamo import Table
from common.errors import Contended
from common.shops import Shop, ShopDirectory, ShopMail
from support.domain.shop import Credential, Difference, MailSettings, StoredShop
from support.repository.shops import DynamoShops, seen
from tests.support.fakes import ADMIN, T0

SHOP = StoredShop(
    id="kissa",
    name="喫茶の道具店",
    channel="generic",
    currency="JPY",
    enabled=True,
    mail=MailSettings("order@kissa.example.jp", "喫茶", "", "署名"),
)
CHANGE = [Difference("name", None, "喫茶の道具店")]


def save(shops: DynamoShops, shop: StoredShop) -> None:
    shops.save(shop, CHANGE, actor=ADMIN, now=T0)


def test_a_shop_comes_back_and_its_history_is_beside_it(settings_table: Table) -> None:
    shops = DynamoShops(settings_table)
    full = replace(SHOP, secrets=("s2", "s1"), previous_until=T0)
    save(shops, full)
    assert shops.get("kissa") == full
    assert shops.all() == [full]
    assert settings_table.get("SHOP#kissa", "H#00000001") == {
        "pk": "SHOP#kissa",
        "sk": "H#00000001",
        "at": "2026-11-21T12:00:00.000Z",
        "actor": {"kind": "staff", "id": "admin-1", "name": "見本 管理"},
        "changes": [{"field": "name", "before": None, "after": "喫茶の道具店"}],
    }
    assert shops.get("other") is None


def test_only_the_next_version_can_be_stored_and_nothing_of_another_one(
    settings_table: Table,
) -> None:
    shops = DynamoShops(settings_table)
    save(shops, SHOP)
    for stale in (SHOP, replace(SHOP, version=3), replace(SHOP, id="other", version=2)):
        with pytest.raises(Contended):
            save(shops, stale)
    save(shops, replace(SHOP, version=2, name="新しい店"))
    assert [item["sk"] for item in settings_table.every("SHOP#kissa")] == [
        "H#00000001",
        "H#00000002",
    ]
    assert list(settings_table.every("SHOP#other")) == []


def test_other_areas_read_the_shop_with_its_valid_secrets(settings_table: Table) -> None:
    save(
        DynamoShops(settings_table),
        replace(SHOP, secrets=("s2", "s1"), previous_until=T0 + timedelta(hours=24)),
    )

    def seen(hours: float) -> Shop | None:
        now = (T0 + timedelta(hours=hours)).timestamp()
        return ShopDirectory(settings_table, now=lambda: now).get("kissa")

    assert seen(23.99) == Shop(
        id="kissa",
        name="喫茶の道具店",
        channel="generic",
        currency="JPY",
        enabled=True,
        mail=ShopMail("order@kissa.example.jp", "喫茶", "", "署名"),
        webhook_secrets=("s2", "s1"),
        version=1,
    )
    after_a_day = seen(24)
    assert after_a_day is not None
    assert after_a_day.webhook_secrets == ("s2",)


def test_a_lone_secret_is_valid_for_ever(settings_table: Table) -> None:
    save(DynamoShops(settings_table), replace(SHOP, secrets=("s1",)))
    found = ShopDirectory(settings_table, now=lambda: 1e12).all()
    assert [shop.webhook_secrets for shop in found] == [("s1",)]


def test_the_way_to_the_mall_comes_back_and_others_see_what_they_need(
    settings_table: Table,
) -> None:
    shops = DynamoShops(settings_table)
    full = replace(
        SHOP,
        api_url="https://own.example",
        options={"seller": "s-1"},
        credentials={
            "key": Credential("/p/1", T0, date(2027, 1, 1)),
            "id": Credential("/p/2", T0),
        },
        stale=("/p/0",),
        is_paused=True,
    )
    save(shops, full)
    assert shops.get("kissa") == full
    shop = ShopDirectory(settings_table).get("kissa")
    assert shop is not None
    assert (shop.api_url, shop.options, shop.is_paused) == (
        "https://own.example",
        {"seller": "s-1"},
        True,
    )
    assert shop.credentials == {"key": "/p/1", "id": "/p/2"}
    assert seen(full, T0) == shop


def test_a_shop_of_before_there_were_credentials_has_none(settings_table: Table) -> None:
    shops = DynamoShops(settings_table)
    save(shops, SHOP)
    item = settings_table.get("SHOP", "kissa")
    assert item is not None
    for name in ("api_url", "options", "credentials", "credential_times", "is_paused"):
        del item[name]
    settings_table.commit(settings_table.put(item))
    assert shops.get("kissa") == SHOP
