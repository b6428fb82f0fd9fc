"""Limits of DTMF receivers: the sets of Q.24 annex A and others by name, and how an engine is told them.

A limit is a pair: what must be accepted, what must be refused. The receiver decides halfway between the two, and for
frequencies at a ninth of the way from the first. Where a set names no second value, it is put beyond the first by what
the default leaves. Sets for which the source gives no value for a row take the default's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from switchsim._native import ffi, lib
from switchsim.dsp.results import out_of_range

SETS: Final[int] = lib.SWD_DTMF_SETS
"""Limits that an engine's receivers hold at a time, 0 for all that are not told another."""


@dataclass(frozen=True, kw_only=True)
class DtmfLimits:
    """What a receiver accepts and refuses (swd_dtmf_limits); the defaults are the strictest together."""

    frequency_accept_ppm: int = 15_000
    frequency_reject_ppm: int = 30_000      # halfway 1000..45000
    frequency_extra_mhz: int = 0            # to be accepted besides, 0..10000
    level_accept_mdbm0: int = -45_000       # a tone
    level_reject_mdbm0: int = -54_000       # halfway at least -50000
    high_accept_mdb: int = 8_000            # the high tone above the low one
    high_reject_mdb: int = 11_400           # halfway at most 12000
    low_accept_mdb: int = 8_000             # the low tone above the high one
    low_reject_mdb: int = 11_400            # halfway at most 12000
    tone_accept_cycles: int = 320
    tone_reject_cycles: int = 184           # halfway 192..440
    pause_accept_cycles: int = 160
    gap_accept_cycles: int = 80             # ridden over; halfway 48..480


LIMITS: Final[Mapping[str, DtmfLimits]] = {
    "default": DtmfLimits(),
    "ntt": DtmfLimits(  # Q.24 table A-1, as the next four
        frequency_accept_ppm=18_000, level_accept_mdbm0=-24_000, level_reject_mdbm0=-29_000, high_accept_mdb=5_000,
        high_reject_mdb=8_400, low_accept_mdb=5_000, low_reject_mdb=8_400, tone_reject_cycles=192,
        pause_accept_cycles=240,
    ),
    "att": DtmfLimits(
        frequency_reject_ppm=35_000, level_accept_mdbm0=-25_000, level_reject_mdbm0=-55_000, high_accept_mdb=4_000,
        high_reject_mdb=7_400, pause_accept_cycles=320,
    ),
    "denmark": DtmfLimits(
        frequency_reject_ppm=35_000, frequency_extra_mhz=2_000, level_accept_mdbm0=-27_000, level_reject_mdbm0=-36_000,
        high_accept_mdb=6_000, high_reject_mdb=9_400, low_accept_mdb=6_000, low_reject_mdb=9_400,
        tone_reject_cycles=160, pause_accept_cycles=320, gap_accept_cycles=160,
    ),
    "australia": DtmfLimits(  # refused from 7 % says the table; that is 2.8 % beside the next frequency
        frequency_reject_ppm=30_000, frequency_extra_mhz=4_000, level_accept_mdbm0=-27_000, level_reject_mdbm0=-30_000,
        high_accept_mdb=10_000, high_reject_mdb=13_400, low_accept_mdb=10_000, low_reject_mdb=13_400,
        tone_reject_cycles=200, pause_accept_cycles=560, gap_accept_cycles=96,
    ),
    "brazil": DtmfLimits(
        frequency_accept_ppm=18_000, level_accept_mdbm0=-25_000, level_reject_mdbm0=-50_000, high_accept_mdb=9_000,
        high_reject_mdb=12_400, low_accept_mdb=9_000, low_reject_mdb=12_400, tone_reject_cycles=160,
        pause_accept_cycles=240,
    ),
    "cm7291": DtmfLimits(  # what receivers tested with that tape are held to: 8 dB normal twist, 4 dB reverse
        frequency_reject_ppm=35_000, level_accept_mdbm0=-29_000, level_reject_mdbm0=-55_000, high_accept_mdb=4_000,
        high_reject_mdb=7_400, pause_accept_cycles=320,
    ),
    "china": DtmfLimits(  # YDN 065, GB 3378
        frequency_reject_ppm=35_000, level_accept_mdbm0=-23_000, level_reject_mdbm0=-31_000, high_accept_mdb=6_000,
        high_reject_mdb=9_400, low_accept_mdb=6_000, low_reject_mdb=9_400, pause_accept_cycles=320,
    ),
}  # fmt: skip
"""Sets of limits by name."""


class DtmfActs:
    """Acts of an engine upon the limits of its DTMF receivers."""

    _e: Any

    def receiver_limits(self, limits: str | DtmfLimits, limits_set: int = 0) -> None:
        """Limits, by name or in full, of one of the SETS; set 0 is that of every receiver that uses no other.

        Bursts under way are judged by the new ones. Raises ValueError: no such name or set, or a value out of range.
        """
        chosen = LIMITS.get(limits) if isinstance(limits, str) else limits
        if chosen is None:
            out_of_range("receiver_limits", limits)
        native = ffi.new("swd_dtmf_limits *", asdict(chosen))
        if lib.swd_receiver_limits(self._e, limits_set, native):
            out_of_range("receiver_limits", chosen, limits_set)

    def receiver_use(self, receiver: int, limits_set: int) -> None:
        """Judge what a receiver hears by another set, until it listens anew (which puts it back to set 0)."""
        if lib.swd_receiver_use(self._e, receiver, limits_set):
            out_of_range("receiver_use", receiver, limits_set)
