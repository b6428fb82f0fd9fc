"""Circuits in a phase of a call, brought there by hand."""

from __future__ import annotations

from collections.abc import Sequence

from switchsim.proto import r2
from switchsim.proto.r2.actions import Action
from switchsim.proto.r2.state import Line

IDLE, BLOCKED, SEIZED, ANSWERED = 0b10, 0b11, 0b00, 0b01
OUT_PHASES = (Line.OUT_SEIZED, Line.OUT_REGISTER, Line.OUT_COMPLETE, Line.OUT_ANSWERED, Line.OUT_CLEARED_BACK)
IN_PHASES = (Line.IN_REGISTER, Line.IN_COMPLETE, Line.IN_ANSWERED, Line.IN_CLEARED_BACK, Line.IN_ENDED)


DEFAULT = r2.R2Config()


def fresh(config: r2.R2Config = DEFAULT) -> r2.Circuit:
    return r2.Circuit(config, r2.new_state())


def outgoing(phase: Line) -> r2.Circuit:
    """An outgoing call in a phase, by hand: digit 1, A3, category, B6."""
    circuit = fresh()
    circuit.setup("1", "", 10)
    if phase is Line.OUT_SEIZED:
        return circuit
    circuit.line(BLOCKED)
    circuit.register_ready()
    if phase is Line.OUT_REGISTER:
        return circuit
    for signal in (3, 6):
        circuit.tone_on(signal)
        circuit.tone_off()
    if phase is not Line.OUT_COMPLETE:
        circuit.line(ANSWERED)
    if phase is Line.OUT_CLEARED_BACK:
        circuit.line(BLOCKED)
    assert circuit.state.line is phase
    return circuit


def incoming(phase: Line) -> r2.Circuit:
    """An incoming call in a phase, by hand: digit 1, category, B6."""
    circuit = fresh(r2.R2Config(ask_calling=False))
    circuit.line(SEIZED)
    circuit.register_ready()
    if phase is Line.IN_REGISTER:
        return circuit
    circuit.tone_on(1)
    circuit.complete()
    circuit.tone_off()
    circuit.tone_on(1)
    circuit.accept()
    circuit.tone_off()
    if phase is not Line.IN_COMPLETE:
        circuit.answer()
    if phase is Line.IN_CLEARED_BACK:
        circuit.clear_back(True)
    if phase is Line.IN_ENDED:
        circuit.release(16)
    assert circuit.state.line is phase
    return circuit


def kinds(actions: Sequence[Action]) -> list[str]:
    return [type(action).__name__ for action in actions]
