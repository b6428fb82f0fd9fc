"""Who really hears whom, by the parties' watermarks, against who is to speak with whom.

A change may be heard up to the longest path delay and the stated switching time before or after it is decided.
"""

from __future__ import annotations

import re
from typing import ClassVar

from switchsim.model.event import Event, Record
from switchsim.model.events import (
    BoardState,
    CallCleared,
    CallLeg,
    CallOffered,
    CallState,
    FaultArmed,
    FaultFired,
    FaultUndone,
    PartyDials,
    PartyHears,
    PartyPlaced,
    PartySpeaks,
    SeatState,
)
from switchsim.report.result import CheckResult, Outcome, judged
from switchsim.scenario.checks.base import Check, CheckSettings, Handler
from switchsim.scenario.checks.lies import OPEN
from switchsim.scenario.checks.talks import SPEAKING, THROUGH, Pair, Talks, seat_place
from switchsim.units import format_cycles, ms

DIGIT_CYCLES = ms(250)
"""A digit dialled as audio silences its speaker for about so long."""

_IDS = re.compile(r"\d+")


def heard_ids(what: str, which: str) -> frozenset[int]:
    """The watermarks in what a party hears: one of `party`, several of `mix`, none of all else."""
    return frozenset(map(int, _IDS.findall(which))) if what in ("party", "mix") else frozenset()


def _pair(a: int, b: int) -> Pair:
    return (a, b) if a < b else (b, a)


class _Harm:
    """When faults act that the catalogue says harm speech; a board's does so until it is in service again."""

    def __init__(self, settings: CheckSettings) -> None:
        self._settings = settings
        self._faults: dict[str, FaultArmed] = {}
        self._windows: dict[str, tuple[int, int]] = {}  # fault -> from, until
        self._boards: dict[str, str] = {}
        self._starting: dict[str, list[str]] = {}  # board -> its faults that were undone

    def handlers(self) -> dict[type[Event], Handler]:
        return {
            FaultArmed: self._armed, FaultFired: self._fired, FaultUndone: self._undone, BoardState: self._board}

    def since(self, at: int) -> bool:
        """Whether one acted at `at` or later."""
        return any(at <= until for _, until in self._windows.values())

    def during(self, at: int, later: int, *, echoing: bool = False) -> bool:
        """Whether one acted at `at`, or began up to `later`; echoing: one by which speakers hear themselves."""
        return any(begin <= later and at <= until for fault, (begin, until) in self._windows.items()
                   if not echoing or self._settings.facts[self._faults[fault].name].echoes)  # fmt: skip

    def _armed(self, record: Record, event: FaultArmed) -> None:
        self._faults[event.fault] = event

    def _fired(self, record: Record, event: FaultFired) -> None:
        armed = self._faults.get(event.fault)
        facts = self._settings.facts.get(armed.name) if armed else None
        if facts is not None and facts.harms_speech:
            self._windows.setdefault(event.fault, (record.at, OPEN))

    def _undone(self, record: Record, event: FaultUndone) -> None:
        if event.fault in self._windows:
            board = self._faults[event.fault].where
            if self._boards.get(board, "in_service") == "in_service":
                self._over(event.fault, record.at)
            else:
                self._starting.setdefault(board, []).append(event.fault)

    def _board(self, record: Record, event: BoardState) -> None:
        self._boards[record.place] = event.state
        if event.state == "in_service":
            for fault in self._starting.pop(record.place, ()):
                self._over(fault, record.at)

    def _over(self, fault: str, at: int) -> None:
        self._windows[fault] = (self._windows[fault][0], at + self._settings.speech_cycles)


class _Speech(Check):
    """Base: keeps who is connected and who hears whom; the two checks look at the differences."""

    states: ClassVar[tuple[str, ...]] = SPEAKING

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self.talks = Talks(self._connected, self.states, settings.machine_of, settings.joins)
        self.hears: dict[int, frozenset[int]] = {}
        self.tolerance = settings.path_delay_cycles + settings.switching_cycles
        self.heard = 0
        self.harm = _Harm(settings)
        self._excused = 0

    def handlers(self) -> dict[type[Event], Handler]:
        talks = self.talks
        return {
            CallOffered: talks.offered,
            CallState: talks.state,
            CallLeg: talks.leg,
            CallCleared: talks.over,
            SeatState: talks.seat,
            PartyPlaced: talks.party,
            PartyHears: self._hears,
            **self.harm.handlers(),
        }

    def _hears(self, record: Record, event: PartyHears) -> None:
        self.heard += 1
        before, now = self.hears.get(event.party, frozenset()), heard_ids(event.what, event.which)
        self.hears[event.party] = now
        for other in sorted(before ^ now):
            self._hearing(event.party, other, other in now, event.since)

    def _connected(self, pair: Pair, connected: bool, at: int) -> None:
        raise NotImplementedError

    def _hearing(self, ear: int, mouth: int, heard: bool, since: int) -> None:
        raise NotImplementedError

    def _not_judged(self) -> CheckResult | None:
        if self.heard and self.talks.placed:
            return None
        reason = "no party is placed at a circuit or seat" if self.heard else "no party listens"
        return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, reason)


