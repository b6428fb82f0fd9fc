"""The table of commands: name, arguments, what it works on. One row a command; usage texts come from it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

_INTEGER: Final = re.compile(r"\s*([+-]?[0-9]{1,18})")
_LARGEST: Final = 2**31 - 1
ANY: Final = 1000
"""No upper bound of arguments."""


class Command(msgspec.Struct, frozen=True):
    """dead: works after the caller has gone. least, most: arguments. numbers: which of them must begin with an integer,
    from 0."""

    name: str
    dead: bool
    least: int
    most: int
    arguments: str
    meaning: str
    numbers: tuple[int, ...] = ()


def leading_integer(text: str) -> int | None:
    """The integer that a text begins with, within 32 bits; what follows it is passed over, as C's sscanf does."""
    match = _INTEGER.match(text)
    return max(-_LARGEST - 1, min(int(match[1]), _LARGEST)) if match else None


_DIGIT = "the digit's ASCII value when one of <escape digits> was pressed, 0 when none was, -1 on hang-up or error"

COMMANDS: Final = (
    Command("ANSWER", False, 0, ANY, "", "Answers the call. Returns 0, or -1 when it can not be answered."),
    Command("ASYNCAGI BREAK", True, 0, ANY, "", "Means nothing over the network. Returns 0."),
    Command("CHANNEL STATUS", False, 0, 1, "[<channel>]",
            "Returns 4 (rings), 6 (up) or another state of the channel, -1 when there is none of that name."),
    Command("CONTROL STREAM FILE", False, 2, 7,
            "<filename> <escape digits> [skipms] [ffchar] [rewchar] [pausechar] [offsetms]",
            f"Plays as STREAM FILE does; there is no winding. Returns {_DIGIT}.", (2,)),
    Command("DATABASE DEL", True, 2, 2, "<family> <key>", "Returns 1 when the entry was there, else 0."),
    Command("DATABASE DELTREE", True, 1, 2, "<family> [keytree]", "Returns 1 when something was there, else 0."),
    Command("DATABASE GET", True, 2, 2, "<family> <key>", "Returns 1 (value), or 0 when there is no such entry."),
    Command("DATABASE PUT", True, 3, 3, "<family> <key> <value>", "Returns 1, or 0 when there is no room."),
    Command("EXEC", True, 1, ANY, "<application> <options>",
            "Returns what the application returns, -2 when there is none of that name."),
    Command("GET DATA", False, 1, ANY, "<filename> [timeout] [max digits]",
            "Plays until a digit comes, collects digits until # or their number is reached. Returns the digits."),
    Command("GET FULL VARIABLE", True, 1, 2, "<expression> [<channel>]", "Returns 1 (value), 0 for no such channel."),
    Command("GET OPTION", False, 2, 3, "<filename> <escape digits> [timeout]",
            f"Plays as STREAM FILE does, then waits for a digit. Returns {_DIGIT}."),
    Command("GET VARIABLE", True, 1, 1, "<name>", "Returns 1 (value), or 0 when it is not set."),
    Command("HANGUP", False, 0, 1, "[<channel>]", "Returns 1, or -1 when there is no channel of that name."),
    Command("NOOP", True, 0, ANY, "[<text>]", "Does nothing. Returns 0."),
    Command("RECEIVE CHAR", False, 1, 1, "<timeout>", "A telephone line carries no text. Returns 0 (timeout)."),
    Command("RECEIVE TEXT", False, 1, 1, "<timeout>", "A telephone line carries no text. Returns -1."),
    Command("RECORD FILE", False, 4, ANY,
            "<filename> <format> <escape digits> <timeout> [offset samples] [BEEP] [s=silence]",
            "Records until an escape digit, <timeout> ms (-1: no limit) or <silence> seconds of silence.", (3,)),
    Command("SAY ALPHA", False, 2, 2, "<text> <escape digits>", f"Says the characters. Returns {_DIGIT}."),
    Command("SAY DATE", False, 2, 2, "<seconds since 1970> <escape digits>", f"Says a date. Returns {_DIGIT}.", (0,)),
    Command("SAY DATETIME", False, 2, 4, "<seconds since 1970> <escape digits> [format] [timezone]",
            f"Says date and time, in its own format, UTC. Returns {_DIGIT}.", (0,)),
    Command("SAY DIGITS", False, 2, 2, "<digits> <escape digits>", f"Says each digit. Returns {_DIGIT}.", (0,)),
    Command("SAY NUMBER", False, 2, 3, "<number> <escape digits> [gender]", f"Says a number. Returns {_DIGIT}.", (0,)),
    Command("SAY PHONETIC", False, 2, 2, "<text> <escape digits>", f"Says a word a character. Returns {_DIGIT}."),
    Command("SAY TIME", False, 2, 2, "<seconds since 1970> <escape digits>", f"Says hour and minute. Returns {_DIGIT}.",
            (0,)),
    Command("SEND IMAGE", False, 1, 1, "<image>", "A telephone line carries no image. Returns 0."),
    Command("SEND TEXT", False, 1, 1, "<text>", "A telephone line carries no text. Returns 0."),
    Command("SET AUTOHANGUP", False, 1, 1, "<seconds>", "Hangs up then; 0 takes it back. Returns 0.", (0,)),
    Command("SET CALLERID", False, 0, ANY, "<number>", "What the call is said to come from. Returns 1."),
    Command("SET CONTEXT", False, 1, 1, "<context>", "Returns 0."),
    Command("SET EXTENSION", False, 1, 1, "<number>", "Where the call goes when the script ends. Returns 0."),
    Command("SET MUSIC", False, 1, ANY, "<on|off> [<class>]", "Returns 0."),
    Command("SET PRIORITY", False, 1, 1, "<priority>", "Returns 0.", (0,)),
    Command("SET VARIABLE", True, 1, ANY, "<name> <value>", "Returns 1."),
    Command("SPEECH ACTIVATE GRAMMAR", False, 0, ANY, "<name>", "There is no speech recogniser. Returns 0."),
    Command("SPEECH CREATE", False, 0, ANY, "<engine>", "There is no speech recogniser. Returns 0."),
    Command("SPEECH DEACTIVATE GRAMMAR", False, 0, ANY, "<name>", "There is no speech recogniser. Returns 0."),
    Command("SPEECH DESTROY", True, 0, ANY, "", "There is no speech recogniser. Returns 0."),
    Command("SPEECH LOAD GRAMMAR", False, 0, ANY, "<name> <path>", "There is no speech recogniser. Returns 0."),
    Command("SPEECH RECOGNIZE", False, 0, ANY, "<prompt> <timeout>", "There is no speech recogniser. Returns 0."),
    Command("SPEECH SET", False, 0, ANY, "<name> <value>", "There is no speech recogniser. Returns 0."),
    Command("SPEECH UNLOAD GRAMMAR", True, 0, ANY, "<name>", "There is no speech recogniser. Returns 0."),
    Command("STREAM FILE", False, 2, 3, "<filename> <escape digits> [sample offset]",
            f"Plays a file, named without its suffix. Returns {_DIGIT}.", (2,)),
    Command("TDD MODE", False, 1, 1, "<on|off>", "A telephone line here has no text telephone. Returns 0."),
    Command("VERBOSE", True, 1, ANY, "<message> [<level>]", "Returns 1."),
    Command("WAIT FOR DIGIT", False, 1, 1, "<timeout>",
            "Waits so many ms for a digit, -1: as long as it takes. Returns its ASCII value, 0 when none came.", (0,)),
)  # fmt: skip
_BY_WORDS: Final = {tuple(command.name.split()): command for command in COMMANDS}


def find(words: Sequence[str]) -> tuple[Command, list[str]] | None:
    """The command that a line begins with, in any case, and its arguments; None for none."""
    for count in (1, 2, 3):
        command = _BY_WORDS.get(tuple(word.upper() for word in words[:count]))
        if command is not None:
            return command, list(words[count:])
    return None


def fits(command: Command, arguments: Sequence[str]) -> bool:
    """Whether number and kind of the arguments are right; else the answer is `usage`."""
    if not command.least <= len(arguments) <= command.most:
        return False
    return all(leading_integer(arguments[index]) is not None for index in command.numbers if index < len(arguments))
