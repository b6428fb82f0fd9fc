"""Lines of a trunk board that dies and starts again: a dead board says nothing, one that starts looks at its lines."""

from __future__ import annotations

import pytest
from office_bench import Bench

from switchsim.units import ms, seconds

TRUNK = "frame/2/slot/0"
LINE = f"{TRUNK}/e1/0"
CUT = "line_cut", {"line": "e1-0"}


def machine() -> Bench:
    return Bench(machine="b_type_small", settle=seconds(1))


def led(bench: Bench, name: str = "LOS0") -> str:
    return str(bench.machine.part(TRUNK).state.leds[name])


def said(bench: Bench, since: int) -> list[str]:
    """By the board itself: what is done to it is no news of its own."""
    names = [type(one.event).__name__ for one in bench.records if one.place == TRUNK and one.at >= since]
    return [name for name in names if name not in ("OrderGiven", "FaultArmed", "FaultFired", "FaultUndone")]


@pytest.mark.parametrize("fault", ["board_pull", "board_power", "board_hang"])
def test_a_line_that_is_still_lost_is_shown_when_the_board_starts_again(fault: str) -> None:
    bench = machine()
    mend = bench.fault(CUT[0], dict(CUT[1]))
    bench.run(seconds(3))
    assert led(bench) == "red"
    plug = bench.fault(fault, {"board": TRUNK})
    bench.run(seconds(1))
    plug()
    bench.wait("BoardState", seconds(5), place=TRUNK, state="in_service")
    bench.run(ms(10))
    assert led(bench) == "red"
    mend()
    bench.wait("AlarmCleared", seconds(12), about=LINE, alarm="e1_los")
    assert led(bench) == "off"
    bench.run(seconds(2))
    assert bench.machine.part(TRUNK).state.lines[0].in_service
    bench.close()


@pytest.mark.parametrize("fault", ["board_pull", "board_hang"])
def test_a_line_that_is_lost_while_the_board_is_dead_is_found_when_it_starts(fault: str) -> None:
    bench = machine()
    plug = bench.fault(fault, {"board": TRUNK})
    bench.run(seconds(1))
    dead = bench.now
    mend = bench.fault(CUT[0], dict(CUT[1]))
    bench.run(seconds(4))
    assert said(bench, dead) == []
    plug()
    started = bench.wait("BoardState", seconds(5), place=TRUNK, state="in_service").at
    assert bench.wait("DefectSeen", about=LINE, since=started).event.defect == "los"
    assert bench.wait("AlarmRaised", about=LINE, since=started).at - started == seconds(5) // 2
    mend()
    bench.wait("AlarmCleared", seconds(12), about=LINE)
    bench.close()


@pytest.mark.parametrize("fault", ["board_pull", "board_hang"])
def test_a_line_that_is_mended_while_the_board_is_dead(fault: str) -> None:
    bench = machine()
    mend = bench.fault(CUT[0], dict(CUT[1]))
    bench.run(seconds(4))
    plug = bench.fault(fault, {"board": TRUNK})
    bench.run(ms(100))
    dead = bench.now
    mend()
    bench.run(seconds(15))
    assert said(bench, dead) == []
    plug()
    started = bench.wait("BoardState", seconds(5), place=TRUNK, state="in_service").at
    assert bench.wait("DefectGone", about=LINE, since=started).event.defect == "los"
    assert bench.wait("AlarmCleared", seconds(12), about=LINE).at - started == seconds(10)
    assert led(bench) == "off"
    (away,) = bench.events("LineUnavailable", place=TRUNK, line="e1-0", on=1)
    assert seconds(1) <= away.since <= seconds(2)  # from the cut on, the dead board's time with it
    bench.wait("LineUnavailable", seconds(3), place=TRUNK, line="e1-0", on=0)
    assert bench.seen("LineThreshold", place=TRUNK) == []
    bench.close()


def test_slips_of_a_dead_boards_line_are_no_news_of_the_board() -> None:
    """More than 30 in an hour are a defect (G.822); a board that hangs tells it when it lives again."""
    bench = machine()
    plug = bench.fault("board_hang", {"board": TRUNK})
    bench.run(seconds(1))
    dead = bench.now
    slips = bench.fault("line_slip", {"line": "e1-0"}, count=40, every="100ms")
    bench.run(seconds(6))
    assert len(bench.seen("LineSlip", since=dead)) == 40
    assert set(said(bench, dead)) == {"LineSlip"}
    slips()
    plug()
    started = bench.wait("BoardState", seconds(5), place=TRUNK, state="in_service").at
    bench.wait("DefectSeen", about=LINE, since=started, defect="slips")
    bench.close(but=("alarms",))
