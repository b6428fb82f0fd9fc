"""Messages and parameters that this exchange does not know, and what their compatibility information asks for.

Q.764 2.9.5.3, as a type A exchange: nothing is passed on, so "pass on" means what its "not possible" part says.
"""

from __future__ import annotations

from typing import Final

from switchsim.proto.isup import parameters as p
from switchsim.proto.isup.actions import MessageInd
from switchsim.proto.isup.codec import Message
from switchsim.proto.isup.core import Core
from switchsim.proto.isup.messages import LAYOUTS, MessageType
from switchsim.proto.isup.state import CALL_STATES, Circuit, Cpc
from switchsim.proto.isup.values_more import Instruction

_UNKNOWN_MESSAGE: Final = 97
_UNKNOWN_PARAMETER: Final = 99
_MESSAGE_DISCARDED: Final = 110

_NO_INSTRUCTION: Final = Instruction(notify=1, discard_message=1, discard_parameter=1, not_possible=2)
_FACILITY_REJECTED: Final = 29

KNOWN: Final = {
    code: frozenset(
        {row.code for row in (*layout.fixed, *layout.variable, *(layout.optional or ()))}
        | {p.MESSAGE_COMPATIBILITY.code, p.PARAMETER_COMPATIBILITY.code}
    )
    for code, layout in LAYOUTS.items()
}
"""Parameters that each message may have; any other is unrecognized there."""


def unknown_message(core: Core, circuit: Circuit, message: Message) -> None:
    """A type that is not known or not supported: release, discard or CFN with cause 97 (2.9.5.3.2)."""
    kind = message.type
    core.violation("2.9.5.3", f"message type 0x{kind:02x} is not supported", circuit.cic)
    instruction = message.value(p.MESSAGE_COMPATIBILITY) or _NO_INSTRUCTION
    discard = instruction.discard_message or instruction.not_possible == 1
    if instruction.release or not discard:
        _release(core, circuit, kind, _UNKNOWN_MESSAGE, bytes((kind,)))
    elif instruction.notify:
        _confusion(core, circuit, _UNKNOWN_MESSAGE, bytes((kind,)))


def on_facility_request(core: Core, circuit: Circuit, message: Message) -> None:
    """FAR in a call: no facility is offered here, FRJ."""
    cause = core.cause(_FACILITY_REJECTED)
    core.send(circuit.cic, MessageType.FRJ, [message.parameters[0], (p.CAUSE.code, cause)])


def unknown_parameters(core: Core, circuit: Circuit, message: Message) -> bool:
    """Go by the instructions of unrecognized parameters, the strictest first; False when the message is done with.

    What may stay is taken out of `message`. An answer to REL travels in its RLC, one to CFN or RLC is never made.
    """
    known = KNOWN[message.type]
    found = [code for code, _ in message.parameters if code not in known]
    upgraded = {one.code: one.instruction for one in message.value(p.PARAMETER_COMPATIBILITY) or ()}
    names = bytes(found)
    core.violation("2.9.5.3", f"parameters {names.hex()} of {MessageType(message.type).name} are unknown", circuit.cic)
    given = [upgraded.get(code, _NO_PARAMETER_INSTRUCTION) for code in found]
    message.parameters = [row for row in message.parameters if row[0] in known]
    clearing = message.type in (MessageType.REL, MessageType.RLC)
    passes = [one for one in given if not (one.discard_message or one.discard_parameter)]
    if not clearing and (any(one.release for one in given) or any(not one.not_possible for one in passes)):
        _release(core, circuit, message.type, _UNKNOWN_PARAMETER, names)
        return False
    notify = any(one.notify for one in given)
    discard = any(one.discard_message for one in given) or any(one.not_possible == 1 for one in passes)
    if discard and not clearing:
        if notify:
            _confusion(core, circuit, _MESSAGE_DISCARDED, bytes((message.type,)) + names)
        return False
    if notify and message.type == MessageType.REL:
        core.notice = core.cause(_UNKNOWN_PARAMETER, names)
    elif notify and not clearing and message.type != MessageType.CFN:
        _confusion(core, circuit, _UNKNOWN_PARAMETER, names)
    return True


_NO_PARAMETER_INSTRUCTION: Final = Instruction(notify=1, discard_parameter=1, not_possible=2)


def _release(core: Core, circuit: Circuit, kind: int, cause: int, diagnostic: bytes) -> None:
    """Release the call, or refuse the one that an IAM would begin: one that met a call of ours is only discarded."""
    if circuit.cpc is Cpc.IDLE if kind == MessageType.IAM else circuit.cpc in CALL_STATES:
        core.end_call(circuit, cause, False)
        core.release(circuit, cause, diagnostic=diagnostic)


def _confusion(core: Core, circuit: Circuit, cause: int, diagnostic: bytes) -> None:
    core.send(circuit.cic, MessageType.CFN, [(p.CAUSE.code, core.cause(cause, diagnostic))])


def on_confusion(core: Core, circuit: Circuit, message: Message) -> None:
    """CFN: what the peer did not understand is for the user to know."""
    core.out.append(MessageInd(circuit.cic, message.type, tuple(message.parameters)))
