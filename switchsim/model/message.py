"""Messages on ports: frozen structs, tagged with their class name so that a snapshot can hold those in flight."""

from __future__ import annotations

import functools
from typing import Any, Union

import msgspec


class Message(msgspec.Struct, frozen=True, tag=True):
    """Base of all messages."""


class BusMessage(Message, frozen=True):
    """A message between the main processor and a board.

    board: bus address, 0..65535: where it goes (downwards) or where it comes from (upwards).
    """

    board: int


def _leaves(base: type[Message]) -> list[type[Message]]:
    found: list[type[Message]] = []
    for sub in base.__subclasses__():
        found.extend([sub, *_leaves(sub)])
    return found


@functools.cache
def _decoder(count: int) -> msgspec.msgpack.Decoder[Any]:
    types = sorted(_leaves(Message), key=lambda struct: struct.__name__)
    return msgspec.msgpack.Decoder(Union[tuple(types)])  # noqa: UP007


def decode_message(octets: bytes) -> Message:
    """The message that msgpack encoded; raises msgspec.ValidationError when it is none that is known."""
    message: Message = _decoder(len(_leaves(Message))).decode(octets)
    return message
