"""What is a lying fault's doing and what is not: by link, by layer, by the time that a procedure takes."""

from __future__ import annotations

from typing import Any

import pytest
from by_hand import Row
from signalling_by_hand import CITY, ask, get, judge, link, over, received, sent

from switchsim.assembly.yamlfile import Lines
from switchsim.faults.signalling import LINK_FAULTS
from switchsim.model.events import FaultArmed, FaultFired, FaultUndone
from switchsim.model.order import Order, Value
from switchsim.report.faults import FaultFacts
from switchsim.report.result import CheckResult, Outcome
from switchsim.report.signal_units import read_record, read_unit
from switchsim.scenario.checks.base import Check, FaultScope
from switchsim.scenario.checks.changeover import Moves, Shares
from switchsim.scenario.checks.isup import Answers
from switchsim.scenario.checks.link_tests import LinkTests
from switchsim.scenario.checks.link_timers import Level2
from switchsim.scenario.checks.signalling import Sequence
from switchsim.scenario.director import Director
from switchsim.scenario.timeline import FaultStep
from switchsim.units import ms, seconds

T = seconds(10)
END = seconds(120)
SIO, SIN = "ffff0100", "ffff0101"
FISU = "ffff00"
SLTM = "ffff078102400000" + "1120aabb"


def told(check: type[Check], rows: list[Row], at: int, until: int, *, end: int = END, **scope: Any) -> CheckResult:
    """What a check says of rows during which a fault lied in [at, until]; -1: to the end."""
    layers = scope.pop("layers", (2, 3, 4))
    acts: list[Row] = [(0, "x", FaultArmed("1", "lie", "x")), (at, "x", FaultFired("1", ""))]
    if until >= 0:
        acts.append((until, "x", FaultUndone("1")))
    facts = {"lie": FaultFacts(harms_messages=True, layers=layers)}
    ordered = sorted([*acts, *rows], key=lambda row: row[0])
    return judge(check, ordered, end, facts=facts, scopes={"1": FaultScope(**scope)})


def proved_in(took: int, number: int) -> list[Row]:
    return [sent(T, SIO, number), received(T, SIO, number), sent(T + 40, SIN, number), received(T + 60, SIN, number),
            sent(T + 60 + took, FISU, number)]  # fmt: skip


SHORT = proved_in(seconds(6), 0)
LATE: list[Row] = [*link(T, 0, "failed"), over(T + seconds(3), 0, 1), over(T + seconds(3), 0, 1, place=CITY)]
UNANSWERED: list[Row] = [sent(T, SLTM)]
REL = "0500" + "0c"
OWED: list[Row] = [ask(T, REL), get(T + 80, REL)]
DURING = [
    pytest.param(Level2, SHORT, 2, id="link timers"),
    pytest.param(Moves, LATE, 3, id="changeover"),
    pytest.param(LinkTests, UNANSWERED, 3, id="link tests"),
    pytest.param(Answers, OWED, 4, id="answers"),
    pytest.param(Sequence, OWED[:1], 3, id="sequence"),
]


@pytest.mark.parametrize(("check", "rows", "layer"), DURING)
def test_what_meets_a_lie_is_its_doing(check: type[Check], rows: list[Row], layer: int) -> None:
    result = told(check, rows, T - 80, T + seconds(1))
    assert result.findings == (), result.findings


@pytest.mark.parametrize(("check", "rows", "layer"), DURING)
def test_what_is_over_before_it_or_begins_long_after_is_not(check: type[Check], rows: list[Row], layer: int) -> None:
    for at, until in ((T + seconds(100), -1), (T - seconds(8), T - seconds(4))):
        assert told(check, rows, at, until).outcome is Outcome.FAILED, (at, until)


@pytest.mark.parametrize(("check", "rows", "layer"), DURING)
def test_what_is_of_another_layer_is_not(check: type[Check], rows: list[Row], layer: int) -> None:
    for lied in (2, 3, 4):
        outcome = told(check, rows, T - 80, T + seconds(1), layers=(lied,)).outcome
        assert (outcome is Outcome.FAILED) == (lied != layer), lied
        assert told(check, rows, T - 80, T + seconds(1), layer=lied).outcome is outcome, "a timer's layer"


@pytest.mark.parametrize(("check", "rows"), [(Level2, SHORT), (LinkTests, UNANSWERED)])
def test_what_is_of_another_link_is_not(check: type[Check], rows: list[Row]) -> None:
    for name, failed in (("e1-0:16", False), ("e1-1:16", True), ("", False)):
        assert (told(check, rows, T - 80, T + seconds(1), link=name).outcome is Outcome.FAILED) == failed, name


