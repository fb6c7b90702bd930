"""Having Amazon tell our queue when an order changes: Notifications API v1.

A destination is a queue whose policy lets Amazon's account send; it belongs to the application. A
subscription ties a seller's ORDER_CHANGE to it.
"""

from typing import Any, Final

from common.channels.amazon_calls import call, call_grantless, none_if_missing
from common.channels.amazon_listings import rows_of
from common.channels.port import ChannelError, Context, Done, ErrorKind

_PATH: Final = "/notifications/v1"
_NAME: Final = "banto"
_TYPE: Final = "ORDER_CHANGE"
_CHANGES: Final = ["OrderStatusChange", "BuyerRequestedChange"]


def ensure_subscription(ctx: Context, queue_arn: str) -> Done:
    """Make sure that the shop's order changes come to the queue. May be asked as often as you
    like; `already` when there was nothing to do, `remote_id` is the subscription.

    Raises ChannelError; CONFLICT when they go to another queue.
    """
    destination = _destination(ctx, queue_arn)
    path = f"{_PATH}/subscriptions/{_TYPE}"
    found = none_if_missing(lambda: call(ctx, "getSubscription", "GET", path, repeatable=True))
    there = _payload(found or {})
    if there.get("subscriptionId"):
        if there.get("destinationId") != destination:
            raise ChannelError(
                ErrorKind.CONFLICT,
                "Amazon tells another queue of this shop's orders.",
                code="other_destination",
            )
        return Done(already=True, remote_id=str(there["subscriptionId"]))
    body = {
        "payloadVersion": "1.0",
        "destinationId": destination,
        "processingDirective": {
            "eventFilter": {"eventFilterType": _TYPE, "orderChangeTypes": _CHANGES}
        },
    }
    made = _payload(call(ctx, "createSubscription", "POST", path, body=body))
    return Done(remote_id=str(made.get("subscriptionId") or ""))


def _destination(ctx: Context, queue_arn: str) -> str:
    """The id of the destination for the queue; made when there is none."""
    path = f"{_PATH}/destinations"
    for row in rows_of(call_grantless(ctx, "getDestinations", "GET", path), "payload"):
        resource = row.get("resource")
        sqs = resource.get("sqs") if isinstance(resource, dict) else None
        if isinstance(sqs, dict) and sqs.get("arn") == queue_arn:
            return str(row.get("destinationId"))
    body = {"name": _NAME, "resourceSpecification": {"sqs": {"arn": queue_arn}}}
    made = _payload(call_grantless(ctx, "createDestination", "POST", path, body=body))
    return str(made.get("destinationId") or "")


def _payload(answer: dict[str, Any]) -> dict[str, Any]:
    payload = answer.get("payload")
    return payload if isinstance(payload, dict) else {}
