"""One decision a call, no call twice, nobody lost in a queue, flows that end: what each check finds and what not."""

from __future__ import annotations

from typing import Any

import pytest
from by_hand import MPU, Row, at_mpu, offered, verdict_of

from switchsim.model.event import Event
from switchsim.model.events import (
    AgentRefused,
    CallAnswered,
    CallCleared,
    CallLeg,
    CallOffered,
    CallQueued,
    CallRanked,
    CallState,
    CallUnqueued,
    FaultArmed,
    FaultFired,
    FaultUndone,
    FlowChanged,
    PlatformLink,
    ProcessState,
    RequestTaken,
    RoleChanged,
    Routed,
    RouteDecided,
    SeatOffered,
    SeatState,
    VoiceChannel,
)
from switchsim.report.result import Outcome
from switchsim.scenario.checks.base import Check
from switchsim.scenario.checks.platform_calls import NoDuplicateCall, OneDecision
from switchsim.scenario.checks.platform_flows import Flows
from switchsim.scenario.checks.platform_queues import QueuedCallers
from switchsim.units import seconds

CCS_A, CCS_B, HUB = "callcentre/ccs/a", "callcentre/ccs/b", "callcentre/icdcomm"
VP, IVR = "callcentre/vp/0", "callcentre/ivr/0"
SKILLS = {"1001": frozenset({"sales"})}


def at(cycle: int, place: str, *events: Event) -> list[Row]:
    return [(cycle, place, event) for event in events]


def up(role_of_a: str = "active") -> list[Row]:
    """The platform lives, a is active."""
    rows = at_mpu(0, PlatformLink("up"))
    for name in ("cti_server", "cti_link", "icdcomm", "ccs/a", "ccs/b"):
        rows += at(0, f"callcentre/{name}", ProcessState("started"))
    return rows + at(0, CCS_A, RoleChanged(role_of_a, "")) + at(0, CCS_B, RoleChanged("standby", ""))


def fault(cycle: int, place: str, name: str, effect: str = "", number: str = "1") -> list[Row]:
    return at(cycle, place, FaultArmed(number, name, place), FaultFired(number, effect))


def findings(check: type[Check], rows: list[Row], end: int, **settings: Any) -> list[str]:
    return [one.what for one in verdict_of(check, rows, end, **settings).findings]


@pytest.mark.parametrize("check", [OneDecision, NoDuplicateCall, QueuedCallers, Flows])
def test_without_a_platform_nothing_is_judged(check: type[Check]) -> None:
    rows = at_mpu(1, offered(1), CallQueued(1, "sales", 1), CallCleared(1, 16, "caller"))
    assert verdict_of(check, rows, 9).outcome is Outcome.NOT_APPLICABLE


# -- one decision ------------------------------------------------------------------------------------------------


def queued(cycle: int, call: int = 1, queue: str = "sales", own: int = 0) -> list[Row]:
    return at_mpu(cycle, CallRanked(call, queue, 0, own), CallQueued(call, queue, 1))


def test_a_call_that_is_decided_offered_and_rings_once() -> None:
    rows = up() + at(5, CCS_A, RouteDecided(1, 1, "queue:sales", "")) + at_mpu(6, Routed(1, "platform", "sales"))
    rows += queued(6) + at(7, CCS_A, SeatOffered(1, "1001", "sales")) + at_mpu(8, SeatState("1001", "ringing", 1))
    rows += at_mpu(9, SeatState("1001", "wrap_up", 0), SeatState("1002", "ringing", 1))  # not answered: the next one
    rows += at_mpu(10, CallUnqueued(1, "sales", "seat", 4), SeatState("1002", "talk", 1))
    rows += at_mpu(11, Routed(1, "platform", "service"))  # transferred
    assert findings(OneDecision, rows, 20) == []


def test_a_second_decision_about_a_waiting_call_is_found() -> None:
    rows = up() + at_mpu(5, Routed(1, "platform", "sales")) + queued(5) + at_mpu(7, Routed(1, "platform", "service"))
    assert findings(OneDecision, rows, 9) == [
        "call 1 is routed to service by platform; expected nothing: it has waited in sales since cycle 5"]


