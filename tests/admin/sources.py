"""The files of the admin page, as its tests look at them."""

import re
from pathlib import Path

ADMIN = Path(__file__).parents[2] / "admin"
VENDOR = ADMIN / "vendor"
_ENTRY = re.compile(r"^ {2}'([^']+)': '((?:[^'\\]|\\.)*)',$", re.MULTILINE)


def modules() -> list[Path]:
    """Our own JavaScript."""
    return sorted(path for path in ADMIN.rglob("*.js") if VENDOR not in path.parents)


def dictionaries(language: str) -> list[Path]:
    """The words that are always there, and those of screens that are opened later."""
    return sorted((ADMIN / "i18n").glob(f"{language}*.js"))


def entries(path: Path) -> list[tuple[str, str]]:
    """Key and text, as they stand in one file."""
    return _ENTRY.findall(path.read_text(encoding="utf-8"))


def dictionary(language: str) -> dict[str, str]:
    """Key to text."""
    return dict(entry for path in dictionaries(language) for entry in entries(path))


def name(path: Path) -> str:
    return path.relative_to(ADMIN).as_posix()


def imported(path: Path) -> list[Path]:
    """What a module needs before it can run."""
    found = re.findall(
        r"^(?:import|export)[^;]*? from '([^']+)'", path.read_text(encoding="utf-8"), re.MULTILINE
    )
    return [(path.parent / address).resolve() for address in found]


def needed_by(*entries: str) -> set[Path]:
    """The modules themselves and all they need."""
    waiting, found = [ADMIN / entry for entry in entries], set[Path]()
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += imported(path)
    return found
