"""Captures: both formats in both byte orders are read; whatever is wrong with one is one error that says where."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchsim.errors import BadInput
from switchsim.scenario.capture import Capture, read_capture

UNITS = (bytes.fromhex("ff8100"), bytes.fromhex("ff830d85018000a00a000c0200028090"))
SHIPPED = Path(__file__).parents[2] / "scenarios" / "faults" / "signalling" / "captures" / "two_calls.pcapng"


def pcap(order: str = "<", magic: int = 0xA1B2C3D4, link_type: int = 140, snap: int = 65535) -> bytes:
    head = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snap, link_type)
    return head + b"".join(struct.pack(order + "IIII", 7, 500 + n, len(unit), len(unit)) + unit
                           for n, unit in enumerate(UNITS))  # fmt: skip


def block(order: str, kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    size = struct.pack(order + "I", 12 + len(body))
    return struct.pack(order + "I", kind) + size + body + size


def option(order: str, code: int, value: bytes) -> bytes:
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def section(order: str = "<") -> bytes:
    return block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))


def interface(order: str = "<", link_type: int = 140, name: bytes = b"e1-0:16", more: bytes = b"") -> bytes:
    return block(order, 1, struct.pack(order + "HHI", link_type, 0, 0) + option(order, 2, name) + more)


def packet(order: str, unit: bytes, at: int = 500, number: int = 0, flags: int = 2) -> bytes:
    head = struct.pack(order + "IIIII", number, at >> 32, at & 0xFFFFFFFF, len(unit), len(unit))
    padded = unit + bytes(-len(unit) % 4)
    return block(order, 6, head + padded + option(order, 2, struct.pack(order + "I", flags)) + bytes(4))


def pcapng(order: str = "<") -> bytes:
    return section(order) + interface(order) + b"".join(packet(order, unit, 500 + n) for n, unit in enumerate(UNITS))


def refused(octets: bytes) -> str:
    with pytest.raises(BadInput) as caught:
        read_capture(octets, "c.pcap")
    assert len(caught.value.problems) == 1
    return str(caught.value)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(("magic", "unit_ns"), [(0xA1B2C3D4, 1000), (0xA1B23C4D, 1)])
def test_pcap_in_both_orders_and_resolutions(order: str, magic: int, unit_ns: int) -> None:
    capture = read_capture(pcap(order, magic), "c")
    assert [one.octets for one in capture.packets] == list(UNITS)
    assert [one.at_ns for one in capture.packets] == [7 * 10**9 + (500 + n) * unit_ns for n in range(2)]
    assert [one.link_type for one in capture.interfaces] == [140]


@pytest.mark.parametrize("order", "<>")
def test_pcapng_in_both_orders(order: str) -> None:
    capture = read_capture(pcapng(order), "c")
    assert [(one.octets, one.at_ns, one.direction) for one in capture.packets] == [
        (unit, (500 + n) * 1000, "sent") for n, unit in enumerate(UNITS)]  # fmt: skip
    assert capture.interfaces[0].name == "e1-0:16"


def test_sections_count_their_interfaces_anew_and_other_blocks_are_passed_over() -> None:
    both = pcapng("<") + block("<", 5, bytes(12)) + section(">") + interface(">", 203, b"d") + packet(">", b"\2\3\4")
    capture = read_capture(both, "c")
    assert [(one.interface, one.number) for one in capture.packets] == [(0, 1), (0, 2), (1, 3)]
    assert [one.link_type for one in capture.interfaces] == [140, 203]


def test_packets_in_error_are_counted_and_passed_over() -> None:
    """A tap keeps no octets of a frame that was damaged; what follows keeps the number that a dissector gives it."""
    flags = option("<", 2, struct.pack("<I", 1 << 24 | 2))
    damaged = block("<", 6, struct.pack("<IIIII", 0, 0, 500, 0, 9) + flags + bytes(4))
    capture = read_capture(section() + interface() + damaged + packet("<", UNITS[0]), "c")
    assert [(one.number, one.octets) for one in capture.packets] == [(2, UNITS[0])]


@pytest.mark.parametrize(("value", "at_ns"), [(b"\x09", 500), (b"\x03", 500_000_000), (b"\x8a", 500 * 10**9 // 1024)])
def test_resolutions_of_time(value: bytes, at_ns: int) -> None:
    octets = section() + interface(more=option("<", 9, value)) + packet("<", UNITS[0])
    assert read_capture(octets, "c").packets[0].at_ns == at_ns


def test_a_linux_header_tells_the_direction_and_is_taken_off() -> None:
    octets = section() + interface(link_type=177) + packet("<", b"\0\4" + bytes(14) + b"\2\3\4", flags=0)
    found = read_capture(octets, "c").packets[0]
    assert (found.octets, found.direction) == (b"\2\3\4", "sent")


def test_the_shipped_capture_holds_two_calls() -> None:
    capture = read_capture(SHIPPED.read_bytes(), "c")
    assert len(capture.packets) == 36
    assert [one.link_type for one in capture.interfaces] == [140]


@pytest.mark.parametrize(("octets", "words"), [
    (b"", "octet 0: begins with nothing"),
    (b"GIF89a..", "octet 0: begins with 47494638; expected a pcap or pcapng file"),
    (pcap()[:10], "octet 4: the file header is cut off"),
    (pcap(link_type=1), "octet 20: link type 1; expected one of 140 (MTP2), 203"),
    (pcap()[:30], "octet 24: the header of packet 1 is cut off after 6"),
    (pcap()[:-1], "packet 2 of 16 octets is cut off after 15"),
    (pcap()[:32] + b"\xff\xff\xff\x7f" + pcap()[36:], "octet 40: packet 1 of 2147483647 octets; expected at most"),
    (pcap()[:36] + b"\x09" + pcap()[37:], "only 3 of 9 octets were captured"),
    (pcap()[:28] + b"\xff\xff\xff\x7f" + pcap()[32:], "octet 28: packet 1: a fraction of"),
    (section()[:8] + bytes(4) + section()[12:], "octet 8: byte-order magic 00000000"),
    (section()[:12] + b"\2" + section()[13:], "octet 12: version 2"),
    (section()[:16] + b"\xfe" + section()[17:], "octet 16: a section of -2 octets"),
    (section() + b"\1\0\0\0\7\0\0\0", "a block of 7 octets; expected 12 or more"),
    (section() + b"\1\0\0\0\xf0\xff\xff\xff" + bytes(8), "a block of 4294967280 octets is cut off after 16"),
    (section() + interface()[:-1] + b"\1", "ends with the length"),
    (section() + interface(link_type=1), "link type 1;"),
    (section() + packet("<", UNITS[0]), "packet 1 of interface 0; expected one that was described: none yet"),
    (section() + interface() + packet("<", UNITS[0], number=3), "interface 3; expected one that was described: 0..0"),
    (section() + interface() + block("<", 3, bytes(8)), "a packet without a time"),
    (section() + interface(more=option("<", 9, b"\x40")), "a resolution of 40"),
    (section() + interface(more=option("<", 9, b"")), "a resolution of nothing"),
    (section() + block("<", 1, struct.pack("<HHIHH", 140, 0, 0, 2, 99)), "option 2 of 99 octets is cut off"),
    (section() + interface() + block("<", 6, bytes(16)), "packet 1 is cut off after 16 octets"),
    (section() + interface(link_type=177) + packet("<", b"\0\4"), "packet 1 of 2 octets; expected a header of 16"),
])  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(octets: bytes, words: str) -> None:
    text = refused(octets)
    assert text.startswith("c.pcap: octet ")
    assert words in text


def read(octets: bytes) -> Capture | str:
    try:
        return read_capture(octets, "c")
    except BadInput as error:
        return str(error)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200), st.sampled_from((b"", pcap(), pcap(">"), pcapng(), pcapng(">"))))
def test_any_octets_are_a_capture_or_an_error(octets: bytes, before: bytes) -> None:
    assert read(before + octets)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from((pcap(), pcapng(), pcapng(">"))), st.data())
def test_a_capture_with_wrong_octets_is_a_capture_or_an_error(whole: bytes, data: st.DataObject) -> None:
    octets = bytearray(whole)
    for at in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=4)):
        octets[at] = data.draw(st.integers(0, 255))
    assert read(bytes(octets[: data.draw(st.integers(0, len(whole)))]))
