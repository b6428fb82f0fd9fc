"""The event core of the CTI link: what the switch tells applications; with what they may order (`cti_orders`).

Every interface (the platform's own processes, AMI, CSTA, FastAGI) is a projection of these. Words follow ECMA-269: a
*leg* is a connection, one device in one call. A device is `E1/<line>/<timeslot>` or `SEAT/<number>`. `call` and `leg`
are numbers of the switch, unique while it runs; a leg keeps its number when it changes its call (transfer,
conference). Causes are Q.850 values, times cycles.

Order: the switch numbers what it tells from 1, without gaps (`Told.serial`), in the order in which it happened; whoever
finds a gap asks for everything again (`TellAll`). What an order brings about is told before its `Ordered`.
"""

from __future__ import annotations

from typing import Final, Union

from switchsim.model.cti_orders import (
    AnswerCaller as AnswerCaller,
    AnyCtiOrder as AnyCtiOrder,
    AttachChannel as AttachChannel,
    ChooseRoute as ChooseRoute,
    CtiOrder as CtiOrder,
    DetachChannel as DetachChannel,
    HangUp as HangUp,
    Offer as Offer,
    Originate as Originate,
    PressKey as PressKey,
    Redirect as Redirect,
    RefuseFlow as RefuseFlow,
    Routing as Routing,
    SetMember as SetMember,
    TellAll as TellAll,
    TellNothing as TellNothing,
)
from switchsim.model.message import BusMessage, Message


class CtiEvent(Message, frozen=True):
    """Base of what the switch tells."""


# -- calls and legs ----------------------------------------------------------------------------------------------

LEG_STATES: Final = ("initiated", "alerting", "connected", "hold", "queued", "null")
"""ECMA-269 6.1.3: initiated (set-up begun), alerting (rings), connected (speaks, or hears a service), hold (this device
has put the call on hold), queued (waits in a queue), null (gone)."""


class CallBegan(CtiEvent, frozen=True):
    """A call is known from now on: `in` from a trunk, `out` to a trunk, `seat` from a seat. The first of its call."""

    call: int
    direction: str
    calling: str
    called: str  # as dialled
    number: str  # after translation
    began: int


class CallNumber(CtiEvent, frozen=True):
    """The called number is complete, or was translated."""

    call: int
    called: str
    number: str


class LegChanged(CtiEvent, frozen=True):
    """A leg came (its first state), changed its state or its call, or went (null).

    role: a (it began the call) or b. heard: legs whose speech it hears now. answered: of this leg, 0 = not yet.
    """

    call: int
    leg: int
    device: str
    role: str
    state: str
    cause: int  # of null, else 0
    heard: tuple[int, ...]
    answered: int


class CallsJoined(CtiEvent, frozen=True):
    """Two calls became one conversation; their legs are told anew afterwards.

    how: transfer (the seat leaves), conference (it stays). `old` is the call that ends or is joined to `call`.
    """

    call: int
    old: int
    how: str
    seat: str  # device that did it
    to: str  # device that was added


class CallEnded(CtiEvent, frozen=True):
    """The last of its call, after the null of every leg: what the call record says."""

    call: int
    cause: int
    by: str  # caller, seat, machine, network, fault
    queue: str
    seat: str  # number
    began: int
    answered: int
    talked: int
    ended: int


class DigitPressed(CtiEvent, frozen=True):
    """A receiver of the switch heard a DTMF digit of this leg."""

    call: int
    leg: int
    digit: str


# -- queues ------------------------------------------------------------------------------------------------------


class QueueEntered(CtiEvent, frozen=True):
    """position: 1 = first. count: callers in the queue, this one included. since: cycle from which its wait counts."""

    call: int
    leg: int
    queue: str
    position: int
    count: int
    since: int
    own: bool  # the switch itself distributes it; else it waits for `Offer`


class QueueLeft(CtiEvent, frozen=True):
    """why: seat (answered), abandoned, overflow, lost, redirected. count: callers who remain."""

    call: int
    leg: int
    queue: str
    position: int
    count: int
    why: str
    waited: int


