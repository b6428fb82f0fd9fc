"""Timers of a No.7 link by the units on its line (Q.703 12.3) and its tests (Q.707), by journals written by hand."""

from __future__ import annotations

import pytest
from by_hand import Row
from signalling_by_hand import BOARD, US, judge, received, sent

from switchsim.model.events import (
    BoardState,
    FaultArmed,
    FaultFired,
    FaultUndone,
    OctetCounting,
    SignallingLink,
    UnitTampered,
)
from switchsim.report.faults import FaultFacts
from switchsim.report.result import Outcome
from switchsim.report.signal_units import read_unit
from switchsim.scenario.checks.link_tests import LinkTests
from switchsim.scenario.checks.link_timers import Level2
from switchsim.units import ms, seconds

SIO, SIN, SIE, SIOS, SIPO, SIB = (f"ffff01{status:02x}" for status in range(6))
FISU = "ffff00"
T = seconds(2)


def fisu(bsn: int, fsn: int) -> str:
    return bytes((0x80 | bsn, 0x80 | fsn, 0)).hex()


def msu(bsn: int, fsn: int, body: str = "8502400010010010") -> str:
    octets = bytes.fromhex(body)
    return (bytes((0x80 | bsn, 0x80 | fsn, len(octets))) + octets).hex()


def up(proving: int, mine: str = SIN, theirs: str = SIN, *, at: int = T) -> list[Row]:
    """Alignment with a proving period of that length, both ways at once."""
    return [sent(at, SIOS), sent(at + 8, SIO), received(at + 20, SIO), sent(at + 40, mine), received(at + 60, theirs),
            sent(at + 60 + proving, FISU), received(at + 60 + proving, FISU)]  # fmt: skip


IN: list[Row] = up(ms(8_200))
S = T + 60 + ms(8_200)
"""In service since."""


def ordered(*rows: list[Row]) -> list[Row]:
    return sorted((row for part in rows for row in part), key=lambda row: row[0])


def fault(at: int, until: int) -> list[Row]:
    """One that alters no units, or none that the check need not believe."""
    return [(at, "faults", FaultArmed("1", "bsn_frozen", BOARD)), (at, "faults", FaultFired("1", "")),
            (until, "faults", FaultUndone("1"))]  # fmt: skip


ANSWERED: list[Row] = [*IN, sent(S + 80, msu(127, 0)), sent(S + 160, msu(127, 1)), received(S + 240, fisu(1, 127))]


