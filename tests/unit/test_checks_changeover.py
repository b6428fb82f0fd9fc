"""Changeover in time, changeback after it, every SLS on its link (Q.704 2.3.5, 5, 6, 16.8), by journals of hand."""

from __future__ import annotations

import pytest
from by_hand import Row
from signalling_by_hand import BOARD, CITY, FAR, STANDBY, UP, US, back, judge, link, over, received, sent

from switchsim.model.events import BoardState, Destination, ProcessorActive
from switchsim.report.result import Outcome
from switchsim.scenario.checks.changeover import Moves, Shares
from switchsim.units import ms, seconds

T = seconds(30)
LOST: list[Row] = [*link(T, 0, "failed"), over(T + 100, 0, 1), over(T + 160, 0, 1, place=CITY)]
AGAIN: list[Row] = link(T + seconds(9), 0, "available")
BACK: list[Row] = [back(T + seconds(9) + 100, 0), back(T + seconds(9) + 100, 0, CITY)]


def test_a_changeover_and_its_changeback_pass_and_are_timed() -> None:
    result = judge(Moves, [*LOST, *AGAIN, *BACK])
    assert result.outcome is Outcome.PASSED, result.findings
    assert result.reason == "1 changeovers; full traffic on the other links after 0.020s on average, 0.020s at most"


def test_the_figures_are_of_all_changeovers() -> None:
    at = T + seconds(20)
    second: list[Row] = [*link(at, 1, "failed"), over(at + 400, 1, 0), over(at + 480, 1, 0, place=CITY)]
    result = judge(Moves, [*LOST, *AGAIN, *BACK, *second])
    assert result.reason == "2 changeovers; full traffic on the other links after 0.040s on average, 0.060s at most"


