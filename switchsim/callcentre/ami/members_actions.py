"""Actions on members of queues: QueueAdd, QueueRemove, QueuePause, QueuePenalty, AgentLogoff.

A pause is the seat's: `busy` at its set. So it counts in every queue, also when the action names one.
"""

from __future__ import annotations

from typing import Final

from switchsim.callcentre.ami.core import AmiCore
from switchsim.callcentre.ami.members import paused
from switchsim.callcentre.ami.state import Asked
from switchsim.callcentre.view import QueueView
from switchsim.model.cti import AnyCtiOrder, PressKey, SetMember
from switchsim.proto.ami import Block
from switchsim.proto.ami.answers import error, success
from switchsim.proto.ami.classes import is_true

MOST_PENALTY: Final = 1_000_000
MOST_NAME: Final = 80


def seat_of_interface(interface: str) -> str:
    """Number of a seat's interface, the empty string of anything else."""
    return interface[5:] if interface.upper().startswith("SEAT/") else ""


def _queue(core: AmiCore, name: str) -> QueueView | None:
    lower = name.lower()
    return next((queue for queue in core.state.switch.queues.values() if queue.queue.lower() == lower), None)


def _memberships(core: AmiCore, seat: str, queue: str) -> list[QueueView]:
    """Queues of which the seat is a member; `queue` chooses one."""
    found = [one for one in core.state.switch.queues.values() if seat in one.members]
    return [one for one in found if not queue or one.queue.lower() == queue.lower()]


def _number(text: str) -> int:
    return min(int(text[:9]), MOST_PENALTY) if text.isascii() and text.isdigit() else 0


def add(core: AmiCore, client: int, block: Block) -> str | None:
    """QueueAdd: the seat becomes a member; a seat that is signed out signs in; `Paused`: it is busy at once."""
    name, interface = block.get("Queue"), block.get("Interface")
    if not name or not interface:
        return error(block, "'Queue' not specified." if not name else "'Interface' not specified.")
    queue, seat = _queue(core, name), seat_of_interface(interface)
    view = core.state.switch.seats.get(seat)
    if queue is None:
        return error(block, "Unable to add interface to queue: No such queue")
    if view is None:
        return error(block, "Unable to add interface to queue: No such interface")
    if seat in queue.members:
        return error(block, "Unable to add interface: Already there")
    if block.get("MemberName"):
        core.state.names[seat] = block.get("MemberName")[:MOST_NAME]
    orders: list[AnyCtiOrder] = [SetMember(queue.queue, seat, True, _number(block.get("Penalty")))]
    if view.state == "signed_out":
        orders.append(PressKey(seat, "sign_in"))
    if is_true(block.get("Paused")) and not paused(view):
        orders.append(PressKey(seat, "busy", block.get("Reason")[:MOST_NAME]))
    core.ask(client, block, "add", orders)
    return None


def added(core: AmiCore, asked: Asked) -> str:
    """The answer to QueueAdd: what the switch said of the membership."""
    match asked.results[0]:
        case "ok":
            return success(asked.block, "Added interface to queue")
        case "already_there":
            return error(asked.block, "Unable to add interface: Already there")
        case "no_such_queue":
            return error(asked.block, "Unable to add interface to queue: No such queue")
    return error(asked.block, "Unable to add interface to queue: No such interface")


def remove(core: AmiCore, client: int, block: Block) -> str | None:
    """QueueRemove: only of members that were added; those of the office data stay."""
    name, interface = block.get("Queue"), block.get("Interface")
    if not name or not interface:
        return error(block, "Need 'Queue' and 'Interface' parameters.")
    queue, seat = _queue(core, name), seat_of_interface(interface)
    if queue is None:
        return error(block, "Unable to remove interface from queue: No such queue")
    if seat not in queue.members:
        return error(block, "Unable to remove interface: Not there")
    if seat in queue.static:
        return error(block, "Member not dynamic")
    core.ask(client, block, "remove", [SetMember(queue.queue, seat, False, -1)])
    return None


def removed(core: AmiCore, asked: Asked) -> str:
    """The answer to QueueRemove."""
    match asked.results[0]:
        case "ok":
            return success(asked.block, "Removed interface from queue")
        case "no_such_queue":
            return error(asked.block, "Unable to remove interface from queue: No such queue")
    return error(asked.block, "Unable to remove interface: Not there")


def pause(core: AmiCore, client: int, block: Block) -> str | None:
    """QueuePause: busy, with `Reason`, or ready again; during a call it takes effect when that ends."""
    interface, wanted = block.get("Interface"), block.get("Paused")
    if not interface or not wanted:
        return error(block, "Need 'Interface' and 'Paused' parameters.")
    seat = seat_of_interface(interface)
    view = core.state.switch.seats.get(seat)
    if view is None or not _memberships(core, seat, block.get("Queue")):
        return error(block, "Interface not found")
    on, reason = is_true(wanted), block.get("Reason")[:MOST_NAME]
    if paused(view) == on and (not on or view.reason == reason):
        return _pause_answer(block, on)
    core.ask(client, block, "pause", [PressKey(seat, "busy" if on else "ready", reason if on else "")])
    return None


def _pause_answer(block: Block, on: bool) -> str:
    return success(block, f"Interface {'' if on else 'un'}paused successfully")


def paused_now(core: AmiCore, asked: Asked) -> str:
    """The answer to QueuePause."""
    if asked.results == ["ok"]:
        return _pause_answer(asked.block, is_true(asked.block.get("Paused")))
    return error(asked.block, "Interface not found")


def penalty(core: AmiCore, client: int, block: Block) -> str | None:
    """QueuePenalty: in one queue, or in every one of which the seat is a member."""
    interface, wanted = block.get("Interface"), block.get("Penalty")
    if not interface or not wanted:
        return error(block, "Need 'Interface' and 'Penalty' parameters.")
    seat = seat_of_interface(interface)
    chosen = _memberships(core, seat, block.get("Queue"))
    if not chosen or not wanted.lstrip("-").isdecimal():
        return error(block, "Invalid interface, queuename or penalty")
    core.ask(client, block, "penalty", [SetMember(queue.queue, seat, True, _number(wanted)) for queue in chosen])
    return None


def penalty_set(core: AmiCore, asked: Asked) -> str:
    """The answer to QueuePenalty."""
    if all(result in ("ok", "already_there") for result in asked.results):
        return success(asked.block, "Interface penalty set successfully")
    return error(asked.block, "Invalid interface, queuename or penalty")


def agent_logoff(core: AmiCore, client: int, block: Block) -> str | None:
    """AgentLogoff: the seat signs out, during a call when that ends."""
    agent = block.get("Agent")
    if not agent:
        return error(block, "No agent specified")
    seat = seat_of_interface(agent) or agent
    if seat not in core.state.switch.seats:
        return error(block, "No such agent")
    core.ask(client, block, "logoff", [PressKey(seat, "sign_out")])
    return None


def logged_off(core: AmiCore, asked: Asked) -> str:
    """The answer to AgentLogoff."""
    return success(asked.block, "Agent logged out") if asked.results == ["ok"] else error(asked.block, "No such agent")
