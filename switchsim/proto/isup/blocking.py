"""Blocking and unblocking of circuits: BLO, BLA, UBL, UBA; and of groups: CGB, CGBA, CGU, CGUA (Q.764 2.8.2, 2.9.4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from switchsim.proto.isup import parameters as p
from switchsim.proto.isup import ranges
from switchsim.proto.isup.actions import BlockedInd, StopTimer
from switchsim.proto.isup.codec import Message
from switchsim.proto.isup.core import NORMAL_UNSPECIFIED, TEST_CALL, Core, contents
from switchsim.proto.isup.messages import MessageType
from switchsim.proto.isup.state import BEFORE_BACKWARD, Block, Circuit, Cpc, Group
from switchsim.proto.isup.values_more import range_status

_LOCAL: Final = (Block.BLOCKING, Block.BLOCKED)
_ACKNOWLEDGES: Final = {MessageType.CGB: MessageType.CGBA, MessageType.CGU: MessageType.CGUA}


# -- one circuit -------------------------------------------------------------------------------------------------------


def block(core: Core, circuit: Circuit) -> None:
    """BLO with T12 and T13."""
    drop(core, False, [circuit])
    circuit.maint_local = Block.BLOCKING
    core.stop_pair(circuit, 14)
    core.send(circuit.cic, MessageType.BLO)
    core.start_pair(circuit, 12)


def unblock(core: Core, circuit: Circuit) -> None:
    """UBL with T14 and T15."""
    drop(core, False, [circuit])
    circuit.maint_local = Block.UNBLOCKING
    core.stop_pair(circuit, 12)
    core.send(circuit.cic, MessageType.UBL)
    core.start_pair(circuit, 14)


def request_block(core: Core, circuit: Circuit, on: bool) -> None:
    """The operator's order; one that is carried out or under way already changes nothing."""
    core.note("BLS", circuit.maint_local, "block" if on else "unblock")
    if on and circuit.maint_local not in _LOCAL:
        block(core, circuit)
    elif not on and circuit.maint_local in _LOCAL:
        unblock(core, circuit)


def on_blo(core: Core, circuit: Circuit, _: Message) -> None:
    """BLO is acknowledged always; a call of ours that has had no answer is made on another circuit (2.8.2.1)."""
    core.note("BLR", circuit.maint_remote, MessageType.BLO)
    core.send(circuit.cic, MessageType.BLA)
    core.remote_block(circuit, False, True)
    if circuit.cpc in BEFORE_BACKWARD and circuit.category != TEST_CALL:
        core.end_call(circuit, NORMAL_UNSPECIFIED, True, "blocking")
        core.release(circuit, NORMAL_UNSPECIFIED)


def on_ubl(core: Core, circuit: Circuit, _: Message) -> None:
    core.note("BLR", circuit.maint_remote, MessageType.UBL)
    core.send(circuit.cic, MessageType.UBA)
    core.remote_block(circuit, False, False)


def on_bla(core: Core, circuit: Circuit, _: Message) -> None:
    """BLA: the peer has marked the circuit. Where we are not blocking it, UBL removes the mark (2.9.5.1)."""
    state = circuit.maint_local
    core.note("BLS", state, MessageType.BLA)
    if state is Block.BLOCKING:
        core.stop_pair(circuit, 12)
        drop(core, False, [circuit])
        _settle(core, circuit, False, Block.BLOCKED)
    elif state is Block.NONE:
        core.violation("2.9.5.1", "BLA for a circuit that is not blocked", circuit.cic)
        unblock(core, circuit)


def on_uba(core: Core, circuit: Circuit, _: Message) -> None:
    """UBA: the mark is gone. Where we are blocking, BLO sets it again (2.9.5.1)."""
    state = circuit.maint_local
    core.note("BLS", state, MessageType.UBA)
    if state is Block.UNBLOCKING:
        core.stop_pair(circuit, 14)
        drop(core, False, [circuit])
        _settle(core, circuit, False, Block.NONE)
    elif state is Block.BLOCKED:
        core.violation("2.9.5.1", "UBA for a circuit that is blocked", circuit.cic)
        block(core, circuit)


def _settle(core: Core, circuit: Circuit, hardware: bool, block: Block) -> None:
    if hardware:
        circuit.hard_local = block
    else:
        circuit.maint_local = block
    kind = "hardware" if hardware else "maintenance"
    core.out.append(BlockedInd(circuit.cic, "local", kind, block is Block.BLOCKED))


def expired_t12(core: Core, circuit: Circuit) -> None:
    core.send(circuit.cic, MessageType.BLO)
    core.start(circuit, 12)


def expired_t13(core: Core, circuit: Circuit) -> None:
    """Maintenance is told; only T13 repeats from now on (2.9.4)."""
    if circuit.timers >> 12 & 1:
        core.alarm("2.9.4", circuit.cic, "no BLA within T13")
        core.stop(circuit, 12)
    core.send(circuit.cic, MessageType.BLO)
    core.start(circuit, 13)


