"""Q.784.1: every sheet of scenarios/conformance/q784.

The sheets are written from Q.763, Q.764 and the list of tests. Circuits that do one thing wrong are caught by the sheet
that is named. The tester's octets are its own; those of the basic call are written out here by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from switchsim.conformance.q784.messages import compose, mismatch
from switchsim.conformance.q784.octets import FORMS, read
from switchsim.conformance.q784.player import Q784Player
from switchsim.conformance.q784.words import LEAST
from switchsim.conformance.reader import Sheet, read_sheet
from switchsim.conformance.report import sheets_of
from switchsim.conformance.verdict import Result, Verdict
from switchsim.proto import isup
from switchsim.proto.isup import codec
from switchsim.proto.isup.timers import TIMERS

PLAYER = Q784Player()
SHEETS, PREAMBLES = sheets_of(PLAYER)
BY_NUMBER = {sheet.number: sheet for sheet in SHEETS}

CASES = """
1.1 1.2.1 1.2.2 1.2.3 1.2.4 1.2.5a 1.2.5b 1.2.5c 1.2.6 1.2.7 1.3.1.1a 1.3.1.1b 1.3.1.1c 1.3.1.1d 1.3.1.1e
1.3.1.1f 1.3.1.2a 1.3.1.2b 1.3.2.1 1.3.2.2 1.3.2.3 1.3.2.4 1.3.2.5 1.4.1 1.4.2 1.4.3 1.4.4 1.4.5 1.5.1 1.5.2
1.5.3 1.6.1.1 1.6.1.2 1.6.2.1 1.6.2.2 1.6.3.1 1.6.3.2 1.7.1.1 1.7.1.2 1.7.1.3 1.7.1.4 1.7.1.5 1.7.1.6 1.7.1.7
1.7.2.1 1.7.2.2 1.7.2.3 1.7.2.4 1.7.2.5 1.7.2.6 1.7.2.7 1.7.2.8 1.7.2.9 1.7.2.10 1.7.3.1 1.7.3.2 2.1.1 2.1.2
2.2.1a 2.2.1b 2.2.2a 2.2.2b 2.3.1a 2.3.1b 2.3.1c 2.3.1d 2.3.1e 2.3.1f 2.3.1g 2.3.1h 2.3.2a 2.3.2b 2.3.2c 2.3.2d
2.3.2e 2.3.2f 2.3.3 2.3.4 2.3.5 2.3.6 2.4.1 2.4.2 2.4.3 2.4.4 2.4.5 3.1 3.2 3.3 3.4 3.5 3.6 3.7 3.8 4.1a 4.1b
4.1c 4.1d 4.1e 4.1f 5.1 5.2.1 5.2.2 5.2.3 5.2.4 5.2.5a 5.2.5b 5.2.6 5.2.7 5.2.8 5.2.9 5.2.10 5.2.11 5.3.1 5.3.2
6.1.1 6.1.2 6.1.3 6.1.4 6.1.5 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.3.1 6.4.1 6.4.2 6.4.3 6.4.4 6.5.1 6.5.2 6.5.3
6.5.4 6.5.5 6.6.1 6.6.2 6.6.3 6.6.4 7.1.1 7.1.2 7.1.3 7.2.1 7.3.1 7.3.2 7.3.3 7.3.4 7.3.5 7.3.6 8.1.1 8.1.2
8.2.1 8.2.2 8.2.3 9.1.1 9.1.2
"""
NOT_BUILT = """
1.7.1.3 1.7.1.6 1.7.2.4 1.7.2.8 2.4.1 2.4.2 2.4.3 2.4.4 2.4.5 5.1 6.6.1 6.6.2 6.6.3 6.6.4 7.3.1 7.3.2 7.3.3
7.3.4 7.3.5 7.3.6 9.1.1 9.1.2
"""
PLAYED = [sheet for sheet in SHEETS if not sheet.not_applicable]


def on_machine(sheet: Sheet) -> bool:
    return not Q784Player.obstacle(sheet, PREAMBLES)


def test_every_case_of_the_standard_has_its_sheet() -> None:
    assert {sheet.number for sheet in SHEETS} == set(CASES.split())
    assert len(SHEETS) == len(CASES.split()) == 155
    assert [Path(sheet.file).stem for sheet in SHEETS] == [sheet.number for sheet in SHEETS]
    assert {sheet.number for sheet in SHEETS if sheet.not_applicable} == set(NOT_BUILT.split())


@pytest.mark.parametrize("sheet", PLAYED, ids=lambda sheet: sheet.number)
def test_sheet_on_circuits_alone(sheet: Any) -> None:
    """With the timers of the standard; the clock is the bench's own."""
    result = PLAYER.play(sheet, "alone", PREAMBLES)
    assert result.verdict is Verdict.PASSED, result.told()
    assert {line.sort for line in result.log} & {">", "?"}


