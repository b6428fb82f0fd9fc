"""What an IVR is told, and what it keeps of its calls."""

from __future__ import annotations

import msgspec

from switchsim.callcentre.application import ApplicationCommon
from switchsim.callcentre.ivr.flow import Flow
from switchsim.callcentre.process import Watched
from switchsim.model.part import State


class IvrConfig(msgspec.Struct, frozen=True):
    """ccs, voices: processes. flows: files of the folder SERVICE that it loads. files: who else has that folder.

    database: who takes look-ups. watchers: who else is told that it lives. most_calls: at once.
    """

    ccs: tuple[str, ...]
    voices: tuple[str, ...]
    flows: tuple[str, ...]
    files: tuple[str, ...]
    database: str
    watchers: tuple[str, ...]
    most_calls: int


class FlowCall(State):
    """A call in a flow.

    stage: seizing (a voice channel), attaching, detaching (it hung on the channel of an IVR that is gone), running,
    leaving (an order that ends the flow is given). asker: the CCS. voices: VPs that can still be asked. open: orders to
    the VP whose VoiceDone has not come. held: an order could not be given, and is given again once CTI-LINK is back.
    hung: its block does nothing more. own: variables that the flow itself set.
    """

    call: int
    flow: str
    asker: str
    stage: str = "seizing"
    block: str = ""
    voices: list[str] = []
    voice: str = ""
    channel: int = -1
    line: str = ""
    timeslot: int = -1
    detached: bool = False
    open: int = 0
    digits: str = ""
    attempts: int = 0
    query: int = 0
    held: bool = False
    hung: bool = False
    own: list[str] = []
    variables: dict[str, str] = {}


class IvrState(ApplicationCommon):
    """flows: loaded ones by name; files: names that are still missing. queries: number -> call. hangs: fault -> where.

    hung: flow blocks that have hung so far. beaten: cycle of its own last heartbeat.
    """

    flows: dict[str, Flow] = {}
    missing: list[str] = []
    loads: int = 0
    ccs: dict[str, Watched] = {}
    known_to: list[str] = []
    voices: dict[str, Watched] = {}
    turn: int = 0
    calls: dict[int, FlowCall] = {}
    next_query: int = 1
    queries: dict[int, int] = {}
    hangs: dict[str, str] = {}
    hung: int = 0
    beaten: int = 0
