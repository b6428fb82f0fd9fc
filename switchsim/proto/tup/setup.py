"""Setting calls up, answering them, what passes in between (Q.724 clause 1), and the dual seizure (clause 2)."""

from __future__ import annotations

from typing import Final

from switchsim.proto.tup import blocking, groups
from switchsim.proto.tup.actions import (
    AddressCompleteInd,
    AnswerInd,
    ChargeInd,
    DigitsInd,
    InformationInd,
    InformationRequestInd,
    ResumeInd,
    SetupInd,
    SignalInd,
    SuspendInd,
)
from switchsim.proto.tup.codec import COUNT_MAX, HEX, Message, Value
from switchsim.proto.tup.core import TEST_CALL, Core
from switchsim.proto.tup.messages import MessageType
from switchsim.proto.tup.state import Block, Call, Circuit, Circuits, SetupRequest

ST: Final = "F"
_NATURE: Final = {1: 0, 2: 2, 3: 2, 4: 3}  # of ISUP to that of TUP
_ISUP_NATURE: Final = {0: 1, 1: 2, 2: 3, 3: 4}
_MEDIUM_DIGITAL: Final = 2
_MEDIUM_AUDIO: Final = 3
_CHARGE: Final = {0: 0, 1: 2, 2: 1, 3: 3}  # ACM type: none, charge, no charge, coinbox; its own inverse
_ANSWERS: Final = {0: MessageType.ANU, 1: MessageType.ANN, 2: MessageType.ANC}
_CHECK_HERE: Final = 1
_CHECK_BEFORE: Final = 2


# -- outgoing --------------------------------------------------------------------------------------------------------


def request_setup(core: Core, circuit: Circuit, request: SetupRequest) -> None:
    """Seize an idle circuit with IAM or IAI; digits beyond 15 follow in SAMs (1.1, 1.2)."""
    digits = request.called + (ST if core.config.send_st and request.complete else "")
    call = Call(
        request.called, request.category, request.nature, request.calling, request.calling_nature,
        request.presentation, request.original, request.original_nature, request.medium, request.complete,
    )  # fmt: skip
    check = request.continuity
    core.seize(circuit, Circuits.OUT_CHECK if check else Circuits.OUT_ADDRESS, call)
    additional = bool((call.calling and core.config.calling_in_iai) or call.original)
    values: dict[str, Value] = {
        "category": call.category, "nature_of_address": _NATURE.get(call.nature, 2),
        "nature_of_circuit": request.satellite, "continuity": int(check), "redirected": int(bool(call.original)),
        "digital_path": int(call.medium == _MEDIUM_DIGITAL), "all_ss7": 1, "digits": digits[:COUNT_MAX],
    }  # fmt: skip
    if additional:
        values |= {"has_original_called": int(bool(call.original)), **_original(call)}
        if core.config.calling_in_iai:
            values |= {"has_calling": int(bool(call.calling)), **_calling(call)}
    core.send(circuit.cic, MessageType.IAI if additional else MessageType.IAM, values)
    send_digits(core, circuit, digits[COUNT_MAX:])
    if check:
        core.tone(circuit, "send")
        core.start(circuit, "t8")
    core.start(circuit, "t2")


def _calling(call: Call) -> dict[str, Value]:
    return {
        "calling_nature": _NATURE.get(call.calling_nature, 2), "calling_restricted": int(call.presentation > 0),
        "calling_incomplete": int(len(call.calling) > COUNT_MAX), "calling": call.calling[:COUNT_MAX],
    }  # fmt: skip


def _original(call: Call) -> dict[str, Value]:
    return {"original_nature": _NATURE.get(call.original_nature, 2), "original": call.original[:COUNT_MAX]}


def send_digits(core: Core, circuit: Circuit, digits: str) -> None:
    """Subsequent address messages: SAO for a single digit, else SAM."""
    while digits:
        now, digits = digits[:COUNT_MAX], digits[COUNT_MAX:]
        if len(now) == 1:
            core.send(circuit.cic, MessageType.SAO, {"digit": int(now, 16)})
        else:
            core.send(circuit.cic, MessageType.SAM, {"digits": now})


def request_digits(core: Core, circuit: Circuit, digits: str, complete: bool) -> None:
    assert circuit.call is not None, "a call that takes digits"
    circuit.call.called += digits
    circuit.call.complete = complete
    send_digits(core, circuit, digits + (ST if complete and core.config.send_st else ""))
    core.start(circuit, "t2")


