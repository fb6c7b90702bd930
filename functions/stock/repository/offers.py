"""Products put into shops. Key: SKU#<sku>  OFFER#<shop>."""

from common.auth import Actor
from common.clock import from_wire, to_wire
from common.dynamo import ConditionFailed, Item, Key, Table
from common.errors import Contended
from stock.domain.offer import Offer, OfferState
from stock.repository import keys

_PREFIX = "OFFER#"


def offer_key(sku: str, shop_id: str) -> Key:
    return Key(f"SKU#{sku}", f"{_PREFIX}{shop_id}")


class Offers:
    """The port of `service.offering` on the stock table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of_sku(self, sku: str) -> list[Offer]:
        """By shop."""
        items = self._table.every(f"SKU#{sku}", begins_with=_PREFIX)
        return [_offer_of(item) for item in items]

    def get(self, sku: str, shop_id: str) -> Offer | None:
        item = self._table.get(*offer_key(sku, shop_id))
        return _offer_of(item) if item else None

    def is_mapped(self, sku: str, shop_id: str) -> bool:
        """Whether the shop has a listing of the SKU."""
        pk = keys.sku(sku)
        prefix = f"{keys.LISTING_PREFIX}{shop_id}#"
        return bool(self._table.query(pk, begins_with=prefix, limit=1).items)

    def save(self, before: Offer | None, after: Offer) -> None:
        """Raises Contended unless the stored number is that of `before`."""
        item = _offer_item(after)
        if before is None:
            write = self._table.put(item, if_absent=True)
        else:
            write = self._table.put(item, if_equals={"number": before.number})
        try:
            self._table.commit(write)
        except ConditionFailed:
            raise Contended("the product was asked for again meanwhile") from None


def _offer_item(offer: Offer) -> Item:
    return {
        **offer_key(offer.sku, offer.shop_id)._asdict(),
        "sku": offer.sku,
        "shop_id": offer.shop_id,
        "state": str(offer.state),
        "at": to_wire(offer.at),
        "actor": offer.actor.to_dict(),
        "number": offer.number,
        "extra": dict(offer.extra) or None,
        "remote_id": offer.remote_id or None,
        "code": offer.code or None,
        "message": offer.message or None,
    }


def _offer_of(item: Item) -> Offer:
    return Offer(
        sku=item["sku"],
        shop_id=item["shop_id"],
        state=OfferState(item["state"]),
        at=from_wire(item["at"]),
        actor=Actor(**item["actor"]),
        number=item["number"],
        extra=item.get("extra", {}),
        remote_id=item.get("remote_id", ""),
        code=item.get("code", ""),
        message=item.get("message", ""),
    )
