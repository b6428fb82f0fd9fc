"""One R2 circuit: what comes in, what calls ask for, and the circuit's own upkeep, over one `R2State`."""

from __future__ import annotations

from collections.abc import Sequence

from switchsim.proto.r2 import line, register_incoming, register_outgoing
from switchsim.proto.r2.actions import Action, BlockedInd, SendLine, SetupFailed
from switchsim.proto.r2.codes import CONGESTION, NORMAL, SIGNALS, TEMPORARY_FAILURE, sendable
from switchsim.proto.r2.core import Core
from switchsim.proto.r2.state import BLOCKED, IDLE, IN_CALL, OUT_CALL, SEIZED, Line, R2Config, R2State, Sending
from switchsim.proto.r2.timers import BIT


class Circuit:
    """A circuit in its surroundings; every method returns its actions, in order.

    Nothing that the peer does raises. A request that the state does not allow changes nothing and returns no action:
    the peer may have cleared in the same instant. `setup` alone answers with `SetupFailed`.
    """

    __slots__ = ("_core", "config", "state")

    def __init__(self, config: R2Config, state: R2State) -> None:
        self.config, self.state = config, state
        self._core = Core(config, state)

    def _begin(self) -> list[Action]:
        out: list[Action] = []
        self._core.out = out
        return out

    # -- what comes in -------------------------------------------------------------------------------------------------

    def line(self, ab: int) -> Sequence[Action]:
        """A recognised change of the line bits: a in bit 1, b in bit 0; higher bits are masked."""
        out = self._begin()
        state, ab = self.state, ab & 0b11
        if ab == state.received:
            return out
        state.received = ab
        if not state.fault:
            line.LINE[state.line, ab](self._core)
        return out

    def line_fault(self, on: bool) -> Sequence[Action]:
        """The line lost alignment or carries AIS, or is whole again; meanwhile it is received as 11 (Q.422)."""
        out = self._begin()
        if on != self.state.fault:
            (line.fault_begins if on else line.fault_ends)(self._core)
        return out

    def tone_on(self, signal: int) -> Sequence[Action]:
        """A register signal is heard, 1..15."""
        out = self._begin()
        if signal not in SIGNALS:
            self._core.violation("4.2", f"register signal {signal}")
        elif self.state.sending is not Sending.NONE:
            register_outgoing.tone_on(self._core, signal)
        else:
            register_incoming.tone_on(self._core, signal)
        return out

    def tone_off(self) -> Sequence[Action]:
        """The register signal has gone."""
        out = self._begin()
        if self.state.sending is not Sending.NONE:
            register_outgoing.tone_off(self._core)
        else:
            register_incoming.tone_off(self._core)
        return out

    def register_ready(self) -> Sequence[Action]:
        """The multifrequency unit asked for is connected."""
        out = self._begin()
        state = self.state
        if state.wanted and not state.ready:
            state.ready = True
            register_outgoing.begin(self._core)
            register_incoming.ready(self._core)
        return out

    def register_none(self) -> Sequence[Action]:
        """No multifrequency unit is free, and none is to be expected; or the one that is connected has failed."""
        out = self._begin()
        state = self.state
        if state.wanted:
            cause = TEMPORARY_FAILURE if state.ready else CONGESTION
            if state.sending is not Sending.NONE:
                self._core.fail("no_register", state.ready, cause)
            else:  # nothing can be sent without one: the caller's time-out ends the call
                self._core.end_incoming(state.refusal or cause, False)
        return out

    def pulse_sent(self) -> Sequence[Action]:
        """The pulse that was asked for is over."""
        out = self._begin()
        register_incoming.pulse_sent(self._core)
        return out

    def timer(self, name: str) -> Sequence[Action]:
        """A timer expired; one that does not run changes nothing."""
        out = self._begin()
        if self.state.timers & BIT.get(name, 0):
            self.state.timers &= ~BIT[name]
            line.TIMERS[name](self._core)
        return out

    # -- outgoing calls ------------------------------------------------------------------------------------------------

    def setup(self, called: str, calling: str, category: int) -> Sequence[Action]:
        """Seize the circuit for a call; `SetupFailed` when it is not selectable.

        `category` as ISUP numbers it, 10 ordinary. Raises ValueError for numbers that are not `sendable`; none in
        `calling` is not told.
        """
        out = self._begin()
        if not sendable(called) or not sendable(calling or "0"):
            raise ValueError(f"called {called!r}, calling {calling!r}: digits 0..9 expected, at least one called")
        state, core = self.state, self._core
        if not core.selectable:
            blocked = state.line in (Line.IDLE, Line.BLOCKED) and (state.local or state.remote or state.fault)
            out.append(SetupFailed("blocked" if blocked else "collision", True, TEMPORARY_FAILURE))
            return out
        state.called, state.calling, state.category = called, calling, category
        state.line, state.sending, state.call = Line.OUT_SEIZED, Sending.WAITING, True
        state.asked = state.answered = False
        state.kd = 0
        core.send(SEIZED)
        core.start("seize_ack")
        core.seize_register(outgoing=True)
        return out

    # -- incoming calls ------------------------------------------------------------------------------------------------

    def more(self) -> Sequence[Action]:
        """Verdict on `DigitInd`: the number needs more digits."""
        out = self._begin()
        register_incoming.more(self._core)
        return out

    def complete(self) -> Sequence[Action]:
        """Verdict on `DigitInd`, at once or while the next digit is awaited: the number is complete."""
        out = self._begin()
        register_incoming.complete(self._core)
        return out

    def refuse(self, cause: int) -> Sequence[Action]:
        """Verdict on `DigitInd`: the number leads nowhere, for a cause of Q.850. The call is over."""
        return self.release(cause) if self.state.line is Line.IN_REGISTER else self._begin()

    def accept(self, free: bool = True, charge: bool = True) -> Sequence[Action]:
        """Answer to `SetupInd`: the called party's line is free. `free` False: not known, told as free too."""
        out = self._begin()
        register_incoming.accept(self._core, charge)
        return out

    def answer(self) -> Sequence[Action]:
        """The called party answers, or is back after `clear_back`; `accept` goes before it if need be."""
        out = self._begin()
        state = self.state
        if state.line is Line.IN_REGISTER:
            register_incoming.accept(self._core, True)
            state.answered = state.accepted
        elif state.line in (Line.IN_COMPLETE, Line.IN_CLEARED_BACK):
            register_incoming.answer(self._core)
        return out

    def clear_back(self, on: bool) -> Sequence[Action]:
        """The called party hangs up, or is back before the calling side has cleared."""
        if not on:
            return self.answer() if self.state.line is Line.IN_CLEARED_BACK else self._begin()
        out = self._begin()
        state = self.state
        if state.line is Line.IN_ANSWERED:
            state.line = Line.IN_CLEARED_BACK
            self._core.send(BLOCKED)
            if state.received != SEIZED:
                line.fault_after_clear_back(self._core)
        return out

    # -- both ----------------------------------------------------------------------------------------------------------

    def release(self, cause: int = NORMAL) -> Sequence[Action]:
        """End the call, for a cause of Q.850.

        Outgoing: clear-forward. Incoming: the register signal of the cause while there is one to send, clear-back of
        an answered call, and then clear-forward is awaited.
        """
        out = self._begin()
        core, state = self._core, self.state
        if not state.call:
            return out
        if state.line in OUT_CALL:
            core.end_call(cause, False)
            core.clear_forward()
        elif state.line is Line.IN_REGISTER:
            register_incoming.refuse(core, cause)
        elif state.line in IN_CALL:
            core.send(BLOCKED)
            core.end_incoming(cause, False)
        return out

    def block(self, on: bool) -> Sequence[Action]:
        """Take the circuit out of service, or back: 11 while idle; a call that it carries goes on first (Q.422)."""
        out = self._begin()
        core, state = self._core, self.state
        if on == state.local:
            return out
        state.local = on
        if on and state.line is Line.IDLE and not core.runs("reseize") and state.received != SEIZED:
            core.rested()
        elif not on and state.line is Line.BLOCKED:
            state.line = Line.IDLE
            out.append(BlockedInd("local", False))
            core.send(IDLE)
            core.start("reseize")
        return out

    def reset(self) -> Sequence[Action]:
        """After a restart: idle is sent, a call forgotten (told as released), and idle awaited from the peer.

        What the trunk board sends is not known then, so the bits are sent whatever the state says. A circuit that is
        blocked here stays so.
        """
        out = self._begin()
        core, state = self._core, self.state
        if state.line is Line.BLOCKED:
            out.append(SendLine(BLOCKED))
            return out
        core.free_register()
        core.end_call(TEMPORARY_FAILURE, False)
        state.sent = -1
        core.settle()
        if state.received != IDLE or state.fault:
            core.stop("reseize")
            state.line = Line.RESETTING
            core.start("reset")
        return out

    def adopted(self) -> Sequence[Action]:
        """After `adopt_call`: what the phase of the call supervises is timed anew."""
        out = self._begin()
        if self.state.line is Line.OUT_CLEARED_BACK:
            self._core.start("clear_back")
        return out

    @property
    def selectable(self) -> bool:
        """Idle both ways, not blocked either way, and the pause after the last call is over."""
        return self._core.selectable
