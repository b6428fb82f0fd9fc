"""What an interface remembers: calls, channels, restarts, timer values; plain values: a snapshot is their encoding.

Call states are those of clause 2.1, by number, the same on both sides: a call that the user sets up is in 1..4 at both
ends, one that the network sets up in 6..9 and 25.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final, Literal, TypeAlias

import msgspec

from switchsim.proto.q931.elements import SPEECH, Bearer, IeValue, Number
from switchsim.units import seconds

Side: TypeAlias = Literal["network", "user"]


class CallStates(IntEnum):
    """Call states of clause 2.1.1 (user) and 2.1.2 (network)."""

    NULL = 0
    CALL_INITIATED = 1
    OVERLAP_SENDING = 2
    OUTGOING_CALL_PROCEEDING = 3
    CALL_DELIVERED = 4
    CALL_PRESENT = 6
    CALL_RECEIVED = 7
    CONNECT_REQUEST = 8
    INCOMING_CALL_PROCEEDING = 9
    ACTIVE = 10
    DISCONNECT_REQUEST = 11
    DISCONNECT_INDICATION = 12
    RELEASE_REQUEST = 19
    OVERLAP_RECEIVING = 25


REST_NULL: Final = 0
REST_REQUEST: Final = 61  # we sent RESTART and wait for its acknowledgement (call state "REST 1")
REST_RECEIVED: Final = 62  # a RESTART of the peer is being carried out (call state "REST 2")

FREE: Final = 0
RESTARTING: Final = -1  # until a restart has been acknowledged; after N316 failures until the next restart
OUT_OF_SERVICE: Final = -2  # taken out by this side's operator, or not a B channel at all
B_CHANNELS: Final[tuple[int, ...]] = (*range(1, 16), *range(17, 32))

# Tables 9-1 (network) and 9-2 (user) of Q.931. T301: at least 3 min. T304 of the network is provisional. T309: 6..90 s.
# T310 of the user: 30..120 s. T316: 2 min; T317 must be shorter. T322: 4 s.
_COMMON_SECONDS: Final = {
    "T301": 180, "T302": 15, "T303": 4, "T304": 30, "T305": 30, "T306": 30, "T308": 4, "T309": 90, "T310": 60,
    "T313": 4, "T316": 120, "T317": 60, "T322": 4,
}  # fmt: skip
_NETWORK_SECONDS: Final = {"T304": 20, "T310": 10}


def default_timers(side: Side) -> dict[str, int]:
    """Timer values of one side in cycles, by name."""
    values = _COMMON_SECONDS | (_NETWORK_SECONDS if side == "network" else {})
    return {name: seconds(value) for name, value in values.items()}


class SetupRequest(msgspec.Struct):
    """A call to be set up. `channel` None: the next free one; `selection` "any" leaves the choice to the peer."""

    called: Number
    calling: Number | None = None
    bearer: Bearer = SPEECH
    sending_complete: bool = True
    channel: int | None = None
    selection: Literal["exclusive", "preferred", "any"] = "exclusive"
    extra: dict[int, IeValue] = msgspec.field(default_factory=dict)  # further elements, by code


class CallState(msgspec.Struct):
    """One call at this interface; also what `export_call` hands out and `adopt_call` takes back."""

    key: int
    cr: int  # 1..32767
    ours: bool  # this side chose the call reference, that is, sent the SETUP
    state: CallStates
    channel: int = 0  # timeslot, 0 while none
    exclusive: bool = True  # the SETUP allowed no other channel
    settled: bool = False  # the first answer to the SETUP has fixed the channel
    called: str = ""  # digits sent or received so far
    calling: str = ""
    setup: bytes = b""  # the SETUP as sent, while it may have to be repeated
    timer: str = ""  # the one timer of the call's state, "" while none runs
    attempts_count: int = 0  # expiries of a timer that repeats its message (T303, T308)
    cause: int = 0  # why the call is being cleared; the first cause wins
    t309_running: bool = False
    enquiries_count: int = 0  # STATUS ENQUIRY messages without an answer; T322 runs while not 0


class Restart(msgspec.Struct):
    """A restart of ours: these channels, named one by one or as the whole interface."""

    channels: list[int]
    whole: bool = False


class InterfaceState(msgspec.Struct):
    """One primary rate interface (E1, EuroISDN) seen from one side."""

    side: Side
    switch_type: Literal["euroisdn"] = "euroisdn"
    location: int = -1  # in causes and progress indicators sent; -1: 0 (user) or 2 (network serving the local user)
    timers: dict[str, int] = msgspec.field(default_factory=dict)  # cycles; empty: the side's defaults
    n316: int = 2  # restarts sent before giving up (5.5.1)
    n322: int = 3  # status enquiries sent before giving up (5.8.10)
    restart_batch: int = 1  # channels in one RESTART that we send; some peers read only the first
    confirm_restart: bool = False  # True: `restart_ack` must confirm a peer's RESTART before T317
    link_up: bool = False
    calls: dict[int, CallState] = msgspec.field(default_factory=dict)  # by key
    by_reference: dict[int, int] = msgspec.field(default_factory=dict)  # CR, + 0x8000 when ours, to key
    channels: list[int] = msgspec.field(default_factory=list)  # by timeslot: key, FREE, RESTARTING or OUT_OF_SERVICE
    next_key: int = 1
    next_cr: int = 1
    restarts: list[Restart] = msgspec.field(default_factory=list)  # RESTARTs to send, the first one is under way
    restart_attempts_count: int = 0
    t316_running: bool = False
    peer_restart: list[int] = msgspec.field(default_factory=list)  # channels of a peer's RESTART not yet confirmed
    peer_restart_kind: int = -1  # its restart indicator; -1 while there is none
    violations_count: int = 0

    def __post_init__(self) -> None:
        if not self.timers:
            self.timers = default_timers(self.side)
        if self.location < 0:
            self.location = 2 if self.side == "network" else 0
        if not self.channels:
            self.channels = [FREE if slot in B_CHANNELS else OUT_OF_SERVICE for slot in range(32)]
