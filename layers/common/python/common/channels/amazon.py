"""Amazon (SP-API): orders come by polling, and their changes are told through a queue.

Wire facts: Notifications API v1, notification type ORDER_CHANGE, payload version 1.0
(amzn/selling-partner-api-models, schemas/notifications/OrderChangeNotification.json). Amazon puts
the message into our queue itself. It has neither address nor prices, so the order is fetched.
"""

from typing import ClassVar, Final, NamedTuple

from common.channels.base import NoWebhooks, UnreadableDelivery

# Amazon.co.jp; what a shop sells in when it says nothing else.
JAPAN: Final = "A1VC38T7YXB528"


class Amazon(NoWebhooks):
    """A seller on Amazon."""

    code: ClassVar[str] = "amazon"
    name: ClassVar[str] = "Amazon"


class Notification(NamedTuple):
    """An order changed. seller_id, marketplace_id: whose and where, as the shop's options say it.

    notification_id: the same at each delivery of one message.
    """

    seller_id: str
    order_id: str
    notification_id: str
    marketplace_id: str = ""


def read_notification(body: bytes) -> Notification | None:
    """The order that a queued message is about; None for a message about anything else.

    Raises UnreadableDelivery for what is no notification at all.
    """
    # Reading JSON with care is not needed by the receiver of webhooks, which loads this module.
    from common.channels.payload import Payload, read_json

    message = Payload(read_json(body))
    if message.text("NotificationType") != "ORDER_CHANGE":
        return None
    change = message.child("Payload").child("OrderChangeNotification")
    seller_id, order_id = change.text("SellerId"), change.text("AmazonOrderId")
    if not order_id:
        raise UnreadableDelivery("no_order_id", "AmazonOrderId is missing.")
    if not seller_id:
        raise UnreadableDelivery("wrong_shape", "SellerId is missing.")
    notification_id = message.child("NotificationMetadata").text("NotificationId")
    marketplace_id = change.child("Summary").text("MarketplaceId")
    return Notification(seller_id, order_id, notification_id, marketplace_id)


CHANNEL = Amazon()
