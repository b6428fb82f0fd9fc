"""The telephone user part's codec: every row of the table, both labels, octets written by hand, refusals (Q.723)."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "interop"))
import tup_decoder as judge

from switchsim.proto.tup.codec import DecodeError, Message, Value, decode, encode, is_present, pack_status, status_bits
from switchsim.proto.tup.messages import GROUPS, ROWS, Field, MessageType, Row, Variant

VARIANTS = list(Variant)
BITS = {Variant.ITU14: 14, Variant.CHINA24: 24}


@st.composite
def messages(draw: st.DrawFn, row: Row, variant: Variant) -> Message:
    values: dict[str, Value] = {}
    for field in row.fields:
        if field.kind != "spare" and (not field.when or is_present(field, values)):
            values[field.name] = draw(value(field, values, variant))
    return Message(draw(st.integers(0, 4095)), row.type, values)


def value(field: Field, values: dict[str, Value], variant: Variant) -> st.SearchStrategy[Value]:
    if field.kind == "bits":
        return st.integers(0, (1 << field.width) - 1)
    if field.kind == "digits":
        return st.text("0123456789ABCDEF", max_size=15)
    if field.kind == "point_code":
        return st.integers(0, (1 << BITS[variant]) - 1)
    if field.kind == "status":
        count = values["range"] + 1 if values["range"] else 0
        return st.lists(st.booleans(), min_size=count, max_size=count).map(pack_status)
    return st.binary(max_size=15)


def flat(message: Message) -> judge.Fields:
    """A message as the independent decoder tells it: no flags of what is there, status as a string of bits."""
    kept = {name: item.hex() if isinstance(item, bytes) else item for name, item in message.values.items()
            if not name.startswith("has_") and name != "identity_length"}
    if "status" in kept:
        length = message.number("range")
        flags = status_bits(message.octets("status"), length)
        kept["status"] = "".join("01"[flag] for flag in flags)
        if not length:
            del kept["status"]
    if message.type == MessageType.IAI:
        kept.pop("charging", None)
    return kept


def sif(message: Message, variant: Variant) -> bytes:
    """What MTP would send: the routing label in front of the user data."""
    sls, spare, data = encode(message, variant)
    width = BITS[variant]
    label = 5 | 9 << width | sls << 2 * width
    if variant is Variant.CHINA24:
        return (label | spare << 52).to_bytes(7, "little") + data
    return label.to_bytes(4, "little") + data


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: v.name)
@pytest.mark.parametrize("row", ROWS.values(), ids=lambda row: row.type.name)
def test_every_message_is_read_as_an_independent_decoder_reads_it(row: Row, variant: Variant) -> None:
    @settings(max_examples=8, deadline=None, derandomize=True)
    @given(messages(row, variant))
    def check(message: Message) -> None:
        octets = sif(message, variant)
        dpc, opc, cic, rest = (judge.label24 if variant is Variant.CHINA24 else judge.label14)(octets)
        name, fields = judge.contents(rest, BITS[variant])
        assert (dpc, opc, cic, name) == (5, 9, message.cic, row.type.name)
        assert fields == flat(message)
        assert decode(*encode(message, variant), variant) == message

    check()


def test_the_table_names_the_messages_that_the_independent_one_names() -> None:
    assert {(row.h0, row.h1): row.type.name for row in ROWS.values()} == {
        (h0, h1): name for h0, group in judge.NAMES.items() for h1, name in group.items()
    }
    assert {row.h0 for row in ROWS.values()} == set(GROUPS)
    assert {row.type for row in ROWS.values()} == set(MessageType)
    assert [row.type.name for row in ROWS.values() if row.national] == ["MPM", "OPR", "SLB", "STB", "MAL"]


BY_HAND = [
    # cic 0x123, IAM: category 10, national number, digits 1 2 3
    (Message(0x123, MessageType.IAM, {"category": 10, "nature_of_address": 2, "digits": "123"}),
     (3, 0, "12 11 0a 02 30 21 03"), (3, 2, "01 11 0a 02 30 21 03")),
    (Message(0x045, MessageType.ANU), (5, 0, "04 06"), (5, 4, "00 06")),
    (Message(0xFFF, MessageType.RLG), (15, 0, "ff 17"), (15, 15, "0f 17")),
    (Message(1, MessageType.SAO, {"digit": 7}), (1, 0, "00 41 07"), (1, 0, "00 41 07")),
    (Message(1, MessageType.SAM, {"digits": "4567"}), (1, 0, "00 31 40 54 76"), (1, 0, "00 31 40 54 76")),
    (Message(1, MessageType.MPM, {"pulses": 0x0102}), (1, 0, "00 2c 02 01"), (1, 0, "00 2c 02 01")),
    (Message(1, MessageType.SLB), (1, 0, "00 1e"), (1, 0, "00 1e")),
    (Message(1, MessageType.MGB, {"range": 8, "status": b"\x81\x01"}), (1, 0, "00 18 08 81 01"),
     (1, 0, "00 18 08 81 01")),
    (Message(1, MessageType.EUM, {"reason": 1, "point_code": 0x1234}), (1, 0, "00 f5 01 34 12"),
     (1, 0, "00 f5 01 34 12 00")),
]  # fmt: skip


@pytest.mark.parametrize("row", BY_HAND, ids=lambda row: row[0].name)
def test_octets_written_by_hand(row: tuple[Message, tuple[int, int, str], tuple[int, int, str]]) -> None:
    message, itu, china = row
    for variant, (sls, spare, text) in zip(VARIANTS, (itu, china), strict=True):
        octets = bytes.fromhex(text)
        assert encode(message, variant) == (sls, spare, octets)
        read = decode(sls, spare, octets, variant)
        assert isinstance(read, Message)
        assert (read.cic, read.type) == (message.cic, message.type)
        assert all(read.values[name] == held for name, held in message.values.items())


def test_a_message_that_ends_early_is_told_by_clause_and_field() -> None:
    assert decode(1, 0, b"") == DecodeError("2.2", "no octet for the circuit identification code")
    assert decode(1, 0, b"\x02") == DecodeError("3.1", "no heading code", 0x21)
    assert decode(1, 0, bytes.fromhex("00110a0230 21")) == DecodeError("3.1", "IAM ends within digits", 1, 0x11)
    assert decode(1, 0, bytes.fromhex("0018 0f 01")) == DecodeError("3.1", "MGB ends within status", 1, 0x18)


def test_an_unknown_heading_keeps_its_contents() -> None:
    read = decode(4, 0, bytes.fromhex("00 29 de ad"))
    assert read == Message(4, 0x29, {}, b"\xde\xad")
    assert read.name == "0x29"
    assert encode(read) == (4, 0, bytes.fromhex("00 29 de ad"))


def test_octets_behind_the_last_field_are_kept() -> None:
    read = decode(4, 0, bytes.fromhex("00 46 55"))
    assert isinstance(read, Message)
    assert (read.name, read.rest) == ("CLF", b"\x55")


def test_an_iai_with_parts_for_further_study_keeps_them_unread() -> None:
    octets = bytes.fromhex("00 21 0a 02 10 01 12 ff ee")  # closed user group and calling line
    read = decode(1, 0, octets)
    assert isinstance(read, Message)
    assert (read.number("has_cug"), read.number("has_calling"), read.text("calling")) == (1, 1, "")
    assert read.rest == b"\xff\xee"
    assert encode(read) == (1, 0, octets)


@pytest.mark.parametrize("digits", ["12Z", "0123456789012345"])
def test_digits_that_no_field_takes_are_refused(digits: str) -> None:
    with pytest.raises(ValueError):
        encode(Message(1, MessageType.SAM, {"digits": digits}))


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.integers(0, 15), st.integers(0, 15), st.binary(max_size=40), st.sampled_from(VARIANTS))
def test_any_octets_are_read_or_refused(sls: int, spare: int, data: bytes, variant: Variant) -> None:
    read = decode(sls, spare, data, variant)
    if isinstance(read, Message):
        again = encode(read, variant)
        assert len(again[2]) == len(data)
        assert decode(*again, variant) == read
