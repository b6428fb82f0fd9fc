"""The loop of a run: slices of simulated time, between which the outside is asked and the timeline is played.

How a run is sliced never shows in its journal: a slice ends where the outside, the timeline or a whole second asks.
"""

from __future__ import annotations

from typing import Final, Protocol

from switchsim.errors import InvalidRun, SutCrashed, SwitchsimError
from switchsim.kernel.inputs import InputKind, InputRecord, InputWriter
from switchsim.model.order import Order, Outside
from switchsim.model.platform_events import ProgramActed
from switchsim.scenario.director import Director, Stage
from switchsim.scenario.interfaces import place_of
from switchsim.scenario.program import StartedProgram
from switchsim.scenario.stop import Stopped, StopSignal
from switchsim.scenario.story import Story
from switchsim.sut.face import RUN, Face
from switchsim.units import CYCLES_PER_SECOND, seconds

DONE: Final = "done"
CLEARING_CYCLES: Final = seconds(120)
"""A circuit is idle again by then, whatever its far end does: T309, then T305 and twice T308 (Q.931 table 9-1)."""
_TOLD: Final = {
    InputKind.DATA: "data",
    InputKind.CONNECTED: "attached",
    InputKind.CLOSED: "detached",
    InputKind.BAD_LENGTH: "bad_length",
    InputKind.REFUSED: "refused",
    InputKind.UNDERRUN: "underrun",
    InputKind.CONNECT_FAILED: "connect_failed",
    InputKind.VERIFIED: "verified",
    InputKind.ANSWERED: "answered",
}
"""What the part of an attachment or an interface is told; a clock has none."""


class Running(Stage, Protocol):
    """What the loop needs of a machine."""

    @property
    def places(self) -> tuple[str, ...]: ...
    def run(self, until: int) -> None: ...
    def room(self, source: int) -> int: ...
    def has_sent(self) -> bool: ...
    def take_sent(self) -> list[tuple[int, bytes]]: ...


class Outlet(Protocol):
    """The part of an interface."""

    @property
    def has_output(self) -> bool: ...
    def take_outbox(self) -> list[bytes]: ...


class RunLoop:
    """One run from cycle 0 to its end; `why` and `problem` say how it ended."""

    def __init__(self, machine: Running, director: Director, story: Story, until: int, stop: StopSignal) -> None:
        self.why = DONE
        self.problem: SwitchsimError | None = None
        self._machine = machine
        self._director = director
        self._story = story
        self._until = until
        self._stop = stop
        self._face: Face | None = None
        self._inputs: InputWriter | None = None
        self._program: StartedProgram | None = None
        self._slice_end = 0
        self._over_since: int | None = None
        self._places: dict[int, str] = {}
        self._outlets: list[tuple[int, Outlet]] = []
        machine.kernel.leave = self._leaves

    def attach(self, face: Face, inputs: InputWriter | None, program: StartedProgram | None = None) -> None:
        """Ask `face` for what comes from outside; `inputs` records it first (None in a replay)."""
        self._face, self._inputs, self._program = face, inputs, program
        self._places = dict(enumerate(self._machine.places))
        for source, name in enumerate(face.sources):
            if (place := place_of(name)) is not None:
                self._places[source] = place
                self._outlets.append((source, self._machine.kernel.part(place)))

    def go(self, wait_s: float = 0.0) -> None:
        """Run to the end. Raises OutputError; a peer that breaks off is kept in `problem`."""
        try:
            if self._face is not None:
                with self._stop.waiting():
                    self._face.wait_ready(wait_s, self._look)
            self._slices()
        except Stopped:
            self.why = self._stop.why
        except (InvalidRun, SutCrashed) as error:
            self.why = "invalid" if isinstance(error, InvalidRun) else "crashed"
            self.problem = error

    @property
    def now(self) -> int:
        return int(self._machine.kernel.now)

    def _slices(self) -> None:
        while (now := self.now) < self._end():
            self._stop.check()
            if self._face is not None and self._face.due(now):
                self._exchange(self._face, now)
            if self._face is not None and self._is_finished(self._face):
                return
            self._director.play(now)
            self._act_on_program(now)
            self._slice_end = self._next_stop(now)
            self._machine.run(self._slice_end)
            self._deliver()
            if self.now % CYCLES_PER_SECOND == 0:
                self._look()
                self._story.second(self.now)

    def _end(self) -> int:
        stop_at = self._director.stop_at
        return self._until if stop_at is None else min(stop_at, self._until)

    def _leaves(self) -> bool:
        """Asked by the kernel: something is to go out, or the run is to end before this slice does."""
        if self._end() < self._slice_end or self._machine.has_sent():
            return True
        acts = self._director.program_acts
        if acts and acts[0][0] < self._slice_end:
            return True
        return bool(self._outlets) and any(part.has_output for _, part in self._outlets)

    def _next_stop(self, now: int) -> int:
        """The cycle at which the present slice ends."""
        stops = [self._end(), (now // CYCLES_PER_SECOND + 1) * CYCLES_PER_SECOND]
        wanted = (self._director.next_at(), self._face.next_deadline(now) if self._face is not None else None)
        stops += [at for at in wanted if at is not None]
        return max(now + 1, min(stops)) if self._end() > now else now

    def _exchange(self, face: Face, now: int) -> None:
        with self._stop.waiting():
            records = face.exchange(now, self._machine.room)
        if self._inputs is not None:
            self._inputs.write(records)
        self._tell_events(face)
        for record in records:
            self._tell(record)

    def _tell_events(self, face: Face) -> None:
        for event in face.take_events():
            self._story.teller.outside(event)

    def _tell(self, record: InputRecord) -> None:
        if record.source in self._places and record.kind in _TOLD:
            place = self._places[record.source]
            name = self._face.sources[record.source] if self._face else ""
            order: Order = Outside(name, _TOLD[record.kind], record.octets)
            self._machine.order(record.at_cycle, place, order)

    def _deliver(self) -> None:
        sent = self._machine.take_sent()
        sent += [(source, item) for source, part in self._outlets for item in part.take_outbox()]
        if self._face is not None and sent:
            with self._stop.waiting():
                for source, octets in sent:
                    self._face.deliver(source, octets)
                self._face.flush()

    def _act_on_program(self, now: int) -> None:
        """Do what the timeline wants of the started program; a replay only says so."""
        acts = self._director.program_acts
        while acts and acts[0][0] <= now:
            _, act = acts.pop(0)
            self._machine.kernel.emit(RUN, ProgramActed(act))
            if self._inputs is not None and self._face is not None:
                self._inputs.write([self._face.program(now, act)])
            if self._program is not None:
                with self._stop.waiting():
                    self._program.act(act)

    def _is_finished(self, face: Face) -> bool:
        """Every clocked program has finished and no call is up; circuits still being cleared get their timers' time."""
        if not face.finished() or self._story.states():
            self._over_since = None
            return False
        if self._over_since is None:
            self._over_since = self.now
        return not self._story.circuits or self.now - self._over_since >= CLEARING_CYCLES

    def _look(self) -> None:
        if self._program is not None:
            self._program.look()
