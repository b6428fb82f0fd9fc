"""What the AMI server keeps: its clients, what they were told, which answers they wait for. Times are cycles."""

from __future__ import annotations

import msgspec

from switchsim.callcentre.outlet import OutletCommon
from switchsim.model.part import State
from switchsim.proto.ami import Block, SessionState


class AmiConfig(msgspec.Struct, frozen=True):
    """auth: a log-in needs a good password; else any is good, and nobody is asked.

    Of the office data, as the CTI link does not tell it: wrap_up: seat -> seconds, 0 = none; longest: queue -> callers
    that it takes, 0 = any number.
    """

    auth: bool = True
    wrap_up: dict[str, int] = {}
    longest: dict[str, int] = {}


class Channel(State):
    """A leg as clients know it. gone: hung up, and kept for what is still told of its call.

    caller, connected: CallerIDNum and ConnectedLineNum. state: ChannelState. shown: the leg's state as it was told.
    dialled_by: leg that calls it, from DialBegin to DialEnd. rang: since when. bridge: 0 = in none.
    """

    leg: int
    call: int
    name: str
    device: str
    role: str
    uniqueid: str
    linkedid: str
    began: int
    caller: str = ""
    caller_name: str = ""
    connected: str = ""
    connected_name: str = ""
    exten: str = ""
    account: str = ""
    state: int = 0
    shown: str = ""
    application: str = ""
    data: str = ""
    dialled_by: int = 0
    queue: str = ""
    rang: int = 0
    bridge: int = 0
    gone: bool = False
    variables: dict[str, str] = {}


class Waiter(State):
    """A caller in a queue, as clients know it; original: position at which it came."""

    call: int
    leg: int
    queue: str
    original: int
    since: int


class Connecting(State):
    """A seat has answered, and the caller has not left the queue yet."""

    leg: int
    seat: str
    rang: int


class Bridge(State):
    """legs: in the order in which they entered."""

    number: int
    legs: list[int] = []


class Member(State):
    """A seat in a queue, as clients know it; fields as in QueueMemberStatus. Times are cycles, 0 = never."""

    queue: str
    seat: str
    penalty: int
    static: bool
    status: int = 0
    paused: bool = False
    reason: str = ""
    taken: int = 0
    last_call: int = 0
    last_pause: int = 0
    login: int = 0
    in_call: bool = False


class Tally(State):
    """What is counted of a queue. completed_soon, abandoned_soon: within the service level. Times are seconds."""

    completed: int = 0
    abandoned: int = 0
    completed_soon: int = 0
    abandoned_soon: int = 0
    hold: int = 0
    talk: int = 0


class Asked(State):
    """An action that waits for the switch. orders: how many it gave; results: of those that were answered."""

    client: int
    block: Block
    kind: str
    orders: int
    results: list[str] = []
    call: int = 0
    leg: int = 0
    detail: dict[str, str] = {}


class AmiState(OutletCommon):
    """sending: octets for connections, which follow the outbox. sessions: by connection.

    logins: request -> connection. stalled: actions that wait for the view of the switch. known: that has been complete
    once. silent: nothing is told (the first view is being filled). legs_of: every leg that a call has had, while it
    lasts. links: Linkedid by call. joined: call that is one conversation with others -> the first of these. names:
    MemberName by seat. consulting: seats that an Atxfer made consult -> the call that they hold. refused: inputs beyond
    a limit or without sense.
    """

    sending: dict[int, list[bytes]] = {}
    sessions: dict[int, SessionState] = {}
    inputs: list[tuple[str, bytes]] = []
    logins: dict[int, int] = {}
    next_login: int = 0
    stalled: dict[int, Block] = {}
    known: bool = False
    silent: bool = True
    channels: dict[int, Channel] = {}
    legs_of: dict[int, list[int]] = {}
    waiters: dict[int, Waiter] = {}
    connecting: dict[int, Connecting] = {}
    bridges: dict[int, Bridge] = {}
    next_bridge: int = 0
    members: dict[str, dict[str, Member]] = {}
    tallies: dict[str, Tally] = {}
    links: dict[int, str] = {}
    joined: dict[int, int] = {}
    names: dict[str, str] = {}
    variables: dict[str, str] = {}
    asked: dict[int, Asked] = {}
    next_asked: int = 0
    consulting: dict[str, int] = {}
    calls_processed: int = 0
    refused: int = 0
