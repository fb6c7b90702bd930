"""What the machine lacks is installed where we may, and said plainly where we may not."""

import pytest

from tools.machine import Machine, Unusable, require


class FakeMachine(Machine):
    """A machine that has what it is given, and notes what is installed on it."""

    def __init__(
        self,
        has: set[str],
        *,
        root: bool = False,
        python: tuple[int, int] = (3, 11),
        node: str = "18.20.4",
    ) -> None:
        self.needs = has
        self.root = root
        self.python = python
        self.node = node
        self.installed: list[str] = []

    def has(self, need: str) -> bool:
        return need in self.needs

    def node_version(self) -> str:
        return self.node

    def may_install(self) -> bool:
        return self.root

    def install(self, packages: list[str]) -> None:
        self.installed += packages


def test_a_machine_that_has_everything_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    machine = FakeMachine({"chromium", "japanese-fonts", "node", "npm", "venv"}, root=True)
    require(["chromium", "japanese-fonts", "node", "npm", "venv"], machine)
    assert machine.installed == []
    assert capsys.readouterr().out == ""


def test_root_gets_what_is_missing_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    machine = FakeMachine({"chromium"}, root=True)
    require(["chromium", "japanese-fonts"], machine)
    assert machine.installed == ["fonts-noto-cjk"]
    assert capsys.readouterr().out == "» Installing fonts-noto-cjk from Debian's packages\n"


def test_others_are_told_what_to_install() -> None:
    machine = FakeMachine(set())
    with pytest.raises(Unusable) as caught:
        require(["chromium", "japanese-fonts"], machine)
    assert str(caught.value) == (
        "Not installed here: chromium fonts-noto-cjk. Please install it, on Debian with:\n"
        "  sudo apt-get install chromium fonts-noto-cjk"
    )
    assert machine.installed == []


def test_a_python_that_is_too_old_is_refused_before_anything_else() -> None:
    machine = FakeMachine(set(), root=True, python=(3, 9))
    with pytest.raises(Unusable, match=r"Python 3\.11 or newer is needed, and python3 is 3\.9"):
        require(["venv"], machine)
    assert machine.installed == []


@pytest.mark.parametrize("version", ["18.0.0", "20.20.2", "24.1.0"])
def test_node_18_and_newer_will_do(version: str) -> None:
    require(["node"], FakeMachine({"node"}, node=version))


def test_a_node_that_is_too_old_is_refused() -> None:
    with pytest.raises(Unusable, match=r"Node 18 or newer is needed, and this is 16\.20\.2"):
        require(["node"], FakeMachine({"node"}, node="16.20.2"))


def test_this_machine_is_asked_for_real() -> None:
    machine = Machine()
    assert machine.has("node")
    assert not machine.has("a-program-that-nobody-has")
    assert int(machine.node_version().split(".")[0]) >= 18