def test_a_question_is_decided_once_by_a_ccs_and_once_more_in_a_new_role() -> None:
    twice = at(5, CCS_A, RouteDecided(1, 1, "queue:sales", "")) + at(6, CCS_A, RouteDecided(1, 1, "queue:gold", ""))
    assert findings(OneDecision, up() + twice, 9) == [
        "question 1 of call 1 is decided again: queue:gold; expected one decision, that of cycle 5"]
    between = at(6, CCS_A, RoleChanged("standby", "")) + at(6, CCS_A, RoleChanged("active", ""))
    assert findings(OneDecision, up() + twice[:1] + between + twice[1:], 9) == []
    taken_over = at(6, CCS_B, RoleChanged("active", ""), RouteDecided(1, 1, "queue:sales", ""))
    assert findings(OneDecision, up() + twice[:1] + taken_over, 9) == []


def test_another_question_and_overflow_are_decided_anew() -> None:
    rows = up() + at(5, CCS_A, RouteDecided(1, 1, "queue:sales", "")) + queued(6)
    rows += at(7, CCS_A, RouteDecided(1, 1, "queue:service", "waited too long in sales"))
    rows += at_mpu(8, CallUnqueued(1, "sales", "redirected", 2)) + at(9, CCS_A, RouteDecided(1, 2, "queue:gold", ""))
    assert findings(OneDecision, rows, 12) == []


def test_a_standby_that_decides_or_offers_is_found() -> None:
    rows = up() + at(5, CCS_B, RouteDecided(1, 1, "queue:sales", ""), SeatOffered(1, "1001", "sales"))
    assert findings(OneDecision, rows, 9) == [
        "decides about call 1; expected nothing: it is not active",
        "gives call 1 to seat 1001; expected nothing: it is not active"]


def test_a_seat_with_two_calls_and_a_call_at_two_seats_are_found() -> None:
    rows = up() + at_mpu(5, SeatState("1001", "ringing", 1)) + at_mpu(6, SeatState("1001", "ringing", 2))
    assert findings(OneDecision, rows, 9) == ["call 2 rings; expected nothing: the seat has call 1 (ringing)"]
    rows = up() + at_mpu(5, SeatState("1001", "ringing", 1)) + at_mpu(6, SeatState("1002", "ringing", 1))
    assert findings(OneDecision, rows, 9) == ["call 1 rings here and at seat 1001; expected one of them"]


def test_a_consulted_seat_that_still_rings_may_be_handed_the_caller() -> None:
    rows = up() + at_mpu(4, CallOffered(2, "seat", "", 0, "1002", "1001"))
    rows += at_mpu(5, SeatState("1001", "ringing", 2)) + at_mpu(6, SeatState("1001", "ringing", 1))
    assert findings(OneDecision, rows, 9) == []


# -- no call twice -----------------------------------------------------------------------------------------------


def test_whole_calls_one_after_the_other_on_a_circuit() -> None:
    rows = up() + at_mpu(1, offered(1), CallAnswered(1)) + at_mpu(2, CallCleared(1, 16, "caller"), offered(2))
    assert findings(NoDuplicateCall, rows, 9) == []


def test_offered_or_answered_twice_is_found() -> None:
    rows = up() + at_mpu(1, offered(1), CallAnswered(1), CallAnswered(1)) + at_mpu(2, offered(1))
    assert findings(NoDuplicateCall, rows, 9) == [
        "call 1 is answered again; expected once, at cycle 1", "call 1 is offered again; expected once, at cycle 1"]


def test_two_calls_on_one_circuit_are_found() -> None:
    rows = up() + at_mpu(1, offered(1)) + at_mpu(2, offered(2))
    assert findings(NoDuplicateCall, rows, 9) == ["call 2 is offered on circuit e1-0:1; expected none: call 1 is there"]


def test_a_circuit_that_is_given_up_for_another_may_carry_the_next_call() -> None:
    rows = up() + at_mpu(1, offered(1, 1, "out"))
    rows += at_mpu(2, CallLeg(1, "e1-0", 1, "", 0), CallLeg(1, "e1-0", 2, "", 1))
    assert findings(NoDuplicateCall, rows + at_mpu(3, offered(2, 1, "out")), 9) == []
    (found,) = findings(NoDuplicateCall, rows + at_mpu(3, offered(2, 2, "out")), 9)
    assert found == "call 2 is offered on circuit e1-0:2; expected none: call 1 is there"


def test_a_circuit_that_both_sides_seize_is_no_doubled_call() -> None:
    rows = up() + at_mpu(1, offered(1, 1, "out")) + at_mpu(2, offered(2, 1, "in"))
    assert findings(NoDuplicateCall, rows, 9) == []


