"""The message transfer part judged by what its users hand over and get (Q.704 5.1.2, 5.6)."""

from __future__ import annotations

import pytest
from by_hand import Row, verdict_of
from signalling_by_hand import BOARD, END, FAR, STANDBY, US, ask, get, judge, link

from switchsim.model.events import (
    BoardState,
    Destination,
    FaultArmed,
    FaultFired,
    FaultUndone,
    PortLost,
    ProcessorActive,
    SignallingLink,
)
from switchsim.report.faults import FaultFacts
from switchsim.report.result import Outcome
from switchsim.scenario.checks.base import SignallingFacts
from switchsim.scenario.checks.signalling import Sequence
from switchsim.units import seconds

T = seconds(30)
FAILS: list[Row] = link(T, 0, "failed")  # the other one stays
ALL_FAIL: list[Row] = [*link(T, 0, "failed"), *link(T, 1, "failed")]
GOOD: list[Row] = [
    ask(12000, "aa"), get(12080, "aa"), ask(12100, "bb"), ask(12110, "aa"), get(12190, "bb"), get(12200, "aa"),
    ask(12300, "aa", sls=1), ask(12310, "bb", sls=0), get(12400, "bb", sls=0), get(12410, "aa", sls=1),  # two flows
    ask(12500, "cc", far=True), get(12580, "cc", far=True),
    ask(12600, "dd"), ask(12600, "dd"), get(12680, "dd"), get(12690, "dd"),  # the same twice, and twice it is
]  # fmt: skip


def test_good_traffic_passes() -> None:
    result = judge(Sequence, GOOD)
    assert result.outcome is Outcome.PASSED
    assert result.reason == "8 messages in 3 flows, all delivered"


