"""Group reset, circuit query, unequipped circuits (Q.764 2.8.3, 2.9.3.2, 2.12)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from switchsim.proto.isup import blocking, clearing, ranges
from switchsim.proto.isup import parameters as p
from switchsim.proto.isup.actions import QueryInd, ResetDone, StopTimer
from switchsim.proto.isup.codec import Message
from switchsim.proto.isup.core import NORMAL_UNSPECIFIED, Core, contents
from switchsim.proto.isup.messages import MessageType
from switchsim.proto.isup.state import OUTGOING, Block, Circuit, Cpc, Group
from switchsim.proto.isup.values_more import RangeStatus, range_status

_RESETTING: Final = (Cpc.RESET, Cpc.GROUP_RESET)
_LOCAL: Final = (Block.BLOCKING, Block.BLOCKED)
_UNEQUIPPED: Final = 3
_TRANSIENT: Final = 0
_IDLE: Final = 3
_HIGHEST: Final = ranges.MOST - 1


# -- group reset sent --------------------------------------------------------------------------------------------------


def request_reset_group(core: Core, cics: Sequence[int]) -> None:
    """GRS for every unbroken row of these circuits, RSC for one alone (2.9.3.2)."""
    wanted = {cic for cic in cics if cic in core.circuits}
    for name, group in list(core.state.groups.items()):
        members = range(group.first, group.first + len(group.bits))
        if group.type == MessageType.GRS and any(cic in wanted for cic in members):
            wanted.update(members)
            blocking.end_group(core, name)
    for first, count in ranges.runs(sorted(wanted)):
        if count == 1:
            clearing.start_reset(core, core.circuits[first], "reset")
        else:
            _reset_row(core, first, count)


def _reset_row(core: Core, first: int, count: int) -> None:
    for cic in range(first, first + count):
        circuit = core.circuits[cic]
        core.note("CGRS", circuit.cpc, MessageType.GRS)
        core.end_call(circuit, NORMAL_UNSPECIFIED, False, "reset")
        core.forget_remote(circuit)
        circuit.unequipped_remote = False
        circuit.cpc = Cpc.GROUP_RESET
        circuit.group = first
    group = Group(int(MessageType.GRS), first, [1] * count)
    core.state.groups[ranges.name(22, group)] = group
    _send_range(core, group)
    ranges.start_pair(core, group, 22)


def _send_range(core: Core, group: Group) -> None:
    octets = p.RANGE_AND_STATUS.write(RangeStatus(len(group.bits) - 1))
    core.send(group.first, MessageType(group.type), [(p.RANGE_AND_STATUS.code, octets)])


def on_reset_acknowledge(core: Core, first: Circuit, message: Message) -> None:
    """GRA: the circuits are idle; status bit 1 is a maintenance block of the peer's (2.9.3.2)."""
    found = ranges.checked(core, message, _HIGHEST, True)
    if found is None:
        return
    name = f"t22/{first.cic}"
    group = core.state.groups.get(name)
    if group is None or len(group.bits) != found.range + 1:
        core.violation("2.9.3.3", f"GRA of range {found.range} that nothing waits for", first.cic)
        return
    blocking.end_group(core, name)
    circuits = [core.circuits[first.cic + index] for index in range(len(group.bits))]
    for circuit, bit in zip(circuits, found.bits(), strict=True):
        if circuit.cpc is Cpc.GROUP_RESET:
            core.note("CGRS", circuit.cpc, MessageType.GRA)
            core.idle(circuit)
        core.remote_block(circuit, False, bool(bit))
    core.out.append(ResetDone(tuple(circuit.cic for circuit in circuits)))
    blocked = [circuit.cic for circuit in circuits if circuit.maint_local in _LOCAL]
    if blocked:
        blocking.send_group(core, blocked, False, True)
    blocking.tell_again(core, circuits, maintenance=False)


