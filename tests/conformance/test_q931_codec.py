"""Coding of Q.931 messages and elements (clause 4): examples with their octets, and a walk over every row."""

from __future__ import annotations

import pytest

from switchsim.proto.q931 import (
    AUDIO_3K1,
    ELEMENTS,
    SPEECH,
    UNRESTRICTED,
    Bearer,
    CallStateValue,
    Cause,
    ChannelId,
    ChannelKind,
    Flag,
    Ie,
    IeValue,
    Message,
    MessageType,
    Number,
    Progress,
    Rejected,
    RestartIndicator,
    Text,
    decode,
    encode,
)

EXAMPLES: list[tuple[str, Ie, IeValue, str]] = [
    ("4.5.5 speech, A-law", Ie.BEARER_CAPABILITY, SPEECH, "04038090a3"),
    ("4.5.5 3.1 kHz audio, A-law", Ie.BEARER_CAPABILITY, AUDIO_3K1, "04039090a3"),
    ("4.5.5 64 kbit/s unrestricted", Ie.BEARER_CAPABILITY, UNRESTRICTED, "04028890"),
    ("4.5.5 V.110, octet 5a kept", Ie.BEARER_CAPABILITY, Bearer(8, -1, rest=b"\x21\x8f"), "04048890218f"),
    ("4.5.5 multirate, octet 4.1 kept", Ie.BEARER_CAPABILITY, Bearer(8, -1, 0x98, rest=b"\x86"), "0403881886"),
    ("4.5.7 active", Ie.CALL_STATE, CallStateValue(10), "14010a"),
    ("4.5.7 restart request", Ie.CALL_STATE, CallStateValue(61), "14013d"),
    ("4.5.12 normal clearing, user", Ie.CAUSE, Cause(16), "08028090"),
    ("4.5.12 busy, local public network", Ie.CAUSE, Cause(17, 2), "08028291"),
    ("4.5.12 with a diagnostic", Ie.CAUSE, Cause(96, 2, 0, b"\x18"), "080382e018"),
    ("4.5.13 exclusive, slot 1", Ie.CHANNEL_IDENTIFICATION, ChannelId((1,)), "1803a98381"),
    ("4.5.13 exclusive, slot 31", Ie.CHANNEL_IDENTIFICATION, ChannelId((31,)), "1803a9839f"),
    ("4.5.13 preferred, slot 17", Ie.CHANNEL_IDENTIFICATION, ChannelId((17,), False), "1803a18391"),
    ("4.5.13 several slots", Ie.CHANNEL_IDENTIFICATION, ChannelId((1, 2, 31)), "1805a98301029f"),
    ("4.5.13 any channel", Ie.CHANNEL_IDENTIFICATION, ChannelId((), False, ChannelKind.ANY), "1801a3"),
    ("4.5.13 no channel", Ie.CHANNEL_IDENTIFICATION, ChannelId((), False, ChannelKind.NONE), "1801a0"),
    ("4.5.13 whole interface", Ie.CHANNEL_IDENTIFICATION, ChannelId((), True, ChannelKind.INTERFACE), "1801a9"),
    ("4.5.13 D channel", Ie.CHANNEL_IDENTIFICATION, ChannelId((), True, ChannelKind.D_CHANNEL), "1801ac"),
    ("4.5.13 explicit interface", Ie.CHANNEL_IDENTIFICATION,
     ChannelId((5,), True, ChannelKind.CHANNELS, b"\x81"), "1804e9818385"),
    ("4.5.23 in-band information", Ie.PROGRESS_INDICATOR, Progress(8, 2), "1e028288"),
    ("4.5.8 called number, unknown", Ie.CALLED_PARTY_NUMBER, Number("10000"), "7006813130303030"),
    ("4.5.10 calling number, national, verified", Ie.CALLING_PARTY_NUMBER, Number("138", 2, 1, 0, 1), "6c052181313338"),
    ("4.5.10 calling number, restricted", Ie.CALLING_PARTY_NUMBER, Number("1", 0, 1, 1, 0), "6c0301a031"),
    ("Q.951 connected number", Ie.CONNECTED_NUMBER, Number("10", 4, 1, 0, 3), "4c0441833130"),
    ("4.5.25 indicated channels", Ie.RESTART_INDICATOR, RestartIndicator(0), "790180"),
    ("4.5.25 single interface", Ie.RESTART_INDICATOR, RestartIndicator(6), "790186"),
    ("4.5.25 all interfaces", Ie.RESTART_INDICATOR, RestartIndicator(7), "790187"),
    ("4.5.16 display", Ie.DISPLAY, Text("HALLO"), "280548414c4c4f"),
    ("4.5.18 keypad", Ie.KEYPAD_FACILITY, Text("*31#"), "2c042a333123"),
    ("4.5.26 sending complete", Ie.SENDING_COMPLETE, Flag(), "a1"),
    ("4.5.14 congestion level", Ie.CONGESTION_LEVEL, Flag(15), "bf"),
    ("4.5.30 user-user, not looked into", Ie.USER_USER, b"\x04hi", "7e03046869"),
]  # fmt: skip
ROW_IDS = [row[0] for row in EXAMPLES]


@pytest.mark.parametrize(("title", "code", "value", "octets"), EXAMPLES, ids=ROW_IDS)
def test_q931_4_5_element(title: str, code: Ie, value: IeValue, octets: str) -> None:
    message = Message(0x1234, False, MessageType.SETUP, {int(code): value})
    assert encode(message) == bytes.fromhex("08021234" + "05" + octets)
    assert decode(bytes.fromhex("08021234" + "05" + octets)) == message


