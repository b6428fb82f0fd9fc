"""A plant that was built: several machines, with the face of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec

from switchsim.assembly.built import Machine
from switchsim.assembly.draft import Draft, lay_out
from switchsim.assembly.erect import erect
from switchsim.assembly.link_places import LinkEndPlace, LinkPlaces
from switchsim.assembly.people import AgentWanted
from switchsim.assembly.plant import CALLS_APART, LineEnd, Members, join, owners_of, see
from switchsim.assembly.share import EngineShare, together
from switchsim.assembly.silent import SilentShare, without_people
from switchsim.assembly.surroundings import place_loads
from switchsim.assembly.taps import FrameTap, TapSink, Under, count_taps
from switchsim.assembly.upkeep import Told
from switchsim.assembly.ward import Ward
from switchsim.assembly.wish import Wish
from switchsim.dsp.assets import Assets
from switchsim.dsp.engine import Engine, EngineConfig, philox
from switchsim.errors import BadInput, one_of
from switchsim.farend.plan import Dial, Listen, Say, Wait
from switchsim.kernel.prng import Streams
from switchsim.kernel.scheduler import Kernel
from switchsim.model.order import Value

MOST_PARTIES: Final = 2047
"""Watermarks that the native core tells apart."""
SINGLE: Final = ("line", "link", "seat", "timeslot")
"""What faults find without the machine's name."""


class Plant(Machine):
    """Machines of one kernel. Faults name boards, processors and processes with their machine: `north/frame/0/slot/1`,
    `north/a`, `north/ccs/a`; lines, links and seats have names of their own in all machines."""

    def __init__(self, kernel: Kernel, engine: Engine, members: Members, machines: dict[str, Machine]) -> None:
        first = next(iter(machines.values()))
        super().__init__(kernel, engine, first.spec, first.layout, first.faults)
        self.members = members
        self.machines = machines
        self.faults = PlantFaults(self)  # type: ignore[assignment]
        self.joined = [tuple(map(self._end, row.between)) for row in members.plant.joins]
        for a, b in self.joined:
            see(a, b)

    @property
    def specs(self) -> tuple[Any, ...]:
        return tuple(one.spec for one in self.machines.values())

    @property
    def seat_queues(self) -> dict[str, frozenset[str]]:
        return {
            seat: frozenset(f"{name}/{queue}" for queue in queues)
            for name, one in self.machines.items() for seat, queues in one.seat_queues.items()
        }  # fmt: skip

    @property
    def agent_skills(self) -> dict[str, frozenset[str]]:
        return {
            seat: frozenset(f"{name}/{queue}" for queue in queues)
            for name, one in self.machines.items() for seat, queues in one.agent_skills.items()
        }  # fmt: skip

    @property
    def ccs_rules(self) -> dict[str, dict[str, Any]]:
        return {}  # queues of each machine have names of their own

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.machines)

    @property
    def joins(self) -> dict[str, str]:
        return self.members.plant.ends

    @property
    def signalling_network(self) -> dict[str, Any]:
        networks = [network for one in self.machines.values() if (network := one.signalling_network)]
        if not networks:
            return {}
        merged: dict[str, Any] = {key: {} for key in ("points", "links", "boards")}
        for network in networks:
            for key, rows in merged.items():
                rows.update(network[key])
        same = {f"{b}:{link.partition(':')[2]}": f"{a}:{link.partition(':')[2]}"
                for a, b in (row.between for row in self.members.plant.joins)
                for link in merged["links"] if link.partition(":")[0] == b}  # fmt: skip
        merged["links"] = {link: ends for link, ends in merged["links"].items() if link not in same}
        return merged | {"long_labels": networks[0]["long_labels"], "same": same}

    def power_on(self) -> None:
        for one in self.machines.values():
            one.lay_lines()
        for a, b in self.joined:
            join(self.engine, a, b)
        for one in self.machines.values():
            one.start_recorders()
        self.kernel.power_on()

    def _end(self, line: str) -> LineEnd:
        one = self.machines[self.members.line_owner[line]]
        assert isinstance(one.kernel, Ward)
        assert isinstance(one.engine, EngineShare)
        return LineEnd(one.kernel, one.engine, next(plan for plan in one.layout.lines if plan.name == line))

    def run(self, until: int) -> None:
        self.kernel.run(until)
        for one in self.machines.values():
            one.drain_recorders()

    def tap_to(self, sink: TapSink) -> None:
        super().tap_to(sink)
        for name, one in self.machines.items():
            one.sink = Under(name, sink)

    @property
    def signalling_links(self) -> LinkPlaces:
        return PlantLinks(self)

    def describe_faults(self) -> list[dict[str, Any]]:
        rows = [row for one in self.machines.values() for row in one.describe_faults()]
        return [row for at, row in enumerate(rows) if row["fault"] not in [before["fault"] for before in rows[:at]]]

    def describe_places(self) -> list[dict[str, Any]]:
        """Of every machine; its name stands before what another may have, too."""
        return [
            row if row["where"] in SINGLE else row | {"names": f"{name}/{row['names']}"}
            for name, one in self.machines.items() for row in one.describe_places()
        ]  # fmt: skip

    def recordings(self) -> list[tuple[str, bytes]]:
        return [
            (f"{name}-{sound}", octets) for name, one in self.machines.items() for sound, octets in one.recordings()
        ]


