"""Register signalling by hand: repeats, pulses, odd requests, interruptions, late registers (Q.440 to Q.442, Q.480)."""

from __future__ import annotations

import pytest
from r2_by_hand import BLOCKED, SEIZED, fresh, kinds
from r2_pair import Bench

from switchsim.proto import r2
from switchsim.proto.r2 import codes
from switchsim.proto.r2.state import IDLE, Line, Stage
from switchsim.units import ms, seconds

ITU = r2.R2Config()
CHINA = r2.R2Config(variant="china")


def sender(called: str = "1234567890", calling: str = "139", config: r2.R2Config = ITU) -> r2.Circuit:
    """An outgoing register that sends its first digit."""
    circuit = fresh(config)
    circuit.setup(called, calling, 10)
    circuit.line(BLOCKED)
    assert circuit.register_ready() == [r2.SendTone(1), r2.StartTimer("forward", seconds(15))]
    return circuit


def cycle(circuit: r2.Circuit, signal: int) -> int:
    """One backward signal, compelled; the forward one that follows, 0 when none does."""
    actions = circuit.tone_on(signal)
    assert kinds(actions) == ["StopTimer", "StopTone", "StartTimer"]
    return next((action.signal for action in circuit.tone_off() if isinstance(action, r2.SendTone)), 0)


def receiver(config: r2.R2Config = ITU) -> r2.Circuit:
    """An incoming register that waits for the first digit."""
    circuit = fresh(config)
    circuit.line(SEIZED)
    assert circuit.register_ready() == [r2.StartTimer("incoming", seconds(15))]
    return circuit


# -- what the outgoing register sends ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("requests", "sent"),
    [
        ([1, 1, 1], [2, 3, 4]),
        ([1, 1, 2], [2, 3, 2]),  # A2: last but one
        ([1, 1, 1, 7], [2, 3, 4, 2]),  # A7: last but two
        ([1, 1, 1, 1, 8, 1], [2, 3, 4, 5, 2, 3]),  # A8: last but three, and on from there
        ([2], [1]),  # there is none before the first
        ([1] * 9, [2, 3, 4, 5, 6, 7, 8, 9, 10]),
        ([1] * 10 + [2], [2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 10]),
        ([5, 5, 5, 5, 5, 5, 1], [1, 1, 3, 9, 15, 15, 2]),  # A5: category, calling digits, their end; A1 goes on
        ([5, 1, 5, 1], [1, 2, 1, 3]),
        ([11, 12, 13, 14, 1], [12, 12, 13, 12, 2]),  # about the circuit; the digits go on behind
        ([3], [1]),
    ],
)
def test_itu_requests(requests: list[int], sent: list[int]) -> None:
    circuit = sender()
    assert [cycle(circuit, signal) for signal in requests] == sent


@pytest.mark.parametrize(
    ("requests", "sent"),
    [
        ([1, 1, 2, 1], [2, 3, 1, 2]),  # A2: from the first digit
        ([6, 1, 1, 1, 1, 1], [1, 1, 3, 9, 15, 2]),  # A6: KA, calling digits up to 15, called digits again
        ([1, 6, 1, 6, 1, 1, 1, 1, 1], [2, 1, 1, 1, 1, 3, 9, 15, 3]),  # A6 once more: from KA
        ([6, 1, 2, 1], [1, 1, 1, 2]),
        ([6, 1, 3], [1, 1, 3]),  # A3 at any time
        ([1] * 10, [2, 3, 4, 5, 6, 7, 8, 9, 10, 15]),  # behind the last digit its end
    ],
)
def test_china_requests(requests: list[int], sent: list[int]) -> None:
    circuit = sender(config=CHINA)
    assert [cycle(circuit, signal) for signal in requests] == sent


def test_nothing_is_left_to_send_behind_the_end() -> None:
    circuit = sender("1")
    assert [cycle(circuit, 1), cycle(circuit, 1)] == [15, 0]
    assert "SetupFailed" in kinds(circuit.timer("between"))