@pytest.mark.parametrize("sheet", [sheet for sheet in PLAYED if on_machine(sheet)], ids=lambda sheet: sheet.number)
def test_sheet_on_a_whole_machine(sheet: Any) -> None:
    """Its far end is the tester: level 2 and 3 lie between. The messages are those of the circuits alone."""
    machine, alone = (PLAYER.play(sheet, bench, PREAMBLES) for bench in ("machine", "alone"))
    assert machine.verdict is Verdict.PASSED, machine.told()
    for sort in "<>":
        assert messages(machine, sort) == messages(alone, sort)


def messages(result: Result, sort: str) -> list[str]:
    """What was sent in a direction, one after the other; a row of equal ones counts once, as timers that run out in the
    same cycle have no order."""
    octets = [line.octets.hex() for line in result.log if line.sort == sort]
    return [one for one, before in zip(octets, ["", *octets], strict=False) if one != before]


def test_a_far_end_can_provoke_most_cases() -> None:
    """What is left needs an order to the machine's management, or a user that acts as none of the machine does."""
    assert sum(on_machine(sheet) for sheet in PLAYED) >= 85
    asked = {sheet.number: Q784Player.obstacle(sheet, PREAMBLES) for sheet in PLAYED if not on_machine(sheet)}
    assert all(asked.values())
    assert "orders BLOCK" in asked["1.3.2.2"]


def test_the_least_times_are_the_windows_of_the_timers() -> None:
    for name, cycles in LEAST.items():
        low, _, high, _ = TIMERS[name.lower()]
        assert low <= cycles <= high, name


# -- the tester's own octets -------------------------------------------------------------------------------------------

BY_HAND: list[tuple[str, dict[str, int], str]] = [
    ("IAM", {"CALLED": 10000, "ST": 1}, "010001 00 2001 0a 00 02 00 05 03 10 01 00 f0"),
    ("IAM", {"CIC": 257, "CALLED": 55512, "CALLING": 1380, "CHECK": 1, "MEDIUM": 3},
     "010101 04 2001 0a 03 02 07 05 83 10 55 15 02 0a 04 03 13 31 08 00"),
    ("SAM", {"DIGITS": 12, "ST": 1}, "010002 02 00 03 80 21 0f"),
    ("ACM", {"STATUS": 1}, "010006 16 04 00"),
    ("ACM", {"STATUS": 1, "INBAND": 1}, "010006 16 04 01 29 01 01 00"),
    ("CPG", {"EVENT": 1}, "01002c 01 00"),
    ("ANM", {}, "010009 00"),
    ("REL", {"CAUSE": 17, "LOCATION": 3}, "01000c 02 00 02 83 91"),
    ("RLC", {}, "010010 00"),
    ("SUS", {"NETWORK": 1}, "01000d 01 00"),
    ("COT", {"OK": 1}, "010005 01"),
    ("BLO", {"CIC": 31}, "1f0013"),
    ("GRS", {"RANGE": 14}, "010017 01 01 0e"),
    ("GRA", {"RANGE": 8, "STATUS": 0x101}, "010029 01 03 08 01 01"),
    ("CGB", {"HARDWARE": 1, "RANGE": 4, "STATUS": 0x1B}, "010018 01 01 02 04 1b"),
    ("CQR", {"RANGE": 1, "STATES": 0x0E0C}, "01002b 02 03 01 01 02 0e 0c"),
    ("CFN", {"CAUSE": 97, "DIAGNOSTIC": 0x3E}, "01002f 02 00 03 82 e1 3e"),
    ("UNKNOWN", {"INSTRUCTION": 0x82}, "01003e 01 38 01 82 00"),
    ("ANM", {"PARAMETER": 0xF0, "CONTENTS": 0x55, "INSTRUCTION": 0x94}, "010009 01 f0 01 55 39 02 f0 94 00"),
]


