"""R2 circuits of one part: the protocol machine of each, joined to signalling bits, MFC receivers and MFC senders.

What calls mean is the owner's; whoever keeps his registers elsewhere (a processor with MFC boards) joins them himself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Protocol

import msgspec

from switchsim.dsp.engine import EV_MFC_OFF, EV_MFC_ON, EV_SOURCE_DONE, NONE, Engine
from switchsim.model.event import Event
from switchsim.model.events import FaultFired, FaultUndone, Violated
from switchsim.model.part import MediaEvent, State
from switchsim.proto import r2
from switchsim.proto.r2.codes import SEND_MDBM0
from switchsim.terminals.r2_mistakes import NOTHING, SILENCE, Late, Mistakes, MistakesState
from switchsim.terminals.r2_tap import BACKWARD, BUSY, FORWARD, IDLE, RECEIVED, SENT, R2Tap, TapState

MFC_EVENTS: Final = (EV_MFC_ON, EV_MFC_OFF)
SENDS: Final = {"outgoing": FORWARD, "incoming": BACKWARD}
HEARS: Final = {"outgoing": BACKWARD, "incoming": FORWARD}
"""By the direction of a register."""


class R2Row(msgspec.Struct, frozen=True, kw_only=True):
    """One circuit; units and cells are the native core's. tap: its signals are journalled at this end."""

    line: str
    timeslot: int
    end: str = "far"
    mfc: int  # MFC receiver
    hears: int  # the cell that it listens to
    source: int
    tap: bool = True


class R2EndState(State):
    """sent, heard: line signals. register: outgoing, incoming, or none. signal: of a pulse that is being sent."""

    circuit: r2.R2State
    recogniser: r2.RecogniserState
    sent: int = IDLE
    heard: int = IDLE
    register: str = ""
    pulse: bool = False
    stuck: bool = False
    tap: TapState = msgspec.field(default_factory=TapState)


class R2EndsState(State):
    circuits: list[R2EndState]
    mistakes: MistakesState = msgspec.field(default_factory=MistakesState)


class R2Owner(Protocol):
    """What a part gives its circuits; `number` counts them."""

    def emit(self, event: Event) -> None: ...
    def start_timer(self, name: str, cycles: int) -> None: ...
    def stop_timer(self, name: str) -> None: ...
    def send_cas(self, number: int, abcd: int) -> None:
        """Put signalling bits on the line."""
    def register_taken(self, number: int) -> None:
        """A register is about to hear and send: the source leads to the line, nobody else uses it."""
    def register_freed(self, number: int) -> None:
        """It is gone, the source is idle."""
    def indication(self, number: int, action: Any) -> None:
        """What the protocol reports."""


