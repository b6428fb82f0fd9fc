"""Units made by hand: layers with fields, octets; everything else is refused in words, and nothing is evaluated."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchsim.errors import BadInput
from switchsim.scenario.craft import crafted

pytest.importorskip("scapy")


def sequence(text: str, *, china: bool = False) -> str:
    return crafted(text, in_sequence=True, china=china).hex()


def raw(text: str, *, china: bool = False) -> str:
    return crafted(text, in_sequence=False, china=china).hex()


def test_layers_become_octets() -> None:
    rel = "MTP3(opc=2, dpc=1)/ISUP(cic=10)/REL(cause=16)"
    assert sequence(rel) == "850180" + "00a0" + "0a000c0200028090"
    assert sequence("MTP2(fsn=3)/" + rel) == sequence(rel)
    assert raw("MTP2(fsn=3)/" + rel) == "ff830d" + sequence(rel)
    assert raw("MTP2()") == "ffff00"
    assert raw("MTP2(bib=0, bsn=5, li=1)/LSSU(status=3)") == "05ff0103"
    assert sequence("MTP3(opc=1, dpc=2)/TFP(point=2)") == "8002400000140200"


def test_a_network_of_24_bits_has_layers_of_its_own() -> None:
    assert sequence("MTP3(opc=2, dpc=1, sls=3)/SLTM(pattern=b'ab')", china=True) == "81" + "01000002000003" + "11206162"


def test_octets_stand_for_themselves() -> None:
    assert raw("ff ff 01 03") == "ffff0103"
    assert sequence("85 01 80 00 a0") == "85018000a0"
    assert sequence("MTP3(opc=2, dpc=1)/ISUP(cic=10, type=0xEE)/Raw(load=b'xy')") == "85018000a00a00ee7879"
    assert sequence("MTP3(raw=b'1234567')") == b"1234567".hex()


@pytest.mark.parametrize(("text", "words"), [
    ("zz", "3..273 octets in hexadecimal digits"),
    ("85", "3..273 octets"),
    ("85" * 274, "3..273 octets"),
    ("MTP3(opc=1", "cannot be read"),
    ("(((((MTP3()", "cannot be read"),
    ("__import__('os').system('true')", "is no layer"),
    ("MTP3()/open('x')", "open: a value without a name"),
    ("MTP3(opc=open('x'))", "is no plain value"),
    ("MTP3(opc=[x for x in ()])", "is no plain value"),
    ("MTP3(**{})", "a value without a name"),
    ("MTP3()+ISUP()", "is no layer"),
    ("lambda: MTP3()", "is no layer"),
    ("MTP3(opc=9**9)", "is no plain value"),
    ("(" + "-" * 500 + "1)", "something nested too deeply is no layer"),
    ("MTP3(opc=" + "-" * 900 + "1)", "something nested too deeply is no plain value"),
    ("MTP3(opc=1" + "+1" * 1500 + ")", "something nested too deeply is no plain value"),
    ("MTP4()", "no layer 'MTP4'; expected a layer of switchsim.scapy_layers; did you mean"),
    ("MTP3(opcode=1)", "MTP3 has no field 'opcode'"),
    ("MTP3(opc=99999)/ISUP()/REL()", "cannot be built"),
    ("MTP3(opc='x')/ISUP()/REL()", "cannot be built"),
    ("MTP3()/ISUP(cic=-1)/REL()", "cannot be built"),
    ("/".join(["MTP3()"] * 17), "17 layers; expected at most 16"),
    ("MTP2(fsn=1)", "a unit of 0 octets from the SIO on"),
    ("MTP3(raw=b'" + "x" * 300 + "')", "a unit of 300 octets"),
])  # fmt: skip
def test_what_is_no_unit_is_refused(text: str, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        crafted(text, in_sequence=True, china=False)
    assert words in str(caught.value)


def test_a_unit_past_level_2_needs_its_first_octets() -> None:
    with pytest.raises(BadInput, match="a unit without its first octets"):
        raw("MTP3(opc=1, dpc=2)/TRA()")


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="MTP23ISURELacopsd(=,)/'b1-[]{}:. ", max_size=60), st.booleans())
def test_any_text_is_a_unit_or_an_error(text: str, in_sequence: bool) -> None:
    try:
        octets = crafted(text, in_sequence=in_sequence, china=False)
    except BadInput:
        octets = bytes(3)
    assert 3 <= len(octets) <= 300
