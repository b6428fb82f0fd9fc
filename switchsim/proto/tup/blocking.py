"""Blocking and unblocking of single circuits (1.16)."""

from __future__ import annotations

from switchsim.proto.tup.actions import BlockedInd
from switchsim.proto.tup.causes import TEMPORARY_FAILURE
from switchsim.proto.tup.codec import Message
from switchsim.proto.tup.core import TEST_CALL, Core
from switchsim.proto.tup.messages import MessageType
from switchsim.proto.tup.state import BEFORE_BACKWARD, KINDS, Block, Circuit


def request_block(core: Core, circuit: Circuit, on: bool) -> None:
    """BLO or UBL; our mark is set at once, and removed when the peer has acknowledged."""
    withdraw(core, circuit)
    if on:
        circuit.local |= Block.MAINTENANCE
        core.refresh(circuit)
        circuit.ordered = "BLO"
        core.send(circuit.cic, MessageType.BLO)
        core.start(circuit, "t11")
        core.start(circuit, "t12")
    else:
        circuit.ordered = "UBL"
        core.send(circuit.cic, MessageType.UBL)
        core.start(circuit, "t14")
        core.start(circuit, "t15")


def withdraw(core: Core, circuit: Circuit) -> None:
    """Forget a BLO or UBL that is not acknowledged: another order takes its place."""
    core.stop(circuit, "t11", "t12", "t13", "t14", "t15", "t16")
    circuit.ordered = ""


def on_blocking(core: Core, circuit: Circuit, _: Message) -> None:
    """BLO: BLA; a call goes on, but one that has just been tried is tried elsewhere, test calls apart."""
    core.set_remote(circuit, Block.MAINTENANCE, True)
    core.send(circuit.cic, MessageType.BLA)
    give_way(core, circuit)


def give_way(core: Core, circuit: Circuit) -> None:
    call = circuit.call
    if circuit.state in BEFORE_BACKWARD and not circuit.backward and call is not None and call.category != TEST_CALL:
        core.end_call(circuit, TEMPORARY_FAILURE, True, "blocking")
        core.clear_forward(circuit)


def on_unblocking(core: Core, circuit: Circuit, _: Message) -> None:
    core.set_remote(circuit, Block.MAINTENANCE, False)
    core.send(circuit.cic, MessageType.UBA)


def on_blocking_acknowledged(core: Core, circuit: Circuit, _: Message) -> None:
    """BLA; without BLO before it, the peer is told how things are."""
    if circuit.ordered == "BLO":
        core.stop(circuit, "t11", "t12", "t13")
        circuit.ordered = ""
        core.out.append(BlockedInd(circuit.cic, "local", KINDS[Block.MAINTENANCE], True))
    elif not circuit.local & Block.MAINTENANCE:
        core.violation("6.5", "blocking acknowledged, but the circuit is not blocked", circuit.cic)
        core.send(circuit.cic, MessageType.UBL)


def on_unblocking_acknowledged(core: Core, circuit: Circuit, _: Message) -> None:
    if circuit.ordered == "UBL":
        unblocked(core, circuit)
    elif circuit.local & Block.MAINTENANCE:
        core.violation("6.5", "unblocking acknowledged, but the circuit is blocked", circuit.cic)
        core.send(circuit.cic, MessageType.BLO)


def unblocked(core: Core, circuit: Circuit) -> None:
    core.stop(circuit, "t14", "t15", "t16")
    circuit.ordered = ""
    circuit.local &= ~Block.MAINTENANCE
    core.refresh(circuit)
    core.out.append(BlockedInd(circuit.cic, "local", KINDS[Block.MAINTENANCE], False))


def expired_short(core: Core, circuit: Circuit) -> None:
    """T11, T14: once more."""
    blo = circuit.ordered == "BLO"
    core.send(circuit.cic, MessageType.BLO if blo else MessageType.UBL)
    core.start(circuit, "t11" if blo else "t14")


def expired_minute(core: Core, circuit: Circuit) -> None:
    """T12, T15: maintenance is told; from now on once a minute (T13, T16)."""
    core.stop(circuit, "t11", "t14")
    core.alarm("1.16", circuit.cic, f"no acknowledgement of {circuit.ordered} within a minute")
    expired_each_minute(core, circuit)


def expired_each_minute(core: Core, circuit: Circuit) -> None:
    blo = circuit.ordered == "BLO"
    core.send(circuit.cic, MessageType.BLO if blo else MessageType.UBL)
    core.start(circuit, "t13" if blo else "t16")


def acknowledged_by_seizure(core: Core, circuit: Circuit) -> None:
    """An IAM while UBA is awaited: the peer has unblocked, or it would not have seized."""
    if circuit.ordered == "UBL":
        unblocked(core, circuit)
