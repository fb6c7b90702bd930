"""What /api/settings answers, from shops in memory."""

from typing import TYPE_CHECKING

from tests.browser import fake_data
from tests.browser.fake_data import Json
from tests.browser.fake_reply import Problem, Reply, Route, match_version, ok

if TYPE_CHECKING:
    from tests.browser.fake_api import Request


class Settings:
    """People and shops."""

    def __init__(self) -> None:
        super().__init__()
        self.shops = fake_data.shops()

    def settings_routes(self) -> list[Route]:
        return [
            ("GET", r"/settings/me", "", lambda r: ok(r.person)),
            ("GET", r"/settings/shops", "", lambda _r: ok({"items": list(self.shops.values())})),
            ("GET", r"/settings/shops/([^/]+)", "", lambda _r, id_: ok(self._shop(id_))),
            ("PUT", r"/settings/shops/([^/]+)", "admin", self.put_shop),
            ("PUT", r"/settings/shops/([^/]+)/webhook-secret", "admin", self.put_secret),
        ]

    def _shop(self, id_: str) -> Json:
        if id_ not in self.shops:
            raise Problem(404, "not_found", "There is no such shop.")
        return self.shops[id_]

    def put_shop(self, request: "Request", id_: str) -> Reply:
        # What is not given, or null, stays as it is.
        wanted = {name: value for name, value in request.json.items() if value is not None}
        if request.headers.get("if-none-match") == "*":
            if id_ in self.shops:
                raise Problem(412, "changed", "This shop exists.", current=self.shops[id_])
            self.shops[id_] = {
                "api_url": "",
                "options": {},
                "credentials": [],
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
