"""Calls that this side sets up: selection, IAM and SAM, ACM to ANM, what spoils them (Q.764 2.1, 2.8.1, 2.9.1)."""

from __future__ import annotations

from typing import Final

from switchsim.proto.isup import incoming, segments
from switchsim.proto.isup import parameters as p
from switchsim.proto.isup.actions import (
    AddressCompleteInd,
    AnswerInd,
    ConnectedInd,
    InformationRequestInd,
    ProgressInd,
    Refused,
    SetupFailed,
)
from switchsim.proto.isup.codec import Message
from switchsim.proto.isup.core import TEST_CALL, Core, contents
from switchsim.proto.isup.messages import MessageType
from switchsim.proto.isup.state import CONGESTION_STEPS, TALKING, Block, Circuit, Cpc, SetupRequest
from switchsim.proto.isup.values import ForwardCall, Information
from switchsim.proto.isup.values_numbers import ST, Number

_FORWARD: Final = {
    True: p.FORWARD_CALL.write(ForwardCall()),
    False: p.FORWARD_CALL.write(ForwardCall(interworking=1, isup_all_the_way=0, isdn_access=0)),
}
_CONGESTION: Final = 42
_PRIORITY: Final = 11


# -- selection ---------------------------------------------------------------------------------------------------------


def selectable(circuit: Circuit, test_call: bool = False) -> bool:
    """Whether a call may be set up: idle, and not blocked by either side; test calls pass maintenance blocking."""
    if circuit.cpc is not Cpc.IDLE or circuit.hard_local or circuit.hard_remote or circuit.unequipped_remote:
        return False
    return test_call or not (circuit.maint_local or circuit.maint_remote)


def hunt(core: Core) -> Circuit | None:
    """The next idle circuit, in turn: first those that this side controls (2.9.1.3), so that seizures rarely meet."""
    state = core.state
    found, at = _turn(core, core.own, state.next_own)
    if found is not None:
        state.next_own = at
        return found
    found, at = _turn(core, core.other, state.next_other)
    if found is not None:
        state.next_other = at
    return found


def _turn(core: Core, cics: list[int], start: int) -> tuple[Circuit | None, int]:
    circuits, count = core.circuits, len(cics)
    for step in range(count):
        index = (start + step) % count
        circuit = circuits[cics[index]]
        if selectable(circuit):
            return circuit, index + 1
    return None, start


def _refusal(core: Core, request: SetupRequest) -> str:
    """Why no call can be set up now, "" when one can. Congestion steps refuse one, two, three or all of four calls."""
    state = core.state
    if not (state.available and state.user_available):
        return "unavailable"
    if state.congestion_step and request.category != _PRIORITY:
        state.congestion_count += 1
        if state.congestion_count % CONGESTION_STEPS < state.congestion_step:
            return "congestion"
    return ""


def _choose(core: Core, request: SetupRequest, cic: int | None) -> Circuit | str:
    """The circuit for a call, or why there is none."""
    reason = _refusal(core, request)
    if reason:
        return reason
    if cic is None:
        return hunt(core) or "no_circuit"
    circuit = core.circuits.get(cic)
    if circuit is None:
        return "no_circuit"
    if core.trace is not None:
        core.note("CPC", circuit.cpc, "setup")
    return circuit if selectable(circuit, request.category == TEST_CALL) else "not_idle"


def set_up(core: Core, request: SetupRequest, cic: int | None) -> int | None:
    """IAM on `cic` or on the next idle circuit; the circuit, or None with `SetupFailed(0, reason, False)`."""
    circuit = _choose(core, request, cic)
    if isinstance(circuit, str):
        core.out.append(SetupFailed(0, circuit, False))
        return None
    if core.trace is not None and cic is None:
        core.note("CPC", circuit.cpc, "setup")
    if not segments.send(core, circuit.cic, MessageType.IAM, _iam(core, request)):
        core.out.append(SetupFailed(0, "too_long", False))
        return None
    circuit.digits, circuit.complete, circuit.category = request.called, request.complete, request.category
    circuit.calling = _calling(request)
    circuit.cpc = Cpc.O_WAIT_ACM
    core.start(circuit, 7)
    if request.continuity:
        circuit.cpc = Cpc.O_CHECK
        core.tone(circuit, "send")
        core.start(circuit, 24)
    return circuit.cic


def _calling(request: SetupRequest) -> bytes:
    if not request.calling:
        return b""
    number = Number(
        request.calling, request.calling_nature, presentation=request.presentation, screening=request.screening
    )
    return p.CALLING_PARTY_NUMBER.write(number)


def _iam(core: Core, request: SetupRequest) -> list[tuple[int, bytes]]:
    digits = request.called + ST if request.complete and core.config.send_st else request.called
    parameters = [
        (p.NATURE_OF_CONNECTION.code, bytes((request.satellite | request.continuity << 2,))),
        (p.FORWARD_CALL.code, _FORWARD[request.isdn]),
        (p.CALLING_CATEGORY.code, bytes((request.category,))),
        (p.TRANSMISSION_MEDIUM.code, bytes((request.medium,))),
        (p.CALLED_PARTY_NUMBER.code, p.CALLED_PARTY_NUMBER.write(Number(digits, request.nature))),
    ]
    calling = _calling(request)
    if calling:
        parameters.append((p.CALLING_PARTY_NUMBER.code, calling))
    parameters.extend(request.extra)
    return parameters


