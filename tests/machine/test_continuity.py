"""Continuity check with real tones through the speech path (Q.724 7, Q.764 2.1.8; Q.784 6.1), from either end."""

from __future__ import annotations

from pathlib import Path

import pytest
from continuity_bench import CITY, FIRST, LINES, PROGRAM, SETTLE, T24, Checked, asks, every
from office_bench import MACHINES

from switchsim.assembly import build
from switchsim.model.event import Event
from switchsim.model.events import ContinuityCheck
from switchsim.model.order import Act, Value
from switchsim.units import ms, seconds

ALTERNATE = ("e1-0", "e1-3")
"""ISUP by a loop, TUP by transponders: either part and either method, where they do not depend on each other."""
FAILING = {"e1-0": ["COT 0", "CCR"], "e1-1": ["CCF", "CCR"], "e1-2": ["COT 0", "CCR"], "e1-3": ["CCF", "CCR"]}


# -- the circuit is good -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", LINES)
def test_q784_6_1_1_the_machine_checks_the_circuit_of_its_call(line: str) -> None:
    """The tone comes back through the far end's loop, or its transponder's answer; COT follows, and the call."""
    bench = Checked()
    bench.dial(line)
    heard = bench.wait("ContinuityCheck", ms(150), since=0, place=PROGRAM, what="heard")
    assert heard.at - SETTLE >= ms(30), "not recognised before 30 ms of tone (Q.724 7.4)"
    bench.wait("PartyState", since=0, state="connected")
    assert bench.steps(PROGRAM, line, FIRST) == ["send", "heard", "off"]
    assert bench.steps(CITY, line, FIRST) == ["loop", "off"]
    assert bench.said(PROGRAM, line, FIRST)[1] == ("COT 1" if line in ("e1-0", "e1-2") else "COT")
    bench.run(seconds(2))
    bench.quiet()
    assert bench.states(line, FIRST) == ["busy", "idle"]
    bench.close()


@pytest.mark.parametrize("line", LINES)
def test_q784_6_1_1_the_machine_answers_a_check_of_the_far_end(line: str) -> None:
    """The machine loops the circuit in its switching network, and offers the call only after COT."""
    bench = Checked()
    bench.ask_every(1)
    caller = bench.far_call(line)
    loop = bench.seen("ContinuityCheck", place=PROGRAM, what="loop")[0]
    bench.until_hears(caller, "party")
    off = bench.seen("ContinuityCheck", place=PROGRAM, what="off")[0]
    offered = bench.seen("CallOffered")[0]
    assert loop.at < off.at == offered.at
    assert bench.steps(CITY, line, 2) == ["send", "heard", "off"]
    assert {event.what for event in bench.events("PartyHears") if event.party == caller.party} == {"party"}
    if line in ("e1-0", "e1-1"):
        slot = next(e.to_slot for e in bench.events("SlotsConnected") if e.to_slot == e.from_slot)
        assert bench.events("SlotsConnected", to_slot=slot)[1].from_slot == 0
    else:
        bench.quiet()
    caller.hang_up()
    bench.close()


def test_calls_of_the_far_end_ask_as_often_as_it_is_told() -> None:
    bench = Checked()
    bench.ask_every(2)
    for _ in range(4):
        bench.far_call("e1-0")
    assert [asks(event) for event in bench.begun(CITY)] == [False, True, False, True]
    bench.close(seconds(6))


@pytest.mark.parametrize("line", ["e1-0", "e1-1"])
def test_every_third_call_of_the_machine_asks(line: str, tmp_path: Path) -> None:
    bench = Checked(every(3, tmp_path))
    for _ in range(6):
        bench.dial(line)
        bench.run(ms(200))
    assert [ts for _, ts, what in bench.checked(PROGRAM) if what == "heard"] == [5, 11]
    bench.close(seconds(6))


# -- the far end misbehaves --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("manner", "line"), [
    ("none", "e1-0"), ("none", "e1-3"), ("wrong", "e1-1"), ("wrong", "e1-2"), ("late", "e1-0"), ("late", "e1-3"),
])  # fmt: skip
def test_q784_6_1_5_no_tone_comes_back(manner: str, line: str) -> None:
    """COT says so, two more circuits are tried, the call ends; all are checked again until they are good."""
    bench = Checked()
    bench.loops(manner, late=700)
    bench.dial(line)
    bench.wait("CallCleared", seconds(3), since=0, cause=34)
    assert [ts for on, ts, what in bench.checked(PROGRAM) if what == "send"][:3] == [1, 3, 5]
    assert not [row for row in bench.checked(PROGRAM) if row[2] == "heard"]
    assert bench.said(PROGRAM, line, FIRST)[1:3] == FAILING[line]
    assert bench.states(line, FIRST) == ["busy", "faulty"]
    bench.loops("good")
    bench.run(seconds(5))
    for timeslot in (1, 3, 5):
        assert bench.steps(PROGRAM, line, timeslot)[-2:] == ["heard", "off"]
        assert bench.states(line, timeslot) == ["busy", "faulty", "idle"]
    bench.quiet()
    bench.close()


