"""What /api/settings answers, from shops in memory and the channels there really are."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from common.channels.port import ChannelInfo
from common.clock import jst_date
from support.domain.checklist import Failure, Hint, Step, passed
from support.service.channels import KnownChannels, channel_list
from tests.browser import fake_data
from tests.browser.fake_data import NOW, Json, minutes_ago
from tests.browser.fake_reply import Problem, Reply, Route, match_version, ok

if TYPE_CHECKING:
    from tests.browser.fake_api import Request

CHANNELS = channel_list(KnownChannels()).model_dump(mode="json")
LEVELS = (1, 3, 7, 14, 30)
TODAY = jst_date(NOW)


class Settings:
    """People and shops."""

    def __init__(self) -> None:
        super().__init__()
        self.shops = fake_data.shops()
        #: Shop → why its mall needs a person.
        self.troubles: dict[str, str] = {}
        #: What the next connection test comes to; None: all is fine.
        self.check_failure: Failure | None = None

    def settings_routes(self) -> list[Route]:
        shop = r"/settings/shops/([^/]+)"
        return [
            ("GET", r"/settings/me", "", lambda r: ok(r.person)),
            ("GET", r"/settings/channels", "", lambda _r: ok(CHANNELS)),
            ("GET", r"/settings/credentials", "", self.endings),
            ("GET", r"/settings/shops", "", lambda _r: ok({"items": list(self.shops.values())})),
            ("GET", shop, "", lambda _r, id_: ok(self._shop(id_))),
            ("PUT", shop, "admin", self.put_shop),
            ("PUT", f"{shop}/webhook-secret", "admin", self.put_secret),
            ("PUT", f"{shop}/credentials", "admin", self.put_credentials),
            ("POST", f"{shop}/check", "staff", self.check),
            ("POST", f"{shop}/pause", "staff", lambda _r, id_: self._pause(id_, is_paused=True)),
            ("POST", f"{shop}/resume", "staff", lambda _r, id_: self._pause(id_, is_paused=False)),
        ]

    def _shop(self, id_: str) -> Json:
        if id_ not in self.shops:
            raise Problem(404, "not_found", "There is no such shop.")
        return self.shops[id_]

    def endings(self, _request: "Request") -> Reply:
        found = [
            _ending(shop, credential)
            for shop in self.shops.values()
            for credential in shop["credentials"]
            if credential["expires_at"]
        ]
        troubles = [
            {
                "shop_id": id_,
                "shop_name": self.shops[id_]["name"],
                "reason": reason,
                "since": minutes_ago(95),
            }
            for id_, reason in self.troubles.items()
        ]
        return ok({"items": sorted(found, key=_by_day), "troubles": troubles})

    def put_shop(self, request: "Request", id_: str) -> Reply:
        # What is not given, or null, stays as it is.
        wanted = {name: value for name, value in request.json.items() if value is not None}
        if request.headers.get("if-none-match") == "*":
            if id_ in self.shops:
                raise Problem(412, "changed", "This shop exists.", current=self.shops[id_])
            self.shops[id_] = {
                "api_url": "",
                "options": {},
                "credentials": fake_data.credentials(wanted["channel"]),
                "is_paused": False,
                **wanted,
                "id": id_,
                "webhook_url_path": f"/webhooks/{id_}",
                "has_secret": False,
                "version": 1,
            }
        else:
            match_version(request, self.shops[id_])
            self.shops[id_].update(wanted, version=self.shops[id_]["version"] + 1)
        return ok(self.shops[id_], version=self.shops[id_]["version"])

    def put_secret(self, request: "Request", id_: str) -> Reply:
        if len(request.json["secret"]) < 16:
            raise Problem(
                422,
                "invalid",
                "",
                errors=[{"field": "body.secret", "message": "16文字以上にしてください"}],
            )
        shop = self._shop(id_)
        shop.update(has_secret=True, version=shop["version"] + 1)
        return ok({"shop": shop, "secret": None}, version=shop["version"])

    def put_credentials(self, request: "Request", id_: str) -> Reply:
        shop, wanted = self._shop(id_), request.json
        match_version(request, shop)
        self.troubles.pop(id_, None)
        for credential in shop["credentials"]:
            name = credential["name"]
            if name in wanted.get("credentials", {}):
                is_set = wanted["credentials"][name] is not None
                credential.update(
                    is_set=is_set,
                    set_at=minutes_ago(0) if is_set else None,
                    expires_at=_usual_end(shop["channel"], name) if is_set else None,
                )
            if name in wanted.get("expires_at", {}):
                credential["expires_at"] = wanted["expires_at"][name]
        shop["version"] += 1
        return ok(shop, version=shop["version"])

    def check(self, _request: "Request", id_: str) -> Reply:
        shop, failure = self._shop(id_), self.check_failure
        missing = [c["name"] for c in shop["credentials"] if not c["is_set"]]
        if failure is None and missing and shop["channel"] != "shopify":
            failure = Failure(Step.CREDENTIALS_PRESENT, Hint.ENTER_CREDENTIALS, missing)
        steps = [
            {
                "step": step,
                "ok": is_ok,
                "hint": failure.hint if failure and is_ok is False else "",
                "fields": list(failure.fields) if failure and is_ok is False else [],
                "code": failure.code if failure and is_ok is False else "",
            }
            for step, is_ok in passed(failure).items()
        ]
        return ok({"is_ok": failure is None, "steps": steps})

    def _pause(self, id_: str, *, is_paused: bool) -> Reply:
        shop = self._shop(id_)
        shop.update(is_paused=is_paused, version=shop["version"] + 1)
        return ok(shop, version=shop["version"])


def _info(channel: str) -> ChannelInfo:
    found = KnownChannels().info(channel)
    assert found is not None
    return found


def _usual_end(channel: str, name: str) -> str | None:
    days = next(f.lifetime for f in _info(channel).credentials if f.name == name)
    return None if days is None else (TODAY + timedelta(days=days)).isoformat()


def _ending(shop: Json, credential: Json) -> Json:
    left = (date.fromisoformat(credential["expires_at"]) - TODAY).days
    return {
        "shop_id": shop["id"],
        "shop_name": shop["name"],
        "channel": shop["channel"],
        "name": credential["name"],
        "set_at": credential["set_at"],
        "expires_at": credential["expires_at"],
        "days_left": left,
        "level": 0 if left < 0 else next((level for level in LEVELS if left <= level), None),
        "is_human": True,
        "how": f"{shop['channel']}.{credential['name']}",
    }


def _by_day(ending: Json) -> str:
    return str(ending["expires_at"])
