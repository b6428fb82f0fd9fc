"""R2 in the main processor: a protocol machine for each circuit, bound to calls, trunk boards and MFC registers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

import msgspec

from switchsim.firmware.reference.core import Core
from switchsim.firmware.reference.interworking import Caller, heard
from switchsim.firmware.reference.r2_registers import Registers
from switchsim.firmware.reference.state import Call, Leg, RegistersState
from switchsim.model.events import CircuitBlocked, Violated
from switchsim.model.messages import CasHeard, SendCas
from switchsim.proto import r2
from switchsim.proto.r2 import Circuit, R2Config
from switchsim.terminals.r2_tap import RECEIVED, SENT, R2Tap, TapState

if TYPE_CHECKING:
    from switchsim.firmware.reference.trunks import Trunks

UNALLOCATED: Final = 1
NORMAL: Final = 16
INVALID_NUMBER: Final = 28
NO_CIRCUIT: Final = 34
TEMPORARY: Final = 41
NOT_KNOWN: Final = 0b00
"""Not idle, so that a circuit that begins anew waits until its trunk board has told that the other end is."""
ORDINARY: Final = 10
NO_SUCH_NUMBER: Final = "no_such_number"


class R2Side:
    """A `Signalling`; the key of a trunk leg is its circuit. Timers: `r2/<circuit>/<name>`."""

    def __init__(self, trunks: Trunks) -> None:
        self.trunks = trunks
        self.core: Core = trunks.core
        self.office = trunks.office
        self.groups = {number: group for number, group in enumerate(self.office.groups) if group.kind == "r2"}
        self.group_at = {(group.trunk_board, group.trunk_line): number for number, group in self.groups.items()}
        self.registers = Registers(self)
        self.under_way: deque[tuple[int, Any]] = deque()  # actions; empty between events
        self.restored()

    def restored(self) -> None:
        state = self.core.state
        self.circuits = {index: Circuit(self.config(index), held) for index, held in state.r2.items()}
        self.taps = {index: self._tap(index) for index in state.r2}

    def _tap(self, index: int) -> R2Tap:
        row, held = self.office.circuits[index], self.core.state.r2_taps.setdefault(index, TapState())
        return R2Tap(self.core.world.emit, row.line, row.timeslot, "machine", self.config(index).variant, held)

    def cold_start(self) -> None:
        """Nothing is known; `resume` tells the other exchanges so."""
        mine = [index for index, row in enumerate(self.office.circuits) if row.group in self.groups]
        self.core.state.r2 = {index: r2.new_state() for index in mine}
        self.core.state.r2_taps = {}
        self.core.state.registers = RegistersState()
        self.restored()

    def config(self, circuit: int) -> R2Config:
        found = self.office.groups[self.office.circuits[circuit].group].r2
        assert found is not None, "a circuit of R2"
        return found

    def resume(self) -> None:
        """Say what each circuit's state is, and ask what arrives; circuits whose calls are not known begin anew."""
        if not self.circuits:
            return
        for index, circuit in self.circuits.items():
            if self._call(index) is None:
                self._quiet(index)
                circuit.state.received = NOT_KNOWN
                self.do(index, circuit.reset())
            self._send_line(index, circuit.state.sent, report=True)

    def _quiet(self, index: int) -> None:
        """Whatever the other processor let the circuit hear, it hears nothing."""
        if self.core.world.now:
            slot = self.office.circuits[index].slot
            self.core.state.hears.setdefault(slot, -1)
            self.core.hear(slot, 0)

    # -- what comes in -------------------------------------------------------------------------------------------

    def line_heard(self, message: CasHeard) -> None:
        """Bits a, b of a circuit, recognised by its trunk board."""
        group = self.group_at.get((message.board, message.line))
        if group is None:
            return
        index = self.trunks.circuit_at.get((self.office.groups[group].line, message.timeslot), -1)
        if index >= 0:
            self.taps[index].line(RECEIVED, message.ab << 2 | self.config(index).cd)
            self.do(index, self.circuits[index].line(message.ab))

    def timer(self, name: str) -> None:
        number, _, what = name.partition("/")
        index = int(number)
        if what == "rest":
            self.registers.rested(index)
        elif what == NO_SUCH_NUMBER:
            self._no_such_number(index)
        else:
            self.do(index, self.circuits[index].timer(what))

    def line_changed(self, group: int, in_service: bool) -> None:
        """The line was lost, or is back; a board that is back is told what to send."""
        for index in self.trunks.circuits_of[group]:
            self.do(index, self.circuits[index].line_fault(not in_service))
            if in_service:
                self._send_line(index, self.circuits[index].state.sent, report=True)
        if in_service:
            self.trunks.try_dials(self.office.groups[group].line)

    def act(self, act: str, line: str, timeslot: int) -> bool:
        """The console manages a circuit; False: it is none of R2."""
        index = self.trunks.circuit_at.get((line, timeslot), -1)
        if index not in self.circuits:
            return False
        circuit = self.circuits[index]
        self.core.dirty_groups.add(self._group(index))
        if act == "reset":
            call = self._call(index)
            if call is not None:
                self.trunks.program.calls.clear(call, TEMPORARY, "machine")
        self.do(index, circuit.reset() if act == "reset" else circuit.block(act == "block"))
        return True

    # -- what calls ask for --------------------------------------------------------------------------------------

    def proceeding(self, leg: Leg, further: bool) -> None:
        """The number is known; a service of the machine is free to be spoken with."""
        if not further:
            self.do(leg.circuit, self.circuits[leg.circuit].accept())

    def alerting(self, leg: Leg) -> None:
        self.do(leg.circuit, self.circuits[leg.circuit].accept())

    def say(self, leg: Leg, message: str) -> None:
        act = _SAY.get(message)
        if message == "answer":
            self.connect(leg)
        elif act is not None:
            self.do(leg.circuit, act(self.circuits[leg.circuit]))

    def more_digits(self, leg: Leg) -> None:
        """A call is offered when its number is complete."""

    def connect(self, leg: Leg) -> None:
        """The answer; before it, where nobody has said so yet, that the line is free."""
        self.do(leg.circuit, self.circuits[leg.circuit].accept())
        if not self.registers.busy_still(leg.circuit):
            self.do(leg.circuit, self.circuits[leg.circuit].answer())

    def release(self, leg: Leg, cause: int) -> None:
        self.registers.no_answer(leg.circuit)
        self.do(leg.circuit, self.circuits[leg.circuit].release(cause))

    def restart(self, group: int, circuits: list[int]) -> None:
        """`resume`, which follows, begins anew wherever no call is known."""

    def set_up(self, group: int, called: str, calling: str, caller: Caller | None) -> tuple[int, int]:
        """Seize a free circuit, in turn: (circuit, circuit), or (-1, -1)."""
        free, last = self._selectable(group), self.core.state.turns.get(group, -1)
        if not free:
            return -1, -1
        index = next((index for index in free if index > last), free[0])
        self.core.state.turns[group] = index
        category = ORDINARY
        if caller is not None:
            said = caller.to("r2")
            category = said.get("category", ORDINARY)
            calling = "" if said.get("presentation") == 1 else calling
        if r2.sendable(called):
            self.do(index, self.circuits[index].setup(called, calling if r2.sendable(calling) else "", category))
        else:
            self.core.world.start_timer(f"r2/{index}/{NO_SUCH_NUMBER}", 1)  # once the call knows its circuit
        return index, index

    def has_room(self, group: int) -> bool:
        return bool(self._selectable(group))

    def _selectable(self, group: int) -> list[int]:
        """Circuits on which a call may begin here, in the order of the line."""
        if self.groups[group].calls == "in":
            return []
        blocked = self.core.state.blocked
        return [index for index in self.trunks.circuits_of[group]
                if index not in blocked and self.circuits[index].selectable and self._call(index) is None]  # fmt: skip

    # -- hot standby ---------------------------------------------------------------------------------------------

    def export_call(self, leg: Leg) -> bytes:
        return r2.export_call(self.core.state.r2[leg.circuit])

    def adopt_call(self, leg: Leg, octets: bytes) -> bool:
        """Go on with a call that was answered."""
        if not octets:
            return False
        config = self.config(leg.circuit)
        held = self.core.state.r2[leg.circuit] = r2.adopt_call(config, octets)
        circuit = self.circuits[leg.circuit] = Circuit(config, held)
        self.do(leg.circuit, circuit.adopted())
        return True

    def export_group(self, group: int) -> bytes:
        """Circuits that are blocked from here."""
        blocked = [index for index in self.trunks.circuits_of[group] if self.circuits[index].state.local]
        return msgspec.msgpack.encode(blocked)

    def adopt_group(self, group: int, octets: bytes) -> list[int]:
        for index in msgspec.msgpack.decode(octets, type=list[int]):
            self.do(index, self.circuits[index].block(True))
        return []

    # -- actions -------------------------------------------------------------------------------------------------

    def do(self, index: int, actions: Iterable[Any]) -> None:
        """Carry out what a circuit's protocol machine asks for; what follows from that comes after it."""
        begin = not self.under_way
        self.under_way += ((index, action) for action in actions)
        while begin and self.under_way:
            at, action = self.under_way[0]
            handler = _DO.get(type(action))
            if handler is not None:
                handler(self, at, action)
            self.under_way.popleft()

    def _send_line(self, index: int, ab: int, *, report: bool = False) -> None:
        row = self.office.circuits[index]
        group = self.office.groups[row.group]
        abcd = ab << 2 | self.config(index).cd
        self.core.world.send_bus(SendCas(group.trunk_board, group.trunk_line, row.timeslot, abcd, report))

    def _line(self, index: int, action: r2.SendLine) -> None:
        self.taps[index].line(SENT, action.ab << 2 | self.config(index).cd)
        self._send_line(index, action.ab)

    def _seize(self, index: int, action: r2.SeizeRegister) -> None:
        self.registers.seize(index, action.direction)

    def _free(self, index: int, _: r2.FreeRegister) -> None:
        self.registers.free(index)

    def _tone(self, index: int, action: r2.SendTone) -> None:
        self.registers.send(index, action.signal)

    def _silence(self, index: int, _: r2.StopTone) -> None:
        self.registers.send(index, 0)

    def _pulse(self, index: int, action: r2.PulseTone) -> None:
        self.registers.send(index, action.signal, action.cycles)

    def _start_timer(self, index: int, action: r2.StartTimer) -> None:
        self.core.world.start_timer(f"r2/{index}/{action.name}", action.cycles)

    def _stop_timer(self, index: int, action: r2.StopTimer) -> None:
        self.core.world.stop_timer(f"r2/{index}/{action.name}")

    def _digits(self, index: int, action: r2.DigitInd) -> None:
        """Digit analysis, digit by digit."""
        verdict, circuit = self.trunks.program.calls.verdict(action.digits), self.circuits[index]
        if verdict == "complete":
            self.do(index, circuit.complete())
        elif verdict == "beginning":
            self.do(index, circuit.more())
        else:
            self.do(index, circuit.refuse(UNALLOCATED))

    def _offered(self, index: int, action: r2.SetupInd) -> None:
        caller = Caller("r2", category=action.category, nature=3, presentation=0 if action.calling else 1,
                        screening=3, medium=3)  # fmt: skip
        self.trunks.offered(index, index, action.calling, action.called, True, caller)

    def _call(self, index: int) -> Call | None:
        return self.trunks.call_of(self.office.circuits[index].group, index)

    def _group(self, index: int) -> int:
        return self.office.circuits[index].group

    def _address_complete(self, index: int, action: r2.AddressCompleteInd) -> None:
        call, tandem = self._call(index), self.trunks.program.tandem
        if call is None:
            return
        if tandem.under_way(call):
            tandem.progress(call, heard("r2", "free" if action.free else "through"))
        elif action.free:
            self.trunks.program.calls.far_alerting(call)

    def _answered(self, index: int, _: r2.AnswerInd) -> None:
        call = self._call(index)
        if call is not None:
            self.trunks.program.calls.far_answered(call)

    def _cleared_back(self, index: int, action: r2.ClearBackInd) -> None:
        """The called party hung up, and may come back; whoever is behind another exchange waits for that."""
        call, tandem, group = self._call(index), self.trunks.program.tandem, self._group(index)
        if call is None:
            return
        if tandem.step(call) is not None:
            tandem.suspended(call, group, index, on=action.on)
        elif action.on:
            self.trunks.program.calls.clear(call, NORMAL, self.trunks.by(call, group, index))

    def _no_such_number(self, index: int) -> None:
        """No register signals say the number: the call ends before its circuit is seized."""
        call, group = self._call(index), self._group(index)
        if call is not None:
            self.trunks.program.calls.leg_over(call, group, index, INVALID_NUMBER, "machine")
        self.trunks.released(group, index, index, NO_CIRCUIT)

    def _released(self, index: int, action: r2.ReleasedInd) -> None:
        """The call is over, the circuit perhaps not idle yet."""
        call, group = self._call(index), self._group(index)
        self.registers.no_answer(index)
        if call is not None:
            by = self.trunks.by(call, group, index) if action.by_peer else "machine"
            self.trunks.program.calls.leg_over(call, group, index, action.cause, by)

    def _failed(self, index: int, action: r2.SetupFailed) -> None:
        call, group = self._call(index), self._group(index)
        if action.reason == "no_ack":
            self.trunks.circuit_state(index, "faulty")  # until the circuit is good again
        if call is None:
            return
        if action.try_again:
            self.trunks.set_up_failed(group, index, call)
            self.trunks.try_again(group, call)
        else:
            self.trunks.program.calls.leg_over(call, group, index, action.cause, "network")

    def _idle(self, index: int, _: r2.IdleInd) -> None:
        self.trunks.released(self._group(index), index, index, NO_CIRCUIT)

    def _blocked(self, index: int, action: r2.BlockedInd) -> None:
        row = self.office.circuits[index]
        self.core.world.emit(CircuitBlocked(row.line, row.timeslot, action.by, "maintenance", int(action.on)))
        self.core.dirty_groups.add(row.group)
        if not action.on:
            self.trunks.try_dials(row.line)

    def _alarmed(self, index: int, action: r2.MaintenanceAlarm | r2.Violation) -> None:
        row = self.office.circuits[index]
        self.core.world.emit(Violated(f"{row.line}:{row.timeslot}", action.clause, action.detail))


