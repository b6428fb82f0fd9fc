"""Classes of AMI events, and the masks with which a client says which of them it wants."""

from __future__ import annotations

from typing import Final

CLASSES: Final = (
    "system", "call", "log", "verbose", "command", "agent", "user", "config", "dtmf", "reporting", "cdr", "dialplan",
    "originate", "agi",
)  # fmt: skip
"""In the order of their bits, from 1 up."""
BITS: Final = {name: 1 << bit for bit, name in enumerate(CLASSES)}
EVERYTHING: Final = 0x7FFF_FFFF
NOTHING: Final = 0

_TRUE: Final = ("yes", "true", "y", "t", "1", "on")
_FALSE: Final = ("no", "false", "n", "f", "0", "off")


def is_true(text: str) -> bool:
    """Whether a value means yes: `yes`, `true`, `y`, `t`, `1`, `on`, in any case."""
    return text.strip().lower() in _TRUE


def mask_of(text: str) -> int | None:
    """The mask of an `EventMask` or `Events`: a number, on or off, or names of classes between commas.

    None when the text is empty. Names that are unknown count for nothing, `all` for everything, `none` for nothing.
    """
    text = text.strip().lower()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return min(int(text[:10]), EVERYTHING)
    if text in _FALSE:
        return NOTHING
    if text in _TRUE:
        return EVERYTHING
    names = [name.strip() for name in text.split(",")]
    if "all" in names:
        return EVERYTHING
    return sum({name: BITS[name] for name in names if name in BITS}.values())


def privilege(name: str) -> str:
    """The `Privilege` of an event of that class, as every event carries it."""
    return f"{name},all"


def authority(names: tuple[str, ...]) -> str:
    """The authority of an action: its classes and `all`; `<none>` when everybody may."""
    return ",".join([*names, "all"]) if names else "<none>"
