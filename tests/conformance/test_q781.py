"""Q.781: every sheet of scenarios/conformance/q781 on the native terminals and on the slow reference, and compared.

The sheets are written from the Recommendation. A link that does one thing wrong is caught by the sheet that is named.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from switchsim.conformance.q781.player import Q781Player
from switchsim.conformance.q781.words import QUICK, TIMERS
from switchsim.conformance.reader import Sheet, read_folder, read_sheet
from switchsim.conformance.report import PLAYERS, check_sheet, conformance_rows, sheets_of
from switchsim.conformance.verdict import LogLine, Verdict, first_difference
from switchsim.errors import BadInput
from switchsim.proto import mtp2

PLAYER = Q781Player()
SHEETS, PREAMBLES = sheets_of(PLAYER)
BY_NUMBER = {sheet.number: sheet for sheet in SHEETS}
TOLERANCE_CYCLES = 0
"""The two benches tick alike, and their terminals take the same cycles for everything."""

CASES = {
    1: "1a 1b 2 3 4 5a 5b 6 7 8a 8b 9a 9b 10 11 12a 12b 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29a 29b 30a "
       "30b 31a 31b 32a 32b 33 34 35",
    2: "1 2 3 4 5 6 7 8", 3: "1 2 3 4 5 6 7 8", 4: "1 2 3", 5: "1 2 3 4a 4b 5a 5b", 6: "1 2 3 4", 7: "1 2 3 4",
    8: "1 2 3 4 5 6 7 8 9 10 11 12 13", 9: "1 2 3 4 5 6 7 8 9 10 11 12 13", 10: "1 2 3",
}  # fmt: skip
"""All of Q.781, by group."""


def test_every_case_of_the_standard_has_its_sheet() -> None:
    expected = [f"{group}.{case}" for group, cases in CASES.items() for case in cases.split()]
    listed = [sheet for sheet in SHEETS if not sheet.number.endswith("x")]  # those with an x are ours beyond the list
    assert [sheet.number for sheet in listed] == expected
    assert [Path(sheet.file).stem for sheet in SHEETS] == [sheet.number for sheet in SHEETS]
    assert not [sheet.number for sheet in SHEETS if sheet.not_applicable]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.number)
def test_sheet_with_the_timers_of_the_standard(sheet: Sheet) -> None:
    """On the native core, at the link's own timers: the windows are those of Q.703 12.3."""
    result = PLAYER.play(sheet, "timed", PREAMBLES)
    assert result.verdict is Verdict.PASSED, result.told()


@pytest.mark.parametrize("sheet", [sheet for sheet in SHEETS if not sheet.only], ids=lambda sheet: sheet.number)
def test_sheet_on_both_terminals(sheet: Sheet) -> None:
    """The native core and its reference pass, and log the same units, orders and indications."""
    native, reference = (PLAYER.play(sheet, bench, PREAMBLES) for bench in ("native", "reference"))
    assert native.verdict is Verdict.PASSED, native.told()
    assert reference.verdict is Verdict.PASSED, reference.told()
    assert first_difference(native.log, reference.log, TOLERANCE_CYCLES) == ""
    assert len({line.sort for line in native.log}) >= 2


def test_few_sheets_need_the_native_core() -> None:
    assert {sheet.number for sheet in SHEETS if sheet.only} == {"6.1", "6.2"}


def test_short_timers_have_the_order_of_the_standards() -> None:
    usual = mtp2.LinkConfig()
    lengths = {name: usual.cycles(name.upper()) for name in TIMERS}
    for shorter, longer in [("T4e", "T4n"), ("T3", "T2"), ("T7", "T6"), ("T5", "T7"), ("T4n", "T1"), ("T3", "T4n")]:
        assert QUICK[shorter] < QUICK[longer]
        assert lengths[shorter] < lengths[longer]


# -- what is wrong is found --------------------------------------------------------------------------------------------


class Wrong(mtp2.Link):
    """A link whose actions pass through `change` on their way out."""

    def change(self, action: Any) -> list[Any]:
        return [action]

    def _changed(self, actions: Iterable[Any]) -> list[Any]:
        return [changed for action in actions for changed in self.change(action)]

    def power_on(self) -> list[Any]:
        return self._changed(super().power_on())

    def start(self) -> list[Any]:
        return self._changed(super().start())

    def send(self, octets: bytes) -> list[Any]:
        return self._changed(super().send(octets))

    def low(self) -> list[Any]:
        return self._changed(super().low())

    def receive(self, octets: bytes, repeats_before: int = 0) -> list[Any]:
        return self._changed(super().receive(octets, repeats_before))

    def timer(self, name: str) -> list[Any]:
        return self._changed(super().timer(name))

    def receive_congestion(self, on: bool) -> list[Any]:
        return self._changed(super().receive_congestion(on))


