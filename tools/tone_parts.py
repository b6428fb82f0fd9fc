"""Banks of tone receivers (MFC, call progress) by themselves, for tests and benches; the library: native_parts.py."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from native_parts import Parts

MFC, PROGRESS = 0, 1
ALAW, MULAW = 0, 1
NONE = 0xFFFFFFFF
FORWARD, BACKWARD, CHINA = 0, 1, 2
MFC_SETS = (FORWARD, BACKWARD, FORWARD | CHINA, BACKWARD | CHINA)


class Hit(NamedTuple):
    """What a bank told: a tone begins, with its levels (0.01 dBm0), or has ended, with its length."""

    at: int
    channel: int
    on: int
    tone: int
    levels: tuple[int, int]
    length_cycles: int


class ToneBank:
    """A bank of so many channels, the octets of which lie one after the other; none of them listens yet."""

    def __init__(self, parts: Parts, shape: int, channels: int, law: int = ALAW) -> None:
        self.parts, self.channels, self.at = parts, channels, 0
        self.size = parts.lib.swd_tones_size(channels)
        self.owner = parts.ffi.new("uint8_t[]", self.size + 63)
        self.memory = self.owner + -int(parts.ffi.cast("uintptr_t", self.owner)) % 64
        self.bank = parts.ffi.cast("swd_tones *", self.memory)
        self.hits = parts.ffi.new("swd_tones_hit[]", channels)
        parts.lib.swd_tones_init(self.bank, shape, channels, law)
        if shape == MFC:
            for number in MFC_SETS:
                tones = parts.ffi.new("swd_tone_set *")
                parts.lib.swd_mfc_tone_set(tones, number)
                assert self.define(number, tones) == 0

    def define(self, number: int, tones: Any) -> int:
        """swd_tones_define."""
        return int(self.parts.lib.swd_tones_define(self.bank, number, tones))

    def assign(self, channel: int, number: int, cell: int | None = None) -> int:
        """swd_tones_assign; a channel's octets are its own unless told otherwise, NONE: it does not listen."""
        place = channel if cell is None else cell
        return int(self.parts.lib.swd_tones_assign(self.bank, channel, place, number))

    def assign_all(self, number: int) -> None:
        """Every channel listens for the tones of one set."""
        for channel in range(self.channels):
            assert self.assign(channel, number) == 0

    def state(self) -> bytes:
        """The bank's memory."""
        return bytes(self.parts.ffi.buffer(self.memory, self.size))

    def push(self, codes: np.ndarray[Any, Any], cuts: tuple[int, ...] = (8,)) -> list[Hit]:
        """Feed octets [channel][cycle], whole rows, cut into parts of the sizes given, over and over (8 in all)."""
        rows = np.ascontiguousarray(codes.reshape(len(codes), -1, 8).transpose(1, 0, 2))
        found = []
        for row in rows:
            octets = self.parts.ffi.from_buffer("uint64_t[]", row)
            for n in cuts:
                count = self.parts.lib.swd_tones_push(self.bank, self.at, n, octets, self.hits, self.channels)
                self.at += n
                found += [
                    Hit(h.at, h.channel, h.on, h.tone, (h.lower_level, h.upper_level), h.length_cycles)
                    for h in self.hits[0:count]
                ]
        return found
