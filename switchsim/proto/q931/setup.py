"""Call set-up (Q.931 clauses 5.1 and 5.2): the call we set up, the call we are offered, and its channel."""

from __future__ import annotations

from switchsim.proto.q931 import clearing
from switchsim.proto.q931.actions import (
    AlertingInd,
    ConnectedInd,
    ConnectInd,
    DigitsTimeout,
    DisconnectInd,
    InfoInd,
    NotifyInd,
    ProceedingInd,
    ProgressInd,
    SendL3,
    SetupAckInd,
    SetupInd,
    SetupRefused,
)
from switchsim.proto.q931.codec import Message, MessageType, encode
from switchsim.proto.q931.core import Core, cause_of, is_inband
from switchsim.proto.q931.elements import Bearer, ChannelId, ChannelKind, Flag, Ie, IeValue, Number, Progress, Text
from switchsim.proto.q931.state import (
    B_CHANNELS,
    FREE,
    CallState,
    CallStates,
    SetupRequest,
)

# -- a call we set up ------------------------------------------------------------------------------------------------


def set_up(core: Core, request: SetupRequest) -> int | None:
    """Choose a channel and a call reference, send SETUP, start T303 (5.1.1, 5.2.1); the key, or None if refused."""
    interface = core.state
    if not interface.link_up:
        core.out.append(SetupRefused(27))
        return None
    slot = request.channel if request.channel is not None else core.hunt()
    if not 0 <= slot < 32 or slot == 0 or interface.channels[slot] != FREE:
        core.out.append(SetupRefused(34 if request.channel is None else 44))
        return None
    call = core.new_call(core.new_reference(), True, core.numbers.outgoing.present)
    call.called = request.called.digits
    call.calling = request.calling.digits if request.calling else ""
    call.exclusive = request.selection == "exclusive"
    if request.selection == "any":
        identification = ChannelId((), False, ChannelKind.ANY)
    else:
        core.take(call, slot)
        identification = ChannelId((slot,), call.exclusive)
    call.setup = encode(Message(call.cr, False, MessageType.SETUP, _setup_ies(request, identification)))
    core.out.append(SendL3(call.setup))
    core.enter(call, call.state, "T303")
    return call.key


def _setup_ies(request: SetupRequest, identification: ChannelId) -> dict[int, IeValue]:
    ies: dict[int, IeValue] = {Ie.BEARER_CAPABILITY: request.bearer, Ie.CHANNEL_IDENTIFICATION: identification}
    if request.calling is not None:
        ies[Ie.CALLING_PARTY_NUMBER] = request.calling
    if request.called.digits:
        ies[Ie.CALLED_PARTY_NUMBER] = request.called
    if request.sending_complete:
        ies[Ie.SENDING_COMPLETE] = Flag()
    return ies | request.extra


def _settle(core: Core, call: CallState, message: Message) -> bool:
    """Agree on the channel with the first answer (5.1.2, 5.2.3.1); False when the call had to be cleared."""
    call.setup = b""
    if call.settled:
        return True
    call.settled = True
    identification = message.ies.get(Ie.CHANNEL_IDENTIFICATION)
    if not isinstance(identification, ChannelId) or identification.kind is not ChannelKind.CHANNELS:
        if call.channel:
            return True  # nothing said: the channel of the SETUP
        core.violation("5.8.6.1", "first answer to SETUP names no channel", call.key)
        clearing.release_here(core, call, 96)
        return False
    slot = identification.channels[0]
    if slot == call.channel:
        return True
    if call.exclusive or not core.take(call, slot):
        cause = 6 if call.exclusive else 44
        core.violation("5.2.3.1", f"first answer to SETUP names channel {slot}, offered {call.channel}", call.key)
        clearing.release_here(core, call, cause)
        return False
    return True


def on_setup_acknowledge(core: Core, call: CallState, message: Message) -> None:
    if _settle(core, call, message):
        core.enter(call, core.numbers.outgoing.overlap, "T304")
        core.out.append(SetupAckInd(call.key, call.channel, is_inband(message)))