class AlwaysAsksAgain(Wrong):
    """BIB is turned round in every acknowledgement."""

    def change(self, action: Any) -> list[Any]:
        return [mtp2.Ack(action.octet ^ 0x80)] if isinstance(action, mtp2.Ack) else [action]


class AcknowledgesTheNext(Wrong):
    def change(self, action: Any) -> list[Any]:
        return [mtp2.Ack(action.octet & 0x80 | (action.octet + 1) & 0x7F)] if isinstance(action, mtp2.Ack) else [action]


class DeliversTwice(Wrong):
    def change(self, action: Any) -> list[Any]:
        return [action, action] if isinstance(action, mtp2.Received) else [action]


class NeverDelivers(Wrong):
    def change(self, action: Any) -> list[Any]:
        return [] if isinstance(action, mtp2.Received) else [action]


class WrongLength(Wrong):
    """The length indicator counts the SIF alone."""

    def change(self, action: Any) -> list[Any]:
        if not isinstance(action, mtp2.Send) or len(action.octets) < 6:
            return [action]
        octets = action.octets
        return [mtp2.Send(octets[:2] + bytes([octets[2] - 1]) + octets[3:], action.first)]


class AnswersEmergencyWithEmergency(Wrong):
    """SIE where the peer's emergency asks for SIN with a short proving period."""

    def change(self, action: Any) -> list[Any]:
        sin = isinstance(action, mtp2.Fill) and action.octets[3:] == b"\x01"
        return [mtp2.Fill(action.octets[:3] + b"\x02")] if sin else [action]


