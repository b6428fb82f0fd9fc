"""XML read safely and written: no document types, no entities, bounded depth and count (ECMA-323 needs none of them).

Names are local names: clients write any namespace, prefixed or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, TypeAlias
from xml.parsers import expat

import msgspec

DEEPEST: Final = 32
MOST_ELEMENTS: Final = 2_000
MOST_ATTRIBUTES: Final = 32
"""Of one element."""
_ENCODINGS: Final = ("utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "utf-16")
_DECLARED: Final = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_UNWRITABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Content: TypeAlias = "str | tuple[tuple[str, Content], ...]"
"""Of an element that is written: its text, or its children in their order."""


class Element(msgspec.Struct):
    """One element: local name, own text without the white space around it, children; attributes by local name."""

    name: str
    text: str = ""
    attributes: dict[str, str] = {}
    children: list[Element] = []

    def first(self, *path: str) -> Element | None:
        """The first child of that name, and so on down the path."""
        found: Element | None = self
        for name in path:
            found = next((child for child in found.children if child.name == name), None) if found else None
        return found

    def words(self, *path: str) -> str:
        """The text there, or nothing."""
        found = self.first(*path)
        return found.text if found is not None else ""

    def walk(self) -> Iterator[Element]:
        """This element and all below, in the order of the document."""
        todo = [self]
        while todo:
            one = todo.pop()
            yield one
            todo.extend(reversed(one.children))


class Document(msgspec.Struct):
    """root, and the namespace of its name, empty when it has none."""

    root: Element
    namespace: str


class Refused(msgspec.Struct, frozen=True):
    """Octets that are no document, or none that is read here; why: short, without anything of its contents."""

    why: str


class _StopError(Exception):
    """Ends the parser; never leaves this module."""


class _Builder:
    """Expat's handlers. Everything that is not needed ends the reading."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.ordered_attributes = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._doctype
        self.parser.ExternalEntityRefHandler = self._doctype
        self.open: list[tuple[Element, list[str]]] = []
        self.document: Document | None = None
        self.count = 0

    def _doctype(self, *_: object) -> int:
        raise _StopError("a document type or an entity")

    def _start(self, name: str, attributes: list[str]) -> None:
        self.count += 1
        if self.count > MOST_ELEMENTS:
            raise _StopError(f"more than {MOST_ELEMENTS} elements")
        if len(self.open) >= DEEPEST:
            raise _StopError(f"more than {DEEPEST} levels")
        if len(attributes) > 2 * MOST_ATTRIBUTES:
            raise _StopError(f"more than {MOST_ATTRIBUTES} attributes")
        pairs = dict(zip(attributes[::2], attributes[1::2], strict=True))
        prefix, _, local = name.rpartition(":")
        element = Element(local, "", {key.rpartition(":")[2]: value for key, value in pairs.items()})
        if self.open:
            self.open[-1][0].children.append(element)
        else:
            self.document = Document(element, pairs.get(f"xmlns:{prefix}" if prefix else "xmlns", ""))
        self.open.append((element, []))

    def _end(self, _: str) -> None:
        element, words = self.open.pop()
        element.text = "".join(words).strip()

    def _text(self, text: str) -> None:
        self.open[-1][1].append(text)


def read(octets: bytes) -> Document | Refused:
    """One document; never raises."""
    declared = _DECLARED.match(octets)
    if declared is not None and declared[1].decode("ascii").lower() not in _ENCODINGS:
        return Refused("an encoding that is not read here")
    builder = _Builder()
    try:
        builder.parser.Parse(octets, True)
    except _StopError as stop:
        return Refused(str(stop))
    except expat.ExpatError as error:
        return Refused(f"not well-formed: {expat.errors.messages.get(error.code, 'error')}, line {error.lineno}")
    except ValueError:  # an encoding that Python knows, and the octets are not of
        return Refused("not of its encoding")
    except LookupError:
        return Refused("an encoding that is not read here")
    return builder.document if builder.document is not None else Refused("no element")


def escaped(text: str) -> str:
    """Text between tags or quotes; what XML can not carry becomes U+FFFD."""
    text = _UNWRITABLE.sub("\ufffd", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def write(name: str, namespace: str, content: Content) -> bytes:
    """A document in UTF-8 whose elements are all of that namespace; of none when it is empty."""
    parts = ['<?xml version="1.0" encoding="UTF-8"?>']
    _write(parts, name, f' xmlns="{escaped(namespace)}"' if namespace else "", content)
    return "".join(parts).encode()


def _write(parts: list[str], name: str, attribute: str, content: Content) -> None:
    if not content:
        parts.append(f"<{name}{attribute}/>")
        return
    parts.append(f"<{name}{attribute}>")
    if isinstance(content, str):
        parts.append(escaped(content))
    else:
        for child, below in content:
            _write(parts, child, "", below)
    parts.append(f"</{name}>")
