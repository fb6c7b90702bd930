"""How the areas of the fake API answer."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from tests.browser.fake_data import Json

if TYPE_CHECKING:
    from tests.browser.fake_api import Request

Reply = tuple[int, Any, dict[str, str]]
# Method, pattern of the path, groups that may (administrators always may), what answers.
Route = tuple[str, str, str, Callable[..., Reply]]


class Problem(Exception):
    """An answer other than what was asked for."""

    def __init__(self, status: int, code: str, detail: str = "", **more: Any) -> None:
        super().__init__(code)
        self.status, self.code, self.detail, self.more = status, code, detail, more


def ok(body: Any, status: int = HTTPStatus.OK, version: int | None = None) -> Reply:
    return status, body, {"etag": f'"{version}"'} if version is not None else {}


def page(items: Sequence[Any], query: dict[str, str]) -> Reply:
    start, limit = int(query.get("next") or 0), int(query.get("limit") or 100)
    following = str(start + limit) if start + limit < len(items) else None
    return ok({"items": items[start : start + limit], "next": following})


def counted(n: int) -> Json:
    return {"count": min(n, 1000), "capped": n > 1000}


def queues(*names: str) -> list[Json]:
    return [{"name": name, "waiting": 0, "in_flight": 0, "dead": 0} for name in names]


def match_version(request: "Request", thing: Json) -> None:
    """A change must name the version it was made from."""
    tag = request.headers.get("if-match", "").strip('"')
    if not tag:
        raise Problem(428, "precondition_required", "Send If-Match.")
    if int(tag) != thing["version"]:
        raise Problem(412, "changed", "Somebody changed it.", current=thing)
