"""What every procedure stands on: sending, timers, channels, the birth and death of a call."""

from __future__ import annotations

from typing import Final

import msgspec

from switchsim.proto.q931.actions import Action, ReleasedInd, SendL3, StartTimer, StopTimer, Violation
from switchsim.proto.q931.codec import Message, MessageType, encode
from switchsim.proto.q931.elements import CallStateValue, Cause, ChannelId, Ie, IeValue, Progress
from switchsim.proto.q931.state import B_CHANNELS, FREE, CallState, CallStates, InterfaceState, Side

INBAND: Final = 8  # progress description: in-band information is now available
_OURS: Final = 0x8000


class Phases(msgspec.Struct, frozen=True):
    """The numbers of one direction's set-up states: the same procedure has other numbers at the other end."""

    present: CallStates
    overlap: CallStates
    proceeding: CallStates
    alerting: CallStates


_BY_USER: Final = Phases(
    CallStates.CALL_INITIATED, CallStates.OVERLAP_SENDING, CallStates.OUTGOING_CALL_PROCEEDING,
    CallStates.CALL_DELIVERED,
)  # fmt: skip
_BY_NETWORK: Final = Phases(
    CallStates.CALL_PRESENT, CallStates.OVERLAP_RECEIVING, CallStates.INCOMING_CALL_PROCEEDING,
    CallStates.CALL_RECEIVED,
)  # fmt: skip


class SideNumbers(msgspec.Struct, frozen=True):
    """Where the two sides number differently: calls we set up, calls we are offered, who has sent DISCONNECT."""

    outgoing: Phases
    incoming: Phases
    disconnect_sent: CallStates
    disconnect_received: CallStates


SIDES: Final[dict[Side, SideNumbers]] = {
    "user": SideNumbers(_BY_USER, _BY_NETWORK, CallStates.DISCONNECT_REQUEST, CallStates.DISCONNECT_INDICATION),
    "network": SideNumbers(_BY_NETWORK, _BY_USER, CallStates.DISCONNECT_INDICATION, CallStates.DISCONNECT_REQUEST),
}


