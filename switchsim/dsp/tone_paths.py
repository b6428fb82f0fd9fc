"""Impaired speech paths of an engine: what a path unit does to the octets of the cell that it sits on.

What is heard passes the parts in this order: twist, gain, frequency shift, clipping, echo; then a third tone, noise,
impulses, break-in are added; then a pass through mu-law; then drop-outs. Twist and shift each delay by 48 cycles.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

from switchsim._native import ffi, lib
from switchsim.dsp.results import out_of_range

ALL: Final[int] = lib.SWD_PATH_ALL
FILTER_DELAY_CYCLES: Final = 48

PARTS: Final[dict[str, int]] = {
    "twist": lib.SWD_PATH_TWIST, "gain": lib.SWD_PATH_GAIN, "shift": lib.SWD_PATH_SHIFT, "clip": lib.SWD_PATH_CLIP,
    "echo": lib.SWD_PATH_ECHO, "tone": lib.SWD_PATH_TONE, "noise": lib.SWD_PATH_NOISE, "pink": lib.SWD_PATH_PINK,
    "impulses": lib.SWD_PATH_IMPULSES, "break_in": lib.SWD_PATH_BREAK_IN, "speech": lib.SWD_PATH_SPEECH,
    "ulaw": lib.SWD_PATH_ULAW, "dropout": lib.SWD_PATH_DROPOUT,
}  # fmt: skip
"""The names of what a path can do -> SWD_PATH_*."""


@dataclass(frozen=True, kw_only=True)
class PathImpairment:
    """What a path is to do, a part of PARTS for each field that is not None; ranges as in swd_impairment (swd_path.h).

    Levels are of a sine with that peak, of noise of that power, in thousandths of a dBm0: -60,000..3,140.
    """

    twist_mdb: int | None = None  # from 1209 Hz on less up to 941 Hz, -20,000..20,000; the weaker is attenuated
    gain_mdb: int | None = None  # -60,000..20,000
    shift_mhz: int | None = None  # of every frequency, -200,000..200,000 millihertz
    clip_mdbm0: int | None = None
    echo: tuple[int, int] | None = None  # 1..800 cycles late, 0..60,000 mdB below
    tone: tuple[int, int] | None = None  # 1..3,999,999 millihertz, level
    noise_mdbm0: int | None = None  # white, 0..4 kHz
    pink_mdbm0: int | None = None  # instead of white
    impulses: tuple[int, int, int] | None = None  # mean cycles between, cycles of each (1..64), level
    break_in: tuple[int, int] | None = None  # a cell, gain in mdB: -60,000..20,000
    speech: tuple[int, int] | None = None  # a prompt, played over and over, gain as of break_in; one gain for both
    ulaw: bool | None = None  # through mu-law and back
    dropout: tuple[int, int] | None = None  # cycles of each, cycles from one to the next (0: once)
    key: int = 0  # of the random draws

    @property
    def parts(self) -> int:
        """SWD_PATH_* of what it asks for."""
        named = {"twist_mdb": "twist", "gain_mdb": "gain", "shift_mhz": "shift", "clip_mdbm0": "clip",
                 "noise_mdbm0": "noise", "pink_mdbm0": "pink"}  # fmt: skip
        asked = [field.name for field in fields(self) if field.name != "key" and getattr(self, field.name) is not None]
        return sum(PARTS[named.get(name, name)] for name in asked)

    def native(self) -> Any:
        """The swd_impairment of it."""
        raw: Any = ffi.new("swd_impairment *", {"key": self.key})
        for name in ("twist_mdb", "gain_mdb", "shift_mhz", "clip_mdbm0"):
            setattr(raw, name, getattr(self, name) or 0)
        raw.noise_mdbm0 = next((one for one in (self.noise_mdbm0, self.pink_mdbm0) if one is not None), 0)
        raw.echo_cycles, raw.echo_loss_mdb = self.echo or (0, 0)
        raw.tone_mhz, raw.tone_mdbm0 = self.tone or (0, 0)
        raw.impulse_mean_cycles, raw.impulse_cycles, raw.impulse_mdbm0 = self.impulses or (0, 0, 0)
        raw.break_cell, raw.break_mdb = self.break_in or (0, 0)
        if self.speech:
            raw.speech, raw.break_mdb = self.speech
        raw.dropout_cycles, raw.dropout_every = self.dropout or (0, 0)
        return raw


class PathActs:
    """Acts of an engine upon its path units, `path` 0..n_paths-1."""

    _e: Any
    _native_assets: Any

    def path_define(self, path: int, cell: int) -> None:
        """It sits on this switched cell, which has no other (NONE: on none), and does nothing yet."""
        if lib.swd_path_define(self._e, path, cell):
            out_of_range("path_define", path, cell)

    def path_set(self, path: int, impairment: PathImpairment) -> None:
        """From now on it does this as well as what it did; a part that it did already begins anew."""
        if lib.swd_path_set(self._e, self._native_assets, path, impairment.parts, impairment.native()):
            out_of_range("path_set", path, impairment)

    def path_clear(self, path: int, parts: int = ALL) -> None:
        """It does these parts (sum of PARTS) no longer."""
        if lib.swd_path_clear(self._e, path, parts):
            out_of_range("path_clear", path, parts)

    def path_does(self, path: int) -> int:
        """What it does: a sum of PARTS."""
        return int(lib.swd_path_does(self._e, path))