def test_no_calling_number_is_told_as_restricted_and_in_china_as_ended() -> None:
    circuit = sender(calling="")
    assert [cycle(circuit, 5), cycle(circuit, 5)] == [1, codes.NOT_ACCEPTED]
    circuit = sender(calling="", config=CHINA)
    assert [cycle(circuit, 6), cycle(circuit, 1), cycle(circuit, 1)] == [1, codes.END, 2]


def test_a6_of_itu_goes_to_speech_without_group_b() -> None:
    circuit = sender()
    circuit.tone_on(6)
    actions = circuit.tone_off()
    assert r2.AddressCompleteInd(free=False, charge=True) in actions
    assert r2.FreeRegister() in actions
    assert circuit.state.line is Line.OUT_COMPLETE


@pytest.mark.parametrize("signal", [3, 4, 6, 15])
def test_pulses_of_itu_need_no_forward_signal(signal: int) -> None:
    circuit = sender("1")
    cycle(circuit, 1)
    assert cycle(circuit, 1) == 0
    assert circuit.tone_on(signal) == []
    actions = circuit.tone_off()
    assert actions, "carried out when it has gone (Q.442)"
    assert (r2.SendTone(1) in actions) == (signal == 3)
    assert ("SetupFailed" in kinds(actions)) == (signal in (4, 15))


@pytest.mark.parametrize("signal", [1, 2, 5, 7, 8])
def test_other_backward_signals_without_a_forward_one_are_nothing(signal: int) -> None:
    circuit = sender("1")
    cycle(circuit, 1)
    cycle(circuit, 1)
    assert kinds(circuit.tone_on(signal)) == ["Violation"]
    assert circuit.tone_off() == []


@pytest.mark.parametrize(("config", "signal"), [(ITU, 9), (ITU, 10), (CHINA, 7), (CHINA, 15)])
def test_a_spare_signal_ends_the_call(config: r2.R2Config, signal: int) -> None:
    circuit = sender(config=config)
    circuit.tone_on(signal)
    actions = circuit.tone_off()
    assert "Violation" in kinds(actions)
    assert r2.SetupFailed("refused", True, 41) in actions


def test_a_second_signal_on_top_of_the_first_is_nothing() -> None:
    circuit = sender()
    circuit.tone_on(1)
    assert kinds(circuit.tone_on(3)) == ["Violation"]
    assert r2.SendTone(2) in circuit.tone_off()


@pytest.mark.parametrize("signal", [0, 16, -1])
def test_what_is_no_signal_is_a_violation(signal: int) -> None:
    assert kinds(sender().tone_on(signal)) == ["Violation"]


# -- what the incoming register does -----------------------------------------------------------------------------------


def test_the_verdict_may_take_its_time() -> None:
    circuit = receiver()
    assert circuit.tone_on(7) == [r2.StopTimer("incoming"), r2.DigitInd("7")]
    assert circuit.more() == [r2.SendTone(1), r2.StartTimer("back_cycle", seconds(15))]
    assert circuit.more() == [], "one verdict a digit"
    assert circuit.tone_off() == [r2.StopTimer("back_cycle"), r2.StopTone(), r2.StartTimer("incoming", seconds(15))]


def test_end_of_pulsing_makes_the_number_complete() -> None:
    circuit = receiver(r2.R2Config(ask_calling=False))
    circuit.tone_on(7)
    circuit.more()
    circuit.tone_off()
    assert r2.SendTone(3) in circuit.tone_on(15)


def test_complete_while_the_next_digit_is_awaited_is_a_pulse() -> None:
    """Q.442: A3 for 150 ms, at least 100 ms behind the end of the last signal."""
    circuit = receiver()
    circuit.tone_on(7)
    circuit.more()
    circuit.tone_off()
    assert circuit.complete() == [r2.StopTimer("incoming"), r2.StartTimer("pulse_gap", ms(100))]
    assert circuit.timer("pulse_gap") == [r2.PulseTone(3, ms(150))]
    assert circuit.pulse_sent() == [r2.StartTimer("incoming", seconds(15))]
    assert circuit.tone_on(1)[-1] == r2.SetupInd("7", "", 10)


