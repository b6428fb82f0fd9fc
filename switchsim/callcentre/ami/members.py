"""Members of queues: seats, their state and their pauses."""

from __future__ import annotations

from switchsim.callcentre.ami.core import AmiCore
from switchsim.callcentre.ami.state import Member
from switchsim.callcentre.ami.texts import SEAT_STATUS, unix_of
from switchsim.callcentre.view import SeatView
from switchsim.model.cti import MemberChanged


def name_of(core: AmiCore, seat: str) -> str:
    """MemberName of a seat: as a QueueAdd said, else its interface."""
    return core.state.names.get(seat, f"SEAT/{seat}")


def member_of(core: AmiCore, queue: str, seat: str) -> Member | None:
    return core.state.members.get(queue, {}).get(seat)


def when(cycle: int) -> str:
    """A time of a member, 0 = never."""
    return str(unix_of(cycle) if cycle else 0)


def member_fields(core: AmiCore, member: Member, listed: bool = False) -> list[tuple[str, str]]:
    """A member as events tell it, or as the list of QueueStatus does."""
    interface = f"SEAT/{member.seat}"
    name, place = ("Name", "Location") if listed else ("MemberName", "Interface")
    ring_in_use = [] if listed else [("Ringinuse", "0")]
    return [
        ("Queue", member.queue),
        (name, name_of(core, member.seat)),
        (place, interface),
        ("StateInterface", interface),
        ("Membership", "static" if member.static else "dynamic"),
        ("Penalty", str(member.penalty)),
        ("CallsTaken", str(member.taken)),
        ("LastCall", when(member.last_call)),
        ("LastPause", when(member.last_pause)),
        ("LoginTime", str(unix_of(member.login))),
        ("InCall", str(int(member.in_call))),
        ("Status", str(member.status)),
        ("Paused", str(int(member.paused))),
        ("PausedReason", member.reason),
        *ring_in_use,
        ("Wrapuptime", str(core.config.wrap_up.get(member.seat, 0))),
    ]


def paused(seat: SeatView) -> bool:
    """Busy, or busy as soon as its call ends: a pause that was asked for counts at once."""
    return seat.state == "busy" or seat.after == "busy"


def seat_changed(core: AmiCore, number: str, at: int) -> None:
    """QueueMemberPause and QueueMemberStatus of the seat, in every queue of which it is a member."""
    seat = core.state.switch.seats.get(number)
    if seat is None:
        return
    for queue in core.state.members.values():
        member = queue.get(number)
        if member is not None:
            _show(core, member, seat, at)


def _show(core: AmiCore, member: Member, seat: SeatView, at: int) -> None:
    before = (member.paused, member.reason if member.paused else "")
    status = SEAT_STATUS.get(seat.state, 0)
    moved = status != member.status
    _look(member, seat)
    if (member.paused, member.reason) != before:
        if member.paused and not before[0]:
            member.last_pause = at
        _tell(core, "QueueMemberPause", member)
    if moved:
        _tell(core, "QueueMemberStatus", member)


def _look(member: Member, seat: SeatView) -> None:
    member.status, member.paused = SEAT_STATUS.get(seat.state, 0), paused(seat)
    member.reason = seat.reason if member.paused else ""


def member_changed(core: AmiCore, event: MemberChanged, at: int) -> None:
    """QueueMemberAdded, QueueMemberRemoved, QueueMemberPenalty."""
    members = core.state.members.setdefault(event.queue, {})
    member = members.get(event.seat)
    if not event.present:
        if member is not None:
            del members[event.seat]
            _tell(core, "QueueMemberRemoved", member)
        return
    if member is None:
        member = members[event.seat] = Member(event.queue, event.seat, event.penalty, event.static, login=at)
        seat = core.state.switch.seats.get(event.seat)
        if seat is not None:
            _look(member, seat)
        _tell(core, "QueueMemberAdded", member)
    elif member.penalty != event.penalty:
        member.penalty = event.penalty
        _tell(core, "QueueMemberPenalty", member)


def _tell(core: AmiCore, name: str, member: Member) -> None:
    core.tell(name, "agent", member_fields(core, member), 0, f"{member.queue} {member.seat}")
