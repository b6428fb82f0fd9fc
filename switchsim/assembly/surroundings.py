"""What surrounds the rack: far-end exchanges and their subscribers, outside programs, agents, load."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from switchsim.assembly.e1d import build_e1d
from switchsim.assembly.layout import HDLC, SS7, AccessPlan, Layout, LinePlan
from switchsim.assembly.loads import LoadWanted
from switchsim.assembly.machine import MachineFile, SubscriberSpec
from switchsim.assembly.number7 import Number7Data
from switchsim.assembly.people import AgentWanted
from switchsim.assembly.rack import wire
from switchsim.assembly.signalling import R2Spec
from switchsim.dsp.engine import (
    EV_BAD_FRAME,
    EV_CHECK_OFF,
    EV_CHECK_ON,
    EV_FRAME,
    EV_HEARS,
    EV_SOURCE_DONE,
    EV_SU,
    EV_SU_BAD,
    Engine,
)
from switchsim.errors import BadInput, Problem
from switchsim.farend.agents import Agent, AgentConfig
from switchsim.farend.attached import CAS, Attached, AttachedConfig
from switchsim.farend.exchange import ExchangeConfig, Party, Subscriber
from switchsim.farend.isdn import IsdnExchange
from switchsim.farend.load import Load, LoadConfig
from switchsim.farend.number7 import No7Config, No7Exchange
from switchsim.farend.plan import Cues, Plan, located, plan_problems
from switchsim.farend.r2 import R2Exchange, R2ExchangeConfig
from switchsim.farend.seat_line import SeatLine, SeatLineConfig
from switchsim.farend.signalling import Stp, media_units
from switchsim.hardware.site import Link, Rack
from switchsim.kernel.scheduler import Kernel
from switchsim.model.messages import PlaceCall, SetKey, SetShows
from switchsim.terminals.continuity import CHECK_TONES
from switchsim.terminals.r2 import MFC_EVENTS, R2Row

OTHER_SIDE = {"network": "user", "user": "network"}


class Surroundings:
    """Puts people and exchanges around a rack."""

    def __init__(
        self, spec: MachineFile, layout: Layout, rack: Rack, kernel: Kernel, engine: Engine, tones: Sequence[str],
        cues: Cues,
    ) -> None:  # fmt: skip
        """tones: names of the assets' tones, in order. cues: cue points of every prompt."""
        self.spec = spec
        self.layout = layout
        self.rack = rack
        self.kernel = kernel
        self.engine = engine
        self.tones = list(tones)
        self.prompts = tuple(spec.prompts)
        self.cues = cues

    def build(
        self, load: Sequence[LoadWanted], agents: Sequence[AgentWanted], attached: Sequence[tuple[str, int, str]]
    ) -> list[Attached]:
        """Everybody; returns the attachments, in the order of the options."""
        self.load = load
        self.agents = agents
        for line in self.layout.lines:
            if line.name in self.layout.far_hdlc:
                self._exchange(line)
            elif isinstance(line.signalling, R2Spec) and line.name in self.rack.exchanges:
                self._r2_exchange(line, line.signalling)
        for name in self.layout.points:
            self._point(name)
        if self.layout.e1d_lines:
            build_e1d(self.layout, self.kernel, self.engine)
        programs = [self._attach(name, timeslot, mode) for name, timeslot, mode in attached]
        self._people()
        return programs

    def _exchange(self, line: LinePlan) -> None:
        place = self.rack.exchanges[line.name]
        unit = self.layout.far_hdlc[line.name]
        d_timeslot = line.signalling.d_timeslot  # type: ignore[union-attr]
        parties = self._parties([line])
        config = ExchangeConfig(
            line=line.name, side=OTHER_SIDE[line.signalling.side],  # type: ignore[arg-type,union-attr]
            d_timeslot=d_timeslot, hdlc_tx=unit, hdlc_rx=unit, d_speaks=line.far_tx_cell + d_timeslot,
            d_hears=line.far_hears_cell + d_timeslot, **self._telephones(parties, [line.name]),
        )  # fmt: skip
        self.kernel.add(IsdnExchange(place, self.kernel, self.engine, config))
        self.kernel.own_media((EV_FRAME, EV_BAD_FRAME), unit, place)
        self._own_people(parties, place)

    def _r2_exchange(self, line: LinePlan, spec: R2Spec) -> None:
        place, parties = self.rack.exchanges[line.name], self._parties([line])
        rows = tuple(
            R2Row(line=one.line, timeslot=one.timeslot, mfc=self.layout.far_mfc[one.line, one.timeslot],
                  hears=one.hears, source=one.source, tap=False)
            for one in parties
        )  # fmt: skip
        config = R2ExchangeConfig(circuits=rows, r2=spec.config(), places=spec.calls != "out",
                                  **self._telephones(parties, [line.name]))  # fmt: skip
        self.kernel.add(R2Exchange(place, self.kernel, self.engine, config))
        for row in rows:
            self.kernel.own_media(MFC_EVENTS, row.mfc, place)
        self._own_people(parties, place)

    def _point(self, name: str) -> None:
        """A signalling point of the far end: a transfer point, or an exchange with subscribers."""
        ss7 = self.spec.ss7
        assert ss7 is not None, "points without a section ss7"
        data = Number7Data(ss7, self.layout)
        point = data.point(name)
        if ss7.points[name].role == "stp":
            place = f"farend/stp/{name}"
            self.kernel.add(Stp(place, self.kernel, self.engine, point))
        else:
            place = f"farend/exchange/{name}"
            lines = [line for line in self.layout.lines if self.layout.exchanges.get(line.name) == name]
            parties = self._parties(lines)
            by_place = {(party.line, party.timeslot): index for index, party in enumerate(parties)}
            tones = {hz: self.tones.index(tone) for hz, tone in CHECK_TONES.items()}
            config = No7Config(point=point, circuits=data.circuits(name, by_place), check_tones=tones,
                               **self._telephones(parties, [line.name for line in lines]))  # fmt: skip
            self.kernel.add(No7Exchange(place, self.kernel, self.engine, config))
            self._own_people(parties, place)
            for circuit in config.circuits:
                self.kernel.own_media((EV_CHECK_ON, EV_CHECK_OFF), circuit.check, place)
        for kinds, unit in media_units(point.links):
            self.kernel.own_media(kinds, unit, place)

    def _parties(self, lines: list[LinePlan]) -> tuple[Party, ...]:
        layout = self.layout
        return tuple(
            Party(line=line.name, timeslot=ts, source=layout.party_sources[line.name, ts],
                  ear=layout.party_ears[line.name, ts], party=layout.party_ids[line.name, ts],
                  speaks=line.far_tx_cell + ts, hears=line.far_hears_cell + ts)
            for line in lines for ts in line.speech_timeslots if (line.name, ts) in layout.party_sources
        )  # fmt: skip

    def _own_people(self, parties: tuple[Party, ...], place: str) -> None:
        for party in parties:
            self.kernel.own_media((EV_SOURCE_DONE,), party.source, place)
            self.kernel.own_media((EV_HEARS,), party.ear, place)

    def _telephones(self, parties: tuple[Party, ...], lines: list[str]) -> dict[str, Any]:
        """What every exchange is told of its people."""
        plans: dict[str, Plan] = {}
        for line in lines:
            plans |= self._plans(line)
        return {
            "parties": parties, "plans": plans, "prompts": self.prompts, "ring_back": self.tones.index("ring_back"),
            "subscribers": tuple(_subscriber(spec) for spec in self.spec.subscribers),
        }  # fmt: skip

    def _plans(self, line: str) -> dict[str, Plan]:
        return {
            name: located(plan, self.cues)
            for wanted in self.load
            if not wanted.config.lines or line in wanted.config.lines
            for name, plan in wanted.plans.items()
        }

    def _attach(self, name: str, timeslot: int, mode: str) -> Attached:
        line = next(one for one in self.layout.lines if one.name == name)
        key = f"{name}:{timeslot}"
        place = f"farend/attached/{key}"
        cells = {"near_rx": line.receive_cell + timeslot, "far_rx": line.far_rx_cell + timeslot}
        units: dict[str, int] = {}
        if mode == HDLC:
            unit = self.layout.far_hdlc[key]
            units = {"hdlc_tx": unit, "hdlc_rx": unit}
            self.kernel.own_media((EV_FRAME, EV_BAD_FRAME), unit, place)
        elif mode == SS7:
            units = {"su": self.layout.far_su[key]}
            self.kernel.own_media((EV_SU, EV_SU_BAD), units["su"], place)
        else:
            source, recorder = self.layout.raw[key]
            units = {"source": source, "recorder": recorder}
            if mode == CAS:
                units |= {"e1_sends": line.receive_unit, "e1_hears": line.transmit_unit}
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
        habits, sets = self._habits(), self._seat_lines()
        for seat in self.layout.seats:
            place = self.rack.people[seat.number]
            habit = habits.get(seat.number)
            more: dict[str, Any] = {"sign_in_at": -1}
            if habit is not None:
                more = {
                    "sign_in_at": habit.sign_in_at, "sign_out_at": habit.sign_out_at, "answer": habit.answer,
                    "talk": habit.talk, "wrap_up": habit.wrap_up, "behaviour": habit.behaviour,
                }  # fmt: skip
            config = AgentConfig(
                seat=seat.number, party=seat.party, source=seat.source, ear=seat.ear, ear_cell=seat.ear_cell,
                prompts=self.prompts, **more,
            )  # fmt: skip
            self.kernel.add(Agent(place, self.kernel, self.engine, config))
            self.kernel.own_media((EV_HEARS,), seat.ear, place)
            if (line := sets.get(seat.number)) is None:
                wire(self.kernel, Link(place, "set", seat.board.path, "set", (SetKey,)))
            else:
                wire(self.kernel, Link(place, "set", line.row.place, "set", (SetKey,)))
                tei = line.seats.index(seat.number)
                wire(self.kernel, Link(line.row.place, f"person/{tei}", place, "set", (SetShows,)))

    def _seat_lines(self) -> dict[str, AccessPlan]:
        """Seat sets on D channels; seat -> its D channel."""
        for access in self.layout.accesses:
            place = access.row.place
            config = SeatLineConfig(seats=access.seats, unit=access.set_unit, hears=access.hears)
            self.kernel.add(SeatLine(place, self.kernel, self.engine, config))
            self.kernel.own_media((EV_FRAME, EV_BAD_FRAME), access.set_unit, place)
        return {seat: access for access in self.layout.accesses for seat in access.seats}


