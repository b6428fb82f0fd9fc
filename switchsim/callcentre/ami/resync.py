"""After the switch was told anew: what clients know becomes what there is, as events of what changed meanwhile."""

from __future__ import annotations

from switchsim.callcentre.ami import dials, members, queues
from switchsim.callcentre.ami.bridges import join, part, settle
from switchsim.callcentre.ami.channels import caller_of, new_channel, new_state
from switchsim.callcentre.ami.core import AmiCore
from switchsim.callcentre.ami.projection import leg_came, leg_gone, leg_moved, queue_left
from switchsim.callcentre.ami.state import Waiter
from switchsim.callcentre.view import CallView, LegView, seat_of
from switchsim.model.cti import MemberChanged, QueueEntered, QueueLeft

UNSPECIFIED_CAUSE = 31
"""Of what went while nobody could tell why: normal, unspecified."""


def reconcile(core: AmiCore, at: int) -> None:
    """Newchannel, Newstate, Hangup, QueueCaller*, QueueMember* of every difference; nothing of what is the same."""
    view = core.state.switch
    _members(core, at)
    for call in view.calls.values():
        for number in call.legs:
            _leg(core, call, view.legs[number], at)
    for leg in view.legs.values():
        join(core, leg)
    for waiter in list(core.state.waiters.values()):
        _waits_no_more(core, waiter, at)
    for channel in list(core.state.channels.values()):
        if not channel.gone and (channel.leg not in view.legs or channel.call not in view.calls):
            dials.dial_end(core, channel, "CANCEL")
            leg_gone(core, channel, UNSPECIFIED_CAUSE)
    _ended(core)
    _waiting(core, at)
    for number in view.calls:
        settle(core, number)


def _leg(core: AmiCore, call: CallView, leg: LegView, at: int) -> None:
    channel = core.state.channels.get(leg.leg)
    rings = leg.role == "b" and leg.state == "alerting" and bool(seat_of(leg.device))
    if channel is not None:
        leg_moved(core, channel, leg)
    elif rings:
        channel = new_channel(core, leg)
    else:
        leg_came(core, leg, at)
    caller = caller_of(core, call.call)
    if channel is not None and rings and not channel.dialled_by and caller is not None and caller is not channel:
        dials.dial_begin(core, caller, channel, call.queue, at)
        new_state(core, channel, leg)


def _waits_no_more(core: AmiCore, waiter: Waiter, at: int) -> None:
    call = core.call(waiter.call)
    if call is not None and call.queue == waiter.queue:
        return
    present = [] if call is None else [core.state.switch.legs[leg] for leg in call.legs]
    answered = any(seat_of(leg.device) and leg.state == "connected" for leg in present)
    queue = core.state.switch.queues.get(waiter.queue)
    remaining = len(queue.waiting) if queue is not None else 0
    why = "seat" if answered else "redirected"  # nobody can say whether it gave up
    queue_left(core, QueueLeft(waiter.call, waiter.leg, waiter.queue, 1, remaining, why, at - waiter.since), at)


def _ended(core: AmiCore) -> None:
    state = core.state
    for call in [number for number in state.legs_of if number not in state.switch.calls]:
        for leg in state.legs_of.pop(call):
            del state.channels[leg]
        part(core, call)
        state.links.pop(call, None)
        state.connecting.pop(call, None)
    state.consulting = {seat: call for seat, call in state.consulting.items() if call in state.switch.calls}


def _waiting(core: AmiCore, at: int) -> None:
    for queue in core.state.switch.queues.values():
        for position, number in enumerate(queue.waiting, 1):
            call = core.call(number)
            if call is not None and number not in core.state.waiters:
                entered = QueueEntered(
                    number, call.waiting_leg, queue.queue, position, len(queue.waiting), call.entered, call.own
                )
                queues.entered(core, entered, at)


def _members(core: AmiCore, at: int) -> None:
    view = core.state.switch
    for name, known in core.state.members.items():
        queue = view.queues.get(name)
        for seat in [one for one in known if queue is None or one not in queue.members]:
            members.member_changed(core, MemberChanged(name, seat, False, 0, False), at)
    for queue in view.queues.values():
        for seat, penalty in queue.members.items():
            told = MemberChanged(queue.queue, seat, True, penalty, seat in queue.static)
            members.member_changed(core, told, at)
    for seat in view.seats:
        members.seat_changed(core, seat, at)
