"""A processor: the program that runs on an MPU board, its mailboxes, its line to the other processor."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from switchsim.firmware.office import Office
from switchsim.firmware.reference import Program, ProgramState
from switchsim.firmware.reference.number7_upkeep import ACTS
from switchsim.firmware.reference.state import Dial
from switchsim.model.events import FaultFired, FaultUndone, ProcessorActive, ProcessorStandby
from switchsim.model.message import BusMessage, Message
from switchsim.model.messages import (
    Activate,
    ActiveLamp,
    BusSilent,
    Checkpoint,
    Present,
    RunProgram,
    SyncRequest,
)
from switchsim.model.order import Act, Heal, Inject, Order, Value
from switchsim.model.part import Host, Part, State
from switchsim.model.phase import Phase

ANEW = ""
"""Key of the checkpoint before all others: what the memory holds is void."""


class ProcessorState(State):
    """store: the board's battery-backed memory of checkpoints, written by its own program and by the other processor's.

    It outlives the program, so that a machine that lost both processors can still account for every call.
    """

    running: bool = True
    active: bool = False
    synced: bool = True  # the store has been the other one's present state since this program started
    store: dict[str, bytes] = {}
    next_call: int = 1  # behind every call that a checkpoint spoke of
    program: ProgramState = msgspec.field(default_factory=ProgramState)
    skews: dict[str, dict[str, Value]] = {}  # by fault: timers of No.7 that run wrongly here


class Processor(Part[ProcessorState]):
    """Ports: `node/<n>` both ways (mailboxes), `read/<n>` out (the read pointer), `peer`, `board`, `ema`.

    Order: Act `dial` (line, number, calling, hold_cycles) places a call, as a person at the console would; so are
    inhibit, uninhibit, activate, deactivate (link), block, unblock, reset, query, check (line, and timeslot where one
    circuit is meant), restart of the signalling point.
    Inject, Heal: `point_skew` (layer, timer, percent), timers of its signalling point.
    """

    phase: ClassVar[Phase] = Phase.DECIDE

    def __init__(
        self, path: str, host: Host, office: Office, side: str, nodes: tuple[int, ...], *, paired: bool = True
    ) -> None:
        super().__init__(path, host)
        self.office = office
        self.side = side
        self.nodes = nodes
        self.paired = paired
        self.state = ProcessorState(program=ProgramState(), next_call=office.first_call)
        self.restored()

    def restored(self) -> None:
        self.program = Program(self.office, self.state.program, self)

    # -- World ---------------------------------------------------------------------------------------------------

    def send_bus(self, message: BusMessage) -> None:
        self.send(f"node/{message.board >> 8}", message)

    def tell_board(self, message: Message) -> None:
        self.send("board", message)

    # -- life ----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        self._forget()
        if self.side == "a":
            self._become_active("power-on")

    def _forget(self) -> None:
        self.state.program = ProgramState()
        self.restored()
        self.program.cold_start()
        for fault in self.state.skews:
            self._skew(fault)

    def _become_active(self, why: str) -> None:
        self.state.active = True
        self._forget()
        kept, lost = self.program.take_over(self.state.store, self.state.next_call, keep=self.state.synced)
        self.emit(ProcessorActive(why, kept, lost))
        self.send("board", ActiveLamp(True))
        self._tell_standby()

    def _run(self, running: bool) -> None:
        if self.state.active:
            self.emit(ProcessorStandby("stopped"))
        self.state.running = running
        self.state.active = self.state.synced = False
        for name in self.host.timers_of(self.path):
            self.stop_timer(name)
        for node in self.nodes:
            self.send(f"read/{node}", Present(-1) if running else BusSilent(-1))
        if running and self.paired:
            self.send("peer", SyncRequest())

    # -- kernel --------------------------------------------------------------------------------------------------

    def on_message(self, port: str, message: Any) -> None:
        if isinstance(message, RunProgram):
            self._run(message.running)
        elif isinstance(message, Checkpoint):
            self._told(message)
        elif not self.state.running:
            if port.startswith("node/"):  # unread: the mailbox keeps it
                self.send(f"read/{port.partition('/')[2]}", message)
        elif isinstance(message, Activate):
            self._activate(message)
        elif isinstance(message, SyncRequest):
            self._tell_everything()
        elif self.state.active:
            self.program.message(message)
            self._tell_standby()

    def on_timer(self, name: str) -> None:
        if self.state.active:
            self.program.timer(name)
            self._tell_standby()

    def _skew(self, fault: str) -> str:
        """Let the clock of the signalling point go wrong, as long as the fault lasts; in words."""
        point = self.program.trunks.number7.point
        if point is None:
            return "no timers of No.7"
        if fault not in self.state.skews:
            point.unskew(fault)
            return ""
        return point.skew(fault, self.state.skews[fault])

    def on_order(self, order: Order) -> None:
        if isinstance(order, Inject):
            self.state.skews[order.fault] = dict(order.values)
            self.emit(FaultFired(order.fault, self._skew(order.fault)))
            return
        if isinstance(order, Heal):
            self.emit(FaultUndone(order.fault))
            del self.state.skews[order.fault]
            self._skew(order.fault)
            return
        assert isinstance(order, Act), f"a processor takes no {order}"
        assert order.act in ("dial", *ACTS), f"a processor does not know {order.act!r}"
        values = order.values
        if self.state.active and order.act != "dial":
            self.program.upkeep(order.act, values)
            self._tell_standby()
        elif self.state.active:
            dial = Dial(str(values["line"]), str(values["number"]), str(values["calling"]), int(values["hold_cycles"]))
            self.program.dial(dial)
            self._tell_standby()

    # -- the pair ------------------------------------------------------------------------------------------------

    def _activate(self, message: Activate) -> None:
        if message.active and not self.state.active:
            self._become_active(message.why)
        elif not message.active:
            self.send("board", ActiveLamp(False))

    def _told(self, row: Checkpoint) -> None:
        """The other processor wrote into this board's memory."""
        if self.state.active:
            return
        if row.key == ANEW:
            self.state.store.clear()
            self.state.synced = self.state.running
        else:
            self._remember(row)

    def _remember(self, row: Checkpoint) -> None:
        self.state.next_call = max(self.state.next_call, row.next_call)
        if row.octets:
            self.state.store[row.key] = row.octets
        else:
            self.state.store.pop(row.key, None)

    def _tell_everything(self) -> None:
        if self.state.active:
            self._checkpoint([(ANEW, b""), *self.program.standby.everything()])

    def _tell_standby(self) -> None:
        self._checkpoint(self.program.standby.changes())

    def _checkpoint(self, rows: list[tuple[str, bytes]]) -> None:
        for key, octets in rows:
            row = Checkpoint(key, octets, self.state.program.next_call)
            self._remember(row)
            if self.paired:
                self.send("peer", row)
