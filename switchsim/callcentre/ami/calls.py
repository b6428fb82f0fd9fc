"""Actions on calls: Originate, Redirect, Hangup, variables.

Where calls go: context `queue`, `seat` or `service` with the name as extension; any other context takes the extension
as a number of the office, unless it is the name of a queue or `SEAT/<number>`.
"""

from __future__ import annotations

import re
from typing import Final

from switchsim.callcentre.ami import variables
from switchsim.callcentre.ami.channels import channel_fields
from switchsim.callcentre.ami.core import AmiCore
from switchsim.callcentre.ami.state import Asked, Channel
from switchsim.callcentre.ami.texts import ORIGINATE_REASONS, UNKNOWN, failed
from switchsim.callcentre.view import seat_of
from switchsim.model.cti import AnyCtiOrder, HangUp, Originate, PressKey, Redirect
from switchsim.proto.ami import Block
from switchsim.proto.ami.answers import action_id, error, item, listing, success
from switchsim.proto.ami.classes import is_true
from switchsim.proto.ami.pattern import compiled
from switchsim.units import ms

RING_MS: Final = 30_000
MOST_RING_MS: Final = 3_600_000
LONGEST_ID: Final = 149
MOST_CALLER: Final = 80
NORMAL_CAUSE, LAST_CAUSE = 16, 127
OWN_CONTEXTS: Final = ("queue", "seat", "service")
APPLICATIONS: Final = {"queue": "queue", "service": "service", "playback": "service"}
_CALLER = re.compile(r'\s*"?(?P<name>[^"<]*?)"?\s*<(?P<number>[^<>]*)>\s*')


def target_of(core: AmiCore, context: str, exten: str) -> str:
    """The target of an order for that place in a dial plan."""
    if context.lower() in OWN_CONTEXTS:
        return f"{context.lower()}:{exten}"
    if exten in core.state.switch.queues:
        return f"queue:{exten}"
    return f"seat:{exten[5:]}" if exten.startswith("SEAT/") else f"number:{exten}"


def bad_priority(text: str) -> bool:
    """Whether a priority is no number from 1 up; labels are not known here."""
    return not (text.isascii() and text.isdigit() and int(text[:9]) > 0)


# -- Originate -----------------------------------------------------------------------------------------------------


def originate(core: AmiCore, client: int, block: Block) -> str | None:
    """Ring a channel, then send it on. `Async`: answered at once, and by OriginateResponse later."""
    wrong = _wrong(block)
    if wrong:
        return error(block, wrong)
    target = _target(core, block)
    if not target:
        return error(block, "Originate failed")
    name, calling = caller_id(block.get("CallerID"))
    detail = {
        "device": block.get("Channel"),
        "calling": calling,
        "name": name,
        "account": block.get("Account"),
        "id": block.get("ChannelId"),
        "async": "1" if is_true(block.get("Async")) else "",
    }
    set_variables = variables.parsed(block.all("Variable"))
    detail |= {f"variable:{key}": value for key, value in set_variables.items()}
    timeout = ms(max(1, min(int(block.get("Timeout") or RING_MS), MOST_RING_MS)))
    order = Originate(detail["device"], target, calling, timeout)
    core.ask(client, block, "originate", [order], detail=detail, longer=timeout)
    return success(block, "Originate successfully queued") if detail["async"] else None


def _wrong(block: Block) -> str:
    channel, priority, timeout = block.get("Channel"), block.get("Priority"), block.get("Timeout")
    if len(block.get("ChannelId")) > LONGEST_ID:
        return f"Uniqueid length exceeds maximum of {LONGEST_ID}"
    if not channel:
        return "Channel not specified"
    if priority and bad_priority(priority):
        return "Invalid priority"
    if timeout and not (timeout.isascii() and timeout.isdigit() and len(timeout) < 10):
        return "Invalid timeout"
    kind, _, rest = channel.partition("/")
    if kind not in ("SEAT", "E1") or not rest or (kind == "E1" and not all(rest.partition("/"))):
        return "Invalid channel"
    if not block.get("Application") and not (block.get("Exten") and block.get("Context") and priority):
        return "Originate with 'Exten' requires 'Context' and 'Priority'"
    return ""


