"""The environment, typed, and read here only.

A handler declares what it needs:

    class Env(Settings):
        orders_table: str
        burst: int = 10

`Env.load()` reads ORDERS_TABLE and BURST. infra gives exactly these variables, and a test holds
the two against each other. No pydantic, because the webhook receiver uses it too.
"""

import os
from typing import Any, ClassVar, Self, get_type_hints

_READERS: dict[object, Any] = {
    str: str,
    int: int,
    bool: lambda text: text.lower() in ("1", "true", "yes"),
}


class MissingSetting(Exception):
    """A declared variable is not set: a mistake of the deployment, not of a request."""


class Settings:
    """Base of every handler's `Env`; fields are the lower-case names of variables."""

    __slots__ = ("__dict__",)

    @classmethod
    def fields(cls) -> dict[str, Any]:
        """Field name → type, without class variables."""
        hints = get_type_hints(cls)
        return {n: t for n, t in hints.items() if getattr(t, "__origin__", None) is not ClassVar}

    @classmethod
    def load(cls) -> Self:
        """Read every declared field. Raises MissingSetting naming the variable."""
        made = cls()
        for name, kind in cls.fields().items():
            text = os.environ.get(name.upper())
            if text is None:
                if not hasattr(cls, name):
                    raise MissingSetting(f"{name.upper()} is not set")
                continue
            setattr(made, name, _READERS[kind](text))
        return made


class Runtime(Settings):
    """What every function gets from the construct, declared by no handler."""

    stage: str = "test"
    powertools_service_name: str = "banto"
    log_level: str = "INFO"
    aws_region: str = "ap-northeast-1"
