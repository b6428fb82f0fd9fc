"""`--dial LINE=NUMBER[*N]`: calls that the machine itself places."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from switchsim.errors import BadInput

_DIAL: Final = re.compile(r"(?P<line>[^=\s]+)=(?P<number>[0-9*#A-D]{1,32}?)(?:\*(?P<count>[1-9][0-9]{0,4}))?")


@dataclass(frozen=True)
class Dial:
    """`count` calls to `number` over `line`: each waits for the link and an idle circuit."""

    line: str
    number: str
    count: int = 1

    def __str__(self) -> str:
        return f"{self.line}={self.number}*{self.count}"


def parse_dial(text: str) -> Dial:
    """Read one option; raises BadInput."""
    match = _DIAL.fullmatch(text)
    if match is None:
        raise BadInput.one("--dial", repr(text), "LINE=NUMBER or LINE=NUMBER*TIMES, as in e1-0=10000*3")
    return Dial(match["line"], match["number"], int(match["count"] or 1))