def test_units_are_read() -> None:
    unit = read_unit(bytes.fromhex("ff800f8102c0020011803083d6297ccf2275"))
    assert (unit.kind, unit.bsn, unit.bib, unit.fsn, unit.fib) == ("MSU", 127, 1, 0, 1)
    assert (unit.service, unit.dpc, unit.opc, unit.sls, unit.heading, len(unit.info)) == (1, 2, 11, 0, 0x11, 10)
    long = read_unit(bytes.fromhex("ff800b85" + "030201" + "060504" + "07" + "010001"), long_label=True)
    assert (long.dpc, long.opc, long.sls, long.heading) == (0x010203, 0x040506, 7, -1)
    for broken in (b"", b"\xff\xff", b"\xff\xff\x01", b"\xff\xff\x02\x0f", b"\xff\xff\x3f\x85\x01"):
        assert read_unit(broken).kind in ("?", "MSU")


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(IN, id="normal"),
        pytest.param(up(ms(500), SIE, SIN), id="emergency of ours"),
        pytest.param(up(ms(500), SIN, SIE), id="emergency of theirs"),
        pytest.param([*up(ms(8_200))[:-2], received(T + seconds(3), SIO), received(T + seconds(4), SIN),
                      sent(T + seconds(4) + ms(8_000), FISU)], id="begun anew by SIO"),
        pytest.param([*up(0)[:5], (T + 99, BOARD, OctetCounting("e1-0:16", 1)), sent(T + seconds(20), FISU)],
                     id="noise: proved again"),
        pytest.param([sent(T, SIOS), sent(T + 8, SIO), sent(T + seconds(11), SIOS)], id="T2"),
        pytest.param([sent(T, SIO), received(T, SIO), sent(T + 40, SIN), sent(T + ms(1_500), SIOS)], id="T3"),
        pytest.param([*up(ms(8_200))[:-1], sent(T + 60 + seconds(54), SIOS)], id="T1"),
        pytest.param([*IN, received(S + 800, SIOS), sent(S + 840, SIOS), sent(S + 900, SIO)], id="failed"),
        pytest.param([*IN, sent(S + 80, msu(127, 0)), received(S + 200, fisu(0, 127))], id="acknowledged"),
        pytest.param([*IN, sent(S + 80, msu(127, 0)), sent(S + ms(1_400), SIOS)], id="T7"),
        pytest.param([*IN, *(sent(S + ms(100) * n, SIB) for n in range(1, 9))], id="T5"),
        pytest.param([*IN, sent(S + 80, msu(127, 0)), received(S + 90, fisu(127, 127)),
                      *(received(S + ms(100) * n, SIB) for n in range(1, 50)), sent(S + seconds(5), SIOS)], id="T6"),
        pytest.param([*ANSWERED, sent(S + 248, msu(127, 0)), sent(S + 256, fisu(127, 1)),
                      sent(S + seconds(4), msu(127, 2)), received(S + seconds(4) + 80, fisu(2, 127))],
                     id="repeated though acknowledged"),
        pytest.param(ordered(IN, fault(T + seconds(1), T + seconds(3)), [sent(T + seconds(3) + 8, SIN)]),
                     id="a fault is undone while proving"),
        pytest.param([*ANSWERED, *fault(S + 800, S + 880), sent(S + 952, fisu(127, 1)), received(S + 960, msu(1, 0)),
                      received(S + seconds(9), msu(1, 1))], id="a fault is undone in service"),
    ],
)  # fmt: skip
def test_links_that_keep_their_windows_pass(rows: list[Row]) -> None:
    result = judge(Level2, ordered(rows), links=0)
    assert result.outcome is Outcome.PASSED, result.findings


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        pytest.param(up(seconds(6)), "proving ends after 6.000s; T4n is 7.500s..9.500s", id="T4n short"),
        pytest.param(up(seconds(10)), "proving ends after 10.000s; T4n", id="T4n long"),
        pytest.param(up(ms(200), SIE), "T4e is 0.400s..0.600s", id="T4e short"),
        pytest.param(up(ms(8_200), SIN, SIE), "T4e is", id="an emergency takes the short period"),
        pytest.param(up(ms(500)), "T4n is", id="without an emergency the long one"),
        pytest.param([sent(T, SIO), received(T, SIO), sent(T + 40, SIN), sent(T + seconds(9), FISU)],
                     "the other side did not send SIN or SIE", id="proved alone"),
        pytest.param([sent(T, SIOS), sent(T + 80, FISU)], "FISU follows on SIOS: nothing was proved", id="not proved"),
        pytest.param([sent(T, SIOS), sent(T + 8, SIO), sent(T + seconds(160), SIOS)], "T2 is 5.000s..150.000s",
                     id="T2"),
        pytest.param([sent(T, SIO), received(T, SIO), sent(T + 40, SIN), sent(T + seconds(3), SIOS)],
                     "T3 is 1.000s..2.000s", id="T3"),
        pytest.param([*up(ms(8_200))[:-1], sent(T + 60 + seconds(20), SIOS)], "T1 is 40.000s..50.000s", id="T1"),
        pytest.param([*IN, sent(S + seconds(9), SIO)], "SIO follows on FISU, although the link did not fail", id="SIO"),
        pytest.param([*IN, received(S + 800, SIOS), sent(S + seconds(2), msu(127, 0))], "no SIOS follows", id="SIOS"),
        pytest.param([*IN, sent(S + 80, msu(127, 0)), received(S + seconds(3), fisu(127, 127))],
                     "no acknowledgement, and the link goes on after", id="T7"),
        pytest.param([*IN, sent(S + 80, msu(127, 0)), sent(S + 160, msu(127, 1)), received(S + 240, fisu(0, 127)),
                      received(S + seconds(4), fisu(0, 127))], "T7 is", id="T7 of the rest"),
        pytest.param([*ANSWERED, sent(S + 248, msu(127, 2)), sent(S + 256, msu(127, 1)), sent(S + seconds(4), FISU)],
                     "T7 is", id="T7 with repetition"),
        pytest.param([*ANSWERED, *fault(S + 800, S + 880), sent(S + 960, msu(127, 2)), sent(S + seconds(4), FISU)],
                     "T7 is", id="T7 after a fault"),
        pytest.param(ordered(up(seconds(6)), fault(T + seconds(1), T + seconds(3))), "T4n is", id="T4n over a fault"),
        pytest.param([*IN, sent(S + 800, SIB), sent(S + 880, SIB)], "SIB is repeated already after 0.010s",
                     id="T5 short"),
        pytest.param([*IN, sent(S + 800, SIB), sent(S + seconds(1), SIB)], "SIB is repeated only after", id="T5 long"),
        pytest.param([*IN, sent(S + 80, msu(127, 0)), *(received(S + ms(100) * n, SIB) for n in range(1, 80)),
                      sent(S + seconds(8), msu(127, 1))], "the far end stays busy", id="T6"),
    ],
)  # fmt: skip
def test_links_that_do_not_are_found(rows: list[Row], what: str) -> None:
    result = judge(Level2, ordered(rows), seconds(300), links=0)
    assert result.outcome is Outcome.FAILED
    assert any(what in finding.what for finding in result.findings), result.findings