class R2Ends:
    """Timers are named `r2/<number>/<name>`: give them to `timer` without the first part."""

    def __init__(self, owner: R2Owner, engine: Engine, rows: Sequence[R2Row], config: r2.R2Config) -> None:
        self.owner = owner
        self.engine = engine
        self.rows = rows
        self.config = config
        self.by_place = {(row.line, row.timeslot): number for number, row in enumerate(rows)}
        self.by_receiver = {row.mfc: number for number, row in enumerate(rows)}
        self.by_source = {row.source: number for number, row in enumerate(rows)}
        self.waiting: deque[tuple[int, Any]] = deque()  # actions; empty between events
        self.state = self.new_state()
        self.restored(self.state)

    def new_state(self) -> R2EndsState:
        return R2EndsState([R2EndState(r2.new_state(), r2.RecogniserState()) for _ in self.rows])

    def restored(self, state: R2EndsState) -> None:
        """This is the state from now on."""
        self.state = state
        self.circuits = [r2.Circuit(self.config, end.circuit) for end in state.circuits]
        self.recognisers = [r2.Recogniser(end.recogniser) for end in state.circuits]
        self.taps = [self._tap(row, end.tap) for row, end in zip(self.rows, state.circuits, strict=True)]
        self.mistakes = Mistakes(state.mistakes, self._fired)

    def _tap(self, row: R2Row, state: TapState) -> R2Tap:
        emit: Callable[[Event], None] = self.owner.emit if row.tap else _nobody
        return R2Tap(emit, row.line, row.timeslot, row.end, self.config.variant, state)

    def power_on(self) -> None:
        """Every circuit sends idle, and is heard blocked, as lines are before anybody sends on them."""
        for number, circuit in enumerate(self.circuits):
            self.do(number, circuit.reset())
            self.do(number, self.recognisers[number].push(BUSY << 2 | self.config.cd))

    # -- what comes in -----------------------------------------------------------------------------------------------

    def cas(self, line: str, timeslot: int, abcd: int) -> None:
        """Signalling bits arrived changed; of timeslots that have no circuit they mean nothing."""
        number = self.by_place.get((line, timeslot))
        if number is not None:
            self.do(number, self.recognisers[number].push(abcd))

    def line_fault(self, line: str, on: bool) -> None:
        """The frames of a line are lost, or back."""
        for number, row in enumerate(self.rows):
            if row.line == line:
                self.do(number, self.circuits[number].line_fault(on))

    def media(self, event: MediaEvent) -> bool:
        """An event of a receiver or a source; False: it is not about registers. Of one that was freed it is late."""
        if event.kind == EV_SOURCE_DONE:
            number = self.by_source[event.unit]
            pulse = self.state.circuits[number].pulse
            if pulse:
                self._pulse_over(number)
            return pulse
        if event.kind not in MFC_EVENTS:
            return False
        number = self.by_receiver[event.unit]
        register = self.state.circuits[number].register
        if register and event.kind == EV_MFC_ON:
            self.taps[number].tone(RECEIVED, HEARS[register], event.a)
            self.do(number, self.circuits[number].tone_on(event.a))
        elif register:
            self.taps[number].silence(RECEIVED)
            self.do(number, self.circuits[number].tone_off())
        return True

    def timer(self, name: str) -> None:
        """`<number>/<name>`."""
        text, _, timer = name.partition("/")
        number = int(text)
        if timer == "recognise":
            self.do(number, self.recognisers[number].timer(timer))
        elif timer == "pulse_unheard":
            self._pulse_over(number)
        elif timer.startswith("late/"):
            self._put(number, self.mistakes.state.late.pop(int(timer.removeprefix("late/"))).ab)
        else:
            self.do(number, self.circuits[number].timer(timer))

    # -- what the protocol asks for ----------------------------------------------------------------------------------

    def do(self, number: int, actions: Iterable[Any]) -> None:
        """Carry out actions; those that follow from them come after them."""
        begin = not self.waiting
        self.waiting += ((number, action) for action in actions)
        while begin and self.waiting:
            number, action = self.waiting[0]
            handler = _DO.get(type(action))
            if handler is not None:
                handler(self, number, action)
            else:
                self.owner.indication(number, action)
            self.waiting.popleft()

    def _recognised(self, number: int, action: r2.Recognised) -> None:
        self.state.circuits[number].heard = action.ab
        self.taps[number].line(RECEIVED, action.ab << 2 | self.config.cd)
        self.do(number, self.circuits[number].line(action.ab))

    def _send_line(self, number: int, action: r2.SendLine) -> None:
        end = self.state.circuits[number]
        before, end.sent = end.sent, action.ab
        now, later = self.mistakes.line(number, action.ab, before, end.heard)
        if now != NOTHING:
            self._overtake(number)
            self._put(number, now)
        elif later:
            state = self.mistakes.state
            state.numbered += 1
            state.late[state.numbered] = Late(number, action.ab)
            self.owner.start_timer(f"r2/{number}/late/{state.numbered}", later)

    def _overtake(self, number: int) -> None:
        """Line signals that are late, and now would come after the next one, do not come at all."""
        late = self.mistakes.state.late
        for which in [which for which, one in late.items() if one.number == number]:
            del late[which]
            self.owner.stop_timer(f"r2/{number}/late/{which}")

    def _put(self, number: int, ab: int) -> None:
        abcd = ab << 2 | self.config.cd
        self.taps[number].line(SENT, abcd)
        self.owner.send_cas(number, abcd)

    def _seize(self, number: int, action: r2.SeizeRegister) -> None:
        row, end = self.rows[number], self.state.circuits[number]
        end.register = action.direction
        self.owner.register_taken(number)
        self.engine.mfc_listen(row.mfc, row.hears, HEARS[action.direction], self.config.variant)
        self.do(number, self.circuits[number].register_ready())

    def _free(self, number: int, _: r2.FreeRegister) -> None:
        end = self.state.circuits[number]
        if not end.register:
            return
        self._forget_pulse(number)
        end.stuck = False
        self.engine.mfc_listen(self.rows[number].mfc, NONE, HEARS[end.register])
        self.engine.source_idle(self.rows[number].source)
        self.taps[number].register_over()
        end.register = ""
        self.owner.register_freed(number)

    def _send_tone(self, number: int, action: r2.SendTone) -> None:
        self._sound(number, action.signal, 0)

    def _pulse(self, number: int, action: r2.PulseTone) -> None:
        self.state.circuits[number].pulse = True
        self._sound(number, action.signal, action.cycles)

    def _sound(self, number: int, signal: int, cycles: int) -> None:
        """A register signal of so many cycles, 0: until it is stopped. One that is not sent takes its time as well."""
        end, row = self.state.circuits[number], self.rows[number]
        signal = SILENCE if end.stuck else self.mistakes.tone(number, signal)
        if signal == SILENCE:
            if cycles:
                self.owner.start_timer(f"r2/{number}/pulse_unheard", cycles)
            return
        level = SEND_MDBM0[self.config.variant]
        self.taps[number].tone(SENT, SENDS[end.register], signal)
        self.engine.source_mfc(row.source, SENDS[end.register], signal, level_mdbm0=(level, level), cycles=cycles)

    def _stop_tone(self, number: int, _: r2.StopTone) -> None:
        end = self.state.circuits[number]
        if SENT in end.tap.sounds and not end.stuck:
            end.stuck = self.mistakes.sticks(number)
        self._hush(number)

    def _hush(self, number: int) -> None:
        end = self.state.circuits[number]
        if end.register and not end.stuck:
            self.taps[number].silence(SENT)
            self.engine.source_idle(self.rows[number].source)

    def _pulse_over(self, number: int) -> None:
        self.state.circuits[number].pulse = False
        self.taps[number].silence(SENT)
        self.do(number, self.circuits[number].pulse_sent())

    def _forget_pulse(self, number: int) -> None:
        if self.state.circuits[number].pulse:
            self.state.circuits[number].pulse = False
            self.owner.stop_timer(f"r2/{number}/pulse_unheard")

    def _start_timer(self, number: int, action: r2.StartTimer) -> None:
        self.owner.start_timer(f"r2/{number}/{action.name}", action.cycles)

    def _stop_timer(self, number: int, action: r2.StopTimer) -> None:
        self.owner.stop_timer(f"r2/{number}/{action.name}")

    def _violated(self, number: int, action: r2.Violation | r2.MaintenanceAlarm) -> None:
        row = self.rows[number]
        self.owner.emit(Violated(f"{row.line}:{row.timeslot}", action.clause, action.detail))

    # -- faults ------------------------------------------------------------------------------------------------------

    def inject(self, fault: str, point: str, values: dict[str, int | str]) -> None:
        """A mistake of r2_mistakes.POINTS. line; timeslot, 0: all of the line's; skip, count; signal or time."""
        line, timeslot = str(values["line"]), int(values["timeslot"])
        circuits = [number for (name, slot), number in self.by_place.items() if name == line and timeslot in (0, slot)]
        self.mistakes.begin(fault, point, circuits, values)

    def heal(self, fault: str) -> None:
        """Undo it."""
        self.owner.emit(FaultUndone(fault))
        for number in self.mistakes.end(fault):
            if self.state.circuits[number].stuck:
                self.state.circuits[number].stuck = False
                self._hush(number)

    def _fired(self, fault: str, number: int, effect: str) -> None:
        row = self.rows[number]
        self.owner.emit(FaultFired(fault, f"{row.line}:{row.timeslot}: {effect}"))


def _nobody(event: Event) -> None:
    """Signals of a circuit whose other end writes them down."""


_DO: Final[dict[type, Callable[[R2Ends, int, Any], None]]] = {
    r2.Recognised: R2Ends._recognised,
    r2.SendLine: R2Ends._send_line,
    r2.SeizeRegister: R2Ends._seize,
    r2.FreeRegister: R2Ends._free,
    r2.SendTone: R2Ends._send_tone,
    r2.StopTone: R2Ends._stop_tone,
    r2.PulseTone: R2Ends._pulse,
    r2.StartTimer: R2Ends._start_timer,
    r2.StopTimer: R2Ends._stop_timer,
    r2.Violation: R2Ends._violated,
    r2.MaintenanceAlarm: R2Ends._violated,
}
