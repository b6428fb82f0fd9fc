"""A bit error rate test set: it sends a test pattern in timeslots of a line and checks what arrives at an end of it.

It checks what the other end receives of its own pattern; or, at the end that sends, what comes from the other one: a
loopback there, or another test set. While a measurement runs, the timeslots carry nothing else that way; what the line
is connected with comes back when it stops. Seconds are judged by G.821.
"""

from __future__ import annotations

import msgspec

from switchsim.dsp.engine import NONE, Engine
from switchsim.dsp.patterns import EV_BERT, LOST_PHASE, PATTERNS, BertCounts
from switchsim.model.line_events import PatternErrors, PatternLost, PatternResult, PatternSync
from switchsim.model.order import Act, Order
from switchsim.model.part import Host, MediaEvent, Part, State
from switchsim.model.phase import Phase
from switchsim.proto.e1.performance import BitPerformance
from switchsim.proto.e1.registers import Measured, SideState
from switchsim.units import CYCLES_PER_SECOND

LONGEST = "24h"
"""The register that is added up; a measurement's clock begins with it."""
MOST_TIMESLOTS = 31


def timeslots_of(text: int | str) -> tuple[int, ...]:
    """Timeslots 1..31 of `5` or `1-15,17-31`, rising; raises ValueError: none, another one, one twice."""
    numbers: list[int] = []
    for part in str(text).split(","):
        first, dash, last = part.strip().partition("-")
        if not (first.isascii() and first.isdigit() and (not dash or (last.isascii() and last.isdigit()))):
            raise ValueError(f"{part.strip()!r} is no timeslot; expected some of 1..31 as in 1-15,17-31")
        low, high = int(first), int(last or first)
        if not 1 <= low <= high <= MOST_TIMESLOTS:
            raise ValueError(f"timeslots {part.strip()!r} are outside 1..31; expected some of them as in 1-15,17-31")
        for number in range(low, high + 1):
            if number in numbers:
                raise ValueError(f"timeslot {number} twice; expected each once, some of 1..31 as in 1-15,17-31")
            numbers.append(number)
    return tuple(sorted(numbers))


def in_words(timeslots: tuple[int, ...] | list[int]) -> str:
    """`1-15,17` of rising timeslots."""
    runs: list[list[int]] = []
    for timeslot in timeslots:
        if runs and runs[-1][1] == timeslot - 1:
            runs[-1][1] = timeslot
        else:
            runs.append([timeslot, timeslot])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


class BitErrorConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Given by the assembly: what is measured, cells of the line, and the native units.

    pattern, timeslots, inverted: of a start that does not say another one.
    """

    line: str
    end: str  # machine, far: where it checks
    first_sent: int  # the first of the 32 switched cells into which it sends
    first_received: int  # and of those that it checks
    generator: int
    bert: int
    first_source: int  # of as many sources as timeslots
    pattern: str = "2^15-1"
    timeslots: tuple[int, ...] = tuple(range(1, MOST_TIMESLOTS + 1))
    inverted: bool = False


class Measurement(msgspec.Struct):
    """One that runs. lost: the pattern was not in sync for a part of the present second; seconds are whole ones."""

    pattern: str
    timeslots: list[int]
    started: int
    side: SideState
    seconds: int = 0
    in_sync: bool = False
    lost: bool = False
    bits: int = 0  # at the end of the last second
    errors: int = 0
    errored_seconds: int = 0  # of registers that were closed
    severely_errored_seconds: int = 0
    unavailable_seconds: int = 0


class BitErrorState(State):
    running: Measurement | None = None


class BitErrorTestSet(Part[BitErrorState]):
    """`farend/test/<name>`. Acts: start (pattern, timeslots, inverted), stop, error (count: wrong bits sent).

    A start while a measurement runs stops that first. The time before the first sync counts as lost from the end of
    the first second on.
    """

    phase = Phase.SIGNAL

    def __init__(self, path: str, host: Host, engine: Engine, config: BitErrorConfig) -> None:
        super().__init__(path, host)
        self.engine = engine
        self.config = config
        self.state = BitErrorState()

    # -- what it is told ---------------------------------------------------------------------------------------------

    def on_order(self, order: Order) -> None:
        assert isinstance(order, Act), f"{self.path} takes no {order}"
        match order.act:
            case "start":
                self._stop()
                values, config = order.values, self.config
                timeslots = list(timeslots_of(values["timeslots"]) if "timeslots" in values else config.timeslots)
                pattern = str(values.get("pattern", config.pattern))
                self._start(pattern, timeslots, bool(values.get("inverted", config.inverted)))
            case "stop":
                self._stop()
            case "error":
                if self.state.running is not None:
                    self.engine.pattern_error(self.config.generator, int(order.values.get("count", 1)))
            case _:
                raise AssertionError(f"{self.path} has no act {order.act!r}")

    def _start(self, pattern: str, timeslots: list[int], inverted: bool) -> None:
        config, number = self.config, PATTERNS[pattern]
        self.state.running = Measurement(pattern, timeslots, self.now, SideState.starting(0))
        self.engine.pattern_start(config.generator, number, config.first_source, len(timeslots), inverted)
        for index, timeslot in enumerate(timeslots):
            source = self.engine.first_source_cell + config.first_source + index
            self.engine.override(config.first_sent + timeslot, source)
        received = [config.first_received + timeslot for timeslot in timeslots]
        self.engine.bert_listen(config.bert, number, received, inverted)
        self.start_timer("second", CYCLES_PER_SECOND)

    def _stop(self) -> None:
        if self.state.running is None:
            return
        self._tell(self.state.running)
        self.stop_timer("second")
        for timeslot in self.state.running.timeslots:
            self.engine.override(self.config.first_sent + timeslot, NONE)
        self.engine.pattern_stop(self.config.generator)
        self.engine.bert_stop(self.config.bert)
        self.state.running = None

    def closing(self) -> None:
        """A measurement that nobody stopped is told as far as it came."""
        if self.state.running is not None:
            self._tell(self.state.running)

    def _tell(self, running: Measurement) -> None:
        """The result, with the second that is over at this very cycle, whose timer has not come yet."""
        if self.now >= self._second_ends(running):
            self._second(running)
        self._tell_result(running)

    # -- what it finds -----------------------------------------------------------------------------------------------

    def on_media(self, event: MediaEvent) -> None:
        """Sync or its loss."""
        assert event.kind == EV_BERT, f"{self.path} owns no unit of {event}"
        running, config = self.state.running, self.config
        if running is None or event.at < running.started:  # of one that was stopped before this tick
            return
        place = (config.line, config.end, in_words(running.timeslots), running.pattern)
        running.in_sync = bool(event.a)
        if event.a:
            self.emit(PatternSync(*place))
        else:
            running.lost = True
            self.emit(PatternLost(*place, "phase" if event.b == LOST_PHASE else "ratio"))

    def on_timer(self, name: str) -> None:
        """A second is over."""
        running = self.state.running
        assert running is not None, name
        self._second(running)
        self.start_timer("second", self._second_ends(running) - self.now)

    def _second_ends(self, running: Measurement) -> int:
        return running.started + (running.seconds + 1) * CYCLES_PER_SECOND

    def _second(self, running: Measurement) -> None:
        counts = self._counts()
        bits, errors = counts.bits - running.bits, counts.errors - running.errors
        running.bits, running.errors = counts.bits, counts.errors
        if errors:
            self.emit(PatternErrors(self.config.line, self.config.end, running.seconds, bits, errors))
        judge = BitPerformance(running.side, len(running.timeslots))
        for result in judge.second(errors, lost=running.lost or not running.in_sync):
            if isinstance(result, Measured):
                self._add(running, result)
        running.seconds += 1
        running.lost = not running.in_sync

    def _add(self, running: Measurement, result: Measured) -> None:
        """A register closed: a day is over."""
        if result.period == LONGEST:
            running.errored_seconds += result.counts.es
            running.severely_errored_seconds += result.counts.ses
            running.unavailable_seconds += result.counts.uas

    def _counts(self) -> BertCounts:
        return self.engine.bert_counters(self.config.bert)

    def _tell_result(self, running: Measurement) -> None:
        counts, config = self._counts(), self.config
        readings = BitPerformance(running.side, len(running.timeslots)).readings(every=True)
        day = [reading.counts for reading in readings if reading.period == LONGEST]
        self.emit(PatternResult(
            config.line, config.end, in_words(running.timeslots), running.pattern, running.seconds,
            counts.bits, counts.errors, running.errored_seconds + sum(one.es for one in day),
            running.severely_errored_seconds + sum(one.ses for one in day),
            running.unavailable_seconds + sum(one.uas for one in day), counts.losses, counts.slips,
        ))  # fmt: skip