class SeatCalled(CtiEvent, frozen=True):
    """A seat rings for a call; queue: of the caller, `` for a direct call."""

    call: int
    leg: int  # of the seat
    queue: str
    seat: str
    waited: int


class SeatCallEnded(CtiEvent, frozen=True):
    """The ringing is over: answered, no_answer, rejected, abandoned, lost, redirected."""

    call: int
    leg: int
    queue: str
    seat: str
    why: str
    rang: int


class SeatServed(CtiEvent, frozen=True):
    """A seat's part in a call that it had answered is over. why: caller, agent, transfer."""

    call: int
    leg: int
    queue: str
    seat: str
    why: str
    waited: int
    talked: int


# -- seats -------------------------------------------------------------------------------------------------------


class SeatChanged(CtiEvent, frozen=True):
    """state: as events.SeatState. after: what takes effect when the call ends (busy, sign_out). reason: of busy.

    idle_since: cycle; orders seats that are idle.
    """

    seat: str
    state: str
    call: int
    after: str
    reason: str
    idle_since: int


class MemberChanged(CtiEvent, frozen=True):
    """A seat belongs to a queue (present), or no more. Lower penalties are called first."""

    queue: str
    seat: str
    present: bool
    penalty: int
    static: bool  # so in the office data


# -- questions to the platform -----------------------------------------------------------------------------------


class RouteAsked(CtiEvent, frozen=True):
    """A call is to be queued: the platform says where (`ChooseRoute`) within the switch's time-out.

    queue: what the switch would do itself. entry: counts the questions of this call from 1.
    """

    call: int
    leg: int
    number: str
    calling: str
    queue: str
    entry: int


class FlowAsked(CtiEvent, frozen=True):
    """A call is to be served by an IVR flow: `AttachChannel` takes it, `RefuseFlow` lets the switch go on."""

    call: int
    leg: int
    flow: str
    number: str
    calling: str


class ChannelFreed(CtiEvent, frozen=True):
    """The call is no longer attached to a voice channel. why: hangup, detached, redirected, lost."""

    call: int
    line: str
    timeslot: int
    why: str


# -- answers, and everything again -------------------------------------------------------------------------------

RESULTS: Final = (
    "ok", "no_such_call", "no_such_leg", "no_such_seat", "no_such_queue", "no_such_number", "wrong_state", "no_circuit",
    "already_there", "not_there", "busy", "too_late", "no_resource", "not_active", "no_answer",
)  # fmt: skip


class Ordered(CtiEvent, frozen=True):
    """The answer to an order. call: that the order was about or that it made, 0 = none. result: one of RESULTS."""

    sender: str
    order: int
    result: str
    call: int


class AllBegins(CtiEvent, frozen=True):
    """Everything that there is follows: what was known before is void. sender: who asked, `` after a switchover."""

    sender: str


class AllTold(CtiEvent, frozen=True):
    """Everything was told."""

    sender: str


AnyCtiEvent = Union[  # noqa: UP007 - msgspec reads it at run time
    CallBegan, CallNumber, LegChanged, CallsJoined, CallEnded, DigitPressed, QueueEntered, QueueLeft, SeatCalled,
    SeatCallEnded, SeatServed, SeatChanged, MemberChanged, RouteAsked, FlowAsked, ChannelFreed, Ordered, AllBegins,
    AllTold,
]  # fmt: skip


class Told(Message, frozen=True):
    """One event, as it goes over the CTI link and on to every application."""

    serial: int
    at: int
    event: AnyCtiEvent


class Wanted(Message, frozen=True):
    """One order. sender: name of the application's process; order: its own number for it, 1 and up."""

    sender: str
    order: int
    body: AnyCtiOrder


class CtiReport(BusMessage, frozen=True):
    """Main processor to the MEM board: Told, down the bus."""

    told: Told


class CtiRequest(BusMessage, frozen=True):
    """MEM board to the main processor."""

    wanted: Wanted
