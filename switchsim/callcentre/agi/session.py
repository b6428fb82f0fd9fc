"""A session: its opening, its commands one after another, and what becomes of it when the caller goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from switchsim.callcentre.agi import voice
from switchsim.callcentre.agi.commands import HANDLERS
from switchsim.callcentre.agi.state import BAD_LINES, BEFORE, Operation, Session
from switchsim.callcentre.agi.values import channel_name, unique_id
from switchsim.callcentre.tampering import EVENT, GREETING
from switchsim.model.platform_events import InputRefused, RequestTaken
from switchsim.proto.agi import (
    DEAD,
    HANGUP,
    INVALID,
    Opening,
    encode_opening,
    find,
    fits,
    split_arguments,
    truth,
    usage,
)

if TYPE_CHECKING:
    from switchsim.callcentre.agi.client import AgiClient

TOO_LONG: Final = "\n"
"""Stands for a line beyond the limit; no line holds an LF."""
SHOWN: Final = 80
"""Characters of a command or an answer in the journal."""


def open_session(agi: AgiClient, one: Session) -> None:
    """Send the opening block; the server speaks from now on."""
    target = agi.config.targets[one.target]
    channel = channel_name(agi, one)
    opening = Opening(
        script=target.script, request=target.url, channel=channel, type=channel.partition("/")[0],
        uniqueid=unique_id(agi, one), version=agi.config.version, callerid=one.calling, dnid=one.dialled,
        context=one.context, extension=one.dialled, threadid=one.connection, arguments=agi.config.arguments,
    )  # fmt: skip
    agi.say(one, encode_opening(opening).decode(), GREETING)
    agi.run_timer(one, "command", agi.config.command_cycles)
    next_command(agi, one)


def next_command(agi: AgiClient, one: Session) -> None:
    """Take waiting lines until one has to be waited for. Nothing is taken before the opening."""
    while one.waiting and not one.command and one.connection and one.stage not in BEFORE:
        _take(agi, one, one.waiting.pop(0))


def _take(agi: AgiClient, one: Session, line: str) -> None:
    words = split_arguments(line)
    found = find(words) if line != TOO_LONG else None
    if found is None:
        _refuse(agi, one, "line too long" if line == TOO_LONG else f"no command: {line[:SHOWN]}")
        return
    command, arguments = found
    one.bad = 0
    one.commands += 1
    one.command, one.argument = command.name, arguments[0][:SHOWN] if arguments else ""
    agi.end_timer(one, "command")
    if one.dead and not command.dead:
        answer(agi, one, DEAD)
    elif not fits(command, arguments):
        answer(agi, one, usage(command))
    else:
        text = HANDLERS[command.name](agi, one, arguments)
        if text is not None:
            answer(agi, one, text)


def _refuse(agi: AgiClient, one: Session, why: str) -> None:
    one.bad += 1
    agi.emit(InputRefused(one.connection, why))
    agi.say(one, INVALID)
    if one.bad > BAD_LINES:
        agi.die(one, "too many lines that are no command")


def answer(agi: AgiClient, one: Session, text: str) -> None:
    """The command under way is done."""
    result = text.partition("\n")[0].removeprefix("200 result=")
    result = result[:3] if text.startswith("5") else result[:SHOWN]
    agi.emit(RequestTaken(one.connection, one.command, one.argument, result, one.call))
    one.command, one.operation = "", Operation()
    agi.say(one, text)
    if one.connection and one.dead:
        agi.run_timer(one, "dead", agi.config.dead_cycles)
    elif one.connection:
        agi.run_timer(one, "command", agi.config.command_cycles)


def hung_up(agi: AgiClient, one: Session) -> None:
    """The caller can not be served any more: the command under way fails, then HANGUP is said, once.

    AGISIGHUP=no: it is not said; AGIEXITONHANGUP=yes: the connection is closed. Both count as the script set them.
    """
    if one.dead:
        return
    one.dead = True
    agi.end_timer(one, "command")
    agi.end_timer(one, "audio")
    agi.end_timer(one, "autohangup")
    if one.command:
        answer(agi, one, voice.broken_off(agi, one))
    if not one.connection:
        return
    if truth(one.variables.get("AGISIGHUP", "")) is not False:
        agi.say(one, HANGUP, EVENT)
    if truth(one.variables.get("AGIEXITONHANGUP", "")):
        agi.close(one, "the caller has gone")
    else:
        agi.run_timer(one, "dead", agi.config.dead_cycles)
        next_command(agi, one)
