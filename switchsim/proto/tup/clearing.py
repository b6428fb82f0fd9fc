"""Ending calls: clear-forward and release-guard, unsuccessful messages, what their timers do (1.6 to 1.14)."""

from __future__ import annotations

from typing import Final

from switchsim.proto.tup.actions import ProgressInd
from switchsim.proto.tup.causes import BUSY, CAUSE_OF, IN_CHINA, MESSAGE_OF, NORMAL, TIMER_EXPIRY, UNSPECIFIED
from switchsim.proto.tup.codec import Message
from switchsim.proto.tup.core import Core
from switchsim.proto.tup.messages import MessageType
from switchsim.proto.tup.state import OUT_CALL, Circuit, Circuits

NO_ANSWER: Final = 19
ADDRESS_INCOMPLETE: Final = 28
_OPERATORS: Final = range(1, 10)  # calling party's categories whose calls may break in


# -- clear forward, release guard ------------------------------------------------------------------------------------


def on_clear_forward(core: Core, circuit: Circuit, _: Message) -> None:
    """CLF for a call of the peer's, in any of its states: the circuit is free, RLG says so (1.14)."""
    core.end_call(circuit, NORMAL, True)
    core.send(circuit.cic, MessageType.RLG)
    core.idle(circuit)


def on_clear_forward_idle(core: Core, circuit: Circuit, _: Message) -> None:
    """CLF where there is no call of the peer's: RLG all the same, and nothing else changes (1.14, 6.4)."""
    core.send(circuit.cic, MessageType.RLG)


def on_release_guard(core: Core, circuit: Circuit, _: Message) -> None:
    core.idle(circuit)


def on_early_release_guard(core: Core, circuit: Circuit, _: Message) -> None:
    """RLG without CLF before it: the peer has no call any more, so ours is cleared (6.5)."""
    core.violation("6.5", "release guard before clear forward", circuit.cic)
    core.end_call(circuit, UNSPECIFIED, True, "unreasonable")
    core.clear_forward(circuit)


def on_unsuccessful(core: Core, circuit: Circuit, message: Message) -> None:
    """The peer can not set the call up: SEC to EUM, SLB, STB (1.6 to 1.10); CFL also ends a call in talk.

    An operator's call stays where the subscriber is in a toll call: the operator may break in (GF 001-9001).
    """
    circuit.backward = True
    if message.type == MessageType.STB and circuit.call is not None and circuit.call.category in _OPERATORS:
        core.stop(circuit, "t2")
        core.enter(circuit, Circuits.OUT_RINGING)
        core.start(circuit, "tanswer")
        core.out.append(ProgressInd(circuit.cic, "toll_busy"))
        return
    core.end_call(circuit, CAUSE_OF[message.type], True)
    core.clear_forward(circuit)


def request_release(core: Core, circuit: Circuit, cause: int) -> None:
    """Clear a call; which signal that takes depends on whose call it is, and how far it has come."""
    state = circuit.state
    core.end_call(circuit, cause, False)
    if state in OUT_CALL:
        core.clear_forward(circuit)
    elif state in (Circuits.IN_TALK, Circuits.IN_CLEARED_BACK):
        circuit.state = Circuits.IN_ENDED
        if state is Circuits.IN_TALK:
            core.send(circuit.cic, MessageType.CBK)
    else:
        refuse_call(core, circuit, _unsuccessful(core, cause, state))


def _unsuccessful(core: Core, cause: int, state: Circuits) -> MessageType:
    """The message for a cause; behind an ACM nothing but busy and call failure makes sense."""
    if state is Circuits.IN_RINGING and cause != BUSY:
        return MessageType.CFL
    kind = MESSAGE_OF.get(cause, MessageType.CFL)
    return IN_CHINA.get(kind, kind) if core.config.national else kind


def refuse_call(core: Core, circuit: Circuit, kind: MessageType) -> None:
    """An unsuccessful message, and the wait for CLF; the call has ended before."""
    circuit.state = Circuits.IN_REFUSED
    core.send(circuit.cic, kind)
    core.start(circuit, "t3")


# -- timers ----------------------------------------------------------------------------------------------------------


def _give_up(core: Core, circuit: Circuit, cause: int) -> None:
    core.end_call(circuit, cause, False)
    core.clear_forward(circuit)


def expired_t2(core: Core, circuit: Circuit) -> None:
    """No address complete: the call is cleared (1.5)."""
    _give_up(core, circuit, TIMER_EXPIRY)


def expired_answer(core: Core, circuit: Circuit) -> None:
    _give_up(core, circuit, NO_ANSWER)


def expired_re_answer(core: Core, circuit: Circuit) -> None:
    """The called party did not come back: the calling side clears (1.12)."""
    core.end_call(circuit, NORMAL, True)
    core.clear_forward(circuit)


def expired_digits(core: Core, circuit: Circuit) -> None:
    """No more digits came, and the user had no use for those that did: address incomplete (1.6)."""
    core.end_call(circuit, ADDRESS_INCOMPLETE, False)
    refuse_call(core, circuit, MessageType.ADI)


def call_failure(core: Core, circuit: Circuit) -> None:
    """CFL, repeated until CLF (6.4)."""
    circuit.state = Circuits.IN_FAILING
    core.send(circuit.cic, MessageType.CFL)
    core.start(circuit, "t4")
    core.start(circuit, "t5")


def expired_t4(core: Core, circuit: Circuit) -> None:
    core.send(circuit.cic, MessageType.CFL)
    core.start(circuit, "t4")


def expired_t5(core: Core, circuit: Circuit) -> None:
    core.stop(circuit, "t4")
    circuit.state = Circuits.IN_STUCK
    core.alarm("6.4", circuit.cic, "no clear forward within a minute of call failure")


def expired_t6(core: Core, circuit: Circuit) -> None:
    core.send(circuit.cic, MessageType.CLF)
    core.start(circuit, "t6")


def expired_t7(core: Core, circuit: Circuit) -> None:
    core.stop(circuit, "t6")
    circuit.state = Circuits.OUT_STUCK
    core.alarm("6.4", circuit.cic, "no release guard within a minute of clear forward")


# -- what no state expects -------------------------------------------------------------------------------------------


def ignore(core: Core, circuit: Circuit, message: Message) -> None:
    """Nothing to do: the message crossed one of ours that has ended the call."""


def unexpected(core: Core, circuit: Circuit, message: Message) -> None:
    """A message that the state does not expect: told, counted, discarded (6.5)."""
    core.violation("6.5", f"{message.name} in state {circuit.state.name}", circuit.cic)


def unexpected_idle(core: Core, circuit: Circuit, message: Message) -> None:
    """A call message for a circuit without call: the two sides disagree, a reset puts that right (6.5)."""
    unexpected(core, circuit, message)
    core.start_reset(circuit)


def unexpected_before_backward(core: Core, circuit: Circuit, message: Message) -> None:
    """A backward message that can not be the first answer to an IAM: reset, and try again elsewhere (6.5)."""
    unexpected(core, circuit, message)
    core.end_call(circuit, UNSPECIFIED, True, "unreasonable")
    core.start_reset(circuit)
