"""AMI blocks: lines `Key: Value`, ended by an empty line; read in pieces of any size, written with CR LF.

Keys are compared without case and without trimming: `Secret :` is not `Secret`. A line ends with LF, or CR LF. A value
begins after the blanks that follow the colon. A line without a colon belongs to no key.

Limits, of what a client may send: LINE_OCTETS a line without its end, BLOCK_LINES lines and BLOCK_OCTETS octets (lines
without their ends) a block. Beyond one of them the stream has no sense any more: it is refused once, and what follows
is thrown away.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

LINE_OCTETS: Final = 4096
BLOCK_LINES: Final = 128
BLOCK_OCTETS: Final = 65_536

Fields = Sequence[tuple[str, str]]


class Block(msgspec.Struct, frozen=True):
    """One block as it came: (key, value) in their order; a line without a colon is (line, "")."""

    lines: list[tuple[str, str]]

    def get(self, key: str) -> str:
        """The first value of that key that is not empty, or the empty string."""
        wanted = key.lower()
        return next((value for name, value in self.lines if value and name.lower() == wanted), "")

    def all(self, key: str) -> list[str]:
        """Every value of that key, in order."""
        wanted = key.lower()
        return [value for name, value in self.lines if name.lower() == wanted]

    def count(self, key: str) -> int:
        """How many lines have that key, also with an empty value."""
        return len(self.all(key))


class TooMuch(msgspec.Struct, frozen=True):
    """A limit was passed: `why` says which; nothing after it is read."""

    why: str


class ReaderState(msgspec.Struct):
    """rest: the line that has not ended yet. lines, octets: of the block under way. refused: a limit was passed."""

    rest: bytes = b""
    lines: list[tuple[str, str]] = []
    octets: int = 0
    refused: bool = False


def read(state: ReaderState, octets: bytes) -> list[Block | TooMuch]:
    """Take what came; returns the blocks that ended with it, and at most once TooMuch, then never anything again.

    The result does not depend on how the stream was cut. Octets that are no UTF-8 become U+FFFD. Never raises.
    """
    if state.refused:
        return []
    *whole, state.rest = (state.rest + octets).split(b"\n")
    found: list[Block | TooMuch] = []
    for line in whole:
        refusal = _line(state, line.removesuffix(b"\r"), found)
        if refusal:
            return [*found, _refuse(state, refusal)]
    if len(state.rest) > LINE_OCTETS + 1:  # a CR may still be the last of them
        return [*found, _refuse(state, f"a line of more than {LINE_OCTETS} octets")]
    return found


def _line(state: ReaderState, line: bytes, found: list[Block | TooMuch]) -> str:
    if not line:
        found.append(Block(state.lines))
        state.lines, state.octets = [], 0
        return ""
    state.octets += len(line)
    if len(line) > LINE_OCTETS:
        return f"a line of more than {LINE_OCTETS} octets"
    if len(state.lines) == BLOCK_LINES:
        return f"a block of more than {BLOCK_LINES} lines"
    if state.octets > BLOCK_OCTETS:
        return f"a block of more than {BLOCK_OCTETS} octets"
    key, _, value = line.decode("utf-8", "replace").partition(":")
    state.lines.append((key, value.lstrip(" \t")))
    return ""


def _refuse(state: ReaderState, why: str) -> TooMuch:
    state.rest, state.lines, state.octets, state.refused = b"", [], 0, True
    return TooMuch(why)


def written(fields: Fields) -> str:
    """The block of these keys and values, as text with its empty line.

    A CR or LF inside a key or a value becomes a blank, so that no value can begin a line of its own.
    """
    text = "".join([f"{key}: {value}\r\n" for key, value in fields])
    if text.count("\n") != len(fields) or text.count("\r") != len(fields):
        text = "".join([f"{_one_line(key)}: {_one_line(value)}\r\n" for key, value in fields])
    return text + "\r\n"


def _one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")
