"""Signalling terminals, raw sources and switched cells with the acts of `switchsim.dsp.engine.Engine`, octet by octet.

A test runs on this or on the engine: the same cells, the same cycles, the same events (but for `Event.a` of an EV_SU,
an offset that only the native core has). All that is heard is kept, for ever: it is meant for short runs.
"""

from __future__ import annotations

from switchsim.dsp.engine import CELL_IDLE, EV_SU_LOW, NONE, SU_RAW, EngineConfig, Event, SuCounts, SuTxCounts
from switchsim.dsp.reference.mtp2 import Monitor, Receiver, Sender

IDLE, ONES = 0xD5, 0xFF
DELAY_CYCLES = 8  # from a cell to one that copies it


class Terminals:
    """What an engine of this config does with its raw sources, signalling terminals and switched cells; no more."""

    def __init__(self, config: EngineConfig) -> None:
        self.config = config
        self.now = 0
        self.senders = [Sender() for _ in range(config.n_su_tx)]
        self.receivers: list[tuple[int, Receiver]] = [(NONE, Receiver()) for _ in range(config.n_su_rx)]
        self.fed: list[list[int]] = [[] for _ in range(config.n_sources)]
        self.copies = [CELL_IDLE] * config.n_switched
        self.first_source_cell = 2
        self.first_su_cell = 2 + config.n_sources
        self.first_switched_cell = self.first_su_cell + config.n_su_tx
        self.cells: list[list[int]] = [[] for _ in range(self.first_switched_cell + config.n_switched)]
        self.due: list[Event] = []

    def run(self, until: int) -> list[Event]:
        """To `until`, or to the first control tick with an event."""
        while self.now < until and not (self.due and self.now % self.config.tick_cycles == 0):
            self._cycle()
        if self.now % self.config.tick_cycles:
            return []
        events, self.due = sorted(self.due, key=lambda event: event[:3]), []
        return events

    def _cycle(self) -> None:
        at, octets = self.now, [IDLE, ONES]
        octets += [fed.pop(0) if fed else IDLE for fed in self.fed]
        for t, sender in enumerate(self.senders):
            octet, low = sender.octet()
            octets.append(octet)
            if low:
                self.due.append(Event(at, EV_SU_LOW, t, 0, 0))
        octets += [self.cells[cell][at - DELAY_CYCLES] if at >= DELAY_CYCLES else IDLE for cell in self.copies]
        for cell, octet in zip(self.cells, octets, strict=True):
            cell.append(octet)
        for r, (cell_index, receiver) in enumerate(self.receivers):
            if cell_index != NONE:
                self.due += [Event(at, kind, r, a, b, unit) for kind, a, b, unit in receiver.octet(octets[cell_index])]
        self.now += 1

    def connect(self, switched_cell: int, from_cell: int) -> None:
        """A switched cell copies another cell, 8 cycles later."""
        self.copies[switched_cell - self.first_switched_cell] = from_cell

    def source_raw(self, source: int) -> None:
        """Octets as they are fed: what a source does here in any case."""
        self.fed[source].clear()

    def source_feed(self, source: int, octets: bytes) -> bool:
        """Add octets; there is always room."""
        self.fed[source] += octets
        return True

    def su_fill(self, transmitter: int, octets: bytes, verbatim: bool = False) -> None:
        """What is sent while nothing waits."""
        if octets and not 3 <= len(octets) <= 5:
            raise ValueError(f"su_fill{(transmitter, len(octets))}: out of range")
        self.senders[transmitter].fill, self.senders[transmitter].fill_verbatim = octets, verbatim

    def su_send(self, transmitter: int, octets: bytes, flags: int = 0) -> bool:
        """Queue a unit; False when there is no room."""
        if not (1 <= len(octets) <= 300 if flags & SU_RAW else 3 <= len(octets) <= 276):
            raise ValueError(f"su_send{(transmitter, len(octets), flags)}: out of range")
        return self.senders[transmitter].send(octets, flags)

    def su_ack(self, transmitter: int, octet: int) -> None:
        """Octet 0 of the units that begin from now on."""
        self.senders[transmitter].ack = octet

    def su_notify(self, transmitter: int, level: int) -> None:
        """One EV_SU_LOW when at most `level` units are not yet begun."""
        self.senders[transmitter].notify = None if level == NONE else level

    def su_flush(self, transmitter: int) -> int:
        """Forget the units not yet begun; how many they were."""
        count = self.su_waiting(transmitter)
        self.senders[transmitter].queue.clear()
        return count

    def su_waiting(self, transmitter: int) -> int:
        """Units not yet begun."""
        return len(self.senders[transmitter].queue)

    def su_tx_counters(self, transmitter: int) -> SuTxCounts:
        """What was begun since the start."""
        sender = self.senders[transmitter]
        return SuTxCounts(sender.units, sender.msus, sender.msu_octets)

    def su_listen(self, receiver: int, cell: int) -> None:
        """Receive from a cell, from a fresh start."""
        self.receivers[receiver] = (cell, Receiver())

    def su_monitor(self, receiver: int, mode: int, threshold: int = 0) -> None:
        """Start an error monitor from 0, or stop it."""
        self.receivers[receiver][1].monitor = Monitor(mode, threshold)

    def su_repeats(self, receiver: int) -> int:
        """Repetitions of the last unit told."""
        return self.receivers[receiver][1].repeats

    def su_counters(self, receiver: int) -> SuCounts:
        """What was counted since su_listen."""
        return SuCounts(**self.receivers[receiver][1].counts)
