"""Configuration and state of the AGI client."""

from __future__ import annotations

from typing import Final

import msgspec

from switchsim.callcentre.outlet import OutletCommon
from switchsim.callcentre.process import Watched
from switchsim.model.order import Outside
from switchsim.model.outside import AgiTarget
from switchsim.model.part import State
from switchsim.proto.agi import LinesState
from switchsim.units import seconds

WAITING_LINES: Final = 64
"""Commands that may wait while one is under way; a server that sends more is closed."""
BAD_LINES: Final = 16
"""Lines that are no command or too long, in a row, until the server is closed."""
BEFORE: Final = ("connecting", "seizing", "attaching")
"""Stages without an opening yet."""
ENTRIES: Final = 10_000
"""Of the database, and variables of a session (each with its limit)."""


class AgiConfig(msgspec.Struct, frozen=True):
    """targets: the one without a number serves steps `ivr: agi`. voices: the VPs, in the order in which they are asked.
    sounds: names that the VPs can play.

    connect_cycles: for one host. channel_cycles: for the answer of a VP. command_cycles: without a command the server
    counts as hung. dead_cycles: how long it may go on after the caller has gone. sessions: at the same time.
    first_digit_cycles, next_digit_cycles: of GET DATA without a time of its own (Asterisk's 10 s and 5 s).
    """

    targets: tuple[AgiTarget, ...]
    voices: tuple[str, ...]
    sounds: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()  # agi_arg_1, agi_arg_2, ...
    version: str = "13.0.0"
    connect_cycles: int = seconds(5)
    channel_cycles: int = seconds(1)
    command_cycles: int = seconds(60)
    dead_cycles: int = seconds(30)
    sessions: int = 400  # as many connections as the adaptor dials
    first_digit_cycles: int = seconds(10)
    next_digit_cycles: int = seconds(5)


class Operation(State):
    """What a command under way waits for.

    kind: ``, play, data, option, digit, record, exec_play, wait, answer, move. playing: a sound or a recording goes on,
    else time runs. escape: digits that cut it short. digits: collected; of move: the application. began: cycle.
    """

    kind: str = ""
    playing: bool = False
    escape: str = ""
    digits: str = ""
    most: int = 0
    first_cycles: int = 0
    next_cycles: int = 0
    began: int = 0
    octets: int = 0


class Session(State):
    """One call and the server that serves it.

    stage: connecting, seizing (a voice channel), attaching, running, ending (the call is being given back), over (only
    the channel or the connection is still to be freed). connection: 0 = none. voice: process, `` = no channel.
    mine: the call is in this flow; dead: the caller can not be served any more (it hung up, or was taken away).
    """

    number: int
    call: int
    leg: int
    calling: str
    dialled: str
    target: int
    host: int = 0
    stage: str = "connecting"
    connection: int = 0
    voice: str = ""
    asked: int = 0  # index of the VP that is asked
    channel: int = -1
    line: str = ""
    timeslot: int = -1
    mine: bool = True
    dead: bool = False
    told: bool = False  # HANGUP has been sent
    moving: bool = False  # a Redirect of this session is under way
    owed: str = ""  # an order that gives the call back and reached nobody: refuse, extension, hangup
    answered: bool = False
    lines: LinesState = msgspec.field(default_factory=LinesState)
    waiting: list[str] = []
    command: str = ""  # under way
    argument: str = ""  # its first
    operation: Operation = msgspec.field(default_factory=Operation)
    commands: int = 0
    bad: int = 0
    variables: dict[str, str] = {}
    context: str = "default"
    extension: str = ""  # as SET EXTENSION said
    priority: int = 1


class AgiState(OutletCommon):
    """sessions: by their number. owners: connection -> session.

    failed: attempts to connect that failed; died: servers that closed, or fell silent, in the middle of a call;
    refused: calls given back because nobody could serve them; dropped: digits that no command waited for.
    kept_outside: what came from outside while the process hung.
    """

    sessions: dict[int, Session] = {}
    owners: dict[int, int] = {}
    next_session: int = 0
    next_connection: int = 0
    entries: dict[str, str] = {}  # family/key -> value
    voices: dict[str, Watched] = {}
    kept_outside: list[Outside] = []
    failed: int = 0
    died: int = 0
    refused: int = 0
    dropped: int = 0
