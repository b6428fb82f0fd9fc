"""Continuity check of circuits without inherent fault indication: check tone one way, loop the other (clause 7)."""

from __future__ import annotations

from switchsim.proto.tup import clearing, setup
from switchsim.proto.tup.causes import TEMPORARY_FAILURE
from switchsim.proto.tup.codec import Message
from switchsim.proto.tup.core import Core
from switchsim.proto.tup.messages import MessageType
from switchsim.proto.tup.state import Circuit, Circuits


def request_heard(core: Core, circuit: Circuit, ok: bool) -> None:
    """What came of the check tone: COT and on with the call, or CCF and a repeat attempt elsewhere (7.3)."""
    if not ok:
        failed(core, circuit)
        return
    core.stop(circuit, "t8")
    core.tone(circuit, "")
    circuit.checked = True
    core.enter(circuit, Circuits.OUT_ADDRESS)
    core.send(circuit.cic, MessageType.COT)
    core.start(circuit, "t2")


def request_heard_again(core: Core, circuit: Circuit, ok: bool) -> None:
    """The same of a recheck: when it is heard, CLF ends it (7.3)."""
    if not ok:
        failed(core, circuit)
        return
    core.stop_call(circuit)
    core.tone(circuit, "")
    core.clear_forward(circuit)


def failed(core: Core, circuit: Circuit) -> None:
    """No tone within T8: CCF; the circuit rests, and is checked again, at first soon and then every few minutes."""
    core.end_call(circuit, TEMPORARY_FAILURE, False, "continuity")
    core.enter(circuit, Circuits.OUT_DELAY)
    circuit.failed_checks_count += 1
    core.send(circuit.cic, MessageType.CCF)
    if circuit.failed_checks_count == 1:
        core.start(circuit, "t9")
        return
    if circuit.failed_checks_count == 2:
        core.alarm("7.3", circuit.cic, "the recheck of continuity has failed")
    core.start(circuit, "t10")


def recheck(core: Core, circuit: Circuit) -> None:
    """CCR with check tone: after a failure, or on the order of maintenance (7.3)."""
    core.enter(circuit, Circuits.OUT_RECHECK)
    core.send(circuit.cic, MessageType.CCR)
    core.tone(circuit, "send")
    core.start(circuit, "t8")


def on_continuity(core: Core, circuit: Circuit, _: Message) -> None:
    """COT: the circuit is good, the call may go on."""
    core.stop(circuit, "t1")
    core.tone(circuit, "")
    circuit.checked = True
    core.enter(circuit, Circuits.IN_ADDRESS)
    if circuit.call is not None:
        setup.offer(core, circuit, circuit.call)


def on_continuity_failure(core: Core, circuit: Circuit, _: Message) -> None:
    """CCF: the call goes elsewhere; what follows here is CCR (7.3)."""
    core.end_call(circuit, TEMPORARY_FAILURE, True)
    core.enter(circuit, Circuits.IN_RECHECK)


def on_check_request(core: Core, circuit: Circuit, _: Message) -> None:
    """CCR: loop the circuit until CLF, CCF or a reset; whatever signal of ours was being repeated is pointless now."""
    core.stop_call(circuit)
    core.enter(circuit, Circuits.IN_RECHECK)
    core.tone(circuit, "loop")


def on_recheck_over(core: Core, circuit: Circuit, _: Message) -> None:
    """COT or CCF of a recheck: the loop goes, the circuit waits for CLF or the next CCR."""
    core.tone(circuit, "")


def expired_t1(core: Core, circuit: Circuit) -> None:
    """Neither COT nor CCF came: the call is failed back (1.3)."""
    core.end_call(circuit, TEMPORARY_FAILURE, False)
    clearing.call_failure(core, circuit)
