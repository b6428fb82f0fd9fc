"""Actions that answer with a list: channels, queues."""

from __future__ import annotations

from switchsim.callcentre.ami.bridges import bridge_id
from switchsim.callcentre.ami.channels import channel_fields
from switchsim.callcentre.ami.core import AmiCore
from switchsim.callcentre.ami.members import member_fields, name_of
from switchsim.callcentre.ami.queues import tally_of
from switchsim.callcentre.ami.state import Channel
from switchsim.callcentre.ami.texts import SERVICE_LEVEL_SECONDS, UNKNOWN, duration_text, seconds_of, tenths
from switchsim.callcentre.ami.variables import value_of
from switchsim.callcentre.view import QueueView
from switchsim.proto.ami import Block, Fields
from switchsim.proto.ami.answers import error, item, listing
from switchsim.proto.ami.classes import is_true

STRATEGY = "leastrecent"
"""The seat that has been idle longest is called first."""
NOBODY = "unknown"
SIGNED_OUT_STATES = (4, 5)
FREE_STATES = (0, 1)


def up(core: AmiCore) -> list[Channel]:
    """Every channel that is up, oldest first."""
    return [one for one in core.state.channels.values() if not one.gone]


def age(core: AmiCore, channel: Channel) -> int:
    """Seconds since it came."""
    return max(0, seconds_of(core.now - channel.began))


def bridge_of(channel: Channel) -> str:
    return bridge_id(channel.bridge) if channel.bridge else ""


def show_channels(core: AmiCore, client: int, block: Block) -> str:
    """CoreShowChannels: every channel that is up."""
    rows = []
    for one in up(core):
        fields = [
            *channel_fields(one),
            ("Application", one.application),
            ("ApplicationData", one.data),
            ("Duration", duration_text(age(core, one))),
            ("BridgeId", bridge_of(one)),
        ]
        rows.append(item(block, "CoreShowChannel", fields))
    return listing(block, "Channels will follow", rows, "CoreShowChannelsComplete")


def status(core: AmiCore, client: int, block: Block) -> str:
    """Status of one channel or of all; `Variables` (between commas), `AllVariables`."""
    name = block.get("Channel")
    one = core.named(name) if name else None
    if name and one is None:
        return error(block, "No such channel")
    asked = [each.strip() for each in block.get("Variables").split(",") if each.strip()]
    everything = is_true(block.get("AllVariables"))
    rows = [_status_of(core, block, each, asked, everything) for each in ([one] if one else up(core))]
    count = [("Items", str(len(rows)))]
    return listing(block, "Channel status will follow", rows, "StatusComplete", last=count)


def _status_of(core: AmiCore, block: Block, one: Channel, asked: list[str], everything: bool) -> str:
    variables = [("Variable", f"{name}={value_of(core, one, name)}") for name in asked]
    if everything:
        variables += [("Variable", f"{name}={value}") for name, value in one.variables.items()]
    fields = [
        ("Privilege", "Call"),
        *channel_fields(one),
        ("Type", one.device.partition("/")[0]),
        ("DNID", one.exten),
        ("EffectiveConnectedLineNum", one.connected or UNKNOWN),
        ("EffectiveConnectedLineName", one.connected_name or UNKNOWN),
        ("TimeToHangup", "0"),
        ("BridgeID", bridge_of(one)),
        ("Application", one.application),
        ("Data", one.data),
        ("Nativeformats", "(alaw)"),
        ("Readformat", "alaw"),
        ("Readtrans", ""),
        ("Writeformat", "alaw"),
        ("Writetrans", ""),
        ("Callgroup", "0"),
        ("Pickupgroup", "0"),
        ("Seconds", str(age(core, one))),
        *variables,
    ]
    return item(block, "Status", fields)


def _chosen(core: AmiCore, block: Block) -> list[QueueView]:
    wanted = block.get("Queue").lower()
    return [queue for name, queue in core.state.switch.queues.items() if not wanted or name.lower() == wanted]


def queue_status(core: AmiCore, client: int, block: Block) -> str:
    """QueueStatus: of each queue its figures, its members, its callers; `Queue` and `Member` choose."""
    rows = []
    for queue in _chosen(core, block):
        rows.append(item(block, "QueueParams", queue_figures(core, queue)))
        wanted = block.get("Member")
        for seat, member in core.state.members.get(queue.queue, {}).items():
            if not wanted or wanted in (f"SEAT/{seat}", name_of(core, seat)):
                rows.append(item(block, "QueueMember", member_fields(core, member, listed=True)))
        rows += [_entry(core, block, queue, place, call) for place, call in enumerate(queue.waiting, 1)]
    return listing(block, "Queue status will follow", rows, "QueueStatusComplete")


def queue_figures(core: AmiCore, queue: QueueView) -> Fields:
    """What QueueParams says of a queue."""
    tally = tally_of(core, queue.queue)
    soon, all_calls = tally.completed_soon + tally.abandoned_soon, tally.completed + tally.abandoned
    return [
        ("Queue", queue.queue),
        ("Max", str(core.config.longest.get(queue.queue, 0))),
        ("Strategy", STRATEGY),
        ("Calls", str(len(queue.waiting))),
        ("Holdtime", str(tally.hold)),
        ("TalkTime", str(tally.talk)),
        ("Completed", str(tally.completed)),
        ("Abandoned", str(tally.abandoned)),
        ("ServiceLevel", str(SERVICE_LEVEL_SECONDS)),
        ("ServicelevelPerf", tenths(tally.completed_soon, tally.completed)),
        ("ServicelevelPerf2", tenths(soon, all_calls)),
        ("Weight", "0"),
    ]


def waited(core: AmiCore, call: int) -> int:
    """Seconds that a caller has waited in its queue."""
    view = core.call(call)
    return max(0, seconds_of(core.now - view.entered)) if view is not None else 0


def _entry(core: AmiCore, block: Block, queue: QueueView, place: int, call: int) -> str:
    view = core.call(call)
    channel = core.state.channels.get(view.waiting_leg) if view is not None else None
    fields = [
        ("Queue", queue.queue),
        ("Position", str(place)),
        ("Channel", channel.name if channel else ""),
        ("Uniqueid", channel.uniqueid if channel else ""),
        ("CallerIDNum", (channel.caller if channel else "") or NOBODY),
        ("CallerIDName", (channel.caller_name if channel else "") or NOBODY),
        ("ConnectedLineNum", (channel.connected if channel else "") or NOBODY),
        ("ConnectedLineName", (channel.connected_name if channel else "") or NOBODY),
        ("Wait", str(waited(core, call))),
        ("Priority", "0"),
    ]
    return item(block, "QueueEntry", fields)


def queue_summary(core: AmiCore, client: int, block: Block) -> str:
    """QueueSummary: a line a queue."""
    rows = []
    for queue in _chosen(core, block):
        known = core.state.members.get(queue.queue, {}).values()
        present = [one for one in known if one.status not in SIGNED_OUT_STATES]
        free = [one for one in present if one.status in FREE_STATES and not one.paused]
        tally = tally_of(core, queue.queue)
        fields = [
            ("Queue", queue.queue),
            ("LoggedIn", str(len(present))),
            ("Available", str(len(free))),
            ("Callers", str(len(queue.waiting))),
            ("HoldTime", str(tally.hold)),
            ("TalkTime", str(tally.talk)),
            ("LongestHoldTime", str(max([waited(core, call) for call in queue.waiting], default=0))),
        ]
        rows.append(item(block, "QueueSummary", fields))
    return listing(block, "Queue summary will follow", rows, "QueueSummaryComplete")
