"""The ladder of one call: far end, machine and people, message by message, with cycles.

A call's Q.931 messages are found by its circuit: the dialogue on that line's D channel whose channel identification
names the call's timeslot and whose SETUP lies nearest to the call's beginning. Those of ISUP and TUP
name their circuit, and so do the signals of R2. A call that goes on to another exchange has a second circuit; its
messages are marked with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from switchsim.errors import BadInput
from switchsim.model.event import Event, Record
from switchsim.model.events import (
    CallAnswered,
    CallCleared,
    CallLeg,
    CallQueued,
    CallState,
    CallTranslated,
    CallUnqueued,
    DigitHeard,
    FrameReceived,
    FrameSent,
    PartyDials,
    PartyHears,
    PartyPlaced,
    PartySays,
    ResourceFreed,
    ResourceSeized,
    ResourceShort,
    Routed,
    SeatState,
)
from switchsim.proto.q931.codec import Message, decode
from switchsim.proto.q931.elements import Cause, ChannelId, Ie, Number, Progress
from switchsim.report.causes import cause_name
from switchsim.report.frames import SETUP, Numbering, message_name, read_lapd
from switchsim.report.journal import CallIndex, CallLine
from switchsim.report.r2_signals import R2Signals
from switchsim.report.trunk_messages import TrunkMessages
from switchsim.units import format_cycles, seconds

_FAR: Final = 52
"""Width of the far end's column."""
_NEAR_CYCLES: Final = seconds(60)
"""A SETUP farther than this from the call's beginning is another call's."""

FAR, MACHINE, PEOPLE = "far", "machine", "people"


class Step(msgspec.Struct, frozen=True):
    """One rung: `toward` the machine or away from it, seen from the column it stands in; `` = no arrow."""

    at: int
    column: str
    text: str
    arrow: str = ""  # "in", "out"


class _Dialogue(msgspec.Struct):
    line: str
    start: int
    channels: set[int]
    steps: list[Step]


class _Circuit(msgspec.Struct):
    """A circuit of a call, from `at` until it was given up (-1: until the call's end). mark: before its messages."""

    line: str
    timeslot: int
    at: int
    mark: str = ""
    until: int = -1


