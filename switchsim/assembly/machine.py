"""Machine files: what there is, as data. The loader reports every mistake with its line."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from switchsim.assembly.clocking import ClockSpec, FarClockSpec, clock_problems, is_clock
from switchsim.assembly.framing import FramingSpec
from switchsim.assembly.kinds import LoadedKind, Prompt, Title, Word
from switchsim.assembly.people import AgentsSpec, Chance, DialText
from switchsim.assembly.platform_file import PlatformSpec
from switchsim.assembly.processing import CircuitsSpec, MeasurementSpec, ProcessorSpec, ReceiversSpec
from switchsim.assembly.ranges import spread, spread_one
from switchsim.assembly.seats import MOST_SHARED, access_problems
from switchsim.assembly.services import (
    AnnounceStep,
    DialSpec,
    DialStep,
    Digits,
    IvrStep,
    LineName,
    MenuStep,
    QueueStep,
    SeatStep,
    StepSpec,
)
from switchsim.assembly.signalling import (
    ClearSpec,
    LineSignalling,
    No7Spec,
    PriSpec,
    R2Spec,
    SignallingSpec,
    Ss7Spec,
    ss7_problems,
)
from switchsim.assembly.voice import voice_problems
from switchsim.assembly.yamlfile import Lines
from switchsim.assembly.yamltypes import Duration, Many, Strict, wrong
from switchsim.errors import BadInput, Problem, one_of

BITS_TIMESLOT = 16
"""Carries the signalling bits of the other timeslots, on lines that have them (G.704 5.1.3.2)."""
NAMES = {"signalling_links": "signalling links", "mfc": "MFC registers"}

SoundFile = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][\w.-]*(/[A-Za-z0-9_][\w.-]*)*$", max_length=60)]
"""A file below the machine's folder or the shipped prompts: a run keeps it under this name, a replay finds it again."""


def _card_slots(value: Any) -> Any:
    """{`4-7`: kind} written out; keys may be numbers."""
    if not isinstance(value, dict):
        return value
    slots: dict[int, Any] = {}
    for key, kind in value.items():
        match = re.fullmatch(r"(\d{1,3})(?:-(\d{1,3}))?", str(key))
        if match is None or int(match[2] or match[1]) < int(match[1]):
            raise wrong(f"card slot {key!r}", "a number or a range, as in 4 or 4-7", where=(key,))
        for number in range(int(match[1]), int(match[2] or match[1]) + 1):
            if number in slots:
                free = next(n for n in range(256) if n not in slots)
                raise wrong(f"card slot {number} already holds {slots[number]!r}", "",
                            f"move {kind!r} or free the slot (free: {free})", where=(key,))
            slots[number] = kind
    return slots


class FrameSpec(Strict):
    """A rack frame (机框) and the boards in its card slots."""

    frame: Annotated[int, Field(ge=0, le=255)]
    slots: Annotated[dict[int, Word], BeforeValidator(_card_slots, json_schema_input_type=dict[str, Word])]


class LineSpec(Strict):
    """E1 lines with the same signalling, in the order of the trunk boards."""

    names: Annotated[Many[LineName], BeforeValidator(spread_one, json_schema_input_type=str)]
    signalling: SignallingSpec
    framing: FramingSpec = FramingSpec()
    clock: FarClockSpec | None = None


class SeatsSpec(Strict):
    """Seats of the same queues, in the order of the seat boards."""

    numbers: Annotated[Many[Digits], BeforeValidator(spread_one, json_schema_input_type=str)]
    queues: Many[Word]
    wrap_up: Duration = 0
    access: Literal["direct", "1b+d", "nb+d"] = "direct"
    d_shared: Annotated[int, Field(ge=0, le=MOST_SHARED)] = 0


class QueueSpec(Strict):
    """A queue: callers of one direction, first in first out."""

    music: Many[Prompt] = ()
    ring: Duration = 120_000
    max_wait: Duration = 0
    max_length: Annotated[int, Field(ge=0, le=100_000)] = 0
    overflow: Word | None = None
    talk_limit: Duration = 0


class SubscriberSpec(Strict):
    """Who answers at the far end: numbers that begin so; `ring`: from ALERTING to the answer."""

    number: Annotated[str, Field(pattern=r"^[0-9*#]{0,20}$")] = ""
    behaviour: Literal["answers", "busy", "no_answer"] = "answers"
    ring: Chance | None = None


