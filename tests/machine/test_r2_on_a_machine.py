"""Calls over R2 lines of a whole machine, ITU and China No.1: both ways, all answers, registers, failures, takeover."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from r2_office import PROGRAMS, SETTLE, SHIPPED, R2Office

from switchsim.firmware.reference.r2 import R2Side
from switchsim.model.events import (
    AlarmCleared,
    AlarmRaised,
    CallAnswered,
    CallOffered,
    CallRecord,
    ProcessorActive,
    R2Line,
    ResourceShort,
)
from switchsim.model.messages import ListenMfc, MfcSent, SendMfc
from switchsim.model.order import Act, Value
from switchsim.units import ms, seconds

VARIANTS = ("one_e1_r2", "one_e1_r2_china")
LONG = seconds(9)


def variant(tmp_path: Path, base: str, **changes: object) -> Path:
    """A shipped machine with other settings."""
    spec = yaml.safe_load((SHIPPED / f"{base}.yaml").read_text(encoding="utf-8")) | changes
    path = tmp_path / "changed.yaml"
    path.write_text(yaml.safe_dump(spec, allow_unicode=True), encoding="utf-8")
    return path


# -- calls to the machine ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("machine", VARIANTS)
def test_a_call_comes_in_is_answered_held_three_seconds_and_cleared(machine: str) -> None:
    office = R2Office(machine)
    office.run(SETTLE)
    office.call("10000")
    office.run(LONG)
    (offered,), (record,) = office.events(CallOffered), office.events(CallRecord)
    assert (offered.called, offered.calling, offered.direction) == ("10000", "13800138000", "in")
    assert record.cause == 16
    assert record.answered
    assert record.ended - record.talked == pytest.approx(seconds(3), abs=ms(20))
    lines = [(event.way, event.signal) for event in office.events(R2Line) if event.timeslot == offered.timeslot]
    assert lines[lines.index(("received", "seizure")) :] == [
        ("received", "seizure"), ("sent", "seizure_ack"), ("sent", "answer"), ("sent", "clear_back"),
        ("received", "clear_forward"), ("sent", "idle"),
    ]  # fmt: skip
    office.nothing_leaks()


def test_the_register_signals_of_an_itu_call_are_those_of_the_contract() -> None:
    """The first A5 asks the category, each further one a calling digit, 15 ends."""
    office = R2Office("one_e1_r2")
    office.run(SETTLE)
    office.call("10000", calling="123")
    office.run(LONG)
    timeslot = office.events(CallOffered)[0].timeslot
    assert office.signals("received", timeslot) == [
        "I 1", "I 10", "I 10", "I 10", "I 10", "II 1", "I 1", "I 2", "I 3", "I 15", "II 1",
    ]  # fmt: skip
    assert office.signals("sent", timeslot) == [
        "A 1", "A 1", "A 1", "A 1", "A 5", "A 5", "A 5", "A 5", "A 5", "A 3", "B 6",
    ]  # fmt: skip


def test_the_register_signals_of_a_china_call_are_those_of_the_contract() -> None:
    """A6 only after the last called digit, then A1 a calling digit up to 15, A3, KD, KB1."""
    office = R2Office("one_e1_r2_china")
    office.run(SETTLE)
    office.call("10000", calling="123")
    office.run(LONG)
    timeslot = office.events(CallOffered)[0].timeslot
    received = office.signals("received", timeslot)
    assert [one.split()[1] for one in received] == ["1", "10", "10", "10", "10", "1", "1", "2", "3", "15", "3"]
    assert [one.split()[1] for one in office.signals("sent", timeslot)] == [
        "1", "1", "1", "1", "6", "1", "1", "1", "1", "3", "1",
    ]  # fmt: skip


@pytest.mark.parametrize("machine", VARIANTS)
def test_an_unknown_number_is_unallocated_for_the_caller(machine: str) -> None:
    """ITU B5, China KB5: Q.850 cause 1."""
    office = R2Office(machine)
    office.run(SETTLE)
    office.call("777")
    office.run(LONG)
    assert "released" in office.party_states()
    assert office.events(CallAnswered) == []
    office.nothing_leaks()


@pytest.mark.parametrize("machine", VARIANTS)
def test_thirty_callers_at_once_share_the_registers(machine: str) -> None:
    """32 registers serve 30 circuits."""
    office = R2Office(machine)
    office.run(SETTLE)
    for _ in range(30):
        office.call("10000")
    office.run(seconds(20))
    assert office.causes() == [16] * 30
    assert len(office.events(CallAnswered)) == 30
    office.nothing_leaks()


# -- calls of the machine ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("machine", VARIANTS)
def test_the_machine_calls_is_answered_holds_and_clears(machine: str) -> None:
    office = R2Office(machine)
    office.run(SETTLE)
    office.dial("075582001234")
    office.run(LONG)
    (record,) = office.events(CallRecord)
    assert (record.direction, record.called, record.cause) == ("out", "075582001234", 16)
    assert record.answered
    office.nothing_leaks()


@pytest.mark.parametrize("machine", VARIANTS)
@pytest.mark.parametrize(("behaviour", "cause"), [("busy", 17), ("no_answer", 19)])
def test_a_called_subscriber_who_does_not_answer(tmp_path: Path, machine: str, behaviour: str, cause: int) -> None:
    office = R2Office(variant(tmp_path, machine, subscribers=[{"number": "", "behaviour": behaviour}]))
    office.run(SETTLE)
    office.dial("82001234")
    office.run(seconds(70) if behaviour == "no_answer" else LONG)
    assert office.causes() == [cause]
    office.nothing_leaks()


@pytest.mark.parametrize("machine", VARIANTS)
def test_calls_of_both_sides_at_once_on_both_way_circuits(machine: str) -> None:
    """Each side hunts from its own end; 15 calls each way leave nobody without a circuit."""
    office = R2Office(machine)
    office.run(SETTLE)
    for _ in range(15):
        office.call("10000")
        office.dial("82001234")
    office.run(seconds(20))
    assert sorted(office.causes()) == [16] * 30
    office.nothing_leaks()


def test_both_sides_seize_the_same_circuit() -> None:
    """Double seizure (Q.422): the machine's call goes on over another circuit, and this one is good for calls again."""
    office = R2Office()
    office.run(SETTLE)
    values: dict[str, Value] = {"called": "10000", "calling": "1", "line": "e1-0", "timeslot": 1}
    exchange = office.machine.exchanges["e1-0"]
    office.machine.order(office.now, exchange, Act("call", values))
    office.dial("82001234")  # the machine hunts from the first timeslot upwards
    office.run(seconds(12))
    seizures = [event for event in office.events(R2Line) if event.signal == "seizure" and event.timeslot == 1]
    assert {event.way for event in seizures} >= {"sent"}
    out = [record for record in office.events(CallRecord) if record.direction == "out"]
    assert [(record.cause, record.timeslot > 1) for record in out] == [(16, True)]
    office.machine.order(office.now, exchange, Act("call", values))
    office.run(LONG)
    assert office.events(CallRecord)[-1].timeslot == 1
    office.nothing_leaks()


