"""What every procedure stands on: line bits, tones, timers, registers, the end of a call and the way back to idle."""

from __future__ import annotations

from switchsim.proto.r2.actions import (
    Action,
    BlockedInd,
    FreeRegister,
    IdleInd,
    MaintenanceAlarm,
    Reason,
    ReleasedInd,
    SeizeRegister,
    SendLine,
    SendTone,
    SetupFailed,
    StartTimer,
    StopTimer,
    StopTone,
    Violation,
)
from switchsim.proto.r2.codes import NORMAL
from switchsim.proto.r2.state import (
    BLOCKED,
    IDLE,
    Line,
    R2Config,
    R2State,
    Sending,
    Stage,
)
from switchsim.proto.r2.timers import BIT, NAMES, timer_values


class Core:
    """One circuit's state with its basic acts; `out` collects the actions of the entry under way."""

    __slots__ = ("china", "config", "cycles", "out", "state")

    def __init__(self, config: R2Config, state: R2State) -> None:
        self.config, self.state = config, state
        self.china = config.variant == "china"
        self.cycles = timer_values(config.timers)
        self.out: list[Action] = []

    # -- reports -------------------------------------------------------------------------------------------------------

    def violation(self, clause: str, detail: str) -> None:
        """The peer's mistake: counted by its clause and told."""
        state = self.state
        state.violations_count += 1
        state.rejects[clause] = state.rejects.get(clause, 0) + 1
        self.out.append(Violation(clause, detail))

    def alarm(self, clause: str, detail: str) -> None:
        self.out.append(MaintenanceAlarm(clause, detail))

    # -- timers --------------------------------------------------------------------------------------------------------

    def start(self, name: str) -> None:
        self.state.timers |= BIT[name]
        self.out.append(StartTimer(name, self.cycles[name]))

    def stop(self, *names: str) -> None:
        for name in names:
            if self.state.timers & BIT[name]:
                self.state.timers &= ~BIT[name]
                self.out.append(StopTimer(name))

    def runs(self, name: str) -> bool:
        return bool(self.state.timers & BIT[name])

    # -- the line ------------------------------------------------------------------------------------------------------

    def send(self, ab: int) -> None:
        """Put bits on the line; nothing when they are there already."""
        if self.state.sent != ab:
            self.state.sent = ab
            self.out.append(SendLine(ab))

    @property
    def selectable(self) -> bool:
        state = self.state
        return (state.line is Line.IDLE and state.received == IDLE and not state.fault and not state.local
                and not self.runs("reseize"))  # fmt: skip

    # -- tones and registers -------------------------------------------------------------------------------------------

    def tone(self, signal: int) -> None:
        self.out.append(SendTone(signal) if signal else StopTone())

    def seize_register(self, outgoing: bool) -> None:
        self.state.wanted, self.state.ready = True, False
        self.out.append(SeizeRegister("outgoing" if outgoing else "incoming"))

    def free_register(self) -> None:
        """Silence what is being sent, and give the register back; nothing without one."""
        state = self.state
        pulsing = state.pulse if not self.runs("pulse_gap") else 0
        sends = state.forward if state.sending is not Sending.NONE else state.backward or pulsing
        self.stop("forward", "between", "incoming", "back_cycle", "pulse_gap")
        if sends and state.ready:
            self.tone(0)
        if state.wanted:
            self.out.append(FreeRegister())
        state.wanted = state.ready = False
        state.sending, state.stage = Sending.NONE, Stage.NONE
        state.forward = state.backward = state.pulse = state.pending = state.lost = 0

    # -- the end of a call ---------------------------------------------------------------------------------------------

    def end_call(self, cause: int, by_peer: bool) -> None:
        """Whatever call there is ends here, with its one indication; the caller says what becomes of the line."""
        if self.state.call:
            self.state.call = False
            self.out.append(ReleasedInd(cause, by_peer))

    def fail(self, reason: Reason, try_again: bool, cause: int) -> None:
        """An outgoing call ends that may not have got as far as an address complete signal; the line is cleared."""
        if self.state.line in (Line.OUT_SEIZED, Line.OUT_REGISTER):
            self.end_attempt(reason, try_again, cause)
        else:
            self.end_call(cause, reason == "refused")
        self.clear_forward()

    def end_attempt(self, reason: Reason, try_again: bool, cause: int) -> None:
        """An outgoing call ends before an address complete signal; nothing when it has ended already."""
        if self.state.call:
            self.state.call = False
            self.out.append(SetupFailed(reason, try_again, cause))

    def clear_forward(self) -> None:
        """Send clear-forward, or wait with it until the seizure is acknowledged (Q.422 3.2.3.2)."""
        state = self.state
        self.free_register()
        self.stop("answer", "clear_back", "fault", "line_fault")
        if state.line in (Line.OUT_SEIZED, Line.OUT_ABANDONED) and not state.fault and self.runs("seize_ack"):
            state.line = Line.OUT_ABANDONED
            return
        self.stop("seize_ack", "guard")
        self.send(IDLE)
        if state.received == IDLE and not state.fault:
            self.settle()
        else:
            state.line = Line.OUT_RELEASING
            self.start("release")

    def end_incoming(self, cause: int, by_peer: bool) -> None:
        """The peer's call is over, and clear-forward has yet to come: nothing of it is heard any more."""
        self.free_register()
        self.stop("fault", "line_fault")
        self.end_call(cause, by_peer)
        self.state.line = Line.IN_ENDED
        self.start("release")

    def settle(self) -> None:
        """Idle both ways: the circuit rests a while before it may carry a call of ours (Q.422 3.2.7.1)."""
        state = self.state
        self.free_register()
        self.stop(*(name for name in NAMES if name != "reseize"))
        self.end_call(NORMAL, True)
        state.line = Line.IDLE
        self.send(IDLE)
        self.start("reseize")

    def rested(self) -> None:
        """The pause after a call is over: blocking that waited for it takes effect now."""
        if self.state.line is Line.IDLE and self.state.local:
            self.state.line = Line.BLOCKED
            self.send(BLOCKED)
            self.out.append(BlockedInd("local", True))
        elif self.selectable:
            self.out.append(IdleInd())

    def set_remote(self, on: bool) -> None:
        """The peer's blocking, told when it changes."""
        if self.state.remote != on:
            self.state.remote = on
            self.out.append(BlockedInd("remote", on))
