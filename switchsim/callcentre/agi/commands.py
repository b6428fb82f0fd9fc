"""The commands: each takes its arguments (as many as there must be) and returns its answer, or None when it waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from switchsim.callcentre.agi import acts, applications, voice
from switchsim.callcentre.agi.state import ENTRIES, Session
from switchsim.callcentre.agi.values import named_leg, status, value_of
from switchsim.proto.agi import (
    civil_time,
    leading_integer,
    spoken_characters,
    spoken_digits,
    spoken_number,
    substitute,
    success,
)
from switchsim.units import seconds

if TYPE_CHECKING:
    from switchsim.callcentre.agi.client import AgiClient

Handler = Callable[["AgiClient", Session, list[str]], str | None]


def _constant(text: str) -> Handler:
    """A command that means nothing on a telephone line, and is answered as Asterisk answers it there."""
    return lambda agi, one, arguments: text


# -- the call ----------------------------------------------------------------------------------------------------


def _channel_status(agi: AgiClient, one: Session, arguments: list[str]) -> str:
    leg = named_leg(agi, arguments[0]) if arguments else agi.state.switch.legs.get(one.leg)
    return success(status(agi, one, leg) if leg is not None else -1)


def _set_autohangup(agi: AgiClient, one: Session, arguments: list[str]) -> str:
    agi.end_timer(one, "autohangup")
    number = leading_integer(arguments[0]) or 0
    if number > 0:
        agi.run_timer(one, "autohangup", seconds(number))
    return success(0)


def _set_context(agi: AgiClient, one: Session, arguments: list[str]) -> str:
    one.context = arguments[0]
    return success(0)


def _set_extension(agi: AgiClient, one: Session, arguments: list[str]) -> str:
    one.extension = arguments[0]
    return success(0)


def _set_priority(agi: AgiClient, one: Session, arguments: list[str]) -> str:
    one.priority = leading_integer(arguments[0]) or 0
    return success(0)


# -- variables ---------------------------------------------------------------------------------------------------


def _set_variable(agi: AgiClient, one: Session, arguments: list[str]) -> str:
    acts.set_variable(one, arguments[0], arguments[1] if len(arguments) > 1 else "")
    return success(1)


def _set_callerid(agi: AgiClient, one: Session, arguments: list[str]) -> str:
    acts.set_variable(one, "CALLERID(num)", arguments[0] if arguments else "")
    return success(1)


def _get_variable(agi: AgiClient, one: Session, arguments: list[str]) -> str:
    value = value_of(agi, one, arguments[0])
    return success(0) if value is None else success(1, value)


def _get_full_variable(agi: AgiClient, one: Session, arguments: list[str]) -> str:
    """Of the own channel, or of another one that is there: what is known of it is its name."""
    if len(arguments) < 2 or arguments[1] == value_of(agi, one, "CHANNEL"):
        return success(1, substitute(arguments[0], lambda name: value_of(agi, one, name) or ""))
    if named_leg(agi, arguments[1]) is None:
        return success(0)
    return success(1, substitute(arguments[0], lambda name: arguments[1] if name == "CHANNEL" else ""))


# -- database ----------------------------------------------------------------------------------------------------


def _key(arguments: list[str]) -> str:
    return "/".join(part.strip("/") for part in arguments[:2])


def _database_get(agi: AgiClient, one: Session, arguments: list[str]) -> str:
    value = agi.state.entries.get(_key(arguments))
    return success(0) if value is None else success(1, value)


def _database_put(agi: AgiClient, one: Session, arguments: list[str]) -> str:
    entries, key = agi.state.entries, _key(arguments)
    if key not in entries and len(entries) >= ENTRIES:
        return success(0)
    entries[key] = arguments[2]
    return success(1)


def _database_del(agi: AgiClient, one: Session, arguments: list[str]) -> str:
    return success(1 if agi.state.entries.pop(_key(arguments), None) is not None else 0)


def _database_deltree(agi: AgiClient, one: Session, arguments: list[str]) -> str:
    entries, tree = agi.state.entries, _key(arguments)
    found = [key for key in entries if key == tree or key.startswith(tree + "/")]
    for key in found:
        del entries[key]
    return success(1 if found else 0)


# -- speech ------------------------------------------------------------------------------------------------------


def _say_digits(agi: AgiClient, one: Session, arguments: list[str]) -> str | None:
    return voice.say(agi, one, spoken_digits(arguments[0]), arguments[1])


def _say_number(agi: AgiClient, one: Session, arguments: list[str]) -> str | None:
    return voice.say(agi, one, spoken_number(leading_integer(arguments[0]) or 0), arguments[1])


def _say_characters(agi: AgiClient, one: Session, arguments: list[str]) -> str | None:
    phonetic = one.command == "SAY PHONETIC"
    return voice.say(agi, one, spoken_characters(arguments[0], phonetic, agi.sounds), arguments[1])


def _say_time(agi: AgiClient, one: Session, arguments: list[str]) -> str | None:
    """DATE: year, month, day as numbers; TIME: hour, minute; DATETIME: all of them. UTC."""
    numbers = civil_time(leading_integer(arguments[0]) or 0)
    part = {"SAY DATE": numbers[:3], "SAY TIME": numbers[3:]}.get(one.command, numbers)
    return voice.say(agi, one, [sound for number in part for sound in spoken_number(number) or ()], arguments[1])


# -- the table ---------------------------------------------------------------------------------------------------

HANDLERS: Final[dict[str, Handler]] = {
    "ANSWER": acts.answer_caller,
    "ASYNCAGI BREAK": _constant(success(0)),
    "CHANNEL STATUS": _channel_status,
    "CONTROL STREAM FILE": voice.stream_file,
    "DATABASE DEL": _database_del,
    "DATABASE DELTREE": _database_deltree,
    "DATABASE GET": _database_get,
    "DATABASE PUT": _database_put,
    "EXEC": applications.execute,
    "GET DATA": voice.get_data,
    "GET FULL VARIABLE": _get_full_variable,
    "GET OPTION": voice.get_option,
    "GET VARIABLE": _get_variable,
    "HANGUP": acts.hang_up,
    "NOOP": _constant(success(0)),
    "RECEIVE CHAR": _constant(success(0, "timeout")),
    "RECEIVE TEXT": _constant(success(-1)),
    "RECORD FILE": voice.record_file,
    "SAY ALPHA": _say_characters,
    "SAY DATE": _say_time,
    "SAY DATETIME": _say_time,
    "SAY DIGITS": _say_digits,
    "SAY NUMBER": _say_number,
    "SAY PHONETIC": _say_characters,
    "SAY TIME": _say_time,
    "SEND IMAGE": _constant(success(0)),
    "SEND TEXT": _constant(success(0)),
    "SET AUTOHANGUP": _set_autohangup,
    "SET CALLERID": _set_callerid,
    "SET CONTEXT": _set_context,
    "SET EXTENSION": _set_extension,
    "SET MUSIC": _constant(success(0)),
    "SET PRIORITY": _set_priority,
    "SET VARIABLE": _set_variable,
    "SPEECH ACTIVATE GRAMMAR": _constant(success(0)),
    "SPEECH CREATE": _constant(success(0)),
    "SPEECH DEACTIVATE GRAMMAR": _constant(success(0)),
    "SPEECH DESTROY": _constant(success(0)),
    "SPEECH LOAD GRAMMAR": _constant(success(0)),
    "SPEECH RECOGNIZE": _constant(success(0)),
    "SPEECH SET": _constant(success(0)),
    "SPEECH UNLOAD GRAMMAR": _constant(success(0)),
    "STREAM FILE": voice.stream_file,
    "TDD MODE": _constant(success(0)),
    "VERBOSE": _constant(success(1)),
    "WAIT FOR DIGIT": voice.wait_for_digit,
}


def ordered(agi: AgiClient, one: Session, what: str, result: str) -> None:
    """The switch answers an order of a command."""
    good = result == "ok"
    if what == "answer" and one.operation.kind == "answer":
        one.answered = one.answered or good
        agi.finish(one, success(0 if good else -1))
    elif what == "move":
        applications.moved(agi, one, good)
