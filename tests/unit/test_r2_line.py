"""Line signalling: seizing, double seizure and the codes that have no meaning in a state (Q.421, Q.422)."""

from __future__ import annotations

import pytest
from r2_by_hand import ANSWERED, BLOCKED, IDLE, SEIZED, fresh, incoming, kinds, outgoing
from r2_pair import Bench

from switchsim.proto import r2
from switchsim.proto.r2.line import LINE
from switchsim.proto.r2.state import Line
from switchsim.units import ms, seconds

ITU = r2.R2Config()


def test_every_state_has_a_row_for_every_code() -> None:
    assert set(LINE) == {(state, ab) for state in Line for ab in range(4)}


# -- seizing (Q.422 3.2.3.2) -------------------------------------------------------------------------------------------


def test_a_seizure_is_acknowledged_before_there_is_a_register() -> None:
    actions = fresh().line(SEIZED)
    assert actions == [r2.SendLine(BLOCKED), r2.SeizeRegister("incoming"), r2.SeizedInd()]


def test_no_acknowledgement_alarm_clear_forward_and_no_other_seizure_for_a_minute() -> None:
    made = Bench(ITU)
    made.b.deaf = True
    a = made.a
    a.do(a.circuit.setup("123", "", 10))
    made.run(ms(199))
    assert a.bits == [SEIZED]
    made.run(ms(2))
    assert a.bits == [SEIZED, IDLE]
    assert a.kinds() == ["MaintenanceAlarm", "SetupFailed"]
    assert a.last(r2.SetupFailed) == r2.SetupFailed("no_ack", True, 41)
    made.run(seconds(59))
    assert not a.circuit.selectable
    made.run(seconds(2))
    assert a.circuit.selectable, "the peer looks idle: it is tried again"


def test_no_acknowledgement_and_a_reset() -> None:
    made = Bench(ITU)
    made.b.deaf = True
    a = made.a
    a.do(a.circuit.setup("123", "", 10))
    made.run(seconds(1))
    assert not a.circuit.selectable
    made.b.deaf = False
    a.do(a.circuit.reset())
    made.run(seconds(1))
    assert a.circuit.selectable


def test_an_acknowledgement_that_comes_late_and_goes_frees_the_circuit() -> None:
    circuit = outgoing(Line.OUT_SEIZED)
    circuit.timer("seize_ack")
    assert circuit.state.line is Line.OUT_NO_ACK
    assert kinds(circuit.line(BLOCKED)) == []
    assert not circuit.selectable
    circuit.line(IDLE)
    assert kinds(circuit.timer("reseize")) == ["IdleInd"]


def test_a_call_of_the_peer_shows_that_it_is_alive() -> None:
    circuit = outgoing(Line.OUT_SEIZED)
    circuit.timer("seize_ack")
    assert r2.SeizedInd() in circuit.line(SEIZED)


def test_seizing_stays_until_it_is_acknowledged_though_the_call_is_over() -> None:
    """The code 00 is kept until the acknowledgement is recognised (Q.422 3.2.3.2)."""
    circuit = outgoing(Line.OUT_SEIZED)
    assert kinds(circuit.release(16)) == ["ReleasedInd", "FreeRegister"]
    assert circuit.state.sent == SEIZED
    assert r2.SendLine(IDLE) in circuit.line(BLOCKED)
    assert circuit.state.line is Line.OUT_RELEASING


def test_an_abandoned_seizure_that_nobody_acknowledges() -> None:
    circuit = outgoing(Line.OUT_SEIZED)
    circuit.release(16)
    assert kinds(circuit.timer("seize_ack")) == ["MaintenanceAlarm", "SendLine", "StartTimer"]
    assert circuit.state.line is Line.OUT_NO_ACK


def test_a_circuit_that_was_not_acknowledged_stays_out_while_its_peer_blocks() -> None:
    circuit = outgoing(Line.OUT_SEIZED)
    circuit.timer("seize_ack")
    circuit.line(BLOCKED)
    assert kinds(circuit.timer("release")) == ["StartTimer"]
    assert circuit.state.line is Line.OUT_NO_ACK


