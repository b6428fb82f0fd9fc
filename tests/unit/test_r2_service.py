"""A circuit in and out of service: blocking, failures of the line, resets (Q.422)."""

from __future__ import annotations

import pytest
from r2_by_hand import BLOCKED, IDLE, SEIZED, fresh, incoming, kinds, outgoing
from r2_pair import Bench, End

from switchsim.proto import r2
from switchsim.proto.r2.state import Line
from switchsim.units import ms, seconds

ITU = r2.R2Config()


# -- blocking ----------------------------------------------------------------------------------------------------------


def test_the_peer_blocks_and_unblocks() -> None:
    circuit = fresh()
    assert circuit.line(BLOCKED) == [r2.BlockedInd("remote", True)]
    assert circuit.setup("1", "", 10) == [r2.SetupFailed("blocked", True, 41)]
    assert kinds(circuit.line(IDLE)) == ["BlockedInd", "StartTimer"]
    assert circuit.timer("reseize") == [r2.IdleInd()]


def test_who_seizes_has_unblocked() -> None:
    circuit = fresh()
    circuit.line(BLOCKED)
    assert r2.BlockedInd("remote", False) in circuit.line(SEIZED)


def test_blocking_while_idle_is_seen_by_the_peer() -> None:
    made = Bench(ITU)
    made.b.do(made.b.circuit.block(True))
    made.run(ms(100))
    assert made.a.last(r2.BlockedInd) == r2.BlockedInd("remote", True)
    assert made.b.last(r2.BlockedInd) == r2.BlockedInd("local", True)
    assert not made.a.circuit.selectable
    assert not made.b.circuit.selectable
    made.b.do(made.b.circuit.block(False))
    made.run(ms(300))
    assert made.a.circuit.selectable
    assert made.b.circuit.selectable
    assert made.b.kinds() == ["BlockedInd", "BlockedInd", "IdleInd"]


@pytest.mark.parametrize("call", [lambda: outgoing(Line.OUT_ANSWERED), lambda: incoming(Line.IN_ANSWERED)])
def test_blocking_lets_a_call_go_on(call: object) -> None:
    circuit = call()  # type: ignore[operator]
    assert circuit.block(True) == []
    circuit.release(16)
    circuit.line(IDLE)
    assert circuit.state.sent == IDLE, "release guard first"
    assert circuit.timer("reseize") == [r2.SendLine(BLOCKED), r2.BlockedInd("local", True)]
    assert circuit.block(True) == []


def test_blocking_taken_back_before_it_took_effect() -> None:
    circuit = outgoing(Line.OUT_ANSWERED)
    assert circuit.block(True) == circuit.block(False) == []
    circuit.release(16)
    circuit.line(IDLE)
    assert circuit.timer("reseize") == [r2.IdleInd()]


def test_a_seizure_of_a_blocked_circuit_is_not_acknowledged() -> None:
    circuit = fresh()
    circuit.block(True)
    assert kinds(circuit.line(SEIZED)) == ["Violation"]
    assert circuit.state.sent == BLOCKED


# -- the line fails ----------------------------------------------------------------------------------------------------


def test_a_failed_line_is_blocked_while_idle() -> None:
    circuit = fresh()
    assert circuit.line_fault(True) == [r2.BlockedInd("remote", True), r2.SendLine(0b11)]
    assert circuit.line_fault(True) == []
    assert circuit.line(BLOCKED) == [], "what a failed line carries is no signal"
    assert circuit.line(IDLE) == []
    assert not circuit.selectable
    assert kinds(circuit.line_fault(False)) == ["SendLine", "BlockedInd", "StartTimer"]
    circuit.timer("reseize")
    assert circuit.selectable


@pytest.mark.parametrize("phase", [Line.OUT_SEIZED, Line.OUT_REGISTER, Line.OUT_COMPLETE])
def test_a_failed_line_ends_outgoing_calls_in_set_up(phase: Line) -> None:
    circuit = outgoing(phase)
    actions = circuit.line_fault(True)
    end = r2.ReleasedInd(41, False) if phase is Line.OUT_COMPLETE else r2.SetupFailed("blocked", True, 41)
    assert end in actions
    assert r2.SendLine(IDLE) in actions
    circuit.line(IDLE)
    circuit.line_fault(False)
    if phase is not Line.OUT_SEIZED:
        assert circuit.state.line is Line.IDLE