def on_address_complete(core: Core, circuit: Circuit, message: Message) -> None:
    """ACM: the number is known at the other end; from now on its subscriber's answer is awaited (1.5)."""
    circuit.backward = True
    core.stop(circuit, "t2")
    core.enter(circuit, Circuits.OUT_RINGING)
    core.start(circuit, "tanswer")
    charge, forwarded = _CHARGE[message.number("charge")], bool(message.number("forwarded"))
    core.out.append(AddressCompleteInd(circuit.cic, message.number("free"), charge, forwarded))


def on_answer(core: Core, circuit: Circuit, message: Message) -> None:
    core.stop(circuit, "tanswer")
    core.enter(circuit, Circuits.OUT_TALK)
    charge = next(value for value, kind in _ANSWERS.items() if kind == message.type)
    core.out.append(AnswerInd(circuit.cic, charge))


def on_clear_back(core: Core, circuit: Circuit, _: Message) -> None:
    """The called party hung up: it may come back, but not for ever (1.12)."""
    core.enter(circuit, Circuits.OUT_CLEARED_BACK)
    core.start(circuit, "treanswer")
    core.out.append(SuspendInd(circuit.cic))


def on_re_answer(core: Core, circuit: Circuit, _: Message) -> None:
    core.stop(circuit, "treanswer")
    core.enter(circuit, Circuits.OUT_TALK)
    core.out.append(ResumeInd(circuit.cic))


def on_general_request(core: Core, circuit: Circuit, message: Message) -> None:
    """GRQ: answered with GSM from the set-up request, whatever of it is there."""
    call = circuit.call
    assert call is not None, "a call that can be asked about"
    circuit.backward = True
    wants_calling, wants_original = message.number("calling"), message.number("original")
    values: dict[str, Value] = {
        "has_category": message.number("category"), "category": call.category,
        "has_calling": int(bool(wants_calling and call.calling)), **_calling(call),
        "has_original_called": int(bool(wants_original and call.original)), **_original(call),
        "malicious": message.number("malicious"), "hold": message.number("hold"),
    }  # fmt: skip
    core.send(circuit.cic, MessageType.GSM, values)
    core.out.append(
        InformationRequestInd(circuit.cic, bool(message.number("malicious")), bool(message.number("hold")))
    )


def on_charge(core: Core, circuit: Circuit, message: Message) -> None:
    """MPM or CHG from the exchange that rates the call."""
    circuit.backward = True
    if message.type == MessageType.MPM:
        core.out.append(ChargeInd(circuit.cic, message.number("pulses")))
    else:
        core.out.append(ChargeInd(circuit.cic, -1, message.octets("charging")))


# -- incoming --------------------------------------------------------------------------------------------------------


def on_initial_address(core: Core, circuit: Circuit, message: Message) -> None:
    """IAM or IAI on an idle circuit (1.1); on a blocked one only for whom blocking does not hold."""
    call = _incoming_call(core, message)
    blocking.acknowledged_by_seizure(core, circuit)
    if circuit.local and call.category != TEST_CALL:
        core.violation("1.16", f"IAM on a blocked circuit, mask {circuit.local}", circuit.cic)
        if circuit.local & Block.MAINTENANCE:
            core.send(circuit.cic, MessageType.BLO)
        groups.restate_marks(core, [circuit])
        return
    if call.category != TEST_CALL:
        core.forget_remote(circuit)  # who seizes a circuit that he has blocked has unblocked it
    accept(core, circuit, message, call)


def accept(core: Core, circuit: Circuit, message: Message, call: Call) -> None:
    check = message.number("continuity")
    if check in (_CHECK_HERE, _CHECK_BEFORE):
        core.seize(circuit, Circuits.IN_CHECK, call)
        if check == _CHECK_HERE:
            core.tone(circuit, "loop")
        core.start(circuit, "t1")
        return
    core.seize(circuit, Circuits.IN_ADDRESS, call)
    offer(core, circuit, call)


def offer(core: Core, circuit: Circuit, call: Call) -> None:
    """Tell the user of the call; while its number may be incomplete, wait for digits."""
    if not call.complete:
        core.start(circuit, "tdigits")
    core.out.append(SetupInd(
        circuit.cic, call.called, call.nature, call.calling, call.calling_nature, call.presentation, call.category,
        call.medium, call.complete, circuit.checked, call.original,
    ))  # fmt: skip


def _incoming_call(core: Core, message: Message) -> Call:
    digits = message.text("digits")
    number = message.number
    return Call(
        digits.removesuffix(ST), number("category"), _ISUP_NATURE[number("nature_of_address")],
        message.text("calling"), _ISUP_NATURE[number("calling_nature")], number("calling_restricted"),
        message.text("original"), _ISUP_NATURE[number("original_nature")],
        _MEDIUM_DIGITAL if number("digital_path") else _MEDIUM_AUDIO, _is_whole(core, digits),
    )  # fmt: skip


