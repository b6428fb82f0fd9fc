"""Q.931 and Q.921 timers, derived from the frames; each rule is shown to fail."""

from __future__ import annotations

import pytest
from by_hand import Row, verdict_of
from lapd_by_hand import ESTABLISHED, LINK, SABME, UA, i_frame, message, received, rr, sent, u_frame

from switchsim.model.events import BoardState, DefectSeen, LinkDown, LinkUp, ProcessorActive
from switchsim.report.result import Outcome
from switchsim.scenario.checks.timers import Layer2Timers, Layer3Timers
from switchsim.units import ms, seconds

SETUP, PROCEEDING, CONNECT, CONNECT_ACK, DISCONNECT, RESTART = 0x05, 0x02, 0x07, 0x0F, 0x45, 0x46
RELEASE, RESTART_ACK, COMPLETE = 0x4D, 0x4E, 0x5A
START, END = seconds(10), seconds(300)


def exchange(*steps: tuple[int, str, int], reference: int = 5, user: bool = True) -> list[Row]:
    """Steps: cycles after START, `>` we send or `<` we receive, message - of a call that we originate."""
    rows, ns, nr = list(ESTABLISHED), 0, 0
    for after, way, kind in steps:
        if way == ">":
            rows.append(sent(START + after, i_frame(ns, nr, message(kind, reference), user)))
            ns += 1
        else:
            rows.append(received(START + after, i_frame(nr, ns, message(kind, reference, True), not user)))
            nr += 1
    return rows


CASES = [
    ("T303 in time", [(0, ">", SETUP), (seconds(4), ">", SETUP), (seconds(8), ">", COMPLETE)], ""),
    ("T303 answered", [(0, ">", SETUP), (seconds(3), "<", PROCEEDING)], ""),
    ("T303 early", [(0, ">", SETUP), (ms(2900), ">", SETUP), (seconds(4), "<", PROCEEDING)], "already after 2.900s"),
    ("T303 late", [(0, ">", SETUP), (ms(5200), ">", SETUP), (seconds(6), "<", PROCEEDING)], "only after 5.200s"),
    ("T303 never repeated", [(0, ">", SETUP)], "no SETUP after SETUP"),
    ("T303 repeated twice", [(0, ">", SETUP), (seconds(4), ">", SETUP), (seconds(8), ">", SETUP)], "once more"),
    ("T305 in time", [(0, ">", DISCONNECT), (seconds(30), ">", RELEASE), (seconds(31), "<", COMPLETE)], ""),
    ("T305 answered", [(0, ">", DISCONNECT), (ms(90), "<", RELEASE), (ms(95), ">", COMPLETE)], ""),
    ("T305 early", [(0, ">", DISCONNECT), (seconds(20), ">", RELEASE), (seconds(21), "<", COMPLETE)], "already after"),
    ("T305 never", [(0, ">", DISCONNECT)], "no RELEASE after DISCONNECT"),
    ("clear collision", [(0, ">", DISCONNECT), (9, "<", DISCONNECT), (20, ">", RELEASE), (30, "<", RELEASE)], ""),
    ("theirs came while ours went out", [(0, "<", DISCONNECT), (24, ">", DISCONNECT), (24, ">", RELEASE),
                                         (90, "<", RELEASE)], ""),
    ("theirs came long before", [(0, "<", DISCONNECT), (ms(30), ">", DISCONNECT), (ms(31), ">", RELEASE),
                                 (ms(90), "<", COMPLETE)], "already after 0.001s"),
    ("T308 in time", [(0, ">", RELEASE), (seconds(4), ">", RELEASE)], ""),
    ("T308 never", [(0, ">", RELEASE)], "no RELEASE after RELEASE"),
    ("T308 early", [(0, ">", RELEASE), (seconds(2), ">", RELEASE), (seconds(3), "<", COMPLETE)], "already after 2"),
    ("T313 in time", [(0, ">", CONNECT), (seconds(4), ">", DISCONNECT), (seconds(5), "<", RELEASE)], ""),
    ("T313 acknowledged", [(0, ">", CONNECT), (ms(50), "<", CONNECT_ACK)], ""),
    ("T313 never", [(0, ">", CONNECT)], "no DISCONNECT after CONNECT"),
    ("T316 in time", [(0, ">", RESTART), (seconds(120), ">", RESTART), (seconds(121), "<", RESTART_ACK)], ""),
    ("T316 never", [(0, ">", RESTART)], "no RESTART after RESTART"),
]