# -- registers ---------------------------------------------------------------------------------------------------


def test_callers_wait_when_no_register_is_free(tmp_path: Path) -> None:
    """One board of 16 for 30 seizures: some wait, it is counted and alarmed, and nobody is lost."""
    spec = yaml.safe_load((SHIPPED / "one_e1_r2.yaml").read_text(encoding="utf-8"))
    spec["rack"]["digits"]["slots"] = {0: "mfr"}
    office = R2Office(variant(tmp_path, "one_e1_r2", rack=spec["rack"]))
    office.run(SETTLE)
    for _ in range(30):
        office.call("10000")
    office.run(seconds(20))
    assert len([event for event in office.events(ResourceShort) if event.resource == "mfc"]) >= 14
    assert [event.about for event in office.events(AlarmRaised) if event.alarm == "pool_short"] == [
        "frame/0/slot/2/mfc"]
    assert [event.alarm for event in office.events(AlarmCleared)] == ["pool_short"]
    assert office.causes() == [16] * 30
    office.nothing_leaks()


def test_a_deaf_register_is_found_by_its_own_test_signal_and_comes_back() -> None:
    office = R2Office()
    office.run(SETTLE)
    heal = office.inject("register_failure", {"register": 3})
    office.run(seconds(3))
    (raised,) = office.events(AlarmRaised)
    assert (raised.alarm, raised.about) == ("register_fault", "frame/2/slot/0/register/3")
    assert office.machine.part(PROGRAMS[0]).state.program.mfc.broken == [3]
    heal()
    office.run(seconds(3))
    assert [event.alarm for event in office.events(AlarmCleared)] == ["register_fault"]
    assert office.machine.part(PROGRAMS[0]).state.program.mfc.broken == []