def test_a_loop_that_is_late_but_in_time_passes() -> None:
    bench = Checked()
    bench.loops("late", late=300)
    bench.dial("e1-0")
    heard = bench.wait("ContinuityCheck", ms(600), since=0, place=PROGRAM, what="heard")
    assert ms(330) <= heard.at - SETTLE < T24
    bench.close()


# -- the speech path is broken -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ALTERNATE)
def test_q784_6_2_4_a_stuck_timeslot_is_found_and_the_call_goes_elsewhere(line: str) -> None:
    """Nothing comes through the highway's timeslot: the next circuit carries the call; the first waits to be healed."""
    bench = Checked()
    heal = bench.fault("stuck_timeslot", {"line": line, "timeslot": FIRST}, octet=0xD5)
    bench.dial(line, hold=seconds(1))
    bench.wait("PartyState", seconds(4), since=0, state="connected")
    assert bench.steps(PROGRAM, line, FIRST)[:2] == ["send", "off"]
    assert bench.steps(PROGRAM, line, 3) == ["send", "heard", "off"]
    assert [(leg.timeslot, leg.joined) for leg in bench.events("CallLeg")] == [(FIRST, 0), (3, 1)]
    assert len(bench.offered()) == 1
    bench.wait("Violated", seconds(4), since=0, link=f"{line}:{FIRST}")
    assert bench.states(line, FIRST) == ["busy", "faulty"]
    healed = bench.now
    heal()
    bench.wait("CircuitState", seconds(4), line=line, timeslot=FIRST, state="idle")
    assert bench.steps(PROGRAM, line, FIRST, healed)[-3:] == ["send", "heard", "off"]
    bench.dial(line)
    bench.run(seconds(5))
    bench.quiet()
    bench.close(seconds(10))


@pytest.mark.parametrize("line", ALTERNATE)
def test_the_far_end_finds_the_machines_path_broken(line: str) -> None:
    """The machine's loop carries the stuck octet, its transponder hears nothing: the far end tries another circuit."""
    bench = Checked()
    bench.ask_every(1)
    heal = bench.fault("stuck_timeslot", {"line": line, "timeslot": 2}, octet=0xD5)
    bench.far_call(line)
    bench.wait("PartyState", seconds(2), since=0, state="connected")
    assert bench.steps(PROGRAM, line, 2)[:2] == ["loop", "off"]
    assert bench.steps(CITY, line, 4) == ["send", "heard", "off"]
    (offered,) = bench.offered()
    assert (offered.line, offered.timeslot) == (line, 4)
    heal()
    bench.wait("ContinuityCheck", seconds(4), place=CITY, line=line, timeslot=2, what="heard")
    bench.run(ms(200))
    assert bench.steps(PROGRAM, line, 2)[-2:] == ["loop", "off"]
    bench.close(seconds(8))


@pytest.mark.parametrize("directions", [1, 2])
def test_a_line_cut_in_one_direction_while_the_tone_is_out(directions: int) -> None:
    """The tone does not come round: the call finds its way over another line."""
    bench = Checked()
    bench.fault("line_cut", {"line": "e1-2"}, at=bench.now + ms(20), until=bench.now + seconds(2),
                directions=directions)  # fmt: skip
    bench.dial("e1-2")
    bench.wait("CallAnswered", seconds(4), since=0)
    assert bench.steps(PROGRAM, "e1-2", FIRST)[:2] == ["send", "off"]
    assert "heard" not in bench.steps(PROGRAM, "e1-2", FIRST)
    assert [(on, what) for on, _, what in bench.checked(PROGRAM) if what == "heard"] == [("e1-0", "heard")]
    bench.run(seconds(14))
    assert bench.states("e1-2", FIRST)[-1] == "idle"
    bench.close(seconds(8))


# -- the call does not wait for the end of the check -------------------------------------------------------------------


@pytest.mark.parametrize("line", ALTERNATE)
def test_q784_6_1_3_the_caller_clears_during_the_check(line: str) -> None:
    bench = Checked()
    bench.ask_every(1)
    bench.fault("stuck_timeslot", {"line": line, "timeslot": 2}, until=SETTLE + seconds(4), octet=0xD5)
    caller = bench.far_call(line)
    bench.run(ms(100))
    assert bench.steps(PROGRAM, line, 2) == ["loop"]
    caller.hang_up()
    bench.run(ms(100))
    assert bench.steps(PROGRAM, line, 2) == ["loop", "off"]
    assert bench.steps(CITY, line, 2) == ["send", "off"]
    assert not bench.offered()
    bench.run(seconds(5))
    bench.ask_every(0)
    again = bench.far_call(line)
    bench.until_hears(again, "party")
    bench.close(seconds(8))


