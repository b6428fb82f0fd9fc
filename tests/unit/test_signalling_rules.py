"""Rules upon signal units: which they meet, what they leave; how a unit is read and a field of it set."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchsim.proto.mtp3 import Variant
from switchsim.terminals.rules import Rule, Treated, raw_frame, rule_of, treat
from switchsim.terminals.units import FIELDS, MESSAGES, look, put, with_right_length

ITU, CHINA = Variant.ITU14, Variant.CHINA24
FISU = bytes.fromhex("ff8100")
SIOS = bytes.fromhex("ffff0103")
REL = bytes.fromhex("ff830d85018000a00a000c0200028090")  # circuit 10, from 2 to 1
IAM = bytes.fromhex("8a9020850180000203020001" + "0020010a00020705831001000" + "00a088313")
COO = bytes.fromhex("ff84078001800000110f")
TUP_REL_CHINA = bytes.fromhex("ff840a84010000020000350021")


def act(rule: Rule, *units: bytes, **how: Any) -> list[Treated]:
    return [treat([rule], unit, how.pop("variant", ITU), received=how.get("received", False), **{
        name: value for name, value in how.items() if name != "received"}) for unit in units]  # fmt: skip


def rule(action: str, level3: bool = False, **values: int | str) -> Rule:
    return rule_of("1", action, values, level3=level3)


@pytest.mark.parametrize(("octets", "variant", "title", "circuit", "codes"), [
    (FISU, ITU, "fisu", -1, (-1, -1)),
    (SIOS, ITU, "sios", -1, (-1, -1)),
    (bytes.fromhex("ffff020500"), ITU, "sib", -1, (-1, -1)),
    (REL, ITU, "REL", 10, (1, 2)),
    (COO, ITU, "COO", -1, (1, 2)),
    (TUP_REL_CHINA, CHINA, "TUP_IAI", 0x355, (1, 2)),
    (b"\xff\xff\x3f\x85", ITU, "sib", -1, (-1, -1)),
    (b"\xff\xff\x3f\x85\x01\x80", ITU, "msu", -1, (-1, -1)),
    (b"\xff", ITU, "fisu", -1, (-1, -1)),
])  # fmt: skip
def test_what_a_unit_is(
    octets: bytes, variant: Variant, title: str, circuit: int, codes: tuple[int, int]
) -> None:
    unit = look(octets, variant)
    if title != "TUP_IAI":
        assert unit.title == title
        assert unit.cic == circuit
    assert (unit.dpc, unit.opc) == codes


@given(st.binary(max_size=290), st.sampled_from(FIELDS), st.integers(-300, 300), st.sampled_from((ITU, CHINA)))
def test_any_octets_are_read_and_changed_without_surprise(
    octets: bytes, field: str, value: int, label: Variant
) -> None:
    look(octets, label)
    changed = put(octets, field, value, 1, label)
    assert changed is None or len(changed) == len(octets)


@pytest.mark.parametrize(("field", "value", "at", "octets"), [
    ("bsn", 5, 0, "85"), ("bib", 0, 0, "7f"), ("fsn", 127, 1, "ff"), ("fib", 0, 1, "03"), ("li", 63, 2, "3f"),
    ("si", 4, 3, "84"), ("ni", 0, 3, "05"), ("dpc", 0x3FFF, 4, "ffbf00a0"), ("opc", 1, 4, "014000a0"),
    ("sls", 5, 7, "50"), ("cic", 0x123, 8, "2301"), ("type", 1, 10, "01"), ("pointer", 9, 11, "09"),
    ("length", 99, 13, "63"),
])  # fmt: skip
def test_each_field_of_a_message_is_set_where_it_stands(field: str, value: int, at: int, octets: str) -> None:
    wanted = bytearray(REL)
    wanted[at : at + len(octets) // 2] = bytes.fromhex(octets)
    assert put(REL, field, value, 0, ITU) == bytes(wanted)


def test_a_field_that_a_unit_has_not_is_not_set() -> None:
    assert put(FISU, "dpc", 1, 0, ITU) is None
    assert put(REL, "changeover_fsn", 1, 0, ITU) is None
    assert put(COO, "cic", 1, 0, ITU) is None
    assert put(COO, "changeover_fsn", -1, 3, ITU) == COO[:-1] + b"\x12"
    assert put(b"", "bsn", 1, 0, ITU) is None


def test_the_length_indicator_follows_the_unit() -> None:
    assert with_right_length(b"\xff\xff\xc0" + bytes(5))[2] == 0xC5
    assert with_right_length(b"\xff\xff\x00" + bytes(99))[2] == 63


def test_only_units_that_fit_are_met() -> None:
    meets = rule("drop", message="REL", cic=10, dpc=1, opc=2)
    assert [one.dropped for one in act(meets, FISU, SIOS, COO, REL)] == [False, False, False, True]
    for values in ({"message": "IAM"}, {"cic": 9}, {"dpc": 2}, {"opc": 1}, {"unit": "fisu lssu"}):
        assert not act(rule("drop", **values), REL)[0].dropped, values  # type: ignore[arg-type]
    assert act(rule("drop", unit="lssu"), SIOS)[0].dropped
    assert act(rule("drop", unit="sios msu"), SIOS)[0].dropped
    assert act(rule("drop", message="IAM COO"), COO)[0].dropped


def test_skip_every_and_count() -> None:
    meets = rule("drop", skip=2, every=3, count=2)
    assert [one.dropped for one in act(meets, *[REL] * 12)] == [n in (2, 5) for n in range(12)]
    assert (meets.seen, meets.done) == (12, 2)


def test_directions_and_levels_are_kept_apart() -> None:
    arriving, above = rule("drop", direction="received"), rule("drop", level3=True)
    assert not act(arriving, REL)[0].dropped
    assert act(arriving, REL, received=True)[0].dropped
    assert not act(above, REL)[0].dropped
    assert act(above, REL, level3=True)[0].dropped


def test_what_each_action_leaves() -> None:
    assert act(rule("duplicate"), REL)[0].copies == 2
    assert act(rule("swap"), REL)[0].swapped
    assert act(rule("delay", cycles=77), REL)[0].delay_cycles == 77
    assert act(rule("set", field="fsn", add=2), REL)[0].octets == REL[:1] + b"\x85" + REL[2:]
    assert act(rule("corrupt", octet=4, mask=0x0F), REL)[0].octets == REL[:4] + b"\x0e" + REL[5:]
    assert act(rule("corrupt", level3=True, octet=1, mask=0x0F), REL, level3=True)[0].octets == (
        REL[:4] + b"\x0e" + REL[5:])
    for action in ("bad_fcs", "abort"):
        assert act(rule(action), REL)[0].spoiled == action
    assert act(rule("length", octets=4), REL)[0].length == 4


def test_a_field_that_says_so_already_is_no_hit() -> None:
    meets = rule("set", field="dpc", value=1)
    assert not act(meets, REL)[0].acted
    assert meets.seen == 0


def test_fill_in_units_know_no_order() -> None:
    for action in ("duplicate", "swap", "delay"):
        assert not act(rule(action, cycles=5), FISU, repeated=True)[0].acted
    assert act(rule("drop", unit="fisu"), FISU, repeated=True)[0].dropped


def test_rules_work_one_after_the_other_until_a_unit_is_lost() -> None:
    first, second, third = rule("set", field="cic", value=11), rule("drop", cic=11), rule("drop")
    result = treat([first, second, third], REL, ITU, received=False)
    assert (result.dropped, [one.action for one in result.acted], third.seen) == (True, ["set", "drop"], 0)


@pytest.mark.parametrize(("length", "frame"), [(2, "ff83"), (16, REL.hex()), (18, REL.hex() + "0000")])
def test_a_frame_is_cut_off_or_filled_up(length: int, frame: str) -> None:
    assert raw_frame(REL, length).hex() == frame


def test_names_of_messages_are_single() -> None:
    assert MESSAGES["REL"] == 0x50C
    assert MESSAGES["COO"] == 0x011
    assert MESSAGES["TUP_IAM"] == 0x411
    assert len(set(MESSAGES.values())) == len(MESSAGES)