@pytest.mark.parametrize("phase", [Line.IN_REGISTER, Line.IN_COMPLETE])
def test_a_failed_line_ends_incoming_calls_in_set_up(phase: Line) -> None:
    circuit = incoming(phase)
    assert r2.ReleasedInd(41, False) in circuit.line_fault(True)
    assert circuit.state.line is Line.IN_ENDED


@pytest.mark.parametrize("phase", [Line.OUT_ANSWERED, Line.OUT_CLEARED_BACK, Line.IN_ANSWERED, Line.IN_CLEARED_BACK])
def test_an_answered_call_outlives_a_short_failure(phase: Line) -> None:
    circuit = (outgoing if phase.name.startswith("OUT") else incoming)(phase)
    assert circuit.line_fault(True) == [r2.StartTimer("line_fault", ms(2500))]
    assert circuit.line_fault(False)[0] == r2.StopTimer("line_fault")
    assert circuit.state.line is phase
    circuit.line_fault(True)
    actions = circuit.timer("line_fault")
    assert r2.ReleasedInd(41, False) in actions
    assert circuit.state.line in (Line.OUT_RELEASING, Line.IN_ENDED)
    assert circuit.state.sent == (IDLE if phase.name.startswith("OUT") else BLOCKED)


def test_what_changed_during_the_failure_counts_behind_it() -> None:
    circuit = outgoing(Line.OUT_ANSWERED)
    circuit.line_fault(True)
    circuit.line(BLOCKED)
    assert r2.ClearBackInd(True) in circuit.line_fault(False)
    circuit = incoming(Line.IN_ANSWERED)
    circuit.line_fault(True)
    circuit.line(IDLE)
    assert r2.ReleasedInd(16, True) in circuit.line_fault(False)


# -- reset -------------------------------------------------------------------------------------------------------------


def test_reset_of_an_idle_circuit_sends_idle_all_the_same() -> None:
    circuit = fresh()
    assert circuit.reset() == [r2.SendLine(IDLE), r2.StartTimer("reseize", ms(100))]


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("resets", ["a", "b"])
def test_a_reset_ends_the_call_at_both_ends(answered: bool, resets: str) -> None:
    made = Bench(ITU)
    made.b.whole, made.b.answers_after = 3, 0 if answered else -1
    made.a.do(made.a.circuit.setup("123", "", 10))
    made.run(seconds(4))
    end: End = made.a if resets == "a" else made.b
    end.do(end.circuit.reset())
    assert end.last(r2.ReleasedInd) == r2.ReleasedInd(41, False)
    made.run(seconds(5))
    assert made.a.circuit.selectable
    assert made.b.circuit.selectable
    assert end.peer.kinds().count("ReleasedInd") == 1


def test_reset_towards_a_peer_that_blocks() -> None:
    circuit = incoming(Line.IN_ANSWERED)
    circuit.reset()
    circuit.line(BLOCKED)
    assert circuit.state.line is Line.RESETTING
    assert r2.BlockedInd("remote", True) in circuit.timer("reset")
    assert circuit.state.line is Line.IDLE
    assert not circuit.selectable


@pytest.mark.parametrize("late", [False, True])
def test_a_peer_that_blocked_before_the_reset_is_told_to_unblock_and_to_block_again(late: bool) -> None:
    circuit = fresh()
    circuit.line(BLOCKED)
    circuit.reset()
    if late:
        assert kinds(circuit.timer("reset")).count("BlockedInd") == 0, "as it was"
    assert r2.BlockedInd("remote", False) in circuit.line(IDLE)
    assert circuit.timer("reseize") == [r2.IdleInd()]
    assert circuit.line(BLOCKED) == [r2.BlockedInd("remote", True)]


def test_reset_leaves_a_blocked_circuit_blocked() -> None:
    circuit = fresh()
    circuit.block(True)
    assert circuit.reset() == [r2.SendLine(BLOCKED)]
