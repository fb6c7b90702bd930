"""The connection test: does this shop reach its mall, and what to do when it does not."""

from typing import Protocol

from common.channels.port import ChannelApi, ChannelError, ChannelInfo, Context
from common.errors import Conflict
from common.observability import logger
from support.domain.checklist import Failure, Hint, Step, failure_of, passed
from support.domain.shop import StoredShop
from support.service.desk import ShopDesk
from support.service.views import CheckView, StepView


class Malls(Protocol):
    """Port: the way to a shop's mall."""

    def of(self, shop: StoredShop) -> tuple[ChannelApi, Context]: ...


class Checker:
    """Use case of the connection test."""

    def __init__(self, desk: ShopDesk, malls: Malls) -> None:
        self._desk = desk
        self._malls = malls

    def check(self, shop_id: str) -> CheckView:
        """Whatever the mall does is an answer, not an error. Raises NotFound, and Conflict for a
        channel whose mall cannot be called."""
        shop = self._desk.get(shop_id)
        info = self._desk.channels.info(shop.channel)
        if info is None:
            raise Conflict("This channel has no mall to call.")
        failure = _missing(shop, info) or self._asked(shop)
        fields = {
            "shop": shop.id,
            "step": failure.step if failure else "",
            "code": failure.code if failure else "",
        }
        logger().info("connection tested", extra=fields)
        return _view(failure)

    def _asked(self, shop: StoredShop) -> Failure | None:
        api, context = self._malls.of(shop)
        try:
            api.check(context)
        except ChannelError as error:
            return failure_of(error)
        except Exception as error:  # noqa: BLE001 - the mall's answer was none that the adapter can read
            logger().exception("odd answer", extra={"shop": shop.id, "error": type(error).__name__})
            return Failure(Step.ANSWERED, Hint.ODD_ANSWER, code="unreadable")
        return None


def _missing(shop: StoredShop, info: ChannelInfo) -> Failure | None:
    """What a person can mend before anybody is asked."""
    if not (shop.api_url or info.default_url):
        return Failure(Step.ADDRESS, Hint.ENTER_ADDRESS)
    options = [
        field.name
        for field in info.options
        if not (field.optional or field.default or shop.options.get(field.name))
    ]
    if options:
        return Failure(Step.OPTIONS_PRESENT, Hint.ENTER_OPTIONS, options)
    credentials = [
        field.name
        for field in info.credentials
        if not field.optional and field.name not in shop.credentials
    ]
    if credentials:
        return Failure(Step.CREDENTIALS_PRESENT, Hint.ENTER_CREDENTIALS, credentials)
    return None


def _view(failure: Failure | None) -> CheckView:
    steps = []
    for step, is_ok in passed(failure).items():
        here = failure if failure and is_ok is False else None
        steps.append(
            StepView(
                step=step,
                ok=is_ok,
                hint=here.hint if here else "",
                fields=list(here.fields) if here else [],
                code=here.code if here else "",
            )
        )
    return CheckView(is_ok=failure is None, steps=steps)
