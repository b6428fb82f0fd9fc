"""A view told again as events: how an application that comes late learns what there is."""

from __future__ import annotations

from collections.abc import Iterator

from switchsim.callcentre.view import CallView, QueueView, SwitchView
from switchsim.model.cti import (
    AllBegins,
    AllTold,
    AnyCtiEvent,
    CallBegan,
    LegChanged,
    MemberChanged,
    QueueEntered,
    SeatChanged,
)


def retold(view: SwitchView, sender: str) -> Iterator[AnyCtiEvent]:
    """Everything of a complete view, between AllBegins and AllTold: what there is, and in which order it came.

    Not told: what was counted of queues, since when legs and seats are as they are, which queue or flow a call has had,
    and questions of the switch that nobody has answered yet.
    """
    yield AllBegins(sender)
    for seat in view.seats.values():
        yield SeatChanged(seat.seat, seat.state, seat.call, seat.after, seat.reason, seat.idle_since)
    for queue in view.queues.values():
        for member, penalty in queue.members.items():
            yield MemberChanged(queue.queue, member, True, penalty, member in queue.static)
    for call in view.calls.values():
        yield from _call(view, call)
    for queue in view.queues.values():
        yield from _waiting(view, queue)
    yield AllTold(sender)


def _call(view: SwitchView, call: CallView) -> Iterator[AnyCtiEvent]:
    yield CallBegan(call.call, call.direction, call.calling, call.called, call.number, call.began)
    for number in call.legs:
        leg = view.legs[number]
        yield LegChanged(leg.call, leg.leg, leg.device, leg.role, leg.state, 0, tuple(leg.heard), leg.answered)


def _waiting(view: SwitchView, queue: QueueView) -> Iterator[AnyCtiEvent]:
    for position, number in enumerate(queue.waiting, 1):
        call = view.calls[number]
        yield QueueEntered(
            number, call.waiting_leg, queue.queue, position, position, call.entered, call.own
        )
