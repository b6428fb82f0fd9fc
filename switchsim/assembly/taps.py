"""Taps: timeslots of lines that somebody listens to from beside, and what comes of it. No part of a machine notices.

A tap stands at the machine's end of a line: `received` is what the machine gets, after whatever the line did to it,
`sent` what leaves it, before that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from switchsim.assembly.layout import LINE_CELLS, Layout, LinePlan
from switchsim.assembly.signalling import PriSpec
from switchsim.dsp.engine import (
    BAD_ABORT,
    BAD_ALIGN,
    BAD_FCS,
    BAD_LONG,
    BAD_SHORT,
    EV_BAD_FRAME,
    EV_FRAME,
)
from switchsim.errors import BadInput
from switchsim.kernel.scheduler import Media
from switchsim.model.part import MediaEvent

RECEIVED, SENT, BOTH = "received", "sent", "both"
LAPD, MTP2, PLAIN = "lapd", "mtp2", "hdlc"
REASONS: Final = {BAD_FCS: "fcs", BAD_ABORT: "abort", BAD_SHORT: "short", BAD_LONG: "long", BAD_ALIGN: "align"}
CAPTURED: Final = rf"^\S{{1,64}}:\d{{1,4}} ({RECEIVED}|{SENT}|{BOTH})$"
TO_CAPTURE: Final = "LINE:TIMESLOT received, sent or both"
"""What `capture` of a scenario holds."""
HEARD: Final = rf"^((agent|caller) \S{{1,64}}|line \S{{1,64}}:\d{{1,4}} ({RECEIVED}|{SENT}))$"
TO_HEAR: Final = "agent NUMBER, caller LINE:TIMESLOT, or line LINE:TIMESLOT received or sent"
"""What `record` and `listen` of a scenario hold."""


@dataclass(frozen=True)
class FrameTap:
    """An HDLC receiver beside a timeslot; carries: LAPD, MTP2 or PLAIN. unit: its number in the native core."""

    name: str
    direction: str
    carries: str
    cell: int
    unit: int


class TapSink(Protocol):
    """Who takes what taps bring, in the order of time for each of them. May raise OutputError."""

    def audio(self, name: str, octets: bytes) -> None:
        """The next A-law octets of a recording."""

    def frame(self, name: str, at: int, octets: bytes) -> None:
        """A good frame, without its check octets, whose last octet on the line was that of cycle `at`."""

    def bad_frame(self, name: str, at: int, reason: str, octets_count: int) -> None:
        """A frame that was none; reason: one of REASONS."""


class Kept:
    """Keeps everything in memory: for short runs and tests. A bad frame stands with its reason instead of octets."""

    def __init__(self) -> None:
        self.recordings: dict[str, bytearray] = {}
        self.frames: list[tuple[str, int, bytes | str]] = []

    def audio(self, name: str, octets: bytes) -> None:
        self.recordings.setdefault(name, bytearray()).extend(octets)

    def frame(self, name: str, at: int, octets: bytes) -> None:
        self.frames.append((name, at, octets))

    def bad_frame(self, name: str, at: int, reason: str, octets_count: int) -> None:
        self.frames.append((name, at, reason))


class Under:
    """A sink of one machine of a plant: its recordings have its name before theirs, as lines have their own anyway."""

    def __init__(self, machine: str, sink: TapSink) -> None:
        self._machine = machine
        self._sink = sink
        self.frame, self.bad_frame = sink.frame, sink.bad_frame

    def audio(self, name: str, octets: bytes) -> None:
        self._sink.audio(f"{self._machine}-{name}", octets)


class TappedMedia:
    """A media path whose frame taps speak to nobody but a sink: the kernel does not see what they saw."""

    def __init__(self, media: Media, taps: Iterable[FrameTap], sink: TapSink) -> None:
        self._media = media
        self._taps = {tap.unit: tap for tap in taps}
        self.sink = sink

    @property
    def now(self) -> int:
        return self._media.now

    def run(self, until: int) -> Sequence[MediaEvent]:
        return [event for event in self._media.run(until) if not self._taken(event)]

    def snapshot(self) -> bytes:
        return self._media.snapshot()

    def restore(self, octets: bytes) -> None:
        self._media.restore(octets)

    def _taken(self, event: MediaEvent) -> bool:
        if event.kind not in (EV_FRAME, EV_BAD_FRAME) or event.unit not in self._taps:
            return False
        name = self._taps[event.unit].name
        if event.kind == EV_FRAME:
            self.sink.frame(name, event.at, event.octets)
        else:
            self.sink.bad_frame(name, event.at, REASONS[event.a], event.b)
        return True


def frame_taps(layout: Layout, wanted: Sequence[str]) -> list[FrameTap]:
    """The receivers of a `capture`, in its order, units from the first that is for taps; raises BadInput."""
    found: dict[str, FrameTap] = {}
    for text in wanted:
        place, directions = directions_of(text)
        line, timeslot = find_timeslot(layout, place, f"capture {text}")
        for direction in directions:
            name = f"{place} {direction}"
            tap = FrameTap(name, direction, _carried(layout, line, timeslot), cell_of(line, timeslot, direction), 0)
            found.setdefault(name, tap)
    return [replace(tap, unit=layout.first_tap + number) for number, tap in enumerate(found.values())]


def directions_of(text: str) -> tuple[str, tuple[str, ...]]:
    """`LINE:TS both` -> place and directions; raises BadInput."""
    if re.match(CAPTURED, text) is None:
        raise BadInput.one(f"capture {text}", f"{text!r} is no tap", TO_CAPTURE)
    place, _, direction = text.rpartition(" ")
    return place, (RECEIVED, SENT) if direction == BOTH else (direction,)


def count_taps(wanted: Iterable[str]) -> int:
    """Receivers that a `capture` needs; raises BadInput."""
    return len({(place, way) for place, ways in map(directions_of, wanted) for way in ways})


def cell_of(line: LinePlan, timeslot: int, direction: str) -> int:
    return (line.receive_cell if direction == RECEIVED else line.transmit_cell) + timeslot


def find_timeslot(layout: Layout, place: str, told: str) -> tuple[LinePlan, int]:
    """The line and the timeslot of `LINE:TS`; raises BadInput about `told`."""
    name, _, number = place.rpartition(":")
    for line in layout.lines:
        if line.name == name:
            if number.isdecimal() and 1 <= int(number) < LINE_CELLS:
                return line, int(number)
            raise BadInput.one(told, f"{name} has no timeslot {number}", f"1..{LINE_CELLS - 1}")
    known = ", ".join(line.name for line in layout.lines[:8]) + (", ..." if len(layout.lines) > 8 else "")
    raise BadInput.one(told, f"no line {name!r}", f"one of {known}")


def heard_by(layout: Layout, who: str, key: str = "record") -> int:
    """The cell that a person hears, or that a direction of a timeslot is; raises BadInput about `key`."""
    sort, _, name = who.partition(" ")
    if sort == "line":
        place, _, direction = name.rpartition(" ")
        line, timeslot = find_timeslot(layout, place, f"{key} {who}")
        return cell_of(line, timeslot, direction)
    if sort == "caller":
        line, timeslot = find_timeslot(layout, name, f"{key} {who}")
        return line.far_rx_cell + timeslot
    for seat in layout.seats:
        if sort == "agent" and seat.number == name:
            return seat.ear_cell
    raise BadInput.one(f"{key} {who}", f"nobody is {who!r}", TO_HEAR)


def sound_name(who: str) -> str:
    """`caller e1-0:5` -> the name of its recording, `caller-e1-0-5`."""
    return who.replace(" ", "-").replace(":", "-")


def _carried(layout: Layout, line: LinePlan, timeslot: int) -> str:
    if isinstance(line.signalling, PriSpec):
        return LAPD if timeslot == line.signalling.d_timeslot else PLAIN
    if timeslot in line.links or f"{line.name}:{timeslot}" in layout.far_su:
        return MTP2
    return PLAIN
