"""The real `cdk bootstrap` and `cdk deploy` of the very same app, against the emulator."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local.aws import CONFIG, CREDENTIALS, Emulated
from local.ministack import ACCOUNT, REGION, end_group, tail
from local.ports import Unusable
from local.terminal import Terminal

ROOT = Path(__file__).resolve().parent.parent
TOOLKIT = "CDKToolkit"
# What was deployed last is kept in the emulator itself, so that it is lost and kept with the rest.
DEPLOYED = "/banto-local-engine/deployed"
# Everything that the result of a synthesis depends on.
INPUTS = ("cdk.json", "package-lock.json", "requirements-dev.txt", "functions", "infra", "layers")


class Deployment:
    """Brings the emulator up to date. log: where the CDK command's own words go.

    out: a folder for the synthesised app. context: CDK context besides the stage.
    """

    def __init__(
        self, aws: Emulated, terminal: Terminal, home: Path, context: Mapping[str, str]
    ) -> None:
        self._aws = aws
        self._terminal = terminal
        self._home = home
        self._log = home / "deploy.log"
        self._context = {"stage": "local", **context}

    def run(self) -> Mapping[str, str]:
        """Deploy unless nothing changed since last time. Returns the stack's outputs.

        Raises Unusable when the CDK command fails.
        """
        wanted = fingerprint(ROOT, self._context)
        if self._stack(TOOLKIT) is None:
            with self._terminal.step("Preparing the emulated account (cdk bootstrap)"):
                # From a folder without cdk.json: bootstrapping needs no app.
                self._cdk(self._home, "bootstrap", f"aws://{ACCOUNT}/{REGION}")
        if self._deployed() != wanted:
            with self._terminal.step("Deploying the stack (cdk deploy)"):
                self._cdk(ROOT, "deploy", "--all", *self._options())
            self._ssm().put_parameter(Name=DEPLOYED, Value=wanted, Type="String", Overwrite=True)
        return self._outputs()

    def _options(self) -> Iterator[str]:
        yield from ("--require-approval", "never", "--no-notices", "--progress", "events")
        yield from ("--output", str(self._home / "cdk.out"))
        for name, value in self._context.items():
            yield from ("--context", f"{name}={value}")

    def _cdk(self, folder: Path, *arguments: str) -> None:
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                [ROOT / "node_modules" / ".bin" / "cdk", *arguments],
                cwd=folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                status = process.wait()
            except BaseException:
                end_group(process.pid)
                process.wait()
                raise
        if status:
            raise Unusable(
                f"cdk {arguments[0]} failed. Its log, {self._log}, ends with:\n{tail(self._log)}"
            )

    def _environment(self) -> dict[str, str]:
        """The person's own environment, but nothing that leads to a real AWS account."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        path = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", os.defpath)])
        return {
            **kept,
            **CREDENTIALS,
            "PATH": path,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self._aws.url,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": str(CONFIG),
            "AWS_SHARED_CREDENTIALS_FILE": str(CONFIG),
            "NO_PROXY": "127.0.0.1,localhost",
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "true",
            "NODE_NO_WARNINGS": "1",
        }

    def _deployed(self) -> str | None:
        try:
            return str(self._ssm().get_parameter(Name=DEPLOYED)["Parameter"]["Value"])
        except ClientError as error:
            if error.response["Error"]["Code"] == "ParameterNotFound":
                return None
            raise

    def _outputs(self) -> Mapping[str, str]:
        stack = self._stack(f"banto-{self._context['stage']}")
        if stack is None:
            raise Unusable("The stack is not there after its deployment.")
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def _stack(self, name: str) -> Mapping[str, Any] | None:
        try:
            stacks = self._aws.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return next(iter(stacks), None)

    def _ssm(self) -> Any:
        return self._aws.client("ssm")


def fingerprint(root: Path, context: Mapping[str, str]) -> str:
    """A hash of everything a deployment depends on."""
    digest = hashlib.sha256(repr((sys.version, sorted(context.items()))).encode())
    for path in sorted(_files(root)):
        digest.update(f"\0{path.relative_to(root).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    for name in INPUTS:
        given = root / name
        for path in given.rglob("*") if given.is_dir() else [given]:
            if path.is_file() and "__pycache__" not in path.parts:
                yield path
