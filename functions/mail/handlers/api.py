"""/api/mail: the outbox, one mail, cancel and retry, templates, health."""

from http import HTTPStatus
from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from common.api import (
    Limit,
    Next,
    caller,
    idempotency_key,
    if_match,
    make_app,
    path_id,
    reply,
)
from common.auth import Group
from common.clock import utc_now
from common.cold_start import cold_start
from common.dynamo import Table
from common.queues import watched
from common.settings import Settings
from common.shops import ShopDirectory
from mail.domain.job import Kind, State
from mail.repository.contents import StoredContents
from mail.repository.jobs import DynamoJobs
from mail.service import samples
from mail.service.desk import Desk
from mail.service.drafting import Drafter
from mail.service.views import (
    Counts,
    Health,
    HtmlAddress,
    MailDetail,
    MailPage,
    Preview,
    Templates,
)

app = make_app("/api/mail")


class Env(Settings):
    mail_table: str
    settings_table: str
    raw_bucket: str
    watched_queues: str


@cold_start
def shops() -> ShopDirectory:
    return ShopDirectory(Table(Env.load().settings_table))


@cold_start
def desk() -> Desk:
    env = Env.load()
    table = Table(env.mail_table)
    contents = StoredContents(table, env.raw_bucket)
    return Desk(DynamoJobs(table, utc_now), contents, Drafter(shops()), utc_now)


@app.get("/jobs")
def list_jobs(
    state: State | None = None,
    order: Annotated[str, Query(max_length=200, description="Id of an order")] = "",
    sort: Literal["asc", "desc"] = "desc",
    limit: Limit = 100,
    next: Next = None,
) -> Response[MailPage]:
    caller(app).require(*Group)
    return reply(
        desk().list(
            state=state, order_id=order, newest_first=sort == "desc", limit=limit, token=next
        )
    )


@app.get("/counts")
def counts() -> Response[Counts]:
    caller(app).require(*Group)
    return reply(desk().counts())


@app.get("/health")
def health() -> Response[Health]:
    caller(app).require(*Group)
    return reply(desk().health(watched(Env.load().watched_queues)))


@app.get("/templates")
def list_templates() -> Response[Templates]:
    caller(app).require(*Group)
    return reply(samples.templates())


@app.get("/templates/<kind>/preview")
def preview(
    kind: Kind, shop: Annotated[str, Query(max_length=40, description="Id of a shop")] = ""
) -> Response[Preview]:
    caller(app).require(*Group)
    return reply(samples.preview(kind, shop, shops()))


@app.get("/jobs/<job_id>")
def get_job(job_id: str) -> Response[MailDetail]:
    caller(app).require(*Group)
    found = desk().detail(path_id(job_id))
    return reply(found, version=found.version)


@app.get("/jobs/<job_id>/html")
def get_html(job_id: str) -> Response[HtmlAddress]:
    caller(app).require(*Group)
    return reply(desk().html(path_id(job_id)))


@app.post("/jobs/<job_id>/cancel", status_code=HTTPStatus.OK)
def cancel(job_id: str) -> Response[MailDetail]:
    who = caller(app)
    who.require(Group.STAFF, Group.SUPPORT)
    found = desk().cancel(
        path_id(job_id), version=if_match(app), key=idempotency_key(app), actor=who.actor
    )
    return reply(found, version=found.version)


@app.post("/jobs/<job_id>/retry", status_code=HTTPStatus.OK)
def retry(job_id: str) -> Response[MailDetail]:
    who = caller(app)
    who.require(Group.STAFF, Group.SUPPORT)
    found = desk().retry(
        path_id(job_id), version=if_match(app), key=idempotency_key(app), actor=who.actor
    )
    return reply(found, version=found.version)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """API Gateway, payload format 2.0."""
    return app.resolve(event, context)