def test_answer_in_place_of_the_acknowledgement_is_a_fault() -> None:
    circuit = outgoing(Line.OUT_SEIZED)
    actions = circuit.line(ANSWERED)
    assert r2.SendLine(IDLE) in actions
    assert r2.SetupFailed("no_ack", True, 41) in actions
    assert {"Violation", "MaintenanceAlarm"} < set(kinds(actions))
    assert circuit.state.line is Line.OUT_RELEASING


# -- double seizure (Q.422 3.2.7.1) ------------------------------------------------------------------------------------


@pytest.mark.parametrize("apart", [0, 1, 8, ms(10), ms(20)])
def test_both_give_way_and_both_are_idle_again(apart: int) -> None:
    made = Bench(ITU)
    a, b = made.a, made.b
    a.do(a.circuit.setup("123", "", 10))
    made.run(apart)
    b.do(b.circuit.setup("456", "", 10))
    made.run(ms(124) - apart)
    assert (a.bits, b.bits) == ([SEIZED], [SEIZED])
    made.run(seconds(1))
    for end in (a, b):
        assert end.bits == [SEIZED, IDLE]
        assert end.kinds() == ["SetupFailed", "IdleInd"]
        assert end.last(r2.SetupFailed) == r2.SetupFailed("collision", True, 41)
        assert end.circuit.selectable


def test_on_a_circuit_for_one_way_seizing_bits_are_no_acknowledgement() -> None:
    circuit = fresh(r2.R2Config(both_way=False))
    circuit.setup("1", "", 10)
    assert kinds(circuit.line(SEIZED)) == ["Violation"]
    assert "SetupFailed" in kinds(circuit.timer("seize_ack"))


def test_not_seized_again_before_the_pause_is_over() -> None:
    circuit = outgoing(Line.OUT_REGISTER)
    circuit.release(16)
    circuit.line(IDLE)
    assert not circuit.selectable
    assert circuit.setup("1", "", 10) == [r2.SetupFailed("collision", True, 41)]
    assert circuit.timer("reseize") == [r2.IdleInd()]
    assert circuit.selectable


def test_the_peer_may_seize_during_the_pause() -> None:
    circuit = outgoing(Line.OUT_REGISTER)
    circuit.release(16)
    circuit.line(IDLE)
    actions = circuit.line(SEIZED)
    assert actions[0] == r2.StopTimer("reseize")
    assert r2.SendLine(BLOCKED) in actions


# -- codes that have no meaning in a state -----------------------------------------------------------------------------


@pytest.mark.parametrize("phase", [Line.OUT_REGISTER, Line.OUT_COMPLETE])
def test_backward_10_before_the_answer_clears_the_call_if_it_lasts(phase: Line) -> None:
    circuit = outgoing(phase)
    assert kinds(circuit.line(IDLE)) == ["Violation", "StartTimer"]
    assert circuit.line(BLOCKED) == [r2.StopTimer("fault")]
    circuit.line(IDLE)
    actions = circuit.timer("fault")
    end = r2.ReleasedInd(41, True) if phase is Line.OUT_COMPLETE else r2.SetupFailed("refused", True, 41)
    assert end in actions
    assert r2.SendLine(IDLE) in actions
    assert "MaintenanceAlarm" in kinds(actions)


def test_answer_before_the_address_is_complete_clears_the_call() -> None:
    circuit = outgoing(Line.OUT_REGISTER)
    actions = circuit.line(ANSWERED)
    assert r2.SendLine(IDLE) in actions
    assert "Violation" in kinds(actions)
    assert circuit.state.line is Line.OUT_RELEASING


def test_answer_that_overtakes_the_end_of_the_last_tone_is_none_too_early() -> None:
    circuit = outgoing(Line.OUT_REGISTER)
    circuit.tone_on(3)
    circuit.tone_off()
    circuit.tone_on(6)
    assert circuit.line(ANSWERED) == []
    assert kinds(circuit.tone_off())[-2:] == ["AddressCompleteInd", "AnswerInd"]
    assert circuit.state.line is Line.OUT_ANSWERED


@pytest.mark.parametrize("phase", [Line.OUT_REGISTER, Line.OUT_COMPLETE, Line.OUT_ANSWERED, Line.OUT_CLEARED_BACK])
def test_forced_release(phase: Line) -> None:
    circuit = outgoing(phase)
    actions = circuit.line(SEIZED)
    assert r2.SendLine(IDLE) in actions
    assert {"SetupFailed", "ReleasedInd"} & set(kinds(actions))
    circuit.line(IDLE)
    assert circuit.state.line is Line.IDLE


