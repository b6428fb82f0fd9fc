"""Messages for groups of circuits: blocking by maintenance, hardware or software, and the group reset (1.15, 1.16).

A group message of ours never spans a circuit that is not equipped, and never more than 32 circuits. What comes in is
answered for the whole range if its first circuit is equipped, with status 0 for those that are not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from switchsim.proto.tup import blocking
from switchsim.proto.tup.actions import BlockedInd, ResetDone, StartTimer, StopTimer
from switchsim.proto.tup.causes import TEMPORARY_FAILURE
from switchsim.proto.tup.codec import Message, Value, pack_status, status_bits
from switchsim.proto.tup.core import Core
from switchsim.proto.tup.messages import MessageType
from switchsim.proto.tup.state import KINDS, Block, Circuit, Circuits, Group

SPAN: Final = 32
PCM: Final = 32  # circuits of one PCM system: the group meant by range 0


class GroupRow(msgspec.Struct, frozen=True):
    """One group message: its acknowledgement, the mark it sets (`on`) or removes."""

    order: MessageType
    answer: MessageType
    kind: Block
    on: bool


ROWS: Final = (
    GroupRow(MessageType.MGB, MessageType.MBA, Block.MAINTENANCE, True),
    GroupRow(MessageType.MGU, MessageType.MUA, Block.MAINTENANCE, False),
    GroupRow(MessageType.HGB, MessageType.HBA, Block.HARDWARE, True),
    GroupRow(MessageType.HGU, MessageType.HUA, Block.HARDWARE, False),
    GroupRow(MessageType.SGB, MessageType.SBA, Block.SOFTWARE, True),
    GroupRow(MessageType.SGU, MessageType.SUA, Block.SOFTWARE, False),
)
BY_ORDER: Final = {row.order: row for row in ROWS}
BY_ANSWER: Final = {row.answer: row for row in ROWS}
_BY_KIND: Final = {(row.kind, row.on): row for row in ROWS}


# -- ours ------------------------------------------------------------------------------------------------------------


def runs(core: Core, cics: Iterable[int], exact: bool) -> list[list[int]]:
    """The circuits in rows of at most 32 that span no unequipped one; `exact`: nor any that is not asked for."""
    wanted = sorted(set(cics))
    found: list[list[int]] = []
    for cic in wanted:
        row = found[-1] if found else []
        fits = bool(row) and cic - row[0] < SPAN
        gap = range(row[-1] + 1, cic) if row else range(0)
        if fits and not (exact and gap) and all(between in core.state.circuits for between in gap):
            row.append(cic)
        else:
            found.append([cic])
    return found


def request_block_group(core: Core, cics: Sequence[int], on: bool, kind: Block) -> None:
    """Block or unblock circuits; a lone one without equipped neighbour gets BLO or UBL, as no range can name it."""
    for row in runs(core, cics, False):
        first, last = _widened(core, row)
        if first == last:
            blocking.request_block(core, core.state.circuits[first], on)
            continue
        concerned = set(row)
        flags = [cic in concerned for cic in range(first, last + 1)]
        for cic in row:
            _mark(core, core.state.circuits[cic], kind, on)
        order(core, _BY_KIND[kind, on].order, first, flags)


def _widened(core: Core, row: list[int]) -> tuple[int, int]:
    """First and last circuit of the range: a single one takes a neighbour in, without meaning it."""
    first, last = row[0], row[-1]
    if first == last:
        if last + 1 in core.state.circuits:
            return first, last + 1
        if first - 1 in core.state.circuits:
            return first - 1, last
    return first, last


def _mark(core: Core, circuit: Circuit, kind: Block, on: bool) -> None:
    """Blocking holds here at once, unblocking when it is acknowledged; failed hardware carries no call."""
    if kind is Block.MAINTENANCE:
        blocking.withdraw(core, circuit)
    if not on:
        return
    circuit.local |= kind
    core.refresh(circuit)
    if kind is Block.HARDWARE:
        clear(core, circuit, "")


def clear(core: Core, circuit: Circuit, reason: str) -> None:
    """A call on a circuit whose hardware failed, or that is reset as a group, ends without signals on the circuit.

    `reason` "": on our order, else why a call of ours that has just been tried is to be tried elsewhere.
    """
    if circuit.state not in (Circuits.IDLE, Circuits.RESETTING, Circuits.GROUP_RESET):
        core.end_call(circuit, TEMPORARY_FAILURE, bool(reason), reason)
        core.idle(circuit)


def request_reset_group(core: Core, cics: Sequence[int]) -> None:
    """GRS over runs of circuits, RSC for a single one."""
    for row in runs(core, cics, True):
        for cic in row:
            circuit = core.state.circuits[cic]
            core.end_call(circuit, TEMPORARY_FAILURE, False)
            if len(row) == 1:
                core.start_reset(circuit)
            else:
                core.forget_remote(circuit)
                core.enter(circuit, Circuits.GROUP_RESET)
        if len(row) > 1:
            order(core, MessageType.GRS, row[0], [True] * len(row))


def order(core: Core, kind: MessageType, first: int, flags: list[bool]) -> None:
    """Send a group message and repeat it until it is acknowledged; it takes the place of what it contradicts."""
    row = BY_ORDER.get(kind)
    for name in (kind.name, _BY_KIND[row.kind, not row.on].order.name) if row else (kind.name,):
        _forget(core, f"{name}/{first}")
    key = f"{kind.name}/{first}"
    core.state.groups[key] = Group(kind, first, flags)
    _send(core, core.state.groups[key])
    core.out.append(StartTimer(f"tg/{key}", core.cycles["tg"]))
    core.out.append(StartTimer(f"tx/{key}", core.cycles["tx"]))


def _send(core: Core, group: Group) -> None:
    values: dict[str, Value] = {"range": len(group.flags) - 1}
    if group.type != MessageType.GRS:
        values["status"] = pack_status(group.flags)
    core.send(group.first, MessageType(group.type), values)


def _forget(core: Core, key: str) -> Group | None:
    group = core.state.groups.pop(key, None)
    if group is not None:
        core.out.append(StopTimer(f"tx/{key}"))
        if not group.late:
            core.out.append(StopTimer(f"tg/{key}"))
    return group


def expired(core: Core, kind: str, key: str) -> None:
    """tg: once more. tx: maintenance is told once, and from now on the message goes out each minute."""
    group = core.state.groups.get(key)
    if group is None or (kind == "tg" and group.late):
        return
    if kind == "tx" and not group.late:
        group.late = True
        core.out.append(StopTimer(f"tg/{key}"))
        core.alarm("1.16", group.first, f"no acknowledgement of {MessageType(group.type).name} within a minute")
    _send(core, group)
    core.out.append(StartTimer(f"{kind}/{key}", core.cycles[kind]))


def restate_marks(core: Core, circuits: list[Circuit]) -> None:
    """Send hardware and software blocking again after a reset; maintenance blocking has messages of its own."""
    for kind in (Block.HARDWARE, Block.SOFTWARE):
        cics = [circuit.cic for circuit in circuits if circuit.local & kind]
        if cics:
            request_block_group(core, cics, True, kind)


# -- the peer's ------------------------------------------------------------------------------------------------------


def _spanned(core: Core, message: Message) -> list[tuple[Circuit | None, bool]] | None:
    """Circuits of a range with their status, None where not equipped; nothing if the first one is not equipped."""
    length = message.number("range")
    if message.cic not in core.state.circuits:
        core.violation("6.5", f"{message.name} from a circuit on that is not equipped", message.cic)
        return None
    if length:
        whole = message.type == MessageType.GRS
        flags = [True] * (length + 1) if whole else status_bits(message.octets("status"), length)
        return [(core.state.circuits.get(message.cic + index), flag) for index, flag in enumerate(flags)]
    first = message.cic // PCM * PCM
    return [(core.state.circuits[cic], True) for cic in range(first, first + PCM) if cic in core.state.circuits]


def _answer(core: Core, message: Message, kind: MessageType, flags: list[bool]) -> None:
    length = message.number("range")
    values: dict[str, Value] = {"range": length}
    if length:
        values["status"] = pack_status(flags)
    core.send(message.cic, kind, values)


def on_order(core: Core, message: Message, row: GroupRow) -> None:
    """MGB, HGB, SGB and their opposites: marks set or removed, acknowledged circuit by circuit."""
    spanned = _spanned(core, message)
    if spanned is None:
        return
    for circuit, flag in spanned:
        if circuit is not None and flag:
            core.set_remote(circuit, row.kind, row.on)
            if row.on and row.kind is Block.HARDWARE:
                clear(core, circuit, "blocking")
            elif row.on:
                blocking.give_way(core, circuit)
    _answer(core, message, row.answer, [flag and circuit is not None for circuit, flag in spanned])


def on_answer(core: Core, message: Message, row: GroupRow) -> None:
    """MBA and its like: what was acknowledged takes effect."""
    key = f"{row.order.name}/{message.cic}"
    group = core.state.groups.get(key)
    if group is None:
        core.violation("6.5", f"{message.name} without {row.order.name}", message.cic)
        return
    if message.number("range") != len(group.flags) - 1:
        core.violation("6.5", f"{message.name} for a range other than that of {row.order.name}", message.cic)
        return
    _forget(core, key)
    for index, taken in enumerate(status_bits(message.octets("status"), len(group.flags) - 1)):
        circuit = core.state.circuits[group.first + index]
        if group.flags[index] and not taken:
            core.violation("1.16", f"{message.name} leaves the circuit out", circuit.cic)
        elif group.flags[index]:
            if not row.on:
                circuit.local &= ~row.kind
                core.refresh(circuit)
            core.out.append(BlockedInd(circuit.cic, "local", KINDS[row.kind], row.on))


def on_group_reset(core: Core, message: Message) -> None:
    """GRS: calls end, marks of the peer's go, GRA tells which circuits we have blocked for maintenance (1.15)."""
    spanned = _spanned(core, message)
    if spanned is None:
        return
    circuits = [circuit for circuit, _ in spanned if circuit is not None]
    for circuit in circuits:
        clear(core, circuit, "reset")
        core.forget_remote(circuit)
    restate_marks(core, circuits)
    flags = [circuit is not None and bool(circuit.local & Block.MAINTENANCE) for circuit, _ in spanned]
    _answer(core, message, MessageType.GRA, flags)


def on_group_reset_acknowledged(core: Core, message: Message) -> None:
    """GRA: idle on both sides; status 1 is blocking by the peer's maintenance."""
    group = core.state.groups.get(f"GRS/{message.cic}")
    if group is None or message.number("range") != len(group.flags) - 1:
        core.violation("6.5", "circuit group reset acknowledged that was not sent so", message.cic)
        return
    _forget(core, f"GRS/{message.cic}")
    circuits = [core.state.circuits[group.first + index] for index in range(len(group.flags))]
    for circuit, blocked in zip(circuits, status_bits(message.octets("status"), len(circuits) - 1), strict=True):
        if circuit.state is Circuits.GROUP_RESET:
            core.idle(circuit)
        core.set_remote(circuit, Block.MAINTENANCE, blocked)
    core.out.append(ResetDone(tuple(circuit.cic for circuit in circuits)))
    blocked_here = [circuit.cic for circuit in circuits if circuit.local & Block.MAINTENANCE]
    if blocked_here:
        request_block_group(core, blocked_here, True, Block.MAINTENANCE)
    restate_marks(core, circuits)
