"""Each fault of the catalogue: fires, is detected, alarmed and cleared, in the times of its board's kind."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from office_bench import Bench
from rack_bench import MPU_A, small, timing

from switchsim.faults.catalogue import CATALOGUE
from switchsim.units import ms, seconds

POLLS, HEARTBEATS = 3, 3
EMA, NOD, MEM, BNET, TRUNK, DTR, AIT = (f"frame/{at}" for at in (
    "0/slot/1", "0/slot/4", "0/slot/8", "0/slot/5", "2/slot/0", "3/slot/0", "4/slot/0"))  # fmt: skip


class Row(NamedTuple):
    """Windows in cycles after the firing (detected, alarmed) and after the undoing (cleared), from the kinds' files."""

    fault: str
    where: dict[str, Any]
    about: str
    detected: Any  # bench -> (least, most)
    alarmed: Any
    cleared: Any


def lost_slave(b: Bench) -> tuple[int, int]:
    period = timing(b, NOD, "poll_period")
    return (POLLS - 1) * period, POLLS * period + ms(5)


def slave_back(kind: str) -> Any:
    def window(b: Bench) -> tuple[int, int]:
        test = timing(b, kind, "self_test")
        return test, test + timing(b, NOD, "poll_period") + ms(5)

    return window


def lost_heartbeat(b: Bench) -> tuple[int, int]:
    period = timing(b, EMA, "heartbeat")
    return (HEARTBEATS - 1) * period, HEARTBEATS * period + ms(5)


def processor_back(b: Bench) -> tuple[int, int]:
    return timing(b, MPU_A, "self_test"), timing(b, MPU_A, "self_test") + timing(b, EMA, "heartbeat")


def loss_of_signal(b: Bench) -> tuple[int, int]:
    """255 pulse intervals without a pulse (G.775 4.2) are over in the second frame; seen at the next control tick."""
    return 1, 2 + 8


def within(place: str, name: str, times: int = 1, least: int = 0) -> Any:
    return lambda b: (timing(b, place, name) * least, timing(b, place, name) * times + ms(5))


ROWS = [
    Row("mpu_kill", {"processor": "a"}, MPU_A, lost_heartbeat, lost_heartbeat, processor_back),
    Row("mpu_hang", {"processor": "a"}, MPU_A, lost_heartbeat, lost_heartbeat, processor_back),
    *(Row(fault, {"board": DTR}, DTR, lost_slave, lost_slave, slave_back(DTR))
      for fault in ("board_pull", "board_power", "board_hang")),
    Row("line_cut", {"line": "e1-0"}, f"{TRUNK}/e1/0", loss_of_signal,
        within(TRUNK, "alarm_raise", least=1), within(TRUNK, "alarm_clear", least=1)),
    Row("receiver_failure", {"receiver": 3}, f"{DTR}/receiver/3", within(DTR, "receiver_test"),
        within(DTR, "receiver_test"), within(DTR, "receiver_test")),
    Row("mem_link_cut", {}, MEM, within(MEM, "heartbeat", HEARTBEATS + 1, least=HEARTBEATS - 1),
        within(MEM, "heartbeat", HEARTBEATS + 1), within(MEM, "heartbeat", 1)),
    Row("stuck_timeslot", {"line": "e1-0", "timeslot": 5}, f"{BNET}/slot/e1-0:5", within(BNET, "timeslot_test"),
        within(BNET, "timeslot_test"), within(BNET, "timeslot_test")),
    Row("seat_drop", {"seat": "1003"}, f"{AIT}/seat/1003", within(AIT, "line_scan"), within(AIT, "line_scan"),
        within(AIT, "line_scan")),
]  # fmt: skip


def test_every_fault_of_the_catalogue_has_a_row() -> None:
    """Those of D channels are played in test_seats_d_channel, of registers in test_mfc_board: this machine has none."""
    elsewhere = {row.name for row in CATALOGUE.values() if row.target in ("wires", "register")}
    assert {row.fault for row in ROWS} | elsewhere == set(CATALOGUE)
    assert elsewhere == {"register_failure", "d_wire_cut", "crosstalk", "power_line_hum"}


def inside(at: int, since: int, window: tuple[int, int]) -> bool:
    return window[0] <= at - since <= window[1]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.fault)
def test_a_fault_goes_through_its_stages_in_time(row: Row) -> None:
    bench = small(stop="1s", settle=seconds(1) + 12)
    heal = bench.fault(row.fault, row.where)
    fired = bench.wait("FaultFired", since=0).at
    detected = bench.wait("DefectSeen", since=fired, about=row.about)
    alarmed = bench.wait("AlarmRaised", since=fired, about=row.about)
    assert detected.event.defect in CATALOGUE[row.fault].defects
    assert alarmed.event.alarm in CATALOGUE[row.fault].alarms
    assert alarmed.event.zh
    assert alarmed.event.en
    assert inside(detected.at, fired, row.detected(bench)), detected.at - fired
    assert inside(alarmed.at, fired, row.alarmed(bench)), alarmed.at - fired
    bench.run(seconds(1) + 12)
    heal()
    undone = bench.wait("FaultUndone").at
    cleared = bench.wait("AlarmCleared", seconds(15), about=row.about)
    gone = bench.wait("DefectGone", since=undone, about=row.about)
    assert cleared.event.since == alarmed.at
    assert gone.at <= cleared.at
    assert inside(cleared.at, undone, row.cleared(bench)), cleared.at - undone
    bench.close()


def test_a_fault_that_goes_before_it_is_noticed_leaves_no_alarm() -> None:
    bench = small(stop="1s", settle=seconds(1) + 12)
    for fault, where in (("line_cut", {"line": "e1-0"}), ("seat_drop", {"seat": "1003"}),
                         ("receiver_failure", {"receiver": 3}), ("mem_link_cut", {})):  # fmt: skip
        heal = bench.fault(fault, where)  # type: ignore[arg-type]
        bench.run(4)
        heal()
    bench.run(seconds(15))
    assert bench.seen("AlarmRaised") == []
    bench.close()


def test_two_faults_of_one_line_end_when_both_are_undone() -> None:
    bench = small(stop="1s", settle=seconds(1))
    first = bench.fault("line_cut", {"line": "e1-0"})
    bench.run(seconds(1))
    second = bench.fault("line_cut", {"line": "e1-0"}, directions=1)
    bench.run(seconds(3))
    first()
    bench.run(seconds(12))
    assert bench.seen("AlarmCleared") == []
    second()
    bench.wait("AlarmCleared", seconds(12))
    assert len(bench.seen("AlarmRaised", alarm="e1_los")) == 1
    bench.close()


def test_a_board_that_is_pulled_and_loses_its_power_comes_back_when_both_are_undone() -> None:
    bench = small(stop="1s", settle=seconds(1))
    pull = bench.fault("board_pull", {"board": DTR})
    power = bench.fault("board_power", {"board": DTR})
    bench.run(seconds(1))
    pull()
    bench.run(seconds(3))
    assert bench.seen("BoardState", place=DTR, state="in_service") == []
    power()
    bench.wait("BoardState", seconds(2), place=DTR, state="in_service")
    bench.wait("AlarmCleared", about=DTR)
    bench.close()
