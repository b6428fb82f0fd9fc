"""Receivers of R2 register signals and of call progress tones: an engine's acts upon them, and sets of tones as data.

A receiver may listen to any cell; it begins and ends at the exact cycle. What it hears comes as events: EV_MFC_ON and
EV_TONE_ON with the levels of both frequencies, EV_MFC_OFF and EV_TONE_OFF with the length.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from switchsim._native import ffi, lib
from switchsim.dsp.results import out_of_range

EV_MFC_ON: Final[int] = lib.SWD_EV_MFC_ON
EV_MFC_OFF: Final[int] = lib.SWD_EV_MFC_OFF
EV_TONE_ON: Final[int] = lib.SWD_EV_TONE_ON
EV_TONE_OFF: Final[int] = lib.SWD_EV_TONE_OFF
NONE: Final[int] = lib.SWD_NONE

DIRECTIONS: Final = {"forward": lib.SWD_MFC_FORWARD, "backward": lib.SWD_MFC_BACKWARD}
LIMITS: Final = {"itu": 0, "china": lib.SWD_MFC_CHINA}
MAX_SETS: Final = 16


class Levels(NamedTuple):
    """Of the two frequencies of a signal, in the order of their numbers, 0.01 dBm0."""

    lower: int
    upper: int


def levels(b: int) -> Levels:
    """What `b` of an event that begins a signal says."""
    lower, upper = b & 0xFFFF, b >> 16
    return Levels(lower - (lower >> 15 << 16), upper - (upper >> 15 << 16))


@dataclass(frozen=True, kw_only=True)
class ToneSet:
    """What a receiver listens for: frequencies, numbered from 0, and tones of one of them or of two.

    Frequencies are in Hz, 200..3800, at most eight, of which a `wide` one (+-30 Hz instead of +-12) counts for two.
    Levels are those of each frequency, mdBm0, -40000..3000. Ratios of powers in mdB, 0..18000: how much the stronger of
    a pair may lie above the weaker (`twist`), and must the weaker above any third (`third`), or a single one above any
    second (`alone`; 0: no single one counts). `pure`: percent of the energy that lies at the tone's frequencies. Hops
    are 10 ms.
    """

    freqs_hz: tuple[int, ...]
    tones: tuple[tuple[int, ...], ...]     # frequencies, Hz: one or two each, in the order of the events' numbers
    wide_hz: tuple[int, ...] = ()
    level_mdbm0: tuple[int, int] = (-40_000, 3_000)
    twist_mdb: int = 8_000
    third_mdb: int = 4_000
    alone_mdb: int = 10_000
    pure: int = 60
    on_hops: int = 5
    off_hops: int = 2


SIT: Final = (950, 1400, 1800)   # special information tone (E.180 6.1)

TONE_SETS: Final = {
    "china": ToneSet(freqs_hz=(450, *SIT), wide_hz=(450, *SIT), tones=((450,), (950,), (1400,), (1800,))),
    "e180": ToneSet(freqs_hz=(425, *SIT), wide_hz=(425, *SIT), tones=((425,), (950,), (1400,), (1800,))),
    "us": ToneSet(freqs_hz=(350, 440, 480, 620, *SIT), wide_hz=(),
                  tones=((350, 440), (440, 480), (480, 620), (440,), (950,), (1400,), (1800,))),
    "uk": ToneSet(freqs_hz=(350, 400, 445, *SIT), tones=((350, 445), (400, 445), (400,), (950,), (1400,), (1800,))),
    "france": ToneSet(freqs_hz=(440, *SIT), wide_hz=(440, *SIT), tones=((440,), (950,), (1400,), (1800,))),
    "japan": ToneSet(freqs_hz=(400, *SIT), wide_hz=(400, *SIT), tones=((400,), (950,), (1400,), (1800,))),
}  # fmt: skip
"""Name -> set, defined in every engine that has receivers of them, in this order."""


def native_fields(tones: ToneSet) -> dict[str, Any]:
    """The fields of its swd_tone_set. Raises ValueError when a tone has a frequency that is not among the set's.

    And when it has none, or more than two.
    """
    if not all(len(tone) in (1, 2) for tone in tones.tones):
        raise ValueError(f"{tones} is no set of tones: one or two frequencies make one")
    index = {hz: i for i, hz in enumerate(tones.freqs_hz)}
    try:
        pairs = [(index[tone[0]], index[tone[-1]]) for tone in tones.tones]
        wide = sum(1 << index[hz] for hz in tones.wide_hz)
        return {
            "n_freqs": len(index), "freq_mhz": [1000 * hz for hz in tones.freqs_hz], "wide": wide,
            "n_tones": len(pairs), "tones": pairs,
            "least_mdbm0": tones.level_mdbm0[0], "most_mdbm0": tones.level_mdbm0[1],
            "twist_near_mdb": tones.twist_mdb, "twist_far_mdb": tones.twist_mdb, "third_mdb": tones.third_mdb,
            "alone_mdb": tones.alone_mdb, "pure_percent": tones.pure,
            "on_hops": tones.on_hops, "off_hops": tones.off_hops,
        }  # fmt: skip
    except (KeyError, IndexError) as mistake:
        raise ValueError(f"{tones} is no set of tones: {mistake}") from None


class ToneReceiverActs:
    """Acts of an engine upon its MFC and call progress receivers."""

    _e: Any
    _sets: dict[str, int]

    def define_tone_sets(self, n_progress: int) -> None:
        """The sets of TONE_SETS, once, when the engine is new and has receivers for them."""
        self._sets = {}
        for name, tones in TONE_SETS.items() if n_progress else ():
            self.progress_define(name, tones)

    def progress_define(self, name: str, tones: ToneSet) -> None:
        """Name a set of tones, at most 16 of them; one of that name, which nobody may be listening for, is replaced.

        The names are not in a snapshot: who goes on from one defines the same ones before, in the same order.
        """
        number = self._sets.get(name, len(self._sets))
        try:
            native: Any = ffi.new("swd_tone_set *", native_fields(tones))
        except (IndexError, OverflowError) as mistake:
            raise ValueError(f"{tones} is no set of tones: {mistake}") from None
        if number >= MAX_SETS or lib.swd_progress_define(self._e, number, native):
            out_of_range("progress_define", name, tones)
        self._sets[name] = number

    def mfc_listen(self, unit: int, cell: int, direction: str = "forward", limits: str = "itu") -> None:
        """An MFC receiver listens to a cell (NONE: released) for forward or backward signals, from a fresh start."""
        if direction not in DIRECTIONS or limits not in LIMITS:
            out_of_range("mfc_listen", unit, cell, direction, limits)
        if lib.swd_mfc_listen(self._e, unit, cell, DIRECTIONS[direction] | LIMITS[limits]):
            out_of_range("mfc_listen", unit, cell)

    def progress_listen(self, unit: int, cell: int, tone_set: str = "china") -> None:
        """A call progress receiver listens to a cell (NONE: released) for the tones of a set, from a fresh start."""
        if tone_set not in self._sets or lib.swd_progress_listen(self._e, unit, cell, self._sets[tone_set]):
            out_of_range("progress_listen", unit, cell, tone_set)
