"""signalling.pcapng: every LAPD frame of a run, one interface a D channel, for any dissector.

Link type 203 (LINKTYPE_LAPD): address to information field, no FCS. Time stamps are the cycles in microseconds since 0
(the resolution of an interface that names none), so the octets depend on the journal alone. The direction (epb_flags)
is seen from the machine: 1 received, 2 sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from pcapng import FileWriter  # type: ignore[import-untyped]
from pcapng.blocks import EnhancedPacket, InterfaceDescription, SectionHeader  # type: ignore[import-untyped]

from switchsim.model.event import Record
from switchsim.model.events import FrameReceived, FrameSent
from switchsim.report.output import writing

LINKTYPE_LAPD: Final = 203
CYCLE_US: Final = 125
_RECEIVED: Final = 1
_SENT: Final = 2


def write_pcapng(file: Path, records: Iterable[Record]) -> int:
    """Write all frames of a journal to `file`; returns their number. Raises OutputError.

    An interface begins with its first frame; its name is the link, its description the part that journalled it.
    """
    section = SectionHeader(endianness="<", options={"shb_userappl": "switchsim"})
    interfaces: dict[tuple[str, str], InterfaceDescription] = {}
    frames_count = 0
    with writing(file) as out:
        capture = FileWriter(out, section)
        for record in records:
            event = record.event
            if not isinstance(event, FrameSent | FrameReceived):
                continue
            key = (record.place, event.link)
            if key not in interfaces:
                interfaces[key] = _interface(section, *key)
                capture.write_block(interfaces[key])
            flags = _SENT if isinstance(event, FrameSent) else _RECEIVED
            capture.write_block(_packet(section, interfaces[key], record.at, flags, bytes.fromhex(event.octets)))
            frames_count += 1
    return frames_count


def _interface(section: SectionHeader, place: str, link: str) -> InterfaceDescription:
    options = {"if_name": link, "if_description": place}
    return section.new_member(InterfaceDescription, link_type=LINKTYPE_LAPD, snaplen=0, options=options)


def _packet(
    section: SectionHeader, interface: InterfaceDescription, at: int, flags: int, octets: bytes
) -> EnhancedPacket:
    packet = section.new_member(EnhancedPacket, interface_id=interface.interface_id, options={"epb_flags": flags})
    microseconds = at * CYCLE_US
    packet.timestamp_high, packet.timestamp_low = microseconds >> 32, microseconds & 0xFFFF_FFFF
    packet.packet_data = octets
    return packet
