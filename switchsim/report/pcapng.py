"""signalling.pcapng: every LAPD frame and signal unit of a run, one interface a link, for any dissector.

Link type 203 (LINKTYPE_LAPD) holds address to information field, 140 (LINKTYPE_MTP2) BSN to the end of a signal unit;
no check octets in either. Time stamps are the cycles in microseconds since 0 (the resolution of an interface that names
none), so the octets depend on the journal alone. The direction (epb_flags) is the machine's: 1 received, 2 sent.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from switchsim.model.event import Event, Record
from switchsim.model.events import FrameReceived, FrameSent, UnitReceived, UnitSent
from switchsim.report.output import writing

LINKTYPE_MTP2: Final = 140
LINKTYPE_LAPD: Final = 203
CYCLE_US: Final = 125
RECEIVED: Final = 1
SENT: Final = 2
SECTION, INTERFACE, STATISTICS, PACKET = 0x0A0D0D0A, 1, 5, 6
"""Types of blocks: section header, interface description and statistics, enhanced packet."""
COMMENT, NAME, DESCRIPTION, USER_APPLICATION, FLAGS, RECEIVED_COUNT, DROPPED_COUNT = 1, 2, 3, 4, 2, 4, 5
"""Codes of options: of anything, of interfaces, of the section, of packets, of statistics."""
_MAGIC: Final = 0x1A2B3C4D
_HEAD, _LENGTH, _OPTION = struct.Struct("<II"), struct.Struct("<I"), struct.Struct("<HH")
_SECTION, _INTERFACE, _PACKET = struct.Struct("<IHHq"), struct.Struct("<HHI"), struct.Struct("<IIIII")
_FLAGS, _COUNT, _STATISTICS = struct.Struct("<HHI"), struct.Struct("<HHQ"), struct.Struct("<III")
_END: Final = bytes(4)

TAPPED: Final[dict[type[Event], tuple[int, int]]] = {
    FrameReceived: (LINKTYPE_LAPD, RECEIVED),
    FrameSent: (LINKTYPE_LAPD, SENT),
    UnitReceived: (LINKTYPE_MTP2, RECEIVED),
    UnitSent: (LINKTYPE_MTP2, SENT),
}
"""Link type and direction of the events that go into the capture; each has a `link` and `octets`."""


class Tap(msgspec.Struct, frozen=True):
    """What passed a link once: `at` in cycles, `direction` RECEIVED or SENT."""

    at: int
    link: str
    octets: bytes
    direction: int = SENT
    link_type: int = LINKTYPE_MTP2
    place: str = ""


def write_pcapng(file: Path, records: Iterable[Record]) -> int:
    """Write all frames and units of a journal to `file`; returns their number. Raises OutputError."""
    return write_taps(file, taps_of(records))


def taps_of(records: Iterable[Record]) -> Iterator[Tap]:
    """The frames and units among the records of a journal, in their order."""
    for record in records:
        event = record.event
        if isinstance(event, FrameReceived | FrameSent | UnitReceived | UnitSent):
            link_type, direction = TAPPED[type(event)]
            yield Tap(record.at, event.link, bytes.fromhex(event.octets), direction, link_type, record.place)


def write_taps(file: Path, taps: Iterable[Tap]) -> int:
    """Write what passed links to `file`; returns how many there were. Raises OutputError.

    An interface begins with its first packet; its name is the link, its description the part that journalled it.
    """
    interfaces: dict[tuple[str, str, int], int] = {}
    count = 0
    with writing(file) as out:
        blocks = PcapngWriter(out)
        for tap in taps:
            key = (tap.place, tap.link, tap.link_type)
            if key not in interfaces:
                interfaces[key] = blocks.interface(tap.link, tap.place, tap.link_type)
            blocks.packet(interfaces[key], tap.at, tap.octets, tap.direction)
            count += 1
    return count


class PcapngWriter:
    """Writes blocks one after the other into `out`, whose errors go through; times are cycles."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._interfaces = 0
        out.write(_block(SECTION, _SECTION.pack(_MAGIC, 1, 0, -1) + _text(USER_APPLICATION, "switchsim") + _END))

    def interface(self, name: str, description: str, link_type: int) -> int:
        """Describe one more interface; returns its number."""
        options = _text(NAME, name) + _text(DESCRIPTION, description) + _END
        self._out.write(_block(INTERFACE, _INTERFACE.pack(link_type, 0, 0) + options))
        self._interfaces += 1
        return self._interfaces - 1

    def packet(self, interface: int, at: int, octets: bytes, direction: int) -> None:
        self._packet(interface, at, octets, len(octets), _FLAGS.pack(FLAGS, 4, direction))

    def damaged(self, interface: int, at: int, length: int, flags: int, comment: str) -> None:
        """A packet of which only the length is known; flags: direction, and what was wrong with it (epb_flags)."""
        self._packet(interface, at, b"", length, _text(COMMENT, comment) + _FLAGS.pack(FLAGS, 4, flags))

    def statistics(self, interface: int, at: int, received: int, dropped: int, comment: str) -> None:
        """All packets of an interface until `at`, and how many of them were not good."""
        body = _STATISTICS.pack(interface, *_halves(at * CYCLE_US))
        options = _COUNT.pack(RECEIVED_COUNT, 8, received) + _COUNT.pack(DROPPED_COUNT, 8, dropped)
        self._out.write(_block(STATISTICS, body + _text(COMMENT, comment) + options + _END))

    def _packet(self, interface: int, at: int, octets: bytes, length: int, options: bytes) -> None:
        head = _PACKET.pack(interface, *_halves(at * CYCLE_US), len(octets), length)
        self._out.write(_block(PACKET, head + octets + bytes(-len(octets) % 4) + options + _END))


def _halves(microseconds: int) -> tuple[int, int]:
    return microseconds >> 32, microseconds & 0xFFFF_FFFF


def _block(kind: int, body: bytes) -> bytes:
    """A block with its length before and after it; `body` fills 32-bit words."""
    length = len(body) + 12
    return _HEAD.pack(kind, length) + body + _LENGTH.pack(length)


def _text(code: int, text: str) -> bytes:
    """An option that holds text."""
    octets = text.encode()
    return _OPTION.pack(code, len(octets)) + octets + bytes(-len(octets) % 4)
