"""What an engine's sources play: tones, prompts, digits, register signals, watermarks, octets that are fed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from switchsim._native import ffi, lib
from switchsim.dsp.results import done, out_of_range

LEVEL_FLOOR_MDBM0: Final[int] = lib.SWD_LEVEL_FLOOR_MDBM0
LEVEL_TOP_MDBM0: Final[int] = lib.SWD_LEVEL_TOP_MDBM0
"""A sine at the overload point of A-law (G.711)."""

DTMF_DIGITS: Final = "0123456789ABCD*#"
MAX_DIGITS: Final = 32
MAX_DIGIT_CYCLES: Final = 1 << 20
MAX_OFFSET_PPM: Final = 100_000
MFC_DIRECTIONS: Final = ("forward", "backward")


@dataclass(frozen=True, kw_only=True)
class DtmfShape:
    """How a telephone sounds its digits. A tuple of cycles gives one number for each digit."""

    low_mdbm0: int = -9_000  # LEVEL_FLOOR_MDBM0..LEVEL_TOP_MDBM0, as high_mdbm0
    high_mdbm0: int = -7_000
    on_cycles: int | tuple[int, ...] = 800  # 1..2^20
    off_cycles: int | tuple[int, ...] = 800  # 0..2^20
    low_ppm: int = 0  # the frequency's offset from its nominal value, -100,000..100,000
    high_ppm: int = 0
    low_phase: int = 0  # when each digit begins, a turn is 2^32
    high_phase: int = 0
    ramp_cycles: int = 0  # a digit rises and falls along a straight line: at most half of on_cycles

    def __post_init__(self) -> None:
        for level in (self.low_mdbm0, self.high_mdbm0):
            if not LEVEL_FLOOR_MDBM0 <= level <= LEVEL_TOP_MDBM0:
                raise ValueError(f"a level is {LEVEL_FLOOR_MDBM0}..{LEVEL_TOP_MDBM0} mdBm0, not {level}")
        for ppm in (self.low_ppm, self.high_ppm):
            if not -MAX_OFFSET_PPM <= ppm <= MAX_OFFSET_PPM:
                raise ValueError(f"an offset is -{MAX_OFFSET_PPM}..{MAX_OFFSET_PPM} ppm, not {ppm}")
        shortest = min(_each(self.on_cycles, 1))
        if shortest < 1 or max(_each(self.on_cycles, 1)) > MAX_DIGIT_CYCLES:
            raise ValueError(f"a digit lasts 1..{MAX_DIGIT_CYCLES} cycles, not {self.on_cycles}")
        if min(_each(self.off_cycles, 1)) < 0 or max(_each(self.off_cycles, 1)) > MAX_DIGIT_CYCLES:
            raise ValueError(f"a pause lasts 0..{MAX_DIGIT_CYCLES} cycles, not {self.off_cycles}")
        if not 0 <= 2 * self.ramp_cycles <= shortest:
            raise ValueError(f"a ramp lasts at most half of a digit's {shortest} cycles, not {self.ramp_cycles}")

    def native(self) -> Any:
        """The swd_pair_shape of it."""
        return _shape((self.low_mdbm0, self.high_mdbm0), (self.low_ppm, self.high_ppm), self.ramp_cycles,
                      (self.low_phase & 0xFFFFFFFF, self.high_phase & 0xFFFFFFFF))


def _each(cycles: int | tuple[int, ...], count: int) -> tuple[int, ...]:
    return cycles if isinstance(cycles, tuple) else (cycles,) * count


def _shape(level_mdbm0: tuple[int, int], offset_ppm: tuple[int, int], ramp_cycles: int = 0,
           phase: tuple[int, int] = (0, 0)) -> Any:
    return ffi.new("swd_pair_shape *", {"level_mdbm0": level_mdbm0, "offset_ppm": offset_ppm, "phase": phase,
                                        "ramp_cycles": ramp_cycles})


class SourceActs:
    """Acts of an engine upon its sources, `source` 0..n_sources-1."""

    _e: Any
    _native_assets: Any

    def source_idle(self, source: int) -> None:
        """Silence, from now on."""
        if lib.swd_source_idle(self._e, source):
            out_of_range("source_idle", source)

    def source_tone(self, source: int, tone: int) -> None:
        """A tone of the assets, its cadence beginning now."""
        if lib.swd_source_tone(self._e, self._native_assets, source, tone):
            out_of_range("source_tone", source, tone)

    def source_prompts(self, source: int, prompts: Sequence[int], loop: bool = False) -> None:
        """1..16 prompts, one after the other, or over and over; EV_SOURCE_DONE at their end."""
        if lib.swd_source_prompts(self._e, self._native_assets, source, list(prompts), len(prompts), loop):
            out_of_range("source_prompts", source, *prompts)

    def source_digits(self, source: int, digits: str, on_cycles: int, off_cycles: int, low_mdbm0: int,
                      high_mdbm0: int) -> None:
        """1..32 DTMF digits 0-9 A-D * #; EV_SOURCE_DONE after the last one's pause."""
        if lib.swd_source_digits(self._e, source, digits.encode(), on_cycles, off_cycles, low_mdbm0, high_mdbm0):
            out_of_range("source_digits", source, digits, on_cycles, off_cycles, low_mdbm0, high_mdbm0)

    def source_dtmf(self, source: int, digits: str, shape: DtmfShape) -> None:
        """1..32 DTMF digits as a telephone of this shape sounds them; EV_SOURCE_DONE after the last one's pause.

        Raises ValueError when a digit is none, or `shape` gives a length for another number of digits than these.
        """
        on, off = _each(shape.on_cycles, len(digits)), _each(shape.off_cycles, len(digits))
        if not 1 <= len(digits) <= MAX_DIGITS or not set(digits) <= set(DTMF_DIGITS):
            raise ValueError(f"1..{MAX_DIGITS} digits of {DTMF_DIGITS} can be dialled, not {digits!r}")
        if len(on) != len(digits) or len(off) != len(digits):
            raise ValueError(f"{len(digits)} digits have as many lengths and pauses, not {len(on)} and {len(off)}")
        if lib.swd_source_dtmf(self._e, source, digits.encode(), list(on), list(off), shape.native()):
            out_of_range("source_dtmf", source, digits, shape)

    def source_mfc(self, source: int, direction: str, signal: int, *, level_mdbm0: tuple[int, int] = (-11_500, -11_500),
                   cycles: int = 0, offset_ppm: tuple[int, int] = (0, 0)) -> None:
        """R2 register signal 1..15, "forward" or "backward" (Q.441 tables 1, 2), both phases 0 at the present cycle.

        For so many cycles (1..2^20), with EV_SOURCE_DONE at their end, or 0: until source_idle. Levels (default:
        Q.454) and offsets: those of the frequency of the lower number first, ranges as in DtmfShape.
        """
        DtmfShape(low_mdbm0=level_mdbm0[0], high_mdbm0=level_mdbm0[1], low_ppm=offset_ppm[0], high_ppm=offset_ppm[1])
        backward = MFC_DIRECTIONS.index(direction)
        if lib.swd_source_mfc(self._e, source, backward, signal, cycles, _shape(level_mdbm0, offset_ppm)):
            out_of_range("source_mfc", source, direction, signal, cycles)

    def source_mark(self, source: int, party: int) -> None:
        """The watermark of party 1..2047."""
        if lib.swd_source_mark(self._e, source, party):
            out_of_range("source_mark", source, party)

    def source_raw(self, source: int) -> None:
        """Octets as they are fed; idle when none wait."""
        if lib.swd_source_raw(self._e, source):
            out_of_range("source_raw", source)

    def source_feed(self, source: int, octets: bytes) -> bool:
        """Add octets to a raw source; False, nothing added, when more than 640 would wait."""
        return done(lib.swd_source_feed(self._e, source, octets, len(octets)), "source_feed", source)

    def source_underruns(self, source: int) -> int:
        """Octets since source_raw for which none was waiting."""
        return int(lib.swd_source_underruns(self._e, source))