class MachineFile(Strict):
    """A whole machine: rack, lines, seats, numbers, services, queues, and the people who are always there."""

    format: Literal[1]
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    title: Title
    tick: Annotated[int, Field(ge=1, le=8)] = 8
    rack: Annotated[dict[Word, FrameSpec], Field(min_length=1)]
    lines: Many[LineSpec]
    seats: Many[SeatsSpec] = ()
    conferences: Annotated[int, Field(ge=0, le=1024)] = 8
    tones: Word = "china"
    prompts: dict[Prompt, SoundFile] = Field(default_factory=dict)
    translations: dict[Digits, Digits] = Field(default_factory=dict)
    numbers: dict[Digits, Word]
    services: dict[Word, Annotated[Many[StepSpec], Field(min_length=1, max_length=50)]]
    queues: dict[Word, QueueSpec] = Field(default_factory=dict)
    platform: PlatformSpec | None = None
    agents: Many[AgentsSpec] = ()
    subscribers: Many[SubscriberSpec] = ()
    timers: dict[Annotated[str, Field(pattern=r"^T3\d\d$")], Duration] = Field(default_factory=dict)
    ss7: Ss7Spec | None = None
    circuits: CircuitsSpec = CircuitsSpec()
    measurement: MeasurementSpec = MeasurementSpec()
    processor: ProcessorSpec = ProcessorSpec()
    receivers: ReceiversSpec = ReceiversSpec()
    clock: ClockSpec | None = None

    @model_validator(mode="after")
    def _frames_differ(self) -> MachineFile:
        seen: dict[int, str] = {}
        for name, spec in self.rack.items():
            if spec.frame in seen:
                raise wrong(f"frame {spec.frame} is {seen[spec.frame]!r} already", where=("rack", name, "frame"))
            seen[spec.frame] = name
        return self

    def line_names(self) -> list[tuple[str, LineSignalling]]:
        """Every line with its signalling. A range of No.7 lines counts its CICs on, 32 a line."""
        return [
            (name, _on(spec.signalling, 32 * index)) for spec in self.lines for index, name in enumerate(spec.names)
        ]

    def framings(self) -> dict[str, FramingSpec]:
        """Line -> how it is framed; R2 has its signalling bits in timeslot 16."""
        with_bits = {"cas": True}
        return {
            name: spec.framing.model_copy(update=with_bits) if isinstance(spec.signalling, R2Spec) else spec.framing
            for spec in self.lines for name in spec.names
        }  # fmt: skip

    def link_timeslots(self, line: str) -> list[int]:
        """Timeslots of a line that carry signalling instead of speech."""
        signalling = dict(self.line_names())[line]
        if isinstance(signalling, PriSpec):
            return [signalling.d_timeslot]
        if isinstance(signalling, R2Spec):
            return [BITS_TIMESLOT]
        rows = self.ss7.link_sets if self.ss7 else ()
        return sorted(link.timeslot for row in rows for link in row.links if link.line == line)

    def seat_numbers(self) -> list[tuple[str, SeatsSpec]]:
        return [(number, spec) for spec in self.seats for number in spec.numbers]


def _on(signalling: LineSignalling, cics: int) -> LineSignalling:
    return signalling.model_copy(update={"cic": signalling.cic + cics}) if isinstance(signalling, No7Spec) \
        else signalling


