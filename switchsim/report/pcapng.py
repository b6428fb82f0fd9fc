"""signalling.pcapng: every LAPD frame and signal unit of a run, one interface a link, for any dissector.

Link type 203 (LINKTYPE_LAPD) holds address to information field, 140 (LINKTYPE_MTP2) BSN to the end of a signal unit;
no check octets in either. Time stamps are the cycles in microseconds since 0 (the resolution of an interface that names
none), so the octets depend on the journal alone. The direction (epb_flags) is the machine's: 1 received, 2 sent.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from switchsim.model.event import Event, Record
from switchsim.model.events import FrameReceived, FrameSent, UnitReceived, UnitSent
from switchsim.report.output import writing

LINKTYPE_MTP2: Final = 140
LINKTYPE_LAPD: Final = 203
CYCLE_US: Final = 125
RECEIVED: Final = 1
SENT: Final = 2
SECTION, INTERFACE, PACKET = 0x0A0D0D0A, 1, 6
"""Types of blocks: section header, interface description, enhanced packet."""
NAME, DESCRIPTION, USER_APPLICATION, FLAGS = 2, 3, 4, 2
"""Codes of options: of interfaces, of the section, of packets."""
_MAGIC: Final = 0x1A2B3C4D
_HEAD, _LENGTH, _OPTION = struct.Struct("<II"), struct.Struct("<I"), struct.Struct("<HH")
_SECTION, _INTERFACE, _PACKET = struct.Struct("<IHHq"), struct.Struct("<HHI"), struct.Struct("<IIIII")
_FLAGS: Final = struct.Struct("<HHI")
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
        out.write(_block(SECTION, _SECTION.pack(_MAGIC, 1, 0, -1) + _text(USER_APPLICATION, "switchsim") + _END))
        for tap in taps:
            key = (tap.place, tap.link, tap.link_type)
            if key not in interfaces:
                interfaces[key] = len(interfaces)
                out.write(_interface(*key))
            out.write(_packet(interfaces[key], tap))
            count += 1
    return count


def _block(kind: int, body: bytes) -> bytes:
    """A block with its length before and after it; `body` fills 32-bit words."""
    length = len(body) + 12
    return _HEAD.pack(kind, length) + body + _LENGTH.pack(length)


def _text(code: int, text: str) -> bytes:
    """An option that holds text."""
    octets = text.encode()
    return _OPTION.pack(code, len(octets)) + octets + bytes(-len(octets) % 4)


def _interface(place: str, link: str, link_type: int) -> bytes:
    return _block(INTERFACE, _INTERFACE.pack(link_type, 0, 0) + _text(NAME, link) + _text(DESCRIPTION, place) + _END)


def _packet(interface: int, tap: Tap) -> bytes:
    microseconds, length = tap.at * CYCLE_US, len(tap.octets)
    head = _PACKET.pack(interface, microseconds >> 32, microseconds & 0xFFFF_FFFF, length, length)
    return _block(PACKET, head + tap.octets + bytes(-length % 4) + _FLAGS.pack(FLAGS, 4, tap.direction) + _END)