def test_the_machine_clears_during_its_own_check() -> None:
    """A seat gives its call up while the tone is out; tone and receiver are gone at once."""
    bench = Checked()
    bench.loops("none")
    bench.press("1001", "dial", number="5551234")
    assert bench.steps(PROGRAM, "e1-0", FIRST) == ["send"]
    bench.press("1001", "release")
    assert bench.steps(PROGRAM, "e1-0", FIRST) == ["send", "off"]
    bench.run(seconds(2))
    assert bench.states("e1-0", FIRST) == ["busy", "idle"]
    bench.quiet()
    bench.close()


# -- CCR by order ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", LINES)
def test_ccr_of_an_idle_circuit_from_either_end(line: str) -> None:
    bench = Checked()
    relation = 0 if line in ("e1-0", "e1-2") else 1
    bench.order(PROGRAM, Act("check", {"line": line, "timeslot": 7}))
    bench.run(ms(400))
    bench.order(CITY, Act("check", {"relation": relation, "cic": 32 * LINES.index(line) + 7}))
    bench.run(ms(400))
    assert bench.steps(PROGRAM, line, 7) == ["send", "heard", "off", "loop", "off"]
    assert bench.steps(CITY, line, 7) == ["loop", "off", "send", "heard", "off"]
    assert bench.said(PROGRAM, line, 7)[0] == bench.said(CITY, line, 7)[-2] == "CCR"
    bench.quiet()
    bench.close()


def test_a_check_of_a_busy_circuit_is_not_begun() -> None:
    bench = Checked()
    bench.dial("e1-0")
    bench.wait("CallAnswered", seconds(4), since=0)
    begun = bench.now
    bench.order(PROGRAM, Act("check", {"line": "e1-0", "timeslot": FIRST}))
    bench.run(ms(200))
    assert not bench.checked(PROGRAM, begun)
    bench.close()


def test_circuits_of_outside_programs_are_not_answered_by_the_exchange() -> None:
    """A program has the speech path of a timeslot: a call there is refused, its check finds no loop."""
    events: list[Event] = []
    machine = build(MACHINES / "checked.yaml", seed=1, attached=[("e1-0", 1, "raw")], journal_sink=lambda _: None)
    machine.kernel.observers.append(lambda now, place, event: events.append(event))
    machine.power_on()
    machine.run(SETTLE)
    values: dict[str, Value] = {"line": "e1-0", "number": "5551234", "calling": "1", "hold_cycles": ms(500)}
    machine.order(SETTLE, PROGRAM, Act("dial", values))
    machine.run(SETTLE + seconds(4))
    checks = [event for event in events if isinstance(event, ContinuityCheck)]
    assert [event.what for event in checks if event.timeslot == 1][:2] == ["send", "off"]
    assert [event.what for event in checks if event.timeslot == 3] == ["send", "loop", "heard", "off", "off"]


# -- receivers ---------------------------------------------------------------------------------------------------------


def test_without_a_free_receiver_calls_go_unchecked() -> None:
    """Eight receivers on two boards: the ninth call of a moment does not ask, and is not held up."""
    bench = Checked()
    bench.loops("late", late=300)
    for _ in range(9):
        bench.dial("e1-0", hold=seconds(2))
    bench.run(ms(100))
    assert [e.resource for e in bench.events("ResourceShort")] == ["check"]
    assert [asks(event) for event in bench.begun(PROGRAM)] == [True] * 8 + [False]
    bench.run(seconds(6))
    assert len(bench.call_records()) == 9
    bench.quiet()
    bench.close()


def test_a_deaf_receiver_fails_good_circuits_until_the_self_test_finds_it() -> None:
    bench = Checked()
    heal = bench.fault("check_failure", {"board": "frame/1/slot/0"}, check=0)
    bench.dial("e1-0")
    bench.wait("CallAnswered", seconds(4), since=0)
    assert bench.steps(PROGRAM, "e1-0", FIRST)[:2] == ["send", "off"]
    bench.wait("AlarmRaised", seconds(3), since=0, alarm="check_fault", about="frame/1/slot/0/check/0")
    found = bench.now
    for _ in range(10):
        bench.dial("e1-1")
        bench.run(ms(100))
    assert 0 not in [e.unit for e in bench.events("ResourceSeized", found, resource="check")]
    heal()
    bench.wait("AlarmCleared", seconds(3), alarm="check_fault")
    bench.close(seconds(8))


def test_a_trunk_board_goes_with_its_receivers() -> None:
    """Boards' receivers are used in turn; those of the board that is gone are not."""
    bench = Checked()
    bench.fault("board_pull", {"board": "frame/1/slot/1"}, until=bench.now + seconds(4))
    bench.run(seconds(1))
    for _ in range(6):
        bench.dial("e1-0")
        bench.run(ms(100))
    assert {e.unit for e in bench.events("ResourceSeized", resource="check")} == {0, 1, 2, 3}
    bench.run(seconds(16))
    bench.close(seconds(8))
