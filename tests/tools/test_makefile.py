"""The commands of the README are there, and CI runs the one a person runs."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Written in two pieces, so that this file does not name what no file may name.
REGISTRIES = ["pypi" + ".org", "python" + "hosted.org", "registry" + ".npmjs", "deb." + "debian"]


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    # Set-up is taken as done: these tests are about what comes after it.
    done = ["--assume-old=.venv/.stamp", "--assume-old=node_modules/.stamp"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    return subprocess.run(
        ["make", *done, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_is_the_default_and_names_every_target() -> None:
    text = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    assert phony is not None
    named = re.findall(r"^  make (\w+) +\S", make().stdout, re.MULTILINE)
    assert set(named) == set(phony.group(1).split()) - {"browser"}
    assert {"run", "test", "check", "fix", "synth", "deploy", "bench", "clean"} <= set(named)


@pytest.mark.parametrize("arguments", [[], ["STAGE=local"], ["STAGE=production"]])
def test_deploy_asks_for_a_stage_that_can_be_deployed(arguments: list[str]) -> None:
    result = make("deploy", *arguments)
    assert result.returncode != 0
    assert result.stdout == ""
    assert "✗ Say which stage: make deploy STAGE=dev or STAGE=prod" in result.stderr


def test_a_test_run_checks_first_and_ends_with_pytest() -> None:
    plan = make("--dry-run", "test").stdout
    assert plan.index("tools.check") < plan.index("-m pytest")
    assert plan.rstrip().endswith("-m pytest")


def test_check_does_not_write() -> None:
    plan = make("--dry-run", "check").stdout
    assert "tools.check" in plan
    assert "--fix" not in plan


def test_ci_runs_what_a_person_runs() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text().splitlines()[-1] == "exec make test"


def test_uv_itself_is_installed_from_the_lock_with_its_hashes() -> None:
    picked = subprocess.run(
        ["sed", "-n", r"/^uv==/,/[^\\]$/p", "requirements-dev.txt"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert r"sed -n '/^uv==/,/[^\\]$$/p' requirements-dev.txt" in (ROOT / "Makefile").read_text()
    assert re.fullmatch(r"uv==\S+ \\\n(    --hash=sha256:[0-9a-f]{64}( \\)?\n)+", picked)
    assert not picked.endswith("\\\n")


def test_no_file_names_a_package_registry() -> None:
    files = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    naming = [
        name
        for name in files.split("\0")
        if name and (ROOT / name).is_file()
        if any(host.encode() in (ROOT / name).read_bytes() for host in REGISTRIES)
    ]
    assert naming == []
