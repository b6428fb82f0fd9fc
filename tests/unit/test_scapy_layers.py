"""Scapy layers: what is crafted, what is read back, and that octets which make no sense end in a Raw."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from isup_rows import ALL
from scapy.packet import NoPayload, Packet, Raw

from switchsim.proto.isup.codec import Message, encode
from switchsim.proto.isup.messages import LAYOUTS, MessageType
from switchsim.proto.isup.values import NatureOfConnection
from switchsim.proto.isup.values_more import Cause, RangeStatus
from switchsim.proto.isup.values_numbers import Number
from switchsim.proto.mtp3.codec import Kind
from switchsim.proto.tup.messages import ROWS
from switchsim.scapy_layers import (
    ACM,
    BLO,
    CGB,
    COO,
    IAM,
    ISUP,
    LSSU,
    MESSAGES,
    MTP2,
    MTP3,
    REL,
    SLTM,
    TUP,
    TUP_ANU,
    TUP_IAI,
    TUP_IAM,
    MTP2China,
    MTP3China,
    isup,
    mtp3,
    tup,
)

STANDARDS = {"itu": (MTP2, MTP3), "china": (MTP2China, MTP3China)}
both = pytest.mark.parametrize("standard", sorted(STANDARDS))


def layers(packet: Packet) -> list[str]:
    return [type(layer).__name__ for layer in packet.iterpayloads() if not isinstance(layer, NoPayload)]


# -- octets ------------------------------------------------------------------------------------------------------------


def test_an_initial_address_by_hand() -> None:
    packet = MTP2(fsn=3) / MTP3(opc=1, dpc=2, sls=4) / ISUP(cic=5) / IAM(called_party_number="10000")
    # BSN 127, FSN 3, LI 21; NI 2, SI 5; DPC 2, OPC 1, SLS 4; CIC 5; IAM.
    assert bytes(packet).hex() == "ff8315" "85" "02400040" "0500" "01" "00" "2001" "0a" "00" "0200" "0583100100" "00"


def test_the_chinese_label_has_seven_octets() -> None:
    packet = MTP2China() / MTP3China(opc=0x010203, dpc=0x0A0B0C, ni=2) / ISUP(cic=0x25) / BLO()
    assert bytes(packet).hex() == "ffff0b" "85" "0c0b0a" "030201" "05" "2500" "13"
    assert layers(MTP2China(bytes(packet))) == ["MTP2China", "MTP3China", "ISUP", "BLO"]


def test_level_two_alone() -> None:
    assert bytes(MTP2(bsn=5, bib=0, fsn=6, fib=0)).hex() == "050600"
    assert bytes(MTP2(bsn=5, bib=1, fsn=6, fib=0) / LSSU(status=5)).hex() == "85060105"
    units = "050600", "85060105", "8506020100", "850605850000000000"
    assert [MTP2(bytes.fromhex(unit)).kind() for unit in units] == ["FISU", "LSSU", "LSSU", "MSU"]
    assert MTP2(b"\x85\x06\x01\x05")[LSSU].status == 5


def test_a_length_indicator_may_lie() -> None:
    assert bytes(MTP2(li=9) / MTP3() / ISUP() / BLO())[2] == 9
    assert bytes(MTP2() / Raw(bytes(100)))[2] == 63
    assert layers(MTP2(b"\xff\xff\x00\x85\x01\x02")) == ["MTP2", "Raw"]


def test_management_by_hand() -> None:
    assert bytes(MTP3(opc=1, dpc=2, sls=3) / COO(fsn=9)).hex() == "80" "02400030" "11" "09"
    assert bytes(MTP3(opc=1, dpc=2) / SLTM(pattern=b"AB")).hex() == "81" "02400000" "11" "204142"


@both
def test_every_management_message_comes_back(standard: str) -> None:
    level2, level3 = STANDARDS[standard]
    for kind in Kind:
        packet = level2() / level3(opc=1, dpc=2, sls=5) / mtp3.MANAGEMENT[kind]()
        read = level2(bytes(packet))
        assert layers(read) == [level2.__name__, level3.__name__, kind.name]
        assert bytes(read) == bytes(packet)


# -- ISUP --------------------------------------------------------------------------------------------------------------


def test_every_isup_message_comes_back_and_is_rebuilt() -> None:
    for name, message in ALL:
        octets = bytes(MTP2() / MTP3(si=5, opc=1, dpc=2) / Raw(encode(message)))
        packet = MTP2(octets)
        assert layers(packet)[3:] == [name], name
        assert bytes(packet) == octets
        packet[ISUP].cic = 9
        edited = bytes(packet)
        assert (edited[:8], edited[10:]) == (octets[:8], octets[10:]), name
        assert edited[8:10] == b"\x09\x00"


def test_fields_are_values() -> None:
    packet = ISUP(encode(next(message for name, message in ALL if name == "IAM" and len(message.parameters) > 10)))
    assert packet[IAM].nature_of_connection_indicators == NatureOfConnection()
    assert packet[IAM].called_party_number == Number("1380013800")
    packet[IAM].called_party_number = "5"
    packet[IAM].hop_counter = None
    again = ISUP(bytes(packet))
    assert again[IAM].called_party_number == Number("5")
    assert again[IAM].hop_counter is None


def test_short_forms_of_values() -> None:
    rel = REL(cause_indicators=17)
    assert bytes(rel) == bytes(REL(cause_indicators=Cause(17))) == bytes(REL(cause_indicators=b"\x80\x91"))
    assert bytes(REL(cause_indicators={"value": 17, "location": 2})).hex() == "02000282" "91"
    assert bytes(CGB(range_and_status=RangeStatus(7, b"\xff"))).hex() == "00" "01" "0207ff"
    acm = ACM(backward_call_indicators=b"\x16\x34", parameters=[(0xEE, b"x")])
    assert bytes(acm).hex() == "1634" "01" "ee0178" "00"


def test_broken_messages_are_made_on_purpose() -> None:
    iam = {"called_party_number": "10000"}
    assert bytes(IAM(**iam, called_party_number_pointer=0))[5] == 0
    assert bytes(IAM(**iam, called_party_number_length=255))[7] == 255
    assert bytes(IAM(**iam, hop_counter=1, optional_pointer=99))[6] == 99
    assert bytes(IAM(**iam, hop_counter=1))[-1] == 0
    assert bytes(IAM(**iam, hop_counter=1, end=b"")).hex().endswith("3d0101")
    assert bytes(ISUP(type=0xEE, cic=0xFFF, spare=15) / IAM(raw=b"\1\2")).hex() == "ffff" "ee" "0102"
    assert bytes(IAM(calling_partys_category=b"")) == bytes(IAM())[:3] + bytes(IAM())[4:]


def test_the_order_of_optional_parameters_can_be_said() -> None:
    made = bytes(ACM(parameters=[(0x3D, b"\1"), (0xC0, b"")], order=[0xC0]))
    assert made.hex() == "1214" "01" "c000" "3d0101" "00"


@pytest.mark.parametrize("octets", ["", "01", "0100", "0100ee", "010001", "01000100", "0500010020010a03ff0003831001",
                                    "010013ff", "0100100100ff"])  # fmt: skip
def test_isup_that_cannot_be_read_ends_in_raw(octets: str) -> None:
    packet = MTP3(bytes(MTP3(si=5)) + bytes.fromhex(octets))
    assert bytes(packet)[5:].hex() == octets
    assert not {name for name in layers(packet) if name in isup.BY_NAME} - {"BLO"}


def test_one_class_read_from_octets_that_it_cannot_be() -> None:
    packet = IAM(b"garbage")
    assert (packet.raw, bytes(packet)) == (b"garbage", b"garbage")


# -- TUP ---------------------------------------------------------------------------------------------------------------


def test_tup_by_hand() -> None:
    packet = MTP3(opc=1, dpc=2) / TUP(cic=0x7A5) / TUP_IAM(category=10, digits="138")
    assert bytes(packet).hex() == "84" "02400050" "7a" "11" "0a" "0030" "3108"
    read = MTP3(bytes(packet))
    assert (read[TUP].cic, read[TUP_IAM].digits) == (0x7A5, "138")


@both
def test_every_tup_message_comes_back(standard: str) -> None:
    level2, level3 = STANDARDS[standard]
    for heading, row in ROWS.items():
        bits = [name for name, field in tup.names_of(row).items() if field.kind == "bits"]
        filled: dict[str, Any] = {tup.RENAMED.get(name, name): 1 for name in bits
                                  if not name.startswith("has_") and name not in ("range", "identity_type")}
        packet = level2() / level3(opc=1, dpc=2) / TUP(cic=0xABC) / tup.MESSAGES[heading](**filled)
        read = level2(bytes(packet))
        assert layers(read) == [level2.__name__, level3.__name__, "TUP", f"TUP_{row.type.name}"]
        assert bytes(read) == bytes(packet)
        assert read[TUP].cic == 0xABC


def test_flags_say_which_fields_are_sent() -> None:
    calling = {"has_calling": 1, "calling": "13800138000", "calling_nature": 2}
    read = MTP3(bytes(MTP3() / TUP(cic=1) / TUP_IAI(digits="10000", **calling, original_called="55")))
    assert (read[TUP_IAI].calling, read[TUP_IAI].original_called) == ("13800138000", "")


def test_an_answer_without_h1_is_a_message() -> None:
    assert layers(MTP3(bytes(MTP3() / TUP(cic=1) / TUP_ANU()))) == ["MTP3", "TUP", "TUP_ANU"]


# -- the package -------------------------------------------------------------------------------------------------------


def test_names_are_unique() -> None:
    assert len(MESSAGES) == len(LAYOUTS) + len(ROWS) + len(Kind)
    assert {MessageType(code).name for code in LAYOUTS} <= set(MESSAGES)


def test_no_field_has_a_name_that_scapy_needs_for_itself() -> None:
    for kind in (*MESSAGES.values(), ISUP, TUP, MTP2, MTP3, LSSU):
        assert not {field.name for field in kind.fields_desc} & {*dir(Packet), *Packet.__all_slots__}, kind.__name__


def test_nothing_else_of_switchsim_imports_scapy() -> None:
    program = "import sys, switchsim.cli.main, switchsim.report.pcapng; sys.exit('scapy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


# -- anything ----------------------------------------------------------------------------------------------------------

UNITS = st.binary(min_size=1, max_size=80) | st.builds(
    lambda si, label, rest: b"\xff\xff\x3f" + bytes((0x80 | si,)) + label + rest,
    st.sampled_from([0, 1, 2, 4, 5]), st.binary(min_size=4, max_size=7), st.binary(max_size=40),
)  # fmt: skip


@both
@settings(max_examples=300, deadline=None)
@given(octets=UNITS)
def test_nothing_escapes_from_dissecting(standard: str, octets: bytes) -> None:
    level2, _ = STANDARDS[standard]
    packet = level2(octets)
    assert bytes(packet) == octets
    packet.summary()


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ALL), st.integers(0, 300), st.integers(0, 255), st.integers(0, 60))
def test_nothing_escapes_from_spoilt_messages(case: tuple[str, Message], at: int, octet: int, cut: int) -> None:
    octets = bytearray(encode(case[1]))
    octets[at % len(octets)] = octet
    spoilt = bytes(octets[: max(3, len(octets) - cut)])
    packet = ISUP(spoilt)
    assert bytes(packet) == spoilt
    assert repr(packet)