def expired_t14(core: Core, circuit: Circuit) -> None:
    core.send(circuit.cic, MessageType.UBL)
    core.start(circuit, 14)


def expired_t15(core: Core, circuit: Circuit) -> None:
    if circuit.timers >> 14 & 1:
        core.alarm("2.9.4", circuit.cic, "no UBA within T15")
        core.stop(circuit, 14)
    core.send(circuit.cic, MessageType.UBL)
    core.start(circuit, 15)


BLOCKING_TIMERS: Final[dict[int, Callable[[Core, Circuit], None]]] = {
    12: expired_t12, 13: expired_t13, 14: expired_t14, 15: expired_t15,
}  # fmt: skip


def tell_again(core: Core, circuits: Sequence[Circuit], maintenance: bool = True) -> None:
    """Repeat our blocking where a reset has made the peer forget it: BLO a circuit, CGB for hardware (2.9.3)."""
    hardware = []
    for circuit in circuits:
        if maintenance and circuit.maint_local in _LOCAL:
            block(core, circuit)
        if circuit.hard_local in _LOCAL:
            hardware.append(circuit.cic)
    if hardware:
        send_group(core, hardware, True, True)


def refuse_seizure(core: Core, circuit: Circuit) -> bool:
    """Whether an IAM meets a circuit that we block: it is discarded and the peer told again (2.8.2.1)."""
    if circuit.maint_local not in _LOCAL and circuit.hard_local not in _LOCAL:
        return False
    core.violation("2.8.2.1", "IAM on a circuit that is blocked here", circuit.cic)
    tell_again(core, [circuit])
    return True


# -- groups sent -------------------------------------------------------------------------------------------------------


def send_group(core: Core, cics: Sequence[int], hardware: bool, on: bool) -> None:
    """CGB or CGU in as many messages as it takes; no range holds an unequipped circuit.

    A circuit without an equipped neighbour fits no range, as range 0 is reserved: BLO or UBL serves it (Q.763 3.43).
    """
    kind = MessageType.CGB if on else MessageType.CGU
    for first, bits in ranges.split(core.circuits, sorted(cics)):
        concerned = [core.circuits[first + index] for index, bit in enumerate(bits) if bit]
        if len(bits) == 1:
            request_block(core, concerned[0], on)
            continue
        for circuit in concerned:
            wanted = Block.BLOCKING if on else Block.UNBLOCKING
            core.note("HLB" if hardware else "MGBS", circuit.hard_local if hardware else circuit.maint_local, kind)
            if hardware:
                circuit.hard_local = wanted
            else:
                core.stop_pair(circuit, 12)
                core.stop_pair(circuit, 14)
                circuit.maint_local = wanted
        drop(core, hardware, concerned)
        group = Group(int(kind), first, bits, hardware)
        _join(group, core.state.groups.get(ranges.name(18 if on else 20, group)))
        core.state.groups[ranges.name(18 if on else 20, group)] = group
        _send(core, group)
        ranges.start_pair(core, group, 18 if on else 20)


def drop(core: Core, hardware: bool, circuits: Sequence[Circuit]) -> None:
    """A newer order takes its circuits out of older ones that still wait; an order with none left is over."""
    taken = {circuit.cic for circuit in circuits}
    for name, group in list(core.state.groups.items()):
        if group.hardware == hardware and group.type in _ACKNOWLEDGES:
            group.bits = [int(bit and group.first + index not in taken) for index, bit in enumerate(group.bits)]
            if not any(group.bits):
                end_group(core, name)


def _join(group: Group, older: Group | None) -> None:
    """An older order of the same kind from the same first circuit on becomes part of the newer."""
    if older is not None:
        longest = max(len(group.bits), len(older.bits))
        mine = group.bits + [0] * (longest - len(group.bits))
        theirs = older.bits + [0] * (longest - len(older.bits))
        group.bits = [one | other for one, other in zip(mine, theirs, strict=True)]


def end_group(core: Core, name: str) -> None:
    group = core.state.groups.pop(name)
    ranges.stop_pair(core, group, ranges.number(name))


def _send(core: Core, group: Group) -> None:
    core.send(group.first, MessageType(group.type), _parameters(group.hardware, group.bits))


def _parameters(hardware: bool, bits: list[int]) -> list[tuple[int, bytes]]:
    return [
        (p.GROUP_KIND.code, b"\1" if hardware else b"\0"),
        (p.RANGE_AND_STATUS.code, p.RANGE_AND_STATUS.write(range_status(bits))),
    ]


