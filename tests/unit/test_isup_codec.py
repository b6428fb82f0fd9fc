"""Framing of ISUP messages: every type there and back, one refusal for each rule of Q.763 clause 1 and Q.764 2.9.5."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from isup_rows import ALL, message, typical

from switchsim.proto.isup import parameters as p
from switchsim.proto.isup.codec import (
    CHINA_LIMIT,
    ITU_LIMIT,
    DecodeError,
    Message,
    decode,
    encode,
)
from switchsim.proto.isup.messages import LAYOUTS, MessageType
from switchsim.proto.isup.values import BackwardCall, Event, ForwardCall, NatureOfConnection
from switchsim.proto.isup.values_more import Cause, RangeStatus
from switchsim.proto.isup.values_numbers import Number

# -- octets written by hand from the standard's figures ----------------------------------------------------------------

BY_HAND = [
    # No satellite, ISUP all the way from an ISDN access, ordinary, 3.1 kHz; pointers; called national 10000 and ST;
    # calling national 13800138000, presentation allowed, network provided; end.
    ("0500 01 00 2001 0a 03 0207 05 03100100f0 0a 08 8313 3108108300 00 00",
     MessageType.IAM, [
        (p.NATURE_OF_CONNECTION, NatureOfConnection()),
        (p.FORWARD_CALL, ForwardCall()),
        (p.CALLING_CATEGORY, 10),
        (p.TRANSMISSION_MEDIUM, 3),
        (p.CALLED_PARTY_NUMBER, Number("10000F")),
        (p.CALLING_PARTY_NUMBER, Number("13800138000", screening=3)),
     ]),
    ("1f00 02 02 00 03 80 2103", MessageType.SAM, [(p.SUBSEQUENT_NUMBER, "123")]),
    ("ff0f 06 1614 00", MessageType.ACM, [(p.BACKWARD_CALL, BackwardCall(called_status=1))]),
    ("0100 2c 01 00", MessageType.CPG, [(p.EVENT, Event(1))]),
    ("0100 09 00", MessageType.ANM, []),
    ("0100 0c 02 00 02 8290", MessageType.REL, [(p.CAUSE, Cause(16, 2))]),
    ("0100 10 00", MessageType.RLC, []),
    ("0100 13", MessageType.BLO, []),
    ("0100 17 01 01 1e", MessageType.GRS, [(p.RANGE_AND_STATUS, RangeStatus(30))]),
    ("0100 29 01 05 1e 00008000", MessageType.GRA,
     [(p.RANGE_AND_STATUS, RangeStatus(30, b"\0\0\x80\0"))]),
    ("0100 18 01 01 02 07 ff", MessageType.CGB, []),
    ("0100 2b 02 03 01 01 02 0c 0c", MessageType.CQR, []),
]


@pytest.mark.parametrize(("octets", "kind", "values"), BY_HAND, ids=[row[1].name for row in BY_HAND])
def test_octets_by_hand(octets: str, kind: MessageType, values: list[tuple[p.Parameter[object], object]]) -> None:
    read = decode(bytes.fromhex(octets))
    assert isinstance(read, Message), read
    assert read.type == kind
    for row, value in values:
        assert read.value(row) == value
    written = Message(read.cic, kind)
    for row, value in values:
        written.add(row, value)
    assert encode(written if values else read).hex() == octets.replace(" ", "")


def test_circuits_take_twelve_bits_low_octet_first() -> None:
    assert encode(Message(0x0ABC, MessageType.BLO)).hex() == "bc0a13"
    read = decode(bytes.fromhex("bcfa13"))
    assert isinstance(read, Message)
    assert read.cic == 0x0ABC


@pytest.mark.parametrize(("name", "one"), ALL, ids=[f"{name}-{index}" for index, (name, _) in enumerate(ALL)])
def test_every_message_comes_back(name: str, one: Message) -> None:
    octets = encode(one)
    assert len(octets) <= CHINA_LIMIT
    assert decode(octets) == one, name


def test_every_type_of_the_table_is_tried() -> None:
    known = {MessageType(code).name for code in LAYOUTS}
    assert {name for name, _ in ALL} == known
    assert {kind.name for kind in MessageType} - known == {"PAM", "CRG"}
    assert len(known) == 50


SHAPES = {
    "IAM": "01 5 1 o", "SAM": "02 0 1 o", "INR": "03 2 0 o", "INF": "04 2 0 o", "COT": "05 1 0 -", "ACM": "06 2 0 o",
    "CON": "07 2 0 o", "FOT": "08 0 0 o", "ANM": "09 0 0 o", "REL": "0c 0 1 o", "SUS": "0d 1 0 o", "RES": "0e 1 0 o",
    "RLC": "10 0 0 o", "CCR": "11 0 0 -", "RSC": "12 0 0 -", "BLO": "13 0 0 -", "UBL": "14 0 0 -", "BLA": "15 0 0 -",
    "UBA": "16 0 0 -", "GRS": "17 0 1 -", "CGB": "18 1 1 -", "CGU": "19 1 1 -", "CGBA": "1a 1 1 -",
    "CGUA": "1b 1 1 -", "FAR": "1f 1 0 o", "FAA": "20 1 0 o", "FRJ": "21 1 1 o", "LPA": "24 0 0 -", "GRA": "29 0 1 -",
    "CQM": "2a 0 1 -", "CQR": "2b 0 2 -", "CPG": "2c 1 0 o", "USR": "2d 0 1 o", "UCIC": "2e 0 0 -", "CFN": "2f 0 1 o",
    "OLM": "30 0 0 -", "NRM": "32 0 0 o", "FAC": "33 0 0 o", "UPT": "34 0 0 o", "UPA": "35 0 0 o", "IDR": "36 0 0 o",
    "IRS": "37 0 0 o", "SGM": "38 0 0 o", "LOP": "40 0 0 o", "APM": "41 0 0 o", "PRI": "42 0 0 o", "SDM": "43 0 0 o",
    "CCL": "fc 0 0 o", "MPM": "fd 2 0 o", "OPR": "fe 0 0 o",
}  # fmt: skip
"""Code, octets of the fixed part, variable parameters, whether there is an optional part (Q.763 clause 4)."""


def test_messages_have_the_shape_of_their_tables() -> None:
    found = {
        layout.name: f"{layout.code:02x} {sum(layout.fixed_sizes.values())} {len(layout.variable)} "
        + ("-" if layout.optional is None else "o")
        for layout in LAYOUTS.values()
    }
    assert found == SHAPES


# -- refusals ----------------------------------------------------------------------------------------------------------

IAM = "0500 01 00 2001 0a 03 02 00 03 83 10 01"
REFUSED = [
    ("", "Q.763 1", "0 octets"),
    ("0100", "Q.763 1", "2 octets"),
    ("0100 01 00 2001 0a 03 02", "Q.764 2.9.5", "too short for IAM"),
    ("0100 10", "Q.764 2.9.5", "too short for RLC"),
    ("0100 05", "Q.764 2.9.5", "too short for COT"),
    ("0500 01 00 2001 0a 03 00 00 03 83 10 01", "Q.763 2.3", "is zero"),
    ("0500 01 00 2001 0a 03 01 00 03 83 10 01", "Q.763 2.3", "into the mandatory part"),
    ("0500 01 00 2001 0a 03 06 00 03 83 10 01", "Q.763 2.3", "beyond"),
    ("0500 01 00 2001 0a 03 ff 00 03 83 10 01", "Q.763 2.3", "beyond"),
    ("0500 01 00 2001 0a 03 02 00 04 83 10 01", "Q.763 2.2", "longer than the message"),
    ("0500 01 00 2001 0a 03 02 00 01 83 10 01", "Q.763 2.2", "too short"),
    ("0500 01 00 2001 0a 03 02 00 00", "Q.763 2.2", "too short"),
    ("0500 01 00 2001 0a 03 02 02 03 83 10 01", "Q.763 2.3", "into another parameter"),
    ("0500 01 00 2001 0a 03 02 01 03 83 10 01", "Q.763 2.3", "into another parameter"),
    ("0500 01 00 2001 0a 03 02 05 03 83 10 01", "Q.763 2.3", "beyond"),
    ("0500 01 00 2001 0a 03 02 05 03 83 10 01 3d", "Q.763 1.7", "breaks off"),
    ("0500 01 00 2001 0a 03 02 05 03 83 10 01 3d 02 01 00", "Q.763 1.7", "breaks off after 0x3d"),
    ("0500 01 00 2001 0a 03 02 05 03 83 10 01 3d 01 01", "Q.763 1.7", "breaks off after 0x3d"),
    ("0500 01 00 2001 0a 03 02 05 03 83 10 01 3d 01 01 3e 03 00", "Q.763 1.7", "breaks off after 0x3d"),
    ("0100 2b 02 01 01 07 01 0c", "Q.763 2.3", "into another parameter"),
    # Parameters out of order are looked at as closely.
    ("0100 2b 04 01 02 0c01 00", "Q.763 2.3", "into another parameter"),
    ("0100 2b 04 01 02 0c 09 00", "Q.763 2.2", "longer than the message"),
    ("0100 2b 02 01 00 01 00", "Q.763 2.2", "too short"),
    ("0500 01 00 2001 0a 03 06 01 3d 01 07 00 09 83 10 01", "Q.763 2.2", "longer than the message"),
    ("0500 01 00 2001 0a 03 06 01 3d 01 07 01 03 83 10 01", "Q.763 1.7", "breaks off"),
    ("0500 01 00 2001 0a 03 05 01 3d 02 07 03 00 10 01", "Q.763 2.3", "into another parameter"),
    ("0100 10 01 3d ff", "Q.763 1.7", "after the pointers"),
]


@pytest.mark.parametrize(("octets", "clause", "words"), REFUSED)
def test_format_errors(octets: str, clause: str, words: str) -> None:
    raw = bytes.fromhex(octets)
    error = decode(raw)
    assert isinstance(error, DecodeError), error
    assert (error.clause, words in error.reason) == (clause, True), error
    assert (error.cic, error.type) == ((raw[0], raw[2]) if len(raw) > 2 else (-1, -1))


def test_the_message_that_the_refusals_spoil_is_sound() -> None:
    assert isinstance(decode(bytes.fromhex(IAM)), Message)


# -- what is let pass --------------------------------------------------------------------------------------------------


def test_parameters_may_lie_in_any_order() -> None:
    """Only pointers tell where they are (1.6): optional part first, then the number; a gap is no harm."""
    read = decode(bytes.fromhex("0500 01 00 2001 0a 03 09 01 3d 01 07 00 55 55 55 03 83 10 01"))
    assert isinstance(read, Message)
    assert read.value(p.CALLED_PARTY_NUMBER) == Number("1")
    assert read.value(p.HOP_COUNTER) == 7
    assert encode(read) == bytes.fromhex("0500 01 00 2001 0a 03 02 05 03 83 10 01 3d 01 07 00")


def test_circuit_states_may_come_before_their_range() -> None:
    read = decode(bytes.fromhex("0100 2b 04 01 01 0c 01 00"))
    assert isinstance(read, Message)
    assert read.parameters == [(p.RANGE_AND_STATUS.code, b"\0"), (p.CIRCUIT_STATE.code, b"\x0c")]


def test_octets_behind_the_end_are_not_looked_at() -> None:
    for octets in ("010013", "01001000", "0100100100", "0500010020010a03020003831001"):
        sound = decode(bytes.fromhex(octets))
        assert isinstance(sound, Message)
        assert decode(bytes.fromhex(octets) + b"\xff\x00") == sound


def test_repeated_and_unknown_parameters_stay_in_order() -> None:
    parameters = [(0xC0, b"\6\3\x11\x21"), (0xEE, b""), (0xC0, b"\5\3\x11\x21"), (0xEE, b"x"), (0x3D, b"\1")]
    octets = encode(Message(1, MessageType.ANM, parameters))
    assert decode(octets) == Message(1, MessageType.ANM, parameters)


def test_mandatory_parameters_are_put_in_order() -> None:
    one = message(LAYOUTS[MessageType.IAM], 9)
    shuffled = Message(9, MessageType.IAM, one.parameters[:5][::-1] + one.parameters[5:])
    assert encode(shuffled) == encode(one)


# -- types without a layout (Q.764 2.9.5.2) ----------------------------------------------------------------------------


def test_an_unknown_type_shows_its_optional_part() -> None:
    octets = bytes.fromhex("0100 ee 01 38 01 86 ee 02 1234 00")
    read = decode(octets)
    assert isinstance(read, Message)
    instruction = read.value(p.MESSAGE_COMPATIBILITY)
    assert instruction is not None
    assert (instruction.release, instruction.notify, instruction.transit) == (1, 1, 0)
    assert read.parameters[1] == (0xEE, b"\x12\x34")
    assert encode(read) == octets


@pytest.mark.parametrize("octets", ["0100ee", "0100ee00", "0100ee01", "0100eeff0102", "0100ee013801", "0100ee01380180"])
def test_an_unknown_type_is_kept_whole(octets: str) -> None:
    read = decode(bytes.fromhex(octets))
    assert isinstance(read, Message)
    assert read.parameters == []
    assert encode(read).hex() in (octets, octets + "00")


def test_a_message_inside_a_pass_along_is_not_read_as_parameters() -> None:
    octets = bytes.fromhex("0100 28 01 3d 01 01 00")
    assert decode(octets) == Message(1, MessageType.PAM, [], octets[3:])


def test_an_unknown_type_can_be_written() -> None:
    octets = encode(Message(1, 0xEE, [(p.MESSAGE_COMPATIBILITY.code, b"\x80")]))
    assert octets.hex() == "0100ee0138018000"


# -- length ------------------------------------------------------------------------------------------------------------


def test_what_one_signalling_unit_carries() -> None:
    """272 octets behind the service information octet, a routing label of 4 or 7 octets included."""
    assert (ITU_LIMIT, CHINA_LIMIT) == (268, 265)


@pytest.mark.parametrize("wrong", [
    Message(1, MessageType.REL),
    Message(1, MessageType.BLO, [(3, b"x")]),
    Message(1, MessageType.COT, [(0x10, b"\1\1")]),
    Message(1, MessageType.REL, [(0x12, bytes(254)), (3, b"x")]),
])  # fmt: skip
def test_what_cannot_be_a_message_is_our_own_mistake(wrong: Message) -> None:
    with pytest.raises(AssertionError):
        encode(wrong)


# -- anything ----------------------------------------------------------------------------------------------------------


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=300) | st.builds(lambda kind, rest: b"\1\0" + bytes((kind,)) + rest,
                                           st.sampled_from(sorted(LAYOUTS)), st.binary(max_size=40)))
def test_nothing_escapes_from_decoding(octets: bytes) -> None:
    read = decode(octets)
    if isinstance(read, Message):
        again = decode(encode(read))
        assert again == read


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(ALL), st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255)), min_size=1, max_size=3),
       st.integers(0, 300))  # fmt: skip
def test_spoilt_ones_are_read_or_refused(case: tuple[str, Message], spoilt: list[tuple[int, int]], cut: int) -> None:
    octets = bytearray(encode(case[1]))
    for at, octet in spoilt:
        octets[at % len(octets)] = octet
    read = decode(bytes(octets[: len(octets) - cut % len(octets)]))
    if isinstance(read, DecodeError):
        assert read.clause
        assert read.reason
    else:
        assert decode(encode(read)) == read


def test_an_iam_names_what_it_needs() -> None:
    one = message(LAYOUTS[MessageType.IAM], 1, typical)
    del one.parameters[4]
    with pytest.raises(AssertionError, match="IAM needs parameter 0x04"):
        encode(one)
