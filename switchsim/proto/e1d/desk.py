"""The server's side of the osmo-e1d control protocol: what is answered to each message.

The desk knows which timeslots there are and which are open; whoever has the sockets tells it when one is closed. One
interface, number 0. Answers are those of osmo-e1d 0.7.2 (src/ctl.c, src/proto_srv.c): what can not be is answered with
an empty payload; a message that is none ends the connection.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from switchsim.proto.e1d.wire import (
    CHANNELIZED,
    FORCE,
    HDLC_FCS,
    INTF_QUERY,
    LINE_CONFIG,
    LINE_QUERY,
    OPENED,
    RAW,
    RESPONSE,
    SABITS,
    TIMESLOT_OFF,
    TS_OPEN,
    TS_QUERY,
    UNSPECIFIED,
    InterfaceInfo,
    LineInfo,
    Message,
    Refusal,
    TimeslotConfig,
    TimeslotInfo,
    decode,
    encode,
    error,
    read_config,
    write_interfaces,
    write_lines,
    write_timeslots,
)

INTERFACE: Final = 0
TIMESLOTS: Final = 32
MOST_OPEN: Final = 64
"""Timeslots that may be open at once; one more is refused as a busy one is."""
REQUIRED, OPTIONAL, ABSENT = "required", "optional", "absent"
MODE_NAMES: Final = {RAW: "raw", HDLC_FCS: "hdlc"}


class Command(msgspec.Struct, frozen=True):
    """How a command is to be filled in; payload: its octets."""

    name: str
    interface: str
    line: str
    timeslot: str
    payload: int


COMMANDS: Final = {
    INTF_QUERY: Command("INTF_QUERY", OPTIONAL, ABSENT, ABSENT, 0),
    LINE_QUERY: Command("LINE_QUERY", REQUIRED, OPTIONAL, ABSENT, 0),
    TS_QUERY: Command("TS_QUERY", REQUIRED, REQUIRED, OPTIONAL, 0),
    LINE_CONFIG: Command("LINE_CONFIG", REQUIRED, REQUIRED, ABSENT, 1),
    TS_OPEN: Command("TS_OPEN", REQUIRED, REQUIRED, REQUIRED, 4),
    SABITS: Command("SABITS", REQUIRED, REQUIRED, ABSENT, 1),
}


class DeskLine(msgspec.Struct, frozen=True):
    """A line: its name in the machine file, and the timeslots that can be opened, each 1..31."""

    name: str
    timeslots: tuple[int, ...]


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """A timeslot that is open from now on. takes_over: it was open, and whoever had it has lost it."""

    line: int
    timeslot: int
    name: str
    """As `e1-0:16`."""
    mode: str
    """raw or hdlc."""
    read_bufsize: int
    takes_over: bool


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """packet: the response. opening: a descriptor goes with it. sabits: (line, octet) to be sent from now on."""

    packet: bytes
    opening: Opening | None = None
    sabits: tuple[int, int] | None = None


class Desk:
    """Answers messages; keeps which timeslots are open, nothing else."""

    def __init__(self, lines: Sequence[DeskLine], most_open: int = MOST_OPEN) -> None:
        self.lines = tuple(lines)
        self.most_open = most_open
        self._open: dict[tuple[int, int], int] = {}  # (line, timeslot) -> mode
        self._answers: dict[int, Callable[[Message], Reply]] = {
            INTF_QUERY: self._interfaces, LINE_QUERY: self._lines, TS_QUERY: self._timeslots,
            LINE_CONFIG: self._configure, TS_OPEN: self._open_timeslot, SABITS: self._sabits,
        }  # fmt: skip

    def answer(self, packet: bytes) -> tuple[Reply | None, Refusal | None]:
        """What a packet of a client is answered with; a Refusal: it is to be disconnected."""
        message = decode(packet)
        refusal = message if isinstance(message, Refusal) else refused(message)
        if isinstance(message, Refusal) or refusal is not None:
            return None, refusal
        return self._answers[message.type](message), None

    def closed(self, line: int, timeslot: int) -> None:
        """A timeslot is not open any more."""
        self._open.pop((line, timeslot), None)

    def failed(self, line: int, timeslot: int, number: int) -> bytes:
        """No descriptor could be made (errno `number`): the packet that says so, instead of the reply."""
        self.closed(line, timeslot)
        return encode(Message(type=error(number), interface=0, line=0, timeslot=0))

    def _interfaces(self, message: Message) -> Reply:
        there = message.interface in (INTERFACE, UNSPECIFIED)
        return _answer(message, write_interfaces([InterfaceInfo(INTERFACE, len(self.lines))] * there))

    def _lines(self, message: Message) -> Reply:
        if message.interface == INTERFACE and message.line == UNSPECIFIED:
            return _answer(message, write_lines([LineInfo(number, CHANNELIZED) for number in range(len(self.lines))]))
        return _answer(message, write_lines([LineInfo(message.line, CHANNELIZED)] * (self._line(message) is not None)))

    def _timeslots(self, message: Message) -> Reply:
        if self._line(message) is None:
            return _answer(message)
        asked = range(TIMESLOTS) if message.timeslot == UNSPECIFIED else (message.timeslot,)
        infos = [TimeslotInfo(number, TimeslotConfig(self._open.get((message.line, number), TIMESLOT_OFF)))
                 for number in asked if number < TIMESLOTS]  # fmt: skip
        return _answer(message, write_timeslots(infos))

    def _configure(self, message: Message) -> Reply:
        """Lines are channelized and stay so."""
        if self._line(message) is None or message.payload[0] != CHANNELIZED:
            return _answer(message)
        return _answer(message, write_lines([LineInfo(message.line, CHANNELIZED)]))

    def _open_timeslot(self, message: Message) -> Reply:
        line, config = self._line(message), read_config(message.payload)
        key = (message.line, message.timeslot)
        if line is None or isinstance(config, Refusal) or message.timeslot not in line.timeslots:
            return _answer(message)
        if config.mode not in MODE_NAMES or not config.read_bufsize:
            return _answer(message)
        taken = key in self._open
        if (taken and not config.flags & FORCE) or (not taken and len(self._open) >= self.most_open):
            return _answer(message)
        self._open[key] = config.mode
        info = TimeslotInfo(message.timeslot, TimeslotConfig(config.mode), OPENED)
        opening = Opening(
            line=message.line, timeslot=message.timeslot, name=f"{line.name}:{message.timeslot}",
            mode=MODE_NAMES[config.mode], read_bufsize=config.read_bufsize, takes_over=taken,
        )  # fmt: skip
        return msgspec.structs.replace(_answer(message, write_timeslots([info])), opening=opening)

    def _sabits(self, message: Message) -> Reply:
        if self._line(message) is None:
            return _answer(message)
        return msgspec.structs.replace(_answer(message), sabits=(message.line, message.payload[0]))

    def _line(self, message: Message) -> DeskLine | None:
        there = message.interface == INTERFACE and message.line < len(self.lines)
        return self.lines[message.line] if there else None


def refused(message: Message) -> Refusal | None:
    """What is wrong with a message to a server; None: nothing."""
    command = COMMANDS.get(message.type)
    if command is None:
        return Refusal("type", f"{message.type:#04x}")
    places = {"interface": (command.interface, message.interface), "line": (command.line, message.line),
              "timeslot": (command.timeslot, message.timeslot)}  # fmt: skip
    for name, (rule, value) in places.items():
        if (rule == REQUIRED and value == UNSPECIFIED) or (rule == ABSENT and value != UNSPECIFIED):
            return Refusal("filter", f"{command.name} with {name} {value}")
    if len(message.payload) != command.payload:
        return Refusal("length", f"{command.name} with {len(message.payload)} octets, not {command.payload}")
    return None


def _answer(message: Message, payload: bytes = b"") -> Reply:
    """Responses name no line: the header's numbers are 0, as osmo-e1d leaves them."""
    response = Message(type=message.type | RESPONSE, interface=0, line=0, timeslot=0, payload=payload)
    return Reply(packet=encode(response))
