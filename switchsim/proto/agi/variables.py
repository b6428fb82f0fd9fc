"""Expressions with channel variables: `${NAME}`, and what counts as yes or no."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

VALUE_CHARACTERS: Final = 4095
"""An expression's value is cut there."""
_TRUE: Final = ("yes", "true", "y", "t", "1", "on")
_FALSE: Final = ("no", "false", "n", "f", "0", "off")


def truth(text: str) -> bool | None:
    """True, False, or None for a text that is neither."""
    word = text.strip().lower()
    return True if word in _TRUE else False if word in _FALSE else None


def substitute(text: str, value_of: Callable[[str], str]) -> str:
    """Put values in for every `${NAME}`; one without its `}` stays as it is. Values are not looked into again."""
    pieces: list[str] = []
    while True:
        before, mark, after = text.partition("${")
        name, end, rest = after.partition("}")
        if not end:
            pieces.append(before + mark + after)
            return "".join(pieces)[:VALUE_CHARACTERS]
        pieces += [before, value_of(name)]
        text = rest
