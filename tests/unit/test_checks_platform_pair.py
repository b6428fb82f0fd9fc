"""The CCS pair: one active, of one mind with the switch, and back at its work in time after a fault."""

from __future__ import annotations

import pytest
from by_hand import Row, at_mpu, records, verdict_of
from test_checks_platform import CCS_A, CCS_B, HUB, at, fault, findings, up

from switchsim.callcentre.ccs.belief import agents_known
from switchsim.callcentre.view import SeatView, SwitchView
from switchsim.model.events import (
    AgentsKnown,
    CallState,
    FaultUndone,
    PlatformLink,
    ProcessState,
    RoleChanged,
    Routed,
    RouteDecided,
    SeatState,
)
from switchsim.report.figures import FigureCounter
from switchsim.report.recovery import RecoveryWatch
from switchsim.report.result import Outcome
from switchsim.scenario.checks.platform_pair import AgentsAgree, OneCcs, read_seats
from switchsim.scenario.checks.platform_recovery import Recovery
from switchsim.units import ms, seconds

CTI = "callcentre/cti_server"


@pytest.mark.parametrize("check", [OneCcs, AgentsAgree, Recovery])
def test_without_a_ccs_nothing_is_judged(check: type[OneCcs]) -> None:
    rows = at(0, CTI, ProcessState("started")) + at_mpu(5, PlatformLink("up"))
    assert verdict_of(check, rows, 9).outcome is Outcome.NOT_APPLICABLE


# -- one active --------------------------------------------------------------------------------------------------


def crash(cycle: int, place: str = CCS_A) -> list[Row]:
    return fault(cycle, place, "process_crash")[:1] + at(cycle, place, ProcessState("crashed"))


def active(cycle: int, place: str = CCS_B, role: str = "active") -> list[Row]:
    return at(cycle, place, RoleChanged(role, ""))


def test_a_standby_takes_over_in_time_or_too_late() -> None:
    assert findings(OneCcs, up() + crash(8) + active(8 + seconds(3)), seconds(60)) == []
    found = ["none is active for 5.000s; expected at most 4.000s from cycle 8 on"]
    assert findings(OneCcs, up() + crash(8) + active(8 + seconds(5)), seconds(60)) == found
    assert len(findings(OneCcs, up() + crash(8), seconds(60))) == 1


def test_both_gone_and_a_start_begin_the_time_anew() -> None:
    rows = up() + crash(8) + crash(16, CCS_B)
    assert findings(OneCcs, rows, seconds(60)) == []
    rows += at(seconds(20), CCS_A, ProcessState("started"), RoleChanged("standby", ""))
    assert findings(OneCcs, rows + active(seconds(23), CCS_A), seconds(60)) == []
    assert len(findings(OneCcs, rows, seconds(60))) == 1


def test_both_active_while_they_hear_each_other_is_found() -> None:
    rows = up() + active(seconds(1))
    assert findings(OneCcs, rows + active(seconds(2), CCS_B, "standby"), seconds(60)) == []
    assert findings(OneCcs, rows, seconds(60)) == [
        "more than one is active for 59.000s; expected at most 2.500s from cycle 8000 on"]


@pytest.mark.parametrize("ways", ["cut from ccs/a to ccs/b", "cut from * to *", "cut from ccs/a to *"])
def test_a_split_excuses_both_until_it_is_healed(ways: str) -> None:
    rows = up() + fault(8, HUB, "comm_cut", ways) + active(seconds(4))
    assert findings(OneCcs, rows, seconds(60)) == []
    rows += at(seconds(20), HUB, FaultUndone("1"))
    assert findings(OneCcs, rows + active(seconds(21), CCS_B, "standby"), seconds(60)) == []
    assert len(findings(OneCcs, rows, seconds(60))) == 1


def test_a_cut_elsewhere_excuses_nothing() -> None:
    rows = up() + fault(8, HUB, "comm_cut", "cut from cti_link to ccs/b") + active(seconds(4))
    assert len(findings(OneCcs, rows, seconds(60))) == 1


def test_one_that_hangs_is_not_active_and_has_its_time_when_it_wakes() -> None:
    rows = up() + fault(8, CCS_A, "process_hang") + at(8, CCS_A, ProcessState("hung")) + active(seconds(3))
    assert findings(OneCcs, rows, seconds(60)) == []
    rows += at(seconds(30), CCS_A, FaultUndone("1"), ProcessState("running"))
    assert findings(OneCcs, rows + active(seconds(31), CCS_B, "standby"), seconds(60)) == []
    assert len(findings(OneCcs, rows, seconds(60))) == 1


