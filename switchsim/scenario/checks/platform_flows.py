"""IVR flows end, and give their voice channels back."""

from __future__ import annotations

import msgspec

from switchsim.model.event import Event, Record
from switchsim.model.events import CallCleared, CallOffered, FlowChanged, ProcessState, VoiceChannel
from switchsim.report.result import CheckResult, Outcome, judged
from switchsim.scenario.checks.base import Check, CheckSettings, Handler
from switchsim.units import format_cycles

OVER = ("ended", "killed", "refused")
FREE = ("idle", "lost", "")
AFTER = ("stopped", "crashed")


class _Held(msgspec.Struct):
    """since: cycle of the beginning. cleared: of the call, 0 = it is up."""

    since: int
    what: str
    call: int
    cleared: int = 0


class Flows(Check):
    """Every flow that an IVR takes ends, with its call at the latest, or with the IVR; and no channel of a voice
    processor is left seized. A call that is over may still be in a flow until the recovery time is over."""

    name = "platform.flows"
    title = "every flow ends and every voice channel is given back"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._open: dict[tuple[str, str, int], _Held] = {}  # place, line (`` = a flow), call or timeslot
        self._up: set[int] = set()
        self._cleared: dict[int, int] = {}
        self._seen = False

    def handlers(self) -> dict[type[Event], Handler]:
        return {
            FlowChanged: self._flow,
            VoiceChannel: self._channel,
            CallOffered: self._call_offered,
            CallCleared: self._call_cleared,
            ProcessState: self._process,
        }

    def _flow(self, record: Record, event: FlowChanged) -> None:
        if not event.call:
            return
        self._seen = True
        key = (record.place, "", event.call)
        if event.state in OVER:
            self._over(key, record.at)
        else:
            what = f"call {event.call} in flow {event.flow}{' block ' + event.block if event.block else ''}"
            self._held(key, record.at, what, event.call)

    def _channel(self, record: Record, event: VoiceChannel) -> None:
        self._seen = True
        key = (record.place, event.line, event.timeslot)
        if event.state in FREE:
            self._over(key, record.at)
        else:
            what = f"voice channel {event.line}:{event.timeslot} seized for call {event.call}"
            self._held(key, record.at, what, event.call)

    def _held(self, key: tuple[str, str, int], at: int, what: str, call: int) -> None:
        row = self._open.get(key)
        if row is None or row.call != call:
            row = self._open[key] = _Held(at, what, call, self._cleared.get(call, 0))
        row.what = what

    def _over(self, key: tuple[str, str, int], at: int) -> None:
        row = self._open.pop(key, None)
        if row is not None and row.cleared:
            self._judge(key, row, at)

    def _call_offered(self, record: Record, event: CallOffered) -> None:
        self._up.add(event.call)

    def _call_cleared(self, record: Record, event: CallCleared) -> None:
        self._cleared[event.call] = record.at
        self._up.discard(event.call)
        for row in self._open.values():
            if row.call == event.call:
                row.cleared = record.at

    def _process(self, record: Record, event: ProcessState) -> None:
        """Who goes forgets what it had."""
        if event.state in AFTER:
            for key in [key for key in self._open if key[0] == record.place]:
                self._over(key, record.at)

    def _judge(self, key: tuple[str, str, int], row: _Held, at: int) -> None:
        if at - row.cleared > self.settings.recovery_cycles:
            limit = format_cycles(self.settings.recovery_cycles)
            what = f"{row.what} since cycle {row.since} goes on until cycle {at}"
            self.found(at, key[0], f"{what}; expected its end within {limit} of the call's, at cycle {row.cleared}")

    def finish(self, end: int) -> CheckResult:
        if not self._seen:
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, "no flow and no voice channel was used")
        for key, row in self._open.items():
            if row.cleared:
                self._judge(key, row, end)
            elif self.settings.drained and row.call in self._up:
                what = f"{row.what} since cycle {row.since} never ends"
                self.found(end, key[0], f"{what}; expected its end before that of the run")
        return judged(self.name, self.title, self.findings)


PLATFORM_FLOWS: tuple[type[Check], ...] = (Flows,)