def test_q931_4_5_every_row_has_an_example_or_is_kept_as_octets() -> None:
    """Walk the codec's own table: a row that reads values must be in EXAMPLES, the others give back what they got."""
    shown = {int(code) for _, code, _, _ in EXAMPLES}
    for code, row in ELEMENTS.items():
        if code & 0x80:
            octets = bytes((8, 2, 0, 1, 5, code))
            assert code in decode(octets).ies, row.name  # type: ignore[union-attr]
        elif row.read(b"\x00\x01\x02\x03") == b"\x00\x01\x02\x03":
            octets = bytes((8, 2, 0, 1, 5, code, 3)) + b"abc"
            assert decode(octets).ies == {code: b"abc"}, row.name  # type: ignore[union-attr]
        else:
            assert code in shown, f"{row.name} has no example"
            continue
        assert encode(decode(octets)) == octets  # type: ignore[arg-type]


WRONG_CONTENTS = [
    ("bearer capability, one octet", "040180"), ("bearer capability, extended octet 3", "04030090a3"),
    ("cause, one octet", "080180"), ("cause, empty", "0800"),
    ("channel of a basic interface", "18018a"), ("channel, reserved selection", "1801aa"),
    ("channel, H0 units", "1803a98681"), ("channel, national coding", "1803a9a381"),
    ("channel, empty map", "1806a99300000000"), ("channel, map of another interface", "1805a993800001"),
    ("channel, no number", "1802a983"), ("progress, one octet", "1e0180"), ("progress, extended", "1e020088"),
    ("number, empty", "7000"), ("number, 8-bit digit", "700281b1"), ("number, control character", "70028107"),
    ("calling number, octet 3a extended", "6c03010131"), ("restart indicator, reserved class", "790181"),
    ("call state, two octets", "14020a0a"), ("element longer than the message", "0803808081"[:8]),
    ("identifier without a length", "08"),
]  # fmt: skip


@pytest.mark.parametrize(("title", "octets"), WRONG_CONTENTS, ids=[row[0] for row in WRONG_CONTENTS])
def test_q931_5_8_5_contents_that_break_the_rules_are_named(title: str, octets: str) -> None:
    message = decode(bytes.fromhex("0802000105" + octets))
    assert isinstance(message, Message)
    assert message.invalid == (int(octets[:2], 16),)
    assert message.ies == {}


REJECTED = [
    ("5.8.1", "03020001 05"), ("5.8.2", ""), ("5.8.2", "08"), ("5.8.2", "080200"), ("5.8.2", "08020001"),
    ("5.8.2", "080101"), ("5.8.3.1", "080300000105"), ("5.8.3.1", "0812000105"), ("5.8.3.1", "080062"),
    ("5.8.3.1", "08006200"),
]  # fmt: skip


@pytest.mark.parametrize(("clause", "octets"), REJECTED)
def test_q931_5_8_octets_that_are_no_message(clause: str, octets: str) -> None:
    message = decode(bytes.fromhex(octets))
    assert isinstance(message, Rejected)
    assert message.clause == clause


def test_q931_4_3_call_reference_of_one_octet_and_flag() -> None:
    assert decode(bytes.fromhex("08018105")) == Message(1, True, MessageType.SETUP)
    assert decode(bytes.fromhex("0802ffff05")) == Message(0x7FFF, True, MessageType.SETUP)


def test_q931_4_5_3_codeset_shifts() -> None:
    """Non-locking for one element, locking until the next, never back to a lower codeset."""
    message = decode(bytes.fromhex("0802000105" "9e" "0801aa" "08028090" "96" "0801bb" "0801cc" "94" "0801dd"))
    assert isinstance(message, Message)
    assert message.ies == {0x608: b"\xaa", 0x08: Cause(16)}
    assert message.repeated == [(0x608, b"\xbb"), (0x608, b"\xcc"), (0x608, b"\xdd")]
    assert encode(message).hex() == "0802000105" "08028090" "96" "0801aa" "0801bb" "0801cc" "0801dd"


def test_q931_4_5_1_elements_leave_in_ascending_order() -> None:
    message = Message(1, False, MessageType.SETUP, {
        Ie.CALLED_PARTY_NUMBER: Number("1"), Ie.SENDING_COMPLETE: Flag(), Ie.BEARER_CAPABILITY: SPEECH,
        Ie.CHANNEL_IDENTIFICATION: ChannelId((1,))})  # fmt: skip
    assert encode(message).hex() == "0802000105" "04038090a3" "1803a98381" "70028131" "a1"


def test_q931_5_8_5_2_repeated_and_unknown_elements_are_kept_apart() -> None:
    message = decode(bytes.fromhex("0802000107" "1e028288" "1e028281" "0901aa" "4e00"))
    assert isinstance(message, Message)
    assert message.ies[Ie.PROGRESS_INDICATOR] == Progress(8, 2)
    assert message.repeated == [(Ie.PROGRESS_INDICATOR, Progress(1, 2))]
    assert message.unknown == (0x09, 0x4E)
    assert encode(message) == bytes.fromhex("0802000107" "0901aa" "1e028288" "1e028281" "4e00")


def test_q931_4_5_13_slot_map() -> None:
    """Bit n of the map, counted from the last octet's lowest, is timeslot n."""
    message = decode(bytes.fromhex("0802000046" "1806a99380010002" "790180"))
    assert isinstance(message, Message)
    assert message.ies[Ie.CHANNEL_IDENTIFICATION] == ChannelId((1, 16, 31))