def place_loads(kernel: Kernel, exchanges: Mapping[str, str], cues: Cues, load: Sequence[LoadWanted]) -> None:
    """The loads of a scenario; exchanges: line -> place; cues: of every prompt. Raises BadInput."""
    lines = list(exchanges)
    for wanted in load:
        _check_load(wanted, lines, cues)
        config = wanted.config
        if not config.lines:
            config = _with_lines(config, tuple(lines))
        place = f"farend/load/{wanted.name}"
        kernel.add(Load(place, kernel, config))
        for line in config.lines:
            wire(kernel, Link(place, f"exchange/{line}", exchanges[line], "load", (PlaceCall,)))


def _check_load(wanted: LoadWanted, lines: list[str], cues: Cues) -> None:
    unknown = [line for line in wanted.config.lines if line not in lines]
    if unknown or not lines:
        raise BadInput.one(f"load {wanted.name}", f"no exchange on line {unknown[0] if unknown else 'any'!r}",
                           f"one of {', '.join(lines) or 'none: every D channel is attached'}")
    found = [Problem(f"load {name}", 0, text if len(wanted.plans) == 1 else f"plans[{number}]: {text}")
             for number, (name, plan) in enumerate(wanted.plans.items())
             for text in plan_problems(plan, cues, cues)]  # fmt: skip
    if found:
        raise BadInput(found)


def _subscriber(spec: SubscriberSpec) -> Subscriber:
    plain = Subscriber(number=spec.number, behaviour=spec.behaviour)
    return msgspec.structs.replace(plain, ring=spec.ring.wanted()) if spec.ring else plain


def _with_lines(config: LoadConfig, lines: tuple[str, ...]) -> LoadConfig:
    return msgspec.structs.replace(config, lines=lines, bound=False)