_SAY: Final[dict[str, Callable[[Circuit], Any]]] = {
    "through": lambda circuit: circuit.accept(free=False),
    "free": lambda circuit: circuit.accept(),
    "clear-back": lambda circuit: circuit.clear_back(True),
    "re-answer": lambda circuit: circuit.clear_back(False),
}
"""Messages of `interworking.SIGNALS`."""

_DO: Final[dict[type, Callable[[R2Side, int, Any], None]]] = {
    r2.SendLine: R2Side._line,
    r2.SeizeRegister: R2Side._seize,
    r2.FreeRegister: R2Side._free,
    r2.SendTone: R2Side._tone,
    r2.StopTone: R2Side._silence,
    r2.PulseTone: R2Side._pulse,
    r2.StartTimer: R2Side._start_timer,
    r2.StopTimer: R2Side._stop_timer,
    r2.DigitInd: R2Side._digits,
    r2.SetupInd: R2Side._offered,
    r2.AddressCompleteInd: R2Side._address_complete,
    r2.AnswerInd: R2Side._answered,
    r2.ClearBackInd: R2Side._cleared_back,
    r2.ReleasedInd: R2Side._released,
    r2.SetupFailed: R2Side._failed,
    r2.IdleInd: R2Side._idle,
    r2.BlockedInd: R2Side._blocked,
    r2.Violation: R2Side._alarmed,
    r2.MaintenanceAlarm: R2Side._alarmed,
}
"""SeizedInd changes nothing yet: the call is offered when it is known whom it wants."""