class NoCrossedSpeech(_Speech):
    """Nobody hears somebody whom he is not connected with, or himself, for longer than the tolerance. Who places a
    call may hear its far end before the answer. Who are parted while a fault acts that the catalogue says harms speech
    may hear each other on: without its node board the switching network parts nobody. Over a looped line speakers hear
    themselves."""

    name = "speech.crossed"
    title = "no party hears another one than those it is connected with"
    states = THROUGH

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._wrong: dict[tuple[int, int], int] = {}
        self._parted: dict[Pair, int] = {}
        self._listened: dict[tuple[int, int], int] = {}  # (ear, mouth) -> until when a supervisor listened in

    def handlers(self) -> dict[type[Event], Handler]:
        return super().handlers() | {SeatState: self._seat}

    def _seat(self, record: Record, event: SeatState) -> None:
        """A supervisor who stops listening in may hear no more of whom it heard."""
        for listened in self.talks.listened_to_at(seat_place(event.seat)):
            self._listened[listened] = record.at
        self.talks.seat(record, event)
        for ear, mouths in self.hears.items():
            if self.talks.place_of(ear) == f"seat {event.seat}":
                for mouth in sorted(mouths):
                    if not self._allowed(ear, mouth):
                        self._wrong.setdefault((ear, mouth), record.at)

    def _allowed(self, ear: int, mouth: int) -> bool:
        return self.talks.connected(_pair(ear, mouth)) or self.talks.listens_to(ear, mouth)

    def _connected(self, pair: Pair, connected: bool, at: int) -> None:
        if not connected:
            self._parted[pair] = at
        for ear, mouth in (pair, pair[::-1]):
            if connected:
                self._right(ear, mouth, at)
            elif mouth in self.hears.get(ear, ()):
                self._wrong.setdefault((ear, mouth), at)

    def _hearing(self, ear: int, mouth: int, heard: bool, since: int) -> None:
        if not heard:
            self._right(ear, mouth, since)
        elif not self._allowed(ear, mouth):
            # What is told now began at `since`: perhaps while the two were still connected, or the one listened in.
            parted, listened = self._parted.get(_pair(ear, mouth), 0), self._listened.get((ear, mouth), 0)
            self._wrong[ear, mouth] = max(since, parted, listened)

    def _right(self, ear: int, mouth: int, until: int) -> None:
        since = self._wrong.pop((ear, mouth), None)
        if since is None or until - since <= self.tolerance:
            return
        heard_on = self._parted.get(_pair(ear, mouth)) == since
        himself = ear == mouth and self.harm.during(since, since + self.tolerance, echoing=True)
        if himself or (heard_on and self.harm.during(since, since + self.tolerance)):
            self._excused += 1
        else:
            who = "itself" if ear == mouth else f"party {mouth} ({self.talks.place_of(mouth)})"
            what = f"party {ear} hears {who} for {format_cycles(until - since)} without being connected with it"
            self.found(since, self.talks.place_of(ear), what)

    def finish(self, end: int) -> CheckResult:
        for ear, mouth in list(self._wrong):
            self._right(ear, mouth, end)
        reason = f"{self._excused} heard on or themselves while a fault harmed speech" if self._excused else ""
        return self._not_judged() or judged(self.name, self.title, self.findings, reason=reason)


class NoSilence(_Speech):
    """In a talk of two or three, whoever speaks is heard by the others within a second, and without a longer gap.

    Not judged: parties that do not speak or are just dialling, larger conferences (an ear names at most two voices),
    and gaps while a fault acts that the catalogue says harms speech.
    """

    name = "speech.silence"
    title = "parties in talk hear each other"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._speaks: set[int] = set()
        self._deaf: dict[tuple[int, int], int] = {}
        self._dialling: dict[int, int] = {}

    def handlers(self) -> dict[type[Event], Handler]:
        return super().handlers() | {PartySpeaks: self._speaking, PartyDials: self._dials}

    def _connected(self, pair: Pair, connected: bool, at: int) -> None:
        self._look(*pair, at)
        self._look(*pair[::-1], at)

    def _hearing(self, ear: int, mouth: int, heard: bool, since: int) -> None:
        self._look(ear, mouth, since)

    def _speaking(self, record: Record, event: PartySpeaks) -> None:
        (self._speaks.add if event.on else self._speaks.discard)(event.party)
        for ear in self.talks.partners(event.party):
            self._look(ear, event.party, record.at)

    def _dials(self, record: Record, event: PartyDials) -> None:
        later = self._dialling[event.party] = record.at + len(event.digits) * DIGIT_CYCLES
        for key in self._deaf:
            if key[1] == event.party:
                self._deaf[key] = max(self._deaf[key], later)

    def _look(self, ear: int, mouth: int, at: int) -> None:
        """Begin or end the silence of `mouth` at `ear`."""
        pair = _pair(ear, mouth)
        connected = self.talks.connected(pair) and self.talks.size(pair) <= 3
        deaf = connected and mouth in self._speaks and mouth not in self.hears.get(ear, ())
        if deaf:
            self._deaf.setdefault((ear, mouth), max(at, self._dialling.get(mouth, 0)))
        else:
            self._over(ear, mouth, at)

    def _over(self, ear: int, mouth: int, until: int) -> None:
        since = self._deaf.pop((ear, mouth), None)
        if since is None or until - since <= self.settings.speech_cycles + self.tolerance:
            return
        if self.harm.since(since):
            self._excused += 1
            return
        who = f"party {mouth} ({self.talks.place_of(mouth)})"
        what = f"party {ear} does not hear {who} for {format_cycles(until - since)}"
        self.found(since, self.talks.place_of(ear), what)

    def finish(self, end: int) -> CheckResult:
        for ear, mouth in list(self._deaf):
            self._over(ear, mouth, end)
        reason = f"{self._excused} silences while a fault that harms speech acted" if self._excused else ""
        return self._not_judged() or judged(self.name, self.title, self.findings, reason=reason)


SPEECH: tuple[type[Check], ...] = (NoCrossedSpeech, NoSilence)
