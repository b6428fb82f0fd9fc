"""The osmo-e1d control protocol: octets of each message, what a server refuses, and what its desk answers.

Numbers are those of osmo-e1d 0.7.2: include/osmocom/e1d/proto.h, src/proto_srv.c (who is disconnected) and src/ctl.c
(what is answered).
"""

from __future__ import annotations

import random
import struct

import pytest

from switchsim.proto.e1d import desk, wire
from switchsim.proto.e1d.desk import Desk, DeskLine, Reply
from switchsim.proto.e1d.wire import Message, Refusal, TimeslotConfig, TimeslotInfo

ALL = tuple(range(1, 32))
LINES = (DeskLine("e1-0", ALL), DeskLine("e1-1", tuple(ts for ts in ALL if ts != 16)))
RAW_160 = wire.write_config(TimeslotConfig(wire.RAW, 0, 160))
FF = 0xFF


def packet(kind: int, interface: int = FF, line: int = FF, timeslot: int = FF, payload: bytes = b"") -> bytes:
    return struct.pack("=HHBBBB", 0x01E1, 8 + len(payload), kind, interface, line, timeslot) + payload


def answered(one: Desk, *octets: bytes) -> Reply:
    """The reply to the last of some packets."""
    for octet in octets:
        reply, refusal = one.answer(octet)
        assert refusal is None
    assert reply is not None
    return reply


def payload(reply: Reply) -> bytes:
    message = wire.decode(reply.packet)
    assert isinstance(message, Message)
    return message.payload


# -- octets ----------------------------------------------------------------------------------------------------------


def test_numbers_of_proto_h() -> None:
    assert (wire.INTF_QUERY, wire.LINE_QUERY, wire.TS_QUERY, wire.LINE_CONFIG, wire.TS_OPEN, wire.SABITS) == (
        0, 1, 2, 3, 4, 5)
    assert (wire.LOS_ON, wire.LOS_OFF, wire.AIS_ON, wire.AIS_OFF) == (0x40, 0x41, 0x42, 0x43)
    assert (wire.RAI_ON, wire.RAI_OFF, wire.LOF_ON, wire.LOF_OFF, wire.SABITS_EVENT) == (0x44, 0x45, 0x46, 0x47, 0x7F)
    assert (wire.LINE_OFF, wire.CHANNELIZED, wire.SUPERCHANNEL, wire.E1OIP) == (0, 0x20, 0x21, 0x22)
    assert (wire.TIMESLOT_OFF, wire.RAW, wire.HDLC_FCS, wire.FORCE) == (0, 0x10, 0x11, 0x80)
    assert (wire.MAGIC, wire.MOST_OCTETS, wire.MOST_HDLC_OCTETS) == (0x01E1, 4096, 264)
    assert wire.SUPERCHANNEL_TIMESLOT == 0xFE


@pytest.mark.parametrize(("message", "octets"), [
    (Message(type=0x04, interface=0, line=1, timeslot=16, payload=RAW_160), "e1010c0004000110" "1000a000"),
    (Message(type=0x00), "e101080000ffffff"),
    (Message(type=0x40, interface=0, line=2, timeslot=0), "e101080040000200"),
    (Message(type=0x7F, interface=0, line=0, timeslot=0, payload=b"\xf1"), "e10109007f000000f1"),
])
def test_a_message_is_its_octets_both_ways(message: Message, octets: str) -> None:
    swapped = bytes.fromhex(octets)
    if struct.pack("=H", 1) == b"\0\1":  # the protocol has the byte order of the host
        pytest.skip("octets of a little-endian host")
    assert wire.encode(message) == swapped
    assert wire.decode(swapped) == message


def test_sizes_of_the_packed_structures() -> None:
    assert len(wire.write_interfaces([wire.InterfaceInfo(0, 2)])) == 2
    assert len(wire.write_lines([wire.LineInfo(0, wire.CHANNELIZED)])) == 3
    assert len(RAW_160) == 4
    assert wire.write_timeslots([TimeslotInfo(16, TimeslotConfig(0x11, 0x80, 160), 0xA5)]).hex() == "101180a000a5"


def test_rows_of_payloads_come_back() -> None:
    interfaces = [wire.InterfaceInfo(0, 3), wire.InterfaceInfo(7, 0)]
    lines = [wire.LineInfo(0, 0x20, 0), wire.LineInfo(1, 0x21, 5)]
    slots = [TimeslotInfo(n, TimeslotConfig(n, 0x80, 65535 - n), n) for n in range(32)]
    assert wire.read_interfaces(wire.write_interfaces(interfaces)) == interfaces
    assert wire.read_lines(wire.write_lines(lines)) == lines
    assert wire.read_timeslots(wire.write_timeslots(slots)) == slots
    assert wire.read_config(RAW_160) == TimeslotConfig(wire.RAW, 0, 160)
    for read in (wire.read_interfaces, wire.read_lines, wire.read_timeslots, wire.read_config):
        assert isinstance(read(b"\0" * 5), Refusal)


