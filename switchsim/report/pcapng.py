"""signalling.pcapng: every LAPD frame and signal unit of a run, one interface a link, for any dissector.

Link type 203 (LINKTYPE_LAPD) holds address to information field, 140 (LINKTYPE_MTP2) BSN to the end of a signal unit;
no check octets in either. Time stamps are the cycles in microseconds since 0 (the resolution of an interface that names
none), so the octets depend on the journal alone. The direction (epb_flags) is seen from the machine: 1 received, 2 sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec
from pcapng import FileWriter  # type: ignore[import-untyped]
from pcapng.blocks import EnhancedPacket, InterfaceDescription, SectionHeader  # type: ignore[import-untyped]

from switchsim.model.event import Event, Record
from switchsim.model.events import FrameReceived, FrameSent, UnitReceived, UnitSent
from switchsim.report.output import writing

LINKTYPE_MTP2: Final = 140
LINKTYPE_LAPD: Final = 203
CYCLE_US: Final = 125
RECEIVED: Final = 1
SENT: Final = 2

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
    section = SectionHeader(endianness="<", options={"shb_userappl": "switchsim"})
    interfaces: dict[tuple[str, str, int], InterfaceDescription] = {}
    count = 0
    with writing(file) as out:
        capture = FileWriter(out, section)
        for tap in taps:
            key = (tap.place, tap.link, tap.link_type)
            if key not in interfaces:
                interfaces[key] = _interface(section, *key)
                capture.write_block(interfaces[key])
            capture.write_block(_packet(section, interfaces[key], tap))
            count += 1
    return count


def _interface(section: SectionHeader, place: str, link: str, link_type: int) -> InterfaceDescription:
    options = {"if_name": link, "if_description": place}
    return section.new_member(InterfaceDescription, link_type=link_type, snaplen=0, options=options)


def _packet(section: SectionHeader, interface: InterfaceDescription, tap: Tap) -> EnhancedPacket:
    options = {"epb_flags": tap.direction}
    packet = section.new_member(EnhancedPacket, interface_id=interface.interface_id, options=options)
    microseconds = tap.at * CYCLE_US
    packet.timestamp_high, packet.timestamp_low = microseconds >> 32, microseconds & 0xFFFF_FFFF
    packet.packet_data = tap.octets
    return packet
