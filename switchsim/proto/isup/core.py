"""What every procedure stands on: sending, timers, the end of a call, the way of a circuit back to idle."""

from __future__ import annotations

from typing import Any, Final

from switchsim.proto.isup import parameters as p
from switchsim.proto.isup.actions import (
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
from switchsim.proto.isup.codec import Message, encode
from switchsim.proto.isup.messages import MessageType
from switchsim.proto.isup.parameters import Parameter
from switchsim.proto.isup.state import BEFORE_BACKWARD, CALL_STATES, Circuit, Cpc, IsupConfig, IsupState
from switchsim.proto.isup.timers import LONG_OF, timer_values
from switchsim.proto.isup.values_more import Cause

Parameters = list[tuple[int, bytes]]

_BLOCKING_TIMERS: Final = 1 << 12 | 1 << 13 | 1 << 14 | 1 << 15
_CALL_TIMERS: Final = ~_BLOCKING_TIMERS

TEST_CALL: Final = 13
"""Calling party's category of calls that blocking does not stop (2.8.2)."""
NORMAL_UNSPECIFIED: Final = 31
TEMPORARY_FAILURE: Final = 41
TIMER_EXPIRY: Final = 102


class Core:
    """One relation's state with its basic acts; `out` collects the actions of the entry under way."""

    __slots__ = ("circuits", "config", "cycles", "notice", "octets", "other", "out", "own", "state", "trace")

    def __init__(self, state: IsupState, config: IsupConfig) -> None:
        self.state, self.config = state, config
        self.cycles = timer_values(config.timers)
        for cic in config.circuits:
            state.circuits.setdefault(cic, Circuit(cic))
        self.circuits = state.circuits
        even = config.own_pc > config.dpc
        self.own = [cic for cic in config.circuits if (cic % 2 == 0) == even]
        self.other = [cic for cic in config.circuits if (cic % 2 == 0) != even]
        self.out: list[Action] = []
        self.octets = b""  # the message being received
        self.notice = b""  # cause indicators that its RLC is to carry (2.9.5.3)
        self.trace: list[tuple[str, int, int | str]] | None = None

    # -- sending -----------------------------------------------------------------------------------------------------

    def send(self, cic: int, kind: MessageType, parameters: Parameters | None = None) -> None:
        """One message; nothing while the destination is paused: the MTP would discard it (2.14)."""
        if self.state.available:
            self.out.append(SendMsu(cic & 15, encode(Message(cic, kind, parameters if parameters is not None else []))))

    def send_complete(self, cic: int) -> None:
        """RLC, with the cause that a flawed REL has earned."""
        self.send(cic, MessageType.RLC, [(p.CAUSE.code, self.notice)] if self.notice else None)

    def cause(self, value: int, diagnostic: bytes = b"") -> bytes:
        return p.CAUSE.write(Cause(value, self.config.location, diagnostic=diagnostic))

    # -- reports -----------------------------------------------------------------------------------------------------

    def violation(self, clause: str, detail: str, cic: int = -1) -> None:
        """The peer's mistake: counted by its clause and told."""
        state = self.state
        state.violations_count += 1
        state.rejects[clause] = state.rejects.get(clause, 0) + 1
        self.out.append(Violation(clause, detail, cic))

    def alarm(self, clause: str, cic: int, detail: str) -> None:
        self.out.append(MaintenanceAlarm(clause, cic, detail))

    def note(self, box: str, state: int, event: int | str) -> None:
        """Record a (state, event) pair of one of the boxes beside call processing."""
        if self.trace is not None:
            self.trace.append((box, state, event))

    # -- timers ------------------------------------------------------------------------------------------------------

    def start(self, circuit: Circuit, number: int) -> None:
        circuit.timers |= 1 << number
        self.out.append(StartTimer(f"t{number}/{circuit.cic}", self.cycles[number]))

    def start_pair(self, circuit: Circuit, number: int) -> None:
        """A repetition timer with the one that tells maintenance: T1 with T5, T12 with T13 and so on."""
        self.start(circuit, number)
        self.start(circuit, LONG_OF[number])

    def stop(self, circuit: Circuit, number: int) -> None:
        if circuit.timers >> number & 1:
            circuit.timers &= ~(1 << number)
            self.out.append(StopTimer(f"t{number}/{circuit.cic}"))

    def stop_pair(self, circuit: Circuit, number: int) -> None:
        self.stop(circuit, number)
        self.stop(circuit, LONG_OF[number])

    def stop_call(self, circuit: Circuit) -> None:
        """Stop every timer but those of blocking, lowest number first."""
        running = circuit.timers & _CALL_TIMERS
        while running:
            low = running & -running
            running ^= low
            self.out.append(StopTimer(f"t{low.bit_length() - 1}/{circuit.cic}"))
        circuit.timers &= _BLOCKING_TIMERS

    # -- the end of a call -------------------------------------------------------------------------------------------

    def tone(self, circuit: Circuit, mode: str) -> None:
        """Set the check tone of a circuit, "" for off."""
        if circuit.tone != mode:
            circuit.tone = mode
            self.out.append(CheckTone(circuit.cic, mode or "off"))

    def end_call(self, circuit: Circuit, cause: int, by_peer: bool, reason: str = "") -> None:
        """Whatever call there is ends here, with its one indication; the caller says what becomes of the circuit.

        With a `reason`, a call of ours that has had no backward message is to be tried again elsewhere (2.8.1).
        """
        state = circuit.cpc
        self.stop_call(circuit)
        if circuit.tone:
            self.tone(circuit, "")
        if reason and state in BEFORE_BACKWARD:
            self.out.append(SetupFailed(circuit.cic, reason, True))
        elif state in CALL_STATES and not (state >= Cpc.I_CHECK and circuit.held):
            self.out.append(ReleasedInd(circuit.cic, cause, by_peer))
        circuit.held = circuit.segment = b""

    def idle(self, circuit: Circuit) -> None:
        """Back to idle; the indications of the call have been given."""
        self.forget_call(circuit)
        self.out.append(IdleInd(circuit.cic))

    def forget_call(self, circuit: Circuit) -> None:
        """Nothing of a call is left that has ended; whoever follows begins anew."""
        circuit.cpc = Cpc.IDLE
        circuit.suspended = 0
        circuit.digits = ""
        circuit.complete = circuit.checked = circuit.recheck = circuit.alarmed = False
        circuit.calling = circuit.cause = b""
        circuit.category = 10
        circuit.group = 0

    def release(self, circuit: Circuit, cause: int, location: int = -1, diagnostic: bytes = b"") -> None:
        """REL with T1 and T5; the call has ended before (2.3)."""
        where = self.config.location if location < 0 else location
        circuit.cause = p.CAUSE.write(Cause(cause, where, diagnostic=diagnostic))
        circuit.cpc = Cpc.WAIT_RLC
        self.send_release(circuit)
        self.start_pair(circuit, 1)

    def send_release(self, circuit: Circuit) -> None:
        parameters = [(p.CAUSE.code, circuit.cause)]
        if self.state.own_level:
            parameters.append((p.CONGESTION_LEVEL.code, bytes((self.state.own_level,))))
        self.send(circuit.cic, MessageType.REL, parameters)

    # -- marks of the peer's blocking --------------------------------------------------------------------------------

    def remote_block(self, circuit: Circuit, hardware: bool, on: bool) -> None:
        """Set or remove a mark that the peer's blocking left (BLR, MGBR, HRB); told only when it changes."""
        if hardware:
            changed = circuit.hard_remote != on
            circuit.hard_remote = on
        else:
            changed = circuit.maint_remote != on
            circuit.maint_remote = on
        if changed:
            self.out.append(BlockedInd(circuit.cic, "peer", "hardware" if hardware else "maintenance", on))

    def forget_remote(self, circuit: Circuit) -> None:
        """A reset, either way, removes both marks (2.9.3)."""
        if circuit.maint_remote:
            self.remote_block(circuit, False, False)
        if circuit.hard_remote:
            self.remote_block(circuit, True, False)


def contents(message: Message, parameter: Parameter[Any]) -> bytes:
    """The octets of a parameter, b"" where it is missing."""
    code = parameter.code
    for found, octets in message.parameters:
        if found == code:
            return octets
    return b""


def cause_of(message: Message) -> int:
    """The cause value of a message, 31 (normal, unspecified) when it has none that can be read."""
    value = message.value(p.CAUSE)
    return value.value if value is not None and value.value else NORMAL_UNSPECIFIED
