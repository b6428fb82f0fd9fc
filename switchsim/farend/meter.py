"""A tone meter: it listens beside a speech path, measures digits and tones, and names call progress signals."""

from __future__ import annotations

import msgspec

from switchsim.dsp.engine import EV_DIGIT_OFF, EV_DIGIT_ON, EV_TONE_OFF, EV_TONE_ON, Engine
from switchsim.model.events import DigitMeasured, SignalRecognised, ToneMeasured
from switchsim.model.part import Host, MediaEvent, Part, State
from switchsim.model.phase import Phase
from switchsim.proto.cadence import QUIET, Cadence, CadenceState, Signal

METER_EVENTS = (EV_DIGIT_ON, EV_DIGIT_OFF, EV_TONE_ON, EV_TONE_OFF)


class MeterConfig(msgspec.Struct, frozen=True, kw_only=True):
    """who: as events name it. receiver, progress: native units; cell: what they listen to.

    tone_set: of the progress receiver; tones: the names of its tones by number, frequencies with `+` between.
    """

    who: str
    receiver: int
    progress: int
    cell: int
    tone_set: str
    tones: tuple[str, ...]
    signals: tuple[Signal, ...]


class Begun(State):
    """A digit or tone that has begun; a and b are those of its event."""

    at: int = -1
    a: int = 0
    b: int = 0


class MeterState(State):
    digit: Begun = msgspec.field(default_factory=Begun)
    tone: Begun = msgspec.field(default_factory=Begun)
    cadence: CadenceState = msgspec.field(default_factory=CadenceState)


class ToneMeter(Part[MeterState]):
    """`farend/meter/<name>`. Timer `look`: the cadence may have become another signal. No machine notices it."""

    phase = Phase.OBSERVE

    def __init__(self, path: str, host: Host, engine: Engine, config: MeterConfig) -> None:
        super().__init__(path, host)
        self.engine = engine
        self.config = config
        self.state = MeterState()
        self.restored()

    def restored(self) -> None:
        self.cadence = Cadence(self.config.signals, self.state.cadence)

    def start(self) -> None:
        self.engine.receiver_listen(self.config.receiver, self.config.cell)
        self.engine.progress_listen(self.config.progress, self.config.cell, self.config.tone_set)

    def on_media(self, event: MediaEvent) -> None:
        if event.kind == EV_DIGIT_ON:
            self.state.digit = Begun(event.at, event.a, event.b)
        elif event.kind == EV_DIGIT_OFF:
            self._digit_over(event)
        elif event.kind == EV_TONE_ON:
            self.state.tone = Begun(event.at, event.a, event.b)
            self._signal(self.cadence.tone(self.config.tones[event.a], event.at))
        else:
            self._tone_over(event)

    def on_timer(self, name: str) -> None:
        self._signal(self.cadence.look(self.now))

    def _digit_over(self, event: MediaEvent) -> None:
        begun, who, digit = self.state.digit, self.config.who, chr(event.a & 0xFF)
        low, high = _signed(begun.b, 16), _signed(begun.b >> 16, 16)
        offsets = _signed(begun.a >> 8, 12), _signed(begun.a >> 20, 12)
        self.emit(DigitMeasured(who, digit, begun.at, low, high, high - low, *offsets, event.b))

    def _tone_over(self, event: MediaEvent) -> None:
        begun, hz = self.state.tone, self.config.tones[event.a]
        lower, upper = _signed(begun.b, 16), _signed(begun.b >> 16, 16)
        self.emit(ToneMeasured(self.config.who, hz, begun.at, lower, upper, event.b))
        self._signal(self.cadence.tone(QUIET, event.at))

    def _signal(self, signal: str | None) -> None:
        if signal is not None:
            self.emit(SignalRecognised(self.config.who, signal))
        due = self.cadence.due(self.now)
        if due is None:
            self.stop_timer("look")
        else:
            self.start_timer("look", max(1, due - self.now))


def _signed(bits: int, width: int) -> int:
    bits &= (1 << width) - 1
    return bits - (bits >> width - 1 << width)
