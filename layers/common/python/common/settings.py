"""The environment, typed, and read here only.

A handler declares what it needs:

    class Env(Settings):
        orders_table: str
        burst: int = 10

`Env.load()` reads ORDERS_TABLE and BURST. infra gives exactly these variables, and a test holds
the two against each other. No pydantic, because the webhook receiver uses it too.
"""

import os
from collections.abc import Callable
from typing import Any, ClassVar, Self, get_origin, get_type_hints

_TRUE = ("1", "true", "yes")
_FALSE = ("0", "false", "no", "")


class MissingSetting(Exception):
    """A declared variable is not set: a mistake of the deployment, not of a request."""


class WrongSetting(Exception):
    """A variable is set to what cannot be meant. The value is not repeated."""


def _bool(text: str) -> bool:
    if text.lower() not in (*_TRUE, *_FALSE):
        raise ValueError
    return text.lower() in _TRUE


_READERS: dict[object, Callable[[str], Any]] = {str: str, int: int, bool: _bool}


class Settings:
    """Base of every handler's `Env`; fields are the lower-case names of variables."""

    @classmethod
    def fields(cls) -> dict[str, Any]:
        """Field name → type, without class variables."""
        hints = get_type_hints(cls)
        return {
            n: t for n, t in hints.items() if t is not ClassVar and get_origin(t) is not ClassVar
        }

    @classmethod
    def load(cls) -> Self:
        """Read every declared field. Raises MissingSetting and WrongSetting naming the variable,
        TypeError for a field that is no str, int or bool."""
        made = cls()
        for name, kind in cls.fields().items():
            if kind not in _READERS:
                raise TypeError(f"{cls.__name__}.{name}: a setting is a str, an int or a bool")
            text = os.environ.get(name.upper())
            if text is None:
                if not hasattr(cls, name):
                    raise MissingSetting(f"{name.upper()} is not set")
                continue
            try:
                setattr(made, name, _READERS[kind](text))
            except ValueError:
                raise WrongSetting(f"{name.upper()} is not of type {kind.__name__}") from None
        return made


class Runtime(Settings):
    """What every function gets from the construct, declared by no handler."""

    stage: str = "test"
    powertools_service_name: str = "banto"
    log_level: str = "INFO"
    aws_region: str = "ap-northeast-1"
