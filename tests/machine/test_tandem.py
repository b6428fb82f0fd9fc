"""Calls that go on to another exchange: set-up, second attempts, overflow of queues, and one call record a call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from office_bench import MACHINES
from tandem_bench import Tandem

from switchsim.assembly import build
from switchsim.errors import BadInput
from switchsim.model.order import Act
from switchsim.report.ladder import ladder
from switchsim.units import seconds


@pytest.fixture
def tandem() -> Tandem:
    return Tandem()


def one_record(tandem: Tandem) -> Any:
    """The only call record there is; everything is clean behind the call."""
    tandem.bench.close(seconds(2))
    return tandem.bench.record()


def legs(tandem: Tandem) -> list[tuple[str, int]]:
    return [(event.line, event.joined) for event in tandem.bench.events("CallLeg")]


def test_speech_both_ways_and_one_record(tandem: Tandem) -> None:
    caller = tandem.call("isup", "7004")
    tandem.bench.run(seconds(3))
    tandem.bench.talk(caller, tandem.far["pri_network"].person())
    caller.hang_up()
    record = one_record(tandem)
    assert (record.direction, record.line[:3], record.called, record.number) == ("in", "e1-", "7004", "7004")
    assert 0 < record.offered < record.answered == record.talked < record.ended
    assert legs(tandem) == [("e1-5", 1)]


@pytest.mark.parametrize(("dialled", "number"), [("180", "7001"), ("7004", "7004"), ("7006", "7777")])
def test_the_number_that_is_dialled_on(tandem: Tandem, dialled: str, number: str) -> None:
    """Translated, as it came, or another one."""
    tandem.call("tup", dialled)
    tandem.bench.run(seconds(1))
    far = tandem.far["isup" if number == "7001" else "pri_network"]
    called = far.heard("SetupInd")[-1].called
    assert (called if isinstance(called, str) else called.digits) == number
    assert one_record(tandem).number == {"180": "7001"}.get(dialled, dialled)


def test_who_hangs_up_while_it_rings_there(tandem: Tandem) -> None:
    tandem.far["isup"].behave("no_answer")
    caller = tandem.call("pri", "isup")
    tandem.bench.until_hears(caller, "tone")
    there = tandem.far["isup"].person()
    caller.hang_up()
    there.ended(16)
    record = one_record(tandem)
    assert (record.answered, record.cause, record.by) == (0, 16, "caller")


def test_no_digits_of_a_menu_are_needed_and_a_caller_may_be_answered_before(tandem: Tandem) -> None:
    """An announcement answers; the call goes on, and is answered once."""
    caller = tandem.call("pri", "7008")
    tandem.bench.wait("CallLeg", seconds(10), joined=1)
    tandem.bench.run(seconds(1))
    assert len(tandem.bench.events("CallAnswered")) == 1
    tandem.bench.talk(caller, tandem.far["isup"].person())
    record = one_record(tandem)
    assert record.answered < record.talked


# -- no circuit, and second attempts -----------------------------------------------------------------------------------


def cut(tandem: Tandem, *lines: str) -> None:
    for line in lines:
        tandem.bench.fault("line_cut", {"line": line})
    tandem.bench.run(seconds(4))


def test_no_circuit_is_cause_34(tandem: Tandem) -> None:
    cut(tandem, "e1-5")
    tandem.call("isup", "7006").ended(34)
    record = tandem.bench.record()
    assert (record.cause, record.by) == (34, "machine")


def test_the_next_line_when_the_first_has_no_circuit(tandem: Tandem) -> None:
    cut(tandem, "e1-4")
    caller = tandem.call("isup", "7005")
    tandem.bench.run(seconds(3))
    tandem.bench.talk(caller, tandem.far["pri_network"].person())
    assert legs(tandem) == [("e1-5", 1)]


def test_the_other_way_when_no_line_has_a_circuit(tandem: Tandem) -> None:
    cut(tandem, "e1-4", "e1-5")
    tandem.call("isup", "7005").ended(42)  # `otherwise: refused`, which clears with 42
    assert tandem.bench.record().by == "machine"


@pytest.mark.parametrize(("cause", "end"), [(34, 42), (41, 42), (47, 42), (17, 17), (1, 1), (27, 27)])
def test_the_other_way_when_the_network_there_has_no_resources(tandem: Tandem, cause: int, end: int) -> None:
    """Q.850 class 010 leads there; what a subscriber or his number is refused for does not."""
    tandem.far["pri"].refuse(cause)
    tandem.call("isup", "7005").ended(end)
    assert legs(tandem) == [("e1-4", 1), ("e1-4", 0)]


def test_a_queue_as_the_other_way(tandem: Tandem) -> None:
    cut(tandem, "e1-4")
    tandem.bench.press("2001", "sign_in")
    caller = tandem.call("tup", "7009")
    tandem.bench.until_seat("2001", "talk")
    tandem.bench.talk(caller, "2001")
    caller.hang_up()
    record = one_record(tandem)
    assert (record.queue, record.seat) == ("sales", "2001")


@pytest.mark.parametrize("times", [1, 3, 4])
def test_glare_on_a_primary_rate_access(tandem: Tandem, times: int) -> None:
    """Cause 44: another channel is tried, three times more (Q.931 5.7)."""
    far = tandem.far["pri_network"]
    answers = far.part._ring
    refused: list[int] = []

    def ring(key: int, subscriber: object) -> None:
        if len(refused) < times:
            refused.append(key)
            far.part._do(far.machine.reject(key, 44))
        else:
            answers(key, subscriber)

    far.part._ring = ring
    caller = tandem.call("isup", "7006")
    if times < 4:
        tandem.bench.run(seconds(4))
        tandem.bench.talk(caller, far.person())
    else:
        caller.ended(34)
    assert legs(tandem) == [("e1-5", 1), ("e1-5", 0)] * times + [("e1-5", 1)] * (times < 4)
    one_record(tandem)


@pytest.mark.parametrize(("cics", "again"), [((2, 4), True), ((1, 3), False)], ids=["yields", "controls"])
@pytest.mark.parametrize("signalling", ["isup", "tup"])
def test_dual_seizure(tandem: Tandem, signalling: str, cics: tuple[int, int], again: bool) -> None:
    """Both sides take the same circuit (Q.764 2.9.1.4, Q.724 2): the exchange there has the higher point code and the
    even circuits. Whoever yields goes on on another one."""
    bench, far = tandem.bench, tandem.far[signalling]
    office = bench.machine.part("frame/0/slot/2/program").program.core
    kinds = [office.office.groups[row.group].kind for row in office.office.circuits]
    office.state.blocked = [at for at, row in enumerate(office.office.circuits)
                            if kinds[at] == signalling and row.cic not in cics]  # fmt: skip
    far.part.turns = {(0, ""): (list(cics), [])}
    values = {"called": "7004", "calling": "13900000000", "plan": "", "hold_cycles": seconds(60)}
    bench.machine.order(bench.now + 56, far.part.path, Act("call", values))
    caller = tandem.call("pri", signalling)
    bench.run(seconds(4))
    first, second = ((row.line, row.timeslot) for cic in cics for row in office.office.circuits
                     if row.cic == cic and office.office.groups[row.group].kind == signalling)  # fmt: skip
    taken = [((event.line, event.timeslot), event.joined) for event in bench.events("CallLeg") if event.call == 1]
    assert taken == [(first, 1), (first, 0), (second, 1)] if again else [(first, 1)]
    other = bench.events("CallOffered", called="7004")
    assert [(event.line, event.timeslot) for event in other] == [first if again else second]
    assert caller.states[-1][0] == "talking"
    bench.close()
    assert len(bench.call_records()) == 2


# -- overflow ----------------------------------------------------------------------------------------------------------


def test_a_queue_that_overflows_over_an_inter_machine_trunk(tandem: Tandem) -> None:
    """Nobody serves the queue: after its longest wait the caller, long answered, is connected to the other machine."""
    caller = tandem.call("tup", "7007")
    tandem.bench.until_hears(caller, "prompt", "please_wait")
    tandem.bench.wait("CallUnqueued", seconds(2), why="overflow")
    tandem.bench.run(seconds(3))
    tandem.bench.talk(caller, tandem.far["pri_network"].person())
    caller.hang_up()
    record = one_record(tandem)
    assert (record.queue, record.seat, record.by) == ("sales", "", "caller")
    assert record.answered < record.talked
    assert tandem.far["pri_network"].heard("SetupInd")[-1].calling.digits == "13800138000"


def test_a_caller_who_was_answered_is_cleared_when_the_other_machine_is_busy(tandem: Tandem) -> None:
    tandem.far["pri_network"].refuse(17)
    caller = tandem.call("isup", "7007")
    caller.ended(17, within=seconds(4))
    assert tandem.bench.record().answered > 0


def test_the_ladder_shows_both_circuits(tandem: Tandem) -> None:
    tandem.call("pri", "7001").hang_up()
    tandem.call("pri", "7001")
    tandem.bench.run(seconds(1))
    lines = ladder(tandem.bench.records, 2)
    assert any("SETUP channel" in line and "e1-" not in line for line in lines)
    assert any("e1-0:" in line and "IAM CIC" in line for line in lines)
    assert any("e1-0:" in line and "ANM CIC" in line for line in lines)
    assert sum("IAM" in line for line in lines) == 1


# -- faults ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("of", ["pri", "isup", "tup"])
def test_a_talk_through_the_machine_outlives_a_takeover(tandem: Tandem, of: str) -> None:
    caller = tandem.call(of, "7004")
    tandem.bench.run(seconds(3))
    there = tandem.far["pri_network"].person()
    tandem.bench.talk(caller, there)
    tandem.bench.fault("mpu_kill", {"processor": "a"})
    tandem.bench.wait("ProcessorActive", seconds(3), place="frame/0/slot/3/program")
    tandem.bench.run(seconds(2))
    tandem.bench.talk(caller, there)
    caller.hang_up()
    there.ended(16)
    one_record(tandem)


def test_a_call_that_rings_there_is_given_up_by_a_takeover_with_one_record(tandem: Tandem) -> None:
    tandem.far["pri_network"].behave("no_answer")
    caller = tandem.call("isup", "7004")
    tandem.bench.until_hears(caller, "tone")
    tandem.bench.fault("mpu_kill", {"processor": "a"})
    tandem.bench.wait("CallRecord", seconds(5))
    record = one_record(tandem)
    assert (record.cause, record.by) == (41, "fault")


def test_the_line_to_the_other_exchange_fails_in_talk(tandem: Tandem) -> None:
    caller = tandem.call("pri", "7001")
    tandem.bench.run(seconds(3))
    leg = tandem.bench.events("CallLeg", joined=1)[-1]
    tandem.bench.fault("line_cut", {"line": leg.line}, until=tandem.bench.now + seconds(8))
    tandem.bench.wait("CallRecord", seconds(10))
    tandem.bench.run(seconds(15))
    assert caller.states[-1][0] == "released"
    record = one_record(tandem)
    assert record.by == "caller"  # he hangs up on a dead line, before anybody else clears


# -- seats, and the machine file ---------------------------------------------------------------------------------------


def test_a_seat_that_dials_such_a_number(tandem: Tandem) -> None:
    tandem.bench.press("2001", "sign_in")
    tandem.bench.press("2001", "dial", number="7006")
    tandem.bench.run(seconds(3))
    tandem.bench.talk("2001", tandem.far["pri_network"].person())
    tandem.bench.press("2001", "release")
    record = one_record(tandem)
    assert (record.direction, record.by) == ("seat", "seat")


@pytest.mark.parametrize(("before", "after", "what"), [
    ("isup: [{dial: {lines: [e1-0, e1-1]}}]", "isup: [{dial: {lines: [e1-0, e1-9]}}]", "no trunk line 'e1-9'"),
    ("otherwise: sales", "otherwise: nobody", "no service 'nobody'"),
    ('dial: {number: "7777", lines: [e1-5]}', 'dial: {number: "7a", lines: [e1-5]}', "number"),
    ("tup: [{dial: {lines: [e1-2, e1-3]}}]", "tup: [{dial: {lines: []}}]", "lines"),
])  # fmt: skip
def test_mistakes_of_a_step_are_told(tmp_path: Path, before: str, after: str, what: str) -> None:
    text = (MACHINES / "tandem.yaml").read_text(encoding="utf-8")
    assert text.count(before) == 1
    path = tmp_path / "tandem.yaml"
    path.write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(BadInput, match=what):
        build(path, seed=1, journal_sink=lambda _: None)