# -- agents ------------------------------------------------------------------------------------------------------


def test_seats_in_few_words_and_back() -> None:
    states = dict.fromkeys(("1001", "1002", "1003", "1007", "x1"), "idle") | {"099": "talk", "100": "talk"}
    view = SwitchView(complete=True, seats={seat: SeatView(seat, state) for seat, state in states.items()})
    told = agents_known(view, True)
    assert told == AgentsKnown(1, "idle:x1,1001-1003,1007 talk:099-100")
    assert read_seats(told.seats) == states
    assert agents_known(view, False).complete == agents_known(SwitchView(), True).complete == 0


def seat(cycle: int, number: str, state: str) -> list[Row]:
    return at_mpu(cycle, SeatState(number, state, 0))


def known(cycle: int, seats: str, place: str = CCS_A, complete: int = 1) -> list[Row]:
    return at(cycle, place, AgentsKnown(complete, seats))


END = known(seconds(60), "idle:1001") + known(seconds(60), "idle:1001", CCS_B)


def test_of_one_mind_and_not() -> None:
    rows = up() + seat(8, "1001", "idle")
    assert findings(AgentsAgree, rows + known(900, "idle:1001") + END, seconds(60)) == []
    assert findings(AgentsAgree, rows + known(900, "talk:1001") + END, seconds(60)) == [
        "thinks that seat 1001 is talk; expected idle, since cycle 8"]
    assert findings(AgentsAgree, rows + known(900, "") + END, seconds(60)) == [
        "knows nothing of seat 1001; expected idle"]


def test_news_take_their_time_and_no_more() -> None:
    rows = up() + seat(8, "1001", "talk") + seat(2_000, "1001", "idle")
    assert findings(AgentsAgree, rows + known(2_000 + ms(20), "talk:1001") + END, seconds(60)) == []
    assert len(findings(AgentsAgree, rows + known(2_000 + ms(80), "talk:1001") + END, seconds(60))) == 1
    assert findings(AgentsAgree, up() + seat(8, "1001", "idle") + known(20, "signed_out:1001") + END, seconds(60)) == []


def test_who_knows_that_he_does_not_know_is_believed_but_not_at_the_end() -> None:
    rows = up() + seat(8, "1001", "idle") + known(900, "talk:1001", complete=0)
    assert findings(AgentsAgree, rows + END, seconds(60)) == []
    rows += known(seconds(60), "idle:1001", complete=0) + END[1:]
    assert findings(AgentsAgree, rows, seconds(60)) == [
        "does not know the agents at the end; expected what the switch knows"]
    excused = at_mpu(seconds(55), PlatformLink("down"))
    assert findings(AgentsAgree, rows[:-2] + excused + rows[-2:], seconds(60)) == []


def test_what_holds_letters_back_excuses_old_news() -> None:
    slow = fault(100, CCS_A, "process_slow", "4000 cycles later")
    rows = up() + seat(8, "1001", "talk") + slow + seat(2_000, "1001", "idle") + known(6_000, "talk:1001")
    assert findings(AgentsAgree, rows + at(7_000, CCS_A, FaultUndone("1")) + END, seconds(60)) == []


# -- recovery ----------------------------------------------------------------------------------------------------


def asked(cycle: int, call: int, by: str, ccs: str = CCS_B, decided: str = "queue:sales") -> list[Row]:
    rows = at_mpu(cycle, CallState(call, "routing", "sales"))
    if by == "platform":
        rows += at(cycle + 8, ccs, RouteDecided(call, 1, decided, ""))
    return rows + at_mpu(cycle + 16, Routed(call, by, "sales"), CallState(call, "queued", ""))


def recovered(rows: list[Row], machines: tuple[str, ...] = ()) -> list[tuple[str, int, int]]:
    watch = RecoveryWatch(machines)
    for record in records(rows):
        watch.take(record)
    return [(row.fault, row.took, row.call) for row in watch.rows()]


DEATH = fault(seconds(10), CCS_A, "process_crash") + at(seconds(10), CCS_A, ProcessState("crashed"))
BACK = active(seconds(13))


def test_the_time_until_a_decision_is_carried_out_as_it_was_made() -> None:
    rows = up() + DEATH + asked(seconds(11), 1, "switch") + BACK + asked(seconds(14), 2, "platform")
    assert recovered(rows) == [("1", seconds(4) + 8, 2)]
    counter = FigureCounter()
    for record in records(rows):
        counter.take(record)
    assert counter.result(seconds(20)).recovery_cycles == seconds(4) + 8
    result = verdict_of(Recovery, rows, seconds(60))
    assert result.reason == "fault 1 (process_crash at callcentre/ccs/a): 4.001s"
    assert recovered(up() + DEATH + asked(seconds(14), 2, "platform", decided="queue:gold")) == [("1", -1, 0)]


