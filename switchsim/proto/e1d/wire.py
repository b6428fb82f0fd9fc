"""Messages of the osmo-e1d control protocol, both ways: header, commands, responses, events.

One message is one packet of an AF_UNIX SOCK_SEQPACKET socket, at most 4096 octets, packed, in the byte order of the
host (both ends are on one host). Source: osmo-e1d 0.7.2, include/osmocom/e1d/proto.h and src/proto_srv.c.

    header   u16 magic 0x01e1 | u16 length of header and payload | u8 type | u8 interface | u8 line | u8 timeslot

What a peer does wrong is a `Refusal`; nothing here raises for octets that came.
"""

from __future__ import annotations

import struct
from typing import Final

import msgspec

MAGIC: Final = 0x01E1
MOST_OCTETS: Final = 4096
UNSPECIFIED: Final = 0xFF
SUPERCHANNEL_TIMESLOT: Final = 0xFE
MOST_HDLC_OCTETS: Final = 264

INTF_QUERY, LINE_QUERY, TS_QUERY, LINE_CONFIG, TS_OPEN, SABITS = range(6)
LOS_ON, LOS_OFF, AIS_ON, AIS_OFF, RAI_ON, RAI_OFF, LOF_ON, LOF_OFF = range(0x40, 0x48)
SABITS_EVENT: Final = 0x7F
EVENT_NAMES: Final = {
    LOS_ON: "los_on", LOS_OFF: "los_off", AIS_ON: "ais_on", AIS_OFF: "ais_off", RAI_ON: "rai_on", RAI_OFF: "rai_off",
    LOF_ON: "lof_on", LOF_OFF: "lof_off", SABITS_EVENT: "sabits",
}  # fmt: skip

KIND_MASK, COMMAND, EVENT, RESPONSE, ERROR = 0xC0, 0x00, 0x40, 0x80, 0xC0
ERROR_MASK: Final = 0x3F

LINE_OFF, CHANNELIZED, SUPERCHANNEL, E1OIP = 0x00, 0x20, 0x21, 0x22
TIMESLOT_OFF, RAW, HDLC_FCS = 0x00, 0x10, 0x11
FORCE: Final = 0x80
OPENED: Final = 0xA5
"""Status of a timeslot in the response that carries its descriptor."""