@pytest.mark.parametrize(("name", "values", "octets"), BY_HAND, ids=[row[2][:6] for row in BY_HAND])
def test_octets_by_hand(name: str, values: dict[str, int], octets: str) -> None:
    """Q.763 clause 1: CIC low octet first, pointers from their own octet, optional part ended by 0."""
    assert compose(name, values).hex() == octets.replace(" ", "")
    asked = {key: value for key, value in values.items() if key not in ("INSTRUCTION", "CONTENTS")}
    if name != "UNKNOWN":
        assert mismatch(name, asked, read(bytes.fromhex(octets))) == ""
    message = codec.decode(bytes.fromhex(octets))
    assert isinstance(message, codec.Message)
    assert codec.encode(message).hex() == octets.replace(" ", "")


@pytest.mark.parametrize("octets", ["0100", "010001", "010006 16", "010006 16 04 02 00", "010006 16 04 00 ff",
                                    "01000c 02 00 09 83 91", "018013", "010006 16 04 01 29 01 01"])
def test_the_tester_reads_strictly(octets: str) -> None:
    assert read(bytes.fromhex(octets)).wrong


def test_the_basic_call_octet_by_octet() -> None:
    """Each message that our side sends in a call either way, as Q.763 writes it."""
    ours = [line.octets.hex(" ") for line in PLAYER.play(BY_NUMBER["3.3"], "alone", PREAMBLES).log if line.sort == ">"]
    assert ours == [
        "01 00 01 00 20 01 0a 00 02 08 06 83 10 55 15 32 04 0a 08 83 13 31 08 10 83 00 00 00",
        "01 00 0c 02 00 02 82 90", "01 00 06 12 14 01 29 01 01 00",
        "01 00 09 00", "01 00 10 00"]  # fmt: skip


# -- what is wrong is found --------------------------------------------------------------------------------------------

_METHODS = ("receive", "timer", "address_complete", "progress", "answer", "release", "continuity_heard", "block",
            "block_group", "reset", "more_digits", "reset_group", "status", "suspend_call")  # fmt: skip


def changing(change: Callable[[Any], list[Any]], name: str) -> type[isup.Isup]:
    """Circuits whose actions pass through `change` on their way out."""

    def wrapped(method: str) -> Callable[..., Any]:
        def call(self: isup.Isup, *arguments: Any) -> list[Any]:
            actions: Iterable[Any] = getattr(isup.Isup, method)(self, *arguments)
            return [one for action in actions for one in change(action)]

        return call

    def setup(self: isup.Isup, request: isup.SetupRequest, cic: int | None = None) -> Any:
        found, actions = isup.Isup.setup(self, request, cic)
        return found, [one for action in actions for one in change(action)]

    return type(name, (isup.Isup,), {method: wrapped(method) for method in _METHODS} | {"setup": setup})


def sending(kind: str, change: Callable[[bytes], bytes | None], name: str) -> type[isup.Isup]:
    """Circuits whose messages of one kind are changed, or lost."""

    def of(action: Any) -> list[Any]:
        if not isinstance(action, isup.SendMsu) or action.data[2] != FORMS[kind].code:
            return [action]
        changed = change(action.data)
        return [] if changed is None else [isup.SendMsu(action.sls, changed)]

    return changing(of, name)


