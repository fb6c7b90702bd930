import pytest

from common.errors import Changed, Invalid, NotFound
from support.domain.shop import Difference
from tests.support.fakes import ADMIN, T0, Settings, entered, wanted

SECRET = "whsec_" + "A" * 32
OTHER = "whsec_" + "B" * 32
THIRD = "whsec_" + "C" * 32


@pytest.fixture
def settings() -> Settings:
    made = Settings()
    made.office.create("kissa", wanted(), actor=ADMIN)
    return made


def test_a_new_shop_is_stored_shown_and_in_its_history(settings: Settings) -> None:
    found = settings.office.get("kissa")
    assert found.model_dump() == {
        "id": "kissa",
        "name": "喫茶の道具店",
        "channel": "generic",
        "currency": "JPY",
        "enabled": True,
        "mail": {
            "from_address": "order@kissa.example.jp",
            "from_name": "喫茶の道具店",
            "reply_to": "desk@kissa.example.jp",
            "signature": "喫茶の道具店\nhttps://kissa.example.jp/",
        },
        "api_url": "",
        "options": {},
        "credentials": [],
        "is_paused": False,
        "webhook_url_path": "/webhooks/kissa",
        "has_secret": False,
        "version": 1,
    }
    assert settings.office.list().items == [found]
    ((shop_id, version, changes, actor, at),) = settings.shops.history
    assert (shop_id, version, actor, at) == ("kissa", 1, ADMIN, T0)
    assert changes[0] == Difference("name", None, "喫茶の道具店")


def test_a_shop_is_not_made_twice(settings: Settings) -> None:
    with pytest.raises(Changed) as refused:
        settings.office.create("kissa", wanted(name="別の店"), actor=ADMIN)
    assert refused.value.current["name"] == "喫茶の道具店"
    assert len(settings.shops.history) == 1


@pytest.mark.parametrize("shop_id", ["new", "Kissa", "a"])
def test_a_shop_needs_a_plain_id(settings: Settings, shop_id: str) -> None:
    with pytest.raises(Invalid) as refused:
        settings.office.create(shop_id, wanted(), actor=ADMIN)
    assert [error.field for error in refused.value.errors] == ["id"]


def test_a_change_is_stored_with_who_did_it(settings: Settings) -> None:
    found = settings.office.change("kissa", wanted(name="新しい店"), version=1, actor=ADMIN)
    assert (found.name, found.version) == ("新しい店", 2)
    assert settings.shops.history[-1][2] == [Difference("name", "喫茶の道具店", "新しい店")]


def test_a_change_that_changes_nothing_is_no_version(settings: Settings) -> None:
    assert settings.office.change("kissa", wanted(), version=1, actor=ADMIN).version == 1
    assert len(settings.shops.history) == 1


def test_a_change_keeps_the_secrets(settings: Settings) -> None:
    settings.office.set_secret("kissa", SECRET, version=1, actor=ADMIN)
    settings.office.set_secret("kissa", OTHER, version=2, actor=ADMIN)
    before = settings.shops.kept["kissa"]
    settings.office.change("kissa", wanted(enabled=False), version=3, actor=ADMIN)
    after = settings.shops.kept["kissa"]
    assert (after.secrets, after.previous_until) == (before.secrets, before.previous_until)
    assert after.enabled is False


def test_an_old_version_or_an_unknown_shop_is_refused(settings: Settings) -> None:
    with pytest.raises(Changed) as refused:
        settings.office.change("kissa", wanted(name="x"), version=7, actor=ADMIN)
    assert refused.value.current["version"] == 1
    with pytest.raises(NotFound):
        settings.office.change("other", wanted(), version=1, actor=ADMIN)
    with pytest.raises(NotFound):
        settings.office.get("other")


def test_a_faster_writer_wins(settings: Settings) -> None:
    settings.shops.before_save = lambda: settings.office.change(
        "kissa", wanted(name="速い"), version=1, actor=ADMIN
    )
    with pytest.raises(Changed) as refused:
        settings.office.change("kissa", wanted(name="遅い"), version=1, actor=ADMIN)
    assert refused.value.current["name"] == "速い"


def test_the_channel_of_a_shop_does_not_change(settings: Settings) -> None:
    with pytest.raises(Invalid) as refused:
        settings.office.change("kissa", wanted(channel="shopify"), version=1, actor=ADMIN)
    assert [error.field for error in refused.value.errors] == ["channel"]


def test_a_secret_is_kept_in_the_vault_and_never_shown_again(settings: Settings) -> None:
    found = settings.office.set_secret("kissa", SECRET, version=None, actor=ADMIN)
    assert found.secret is None
    assert (found.shop.has_secret, found.shop.version) == (True, 2)
    (name,) = settings.shops.kept["kissa"].secrets
    assert settings.vault.kept == {name: SECRET}
    assert settings.shops.history[-1][2] == [Difference("webhook_secret", None, name)]
    assert SECRET not in repr(settings.shops.history) + repr(settings.shops.kept)


def test_the_secret_before_stays_and_the_one_before_that_is_deleted(settings: Settings) -> None:
    for secret in (SECRET, OTHER):
        settings.office.set_secret("kissa", secret, version=None, actor=ADMIN)
        settings.forward(hours=1)
    names = settings.shops.kept["kissa"].secrets
    assert [settings.vault.kept[name] for name in names] == [OTHER, SECRET]
    settings.office.set_secret("kissa", THIRD, version=None, actor=ADMIN)
    names = settings.shops.kept["kissa"].secrets
    assert [settings.vault.kept[name] for name in names] == [THIRD, OTHER]
    assert sorted(settings.vault.kept.values()) == [OTHER, THIRD]


