"""What can go wrong with calls of an emulated mall's API."""

from dataclasses import dataclass


@dataclass
class Faults:
    """What goes wrong with calls of the API. Chances are from 0 to 1.

    slow: an answer takes `seconds`. error_500: refused, not applied. rate_429: refused, with
    Retry-After of `retry_after` seconds, None for no such header. expire_tokens: every token given
    out so far ends before the next call. lose_answer: applied, then the connection is closed
    without an answer. silent_unknown_sku: the mall says nothing about listings it does not have,
    where the real one does so. only: hits only operations whose name contains this text. times: so
    many hits, then all is well again; None for no end.
    """

    slow: float = 0.0
    seconds: float = 1.0
    error_500: float = 0.0
    rate_429: float = 0.0
    retry_after: float | None = None
    expire_tokens: bool = False
    lose_answer: float = 0.0
    silent_unknown_sku: bool = False
    only: str = ""
    times: int | None = None
