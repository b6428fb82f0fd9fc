"""Restart (Q.931 clause 5.5), status (5.8.10, 5.8.11), loss of the data link (5.8.8, 5.8.9), T308's second expiry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from switchsim.proto.q931 import clearing
from switchsim.proto.q931.actions import (
    EstablishLink,
    RestartDone,
    RestartFailed,
    RestartInd,
    SendL3,
    StartTimer,
    StatusInd,
    StopTimer,
)
from switchsim.proto.q931.codec import Message, MessageType, encode
from switchsim.proto.q931.core import Core, cause_of
from switchsim.proto.q931.elements import (
    CallStateValue,
    ChannelId,
    ChannelKind,
    Ie,
    IeValue,
    RestartIndicator,
)
from switchsim.proto.q931.state import (
    B_CHANNELS,
    FREE,
    OUT_OF_SERVICE,
    REST_NULL,
    REST_RECEIVED,
    REST_REQUEST,
    RESTARTING,
    CallState,
    CallStates,
    Restart,
)

TEMPORARY_FAILURE: Final = 41
DESTINATION_OUT_OF_ORDER: Final = 27
_BY_USER: Final = frozenset({1, 2, 3, 4})
_BY_NETWORK: Final = frozenset({6, 7, 8, 9, 25})
_CLEARING: Final = frozenset({11, 12, 19})

# -- restart: ours ---------------------------------------------------------------------------------------------------


def request_restart(core: Core, slots: Sequence[int] | None) -> None:
    """Clear these channels (None: the whole interface) silently and ask the peer to do the same (5.5.1)."""
    whole = slots is None
    pending = _pending(core)
    chosen = [slot for slot in B_CHANNELS if core.state.channels[slot] != OUT_OF_SERVICE
              and slot not in pending and (slots is None or slot in slots)]  # fmt: skip
    for slot in chosen:
        _clear_channel(core, slot)
        core.state.channels[slot] = RESTARTING
    size = len(chosen) if whole else core.state.restart_batch
    idle = not core.state.restarts
    for at in range(0, len(chosen), max(1, size)):
        core.state.restarts.append(Restart(chosen[at : at + size], whole))
    if idle:
        _next_restart(core)


def _pending(core: Core) -> set[int]:
    """Channels whose restart we have still to bring about."""
    return {slot for job in core.state.restarts for slot in job.channels}


def _clear_channel(core: Core, slot: int) -> None:
    """End the call on a channel without a message: both sides do so (5.5)."""
    key = core.state.channels[slot]
    if key > FREE:
        core.free(core.state.calls[key], TEMPORARY_FAILURE)


def _next_restart(core: Core) -> None:
    core.state.restart_attempts_count = 0
    if core.state.restarts and core.state.link_up:
        _send_restart(core)


def _send_restart(core: Core) -> None:
    job = core.state.restarts[0]
    ies: dict[int, IeValue] = {Ie.RESTART_INDICATOR: RestartIndicator(6 if job.whole else 0)}
    if not job.whole:
        ies[Ie.CHANNEL_IDENTIFICATION] = ChannelId(tuple(job.channels))
    core.state.restart_attempts_count += 1
    core.state.t316_running = True
    core.out.append(SendL3(encode(Message(0, False, MessageType.RESTART, ies))))
    core.out.append(StartTimer("T316", core.state.timers["T316"]))


def _stop_t316(core: Core) -> None:
    if core.state.t316_running:
        core.state.t316_running = False
        core.out.append(StopTimer("T316"))


def expired_t316(core: Core) -> None:
    """No acknowledgement: again, up to N316 times; then the channels stay out of use (5.5.1)."""
    core.state.t316_running = False
    if core.state.restart_attempts_count < core.state.n316:
        _send_restart(core)
        return
    job = core.state.restarts.pop(0)
    core.out.append(RestartFailed(tuple(job.channels)))
    _next_restart(core)


def on_restart_acknowledge(core: Core, message: Message) -> None:
    """Our restart is done, for the channels that the acknowledgement names (5.5.1, 5.5.2 note 1)."""
    if not core.state.restarts or not core.state.t316_running:
        core.violation("5.5.1", "RESTART ACKNOWLEDGE without a RESTART")
        return
    job = core.state.restarts[0]
    identification = message.ies.get(Ie.CHANNEL_IDENTIFICATION)
    done = list(job.channels)
    if isinstance(identification, ChannelId) and identification.kind is ChannelKind.CHANNELS and not job.whole:
        done = [slot for slot in job.channels if slot in identification.channels]
    if not done:
        core.violation("5.5.1", "RESTART ACKNOWLEDGE names other channels than the RESTART")
        return
    _stop_t316(core)
    job.channels = [slot for slot in job.channels if slot not in done]
    for slot in done:
        core.state.channels[slot] = FREE
    core.state.restarts.pop(0)
    core.out.append(RestartDone(tuple(done)))
    if job.channels:
        core.out.append(RestartFailed(tuple(job.channels)))
    _next_restart(core)


# -- restart: the peer's ---------------------------------------------------------------------------------------------


def on_restart(core: Core, message: Message) -> None:
    """Clear what the peer names, then acknowledge; with `confirm_restart` when our user has done so (5.5.2)."""
    indicator = message.ies[Ie.RESTART_INDICATOR]
    assert isinstance(indicator, RestartIndicator)
    if core.state.peer_restart_kind >= 0:
        core.violation("5.5.2", "RESTART while one is being carried out")
        core.reply(message, MessageType.STATUS, core.status_ies(101, REST_RECEIVED, bytes((MessageType.RESTART,))))
        return
    slots = _restart_slots(message, indicator)
    if not slots:
        missing = Ie.CHANNEL_IDENTIFICATION not in message.ies
        core.violation("5.8.6.1" if missing else "5.8.6.2", "RESTART names no channel of this interface")
        diagnostic = bytes((Ie.CHANNEL_IDENTIFICATION,))
        state = rest_state(core)
        core.reply(message, MessageType.STATUS, core.status_ies(96 if missing else 100, state, diagnostic))
        return
    pending = _pending(core)
    for slot in slots:
        _clear_channel(core, slot)
        if core.state.channels[slot] == RESTARTING and slot not in pending:
            core.state.channels[slot] = FREE
    core.state.peer_restart = list(slots)
    core.state.peer_restart_kind = indicator.kind
    core.out.append(RestartInd(slots))
    if core.state.confirm_restart:
        core.out.append(StartTimer("T317", core.state.timers["T317"]))
    else:
        acknowledge_restart(core, slots)


def _restart_slots(message: Message, indicator: RestartIndicator) -> tuple[int, ...]:
    """The B channels that a RESTART means; none when it names none that exist."""
    identification = message.ies.get(Ie.CHANNEL_IDENTIFICATION)
    if indicator.kind:
        return B_CHANNELS
    if isinstance(identification, ChannelId):
        if identification.kind is ChannelKind.INTERFACE:
            return B_CHANNELS
        return tuple(slot for slot in B_CHANNELS if slot in identification.channels)
    return ()


def request_restart_ack(core: Core, slots: Sequence[int]) -> None:
    """Our user has cleared the channels of the peer's RESTART."""
    if core.state.peer_restart_kind >= 0:
        core.out.append(StopTimer("T317"))
        acknowledge_restart(core, tuple(slot for slot in core.state.peer_restart if slot in slots))