def test_the_current_secret_put_again_pushes_nothing_out(settings: Settings) -> None:
    for secret in (SECRET, OTHER, OTHER):
        found = settings.office.set_secret("kissa", secret, version=None, actor=ADMIN)
    assert found.shop.version == 3
    assert sorted(settings.vault.kept.values()) == [SECRET, OTHER]


def test_the_server_makes_a_secret_and_shows_it_once(settings: Settings) -> None:
    found = settings.office.set_secret("kissa", None, version=1, actor=ADMIN)
    assert found.secret == "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="
    assert list(settings.vault.kept.values()) == [found.secret]
    assert "whsec" not in repr(found)
    assert "whsec" not in settings.office.get("kissa").model_dump_json()


def test_a_malls_secret_cannot_be_made_here(settings: Settings) -> None:
    settings.office.create("mall", wanted(channel="shopify"), actor=ADMIN)
    with pytest.raises(Invalid):
        settings.office.set_secret("mall", None, version=1, actor=ADMIN)
    settings.office.set_secret("mall", "test-secret", version=None, actor=ADMIN)
    assert list(settings.vault.kept.values()) == ["test-secret"]


def test_a_wrong_secret_is_refused_by_its_field(settings: Settings) -> None:
    with pytest.raises(Invalid) as refused:
        settings.office.set_secret("kissa", "test-secret", version=None, actor=ADMIN)
    assert [error.field for error in refused.value.errors] == ["secret"]
    assert settings.vault.kept == {}


def test_a_secret_that_lost_to_a_faster_writer_leaves_nothing_behind(settings: Settings) -> None:
    settings.shops.before_save = lambda: settings.office.change(
        "kissa", wanted(name="速い"), version=1, actor=ADMIN
    )
    with pytest.raises(Changed):
        settings.office.set_secret("kissa", SECRET, version=1, actor=ADMIN)
    assert settings.vault.kept == {}
    assert settings.shops.kept["kissa"].secrets == ()


def test_a_shop_has_an_address_and_options_of_its_own(settings: Settings) -> None:
    found = settings.office.create(
        "mame",
        wanted(
            channel="shopify",
            api_url="http://127.0.0.1:9101/",
            options={"seller": "s-1", "place": ""},
        ),
        actor=ADMIN,
    )
    assert (found.api_url, found.options) == ("http://127.0.0.1:9101", {"seller": "s-1"})
    assert [each.name for each in found.credentials] == ["license_key", "client_id", "token"]
    changed = settings.office.change(
        "mame",
        wanted(channel="shopify", api_url="", options={"place": "osaka"}),
        version=1,
        actor=ADMIN,
    )
    assert (changed.api_url, changed.options) == ("", {"place": "osaka"})
    assert settings.shops.history[-1][2] == [
        Difference("api_url", "http://127.0.0.1:9101", ""),
        Difference("options.place", None, "osaka"),
        Difference("options.seller", "s-1", None),
    ]


def test_what_a_change_does_not_name_stays(settings: Settings) -> None:
    body = wanted(channel="shopify", api_url="https://own.example", options={"seller": "s-1"})
    settings.office.create("mame", body, actor=ADMIN)
    changed = settings.office.change(
        "mame", wanted(channel="shopify", name="豆"), version=1, actor=ADMIN
    )
    assert (changed.api_url, changed.options) == ("https://own.example", {"seller": "s-1"})


def test_an_address_or_option_that_does_not_fit_is_named(settings: Settings) -> None:
    body = wanted(channel="shopify", api_url="http://shop.example", options={"colour": "red"})
    with pytest.raises(Invalid) as refused:
        settings.office.create("mame", body, actor=ADMIN)
    assert [error.field for error in refused.value.errors] == ["api_url", "options.colour"]
    with pytest.raises(Invalid):
        settings.office.create("mame", wanted(options={"seller": "s"}), actor=ADMIN)
    assert settings.shops.get("mame") is None


def test_a_shop_is_paused_and_goes_on_and_its_history_says_who_did_it(settings: Settings) -> None:
    paused = settings.office.pause("kissa", is_paused=True, actor=ADMIN)
    assert (paused.is_paused, paused.version) == (True, 2)
    assert settings.office.pause("kissa", is_paused=True, actor=ADMIN).version == 2
    resumed = settings.office.pause("kissa", is_paused=False, actor=ADMIN)
    assert (resumed.is_paused, resumed.version) == (False, 3)
    assert [changes for _, _, changes, _, _ in settings.shops.history[1:]] == [
        [Difference("is_paused", before=False, after=True)],
        [Difference("is_paused", before=True, after=False)],
    ]
    assert settings.shops.history[-1][3] == ADMIN
    with pytest.raises(NotFound):
        settings.office.pause("other", is_paused=True, actor=ADMIN)


def test_pausing_does_not_wait_for_others(settings: Settings) -> None:
    settings.shops.before_save = lambda: settings.office.change(
        "kissa", wanted(name="速い"), version=1, actor=ADMIN
    )
    paused = settings.office.pause("kissa", is_paused=True, actor=ADMIN)
    assert (paused.name, paused.is_paused, paused.version) == ("速い", True, 3)


def test_a_change_of_the_shop_keeps_its_pause_and_its_credentials(settings: Settings) -> None:
    settings.office.create("mame", wanted(channel="shopify"), actor=ADMIN)
    settings.credentials.set("mame", entered({"client_id": "c-1"}), version=1, actor=ADMIN)
    settings.office.pause("mame", is_paused=True, actor=ADMIN)
    before = settings.shops.kept["mame"]
    changed = settings.office.change(
        "mame", wanted(channel="shopify", name="豆"), version=3, actor=ADMIN
    )
    assert changed.is_paused is True
    assert settings.shops.kept["mame"].credentials == before.credentials
