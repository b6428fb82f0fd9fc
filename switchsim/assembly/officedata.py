"""Office data for the main processors, from the machine file and the layout."""

from __future__ import annotations

from typing import Any

from switchsim.assembly.layout import Layout, Planner
from switchsim.assembly.machine import (
    AnnounceStep,
    ClearStep,
    HoldStep,
    MachineFile,
    MenuStep,
    QueueStep,
    SeatStep,
)
from switchsim.firmware.office import (
    Announce,
    Channel,
    Circuit,
    Clear,
    Conference,
    Enqueue,
    Link,
    Menu,
    Office,
    Queue,
    SeatPort,
    Service,
    Step,
    Talk,
    Timing,
    ToSeat,
)


def make_office(machine: MachineFile, layout: Layout, planner: Planner, prompt_cycles: tuple[int, ...]) -> Office:
    """`prompt_cycles`: lengths, in the order of the machine's prompts."""
    prompts = {name: index for index, name in enumerate(machine.prompts)}
    by_kind = {name: [b for b in layout.boards if b.loaded.spec.kind == name] for name in ("bnet", "mem")}
    return Office(
        switching_board=by_kind["bnet"][0].bus,
        network_boards=tuple(board.bus for board in by_kind["bnet"]),
        mem_board=by_kind["mem"][0].bus if by_kind["mem"] else -1,
        circuits=tuple(
            Circuit(line.name, timeslot, line.slot(timeslot), line.index)
            for line in layout.lines
            for timeslot in line.b_timeslots
        ),
        links=_links(layout, planner),
        receivers=_channels(planner, "receivers", layout.receiver_slots),
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
            name: Service(name, tuple(_step(step, prompts) for step in steps))
            for name, steps in machine.services.items()
        },
        queues={
            name: Queue(name, tuple(prompts[p] for p in spec.music), spec.ring, spec.max_wait, spec.max_length,
                        spec.overflow or "", spec.talk_limit)
            for name, spec in machine.queues.items()
        },
        timing=Timing(),
        layer3_timers=machine.timers,
    )  # fmt: skip


def _links(layout: Layout, planner: Planner) -> tuple[Link, ...]:
    rows = []
    for index, line in enumerate(layout.lines):
        lap, unit = planner.owner("links", index)
        trunk = next(board for board in layout.boards if board.path == line.trunk)
        signalling = line.signalling
        rows.append(
            Link(line.name, signalling.d_timeslot, signalling.side, lap.bus, unit, trunk.bus, line.trunk_line)
        )
    return tuple(rows)


def _channels(planner: Planner, what: str, slots: list[int]) -> tuple[Channel, ...]:
    rows = []
    for index, slot in enumerate(slots):
        board, unit = planner.owner(what, index)
        rows.append(Channel(board.bus, unit, slot))
    return tuple(rows)


def _step(step: Any, prompts: dict[str, int]) -> Step:
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
        case ClearStep():
            return Clear(step.clear)
    raise AssertionError(f"no step {step}")
