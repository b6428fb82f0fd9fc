"""LAPD numbering by the frames (Q.921 5.5, 5.6, 5.9.5)."""

from __future__ import annotations

import pytest
from by_hand import Row, verdict_of
from lapd_by_hand import DISC, ESTABLISHED, SABME, UA, i_frame, message, received, rr, sent, u_frame

from switchsim.report.result import Outcome
from switchsim.scenario.checks.links import Sequence
from switchsim.units import seconds

INFO = message(0x7B, 1)
END = seconds(60)


def we(at: int, ns: int, nr: int = 0) -> Row:
    return sent(at, i_frame(ns, nr, INFO))


def they(at: int, ns: int, nr: int = 0) -> Row:
    return received(at, i_frame(ns, nr, INFO, user=False))


GOOD: list[Row] = [
    *ESTABLISHED,
    we(100, 0), they(110, 0, 1), sent(120, rr(1)),
    we(200, 1, 1), we(210, 2, 1), we(900, 1, 1), we(910, 2, 1),  # repeated by layer 2
    received(920, rr(3)),
    they(930, 2), they(940, 1), sent(950, rr(2)),  # out of sequence: discarded, not acknowledged
]  # fmt: skip


def test_good_traffic_passes() -> None:
    assert verdict_of(Sequence, GOOD, END).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("rows", "what", "at"),
    [
        pytest.param([we(100, 1)], "I frame N(S) 1 is sent; expected 0 (Q.921 5.6.1)", 100, id="gap in what is sent"),
        pytest.param(
            [we(100, 0), received(110, rr(1)), we(120, 0)], "N(S) 0 is sent; expected 1", 120, id="an acknowledged one"
        ),
        pytest.param([we(100 + n, n) for n in range(8)], "beyond the window of 7", 107, id="window"),
        pytest.param([sent(100, rr(1))], "acknowledges what did not come", 100, id="made up"),
        pytest.param([they(100, 0), they(101, 2), sent(110, rr(3))], "at most 1", 110, id="hole taken"),
        pytest.param([they(100, 0), sent(110, rr(1)), sent(120, rr(0))], "acknowledges what", 120, id="goes back"),
        pytest.param([they(100, 0)], "never acknowledged: lost to layer 3", 100, id="lost"),
        pytest.param([they(100, 0), sent(20_000, rr(0))], "not acknowledged: lost", 100, id="lost, link goes on"),
    ],
)
def test_broken_numbering_is_found(rows: list[Row], what: str, at: int) -> None:
    result = verdict_of(Sequence, [*ESTABLISHED, *rows], END)
    assert result.outcome is Outcome.FAILED
    assert what in result.findings[0].what
    assert result.findings[0].at == at


def test_numbers_wrap_at_128() -> None:
    rows = list(ESTABLISHED)
    for number in range(300):
        rows += [we(1000 + 10 * number, number % 128), received(1005 + 10 * number, rr((number + 1) % 128))]
    assert verdict_of(Sequence, rows, END).outcome is Outcome.PASSED


def test_both_sides_begin_at_zero_after_a_new_sabme() -> None:
    anew = [received(2000, u_frame(SABME, True, user=False)), sent(2010, u_frame(UA, False))]
    rows = [*GOOD, *anew, we(2020, 0), they(2030, 0, 1), sent(2040, rr(1))]
    assert verdict_of(Sequence, rows, END).outcome is Outcome.PASSED


def test_ua_to_disc_brings_the_link_down_and_an_unasked_ua_resets_nothing() -> None:
    down = [received(2000, u_frame(DISC, True, user=False)), sent(2010, u_frame(UA, False)), we(2020, 77)]
    assert verdict_of(Sequence, [*GOOD, *down], END).outcome is Outcome.PASSED
    unasked = [received(2000, u_frame(UA, False, user=False)), we(2020, 0, 2)]
    assert verdict_of(Sequence, [*GOOD, *unasked], END).outcome is Outcome.FAILED


def test_a_peers_mistakes_are_not_ours() -> None:
    rows = [*ESTABLISHED, they(100, 5), received(110, rr(99)), received(120, b"\x02"), sent(130, rr(0))]
    assert verdict_of(Sequence, [*rows, we(140, 0)], END).outcome is Outcome.PASSED


def test_not_applicable_without_i_frames() -> None:
    assert verdict_of(Sequence, ESTABLISHED, END).outcome is Outcome.NOT_APPLICABLE


def test_own_commands_that_a_looped_line_brings_back_are_not_the_peers() -> None:
    """The peer's commands have another C/R bit than ours (Q.921 table 5)."""
    back = [received(110, i_frame(0, 0, INFO)), received(120, u_frame(SABME, True)), received(130, u_frame(DISC, True))]
    rows = [*ESTABLISHED, we(100, 0), *back, received(900, rr(1)), they(910, 0, 1), sent(920, rr(1))]
    assert verdict_of(Sequence, rows, END).outcome is Outcome.PASSED
    assert verdict_of(Sequence, [*ESTABLISHED, we(100, 0), they(110, 0)], END).outcome is Outcome.FAILED