def test_one_order_makes_one_call() -> None:
    made = at_mpu(5, offered(1, 1, "out")) + at_mpu(6, offered(2, 2, "out"))
    doubles = fault(4, HUB, "comm_duplicate", "duplicate from ami to cti_link")
    assert findings(NoDuplicateCall, up() + doubles + made, 9) == [
        "call 2 to 10060 is made while letters come twice; expected call 1 alone, of cycle 5"]
    assert findings(NoDuplicateCall, up() + made, 9) == []  # two people may want the same
    later = at_mpu(4 + seconds(1), offered(2, 2, "out"))
    assert findings(NoDuplicateCall, up() + doubles + made[:1] + later, seconds(2)) == []


def test_a_call_that_answers_two_requests_is_found() -> None:
    rows = up() + [(cycle, "callcentre/ami", RequestTaken(1, "Originate", "", "ok", 7)) for cycle in (5, 6)]
    assert findings(NoDuplicateCall, rows, 9) == [
        "call 7 answers a request of client 1 of callcentre/ami; expected another one: that of client 1 of "
        "callcentre/ami, cycle 5, made it"]


# -- callers in queues -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("why", "by"), [("abandoned", "caller"), ("lost", "network"), ("overflow", "machine"),
                                         ("redirected", "machine"), ("lost", "machine")])  # fmt: skip
def test_ends_of_waiting_for_a_stated_reason(why: str, by: str) -> None:
    rows = up() + at_mpu(1, offered(1)) + queued(2)
    rows += at_mpu(3, CallUnqueued(1, "sales", why, 1), CallCleared(1, 34, by))
    assert findings(QueuedCallers, rows, 9) == []


@pytest.mark.parametrize(("place", "name", "lost"), [(CCS_A, "process_crash", True), (HUB, "comm_cut", True),
                                                     ("frame/2/slot/1", "line_cut", False)])  # fmt: skip
def test_a_caller_lost_for_a_fault_of_the_platform_is_found(place: str, name: str, lost: bool) -> None:
    rows = up() + at_mpu(1, offered(1)) + queued(2) + fault(3, place, name)
    rows += at_mpu(4, CallUnqueued(1, "sales", "lost", 1), CallCleared(1, 27, "fault"))
    found = ("call 1 waited and is cleared by fault with cause 27; expected an agent, a hang-up, overflow, or a fault "
             "of a line or a board")  # fmt: skip
    assert findings(QueuedCallers, rows, 9) == ([found] if lost else [])


def link_down(rows: list[Row], own_after: int) -> list[Row]:
    down = at_mpu(10, PlatformLink("down"))
    return up() + queued(5) + down + rows + (at_mpu(10 + own_after, CallRanked(1, "sales", 0, 1)) if own_after else [])


def test_what_waits_for_a_platform_that_is_gone_must_be_the_switchs() -> None:
    assert findings(QueuedCallers, link_down([], 400), seconds(20)) == []
    found = findings(QueuedCallers, link_down([], 0), seconds(20))
    assert found == ["call 1 waits for a platform that is gone since cycle 10, until cycle 160000; expected that the "
                     "switch distributes it within 5.000s"]  # fmt: skip
    assert findings(QueuedCallers, link_down([], seconds(6)), seconds(20)) != []


def test_no_active_ccs_is_as_good_as_no_platform() -> None:
    gone = at(10, CCS_A, ProcessState("crashed")) + at(10, CCS_B, ProcessState("crashed"))
    assert len(findings(QueuedCallers, up() + queued(5) + gone, seconds(20))) == 1
    back = at(seconds(3), CCS_B, ProcessState("started"), RoleChanged("active", ""))
    assert findings(QueuedCallers, up() + queued(5) + gone + back, seconds(20)) == []


def test_a_caller_beside_an_idle_seat_is_found_after_the_bound() -> None:
    rows = up() + at_mpu(1, SeatState("1001", "idle", 0)) + queued(5)
    found = "call 1 waits and seat 1001 is idle, from cycle 5 to 100000; expected that it rings within 10.000s"
    assert findings(QueuedCallers, rows, 100_000) == [found]
    assert findings(QueuedCallers, rows, 80_000) == []
    rings = at_mpu(seconds(9), SeatState("1001", "ringing", 1))
    assert findings(QueuedCallers, rows + rings, 100_000) == []


