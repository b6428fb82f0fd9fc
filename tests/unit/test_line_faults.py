"""Faults of E1 lines: the rows of the catalogue, the plain values made of them, and what is refused in which words."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from switchsim.assembly.parameters import describe_parameters, read_parameters
from switchsim.errors import BadInput
from switchsim.faults.line import ACTS, ALL_TIMESLOTS, LINE_FAULTS, TAKES, LineFault, line_values
from switchsim.proto.e1 import Received, consequences, words
from switchsim.proto.e1.consequent import EndOptions

HEADER = Path(__file__).parents[2] / "native" / "include" / "swd_e1.h"
Given = dict[str, int | str]


def values(name: str, **given: int | str) -> Given:
    row = LINE_FAULTS[name]
    return line_values(row, read_parameters(row, given))


def refused(name: str, **given: int | str) -> str:
    with pytest.raises(BadInput) as error:
        values(name, **given)
    problem = error.value.problems[0]
    return f"{problem.what} | {problem.expected} | {problem.advice}"


MODES = [
    # id, given, expected of random, count, skip, spacing, ppb
    ("single is the default", {}, (0, 1, 0, 1, 0)),
    ("single, after some", {"skip": 7}, (0, 1, 7, 1, 0)),
    ("so many", {"mode": "count", "count": 5}, (0, 5, 0, 100, 0)),
    ("so many, so far apart", {"mode": "count", "count": 5, "spacing": 2000}, (0, 5, 0, 2000, 0)),
    ("burst", {"mode": "burst", "count": 50}, (0, 50, 0, 1, 0)),
    ("rate 1e-2", {"mode": "rate", "rate": "1e-2"}, (0, 0, 0, 1, 10_000_000)),
    ("rate 1e-3 as a decimal", {"mode": "rate", "rate": "0.001"}, (0, 0, 0, 1, 1_000_000)),
    ("rate 1e-9", {"mode": "rate", "rate": "1E-9"}, (0, 0, 0, 1, 1)),
    ("rate 3e-1", {"mode": "rate", "rate": "3e-1"}, (0, 0, 0, 1, 300_000_000)),
    ("rate 0.5, so many", {"mode": "rate", "rate": "0.5", "count": 9}, (0, 9, 0, 1, 500_000_000)),
    ("random", {"mode": "random", "rate": "2.5e-4"}, (1, 0, 0, 1, 250_000)),
    ("random, so many", {"mode": "random", "rate": "0.5", "count": 3}, (1, 3, 0, 1, 500_000_000)),
    ("continuous", {"mode": "continuous"}, (0, 0, 0, 1, 0)),
]


@pytest.mark.parametrize(("given", "expected"), [one[1:] for one in MODES], ids=[one[0] for one in MODES])
def test_modes(given: Given, expected: tuple[int, ...]) -> None:
    plain = values("logic_errors", **given)
    assert tuple(plain[name] for name in ("random", "count", "skip", "spacing", "ppb")) == expected
    assert (plain["act"], plain["kind"], plain["direction"]) == ("error", 1, 1)


@pytest.mark.parametrize(("text", "mask"), [
    ("5", 1 << 5), (5, 1 << 5), ("1", 2), ("31", 1 << 31), ("1-31", 0xFFFFFFFE), ("1-15,17-31", 0xFFFEFFFE),
    (" 1 , 3 - 4 ", 0b11010), ("2,2", 4),
])  # fmt: skip
def test_timeslots(text: str | int, mask: int) -> None:
    assert values("logic_errors", timeslots=text)["timeslots"] == mask


def test_without_timeslots_it_is_the_whole_line_with_timeslot_0() -> None:
    assert values("logic_errors")["timeslots"] == values("code_violations")["timeslots"] == ALL_TIMESLOTS
    assert values("logic_errors", bits=0x80)["bits"] == 0x80


OTHERS: list[tuple[str, Given, Given]] = [
    ("line_los", {}, {"act": "send", "kind": 8}),
    ("line_rai", {"direction": "sent"}, {"act": "send", "kind": 1, "direction": 2}),
    ("alignment_shift", {}, {"act": "shift", "kind": -1, "count": 1, "every": 8000}),
    ("alignment_shift", {"how": "inserted", "count": 3, "every": "250us"}, {"kind": 1, "count": 3, "every": 2}),
    ("line_slip", {}, {"act": "slip", "kind": -1, "count": 1}),
    ("line_slip", {"how": "repeated"}, {"act": "slip", "kind": 1}),
    ("line_delay", {"time": "256ms"}, {"act": "delay", "kind": 2048}),
    ("line_interruptions", {"time": "10ms"}, {"act": "interrupt", "time": 80, "every": 8000, "count": 0}),
    ("fas_errors", {}, {"kind": 3, "bits": 1}),
    ("crc_errors", {"bits": 15}, {"kind": 5, "bits": 15}),
    ("sa_errors", {"mode": "continuous", "bits": 2}, {"kind": 10, "bits": 2, "count": 0}),
    ("e_bit_errors", {"mode": "burst", "count": 2}, {"kind": 8, "bits": 0, "count": 2}),
]


@pytest.mark.parametrize(("name", "given", "expected"), OTHERS)
def test_plain_values(name: str, given: Given, expected: Given) -> None:
    plain = values(name, **given)
    assert plain["what"] == name
    assert {key: plain[key] for key in expected} == expected


RANGE = "1e-9..0.5 of the opportunities, as in 1e-3"
SLOTS = "timeslots 1..31, as in 5 or 1-15,17-31"
REFUSALS: list[tuple[str, Given, str]] = [
    ("logic_errors", {"mode": "rate"}, "logic_errors: rate is missing | values: {mode: rate, rate: ...}"),
    ("logic_errors", {"mode": "burst"}, "logic_errors: count is missing"),
    ("logic_errors", {"mode": "count"}, "logic_errors: count is missing"),
    ("logic_errors", {"count": 4}, "logic_errors: count says nothing with mode single | mode count or burst or rate"),
    ("logic_errors", {"rate": "1e-3"}, "logic_errors: rate says nothing with mode single | mode rate or random"),
    ("logic_errors", {"mode": "burst", "count": 2, "spacing": 3}, "spacing says nothing with mode burst | mode count"),
    ("logic_errors", {"mode": "rate", "rate": "0.51"}, f"logic_errors: rate: 0.51 is out of range | {RANGE}"),
    ("logic_errors", {"mode": "rate", "rate": 1}, f"rate: 1 is out of range | {RANGE}"),
    ("logic_errors", {"mode": "rate", "rate": 0}, f"rate: 0 is out of range | {RANGE}"),
    ("logic_errors", {"mode": "rate", "rate": "4e-10"}, f"rate: 4e-10 is out of range | {RANGE}"),
    ("logic_errors", {"mode": "rate", "rate": "1e999"}, "rate: 1e999 is out of range"),
    ("logic_errors", {"mode": "rate", "rate": "often"}, f"logic_errors: rate: 'often' | {RANGE}"),
    ("logic_errors", {"mode": "rate", "rate": "-1e-3"}, "rate: '-1e-3'"),
    ("logic_errors", {"mode": "rate", "rate": "nan"}, "rate: 'nan'"),
    ("logic_errors", {"mode": "rate", "rate": "1e-3" * 99}, "rate: '1e-31e-3"),
    ("logic_errors", {"mode": "always"}, "logic_errors: mode: 'always' | one of single, count, burst"),
    ("logic_errors", {"direction": "both"}, "logic_errors: direction: 'both' | one of received, sent"),
    ("logic_errors", {"timeslots": "0"}, f"timeslots: 0 is out of range | {SLOTS} | leave timeslots away"),
    ("logic_errors", {"timeslots": 0}, "timeslots: 0 is out of range"),
    ("logic_errors", {"timeslots": "1-15,17-32"}, f"logic_errors: timeslots: 17-32 is out of range | {SLOTS}"),
    ("logic_errors", {"timeslots": "0-31"}, "timeslots: 0-31 is out of range"),
    ("logic_errors", {"timeslots": "9-3"}, f"timeslots: '9-3' | {SLOTS}"),
    ("logic_errors", {"timeslots": "1,,2"}, "timeslots: ''"),
    ("logic_errors", {"timeslots": "five"}, "timeslots: 'five'"),
    ("logic_errors", {"timeslots": ""}, f"logic_errors: timeslots: '' | {SLOTS}"),
    ("logic_errors", {"mode": ""}, "logic_errors: mode: '' | one of single, count, burst"),
    ("line_slip", {"every": ""}, "line_slip: every: ''"),
    ("logic_errors", {"timeslots": -1}, "timeslots: '-1'"),
    ("logic_errors", {"timeslots": ",".join("1" * 33)}, "timeslots: 33 parts"),
    ("logic_errors", {"bits": 256}, "bits: 256 is out of range | 1..255"),
    ("logic_errors", {"bits": 0}, "bits: 0 is out of range"),
    ("logic_errors", {"mode": "burst", "count": 0}, "count: 0 is out of range"),
    ("fas_errors", {"bits": 0x80}, "fas_errors: bits: 128 is out of range | 1..127"),
    ("fas_errors", {"timeslots": "3"}, "fas_errors: unknown parameter 'timeslots'"),
    ("line_los", {"mode": "single"}, "line_los: unknown parameter 'mode' | one of direction"),
    ("line_delay", {}, "line_delay: time is missing"),
    ("line_delay", {"time": "257ms"}, "line_delay: time: '257ms' | a duration of 0.125ms to 256ms"),
    ("line_slip", {"how": "twice"}, "line_slip: how: 'twice' | one of repeated, lost"),
    ("line_loop", {}, "line_loop: loop is missing"),
    ("line_loop", {"loop": "payload", "end": "near"}, "line_loop: end: 'near' | one of machine, far"),
    ("line_loop", {"loop": "timeslots"}, "line_loop: timeslots is missing"),
    ("line_loop", {"loop": "line", "timeslots": "3"}, "line_loop: timeslots says nothing to line"),
    ("line_loop", {"loop": "timeslots", "timeslots": "0"}, "timeslots: 0 is out of range"),
    ("line_interruptions", {"time": "2s"}, "line_interruptions: time: an interruption of 2s every 1s"),
]


@pytest.mark.parametrize(("name", "given", "expected"), REFUSALS)
def test_what_is_refused(name: str, given: Given, expected: str) -> None:
    assert expected in refused(name, **given)


# -- the table --------------------------------------------------------------------------------------------------------


def given_for(row: LineFault) -> Given:
    """Values for what must be given."""
    return {name: "1ms" for name, parameter in row.parameters.items() if parameter.default is None}


DIRECTED = {name: row for name, row in LINE_FAULTS.items() if ACTS[name].act != "loop"}


@pytest.mark.parametrize("row", DIRECTED.values(), ids=DIRECTED.keys())
def test_every_row_that_acts_on_a_direction(row: LineFault) -> None:
    assert (row.target, row.point) == ("line", "e1")
    assert row.alarms or row.shows
    assert set(describe_parameters(row)) == set(row.parameters) >= {"direction"}
    for direction, number in (("received", 1), ("sent", 2)):
        plain = values(row.name, direction=direction, **given_for(row))
        assert (plain["direction"], plain["act"]) == (number, ACTS[row.name].act)
        assert all(isinstance(value, int | str) for value in plain.values())
        assert msgspec.json.decode(msgspec.json.encode(plain)) == plain
        if plain["act"] == "error":
            for mode, (must, _) in TAKES.items():
                more: Given = {name: "1e-4" if name == "rate" else 3 for name in must}
                assert values(row.name, mode=mode, direction=direction, **more)["act"] == "error"


@pytest.mark.parametrize("end", ["machine", "far"])
@pytest.mark.parametrize(("given", "mask"), [({"loop": "local"}, 0), ({"loop": "line"}, 0), ({"loop": "payload"}, 0),
                                             ({"loop": "timeslots", "timeslots": "1,5-6"}, 0b1100010)])  # fmt: skip
def test_loops(end: str, given: Given, mask: int) -> None:
    plain = values("line_loop", end=end, **given)
    assert [plain[key] for key in ("act", "end", "loop", "timeslots")] == ["loop", end, given["loop"], mask]


def test_every_row_has_its_act() -> None:
    assert set(ACTS) == set(LINE_FAULTS)
    kinds = [act.kind for act in ACTS.values() if act.act == "error"]
    assert kinds == list(range(1, 11))


NAMES = {
    "logic_errors": "ERR_BIT", "code_violations": "ERR_CODE", "fas_errors": "ERR_FAS", "nfas_errors": "ERR_NFAS",
    "crc_errors": "ERR_CRC", "crc_mf_errors": "ERR_CRC_MFAS", "cas_mf_errors": "ERR_CAS_MFAS", "e_bit_errors": "ERR_E",
    "a_bit_errors": "ERR_A", "sa_errors": "ERR_SA", "line_rai": "E1_SEND_A", "remote_mf_alarm": "E1_SEND_Y",
    "line_ais": "E1_SEND_AIS", "line_los": "E1_SEND_NOTHING", "ts16_ais": "E1_SEND_TS16_AIS",
    "line_lof": "E1_SEND_UNFRAMED", "line_no_crc": "E1_SEND_NO_CRC",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_numbers_are_those_of_the_native_core(name: str) -> None:
    found = re.search(rf"^#define SWD_{NAMES[name]} (\d+)", HEADER.read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None
    assert int(found[1]) == ACTS[name].kind


def test_the_status_bits_are_those_of_the_native_core() -> None:
    native = {"LOMF": "LOCRC", "CAS_LOMF": "LOCAS", "REMOTE_MF": "RMA", "E_BITS": "FEBE_ALL"}
    text = HEADER.read_text(encoding="utf-8")
    for bit in Received:
        name = native.get(str(bit.name), bit.name)
        found = re.search(rf"^#define SWD_E1_{name} (\d+)", text, re.MULTILINE)
        assert found is not None, name
        assert int(found[1]) == bit


# -- what they promise ------------------------------------------------------------------------------------------------

RAISED = [
    # fault, what the machine's receiver finds: the fault received; the fault sent (the far end answers)
    ("line_los", Received.LOS, Received.RAI),
    ("line_ais", Received.AIS | Received.LOF, Received.RAI),
    ("line_lof", Received.LOF, Received.RAI),
    ("line_rai", Received.RAI, Received(0)),
    ("ts16_ais", Received.TS16_AIS | Received.CAS_LOMF, Received.REMOTE_MF),
    ("remote_mf_alarm", Received.REMOTE_MF, Received(0)),
    ("line_no_crc", Received.NO_CRC, Received(0)),
]


@pytest.mark.parametrize(("name", "received", "sent"), RAISED)
def test_alarms_promised_are_those_of_the_consequent_actions(name: str, received: Received, sent: Received) -> None:
    row = LINE_FAULTS[name]
    for direction, found in (("received", received), ("sent", sent)):
        alarms, defects = row.promises(direction)
        raised = consequences(found, EndOptions(cas=True)).alarms
        assert bool(alarms) == bool(raised)
        assert set(raised) <= set(alarms)
        assert bool(defects) == bool(raised)
        assert not defects or set(defects) & set(words(found).split())


def test_single_errors_promise_no_alarm() -> None:
    for row in LINE_FAULTS.values():
        if ACTS[row.name].act != "send":
            assert row.promises("received") == ((), ())