def request_digits(core: Core, circuit: Circuit, digits: str, complete: bool) -> None:
    """SAM; T7 counts from the last address message. ST ends the number, nothing follows it (2.1.2)."""
    if circuit.complete:
        core.out.append(Refused(circuit.cic, "more_digits", circuit.cpc))
        return
    sent = digits + ST if complete else digits
    circuit.digits += digits
    circuit.complete = complete
    core.send(circuit.cic, MessageType.SAM, [(p.SUBSEQUENT_NUMBER.code, p.SUBSEQUENT_NUMBER.write(sent))])
    core.start(circuit, 7)


def request_forward_transfer(core: Core, circuit: Circuit) -> None:
    core.send(circuit.cic, MessageType.FOT)


# -- backward messages -------------------------------------------------------------------------------------------------


def in_band(message: Message) -> bool:
    """Whether the peer offers something to hear (optional backward call indicators, bit A)."""
    octets = contents(message, p.OPTIONAL_BACKWARD_CALL)
    return bool(octets and octets[0] & 1)


def on_acm(core: Core, circuit: Circuit, message: Message) -> None:
    """ACM: T7 gives way to T9 (2.1.4)."""
    if segments.hold(core, circuit, message):
        return
    core.stop(circuit, 7)
    circuit.cpc = Cpc.O_WAIT_ANM
    core.start(circuit, 9)
    backward = message.parameters[0][1][0]
    parameters = tuple(message.parameters)
    core.out.append(AddressCompleteInd(circuit.cic, backward >> 2 & 3, backward & 3, in_band(message), parameters))


def on_cpg(core: Core, circuit: Circuit, message: Message) -> None:
    if segments.hold(core, circuit, message):
        return
    event = message.parameters[0][1][0] & 0x7F
    core.out.append(ProgressInd(circuit.cic, event, event == 3 or in_band(message), tuple(message.parameters)))


def on_anm(core: Core, circuit: Circuit, message: Message) -> None:
    if segments.hold(core, circuit, message):
        return
    core.stop(circuit, 9)
    circuit.cpc = Cpc.O_ANSWERED
    core.out.append(AnswerInd(circuit.cic, tuple(message.parameters)))


def on_con(core: Core, circuit: Circuit, message: Message) -> None:
    if segments.hold(core, circuit, message):
        return
    core.stop(circuit, 7)
    circuit.cpc = Cpc.O_ANSWERED
    core.out.append(ConnectedInd(circuit.cic, tuple(message.parameters)))


def on_information_request(core: Core, circuit: Circuit, message: Message) -> None:
    """INR: INF with the calling party's number and category, as far as asked for and known (2.1.6)."""
    asked = contents(message, p.INFORMATION_REQUEST)[0]
    number = circuit.calling if asked & 1 else b""
    answer = Information(
        calling_address=(3 if number else 1) if asked & 1 else 0, calling_category=int(bool(asked & 8)), solicited=0
    )
    parameters = [(p.INFORMATION.code, p.INFORMATION.write(answer))]
    if asked & 8:
        parameters.append((p.CALLING_CATEGORY.code, bytes((circuit.category,))))
    if number:
        parameters.append((p.CALLING_PARTY_NUMBER.code, number))
    core.send(circuit.cic, MessageType.INF, parameters)
    core.out.append(InformationRequestInd(circuit.cic))


def on_overload(core: Core, circuit: Circuit, _: Message) -> None:
    """OLM: the circuit rests for T3, the call is made elsewhere (2.9.9)."""
    core.stop_call(circuit)
    core.tone(circuit, "")
    circuit.cpc = Cpc.O_OVERLOAD
    core.out.append(SetupFailed(circuit.cic, "overload", True))
    core.start(circuit, 3)


def expired_t3(core: Core, circuit: Circuit) -> None:
    core.release(circuit, _CONGESTION)


# -- dual seizure ------------------------------------------------------------------------------------------------------


def on_dual_seizure(core: Core, circuit: Circuit, message: Message) -> None:
    """An IAM met ours: who controls the circuit goes on, the other takes the call and repeats its own (2.9.1.4)."""
    if (circuit.cic % 2 == 0) == (core.config.own_pc > core.config.dpc):
        return
    core.end_call(circuit, 0, True, "dual_seizure")
    core.forget_call(circuit)
    incoming.on_iam(core, circuit, message)
    if circuit.cpc is Cpc.IDLE:
        core.idle(circuit)


def adopted(circuit: Circuit) -> bool:
    """Whether a call can go over to another processor: answered, and nothing under way."""
    return circuit.cpc in TALKING and circuit.maint_local in (Block.NONE, Block.BLOCKED)
