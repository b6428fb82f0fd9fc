"""Reset of single circuits, and what it does to blocking (1.15)."""

from __future__ import annotations

from switchsim.proto.tup import blocking, groups
from switchsim.proto.tup.actions import ResetDone
from switchsim.proto.tup.causes import TEMPORARY_FAILURE
from switchsim.proto.tup.codec import Message
from switchsim.proto.tup.core import Core
from switchsim.proto.tup.messages import MessageType
from switchsim.proto.tup.state import Block, Circuit


def on_reset_idle(core: Core, circuit: Circuit, _: Message) -> None:
    """RSC on an idle circuit, or against our own reset: RLG (1.15)."""
    forgotten_by_peer(core, circuit)
    core.send(circuit.cic, MessageType.RLG)


def on_reset_incoming(core: Core, circuit: Circuit, _: Message) -> None:
    """RSC where the call is the peer's: as CLF (1.15)."""
    core.end_call(circuit, TEMPORARY_FAILURE, True)
    forgotten_by_peer(core, circuit)
    core.send(circuit.cic, MessageType.RLG)
    core.idle(circuit)


def on_reset_outgoing(core: Core, circuit: Circuit, _: Message) -> None:
    """RSC where the call is ours: as an unsuccessful message or clear back, so CLF follows (1.15)."""
    core.end_call(circuit, TEMPORARY_FAILURE, True, "reset")
    forgotten_by_peer(core, circuit)
    core.clear_forward(circuit)


def request_reset(core: Core, circuit: Circuit) -> None:
    core.end_call(circuit, TEMPORARY_FAILURE, False)
    core.start_reset(circuit)


def on_reset_acknowledged(core: Core, circuit: Circuit, message: Message) -> None:
    """RLG, or CLF where the peer was the outgoing end, which wants RLG itself (1.15)."""
    if message.type == MessageType.CLF:
        core.send(circuit.cic, MessageType.RLG)
    core.idle(circuit)
    core.out.append(ResetDone((circuit.cic,)))
    restate(core, [circuit])


def expired_t18(core: Core, circuit: Circuit) -> None:
    core.send(circuit.cic, MessageType.RSC)
    core.start(circuit, "t18")


def expired_t19(core: Core, circuit: Circuit) -> None:
    """Maintenance is told, and the reset goes on each minute until somebody answers (1.15)."""
    core.stop(circuit, "t18")
    core.alarm("1.15", circuit.cic, "no acknowledgement of a circuit reset within a minute")
    core.send(circuit.cic, MessageType.RSC)
    core.start(circuit, "t19")


def on_blocking_for_reset(core: Core, circuit: Circuit, message: Message) -> None:
    """BLO as the answer to a reset: idle on both sides, and blocked (1.15)."""
    core.set_remote(circuit, Block.MAINTENANCE, True)
    core.send(circuit.cic, MessageType.BLA)
    core.idle(circuit)
    core.out.append(ResetDone((circuit.cic,)))
    restate(core, [circuit])


def forgotten_by_peer(core: Core, circuit: Circuit) -> None:
    """A reset of the peer's: its marks are void on both sides, ours it has lost, so they are sent again (1.15)."""
    core.forget_remote(circuit)
    restate(core, [circuit])


def restate(core: Core, circuits: list[Circuit]) -> None:
    """Send our blocking again: BLO for single circuits, hardware and software marks by group messages."""
    for circuit in circuits:
        if circuit.local & Block.MAINTENANCE and circuit.ordered != "UBL":
            blocking.request_block(core, circuit, True)
    groups.restate_marks(core, circuits)