class PlantFaults:
    """Faults of all machines, with the face of FaultPlaces."""

    def __init__(self, plant: Plant) -> None:
        self.plant = plant
        self.rows = {key: row for one in plant.machines.values() for key, row in one.faults.rows.items()}

    def resolve(
        self, name: str, where: dict[str, Value], values: dict[str, Value]
    ) -> tuple[str, str, dict[str, Value]]:
        """(place, fault point, values). Raises BadInput."""
        members = self.plant.members
        found: set[str] = set()
        own: dict[str, Value] = {}
        for key, value in where.items():
            text = str(value)
            if key in ("line", "link") or (key == "clock" and text in members.line_owner):
                found.update(owners_of(members.line_owner, [text.partition(":")[0]]))
                own[key] = value
            elif key == "seat":
                found.update(owners_of(members.seat_owner, [text]))
                own[key] = value
            else:
                machine, slash, rest = text.partition("/")
                if slash and machine in self.plant.machines:
                    found.add(machine)
                own[key] = (int(rest) if rest.isdecimal() and key == "receiver" else rest) if slash else value
        if len(found) != 1:
            known = ", ".join(self.plant.machines)
            raise BadInput.one("", f"{name}: where: {where} names no machine of the plant", f"MACHINE/..., of {known}")
        machine = found.pop()
        one = self.plant.machines[machine]
        place, point, resolved = one.faults.resolve(name, own, values)
        return f"{machine}/{place}", point, resolved


class PlantLinks(LinkPlaces):
    """Signalling links of all machines."""

    def __init__(self, plant: Plant) -> None:
        self.plant = plant
        one = next(iter(plant.machines.values()))
        super().__init__(one.layout, one.faults.planner)

    def _machine(self, link: str) -> tuple[str, Machine]:
        owners = owners_of(self.plant.members.line_owner, [link.partition(":")[0]])
        name = owners[0] if owners else next(iter(self.plant.machines))
        return name, self.plant.machines[name]

    def find(self, link: str, end: str) -> LinkEndPlace:
        name, one = self._machine(link)
        found = one.signalling_links.find(link, end)
        return replace(found, place=f"{name}/{found.place}")

    def upkeep(self, who: str, name: str, do: str, end: str) -> Told:
        machine, one = self._machine(name)
        return [(f"{machine}/{place}", act) for place, act in one.signalling_links.upkeep(who, name, do, end)]


