"""XML of malls, in and out, without what makes XML dangerous: no DTD, so no entities, and limits.

`read_xml` gives plain objects, as JSON would: an element is a dict of its children, or its text
when it has none; children of one name become a list. Attributes are `@name`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn
from xml.etree import ElementTree
from xml.sax.saxutils import escape

MAX_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 20
# What XML 1.0 has no way to write.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class UnreadableXml(ValueError):
    """Not XML, or XML that we do not want to read. Never quotes it."""


class _Builder(ElementTree.TreeBuilder):
    """Refuses document types, and what is nested too deeply."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def doctype(self, name: str, pubid: str | None, system: str | None) -> NoReturn:
        raise UnreadableXml("XML with a document type")

    def start(self, tag: Any, attrs: dict[Any, Any], /) -> ElementTree.Element:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise UnreadableXml("XML that is nested too deeply")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> ElementTree.Element:
        self._depth -= 1
        return super().end(tag)


def read_xml(body: bytes | str, *, lists: frozenset[str] = frozenset()) -> tuple[str, Any]:
    """(name of the root, its content). A text is XML that is decoded already, without declaration.

    lists: names of elements that are a list even when there is one only.
    Raises UnreadableXml.
    """
    if len(body) > MAX_BYTES:
        raise UnreadableXml("XML that is too large")
    parser = ElementTree.XMLParser(target=_Builder())  # noqa: S314  (see _Builder)
    try:
        parser.feed(body)
        root: ElementTree.Element = parser.close()
    except UnreadableXml:
        raise
    except (ElementTree.ParseError, ValueError, LookupError):
        raise UnreadableXml("not XML") from None
    return _name(root.tag), _content(root, lists)


def write_xml(root: str, content: Mapping[str, Any]) -> bytes:
    """UTF-8 with a declaration. Lists become elements of one name, None and "" empty ones; what
    XML cannot say (control characters) is left out."""
    text = "".join(_written(root, content))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()


def _content(element: ElementTree.Element, lists: frozenset[str]) -> Any:
    found: dict[str, Any] = {f"@{_name(name)}": value for name, value in element.attrib.items()}
    for child in element:
        name, value = _name(child.tag), _content(child, lists)
        if name in found:
            if not isinstance(found[name], list):
                found[name] = [found[name]]
            found[name].append(value)
        else:
            found[name] = [value] if name in lists else value
    text = (element.text or "").strip()
    if not found:
        return text
    return found | {"#text": text} if text else found


def _name(tag: str) -> str:
    """Without the namespace."""
    return tag.rpartition("}")[2]


def _written(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        for row in value:
            yield from _written(name, row)
        return
    attributes, children = "", ""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key.startswith("@"):
                attributes += f' {key[1:]}="{_escaped(inner, {chr(34): "&quot;"})}"'
            elif key == "#text":
                children += _escaped(inner)
            else:
                children += "".join(_written(key, inner))
    else:
        children = _escaped(value)
    yield f"<{name}{attributes}>{children}</{name}>"


def _escaped(value: Any, more: dict[str, str] | None = None) -> str:
    if value is None:
        return ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return escape(_FORBIDDEN.sub("", text), more or {})