def test_a_deaf_register_before_its_test_costs_its_caller_a_repeat_attempt_or_the_call() -> None:
    office = R2Office()
    office.run(seconds(2) + ms(1))
    office.inject("register_failure", {"register": 0})
    office.call("10000")
    office.run(seconds(40))
    office.call("10000")
    office.run(LONG)
    assert 16 in office.causes()
    office.nothing_leaks()


@pytest.mark.parametrize("broken", [False, True], ids=["whole", "broken in the pulse"])
def test_a_pulse_is_over_though_its_register_breaks(monkeypatch: pytest.MonkeyPatch, broken: bool) -> None:
    """Nothing else tells the protocol that it is."""
    office, sent = R2Office(), list[object]()
    office.run(SETTLE)
    board: Any = office.machine.part("frame/2/slot/0")
    monkeypatch.setattr(board, "send", lambda _, message: sent.append(message))
    board.handle("bus", ListenMfc(board.bus, 3, "forward"))
    board.handle("bus", SendMfc(board.bus, 3, "backward", 3, ms(150)))
    office.run(ms(50))
    assert sent == []
    if broken:
        board.fault("register_failure", {"register": 3})
        assert sent == [MfcSent(board.bus, 3)]
    office.run(ms(200))
    assert sent == [MfcSent(board.bus, 3)]


def test_a_register_board_pulled_in_the_middle_of_calls() -> None:
    """Calls in register signalling fail; those in talk go on; the other board serves what comes."""
    office = R2Office()
    office.run(SETTLE)
    office.call("10000")
    office.run(seconds(3))
    for _ in range(4):
        office.call("10000")
    office.run(ms(400))
    heal = office.inject("board_pull", {"board": "frame/2/slot/0"})
    had = set(office.state.registers.of.values())
    office.run(seconds(2))
    broken = set(office.state.mfc.broken)
    assert had & broken
    assert not any(office.state.mfc.users[register] for register in broken), "given up at once, not by time-outs"
    for _ in range(4):
        office.call("10000")
    office.run(seconds(30))
    heal()
    office.run(seconds(10))
    assert office.causes().count(16) >= 5
    office.nothing_leaks()


@pytest.mark.parametrize("machine", VARIANTS)
def test_an_answer_says_that_the_line_is_free_where_nobody_has(monkeypatch: pytest.MonkeyPatch, machine: str) -> None:
    """As when another exchange answers without an alerting before it."""
    monkeypatch.setattr(R2Side, "proceeding", lambda *_: None)
    monkeypatch.setattr(R2Side, "alerting", lambda *_: None)
    office = R2Office(machine)
    office.run(SETTLE)
    office.call("10000")
    office.run(LONG)
    assert office.causes() == [16]
    assert "talking" in office.party_states()
    office.nothing_leaks()


