"""The table of actions: who carries each out, and what ListCommands says of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from switchsim.callcentre.ami import calls, commands, lists, members_actions, transfers
from switchsim.callcentre.ami.core import JOURNAL_CHARACTERS, AmiCore
from switchsim.callcentre.ami.texts import MODULES, SYSTEM_VERSION, clock_of
from switchsim.proto.ami import VERSION, Block
from switchsim.proto.ami.answers import error, success
from switchsim.proto.ami.classes import authority

START_DATE, START_TIME = "2000-01-01", "00:00:00"

Handler = Callable[[AmiCore, int, Block], str | None]
"""(server, client, action) -> the answer, None when it follows later."""


class Row(NamedTuple):
    """switch: it needs the switch, or a true view of it."""

    name: str
    synopsis: str
    classes: tuple[str, ...]
    switch: bool
    handler: Handler


def _ping(core: AmiCore, client: int, block: Block) -> str:
    return success(block, more=[("Ping", "Pong"), ("Timestamp", clock_of(core.clock(core.now)))])


def _settings(core: AmiCore, client: int, block: Block) -> str:
    more = [
        ("AMIversion", VERSION),
        ("AsteriskVersion", SYSTEM_VERSION),
        ("SystemName", "switchsim"),
        ("CoreMaxCalls", "0"),
        ("CoreMaxLoadAvg", "0.000000"),
        ("CoreRunUser", ""),
        ("CoreRunGroup", ""),
        ("CoreMaxFilehandles", "0"),
        ("CoreRealTimeEnabled", "No"),
        ("CoreCDRenabled", "No"),
        ("CoreHTTPenabled", "No"),
        ("SoundsSearchCustomDir", "No"),
    ]
    return success(block, more=more)


def _status(core: AmiCore, client: int, block: Block) -> str:
    more = [
        ("CoreStartupDate", START_DATE),
        ("CoreStartupTime", START_TIME),
        ("CoreReloadDate", START_DATE),
        ("CoreReloadTime", START_TIME),
        ("CoreCurrentCalls", str(len(core.state.switch.legs))),
        ("CoreProcessedCalls", str(core.state.calls_processed)),
    ]
    return success(block, more=more)


def _list_commands(core: AmiCore, client: int, block: Block) -> str:
    return success(block, more=[(row.name, f"{row.synopsis} (Priv: {authority(row.classes)})") for row in ROWS])


def _module_check(core: AmiCore, client: int, block: Block) -> str:
    name = block.get("Module").removesuffix(".so")
    return success(block, more=[("Version", "")]) if name in MODULES else error(block, "Module not loaded")


def _user_event(core: AmiCore, client: int, block: Block) -> str:
    rest = [line for line in block.lines if line[0].lower() not in ("userevent", "action", "secret")]
    name = block.get("UserEvent")
    core.tell("UserEvent", "user", [("UserEvent", name), *rest], 0, name[:JOURNAL_CHARACTERS])
    return success(block, "Event Sent")


def _agi(core: AmiCore, client: int, block: Block) -> str:
    """No channel of this machine is in an AGI that takes its commands from here: a FastAGI server has them all."""
    name = block.get("Channel")
    if not name or not block.get("Command"):
        return error(block, "Both, Channel and Command are *required*")
    channel = core.named(name)
    if channel is None:
        return error(block, f"Channel {name} does not exist.")
    return error(block, f"Failed to add AGI command to channel {channel.name} queue")


def _own(core: AmiCore, client: int, block: Block) -> str:
    raise AssertionError("the session takes this action itself")


_CALL, _AGENT = ("call",), ("agent",)
_SHOW = ("system", "reporting")

ROWS: Final = (
    Row("AGI", "Add an AGI command to execute by Async AGI.", ("agi",), True, _agi),
    Row("AgentLogoff", "Sets an agent as no longer logged in.", _AGENT, True, members_actions.agent_logoff),
    Row("Atxfer", "Attended transfer.", _CALL, True, transfers.attended),
    Row("BlindTransfer", "Blind transfer channel(s) to the given destination", _CALL, True, transfers.blind),
    Row("Challenge", "Generate Challenge for MD5 Auth.", (), False, _own),
    Row("Command", "Execute Asterisk CLI Command.", ("command",), True, commands.command),
    Row("CoreSettings", "Show PBX core settings (version etc).", _SHOW, False, _settings),
    Row("CoreShowChannels", "List currently active channels.", _SHOW, True, lists.show_channels),
    Row("CoreStatus", "Show PBX core status variables.", _SHOW, False, _status),
    Row("Events", "Control Event Flow.", (), False, _own),
    Row("Getvar", "Gets a channel variable or function value.", ("call", "reporting"), True, calls.get_variable),
    Row("Hangup", "Hangup channel.", ("system", "call"), True, calls.hang_up),
    Row("ListCommands", "List available manager commands.", (), False, _list_commands),
    Row("Login", "Login Manager.", (), False, _own),
    Row("Logoff", "Logoff Manager.", (), False, _own),
    Row("ModuleCheck", "Check if module is loaded.", ("system",), False, _module_check),
    Row("Originate", "Originate a call.", ("originate",), True, calls.originate),
    Row("Ping", "Keepalive command.", (), False, _ping),
    Row("QueueAdd", "Add interface to queue.", _AGENT, True, members_actions.add),
    Row("QueuePause", "Makes a queue member temporarily unavailable.", _AGENT, True, members_actions.pause),
    Row("QueuePenalty", "Set the penalty for a queue member.", _AGENT, True, members_actions.penalty),
    Row("QueueRemove", "Remove interface from queue.", _AGENT, True, members_actions.remove),
    Row("QueueStatus", "Show queue status.", (), True, lists.queue_status),
    Row("QueueSummary", "Show queue summary.", (), True, lists.queue_summary),
    Row("Redirect", "Redirect (transfer) a call.", _CALL, True, calls.redirect),
    Row("Setvar", "Sets a channel variable or function value.", _CALL, True, calls.set_variable),
    Row("Status", "List channel status.", ("system", "call", "reporting"), True, lists.status),
    Row("UserEvent", "Send an arbitrary event.", ("user",), False, _user_event),
)

_BY_NAME: Final = {row.name.lower(): row for row in ROWS}


def row_of(block: Block) -> Row | None:
    return _BY_NAME.get(block.get("Action").lower())
