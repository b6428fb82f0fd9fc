"""What a session asks of whoever owns the connection: plain values."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from switchsim.proto.ami.blocks import Block


class Send(msgspec.Struct, frozen=True, gc=False):
    """Octets for the client."""

    octets: bytes


class Close(msgspec.Struct, frozen=True, gc=False):
    """Close the connection, after what was sent. why: for the journal."""

    why: str


class Judge(msgspec.Struct, frozen=True, gc=False):
    """Is this log-in good? Answered by `Session.judged`.

    kind: `plain` (key: which of the secrets of this connection, from 1) or `md5` (key: as the client said).
    """

    user: str
    kind: str
    challenge: str
    key: str


class Request(msgspec.Struct, frozen=True):
    """An action of a client that has logged in; the session waits until `Session.answered`."""

    block: Block


class LoggedIn(msgspec.Struct, frozen=True, gc=False):
    """The client may act from now on."""

    user: str


class Refused(msgspec.Struct, frozen=True, gc=False):
    """Something the client sent is beyond a limit or has no sense; counted and written down."""

    why: str


class StartTimer(msgspec.Struct, frozen=True, gc=False):
    """Start or restart the timer `name` of this session."""

    name: str
    cycles: int


class StopTimer(msgspec.Struct, frozen=True, gc=False):
    name: str


Action: TypeAlias = Send | Close | Judge | Request | LoggedIn | Refused | StartTimer | StopTimer
