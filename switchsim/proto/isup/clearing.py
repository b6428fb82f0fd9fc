"""Release, suspension and reset of single circuits (Q.764 2.3, 2.4, 2.9.3.1, 2.9.6)."""

from __future__ import annotations

from switchsim.proto.isup import blocking
from switchsim.proto.isup import parameters as p
from switchsim.proto.isup.actions import ResetDone, ResumeInd, StatusInd, SuspendInd
from switchsim.proto.isup.codec import Message
from switchsim.proto.isup.core import NORMAL_UNSPECIFIED, TIMER_EXPIRY, Core, cause_of, contents
from switchsim.proto.isup.messages import MessageType
from switchsim.proto.isup.state import NETWORK, OUTGOING, USER, Circuit, Cpc

_NO_ANSWER = 19


# -- release -----------------------------------------------------------------------------------------------------------


def on_release(core: Core, circuit: Circuit, message: Message) -> None:
    """REL in a call: it is over, RLC, idle (2.3.1)."""
    congestion(core, message)
    core.end_call(circuit, cause_of(message), True)
    core.send_complete(circuit.cic)
    core.idle(circuit)


def on_release_again(core: Core, circuit: Circuit, message: Message) -> None:
    """REL while idle, or crossing our REL or reset: RLC, and nothing else changes (2.3.1, 2.9.5.1)."""
    congestion(core, message)
    core.send_complete(circuit.cic)


def on_release_of_check(core: Core, circuit: Circuit, message: Message) -> None:
    """REL ends the peer's recheck, successfully or not (2.1.8)."""
    core.end_call(circuit, NORMAL_UNSPECIFIED, True)
    core.send(circuit.cic, MessageType.RLC)
    core.idle(circuit)


def on_release_complete(core: Core, circuit: Circuit, _: Message) -> None:
    core.stop_call(circuit)
    core.idle(circuit)


def on_early_release_complete(core: Core, circuit: Circuit, _: Message) -> None:
    """RLC in a call that nobody released: the peer has none, release it (2.9.5.1)."""
    core.violation("2.9.5.1", f"RLC in state {circuit.cpc.name} without REL", circuit.cic)
    core.end_call(circuit, NORMAL_UNSPECIFIED, True, "unreasonable")
    core.release(circuit, NORMAL_UNSPECIFIED)


def congestion(core: Core, message: Message) -> None:
    """Automatic congestion level in REL: 1 or 2 is for whoever routes calls (2.11)."""
    octets = contents(message, p.CONGESTION_LEVEL)
    if octets[:1] in (b"\x01", b"\x02"):
        core.out.append(StatusInd("acl", octets[0]))


def request_release(core: Core, circuit: Circuit, cause: int, location: int) -> None:
    core.end_call(circuit, cause, False)
    core.release(circuit, cause, location)


def expired_t1(core: Core, circuit: Circuit) -> None:
    core.send_release(circuit)
    core.start(circuit, 1)


def expired_t5(core: Core, circuit: Circuit) -> None:
    """Inability to release: RSC, alarm, out of service, T17 alone repeats (2.9.6)."""
    core.alarm("2.9.6", circuit.cic, "no RLC within T5, the circuit is out of service")
    core.stop_call(circuit)
    circuit.alarmed = True
    circuit.cpc = Cpc.RESET
    core.forget_remote(circuit)
    core.send(circuit.cic, MessageType.RSC)
    core.start(circuit, 17)


def _expired(core: Core, circuit: Circuit, cause: int) -> None:
    core.end_call(circuit, cause, False)
    core.release(circuit, cause)


def expired_t7(core: Core, circuit: Circuit) -> None:
    """No ACM or CON: release both ways (2.9.8.3)."""
    _expired(core, circuit, TIMER_EXPIRY)


def expired_t9(core: Core, circuit: Circuit) -> None:
    """No answer (2.9.8.3)."""
    _expired(core, circuit, _NO_ANSWER)


def expired_supervision(core: Core, circuit: Circuit) -> None:
    """T2, T6 or T33: the call is released."""
    _expired(core, circuit, TIMER_EXPIRY)


# -- suspend, resume ---------------------------------------------------------------------------------------------------


