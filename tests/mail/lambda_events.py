"""What Lambda hands to the functions of mail."""

import json
from collections.abc import Mapping
from typing import Any

from common.dynamo import to_wire


def sqs_event(*bodies: Any) -> dict[str, Any]:
    """An SQS batch; texts go in as they are."""
    return {
        "Records": [
            {
                "messageId": f"m{number}",
                "body": body if isinstance(body, str) else json.dumps(body),
                "attributes": {"ApproximateReceiveCount": "1"},
            }
            for number, body in enumerate(bodies)
        ]
    }


def stream_event(
    *images: tuple[Mapping[str, Any] | None, Mapping[str, Any] | None],
) -> dict[str, Any]:
    """A stream batch of (before, after) items."""
    records = []
    for number, (before, after) in enumerate(images):
        data: dict[str, Any] = {"SequenceNumber": str(number)}
        if before is not None:
            data["OldImage"] = to_wire(before)
        if after is not None:
            data["NewImage"] = to_wire(after)
        records.append({"eventName": "MODIFY" if before else "INSERT", "dynamodb": data})
    return {"Records": records}


def bus_envelope(event: Any) -> dict[str, Any]:
    """An event of ours as the bus hands it to a queue."""
    return {
        "detail-type": event.detail_type(),
        "source": event.source(),
        "detail": event.model_dump(mode="json"),
    }