class Core:
    """One interface's state with its basic acts; `out` collects the actions of the entry under way."""

    __slots__ = ("network", "numbers", "out", "state")

    def __init__(self, state: InterfaceState) -> None:
        self.state = state
        self.network = state.side == "network"
        self.numbers = SIDES[state.side]
        self.out: list[Action] = []

    # -- sending -----------------------------------------------------------------------------------------------------

    def send(self, call: CallState, kind: MessageType, ies: dict[int, IeValue] | None = None) -> None:
        self.out.append(SendL3(encode(Message(call.cr, not call.ours, kind, ies if ies is not None else {}))))

    def reply(self, message: Message, kind: MessageType, ies: dict[int, IeValue]) -> None:
        """Answer on a call reference that has no call (or the global one): same value, flag turned round."""
        self.out.append(SendL3(encode(Message(message.cr, not message.to_originator, kind, ies))))

    def cause(self, value: int, diagnostic: bytes = b"") -> Cause:
        return Cause(value, self.state.location, 0, diagnostic)

    def status_ies(self, cause: int, call_state: int, diagnostic: bytes = b"") -> dict[int, IeValue]:
        return {Ie.CAUSE: self.cause(cause, diagnostic), Ie.CALL_STATE: CallStateValue(call_state)}

    def send_status(self, call: CallState, cause: int, diagnostic: bytes = b"") -> None:
        self.send(call, MessageType.STATUS, self.status_ies(cause, call.state, diagnostic))

    def progress(self, description: int | None) -> dict[int, IeValue]:
        if description is None:
            return {}
        return {Ie.PROGRESS_INDICATOR: Progress(description, self.state.location)}

    def violation(self, clause: str, detail: str, key: int = 0) -> None:
        self.state.violations_count += 1
        self.out.append(Violation(clause, detail, key))

    # -- timers ------------------------------------------------------------------------------------------------------

    def enter(self, call: CallState, to: CallStates, timer: str = "") -> None:
        """Go to a call state; its timer replaces the one of the state before."""
        if call.timer and call.timer != timer:
            self.out.append(StopTimer(f"{call.timer}/{call.key}"))
        call.state = to
        call.timer = timer
        if timer:
            self.out.append(StartTimer(f"{timer}/{call.key}", self.state.timers[timer]))

    def stop_all(self, call: CallState) -> None:
        if call.timer:
            self.out.append(StopTimer(f"{call.timer}/{call.key}"))
            call.timer = ""
        if call.t309_running:
            call.t309_running = False
            self.out.append(StopTimer(f"T309/{call.key}"))
        if call.enquiries_count:
            call.enquiries_count = 0
            self.out.append(StopTimer(f"T322/{call.key}"))

    # -- channels ----------------------------------------------------------------------------------------------------

    def hunt(self) -> int:
        """The next free timeslot, 0 when there is none: the network counts up, the user down, so they rarely meet."""
        channels = self.state.channels
        for slot in B_CHANNELS if self.network else B_CHANNELS[::-1]:
            if channels[slot] == FREE:
                return slot
        return 0

    def take(self, call: CallState, slot: int) -> bool:
        """Seize `slot` for the call in place of the one it has; False when it is not free."""
        channels = self.state.channels
        if not 0 < slot < len(channels) or channels[slot] not in (FREE, call.key):
            return False
        self.drop_channel(call)
        channels[slot] = call.key
        call.channel = slot
        return True

    def drop_channel(self, call: CallState) -> None:
        if self.state.channels[call.channel] == call.key:
            self.state.channels[call.channel] = FREE
        call.channel = 0

    def channel_ies(self, call: CallState) -> dict[int, IeValue]:
        """The channel identification that the first answer to a SETUP must carry; later ones leave it out."""
        if call.settled:
            return {}
        call.settled = True
        return {Ie.CHANNEL_IDENTIFICATION: ChannelId((call.channel,))}

    # -- calls -------------------------------------------------------------------------------------------------------

    def new_call(self, cr: int, ours: bool, state: CallStates) -> CallState:
        interface = self.state
        call = CallState(interface.next_key, cr, ours, state)
        interface.next_key += 1
        self.add_call(call)
        return call

    def add_call(self, call: CallState) -> None:
        self.state.calls[call.key] = call
        self.state.by_reference[call.cr | _OURS if call.ours else call.cr] = call.key

    def find(self, message: Message) -> CallState | None:
        """The call that a received message is for: its flag says whether we chose the reference."""
        key = self.state.by_reference.get(message.cr | _OURS if message.to_originator else message.cr)
        return None if key is None else self.state.calls[key]

    def new_reference(self) -> int:
        """The next free call reference value, 1..32767 in turn."""
        interface = self.state
        while interface.next_cr | _OURS in interface.by_reference:
            interface.next_cr = interface.next_cr % 0x7FFF + 1
        value: int = interface.next_cr
        interface.next_cr = value % 0x7FFF + 1
        return value

    def free(self, call: CallState, cause: int) -> None:
        """The call is over: timers, channel and call reference go; the one `ReleasedInd`."""
        self.stop_all(call)
        channel = call.channel
        self.drop_channel(call)
        del self.state.calls[call.key]
        del self.state.by_reference[call.cr | _OURS if call.ours else call.cr]
        call.state = CallStates.NULL
        self.out.append(ReleasedInd(call.key, call.cause or cause, channel))


def cause_of(message: Message, default: int = 31) -> int:
    """The cause value in a message, 31 (normal, unspecified) when there is none."""
    element = message.ies.get(Ie.CAUSE)
    return (element.value or default) if isinstance(element, Cause) else default


def is_inband(message: Message) -> bool:
    """Whether a progress indicator 8 (or 1, not end-to-end ISDN) says that the channel is worth listening to."""
    element = message.ies.get(Ie.PROGRESS_INDICATOR)
    if element is None:
        return False
    elements = [element, *(value for code, value in message.repeated if code == Ie.PROGRESS_INDICATOR)]
    return any(isinstance(value, Progress) and value.description in (1, INBAND) for value in elements)
