import pytest

from common.clock import utc_now
from common.dynamo import Table
from support.domain.shop import Credential, StoredShop
from support.handlers import check_credentials
from support.repository.shops import DynamoShops
from tests.conftest import FakeContext
from tests.support.fakes import ADMIN


def test_a_run_tells_what_is_new_and_the_next_one_nothing(
    settings_table: Table, calls_table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SETTINGS_TABLE", settings_table.name)
    monkeypatch.setenv("CALLS_TABLE", calls_table.name)
    monkeypatch.setenv("SHOP_SECRETS_PREFIX", "/banto/test/shops")
    now = utc_now()
    shop = StoredShop(
        id="kissa",
        name="店",
        channel="shopify",
        currency="JPY",
        enabled=True,
        credentials={"key": Credential("/p/1", now.replace(year=2020), now.date())},
    )
    DynamoShops(settings_table).save(shop, [], actor=ADMIN, now=now)
    assert check_credentials.handler({}, FakeContext()) == {"new": 1}
    assert check_credentials.handler({}, FakeContext()) == {"new": 0}
