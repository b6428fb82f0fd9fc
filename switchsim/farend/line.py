"""The far end of an E1 line: the framer of the exchange, voice processor or other equipment that stands there."""

from __future__ import annotations

from typing import Any

from switchsim.dsp.e1 import AIS, LOF, LOS, SEND_NOTHING
from switchsim.dsp.engine import Engine
from switchsim.model.e1d import LineReceives, SaWanted
from switchsim.model.events import FaultFired, FaultUndone
from switchsim.model.message import Message
from switchsim.model.messages import LineCas, LineSeen, NodeClock, ReferenceState
from switchsim.model.order import Act, Heal, Inject, Order
from switchsim.model.part import Host, MediaEvent, Part
from switchsim.model.phase import Phase
from switchsim.terminals.line_end import LineEnd, LineEndRow, LineEndState, LineMessage


class FarLine(Part[LineEndState]):
    """`farend/line/<line>`. In ports: `line` (the machine's end), `sender` (LineSeen: the equipment sends, or not;
    LineCas: signalling bits to be sent), `clock` (NodeClock). Out: `line`, `user` (LineSeen, LineCas: to the
    equipment), `reference` (ReferenceState: to its clock),
    `programs` (LineReceives: to programs that open its timeslots; in: SaWanted).

    Owns the events of the native E1 unit that arrives at it. Act `cas` (timeslot, abcd).
    """

    phase = Phase.LINE_IN

    def __init__(
        self, path: str, host: Host, engine: Engine, row: LineEndRow, *, user: bool, follows: bool = False,
        programs: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(path, host)
        self.engine = engine
        self.row = row
        self.user = user
        self.follows = follows
        self.programs = programs
        self.state = LineEndState()
        self.seen = True
        self.restored()

    def restored(self) -> None:
        self.line = LineEnd(self, self.engine, 0, self.row, self.state)
        self.ends = [self.line]
        self.seen = self.line.found.in_service

    def start(self) -> None:
        self.line.start()

    def on_media(self, event: MediaEvent) -> None:
        self.line.media(event)

    def on_timer(self, name: str) -> None:
        self.line.timer(name)
        self._tell_programs()

    def on_message(self, port: str, message: Any) -> None:
        if isinstance(message, LineSeen):
            self.line.send("equipment", 0 if message.in_service else SEND_NOTHING)
        elif isinstance(message, LineCas):
            self.line.cas(message.timeslot, message.abcd)
        elif isinstance(message, NodeClock):
            self.line.clock(message)
        elif isinstance(message, SaWanted):
            self.line.sa_bits(message.sa)
        elif isinstance(message, LineMessage):
            self.line.other_end_says(message)

    def on_order(self, order: Order) -> None:
        """Faults of this end, and the Act `cas`."""
        if isinstance(order, Inject):
            effect = self.line.faults.inject(order.fault, order.values)
            if effect:
                self.emit(FaultFired(order.fault, effect))
        elif isinstance(order, Heal):
            self.emit(FaultUndone(order.fault))
            self.line.faults.undo(order.fault)
        elif isinstance(order, Act) and order.act == "cas":
            self.line.cas(int(order.values["timeslot"]), int(order.values["abcd"]))
        else:
            super().on_order(order)

    def closing(self) -> None:
        self.line.quality.close()

    # -- what a line end asks of its owner -----------------------------------------------------------------------

    def start_line_timer(self, what: str, number: int, cycles: int) -> None:
        self.start_timer(what, cycles)

    def stop_line_timer(self, what: str, number: int) -> None:
        self.stop_timer(what)

    def tell_other_end(self, number: int, message: Message) -> None:
        self.send("line", message)

    def _tell_programs(self) -> None:
        """The bits of a line that is watched are looked at once a second; what else is found is told at once."""
        if self.programs:
            status = self.state.status
            sa = -1 if status & (LOS | AIS | LOF) else self.engine.e1_received(self.row.receive)[0]
            self.send("programs", LineReceives(self.row.name, status, sa))

    def line_found(self, number: int) -> None:
        self._tell_programs()
        in_service = self.line.found.in_service
        if in_service != self.seen:
            self.seen = in_service
            if self.user:
                self.send("user", LineSeen(in_service, self.row.name))

    def cas_heard(self, number: int, timeslot: int, abcd: int) -> None:
        if self.user:
            self.send("user", LineCas(self.row.name, timeslot, abcd))

    def line_clock_heard(self, number: int) -> None:
        if self.follows:
            line, heard = self.line, self.state.heard
            quality = self.state.heard_quality
            self.send("reference", ReferenceState(self.row.name, line.usable, heard.ppb, quality, heard.origin))
