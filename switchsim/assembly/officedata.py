"""Office data for the main processors, from the machine file and the layout."""

from __future__ import annotations

from typing import Any

from switchsim.assembly.layout import Layout, LinePlan
from switchsim.assembly.machine import MachineFile
from switchsim.assembly.number7 import MACHINE, Number7Data
from switchsim.assembly.planner import Planner
from switchsim.assembly.processing import ProcessorSpec
from switchsim.assembly.services import (
    AnnounceStep,
    ClearStep,
    DialStep,
    HoldStep,
    IvrStep,
    MenuStep,
    QueueStep,
    SeatStep,
)
from switchsim.assembly.signalling import ClearSpec, No7Spec, PriSpec, R2Spec, VpSpec
from switchsim.firmware.office import (
    Announce,
    Channel,
    Circuit,
    Clear,
    Conference,
    DialOut,
    Enqueue,
    Group,
    Ivr,
    Link,
    LoadModel,
    Menu,
    Number7,
    Office,
    Queue,
    Relation,
    SeatPort,
    Service,
    SignallingLink,
    Step,
    Talk,
    Timing,
    ToSeat,
)


def make_office(machine: MachineFile, layout: Layout, planner: Planner, prompt_cycles: tuple[int, ...]) -> Office:
    """`prompt_cycles`: lengths, in the order of the machine's prompts."""
    prompts = {name: index for index, name in enumerate(machine.prompts)}
    line_groups = {line.name: line.index for line in layout.lines}
    by_kind = {name: [b for b in layout.boards if b.loaded.spec.kind == name] for name in ("bnet", "mem")}
    return Office(
        switching_board=by_kind["bnet"][0].bus,
        network_boards=tuple(board.bus for board in by_kind["bnet"]),
        mem_board=by_kind["mem"][0].bus if by_kind["mem"] else -1,
        circuits=_circuits(layout),
        groups=_groups(machine, layout),
        links=_links(layout, planner),
        receivers=_channels(planner, "receivers", layout.receiver_slots),
        checks=_channels(planner, "checks", layout.check_slots),
        mfc=_channels(planner, "mfc", layout.mfc_slots),
        announcers=_channels(planner, "announcers", layout.announcer_slots),
        conferences=tuple(Conference(unit, slots) for unit, slots in enumerate(layout.conference_slots)),
        seats=tuple(
            SeatPort(seat.number, seat.board.bus, seat.unit, seat.slot, seat.spec.queues, seat.spec.wrap_up)
            for seat in layout.seats
        ),
        tones=layout.tone_slots,
        prompt_cycles=prompt_cycles,
        translations=machine.translations,
        numbers=machine.numbers,
        services={
            name: Service(name, tuple(_step(step, prompts, line_groups) for step in steps))
            for name, steps in machine.services.items()
        },
        queues={
            name: Queue(name, tuple(prompts[p] for p in spec.music), spec.ring, spec.max_wait, spec.max_length,
                        spec.overflow or "", spec.talk_limit)
            for name, spec in machine.queues.items()
        },
        timing=Timing(line_raise_cycles=machine.circuits.out_after, line_clear_cycles=machine.circuits.back_after),
        number7=_number7(machine, layout, planner),
        layer3_timers=machine.timers,
        first_call=planner.first_call,
        load=_load_model(machine.processor),
    )  # fmt: skip


def _load_model(spec: ProcessorSpec) -> LoadModel:
    costs = spec.costs_us
    begins, ends = spec.overload_begins, spec.overload_ends
    return LoadModel(costs.message, costs.layer3, costs.msu, costs.timer, costs.call, (begins[0], begins[1]),
                     (ends[0], ends[1]))


def _circuits(layout: Layout) -> tuple[Circuit, ...]:
    rows = []
    for line in layout.lines:
        cic = line.signalling.cic if isinstance(line.signalling, No7Spec) else None
        rows += [
            Circuit(line.name, ts, line.slot(ts), line.index, -1 if cic is None else cic + ts)
            for ts in line.speech_timeslots if not isinstance(line.signalling, ClearSpec)
        ]
    return tuple(rows)