def _is_whole(core: Core, digits: str) -> bool:
    return digits.endswith(ST) or 0 < core.config.whole_digits <= len(digits)


def on_dual_seizure(core: Core, circuit: Circuit, message: Message) -> None:
    """Both have sent IAM: the controlling exchange goes on, the other gives way and tries again elsewhere (2.2)."""
    if circuit.backward:
        core.violation("2.2", "IAM behind a backward message", circuit.cic)
        return
    if core.controls(circuit.cic):
        return
    core.end_call(circuit, 0, True, "dual_seizure")
    accept(core, circuit, message, _incoming_call(core, message))


def on_seizure_while_releasing(core: Core, circuit: Circuit, message: Message) -> None:
    """An IAM where RLG is awaited: either it crossed our IAM, or the RLG was lost and the peer is idle again.

    Where the peer controls the circuit, or has answered the call that we cleared, it counts as idle and its call goes
    on; else the IAM crossed ours, and the peer has given way.
    """
    if core.controls(circuit.cic) and not circuit.backward:
        return
    core.idle(circuit)
    on_initial_address(core, circuit, message)


def on_digits(core: Core, circuit: Circuit, message: Message) -> None:
    """SAM or SAO (1.2)."""
    call = circuit.call
    assert call is not None, "a call that takes digits"
    digits = HEX[message.number("digit")] if message.type == MessageType.SAO else message.text("digits")
    call.called += digits.removesuffix(ST)
    call.complete = digits.endswith(ST) or _is_whole(core, call.called)
    if circuit.state is Circuits.IN_CHECK:
        return
    core.stop(circuit, "tdigits")
    if not call.complete:
        core.start(circuit, "tdigits")
    core.out.append(DigitsInd(circuit.cic, digits.removesuffix(ST), call.complete))


def on_information(core: Core, circuit: Circuit, message: Message) -> None:
    core.stop(circuit, "tinfo")
    category = message.number("category") if message.number("has_category") else -1
    core.out.append(InformationInd(
        circuit.cic, message.text("calling"), category, message.text("original"), bool(message.number("hold")),
        bool(message.number("malicious")),
    ))  # fmt: skip


def expired_information(core: Core, circuit: Circuit) -> None:
    core.violation("1.18", "no general forward set-up information came", circuit.cic)
    core.out.append(InformationInd(circuit.cic, "", -1))


def request_address_complete(core: Core, circuit: Circuit, free: bool, charge: int, forwarded: bool) -> None:
    core.stop(circuit, "tdigits")
    core.enter(circuit, Circuits.IN_RINGING)
    values: dict[str, Value] = {
        "charge": _CHARGE[charge], "free": int(free), "forwarded": int(forwarded), "all_ss7": 1,
    }  # fmt: skip
    core.send(circuit.cic, MessageType.ACM, values)


def request_answer(core: Core, circuit: Circuit, charge: int) -> None:
    """ANC, ANN or ANU; an answer without ACM before it would be an error, so that goes first (1.11)."""
    if circuit.state is Circuits.IN_ADDRESS:
        request_address_complete(core, circuit, False, charge, False)
    core.enter(circuit, Circuits.IN_TALK)
    core.send(circuit.cic, _ANSWERS[charge])


def request_suspend(core: Core, circuit: Circuit) -> None:
    core.enter(circuit, Circuits.IN_CLEARED_BACK)
    core.send(circuit.cic, MessageType.CBK)


def request_resume(core: Core, circuit: Circuit) -> None:
    core.enter(circuit, Circuits.IN_TALK)
    core.send(circuit.cic, MessageType.RAN)


def request_information(core: Core, circuit: Circuit, values: dict[str, Value]) -> None:
    core.send(circuit.cic, MessageType.GRQ, values)
    core.start(circuit, "tinfo")


def request_charge(core: Core, circuit: Circuit, pulses: int, octets: bytes) -> None:
    if pulses >= 0:
        core.send(circuit.cic, MessageType.MPM, {"pulses": pulses})
    else:
        core.send(circuit.cic, MessageType.CHG, {"charging": octets})


# -- signals that change no state ------------------------------------------------------------------------------------

SIGNALS: Final = {
    MessageType.FOT: "forward_transfer", MessageType.CCL: "calling_party_clear", MessageType.OPR: "operator",
    MessageType.MAL: "malicious",
}  # fmt: skip
SIGNAL_MESSAGES: Final = {name: kind for kind, name in SIGNALS.items()}


def on_signal(core: Core, circuit: Circuit, message: Message) -> None:
    core.out.append(SignalInd(circuit.cic, SIGNALS[MessageType(message.type)]))


def request_signal(core: Core, circuit: Circuit, signal: str) -> None:
    core.send(circuit.cic, SIGNAL_MESSAGES[signal])
