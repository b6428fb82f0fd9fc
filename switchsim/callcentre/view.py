"""The switch as an application knows it: kept from the events of the CTI link alone. `application` keeps it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from switchsim.model.cti import (
    AllBegins,
    AllTold,
    CallBegan,
    CallEnded,
    CallNumber,
    CtiEvent,
    FlowAsked,
    LegChanged,
    MemberChanged,
    QueueEntered,
    QueueLeft,
    SeatChanged,
    SeatServed,
    Told,
)
from switchsim.model.part import State


class LegView(State):
    """One device in one call; fields as `LegChanged`."""

    leg: int
    call: int
    device: str
    role: str
    state: str
    since: int  # cycle of its present state
    began: int
    heard: list[int] = []
    answered: int = 0


class CallView(State):
    """legs: present ones, in the order in which they came. queue: where it waits, `` nowhere."""

    call: int
    direction: str
    calling: str
    called: str
    number: str
    began: int
    legs: list[int] = []
    queue: str = ""
    entered: int = 0
    waiting_leg: int = 0
    own: bool = True
    last_queue: str = ""
    flow: str = ""


class SeatView(State):
    """Fields as `SeatChanged`."""

    seat: str
    state: str = "signed_out"
    call: int = 0
    after: str = ""
    reason: str = ""
    idle_since: int = 0
    since: int = 0


class QueueView(State):
    """members: seat -> penalty, in the order of joining. waiting: calls in their order. Sums are cycles."""

    queue: str
    members: dict[str, int] = {}
    static: list[str] = []
    waiting: list[int] = []
    completed: int = 0
    abandoned: int = 0
    hold_sum: int = 0
    talk_sum: int = 0


class SwitchView(State):
    """complete: everything was told; until then, and after a gap, it may lack things."""

    serial: int = 0
    complete: bool = False
    calls: dict[int, CallView] = {}
    legs: dict[int, LegView] = {}
    seats: dict[str, SeatView] = {}
    queues: dict[str, QueueView] = {}


def take(view: SwitchView, told: Told) -> bool:
    """Apply what the switch told; False when something before it is missing (then nothing is applied).

    Numbers begin anew with `AllBegins`; what is told twice is passed over.
    """
    if isinstance(told.event, AllBegins):
        _forget(view)
    elif told.serial <= view.serial:
        return True
    elif told.serial != view.serial + 1:
        view.complete = False
        return False
    view.serial = told.serial
    handler = _HANDLERS.get(type(told.event))
    if handler is not None:
        handler(view, told.event, told.at)
    return True


def device_name(line: str, timeslot: int) -> str:
    """Of a trunk circuit."""
    return f"E1/{line}/{timeslot}"


def seat_of(device: str) -> str:
    """Number of a seat's device, `` of a trunk's."""
    return device[5:] if device.startswith("SEAT/") else ""


def channel_of(leg: LegView) -> str:
    """The name of a leg on interfaces that have channels: device, then eight hexadecimal digits."""
    return f"{leg.device}-{leg.leg:08x}"


def leg_of_channel(view: SwitchView, channel: str) -> LegView | None:
    """The leg of that name, None when there is none now."""
    device, dash, digits = channel.rpartition("-")
    if not dash or len(digits) != 8:
        return None
    try:
        leg = view.legs.get(int(digits, 16))
    except ValueError:
        return None
    return leg if leg is not None and leg.device == device else None


def queue_of(view: SwitchView, name: str) -> QueueView:
    """The view of a queue, made when it is met for the first time."""
    if name not in view.queues:
        view.queues[name] = QueueView(name)
    return view.queues[name]


# -- by event ----------------------------------------------------------------------------------------------------


def _forget(view: SwitchView) -> None:
    """Members and what was counted stay: they are told again, or nobody else has them."""
    view.complete = False
    view.calls, view.legs, view.seats = {}, {}, {}
    for queue in view.queues.values():
        queue.members, queue.static, queue.waiting = {}, [], []


def _all_told(view: SwitchView, event: AllTold, at: int) -> None:
    view.complete = True


def _call_began(view: SwitchView, event: CallBegan, at: int) -> None:
    view.calls[event.call] = CallView(
        event.call, event.direction, event.calling, event.called, event.number, event.began
    )


def _call_number(view: SwitchView, event: CallNumber, at: int) -> None:
    call = view.calls.get(event.call)
    if call is not None:
        call.called, call.number = event.called, event.number


def _leg_changed(view: SwitchView, event: LegChanged, at: int) -> None:
    leg = view.legs.get(event.leg)
    if leg is not None and (leg.call != event.call or event.state == "null"):
        before = view.calls.get(leg.call)
        if before is not None and leg.leg in before.legs:
            before.legs.remove(leg.leg)
    if event.state == "null":
        view.legs.pop(event.leg, None)
        return
    if leg is None:
        leg = LegView(event.leg, event.call, event.device, event.role, event.state, at, at)
        view.legs[event.leg] = leg
    if leg.state != event.state:
        leg.since = at
    leg.call, leg.device, leg.role, leg.state = event.call, event.device, event.role, event.state
    leg.heard, leg.answered = list(event.heard), event.answered
    call = view.calls.get(event.call)
    if call is not None and leg.leg not in call.legs:
        call.legs.append(leg.leg)


def _call_ended(view: SwitchView, event: CallEnded, at: int) -> None:
    call = view.calls.pop(event.call, None)
    for leg in call.legs if call is not None else ():
        view.legs.pop(leg, None)


def _queue_entered(view: SwitchView, event: QueueEntered, at: int) -> None:
    waiting = queue_of(view, event.queue).waiting
    if event.call in waiting:
        waiting.remove(event.call)
    waiting.insert(event.position - 1, event.call)
    call = view.calls.get(event.call)
    if call is not None:
        call.queue = call.last_queue = event.queue
        call.entered, call.waiting_leg, call.own = event.since, event.leg, event.own


def _queue_left(view: SwitchView, event: QueueLeft, at: int) -> None:
    queue = queue_of(view, event.queue)
    if event.call in queue.waiting:
        queue.waiting.remove(event.call)
    if event.why == "seat":
        queue.hold_sum += event.waited
    elif event.why == "abandoned":
        queue.abandoned += 1
    call = view.calls.get(event.call)
    if call is not None:
        call.queue = ""


def _seat_served(view: SwitchView, event: SeatServed, at: int) -> None:
    if event.queue:
        queue = queue_of(view, event.queue)
        queue.completed += 1
        queue.talk_sum += event.talked


def _seat_changed(view: SwitchView, event: SeatChanged, at: int) -> None:
    seat = view.seats.setdefault(event.seat, SeatView(event.seat, since=at))
    if seat.state != event.state:
        seat.since = at
    seat.state, seat.call, seat.after = event.state, event.call, event.after
    seat.reason, seat.idle_since = event.reason, event.idle_since


def _member_changed(view: SwitchView, event: MemberChanged, at: int) -> None:
    queue = queue_of(view, event.queue)
    if not event.present:
        queue.members.pop(event.seat, None)
        return
    queue.members[event.seat] = event.penalty
    if event.static and event.seat not in queue.static:
        queue.static.append(event.seat)


def _flow_asked(view: SwitchView, event: FlowAsked, at: int) -> None:
    call = view.calls.get(event.call)
    if call is not None:
        call.flow = event.flow


_HANDLERS: dict[type[CtiEvent], Callable[[SwitchView, Any, int], None]] = {
    AllTold: _all_told,
    CallBegan: _call_began,
    CallNumber: _call_number,
    LegChanged: _leg_changed,
    CallEnded: _call_ended,
    QueueEntered: _queue_entered,
    QueueLeft: _queue_left,
    SeatServed: _seat_served,
    SeatChanged: _seat_changed,
    MemberChanged: _member_changed,
    FlowAsked: _flow_asked,
}
