"""The JSON lines of `switchsim serve`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import click
import msgspec

from switchsim.errors import ExitCode, SwitchsimError
from switchsim.model.event import Event
from switchsim.model.events import AlarmCleared, AlarmRaised, CallCleared, CallOffered, CallState, LinkDown, LinkUp
from switchsim.scenario.prepare import Prepared
from switchsim.scenario.runner import RunOptions, run
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller
from switchsim.sut.face import OutsideEvent


@dataclass
class _Call:
    id: int
    dir: str
    line: str
    ts: int
    number: str


class JsonTeller(Teller):
    """One object a line to standard output, written at once."""

    def __init__(self) -> None:
        self._calls: dict[int, _Call] = {}
        self._links_up: set[str] = set()
        self._encode = msgspec.json.Encoder().encode
        self._handlers: dict[type[Event], Callable[[int, Any], None]] = {
            CallOffered: self._offered,
            CallState: self._state,
            CallCleared: self._cleared,
            AlarmRaised: self._alarm_raised,
            AlarmCleared: self._alarm_cleared,
            LinkUp: self._link,
            LinkDown: self._link,
        }

    def say(self, event: str, **fields: object) -> None:
        click.echo(self._encode({"event": event, **fields}))

    def ready(self, addresses: dict[str, str]) -> None:
        self.say("ready", addresses=addresses)

    def caution(self, text: str) -> None:
        self.say("caution", text=text)

    def outside(self, event: OutsideEvent) -> None:
        self.say(event.event, at=event.at, source=event.source, **({"detail": event.detail} if event.detail else {}))

    def event(self, now: int, place: str, event: Event) -> None:
        handler = self._handlers.get(type(event))
        if handler is not None and not place.startswith("farend/"):  # how the far end sees it is its own matter
            handler(now, event)

    def _offered(self, now: int, event: CallOffered) -> None:
        call = self._calls[event.call] = _Call(event.call, event.direction, event.line, event.timeslot, event.called)
        self._call(now, call, "offered", 0)

    def _state(self, now: int, event: CallState) -> None:
        if event.call in self._calls:
            self._call(now, self._calls[event.call], event.state, 0)

    def _cleared(self, now: int, event: CallCleared) -> None:
        call = self._calls.pop(event.call, None)
        if call is not None:
            self._call(now, call, "cleared", event.cause)

    def _call(self, now: int, call: _Call, state: str, cause: int) -> None:
        self.say("call", at=now, id=call.id, dir=call.dir, line=call.line, ts=call.ts, number=call.number, state=state,
                 cause=cause)

    def _alarm_raised(self, now: int, event: AlarmRaised) -> None:
        self.say("alarm", at=now, state="raised", alarm=event.alarm, about=event.about, severity=event.severity,
                 en=event.en, zh=event.zh)

    def _alarm_cleared(self, now: int, event: AlarmCleared) -> None:
        self.say("alarm", at=now, state="cleared", alarm=event.alarm, about=event.about)

    def _link(self, now: int, event: LinkUp | LinkDown) -> None:
        """A link that is down says so again whenever it could not be set up: told once. One set up anew is up again."""
        up = isinstance(event, LinkUp)
        if up or event.link in self._links_up:
            self.say("link_up" if up else "link_down", at=now, link=event.link)
        (self._links_up.add if up else self._links_up.discard)(event.link)


def serve(prepared: Prepared, options: RunOptions) -> ExitCode:
    """Run it; the last line is `done`, also when the run fails."""
    teller = JsonTeller()
    try:
        with StopSignal() as stop:
            finished = run(prepared, replace(options, arguments=sys.argv[1:]), teller, stop)
    except SwitchsimError as error:
        teller.say("done", exit_code=int(error.exit_code), problem=str(error))
        raise
    verdict = finished.verdict
    facts = {"at": verdict.end, "result": verdict.result.value, "why": verdict.why, "digest": verdict.digest,
             "reasons": verdict.reasons} if verdict is not None else {"problem": finished.problem}
    teller.say("done", exit_code=int(finished.exit_code), run_folder=str(finished.folder),
               attachments=finished.attachments, **facts)
    return finished.exit_code
