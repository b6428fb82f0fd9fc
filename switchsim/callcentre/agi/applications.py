"""EXEC: the applications of a dialplan that make sense here. One that is not listed returns -2.

Queue, Dial and Transfer give the call away; Queue and Dial return when it is over, as in Asterisk: -1. What becomes of
it meanwhile is the switch's business (a queue that overflows follows the office data). Refused by the switch they
return 0, and QUEUESTATUS, DIALSTATUS or TRANSFERSTATUS says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from switchsim.callcentre.agi import acts, channels, voice
from switchsim.callcentre.agi.state import Operation, Session
from switchsim.model.cti import Redirect
from switchsim.proto.agi import success
from switchsim.units import CYCLES_PER_MS

if TYPE_CHECKING:
    from switchsim.callcentre.agi.client import AgiClient

UNKNOWN_APPLICATION: Final = -2
LONGEST_WAIT_MS: Final = 86_400_000
_SECONDS: Final = re.compile(r"(\d{1,6})?(?:\.(\d{1,3})\d*)?")
_STATUS: Final = {"Queue": ("QUEUESTATUS", "UNKNOWN"), "Dial": ("DIALSTATUS", "CHANUNAVAIL"),
                  "Transfer": ("TRANSFERSTATUS", "FAILURE")}  # fmt: skip
_ON_DEAD: Final = ("noop", "set", "verbose", "goto")


def execute(agi: AgiClient, one: Session, arguments: list[str]) -> str | None:
    """EXEC <application> <options>; options are parted by commas."""
    name = arguments[0].lower()
    application = _APPLICATIONS.get(name)
    if application is None:
        return success(UNKNOWN_APPLICATION)
    if one.dead and name not in _ON_DEAD:
        return success(-1)
    return application(agi, one, arguments[1].split(",") if len(arguments) > 1 else [""])


def _hang_up(agi: AgiClient, one: Session, options: list[str]) -> str:
    """-1 is what the application Hangup returns."""
    acts.hang_up(agi, one, [])
    return success(-1)


def _answer(agi: AgiClient, one: Session, options: list[str]) -> str | None:
    return acts.answer_caller(agi, one, [])


def _playback(agi: AgiClient, one: Session, options: list[str]) -> str | None:
    """Sounds parted by `&`; one that is not there is passed over."""
    sounds = [name for name in options[0].split("&") if name in agi.sounds]
    missing = not options[0] or len(sounds) < len(options[0].split("&"))
    acts.set_variable(one, "PLAYBACKSTATUS", "FAILED" if missing else "SUCCESS")
    return voice.say(agi, one, sounds, "")


def _wait(agi: AgiClient, one: Session, options: list[str]) -> str | None:
    match = _SECONDS.fullmatch(options[0].strip())
    if match is None:
        return success(0)
    wait_ms = int(match[1] or 0) * 1000 + int((match[2] or "0").ljust(3, "0"))
    if not wait_ms:
        return success(0)
    one.operation = Operation(kind="wait")
    agi.run_timer(one, "audio", min(wait_ms, LONGEST_WAIT_MS) * CYCLES_PER_MS)
    return None


def _set(agi: AgiClient, one: Session, options: list[str]) -> str:
    name, _, value = ",".join(options).partition("=")
    acts.set_variable(one, name.strip(), value)
    return success(0)


def _nothing(agi: AgiClient, one: Session, options: list[str]) -> str:
    return success(0)


def _goto(agi: AgiClient, one: Session, options: list[str]) -> str:
    """[[context,]extension,]priority: where the call goes when the script ends."""
    *place, priority = [text.strip() for text in options[-3:]]
    if place:
        one.extension = place[-1]
        one.context = place[0] if len(place) > 1 else one.context
    one.priority = int(priority) if priority.isascii() and priority.isdigit() else one.priority
    return success(0)


def _move(name: str, target: Callable[[str], str]) -> Callable[[AgiClient, Session, list[str]], str | None]:
    """An application that gives the call to `target` of its first option."""

    def application(agi: AgiClient, one: Session, options: list[str]) -> str | None:
        one.operation = Operation(kind="move", digits=name)
        one.moving = True
        agi.order_switch(Redirect(one.call, target(options[0].strip())), f"{one.number}/move")
        return None

    return application


def _dialled(device: str) -> str:
    """`SEAT/1001` is a seat; of anything else the last part is a number: `E1/e1-0/2001`, `Local/2001@default`."""
    if device.upper().startswith("SEAT/"):
        return f"seat:{device[5:]}"
    return f"number:{device.rpartition('/')[2].partition('@')[0]}"


def moved(agi: AgiClient, one: Session, good: bool) -> None:
    """The switch has taken the call over, or refused to."""
    one.moving = False
    if one.dead:
        return
    name = one.operation.digits
    if good:
        one.mine = name == "Transfer"  # its script goes on, and sees the channel go
        channels.free(agi, one)
        if one.mine:
            acts.set_variable(one, "TRANSFERSTATUS", "SUCCESS")
            agi.finish(one, success(0))
            agi.lose(one)
        agi.maybe_over(one)
    elif one.connection:
        acts.set_variable(one, *_STATUS[name])
        agi.finish(one, success(0))
    else:
        agi.refuse(one)


_APPLICATIONS: Final[dict[str, Callable[[AgiClient, Session, list[str]], str | None]]] = {
    "answer": _answer,
    "dial": _move("Dial", _dialled),
    "goto": _goto,
    "hangup": _hang_up,
    "noop": _nothing,
    "playback": _playback,
    "queue": _move("Queue", lambda name: f"queue:{name}"),
    "set": _set,
    "transfer": _move("Transfer", _dialled),
    "verbose": _nothing,
    "wait": _wait,
}
