"""Logs and metrics: ids and counts, never people.

Call sites pass ids as keyword fields; what a person wrote or is called never goes into a message.
As a second net, everything that is logged is searched for mail addresses and phone numbers.
"""

import re
import traceback
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from botocore.exceptions import ClientError

from common.cold_start import cold_start
from common.errors import BantoError
from common.settings import Runtime

# Also as it stands in an address of a page, and in full width.
_MAIL = re.compile(r"[\w.+-]+(?:'[\w.+-]+)*(?:@|＠|%40)[\w-]+(?:[.．][\w-]+)+")
# Digits in up to three groups, of any width; which of them are phone numbers, `_mask_phone` says.
# Letters of other scripts may stand beside them: 電話は090-1234-5678です. Ids with letters, times
# and dates are left alone, as are longer numbers (a mall's order numbers, our padded versions).
_BETWEEN = r"[ ()\-‐－−ー]{0,2}"
_DIGITS = re.compile(
    r"(?<![\dA-Za-z._-])"
    rf"(?:[+＋]\d{{1,3}}{_BETWEEN})?\(?\d{{2,5}}(?:{_BETWEEN}\d{{1,5}}){{1,2}}"
    r"(?![\dA-Za-z:_]|[.-]\d)"
)
_NOT_DIGIT = re.compile(r"\D")


def mask(value: Any) -> Any:
    """The same structure with mail addresses and phone numbers in texts replaced. What is neither
    a number nor made of texts becomes the text it would be logged as."""
    if isinstance(value, str):
        return _DIGITS.sub(_mask_phone, _MAIL.sub("[mail]", value))
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, dict):
        return {mask(name): mask(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [mask(inner) for inner in value]
    return mask(str(value))


def _mask_phone(found: re.Match[str]) -> str:
    text = found[0]
    digits = _NOT_DIGIT.sub("", text)
    abroad, grouped = text[0] in "+＋", len(digits) < len(text)
    domestic = digits[0] in "0０" and len(digits) in (10, 11)
    if domestic or (abroad and 9 <= len(digits) <= 15) or (grouped and len(digits) == 10):
        return "[phone]"
    return text


class _MaskingFormatter(LambdaPowertoolsFormatter):
    def formatException(self, ei: Any) -> str:  # noqa: N802 - a name of the standard library
        """Where an exception was raised, of what type, and what it came from. Its text is left
        out unless it is one of ours, which never quote: others repeat the value that did not fit,
        which may be a name."""
        _, error, _ = ei
        chain: list[BaseException] = []
        while error is not None and error not in chain:
            chain.append(error)
            hidden = error.__suppress_context__
            error = error.__cause__ or (None if hidden else error.__context__)
        return "\n".join(_told(error) for error in reversed(chain))

    def serialize(self, log: Any) -> str:
        # Notes are added to an exception to quote what it is about.
        log.pop("exception_notes", None)
        return super().serialize(mask(log))


def _told(error: BaseException) -> str:
    said = ""
    if isinstance(error, BantoError):
        said = f": {error}"
    elif isinstance(error, ClientError):
        code = error.response.get("Error", {}).get("Code", "")
        said = f": {code} in {error.operation_name}"
    return "".join(traceback.format_tb(error.__traceback__)) + f"{type(error).__name__}{said}"


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


def count(name: str, value: int) -> None:
    """A number that an alarm of infra/alarms.py watches: namespace Banto, by stage. It leaves with
    the log (CloudWatch embedded metric format), so it needs no permission and no call."""
    from aws_lambda_powertools.metrics import MetricUnit, single_metric

    with single_metric(name, MetricUnit.Count, value, namespace="Banto") as metric:
        metric.add_dimension("stage", Runtime.load().stage)