def test_a_fault_that_took_the_link_counts_and_one_elsewhere_does_not() -> None:
    mem = fault(seconds(10), "frame/0/slot/8", "board_pull")
    assert recovered(up() + mem + asked(seconds(12), 1, "platform", CCS_A)) == []
    down = at_mpu(seconds(11), PlatformLink("down"))
    assert recovered(up() + mem + down + asked(seconds(12), 1, "platform", CCS_A)) == [("1", seconds(2) + 8, 1)]


def plant(*told: tuple[str, list[Row]]) -> list[Row]:
    """What the machines of a plant tell, in order of time."""
    rows = [(cycle, f"{machine}/{place}", event) for machine, own in told for cycle, place, event in own]
    return sorted(rows, key=lambda row: row[0])


PLANT = ("north", "south")


def test_a_decision_in_one_machine_of_a_plant_is_no_recovery_of_another() -> None:
    rows = plant(("south", up() + asked(seconds(11), 1, "platform", CCS_A)), ("north", up() + DEATH))
    later = rows + plant(("north", asked(seconds(14), 1, "platform")))
    assert recovered(rows, PLANT) == [("1", -1, 0)]
    assert recovered(later, PLANT) == [("1", seconds(4) + 8, 1)]
    assert recovered(rows) == [("1", seconds(1) + 8, 1)], "where nobody knows that there are two"
    counter = FigureCounter(machines=PLANT)
    for record in records(later):
        counter.take(record)
    assert counter.result(seconds(20)).recovery_cycles == seconds(4) + 8
    reason = verdict_of(Recovery, rows, seconds(60), machines=PLANT).reason
    assert reason.endswith(": no call asked"), "it was another machine's"


def test_the_link_of_one_machine_of_a_plant_is_not_lost_for_a_fault_of_another() -> None:
    mem, down = fault(seconds(10), "frame/0/slot/8", "board_pull"), at_mpu(seconds(11), PlatformLink("down"))
    rows = plant(("north", up() + mem), ("south", up() + down))
    assert recovered(rows, PLANT) == []
    assert [number for number, _, _ in recovered(rows + plant(("north", down)), PLANT)] == ["1"]


def test_questions_of_machines_of_a_plant_with_one_number_are_two() -> None:
    question, answer = CallState(1, "routing", "sales"), Routed(1, "switch", "sales")
    north = up() + DEATH + BACK + at_mpu(seconds(21), question) + at_mpu(seconds(23), answer)
    rows = plant(("north", north), ("south", up() + at_mpu(seconds(22), CallState(1, "queued", ""))))
    assert len(findings(Recovery, rows, seconds(60), machines=PLANT)) == 1


def test_questions_that_the_switch_has_to_answer_after_the_bound_are_found() -> None:
    rows = up() + DEATH + BACK
    assert findings(Recovery, rows + asked(seconds(19), 1, "switch"), seconds(60)) == []
    assert findings(Recovery, rows + asked(seconds(21), 1, "switch"), seconds(60)) == [
        "call 1, asked about at cycle 168000, is routed by the switch; expected by the platform, which had 10.000s "
        "from cycle 80000 on"]
    assert findings(Recovery, rows + asked(seconds(15), 1, "switch"), seconds(60), recovery_cycles=seconds(4)) != []


def test_while_nobody_could_route_and_when_the_call_can_not_be_routed() -> None:
    server = fault(seconds(10), CTI, "process_crash") + at(seconds(10), CTI, ProcessState("crashed"))
    rows = up() + server + asked(seconds(40), 1, "switch")
    assert findings(Recovery, rows, seconds(60)) == []
    assert verdict_of(Recovery, rows, seconds(60)).reason.endswith("/cti_server): no decision yet")
    healed = at(seconds(41), CTI, FaultUndone("1"), ProcessState("started"))
    assert len(findings(Recovery, rows + healed + asked(seconds(52), 2, "switch"), seconds(60))) == 1
    refuses = at_mpu(seconds(52), CallState(2, "routing", "x")) + at(seconds(52), CCS_A, RouteDecided(2, 1, "", "no"))
    refuses += at_mpu(seconds(54), Routed(2, "switch", "x"))
    assert findings(Recovery, rows + healed + refuses, seconds(60)) == []
