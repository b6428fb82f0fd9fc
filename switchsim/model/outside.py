"""What passes between a part of the platform and its adaptor: octets of numbered connections, and options as values.

Both sides pack and unpack here. In (an `Outside` order): u32 connection + payload. Out (an item of `take_outbox`):
u8 what + u32 connection + payload. Integers are big-endian. Connections of a listener are numbered by its adaptor from
1; the part that dials numbers its own. No number is used twice in a run. The database has the one connection 0.

| order `what` | payload |
|---|---|
| `attached` | nothing: a client came, or a connection that the part asked for is up |
| `data` | octets, cut anywhere; secrets are `*` already |
| `detached` | why, as text: `closed`, `reset`, `slow` (it did not read), `limit` (too many silent ones) |
| `connect_failed` | why, as text: `refused`, `timeout`, `unreachable`, `limit` |
| `verified` | u32 request + u8 1 (good) or 0 |
| `answered` | JSON of `Answer` |

After a part has closed a connection it hears no more of it, but for what was on its way already.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import Final

import msgspec

DATABASE_CONNECTION: Final = 0
PLAIN: Final = "plain"
MD5: Final = "md5"
RESULTS: Final = ("found", "empty", "failed", "locked", "late")

_IN: Final = struct.Struct(">I")
_OUT: Final = struct.Struct(">BI")
_VERIFIED: Final = struct.Struct(">IB")


class AgiTarget(msgspec.Struct, frozen=True, kw_only=True):
    """`--agi [NUMBER=]agi://HOST[:PORT][,HOST2[:PORT]]/SCRIPT[?query]`."""

    number: str = ""
    """The number whose calls it takes; empty: every step `ivr: agi`."""
    hosts: tuple[tuple[str, int], ...]
    """(host, port), in the order in which they are tried."""
    script: str
    """What follows the host, without the first slash; with its query."""
    url: str
    """As it was given, from `agi://` on."""


class Listeners(msgspec.Struct, frozen=True, kw_only=True):
    """Which interfaces to the outside a run has; a part is built for each."""

    ami: bool = False
    csta: bool = False
    agi: tuple[AgiTarget, ...] = ()
    auth: bool = True
    """False (`--insecure-no-auth`): any log-in is good."""
    e1d: bool = False
    """Programs may open timeslots of the lines (`--e1d`)."""
    database: bool = False
    """A database was named by option; one of the machine file is there without it."""

    def __bool__(self) -> bool:
        """Whether there is any."""
        return self.ami or self.csta or bool(self.agi) or self.database or self.e1d


NO_LISTENERS: Final = Listeners()


class Out(IntEnum):
    """What an item of an outbox asks of the adaptor."""

    DATA = 1
    """Send the payload."""
    CLOSE = 2
    """Close, after what was sent has gone."""
    CONNECT = 3
    """Dial `host:port`; an IPv6 address stands in brackets."""
    VERIFY = 4
    """Is this log-in good? Payload: `Verify`."""
    QUERY = 5
    """Ask the database. Payload: JSON of `Query`."""


class Verify(msgspec.Struct, frozen=True, kw_only=True):
    """A log-in that the adaptor is to judge, as it alone knows the secrets."""

    request: int
    """Comes back with the answer; u32."""
    user: str
    kind: str
    """`plain` or `md5`."""
    challenge: str = ""
    """md5: what the client was given."""
    key: str
    """md5: hexadecimal MD5 of challenge + secret, as the client said. plain: which of the secrets that came on this
    connection, as a decimal number from 1. On AMI every line `Secret:` counts, also an empty one; on CSTA every element
    whose local name ends in `password` (any case), also an empty one."""


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """A named statement of the machine file with its parameters."""

    query: int
    """Comes back with the answer; counts from 1."""
    statement: str
    parameters: dict[str, str] = {}


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a query."""

    query: int
    result: str
    """One of RESULTS."""
    text: str = ""
    """found: the first column of the first row; failed: the class of the error."""
    row: dict[str, str] = {}
    """found: the first row, by column."""


def pack_in(connection: int, payload: bytes = b"") -> bytes:
    """The octets of an `Outside` order; connection is 0..2^32-1."""
    return _IN.pack(connection) + payload


def unpack_in(octets: bytes) -> tuple[int, bytes]:
    """(connection, payload). Octets that no adaptor writes (a changed replay) are connection 0 without payload."""
    return (_IN.unpack_from(octets)[0], octets[_IN.size :]) if len(octets) >= _IN.size else (0, b"")


def pack_out(what: Out, connection: int, payload: bytes = b"") -> bytes:
    """An item of an outbox."""
    return _OUT.pack(what, connection) + payload


def unpack_out(item: bytes) -> tuple[Out, int, bytes]:
    """(what, connection, payload) of an item that `pack_out` made."""
    what, connection = _OUT.unpack_from(item)
    return Out(what), connection, item[_OUT.size :]


def pack_verify(connection: int, asked: Verify) -> bytes:
    """The outbox item of a log-in. A NUL in what a client said (never part of a good name) becomes U+FFFD."""
    words = (one.replace("\0", "\ufffd") for one in (asked.user, asked.kind, asked.challenge, asked.key))
    return pack_out(Out.VERIFY, connection, _IN.pack(asked.request) + "\0".join(words).encode("utf-8", "replace"))


def unpack_verify(payload: bytes) -> Verify:
    """The payload of a VERIFY item."""
    user, kind, challenge, key = payload[_IN.size :].decode().split("\0")
    return Verify(request=_IN.unpack_from(payload)[0], user=user, kind=kind, challenge=challenge, key=key)


def pack_verified(request: int, good: bool) -> bytes:
    """The payload of a `verified` order, without its connection."""
    return _VERIFIED.pack(request, good)


def unpack_verified(payload: bytes) -> tuple[int, bool]:
    """(request, good); request 0, not good, for octets that no adaptor writes."""
    if len(payload) != _VERIFIED.size:
        return 0, False
    request, good = _VERIFIED.unpack(payload)
    return request, good == 1


def pack_query(query: Query) -> bytes:
    """The outbox item of a query."""
    return pack_out(Out.QUERY, DATABASE_CONNECTION, msgspec.json.encode(query))


def unpack_query(payload: bytes) -> Query:
    """The payload of a QUERY item."""
    return msgspec.json.decode(payload, type=Query)


def pack_answer(answer: Answer) -> bytes:
    """The payload of an `answered` order, without its connection."""
    return msgspec.json.encode(answer)


def unpack_answer(payload: bytes) -> Answer | None:
    """The payload of an `answered` order; None for octets that no adaptor writes."""
    try:
        answer = msgspec.json.decode(payload, type=Answer)
    except msgspec.MsgspecError:
        return None
    except UnicodeDecodeError:
        return None
    return answer if answer.result in RESULTS else None
