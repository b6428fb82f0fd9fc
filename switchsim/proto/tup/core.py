"""What every procedure stands on: sending, timers, free circuits, the end of a call and the way back to idle."""

from __future__ import annotations

from switchsim.proto.tup.actions import (
    Action,
    BlockedInd,
    CheckTone,
    IdleInd,
    MaintenanceAlarm,
    ReleasedInd,
    SendMsu,
    SetupFailed,
    StartTimer,
    StopTimer,
    Violation,
)
from switchsim.proto.tup.codec import Message, Value, encode
from switchsim.proto.tup.messages import MessageType
from switchsim.proto.tup.state import BEFORE_BACKWARD, KINDS, Block, Call, Circuit, Circuits, TupConfig, TupState
from switchsim.proto.tup.timers import BIT, BLOCKING, NAMES, timer_values

TEST_CALL = 13
"""Calling party's category of calls that blocking does not stop."""


class Core:
    """One relation's state with its basic acts; `out` collects the actions of the entry under way."""

    __slots__ = ("config", "cycles", "even", "out", "state")

    def __init__(self, state: TupState, config: TupConfig) -> None:
        self.state, self.config = state, config
        self.cycles = timer_values(config.timers)
        self.even = config.own_pc > config.dpc
        self.out: list[Action] = []
        for cic in config.circuits:
            if cic not in state.circuits:
                state.circuits[cic] = Circuit(cic)
                self.refresh(state.circuits[cic])

    # -- sending -----------------------------------------------------------------------------------------------------

    def send(self, cic: int, kind: MessageType, values: dict[str, Value] | None = None) -> None:
        """One message; nothing while the destination is paused: the MTP would discard it."""
        if self.state.available:
            message = Message(cic, kind, values if values is not None else {})
            sls, spare, data = encode(message, self.config.variant)
            self.out.append(SendMsu(sls, data, spare))

    # -- reports -----------------------------------------------------------------------------------------------------

    def violation(self, clause: str, detail: str, cic: int = -1) -> None:
        """The peer's mistake: counted by its clause and told."""
        state = self.state
        state.violations_count += 1
        state.rejects[clause] = state.rejects.get(clause, 0) + 1
        self.out.append(Violation(clause, detail, cic))

    def alarm(self, clause: str, cic: int, detail: str) -> None:
        self.out.append(MaintenanceAlarm(clause, cic, detail))

    # -- timers ------------------------------------------------------------------------------------------------------

    def start(self, circuit: Circuit, name: str) -> None:
        circuit.timers |= BIT[name]
        self.out.append(StartTimer(f"{name}/{circuit.cic}", self.cycles[name]))

    def stop(self, circuit: Circuit, *names: str) -> None:
        for name in names:
            if circuit.timers & BIT[name]:
                circuit.timers &= ~BIT[name]
                self.out.append(StopTimer(f"{name}/{circuit.cic}"))

    def stop_call(self, circuit: Circuit) -> None:
        """Stop every timer but those of blocking, in the order of the table."""
        running = circuit.timers & ~BLOCKING
        while running:
            low = running & -running
            running ^= low
            self.out.append(StopTimer(f"{NAMES[low.bit_length() - 1]}/{circuit.cic}"))
        circuit.timers &= BLOCKING

    # -- circuits ----------------------------------------------------------------------------------------------------

    def controls(self, cic: int) -> bool:
        """Whether this exchange's call goes on when both seize the circuit at once (clause 2)."""
        return (cic % 2 == 0) == self.even

    def refresh(self, circuit: Circuit) -> None:
        """Note whether a circuit may be selected, after its state or blocking changed."""
        free = self.state.free_own if self.controls(circuit.cic) else self.state.free_other
        if circuit.state is not Circuits.IDLE or circuit.local or circuit.remote:
            free.pop(circuit.cic, None)
        elif circuit.cic not in free:
            free[circuit.cic] = True

    def select(self) -> Circuit | None:
        """The circuit for the next call: of ours the one idle longest, else of the peer's the one idle shortest.

        So the two exchanges take from opposite ends, and seldom meet (clause 2).
        """
        if self.state.free_own:
            return self.state.circuits[next(iter(self.state.free_own))]
        if self.state.free_other:
            return self.state.circuits[next(reversed(self.state.free_other))]
        return None

    def enter(self, circuit: Circuit, state: Circuits) -> None:
        """Change the state of a circuit that stays seized, or leaves idle."""
        was_idle = circuit.state is Circuits.IDLE
        circuit.state = state
        if was_idle:
            self.refresh(circuit)

    def seize(self, circuit: Circuit, state: Circuits, call: Call) -> None:
        circuit.call = call
        circuit.backward = circuit.checked = False
        self.enter(circuit, state)

    def tone(self, circuit: Circuit, mode: str) -> None:
        """Set the check tone of a circuit, "" for off."""
        if circuit.tone != mode:
            circuit.tone = mode
            self.out.append(CheckTone(circuit.cic, mode or "off"))

    def set_remote(self, circuit: Circuit, kind: Block, on: bool) -> None:
        """A mark that the peer's blocking leaves; told only when it changes."""
        if bool(circuit.remote & kind) != on:
            circuit.remote ^= kind
            self.refresh(circuit)
            self.out.append(BlockedInd(circuit.cic, "peer", KINDS[kind], on))

    def forget_remote(self, circuit: Circuit) -> None:
        for kind in Block:
            self.set_remote(circuit, kind, False)

    # -- the end of a call -------------------------------------------------------------------------------------------

    def end_call(self, circuit: Circuit, cause: int, by_peer: bool, reason: str = "") -> None:
        """Whatever call there is ends here, with its one indication; the caller says what becomes of the circuit.

        With a `reason`, a call of ours that has had no backward message is to be tried again elsewhere.
        """
        self.stop_call(circuit)
        self.tone(circuit, "")
        call, circuit.call = circuit.call, None
        if call is None or circuit.state is Circuits.IN_CHECK:
            return
        if reason and circuit.state in BEFORE_BACKWARD and not circuit.backward:
            self.out.append(SetupFailed(circuit.cic, reason, True))
        else:
            self.out.append(ReleasedInd(circuit.cic, cause, by_peer))

    def idle(self, circuit: Circuit) -> None:
        """Back to idle; the indications of the call have been given."""
        self.stop_call(circuit)
        self.tone(circuit, "")
        circuit.state = Circuits.IDLE
        circuit.backward = circuit.checked = False
        circuit.failed_checks_count = 0
        self.refresh(circuit)
        self.out.append(IdleInd(circuit.cic))

    def clear_forward(self, circuit: Circuit) -> None:
        """CLF, repeated until RLG; the call has ended before."""
        circuit.state = Circuits.OUT_RELEASING
        self.send(circuit.cic, MessageType.CLF)
        self.start(circuit, "t6")
        self.start(circuit, "t7")

    def start_reset(self, circuit: Circuit) -> None:
        """RSC, repeated until it is acknowledged; the call has ended before."""
        self.stop_call(circuit)
        self.forget_remote(circuit)
        self.enter(circuit, Circuits.RESETTING)
        self.send(circuit.cic, MessageType.RSC)
        self.start(circuit, "t18")
        self.start(circuit, "t19")
