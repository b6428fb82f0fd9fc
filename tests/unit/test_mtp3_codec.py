"""Labels and management messages: octets written by hand from Q.704 clauses 2.2, 14 and 15, and every row both ways."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchsim.proto.mtp3.codec import ROWS, Body, Kind, Message, Rejected, decode, encode
from switchsim.proto.mtp3.label import Label, Variant, service_octet
from switchsim.proto.mtp3.label import decode as decode_label
from switchsim.proto.mtp3.label import encode as encode_label

ITU, CHINA = Variant.ITU14, Variant.CHINA24

BY_HAND = [
    (ITU, Message(Kind.COO, 5), "11 05"),
    (ITU, Message(Kind.COA, 127), "21 7f"),
    (ITU, Message(Kind.XCO, 0x123456), "31 56 34 12"),
    (ITU, Message(Kind.CBD, 200), "51 c8"),
    (ITU, Message(Kind.ECO), "12"),
    (ITU, Message(Kind.RCT), "13"),
    (ITU, Message(Kind.TFC, 2, point=0x1234), "23 34 92"),
    (ITU, Message(Kind.TFP, point=0x3FFF), "14 ff 3f"),
    (ITU, Message(Kind.TFA, point=2), "54 02 00"),
    (ITU, Message(Kind.RST, point=2), "15 02 00"),
    (ITU, Message(Kind.LRT), "86"),
    (ITU, Message(Kind.TRA), "17"),
    (ITU, Message(Kind.UPU, point=2, user=5, cause=1), "1a 02 00 15"),
    (ITU, Message(Kind.SLTM, pattern=b"\xaa\xbb\xcc"), "11 30 aa bb cc"),
    (ITU, Message(Kind.SLTA, pattern=bytes(15)), "21 f0" + " 00" * 15),
    (CHINA, Message(Kind.TFP, point=0x010203), "14 03 02 01"),
    (CHINA, Message(Kind.TFC, 1, point=0x010203), "23 03 02 01 01"),
    (CHINA, Message(Kind.UPU, point=0x010203, user=4, cause=2), "1a 03 02 01 24"),
]


@pytest.mark.parametrize(("variant", "message", "text"), BY_HAND, ids=lambda value: getattr(value, "kind", None))
def test_octets_by_hand(variant: Variant, message: Message, text: str) -> None:
    octets = bytes.fromhex(text)
    assert encode(message, variant) == octets
    assert decode(1 if message.kind >> 8 else 0, octets, variant) == message


def values(body: Body, bits: int) -> list[dict[str, int | bytes]]:
    points = (0, 1, (1 << bits) - 1)
    return {
        Body.NONE: [{}],
        Body.FSN: [{"value": value} for value in (0, 1, 127)],
        Body.FSN24: [{"value": value} for value in (0, 0x800000, 0xFFFFFF)],
        Body.CODE: [{"value": value} for value in (0, 255)],
        Body.LINK: [{"value": value} for value in (0, 0xFFF)],
        Body.POINT: [{"point": point} for point in points],
        Body.POINT_STATUS: [{"point": point, "value": value} for point in points for value in range(4)],
        Body.POINT_USER: [{"point": point, "user": 15, "cause": 2} for point in points],
        Body.PATTERN: [{"pattern": bytes(range(length))} for length in (1, 15)],
    }[body]  # type: ignore[return-value]


@pytest.mark.parametrize("variant", Variant)
@pytest.mark.parametrize("kind", Kind)
def test_every_row_comes_back(kind: Kind, variant: Variant) -> None:
    for fields in values(ROWS[kind], 14 if variant is ITU else 24):
        message = Message(kind, **fields)  # type: ignore[arg-type]
        octets = encode(message, variant)
        assert decode(kind >> 8, octets, variant) == message
        assert decode(kind >> 8, octets + b"\xff", variant) == message, "what follows is ignored (15.2)"
        for length in range(len(octets)):
            assert isinstance(decode(kind >> 8, octets[:length], variant), Rejected), f"{length} octets are too few"


def test_every_heading_that_is_no_message_is_rejected() -> None:
    known = {int(kind) for kind in Kind}
    for service in (0, 1):
        for heading in range(256):
            read = decode(service, bytes((heading,)) + bytes(20), ITU)
            if service << 8 | heading not in known:
                assert isinstance(read, Rejected)
                assert read.reason == "heading"


def test_special_test_messages_are_read_as_regular_ones() -> None:
    assert decode(2, bytes.fromhex("11 10 00"), ITU) == Message(Kind.SLTM, pattern=b"\0")


@pytest.mark.parametrize("text", ["11 00", "11 00 01", "11 40 01 02 03", "21 f0" + " 00" * 14])
def test_a_test_pattern_must_be_there(text: str) -> None:
    read = decode(1, bytes.fromhex(text), ITU)
    assert isinstance(read, Rejected)
    assert read.reason in ("pattern", "short")


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2), st.binary(max_size=24), st.sampled_from(Variant))
def test_any_octets_are_read_or_rejected_and_written_again(si: int, octets: bytes, variant: Variant) -> None:
    read = decode(si, octets, variant)
    if isinstance(read, Message):
        assert decode(si, encode(read, variant), variant) == read


# -- labels ------------------------------------------------------------------------------------------------------------


def test_label_of_14_bits_by_hand() -> None:
    """DPC 2, OPC 1, SLS 3: least significant bit first."""
    assert encode_label(Label(2, 1, 3), ITU) == bytes.fromhex("02 40 00 30")
    assert decode_label(bytes.fromhex("ff ff ff ff"), ITU) == Label(0x3FFF, 0x3FFF, 15)


def test_label_of_24_bits_by_hand() -> None:
    """The point's octet comes first; the nibble beside the SLS is kept, TUP carries CIC bits there."""
    octets = bytes.fromhex("03 02 01 06 05 04 a7")
    assert decode_label(octets, CHINA) == Label(0x010203, 0x040506, 7, 10)
    assert encode_label(Label(0x010203, 0x040506, 7, 10), CHINA) == octets


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**14 - 1), st.integers(0, 2**14 - 1), st.integers(0, 15), st.integers(0, 15))
def test_labels_come_back(dpc: int, opc: int, sls: int, spare: int) -> None:
    assert decode_label(encode_label(Label(dpc, opc, sls), ITU) + b"x", ITU) == Label(dpc, opc, sls)
    wide = Label(dpc << 10 | spare, opc << 10, sls, spare)
    assert decode_label(encode_label(wide, CHINA), CHINA) == wide


def test_a_short_label_is_none() -> None:
    assert decode_label(bytes(3), ITU) is None
    assert decode_label(bytes(6), CHINA) is None


def test_service_octets() -> None:
    assert service_octet(5, 2) == 0x85
    assert service_octet(4, 0, 3) == 0x34
