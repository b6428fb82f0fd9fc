"""What the processes of the call-centre platform say to each other, through ICDCOMM.

A process is named by its path below `callcentre/`: `cti_link`, `ccs/a`, `ivr/0`, `vp/0`, `ami`. Times are cycles.
"""

from __future__ import annotations

from typing import Union

from switchsim.model.cti import Told, Wanted
from switchsim.model.message import Message


class Heartbeat(Message, frozen=True):
    """I live. role: of a CCS (standby, active), else ``. since: cycle from which it has had its role.

    serial: of CTI-LINK, the number of what it told this reader last, 0 = it does not say.
    """

    role: str
    since: int
    serial: int = 0


class Register(Message, frozen=True):
    """A process announces itself; what: its kind (ccs, ivr, vp, ami, csta, agi, ...); offers: flows, lines, names."""

    what: str
    offers: tuple[str, ...]


class Registered(Message, frozen=True):
    """The answer."""


class CtiUp(Message, frozen=True):
    """CTI-SERVER to CTI-LINK, CTI-LINK to applications: the link to the switch is there, or not.

    serial: of CTI-SERVER, that of the last event which the switch told, 0 = it does not say.
    """

    up: bool
    serial: int = 0


class RouteLeft(Message, frozen=True):
    """To CTI-LINK, of an application that routes: it does not say where this call goes. Then a CCS is asked; when there
    is none the call goes where the switch would send it."""

    call: int
    entry: int


class FlowStart(Message, frozen=True):
    """CCS to an IVR: serve this call by that flow."""

    call: int
    flow: str
    number: str
    calling: str


class FlowTaken(Message, frozen=True):
    """IVR to the CCS: taken, or not (no channel, flow not loaded, too many)."""

    call: int
    taken: bool
    why: str


class ChannelWanted(Message, frozen=True):
    """An IVR (or the AGI client) wants a voice channel for a call."""

    call: int


class ChannelGiven(Message, frozen=True):
    """channel: of this VP, 0 and up; -1 none is free. line, timeslot: where it is on the switch."""

    call: int
    channel: int
    line: str
    timeslot: int


class ChannelBack(Message, frozen=True):
    """The voice channel is free again."""

    channel: int


class ChannelsHeld(Message, frozen=True):
    """All the voice channels that the sender thinks are his, once a second: letters get lost."""

    channels: tuple[int, ...]


class VoicePlay(Message, frozen=True):
    """Play sounds, by name, one after another, from now on. stops: digits that cut it short, `` none."""

    channel: int
    sounds: tuple[str, ...]
    stops: str


class VoiceCollect(Message, frozen=True):
    """Whether digits are listened for."""

    channel: int
    on: bool


class VoiceRecord(Message, frozen=True):
    """Record what the caller says. name: of the file; limit, silence: cycles, 0 = none; beep: a tone before it."""

    channel: int
    name: str
    limit: int
    silence: int
    stops: str
    beep: bool


class VoiceStop(Message, frozen=True):
    """Stop playing and recording."""

    channel: int


class VoiceDone(Message, frozen=True):
    """what: play, record. why: end, digit (text: which), stopped, silence, limit, full (no room for recordings), lost,
    no_sound (text: which). octets: played or recorded."""

    channel: int
    what: str
    why: str
    text: str
    octets: int


class VoiceDigit(Message, frozen=True):
    """A digit was heard on the channel."""

    channel: int
    digit: str


class LookUp(Message, frozen=True):
    """A query for the database, on its way seat or flow -> aplogic or PROXY -> database. statement: its name."""

    query: int
    statement: str
    parameters: dict[str, str]


class LookedUp(Message, frozen=True):
    """result: found, empty, failed (text: why), late, locked. row: the first one, as text."""

    query: int
    result: str
    text: str
    row: dict[str, str]


class FileWanted(Message, frozen=True):
    """A file of a shared folder."""

    folder: str
    name: str


class FileGiven(Message, frozen=True):
    folder: str
    name: str
    found: bool
    octets: bytes


class SignIn(Message, frozen=True):
    """To the CCS by way of PROXY: an agent signs in at a seat (or out). skills: `` as `ccsuser.dat` says."""

    request: int
    agent: str
    seat: str
    on: bool


class SignedIn(Message, frozen=True):
    """result: ok, no_such_agent, no_skill, seat_faulty, taken, full, not_active."""

    request: int
    agent: str
    result: str


class ResyncAsked(Message, frozen=True):
    """A CCS that became active or standby asks the other one for what only it knows."""


class ResyncGiven(Message, frozen=True):
    """octets: msgpack of the asker's own format."""

    octets: bytes


class Application(Message, frozen=True):
    """Something that only two processes of one kind understand; what: its name there."""

    what: str
    octets: bytes


AnyBody = Union[  # noqa: UP007 - msgspec reads it at run time
    Told, Wanted, Heartbeat, Register, Registered, CtiUp, RouteLeft, FlowStart, FlowTaken, ChannelWanted, ChannelGiven,
    ChannelBack, ChannelsHeld, VoicePlay, VoiceCollect, VoiceRecord, VoiceStop, VoiceDone, VoiceDigit, LookUp,
    LookedUp, FileWanted, FileGiven, SignIn, SignedIn, ResyncAsked, ResyncGiven, Application,
]  # fmt: skip


class Letter(Message, frozen=True):
    """One message of the platform, by way of ICDCOMM."""

    to: str
    sender: str
    body: AnyBody