def test_sa_bits_have_an_order_of_their_own_in_messages() -> None:
    """Bit 7 Sa8, 6 Sa7, 5 Sa5, 4 Sa4, 0 Sa6; in timeslot 0 bit 4 is Sa4, ... 0 is Sa8 (mux_demux.c)."""
    for frame in range(32):
        expected = (frame & 1) << 7 | (frame & 2) << 5 | (frame & 4) >> 2 | (frame & 8) << 2 | frame & 16
        assert wire.octet_of_sa(frame) == expected
        assert wire.sa_of_octet(expected) == frame
        assert wire.sa_of_octet(expected | 0x0E) == frame


# -- what ends a connection ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("octets", "why"), [
    (b"", "length"), (packet(0)[:7], "length"), (packet(0) + b"\0", "length"),
    (packet(4, 0, 0, 1, RAW_160)[:-1], "length"),
    (b"\xe2" + packet(0)[1:], "magic"), (b"\x01\xe1" + packet(0)[2:], "magic"),
    (packet(6), "type"), (packet(0x40, 0, 0, 0), "type"), (packet(0x80), "type"), (packet(0xFF), "type"),
    (packet(0, payload=b"\0"), "length"), (packet(3, 0, 0), "length"), (packet(4, 0, 0, 5, b"\x10\0\xa0"), "length"),
    (packet(5, 0, 0, payload=b"\0\0"), "length"), (b"\xe1\x01\x07\x00" + packet(0)[4:], "length"),
])
def test_a_packet_that_is_no_message_ends_the_connection(octets: bytes, why: str) -> None:
    reply, refusal = Desk(LINES).answer(octets)
    assert reply is None
    assert refusal is not None
    assert refusal.why == why


FILTERS = {
    wire.INTF_QUERY: ("-0", "f", "f"), wire.LINE_QUERY: ("0", "-0", "f"), wire.TS_QUERY: ("0", "0", "-0"),
    wire.LINE_CONFIG: ("0", "0", "f"), wire.TS_OPEN: ("0", "0", "0"), wire.SABITS: ("0", "0", "f"),
}
"""Of each command what interface, line and timeslot may be: 0 a number, f not given, - either (e1d_ctl_handlers)."""


@pytest.mark.parametrize("command", FILTERS)
def test_filters_are_as_the_command_wants_them(command: int) -> None:
    octets = {3: b"\x20", 4: RAW_160, 5: b"\xf1"}.get(command, b"")
    for interface in (0, FF):
        for line in (0, FF):
            for timeslot in (1, FF):
                given = zip(FILTERS[command], (interface, line, timeslot), strict=True)
                good = all(rule[0] == "-" or (value == FF) == (rule == "f") for rule, value in given)
                reply, refusal = Desk(LINES).answer(packet(command, interface, line, timeslot, octets))
                assert (reply is not None) == good
                assert good or (refusal is not None and refusal.why == "filter")


def test_nothing_that_comes_raises() -> None:
    source, one = random.Random(20), Desk(LINES, most_open=3)
    for _ in range(20_000):
        octets = bytearray(packet(source.randrange(6), 0, source.randrange(3), source.randrange(33),
                                  source.choice((b"", b"\x20", RAW_160))))
        for _ in range(source.randrange(3)):
            octets[source.randrange(len(octets))] = source.choice((0, 1, 4, 5, 16, 254, 255, source.randrange(256)))
        reply, refusal = one.answer(bytes(octets[: source.randrange(1, 14)] if source.random() < 0.2 else octets))
        assert (reply is None) != (refusal is None)
        if reply is not None:
            assert isinstance(wire.decode(reply.packet), Message)
        if reply is not None and reply.opening is not None and source.random() < 0.5:
            one.closed(reply.opening.line, reply.opening.timeslot)


# -- what is answered ------------------------------------------------------------------------------------------------


def test_responses_have_the_type_of_the_command_and_no_numbers() -> None:
    for command, places in ((0, (FF, FF, FF)), (1, (0, FF, FF)), (2, (0, 1, 5))):
        message = wire.decode(answered(Desk(LINES), packet(command, *places)).packet)
        assert isinstance(message, Message)
        assert (message.type, message.interface, message.line, message.timeslot) == (command | 0x80, 0, 0, 0)


def test_interfaces_and_lines() -> None:
    one = Desk(LINES)
    for interface in (0, FF):
        assert payload(answered(one, packet(0, interface))).hex() == "0002"
    assert payload(answered(one, packet(0, 1))) == b""
    assert payload(answered(one, packet(1, 0))).hex() == "002000" "012000"
    assert payload(answered(one, packet(1, 0, 1))).hex() == "012000"
    assert payload(answered(one, packet(1, 0, 2))) == payload(answered(one, packet(1, 1, 0))) == b""


