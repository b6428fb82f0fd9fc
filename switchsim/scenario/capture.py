"""Reads captures: pcap and pcapng, both byte orders, strictly. What cannot be read is one error that says where.

Link types: 140 (MTP2), 203 (LAPD) and 177 (LAPD behind the 16 octets that a Linux socket puts before it).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, NoReturn

import msgspec

from switchsim.errors import BadInput

MTP2, LAPD, LINUX_LAPD = 140, 203, 177
LINK_TYPES: Final = {MTP2: "MTP2", LAPD: "LAPD", LINUX_LAPD: "LAPD with a Linux header"}
LINUX_HEADER_OCTETS: Final = 16
LINUX_OUTGOING: Final = 4
MOST_OCTETS: Final = 64 << 20
MOST_PACKET: Final = 1 << 18
NANOSECONDS: Final = 10**9

_PCAP: Final = {
    b"\xa1\xb2\xc3\xd4": (">", 1000), b"\xd4\xc3\xb2\xa1": ("<", 1000),
    b"\xa1\xb2\x3c\x4d": (">", 1), b"\x4d\x3c\xb2\xa1": ("<", 1),
}  # fmt: skip
"""Byte order and nanoseconds of a unit of the time stamps, by the first four octets."""
_SECTION, _INTERFACE, _SIMPLE, _ENHANCED = 0x0A0D0D0A, 1, 3, 6
_SECTION_OCTETS: Final = b"\x0a\x0d\x0d\x0a"
_MAGIC: Final = 0x1A2B3C4D
_NAME, _RESOLUTION, _FLAGS = 2, 9, 2
_DAMAGED: Final = 0xFFFF_0000
"""Bits of epb_flags that say that a packet was in error on the line: nothing that could be played."""


class Interface(msgspec.Struct, frozen=True):
    """Where packets were taken. ticks: units of its time stamps in a second."""

    link_type: int
    name: str = ""
    ticks: int = 1_000_000


class Packet(msgspec.Struct, frozen=True):
    """One packet. number: 1 and up, as dissectors count. direction: sent, received, or unknown (empty)."""

    number: int
    interface: int
    at_ns: int
    octets: bytes
    direction: str = ""


class Capture(msgspec.Struct, frozen=True):
    """A whole file: interfaces in the order of the file, over all its sections."""

    interfaces: tuple[Interface, ...]
    packets: tuple[Packet, ...]


def read_capture(octets: bytes, file: str) -> Capture:
    """A capture from its octets; raises BadInput, `file` and the octet at which it goes wrong in its text."""
    reader = _Reader(octets, file)
    if len(octets) > MOST_OCTETS:
        reader.fail(0, f"{len(octets)} octets", f"a capture of at most {MOST_OCTETS}")
    if octets[:4] in _PCAP:
        return _read_pcap(reader)
    if octets[:4] == _SECTION_OCTETS:
        return _Sections(reader).read()
    return reader.fail(0, f"begins with {octets[:4].hex() or 'nothing'}", "a pcap or pcapng file")


class _Reader:
    """The octets, and how to say that they are wrong."""

    def __init__(self, octets: bytes, file: str) -> None:
        self.octets = octets
        self.file = file
        self.order = "<"

    def fail(self, at: int, what: str, expected: str) -> NoReturn:
        raise BadInput.one(self.file, f"octet {at}: {what}", expected)

    def take(self, layout: str, at: int, end: int, what: str) -> tuple[int, ...]:
        """Numbers from octet `at`; the whole must end before `end`."""
        size = struct.calcsize(self.order + layout)
        if at + size > end:
            self.fail(at, f"{what} is cut off after {max(0, end - at)} octets", f"{size} octets")
        return struct.unpack_from(self.order + layout, self.octets, at)

    def link_type(self, value: int, at: int) -> int:
        if value not in LINK_TYPES:
            known = ", ".join(f"{number} ({name})" for number, name in LINK_TYPES.items())
            self.fail(at, f"link type {value}", f"one of {known}")
        return value

    def packet(self, number: int, index: int, link_type: int, at_ns: int, place: tuple[int, int], flags: int) -> Packet:
        """A packet whose octets are at `place` (first, count)."""
        octets = self.octets[place[0] : place[0] + place[1]]
        direction = {1: "received", 2: "sent"}.get(flags & 3, "")
        if link_type == LINUX_LAPD:
            if len(octets) < LINUX_HEADER_OCTETS:
                self.fail(place[0], f"packet {number} of {len(octets)} octets", f"a header of {LINUX_HEADER_OCTETS}")
            direction = "sent" if int.from_bytes(octets[:2], "big") == LINUX_OUTGOING else "received"
            octets = octets[LINUX_HEADER_OCTETS:]
        return Packet(number, index, at_ns, octets, direction)

    def size(self, captured: int, original: int, at: int, end: int, number: int) -> int:
        """The length of a packet, if it is possible and the packet is whole."""
        if captured > MOST_PACKET:
            self.fail(at, f"packet {number} of {captured} octets", f"at most {MOST_PACKET}")
        if at + captured > end:
            self.fail(at, f"packet {number} of {captured} octets is cut off after {max(0, end - at)}", "all of them")
        if captured < original:
            self.fail(at, f"packet {number}: only {captured} of {original} octets were captured", "whole packets")
        return captured


def _read_pcap(reader: _Reader) -> Capture:
    reader.order, nanoseconds = _PCAP[reader.octets[:4]]
    end = len(reader.octets)
    *_, link_type = reader.take("HHiIII", 4, end, "the file header")
    reader.link_type(link_type & 0x0FFF_FFFF, 20)
    packets: list[Packet] = []
    at = 24
    while at < end:
        number = len(packets) + 1
        second, fraction, captured, original = reader.take("IIII", at, end, f"the header of packet {number}")
        if fraction * nanoseconds >= NANOSECONDS:
            reader.fail(at + 4, f"packet {number}: a fraction of {fraction}", "less than a second")
        count = reader.size(captured, original, at + 16, end, number)
        at_ns = second * NANOSECONDS + fraction * nanoseconds
        packets.append(reader.packet(number, 0, link_type & 0x0FFF_FFFF, at_ns, (at + 16, count), 0))
        at += 16 + count
    return Capture((Interface(link_type & 0x0FFF_FFFF),), tuple(packets))


class _Sections:
    """A pcapng file: sections of blocks, each with its length before and after it."""

    def __init__(self, reader: _Reader) -> None:
        self.reader = reader
        self.interfaces: list[Interface] = []
        self.packets: list[Packet] = []
        self.seen = 0  # packets, damaged ones too
        self.first = 0  # interface of the present section

    def read(self) -> Capture:
        for kind, at, end in self._blocks():
            if kind == _INTERFACE:
                self._interface(at, end)
            elif kind == _ENHANCED:
                self._enhanced(at, end)
            elif kind == _SIMPLE:
                self.reader.fail(at, "a packet without a time", "enhanced packet blocks")
        return Capture(tuple(self.interfaces), tuple(self.packets))

    def _blocks(self) -> Iterator[tuple[int, int, int]]:
        """(type, first octet of the body, end of the body) of every block but section headers."""
        reader, at, whole = self.reader, 0, len(self.reader.octets)
        while at < whole:
            if reader.octets[at : at + 4] == _SECTION_OCTETS:
                self._section(at)
            kind, length = reader.take("II", at, whole, "a block")
            if length < 12 or length % 4:
                reader.fail(at + 4, f"a block of {length} octets", "12 or more, a multiple of 4")
            if at + length > whole:
                reader.fail(at + 4, f"a block of {length} octets is cut off after {whole - at}", "all of it")
            (again,) = reader.take("I", at + length - 4, whole, "a block's end")
            if again != length:
                reader.fail(at + length - 4, f"a block of {length} octets ends with the length {again}", "the same")
            if kind != _SECTION:
                yield kind, at + 8, at + length - 4
            at += length

    def _section(self, at: int) -> None:
        magic = self.reader.octets[at + 8 : at + 12]
        orders = {_MAGIC.to_bytes(4, "little"): "<", _MAGIC.to_bytes(4, "big"): ">"}
        if magic not in orders:
            what = f"byte-order magic {magic.hex() or 'missing'}"
            self.reader.fail(at + 8, what, "1a2b3c4d in one order or the other")
        self.reader.order = orders[magic]
        major, _, length = self.reader.take("HHq", at + 12, len(self.reader.octets), "the section header")
        if major != 1:
            self.reader.fail(at + 12, f"version {major}", "version 1")
        if length < -1:
            self.reader.fail(at + 16, f"a section of {length} octets", "its length, or -1")
        self.first = len(self.interfaces)

    def _options(self, at: int, end: int) -> Iterator[tuple[int, int, int]]:
        """(code, first octet, length) of every option."""
        while at < end:
            code, length = self.reader.take("HH", at, end, "an option")
            if code == 0:
                return
            if at + 4 + length > end:
                self.reader.fail(at, f"option {code} of {length} octets is cut off", "all of it")
            yield code, at + 4, length
            at += 4 + (length + 3) // 4 * 4

    def _interface(self, at: int, end: int) -> None:
        link_type, _, _ = self.reader.take("HHI", at, end, "an interface")
        name, ticks = "", 1_000_000
        for code, first, length in self._options(at + 8, end):
            value = self.reader.octets[first : first + length]
            if code == _NAME:
                name = value.decode("utf-8", errors="replace")
            elif code == _RESOLUTION:
                ticks = self._ticks(first, value)
        self.interfaces.append(Interface(self.reader.link_type(link_type, at), name, ticks))

    def _ticks(self, at: int, value: bytes) -> int:
        if len(value) != 1 or value[0] & 127 > (63 if value[0] & 128 else 18):
            self.reader.fail(at, f"a resolution of {value.hex() or 'nothing'}", "one octet, as in if_tsresol")
        return int((2 if value[0] & 128 else 10) ** (value[0] & 127))

    def _enhanced(self, at: int, end: int) -> None:
        self.seen = number = self.seen + 1
        index, high, low, captured, original = self.reader.take("IIIII", at, end, f"packet {number}")
        if self.first + index >= len(self.interfaces):
            known = f"0..{len(self.interfaces) - self.first - 1}" if len(self.interfaces) > self.first else "none yet"
            self.reader.fail(at, f"packet {number} of interface {index}", f"one that was described: {known}")
        count = self.reader.size(captured, captured, at + 20, end, number)
        flags = 0
        for code, first, length in self._options(at + 20 + (count + 3) // 4 * 4, end):
            if code == _FLAGS and length == 4:
                (flags,) = self.reader.take("I", first, end, "flags")
        if flags & _DAMAGED:
            return
        self.reader.size(captured, original, at + 20, end, number)
        interface = self.interfaces[self.first + index]
        at_ns = (high << 32 | low) * NANOSECONDS // interface.ticks
        place = (at + 20, count)
        self.packets.append(
            self.reader.packet(number, self.first + index, interface.link_type, at_ns, place, flags))