class LadderReader:
    """Collects what ladders need; give it every record, then ask for calls."""

    def __init__(self) -> None:
        self.index = CallIndex()
        self._numbering = Numbering()
        self._trunks = TrunkMessages()
        self._r2 = R2Signals()
        self._dialogues: list[_Dialogue] = []
        self._open: dict[tuple[str, str, int, bool], _Dialogue] = {}
        self._call_steps: dict[int, list[Step]] = {}
        self._party_steps: dict[int, list[Step]] = {}
        self._placed: list[tuple[int, str, int, int]] = []  # cycle, line, timeslot, party
        self._circuits: dict[int, list[_Circuit]] = {}  # of calls: those that joined later

    def take(self, record: Record) -> None:
        self.index.take(record)
        self._trunks.take(record)
        self._r2.take(record)
        event = record.event
        if isinstance(event, FrameSent | FrameReceived):
            self._frame(record, event)
        elif isinstance(event, PartyPlaced):
            self._placed.append((record.at, event.line, event.timeslot, event.party))
        elif isinstance(event, CallLeg) and event.line:
            self._circuit(record.at, event)
        elif isinstance(event, PartyHears | PartyDials | PartySays):
            self._party_steps.setdefault(event.party, []).append(_party_step(record.at, event))
        if (step := _call_step(record.at, event)) is not None:
            self._call_steps.setdefault(getattr(event, "call", 0), []).append(step)

    def _circuit(self, at: int, event: CallLeg) -> None:
        rows = self._circuits.setdefault(event.call, [])
        if event.joined:
            rows.append(_Circuit(event.line, event.timeslot, at, f"{event.line}:{event.timeslot} "))
        elif rows:
            rows[-1].until = at

    def _frame(self, record: Record, event: FrameSent | FrameReceived) -> None:
        sent = isinstance(event, FrameSent)
        lapd = read_lapd(bytes.fromhex(event.octets))
        if not self._numbering.takes(record.place, event.link, sent, lapd):
            return
        message = decode(lapd.info)
        if not isinstance(message, Message) or not message.cr:
            return
        key = (record.place, event.link, message.cr, message.to_originator != sent)
        dialogue = self._open.get(key)
        if dialogue is None or (message.type == SETUP and record.at - dialogue.start > _NEAR_CYCLES):
            dialogue = self._open[key] = _Dialogue(event.link.rpartition(":")[0], record.at, set(), [])
            self._dialogues.append(dialogue)
        channel = message.ies.get(Ie.CHANNEL_IDENTIFICATION)
        if isinstance(channel, ChannelId):
            dialogue.channels |= set(channel.channels)
        dialogue.steps.append(Step(record.at, FAR, describe(message), "out" if sent else "in"))
        if message_name(message.type) == "RELEASE COMPLETE":
            del self._open[key]

    def steps(self, call: CallLine) -> list[Step]:
        """All rungs of a call, in order."""
        found = list(self._call_steps.get(call.call, ()))
        ended = call.ended if call.ended >= 0 else max([call.offered, *(step.at for step in found)])
        for circuit in self._circuits.get(call.call, ()):
            found += self._messages(circuit, ended)
        if call.line:
            found += self._messages(_Circuit(call.line, call.timeslot, call.offered), ended)
            for party in self._parties(call, ended):
                found += (step for step in self._party_steps.get(party, ()) if call.offered <= step.at <= ended)
        return sorted(found, key=lambda step: (step.at, step.column != FAR or step.arrow != "in"))

    def _messages(self, circuit: _Circuit, ended: int) -> Iterator[Step]:
        """What was said of the call on one of its circuits."""
        dialogue = self._dialogue(circuit)
        for step in dialogue.steps if dialogue is not None else ():
            yield Step(step.at, FAR, circuit.mark + step.text, step.arrow)
        until = circuit.until if circuit.until >= 0 else ended
        for message in self._trunks.of_call(circuit.line, circuit.timeslot, circuit.at, until):
            yield Step(message.at, FAR, circuit.mark + message.text, "out" if message.sent else "in")
        for signal in self._r2.of_call(circuit.line, circuit.timeslot, circuit.at, until):
            yield Step(signal.at, FAR, circuit.mark + signal.text, "out" if signal.sent else "in")

    def _dialogue(self, circuit: _Circuit) -> _Dialogue | None:
        near = [
            (abs(dialogue.start - circuit.at), number)
            for number, dialogue in enumerate(self._dialogues)
            if dialogue.line == circuit.line and circuit.timeslot in dialogue.channels
        ]
        distance, number = min(near, default=(_NEAR_CYCLES + 1, -1))
        return self._dialogues[number] if distance <= _NEAR_CYCLES else None

    def _parties(self, call: CallLine, ended: int) -> set[int]:
        """Who was at the call's circuit while it lasted."""
        return {
            party
            for at, line, timeslot, party in self._placed
            if (line, timeslot) == (call.line, call.timeslot) and call.offered - _NEAR_CYCLES <= at <= ended
        }


def describe(message: Message) -> str:
    """`SETUP channel 5, 13900000001 > 10060`: the message with what one looks for in it."""
    told = []
    channel, cause = message.ies.get(Ie.CHANNEL_IDENTIFICATION), message.ies.get(Ie.CAUSE)
    calling, called = message.ies.get(Ie.CALLING_PARTY_NUMBER), message.ies.get(Ie.CALLED_PARTY_NUMBER)
    if isinstance(channel, ChannelId) and channel.channels:
        told.append("channel " + "+".join(map(str, channel.channels)))
    if isinstance(called, Number):
        told.append((f"{calling.digits} > " if isinstance(calling, Number) else "") + called.digits)
    if isinstance(cause, Cause):
        told.append(f"cause {cause_name(cause.value)}")
    progress = message.ies.get(Ie.PROGRESS_INDICATOR)
    if isinstance(progress, Progress):
        told.append(f"progress {progress.description}")
    return " ".join([message_name(message.type), ", ".join(told)]).rstrip()


def _party_step(at: int, event: PartyHears | PartyDials | PartySays) -> Step:
    if isinstance(event, PartySays):
        return Step(at, FAR, f"says {event.prompt}", "in")
    if isinstance(event, PartyDials):
        return Step(at, FAR, f"dials {event.digits}", "in")
    return Step(at, FAR, f"hears {event.what} {event.which}".rstrip())


