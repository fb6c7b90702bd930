"""The three stages, synthesised once for all tests of infra."""

from pathlib import Path

import pytest

from infra.config import STAGES
from tests.infra.synthesised import Stage, synthesise


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Stage]:
    folder = tmp_path_factory.mktemp("cdk")
    return {name: synthesise(name, folder) for name in STAGES}


@pytest.fixture(scope="session")
def local(stages: dict[str, Stage]) -> Stage:
    return stages["local"]


@pytest.fixture(scope="session")
def dev(stages: dict[str, Stage]) -> Stage:
    return stages["dev"]


@pytest.fixture(scope="session")
def prod(stages: dict[str, Stage]) -> Stage:
    return stages["prod"]


@pytest.fixture(params=STAGES)
def stage(request: pytest.FixtureRequest, stages: dict[str, Stage]) -> Stage:
    """Each stage in turn."""
    return stages[request.param]


@pytest.fixture(params=[name for name in STAGES if name != "local"])
def cloud(request: pytest.FixtureRequest, stages: dict[str, Stage]) -> Stage:
    """Each cloud stage in turn."""
    return stages[request.param]


@pytest.fixture(scope="session")
def customised(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A production stage with everything that is optional."""
    options = {
        "alarm_email": "ops@example.com",
        "domain": "banto.example.com",
        "certificate_arn": "arn:aws:acm:us-east-1:000000000000:certificate/x",
        "customer_key": "true",
        "fixed_ip": "true",
        "mail_identity": "example.com",
        "sign_in_prefix": "example-banto",
        "deliveries_days": "14",
    }
    return synthesise("prod", Path(tmp_path_factory.mktemp("cdk")), options)
