"""Moments in the life of an R2 exchange at which something could be left behind, or cut off."""

from __future__ import annotations

from r2_bench import LINES, SOON, A, B, Bench, call, ready, talk

from switchsim.dsp.engine import Assets, Tone
from switchsim.farend.chance import Constant
from switchsim.farend.exchange import Subscriber
from switchsim.farend.plan import Plan, Stay
from switchsim.model.order import Act, Inject
from switchsim.units import ms, seconds

INCOMING = {"timers": {"incoming": seconds(8)}}


def bits(bench: Bench, after: int, abcd: int) -> None:
    """What stands behind b's end of the line sends by hand on timeslot 1."""
    bench.kernel.order(bench.kernel.now + after, LINES[1], Act("cas", {"timeslot": 1, "abcd": abcd}))


def mistake(bench: Bench, place: str, point: str, **values: int) -> None:
    told: dict[str, int | str] = {"line": "e1-0", "timeslot": 1, **values}
    bench.kernel.order(bench.kernel.now, place, Inject("1", point, told))


def test_circuits_whose_other_end_has_never_sent_anything_are_blocked() -> None:
    bench = Bench(power=False)
    bench.ends[1].start = lambda: None  # type: ignore[method-assign]
    bench.kernel.power_on()
    call(bench.run(seconds(1)), A)
    bench.run(seconds(1))
    assert bench.states(A, 0) == [("refused", 34)]
    assert [row.event.by for row in bench.records(A, "CircuitBlocked")] == ["remote"] * 3  # type: ignore[attr-defined]


def test_a_number_that_no_register_signals_say_is_refused_and_not_dialled_in_part() -> None:
    bench = ready()
    for called in ("10060*", "#", "1006A"):
        call(bench, A, called)
    call(bench, A, calling="1*3")  # who calls is not told then
    bench.run(seconds(6))
    assert bench.states(A, 0) == [("refused", 28)] * 3
    assert bench.ends[0].state.placed == bench.ends[1].state.received == 1


def test_q442_a_pulse_says_congestion_when_no_digit_comes_any_more() -> None:
    bench = ready(slots=(1,), config=INCOMING)
    mistake(bench, A, "r2_mute_register", skip=2)
    call(bench, A)
    bench.run(seconds(12))
    assert bench.register(A) == ["I-1", "A-1", "I-10", "A-1", "A-4"]
    on, off = (row.at for row in bench.records(B, "R2Register") if row.event.signal == 4)  # type: ignore[attr-defined]
    assert off - on in range(ms(150), ms(151) + 8)
    assert bench.states(A, 101) == [("released", 42)]
    assert bench.at_rest() == ""


def test_a_pulse_that_is_not_heard_is_forgotten_with_its_register() -> None:
    """The caller hangs up while a mute register thinks that it sends one: no timer stays, the next call goes well."""
    bench = ready(slots=(1,), config=INCOMING)
    mistake(bench, A, "r2_mute_register", skip=2, count=1)
    mistake(bench, B, "r2_mute_register", skip=2, count=1)
    call(bench, A)
    bench.run(seconds(8) + ms(280))
    assert "r2/0/pulse_unheard" in bench.kernel.timers_of(B)
    bench.kernel.order(bench.kernel.now, A, Act("hang_up", {"party": 101}))
    bench.run(ms(50))
    assert not [name for name in bench.kernel.timers_of(B) if "pulse" in name]
    bench.run(seconds(1))
    assert bench.at_rest() == ""
    assert talk(bench)


def test_a_last_signal_that_sticks_ends_with_the_register_and_the_call_goes_on() -> None:
    bench = ready(slots=(1,))
    mistake(bench, B, "r2_stuck_tone", skip=10, count=1)
    assert talk(bench)
    on, off = (row.at for row in bench.records(A, "R2Register") if row.event.group == "B")  # type: ignore[attr-defined]
    assert off - on < ms(100)
    assert bench.at_rest() == ""
    assert talk(bench)


def test_who_is_called_goes_before_the_last_register_signal_has_ended() -> None:
    def until_b6() -> Bench:
        bench = ready(slots=(1,))
        call(bench, A)
        return bench

    first = until_b6().run(seconds(4))
    (at,) = [row.at for row in first.records(B, "R2Register") if row.event.group == "B" and row.event.on]  # type: ignore[attr-defined]
    bench = until_b6()
    bench.kernel.order(at + 8, B, Act("hang_up", {"party": 201}))
    bench.run(seconds(4))
    assert bench.states(B, 201) == [("hangs_up", 16), ("released", 16)]
    bench.kernel.order(bench.kernel.now, A, Act("hang_up", {"party": 101}))
    bench.run(seconds(2))
    assert bench.at_rest() == ""


def test_keys_pressed_while_registers_work_are_not_heard_of() -> None:
    bench = ready(slots=(1,))
    call(bench, A, hold_cycles=seconds(1))
    for at in range(ms(50), ms(700), ms(20)):
        bench.kernel.order(bench.kernel.now + at, A, Act("dial", {"party": 101, "digits": "5"}))
    bench.run(seconds(6))
    dialled = [row.at for row in bench.records(A, "PartyDials")]
    (rings,) = [row.at for row in bench.records(A, "PartyState") if row.event.state == "ringing"]  # type: ignore[attr-defined]
    assert all(at >= rings for at in dialled)
    assert ("talking", 0) in bench.states(A, 101)
    assert bench.at_rest() == ""


def test_ring_back_ends_with_the_answer_of_somebody_who_says_nothing() -> None:
    assets = Assets([], [Tone((450_000,), (-10_000,))])
    rows = (Subscriber(number="10060", ring=Constant(ms(500)), plan="silent"),)
    bench = ready(assets=assets, ring_back=0, subscribers=rows, plans={"silent": Plan(steps=(Stay(),))})
    call(bench, A, patience_cycles=seconds(4))
    bench.run(seconds(10))
    assert bench.heard(A, 117) == [("tone", "450"), ("quiet", "")]
    (answered,) = [row.at for row in bench.records(B, "PartyState") if row.event.state == "connected"]  # type: ignore[attr-defined]
    assert bench.records(A, "PartyHears")[1].at <= answered + ms(10)
    assert bench.at_rest() == ""


def test_q421_a_person_who_takes_the_call_up_again_is_not_left() -> None:
    bench = ready(slots=(1,), subscribers=SOON)
    call(bench, A, hold_cycles=seconds(20))
    bench.run(seconds(5))
    bits(bench, 0, 0b1101)
    bits(bench, ms(600), 0b0101)
    bench.run(seconds(4))
    assert bench.line(A)[-2:] == ["clear_back", "answer"]
    assert bench.states(A, 101)[-1] == ("talking", 0)
    bits(bench, 0, 0b1101)
    bench.run(seconds(2))
    assert bench.states(A, 101)[-1] == ("released", 16)
    bits(bench, 0, 0b1001)
    bench.run(seconds(2))
    assert bench.at_rest() == ""
