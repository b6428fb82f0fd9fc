"""Every event in every state: nothing raises, what is sent stays in order, and the circuit finds back to idle."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

import msgspec
import pytest
from r2_by_hand import IN_PHASES, OUT_PHASES, incoming, outgoing

from switchsim.proto import r2
from switchsim.proto.r2.actions import Action
from switchsim.proto.r2.state import Line, Sending, Stage
from switchsim.proto.r2.timers import BIT, TIMERS

CONFIGS = (
    r2.R2Config(), r2.R2Config(variant="china"), r2.R2Config(calling_first=True), r2.R2Config(ask_calling=False),
    r2.R2Config(variant="china", calling_first=True, calling_digits=3, both_way=False),
)  # fmt: skip

EVENTS: dict[str, Callable[[r2.Circuit], Sequence[Action]]] = {
    **{f"line {ab:02b}": lambda c, ab=ab: c.line(ab) for ab in range(4)},
    **{f"tone {signal}": lambda c, signal=signal: c.tone_on(signal) for signal in range(17)},
    **{f"timer {name}": lambda c, name=name: c.timer(name) for name in (*TIMERS, "recognise")},
    **{f"release {cause}": lambda c, cause=cause: c.release(cause) for cause in (1, 16, 17, 42)},
    "silence": lambda c: c.tone_off(), "ready": lambda c: c.register_ready(), "none": lambda c: c.register_none(),
    "pulse sent": lambda c: c.pulse_sent(),
    "fault": lambda c: c.line_fault(True), "whole": lambda c: c.line_fault(False),
    "setup": lambda c: c.setup("12", "3", 10), "more": lambda c: c.more(), "complete": lambda c: c.complete(),
    "refuse": lambda c: c.refuse(1), "accept": lambda c: c.accept(), "answer": lambda c: c.answer(),
    "hang up": lambda c: c.clear_back(True), "come back": lambda c: c.clear_back(False),
    "block": lambda c: c.block(True), "unblock": lambda c: c.block(False), "reset": lambda c: c.reset(),
}  # fmt: skip


class Owner:
    """Carries actions out, as far as it takes to see that they are in order."""

    def __init__(self, config: r2.R2Config) -> None:
        self.circuit = r2.Circuit(config, r2.new_state())
        self.tone, self.pulse = 0, 0
        self.register = False  # asked for
        self.timers: set[str] = set()
        self.calls = 0  # that are owed an end

    def do(self, event: str) -> None:
        actions = EVENTS[event](self.circuit)
        if event.startswith("timer"):
            self.timers.discard(event.removeprefix("timer "))
        if event == "pulse sent":
            self.pulse = 0
        if event == "setup":
            self.calls += 0 if any(isinstance(action, r2.SetupFailed) for action in actions) else 1
            actions = [action for action in actions if not isinstance(action, r2.SetupFailed)]
        for action in actions:
            self.check(action)
        state = self.circuit.state
        assert {name for name in TIMERS if state.timers & BIT[name]} == self.timers
        assert bool(self.calls) == state.call

    def check(self, action: Action) -> None:
        match action:
            case r2.StartTimer(name, cycles):
                assert cycles > 0
                self.timers.add(name)
            case r2.StopTimer(name):
                assert name in self.timers, "only what runs is stopped"
                self.timers.remove(name)
            case r2.SeizeRegister():
                assert not self.register
                self.register = True
            case r2.FreeRegister():
                assert self.register
                assert not self.tone
                self.register, self.pulse = False, 0
            case r2.SendTone(signal):
                assert 1 <= signal <= 15
                assert not self.tone
                assert not self.pulse
                assert self.register
                self.tone = signal
            case r2.StopTone():
                assert self.tone or self.pulse
                self.tone = self.pulse = 0
            case r2.PulseTone(signal):
                assert not self.tone
                assert not self.pulse
                self.pulse = signal
            case r2.SeizedInd():
                self.calls += 1
            case r2.ReleasedInd() | r2.SetupFailed():
                self.calls -= 1
            case _:
                assert msgspec.msgpack.encode(action)
        assert 0 <= self.calls <= 1, "a call has one beginning and one end"

    def find_back(self) -> None:
        """A peer that goes idle and timers that expire lead back to idle, from wherever it is."""
        for event in ("unblock", "silence", "whole", "line 00", "line 10", "pulse sent"):
            self.do(event)
        for _ in range(12):
            for name in sorted(self.timers):
                self.do(f"timer {name}")
        state = self.circuit.state
        assert state.line in (Line.IDLE, Line.OUT_NO_ACK)
        assert not self.calls
        assert not self.timers
        assert not self.register
        if state.line is Line.OUT_NO_ACK:
            self.do("reset")
            self.do("timer reseize")
        assert self.circuit.selectable


_PULSE = ["line 00", "ready", "tone 1", "more", "silence", "complete", "timer pulse_gap"]
_COMPLETE = [*_PULSE, "pulse sent", "tone 3", "accept", "silence"]
_ANSWERED = [*_PULSE, "pulse sent", "tone 3", "accept", "answer", "silence"]
PATHS = {
    "idle": [], "blocked": ["block"], "remote blocked": ["line 11"], "01 in idle": ["line 01"], "fault": ["fault"],
    "resting": ["line 00", "line 10"], "seized": ["setup"], "abandoned": ["setup", "release 16"],
    "collision": ["setup", "line 00"], "no ack": ["setup", "timer seize_ack"],
    "late ack": ["setup", "timer seize_ack", "line 11"], "register late": ["setup", "line 11"],
    "digit": ["setup", "ready", "line 11"], "backward on": ["setup", "ready", "line 11", "tone 1"],
    "calling 5": ["setup", "ready", "line 11", "tone 5", "silence"],
    "calling 6": ["setup", "ready", "line 11", "tone 6", "silence"],
    "all sent": ["setup", "ready", "line 11", *["tone 1", "silence"] * 3],
    "pulse heard": ["setup", "ready", "line 11", *["tone 1", "silence"] * 3, "tone 3"],
    "group II": ["setup", "ready", "line 11", "tone 3", "silence"],
    "free": ["setup", "ready", "line 11", "tone 3", "silence", "tone 1"],
    "complete": ["setup", "ready", "line 11", "tone 3", "silence", "tone 1", "silence"],
    "complete 6": ["setup", "ready", "line 11", "tone 3", "silence", "tone 6", "silence"],
    "answered": ["setup", "ready", "line 11", "tone 3", "silence", "tone 6", "silence", "line 01"],
    "cleared back": ["setup", "ready", "line 11", "tone 3", "silence", "tone 6", "silence", "line 01", "line 11"],
    "doubt": ["setup", "ready", "line 11", "line 10"],
    "releasing": ["setup", "line 11", "release 16"],
    "in late": ["line 00"], "in first": ["line 00", "ready"], "in verdict": ["line 00", "ready", "tone 1"],
    "in more": ["line 00", "ready", "tone 1", "more"], "in next": ["line 00", "ready", "tone 1", "more", "silence"],
    "in lost": ["line 00", "ready", "tone 1", "silence"],
    "in pending": ["line 00", "ready", "tone 1", "silence", "more"],
    "in category": ["line 00", "ready", "tone 1", "complete", "silence"],
    "in calling": ["line 00", "ready", "tone 1", "complete", "silence", "tone 1", "silence"],
    "in group II": ["line 00", "ready", "tone 1", "complete", "silence", "tone 1", "silence", "tone 15", "silence"],
    "in offered": ["line 00", "ready", "tone 1", "complete", *["silence", "tone 1"] * 5, "silence", "tone 15",
                   "silence", "tone 3"],
    "in gap": ["line 00", "ready", "tone 1", "more", "silence", "complete"],
    "in pulse": _PULSE, "in pulse sent": [*_PULSE, "pulse sent"],
    "in offered by pulse": [*_PULSE, "pulse sent", "tone 3"], "in last": [*_PULSE, "pulse sent", "tone 3", "accept"],
    "in complete": _COMPLETE, "in answered": _ANSWERED,
    "in refused": ["line 00", "ready", "tone 1", "more", "release 1"],
    "in congestion": ["line 00", "ready", "tone 1", "release 42"],
    "in ended": ["line 00", "release 16"],
}  # fmt: skip
PATHS |= {
    "in cleared back": [*_ANSWERED, "hang up"], "in doubt": [*_COMPLETE, "line 11"],
    "in fault": [*_ANSWERED, "fault"], "out fault": [*PATHS["answered"], "fault"],
    "resetting": [*_ANSWERED, "reset"], "resetting out": [*PATHS["answered"], "reset"],
}  # fmt: skip


def brought(path: list[str], config: r2.R2Config) -> Owner:
    owner = Owner(config)
    for event in path:
        owner.do(event)
    return owner


def test_the_paths_reach_every_state() -> None:
    states = [brought(path, config).circuit.state for path in PATHS.values() for config in CONFIGS]
    assert {state.line for state in states} == set(Line)
    assert {state.sending for state in states} == set(Sending)
    assert {state.stage for state in states} == set(Stage)


@pytest.mark.parametrize("config", CONFIGS, ids=range(len(CONFIGS)))
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_every_event_in_every_state(path: list[str], config: r2.R2Config) -> None:
    for event in EVENTS:
        owner = brought(path, config)
        owner.do(event)
        owner.find_back()


def draws(seed: int) -> Iterator[int]:
    """Numbers without end, 0..2^31-1."""
    for _ in itertools.count():
        seed = (seed * 1_103_515_245 + 12_345) & 0x7FFFFFFF
        yield seed >> 8


@pytest.mark.parametrize("seed", range(40))
def test_walks(seed: int) -> None:
    names, numbers = list(EVENTS), draws(seed)
    owner = Owner(CONFIGS[seed % len(CONFIGS)])
    for _ in range(12):
        for _ in range(60):
            owner.do(names[next(numbers) % len(names)])
        owner.find_back()


@pytest.mark.parametrize("config", CONFIGS, ids=range(len(CONFIGS)))
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_snapshot_goes_on_as_the_original(path: list[str], config: r2.R2Config) -> None:
    for event in EVENTS:
        circuit = brought(path, config).circuit
        copy = msgspec.msgpack.decode(msgspec.msgpack.encode(circuit.state), type=r2.R2State)
        assert copy == circuit.state
        assert EVENTS[event](r2.Circuit(config, copy)) == EVENTS[event](circuit)
        assert copy == circuit.state


# -- standby -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", [*OUT_PHASES, *IN_PHASES])
def test_answered_calls_go_on_with_another_processor(phase: Line) -> None:
    circuit = (outgoing if phase in OUT_PHASES else incoming)(phase)
    exported = r2.export_call(circuit.state)
    adopted = r2.Circuit(circuit.config, r2.adopt_call(circuit.config, exported))
    if phase not in (Line.OUT_ANSWERED, Line.OUT_CLEARED_BACK, Line.IN_ANSWERED, Line.IN_CLEARED_BACK):
        assert exported == b""
        assert adopted.state.line is Line.RESETTING
        assert r2.SendLine(0b10) in adopted.reset()
        return
    assert (adopted.state.line, adopted.state.sent, adopted.state.received) == (
        phase, circuit.state.sent, circuit.state.received)  # fmt: skip
    supervised = [r2.StartTimer("clear_back", TIMERS["clear_back"][1])] if phase is Line.OUT_CLEARED_BACK else []
    assert adopted.adopted() == supervised
    for event in ("hang up", "come back", "line 10", "timer reseize", "line 11", "line 01", "release 16"):
        assert EVENTS[event](adopted) == EVENTS[event](circuit)


def test_a_call_in_clear_back_ends_in_time_on_another_processor_as_well() -> None:
    circuit = outgoing(Line.OUT_CLEARED_BACK)
    adopted = r2.Circuit(circuit.config, r2.adopt_call(circuit.config, r2.export_call(circuit.state)))
    adopted.adopted()
    assert r2.ReleasedInd(16, False) in adopted.timer("clear_back")


@pytest.mark.parametrize("exported", [b"", b"\x00", b"nonsense", r2.export_call(r2.new_state())])
def test_nothing_of_use_is_a_circuit_to_reset(exported: bytes) -> None:
    state = r2.adopt_call(r2.R2Config(), exported)
    circuit = r2.Circuit(r2.R2Config(), state)
    assert not circuit.selectable
    circuit.reset()
    circuit.timer("reseize")
    assert circuit.selectable