@pytest.mark.parametrize(
    ("rows", "what", "at"),
    [
        pytest.param(link(T, 0, "failed"), "does not go over", T, id="no changeover"),
        pytest.param([*link(T, 0, "failed"), over(T + seconds(3), 0, 1), over(T + 9 + seconds(3), 0, 1, place=CITY)],
                     "only 3.000s after it was lost; T2 is 0.7..2.0 s", T + seconds(3), id="late"),
        pytest.param([*link(T, 0, "failed"), over(T + 100, 0, 1)], "does not go over", T, id="one end alone"),
        pytest.param([*LOST, *AGAIN], "no traffic comes back", T + seconds(9), id="no changeback"),
        pytest.param([*LOST, *AGAIN, BACK[0]], "no traffic comes back", T + seconds(9), id="at one end alone"),
        pytest.param([*link(T, 0, "deactivated"), over(T + 9, 0, 1, place=CITY)], "does not go over", T,
                     id="deactivated"),
        pytest.param([*LOST, (T + seconds(2), US, Destination(FAR, "pause", 0))],
                     "paused while e1-1:16 is available", T + seconds(2), id="paused though there is a link"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found(rows: list[Row], what: str, at: int) -> None:
    result = judge(Moves, rows)
    assert result.outcome is Outcome.FAILED
    assert (at, True) in [(finding.at, what in finding.what) for finding in result.findings], result.findings


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([*link(T, 0, "failed"), *link(T + 80, 1, "failed"),
                      (T + 90, US, Destination(FAR, "pause", 0))], id="the other one goes too"),
        pytest.param([*link(T, 0, "blocked"), *link(T + ms(300), 0, "available")], id="a short outage"),
        pytest.param([(T - 8, BOARD, BoardState("pulled")), *link(T, 0, "failed", US), *link(T, 1, "failed", US)],
                     id="the board went"),
        pytest.param([*LOST, *AGAIN, *link(T + seconds(10), 1, "failed"), over(T + seconds(10) + 80, 1, 0),
                      over(T + seconds(10) + 80, 1, 0, place=CITY)], id="no way back meanwhile"),
    ],
)  # fmt: skip
def test_nobody_owes_what_can_not_be(rows: list[Row]) -> None:
    result = judge(Moves, rows)
    assert result.findings == (), result.findings


def test_orders_that_fail_with_their_link_are_sent_again_in_time() -> None:
    """Of three links two fail: the first one's order was on the second, and may wait for that one's changeover."""
    rows = [*link(T, 0, "failed"), *link(T + 40, 1, "failed"), over(T + seconds(3), 0, 2), over(T + seconds(1), 1, 2),
            over(T + seconds(3), 0, 2, place=CITY), over(T + seconds(1), 1, 2, place=CITY)]  # fmt: skip
    assert judge(Moves, rows, links=3).outcome is Outcome.PASSED


def test_of_links_that_come_back_together_each_gets_its_traffic_by_a_changeback() -> None:
    at = T + seconds(9)
    rows = [*link(T, 0, "failed"), over(T + 80, 0, 2), over(T + 80, 0, 2, place=CITY), *link(T + 800, 1, "failed"),
            over(T + 900, 1, 2), over(T + 900, 1, 2, place=CITY), *link(at, 0, "available"), *link(at, 1, "available"),
            *(back(at + 100, number, place) for number in (0, 1) for place in (US, CITY))]  # fmt: skip
    assert judge(Moves, rows, links=3).outcome is Outcome.PASSED
    assert judge(Moves, rows[:-1], links=3).outcome is Outcome.FAILED


def test_a_point_that_restarts_owes_no_changeover() -> None:
    """Its traffic begins when the restart is over, on links that are there (Q.704 9.2)."""
    at = UP + 800
    lost = link(at, 0, "blocked", CITY)
    begun: list[Row] = [(UP, CITY, Destination(1, "pause", 0)), (at + seconds(3), CITY, Destination(1, "resume", 0))]
    assert judge(Moves, [*begun, *lost]).findings == ()
    assert [one.place for one in judge(Moves, lost).findings] == [CITY]
    later = link(T, 0, "blocked", CITY)
    assert [one.place for one in judge(Moves, [*begun, *later]).findings] == [CITY]


def test_what_went_over_before_a_takeover_comes_back_by_the_new_processor() -> None:
    took_over: Row = (T + seconds(4), STANDBY, ProcessorActive("processor A lost", 1, 0))
    again = [*link(T + seconds(9), 0, "available", STANDBY, CITY), back(T + seconds(9) + 100, 0, CITY)]
    rows = [*LOST, took_over, *again]
    result = judge(Moves, [*rows, back(T + seconds(9) + 120, 0, STANDBY)])
    assert result.outcome is Outcome.PASSED, result.findings
    assert [one.place for one in judge(Moves, rows).findings] == [STANDBY]


# -- shares of the load


def user(fsn: int, sls: int, *, dpc: int = 2, opc: int = 1) -> str:
    """An ISUP MSU, hexadecimal."""
    label = (dpc | opc << 14 | sls << 28).to_bytes(4, "little")
    return (bytes((0xFF, 0x80 | fsn, 8, 0x85)) + label + bytes.fromhex("010010")).hex()


STEADY: list[Row] = [sent(seconds(5) + 80 * n, user(n, n % 4), n % 2) for n in range(8)]


def test_flows_that_keep_to_their_links_pass() -> None:
    theirs = [user(fsn, 0, dpc=1, opc=2) for fsn in (0, 1)]
    rows = [*STEADY, received(seconds(6), theirs[0], 1), received(seconds(7), theirs[1], 1)]
    result = judge(Shares, rows)
    assert result.outcome is Outcome.PASSED, result.findings
    assert result.reason == "5 flows, 0 times moved"


def test_a_flow_moves_with_its_link_and_comes_back() -> None:
    rows = [*STEADY, *link(T, 0, "failed"), sent(T + 800, user(9, 0), 1), sent(T + 880, user(10, 2), 1),
            sent(T + 900, user(11, 1), 1), *AGAIN, sent(T + seconds(10), user(0, 0), 0)]  # fmt: skip
    result = judge(Shares, rows)
    assert result.outcome is Outcome.PASSED, result.findings
    assert result.reason == "4 flows, 3 times moved"


def test_who_has_a_link_again_uses_it_before_the_other_end_has() -> None:
    """Each end tests for itself (Q.707 2.2): the flows from the city come back before ours do."""
    theirs = [user(fsn, 0, dpc=1, opc=2) for fsn in (0, 1, 2)]
    failed = [*STEADY, received(T - 8, theirs[0], 0), *link(T, 0, "failed"), sent(T + 80, user(9, 0), 1),
              received(T + 80, theirs[1], 1)]  # fmt: skip
    rows = [*failed, *link(T + seconds(9), 0, "available", CITY), received(T + seconds(10), theirs[2], 0)]
    assert judge(Shares, rows).outcome is Outcome.PASSED
    ours = [*rows, received(T + seconds(14), theirs[2], 0), sent(T + seconds(14), user(0, 0), 0)]
    assert judge(Shares, ours).outcome is Outcome.FAILED, "our end does not have it"


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([*STEADY, sent(T, user(9, 0), 1)], id="nothing happened"),
        pytest.param([*STEADY, *link(T, 0, "failed"), sent(T + 80, user(9, 1), 2)], id="another link failed"),
        pytest.param([*STEADY, *link(T, 2, "failed"), *link(T + seconds(9), 2, "available"),
                      sent(T + seconds(9) + 80, user(9, 1), 0)], id="another link came back"),
        pytest.param([*STEADY, received(T, user(1, 3, dpc=1, opc=2), 1), received(T + 80, user(1, 3, dpc=1, opc=2), 0)],
                     id="the far end's"),
    ],
)  # fmt: skip
def test_a_flow_that_moves_for_nothing_is_found(rows: list[Row]) -> None:
    result = judge(Shares, rows, links=3)
    assert result.outcome is Outcome.FAILED
    assert "although nothing happened to them" in result.findings[0].what


def test_management_messages_and_ways_through_are_no_shares() -> None:
    """COO goes on any other link, and what is for a point behind has its own routes."""
    coo = (bytes((0xFF, 0x80, 8, 0x80)) + (2 | 1 << 14).to_bytes(4, "little") + bytes.fromhex("1105")).hex()
    through = user(3, 0, dpc=7)
    rows = [sent(T, coo, 0), sent(T + 8, coo, 1), sent(T + 80, through, 0), sent(T + 88, through, 1)]
    assert judge(Shares, rows).outcome is Outcome.NOT_APPLICABLE
