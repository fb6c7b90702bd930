"""Orders' events, shops and SES events as the tests need them; nobody in them exists."""

from datetime import UTC, datetime, timedelta
from typing import Any

from common.clock import to_wire
from common.events import Demand, Letter, LetterLine, OrderChanged, OrderEvent, OrderReceived
from common.shops import Shop, ShopMail
from mail.domain.job import Kind, job_id

T0 = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ORDER = "kissa:1001"
JOB = job_id(ORDER, Kind.ORDER_RECEIVED, 1)
BUYER = "hanako.mihon@example.net"
BUYER_NAME = "見本 花子"


def at(minutes: float) -> datetime:
    """T0 and so many minutes."""
    return T0 + timedelta(minutes=minutes)


def letter(**changes: Any) -> Letter:
    """A letter of two lines, 8,460 yen of goods."""
    fields: dict[str, Any] = {
        "number": "A-1001",
        "buyer_name": BUYER_NAME,
        "email": BUYER,
        "currency": "JPY",
        "lines": [
            LetterLine(title="青い湯のみ", quantity=2, unit_price=1980, line_total=3960),
            LetterLine(title="白い急須 大", quantity=1, unit_price=4500, line_total=4500),
        ],
        "goods_total": 8460,
        "shipping_total": 660,
        "discount_total": 500,
        "total": 8620,
        "payment_method": "CARD",
        "destination": "〒100-0001\n東京都千代田区千代田1-1\n見本 花子 様",
    }
    return Letter(**(fields | changes))


def order_event(
    version: int = 1,
    *,
    change: str = "received",
    active: bool = True,
    demand: bool | None = None,
    order_id: str = ORDER,
    **of_letter: Any,
) -> OrderEvent:
    """An order's event; `demand` follows `active` unless given."""
    kind = OrderReceived if change == "received" else OrderChanged
    wanted = active if demand is None else demand
    return kind(
        event_id=f"{order_id}#{version}",
        at=T0,
        order_id=order_id,
        shop_id="kissa",
        channel="generic",
        version=version,
        ordered_at=T0,
        change=change,
        active=active,
        demand=[Demand(line_id="1", sku="CUP-1", quantity=2)] if wanted else [],
        letter=letter(**of_letter),
    )


def shop(**of_mail: str) -> Shop:
    """A shop that can write mails."""
    fields = {
        "from_address": "order@kissa.example.jp",
        "from_name": "喫茶の道具店",
        "reply_to": "desk@kissa.example.jp",
        "signature": "喫茶の道具店\nhttps://kissa.example.jp/\norder@kissa.example.jp",
    }
    return Shop(
        id="kissa",
        name="喫茶の道具店",
        channel="generic",
        currency="JPY",
        enabled=True,
        mail=ShopMail(**(fields | of_mail)),
        webhook_secrets=(),
        version=1,
    )


def shop_item(**of_mail: str) -> dict[str, Any]:
    """The same shop as the settings table has it."""
    made = shop(**of_mail)
    return {
        "pk": "SHOP",
        "sk": made.id,
        "name": made.name,
        "channel": made.channel,
        "currency": made.currency,
        "enabled": True,
        "mail": made.mail._asdict(),
        "version": 1,
    }


_MEMBERS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "Send": ("Email Sent", "send", {}),
    "Delivery": (
        "Email Delivered",
        "delivery",
        {"smtpResponse": "250 ok", "recipients": [BUYER]},
    ),
    "DeliveryDelay": (
        "Email Delivery Delayed",
        "deliveryDelay",
        {"delayType": "MailboxFull", "delayedRecipients": [{"emailAddress": BUYER}]},
    ),
    "Bounce": (
        "Email Bounced",
        "bounce",
        {
            "bounceType": "Permanent",
            "bounceSubType": "General",
            "bouncedRecipients": [
                {
                    "emailAddress": BUYER,
                    "action": "failed",
                    "status": "5.1.1",
                    "diagnosticCode": "smtp; 550 5.1.1 user unknown",
                }
            ],
        },
    ),
    "Complaint": (
        "Email Complaint Received",
        "complaint",
        {"complainedRecipients": [{"emailAddress": BUYER}], "complaintFeedbackType": "abuse"},
    ),
    "Reject": ("Email Rejected", "reject", {"reason": "Bad content"}),
    "Rendering Failure": (
        "Email Rendering Failed",
        "failure",
        {"errorMessage": "no such template"},
    ),
}


def ses_event(
    kind: str,
    *,
    job_id: str = JOB,
    attempt: int | None = 1,
    message_id: str = "ses-1",
    minutes: float = 1,
    **about: Any,
) -> dict[str, Any]:
    """An event of SES as EventBridge delivers it to the queue."""
    detail_type, member, fields = _MEMBERS[kind]
    tags = {"banto-job": [job_id], "ses:configuration-set": ["banto-test"]}
    if attempt is not None:
        tags["banto-attempt"] = [str(attempt)]
    when = to_wire(at(minutes))
    timed = {} if kind in ("Send", "Reject", "Rendering Failure") else {"timestamp": when}
    return {
        "version": "0",
        "id": f"{kind}-{message_id}",
        "detail-type": detail_type,
        "source": "aws.ses",
        "account": "000000000000",
        "time": when,
        "region": "ap-northeast-1",
        "resources": [],
        "detail": {
            "eventType": kind,
            "mail": {
                "timestamp": when,
                "source": "order@kissa.example.jp",
                "sendingAccountId": "000000000000",
                "messageId": message_id,
                "destination": [BUYER],
                "headersTruncated": False,
                "tags": tags,
            },
            member: fields | timed | about,
        },
    }