def build_plant(members: Members, wish: Wish) -> Plant:
    """Put the machines of a plant into one kernel. Raises BadInput."""
    if wish.attached or wish.listeners:
        raise BadInput.one("--attach, --ami, --csta, --agi, --e1d", "a plant of several machines takes no programs",
                           "a single machine", "let one machine of the plant run alone")
    _refuse_strangers(members, wish)
    drafts, silent = _drafts(members, wish), members.plant.speech == "none"
    if silent:
        _refuse_speech(members, drafts, wish)
    configs = [without_people(one.layout) if silent else one.layout.engine for one in drafts.values()]
    first = next(iter(drafts.values()))
    engine = Engine(together(configs), Assets(first.sounds, list(first.tone_set.tones.values())))
    kernel = Kernel(engine, wish.journal(), Streams(wish.seed, philox), tick=first.spec.tick, batch=wish.batch)
    machines: dict[str, Machine] = {}
    taps: list[FrameTap] = []
    _join_units(members, drafts, configs)
    for index, (name, one) in enumerate(drafts.items()):
        before = together(configs[:index]) if index else EngineConfig()
        own_plan, kept = one.layout.engine, configs[index].n_sources
        share = SilentShare(engine, own_plan, before, kept) if silent else EngineShare(engine, own_plan, before)
        own = replace(wish, agents=_own_agents(members, name, wish.agents),
                      record=_own_records(members, name, wish.record), listen=_own_records(members, name, wish.listen),
                      capture=_own_captures(members, name, wish))
        single = frozenset(owned for owner in (members.line_owner, members.seat_owner)
                           for owned, whose in owner.items() if whose == name)  # fmt: skip
        machines[name] = erect(one, Ward(kernel, name, share, single), share, own)
        taps += [replace(tap, unit=tap.unit + before.n_hdlc_rx) for tap in machines[name].frame_taps]
    plant = Plant(kernel, engine, members, machines)
    plant.frame_taps = taps
    plant.listen_beside()
    exchanges = {line: f"{name}/{place}" for name, one in machines.items() for line, place in one.exchanges.items()}
    place_loads(kernel, exchanges, first.cues, wish.load)
    rows = [row for one in machines.values() for row in one.files]
    plant.files = list(dict.fromkeys(("member" if role == "machine" else role, name, octets)
                                     for role, name, octets in rows))  # fmt: skip
    plant.warnings = tuple(warning for one in machines.values() for warning in one.warnings)
    return plant


def _join_units(members: Members, drafts: Mapping[str, Draft], configs: Sequence[EngineConfig]) -> None:
    """Each end of a joined line is told the E1 unit that the other receives, in the numbering of its own share."""
    firsts: dict[str, int] = {}
    taken = 0
    for name, config in zip(drafts, configs, strict=True):
        firsts[name] = taken
        taken += config.n_e1
    for row in members.plant.joins:
        for line, other in (row.between, reversed(row.between)):
            owner, far = members.line_owner[line], members.line_owner[other]
            plan = next(plan for plan in drafts[far].layout.lines if plan.name == other)
            drafts[owner].layout.sends[line] = firsts[far] + plan.receive_unit - firsts[owner]


def _drafts(members: Members, wish: Wish) -> dict[str, Draft]:
    drafts: dict[str, Draft] = {}
    party = 1
    for index, (name, (path, document, spec)) in enumerate(members.files.items()):
        mine = frozenset(line for line, _ in spec.line_names()) & members.plant.joined
        drafts[name] = lay_out(path, document, spec, wish.kinds,
                               recorders=len(_own_records(members, name, wish.record)),
                               meters=len(_own_records(members, name, wish.listen)),
                               taps=count_taps(_own_captures(members, name, wish)), joined=mine,
                               tests=[test for test in wish.tests if members.line_owner[test.line] == name],
                               first_party=party, first_call=1 + index * CALLS_APART)  # fmt: skip
        party = drafts[name].planner.parties.used
    limits = {name: one.spec.receivers.limits for name, one in drafts.items()}
    if len(set(limits.values())) > 1:
        what = ", ".join(f"{name}: {one}" for name, one in limits.items())
        raise BadInput([members.lines.problem(("machines",), f"receivers of different limits ({what})",
                                              "the same in all machines of a plant")])
    if party - 1 > MOST_PARTIES and members.plant.speech != "none":
        what = f"{party - 1} telephones and seats in all machines"
        advice = "take fewer lines, or `speech: none`"
        raise BadInput([members.lines.problem(("machines",), what, f"at most {MOST_PARTIES}", advice)])
    return drafts


