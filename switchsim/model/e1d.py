"""What passes between the far end of opened timeslots (`farend/e1d`) and its adaptor, the server of `--e1d`.

In (an `Outside` order): u32 session + payload, as switchsim/model/outside.py packs it. A session is a client of the
control socket or an opened timeslot; both are numbered from 1, and no number is used twice in a run.

| order `what` | payload |
|---|---|
| `attached` | text: `control`, or of a timeslot `LINE:TS MODE BUFSIZE`, as in `e1-0:16 raw 160` |
| `detached` | text: why |
| `data` | of a timeslot: octets (raw, cut anywhere within a block) or one frame; of a client: u8 line + u8 Sa bits |
| `underrun` | the octets that there were of a block that is short |
| `bad_length` | u32: octets of a frame that was dropped |

Out (an item of `take_outbox`): u8 what + u32 session + payload.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import Final

import msgspec

from switchsim.model.message import Message

BLOCK_CYCLES: Final = 32
"""Octets are exchanged in step in whole blocks of the buffer's size that come to so many at least."""
CONTROL: Final = "control"

_ITEM: Final = struct.Struct(">BI")
_COUNT: Final = struct.Struct(">H")


class Item(IntEnum):
    """What an item of the outbox is."""

    DATA = 1
    """Octets, or one frame, to the program of a timeslot."""
    SENT = 2
    """u16: so many more of its frames have gone to the line's transmitter."""
    EVENT = 3
    """A packet to every client; session 0."""


class LineReceives(Message, frozen=True):
    """The far end of a line to the programs that have its timeslots: what its framer finds.

    status: LOS 1, AIS 2, LOF 4, RAI 8, as in the native core. sa: Sa4..Sa8 received (bits 4..0), -1 not known.
    """

    line: str
    status: int
    sa: int = -1


class SaWanted(Message, frozen=True):
    """A program to the far end of a line: send these Sa4..Sa8 (bits 4..0)."""

    line: str
    sa: int


class OpenedTimeslot(msgspec.Struct, frozen=True):
    """mode: raw or hdlc; bufsize: 1..65535."""

    line: str
    timeslot: int
    mode: str
    bufsize: int

    @property
    def step(self) -> int:
        """Cycles from one exchange of a raw timeslot to the next."""
        return step_of(self.bufsize)


def step_of(bufsize: int) -> int:
    """Cycles of one exchange: the smallest multiple of the buffer's size that is not below BLOCK_CYCLES."""
    return bufsize * -(-BLOCK_CYCLES // bufsize)


def write_opened(name: str, mode: str, bufsize: int) -> bytes:
    """The payload of `attached`; name: LINE:TS."""
    return f"{name} {mode} {bufsize}".encode()


def read_opened(payload: bytes) -> OpenedTimeslot | None:
    """What `write_opened` wrote; None for anything else."""
    words = payload.decode("utf-8", "replace").rsplit(" ", 2)
    line, colon, timeslot = words[0].rpartition(":")
    if len(words) != 3 or not colon or words[1] not in ("raw", "hdlc"):
        return None
    if not all(word.isascii() and word.isdigit() and len(word) <= 5 for word in (timeslot, words[2])):
        return None
    opened = OpenedTimeslot(line, int(timeslot), words[1], int(words[2]))
    return opened if 1 <= opened.timeslot <= 31 and 1 <= opened.bufsize <= 0xFFFF else None


def pack_item(what: Item, session: int, payload: bytes) -> bytes:
    """An item of the outbox."""
    return _ITEM.pack(what, session) + payload


def pack_sent(session: int, frames: int) -> bytes:
    """`frames` of a session have gone to the transmitter, 1..65535."""
    return pack_item(Item.SENT, session, _COUNT.pack(frames))


def unpack_item(item: bytes) -> tuple[Item, int, bytes]:
    """(what, session, payload)."""
    what, session = _ITEM.unpack_from(item)
    return Item(what), session, item[_ITEM.size :]


def unpack_sent(payload: bytes) -> int:
    """Frames of a SENT item."""
    return int(_COUNT.unpack(payload)[0])