@pytest.mark.parametrize(
    ("rows", "what", "at"),
    [
        pytest.param([ask(12000, "aa")], "is lost", 12000, id="never comes"),
        pytest.param([ask(12000, "aa"), ask(12010, "bb"), get(12100, "bb")], "is lost; what was sent after it came: bb",
                     12000, id="overtaken"),
        pytest.param([ask(12000, "aa"), ask(12010, "aa"), ask(12020, "bb"), get(12100, "aa"), get(12110, "bb")],
                     "is lost", 12010, id="one of two equal ones"),
        pytest.param([ask(12000, "aa"), ask(12010, "bb"), get(12100, "bb"), get(12110, "aa")], "out of sequence",
                     12110, id="swapped"),
        pytest.param([ask(12000, "aa"), get(12100, "aa"), get(12200, "aa")], "delivered again, 0.012s after", 12200,
                     id="doubled"),
        pytest.param([get(12100, "aa")], "was not sent", 12100, id="made up"),
        pytest.param([ask(12000, "aa"), get(12100, "aa", sls=1)], "is lost", 12000, id="another SLS"),
        pytest.param([ask(12000, "aa"), get(12100, "aa", spare=3)], "was not sent", 12100, id="another circuit (TUP)"),
        pytest.param([ask(12000, "aa"), get(12100, "aa", service=4)], "is lost", 12000, id="another user"),
        pytest.param([ask(12000, "aa"), get(12000 + seconds(11), "aa")], "is delivered only 11.000s",
                     12000 + seconds(11), id="too late"),
        pytest.param([*FAILS, ask(T - 10, "aa")], "is lost", T - 10, id="one of two links fails"),
        pytest.param([*ALL_FAIL, ask(T + 10, "aa"), get(T + 90, "aa"), get(T + 99, "aa")], "delivered again", T + 99,
                     id="a second delivery has no excuse"),
        pytest.param([*ALL_FAIL, ask(T, "aa"), ask(T, "bb"), get(T + 9, "bb"), get(T + 10, "aa")], "out of sequence",
                     T + 10, id="nor has a wrong order"),
        pytest.param([*ALL_FAIL, ask(T - seconds(4), "aa")], "is lost", T - seconds(4), id="long before the failure"),
        pytest.param([*ALL_FAIL, *link(T + 800, 1, "available"), ask(T + 800 + seconds(2), "aa")], "is lost",
                     T + 800 + seconds(2), id="long after a link is back"),
        pytest.param([(T, BOARD, BoardState("off")), ask(T + seconds(5), "aa")], "is lost", T + seconds(5),
                     id="long after a board went"),
        pytest.param([(T, US, PortLost("bus", "Heartbeat", "full")), ask(T, "aa")], "is lost", T, id="other loss"),
        pytest.param([(T, US, ProcessorActive("power-on", 0, 0)), ask(T, "aa")], "is lost", T, id="first processor"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found(rows: list[Row], what: str, at: int) -> None:
    result = judge(Sequence, rows)
    assert result.outcome is Outcome.FAILED
    assert (at, True) in [(finding.at, what in finding.what) for finding in result.findings], result.findings


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        pytest.param([*ALL_FAIL, ask(T - 10, "aa")], "no link was left between 1 and 2", id="last link"),
        pytest.param([*link(T, 0, "failed", US), *link(T, 1, "failed", "farend/exchange/city"), ask(T, "aa")],
                     "no link was left", id="each end has another one"),
        pytest.param([*link(T, 0, "blocked"), ask(T, "aa")], "processor outage", id="outage"),
        pytest.param([(T, BOARD, BoardState("pulled")), ask(T, "aa")], "went with what its links held", id="board"),
        pytest.param([(T, STANDBY, ProcessorActive("processor A lost", 1, 0)), ask(T - 10, "aa", far=True)],
                     "took over", id="takeover"),
        pytest.param([(T, US, PortLost("bus", "SendMsu", "cut")), ask(T, "aa")], "bus of", id="inside the machine"),
        pytest.param([(T, US, Destination(FAR, "pause", 0)), ask(T + 10, "aa")], "paused", id="paused"),
        pytest.param([(T, US, Destination(FAR, "congestion", 1)), ask(T + 10, "aa")], "congested", id="congested"),
    ],
)  # fmt: skip
def test_loss_that_may_be_is_counted_and_told(rows: list[Row], why: str) -> None:
    result = judge(Sequence, rows)
    assert result.outcome is Outcome.PASSED, result.findings
    assert "1 messages in 1 flows, 1 of them lost where that may be: 1 while" in result.reason
    assert why in result.reason


def test_what_is_lost_in_an_outage_is_not_the_later_one_of_its_kind() -> None:
    """A REL is lost with the last link; the same, repeated by T1, is delivered: no second loss, no late delivery."""
    rows = [*ALL_FAIL, ask(T, "rel"), *link(T + seconds(3), 0, "available"), ask(T + seconds(9), "rel"),
            get(T + seconds(9) + 80, "rel")]  # fmt: skip
    result = judge(Sequence, rows)
    assert result.outcome is Outcome.PASSED, result.findings
    assert "1 of them lost" in result.reason


def test_a_fault_that_makes_units_lie_allows_loss_while_it_acts() -> None:
    acts: list[Row] = [(T, "x", FaultArmed("1", "lie", "x")), (T, "x", FaultFired("1", "")),
                       (T + 800, "x", FaultUndone("1"))]  # fmt: skip
    for harms, at, outcome in ((True, T + 9, Outcome.PASSED), (False, T + 9, Outcome.FAILED),
                               (True, T + seconds(9), Outcome.FAILED)):  # fmt: skip
        known = {"lie": FaultFacts(harms_messages=harms)}
        assert judge(Sequence, [*acts, ask(at, "aa")], facts=known).outcome is outcome


def test_what_is_on_its_way_at_the_end_is_not_lost() -> None:
    assert judge(Sequence, [ask(END - seconds(1), "aa")]).outcome is Outcome.PASSED


def test_points_outside_the_journal_are_not_judged() -> None:
    rows = [(12000, US, ask(12000, "aa")[2])]
    nobody = SignallingFacts(points={US: 1}, links={"e1-0:16": (1, 2)})
    assert verdict_of(Sequence, rows, END, signalling=nobody).outcome is Outcome.NOT_APPLICABLE


def test_beyond_a_transfer_point_the_lost_way_excuses_what_was_on_it() -> None:
    """1 - 11 - 2: when 11 loses its only link to 2, messages from 1 to 2 that are at 11 are lost (Q.704 7.1); and
    so is what 1 sends before it was told that 2 is accessible."""
    stp = "farend/stp/a"
    net = SignallingFacts(points={US: 1, "farend/exchange/city": 2, stp: 11},
                          links={"e1-0:16": (1, 11), "far": (11, 2)})  # fmt: skip
    up = [row for name in ("e1-0:16", "far") for row in _states(1000, name, "available")]
    down = _states(T, "far", "failed")
    told: list[Row] = [(seconds(9), US, Destination(2, "resume", 0))]
    cases = ((seconds(8), Outcome.PASSED), (seconds(10), Outcome.FAILED), (T - 8, Outcome.PASSED),
             (T + seconds(4), Outcome.FAILED))  # fmt: skip
    for at, outcome in cases:
        rows = sorted([*up, *told, *down, ask(at, "aa")], key=lambda row: row[0])
        assert verdict_of(Sequence, rows, END, signalling=net).outcome is outcome


def test_a_board_that_goes_takes_what_was_for_points_beyond_a_transfer_point() -> None:
    stp = "farend/stp/a"
    net = SignallingFacts(points={US: 1, "farend/exchange/city": 2, stp: 11},
                          links={"e1-0:16": (1, 11), "far": (11, 2)}, boards={"e1-0:16": BOARD})  # fmt: skip
    up = [row for name in ("e1-0:16", "far") for row in _states(1000, name, "available")]
    told: Row = (seconds(9), US, Destination(2, "resume", 0))
    for board, at, outcome in ((BOARD, T - 8, Outcome.PASSED), (BOARD, T + seconds(4), Outcome.FAILED),
                               ("frame/0/slot/1", T - 8, Outcome.FAILED)):  # fmt: skip
        rows = [*up, told, (T, board, BoardState("pulled")), ask(at, "aa")]
        rows.sort(key=lambda row: row[0])
        assert verdict_of(Sequence, rows, END, signalling=net).outcome is outcome


def test_a_processor_outage_on_the_way_excuses_what_was_for_points_beyond() -> None:
    net = SignallingFacts(points={US: 1, "farend/exchange/city": 2, "farend/stp/a": 11},
                          links={"e1-0:16": (1, 11), "far": (11, 2)})  # fmt: skip
    up = [row for name in ("e1-0:16", "far") for row in _states(1000, name, "available")]
    told: Row = (seconds(9), US, Destination(2, "resume", 0))
    out = [*_states(T, "e1-0:16", "blocked"), *_states(T + seconds(20), "e1-0:16", "available")]
    for at, outcome in ((T + seconds(10), Outcome.PASSED), (T + seconds(24), Outcome.FAILED),
                        (T - seconds(4), Outcome.FAILED)):  # fmt: skip
        rows = sorted([*up, told, *out, ask(at, "aa")], key=lambda row: row[0])
        assert verdict_of(Sequence, rows, END, signalling=net).outcome is outcome


def _states(at: int, name: str, state: str) -> list[Row]:
    places = (US, "farend/stp/a") if name == "e1-0:16" else ("farend/stp/a", "farend/exchange/city")
    return [(at, place, SignallingLink(name, state)) for place in places]
