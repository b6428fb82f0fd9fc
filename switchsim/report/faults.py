"""What became of each fault: armed -> fired -> detected -> alarmed -> cleared, with cycles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Final

import msgspec

from switchsim.model.event import Event, Record, snake
from switchsim.model.events import (
    AlarmCleared,
    AlarmRaised,
    ApplicationChanged,
    Changeover,
    ClockMode,
    ClockReference,
    ConfigurationRead,
    DefectSeen,
    FaultArmed,
    FaultFired,
    FaultUndone,
    FlowChanged,
    FrameBad,
    LampShown,
    LineCounted,
    LineLooped,
    LineMeasured,
    LineSlip,
    LineStatus,
    LineThreshold,
    LineUnavailable,
    LookUpDone,
    PlatformLink,
    ProcessState,
    Resynchronised,
    RoleChanged,
    SignallingLink,
    SoundRecorded,
    Violated,
    VoiceChannel,
)
from switchsim.report.result import CheckResult, Finding, Outcome, judged
from switchsim.units import format_cycles, seconds

NEVER: Final = -1
LATELY_CYCLES: Final = seconds(5)
BRIEF_CYCLES: Final = seconds(3)
SILENT_CYCLES: Final = seconds(5)
"""A monitor misses three heartbeats of a second, at the fourth look after them."""
UNWATCHED, AT_THE_LINK, MONITOR = "process_lost", "callcentre/cti_server", "callcentre/mds"
"""The alarm of the platform's monitor; the process whose end the MEM board notices, whoever monitors it; it."""
STAGES: Final = ("armed", "fired", "detected", "alarmed", "undone", "cleared")


OF_PLATFORM: Final = (
    RoleChanged, Resynchronised, PlatformLink, ApplicationChanged, ConfigurationRead, VoiceChannel, SoundRecorded,
    FlowChanged, LookUpDone, ProcessState,
)  # fmt: skip
"""Events of the platform by which a fault may be noticed; those with a state, when it is one of TROUBLE."""
TROUBLE: Final = frozenset({"lost", "full", "hung", "refused", "failed", "locked", "late", "slow", "down", "closed"})


def _tells_trouble(event: Event) -> bool:
    words = [getattr(event, name) for name in ("state", "result", "why", "what") if hasattr(event, name)]
    return isinstance(event, RoleChanged | Resynchronised | ConfigurationRead) or not TROUBLE.isdisjoint(words)


class FaultFacts(msgspec.Struct, frozen=True):
    """What the catalogue says of a kind of fault.

    alarms, defects: ids of which at least one should show (empty: none is asked for), within_cycles of the firing.
    brief_cycles: a fault that is undone before it acted so long need not show: alarms wait for defects to last.
    harms_speech: speech may be missing while it acts (a cut line), and need not be found wanting.
    shows: kinds of events by which it is noticed where it raises no defect; nobody asks for them.
    echoes: who speaks may hear himself while it acts.
    harms_messages: signal units or messages say what is not so while it acts; retrieval by them can not be exact.
    layers: whose rules are then broken by it: 2 level 2 of the link, 3 level 3, 4 the user parts.
    about: of one fault of a run, where what it shows lies: narrower than the part that it is done to; `` that part.
    line: of one fault, the E1 line whose events are its own; `` any line's.
    """

    alarms: tuple[str, ...] = ()
    defects: tuple[str, ...] = ()
    within_cycles: int = seconds(30)
    brief_cycles: int = BRIEF_CYCLES
    harms_speech: bool = False
    echoes: bool = False
    harms_messages: bool = False
    layers: tuple[int, ...] = (2, 3, 4)
    shows: tuple[str, ...] = ()
    about: str = ""
    line: str = ""


class FaultChain(msgspec.Struct):
    """One fault of the run. Cycles; -1 = never."""

    fault: str
    name: str
    where: str
    armed: int
    fired: int = NEVER
    detected: int = NEVER
    alarmed: int = NEVER
    undone: int = NEVER
    cleared: int = NEVER
    effect: str = ""
    alarm: str = ""
    about: str = ""

    def stages(self) -> str:
        """`armed 1.000s, fired 2.000s, detected never, ...` for people; undoing is told only where it happened."""
        shown = [stage for stage in STAGES if stage != "undone" or self.undone >= 0]
        return ", ".join(f"{stage} {_time(getattr(self, stage))}" for stage in shown)


def _time(cycle: int) -> str:
    return format_cycles(cycle) if cycle >= 0 else "never"


def lies_under(place: str, where: str) -> bool:
    """Whether `place` is `where`, or a part, timeslot or circuit of it."""
    return place == where or (bool(where) and place.startswith((where + "/", where + ":")))


