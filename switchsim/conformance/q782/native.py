"""The bench `native`: level 3 over MTP level 2 on native signalling terminals, the tester's at the far ends."""

from __future__ import annotations

from typing import Any, Final

from switchsim.conformance.q782.bench import Bench
from switchsim.conformance.q782.layouts import Layout
from switchsim.dsp.engine import CELL_ONES, Engine, EngineConfig
from switchsim.model.event import Event
from switchsim.proto import mtp2, mtp3
from switchsim.terminals.level2 import TerminalRow, Terminals
from switchsim.terminals.point import REPORTS
from switchsim.units import ms, round_up

TICK: Final = 8
LINK: Final = mtp2.LinkConfig(timers={"t4n": ms(120), "t4e": ms(60)})
"""Short proving: how long an alignment takes is no matter of level 3."""


class _Owner:
    """What a side's terminals stand on: timers beside those of level 3; level 2's own events are of no interest."""

    def __init__(self, bench: NativeBench, side: str) -> None:
        self.bench = bench
        self.side = side

    def emit(self, event: Event) -> None:
        pass

    def start_timer(self, name: str, cycles: int) -> None:
        self.bench.timers[f"{self.side}:{name}"] = self.bench.now + cycles

    def stop_timer(self, name: str) -> None:
        self.bench.timers.pop(f"{self.side}:{name}", None)


class NativeBench(Bench):
    """Terminal `n` is link `n` of both sides; each direction of a link is a switched cell."""

    def __init__(self, point: mtp3.Mtp3, layout: Layout) -> None:
        super().__init__(point, layout)
        self.names = list(self.links)
        self.number = {link: number for number, link in enumerate(self.names)}
        count = len(self.names)
        self.engine = Engine(EngineConfig(tick_cycles=TICK, n_su_tx=2 * count, n_su_rx=2 * count,
                                          n_switched=2 * count))
        self.held = dict.fromkeys(self.names, False)
        self.unread = dict.fromkeys(self.names, False)
        self.ours = Terminals(_Owner(self, "ours"), self.engine, self._rows(0), self._received, self._reported)
        self.theirs = Terminals(_Owner(self, "theirs"), self.engine, self._rows(count), self._got, self._theirs_said)
        self.owners = {unit: terminals for terminals in (self.ours, self.theirs)
                       for unit in (*terminals.by_receiver, *terminals.by_transmitter)}
        for terminals in (self.ours, self.theirs):
            terminals.restored(terminals.new_states())
        for link in self.names:
            self.line(link, True)
        for terminals in (self.ours, self.theirs):
            terminals.power_on()
        for number in range(count):
            self.theirs.order(number, "start")

    def _rows(self, first: int) -> list[TerminalRow]:
        """Transmitters, receivers and the cells they listen to; the other side's begin at the other end."""
        return [TerminalRow(name=str(link), transmitter=first + number, receiver=first + number,
                            cell=self.engine.first_switched_cell + first + number,
                            sends=self.engine.first_su_cell + first + number, config=LINK)
                for number, link in enumerate(self.names)]

    # -- what level 2 says ---------------------------------------------------------------------------------------------

    def _received(self, number: int, octets: bytes) -> None:
        self.do(self.point.received(self.names[number], octets))

    def _reported(self, number: int, what: str, value: int, text: str, octets: bytes) -> None:
        link = self.names[number]
        if what == "bsnt" and self.unread[link]:
            what = "bsnt_unknown"
        if what == "in_service":
            self.unread[link] = False
        # level 2 may answer in the middle of an order: level 3 finishes first
        self.later(0, lambda: self.do(REPORTS[what](self.point, link, value, text, octets)))

    def _got(self, number: int, octets: bytes) -> None:
        self.arrived(self.names[number], octets)

    def _theirs_said(self, number: int, what: str, value: int, text: str, octets: bytes) -> None:
        link = self.names[number]
        if what == "in_service":
            self.came_up(link)
        elif what == "out_of_service" and not self.held[link]:
            self.later(0, lambda: self.theirs.order(number, "start"))

    # -- what the bench asks for ---------------------------------------------------------------------------------------

    def transmit(self, link: int, octets: bytes) -> None:
        self.theirs.send(self.number[link], octets)

    def pass_on(self, link: int, octets: bytes) -> None:
        self.ours.send(self.number[link], octets)

    def order_level2(self, link: int, order: str, value: int) -> None:
        self.ours.order(self.number[link], order, value)

    def line(self, link: int, whole: bool) -> None:
        number, count = self.number[link], len(self.names)
        towards_us, towards_them = (self.engine.first_switched_cell + first + number for first in (0, count))
        from_us, from_them = (self.engine.first_su_cell + first + number for first in (0, count))
        self.engine.connect(towards_us, from_them if whole else CELL_ONES)
        self.engine.connect(towards_them, from_us if whole else CELL_ONES)

    def hold(self, link: int, on: bool) -> None:
        number, was = self.number[link], self.held[link]
        self.held[link] = on
        if was and not on:
            self.theirs.order(number, "start")

    def stop(self, link: int) -> None:
        self.theirs.order(self.number[link], "stop")
        if not self.held[link]:
            self.later(ms(100), lambda: self.theirs.order(self.number[link], "start"))

    def outage(self, link: int, ours: bool, on: bool) -> None:
        order = "outage" if on else "recovered"
        if ours:
            self.ours.order(self.number[link], order)
            self.do(self.point.local_outage(link, on))
        else:
            self.theirs.order(self.number[link], order)
            if not on:
                self.theirs.order(self.number[link], "continue")

    def unreadable(self, link: int) -> None:
        self.unread[link] = True

    def run(self, until: int) -> None:
        events: list[Any] = self.engine.run(max(round_up(until, TICK), self.now + TICK))
        self.now = self.engine.now
        for event in events:
            # a transmitter and a receiver with the same number are of the same side
            self.owners[event.unit].media(event)

    def expired(self, name: str) -> None:
        side, _, rest = name.rpartition(":")
        if side:
            (self.ours if side == "ours" else self.theirs).timer(rest.partition("/")[2])
        else:
            super().expired(name)
