"""Synchronisation status messages: four bits in a Sa bit (G.704 2.3.4, table 5C) and their order (G.781 option I)."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class Quality(IntEnum):
    """Where a frequency comes from; the codes that are not named here are reserved (G.704 table 5C)."""

    UNKNOWN = 0b0000  # of an existing synchronisation network
    PRC = 0b0010  # G.811
    SSU_A = 0b0100  # G.812, transit node
    SSU_B = 0b1000  # G.812, local node
    SEC = 0b1011  # G.813
    DO_NOT_USE = 0b1111


BY_NAME: Final = {quality.name.lower(): quality for quality in Quality}
"""As machine files and scenarios name them."""
ORDER: Final = (Quality.PRC, Quality.SSU_A, Quality.SSU_B, Quality.SEC, Quality.UNKNOWN)
"""Best first. G.781 option I has no unknown quality: here it is the last that may be used, for networks of G.704's
code 0000. What is not in this order is not used: DO_NOT_USE, and reserved codes (QL-INVx)."""


def usable(code: int) -> bool:
    """Whether a source with this message may be a reference."""
    return code in ORDER


def rank(code: int) -> int:
    """0 is best; codes that are not usable come last."""
    return ORDER.index(Quality(code)) if code in ORDER else len(ORDER)


def name(code: int) -> str:
    """prc, ssu_a, ...; `code_5` for reserved codes."""
    return Quality(code).name.lower() if code in tuple(Quality) else f"code_{code}"