@pytest.mark.parametrize(("steps", "what"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_q931_table_9(steps: list[tuple[int, str, int]], what: str) -> None:
    result = verdict_of(Layer3Timers, exchange(*steps), END)
    assert result.outcome is (Outcome.FAILED if what else Outcome.PASSED), result.findings
    if what:
        assert len(result.findings) == 1
        assert what in result.findings[0].what
        assert "Q.931 5." in result.findings[0].what


def test_q931_t313_is_the_users_only() -> None:
    rows = exchange((0, ">", CONNECT), user=False)
    assert verdict_of(Layer3Timers, rows, END).outcome is Outcome.PASSED


def test_layer_2_repetition_is_no_layer_3_repetition() -> None:
    again = [sent(START, i_frame(0, 0, message(SETUP, 5))), sent(START + seconds(1), i_frame(0, 0, message(SETUP, 5)))]
    rows = [*ESTABLISHED, *again, received(START + seconds(2), i_frame(0, 1, message(PROCEEDING, 5, True)))]
    assert verdict_of(Layer3Timers, rows, END).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    "event",
    [
        LinkDown(LINK), BoardState("pulled"), ProcessorActive("heartbeat_lost", 0, 1), DefectSeen("los", "e1-0"),
    ],
    ids=lambda event: type(event).__name__,
)  # fmt: skip
def test_a_timer_ends_with_what_it_ran_on(event: LinkDown) -> None:
    rows = [*exchange((0, ">", SETUP)), (START + 9, "frame/1/slot/1", event)]
    assert verdict_of(Layer3Timers, rows, END).outcome is Outcome.PASSED
    assert verdict_of(Layer3Timers, rows[:-1], END).outcome is Outcome.FAILED


def test_a_setup_that_waited_for_the_link_may_be_repeated_early() -> None:
    up: Row = (START - 9, "lap", LinkUp(LINK))
    rows = exchange((0, ">", SETUP), (seconds(2), ">", SETUP), (seconds(3), "<", PROCEEDING))
    assert verdict_of(Layer3Timers, [*rows[:2], up, *rows[2:]], END).outcome is Outcome.PASSED
    assert verdict_of(Layer3Timers, rows, END).outcome is Outcome.FAILED


def polls(*cycles: int) -> list[Row]:
    return [sent(at, u_frame(SABME, True)) for at in cycles]


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        pytest.param([*polls(0, 8000, 16_000, 24_000)], "", id="T200 and N200"),
        pytest.param([*polls(0, 8000), received(9000, u_frame(UA, False, user=False))], "", id="answered"),
        pytest.param([*polls(0, 4000), received(9000, u_frame(UA, False, user=False))], "already after", id="early"),
        pytest.param(polls(0), "neither answered nor repeated", id="forgotten"),
        pytest.param([*polls(0, 8000, 16_000)], "neither answered nor repeated", id="given up too soon"),
        pytest.param([*ESTABLISHED, sent(100, rr(0, 1, command=True))], "RR with P = 1", id="poll forgotten"),
        pytest.param([*ESTABLISHED, sent(100, rr(0, 1, command=True)), received(150, rr(0, 1))], "", id="answer"),
        pytest.param([*ESTABLISHED, sent(100, rr(0, 1))], "", id="our answer with F = 1 is no poll"),
        pytest.param([*polls(0), (100, "x", DefectSeen("los", "e1-0"))], "", id="no line"),
    ],
)
def test_q921_t200(rows: list[Row], what: str) -> None:
    result = verdict_of(Layer2Timers, rows, END)
    assert result.outcome is (Outcome.FAILED if what else Outcome.PASSED), result.findings
    if what:
        assert what in result.findings[0].what
        assert "Q.921 5.9.1" in result.findings[0].what


def test_not_applicable_without_frames() -> None:
    assert verdict_of(Layer3Timers, [], END).outcome is Outcome.NOT_APPLICABLE
    assert verdict_of(Layer2Timers, [], END).outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(("elements", "outcome"), [
    ("08028090", Outcome.PASSED),  # 16: a person hangs up at once
    ("080280e6", Outcome.FAILED),  # 102: a timer sent it, far too early
])
def test_q931_t313_is_told_from_hanging_up_by_the_cause(elements: str, outcome: Outcome) -> None:
    rows = [*ESTABLISHED, sent(START, i_frame(0, 0, message(CONNECT, 5))),
            sent(START + ms(1), i_frame(1, 0, message(DISCONNECT, 5, elements=elements))),
            received(START + ms(90), i_frame(0, 2, message(RELEASE, 5, True)))]  # fmt: skip
    assert verdict_of(Layer3Timers, rows, END).outcome is outcome