@pytest.mark.parametrize("phase", [Line.OUT_ANSWERED, Line.OUT_CLEARED_BACK])
def test_backward_10_of_an_answered_call_may_pass(phase: Line) -> None:
    before = ANSWERED if phase is Line.OUT_ANSWERED else BLOCKED
    circuit = outgoing(phase)
    assert kinds(circuit.line(IDLE)) == ["Violation", "StartTimer"]
    assert circuit.line(before) == [r2.StopTimer("fault")]
    circuit.line(IDLE)
    actions = circuit.timer("fault")
    assert r2.ReleasedInd(41, True) in actions
    assert circuit.state.line is Line.IDLE


@pytest.mark.parametrize("phase", [Line.IN_REGISTER, Line.IN_COMPLETE])
@pytest.mark.parametrize("ab", [ANSWERED, BLOCKED])
def test_forward_bits_without_meaning_before_the_answer(phase: Line, ab: int) -> None:
    circuit = incoming(phase)
    assert kinds(circuit.line(ab)) == ["Violation", "StartTimer"]
    assert circuit.line(SEIZED) == [r2.StopTimer("fault")]
    circuit.line(ab)
    assert r2.ReleasedInd(41, True) in circuit.timer("fault")
    assert circuit.state.line is Line.IN_ENDED


def test_an_answer_ends_the_wait_for_forward_bits_to_be_restored() -> None:
    circuit = incoming(Line.IN_COMPLETE)
    circuit.line(BLOCKED)
    assert circuit.answer() == [r2.StopTimer("fault"), r2.SendLine(ANSWERED)]


def test_an_answer_ends_the_wait_for_backward_bits_to_be_restored() -> None:
    circuit = outgoing(Line.OUT_COMPLETE)
    circuit.line(IDLE)
    assert circuit.line(ANSWERED) == [r2.StopTimer("answer"), r2.StopTimer("fault"), r2.AnswerInd()]
    circuit = outgoing(Line.OUT_CLEARED_BACK)
    circuit.line(IDLE)
    assert r2.StopTimer("fault") in circuit.line(ANSWERED)
    circuit.line(IDLE)
    assert r2.StopTimer("fault") in circuit.line(BLOCKED)


@pytest.mark.parametrize("ab", [ANSWERED, BLOCKED])
def test_forward_bits_without_meaning_in_talk_wait_for_clear_back(ab: int) -> None:
    circuit = incoming(Line.IN_ANSWERED)
    assert kinds(circuit.line(ab)) == ["Violation"]
    actions = circuit.clear_back(True)
    assert r2.SendLine(BLOCKED) in actions
    assert r2.ReleasedInd(41, True) in actions


@pytest.mark.parametrize("ab", [ANSWERED, BLOCKED])
def test_forward_bits_without_meaning_after_clear_back_end_the_call(ab: int) -> None:
    circuit = incoming(Line.IN_CLEARED_BACK)
    actions = circuit.line(ab)
    assert r2.ReleasedInd(41, True) in actions
    assert kinds(actions)[0] == "Violation"


@pytest.mark.parametrize(
    "phase", [Line.IN_REGISTER, Line.IN_COMPLETE, Line.IN_ANSWERED, Line.IN_CLEARED_BACK, Line.IN_ENDED]
)
def test_clear_forward_in_every_phase(phase: Line) -> None:
    circuit = incoming(phase)
    actions = circuit.line(IDLE)
    assert r2.SendLine(IDLE) in actions
    assert kinds(actions).count("ReleasedInd") == (phase is not Line.IN_ENDED)
    assert kinds(actions).count("FreeRegister") == (phase is Line.IN_REGISTER)
    assert circuit.timer("reseize") == [r2.IdleInd()]


def test_01_in_idle_is_no_seizure_and_bars_ours() -> None:
    circuit = fresh()
    assert kinds(circuit.line(ANSWERED)) == ["Violation"]
    assert not circuit.selectable
    circuit.line(IDLE)
    circuit.timer("reseize")
    assert circuit.selectable