def test_all_32_timeslots_are_told_the_open_ones_with_their_mode() -> None:
    one = Desk(LINES)
    answered(one, packet(4, 0, 0, 5, RAW_160))
    slots = wire.read_timeslots(payload(answered(one, packet(2, 0, 0))))
    assert isinstance(slots, list)
    assert [slot.id for slot in slots] == list(range(32))
    assert [slot.config.mode for slot in slots] == [0x10 * (number == 5) for number in range(32)]
    assert payload(answered(one, packet(2, 0, 0, 5))).hex() == "051000000000"
    assert payload(answered(one, packet(2, 0, 2))) == payload(answered(one, packet(2, 0, 0, 32))) == b""


@pytest.mark.parametrize("mode", [0x10, 0x11])
def test_a_timeslot_is_opened(mode: int) -> None:
    reply = answered(Desk(LINES), packet(4, 0, 1, 31, struct.pack("=BBH", mode, 0, 160)))
    assert payload(reply) == bytes([31, mode, 0, 0, 0, 0xA5])  # neither flags nor size come back
    assert reply.opening == desk.Opening(
        line=1, timeslot=31, name="e1-1:31", mode={0x10: "raw", 0x11: "hdlc"}[mode], read_bufsize=160, takes_over=False)


@pytest.mark.parametrize(("interface", "line", "timeslot", "config", "why"), [
    (1, 0, 5, (0x10, 0, 160), "no such interface"), (0, 2, 5, (0x10, 0, 160), "no such line"),
    (0, 0, 0, (0x10, 0, 160), "timeslot 0"), (0, 0, 32, (0x10, 0, 160), "timeslot 32"),
    (0, 0, 0xFE, (0x10, 0, 160), "no superchannel"), (0, 1, 16, (0x10, 0, 160), "attached otherwise"),
    (0, 0, 5, (0x00, 0, 160), "mode off"), (0, 0, 5, (0x12, 0, 160), "unknown mode"),
    (0, 0, 5, (0x10, 0, 0), "no buffer"), (0, 0, 5, (0x11, 0x80, 0), "no buffer, HDLC"),
], ids=lambda value: value if isinstance(value, str) else None)
def test_what_can_not_be_opened_is_answered_with_nothing(
        interface: int, line: int, timeslot: int, config: tuple[int, int, int], why: str) -> None:
    reply = answered(Desk(LINES), packet(4, interface, line, timeslot, struct.pack("=BBH", *config)))
    assert payload(reply) == b""
    assert reply.opening is None


def test_a_busy_timeslot_is_had_by_force_alone() -> None:
    one = Desk(LINES)
    assert answered(one, packet(4, 0, 0, 5, RAW_160)).opening
    assert answered(one, packet(4, 0, 0, 5, RAW_160)).opening is None
    assert answered(one, packet(4, 0, 1, 5, RAW_160)).opening  # of another line
    hdlc = wire.write_config(TimeslotConfig(wire.HDLC_FCS, wire.FORCE, 160))
    forced = answered(one, packet(4, 0, 0, 5, hdlc)).opening
    assert forced is not None
    assert (forced.takes_over, forced.mode) == (True, "hdlc")
    one.closed(0, 5)
    again = answered(one, packet(4, 0, 0, 5, RAW_160)).opening
    assert again is not None
    assert not again.takes_over


def test_no_more_timeslots_than_there_are_units_for() -> None:
    one = Desk(LINES, most_open=2)
    force = wire.write_config(TimeslotConfig(wire.RAW, wire.FORCE, 160))
    assert answered(one, packet(4, 0, 0, 1, RAW_160)).opening
    assert answered(one, packet(4, 0, 0, 2, RAW_160)).opening
    for config in (RAW_160, force):
        assert payload(answered(one, packet(4, 0, 0, 3, config))) == b""
    assert answered(one, packet(4, 0, 0, 2, force)).opening
    one.closed(0, 1)
    assert answered(one, packet(4, 0, 0, 3, RAW_160)).opening


def test_lines_stay_channelized() -> None:
    one = Desk(LINES)
    assert payload(answered(one, packet(3, 0, 1, payload=b"\x20"))).hex() == "012000"
    for mode in (0x00, 0x21, 0x22, 0xFF):
        assert payload(answered(one, packet(3, 0, 1, payload=bytes([mode])))) == b""
    assert payload(answered(one, packet(3, 0, 2, payload=b"\x20"))) == b""


def test_sa_bits_are_taken_and_answered_with_nothing() -> None:
    reply = answered(Desk(LINES), packet(5, 0, 1, payload=b"\x91"))
    assert (payload(reply), reply.sabits) == (b"", (1, 0x91))
    assert answered(Desk(LINES), packet(5, 0, 2, payload=b"\x91")).sabits is None


def test_when_the_host_has_no_descriptor_the_response_is_an_error() -> None:
    one = Desk(LINES)
    opening = answered(one, packet(4, 0, 0, 5, RAW_160)).opening
    assert opening is not None
    message = wire.decode(one.failed(opening.line, opening.timeslot, 24))
    assert isinstance(message, Message)
    assert (message.type, message.payload) == (0xC0 | -24 & 0x3F, b"")
    assert answered(one, packet(4, 0, 0, 5, RAW_160)).opening