def on_call_proceeding(core: Core, call: CallState, message: Message) -> None:
    if _settle(core, call, message):
        core.enter(call, core.numbers.outgoing.proceeding, "T310")
        core.out.append(ProceedingInd(call.key, call.channel, is_inband(message)))


def on_alerting(core: Core, call: CallState, message: Message) -> None:
    if _settle(core, call, message):
        core.enter(call, core.numbers.outgoing.alerting, "T301")
        core.out.append(AlertingInd(call.key, call.channel, is_inband(message)))


def on_connect(core: Core, call: CallState, message: Message) -> None:
    """The answer: acknowledge it at once (5.1.8; 5.2.8: the network's CONNECT ACKNOWLEDGE awards the call)."""
    if _settle(core, call, message):
        core.send(call, MessageType.CONNECT_ACKNOWLEDGE)
        core.enter(call, CallStates.ACTIVE)
        connected = message.ies.get(Ie.CONNECTED_NUMBER)
        core.out.append(ConnectInd(call.key, call.channel, connected if isinstance(connected, Number) else None))


def on_progress(core: Core, call: CallState, message: Message) -> None:
    """PROGRESS changes no state; at the user it stops T310, as tones now say what goes on (5.1.6, Table 9-2)."""
    element = message.ies[Ie.PROGRESS_INDICATOR]
    assert isinstance(element, Progress)
    if call.timer == "T310" and not core.network:
        core.enter(call, call.state)
    cause = cause_of(message, 0) if Ie.CAUSE in message.ies else 0
    core.out.append(ProgressInd(call.key, element.description, cause))


def request_info(core: Core, call: CallState, digits: str, sending_complete: bool) -> None:
    """INFORMATION with more digits; T304 begins again (5.1.3, 5.2.4)."""
    ies: dict[int, IeValue] = {Ie.CALLED_PARTY_NUMBER: Number(digits)} if digits else {}
    if sending_complete:
        ies[Ie.SENDING_COMPLETE] = Flag()
    core.send(call, MessageType.INFORMATION, ies)
    call.called += digits
    core.enter(call, call.state, "T304")


def expired_t303(core: Core, call: CallState) -> None:
    """No answer to SETUP: repeat it once, then give up (5.1.1, 5.2.5.3, Tables 9-1 and 9-2).

    The user forgets the call after a RELEASE COMPLETE. The network, whose SETUP went to one known end, clears with
    RELEASE, so that a peer that heard the SETUP and could not answer is cleared with certainty.
    """
    if not call.attempts_count:
        call.attempts_count = 1
        core.out.append(SendL3(call.setup))
        core.enter(call, call.state, "T303")
    elif core.network:
        call.cause = 18
        core.out.append(DisconnectInd(call.key, 18, by_peer=False))
        clearing.send_release(core, call, 102)
    else:
        core.send(call, MessageType.RELEASE_COMPLETE, {Ie.CAUSE: core.cause(102)})
        core.free(call, 102)


# -- a call we are offered -------------------------------------------------------------------------------------------


def on_setup(core: Core, message: Message) -> None:
    """A new call: find its channel, report it, or refuse it (5.1.2, 5.2.3.1); what to answer is our user's doing."""
    slot, refusal = _offered_channel(core, message)
    if refusal:
        core.reply(message, MessageType.RELEASE_COMPLETE, {Ie.CAUSE: core.cause(refusal)})
        return
    called = message.ies.get(Ie.CALLED_PARTY_NUMBER)
    calling = message.ies.get(Ie.CALLING_PARTY_NUMBER)
    bearer = message.ies[Ie.BEARER_CAPABILITY]
    number = called if isinstance(called, Number) else Number("")
    caller = calling if isinstance(calling, Number) else None
    assert isinstance(bearer, Bearer)
    call = core.new_call(message.cr, False, core.numbers.incoming.present)
    core.take(call, slot)
    call.called = number.digits
    call.calling = caller.digits if caller else ""
    complete = Ie.SENDING_COMPLETE in message.ies
    core.out.append(SetupInd(call.key, number, caller, slot, bearer, complete))


