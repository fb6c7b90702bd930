"""Letters from template files, in a sandbox, where anything blank stops the letter."""

import re
from dataclasses import dataclass, field, fields
from importlib.resources import files
from typing import Any

from jinja2 import StrictUndefined, Template
from jinja2.exceptions import UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from common.cold_start import cold_start
from mail.domain.job import Kind
from mail.domain.letter import discount_text, missing_variable, price_text

NAMES = {Kind.ORDER_RECEIVED: "自動受付メール"}


class BlankVariable(Exception):
    """The letter cannot be written: this variable is unknown, None or blank."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter; the subject is one line."""

    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)


def _breaks(text: str) -> Markup:
    return Markup("<br>\n").join(escape(line) for line in text.splitlines())


def _nothing_blank(value: Any) -> Any:
    # A second net below `missing_variable`, for what a template itself makes of its variables.
    if value is None or (isinstance(value, str) and not value.strip()):
        raise BlankVariable("expression")
    return value


@cold_start
def environment(*, html: bool) -> ImmutableSandboxedEnvironment:
    """The sandbox that templates run in; `html` escapes every variable."""
    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=html,
        finalize=_nothing_blank,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"price": price_text, "discount": discount_text, "breaks": _breaks}
    return made


@cold_start
def source(kind: Kind, part: str) -> str:
    """The template file of a letter. part: `subject`, `txt` or `html`."""
    name = f"{kind.lower()}.{part}.j2"
    return (files("mail") / "templates" / name).read_text(encoding="utf-8")


@cold_start
def _template(kind: Kind, part: str) -> Template:
    return environment(html=part == "html").from_string(source(kind, part))


def fill(template: Template, letter: Any) -> str:
    """A template with the variables of `letter`. Raises BlankVariable."""
    variables = {each.name: getattr(letter, each.name) for each in fields(letter)}
    try:
        return template.render(variables)
    except UndefinedError as error:
        # `'x' is undefined` or `'… object' has no attribute 'x'`: the last name quoted is meant.
        names = re.findall(r"'([^']+)'", str(error))
        raise BlankVariable(names[-1] if names else "unknown") from None


def render(kind: Kind, letter: Any) -> Rendered:
    """The whole letter. Raises BlankVariable naming the first blank variable."""
    name = missing_variable(letter)
    if name is not None:
        raise BlankVariable(name)
    return Rendered(
        subject=fill(_template(kind, "subject"), letter).strip(),
        text=fill(_template(kind, "txt"), letter),
        html=fill(_template(kind, "html"), letter),
    )
