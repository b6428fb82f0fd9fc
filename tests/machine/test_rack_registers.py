"""Registers show what a board does, a reset forgets it, and the boards that watch are watched themselves."""

from __future__ import annotations

import pytest
from office_bench import Bench
from rack_bench import small

from switchsim.model.order import Act
from switchsim.units import ms, seconds

MPU_A, MPU_B, EMA, NOD = "frame/0/slot/2", "frame/0/slot/3", "frame/0/slot/1", "frame/0/slot/4"
BNET, CKV, LAP, TRUNK, SEATS = "frame/0/slot/5", "frame/0/slot/7", "frame/0/slot/13", "frame/2/slot/0", "frame/4/slot/0"


def read(bench: Bench, place: str, register: str) -> int:
    since = bench.now
    bench.order(place, Act("read", {"register": register}))
    bench.run(ms(1))
    return int(bench.events("RegisterShown", since=since, register=register)[-1].value)


def test_registers_of_a_machine_at_rest() -> None:
    bench = small()
    rest = {(MPU_A, "STATUS"): 1, (MPU_B, "STATUS"): 0, (EMA, "SELECT"): 1, (NOD, "SLAVES"): 21, (BNET, "STATUS"): 1,
            (LAP, "LINKS"): 4, (TRUNK, "LINE0"): 0, (SEATS, "SETS"): 16}  # fmt: skip
    assert {key: read(bench, *key) for key in rest} == rest


def test_registers_follow_what_happens() -> None:
    bench = small()
    bench.fault("line_cut", {"line": "e1-0"})
    bench.fault("seat_drop", {"seat": "1003"})
    bench.fault("mpu_kill", {"processor": "a"})
    bench.run(seconds(1))
    assert read(bench, TRUNK, "LINE0") == 1
    assert read(bench, LAP, "LINKS") == 3
    assert read(bench, SEATS, "SETS") == 15
    assert (read(bench, EMA, "SELECT"), read(bench, MPU_B, "STATUS")) == (2, 1)


@pytest.mark.parametrize(("place", "register", "after"), [(CKV, "MODE", 2), (LAP, "LINKS", 4)])
def test_only_what_is_writable_is_written(place: str, register: str, after: int) -> None:
    bench = small()
    bench.order(place, Act("write", {"register": register, "value": 2}))
    bench.run(ms(1))
    assert read(bench, place, register) == after


def test_a_reset_board_tests_itself_and_starts_anew() -> None:
    bench = small()
    bench.order(LAP, Act("reset", {}))
    bench.wait("BoardState", place=LAP, state="self_test")
    bench.wait("BoardState", place=LAP, state="in_service")
    bench.run(ms(100))
    assert read(bench, LAP, "LINKS") == 4


@pytest.mark.parametrize(("board", "watcher", "alarm"), [(NOD, EMA, "node_fault"), (EMA, NOD, "board_lost")])
@pytest.mark.parametrize("how", ["board_pull", "board_power", "board_hang"])
def test_the_watchers_are_watched(board: str, watcher: str, alarm: str, how: str) -> None:
    bench = small()
    since = bench.now
    heal = bench.fault(how, {"board": board})
    raised = bench.wait("AlarmRaised", since=since, alarm=alarm, about=board)
    assert raised.place == watcher
    assert ms(40) < raised.at - since <= ms(65)  # three heartbeats of 20 ms
    heal()
    bench.wait("AlarmCleared", since=since, alarm=alarm, about=board)
    bench.run(ms(50))
    assert read(bench, MPU_A, "STATUS") == 1, "nothing was switched over"


def test_g704_rai_when_only_our_own_direction_is_cut() -> None:
    """The far end receives nothing and says so in the A bit: a defect of its own here, not LOS."""
    bench = small()
    since = bench.now
    heal = bench.fault("line_cut", {"line": "e1-1"}, directions=2)
    bench.wait("DefectSeen", since=since, defect="rai", about=f"{TRUNK}/e1/1")
    raised = bench.wait("AlarmRaised", since=since, alarm="e1_rai")
    assert ms(2_500) <= raised.at - since <= ms(2_510)
    assert read(bench, TRUNK, "LINE1") == 2
    heal()
    bench.wait("AlarmCleared", ms(10_100), since=since, alarm="e1_rai")
    assert not bench.events("DefectSeen", since=since, defect="los")


def test_a_line_cut_both_ways_is_los_alone() -> None:
    bench = small()
    since = bench.now
    heal = bench.fault("line_cut", {"line": "e1-1"})
    bench.wait("AlarmRaised", since=since, alarm="e1_los")
    heal()
    bench.wait("AlarmCleared", ms(10_100), since=since, alarm="e1_los")
    assert not bench.events("DefectSeen", since=since, defect="rai")


def test_a_d_channel_that_stays_down_is_alarmed() -> None:
    bench = small()
    since = bench.now
    heal = bench.fault("line_cut", {"line": "e1-0"})
    raised = bench.wait("AlarmRaised", since=since, alarm="d_link_lost", about=f"{LAP}/link/e1-0:16")
    assert ms(2_500) <= raised.at - since <= ms(2_520)
    heal()
    bench.wait("AlarmCleared", since=since, alarm="d_link_lost")
    assert len(bench.events("AlarmRaised", since=since, alarm="d_link_lost")) == 1
