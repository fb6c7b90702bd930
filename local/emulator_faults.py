"""What AWS's DynamoDB does in a rush and MiniStack never does: refuse writes. Used by emulator.py,
a program of .venv-local, so nothing else of ours is imported here."""

import json
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

API = "DynamoDB_20120810."
_SINGLE = ("PutItem", "UpdateItem", "DeleteItem")


@dataclass
class Faults:
    """How often (0 to 1) a transaction meets another one, and a write is throttled."""

    conflict: float = 0.0
    throttle: float = 0.0
    given: Counter[str] = field(default_factory=Counter)
    rng: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 - chances of faults

    def refusal(self, target: str, body: bytes) -> dict[str, Any] | None:
        """What AWS answers to a call that is refused, None for one that is let through."""
        action = target.removeprefix(API)
        if action == "TransactWriteItems" and self.rng.random() < self.conflict:
            self.given["conflict"] += 1
            count = len(json.loads(body)["TransactItems"])
            met = self.rng.randrange(count)
            reasons = [
                {"Code": "TransactionConflict" if n == met else "None"} for n in range(count)
            ]
            return {**_error("TransactionCanceledException"), "CancellationReasons": reasons}
        if action in _SINGLE and self.rng.random() < self.throttle:
            self.given["throttle"] += 1
            return _error("ThrottlingException")
        return None

    def change(self, wanted: Mapping[str, float]) -> None:
        """Other chances; what was given so far is counted from 0."""
        self.conflict, self.throttle = wanted.get("conflict", 0.0), wanted.get("throttle", 0.0)
        self.given.clear()


def _error(name: str) -> dict[str, Any]:
    return {"__type": f"com.amazonaws.dynamodb.v20120810#{name}", "message": name}
