"""Readers of the values in a request: each takes the root element, and never raises."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import msgspec

from switchsim.proto.csta.xmltext import Element

LONGEST_WORD: Final = 256
"""Characters of an identifier; longer ones are no value."""


class ConnectionId(msgspec.Struct, frozen=True):
    """A leg: callID and deviceID (ECMA-323, connection identifiers); `` where the client left one out."""

    call: str = ""
    device: str = ""


NO_CONNECTION: Final = ConnectionId()


SPELLED: Final = {"transfered": "transferred"}
"""Both spellings occur."""


def word(element: Element | None) -> str:
    """The text of an element; nothing when it is longer than any identifier."""
    text = element.text if element is not None else ""
    return text if len(text) <= LONGEST_WORD else ""


def text(*path: str) -> Callable[[Element], str]:
    """What stands at the end of a path."""
    return lambda root: word(root.first(*path))


def connection(name: str) -> Callable[[Element], ConnectionId]:
    """callID and deviceID below; a deviceIdentifier inside of deviceID is taken too."""

    def reader(root: Element) -> ConnectionId:
        found = root.first(name)
        if found is None:
            return NO_CONNECTION
        device = found.first("deviceID")
        inner = device.first("deviceIdentifier") if device is not None else None
        return ConnectionId(word(found.first("callID")), word(inner or device))

    return reader


def device(*names: str) -> Callable[[Element], str]:
    """The first of these elements that says something; its own text, or what a child of it says."""

    def reader(root: Element) -> str:
        for name in names:
            found = root.first(name)
            for one in found.walk() if found is not None else ():
                if one.text:
                    return word(one)
        return ""

    return reader


def number(name: str) -> Callable[[Element], int]:
    """0 and up; -1 not said, or no number that makes sense."""

    def reader(root: Element) -> int:
        text = root.words(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else -1

    return reader


def flag(name: str) -> Callable[[Element], bool]:
    """True or 1."""
    return lambda root: root.words(name).lower() in ("true", "1")


def is_secret(element: Element) -> bool:
    """By its name, as those who mask secrets see it."""
    return element.name.lower().endswith("password")


_SECRET_TAG: Final = re.compile(rb"<(?![/!?])(?:[^\s<>/:]{1,256}:)?[^\s<>/:]{0,256}password(?=[\s/>])", re.IGNORECASE)


def secrets_in(octets: bytes) -> int:
    """How many passwords a document carried, also one that is not well-formed: so count those who keep them."""
    return len(_SECRET_TAG.findall(octets.replace(b"\0", b"")))


_USER_NAMES: Final = ("user", "username", "userid", "login", "loginname")


def user(root: Element) -> str:
    """Clients write it by several names, at several depths: of the maker's own part, or plainly below it."""
    found = (element for element in root.walk() if element.name.lower() in _USER_NAMES and not element.children)
    return next((word(element) for element in found), "")


def secret(root: Element) -> int:
    """Which of the document's passwords counts: the first."""
    return 1 if any(is_secret(element) for element in root.walk()) else 0


def versions(root: Element) -> tuple[str, ...]:
    """requestedProtocolVersions, in their order."""
    asked = root.first("requestedProtocolVersions")
    children = asked.children if asked is not None else []
    return tuple(word(child) for child in children if child.name == "protocolVersion")


def listed(root: Element) -> tuple[str, ...]:
    """Events of the filter that are true, by `group.name`; one of them is spelled in two ways."""
    asked = root.first("requestedMonitorFilter")
    groups = asked.children if asked is not None else []
    return tuple(
        f"{group.name}.{SPELLED.get(one.name, one.name)}"
        for group in groups
        for one in group.children
        if one.text.lower() in ("true", "1")
    )


def inverted(root: Element) -> bool:
    """Some makers' extension turns the filter round: only what it lists is told."""
    extensions = root.first("extensions")
    walked = extensions.walk() if extensions is not None else ()
    return any(one.name == "invertFilter" and one.text.lower() in ("true", "1") for one in walked)


def call_object(root: Element) -> ConnectionId:
    """monitorObject / callObject."""
    found = root.first("monitorObject")
    return connection("callObject")(found) if found is not None else NO_CONNECTION


def device_object(root: Element) -> str:
    """monitorObject / deviceObject; some clients leave the outer one out."""
    return device("deviceObject")(root.first("monitorObject") or root)
