"""One deployed stack for a whole test session, for flow tests and browser tests together."""

from contextlib import ExitStack

import pytest

from local.engine import Engine
from local.stack import Stack

_STACK = pytest.StashKey[Stack]()


def deployed_stack(config: pytest.Config, folders: pytest.TempPathFactory) -> Stack:
    """The session's stack; whoever asks first waits for its deployment (10 to 20 s).

    It is stopped at the end of the session. Its folder is kept as long as pytest keeps those of
    a session: the logs in there say what went wrong.
    """
    if _STACK not in config.stash:
        # As a context manager, so that an exception while it opens leaves nothing behind.
        open_ones = ExitStack()
        config.add_cleanup(open_ones.close)
        config.stash[_STACK] = open_ones.enter_context(Engine(folders.mktemp("stack")))
    return config.stash[_STACK]