def _target(core: AmiCore, block: Block) -> str:
    application, data = block.get("Application").lower(), block.get("Data").partition(",")[0]
    if not application:
        return target_of(core, block.get("Context"), block.get("Exten"))
    if application == "dial":
        return target_of(core, "", data if data.startswith("SEAT/") else data.rpartition("/")[2])
    return f"{APPLICATIONS[application]}:{data}" if application in APPLICATIONS and data else ""


def caller_id(text: str) -> tuple[str, str]:
    """(name, number) of `"Name" <number>`, `Name <number>` or a number alone."""
    found = _CALLER.fullmatch(text[:MOST_CALLER])
    if found is None:
        number = "".join(one for one in text[:MOST_CALLER] if one in "0123456789*#+")
        return ("", number) if number else (text[:MOST_CALLER].strip(), "")
    return found["name"], "".join(one for one in found["number"] if one in "0123456789*#+")


def originated(core: AmiCore, asked: Asked) -> str | None:
    """What became of an Originate: its answer, or OriginateResponse for everybody."""
    good = asked.results == ["ok"]
    if not asked.detail["async"]:
        return success(asked.block, "Originate successfully queued") if good else error(asked.block, "Originate failed")
    channel = core.state.channels.get(asked.leg) or next(iter(core.ever_of_call(asked.call)), None)
    block = asked.block
    if block.get("Application"):
        place = [("Application", block.get("Application")), ("Data", block.get("Data"))]
    else:
        place = [("Context", block.get("Context")), ("Exten", block.get("Exten"))]
    told = [
        *action_id(block),
        ("Response", "Success" if good else "Failure"),
        ("Channel", channel.name if channel and good else asked.detail["device"]),
        *place,
        ("Reason", str(ORIGINATE_REASONS.get(asked.results[0], 0))),
        ("Uniqueid", channel.uniqueid if channel and good else asked.detail["id"] or UNKNOWN),
        ("CallerIDNum", asked.detail["calling"] or UNKNOWN),
        ("CallerIDName", asked.detail["name"] or UNKNOWN),
    ]
    core.tell("OriginateResponse", "call", told, asked.call, asked.results[0])
    return None


# -- Redirect, Hangup ----------------------------------------------------------------------------------------------


def redirect(core: AmiCore, client: int, block: Block) -> str | None:
    """Send the party of a call elsewhere; `ExtraChannel`: that of another one, too."""
    wrong = _redirect_wrong(block)
    if wrong:
        return error(block, wrong)
    name, extra = block.get("Channel"), block.get("ExtraChannel")
    first, second = core.named(name), core.named(extra)
    if first is None:
        return error(block, f"Channel does not exist: {name}")
    if extra and second is None:
        return error(block, f"ExtraChannel does not exist: {extra}")
    if wrong := _not_this(core, first):
        return error(block, f"Redirect failed: {wrong}")
    target = target_of(core, block.get("Context"), block.get("Exten"))
    orders = [Redirect(first.call, target)]
    if second is not None:
        if second.call == first.call:
            return error(block, "Secondary redirect failed: both channels are of one call")
        if wrong := _not_this(core, second):
            return error(block, f"Secondary redirect failed: {wrong}")
        if block.get("ExtraContext"):
            target = target_of(core, block.get("ExtraContext"), block.get("ExtraExten"))
        orders.append(Redirect(second.call, target))
    core.ask(client, block, "redirect", orders, call=first.call)
    return None


def _redirect_wrong(block: Block) -> str:
    for key in ("Channel", "Context", "Exten", "Priority"):
        if not block.get(key):
            return f"{key} not specified"
    if bad_priority(block.get("Priority")):
        return "Priority is invalid"
    if block.get("ExtraChannel") and block.get("ExtraContext"):
        for key in ("ExtraExten", "ExtraPriority"):
            if not block.get(key):
                return f"{key} not specified"
        if bad_priority(block.get("ExtraPriority")):
            return "ExtraPriority is invalid"
    return ""