def repeat_reset(core: Core, name: str, group: Group, number: int) -> None:
    """T22, T23: GRS again; T23 tells maintenance and then repeats alone (2.9.3.2)."""
    if number == 23 and not group.late:
        core.alarm("2.9.3.2", group.first, "no GRA within T23")
        core.out.append(StopTimer(name))
        group.late = True
    _send_range(core, group)
    ranges.start(core, group, number)


# -- group reset received ----------------------------------------------------------------------------------------------


def on_reset_group(core: Core, first: Circuit, message: Message) -> None:
    """GRS: every circuit idle, the peer's blocking forgotten, GRA with our maintenance blocking, after CGB with that of
    failed hardware (2.9.3.2). Circuits that are not equipped count as not blocked.
    """
    found = ranges.checked(core, message, _HIGHEST, False)
    if found is None:
        return
    bits, circuits = [], []
    for cic in range(first.cic, first.cic + found.range + 1):
        circuit = core.circuits.get(cic)
        bits.append(int(circuit is not None and circuit.maint_local in _LOCAL))
        if circuit is not None:
            circuits.append(circuit)
    blocking.tell_again(core, circuits, maintenance=False)
    core.send(first.cic, MessageType.GRA, [(p.RANGE_AND_STATUS.code, p.RANGE_AND_STATUS.write(range_status(bits)))])
    for circuit in circuits:  # after GRA: whoever hears of it may use the circuit at once
        core.note("CGRR", circuit.cpc, MessageType.GRS)
        _reset_by_peer(core, circuit)


def _reset_by_peer(core: Core, circuit: Circuit) -> None:
    core.forget_remote(circuit)
    circuit.unequipped_remote = False
    if circuit.cpc is not Cpc.IDLE and circuit.cpc not in _RESETTING:
        core.end_call(circuit, NORMAL_UNSPECIFIED, True, "reset")
        core.idle(circuit)


# -- circuit query -----------------------------------------------------------------------------------------------------


def request_query(core: Core, cics: Sequence[int]) -> bool:
    """CQM for these circuits; False when one alone has no equipped neighbour: no range can name it."""
    complete = True
    for first, bits in ranges.split(core.circuits, sorted(cic for cic in cics if cic in core.circuits)):
        if len(bits) == 1:
            complete = False
            continue
        group = Group(int(MessageType.CQM), first, [1] * len(bits))
        core.state.groups[ranges.name(28, group)] = group
        core.note("CQS", 0, MessageType.CQM)
        _send_range(core, group)
        ranges.start(core, group, 28)
    return complete


def state_octet(circuit: Circuit | None) -> int:
    """The circuit's octet of a circuit state indicator (Q.763 3.14)."""
    if circuit is None:
        return _UNEQUIPPED
    state = circuit.cpc
    if state is Cpc.IDLE:
        processing = _IDLE
    elif state in OUTGOING:
        processing = 2
    elif Cpc.I_CHECK <= state <= Cpc.I_SUSPENDED:
        processing = 1
    else:
        return _TRANSIENT
    moving = (Block.BLOCKING, Block.UNBLOCKING)
    if circuit.maint_local in moving or circuit.hard_local in moving:
        return _TRANSIENT
    hardware = int(circuit.hard_local is Block.BLOCKED) | circuit.hard_remote << 1
    maintenance = int(circuit.maint_local is Block.BLOCKED) | circuit.maint_remote << 1
    return maintenance | (_IDLE if hardware else processing) << 2 | hardware << 4


def on_query(core: Core, first: Circuit, message: Message) -> None:
    found = ranges.checked(core, message, _HIGHEST, False)
    if found is None:
        return
    core.note("CQR", 0, MessageType.CQM)
    states = bytes(state_octet(core.circuits.get(first.cic + index)) for index in range(found.range + 1))
    octets = p.RANGE_AND_STATUS.write(RangeStatus(found.range))
    core.send(first.cic, MessageType.CQR, [(p.RANGE_AND_STATUS.code, octets), (p.CIRCUIT_STATE.code, states)])


