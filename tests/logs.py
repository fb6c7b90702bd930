"""What our logger writes, caught where it leaves the process."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from common.observability import logger


@contextmanager
def caught_logs() -> Iterator[io.StringIO]:
    """The lines logged in the block. Python keeps a logger's handler, and with it the standard
    output of the test that logged first, so the handler is pointed here."""
    handler = logger().registered_handler
    assert isinstance(handler, logging.StreamHandler)
    lines = io.StringIO()
    before = handler.setStream(lines)
    try:
        yield lines
    finally:
        if before is not None:
            handler.setStream(before)
