"""Logs and metrics: ids and counts, never people.

Call sites pass ids as keyword fields; what a person wrote or is called never goes into a message.
As a second net, every string field is searched for mail addresses and long digit runs.
"""

import re
import traceback
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from common.cold_start import cold_start
from common.errors import BantoError
from common.settings import Runtime

_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
# Ten or more digits in a row, hyphens allowed, is how phone numbers look; Rakuten's order numbers
# look alike but are looked up by our own ids.
_PHONE = re.compile(r"(?<![\w-])\+?0\d{1,4}-?\d{2,4}-?\d{3,4}(?![\w-])")


def mask(value: Any) -> Any:
    """The same structure with mail addresses and phone numbers in strings replaced."""
    if isinstance(value, str):
        return _PHONE.sub("[phone]", _MAIL.sub("[mail]", value))
    if isinstance(value, dict):
        return {name: mask(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [mask(inner) for inner in value]
    return value


class _MaskingFormatter(LambdaPowertoolsFormatter):
    def formatException(self, ei: Any) -> str:  # noqa: N802 - a name of the standard library
        """Where an exception was raised and of what type. Its text is left out unless it is one of
        ours, which never quote: others repeat the value that did not fit, which may be a name."""
        kind, error, frames = ei
        said = f": {error}" if isinstance(error, BantoError) else ""
        return "".join(traceback.format_tb(frames)) + f"{kind.__name__}{said}"

    def serialize(self, log: Any) -> str:
        return super().serialize(mask(log))


@cold_start
def logger() -> Logger:
    """The process's logger: JSON lines with stage and area."""
    runtime = Runtime.load()
    return Logger(
        service=runtime.powertools_service_name,
        level=runtime.log_level,
        stage=runtime.stage,
        logger_formatter=_MaskingFormatter(
            json_default=str,
            utc=True,
            # It would repeat the text of the exception.
            serialize_stacktrace=False,
        ),
    )