class ProvesTooShort(Wrong):
    def change(self, action: Any) -> list[Any]:
        if isinstance(action, mtp2.StartTimer) and action.name == "T4":
            return [mtp2.StartTimer("T4", action.cycles * 3 // 4)]
        return [action]


class BusyTooSeldom(Wrong):
    def change(self, action: Any) -> list[Any]:
        if isinstance(action, mtp2.StartTimer) and action.name == "T5":
            return [mtp2.StartTimer("T5", action.cycles * 2)]
        return [action]


class HidesRemoteOutage(Wrong):
    def change(self, action: Any) -> list[Any]:
        return [] if isinstance(action, mtp2.RemoteProcessorOutage) else [action]


def deaf(*methods: str) -> type[mtp2.Link]:
    """A link to which some reports or orders do nothing."""
    return type("Deaf", (mtp2.Link,), {method: lambda self, *args: [] for method in methods})


def without_timer(*names: str) -> type[mtp2.Link]:
    """A link that never notices that these timers have run out."""

    def timer(self: mtp2.Link, name: str) -> list[Any]:
        return [] if name in names else mtp2.Link.timer(self, name)

    return type("WithoutTimer", (mtp2.Link,), {"timer": timer})


def set_up_wrongly(**changes: Any) -> type[mtp2.Link]:
    """A link that takes no notice of how it was to be set up."""

    def init(self: mtp2.Link, state: mtp2.LinkState, config: mtp2.LinkConfig) -> None:
        mtp2.Link.__init__(self, state, msgspec.structs.replace(config, **changes))

    return type("SetUpWrongly", (mtp2.Link,), {"__init__": init})


class NeverRepeats(mtp2.Link):
    """A negative acknowledgement asks for nothing."""

    def receive(self, octets: bytes, repeats_before: int = 0) -> list[Any]:
        return [action for action in super().receive(octets, repeats_before) if not isinstance(action, mtp2.Send)]


class NeverCycles(mtp2.Link):
    """Preventive cyclic retransmission without the cycle."""

    def low(self) -> list[Any]:
        return [action for action in super().low() if not isinstance(action, mtp2.Send)]


MUTANTS: list[tuple[str, type[mtp2.Link], str]] = [
    ("8.1", AlwaysAsksAgain, "BIB"),
    ("8.5", AcknowledgesTheNext, "BSN"),
    ("8.5", DeliversTwice, "level 3 is told MSU"),
    ("8.1", NeverDelivers, "level 3 was told nothing"),
    ("8.1", WrongLength, "length indicator"),
    ("1.22", AnswersEmergencyWithEmergency, "SIE instead of SIN"),
    ("1.5a", ProvesTooShort, "not within"),
    ("10.1", BusyTooSeldom, "did not come"),
    ("1.35", HidesRemoteOutage, "level 3 was told nothing"),
    ("8.2", NeverRepeats, "FISU instead of MSU"),
    ("9.1", NeverCycles, "FISU BSN=127"),
    ("9.11", without_timer("T7"), "did not come"),
    ("9.3", set_up_wrongly(n1=127), "FSN=4 instead of 0"),
    ("9.4", set_up_wrongly(n2=8192), "FSN=3 instead of 0"),
    ("9.5", set_up_wrongly(n1=5), "FSN=4 instead of 0"),
    ("9.10", set_up_wrongly(method="basic"), "BIB=0"),
    ("1.5b", set_up_wrongly(lssu_octets=1), "a status field of 1 octets"),
    ("10.1", set_up_wrongly(congested="accept"), "BSN=0 instead of 127"),
    ("1.2", without_timer("T2"), "did not come"),
    ("1.3", without_timer("T3"), "did not come"),
    ("1.4", without_timer("T1"), "did not come"),
    ("8.12", without_timer("T7"), "did not come"),
    ("10.3", without_timer("T6"), "did not come"),
    ("6.3", deaf("suerm_failure"), "did not come"),
    ("3.3", deaf("suerm_failure"), "did not come"),
    ("7.2", deaf("aerm_abort"), "not within"),
    ("1.19", deaf("emergency"), "SIN instead of SIE"),
    ("1.26", deaf("stop"), "did not come"),
    ("1.8a", deaf("local_processor_outage"), "FISU instead of SIPO"),
    ("3.6", deaf("repeated"), "did not come"),
]


@pytest.mark.parametrize(("number", "link", "why"), MUTANTS, ids=[f"{one[0]}-{one[1].__name__}" for one in MUTANTS])
def test_a_wrong_link_is_found(number: str, link: type[mtp2.Link], why: str) -> None:
    """The sheet fails, with the line and the reason."""
    result = PLAYER.play(BY_NUMBER[number], "timed", PREAMBLES, link)
    assert result.verdict is Verdict.FAILED, result.told()
    assert why in result.reason
    assert Path(result.place.rpartition(":")[0]).name == f"{number}.yaml"


def test_a_link_that_does_not_come_into_service_leaves_a_sheet_inconclusive() -> None:
    result = PLAYER.play(BY_NUMBER["8.1"], "timed", PREAMBLES, without_timer("T4"))
    assert result.verdict is Verdict.INCONCLUSIVE
    assert "preambles.yaml:" in result.place


def test_what_no_step_asks_for_is_a_deviation() -> None:
    """A sheet whose last line is missing does not pass: level 3 was told something that nobody looked at."""
    short = msgspec.structs.replace(BY_NUMBER["1.2"], steps=BY_NUMBER["1.2"].steps[:-1])
    result = PLAYER.play(short, "native", PREAMBLES)
    assert result.verdict is Verdict.FAILED
    assert "OUT-OF-SERVICE" in result.reason


def test_a_sheet_for_another_bench_is_not_applicable() -> None:
    result = PLAYER.play(BY_NUMBER["6.1"], "reference", PREAMBLES)
    assert (result.verdict, bool(result.reason)) == (Verdict.NOT_APPLICABLE, True)
    reason = msgspec.structs.replace(BY_NUMBER["1.2"], not_applicable="no such option")
    assert PLAYER.play(reason, "native", PREAMBLES).reason == "no such option"


def test_the_comparison_of_logs_can_fail() -> None:
    log = PLAYER.play(BY_NUMBER["8.2"], "native", PREAMBLES).log
    assert first_difference(log, log, 0) == ""
    sent = next(number for number, line in enumerate(log) if line.sort == ">")
    late = [*log[:sent], msgspec.structs.replace(log[sent], cycle=log[sent].cycle + 9), *log[sent + 1:]]
    other = [*log[:sent], LogLine(log[sent].cycle, ">", b"\x00" + log[sent].octets[1:], "other"), *log[sent + 1:]]
    assert "different times" in first_difference(log, late, 8)
    assert first_difference(log, late, 9) == ""
    assert "differs" in first_difference(log, other, 8)
    assert "goes on with" in first_difference(log, log[:-1], 8)


def test_rows_of_the_report() -> None:
    class Half(Q781Player):
        """Plays what is quick, and one sheet with a link that stays out of service."""

        def play(self, sheet: Sheet, bench: str, preambles: Any, link_class: type[mtp2.Link] = mtp2.Link) -> Any:
            if sheet.only:
                return super().play(sheet, "reference", preambles)
            return super().play(sheet, bench, preambles, deaf("start") if sheet.number == "1.2" else link_class)

    rows = conformance_rows(("native",), (Half(),))
    assert len(rows) == len(SHEETS)
    by_number = {row.number: row for row in rows}
    assert by_number["1.1a"][2:] == ("Initialization (power-up)", "passed", "")
    assert by_number["1.2"].verdict == "failed"
    assert by_number["1.2"].reason.startswith("1.2.yaml:8: '> SIO'")
    assert by_number["6.2"].verdict == "not applicable"
    assert {row.standard for row in rows} == {"Q.781"}
    assert [player.standard for player in PLAYERS] == sorted(player.standard for player in PLAYERS)


# -- mistakes in sheets ------------------------------------------------------------------------------------------------

GOOD = """format: 1
standard: Q.781
number: '1.2'
title: Timer T2
given: out of service
expect: |
  ! START
  > SIO
  T2 5..50s
  > SIOS
"""

MISTAKES = [
    ("  ! START", "  ! STRAT", "7: 'STRAT' after '!'"),
    ("  > SIO\n", "  > SIO FSM=1\n", "8: SIO with 'FSM=1'"),
    ("  > SIO\n", "  > SIO FSN=1 two-octet\n", "8: SIO with 'two-octet'"),
    ("  > SIO\n", "  > SIO FSN=x\n", "8: 'FSN=x' is no field"),
    ("  > SIO\n", "  > SIO x 0\n", "8: 'x 0' is no repetition"),
    ("  > SIO\n", "  SIO\n", "8: 'SIO' is no step"),
    ("  > SIO\n", "  wait 1/2 T9\n", "8: no timer 'T9'"),
    ("  > SIO\n", "  wait 1/0 T3\n", "8: '1/0 T3' divides by nothing"),
    ("  > SIO\n", "  wait 1.00001s\n", "8: '1.00001s' is no whole number"),
    ("  > SIO\n", "  > (SIO x 2; SIN)\n", "8: a count inside brackets"),
    ("  T2 5..50s", "  T2 50..5s", "9: 'T2 50..5s' ends before it begins"),
    ("  T2 5..50s", "  T8 5..50s", "9: no timer 'T8'"),
    ("  > SIOS\n", "", "9: a window that says nothing"),
    ("out of service", "out of order", "5: no preamble 'out of order'"),
    ("Q.781\n", "Q.782\n", "2: the standard 'Q.782'"),
    ("format: 1", "format: 2", "1: "),
    ("'1.2'", "1.2", "3: "),
    ("title:", "tilte:", "4: unknown key 'tilte'"),
    ("given:", "config: {method: pcp}\ngiven:", "5: config.method: 'pcp' does not fit"),
    ("given:", "config: {timers: {T9: 1s}}\ngiven:", "5: config.timers: no timer 'T9'"),
    ("given:", "only: {bench: paper, because: x}\ngiven:", "5: no such bench"),
    ("given:", "not_applicable: never\ngiven:", "a sheet with neither or both"),
    ("given: out of service\n", "", "'given' is missing"),
]


@pytest.mark.parametrize(("old", "new", "told"), MISTAKES)
def test_a_mistake_in_a_sheet_is_told_with_its_line(old: str, new: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "1.2.yaml"
    path.write_text(GOOD)
    assert read_sheet(path, PLAYER, PREAMBLES).steps
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(BadInput) as caught:
        read_sheet(path, PLAYER, PREAMBLES)
    assert caught.value.exit_code == 2
    assert told in str(caught.value)
    assert str(caught.value).startswith(f"{path}:")


def test_a_single_sheet_can_be_checked(tmp_path: Path) -> None:
    path = Path(BY_NUMBER["1.2"].file)
    assert check_sheet(path) == BY_NUMBER["1.2"]
    (tmp_path / "preambles.yaml").write_bytes(path.with_name("preambles.yaml").read_bytes())
    for text, told in [("", "1.2.yaml:1"), (GOOD.replace("Q.781", "Q.999"), "1.2.yaml:2: the standard 'Q.999'")]:
        (tmp_path / "1.2.yaml").write_text(text)
        with pytest.raises(BadInput, match=told):
            check_sheet(tmp_path / "1.2.yaml")


def test_the_mistakes_of_all_sheets_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "preambles.yaml").write_text(
        "format: 1\nstandard: Q.781\npreambles:\n  out of service: |\n    ! POWER-ON\n")
    for number in ("1.2", "1.10"):
        (tmp_path / f"{number}.yaml").write_text(GOOD.replace("! START", "! STRAT"))
    with pytest.raises(BadInput) as caught:
        read_folder(tmp_path, PLAYER)
    assert [Path(problem.file).name for problem in caught.value.problems] == ["1.2.yaml", "1.10.yaml"]
    (tmp_path / "preambles.yaml").write_text(
        "format: 1\nstandard: Q.781\npreambles:\n  out of service: |\n    ! POWER\n")
    with pytest.raises(BadInput, match=r"preambles.yaml:5: 'POWER' after '!'"):
        read_folder(tmp_path, PLAYER)