def _refuse_speech(members: Members, drafts: Mapping[str, Draft], wish: Wish) -> None:
    """Whoever needs ears or a mouth.

    Voice processors, exchanges with register signals, recordings, callers who wait to hear something, speak or dial.
    """
    for name, one in drafts.items():
        if one.layout.far_mfc:
            raise BadInput([members.lines.problem(("machines", name), "an exchange behind R2 without speech",
                                                  "R2 between machines alone", "or leave `speech` out")])
        if one.layout.voice:
            raise BadInput([members.lines.problem(("machines", name), "a voice processor without speech",
                                                  "machines without lines of kind vp", "or leave `speech` out")])
    people = [(key, who) for key, texts in (("record", wish.record), ("listen", wish.listen)) for who in texts
              if not who.startswith("line ")]  # fmt: skip
    if people:
        raise BadInput.one(" ".join(people[0]), "nobody hears anything in a plant without speech",
                           "timeslots of lines, or nothing")
    for wanted in wish.load:
        steps = [step for plan in wanted.plans.values() for step in plan.steps]
        if not steps or any(isinstance(step, Listen | Dial | Say | Wait) for step in steps):
            raise BadInput.one(f"load {wanted.name}", "callers who listen, speak, dial or wait, without speech",
                               "plans of hold, pause and stay", "as in plan: {steps: [{do: hold}]}")


def _own_agents(members: Members, name: str, agents: Sequence[AgentWanted]) -> tuple[AgentWanted, ...]:
    """An entry without seats is for every machine; one with seats for those that have them."""
    owner, found = members.seat_owner, []
    for wanted in agents:
        unknown = [seat for seat in wanted.seats if seat not in owner]
        if unknown:
            raise BadInput.one("agents", f"no seat {unknown[0]!r}", "seats of the machines")
        own = tuple(seat for seat in wanted.seats if owner[seat] == name)
        if own or not wanted.seats:
            found.append(msgspec.structs.replace(wanted, seats=own))
    return tuple(found)


def _own_records(members: Members, name: str, wanted: Sequence[str]) -> tuple[str, ...]:
    """`agent 1001`, `caller e1-0:5` of this machine."""
    return tuple(who for who in wanted if _owner(members, who.partition(" ")[2]) == name)


def _own_captures(members: Members, name: str, wish: Wish) -> tuple[str, ...]:
    """`e1-0:16 both` of this machine."""
    return tuple(tap for tap in wish.capture if _owner(members, tap) == name)


def _owner(members: Members, name: str) -> str | None:
    """The machine of a seat, or of a line's timeslot."""
    return members.seat_owner.get(name) or members.line_owner.get(name.partition(":")[0])


def _refuse_strangers(members: Members, wish: Wish) -> None:
    """Recordings, taps and tests are of a machine."""
    for test in wish.tests:
        if test.line not in members.line_owner:
            raise BadInput.one(f"test {test.name}", f"no line {test.line!r}", one_of(members.line_owner))
    for key, texts in (("record", wish.record), ("listen", wish.listen), ("capture", wish.capture)):
        for text in texts:
            if _owner(members, text if key == "capture" else text.partition(" ")[2]) is None:
                raise BadInput.one(f"{key} {text}", "no machine of the plant has that", "its lines and seats")
