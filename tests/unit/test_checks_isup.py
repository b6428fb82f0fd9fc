"""ISUP's repetitions and answers, and both ends' view of each circuit (Q.764 2.8, 2.9, annex A)."""

from __future__ import annotations

import pytest
from by_hand import Row
from signalling_by_hand import CITY, FAR, STANDBY, US, ask, get, judge

from switchsim.model.events import Destination, ProcessorActive
from switchsim.report.isup_heads import read_isup
from switchsim.report.result import Outcome
from switchsim.scenario.checks.isup import Agreement, Answers
from switchsim.units import seconds

T = seconds(10)
IAM, ACM, REL, RLC, RSC, BLO, BLA, UBL, UBA, UCIC = (
    f"0500{message:02x}" for message in (1, 6, 12, 16, 18, 19, 21, 20, 22, 46)
)
GRS, GRA = "040017010103", "04002901020300"
CGB, CGBA, CGU, CGUA = (f"0400{message:02x}0101020303" for message in (0x18, 0x1A, 0x19, 0x1B))
"""Hardware, circuits 4..7 of which 4 and 5 are marked."""


def both(at: int, text: str, *, far: bool = False) -> list[Row]:
    """Sent, and got 80 cycles later."""
    return [ask(at, text, far=far), get(at + 80, text, far=far)]


def test_heads() -> None:
    head = read_isup(bytes.fromhex(CGB))
    assert head is not None
    assert (head.name, head.cic, head.hardware, head.span, head.marked()) == ("CGB", 4, True, 4, [4, 5])
    assert read_isup(b"\x05\x00") is None
    for octets in ("040017", "04001701", "0400170103", "04001801", "040018ffff", "0400170500"):
        assert read_isup(bytes.fromhex(octets)) is not None, "a broken one is read as far as it goes"


CALL: list[Row] = [*both(T, IAM), *both(T + 200, ACM, far=True), *both(T + 800, REL), *both(T + 1000, RLC, far=True)]
REPEATED: list[Row] = [*both(T, IAM), ask(T + 800, REL), *both(T + 800 + seconds(15), REL),
                       *both(T + 900 + seconds(15), RLC, far=True)]  # fmt: skip
BLOCKED: list[Row] = [*both(T, BLO), *both(T + 200, BLA, far=True)]
FREED: list[Row] = [*both(T + seconds(5), UBL), *both(T + 200 + seconds(5), UBA, far=True)]
RESET: list[Row] = [*both(T + seconds(9), RSC, far=True), *both(T + 200 + seconds(9), RLC)]


@pytest.mark.parametrize("rows", [CALL, REPEATED, [*BLOCKED, *FREED], [*CALL, *RESET]])
def test_good_supervision_passes(rows: list[Row]) -> None:
    for check in (Answers, Agreement):
        result = judge(check, rows)
        assert result.outcome is Outcome.PASSED, result.findings


@pytest.mark.parametrize(("cic", "far", "outcome"), [
    ("05", True, Outcome.PASSED), ("05", False, Outcome.PASSED), ("06", True, Outcome.FAILED),
])  # fmt: skip
def test_hardware_blocking_ends_the_release_of_the_circuits_that_it_marks(
    cic: str, far: bool, outcome: Outcome
) -> None:
    rel = cic + REL[2:]
    rows = [*both(T, cic + IAM[2:]), ask(T + 800, rel), *both(T + 1600, CGB, far=far),
            *both(T + 1800, CGBA, far=not far)]  # fmt: skip
    assert judge(Answers, rows).outcome is outcome


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        pytest.param([*both(T, REL)], "REL is not answered by RLC", id="no RLC"),
        pytest.param([*both(T, BLO), *both(T + 80, RLC, far=True)], "BLO is not answered by BLA", id="another answer"),
        pytest.param([*both(T, RSC, far=True)], "RSC is not answered", id="no answer of ours"),
        pytest.param([ask(T, REL)], "REL is neither answered nor repeated", id="never repeated"),
        pytest.param([ask(T, REL), *both(T + seconds(10), REL), *both(T + seconds(11), RLC, far=True)],
                     "repeated after 10.000s; T1 is 15..60 s", id="too early"),
        pytest.param([ask(T, UBL), *both(T + seconds(61), UBL), *both(T + seconds(62), UBA, far=True)],
                     "repeated after 61.000s; T14 is", id="too late"),
        pytest.param([*both(T, GRS), *both(T + 80, RLC, far=True)], "GRS is not answered by GRA", id="group"),
        pytest.param([*both(T, CGB), *both(T + 80, CGUA, far=True)], "CGB is not answered by CGBA",
                     id="group blocking"),
    ],
)  # fmt: skip
def test_what_is_not_answered_or_repeated_in_time_is_found(rows: list[Row], what: str) -> None:
    result = judge(Answers, sorted(rows, key=lambda row: row[0]), seconds(300))
    assert result.outcome is Outcome.FAILED
    assert any(what in finding.what for finding in result.findings), result.findings


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([ask(T, REL), (T + 80, US, Destination(FAR, "pause", 0))], id="paused"),
        pytest.param([*both(T, REL), (T + 90, STANDBY, ProcessorActive("processor A lost", 0, 0))], id="taken over"),
        pytest.param([*both(T, BLO), *both(T + 80, UCIC, far=True)], id="unequipped"),
        pytest.param([ask(T, REL), *both(T + seconds(14), RSC), *both(T + seconds(15), RLC, far=True)],
                     id="RSC instead"),
        pytest.param([ask(T, BLO), *both(T + seconds(9), UBL), *both(T + seconds(9) + 99, UBA, far=True)],
                     id="taken back"),
    ],
)  # fmt: skip
def test_what_ends_otherwise_is_no_fault(rows: list[Row]) -> None:
    assert judge(Answers, sorted(rows, key=lambda row: row[0])).findings == ()


