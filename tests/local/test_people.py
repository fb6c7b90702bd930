"""One person for each group."""

import re
import stat
from pathlib import Path

from local.aws import Emulated
from local.people import GROUPS, invite, password_in
from tests.local.conftest import Answer, Asked, Upstream, say


def test_the_password_is_made_once_and_kept_for_us_only(tmp_path: Path) -> None:
    first = password_in(tmp_path / "home")
    assert password_in(tmp_path / "home") == first
    assert re.fullmatch(r"Banto-[0-9a-f]{10}-1", first)
    assert stat.S_IMODE((tmp_path / "home" / "sign-in.json").stat().st_mode) == 0o600
    assert password_in(tmp_path / "other") != first


class Pool:
    """A user pool."""

    def __init__(self, upstream: Upstream, *users: str) -> None:
        self.groups: dict[str, list[str]] = {user: [] for user in users}
        self.passwords: dict[str, str] = {}
        self.created: list[str] = []
        upstream.answer = self

    def __call__(self, asked: Asked) -> Answer:
        user = asked.json["Username"]
        match asked.operation.rsplit(".", 1)[-1]:
            case "AdminGetUser" if user not in self.groups:
                return say({"__type": "UserNotFoundException"}, 400)
            case "AdminCreateUser":
                assert asked.json["MessageAction"] == "SUPPRESS"
                self.groups[user] = []
                self.created.append(user)
            case "AdminSetUserPassword":
                assert asked.json["Permanent"] is True
                self.passwords[user] = asked.json["Password"]
            case "AdminAddUserToGroup":
                self.groups[user].append(asked.json["GroupName"])
        return say({"Username": user})


def test_everybody_is_invited_into_their_group(upstream: Upstream) -> None:
    pool = Pool(upstream)
    invite(Emulated(f"http://127.0.0.1:{upstream.port}"), "pool-1", "secret")
    assert pool.groups == {name: [name] for name in GROUPS}
    assert pool.passwords == dict.fromkeys(GROUPS, "secret")


def test_who_is_there_is_not_invited_again(upstream: Upstream) -> None:
    pool = Pool(upstream, "admin", "viewer")
    invite(Emulated(f"http://127.0.0.1:{upstream.port}"), "pool-1", "secret")
    assert pool.created == ["staff", "support"]
    assert pool.passwords["admin"] == "secret"