def request_group(core: Core, cics: Sequence[int], hardware: bool, on: bool) -> None:
    """Block or unblock these circuits; a hardware failure ends the calls on them without REL (2.8.2.2)."""
    known = [core.circuits[cic] for cic in sorted(cics) if cic in core.circuits]
    if on and hardware:
        for circuit in known:
            _clear_for_hardware(core, circuit, False)
    elif not on:
        known = [one for one in known if (one.hard_local if hardware else one.maint_local) in _LOCAL]
    send_group(core, [circuit.cic for circuit in known], hardware, on)


def _clear_for_hardware(core: Core, circuit: Circuit, by_peer: bool) -> None:
    """What is on the circuit ends; resets go on, as only their acknowledgement ends them."""
    if circuit.cpc in (Cpc.IDLE, Cpc.RESET, Cpc.GROUP_RESET):
        return
    core.end_call(circuit, NORMAL_UNSPECIFIED, by_peer, "blocking")
    core.idle(circuit)


def repeat_group(core: Core, name: str, group: Group, number: int) -> None:
    """T18 to T21: the message again; the long timer tells maintenance and then repeats alone (2.9.4)."""
    if number in (19, 21) and not group.late:
        core.alarm("2.9.4", group.first, f"group message 0x{group.type:02x} was not acknowledged within T{number}")
        group.late = True
        core.out.append(StopTimer(name))
    _send(core, group)
    ranges.start(core, group, number)


# -- groups received ---------------------------------------------------------------------------------------------------


def on_group(core: Core, first: Circuit, message: Message) -> None:
    """CGB or CGU: marks set or removed for the circuits with a status bit, acknowledged for the whole range.

    Status bits of circuits that are not equipped come back 0.
    """
    found = ranges.checked(core, message, 255, True)
    if found is None:
        return
    on = message.type == MessageType.CGB
    hardware = bool(contents(message, p.GROUP_KIND)[0] & 3)
    bits = found.bits()
    for index, bit in enumerate(bits):
        circuit = core.circuits.get(first.cic + index)
        if circuit is None:
            bits[index] = 0
        elif bit:
            mark = circuit.hard_remote if hardware else circuit.maint_remote
            core.note("HRB" if hardware else "MGBR", mark, message.type)
            core.remote_block(circuit, hardware, on)
            if on:
                _blocked_by_group(core, circuit, hardware)
    core.send(first.cic, _ACKNOWLEDGES[MessageType(message.type)], _parameters(hardware, bits))


def _blocked_by_group(core: Core, circuit: Circuit, hardware: bool) -> None:
    if hardware:
        _clear_for_hardware(core, circuit, True)
    elif circuit.cpc in BEFORE_BACKWARD and circuit.category != TEST_CALL:
        core.end_call(circuit, NORMAL_UNSPECIFIED, True, "blocking")
        core.release(circuit, NORMAL_UNSPECIFIED)


def on_group_acknowledge(core: Core, first: Circuit, message: Message) -> None:
    """CGBA or CGUA. One that does not fit what was sent is discarded, and T18 or T20 goes on (2.8.2.3)."""
    found = ranges.checked(core, message, 255, True)
    if found is None:
        return
    blocks = message.type == MessageType.CGBA
    hardware = bool(contents(message, p.GROUP_KIND)[0] & 3)
    name = f"t{18 if blocks else 20}/{first.cic}{'h' if hardware else ''}"
    group = core.state.groups.get(name)
    bits = found.bits()
    if group is None:
        _unexpected(core, first, message, hardware, bits)
        return
    if len(bits) != len(group.bits):
        core.violation("2.8.2.3", f"range {len(bits) - 1} acknowledged, {len(group.bits) - 1} was sent", first.cic)
        return
    end_group(core, name)
    for index, asked in enumerate(group.bits):
        if not asked:
            continue
        circuit = core.circuits[first.cic + index]
        core.note("HLB" if hardware else "MGBS", circuit.hard_local if hardware else circuit.maint_local, message.type)
        if not bits[index]:
            core.alarm("2.8.2.3", circuit.cic, f"{MessageType(message.type).name} without the bit of this circuit")
        _settle(core, circuit, hardware, Block.BLOCKED if blocks else Block.NONE)


def _unexpected(core: Core, first: Circuit, message: Message, hardware: bool, bits: list[int]) -> None:
    """CGBA for circuits that are not blocked: CGU; CGUA for blocked ones: CGB (2.9.5.1)."""
    blocks = message.type == MessageType.CGBA
    wrong = Block.NONE if blocks else Block.BLOCKED
    concerned = []
    for index, bit in enumerate(bits):
        circuit = core.circuits.get(first.cic + index)
        if bit and circuit is not None and (circuit.hard_local if hardware else circuit.maint_local) is wrong:
            core.note("HLB" if hardware else "MGBS", wrong, message.type)
            concerned.append(circuit.cic)
    core.violation("2.9.5.1", f"{MessageType(message.type).name} that nothing waits for", first.cic)
    if concerned:
        send_group(core, concerned, hardware, not blocks)