def test_a_reset_is_repeated_every_t16_then_every_t17() -> None:
    rows = [ask(T + seconds(20 * n), RSC) for n in range(16)]
    rows += [ask(T + seconds(300 + 400 * n), RSC) for n in (1, 2)]
    assert judge(Answers, rows, T + seconds(1200)).findings == ()
    late = judge(Answers, rows, T + seconds(2500))
    assert "neither answered nor repeated" in late.findings[0].what


# -- agreement


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        pytest.param([*both(T, IAM), ask(T + 90, REL), get(T + 99, RLC, far=True)],
                     "CIC 5: 2 takes it for busy, 1 for idle", id="one end only is released"),
        pytest.param([ask(T, IAM)], "1 takes it for busy, 2 for idle", id="IAM got lost"),
        pytest.param([ask(T, BLO)], "1 blocks it (maintenance), 2 takes it for blocked there (not at all)",
                     id="BLO lost"),
        pytest.param([*BLOCKED, ask(T + seconds(5), UBL)], "1 blocks it (not at all), 2 takes it", id="UBL lost"),
        pytest.param([*BLOCKED, *RESET], "1 blocks it (maintenance), 2 takes it for blocked there (not at all)",
                     id="blocking not told again after a reset"),
        pytest.param([ask(T, CGB)], "1 blocks it (hardware), 2", id="group blocking lost"),
        pytest.param([*both(T, IAM), ask(T + 800, GRS), get(T + 900, GRA, far=True)], "2 takes it for busy", id="GRS"),
    ],
)  # fmt: skip
def test_ends_that_disagree_are_found(rows: list[Row], what: str) -> None:
    rows_of_two = [*rows, *both(T + seconds(20), ACM.replace("05", "09", 1), far=True)]  # both ends are in the journal
    result = judge(Agreement, rows_of_two, seconds(300))
    assert result.outcome is Outcome.FAILED
    assert what in result.findings[0].what, result.findings


def test_ends_agree_on_groups_and_on_what_is_told_again() -> None:
    group = [*both(T, CGB), *both(T + 200, CGBA, far=True)]
    again = [*RESET[:2], *both(T + 100 + seconds(9), BLO), *RESET[2:], *both(T + 300 + seconds(9), BLA, far=True)]
    for rows in (group, [*group, *both(T + 900, CGU), *both(T + 999, CGUA, far=True)], [*BLOCKED, *again]):
        result = judge(Agreement, sorted(rows, key=lambda row: row[0]), seconds(300))
        assert result.outcome is Outcome.PASSED, result.findings


def test_what_may_still_be_repeated_is_counted_not_judged() -> None:
    rows = [*both(T, IAM), ask(T + 90, REL), get(T + 99, RLC, far=True)]
    result = judge(Agreement, rows, T + seconds(30))
    assert (result.outcome, result.reason) == (Outcome.PASSED, "1 circuits, 1 of them not at rest at the end")


def test_a_point_outside_the_journal_is_not_compared() -> None:
    assert judge(Agreement, [ask(T, IAM)], seconds(300)).outcome is Outcome.NOT_APPLICABLE
    assert judge(Answers, [get(T, REL, place=CITY)]).outcome is Outcome.FAILED, "but what it owes is judged"