def test_what_stops_a_link_ends_its_timers() -> None:
    """Deactivated by management, a board that begins anew: SIOS may come at any time."""
    for row in ((T + 100, US, SignallingLink("e1-0:16", "deactivated")), (T + 100, BOARD, BoardState("off"))):
        assert judge(Level2, [sent(T, SIO), row, sent(T + 160, SIOS)]).findings == ()
    assert judge(Level2, [sent(T, SIO), sent(T + 160, SIOS)]).findings != ()


@pytest.mark.parametrize(("octets", "action", "later", "outcome"), [
    pytest.param(SIN, "drop", 0, Outcome.PASSED, id="SIN was taken"),
    pytest.param(SIN, "duplicate", 0, Outcome.FAILED, id="SIN came twice"),
    pytest.param(msu(127, 0), "drop", 0, Outcome.FAILED, id="a message was taken"),
    pytest.param(SIN, "drop", seconds(20), Outcome.FAILED, id="long ago"),
])  # fmt: skip
def test_a_status_that_a_fault_took_from_the_line_is_not_missed(
    octets: str, action: str, later: int, outcome: Outcome
) -> None:
    at = T + later
    rows = [sent(T, SIO), (T + 40, BOARD, UnitTampered("e1-0:16", "1", action, octets)), received(at + 60, SIE),
            sent(at + 60 + ms(500), FISU)]  # fmt: skip
    assert judge(Level2, rows, links=0).outcome is outcome


def test_units_that_a_fault_makes_lie_are_not_judged() -> None:
    fault: list[Row] = [(0, "x", FaultArmed("1", "lie", "x")), (8, "x", FaultFired("1", ""))]
    for harms, count in ((True, 0), (False, 1)):
        result = judge(Level2, [*fault, *up(seconds(6))], facts={"lie": FaultFacts(harms_messages=harms)}, links=0)
        assert result.findings_count == count


# -- tests of the link

LABEL = "8102400000"
SLTM, SLTA, OTHER = (LABEL + text for text in ("1120aabb", "2120aabb", "2120aacc"))
THEIRS, ANSWER = ("8101800000" + "1120ddee", LABEL + "2120ddee")


def ours(at: int, fsn: int) -> Row:
    return sent(at, msu(127, fsn, SLTM))


def answer(at: int, fsn: int, body: str = SLTA) -> Row:
    return received(at, msu(0, fsn, body))


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([ours(T, 0), answer(T + 80, 0), ours(T + seconds(60), 1), answer(T + seconds(60) + 80, 1)],
                     id="T2"),
        pytest.param([ours(T, 0), ours(T + seconds(8), 1), answer(T + seconds(8) + 80, 0)], id="T1"),
        pytest.param([ours(T, 0), ours(T + 80, 0), answer(T + 99, 0)], id="level 2 repeats"),
        pytest.param([received(T, msu(127, 0, THEIRS)), ours(T + 8, 0), sent(T + 80, msu(0, 1, ANSWER)),
                      answer(T + 99, 1)], id="theirs"),
        pytest.param([ours(T, 0), (T + seconds(9), US, SignallingLink("e1-0:16", "failed"))], id="the link fails"),
    ],
)  # fmt: skip
def test_link_tests_that_keep_their_windows_pass(rows: list[Row]) -> None:
    result = judge(LinkTests, rows, T + seconds(80), links=0)
    assert result.outcome is Outcome.PASSED, result.findings


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        pytest.param([ours(T, 0), answer(T + 80, 0), ours(T + seconds(20), 1), answer(T + seconds(21), 1)],
                     "the next test follows after 20.000s; T2", id="T2 short"),
        pytest.param([ours(T, 0), ours(T + seconds(3), 1), answer(T + seconds(4), 0)],
                     "the test is repeated after 3.000s; T1", id="T1 short"),
        pytest.param([ours(T, 0)], "the test got no answer", id="no answer"),
        pytest.param([ours(T, 0), answer(T + 80, 0, OTHER)], "the test got no answer", id="another pattern"),
        pytest.param([ours(T, 0), ours(T + seconds(8), 1), ours(T + seconds(16), 2), answer(T + seconds(17), 0)],
                     "unanswered twice", id="goes on"),
        pytest.param([ours(T, 0), answer(T + 8, 0), received(T + 80, msu(127, 1, THEIRS))], "is not answered within T1",
                     id="ours is missing"),
    ],
)  # fmt: skip
def test_link_tests_that_do_not_are_found(rows: list[Row], what: str) -> None:
    result = judge(LinkTests, rows, T + seconds(80), links=0)
    assert result.outcome is Outcome.FAILED
    assert any(what in finding.what for finding in result.findings), result.findings
