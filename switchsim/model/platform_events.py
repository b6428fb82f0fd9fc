"""Journal events of the call-centre platform and of the interfaces to outside applications; told on by `model.events`.

`client` is the number of a connection, 1 and up; 0 = the process itself. Times are cycles.
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from switchsim.model.event import Event, words
from switchsim.model.outside import RESULTS

ProgramAct = Literal["restart", "stop", "kill", "start"]


class RoleChanged(Event, frozen=True):
    """A process of a pair is standby or active from now on."""

    role: Annotated[str, words("active", "standby")]
    why: str


class RouteDecided(Event, frozen=True):
    """The platform answers the switch's question `entry` of a call."""

    call: int
    entry: int
    target: str
    why: str


class CallRanked(Event, frozen=True):
    """By order of the platform a call does not simply stand in line: priority 0 is plain, higher goes before lower.

    own: 1 = the switch gives it to a seat, 0 = the platform does.
    """

    call: int
    queue: str
    priority: int
    own: int


class MemberSet(Event, frozen=True):
    """By order of the platform a seat belongs to a queue (present 1), with another penalty perhaps, or no more.

    The idle seats of the lowest penalty are called first; those of the office data have 0.
    """

    queue: str
    seat: str
    present: int
    penalty: int


class SeatOffered(Event, frozen=True):
    """The platform gives a waiting call to a seat."""

    call: int
    seat: str
    queue: str


class AgentRefused(Event, frozen=True):
    """The active CCS gives no calls to the agent who signed in with the keys of a seat.

    why: no_skill (the agent has no call queue, role or team), full (`icd.ini` allows no more agents); empty: from now
    on it does.
    """

    agent: str
    seat: str
    why: str


class Resynchronised(Event, frozen=True):
    """A process has the switch's present state; differing: agents or calls of which it had thought otherwise."""

    calls: int
    agents: int
    differing: int


class AgentsKnown(Event, frozen=True):
    """What a CCS thinks that the seats do, after each comparison with the switch and at the end of the run.

    complete: 1 = it has been told everything, 0 = it knows that it does not know. seats: `idle:1001-1003,1007
    ringing:1004`, by state.
    """

    complete: int
    seats: str


class ConfigurationRead(Event, frozen=True):
    """A process has read a file of the shared folder, and runs with it."""

    file: str
    version: str


class DataShown(Event, frozen=True):
    """What is known of a call (`key=value key=value`) is on the screen of a seat."""

    call: int
    seat: str
    data: str


class LampShown(Event, frozen=True):
    """A lamp of a monitor."""

    about: str
    colour: Annotated[str, words("off", "green", "yellow", "red", "blue")]


class ApplicationChanged(Event, frozen=True):
    """An outside application."""

    client: int
    what: Annotated[str, words("connected", "logged_in", "refused", "failed", "closed")]
    why: str


class RequestTaken(Event, frozen=True):
    """A request of an application, and what came of it."""

    client: int
    request: str
    name: str
    result: str
    call: int


class EventTold(Event, frozen=True):
    """An interface tells its clients something, once for all of them."""

    name: str
    call: int
    detail: str


class InputRefused(Event, frozen=True):
    """Octets of a client that are no request, or beyond a limit."""

    client: int
    why: str


class FlowChanged(Event, frozen=True):
    """A call in an IVR flow; at: a block; refused: the service goes on without it.

    Of call 0 the flow itself: loaded, damaged (its file holds none).
    """

    call: int
    flow: str
    block: str
    state: Annotated[str, words("taken", "at", "hung", "killed", "ended", "refused", "loaded", "damaged")]


class LookUpDone(Event, frozen=True):
    """A database query; why: the class of the error of one that failed."""

    query: int
    statement: str
    result: Annotated[str, words(*RESULTS)]
    waited: int
    why: str = ""


class SoundRecorded(Event, frozen=True):
    """A recording of what a caller said has ended."""

    call: int
    name: str
    cycles: int
    why: str


class VoiceChannel(Event, frozen=True):
    """A channel of a voice processor; playing: its lamp is red."""

    line: str
    timeslot: int
    call: int
    state: Annotated[str, words("idle", "seized", "playing", "recording", "lost")]


class ProgramActed(Event, frozen=True):
    """The timeline does something to the program that the scenario started."""

    act: Annotated[str, words(*get_args(ProgramAct))]


class InterfaceTampered(Event, frozen=True):
    """A fault acts on what an interface says to a client, or hears of it; client 0 = all of them."""

    client: int
    fault: str
    what: str