def moving(core: AmiCore, call: int) -> Channel | None:
    """The party of a call that the switch moves, the other one is let go: the circuit, between seats who called."""
    present = core.of_call(call)
    circuit = next((one for one in present if not seat_of(one.device)), None)
    return circuit or next((one for one in present if one.role == "a"), None)


def _not_this(core: AmiCore, channel: Channel) -> str:
    """Empty, or why that channel can not be redirected."""
    party = moving(core, channel.call)
    if party is channel:
        return ""
    return "a channel of this call can not be moved" if party is None else f"name the party that moves, {party.name}"


def redirected(core: AmiCore, asked: Asked) -> str:
    """The answer to Redirect."""
    if asked.results[0] != "ok":
        return error(asked.block, failed("Redirect", asked.results[0]))
    if asked.orders == 1:
        return success(asked.block, "Redirect successful")
    if asked.results[1] != "ok":
        return error(asked.block, failed("Secondary redirect", asked.results[1]))
    return success(asked.block, "Dual Redirect successful")


def hang_up(core: AmiCore, client: int, block: Block) -> str | None:
    """One channel by its name, or every one whose name holds `/expression/`."""
    name = block.get("Channel")
    if not name:
        return error(block, "No channel specified")
    given = block.get("Cause")
    cause = int(given[:4]) if given.isascii() and given.isdigit() else 0
    cause = cause if 0 < cause <= LAST_CAUSE else NORMAL_CAUSE
    if not name.startswith("/"):
        channel = core.named(name)
        if channel is None:
            return error(block, "No such channel")
        core.ask(client, block, "hangup", [_clearing(core, channel, cause)], call=channel.call)
        return None
    if len(name) < 2 or not name.endswith("/"):
        return error(block, "Regex format invalid, Channel param should be /regex/")
    pattern = compiled(name[1:-1])
    if pattern is None:
        return error(block, f"Regex compile failed on: {name}")
    matching = [one for one in core.state.channels.values() if not one.gone and pattern.search(one.name)]
    for channel in matching:
        core.order_switch(_clearing(core, channel, cause))
    rows = [item(block, "ChannelHungup", [("Channel", one.name)]) for one in matching]
    return listing(block, "Channels hung up will follow", rows, "ChannelsHungupListComplete")


def _clearing(core: AmiCore, channel: Channel, cause: int) -> AnyCtiOrder:
    """A seat that an Atxfer made consult completes the transfer by hanging up, as with the feature of that name."""
    seat = channel.device.removeprefix("SEAT/")
    if channel.device != seat and core.state.consulting.pop(seat, 0):
        return PressKey(seat, "complete")
    return HangUp(channel.call, channel.leg, cause)


def hung_up(core: AmiCore, asked: Asked) -> str:
    """The answer to Hangup of one channel."""
    good = asked.results == ["ok"]
    return success(asked.block, "Channel Hungup") if good else error(asked.block, "No such channel")


# -- variables -----------------------------------------------------------------------------------------------------


def set_variable(core: AmiCore, client: int, block: Block) -> str:
    """Setvar of a channel, or a global one."""
    name, channel_name = block.get("Variable"), block.get("Channel")
    if not name:
        return error(block, "No variable specified")
    channel = core.named(channel_name) if channel_name else None
    if channel_name and channel is None:
        return error(block, "No such channel")
    table = channel.variables if channel is not None else core.state.variables
    if not variables.put(table, name, block.get("Value")):
        return error(block, "Variable not set")
    fields = channel_fields(channel) if channel is not None else []
    told = [*fields, ("Variable", name), ("Value", block.get("Value"))]
    core.tell("VarSet", "dialplan", told, channel.call if channel else 0, name[:60])
    return success(block, "Variable Set")


def get_variable(core: AmiCore, client: int, block: Block) -> str:
    """Getvar of a channel, or a global one; one that is not set is empty."""
    name, channel_name = block.get("Variable"), block.get("Channel")
    if not name:
        return error(block, "No variable specified")
    channel = core.named(channel_name) if channel_name else None
    if channel_name and channel is None:
        return error(block, "No such channel")
    return success(block, more=[("Variable", name), ("Value", variables.value_of(core, channel, name))])