def test_complete_before_the_cycle_is_over_waits_for_its_end() -> None:
    circuit = receiver()
    circuit.tone_on(7)
    circuit.more()
    assert circuit.complete() == []
    assert r2.StartTimer("pulse_gap", ms(100)) in circuit.tone_off()


def test_a_forward_signal_in_the_gap_gets_its_answer_compelled() -> None:
    circuit = receiver()
    circuit.tone_on(7)
    circuit.more()
    circuit.tone_off()
    circuit.complete()
    assert circuit.tone_on(8) == [
        r2.StopTimer("pulse_gap"), r2.SendTone(3), r2.StartTimer("back_cycle", seconds(15)),
    ]  # fmt: skip
    assert circuit.state.called == "7"


def test_a_forward_signal_during_the_pulse_is_not_looked_at() -> None:
    circuit = receiver()
    circuit.tone_on(7)
    circuit.more()
    circuit.tone_off()
    circuit.complete()
    circuit.timer("pulse_gap")
    assert circuit.tone_on(8) == []
    assert circuit.tone_off() == []
    assert circuit.pulse_sent() == [r2.StartTimer("incoming", seconds(15))]
    assert circuit.state.stage is Stage.GROUP_II


def test_pulse_sent_out_of_place_is_nothing() -> None:
    assert receiver().pulse_sent() == []


def test_a_forward_signal_that_flickers_is_one_digit() -> None:
    circuit = receiver()
    circuit.tone_on(7)
    assert kinds(circuit.tone_off()) == ["Violation", "StartTimer"]
    assert kinds(circuit.more()) == ["StopTimer", "StartTimer"]
    assert r2.SendTone(1) in circuit.tone_on(7)
    circuit.tone_off()
    circuit.tone_on(8)
    assert circuit.state.called == "78"


def test_another_signal_after_an_interruption_is_another_digit() -> None:
    circuit = receiver()
    circuit.tone_on(7)
    circuit.tone_off()
    circuit.more()
    assert r2.DigitInd("78") in circuit.tone_on(8)
    circuit.more()
    circuit.tone_off()
    assert r2.DigitInd("787") in circuit.tone_on(7), "the interruption is forgotten"


def test_another_signal_before_the_verdict_is_a_violation() -> None:
    circuit = receiver()
    circuit.tone_on(7)
    circuit.tone_off()
    assert "Violation" in kinds(circuit.tone_on(8))
    assert circuit.state.called == "7"


@pytest.mark.parametrize("signal", [11, 12, 13, 14])
def test_what_is_no_digit_is_passed_over(signal: int) -> None:
    circuit = receiver()
    assert kinds(circuit.tone_on(signal)) == ["StopTimer", "Violation", "SendTone", "StartTimer"]
    assert circuit.state.called == ""


def test_a_number_has_an_end() -> None:
    circuit = receiver()
    for _ in range(40):
        circuit.tone_on(1)
        circuit.more()
        circuit.tone_off()
    assert circuit.state.called == "1" * 31
    assert circuit.state.violations_count == 9


@pytest.mark.parametrize(("config", "request_signal"), [(ITU, 5), (CHINA, 1)])
def test_a_calling_number_without_end_is_cut(config: r2.R2Config, request_signal: int) -> None:
    circuit = receiver(config)
    circuit.tone_on(7)
    circuit.complete()
    circuit.tone_off()
    asked = 0
    for _ in range(30):
        tones = [action.signal for action in circuit.tone_on(1) if isinstance(action, r2.SendTone)]
        circuit.tone_off()
        if tones == [3]:
            break
        assert tones == [request_signal]
        asked += 1
    assert (asked, circuit.state.calling) == (20, "1" * 20)


def test_a_restricted_calling_number_is_none() -> None:
    circuit = receiver()
    circuit.tone_on(7)
    circuit.complete()
    for signal in (1, 1, 12, 1):
        circuit.tone_off()
        actions = circuit.tone_on(signal)
    assert actions[-1] == r2.SetupInd("7", "", 10)


