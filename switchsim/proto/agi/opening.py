"""The block that the switch opens a session with: one `agi_<name>: <value>` a line, then an empty line."""

from __future__ import annotations

from typing import Final

import msgspec

UNKNOWN: Final = "unknown"


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """What the script is told of the call. script: of the URL, query included; request: the whole URL."""

    script: str
    request: str
    channel: str
    type: str  # technology: E1, SEAT
    uniqueid: str
    version: str
    callerid: str  # digits, or ""
    dnid: str  # as dialled, or ""
    context: str
    extension: str
    threadid: int
    language: str = "en"
    arguments: tuple[str, ...] = ()


def encode_opening(opening: Opening) -> bytes:
    """The block in the order in which Asterisk sends it; a number that is missing is `unknown`.

    LF and other control characters of a value become blanks, so that no value can forge a line.
    """
    rows = [
        ("network", "yes"), ("network_script", opening.script), ("request", opening.request),
        ("channel", opening.channel), ("language", opening.language), ("type", opening.type),
        ("uniqueid", opening.uniqueid), ("version", opening.version), ("callerid", opening.callerid or UNKNOWN),
        ("calleridname", UNKNOWN), ("callingpres", "0"), ("callingani2", "0"), ("callington", "0"),
        ("callingtns", "0"), ("dnid", opening.dnid or UNKNOWN), ("rdnis", UNKNOWN), ("context", opening.context),
        ("extension", opening.extension), ("priority", "1"), ("enhanced", "0.0"), ("accountcode", ""),
        ("threadid", str(opening.threadid)),
        *((f"arg_{number}", value) for number, value in enumerate(opening.arguments, 1)),
    ]  # fmt: skip
    return "".join(f"agi_{name}: {_one_line(value)}\n" for name, value in rows).encode("utf-8", "replace") + b"\n"


def _one_line(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)