def on_query_response(core: Core, first: Circuit, message: Message) -> None:
    """CQR: reported, and where it contradicts us, put right (2.8.3)."""
    found = ranges.checked(core, message, _HIGHEST, False)
    states = contents(message, p.CIRCUIT_STATE)
    name = f"t28/{first.cic}"
    group = core.state.groups.get(name)
    core.note("CQS", int(group is not None), MessageType.CQR)
    if found is None or group is None or len(group.bits) != found.range + 1 or len(states) != found.range + 1:
        core.violation("2.8.3", "CQR that does not fit a query", first.cic)
        return
    blocking.end_group(core, name)
    core.out.append(QueryInd(first.cic, states))
    for index, octet in enumerate(states):
        _compare(core, core.circuits[first.cic + index], octet)


def _compare(core: Core, circuit: Circuit, octet: int) -> None:
    """The peer's state of a circuit against ours; whatever is just changing proves nothing."""
    ours = state_octet(circuit)
    processing = octet >> 2 & 3
    if octet & 15 == _UNEQUIPPED:
        circuit.unequipped_remote = True
        core.alarm("2.8.3", circuit.cic, "the peer says that the circuit is not equipped")
        return
    if not processing or not ours >> 2 & 3:
        return
    circuit.unequipped_remote = False
    fits = {1: 2, 2: 1, 3: 3}  # its incoming call is our outgoing one
    if not (octet | ours) >> 4 & 3 and ours >> 2 & 3 != fits[processing]:
        core.alarm("2.8.3", circuit.cic, f"the peer's state 0x{octet:02x} contradicts ours 0x{ours:02x}")
        clearing.start_reset(core, circuit, "reset")
        return
    core.remote_block(circuit, False, bool(octet & 1))
    core.remote_block(circuit, True, bool(octet >> 4 & 1))
    if (octet >> 1 & 1) != (circuit.maint_local is Block.BLOCKED):
        (blocking.unblock if octet & 2 else blocking.block)(core, circuit)
    if (octet >> 5 & 1) != (circuit.hard_local is Block.BLOCKED):
        blocking.send_group(core, [circuit.cic], True, not octet & 0x20)


def expired_t28(core: Core, group: Group) -> None:
    core.note("CQS", 1, "t28")
    core.alarm("2.8.3", group.first, "no CQR within T28")


# -- unequipped circuits -----------------------------------------------------------------------------------------------


def on_unequipped(core: Core, circuit: Circuit, _: Message) -> None:
    """UCIC: the peer has no such circuit; it is not selected until it is reset (2.12)."""
    circuit.unequipped_remote = True
    core.alarm("2.12", circuit.cic, "the peer says that the circuit is not equipped")
    for name, group in list(core.state.groups.items()):
        if group.first == circuit.cic:
            blocking.end_group(core, name)
            _left_over(core, group)
    for hardware in (False, True):
        blocking.drop(core, hardware, [circuit])
    for number in (12, 14):
        core.stop_pair(circuit, number)
    circuit.maint_local = Block.BLOCKED if circuit.maint_local in _LOCAL else Block.NONE
    circuit.hard_local = Block.BLOCKED if circuit.hard_local in _LOCAL else Block.NONE
    if circuit.cpc is not Cpc.IDLE:
        core.end_call(circuit, NORMAL_UNSPECIFIED, True, "unequipped")
        core.idle(circuit)


def _left_over(core: Core, group: Group) -> None:
    """The group's other circuits, which the refused message named as well."""
    rest = [group.first + index for index, bit in enumerate(group.bits) if bit and index]
    if not rest:
        return
    if group.type == MessageType.GRS:
        for cic in rest:
            core.circuits[cic].cpc = Cpc.IDLE
        request_reset_group(core, rest)
    elif group.type != MessageType.CQM:
        blocking.send_group(core, rest, group.hardware, group.type == MessageType.CGB)