def test_orders_that_a_lie_on_another_link_spoils_excuse_a_changeover() -> None:
    assert told(Moves, LATE, T - 80, T + seconds(1), link="e1-1:16").findings == ()


def test_a_share_moves_by_a_lie_on_either_of_its_links_alone() -> None:
    message = "ffff0785024000001001"
    rows = [sent(T, message, 0), sent(T + 80, message, 1), sent(T + seconds(20), message, 0)]
    for name, failed in (("e1-0:16", False), ("e1-1:16", False), ("e1-2:16", True)):
        assert (told(Shares, rows, T + 8, T + 160, link=name).outcome is Outcome.FAILED) == failed, name


def test_units_that_a_fault_holds_come_when_it_is_undone() -> None:
    for late, outcome in ((0, Outcome.FAILED), (seconds(10), Outcome.PASSED)):
        result = told(Sequence, [get(T + seconds(9), "aa")], T, T + seconds(1), late_cycles=late)
        assert result.outcome is outcome


def test_a_check_that_judged_nothing_says_so() -> None:
    whole = told(Level2, SHORT, 8, -1)
    assert whole.outcome is Outcome.NOT_APPLICABLE
    assert whole.reason == "not judged: what meets the fault lie (all links, 0.001s to the end)"
    assert told(Level2, [*SHORT, *proved_in(ms(8_200), 1)], 8, -1, link="e1-0:16").outcome is Outcome.PASSED
    assert told(LinkTests, UNANSWERED, 8, -1).outcome is Outcome.NOT_APPLICABLE
    assert told(Answers, OWED, 8, -1).outcome is Outcome.NOT_APPLICABLE
    assert told(Moves, LATE, T - 8, T + seconds(2)).outcome is Outcome.NOT_APPLICABLE
    part = told(LinkTests, [*UNANSWERED, received(T + 80, "ffff078102400000" + "2120aabb")], 8, T + seconds(2))
    assert part.outcome is Outcome.PASSED
    assert part.reason == "1 tests; not judged: what meets the fault lie (all links, 0.001s to 15.000s)"


def test_the_catalogue_names_the_layers() -> None:
    layers = {name: row.layers for name, row in LINK_FAULTS.items() if row.harms_messages}
    assert layers["lssu_storm"] == (2,)
    assert layers["coo_loss"] == layers["coa_loss"] == layers["coo_wrong_fsn"] == (3,)
    assert layers["message_set"] == layers["bad_pointer"] == layers["wrong_point_code"] == (3, 4)
    assert layers["unit_set"] == layers["unit_corrupt"] == layers["unit_storm"] == (2, 3, 4)


def test_a_record_is_read_as_its_unit() -> None:
    read_record.cache_clear()
    for text in (SLTM, SLTM, FISU, SLTM):
        assert read_record(text) == read_unit(bytes.fromhex(text))
    assert read_record.cache_info().hits == 1, "one is kept"
    assert read_record(SLTM, long_label=True) == read_unit(bytes.fromhex(SLTM), long_label=True)


class _Stage:
    """Resolves faults as a machine does: a delay's time becomes cycles."""

    kernel: Any = None
    signalling_links: Any = None

    def order(self, at: int, place: str, order: Order) -> None:
        raise AssertionError("nothing is played")

    def resolve_fault(
        self, name: str, where: dict[str, Value], values: dict[str, Value]
    ) -> tuple[str, str, dict[str, Value]]:
        return "frame/0/slot/11", LINK_FAULTS[name].point, {"cycles": 4000}


def test_scopes_come_from_the_timeline() -> None:
    rows: list[tuple[str, dict[str, str]]] = [("message_delay", {})]
    rows += [("timer_skew", {"layer": layer}) for layer in ("mtp2", "mtp3", "tup")] + [("lssu_storm", {})]
    steps = tuple(
        FaultStep.model_validate({"at": "1s", "fault": name, "where": {"link": "e1-0:16"}, "values": values})
        for name, values in rows
    )
    assert Director(steps, _Stage(), Lines("x")).scopes() == {
        "1": FaultScope("e1-0:16", 0, 4000), "2": FaultScope("e1-0:16", 2), "3": FaultScope("", 3),
        "4": FaultScope("", 4), "5": FaultScope("e1-0:16"),
    }  # fmt: skip
