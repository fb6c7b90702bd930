"""Flow tests run on the whole stack: the real `cdk deploy` on an emulator of their own."""

import pytest

from local.stack import Stack
from tests.deployed import deployed_stack


@pytest.fixture(scope="session")
def stack(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """The deployed stack, empty but for its people; the same for every test of the session."""
    return deployed_stack(pytestconfig, tmp_path_factory)
