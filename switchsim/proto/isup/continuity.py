"""Continuity check: COT and check tone in a call, recheck with CCR after a failure (Q.764 2.1.8).

Whoever owns the speech path carries out `CheckTone` and reports what it hears with `continuity_heard`.
"""

from __future__ import annotations

from switchsim.proto.isup import clearing, incoming
from switchsim.proto.isup import parameters as p
from switchsim.proto.isup.actions import SetupFailed
from switchsim.proto.isup.codec import Message
from switchsim.proto.isup.core import NORMAL_UNSPECIFIED, Core, contents
from switchsim.proto.isup.messages import MessageType
from switchsim.proto.isup.state import Circuit, Cpc

_NORMAL_CLEARING = 16


# -- the side that sends the tone --------------------------------------------------------------------------------------


def _report(core: Core, circuit: Circuit, successful: bool) -> None:
    core.tone(circuit, "")
    core.send(circuit.cic, MessageType.COT, [(p.CONTINUITY.code, b"\1" if successful else b"\0")])


def heard_in_call(core: Core, circuit: Circuit) -> None:
    """The tone came back: COT, the call goes on; T7 has run since the address."""
    core.stop(circuit, 24)
    _report(core, circuit, True)
    circuit.cpc = Cpc.O_WAIT_ACM


def failed_in_call(core: Core, circuit: Circuit) -> None:
    """No tone within T24, or a wrong one: failing COT, the call goes elsewhere, the circuit is checked again in T25."""
    core.stop_call(circuit)
    _report(core, circuit, False)
    core.out.append(SetupFailed(circuit.cic, "continuity", True))
    circuit.cpc = Cpc.O_FAILED
    core.start(circuit, 25)


def recheck(core: Core, circuit: Circuit) -> None:
    """T25 or T26, or an order: CCR, tone, T24."""
    circuit.cpc = Cpc.O_RECHECK
    core.send(circuit.cic, MessageType.CCR)
    core.tone(circuit, "send")
    core.start(circuit, 24)


def heard_in_recheck(core: Core, circuit: Circuit) -> None:
    """The circuit is good: REL ends the check and makes it idle."""
    core.stop(circuit, 24)
    core.tone(circuit, "")
    core.release(circuit, _NORMAL_CLEARING)


def failed_in_recheck(core: Core, circuit: Circuit) -> None:
    """Failing COT; maintenance is told once, then T26 spaces the rechecks."""
    core.stop(circuit, 24)
    _report(core, circuit, False)
    if not circuit.recheck:
        circuit.recheck = True
        core.alarm("2.1.8", circuit.cic, "the second continuity check has failed")
    circuit.cpc = Cpc.O_FAILED
    core.start(circuit, 26)


# -- the side that loops -----------------------------------------------------------------------------------------------


def on_check_request(core: Core, circuit: Circuit, _: Message) -> None:
    """CCR: loop the circuit; T36 waits for COT or REL."""
    core.stop(circuit, 27)
    circuit.cpc = Cpc.I_RECHECK
    core.tone(circuit, "loop")
    if core.config.loop_ack:
        core.send(circuit.cic, MessageType.LPA)
    core.start(circuit, 36)


def on_continuity(core: Core, circuit: Circuit, message: Message) -> None:
    """COT for an IAM: the call is offered, or ends here without REL and T27 waits for CCR."""
    if contents(message, p.CONTINUITY)[0] & 1:
        incoming.checked(core, circuit)
        return
    core.end_call(circuit, NORMAL_UNSPECIFIED, True)
    circuit.cpc = Cpc.I_FAILED
    core.start(circuit, 27)


def on_continuity_of_recheck(core: Core, circuit: Circuit, message: Message) -> None:
    """COT for CCR: failing, T27 waits for the next; a successful one is followed by REL as well."""
    if contents(message, p.CONTINUITY)[0] & 1:
        return
    core.stop(circuit, 36)
    core.tone(circuit, "")
    circuit.cpc = Cpc.I_FAILED
    core.start(circuit, 27)


def expired_t27(core: Core, circuit: Circuit) -> None:
    """No CCR after a failure: the circuit is reset."""
    clearing.start_reset(core, circuit, "continuity")


def expired_t36(core: Core, circuit: Circuit) -> None:
    """Neither COT nor REL after CCR: the circuit is reset."""
    clearing.start_reset(core, circuit, "continuity")


def request_check(core: Core, circuit: Circuit) -> None:
    """A check of an idle circuit by order of maintenance."""
    recheck(core, circuit)