def _trunk(layout: Layout, line: LinePlan) -> int:
    """Bus address of a line's trunk board."""
    return next(board.bus for board in layout.boards if board.path == line.trunk)


def _groups(machine: MachineFile, layout: Layout) -> tuple[Group, ...]:
    relations = Number7Data(machine.ss7, layout).relations() if machine.ss7 else []
    rows, links = [], 0
    for line in layout.lines:
        spec = line.signalling
        if isinstance(spec, No7Spec):
            index, method, every = relations.index((spec.kind, spec.to)), spec.continuity.method, spec.continuity.every
            rows.append(Group(spec.kind, line.name, index, _trunk(layout, line), line.trunk_line, method, every))
        elif isinstance(spec, VpSpec):
            rows.append(Group(spec.kind, line.name, spec.vp, _trunk(layout, line), line.trunk_line))
        elif isinstance(spec, R2Spec):
            rows.append(Group(spec.kind, line.name, line.index, _trunk(layout, line), line.trunk_line,
                              r2=spec.config(), calls=spec.calls))
        elif isinstance(spec, ClearSpec):
            rows.append(Group(spec.kind, line.name, 0, _trunk(layout, line), line.trunk_line))
        else:
            rows.append(Group(spec.kind, line.name, links, _trunk(layout, line), line.trunk_line))
            links += 1
    return tuple(rows)


def _links(layout: Layout, planner: Planner) -> tuple[Link, ...]:
    """D channels."""
    rows: list[Link] = []
    for line in layout.lines:
        spec = line.signalling
        if isinstance(spec, PriSpec):
            lap, unit = planner.owner("links", len(rows))
            rows.append(Link(line.name, spec.d_timeslot, spec.side, lap.bus, unit))
    return tuple(rows)


def _number7(machine: MachineFile, layout: Layout, planner: Planner) -> Number7 | None:
    if machine.ss7 is None:
        return None
    data = Number7Data(machine.ss7, layout)
    links = []
    for number, link in enumerate(data.links(MACHINE)):
        board, unit = planner.number7.board_of(number)
        line = next(line for line in layout.lines if line.name == link.terminal.name.partition(":")[0])
        links.append(
            SignallingLink(number, link.terminal.name, board.bus, unit, _trunk(layout, line), line.trunk_line)
        )
    circuit_at = {(circuit.line, circuit.timeslot): index for index, circuit in enumerate(_circuits(layout))}
    relations = []
    for kind, to in data.relations():
        circuits = {
            cic + ts: circuit_at[line.name, ts] for line, cic in data.lines_of(kind, to) for ts in line.speech_timeslots
        }
        row = data.row(kind, to, far=False)
        relations.append(Relation(kind, row.point_code, circuits, row.isup, row.tup))
    return Number7(data.mtp3(MACHINE), tuple(links), tuple(relations))


def _channels(planner: Planner, what: str, slots: list[int]) -> tuple[Channel, ...]:
    rows = []
    for index, slot in enumerate(slots):
        board, unit = planner.owner(what, index)
        rows.append(Channel(board.bus, unit, slot))
    return tuple(rows)


def _step(step: Any, prompts: dict[str, int], groups: dict[str, int]) -> Step:
    """`prompts`: their indices by name; `groups`: those of circuits by line."""
    match step:
        case AnnounceStep():
            return Announce(tuple(prompts[name] for name in step.announce))
        case MenuStep():
            menu = step.menu
            played = tuple(prompts[name] for name in menu.prompts)
            return Menu(played, menu.choices, menu.timeout, menu.attempts, menu.otherwise)
        case QueueStep():
            return Enqueue(step.queue)
        case SeatStep():
            return ToSeat(step.seat, step.no_answer)
        case HoldStep():
            return Talk(step.hold)
        case IvrStep():
            return Ivr(step.ivr, step.otherwise, step.wait)
        case DialStep():
            way = step.dial
            return DialOut(way.number, tuple(groups[line] for line in way.lines), way.otherwise or "")
        case ClearStep():
            return Clear(step.clear)
    raise AssertionError(f"no step {step}")
