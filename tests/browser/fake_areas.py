"""Everything behind /api: who may ask, what was asked before, and which area answers."""

import copy
import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tests.browser.fake_imports import Imports
from tests.browser.fake_listings import Listings
from tests.browser.fake_mail import Mails
from tests.browser.fake_reply import Problem, Reply
from tests.browser.fake_settings import Settings
from tests.browser.fake_sync import Sync
from tests.browser.schema import asked, faults

if TYPE_CHECKING:
    from tests.browser.fake_api import Request


class Areas(Sync, Listings, Imports, Mails, Settings):
    """One of each, with the data of the start."""

    def __init__(self) -> None:
        super().__init__()
        self._done: dict[str, Reply] = {}
        self._routes = [
            *self.orders_routes(),
            *self.stock_routes(),
            *self.imports_routes(),
            *self.mails_routes(),
            *self.settings_routes(),
            *self.sync_routes(),
        ]

    def answer(self, request: "Request") -> Reply:
        for method, pattern, groups, act in self._routes:
            match = re.fullmatch(pattern, request.path)
            if match and method == request.method:
                self._allow(request, groups)
                self._check(request)
                # The page encodes ids twice; the server took off one layer already.
                return copy.deepcopy(self._once(request, act, *map(unquote, match.groups())))
        raise Problem(404, "not_found", "There is no such address.")

    @staticmethod
    def _allow(request: "Request", groups: str) -> None:
        mine = set(request.person["groups"])
        if groups and not mine & {*groups.split(), "admin"}:
            raise Problem(403, "forbidden", f"This needs one of the groups: {groups}, admin.")

    @staticmethod
    def _check(request: "Request") -> None:
        schema = asked(request.method, request.path)
        wrong = list(faults(request.json, schema, "body")) if schema else []
        if wrong:
            errors = [{"field": field, "message": message} for field, message in wrong]
            raise Problem(422, "invalid", "Mend the fields named in errors.", errors=errors)

    def _once(self, request: "Request", act: Callable[..., Reply], *ids: str) -> Reply:
        key = request.headers.get("idempotency-key")
        if request.method == "POST" and "failed-imports" not in request.path and not key:
            raise Problem(428, "precondition_required", "Send an Idempotency-Key header.")
        if not key:
            return act(request, *ids)
        if key not in self._done:
            self._done[key] = act(request, *ids)
        return self._done[key]
