"""What the switch says to a command; every text ends with LF."""

from __future__ import annotations

from typing import Final

from switchsim.proto.agi.commands import Command

INVALID: Final = "510 Invalid or unknown command\n"
DEAD: Final = "511 Command Not Permitted on a dead channel or intercept routine\n"
HANGUP: Final = "HANGUP\n"
"""Unsolicited: the caller has gone."""


def success(result: int | str, note: str | None = None, endpos: int | None = None) -> str:
    """`200 result=R`, then ` (note)` and ` endpos=n`. endpos: samples played or recorded, 0 and up."""
    text = f"200 result={result}"
    if note is not None:
        text += f" ({note})"
    if endpos is not None:
        text += f" endpos={endpos}"
    return text + "\n"


def usage(command: Command) -> str:
    """The answer to wrong arguments: several lines, the last of which begins with `520 `."""
    return (
        "520-Invalid command syntax.  Proper usage follows:\n"
        f"Usage: {' '.join((command.name, command.arguments)).rstrip()}\n"
        f"\t{command.meaning}\n"
        "520 End of proper usage.\n"
    )
