"""What boards and the main processor say to each other, and what people do to seat sets.

`board` is a bus address, `slot` a timeslot of the switching network, `link` a D channel of the board.
"""

from __future__ import annotations

from typing import Final

from switchsim.model.line_messages import (
    LineCas as LineCas,
    LineClock as LineClock,
    LineSeen as LineSeen,
    LineSlips as LineSlips,
    LineStirred as LineStirred,
    NodeClock as NodeClock,
    ReferenceState as ReferenceState,
)
from switchsim.model.message import BusMessage, Message
from switchsim.model.r2_messages import (
    CasHeard as CasHeard,
    ListenMfc as ListenMfc,
    MfcHeard as MfcHeard,
    MfcSent as MfcSent,
    SendCas as SendCas,
    SendMfc as SendMfc,
)
from switchsim.units import seconds

# -- down: main processor to boards ------------------------------------------------------------------------------


class SendLayer3(BusMessage, frozen=True):
    """Q.931 message for a D channel."""

    link: int
    octets: bytes


class EstablishLink(BusMessage, frozen=True):
    """To a LAP board: bring the data link up (DL-ESTABLISH request)."""

    link: int


class LineCarries(BusMessage, frozen=True):
    """To a LAP board: the line under a D channel is there, or not (layer 1 activated / deactivated)."""

    link: int
    up: bool


STALE_CYCLES: Final = seconds(5)
"""A signalling message that lay in a mailbox for longer than this is dropped: nobody waits for it any more."""


class SendMsu(BusMessage, frozen=True):
    """To a signalling board: transmit a message, SIO to the end of the SIF (Q.703 2.3). at: as MsuReceived."""

    link: int
    octets: bytes
    at: int


class Level2Order(BusMessage, frozen=True):
    """MTP3 to level 2 of a link (Q.704 figure 23 ff., Q.703 figure 8).

    start, stop, emergency, emergency_ceases, flush, continue, retrieve_bsnt, retrieve (value: FSNC, -1 not known),
    report (say again whether the link is in service: a processor has just taken over).
    """

    link: int
    order: str
    value: int


class ConnectSlots(BusMessage, frozen=True):
    """`to_slot` hears `from_slot` from now on; from 0 = quiet."""

    to_slot: int
    from_slot: int


class SetConferenceLeg(BusMessage, frozen=True):
    conference: int
    leg: int
    from_slot: int  # 0 frees the leg
    hears: int  # bit l: hears leg l


class PlayPrompts(BusMessage, frozen=True):
    """Start prompts on an announcement channel; `looping` repeats until stopped."""

    channel: int
    prompts: tuple[int, ...]
    looping: bool


class StopChannel(BusMessage, frozen=True):
    channel: int


class ListenDigits(BusMessage, frozen=True):
    receiver: int
    listen: bool


class ListenCheck(BusMessage, frozen=True):
    """A check tone receiver waits for a tone of 2000, 2010 or 1780 Hz; 0 = released."""

    check: int
    hz: int


class SeatDisplay(BusMessage, frozen=True):
    """What the seat set shows and rings: state as in SeatState, text for the person."""

    seat: int
    state: str
    ringing: bool
    call: int
    calling: str


class RouteRequest(BusMessage, frozen=True):
    """To the platform, over MEM."""

    call: int
    number: str
    calling: str


# -- up: boards to the main processor ----------------------------------------------------------------------------


class Layer3Received(BusMessage, frozen=True):
    link: int
    octets: bytes


class LinkChanged(BusMessage, frozen=True):
    link: int
    up: bool


class MsuReceived(BusMessage, frozen=True):
    """A message came, once and in sequence: SIO to the end of the SIF. at: its cycle, for who reads late."""

    link: int
    octets: bytes
    at: int


class Level2Report(BusMessage, frozen=True):
    """Level 2 of a link to MTP3.

    in_service, out_of_service (text: why), remote_outage, remote_recovered, bsnt (value: FSN), retrieved (octets: SIO
    to the end of the SIF), retrieval_complete (value 1: of nothing, the FSN can not be), congested (value 1 begins, 0
    ends), local_outage (the same).
    """

    link: int
    what: str
    value: int
    text: str
    octets: bytes