@pytest.mark.parametrize(("variant", "kd", "category"), [("itu", 5, 9), ("china", 6, 13), ("china", 3, 10)])
def test_a_category_that_was_not_asked_for_is_that_of_group_ii(variant: str, kd: int, category: int) -> None:
    circuit = receiver(r2.R2Config(variant=variant, ask_calling=False))
    circuit.tone_on(7)
    circuit.complete()
    circuit.tone_off()
    assert circuit.tone_on(kd)[-1] == r2.SetupInd("7", "", category)


def test_ka_tells_more_than_kd() -> None:
    circuit = receiver(CHINA)
    circuit.tone_on(7)
    circuit.complete()
    for signal in (8, 15, 3):
        circuit.tone_off()
        actions = circuit.tone_on(signal)
    assert actions[-1] == r2.SetupInd("7", "", 11)


# -- registers that come late, or not at all ---------------------------------------------------------------------------


@pytest.mark.parametrize("config", [ITU, CHINA])
@pytest.mark.parametrize("delays", [(0, seconds(3)), (seconds(3), 0), (seconds(5), seconds(2))])
def test_registers_may_come_late(config: r2.R2Config, delays: tuple[int, int]) -> None:
    made = Bench(config)
    made.b.whole, made.b.answers_after = 3, 0
    made.a.register_delay, made.b.register_delay = delays
    made.a.do(made.a.circuit.setup("123", "456", 10))
    made.run(seconds(12))
    assert made.b.last(r2.SetupInd) == r2.SetupInd("123", "456", 10)
    assert made.a.state.line is Line.OUT_ANSWERED


@pytest.mark.parametrize("acknowledged", [False, True])
def test_no_outgoing_register(acknowledged: bool) -> None:
    circuit = fresh()
    circuit.setup("1", "", 10)
    if acknowledged:
        circuit.line(BLOCKED)
    assert r2.SetupFailed("no_register", False, 42) in circuit.register_none()
    assert circuit.state.line is (Line.OUT_RELEASING if acknowledged else Line.OUT_ABANDONED)


def test_no_incoming_register_leaves_the_end_to_the_caller() -> None:
    """Without a register no congestion signal can be sent; the caller's time-out clears."""
    made = Bench(ITU)
    made.b.registers = 0
    made.a.do(made.a.circuit.setup("123", "", 10))
    made.run(seconds(14))
    assert made.b.last(r2.ReleasedInd) == r2.ReleasedInd(42, False)
    made.run(seconds(3))
    assert made.a.last(r2.SetupFailed) == r2.SetupFailed("timeout", True, 102)
    assert made.a.circuit.selectable
    assert made.b.circuit.selectable


def test_an_outgoing_register_fails_in_use() -> None:
    """Another circuit gets another register."""
    circuit = fresh()
    circuit.setup("12", "", 10)
    circuit.register_ready()
    circuit.line(BLOCKED)
    actions = circuit.register_none()
    assert r2.SetupFailed("no_register", True, 41) in actions
    assert circuit.state.line is Line.OUT_RELEASING


@pytest.mark.parametrize("heard", [(), (1,)], ids=["between signals", "in a signal"])
def test_an_incoming_register_fails_in_use(heard: tuple[int, ...]) -> None:
    circuit = fresh()
    circuit.line(SEIZED)
    circuit.register_ready()
    for signal in heard:
        circuit.tone_on(signal)
    actions = circuit.register_none()
    assert r2.ReleasedInd(41, False) in actions
    assert r2.FreeRegister() in actions
    assert circuit.state.line is Line.IN_ENDED
    assert r2.IdleInd() not in circuit.line(IDLE)
    assert r2.IdleInd() in circuit.timer("reseize")


def test_a_register_that_nobody_waits_for_changes_nothing() -> None:
    circuit = fresh()
    assert circuit.register_ready() == circuit.register_none() == []


@pytest.mark.parametrize("numbers", [("", ""), ("12a", ""), ("1", "*"), ("１", "")])
def test_numbers_are_digits(numbers: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="at least one called"):
        fresh().setup(*numbers, 10)