class Reviewer:
    """References between the parts of a machine file: each that leads nowhere is a problem with its line."""

    def __init__(self, machine: MachineFile, lines: Lines, kinds: dict[str, LoadedKind]) -> None:
        self.machine = machine
        self.lines = lines
        self.kinds = kinds
        self.problems: list[Problem] = []

    def review(self) -> None:
        """Raises BadInput with everything that is wrong."""
        self._boards()
        self._accesses()
        self._framings()
        self._number7()
        self._clocks()
        self._services()
        self._queues()
        self._people()
        self._names()
        if self.problems:
            raise BadInput(self.problems)

    def _say(self, where: tuple[str | int, ...], what: str, expected: str = "", advice: str = "") -> None:
        self.problems.append(self.lines.problem(where, what, expected, advice))

    def _boards(self) -> None:
        counts = {"lines": 0, "links": 0, "signalling_links": 0, "seats": 0, "mfc": 0}
        found: dict[str, int] = {}
        for frame, spec in self.machine.rack.items():
            for slot, name in spec.slots.items():
                kind = self.kinds.get(name)
                if kind is None:
                    self._say(("rack", frame, "slots", slot), f"no board kind {name!r}", one_of(self.kinds))
                    continue
                found[name] = found.get(name, 0) + 1
                for what in counts:
                    counts[what] += getattr(kind.spec.provides, what)
        for kind_name, least, most in (("mpu", 1, 2), ("ema", 1, 1), ("nod", 1, 16), ("bnet", 1, 2), ("sig", 1, 1)):
            if not least <= found.get(kind_name, 0) <= most:
                self._say(("rack",), f"{found.get(kind_name, 0)} boards {kind_name}", f"{least}..{most}")
        needs = {"lines": len(self.machine.line_names()), "seats": len(self.machine.seat_numbers())}
        needs["links"] = sum(isinstance(spec, PriSpec) for _, spec in self.machine.line_names())
        needs["mfc"] = int(any(isinstance(spec, R2Spec) for _, spec in self.machine.line_names()))
        ss7 = self.machine.ss7
        needs["signalling_links"] = sum(len(row.links) for row in ss7.link_sets) if ss7 else 0
        for what, need in needs.items():
            if need > counts[what]:
                with_them = " or ".join(name for name in sorted(self.kinds)
                                        if getattr(self.kinds[name].spec.provides, what))  # fmt: skip
                named = "R2 lines need them" if what == "mfc" else f"{need} are named"
                self._say(("rack",), f"boards for {counts[what]} {NAMES.get(what, what)}, but {named}", "",
                          f"add boards {with_them}, or name fewer")
        if self.machine.platform is not None and not found.get("mem"):
            self._say(("platform",), "a platform without a MEM board", "a mem in the rack")

    def _accesses(self) -> None:
        """D channels of seats, which no board shares with another."""
        rows = [(spec.frame, slot, name) for spec in self.machine.rack.values() for slot, name in spec.slots.items()]
        boards = [self.kinds[name].spec.provides.seats for _, _, name in sorted(rows) if name in self.kinds]
        for where, what, expected in access_problems(self.machine.seats, boards):
            self._say(where, what, expected)

    def _number7(self) -> None:
        found = ss7_problems(self.machine.ss7, self.machine.line_names())
        rows = [(row.names, row.signalling) for row in self.machine.lines]
        for where, what, expected in [*found, *voice_problems(rows, self.machine.platform is not None)]:
            self._say(where, what, expected)

    def _framings(self) -> None:
        for index, row in enumerate(self.machine.lines):
            where = ("lines", index, "framing")
            if row.framing.cas and not isinstance(row.signalling, ClearSpec | R2Spec):
                what = f"{row.names[0]}: signalling bits in timeslot 16 of a line of kind {row.signalling.kind}"
                self._say((*where, "cas"), what, "a line of kind clear or r2")
            if isinstance(row.signalling, R2Spec) and not row.framing.cas and "cas" in row.framing.model_fields_set:
                self._say((*where, "cas"), f"{row.names[0]}: R2 without signalling bits", "cas: true, or no such key")
            if row.framing.ssm_bit in (1, 2, 3):
                self._say((*where, "ssm_bit"), f"ssm_bit {row.framing.ssm_bit}", "0, or an Sa bit: 4..8")

    def _clocks(self) -> None:
        spec, boards = self.machine.clock, [name for row in self.machine.rack.values() for name in row.slots.values()]
        with_clock = sum(name in self.kinds and is_clock(self.kinds[name]) for name in boards)
        for where, what, expected in clock_problems(spec, [n for n, _ in self.machine.line_names()], with_clock):
            self._say(where, what, expected)
        framings = self.machine.framings()
        if spec and spec.ssm and not any(framings[one.line].ssm_bit for one in spec.references if one.line in framings):
            self._say(("clock", "ssm"), "no reference carries status messages", "a line with framing: {ssm_bit: 4}")

    def _services(self) -> None:
        for number, service in self.machine.numbers.items():
            self._service(("numbers", number), service)
        for dialled, number in self.machine.translations.items():
            if number not in self.machine.numbers:
                self._say(("translations", dialled), f"no number {number!r}", one_of(self.machine.numbers))
        for name, steps in self.machine.services.items():
            for index, step in enumerate(steps):
                self._step(("services", name, index), step)

    def _service(self, where: tuple[str | int, ...], name: str) -> None:
        if name not in self.machine.services:
            self._say(where, f"no service {name!r}", one_of(self.machine.services))

    def _prompts(self, where: tuple[str | int, ...], names: tuple[str, ...]) -> None:
        for name in names:
            if name not in self.machine.prompts:
                self._say(where, f"no prompt {name!r}", one_of(self.machine.prompts))

    def _step(self, where: tuple[str | int, ...], step: Any) -> None:
        match step:
            case AnnounceStep():
                self._prompts((*where, "announce"), step.announce)
            case MenuStep():
                self._prompts((*where, "menu", "prompts"), step.menu.prompts)
                self._service((*where, "menu", "otherwise"), step.menu.otherwise)
                for digit, service in step.menu.choices.items():
                    self._service((*where, "menu", "choices", digit), service)
            case QueueStep():
                self._queue((*where, "queue"), step.queue)
            case IvrStep():
                self._service((*where, "otherwise"), step.otherwise)
                if self.machine.platform is None:
                    self._say((*where, "ivr"), "a flow without a platform", "a `platform` to conduct it")
            case DialStep():
                self._dial((*where, "dial"), step.dial)
            case SeatStep():
                if step.seat not in dict(self.machine.seat_numbers()):
                    self._say((*where, "seat"), f"no seat {step.seat!r}", "a number of `seats`")

    def _dial(self, where: tuple[str | int, ...], spec: DialSpec) -> None:
        kinds = PriSpec | No7Spec | R2Spec
        trunks = [name for name, signalling in self.machine.line_names() if isinstance(signalling, kinds)]
        for line in spec.lines:
            if line not in trunks:
                self._say((*where, "lines"), f"no trunk line {line!r}", one_of(trunks))
        if spec.otherwise is not None:
            self._service((*where, "otherwise"), spec.otherwise)

    def _queue(self, where: tuple[str | int, ...], name: str) -> None:
        if name not in self.machine.queues:
            self._say(where, f"no queue {name!r}", one_of(self.machine.queues))

    def _queues(self) -> None:
        for name, queue in self.machine.queues.items():
            self._prompts(("queues", name, "music"), queue.music)
            if queue.overflow is not None:
                self._service(("queues", name, "overflow"), queue.overflow)
                self._way_over(name)
        for index, seats in enumerate(self.machine.seats):
            for queue_name in seats.queues:
                self._queue(("seats", index, "queues"), queue_name)
        for number, queue_name in (self.machine.platform.route if self.machine.platform else {}).items():
            self._queue(("platform", "route", number), queue_name)

    def _way_over(self, name: str) -> None:
        """Whoever a queue sends over must not stand before the same queue at once: that would never end."""
        seen: list[str] = []
        while name not in seen:
            seen.append(name)
            queue = self.machine.queues.get(name)
            steps = self.machine.services.get(queue.overflow or "") if queue is not None else None
            if not steps or not isinstance(steps[0], QueueStep):
                return
            name = steps[0].queue
        if name == seen[0]:
            self._say(("queues", name, "overflow"), f"callers go round: {' -> '.join([*seen, name])}",
                      "a service that leads elsewhere", "let it announce something first, or clear")

    def _people(self) -> None:
        seats = dict(self.machine.seat_numbers())
        for index, agents in enumerate(self.machine.agents):
            for number in agents.numbers():
                if number not in seats:
                    self._say(("agents", index), f"no seat {number!r}", "numbers of `seats`")

    def _names(self) -> None:
        for what, names in (
            ("lines", [name for name, _ in self.machine.line_names()]),
            ("seats", [number for number, _ in self.machine.seat_numbers()]),
        ):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                self._say((what,), f"twice: {', '.join(twice[:5])}", "every name once")


__all__ = ["DialText", "LineSpec", "MachineFile", "Reviewer", "spread"]
