"""Constant sounds of an engine: prompts (A-law octets) and the tone table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from switchsim._native import ffi, lib
from switchsim.dsp.sources import LEVEL_FLOOR_MDBM0, LEVEL_TOP_MDBM0

MAX_TONES: Final = 256
MAX_PROMPTS: Final = 65_536


@dataclass(frozen=True)
class Tone:
    """Up to three frequencies with a cadence of on and off steps; after the last it goes on at `repeat_from`."""

    freqs_mhz: tuple[int, ...]  # one to three, 1..3,999,999 millihertz
    levels_mdbm0: tuple[int, ...]  # one a frequency, -60,000..3,140 thousandths of a dBm0
    steps_cycles: tuple[int, ...] = ()  # up to 8: on, off, on, ...; empty: continuous
    repeat_from: int = 0
    in_turn: bool = False  # every on step sounds the next frequency, instead of all at once

    def __post_init__(self) -> None:
        if not 1 <= len(self.freqs_mhz) <= lib.SWD_TONE_FREQS or len(self.levels_mdbm0) != len(self.freqs_mhz):
            raise ValueError(f"a tone has one to three frequencies, each with its level: {self}")
        if not all(0 < freq < 4_000_000 for freq in self.freqs_mhz):
            raise ValueError(f"a frequency of a tone is 1..3999999 millihertz: {self}")
        if not all(LEVEL_FLOOR_MDBM0 <= level <= LEVEL_TOP_MDBM0 for level in self.levels_mdbm0):
            raise ValueError(f"a level of a tone is {LEVEL_FLOOR_MDBM0}..{LEVEL_TOP_MDBM0} mdBm0: {self}")
        if len(self.steps_cycles) > 8 or not all(0 <= step < 1 << 32 for step in self.steps_cycles):
            raise ValueError(f"a cadence has at most 8 steps of 0..2^32-1 cycles: {self}")
        if self.steps_cycles and (self.repeat_from < 0 or not any(self.steps_cycles[self.repeat_from :])):
            raise ValueError(f"a cadence goes on at one of its steps, and what it repeats takes time: {self}")
        if self.in_turn and not self.steps_cycles:
            raise ValueError(f"a tone whose frequencies sound in turn has a cadence: {self}")


class Assets:
    """Prompts and tones as the native core takes them; constant, shared by any number of engines.

    `prompts` are A-law octets at 8 kHz, each at least 1 octet. Ears know a prompt by signatures that are made here.
    """

    def __init__(self, prompts: Sequence[bytes] = (), tones: Sequence[Tone] = ()) -> None:
        if not all(prompts) or len(prompts) > MAX_PROMPTS or len(tones) > MAX_TONES:
            raise ValueError(f"a prompt has at least one octet; at most {MAX_PROMPTS} prompts and {MAX_TONES} tones")
        self.prompt_octets = tuple(len(prompt) for prompt in prompts)
        self.tones = tuple(tones)
        joined = b"".join(prompts)
        self._octets = ffi.from_buffer(joined)
        self._prompts: Any = ffi.new("swd_prompt[]", max(1, len(prompts)))
        self._tones: Any = ffi.new("swd_tone[]", max(1, len(tones)))
        offset = 0
        for row, prompt in zip(self._prompts, prompts, strict=False):
            row.offset, row.n_octets = offset, len(prompt)
            offset += len(prompt)
        for row, tone in zip(self._tones, tones, strict=False):
            _fill_tone(row, tone)
        self.native: Any = ffi.new("swd_assets *")
        self.native.octets = ffi.cast("const uint8_t *", self._octets)
        self.native.n_octets = len(joined)
        self.native.prompts, self.native.n_prompts = self._prompts, len(prompts)
        self.native.tones, self.native.n_tones = self._tones, len(tones)
        self._sign()

    def _sign(self) -> None:
        places = lib.swd_signatures_places(self.native)
        if not places:
            return
        self._signatures: Any = ffi.new("swd_signature[]", places)
        lib.swd_signatures_build(self.native, self._signatures, places)
        self.native.signatures, self.native.n_signatures = self._signatures, places


def _fill_tone(row: Any, tone: Tone) -> None:
    for i, (freq, level) in enumerate(zip(tone.freqs_mhz, tone.levels_mdbm0, strict=True)):
        row.freq_mhz[i], row.level_mdbm0[i] = freq, level
    for i, step in enumerate(tone.steps_cycles):
        row.step_cycles[i] = step
    row.n_steps, row.repeat_from, row.in_turn = len(tone.steps_cycles), tone.repeat_from, tone.in_turn


def encode_alaw(pcm: bytes) -> bytes:
    """A-law octets of little-endian 16-bit samples (G.711 table 1a); an odd octet at the end is refused."""
    if len(pcm) % 2:
        raise ValueError("ends within a sample")
    count = len(pcm) // 2
    codes: Any = ffi.new("uint8_t[]", max(1, count))
    samples: Any = ffi.new("int16_t[]", max(1, count))
    ffi.memmove(samples, pcm, len(pcm))
    lib.swd_alaw_encode_block(codes, samples, count)
    return bytes(ffi.buffer(codes, count))


def law_samples(mu_law: bool) -> list[int]:
    """The sample, on the 16-bit scale, of each of the 256 octets of A-law, or of mu-law."""
    decode = lib.swd_ulaw_decode if mu_law else lib.swd_alaw_decode
    return [int(decode(code)) for code in range(256)]