def _offered_channel(core: Core, message: Message) -> tuple[int, int]:
    """A free timeslot for an offered call, and 0; or 0 and the cause of the refusal."""
    identification = message.ies.get(Ie.CHANNEL_IDENTIFICATION)
    exclusive = False
    if isinstance(identification, ChannelId):
        if identification.kind is ChannelKind.CHANNELS:
            slot = identification.channels[0]
            _give_way(core, slot, identification.exclusive)
            if slot < 32 and core.state.channels[slot] == FREE:
                return slot, 0
            if identification.exclusive:
                return 0, 44 if slot in B_CHANNELS else 82
        # No channel (call waiting), the D channel, a whole interface: nothing that a call could run on here.
        exclusive = identification.kind not in (ChannelKind.CHANNELS, ChannelKind.ANY)
    slot = 0 if exclusive else core.hunt()
    return slot, 0 if slot else 34


def _give_way(core: Core, slot: int, exclusive: bool) -> None:
    """Both sides chose one channel at once (5.7, D.3): an exclusive choice beats a preferred one, else the network's.

    The side that loses takes its own call off the channel; that call gets another channel or a refusal in its answer.
    """
    if slot >= 32 or core.state.channels[slot] <= FREE:
        return
    own = core.state.calls[core.state.channels[slot]]
    if not own.ours or own.state is not core.numbers.outgoing.present:
        return
    if exclusive if exclusive != own.exclusive else not core.network:
        core.drop_channel(own)


def on_information(core: Core, call: CallState, message: Message) -> None:
    """More digits; T302 begins again unless they are complete (5.1.3, 5.2.4)."""
    number = message.ies.get(Ie.CALLED_PARTY_NUMBER)
    keypad = message.ies.get(Ie.KEYPAD_FACILITY)
    digits = number.digits if isinstance(number, Number) else keypad.text if isinstance(keypad, Text) else ""
    complete = Ie.SENDING_COMPLETE in message.ies
    call.called += digits
    core.enter(call, call.state, "" if complete else "T302")
    core.out.append(InfoInd(call.key, digits, complete))


def on_connect_acknowledge(core: Core, call: CallState, message: Message) -> None:
    core.enter(call, CallStates.ACTIVE)
    core.out.append(ConnectedInd(call.key))


def on_notify(core: Core, call: CallState, message: Message) -> None:
    octets = message.ies[Ie.NOTIFICATION_INDICATOR]
    core.out.append(NotifyInd(call.key, octets[0] & 0x7F if isinstance(octets, bytes) and octets else 0))


def request_more_info(core: Core, call: CallState, progress: int | None) -> None:
    core.send(call, MessageType.SETUP_ACKNOWLEDGE, core.channel_ies(call) | core.progress(progress))
    core.enter(call, core.numbers.incoming.overlap, "T302")


def request_proceeding(core: Core, call: CallState, progress: int | None) -> None:
    core.send(call, MessageType.CALL_PROCEEDING, core.channel_ies(call) | core.progress(progress))
    core.enter(call, core.numbers.incoming.proceeding)


def request_alerting(core: Core, call: CallState, progress: int | None) -> None:
    core.send(call, MessageType.ALERTING, core.channel_ies(call) | core.progress(progress))
    core.enter(call, core.numbers.incoming.alerting)


def request_progress(core: Core, call: CallState, progress: int | None) -> None:
    core.send(call, MessageType.PROGRESS, core.progress(progress))


def request_connect(core: Core, call: CallState, progress: int | None) -> None:
    """CONNECT: active at once at the network, on CONNECT ACKNOWLEDGE at the user (5.1.8, 5.2.7)."""
    core.send(call, MessageType.CONNECT, core.channel_ies(call) | core.progress(progress))
    if core.network:
        core.enter(call, CallStates.ACTIVE)
        core.out.append(ConnectedInd(call.key))
    else:
        core.enter(call, CallStates.CONNECT_REQUEST, "T313")


def expired_t302(core: Core, call: CallState) -> None:
    """No more digits: whoever knows the numbering plan decides (5.1.5.2, 5.2.5.2)."""
    core.out.append(DigitsTimeout(call.key))