OF_LINES: Final = (LineStatus, LineSlip, LineLooped, LineUnavailable, LineThreshold, LineMeasured, LineCounted)


def _line_troubled(event: Event) -> bool:
    """An event of OF_LINES that does not say that something is over."""
    if isinstance(event, LineStatus):
        return bool(event.status)
    return not isinstance(event, LineLooped | LineUnavailable) or bool(event.on)


class FaultWatch:
    """Follows every fault; give it every record of KINDS.

    facts: by the fault's catalogue name. own: of single faults of the run, by their numbers, where parameters decide.
    """

    KINDS: ClassVar[tuple[type[Event], ...]] = (
        FaultArmed, FaultFired, FaultUndone, DefectSeen, AlarmRaised, AlarmCleared, SignallingLink, Violated,
        Changeover, FrameBad, LampShown, ClockMode, ClockReference, *OF_LINES, *OF_PLATFORM,
    )  # fmt: skip

    def __init__(self, facts: Mapping[str, FaultFacts], own: Mapping[str, FaultFacts] | None = None) -> None:
        self.facts = facts
        self.own = own or {}
        self.chains: dict[str, FaultChain] = {}
        self._told: dict[tuple[str, str], int] = {}  # kind of event, line -> cycle of the last one that tells trouble
        self._up: dict[tuple[str, str], None] = {}  # alarms, and what they are about
        self._watched: dict[str, None] = {}  # processes for which a monitor has a lamp

    def take(self, record: Record) -> None:
        at = record.at
        match record.event:
            case FaultArmed(fault=fault, name=name, where=where):
                self.chains[fault] = FaultChain(fault, name, where, at)
            case FaultFired(fault=fault, effect=effect) if fault in self.chains:
                chain = self.chains[fault]
                if chain.fired < 0:
                    chain.fired, chain.effect = at, effect
                    if any(told == at and self._may_be(chain, *what) for what, told in self._told.items()):
                        chain.detected = at  # what it did was told in this very cycle, before that it was done
            case FaultUndone(fault=fault) if fault in self.chains:
                self.chains[fault].undone = at
            case DefectSeen(defect=defect, about=about):
                self._detected(at, defect, about)
            case AlarmRaised(alarm=alarm, about=about):
                self._alarmed(at, alarm, about)
            case AlarmCleared(alarm=alarm, about=about):
                self._cleared(at, alarm, about)
            case LampShown(about=about):
                self._watched[f"{record.place.rpartition('/')[0]}/{about}"] = None
            case SignallingLink(state="failed" | "blocked") | Violated() | Changeover() | FrameBad() as event:
                self._shown(at, snake(type(event).__name__))
            case ClockMode() | ClockReference(stage="hold_off" | "failed" | "given_up") as event:
                self._shown(at, snake(type(event).__name__))
            case event if isinstance(event, OF_LINES) and _line_troubled(event):
                self._shown(at, snake(type(event).__name__), event.line)
            case event if isinstance(event, OF_PLATFORM) and _tells_trouble(event):
                self._shown(at, snake(type(event).__name__))
            case _:
                pass

    def _shown(self, at: int, kind: str, line: str = "") -> None:
        """A link or line tells that something is wrong: every fault that acts, or did lately, may be meant."""
        self._told[kind, line] = at
        for chain in self.chains.values():
            lasts = chain.undone < 0 or at - chain.undone <= LATELY_CYCLES
            if chain.detected < 0 <= chain.fired and lasts and self._may_be(chain, kind, line):
                chain.detected = at

    def _may_be(self, chain: FaultChain, kind: str, line: str) -> bool:
        """Whether this kind of event, of this line, shows such a fault."""
        facts = self._facts(chain) or _NOTHING
        return kind in facts.shows and (not line or facts.line in ("", line))

    def _facts(self, chain: FaultChain) -> FaultFacts | None:
        return self.own.get(chain.fault, self.facts.get(chain.name))

    def causes_of(self, alarm: str, about: str) -> list[FaultChain]:
        """The fired faults that explain an alarm: by its place; else because the catalogue says that they show it."""
        return self._by_place(about) or self._by_kind(lambda facts: facts.alarms, alarm)

    def _by_place(self, about: str) -> list[FaultChain]:
        fired = [chain for chain in self.chains.values() if chain.fired >= 0]
        return [chain for chain in fired if lies_under(about, (self._facts(chain) or _NOTHING).about or chain.where)]

    def _by_kind(self, shown: Callable[[FaultFacts], tuple[str, ...]], what: str) -> list[FaultChain]:
        fired = [chain for chain in self.chains.values() if chain.fired >= 0]
        return [chain for chain in fired if what in shown(self._facts(chain) or _NOTHING)]

    def _detected(self, at: int, defect: str, about: str) -> None:
        for chain in _meant(self._by_place(about) or self._by_kind(lambda facts: facts.defects, defect), at):
            if chain.detected < 0:
                chain.detected = at
            self._still_up(chain, at)

    def _still_up(self, chain: FaultChain, at: int) -> None:
        """A fault need not raise an alarm that is up already, perhaps for one that was there before."""
        facts = self._facts(chain) or _NOTHING
        for alarm, about in self._up:
            if chain.alarmed < 0 and alarm in facts.alarms and lies_under(about, facts.about or chain.where):
                chain.alarmed, chain.alarm, chain.about = at, alarm, about

    def _alarmed(self, at: int, alarm: str, about: str) -> None:
        self._up[alarm, about] = None
        for chain in _meant(self.causes_of(alarm, about), at):
            if chain.alarmed < 0:
                chain.alarmed, chain.alarm, chain.about = at, alarm, about
                if chain.detected < 0:
                    chain.detected = at  # who reports has noticed

    def _cleared(self, at: int, alarm: str, about: str) -> None:
        self._up.pop((alarm, about), None)
        for chain in self.chains.values():
            if chain.alarmed >= 0 and chain.cleared < 0 and (chain.alarm, chain.about) == (alarm, about):
                chain.cleared = at

    def result(self) -> list[FaultChain]:
        return list(self.chains.values())

    def judge(self) -> list[CheckResult]:
        """One result a fault: did it fire, and show what the catalogue promises in time?"""
        return [self._judge(chain) for chain in self.chains.values()]

    def _judge(self, chain: FaultChain) -> CheckResult:
        name, title = f"fault.{chain.fault}", f"{chain.name} at {chain.where}"
        facts = self._facts(chain)
        if chain.fired < 0:
            what = f"fault {chain.fault} ({chain.name}) never fired: the run is invalid"
            return judged(name, title, [Finding(chain.armed, chain.where, what)], reason=chain.stages())
        if facts is None and chain.detected < 0:
            reason = f"no catalogue row says what it should show; {chain.stages()}"
            return CheckResult(name, title, Outcome.INCONCLUSIVE, reason)
        return judged(name, title, _missing(chain, self._promised(chain, facts or _NOTHING)), reason=chain.stages())

    def _promised(self, chain: FaultChain, facts: FaultFacts) -> FaultFacts:
        """Nobody raises the alarm of a process that has no lamp: interfaces, the monitor itself, a small platform;
        nor one that goes while the monitor is gone."""
        seen = (chain.where in self._watched and not self._blind(chain)) or chain.where.endswith(AT_THE_LINK)
        if UNWATCHED not in facts.alarms:
            return facts
        return msgspec.structs.replace(facts, alarms=facts.alarms if seen else (), brief_cycles=SILENT_CYCLES)

    def _blind(self, chain: FaultChain) -> bool:
        """Whether a fault of the monitor acted while this one did."""
        until = chain.undone if chain.undone >= 0 else chain.fired + seconds(30)
        return any(other.where.endswith(MONITOR) and 0 <= other.fired <= until
                   and (other.undone < 0 or other.undone >= chain.fired) for other in self.chains.values())  # fmt: skip


def _meant(causes: list[FaultChain], at: int) -> list[FaultChain]:
    """What shows at `at` is of those that act, or did lately; of one that is long over only when there is no such."""
    act = [chain for chain in causes if chain.undone < 0 or at - chain.undone <= LATELY_CYCLES]
    return act or causes


def _missing(chain: FaultChain, facts: FaultFacts) -> list[Finding]:
    """What should have shown and did not, or too late."""
    found = []
    brief = 0 <= chain.undone < chain.fired + facts.brief_cycles
    promised = (("detected", facts.defects), ("alarmed", facts.alarms))
    for stage, ids in promised:
        seen = getattr(chain, stage)
        strange = stage == "alarmed" and chain.alarm not in ids  # at the same place, perhaps of another cause
        if brief and (seen < 0 or strange):
            continue
        if ids and not 0 <= seen - chain.fired <= facts.within_cycles:
            late = f"only {format_cycles(seen - chain.fired)} after it fired" if seen >= 0 else "never"
            limit = format_cycles(facts.within_cycles)
            what = f"fault {chain.fault} ({chain.name}) {stage} {late}; expected {' or '.join(ids)} within {limit}"
            found.append(Finding(chain.fired, chain.where, what))
    return found


_NOTHING: Final = FaultFacts()
