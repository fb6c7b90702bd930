"""What a transport takes, and how it may fail: the three cases lead to different states."""

from dataclasses import dataclass, field

from common.errors import BantoError, Terminal, Unavailable


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One mail for one recipient. attempt: tells the events of two attempts apart."""

    job_id: str
    attempt: int
    to: str = field(repr=False)
    from_name: str = field(repr=False)
    from_address: str = field(repr=False)
    reply_to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)


class NotTaken(Unavailable):
    """Certainly not sent, and the same mail may be taken later (throttled, no connection).

    why: a code for the job's story.
    """

    def __init__(self, why: str) -> None:
        super().__init__("the mail was not taken now")
        self.why = why


class Refused(Terminal):
    """Certainly not sent, and it never will be as it is. said: SES's words, which may quote an
    address: stored with the job, never logged."""

    def __init__(self, why: str, said: str = "") -> None:
        super().__init__("the mail was refused")
        self.why = why
        self.said = said


class OutcomeUnknown(BantoError):
    """The mail may have been sent: the answer was lost."""

    def __init__(self, why: str) -> None:
        super().__init__("nobody knows whether the mail was sent")
        self.why = why
