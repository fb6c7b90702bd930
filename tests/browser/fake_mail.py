"""What /api/mail answers, from mails in memory."""

from typing import TYPE_CHECKING

from tests.browser import fake_order_data as start
from tests.browser.fake_data import Json, minutes_ago
from tests.browser.fake_reply import Problem, Reply, Route, counted, match_version, ok, page, queues

if TYPE_CHECKING:
    from tests.browser.fake_api import Request

STATES = (
    "QUEUED",
    "SENDING",
    "SENT",
    "DELIVERED",
    "BOUNCED",
    "COMPLAINED",
    "FAILED",
    "BLOCKED",
    "SUPPRESSED",
    "CANCELLED",
)

NOT_LISTED = ("text", "from", "message_id", "events")


class Mails:
    """The outbox."""

    def __init__(self) -> None:
        super().__init__()
        self.mails = start.mails(start.orders())

    def mails_routes(self) -> list[Route]:
        return [
            ("GET", r"/mail/jobs", "", self.list_mails),
            ("GET", r"/mail/counts", "", self.mail_counts),
            ("GET", r"/mail/health", "", self.mail_health),
            (
                "GET",
                r"/mail/jobs/([^/]+)",
                "",
                lambda _r, id_: ok(self._mail(id_), version=self._mail(id_)["version"]),
            ),
            ("GET", r"/mail/jobs/([^/]+)/html", "", lambda _r, _id: ok({"url": "/mail.html"})),
            ("POST", r"/mail/jobs/([^/]+)/(cancel|retry)", "staff support", self.act_on_mail),
        ]

    def _mail(self, id_: str) -> Json:
        if id_ not in self.mails:
            raise Problem(404, "not_found", "There is no such mail.")
        return self.mails[id_]

    def list_mails(self, request: "Request") -> Reply:
        state, order = request.query.get("state"), request.query.get("order")
        if not state and not order:
            raise Problem(422, "invalid", "Say which mails.")
        rows = [
            {name: value for name, value in m.items() if name not in NOT_LISTED}
            for m in self.mails.values()
            if (not state or m["state"] == state) and (not order or m["order_id"] == order)
        ]
        return page(rows, request.query)

    def mail_counts(self, _request: "Request") -> Reply:
        states = [m["state"] for m in self.mails.values()]
        return ok({"counts": {name: counted(states.count(name)) for name in STATES}})

    def mail_health(self, _request: "Request") -> Reply:
        states = [m["state"] for m in self.mails.values()]
        failed = states.count("FAILED") + states.count("BLOCKED")
        return ok(
            {
                "queues": queues("outbox", "compose"),
                "unsent": {**counted(states.count("QUEUED")), "oldest_at": minutes_ago(1)},
                "failed": counted(failed),
            }
        )

    def act_on_mail(self, request: "Request", id_: str, what: str) -> Reply:
        mail = self._mail(id_)
        match_version(request, mail)
        if what not in mail["actions"]:
            raise Problem(409, "conflict", "This mail is on its way or was sent.")
        state = "CANCELLED" if what == "cancel" else "QUEUED"
        mail.update(
            state=state,
            reason=None,
            version=mail["version"] + 1,
            actions=start.ACTIONS[state],
        )
        mail["events"].append(
            {
                "at": minutes_ago(0),
                "kind": "cancelled" if what == "cancel" else "retried",
                "detail": request.person["name"],
            }
        )
        return ok(mail, version=mail["version"])