def on_suspend(core: Core, circuit: Circuit, message: Message) -> None:
    """SUS: T6 supervises a suspension by the network, T2 one by the user (2.4.1)."""
    network = bool(contents(message, p.SUSPEND_RESUME)[0] & 1)
    bit = NETWORK if network else USER
    if circuit.suspended & bit:
        return
    circuit.suspended |= bit
    circuit.cpc = Cpc.O_SUSPENDED if circuit.cpc in OUTGOING else Cpc.I_SUSPENDED
    core.start(circuit, 6 if network else 2)
    core.out.append(SuspendInd(circuit.cic, network))


def on_resume(core: Core, circuit: Circuit, message: Message) -> None:
    network = bool(contents(message, p.SUSPEND_RESUME)[0] & 1)
    bit = NETWORK if network else USER
    if not circuit.suspended & bit:
        core.violation("2.9.5.1", "RES without SUS", circuit.cic)
        return
    circuit.suspended &= ~bit
    core.stop(circuit, 6 if network else 2)
    if not circuit.suspended:
        circuit.cpc = Cpc.O_ANSWERED if circuit.cpc in OUTGOING else Cpc.I_ANSWERED
    core.out.append(ResumeInd(circuit.cic, network))


def request_suspend(core: Core, circuit: Circuit, network: bool) -> None:
    """SUS to the peer; its exchange supervises it, so nothing changes here."""
    core.send(circuit.cic, MessageType.SUS, [(p.SUSPEND_RESUME.code, b"\1" if network else b"\0")])


def request_resume(core: Core, circuit: Circuit, network: bool) -> None:
    core.send(circuit.cic, MessageType.RES, [(p.SUSPEND_RESUME.code, b"\1" if network else b"\0")])


# -- reset -------------------------------------------------------------------------------------------------------------


def on_reset(core: Core, circuit: Circuit, _: Message) -> None:
    """RSC in any state but that of a reset of ours: a release without question (2.9.3.1 a to e)."""
    was_idle = circuit.cpc is Cpc.IDLE
    core.end_call(circuit, NORMAL_UNSPECIFIED, True, "reset")
    core.forget_remote(circuit)
    blocking.tell_again(core, [circuit])
    core.send(circuit.cic, MessageType.RLC)
    if not was_idle:
        core.idle(circuit)


def on_crossing_reset(core: Core, circuit: Circuit, _: Message) -> None:
    """RSC while we reset: RLC; the circuit is idle when ours has been acknowledged (2.9.3.1 f)."""
    core.forget_remote(circuit)
    blocking.tell_again(core, [circuit])
    core.send(circuit.cic, MessageType.RLC)


def start_reset(core: Core, circuit: Circuit, reason: str) -> None:
    """RSC with T16 and T17; what blocked the circuit at the peer's side is learnt anew (2.9.3.1)."""
    core.end_call(circuit, NORMAL_UNSPECIFIED, False, reason)
    core.forget_remote(circuit)
    circuit.unequipped_remote = False
    circuit.cpc = Cpc.RESET
    core.send(circuit.cic, MessageType.RSC)
    core.start_pair(circuit, 16)


def request_reset(core: Core, circuit: Circuit) -> None:
    start_reset(core, circuit, "reset")


def on_reset_complete(core: Core, circuit: Circuit, _: Message) -> None:
    """RLC for our RSC. The peer has forgotten our blocking: tell it again."""
    core.stop_call(circuit)
    core.idle(circuit)
    core.out.append(ResetDone((circuit.cic,)))
    blocking.tell_again(core, [circuit])


def expired_t16(core: Core, circuit: Circuit) -> None:
    core.send(circuit.cic, MessageType.RSC)
    core.start(circuit, 16)


def expired_t17(core: Core, circuit: Circuit) -> None:
    """From now on RSC goes out each T17 alone (2.9.3.1)."""
    if not circuit.alarmed:
        circuit.alarmed = True
        core.alarm("2.9.3.1", circuit.cic, "no RLC for RSC within T17")
    core.stop(circuit, 16)
    core.send(circuit.cic, MessageType.RSC)
    core.start(circuit, 17)
