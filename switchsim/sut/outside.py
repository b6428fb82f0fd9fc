"""Everything outside of one run behind one face: attachments, lockstep clocks, interfaces over TCP, and the pace.

The runner's loop is: run the machine to `next_deadline`, hand what left it to `deliver`, and when `due` says so call
`exchange`, write the records to `inputs.bin`, deliver them to the machine. `Recorded` (recorded.py) has the same face
and needs no process, because whatever depended on the outside is in the records: what was delivered, and at which
cycle. How often the outside was asked is not, and must not matter to the machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Final

from switchsim.errors import BadInput, InvalidRun, SutCrashed
from switchsim.kernel.inputs import InputKind, InputRecord
from switchsim.model.outside import unpack_in
from switchsim.sut.attach import Arrival, Attach, AttachCounts, ends_wait
from switchsim.sut.e1d import E1dServer
from switchsim.sut.face import RUN, OutsideEvent, Room
from switchsim.sut.interfaces import expected_and_missing
from switchsim.sut.lockstep import Clock, LockstepClock
from switchsim.sut.options import AttachOption, ClockOption, Pace
from switchsim.sut.pace import Pacer
from switchsim.sut.pump import Pump
from switchsim.sut.side import DatabaseCounts, E1dCounts, Side, TcpCounts
from switchsim.sut.sockets import poll_for
from switchsim.units import CYCLES_PER_MS, round_up

_LOOK_S: Final = 0.1
_NEWS: Final = {InputKind.CONNECTED: "attached", InputKind.CLOSED: "detached"}
BLOCKS_AHEAD: Final = 4
"""Blocks of a paced program that are read before they are due; a well-behaved one is never more than one ahead."""


class Outside:
    """Real programs on real sockets."""

    def __init__(self, attaches: Sequence[AttachOption], clocks: Sequence[ClockOption], pace: Pace,
                 peer_timeout_s: float = 10.0, sides: Sequence[Side] = (), expects: Sequence[str] = ()) -> None:
        """Make every listener; raises BadInput when one can not be made (the others are closed again).

        sides: the other interfaces, open already, closed with this. expects: which of them must have a client at first.
        """
        self.pacer = Pacer(pace)
        self.attaches: list[Attach] = []
        self.clocks: list[Clock] = []
        self.sides = sides
        self._stepping = [side for side in sides if isinstance(side, E1dServer)]
        for server in self._stepping:
            server.in_step, server.patience_s = pace.fast, peer_timeout_s
        self._expects = (*expects, *(server.name for server in self._stepping))
        self._on_wire = any(side.descriptors() for side in sides)
        self._lockstep = LockstepClock(self.clocks, peer_timeout_s)
        self._peer_timeout_s = peer_timeout_s
        self._sequence = [0] * (len(attaches) + len(clocks) + len(sides) + 1)
        self._events: list[OutsideEvent] = []
        self._pump: Pump | None = None
        try:
            for attach in attaches:
                self.attaches.append(Attach(attach))
            for clock in clocks:
                self.clocks.append(Clock(clock))
        except BadInput:
            self.close()
            raise

    @property
    def sources(self) -> tuple[str, ...]:
        return (*(part.option.name for part in self._parts), *(side.name for side in self.sides), RUN)

    @property
    def _parts(self) -> list[Attach | Clock]:
        return [*self.attaches, *self.clocks]

    @property
    def cautions(self) -> tuple[str, ...]:
        """What could not be done at the start and was not refused, a line each."""
        return tuple(line for side in self.sides for line in side.cautions)

    @property
    def counts(self) -> dict[str, AttachCounts | TcpCounts | DatabaseCounts | E1dCounts]:
        """What went to and fro, by source."""
        return {attach.option.name: attach.counts for attach in self.attaches} | {
            side.name: side.counts for side in self.sides}

    @property
    def addresses(self) -> dict[str, str]:
        """Where to connect to, by source."""
        paths = {part.option.name: f"unix:{part.option.path}" for part in self._parts}
        return paths | {side.name: side.address for side in self.sides if side.address}

    def wait_ready(self, timeout_s: float, look: Callable[[], None] = lambda: None) -> None:
        """Wait until every attachment and clock has its program, and each interface that is expected to have a client
        has one, in any order; then cycle 0 is now.

        `look` is called ten times a second (to see that a started command lives). Raises InvalidRun, naming who is
        missing, after `timeout_s` wall seconds.
        """
        last = time.monotonic() + timeout_s
        while missing := self._missing():
            left = last - time.monotonic()
            if left <= 0:
                raise InvalidRun(f"no program came to {', '.join(missing)} within {timeout_s:g} s (--wait)")
            look()
            poll_for([*(part.listener.socket.fileno() for part in self._parts), *self._wires()], min(left, _LOOK_S))
        for clock in self.clocks:
            self._event(0, "attached", clock.option.name)
        self.pacer.start()
        pumped = [side for side in self.sides if side not in self._stepping]
        wanted = bool(self.attaches) or any(side.descriptors() for side in pumped)
        if not self.pacer.pace.fast and wanted and not self.clocks:
            self._pump = Pump(self.attaches, pumped)

    def next_deadline(self, now_cycle: int) -> int | None:
        """The first cycle after `now_cycle` at which the run must stop for the outside; None: nothing asks for one."""
        wanted = [self._lockstep.next_deadline(now_cycle)]
        wanted += [attach.next_block(now_cycle) for attach in self.attaches]
        wanted += [server.next_block(now_cycle) for server in self._stepping]
        if self._on_grid():
            wanted.append(round_up(now_cycle + 1, self.pacer.grid_cycles))
        if any(attach.held_back for attach in self.attaches):
            wanted.append(round_up(now_cycle + 1, CYCLES_PER_MS))
        return min((cycle for cycle in wanted if cycle is not None), default=None)

    def due(self, now_cycle: int) -> bool:
        """True when `exchange` is wanted now; does not depend on how far each native call ran."""
        on_grid = self._on_grid() and now_cycle % self.pacer.grid_cycles == 0
        return on_grid or self._lockstep.stops_at(now_cycle) or any(
            attach.held_back or attach.block_due(now_cycle) for attach in self.attaches) or any(
            side.immediate and side.waiting for side in self.sides) or any(
            server.block_due(now_cycle) for server in self._stepping)

    def exchange(self, now_cycle: int, room: Room) -> list[InputRecord]:
        """Tell the clocks the time, then drain attachments and interfaces in their order; the records to write and
        deliver.

        Called at most once a cycle. Raises InvalidRun or SutCrashed when a clocked program breaks the lockstep or a
        block does not come.
        """
        self._keep_pace(now_cycle)
        if self._pump is not None:
            self._pump.check()
        news = self._lockstep.accept()
        told = self._lockstep.stops_at(now_cycle)
        if told:
            news += self._lockstep.tell(now_cycle, self._relieve, self._moved)
        records: list[InputRecord] = []
        unclocked = self._unclocked()
        for source, attach in enumerate(self.attaches):
            if told or attach in unclocked or attach.held_back or attach.block_due(now_cycle):
                records += self._drain(source, attach, now_cycle, room)
        records += [self._clock_news(index, kind, now_cycle) for index, kind in sorted(news)]
        for index, side in enumerate(self.sides):
            if told or side.immediate or self._on_grid():
                records += self._take_side(len(self._parts) + index, side, now_cycle)
        self._retire()
        return records

    def deliver(self, source: int, octets: bytes) -> bool:
        """Send one datagram to the program of an attachment; false when dropped (nobody there, or does not read).

        A program in lockstep is waited for, and read meanwhile, so that neither side blocks the other. Of an interface:
        one item of its part's outbox; what is to be sent goes with `flush`, and nobody is waited for.
        """
        if source >= len(self._parts):
            with self._locked():
                self.sides[source - len(self._parts)].deliver(octets)
            self._lockstep.sent |= self._on_wire
            return True
        attach = self.attaches[source]
        last = time.monotonic() + self._peer_timeout_s
        with self._locked():
            sent = attach.send(octets)
            while not sent and self._in_lockstep(attach) and time.monotonic() < last:
                self._poll_out(attach, last - time.monotonic())
                sent = attach.send(octets)
        attach.counts.unsent += not sent
        self._lockstep.sent |= sent
        return sent

    def flush(self) -> None:
        """Everything of this moment was delivered. In a paced run the adaptor's thread sends it, soon."""
        if self._pump is not None:
            with self._pump.lock:
                if any(side.unsent for side in self.sides):
                    self._pump.to_send()
        for side in self.sides if self._pump is None else self._stepping:
            side.flush()

    def finished(self) -> bool:
        """True when a program said *finished* on its clock, and every other clocked one has too, or is gone."""
        return self._lockstep.finished()

    def end(self, now_cycle: int) -> InputRecord:
        """The last record of the run: it ended at this cycle, for whatever reason."""
        return self._record(len(self._sequence) - 1, now_cycle, (InputKind.ENDED, b""))

    def program(self, now_cycle: int, act: str) -> InputRecord:
        """The record of what the timeline does to the program that the scenario started."""
        return self._record(len(self._sequence) - 1, now_cycle, (InputKind.PROGRAM, act.encode()))

    def take_events(self) -> list[OutsideEvent]:
        """The events since the last call."""
        events, self._events[:] = list(self._events), []
        return events

    def close(self) -> None:
        """Close everything and remove the sockets' paths."""
        if self._pump is not None:
            self._pump.stop()
        for part in [*self._parts, *self.sides]:
            part.close()

    def _missing(self) -> list[str]:
        for part in self._parts:
            part.accept_only()
        for side in self.sides:
            side.service()
        missing = [part.option.name for part in self._parts
                   if part.listener.program is None or part.listener.program.hung_up()]
        return missing + expected_and_missing(self.sides, self._expects)

    def _wires(self) -> list[int]:
        return [descriptor for side in self.sides for descriptor in side.descriptors()]

    def _take_side(self, source: int, side: Side, now_cycle: int) -> list[InputRecord]:
        with self._locked():
            if self._pump is None or side in self._stepping:
                side.service()
            if isinstance(side, E1dServer):
                side.settle(now_cycle)
            arrivals, closed = side.take(), side.take_closed()
        if arrivals and self._pump is not None:
            self._pump.wake()  # there is room again
        for kind, octets in arrivals:
            if kind in _NEWS:
                number, payload = unpack_in(octets)
                why = f": {payload.decode()}" if payload else ""
                self._event(now_cycle, _NEWS[kind], side.name, f"connection {number}{why}")
        for number in closed:
            self._event(now_cycle, "detached", side.name, f"connection {number}: closed by the machine")
        return [self._record(source, now_cycle, arrival) for arrival in arrivals]

    def _drain(self, source: int, attach: Attach, now_cycle: int, room: Room) -> list[InputRecord]:
        places = BLOCKS_AHEAD if attach.option.mode.block else room(source)
        with self._locked():
            attach.allowance = places
            if self._pump is None:
                attach.service()
            arrivals = self._take_blocks(attach, now_cycle) if attach.option.mode.block else attach.take(places)
            if not attach.option.mode.block:
                attach.allowance = places - sum(kind is InputKind.DATA for kind, _ in arrivals)
        if self._pump is not None:
            self._pump.wake()
        for kind, _ in arrivals:
            self._note(attach, kind, now_cycle)
        return [self._record(source, now_cycle, arrival) for arrival in arrivals]

    def _take_blocks(self, attach: Attach, now_cycle: int) -> list[Arrival]:
        """What came before the next block, and at a block boundary that block, waited for unless the run is paced."""
        arrivals = attach.take(room=0)
        last = time.monotonic() + self._peer_timeout_s
        while attach.block_due(now_cycle):
            arrivals += attach.take_block()
            if ends_wait(arrivals):
                break
            if not self.pacer.pace.fast:
                arrivals.append(attach.underrun())
                break
            self._wait_block(attach, last)
        return arrivals

    def _wait_block(self, attach: Attach, last: float) -> None:
        left = last - time.monotonic()
        if left <= 0:
            size, patience = attach.option.mode.longest, f"{self._peer_timeout_s:g} s (--peer-timeout)"
            text = f"{attach.option.name}: no block of {size} octets within {patience}"
            died = attach.program is not None and attach.program.died()
            raise SutCrashed(f"{text}; its process has ended") if died else InvalidRun(text)
        poll_for(attach.descriptors(), left)
        attach.service()

    def _note(self, attach: Attach, kind: InputKind, now_cycle: int) -> None:
        if kind is InputKind.CONNECTED:
            attach.connected_at(now_cycle)
            self._event(now_cycle, "attached", attach.option.name)
        elif kind is InputKind.CLOSED:
            self._event(now_cycle, "detached", attach.option.name)

    def _clock_news(self, index: int, kind: InputKind, now_cycle: int) -> InputRecord:
        clock = self.clocks[index]
        if kind is InputKind.CONNECTED:
            self._event(now_cycle, "attached", clock.option.name)
        if kind is InputKind.CLOSED:
            self._event(now_cycle, "detached", clock.option.name, "the clock closed without saying finished")
        return self._record(len(self.attaches) + index, now_cycle, (kind, b""))

    def _retire(self) -> None:
        """Do not look any more at what programs do that have said finished: when they go depends on the host."""
        done, pids = self.finished(), self._lockstep.finished_pids()
        for attach in self.attaches:
            if done or (attach.program is not None and attach.program.pid in pids):
                attach.retire()

    def _unclocked(self) -> list[Attach]:
        """Attachments that no live clock speaks for: empty ones, and programs of other processes."""
        pids = self._lockstep.pids()
        return [attach for attach in self.attaches
                if not attach.retired and (attach.program is None or attach.program.pid not in pids)]

    def _on_grid(self) -> bool:
        return not self.pacer.pace.fast or bool(self._unclocked()) or self._on_wire

    def _in_lockstep(self, attach: Attach) -> bool:
        program = attach.program
        return program is not None and not program.hung_up() and program.pid in self._lockstep.pids()

    def _moved(self) -> int:
        return sum(attach.counts.taken + attach.counts.sent for attach in self.attaches)

    def _relieve(self) -> None:
        """Read what a clocked program may be blocked on, so that it comes to its answer."""
        for attach in self.attaches:
            attach.relieve()

    def _poll_out(self, attach: Attach, left_s: float) -> None:
        """Wait until the program takes more, reading it meanwhile."""
        assert attach.program is not None
        poll_for(attach.descriptors(), left_s, to_write=attach.program.socket.fileno())
        attach.service()

    def _keep_pace(self, now_cycle: int) -> None:
        while (left_s := self.pacer.seconds_left(now_cycle)) > 0:
            poll_for([], left_s)

    def _locked(self) -> AbstractContextManager[object]:
        return self._pump.lock if self._pump is not None else nullcontext()

    def _record(self, source: int, now_cycle: int, arrival: Arrival) -> InputRecord:
        seq = self._sequence[source]
        self._sequence[source] += 1
        return InputRecord(at_cycle=now_cycle, source=source, seq=seq, kind=arrival[0], octets=arrival[1])

    def _event(self, now_cycle: int, event: str, source: str, detail: str = "") -> None:
        self._events.append(OutsideEvent(at=now_cycle, event=event, source=source, detail=detail))
