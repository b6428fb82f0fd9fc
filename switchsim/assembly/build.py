"""A machine file becomes parts, wired, around one native core and one kernel. The only package that knows them all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from pydantic import BeforeValidator, Field

from switchsim.assembly.kinds import Word, load_kinds
from switchsim.assembly.layout import HDLC, LINE_CELLS, Layout, LinePlan, Planner
from switchsim.assembly.loads import LoadWanted
from switchsim.assembly.machine import MachineFile, Reviewer, prompt_path
from switchsim.assembly.officedata import make_office
from switchsim.assembly.people import AgentWanted
from switchsim.assembly.places import FaultPlaces
from switchsim.assembly.shipped import folder
from switchsim.assembly.yamlfile import read
from switchsim.assembly.yamltypes import Duration, Many, Strict, scaled
from switchsim.callcentre.cti_server import CtiConfig, CtiServer
from switchsim.dsp import isa
from switchsim.dsp.assets import Assets, Tone, load_wav
from switchsim.dsp.engine import EV_BAD_FRAME, EV_FRAME, EV_HEARS, EV_SOURCE_DONE, Engine, philox
from switchsim.errors import BadInput
from switchsim.farend.agents import Agent, AgentConfig
from switchsim.farend.attached import Attached, AttachedConfig
from switchsim.farend.exchange import ExchangeConfig, Party, Subscriber
from switchsim.farend.isdn import IsdnExchange
from switchsim.farend.load import Load
from switchsim.farend.plan import Plan, plan_problems
from switchsim.firmware.processor import Processor
from switchsim.hardware.site import Link, Rack, Site
from switchsim.kernel.journal import Journal
from switchsim.kernel.ports import Wire
from switchsim.kernel.prng import Streams
from switchsim.kernel.scheduler import DEFAULT_BATCH, Kernel
from switchsim.model.messages import (
    ActiveLamp,
    Checkpoint,
    Packet,
    PlaceCall,
    SetKey,
    SyncRequest,
)
from switchsim.model.order import Order, Value
from switchsim.model.part import Part

PROGRAM_SIDES = ("a", "b")
OTHER_SIDE = {"network": "user", "user": "network"}


class ToneSpec(Strict):
    """One tone: one or two frequencies, their levels, and on, off, on, off ..."""

    hz: Annotated[Many[Annotated[int, BeforeValidator(scaled(3, minimum=1, maximum=3_999_999))]], Field(min_length=1)]
    dbm0: Many[Annotated[int, BeforeValidator(scaled(3, minimum=-60_000, maximum=3_000))]]
    cadence: Many[Duration] = ()


class TonesFile(Strict):
    """A national set of call-progress tones."""

    format: Literal[1]
    tones: dict[Word, ToneSpec]


class Machine:
    """A machine with its far end and its people, ready to be switched on."""

    def __init__(self, kernel: Kernel, engine: Engine, spec: MachineFile, layout: Layout, faults: FaultPlaces) -> None:
        self.kernel = kernel
        self.engine = engine
        self.spec = spec
        self.layout = layout
        self.faults = faults
        self.files: list[tuple[str, str, bytes]] = []
        self.attached: list[Attached] = []
        self.recorded: list[tuple[str, int]] = []  # name, cell; recorder = index
        self._audio: dict[str, bytearray] = {}

    @property
    def places(self) -> tuple[str, ...]:
        """Places of the attachments, in the order of the options."""
        return tuple(part.path for part in self.attached)

    @property
    def instruction_set(self) -> str:
        return isa.selected()

    @property
    def seat_queues(self) -> dict[str, frozenset[str]]:
        return {seat.number: frozenset(seat.spec.queues) for seat in self.layout.seats}

    @property
    def processors(self) -> tuple[str, ...]:
        return tuple(path for path, part in self.kernel.parts.items() if isinstance(part, Processor))

    def power_on(self) -> None:
        for line in self.layout.lines:
            _lay_line(self.engine, line)
        for number, (_, cell) in enumerate(self.recorded):
            self.engine.record_start(number, cell)
        self.kernel.power_on()

    def run(self, until: int) -> None:
        """Run to cycle `until`."""
        self.kernel.run(until)
        for number, (name, _) in enumerate(self.recorded):
            self._audio.setdefault(name, bytearray()).extend(self.engine.record_drain(number))

    def order(self, at: int, place: str, order: Order) -> None:
        self.kernel.order(at, place, order)

    def part(self, path: str) -> Part[Any]:
        return self.kernel.part(path)

    def resolve_fault(
        self, name: str, where: dict[str, Value], values: dict[str, Value]
    ) -> tuple[str, str, dict[str, Value]]:
        """(place, fault point, values) of a fault of the catalogue; raises BadInput."""
        return self.faults.resolve(name, where, values)

    # -- attachments and recordings ------------------------------------------------------------------------------

    def room(self, source: int) -> int:
        """Frames that attachment number `source` takes now."""
        return self.attached[source].room

    def has_sent(self) -> bool:
        return any(part.outbox for part in self.attached)

    def take_sent(self) -> list[tuple[int, bytes]]:
        """What goes out to the attached programs since the last time."""
        sent = []
        for source, part in enumerate(self.attached):
            sent += [(source, octets) for octets in part.outbox]
            part.outbox.clear()
        return sent

    def recordings(self) -> list[tuple[str, bytes]]:
        """(name, A-law octets) of every party whose audio was wanted."""
        return [(name, bytes(octets)) for name, octets in self._audio.items()]


def _lay_line(engine: Engine, line: LinePlan) -> None:
    """Both directions of a line: 8 cycles each, copied cell by cell."""
    engine.line_define(2 * line.index, line.receive_cell)
    engine.line_define(2 * line.index + 1, line.far_rx_cell)
    for timeslot in range(LINE_CELLS):
        engine.connect(line.receive_cell + timeslot, line.far_tx_cell + timeslot)
        engine.connect(line.far_rx_cell + timeslot, line.transmit_cell + timeslot)


class Builder:
    """Builds one Machine, step by step, in an order that never changes."""

    def __init__(
        self,
        machine: Path,
        *,
        seed: int,
        load: Sequence[LoadWanted],
        agents: Sequence[AgentWanted],
        record: Sequence[str],
        attached: Sequence[tuple[str, int, str]],
        kinds: Sequence[Path],
    ) -> None:
        self.path = machine
        self.seed = seed
        self.load = load
        self.agents = agents
        self.record = record
        self.attached = attached
        document = read(machine)
        self.spec = document.validate(MachineFile)
        self.lines = document.lines
        self.files = [("machine", machine.name, document.octets)]
        self.kinds = load_kinds(kinds)
        Reviewer(self.spec, self.lines, self.kinds).review()
        self.tones = self._tones()
        self.prompts = tuple(self.spec.prompts)
        self.planner = Planner(
            self.spec, self.kinds, list(self.tones), {f"{ln}:{ts}": mode for ln, ts, mode in attached}, len(record)
        )
        self._check_attached()
        self.layout = self.planner.plan()

    def build(self, journal: Journal, batch: int) -> Machine:
        """Everything, wired; not switched on."""
        self.engine = Engine(self.layout.engine, self._assets())
        self.kernel = Kernel(self.engine, journal, Streams(self.seed, philox), tick=self.spec.tick, batch=batch)
        machine = Machine(self.kernel, self.engine, self.spec, self.layout, FaultPlaces(self.layout, self.planner))
        machine.files = self.files
        self.rack = self._rack()
        self._programs()
        self._rack_boards()
        self._platform()
        self._far_ends(machine)
        self._people()
        self._loads()
        machine.recorded = [(name.replace(" ", "-").replace(":", "-"), self._heard_by(name)) for name in self.record]
        return machine

    # -- sounds --------------------------------------------------------------------------------------------------

    def _tones(self) -> dict[str, Tone]:
        path = folder("boards") / "tones" / f"{self.spec.tones}.yaml"
        if not path.is_file():
            raise BadInput([self.lines.problem(("tones",), f"no tones {self.spec.tones!r}", str(path.parent))])
        rows = read(path).validate(TonesFile).tones
        return {name: Tone(row.hz, row.dbm0, row.cadence) for name, row in rows.items()}

    def _assets(self) -> Assets:
        octets, problems = [], []
        for name, file in self.spec.prompts.items():
            path = prompt_path(file, self.path, folder("prompts"))
            try:
                octets.append(load_wav(path))
                self.files.append(("prompt", file, path.read_bytes()))
            except BadInput as error:
                problems += [
                    self.lines.problem(("prompts", name), f"{p.file}: {p.what}", p.expected, p.advice)
                    for p in error.problems
                ]
        if problems:
            raise BadInput(problems)
        self.prompt_cycles = tuple(len(prompt) for prompt in octets)
        return Assets(octets, list(self.tones.values()))

    # -- the rack ------------------------------------------------------------------------------------------------

    def _rack(self) -> Rack:
        boards = self.layout.boards
        hearing: dict[int, tuple[str, ...]] = {}
        for board in boards:
            if board.bus >= 0:
                hearing[board.bus] = (board.path,)
            if board.loaded.spec.on_bus == "pair" and board.side != "a":
                first = next(b for b in boards if b.loaded.spec.kind == board.loaded.spec.kind)
                hearing[first.bus] = (*hearing[first.bus], board.path)
        roles: dict[str, tuple[str, ...]] = {}
        for board in boards:
            roles[board.loaded.spec.kind] = (*roles.get(board.loaded.spec.kind, ()), board.path)
        nodes = {
            board.first["nodes"] + number: f"{board.path}/node/{number}"
            for board in boards
            for number in range(board.loaded.spec.provides.nodes)
        }
        return Rack(
            slots=self.layout.slots,
            nodes=nodes,
            hearing=hearing,
            boards={board.bus: board.path for board in boards if board.bus >= 0},
            roles=roles,
            programs={side: f"{place}/program" for side, place in zip(PROGRAM_SIDES, roles["mpu"], strict=False)},
            platform="callcentre/cti_server" if self.spec.platform is not None else "",
            people={seat.number: f"farend/agent/{seat.number}" for seat in self.layout.seats},
            exchanges={name: f"farend/exchange/{name}" for name in self._exchange_lines()},
        )

    def _exchange_lines(self) -> list[str]:
        return [line.name for line in self.layout.lines if line.name in self.layout.far_hdlc]

    def _programs(self) -> None:
        office = make_office(self.spec, self.layout, self.planner, self.prompt_cycles)
        programs = self.rack.programs
        for side, place in programs.items():
            self.kernel.add(Processor(place, self.kernel, office, side, tuple(self.rack.nodes)))
            board = place.rpartition("/")[0]
            self._wire(Link(place, "board", board, "program", (ActiveLamp,)))
            other = next((path for path in programs.values() if path != place), "")
            if other:
                self._wire(Link(place, "peer", other, "peer", (Checkpoint, SyncRequest), 0, 65_536))

    def _rack_boards(self) -> None:
        boards = []
        for place in self.layout.boards:
            site = self._site(place)
            parts = place.loaded.board.build(site)
            for part in parts:
                self.kernel.add(part)
            for kinds, unit in site.media:
                self.kernel.own_media(kinds, unit, place.path)
            boards.append(parts[0])
        for board in boards:
            for link in board.wires(self.rack):
                self._wire(link)

    def _site(self, board: Any) -> Site:
        layout, provides = self.layout, board.loaded.spec.provides

        def own(what: str, rows: Sequence[Any]) -> tuple[Any, ...]:
            first = board.first[what]
            return tuple(rows[first : first + getattr(provides, what)])

        tones = [(source, number) for number, source in enumerate(layout.tone_sources)]
        return Site(
            path=board.path, host=self.kernel, kind=board.loaded.kind, bus=board.bus, side=board.side,
            engine=self.engine, rack=self.rack, lines=own("lines", layout.trunk_lines()),
            links=own("links", layout.links), receivers=own("receivers", layout.receivers),
            announcers=own("announcers", layout.announcers), tones=tuple(tones) if provides.tones else (),
            seats=own("seats", layout.seat_lines(self.engine.first_source_cell)),
            nodes=own("nodes", list(self.rack.nodes)),
        )  # fmt: skip

    def _wire(self, link: Link) -> None:
        wire = Wire(link.to_place, link.to_port, link.accepts, latency_cycles=link.latency_cycles,
                    capacity=link.capacity)  # fmt: skip
        self.kernel.connect(link.place, link.port, wire)

    def _platform(self) -> None:
        spec = self.spec.platform
        if spec is None:
            return
        place = self.rack.platform
        self.kernel.add(CtiServer(place, self.kernel, CtiConfig(spec.route, spec.answer_after)))
        self._wire(Link(place, "ethernet", self.rack.roles["mem"][0], "ethernet", (Packet,), 1))

    # -- the far end and the people ------------------------------------------------------------------------------

    def _far_ends(self, machine: Machine) -> None:
        for line in self.layout.lines:
            if line.name in self.layout.far_hdlc:
                self._exchange(line)
        for name, timeslot, mode in self.attached:
            machine.attached.append(self._attach(name, timeslot, mode))

    def _exchange(self, line: LinePlan) -> None:
        layout = self.layout
        place = self.rack.exchanges[line.name]
        unit = layout.far_hdlc[line.name]
        parties = tuple(
            Party(timeslot=ts, source=layout.party_sources[line.name, ts], ear=layout.party_ears[line.name, ts],
                  party=layout.party_ids[line.name, ts])
            for ts in line.b_timeslots
            if (line.name, ts) in layout.party_sources
        )  # fmt: skip
        config = ExchangeConfig(
            line=line.name, side=OTHER_SIDE[line.signalling.side],  # type: ignore[arg-type]
            d_timeslot=line.signalling.d_timeslot, hdlc_tx=unit, hdlc_rx=unit, far_tx=line.far_tx_cell,
            far_rx=line.far_rx_cell, parties=parties, plans=self._plans(line.name), prompts=self.prompts,
            subscribers=tuple(
                Subscriber(number=s.number, behaviour=s.behaviour, **({"ring": s.ring.wanted()} if s.ring else {}))
                for s in self.spec.subscribers
            ),
            ring_back=list(self.tones).index("ring_back"),
        )  # fmt: skip
        self.kernel.add(IsdnExchange(place, self.kernel, self.engine, config))
        self.kernel.own_media((EV_FRAME, EV_BAD_FRAME), unit, place)
        for party in parties:
            self.kernel.own_media((EV_SOURCE_DONE,), party.source, place)
            self.kernel.own_media((EV_HEARS,), party.ear, place)

    def _plans(self, line: str) -> dict[str, Plan]:
        return {
            name: plan
            for wanted in self.load
            if not wanted.config.lines or line in wanted.config.lines
            for name, plan in wanted.plans.items()
        }

    def _check_attached(self) -> None:
        names = dict(self.spec.line_names())
        for line, timeslot, _ in self.attached:
            if line not in names:
                raise BadInput.one("--attach", f"no line {line!r}", f"one of {', '.join(names)}")
            if not 1 <= timeslot < LINE_CELLS:
                raise BadInput.one("--attach", f"no timeslot {timeslot}", "1..31")

    def _attach(self, name: str, timeslot: int, mode: str) -> Attached:
        line = next(one for one in self.layout.lines if one.name == name)
        key = f"{name}:{timeslot}"
        place = f"farend/attached/{key}"
        cells = {"far_tx": line.far_tx_cell + timeslot, "far_rx": line.far_rx_cell + timeslot}
        units: dict[str, int] = {}
        if mode == HDLC:
            unit = self.layout.far_hdlc[key]
            units = {"hdlc_tx": unit, "hdlc_rx": unit}
            self.kernel.own_media((EV_FRAME, EV_BAD_FRAME), unit, place)
        else:
            source, recorder = self.layout.raw[key]
            units = {"source": source, "recorder": recorder}
        config = AttachedConfig(line=name, timeslot=timeslot, mode=mode, **cells, **units)
        part = Attached(place, self.kernel, self.engine, config)
        self.kernel.add(part)
        return part

    def _habits(self) -> dict[str, AgentWanted]:
        """Seat -> the agent's habits: the scenario's, else the machine's; an entry without seats is for the rest."""
        habits: dict[str, AgentWanted] = {}
        everybody = [seat.number for seat in self.layout.seats]
        for wanted in (*(spec.wanted() for spec in self.spec.agents), *self.agents):
            if not wanted.seats:
                habits |= dict.fromkeys(everybody, wanted)
        for wanted in (*(spec.wanted() for spec in self.spec.agents), *self.agents):
            unknown = sorted(set(wanted.seats) - set(everybody))
            if unknown:
                raise BadInput.one("agents", f"no seat {unknown[0]!r}", "seats of the machine")
            habits |= dict.fromkeys(wanted.seats, wanted)
        return habits

    def _people(self) -> None:
        habits = self._habits()
        for seat in self.layout.seats:
            place = self.rack.people[seat.number]
            habit = habits.get(seat.number)
            more: dict[str, Any] = {"sign_in_at": -1}
            if habit is not None:
                more = {
                    "sign_in_at": habit.sign_in_at, "sign_out_at": habit.sign_out_at, "answer": habit.answer, "talk": habit.talk,
                    "wrap_up": habit.wrap_up, "behaviour": habit.behaviour,
                }  # fmt: skip
            config = AgentConfig(
                seat=seat.number, party=seat.party, source=seat.source, ear=seat.ear, ear_cell=seat.heard_cell,
                prompts=self.prompts, **more,
            )  # fmt: skip
            self.kernel.add(Agent(place, self.kernel, self.engine, config))
            self.kernel.own_media((EV_HEARS,), seat.ear, place)
            self._wire(Link(place, "set", seat.board.path, "set", (SetKey,)))

    def _loads(self) -> None:
        lines = self._exchange_lines()
        for wanted in self.load:
            self._check_load(wanted, lines)
            config = wanted.config
            if not config.lines:
                config = _with_lines(config, tuple(lines))
            place = f"farend/load/{wanted.name}"
            self.kernel.add(Load(place, self.kernel, config))
            for line in config.lines:
                self._wire(Link(place, f"exchange/{line}", self.rack.exchanges[line], "load", (PlaceCall,)))

    def _check_load(self, wanted: LoadWanted, lines: list[str]) -> None:
        unknown = [line for line in wanted.config.lines if line not in lines]
        if unknown or not lines:
            raise BadInput.one(f"load {wanted.name}", f"no exchange on line {unknown[0] if unknown else 'any'!r}",
                               f"one of {', '.join(lines) or 'none: every D channel is attached'}")
        for name, plan in wanted.plans.items():
            for text in plan_problems(plan, self.prompts):
                raise BadInput.one(f"load {name}", text)

    def _heard_by(self, who: str) -> int:
        """The cell that a person hears."""
        sort, _, name = who.partition(" ")
        for seat in self.layout.seats:
            if sort == "agent" and seat.number == name:
                return seat.heard_cell
        line_name, _, timeslot = name.partition(":")
        for line in self.layout.lines:
            if sort == "caller" and line.name == line_name and timeslot.isdecimal() and 1 <= int(timeslot) <= 31:
                return line.far_rx_cell + int(timeslot)
        raise BadInput.one("record", f"nobody is {who!r}", "agent NUMBER or caller LINE:TIMESLOT")


def _with_lines(config: Any, lines: tuple[str, ...]) -> Any:
    return msgspec.structs.replace(config, lines=lines)


def build(
    machine: Path,
    *,
    seed: int,
    load: Sequence[LoadWanted] = (),
    agents: Sequence[AgentWanted] = (),
    record: Sequence[str] = (),
    attached: Sequence[tuple[str, int, str]] = (),
    kinds: Sequence[Path] = (),
    journal_sink: Any,
    second_sink: Any = lambda _checkpoint: None,
    batch: int = DEFAULT_BATCH,
) -> Machine:
    """The machine of a file, with its load and its people. Raises BadInput with everything that does not fit.

    attached: (line, timeslot, mode) whose far end is an outside program. kinds: folders with further board kinds.
    """
    builder = Builder(
        machine, seed=seed, load=load, agents=agents, record=record, attached=attached, kinds=kinds
    )
    return builder.build(Journal(journal_sink, second_sink), batch)