@pytest.mark.parametrize("machine", VARIANTS)
@pytest.mark.parametrize("number", ["1*0", "*", "10#", "1A"])
def test_a_number_that_no_register_signals_say_ends_the_call_before_its_circuit_is_seized(machine: str,
                                                                                          number: str) -> None:
    office = R2Office(machine)
    office.run(SETTLE)
    for _ in range(2):
        office.dial(number)
    office.dial("82001234", calling="1*2")  # a calling number of that sort is not told
    office.run(LONG)
    assert sorted(office.causes()) == [16, 28, 28]
    assert {event.timeslot for event in office.events(R2Line) if event.signal == "seizure"} == {3}
    office.nothing_leaks()


# -- lines, boards and processors --------------------------------------------------------------------------------


def talking(machine: str, hold: int) -> R2Office:
    """With a call of its own that was answered, and which it holds for so many cycles."""
    office = R2Office(machine)
    office.run(SETTLE)
    office.dial("82001234", hold=hold)
    office.run(seconds(5))
    assert office.party_states() == ["ringing", "connected"]
    return office


@pytest.mark.parametrize("machine", VARIANTS)
def test_a_takeover_keeps_calls_in_talk_and_begins_the_others_anew(machine: str) -> None:
    office = talking(machine, hold=seconds(12))
    office.call("10000")
    office.run(ms(300))  # in register signalling
    office.inject("mpu_kill", {"processor": "a"})
    office.run(seconds(2))
    office.call("10000")
    office.run(seconds(40))
    active = [event for event in office.events(ProcessorActive) if event.kept]
    assert [event.kept for event in active] == [1]
    records = office.events(CallRecord)
    assert [record.cause for record in records if record.direction == "out"] == [16]
    assert 16 in [record.cause for record in records if record.direction == "in"]
    office.nothing_leaks()


@pytest.mark.parametrize("machine", VARIANTS)
def test_a_line_that_is_cut_takes_its_calls_and_comes_back(machine: str) -> None:
    office = talking(machine, hold=seconds(30))
    heal = office.inject("line_cut", {"line": "e1-0"})
    office.run(seconds(15))
    assert len(office.causes()) == 1
    heal()
    office.run(seconds(15))
    office.call("10000")
    office.dial("82001234")
    office.run(seconds(12))
    assert office.causes()[1:] == [16, 16]
    office.nothing_leaks()


def test_a_trunk_board_that_starts_again_finds_a_blocked_circuit_blocked() -> None:
    """And does not take it for idle until that has lasted."""
    office = R2Office()
    office.run(SETTLE)
    office.machine.order(office.now, office.machine.exchanges["e1-0"], Act("block", {"line": "e1-0", "timeslot": 5}))
    office.run(SETTLE)
    before = len(office.events(R2Line))
    heal = office.inject("board_hang", {"board": "frame/1/slot/0"})
    office.run(seconds(1))
    heal()
    office.run(seconds(10))
    after = office.events(R2Line)[before:]
    assert {event.signal for event in after if (event.way, event.timeslot) == ("received", 4)} == {"idle"}
    assert {event.signal for event in after if (event.way, event.timeslot) == ("received", 5)} == {"blocked"}


def test_a_blocked_circuit_is_not_seized_from_the_other_side() -> None:
    office = R2Office()
    office.run(SETTLE)
    for program in PROGRAMS:
        office.machine.order(office.now, program, Act("block", {"line": "e1-0", "timeslot": 31}))
    office.run(SETTLE)
    office.call("10000")  # it hunts from the last timeslot downwards
    office.run(LONG)
    assert office.events(CallOffered)[0].timeslot == 30


def test_the_same_run_at_bit_level_and_in_any_batch() -> None:
    """Signalling bits and register tones make one journal, however it is computed."""
    journals = []
    for options in ({}, {"batch": 1}, {"bits": True}):
        office = R2Office("one_e1_r2_china", **options)
        office.run(SETTLE)
        office.call("10000")
        office.dial("82001234")
        office.run(seconds(6))
        journals.append(bytes(office.octets))
    assert journals[0] == journals[1] == journals[2]
    office = R2Office("one_e1_r2_china", seed=2)
    office.run(SETTLE)
    office.call("10001")
    office.run(seconds(6))
    assert bytes(office.octets) != journals[0]