_HEADER: Final = struct.Struct("=HHBBBB")
_INTERFACE: Final = struct.Struct("=BB")
_LINE: Final = struct.Struct("=BBB")
_CONFIG: Final = struct.Struct("=BBH")
_TIMESLOT: Final = struct.Struct("=BBBHB")
HEADER_OCTETS: Final = _HEADER.size


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message; interface, line and timeslot are 0..255, 255: not specified."""

    type: int
    interface: int = UNSPECIFIED
    line: int = UNSPECIFIED
    timeslot: int = UNSPECIFIED
    payload: bytes = b""


class Refusal(msgspec.Struct, frozen=True):
    """A message that a server ends the connection for. why: magic, length, type or filter; detail: what was found."""

    why: str
    detail: str


class InterfaceInfo(msgspec.Struct, frozen=True):
    """id: number of the interface; n_lines: how many lines it has."""

    id: int
    n_lines: int


class LineInfo(msgspec.Struct, frozen=True):
    """mode: LINE_OFF, CHANNELIZED, ...; status: 0."""

    id: int
    mode: int
    status: int = 0


class TimeslotConfig(msgspec.Struct, frozen=True):
    """mode: TIMESLOT_OFF, RAW or HDLC_FCS; flags: FORCE; read_bufsize: 1..65535 octets that a RAW one gives at once."""

    mode: int
    flags: int = 0
    read_bufsize: int = 0


class TimeslotInfo(msgspec.Struct, frozen=True):
    """status: OPENED with a descriptor, else 0."""

    id: int
    config: TimeslotConfig
    status: int = 0


def encode(message: Message) -> bytes:
    """The packet of a message; its payload is at most 4088 octets."""
    assert len(message.payload) <= MOST_OCTETS - HEADER_OCTETS
    length = HEADER_OCTETS + len(message.payload)
    header = _HEADER.pack(MAGIC, length, message.type, message.interface, message.line, message.timeslot)
    return header + message.payload


def decode(packet: bytes) -> Message | Refusal:
    """The message of a packet, or what is wrong with its header."""
    if len(packet) < HEADER_OCTETS:
        return Refusal("length", f"{len(packet)} octets, less than a header")
    magic, length, kind, interface, line, timeslot = _HEADER.unpack_from(packet)
    if magic != MAGIC:
        return Refusal("magic", f"{magic:#06x}")
    if length != len(packet) or length > MOST_OCTETS:
        return Refusal("length", f"{length} in the header of {len(packet)} octets")
    return Message(type=kind, interface=interface, line=line, timeslot=timeslot, payload=packet[HEADER_OCTETS:])


def is_event(message: Message) -> bool:
    """Events may come before the response to a command."""
    return message.type & KIND_MASK == EVENT


def error(number: int) -> int:
    """Type of the response that tells of a system error (proto_srv.c: the negative number, six bits of it)."""
    return ERROR | -number & ERROR_MASK


# -- payloads ----------------------------------------------------------------------------------------------------------


def write_interfaces(infos: list[InterfaceInfo]) -> bytes:
    return b"".join(_INTERFACE.pack(info.id, info.n_lines) for info in infos)


def read_interfaces(payload: bytes) -> list[InterfaceInfo] | Refusal:
    """Response to INTF_QUERY."""
    if problem := _uneven(payload, _INTERFACE):
        return problem
    return [InterfaceInfo(*row) for row in _INTERFACE.iter_unpack(payload)]


def write_lines(infos: list[LineInfo]) -> bytes:
    return b"".join(_LINE.pack(info.id, info.mode, info.status) for info in infos)


def read_lines(payload: bytes) -> list[LineInfo] | Refusal:
    """Response to LINE_QUERY and LINE_CONFIG; nothing: no such line, or a mode that it does not have."""
    if problem := _uneven(payload, _LINE):
        return problem
    return [LineInfo(*row) for row in _LINE.iter_unpack(payload)]


def write_config(config: TimeslotConfig) -> bytes:
    return _CONFIG.pack(config.mode, config.flags, config.read_bufsize)


def read_config(payload: bytes) -> TimeslotConfig | Refusal:
    """Payload of TS_OPEN."""
    if len(payload) != _CONFIG.size:
        return Refusal("length", f"{len(payload)} octets of a configuration")
    return TimeslotConfig(*_CONFIG.unpack(payload))


def write_timeslots(infos: list[TimeslotInfo]) -> bytes:
    return b"".join(
        _TIMESLOT.pack(info.id, info.config.mode, info.config.flags, info.config.read_bufsize, info.status)
        for info in infos
    )


def read_timeslots(payload: bytes) -> list[TimeslotInfo] | Refusal:
    """Response to TS_QUERY and TS_OPEN; nothing: no such timeslot, busy, or what was asked can not be."""
    if problem := _uneven(payload, _TIMESLOT):
        return problem
    rows = _TIMESLOT.iter_unpack(payload)
    return [
        TimeslotInfo(number, TimeslotConfig(mode, flags, size), status) for number, mode, flags, size, status in rows
    ]


def _uneven(payload: bytes, row: struct.Struct) -> Refusal | None:
    whole = len(payload) % row.size == 0
    return None if whole else Refusal("length", f"{len(payload)} octets of rows of {row.size}")


# -- Sa bits: the octet of the messages has them in an order of its own ------------------------------------------------

_SA_PLACES: Final = ((4, 4), (3, 5), (2, 0), (1, 6), (0, 7))
"""(bit of the line's five: 4 is Sa4, ... 0 is Sa8; bit of the message's octet)."""


def sa_of_octet(octet: int) -> int:
    """Sa4 to Sa8 as bits 4 to 0, as they stand in timeslot 0, of the octet of a message."""
    return sum((octet >> there & 1) << here for here, there in _SA_PLACES)


def octet_of_sa(sa: int) -> int:
    """The octet of a message (bit 7 Sa8, 6 Sa7, 5 Sa5, 4 Sa4, 0 Sa6) of Sa4 to Sa8 as bits 4 to 0."""
    return sum((sa >> here & 1) << there for here, there in _SA_PLACES)
