"""Calls that the peer sets up: IAM, SAM, and what this side answers (Q.764 2.1, 2.9.8.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from switchsim.proto.isup import blocking, segments
from switchsim.proto.isup import parameters as p
from switchsim.proto.isup.actions import DigitsInd, EarlyAcmInd, ForwardTransferInd, InformationInd, SetupInd
from switchsim.proto.isup.codec import Message
from switchsim.proto.isup.core import TEMPORARY_FAILURE, TEST_CALL, Core, contents
from switchsim.proto.isup.messages import MessageType
from switchsim.proto.isup.state import Circuit, Cpc
from switchsim.proto.isup.values import BackwardCall, InformationRequest, OptionalBackwardCall
from switchsim.proto.isup.values_numbers import ST

_ADDRESS_INCOMPLETE: Final = 28
_BACKWARD: Final = {
    (status, charge): p.BACKWARD_CALL.write(BackwardCall(charge=charge, called_status=status))
    for status in range(4) for charge in range(4)
}  # fmt: skip
_IN_BAND: Final = (p.OPTIONAL_BACKWARD_CALL.code, p.OPTIONAL_BACKWARD_CALL.write(OptionalBackwardCall(in_band=1)))


# -- address messages --------------------------------------------------------------------------------------------------


def on_iam(core: Core, circuit: Circuit, message: Message) -> None:
    """IAM on an idle circuit: it is seized. It removes the peer's blocking, and is discarded where we block (2.8.2.1).

    A call is offered once the continuity check has succeeded (2.1.8) and its segment has come.
    """
    category = message.parameters[2][1][0]
    if category != TEST_CALL:
        if blocking.refuse_seizure(core, circuit):
            return
        core.forget_remote(circuit)
    circuit.category = category
    called = message.value(p.CALLED_PARTY_NUMBER)
    if called is None:
        core.violation("2.9.5", "IAM whose called party number cannot be read", circuit.cic)
        core.release(circuit, _ADDRESS_INCOMPLETE)
        return
    circuit.cpc = Cpc.I_WAIT_ACM
    circuit.calling = contents(message, p.CALLING_PARTY_NUMBER)
    _take_digits(core, circuit, called.digits)
    held = segments.hold(core, circuit, message)
    check = message.parameters[0][1][0] >> 2 & 3
    if check in (1, 2):
        circuit.cpc = Cpc.I_CHECK
        circuit.held = core.octets
        if check == 1:
            core.tone(circuit, "loop")
        core.start(circuit, 8)
    elif not held:
        offer(core, circuit, message)


def _take_digits(core: Core, circuit: Circuit, digits: str) -> str:
    """Append digits up to ST; what came anew, without it."""
    new, pulse, _ = digits.partition(ST)
    circuit.digits += new
    whole = core.config.whole_digits
    circuit.complete = bool(pulse) or 0 < whole <= len(circuit.digits)
    return new


def offer(core: Core, circuit: Circuit, message: Message) -> None:
    """The call goes to the user with all digits so far."""
    calling = message.value(p.CALLING_PARTY_NUMBER)
    called = message.value(p.CALLED_PARTY_NUMBER)
    first = message.parameters
    core.out.append(SetupInd(
        circuit.cic, circuit.digits, called.nature if called is not None else 0,
        calling.digits if calling is not None else "", calling.nature if calling is not None else 0,
        calling.presentation if calling is not None else 2, circuit.category, first[3][1][0], circuit.complete,
        circuit.checked, tuple(first[5:]),
    ))  # fmt: skip
    _wait_for_digits(core, circuit)


def _wait_for_digits(core: Core, circuit: Circuit) -> None:
    """T35 while digits are missing; when there might be more, T10 or T11 where the office wants an early ACM."""
    if circuit.complete:
        core.stop(circuit, 35)
        return
    if len(circuit.digits) < core.config.minimum_digits or core.config.whole_digits:
        core.start(circuit, 35)
        return
    core.stop(circuit, 35)
    if core.config.early_acm:
        core.start(circuit, 10 if core.config.early_acm == "t10" else 11)


def on_sam(core: Core, circuit: Circuit, message: Message) -> None:
    """SAM: further digits; behind a complete number they are discarded (2.1.2)."""
    digits = message.value(p.SUBSEQUENT_NUMBER)
    if digits is None or circuit.complete:
        core.violation("2.1.2", "digits that cannot be read or follow a complete number", circuit.cic)
        return
    new = _take_digits(core, circuit, digits)
    if circuit.held:
        return
    core.out.append(DigitsInd(circuit.cic, new, circuit.complete))
    _wait_for_digits(core, circuit)


def expired_t35(core: Core, circuit: Circuit) -> None:
    """Too few digits: release with cause 28 (2.9.8.3)."""
    core.end_call(circuit, _ADDRESS_INCOMPLETE, False)
    core.release(circuit, _ADDRESS_INCOMPLETE)


def expired_early_acm(core: Core, circuit: Circuit) -> None:
    """T10 or T11: nobody dials on (2.1.4)."""
    core.out.append(EarlyAcmInd(circuit.cic))
    request_address_complete(core, circuit, 0, 2, False, ())


def checked(core: Core, circuit: Circuit) -> None:
    """A successful COT: the call that waited for it is offered, unless its segment is still awaited."""
    core.stop(circuit, 8)
    core.tone(circuit, "")
    circuit.checked = True
    circuit.cpc = Cpc.I_WAIT_ACM
    if not segments.waiting(circuit):
        offer_held(core, circuit)


def offer_held(core: Core, circuit: Circuit) -> None:
    message = segments.take(core, circuit)
    if message is not None:
        offer(core, circuit, message)


def expired_t8(core: Core, circuit: Circuit) -> None:
    """No COT: release (2.9.8.3)."""
    core.end_call(circuit, TEMPORARY_FAILURE, False)
    core.release(circuit, TEMPORARY_FAILURE)


# -- what this side answers --------------------------------------------------------------------------------------------


def _through(core: Core, circuit: Circuit) -> None:
    """The address is complete: nothing supervises digits any more, nor the answer to INR."""
    for number in (10, 11, 33, 35):
        core.stop(circuit, number)


def _options(in_band: bool, extra: Sequence[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    return [_IN_BAND, *extra] if in_band else list(extra)


def request_address_complete(
    core: Core, circuit: Circuit, status: int, charge: int, in_band: bool, extra: Sequence[tuple[int, bytes]]
) -> None:
    if circuit.timers:
        _through(core, circuit)
    parameters = [(p.BACKWARD_CALL.code, _BACKWARD[status, charge]), *_options(in_band, extra)]
    segments.send(core, circuit.cic, MessageType.ACM, parameters)
    circuit.cpc = Cpc.I_WAIT_ANM


def request_progress(
    core: Core, circuit: Circuit, event: int, in_band: bool, extra: Sequence[tuple[int, bytes]]
) -> None:
    parameters = [(p.EVENT.code, bytes((event,))), *_options(in_band, extra)]
    segments.send(core, circuit.cic, MessageType.CPG, parameters)


def request_answer(core: Core, circuit: Circuit, extra: Sequence[tuple[int, bytes]]) -> None:
    """ANM."""
    segments.send(core, circuit.cic, MessageType.ANM, list(extra))
    circuit.cpc = Cpc.I_ANSWERED


def request_connect(core: Core, circuit: Circuit, extra: Sequence[tuple[int, bytes]]) -> None:
    """Answer without ACM: CON (2.1.5)."""
    if circuit.timers:
        _through(core, circuit)
    segments.send(core, circuit.cic, MessageType.CON, [(p.BACKWARD_CALL.code, _BACKWARD[1, 2]), *extra])
    circuit.cpc = Cpc.I_ANSWERED


def request_overload(core: Core, circuit: Circuit) -> None:
    """OLM for a call that cannot be taken now; the peer sends REL when its T3 has run out (2.9.9)."""
    if circuit.timers:
        _through(core, circuit)
    core.send(circuit.cic, MessageType.OLM)
    circuit.cpc = Cpc.I_WAIT_ANM


def request_information(core: Core, circuit: Circuit) -> None:
    """INR for the calling party's number and category, with T33 (2.1.6)."""
    asked = InformationRequest(calling_address=1, calling_category=1)
    core.send(circuit.cic, MessageType.INR, [(p.INFORMATION_REQUEST.code, p.INFORMATION_REQUEST.write(asked))])
    core.start(circuit, 33)


def on_information(core: Core, circuit: Circuit, message: Message) -> None:
    """INF, solicited or not (2.1.6)."""
    core.stop(circuit, 33)
    number = message.value(p.CALLING_PARTY_NUMBER)
    category = contents(message, p.CALLING_CATEGORY)
    digits = number.digits if number is not None else ""
    core.out.append(InformationInd(circuit.cic, digits, category[0] if category else -1))


def on_forward_transfer(core: Core, circuit: Circuit, _: Message) -> None:
    core.out.append(ForwardTransferInd(circuit.cic))