def acknowledge_restart(core: Core, slots: tuple[int, ...]) -> None:
    """RESTART ACKNOWLEDGE with the RESTART's own indicator, and the channels that are idle now."""
    kind = core.state.peer_restart_kind
    ies: dict[int, IeValue] = {Ie.RESTART_INDICATOR: RestartIndicator(kind)}
    if slots and (not kind or len(slots) < len(core.state.peer_restart)):
        ies[Ie.CHANNEL_IDENTIFICATION] = ChannelId(slots)
    core.state.peer_restart_kind = -1
    core.state.peer_restart = []
    if slots:
        core.out.append(SendL3(encode(Message(0, True, MessageType.RESTART_ACKNOWLEDGE, ies))))


def expired_t317(core: Core) -> None:
    """Our user did not finish: nothing is acknowledged, and the peer's T316 decides (5.5.2 note 1)."""
    if core.state.peer_restart_kind >= 0:
        core.violation("5.5.2", f"T317 expired: channels {core.state.peer_restart} were not confirmed in time")
        acknowledge_restart(core, ())


def rest_state(core: Core) -> int:
    """The call state of the global call reference (Table 4-9)."""
    if core.state.peer_restart_kind >= 0:
        return REST_RECEIVED
    return REST_REQUEST if core.state.t316_running else REST_NULL


# -- release without an answer ---------------------------------------------------------------------------------------


def expired_t308(core: Core, call: CallState) -> None:
    """No answer to RELEASE: repeat it once, then forget the call and restart its channel (5.3.3, 5.3.4, 5.5)."""
    if not call.attempts_count:
        call.attempts_count = 1
        core.send(call, MessageType.RELEASE, {Ie.CAUSE: core.cause(call.cause)})
        core.enter(call, call.state, "T308")
        return
    slot = call.channel
    core.free(call, call.cause)
    if slot:
        request_restart(core, (slot,))


# -- status ----------------------------------------------------------------------------------------------------------


