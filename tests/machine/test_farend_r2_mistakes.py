"""What an R2 exchange does wrongly, between its protocol and the line: what comes of it at both ends."""

from __future__ import annotations

import pytest
from r2_bench import SOON, A, B, Bench, call, ready, talk, talks

from switchsim.farend.exchange import Subscriber
from switchsim.model.order import Heal, Inject
from switchsim.units import ms, seconds


def mistake(bench: Bench, place: str, point: str, slot: int = 0, **values: int) -> None:
    told: dict[str, int | str] = {"line": "e1-0", "timeslot": slot, **values}
    bench.kernel.order(bench.kernel.now, place, Inject("1", point, told))


def heal(bench: Bench, place: str, point: str) -> None:
    bench.kernel.order(bench.kernel.now, place, Heal("1", point, {}))


def fired(bench: Bench) -> list[str]:
    return [row.event.effect for row in bench.records(kind="FaultFired")]  # type: ignore[attr-defined]


def violations(bench: Bench, place: str) -> list[str]:
    return [row.event.detail for row in bench.records(place, "Violated")]  # type: ignore[attr-defined]


def test_r2_no_ack_sends_the_call_to_another_circuit() -> None:
    bench = ready(slots=(1, 2))
    mistake(bench, B, "r2_no_ack", 2)
    call(bench, A, hold_cycles=seconds(1))
    bench.run(ms(400))
    assert bench.line(A, slot=2) == ["seizure", "clear_forward"]
    bench.run(seconds(9))
    assert fired(bench) == ["e1-0:2: a seizure is not acknowledged"]
    assert "no seizing acknowledgement" in violations(bench, A)
    assert bench.states(A, 102) == [("released", 41)]
    assert ("talking", 0) in bench.states(A, 101)
    heal(bench, B, "r2_no_ack")
    assert talk(bench, B, timeslot=2)  # a call of the other side shows that the circuit is good
    assert bench.at_rest() == ""


def test_r2_double_seizure_is_resolved_as_a_real_one() -> None:
    bench = ready(slots=(1, 2))
    mistake(bench, B, "r2_double_seizure", 2, count=1)
    assert talk(bench)
    assert bench.line(A, slot=2)[:3] == ["seizure", "seizure", "clear_forward"]
    assert ("talking", 0) in bench.states(A, 101)
    assert talk(bench, timeslot=2)
    assert bench.at_rest() == ""


def test_r2_late_line_delays_the_answer_and_nothing_else() -> None:
    bench = ready(slots=(1,))
    mistake(bench, B, "r2_late_line", 1, skip=1, count=1, time=seconds(2))
    call(bench, A, hold_cycles=seconds(1))
    bench.run(seconds(12))
    (answered,) = [row.at for row in bench.records(B, "PartyState") if row.event.state == "connected"]  # type: ignore[attr-defined]
    (heard,) = [row.at for row in bench.records(A, "PartyState") if row.event.state == "connected"]  # type: ignore[attr-defined]
    assert seconds(2) < heard - answered < seconds(2) + ms(40)
    assert bench.at_rest() == ""


def test_a_late_line_signal_that_the_next_one_overtakes_never_comes() -> None:
    """An acknowledgement 10 s late: by then the circuit is idle again, and stays so."""
    bench = ready(slots=(1,))
    mistake(bench, B, "r2_late_line", 1, count=1, time=seconds(10))
    call(bench, A)
    bench.run(seconds(20))
    assert bench.line(A) == ["seizure", "clear_forward"]
    assert bench.line(B) == ["seizure", "clear_forward", "idle"]
    assert talk(bench, B)
    assert bench.at_rest() == ""


@pytest.mark.parametrize(("deaf", "mute"), [(A, B), (B, A)])
def test_q476_r2_mute_register_runs_into_the_time_out(deaf: str, mute: str) -> None:
    bench = ready(slots=(1,))
    mistake(bench, mute, "r2_mute_register", 1, skip=2)
    call(bench, A)
    bench.run(seconds(45))
    assert not talks(bench)
    assert violations(bench, deaf)
    assert fired(bench) == ["e1-0:1: the register is mute"]
    heal(bench, mute, "r2_mute_register")
    bench.run(seconds(30))
    assert bench.at_rest() == ""
    assert talk(bench)


def test_r2_wrong_signal_makes_a_wrong_number() -> None:
    bench = ready(slots=(1,), subscribers=(*SOON, Subscriber(number="10070", behaviour="busy")))
    mistake(bench, A, "r2_wrong_signal", 1, skip=3, count=1, signal=7)
    call(bench, A)
    bench.run(seconds(8))
    assert fired(bench) == ["e1-0:1: signal 7 in place of 6"]
    assert bench.states(A, 101) == [("released", 17)]
    assert bench.register(B)[6] == "I-7"
    assert bench.at_rest() == ""


def test_q476_r2_stuck_tone_ends_with_the_register() -> None:
    bench = ready(slots=(1,))
    mistake(bench, A, "r2_stuck_tone", 1, skip=1)
    call(bench, A)
    bench.run(seconds(60))
    assert fired(bench) == ["e1-0:1: a register signal does not end"]
    assert bench.states(A, 101)[-1][0] == "released"
    assert not bench.states(B, 201)
    heal(bench, A, "r2_stuck_tone")
    bench.run(seconds(1))
    assert talk(bench)
    assert bench.at_rest() == ""


def test_a_stuck_tone_that_is_healed_ends_at_once_and_the_call_goes_on() -> None:
    bench = ready(slots=(1,))
    mistake(bench, B, "r2_stuck_tone", 1, skip=1, count=1)
    call(bench, A, hold_cycles=seconds(1))
    bench.run(seconds(3))
    heal(bench, B, "r2_stuck_tone")
    bench.run(seconds(10))
    assert ("talking", 0) in bench.states(A, 101)
    assert bench.at_rest() == ""
