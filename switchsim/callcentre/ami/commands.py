"""The action Command: the few commands of a console that clients use to look at channels and queues."""

from __future__ import annotations

from typing import Final

from switchsim.callcentre.ami.core import AmiCore
from switchsim.callcentre.ami.lists import STRATEGY, age, bridge_of, up, waited
from switchsim.callcentre.ami.members import name_of
from switchsim.callcentre.ami.queues import tally_of
from switchsim.callcentre.ami.state import Channel, Member
from switchsim.callcentre.ami.texts import (
    CHANNEL_STATES,
    CONTEXT,
    SERVICE_LEVEL_SECONDS,
    STATUS_WORDS,
    SYSTEM_VERSION,
    duration_text,
    seconds_of,
    tenths,
)
from switchsim.callcentre.view import QueueView
from switchsim.proto.ami import Block
from switchsim.proto.ami.answers import answer, error

VERSION_LINE: Final = (
    f"Asterisk {SYSTEM_VERSION} built by switchsim @ switchsim on a switch running switchsim on 2000-01-01 00:00:00 UTC"
)
MOST_SHOWN: Final = 80


def command(core: AmiCore, client: int, block: Block) -> str:
    """Run `Command`; an unknown one is answered as the console does."""
    line = block.get("Command")
    if not line:
        return error(block, "No command provided")
    output = _run(core, line.split())
    if output is None:
        shown = line[:MOST_SHOWN]
        text = f"No such command '{shown}' (type 'core show help {shown}' for other possible commands)"
        return _output(block, "Error", [text])
    return _output(block, "Success", output)


def _output(block: Block, response: str, lines: list[str]) -> str:
    return answer(block, response, "Command output follows", [("Output", line) for line in lines])


def _run(core: AmiCore, words: list[str]) -> list[str] | None:
    match [word.lower() for word in words[:3]]:
        case ["core", "show", "version"] if len(words) == 3:
            return [VERSION_LINE]
        case ["core", "show", "channels"] if len(words) <= 4:
            return _channels(core, words[3].lower() if len(words) == 4 else "")
        case ["queue", "show"]:
            return _all_queues(core)
        case ["queue", "show", _] if len(words) == 3:
            queue = core.state.switch.queues.get(words[2])
            return _queue(core, queue) if queue is not None else [f"No such queue: {words[2]}."]
    return None


def _channels(core: AmiCore, how: str) -> list[str] | None:
    channels = up(core)
    calls = dict.fromkeys(one.call for one in channels)
    ends = [
        f"{len(channels)} active channel{'' if len(channels) == 1 else 's'}",
        f"{len(calls)} active call{'' if len(calls) == 1 else 's'}",
        f"{core.state.calls_processed} call{'' if core.state.calls_processed == 1 else 's'} processed",
    ]
    match how:
        case "concise":
            return [_concise(core, one) for one in channels]
        case "count":
            return ends
        case "verbose":
            return [_verbose_head(), *(_verbose(core, one) for one in channels), *ends]
        case "":
            return [_row("Channel", "Location", "State", "Application(Data)"), *map(_plain, channels), *ends]
    return None


def _row(channel: str, location: str, state: str, application: str) -> str:
    return f"{channel[:64]:<64} {location[:32]:<32} {state[:7]:<7} {application[:30]:<30}"


def _plain(one: Channel) -> str:
    location = f"{one.exten}@{CONTEXT}:1" if one.exten else "(None)"
    application = f"{one.application}({one.data})" if one.application else "(None)"
    return _row(one.name, location, CHANNEL_STATES[one.state], application)


def _concise(core: AmiCore, one: Channel) -> str:
    return "!".join(
        [one.name, CONTEXT, one.exten, "1", CHANNEL_STATES[one.state], one.application or "(None)", one.data,
         one.caller, one.account, "", "3", str(age(core, one)), bridge_of(one), one.uniqueid]
    )  # fmt: skip


_WIDTHS: Final = (80, 24, 24, 4, 7, 12, 25, 15, 8, 11, 11, 20)


def _columns(words: list[str]) -> str:
    return " ".join(f"{word[:width]:<{width}}" for word, width in zip(words, _WIDTHS, strict=True))


def _verbose_head() -> str:
    return _columns(["Channel", "Context", "Extension", "Prio", "State", "Application", "Data", "CallerID", "Duration",
                     "Accountcode", "PeerAccount", "BridgeID"])  # fmt: skip


def _verbose(core: AmiCore, one: Channel) -> str:
    return _columns([one.name, CONTEXT, one.exten, "1", CHANNEL_STATES[one.state], one.application or "(None)",
                     one.data or "(Empty)", one.caller, duration_text(age(core, one)), one.account, "",
                     bridge_of(one)])  # fmt: skip


def _all_queues(core: AmiCore) -> list[str]:
    queues = core.state.switch.queues
    return [line for name in sorted(queues) for line in _queue(core, queues[name])] or ["No queues."]


def _queue(core: AmiCore, queue: QueueView) -> list[str]:
    tally = tally_of(core, queue.queue)
    soon = tenths(tally.completed_soon, tally.completed)
    soon_all = tenths(tally.completed_soon + tally.abandoned_soon, tally.completed + tally.abandoned)
    most = core.config.longest.get(queue.queue, 0) or "unlimited"
    head = (
        f"{queue.queue} has {len(queue.waiting)} calls (max {most}) in '{STRATEGY}' strategy "
        f"({tally.hold}s holdtime, {tally.talk}s talktime), W:0, C:{tally.completed}, "
        f"A:{tally.abandoned}, SL:{soon}%, SL2:{soon_all}% within {SERVICE_LEVEL_SECONDS}s"
    )
    members = list(core.state.members.get(queue.queue, {}).values())
    callers = [_caller(core, place, call) for place, call in enumerate(queue.waiting, 1)]
    return [
        head,
        *(["   Members: ", *(_member(core, one) for one in members)] if members else ["   No Members"]),
        *(["   Callers: ", *callers] if callers else ["   No Callers"]),
        "",
    ]


def _member(core: AmiCore, one: Member) -> str:
    interface, name = f"SEAT/{one.seat}", name_of(core, one.seat)
    reason = f":{one.reason}" if one.reason else ""
    since = seconds_of(core.now - one.last_pause)
    taken = f"has taken {one.taken} calls (last was {seconds_of(core.now - one.last_call)} secs ago)"
    return "".join(
        [
            f"      {name}",
            f" ({interface})" if name != interface else "",
            f" with penalty {one.penalty}" if one.penalty else "",
            " (ringinuse disabled)",
            "" if one.static else " (dynamic)",
            " (in call)" if one.in_call else "",
            f" (paused{reason} was {since} secs ago)" if one.paused else "",
            f" ({STATUS_WORDS[one.status]}) ",
            taken if one.taken else "has taken no calls yet",
            f" (login was {seconds_of(core.now - one.login)} secs ago)",
        ]
    )


def _caller(core: AmiCore, place: int, call: int) -> str:
    view = core.call(call)
    channel = core.state.channels.get(view.waiting_leg) if view is not None else None
    seconds = waited(core, call)
    return f"      {place}. {channel.name if channel else ''} (wait: {seconds // 60}:{seconds % 60:02d}, prio: 0)"
