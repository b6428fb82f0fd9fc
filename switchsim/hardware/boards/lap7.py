"""LAP7: No.7 signalling links. Each has a signalling terminal of the native core and Q.703 here; MTP3 is the main
processor's, behind the bus.

So a switchover of the main processors drops no link, and a board that goes takes its links and what they held with it.
"""

from __future__ import annotations

from typing import Any

from switchsim.dsp.engine import EV_SU
from switchsim.hardware.board import Board, CommonState
from switchsim.hardware.site import Site
from switchsim.model.events import MailboxCounted
from switchsim.model.messages import STALE_CYCLES, Level2Order, Level2Report, MsuReceived, SendMsu
from switchsim.model.order import Act, Order
from switchsim.model.part import MediaEvent
from switchsim.proto.mtp2 import Lsc
from switchsim.terminals.breaking import POINTS
from switchsim.terminals.level2 import Terminals, TerminalState
from switchsim.terminals.measuring import Meter, Tally


class Lap7State(CommonState):
    links: list[TerminalState] = []
    down: list[int] = []  # links that are out of service
    served: list[int] = []  # links that were in service since the board started
    tallies: list[Tally] = []  # by link
    outage: bool = False  # no processor is heard: SIPO on all links


class Lap7(Board[Lap7State]):
    """Owns the media events of its links' units."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.rows = site.signalling
        self.terminals = Terminals(self, site.engine, site.signalling, self._received, self._report)
        self.meter = Meter(site.engine, site.signalling)
        self.bin_cycles = site.bin_cycles
        for row in self.rows:
            for kinds, unit in row.media_units():
                site.owns(kinds, unit)
        self.state = Lap7State(links=self.terminals.new_states())
        self.restored()

    def registers(self) -> dict[str, int]:
        """Counters of all links together are cut to 16 bits, as the hardware would."""
        up = [number for number in range(len(self.rows)) if number not in self.state.down]
        levels = [link.level2 for link in self.state.links]
        aligning = (Lsc.INITIAL_ALIGNMENT, Lsc.ALIGNED_READY, Lsc.ALIGNED_NOT_READY)
        return {
            "LINKS": len(up),
            "UP": sum(1 << number for number in up),
            "ALIGNING": sum(1 << number for number, level in enumerate(levels) if level.lsc in aligning),
            "COUNTING": sum(1 << number for number, link in enumerate(self.state.links) if link.counting),
            "FAILURES": sum(level.failures_count for level in levels) & 0xFFFF,
            "REPEATED": sum(level.retransmitted_count for level in levels) & 0xFFFF,
            "WAITING": sum(len(level.tb) for level in levels) & 0xFFFF,
        }

    def started(self) -> None:
        self.state.links = self.terminals.new_states()
        self.state.down = []
        self.state.served = []
        self.state.outage = False
        self.state.tallies = [Tally() for _ in self.rows]
        self.restored()
        self.terminals.power_on()
        self.meter.begin(self.state.tallies, [link.level2 for link in self.state.links], self.now)
        self._await_bin()
        for number in range(len(self.rows)):
            self._down(number)

    def stopped(self) -> None:
        self._measure()
        self.stop_timer("bin")
        self.terminals.power_off()
        for number in range(len(self.rows)):
            self.stop_timer(f"down/{number}")
            self.meter.stopped(number, self.now)

    def restored(self) -> None:
        self.terminals.restored(self.state.links)
        self.meter.tallies = self.state.tallies

    def closing(self) -> None:
        if self.alive:
            self._measure()

    def on_media(self, event: MediaEvent) -> None:
        if self.alive:
            self.terminals.media(event)
            number = self.terminals.by_receiver.get(event.unit, -1)
            if event.kind == EV_SU and number >= 0:
                self.meter.heard(number, self.state.links[number].level2, self.now)

    def handle(self, port: str, message: Any) -> None:
        if isinstance(message, SendMsu):
            if self.now - message.at > STALE_CYCLES:
                self.emit(MailboxCounted(0, 1))
            else:
                self.terminals.send(message.link, message.octets)
        elif isinstance(message, Level2Order):
            self.terminals.order(message.link, message.order, message.value)
            if message.order == "stop":
                self.meter.stopped(message.link, self.now)
                self._down(message.link)
        else:
            super().handle(port, message)

    def processor_heard(self, heard: bool) -> None:
        """Level 3 is out of reach for longer than a switchover takes: a local processor outage (Q.703 clause 8)."""
        if not heard:
            self.start_timer("processor", self.kind.timings["processor_lost"])
            return
        self.stop_timer("processor")
        if self.state.outage:
            self.state.outage = False
            for number in range(len(self.rows)):
                self.terminals.order(number, "recovered")
                self.terminals.order(number, "continue")

    def _processor_lost(self) -> None:
        self.state.outage = True
        for number in range(len(self.rows)):
            self.terminals.order(number, "outage")

    def timer(self, name: str) -> None:
        what, _, rest = name.partition("/")
        if what == "l2":
            self.terminals.timer(rest)
        elif what == "processor":
            self._processor_lost()
        elif what == "bin":
            self._measure()
            self._await_bin()
        else:
            place = self._place(int(rest))
            self.see_defect("link_down", place)
            self.raise_alarm("signalling_link_lost", place, "out of service for too long")

    # -- level 2 to level 3 --------------------------------------------------------------------------------------

    def _received(self, number: int, octets: bytes) -> None:
        self.send("bus", MsuReceived(self.bus, number, octets, self.now))

    def _report(self, number: int, what: str, value: int, text: str, octets: bytes) -> None:
        self.send("bus", Level2Report(self.bus, number, what, value, text, octets))
        if text != "report":
            self.meter.reported(number, what, value, text, self.now)
        if what in ("in_service", "remote_outage"):  # the latter is told of a link that has aligned
            self._is_up(number)
        elif what == "out_of_service":
            self._down(number)

    # -- faults, and what somebody sends by hand -----------------------------------------------------------------

    def fault(self, point: str, values: dict[str, int | str]) -> str:
        """Faults of signalling links: see `switchsim.faults.signalling`."""
        if point not in POINTS:
            return super().fault(point, values)
        return self.terminals.breaker.inject(str(values["fault"]), point, values)

    def undo(self, point: str, values: dict[str, int | str]) -> None:
        if point not in POINTS:
            super().undo(point, values)
        else:
            self.terminals.breaker.heal(str(values["fault"]), point, values)

    def act(self, order: Order) -> None:
        """Besides what every board knows: Act `unit` (see Terminals.craft)."""
        if not (isinstance(order, Act) and order.act == "unit"):
            super().act(order)
        elif self.alive:
            self.terminals.craft(order.values)

    # -- traffic measurement -------------------------------------------------------------------------------------

    def _await_bin(self) -> None:
        """Bins begin at the multiples of their length."""
        self.start_timer("bin", self.bin_cycles - self.now % self.bin_cycles)

    def _measure(self) -> None:
        for number, link in enumerate(self.state.links):
            if self.state.tallies[number].since < self.now:
                self.emit(self.meter.measured(number, link.level2, self.now))

    # -- a link that stays away is alarmed: soon, but the first alignment is given its time -----------------------

    def _place(self, number: int) -> str:
        return f"{self.path}/link/{self.rows[number].name}"

    def _down(self, number: int) -> None:
        if number not in self.state.down:
            self.state.down.append(number)
            persistence = "alarm_raise" if number in self.state.served else "first_alarm_raise"
            self.start_timer(f"down/{number}", self.kind.timings[persistence])

    def _is_up(self, number: int) -> None:
        if number not in self.state.served:
            self.state.served.append(number)
        if number in self.state.down:
            self.state.down.remove(number)
            self.stop_timer(f"down/{number}")
            if self.has_alarm("signalling_link_lost", self._place(number)):
                self.defect_gone("link_down", self._place(number))
                self.clear_alarm("signalling_link_lost", self._place(number))