class DigitReceived(BusMessage, frozen=True):
    receiver: int
    digit: str


class CheckHeard(BusMessage, frozen=True):
    """The tone that a check tone receiver waits for begins, or ends."""

    check: int
    hz: int
    on: bool


class PlayEnded(BusMessage, frozen=True):
    channel: int


class SeatKey(BusMessage, frozen=True):
    """A key of a seat set.

    sign_in, sign_out, busy, ready; answer, release, hold, retrieve, dial, transfer, complete, conference, listen_in.
    """

    seat: int
    key: str
    argument: str


class LineChanged(BusMessage, frozen=True):
    """A line of a trunk board went out of service (with its defect), or came back."""

    line: int
    in_service: bool
    defect: str


class UnitFailed(BusMessage, frozen=True):
    """A receiver or announcement channel failed its test, or passes it again."""

    unit: int
    failed: bool


class SlaveChanged(BusMessage, frozen=True):
    """A node saw a slave go or come back."""

    ok: bool


class NodeChanged(BusMessage, frozen=True):
    """The mailbox of a node: its board takes messages, or not. board: node * 256."""

    ok: bool


class PlatformChanged(BusMessage, frozen=True):
    """MEM: the link to CTI-SERVER is up or down."""

    up: bool


class RouteAnswer(BusMessage, frozen=True):
    call: int
    queue: str


class Present(BusMessage, frozen=True):
    """A slave answers polls (again)."""


class ProcessorHeard(BusMessage, frozen=True):
    """A slave hears from the active processor's program, or no more. Stands for the polls that carry its commands."""

    heard: bool


class BusSilent(BusMessage, frozen=True):
    """A slave answers no poll from now on. Stands for the polls themselves: the node rounds up to its poll grid."""


class BoardStarted(BusMessage, frozen=True):
    """A board is (again) in service and has forgotten everything."""


# -- between the processors, and to the switchover board ---------------------------------------------------------


class HeartbeatState(Message, frozen=True):
    """A processor's heartbeat to EMA stops, or goes on; stands for the heartbeats themselves (EMA rounds up)."""

    beating: bool


class Activate(Message, frozen=True):
    """EMA to a processor: be active, or standby."""

    active: bool
    why: str


class RunProgram(Message, frozen=True):
    """A processor board to its program: run from the start, or stand still (the program has forgotten everything)."""

    running: bool


class ActiveLamp(Message, frozen=True):
    """A program to its board."""

    active: bool


class PoolLevel(Message, frozen=True):
    """A program to its board: no unit of a pool (receiver, mfc, ...) is free for who asks, or that is over."""

    pool: str
    short: bool


class LoadLevel(Message, frozen=True):
    """A program to its board: the overload level of its processor, and its load in per cent."""

    level: int
    percent: int


class SyncRequest(Message, frozen=True):
    """A standby that has just started asks the active for everything."""


class Checkpoint(Message, frozen=True):
    """Active to standby: the present state of one thing (`call/7`), msgpack; no octets = forget it."""

    key: str
    octets: bytes
    next_call: int


class SelectProcessor(Message, frozen=True):
    """EMA to the nodes: which mailbox side is active (`a`, `b`, or `` for none)."""

    side: str


# -- seat sets and people ----------------------------------------------------------------------------------------


class SetShows(Message, frozen=True):
    """Seat set to its person."""

    seat: str
    state: str
    ringing: bool
    call: int
    calling: str


class SetKey(Message, frozen=True):
    """Person to the seat set."""

    seat: str
    key: str
    argument: str


class PlaceCall(Message, frozen=True):
    """To an exchange of the far end: one of your subscribers calls.

    plan: the name of a plan that the exchange knows, `` for the plain one. hold, patience: -1 = as the plan says.
    """

    called: str
    calling: str
    plan: str
    hold_cycles: int
    patience_cycles: int
    line: str = ""  # on which the call is to be; `` any


# -- platform ----------------------------------------------------------------------------------------------------


class Packet(Message, frozen=True):
    """MEM board <-> CTI-SERVER over Ethernet."""

    what: str  # heartbeat, heartbeat_answer, route, route_answer
    call: int  # of a heartbeat of the MEM board: serial of what it told last, 0 = nothing yet
    text: str
