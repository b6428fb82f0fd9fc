"""What an act of the native core returned, made a result or an error of ours."""

from __future__ import annotations

from typing import NoReturn

from switchsim._native import lib


def done(result: int, act: str, *values: object) -> bool:
    """False when there was no room; raises ValueError when a value was out of its range."""
    if result == lib.SWD_E_FULL:
        return False
    if result:
        out_of_range(act, *values)
    return True


def out_of_range(act: str, *values: object) -> NoReturn:
    """Raise ValueError: an index or a value is out of its range."""
    raise ValueError(f"{act}{values}: out of range")
