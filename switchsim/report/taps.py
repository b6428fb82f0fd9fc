"""What taps of a run bring goes to its folder while it comes: audio/*.wav, and taps.pcapng with frames of timeslots.

Memory does not grow with the run. Every frame of a timeslot is there, repeated fill-in units too; of a bad frame its
time, its length and what was wrong with it. An interface is a timeslot in one direction; statistics stand at the end.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from switchsim.errors import OutputError
from switchsim.report.folder import AUDIO, TAPS
from switchsim.report.output import output_errors
from switchsim.report.pcapng import LINKTYPE_LAPD, LINKTYPE_MTP2, RECEIVED, SENT, PcapngWriter
from switchsim.report.wav import AlawFile

LINKTYPE_USER0: Final = 147
"""For plain HDLC, whose contents nobody has named: a dissector is chosen by hand (DLT_USER)."""
LINK_TYPES: Final = {"lapd": LINKTYPE_LAPD, "mtp2": LINKTYPE_MTP2, "hdlc": LINKTYPE_USER0}
DIRECTIONS: Final = {"received": RECEIVED, "sent": SENT}
ERRORS: Final = {"fcs": 1 << 24, "long": 1 << 25, "short": 1 << 26, "align": 1 << 28, "abort": 1 << 31}
"""Why a frame was bad -> bit of epb_flags: CRC, too long, too short, unaligned, symbol error."""


class Interface(msgspec.Struct, frozen=True):
    """A tap: `name` as in `e1-0:16 received`; carries: lapd, mtp2 or hdlc; direction: received or sent."""

    name: str
    carries: str
    direction: str


class _Counted(msgspec.Struct):
    number: int
    direction: int
    good: int = 0
    bad: dict[str, int] = {}


class TapFiles:
    """Takes what taps bring. Its files have their names once `complete` was called. All acts raise OutputError."""

    def __init__(self, folder: Path, interfaces: Iterable[Interface]) -> None:
        self._folder = folder
        self._sounds: dict[str, AlawFile] = {}
        self._path = folder / TAPS
        self._part = self._path.with_name(TAPS + ".part")
        self._out: BinaryIO | None = None
        self._taps: dict[str, _Counted] = {}
        rows = list(interfaces)
        if rows:
            with output_errors(self._path):
                self._out = self._part.open("wb")
                self._blocks = PcapngWriter(self._out)
                for row in rows:
                    number = self._blocks.interface(row.name, f"HDLC frames {row.direction}", LINK_TYPES[row.carries])
                    self._taps[row.name] = _Counted(number, DIRECTIONS[row.direction])

    def audio(self, name: str, octets: bytes) -> None:
        if name not in self._sounds:
            self._sounds[name] = AlawFile(self._folder / AUDIO / f"{name}.wav")
        self._sounds[name].add(octets)

    def frame(self, name: str, at: int, octets: bytes) -> None:
        tap = self._taps[name]
        tap.good += 1
        with output_errors(self._path):
            self._blocks.packet(tap.number, at, octets, tap.direction)

    def bad_frame(self, name: str, at: int, reason: str, octets_count: int) -> None:
        tap = self._taps[name]
        tap.bad[reason] = tap.bad.get(reason, 0) + 1
        with output_errors(self._path):
            self._blocks.damaged(tap.number, at, octets_count, tap.direction | ERRORS[reason], f"bad frame: {reason}")

    def complete(self, at: int) -> None:
        """The run ended at cycle `at`: give all files their names, those that can be; raises OutputError afterwards."""
        problem: OutputError | None = None
        for sound in self._sounds.values():
            try:
                sound.complete()
            except OutputError as error:
                problem = problem or error
        self._sounds.clear()
        if self._out is not None:
            self._complete_frames(self._out, at)
        if problem is not None:
            raise problem

    def abandon(self, at: int) -> None:
        """The run broke off: what can be completed is."""
        with contextlib.suppress(OutputError):
            self.complete(at)

    def _complete_frames(self, out: BinaryIO, at: int) -> None:
        self._out = None
        with output_errors(self._path), out:
            for tap in self._taps.values():
                bad = sum(tap.bad.values())
                told = ", ".join(f"{count} {reason}" for reason, count in sorted(tap.bad.items()))
                comment = f"{tap.good} good frames, {bad} bad" + (f": {told}" if told else "")
                self._blocks.statistics(tap.number, at, tap.good + bad, bad, comment)
        with output_errors(self._path):
            os.replace(self._part, self._path)
