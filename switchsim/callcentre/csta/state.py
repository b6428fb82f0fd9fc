"""What the CSTA server remembers: its clients, what they monitor, calls as CSTA sees them; plain values."""

from __future__ import annotations

from typing import Final

import msgspec

from switchsim.callcentre.outlet import OutletCommon
from switchsim.model.part import State
from switchsim.proto.csta import FrameState
from switchsim.units import ms, seconds

HELLO_CYCLES: Final = ms(500)
"""A client that has said nothing by then is spoken to first (the second style of a session)."""
LOGIN_CYCLES: Final = seconds(30)
"""By then it must have been let in."""
BEAT_CYCLES: Final = seconds(30)
"""SystemStatus to a registered client; three without an answer, and it is cut off."""
BEATS_LOST: Final = 3
SESSION_SECONDS: Final = 180
SHORTEST_SESSION, LONGEST_SESSION = 10, 7200
ROUTE_CYCLES: Final = ms(1500)
"""A question is left to others then: the switch goes its own way half a second later."""
ANSWER_WAIT_CYCLES: Final = seconds(35)
"""A call whose seat rings first (autoOriginate prompt) is answered for that long."""
MOST_MONITORS: Final = 2_000
"""Of one client."""
MOST_REGISTERS: Final = 64
MOST_PENDING: Final = 100
"""Requests of one client that wait for the switch."""
MOST_REFUSED: Final = 20
"""Documents of one client that could not be read; then it is cut off."""
SEGMENT: Final = 60
"""Entries of a list in one message, so that it stays below 32767 octets."""


class CstaConfig(msgspec.Struct, frozen=True):
    """auth: a log-in needs a good password; else any is good, and none is needed. queues: of the machine; the link
    tells of one when it has a member or a caller."""

    auth: bool = True
    queues: tuple[str, ...] = ()


class Client(State):
    """A connection. namespace: of what is told to it (empty: none). session, register: empty, not begun.

    secrets: passwords that it has sent. pending: orders that wait. unanswered: SystemStatus in a row. refused:
    documents that could not be read.
    """

    number: int
    frames: FrameState = msgspec.field(default_factory=FrameState)
    namespace: str = ""
    heard: bool = False
    allowed: bool = False
    user: str = ""
    session: str = ""
    session_cycles: int = 0
    register: str = ""
    secrets: int = 0
    pending: int = 0
    invoke: int = 0
    unanswered: int = 0
    refused: int = 0


class Login(State):
    """A log-in that the adaptor judges; name: of the request, version, seconds: what the session will be."""

    client: int
    invoke: int
    name: str
    namespace: str
    user: str
    version: str = ""
    seconds: int = 0


class Pending(State):
    """A request that waits for the switch. call, device: for its answer. agent: of SetAgentState."""

    client: int
    invoke: int
    name: str
    namespace: str
    call: int = 0
    device: str = ""
    agent: str = ""


class Monitor(State):
    """device: `` of a call. calls: which it follows, of a call-type one. unwanted: events that are filtered out."""

    client: int
    namespace: str
    device: str
    calls: list[int] = []
    follows: bool = False
    of_call: bool = False
    unwanted: list[str] = []


class RouteRegister(State):
    """device: `` = all."""

    client: int
    namespace: str
    device: str


class Dialogue(State):
    """A question of the switch that a client answers. used: it wants to know where the call went."""

    register: str
    call: int
    entry: int
    calling: str
    queue: str
    device: str
    chosen: str = ""
    used: bool = False


class Line(State):
    """A call as CSTA sees it; call: its callID.

    calls: of the switch, joined ones. connections: device -> its local state. legs: of the switch -> device. origin:
    the leg that began it, 0 not known yet. queued: queue whose connection is there. ringing_from: queue that gave it to
    seat that rings. redirected: device from which it came last. leaving: seat that hands it on. left: legs of a seat
    that has handed it on, until the switch tells that they are gone. answered: by a device; failed: that was told.
    """

    call: int
    direction: str
    calling: str
    called: str
    calls: list[int] = []
    connections: dict[str, str] = {}
    legs: dict[int, str] = {}
    origin: int = 0
    originated: bool = False
    queued: str = ""
    ringing_from: str = ""
    redirected: str = ""
    leaving: str = ""
    left: list[int] = []
    answered: bool = False
    failed: bool = False


class CstaState(OutletCommon):
    """lines: by callID. line_of: call of the switch -> callID. agents: seat -> CSTA agent state. names: seat -> agentID
    as the application said it. monitors, registers, dialogues: by the numbers that clients know them by. watching:
    device -> its monitors. following: monitors of calls, and of type call.

    retelling: the switch tells everything again; nothing of that is an event. told_down: applications know that the
    switch is out of reach. unread: what came while it hung. tardy: what it will take later, when it is slow.
    """

    clients: dict[int, Client] = {}
    logins: dict[int, Login] = {}
    pending: dict[int, Pending] = {}
    monitors: dict[int, Monitor] = {}
    watching: dict[str, list[int]] = {}
    following: list[int] = []
    registers: dict[int, RouteRegister] = {}
    dialogues: dict[int, Dialogue] = {}
    lines: dict[int, Line] = {}
    line_of: dict[int, int] = {}
    agents: dict[str, str] = {}
    names: dict[str, str] = {}
    faulty: list[str] = []
    retelling: bool = False
    routing: bool = False
    told_down: bool = False
    last_login: int = 0
    last_pending: int = 0
    last_monitor: int = 0
    last_register: int = 0
    last_dialogue: int = 0
    last_list: int = 0
    unread: list[tuple[str, bytes]] = []
    tardy: dict[int, tuple[str, bytes]] = {}
    next_tardy: int = 0