def on_status_enquiry(core: Core, call: CallState, message: Message) -> None:
    core.send_status(call, 30)


def on_status(core: Core, call: CallState, message: Message) -> None:
    """Compare the peer's state with ours (5.8.11)."""
    _end_enquiry(core, call)
    reported = message.ies[Ie.CALL_STATE]
    assert isinstance(reported, CallStateValue)
    cause = cause_of(message)
    if not reported.value:
        core.violation("5.8.11", f"peer is in the null state, cause {cause}", call.key)
        core.free(call, cause if cause in (81, 96, 97, 98, 99, 100, 101, 102) else TEMPORARY_FAILURE)
    elif call.state is CallStates.RELEASE_REQUEST:
        return
    elif compatible(call.state, reported.value):
        core.out.append(StatusInd(call.key, reported.value, cause))
    else:
        core.violation("5.8.11", f"peer is in state {reported.value}, we in {call.state.value}", call.key)
        clearing.release_here(core, call, 101)


def compatible(ours: int, theirs: int) -> bool:
    """Whether two states can belong to one call while messages may be under way (5.8.11 leaves this to us).

    The direction of set-up must agree; one end may lead the other; when we are clearing, the peer may not know yet.
    """
    if ours in _CLEARING:
        return theirs in _BY_USER or theirs in _BY_NETWORK or theirs == CallStates.ACTIVE or theirs in _CLEARING
    if ours == CallStates.ACTIVE:
        return theirs in _BY_USER or theirs in _BY_NETWORK or theirs == CallStates.ACTIVE
    return theirs == CallStates.ACTIVE or theirs in (_BY_USER if ours in _BY_USER else _BY_NETWORK)


def enquire(core: Core, call: CallState) -> None:
    """STATUS ENQUIRY, supervised by T322; one at a time (5.8.10)."""
    if not call.enquiries_count:
        _send_enquiry(core, call)


def _send_enquiry(core: Core, call: CallState) -> None:
    call.enquiries_count += 1
    core.send(call, MessageType.STATUS_ENQUIRY)
    core.out.append(StartTimer(f"T322/{call.key}", core.state.timers["T322"]))


def _end_enquiry(core: Core, call: CallState) -> None:
    if call.enquiries_count:
        call.enquiries_count = 0
        core.out.append(StopTimer(f"T322/{call.key}"))


def expired_t322(core: Core, call: CallState) -> None:
    """No STATUS: ask again, at last clear with cause 41 (5.8.10)."""
    if call.enquiries_count < core.state.n322:
        _send_enquiry(core, call)
        return
    call.enquiries_count = 0
    if call.state not in _CLEARING:
        clearing.clear_here(core, call, TEMPORARY_FAILURE, TEMPORARY_FAILURE)


# -- the data link ---------------------------------------------------------------------------------------------------


def link_failed(core: Core) -> None:
    """DL-RELEASE indication: active calls wait for T309, the others are cleared, the link is asked for (5.8.9)."""
    core.state.link_up = False
    _stop_t316(core)
    for call in tuple(core.state.calls.values()):
        if call.state is not CallStates.ACTIVE:
            core.free(call, DESTINATION_OUT_OF_ORDER)
            continue
        _end_enquiry(core, call)
        if not call.t309_running:
            call.t309_running = True
            core.out.append(StartTimer(f"T309/{call.key}", core.state.timers["T309"]))
    core.out.append(EstablishLink())


def link_established(core: Core) -> None:
    """DL-ESTABLISH confirm or indication after a failure: ask the peer about the calls that are left (5.8.9)."""
    core.state.link_up = True
    for call in tuple(core.state.calls.values()):
        if call.t309_running:
            call.t309_running = False
            core.out.append(StopTimer(f"T309/{call.key}"))
        if call.state is CallStates.ACTIVE:
            enquire(core, call)
    _next_restart(core)


def link_reset(core: Core) -> None:
    """DL-ESTABLISH indication out of the blue: messages may be lost (5.8.8).

    Calls in overlap are cleared, as their digits cannot be trusted; for the others but those being cleared the peer is
    asked, because it may be a program that came back without its calls.
    """
    _stop_t316(core)
    overlap = (CallStates.OVERLAP_SENDING, CallStates.OVERLAP_RECEIVING)
    for call in tuple(core.state.calls.values()):
        if call.state in overlap:
            clearing.clear_here(core, call, TEMPORARY_FAILURE, TEMPORARY_FAILURE)
        elif call.state not in _CLEARING and call.timer != "T303":
            enquire(core, call)
    _next_restart(core)


def expired_t309(core: Core, call: CallState) -> None:
    call.t309_running = False
    core.free(call, DESTINATION_OUT_OF_ORDER)
