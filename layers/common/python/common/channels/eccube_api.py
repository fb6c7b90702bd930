"""EC-CUBE 4's Web API.

Wire facts: EC-CUBE/eccube-api4, documentation ("schema", "orders", "products",
"updateProductStock", "updateShipped") and the searches of EC-CUBE/ec-cube: orders come newest
change first and without those still in the checkout; a product's code is searched for by a part of
it; `updateShipped` ships one `Shipping`, once. There is no way to cancel an order.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple

from common.channels.base import ShopRef, UnreadableDelivery
from common.channels.eccube_graphql import ask, error_of
from common.channels.eccube_order import FIELDS, OPEN, UNFINISHED, read_order
from common.channels.eccube_ship import report_shipment
from common.channels.eccube_stock import EcCubeStock
from common.channels.port import (
    Cap,
    ChannelInfo,
    Context,
    CredentialField,
    Cursor,
    Done,
    Limits,
    OptionField,
    Page,
    ShipmentNotice,
    Unsupported,
)
from common.clock import from_wire, to_wire

_PER_PAGE: Final = 50
_BY_ID: Final = 10
_SEARCH: Final = f"""
query ($from: DateTime, $status: [String], $page: Int, $limit: Int) {{
  orders(update_datetime_start: $from, status: $status, page: $page, limit: $limit) {{
    nodes {{ {FIELDS} }} totalCount pageInfo {{ hasNextPage }}
  }}
}}
"""


class EcCubeApi(EcCubeStock, Unsupported):
    """One EC-CUBE shop; `shop.url` is the shop's address."""

    info = ChannelInfo(
        code="eccube",
        name="EC-CUBE 4",
        caps=Cap.WEBHOOK_THIN | Cap.POLL | Cap.STOCK | Cap.STOCK_READ | Cap.SHIP | Cap.LIST_SKUS,
        limits=Limits(
            rate={"*": 2.0},
            burst={"*": 4},
            stock_batch=20,
            read_batch=20,
            order_batch=_BY_ID,
            # An order that is being paid for elsewhere has its units and is not seen.
            visibility_delay=timedelta(minutes=30),
        ),
        credentials=(
            CredentialField("client_id", secret=False),
            CredentialField("client_secret"),
            CredentialField("refresh_token"),
        ),
        options=(OptionField("redirect_uri", optional=True),),
        api_version="4",
    )

    def check(self, ctx: Context) -> None:
        """Reads the id of one order."""
        ask(ctx, "check", "query { orders(page: 1, limit: 1) { nodes { id } } }")

    def fetch_orders_since(self, ctx: Context, cursor: Cursor) -> Page:
        """Newest change first, so an order that changes meanwhile goes to the front and the rest
        moves back: a page may repeat orders and skips none but those. They are found by going
        through what has changed since the first page, until that fits on one.
        """
        walk = _Walk.of(cursor)
        variables: dict[str, Any] = {"page": walk.page, "limit": _PER_PAGE}
        if cursor.phase == "open":
            variables["status"] = list(OPEN)
        else:
            variables["from"] = walk.since
        orders = ask(ctx, "orders", _SEARCH, variables).data.get("orders") or {}
        nodes = [node for node in orders.get("nodes") or () if isinstance(node, dict)]
        has_more = bool((orders.get("pageInfo") or {}).get("hasNextPage"))
        found = _page(ctx, [node for node in nodes if not walk.has_seen(node)])
        if walk.page == 1:
            walk = walk.begun(nodes)
        following = walk.next(has_more=has_more, again=cursor.phase != "open")
        if following is None:
            return found
        return found._replace(next=cursor._replace(token=following.token))

    def fetch_orders(self, ctx: Context, ids: Sequence[str]) -> Page:
        """Orders by id. Those still in the checkout are no orders yet, and are left out."""
        wanted = list(ids)[:_BY_ID]
        fields = " ".join(f"o{n}: order(id: $i{n}) {{ {FIELDS} }}" for n in range(len(wanted)))
        names = ", ".join(f"$i{n}: ID!" for n in range(len(wanted)))
        variables = {f"i{n}": number for n, number in enumerate(wanted)}
        answer = ask(ctx, "orders", f"query ({names}) {{ {fields} }}", variables)
        nodes, failed = [], []
        for n, number in enumerate(wanted):
            node = answer.data.get(f"o{n}")
            if isinstance(node, dict):
                nodes.append(node)
            elif f"o{n}" in answer.errors:
                raise error_of(answer.errors[f"o{n}"])
            else:
                failed.append((number, "not_found"))
        found = _page(ctx, nodes)
        return found._replace(failed=(*found.failed, *failed))

    def notify_shipment(self, ctx: Context, notice: ShipmentNotice) -> Done:
        return report_shipment(ctx, notice)


class _Walk(NamedTuple):
    """Where a poll is. since: as the shop writes times. seen: ids of orders changed at `since` that
    were brought already. newest: the latest change when this walk began, with the ids of `last`.
    """

    page: int
    since: str
    seen: tuple[str, ...] = ()
    newest: str = ""
    last: tuple[str, ...] = ()

    @classmethod
    def of(cls, cursor: Cursor) -> "_Walk":
        if not cursor.token:
            return cls(1, _atom(to_wire(cursor.since)))
        page, since, seen, newest, last = cursor.token.split("|")
        return cls(int(page), since, _ids(seen), newest, _ids(last))

    @property
    def token(self) -> str:
        seen, last = ",".join(self.seen), ",".join(self.last)
        return f"{self.page}|{self.since}|{seen}|{self.newest}|{last}"

    def has_seen(self, node: Mapping[str, Any]) -> bool:
        return str(node.get("id")) in self.seen and node.get("update_date") == self.since

    def begun(self, nodes: Sequence[Mapping[str, Any]]) -> "_Walk":
        """On its first page a walk learns what is newest."""
        newest = str(nodes[0].get("update_date") or "") if nodes else ""
        last = [str(node.get("id")) for node in nodes if node.get("update_date") == newest]
        return self._replace(newest=newest, last=tuple(last))

    def next(self, *, has_more: bool, again: bool) -> "_Walk | None":
        """The next page, the first page of what has changed meanwhile, or None."""
        if has_more:
            return self._replace(page=self.page + 1)
        # Without anything newer it would be the same walk again.
        if not again or self.page == 1 or self.newest in ("", self.since):
            return None
        return _Walk(1, self.newest, self.last)


def _ids(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


def _atom(instant: str) -> str:
    """`2026-11-21T12:00:00+00:00`, the only form the API reads."""
    return from_wire(instant).isoformat(timespec="seconds")


def _page(ctx: Context, nodes: Sequence[Mapping[str, Any]]) -> Page:
    orders, failed = [], []
    for node in nodes:
        status = node.get("OrderStatus")
        if isinstance(status, dict) and str(status.get("id")) in UNFINISHED:
            continue
        try:
            orders.append(read_order(dict(node), ShopRef(ctx.shop.id, ctx.shop.currency)))
        except UnreadableDelivery as error:
            failed.append((str(node.get("id", "")), error.reason))
    return Page(tuple(orders), failed=tuple(failed))


API = EcCubeApi()
