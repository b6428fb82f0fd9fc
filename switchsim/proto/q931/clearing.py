"""Call clearing (Q.931 clause 5.3), from either side and in every state."""

from __future__ import annotations

from switchsim.proto.q931.actions import DisconnectInd
from switchsim.proto.q931.codec import Message, MessageType
from switchsim.proto.q931.core import INBAND, Core, cause_of, is_inband
from switchsim.proto.q931.elements import Ie, IeValue
from switchsim.proto.q931.state import CallState, CallStates


def send_disconnect(core: Core, call: CallState, cause: int, progress: int | None = None) -> None:
    """Begin normal clearing; a network that plays a tone waits for T306 instead of T305 (5.3.3, 5.3.4.1)."""
    call.cause = call.cause or cause
    ies: dict[int, IeValue] = {Ie.CAUSE: core.cause(cause)}
    tone = core.network and progress == INBAND
    if progress is not None:
        ies |= core.progress(progress)
    core.send(call, MessageType.DISCONNECT, ies)
    core.enter(call, core.numbers.disconnect_sent, "T306" if tone else "T305")


def send_release(core: Core, call: CallState, cause: int) -> None:
    call.cause = call.cause or cause
    call.attempts_count = 0
    core.send(call, MessageType.RELEASE, {Ie.CAUSE: core.cause(cause)})
    core.enter(call, CallStates.RELEASE_REQUEST, "T308")


def reject(core: Core, call: CallState, cause: int, diagnostic: bytes = b"") -> None:
    """Refuse with RELEASE COMPLETE: only as the first answer to a SETUP (5.3.2)."""
    core.send(call, MessageType.RELEASE_COMPLETE, {Ie.CAUSE: core.cause(cause, diagnostic)})
    core.free(call, cause)


def clear_here(core: Core, call: CallState, cause: int, peer_cause: int = 102) -> None:
    """Clear a call because this side found it broken: tell our user `cause`, the peer `peer_cause`."""
    core.out.append(DisconnectInd(call.key, cause, by_peer=False))
    call.cause = cause
    send_disconnect(core, call, peer_cause)


def release_here(core: Core, call: CallState, cause: int) -> None:
    """As `clear_here`, with a RELEASE: where the peer's state cannot be trusted."""
    core.out.append(DisconnectInd(call.key, cause, by_peer=False))
    call.cause = cause
    send_release(core, call, cause)


# -- messages --------------------------------------------------------------------------------------------------------


def on_disconnect(core: Core, call: CallState, message: Message) -> None:
    """DISCONNECT: a user may listen to the network's tone first; otherwise RELEASE answers at once (5.3.3, 5.3.4)."""
    cause = cause_of(message)
    call.cause = call.cause or cause
    inband = is_inband(message) and not core.network
    core.out.append(DisconnectInd(call.key, cause, inband))
    if inband:
        core.enter(call, core.numbers.disconnect_received)
    else:
        send_release(core, call, cause)


def on_flawed_disconnect(core: Core, call: CallState, cause: int, diagnostic: bytes) -> None:
    """DISCONNECT without a readable cause: taken as cause 31, and RELEASE says what was wrong with it (5.8.6)."""
    core.out.append(DisconnectInd(call.key, 31))
    call.cause = call.cause or 31
    call.attempts_count = 0
    core.send(call, MessageType.RELEASE, {Ie.CAUSE: core.cause(cause, diagnostic)})
    core.enter(call, CallStates.RELEASE_REQUEST, "T308")


def on_disconnect_collision(core: Core, call: CallState, message: Message) -> None:
    """Both sides sent DISCONNECT: each stops its timer and sends RELEASE (5.3.5)."""
    send_release(core, call, call.cause or cause_of(message))


def on_release(core: Core, call: CallState, message: Message) -> None:
    """RELEASE in any state but 19, expected or not: answer and forget (5.3.3, 5.8.4).

    Where it begins the clearing it must bring a cause (3.1.9); the answer says so if it did not (5.8.6.1).
    """
    flawed = Ie.CAUSE not in message.ies and call.state is not core.numbers.disconnect_sent
    core.send(call, MessageType.RELEASE_COMPLETE, {Ie.CAUSE: core.cause(96, b"\x08")} if flawed else None)
    core.free(call, cause_of(message))


def on_release_collision(core: Core, call: CallState, message: Message) -> None:
    """Both sides sent RELEASE: no RELEASE COMPLETE is exchanged (5.3.5)."""
    core.free(call, cause_of(message))


def on_release_complete(core: Core, call: CallState, message: Message) -> None:
    core.free(call, cause_of(message))


# -- requests --------------------------------------------------------------------------------------------------------


def request_disconnect(core: Core, call: CallState, cause: int, progress: int | None) -> None:
    send_disconnect(core, call, cause, progress)


def request_disconnect_offered(core: Core, call: CallState, cause: int, progress: int | None) -> None:
    """Refuse a call that was offered; a tone needs an agreed channel first, so CALL PROCEEDING goes ahead of it."""
    if progress != INBAND or not core.network:
        reject(core, call, cause)
        return
    core.send(call, MessageType.CALL_PROCEEDING, core.channel_ies(call))
    send_disconnect(core, call, cause, progress)


def request_reject(core: Core, call: CallState, cause: int, progress: int | None) -> None:
    reject(core, call, cause)


def request_release(core: Core, call: CallState, cause: int, progress: int | None) -> None:
    send_release(core, call, cause)


# -- timers ----------------------------------------------------------------------------------------------------------


def expired_t305_t306(core: Core, call: CallState) -> None:
    """No answer to DISCONNECT, or the tone has been played long enough: RELEASE (5.3.3, 5.3.4.1)."""
    send_release(core, call, call.cause)


def expired_clear(core: Core, call: CallState) -> None:
    """T304, T310, T313: nothing came in time (Tables 9-1 and 9-2)."""
    clear_here(core, call, 102)


def expired_t301(core: Core, call: CallState) -> None:
    """Alerted too long: no answer for our user (19), a timer's expiry for the peer (102)."""
    clear_here(core, call, 19)
