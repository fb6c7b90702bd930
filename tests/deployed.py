"""One deployed stack for a whole test session, for flow tests and browser tests together."""

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
        engine = Engine(folders.mktemp("stack"))
        config.stash[_STACK] = engine.open()
        config.add_cleanup(engine.close)
    return config.stash[_STACK]