def never(*kinds: type) -> type[isup.Isup]:
    return changing(lambda action: [] if isinstance(action, kinds) else [action], "never_" + kinds[0].__name__)


def slow(timer: str, factor: int) -> type[isup.Isup]:
    def change(action: Any) -> list[Any]:
        if isinstance(action, isup.StartTimer) and action.name.startswith(timer + "/"):
            return [isup.StartTimer(action.name, action.cycles * factor // 4)]
        return [action]

    return changing(change, f"{timer}_times_{factor}_quarters")


def deaf(kind: str) -> type[isup.Isup]:
    """Circuits to which messages of one kind do not come."""

    def receive(self: isup.Isup, octets: bytes) -> list[Any]:
        return [] if octets[2] == FORMS[kind].code else isup.Isup.receive(self, octets)

    return type("deaf_to_" + kind, (isup.Isup,), {"receive": receive})


def set_up_wrongly(**changes: Any) -> type[isup.Isup]:
    def init(self: isup.Isup, state: isup.IsupState, config: isup.IsupConfig) -> None:
        isup.Isup.__init__(self, state, msgspec.structs.replace(config, **changes))

    return type("set_up_wrongly", (isup.Isup,), {"__init__": init})


def swapped() -> type[isup.Isup]:
    """RLC goes out before what belongs before it."""

    def receive(self: isup.Isup, octets: bytes) -> list[Any]:
        return list(reversed(isup.Isup.receive(self, octets)))

    return type("swapped", (isup.Isup,), {"receive": receive})


MUTANTS: list[tuple[str, type[isup.Isup], str]] = [
    ("3.3", sending("RLC", lambda octets: None, "no_rlc"), "did not come"),
    ("3.3", sending("REL", lambda octets: octets[:-1] + b"\xff", "other_cause"), "CAUSE=127 instead of 16"),
    ("3.3", sending("REL", lambda octets: octets + b"\0", "octet_too_many"), "not as Q.763 writes it"),
    ("2.1.1", sending("IAM", lambda octets: b"\2" + octets[1:], "other_circuit"), "signalling link selection"),
    ("2.1.1", sending("IAM", lambda octets: octets[:6] + b"\x0b" + octets[7:], "priority"), "CATEGORY=11"),
    ("2.2.2a", sending("SAM", lambda octets: octets if octets[-1] < 0xF0 else octets[:5] + b"\2\x80\4", "no_st"),
     "ST=0 instead of 1"),
    ("1.2.5a", sending("GRA", lambda octets: octets[:-1] + b"\1", "status"), "STATUS=1 instead of 0"),
    ("1.3.1.1a", sending("CGBA", lambda octets: octets[:3] + b"\1" + octets[4:], "hardware"), "HARDWARE=1"),
    ("1.3.2.5", deaf("UBL"), "did not come"),
    ("1.2.3", swapped(), "RLC instead of BLO"),
    ("6.3.1", set_up_wrongly(own_pc=2, dpc=1), "the user is told"),
    ("6.2.1", set_up_wrongly(own_pc=2, dpc=1), "nothing until"),
    ("5.2.1", slow("t7", 5), "did not come"),
    ("5.2.1", slow("t7", 3), "not within"),
    ("5.2.2", slow("t9", 8), "did not come"),
    ("5.2.3", slow("t1", 10), "did not come"),
    ("5.2.3", slow("t5", 2), "not within"),
    ("5.2.6", slow("t13", 2), "not within"),
    ("5.2.6", never(isup.MaintenanceAlarm), "nothing until"),
    ("5.2.10", slow("t20", 1), "not within"),
    ("1.4.2", slow("t25", 16), "did not come"),
    ("1.4.3", deaf("CCR"), "nothing until"),
    ("1.4.4", never(isup.CheckTone), "nothing until"),
    ("6.1.4", sending("ACM", lambda octets: None, "no_acm"), "did not come"),
    ("8.2.2", deaf("UPT"), "did not come"),
    ("8.2.3", deaf("RSC"), "nothing until"),
    ("3.8", deaf("REL"), "did not come"),
    ("3.5", never(isup.ResumeInd), "nothing until"),
    ("1.2.4", never(isup.BlockedInd), "nothing until"),
    ("3.4", changing(lambda a: [a, a] if isinstance(a, isup.ReleasedInd) else [a], "told_twice"), "the user is told"),
    ("1.1", set_up_wrongly(ucic=False), "did not come"),
]  # fmt: skip


@pytest.mark.parametrize(("number", "wrong", "why"), MUTANTS, ids=[f"{one[0]}-{one[1].__name__}" for one in MUTANTS])
def test_wrong_circuits_are_found(number: str, wrong: type[isup.Isup], why: str) -> None:
    """The sheet fails, or cannot begin, with the line and the reason."""
    result = PLAYER.play(BY_NUMBER[number], "alone", PREAMBLES, wrong)
    assert result.verdict in (Verdict.FAILED, Verdict.INCONCLUSIVE), result.told()
    assert why in result.reason
    name = f"{number}.yaml" if result.verdict is Verdict.FAILED else "preambles.yaml"
    assert Path(result.place.rpartition(":")[0]).name == name


# -- the language ------------------------------------------------------------------------------------------------------

HEAD = "format: 1\nstandard: Q.784.1\nnumber: '0.0'\ntitle: a language test\ngiven: idle\nexpect: |\n"


def played(steps: str, folder: Path) -> Result:
    path = folder / "0.0.yaml"
    path.write_text(HEAD + "".join(f"  {step}\n" for step in steps.split(" / ")))
    return PLAYER.play(read_sheet(path, PLAYER, PREAMBLES), "alone", PREAMBLES)


STEPS = [
    ("! BLOCK / > BLO / mark / within 0..2min / > BLO x 3.. / T13 5..15min since mark / ? ALARM / wait 1s / hold 4min",
     ""),
    ("! BLOCK / within 0..2min / > BLO x 3 / hold 4min", "BLO CIC=1"),
    ("! BLOCK / within 0..2min / > BLO x 3.. / < BLA / ? BLOCKED / < UBL / > UBA", ""),
    ("! BLOCK / within 0..2min / > BLO x 3.. / < UBL / > UBL", "UBA instead of UBL"),
    ("< RSC / > RLC CIC=2", "CIC=1 instead of 2"),
    ("< RSC / hold 1s", "RLC CIC=1"),
    ("< RSC / not > RLC for 1s", "RLC CIC=1"),
    ("< RSC / not > BLO for 1s", ""),
    ("< RSC CIC=1..3 / > RLC CIC=1..3", ""),
    ("< (RSC; BLO) / > (RLC; BLA) / ? BLOCKED PEER=1", ""),
    ("< BLO / > BLA", "the user is told BLOCKED"),
    ("< BLO / > BLA / ? UNBLOCKED", "is told BLOCKED"),
    ("< BLO / > BLA / ? BLOCKED HARDWARE=1", "HARDWARE=0 instead of 1"),
    ("may ? BLOCKED / < BLO / > BLA", ""),
    ("may ? BLOCKED / < BLO x 2 / > BLA x 2 / < UBL / > UBA", "UNBLOCKED"),
    ("! SETUP / > IAM CALLED=5551234 / within 20..30s / > REL / ? RELEASED", ""),
    ("! SETUP / > IAM CALLED=5551235", "CALLED=5551234 instead of 5551235"),
    ("! SETUP / > IAM / wait 1/2 T7 / mark / within 10..15s since mark / > REL / ? RELEASED", ""),
    ("! SETUP / > IAM PARAMETER=0x0A / wait 1/2 T7 / mark / within 0..9s since mark / > REL", "did not come"),
    ("! SETUP / > IAM PARAMETER=0x0B", "no parameter 0x0B"),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "why"), STEPS)
def test_steps(steps: str, why: str, tmp_path: Path) -> None:
    result = played(steps, tmp_path)
    assert result.verdict is (Verdict.FAILED if why else Verdict.PASSED), result.told()
    assert why in result.reason