def _call_step(at: int, event: Event) -> Step | None:
    match event:
        case CallTranslated(dialled=dialled, number=number):
            return Step(at, MACHINE, f"number {dialled} is {number}")
        case CallState(state=state, detail=detail):
            return Step(at, MACHINE, f"{state} {detail}".rstrip())
        case CallLeg(line=line, timeslot=timeslot, seat=seat, joined=joined):
            who = f"seat {seat}" if seat else f"{line}:{timeslot}"
            return Step(at, MACHINE, f"{who} {'joins' if joined else 'leaves'}")
        case CallAnswered():
            return Step(at, MACHINE, "answered")
        case Routed(by=by, queue=queue):
            return Step(at, MACHINE, f"routed by {by} to {queue}")
        case CallQueued(queue=queue, position=position):
            return Step(at, MACHINE, f"queue {queue}, position {position}")
        case CallUnqueued(queue=queue, why=why, waited=waited):
            return Step(at, MACHINE, f"leaves queue {queue} after {format_cycles(waited)}: {why}")
        case ResourceSeized(resource=resource, unit=unit):
            return Step(at, MACHINE, f"seizes {resource} {unit}")
        case ResourceFreed(resource=resource, unit=unit):
            return Step(at, MACHINE, f"frees {resource} {unit}")
        case ResourceShort(resource=resource):
            return Step(at, MACHINE, f"no {resource} is free")
        case DigitHeard(receiver=receiver, digit=digit):
            return Step(at, MACHINE, f"receiver {receiver} hears {digit}")
        case CallCleared(cause=cause, by=by):
            return Step(at, MACHINE, f"cleared by {by}: {cause_name(cause)}")
        case SeatState(seat=seat, state=state, call=call) if call:
            return Step(at, PEOPLE, f"seat {seat} {state}", "out" if state == "ringing" else "in")
        case _:
            return None


def ladder(records: Iterable[Record], call: int, *, ascii_only: bool = False) -> list[str]:
    """The lines of one call's ladder. Raises BadInput when the run has no call of this number."""
    reader = _read(records)
    found = reader.index.calls.get(call)
    if found is None:
        numbers = sorted(reader.index.calls)
        known = f"a call {numbers[0]}..{numbers[-1]}" if numbers else "a run with calls"
        raise BadInput.one("--call", f"the run has no call {call}", known)
    lines = [call_line(found), _heading(ascii_only)]
    return lines + [_rung(step, ascii_only) for step in reader.steps(found)]


def call_list(records: Iterable[Record]) -> list[str]:
    """One line a call."""
    return [call_line(call) for call in _read(records).index.calls.values()]


def _read(records: Iterable[Record]) -> LadderReader:
    reader = LadderReader()
    for record in records:
        reader.take(record)
    return reader


def call_line(call: CallLine) -> str:
    """`call 12 in e1-0:5 139... > 10060, 3.000s..9.500s, queue sales, seat 8001: 16 normal call clearing by caller`."""
    where = f"{call.line}:{call.timeslot} " if call.line else ""
    until = format_cycles(call.ended) if call.ended >= 0 else "still up"
    told = [f"call {call.call} {call.direction} {where}{call.calling} > {call.called}"]
    told.append(f"{format_cycles(call.offered)}..{until}")
    told += [f"queue {call.queue}"] if call.queue else []
    told += [f"seat {call.seat}"] if call.seat else []
    end = f": {cause_name(call.cause)} by {call.by}" if call.ended >= 0 else ""
    return ", ".join(told) + end


def _heading(ascii_only: bool) -> str:
    bar = "|" if ascii_only else "│"
    return f"{'time':>12} {'cycle':>10}  {'far end':<{_FAR}} {bar} machine, people"


def _rung(step: Step, ascii_only: bool) -> str:
    dash, bar = ("-", "|") if ascii_only else ("─", "│")
    left, right = "", step.text
    if step.column == FAR:
        left, right = _arrow_left(step, dash), ""
    elif step.column == PEOPLE:
        right = (f"{dash * 3}> " if step.arrow == "out" else f"<{dash * 3} ") + step.text
    return f"{format_cycles(step.at):>12} {step.at:>10}  {left:<{_FAR}} {bar} {right}".rstrip()


def _arrow_left(step: Step, dash: str) -> str:
    room = max(2, _FAR - len(step.text) - 2)
    if step.arrow == "in":
        return f"{step.text} {dash * room}>"
    return f"<{dash * room} {step.text}" if step.arrow == "out" else f"  {step.text}"
