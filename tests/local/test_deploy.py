"""When to deploy, and with what environment."""

import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest

from local import deploy
from local.aws import Emulated
from local.deploy import DEPLOYED, INPUTS, Deployment, fingerprint
from local.ports import Unusable
from local.terminal import Terminal
from tests.local.conftest import Answer, Asked, Upstream, say


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for name in INPUTS:
        given = root / name
        if "." in name:
            given.parent.mkdir(parents=True, exist_ok=True)
            given.write_text("{}")
        else:
            given.mkdir(parents=True)
            (given / "code.py").write_text("x = 1")
    return root


def test_the_fingerprint_changes_with_the_code(project: Path) -> None:
    before = fingerprint(project, {"stage": "local"})
    assert fingerprint(project, {"stage": "local"}) == before
    (project / "functions" / "code.py").write_text("x = 2")
    assert fingerprint(project, {"stage": "local"}) != before


def test_the_fingerprint_changes_with_a_name(project: Path) -> None:
    before = fingerprint(project, {})
    (project / "infra" / "code.py").rename(project / "infra" / "other.py")
    assert fingerprint(project, {}) != before


def test_the_fingerprint_changes_with_the_context(project: Path) -> None:
    assert fingerprint(project, {"port": "8080"}) != fingerprint(project, {"port": "8081"})


def test_compiled_files_are_no_change(project: Path) -> None:
    before = fingerprint(project, {})
    (project / "layers" / "__pycache__").mkdir()
    (project / "layers" / "__pycache__" / "code.pyc").write_bytes(b"x")
    assert fingerprint(project, {}) == before


class Account:
    """CloudFormation and SSM of the emulator, as far as a deployment asks them."""

    def __init__(self, upstream: Upstream) -> None:
        self.parameters: dict[str, str] = {}
        self.stacks: dict[str, Mapping[str, str]] = {}
        upstream.answer = self

    def __call__(self, asked: Asked) -> Answer:
        if asked.operation.endswith(".GetParameter"):
            name = asked.json["Name"]
            if name not in self.parameters:
                return say({"__type": "ParameterNotFound"}, 400)
            return say({"Parameter": {"Name": name, "Value": self.parameters[name]}})
        if asked.operation.endswith(".PutParameter"):
            self.parameters[asked.json["Name"]] = asked.json["Value"]
            return say({"Version": 1})
        return self._stacks(asked.body.decode())

    def _stacks(self, form: str) -> Answer:
        name = next(n for n in (*self.stacks, "none") if n == "none" or f"StackName={n}" in form)
        if name == "none":
            error = "<Code>ValidationError</Code><Message>Stack does not exist</Message>"
            return 400, {}, f"<ErrorResponse><Error>{error}</Error></ErrorResponse>".encode()
        outputs = "".join(
            f"<member><OutputKey>{k}</OutputKey><OutputValue>{v}</OutputValue></member>"
            for k, v in self.stacks[name].items()
        )
        stack = f"<StackName>{name}</StackName><Outputs>{outputs}</Outputs>"
        answer = f"<Stacks><member>{stack}</member></Stacks>"
        return (
            200,
            {},
            (
                "<DescribeStacksResponse><DescribeStacksResult>"
                f"{answer}</DescribeStacksResult></DescribeStacksResponse>"
            ).encode(),
        )


@pytest.fixture
def cdk(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A CDK command that notes what it is asked, with its environment; returns the notes."""
    notes = tmp_path / "notes"
    command = project / "node_modules" / ".bin" / "cdk"
    command.parent.mkdir(parents=True)
    command.write_text(
        textwrap.dedent(f"""\
        #!/bin/sh
        echo "$PWD|$*|$AWS_ENDPOINT_URL|$AWS_PROFILE|$AWS_ACCESS_KEY_ID" >> {notes}
        [ "$FAIL" = "$1" ] && echo "it is broken" && exit 1
        exit 0
        """)
    )
    command.chmod(0o755)
    monkeypatch.setattr(deploy, "ROOT", project)
    monkeypatch.setenv("AWS_PROFILE", "a-real-account")
    return notes


def deployment(upstream: Upstream, tmp_path: Path) -> Deployment:
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    aws = Emulated(f"http://127.0.0.1:{upstream.port}")
    return Deployment(aws, Terminal(quiet=True), home, {"port": "8080"})


def asked_for(notes: Path) -> list[str]:
    lines = notes.read_text().splitlines() if notes.exists() else []
    return [line.split("|")[1].split()[0] for line in lines]


def test_an_empty_account_is_prepared_and_deployed_to(
    upstream: Upstream, cdk: Path, project: Path, tmp_path: Path
) -> None:
    account = Account(upstream)
    account.stacks["banto-local"] = {"ApiUrl": "http://x"}
    assert deployment(upstream, tmp_path).run() == {"ApiUrl": "http://x"}
    bootstrap, deployed = cdk.read_text().splitlines()
    url = f"http://127.0.0.1:{upstream.port}"
    assert bootstrap == (f"{tmp_path}/home|bootstrap aws://000000000000/ap-northeast-1|{url}||test")
    assert deployed.startswith(f"{project}|deploy --all --require-approval never")
    assert "--context stage=local --context port=8080" in deployed
    assert deployed.endswith(f"|{url}||test")
    assert account.parameters == {
        DEPLOYED: fingerprint(project, {"stage": "local", "port": "8080"})
    }


def test_nothing_is_deployed_twice(upstream: Upstream, cdk: Path, tmp_path: Path) -> None:
    account = Account(upstream)
    account.stacks |= {"CDKToolkit": {}, "banto-local": {}}
    deployment(upstream, tmp_path).run()
    deployment(upstream, tmp_path).run()
    assert asked_for(cdk) == ["deploy"]


def test_a_change_is_deployed(upstream: Upstream, cdk: Path, project: Path, tmp_path: Path) -> None:
    account = Account(upstream)
    account.stacks |= {"CDKToolkit": {}, "banto-local": {}}
    deployment(upstream, tmp_path).run()
    (project / "functions" / "code.py").write_text("x = 3")
    deployment(upstream, tmp_path).run()
    assert asked_for(cdk) == ["deploy", "deploy"]


def test_a_failed_deployment_is_told_and_tried_again(
    upstream: Upstream, cdk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = Account(upstream)
    account.stacks |= {"CDKToolkit": {}, "banto-local": {}}
    monkeypatch.setenv("FAIL", "deploy")
    with pytest.raises(Unusable, match=r"(?s)cdk deploy failed.*it is broken"):
        deployment(upstream, tmp_path).run()
    assert account.parameters == {}
    monkeypatch.delenv("FAIL")
    deployment(upstream, tmp_path).run()
    assert asked_for(cdk) == ["deploy", "deploy"]


def test_the_inputs_are_those_of_this_project() -> None:
    root = Path(__file__).resolve().parents[2]
    assert [name for name in INPUTS if not (root / name).exists()] == []
