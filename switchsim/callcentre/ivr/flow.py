"""A flow as an IVR has it: blocks by name, compiled and checked by the loader of flow files. Times are cycles.

Texts may hold `${VARIABLE}`. Every flow knows `call`, `calling`, `number` and `flow`; a recording sets `recorded.why`
and `recorded.name`, a look-up `PREFIX.COLUMN` for each column of the row, and `PREFIX.error`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Union

import msgspec

SET_BY_START: Final = ("call", "calling", "number", "flow")
SET_BY_RECORD: Final = ("recorded.why", "recorded.name")
VARIABLE: Final = re.compile(r"\$\{([A-Za-z][A-Za-z0-9_.]*)\}")
LONGEST_VALUE: Final = 1_000


class Block(msgspec.Struct, frozen=True, tag=True):
    """Base of all blocks. `next` and the like name the block that follows."""


class Answer(Block, frozen=True):
    """CONNECT to the caller."""

    next: str


class Play(Block, frozen=True):
    """Sounds, to the end."""

    sounds: tuple[str, ...]
    next: str


class Menu(Block, frozen=True):
    """Sounds that a digit cuts short, then `timeout` for one; a wrong digit, or none, is one of the attempts."""

    sounds: tuple[str, ...]
    choices: dict[str, str]
    timeout: int
    attempts: int
    otherwise: str


class Collect(Block, frozen=True):
    """At most so many digits, or up to the key `end` (`` none); `timeout` for each. Too few every time: otherwise."""

    sounds: tuple[str, ...]
    digits: int
    end: str
    timeout: int
    attempts: int
    into: str
    next: str
    otherwise: str


class Branch(Block, frozen=True):
    on: str
    cases: dict[str, str]
    otherwise: str


class Set(Block, frozen=True):
    values: dict[str, str]
    next: str


class Queue(Block, frozen=True):
    """Leave the call to a queue; `otherwise`: block when it can not be, `` the switch goes on with the service."""

    queue: str
    otherwise: str


class Transfer(Block, frozen=True):
    """To a number, through the office's own ones first."""

    number: str
    otherwise: str


class Record(Block, frozen=True):
    name: str
    limit: int
    silence: int
    stops: str
    beep: bool
    next: str


class LookUpBlock(Block, frozen=True):
    """Ask the database, by way of aplogic. Nothing after `wait`: failed."""

    statement: str
    parameters: dict[str, str]
    into: str
    found: str
    empty: str
    failed: str
    wait: int


class HangUpBlock(Block, frozen=True):
    cause: int


AnyBlock = Union[  # noqa: UP007 - msgspec reads it at run time
    Answer, Play, Menu, Collect, Branch, Set, Queue, Transfer, Record, LookUpBlock, HangUpBlock,
]  # fmt: skip


class Flow(msgspec.Struct, frozen=True):
    """A whole flow. A file of the folder SERVICE holds its msgpack form, as `pack` makes it."""

    name: str
    start: str
    blocks: dict[str, AnyBlock]


def pack(flow: Flow) -> bytes:
    return msgspec.msgpack.encode(flow)


def unpack(octets: bytes) -> Flow | None:
    """The flow of a file; None when it holds none, or one whose start is missing."""
    try:
        flow = msgspec.msgpack.decode(octets, type=Flow)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return flow if flow.start in flow.blocks else None


def followers(block: AnyBlock) -> tuple[str, ...]:
    """Blocks that may come next, in the order of the file; without those that are none (``)."""
    found = [getattr(block, name) for name in ("next", "found", "empty", "failed") if hasattr(block, name)]
    found += getattr(block, "choices", {}).values()
    found += getattr(block, "cases", {}).values()
    found.append(getattr(block, "otherwise", ""))
    return tuple(dict.fromkeys(name for name in found if name))


def expand(text: str, variables: Mapping[str, str]) -> str:
    """The text with the values of its variables, `` of one that was never set; at most LONGEST_VALUE characters."""
    return VARIABLE.sub(lambda match: variables.get(match[1], ""), text)[:LONGEST_VALUE]
