"""Octets of a script become command lines, and a line becomes its words. Nothing here raises."""

from __future__ import annotations

from typing import Final

import msgspec

LINE_OCTETS: Final = 2047
"""The longest command, without its LF (Asterisk's own buffer holds as much and a NUL)."""
WORDS: Final = 127
"""More words of one command are passed over, as Asterisk does."""

_BLANKS: Final = " \t"


class LinesState(msgspec.Struct):
    """kept: octets of a line whose LF has not come, at most LINE_OCTETS. skipping: that line is too long already."""

    kept: bytes = b""
    skipping: bool = False


def push(state: LinesState, octets: bytes) -> list[str | None]:
    """The lines that these octets complete, without LF and CR; None stands for one longer than LINE_OCTETS.

    How octets are cut into chunks makes no difference. What is no UTF-8 is replaced by U+FFFD.
    """
    *ended, rest = octets.split(b"\n")
    lines: list[str | None] = []
    for piece in ended:
        line = state.kept + piece
        too_long = state.skipping or len(line) > LINE_OCTETS
        lines.append(None if too_long else line.removesuffix(b"\r").decode("utf-8", "replace"))
        state.kept, state.skipping = b"", False
    state.kept += rest
    if state.skipping or len(state.kept) > LINE_OCTETS:
        state.kept, state.skipping = b"", True
    return lines


def split_arguments(line: str) -> list[str]:
    """The words of a line, at most WORDS.

    Blanks part words; a double quote switches quoting on or off wherever it stands, and begins a word (maybe an empty
    one) after a blank; a backslash takes the next character as it is.
    """
    words: list[str] = []
    quoted = escaped = False
    between = True
    for character in line:
        if escaped or (character not in '"\\' and (quoted or character not in _BLANKS)):
            between = _grow(words, character, between)
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
            if quoted and between:
                between = _grow(words, "", between)
        else:
            between = True
    return words


def _grow(words: list[str], character: str, between: bool) -> bool:
    """Add to the last word, or begin one; says whether there is still none to add to."""
    if between and len(words) == WORDS:
        return True
    if between:
        words.append("")
    words[-1] += character
    return False
