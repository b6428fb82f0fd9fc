"""A whole run as octets, taken between two control ticks: restored, it continues with the same journal.

Snapshot = states of all parts by path + timers + what is in flight + stream counters + the native core's memory + the
journal's chain. msgpack, with a format number; no pickle.
"""

from __future__ import annotations

from heapq import heapify
from typing import Any, cast

import msgspec

from switchsim.kernel.journal import JournalState
from switchsim.kernel.ports import Seen, WireState
from switchsim.kernel.scheduler import MEDIA, MESSAGE, TIMER, HeapEntry, Kernel
from switchsim.model.message import decode_message
from switchsim.model.order import AnyOrder
from switchsim.model.phase import Phase

FORMAT = 1
TIMER_FIELDS = 3


class _Due(msgspec.Struct, array_like=True):
    due: int
    phase: int
    index: int
    sequence: int
    sort: int
    name: str
    generation: int = 0
    content: bytes = b""
    from_place: str = ""
    from_port: str = ""


class _Given(msgspec.Struct, array_like=True):
    at: int
    sequence: int
    place: str
    order: AnyOrder


class _Snapshot(msgspec.Struct):
    format: int
    seed: int
    tick: int
    now: int
    sequence: int
    states: dict[str, bytes]
    timers: list[tuple[str, str, list[int]]]
    heap: list[_Due]
    orders: list[_Given]
    wires: list[tuple[str, str, WireState]]
    taken: dict[str, int]
    media: bytes
    journal: JournalState


def _pack_due(entry: HeapEntry) -> _Due:
    due, phase, index, sequence, sort, name, content = entry
    row = _Due(due, phase, index, sequence, sort, name)
    if sort == MESSAGE:
        message, row.from_place, row.from_port = content
        row.content = msgspec.msgpack.encode(message)
    elif sort == MEDIA:
        row.content = msgspec.msgpack.encode(
            Seen(content.at, content.kind, content.unit, content.a, content.b, content.octets)
        )
    else:
        row.generation = content
    return row


def _unpack_due(row: _Due) -> HeapEntry:
    content: Any = row.generation
    if row.sort == MESSAGE:
        content = (decode_message(row.content), row.from_place, row.from_port)
    elif row.sort == MEDIA:
        content = msgspec.msgpack.decode(row.content, type=Seen)
    return row.due, row.phase, row.index, row.sequence, row.sort, row.name, content


def take(kernel: Kernel) -> bytes:
    """The run as it stands, as octets."""
    pack = msgspec.msgpack.encode
    return pack(
        _Snapshot(
            format=FORMAT,
            seed=kernel.streams.seed,
            tick=kernel.tick,
            now=kernel.now,
            sequence=kernel.sequence,
            states={path: pack(part.state) for path, part in kernel.parts.items()},
            timers=[(place, name, timer) for (place, name), timer in kernel.timers.items()],
            heap=[_pack_due(entry) for entry in sorted(kernel.heap, key=lambda entry: entry[:4])],
            orders=[
                _Given(at, sequence, place, cast(AnyOrder, order))
                for at, sequence, place, order in sorted(kernel.orders, key=lambda given: given[:2])
            ],
            wires=[(place, port, wire.state) for (place, port), wire in kernel.wires.items()],
            taken=kernel.streams.taken,
            media=kernel.media.snapshot(),
            journal=kernel.journal.export(),
        )
    )


def restore(kernel: Kernel, octets: bytes) -> None:
    """Put a freshly assembled, not yet started kernel of the same machine into the state of a snapshot.

    Raises ValueError when the octets are no snapshot of this format and machine; the kernel is then unusable.
    """
    try:
        snapshot = msgspec.msgpack.decode(octets, type=_Snapshot)
    except msgspec.DecodeError as error:
        raise ValueError(f"not a snapshot: {error}") from error
    if snapshot.format != FORMAT or snapshot.states.keys() != kernel.parts.keys():
        raise ValueError("the snapshot is of another format or another machine")
    if (snapshot.seed, snapshot.tick) != (kernel.streams.seed, kernel.tick):
        raise ValueError(f"the snapshot is of seed {snapshot.seed}, control tick {snapshot.tick}")
    _check_references(kernel, snapshot)
    kernel.index_places()
    kernel.now, kernel.sequence = snapshot.now, snapshot.sequence
    kernel.timers = {(place, name): timer for place, name, timer in snapshot.timers}
    kernel.heap = [_unpack_due(row) for row in snapshot.heap]
    kernel.orders = [(given.at, given.sequence, given.place, given.order) for given in snapshot.orders]
    heapify(kernel.heap)
    heapify(kernel.orders)
    for place, port, state in snapshot.wires:
        kernel.wires[place, port].state = state
    kernel.streams.taken = snapshot.taken
    kernel.media.restore(snapshot.media)
    if kernel.media.now != kernel.now:
        raise ValueError(f"the snapshot's media path stands at {kernel.media.now}, its clock at {kernel.now}")
    kernel.journal.adopt(snapshot.journal)
    for path, state_octets in snapshot.states.items():
        part = kernel.parts[path]
        part.state = msgspec.msgpack.decode(state_octets, type=type(part.state))
        part.restored()
    kernel.stand_still()


def _check_references(kernel: Kernel, snapshot: _Snapshot) -> None:
    """Everything that the snapshot names is in the machine; raises ValueError."""
    if {(place, port) for place, port, _ in snapshot.wires} != kernel.wires.keys():
        raise ValueError("the snapshot has other wires than the machine")
    for row in snapshot.heap:
        sorts = row.sort in (TIMER, MESSAGE, MEDIA) and row.phase in tuple(Phase)
        known = sorts and 0 <= row.index < len(kernel.parts)
        if not known or (row.sort == MESSAGE and (row.from_place, row.from_port) not in kernel.wires):
            raise ValueError(f"the snapshot holds what can never be due: {row}")
    strange = {place for place, _, _ in snapshot.timers} | {given.place for given in snapshot.orders}
    if not strange <= kernel.parts.keys() or any(len(timer) != TIMER_FIELDS for _, _, timer in snapshot.timers):
        raise ValueError("the snapshot has timers or orders for parts that are not there")