def test_an_idle_seat_without_the_skill_is_none() -> None:
    rows = up() + at_mpu(1, SeatState("1001", "idle", 0)) + queued(5, queue="gold")
    assert findings(QueuedCallers, rows, 100_000, agent_skills=SKILLS) == []
    assert findings(QueuedCallers, rows, 100_000, agent_skills={"1001": frozenset({"gold"})}) != []
    assert findings(QueuedCallers, rows, 100_000, seat_queues={"1001": frozenset({"sales"})}) == []


def test_an_idle_seat_that_the_ccs_refuses_is_none_until_it_is_let_in() -> None:
    idle = up() + at_mpu(8, SeatState("1001", "idle", 0))
    waits = at_mpu(16, offered(1)) + queued(24)
    refused = at(8, CCS_A, AgentRefused("5001", "1001", "full"))
    end = seconds(40)
    assert len(findings(QueuedCallers, idle + waits, end, agent_skills=SKILLS)) == 1
    assert findings(QueuedCallers, idle + refused + waits, end, agent_skills=SKILLS) == []
    let_in = at(seconds(32), CCS_A, AgentRefused("5001", "1001", ""))
    assert findings(QueuedCallers, idle + refused + waits + let_in, end, agent_skills=SKILLS) == []
    assert len(findings(QueuedCallers, idle + refused + waits + let_in, seconds(43), agent_skills=SKILLS)) == 1
    changes = at(seconds(10), CCS_B, RoleChanged("active", ""))
    assert len(findings(QueuedCallers, idle + refused + waits + changes, end, agent_skills=SKILLS)) == 1


def test_while_a_fault_keeps_the_platform_from_its_work_nobody_is_missed_beside_a_seat() -> None:
    rows = up() + at_mpu(1, SeatState("1001", "idle", 0)) + queued(5) + fault(6, HUB, "comm_cut", "cut from * to *")
    assert findings(QueuedCallers, rows, 100_000) == []
    assert findings(QueuedCallers, [*rows, *at(8, HUB, FaultUndone("1"))], 100_000) != []


# -- flows -------------------------------------------------------------------------------------------------------


def flow(cycle: int, state: str, call: int = 1) -> list[Row]:
    return at(cycle, IVR, FlowChanged(call, "hotline", "menu", state))


def channel(cycle: int, state: str, call: int = 1) -> list[Row]:
    return at(cycle, VP, VoiceChannel("vp-0", 3, call, state))


def test_a_flow_and_its_channel_end() -> None:
    rows = at_mpu(1, offered(1)) + flow(2, "taken") + channel(2, "seized") + flow(3, "at") + channel(3, "playing")
    rows += flow(4, "ended") + channel(5, "idle") + at_mpu(9, CallCleared(1, 16, "caller"))
    assert findings(Flows, rows, seconds(60)) == []


@pytest.mark.parametrize("what", [flow(2, "at"), channel(2, "playing")])
def test_what_goes_on_after_its_call_is_found(what: list[Row]) -> None:
    rows = at_mpu(1, offered(1)) + what + at_mpu(9, CallCleared(1, 16, "caller"))
    assert findings(Flows, rows, seconds(5)) == []
    [found] = findings(Flows, rows, seconds(60))
    assert "since cycle 2 goes on until cycle 480000; expected its end within 10.000s of the call's" in found
    place = what[0][1]
    assert findings(Flows, [*rows, *at(10, place, ProcessState("crashed"))], seconds(60)) == []


def test_a_call_that_is_still_up_in_a_flow_never_ends() -> None:
    rows = at_mpu(1, offered(1)) + flow(2, "at")
    assert findings(Flows, rows, 99) == [
        "call 1 in flow hotline block menu since cycle 2 never ends; expected its end before that of the run"]
    assert findings(Flows, rows, 99, drained=False) == []


def test_a_call_given_to_a_seat_from_no_queue_is_no_matter_of_these_checks() -> None:
    rows = up() + at_mpu(1, offered(1), CallState(1, "ringing", "2001"), SeatState("2001", "ringing", 1))
    assert findings(OneDecision, rows, 9) == findings(NoDuplicateCall, rows, 9) == []
    assert verdict_of(QueuedCallers, rows, 9).reason == "no call was queued"
    assert rows[-1][1] == MPU
