"""Call control of one primary rate interface: what comes in, what is asked, and the error handling of clause 5.8."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from switchsim.proto.q931 import clearing, maintenance, setup
from switchsim.proto.q931.actions import Action, Refused
from switchsim.proto.q931.codec import (
    MANDATORY,
    Message,
    MessageType,
    Rejected,
    comprehension_required,
    decode,
)
from switchsim.proto.q931.core import Core, cause_of
from switchsim.proto.q931.elements import CallStateValue, Ie
from switchsim.proto.q931.state import (
    FREE,
    OUT_OF_SERVICE,
    CallState,
    CallStates,
    InterfaceState,
    SetupRequest,
)
from switchsim.proto.q931.table import (
    DISPATCH,
    REQUESTS,
    TIMERS,
    Request,
    ignore,
    not_implemented,
    refuse,
    unexpected,
)

_UNCHECKED: Final = frozenset({ignore, not_implemented, unexpected})
_CLEARING: Final = frozenset({MessageType.DISCONNECT, MessageType.RELEASE, MessageType.RELEASE_COMPLETE})


class Interface:
    """Call control over one `InterfaceState`; every method returns its actions, to be done in that order.

    Requests for a call that has ended, or that its state does not allow, change nothing and return `Refused`: the peer
    may have cleared the call in the same instant.
    """

    def __init__(self, state: InterfaceState) -> None:
        self.state = state
        self._core = Core(state)
        self._dispatch = DISPATCH[state.side]
        self._requests = REQUESTS[state.side]

    def _begin(self) -> list[Action]:
        out: list[Action] = []
        self._core.out = out
        return out

    # -- what comes in -----------------------------------------------------------------------------------------------

    def receive(self, octets: bytes) -> list[Action]:
        """Take one layer 3 message from the data link. Never raises."""
        out = self._begin()
        core = self._core
        message = decode(octets)
        if isinstance(message, Rejected):
            core.violation(message.clause, message.reason)
        elif not message.cr:
            self._global(message)
        else:
            call = core.find(message)
            if call is None:
                self._no_call(message)
            else:
                procedure = self._dispatch[call.state].get(message.type, not_implemented)
                if procedure in _UNCHECKED or self._usable(call, message):
                    procedure(core, call, message)
                    if message.invalid:
                        self._report_invalid(call, message)
        return out

    def data_link(self, up: bool) -> list[Action]:
        """The data link was established (`up`; also when it was up already) or released (5.8.8, 5.8.9)."""
        out = self._begin()
        if not up:
            maintenance.link_failed(self._core)
        elif self.state.link_up:
            maintenance.link_reset(self._core)
        else:
            maintenance.link_established(self._core)
        return out

    def timer(self, name: str) -> list[Action]:
        """A timer expired; `name` as started, "T303/17" or "T316". One that does not run changes nothing."""
        out = self._begin()
        kind, _, key = name.partition("/")
        if not key:
            self._interface_timer(kind)
            return out
        call = self.state.calls.get(int(key))
        if call is None:
            return out
        if kind == call.timer:
            call.timer = ""
            TIMERS[kind](self._core, call)
        elif kind == "T309" and call.t309_running:
            maintenance.expired_t309(self._core, call)
        elif kind == "T322" and call.enquiries_count:
            maintenance.expired_t322(self._core, call)
        return out

    def _interface_timer(self, kind: str) -> None:
        if kind == "T316" and self.state.t316_running:
            maintenance.expired_t316(self._core)
        elif kind == "T317":
            maintenance.expired_t317(self._core)

    # -- messages that cannot simply be used (5.8.3 to 5.8.7) --------------------------------------------------------

    def _global(self, message: Message) -> None:
        """The global call reference: restart, and nothing else (5.8.3.2 f)."""
        core = self._core
        restart = message.type == MessageType.RESTART and not message.to_originator
        acknowledge = message.type == MessageType.RESTART_ACKNOWLEDGE and message.to_originator
        if not (restart or acknowledge):
            core.violation("5.8.3.2", f"message type 0x{message.type:02x} on the global call reference")
            if message.type != MessageType.STATUS:
                core.reply(message, MessageType.STATUS, core.status_ies(81, maintenance.rest_state(core)))
            return
        cause, diagnostic = _flaw(message)
        if cause:
            core.violation("5.8.6", f"restart message unusable, cause {cause}, element {diagnostic.hex()}")
            state = maintenance.rest_state(core)
            core.reply(message, MessageType.STATUS, core.status_ies(cause, state, diagnostic))
        elif restart:
            maintenance.on_restart(core, message)
        else:
            maintenance.on_restart_acknowledge(core, message)

    def _no_call(self, message: Message) -> None:
        """A call reference that has no call (5.8.3.2)."""
        core = self._core
        kind = message.type
        if kind == MessageType.SETUP:
            self._offered(message)
        elif kind == MessageType.STATUS_ENQUIRY:
            core.reply(message, MessageType.STATUS, core.status_ies(30, CallStates.NULL))
        elif kind == MessageType.STATUS:
            reported = message.ies.get(Ie.CALL_STATE)
            if isinstance(reported, CallStateValue) and reported.value:
                core.violation("5.8.11", f"peer is in state {reported.value} of free call reference {message.cr}")
                core.reply(message, MessageType.RELEASE_COMPLETE, {Ie.CAUSE: core.cause(101)})
        elif kind != MessageType.RELEASE_COMPLETE:
            core.violation("5.8.3.2", f"message type 0x{kind:02x} on call reference {message.cr}, which is free")
            core.reply(message, MessageType.RELEASE_COMPLETE, {Ie.CAUSE: core.cause(81)})

    def _offered(self, message: Message) -> None:
        """SETUP: its flag must be 0 (5.8.3.2 d), its mandatory elements there and readable (5.8.6)."""
        core = self._core
        if message.to_originator:
            core.violation("5.8.3.2", "SETUP with call reference flag 1")
            return
        cause, diagnostic = _flaw(message)
        if not cause and Ie.CHANNEL_IDENTIFICATION in message.invalid:
            cause, diagnostic = 100, bytes((Ie.CHANNEL_IDENTIFICATION,))
        if not cause and not core.network and Ie.CHANNEL_IDENTIFICATION not in message.ies:
            cause, diagnostic = 96, bytes((Ie.CHANNEL_IDENTIFICATION,))  # mandatory from the network only (Table 3-15)
        if cause:
            core.violation("5.8.6", f"SETUP unusable, cause {cause}, element {diagnostic.hex()}")
            core.reply(message, MessageType.RELEASE_COMPLETE, {Ie.CAUSE: core.cause(cause, diagnostic)})
            return
        setup.on_setup(core, message)
        call = core.find(message)
        if call is not None and message.invalid:
            self._report_invalid(call, message)

    def _usable(self, call: CallState, message: Message) -> bool:
        """False when a mandatory element is missing or unreadable; the reaction has then been made (5.8.6)."""
        cause, diagnostic = _flaw(message)
        if not cause:
            return True
        core = self._core
        what = f"message type 0x{message.type:02x} unusable, cause {cause}, element {diagnostic.hex()}"
        core.violation("5.8.6", what, call.key)
        if message.type == MessageType.RELEASE_COMPLETE:
            core.free(call, cause_of(message))
        elif message.type == MessageType.RELEASE:
            clearing.reject(core, call, cause, diagnostic)
        elif message.type == MessageType.DISCONNECT:
            clearing.on_flawed_disconnect(core, call, cause, diagnostic)
        elif message.type != MessageType.STATUS:
            core.send_status(call, cause, diagnostic)
        return False

    def _report_invalid(self, call: CallState, message: Message) -> None:
        """Optional elements that cannot be read were left out: tell the peer, unless it is clearing (5.8.7.2)."""
        core = self._core
        elements = bytes(code & 0xFF for code in message.invalid)
        core.violation("5.8.7.2", f"elements {elements.hex()} cannot be read", call.key)
        if message.type not in _CLEARING and message.type != MessageType.STATUS and call.state:
            core.send_status(call, 100, elements)

    # -- what is asked -----------------------------------------------------------------------------------------------

    def setup(self, request: SetupRequest) -> tuple[int | None, list[Action]]:
        """Set a call up; its key, or None with `SetupRefused` (no channel, channel busy, no data link)."""
        out = self._begin()
        return setup.set_up(self._core, request), out

    def more_info(self, key: int, progress: int | None = None) -> list[Action]:
        """SETUP ACKNOWLEDGE: ask for more digits; T302 supervises them."""
        return self._request(key, Request.MORE_INFO, progress)

    def info(self, key: int, digits: str, sending_complete: bool = False) -> list[Action]:
        """INFORMATION: send more digits, after `SetupAckInd`."""
        return self._request(key, Request.INFO, digits, sending_complete)

    def proceeding(self, key: int, progress: int | None = None) -> list[Action]:
        """CALL PROCEEDING: the number is complete."""
        return self._request(key, Request.PROCEEDING, progress)

    def alerting(self, key: int, progress: int | None = None) -> list[Action]:
        """ALERTING; `progress` 8 says that ring-back is on the channel."""
        return self._request(key, Request.ALERTING, progress)

    def progress(self, key: int, description: int = 8) -> list[Action]:
        """PROGRESS with a progress description."""
        return self._request(key, Request.PROGRESS, description)

    def connect(self, key: int, progress: int | None = None) -> list[Action]:
        """CONNECT: the call is answered; `ConnectedInd` follows."""
        return self._request(key, Request.CONNECT, progress)

    def disconnect(self, key: int, cause: int = 16, progress: int | None = None) -> list[Action]:
        """Clear a call in the way that its state asks for; `progress` 8 (network): a tone is on the channel, T306."""
        return self._request(key, Request.DISCONNECT, cause, progress)

    def release(self, key: int, cause: int = 16) -> list[Action]:
        """RELEASE: clear without DISCONNECT, or end listening to the peer's tone."""
        return self._request(key, Request.RELEASE, cause, None)

    def reject(self, key: int, cause: int) -> list[Action]:
        """Refuse an offered call with RELEASE COMPLETE; once it has been answered at all, as `disconnect`."""
        return self._request(key, Request.REJECT, cause, None)

    def _request(self, key: int, request: Request, *arguments: Any) -> list[Action]:
        out = self._begin()
        call = self.state.calls.get(key)
        if call is None:
            out.append(Refused(key, request.name.lower(), CallStates.NULL))
            return out
        procedure = self._requests[call.state, request]
        if procedure is refuse:
            out.append(Refused(key, request.name.lower(), call.state))
        elif not self.state.link_up and request in (Request.DISCONNECT, Request.RELEASE, Request.REJECT):
            self._core.free(call, arguments[0])  # nobody would hear it; STATUS ENQUIRY tells the peer later (5.8.9)
        else:
            procedure(self._core, call, *arguments)
        return out

    def restart(self, channels: Sequence[int] | None = None) -> list[Action]:
        """RESTART these timeslots, or the whole interface; `RestartDone` or `RestartFailed` follows (5.5)."""
        out = self._begin()
        maintenance.request_restart(self._core, channels)
        return out

    def restart_ack(self, channels: Sequence[int]) -> list[Action]:
        """With `confirm_restart`: these channels of the peer's RESTART are idle now."""
        out = self._begin()
        maintenance.request_restart_ack(self._core, channels)
        return out

    def status_enquiry(self, key: int) -> list[Action]:
        """STATUS ENQUIRY: `StatusInd` follows when the peer's state fits, else the call is cleared (5.8.10, 5.8.11)."""
        out = self._begin()
        call = self.state.calls.get(key)
        if call is not None:
            maintenance.enquire(self._core, call)
        return out

    def set_service(self, channel: int, in_service: bool) -> bool:
        """Take an idle B channel out of service or back; False when it is in use or being restarted."""
        wanted, now = (OUT_OF_SERVICE, FREE) if in_service else (FREE, OUT_OF_SERVICE)
        if self.state.channels[channel] not in (wanted, now):
            return False
        self.state.channels[channel] = now
        return True

    # -- switchover of the processor ---------------------------------------------------------------------------------

    def export_call(self, key: int) -> CallState:
        """A copy of one call, to be kept elsewhere; raises KeyError when there is no such call."""
        return msgspec.structs.replace(self.state.calls[key])

    def adopt_call(self, call: CallState) -> bool:
        """Take over an active call of an earlier processor; False when it was not active or its channel is not free.

        Timers do not come along: an active call has none but T309 and T322, which the next link failure or enquiry
        starts again. Give the fresh state a `next_cr` beyond those in use before: the peer ignores a SETUP on the
        reference of a call that it still believes in (5.8.3.2 e).
        """
        channel_free = 0 < call.channel < 32 and self.state.channels[call.channel] == FREE
        if call.state is not CallStates.ACTIVE or not channel_free or call.key in self.state.calls:
            return False
        copy = msgspec.structs.replace(call, timer="", t309_running=False, enquiries_count=0, setup=b"")
        self._core.add_call(copy)
        self.state.channels[copy.channel] = copy.key
        self.state.next_key = max(self.state.next_key, copy.key + 1)
        if copy.ours and copy.cr >= self.state.next_cr:
            self.state.next_cr = copy.cr % 0x7FFF + 1
        return True


def _flaw(message: Message) -> tuple[int, bytes]:
    """What makes a message unusable: (96 or 100, the element), or (0, b"") (5.8.6, 5.8.7.1)."""
    for code in message.unknown:
        if comprehension_required(code):
            return 96, bytes((code,))
    for code in MANDATORY.get(message.type, ()):
        if code not in message.ies:
            return (100 if code in message.invalid else 96), bytes((code,))
    return 0, b""
