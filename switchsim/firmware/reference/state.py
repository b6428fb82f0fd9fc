"""Everything the reference firmware remembers. Indices count into the tuples of `Office`."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from switchsim.firmware.reference.cti_state import CtiState, Origination, Ringing
from switchsim.firmware.reference.interworking import Caller
from switchsim.model.part import State
from switchsim.proto.q931 import InterfaceState
from switchsim.proto.r2 import R2State
from switchsim.terminals.point import PointState
from switchsim.terminals.r2_tap import TapState


class Stage(StrEnum):
    """Where a call is."""

    COLLECTING = "collecting"  # overlap: digits of the called number are still coming
    SERVICE = "service"  # announcement, menu, hold
    ROUTING = "routing"  # the platform is asked
    QUEUED = "queued"
    RINGING = "ringing"  # at a seat
    OUTGOING = "outgoing"  # SETUP or IAM sent
    TALK = "talk"
    HELD = "held"
    CONFERENCE = "conference"
    CLEARING = "clearing"  # recorded; waits for the circuit


SETTLED = frozenset(Stage) - {Stage.COLLECTING, Stage.OUTGOING, Stage.CLEARING}
"""Stages in which an *answered* call survives a switchover of the processors."""


class Leg(State):
    """One end of a call: a trunk circuit (with its key: of Q.931, or the CIC) or a seat; both -1 = nobody.

    What the CTI link tells of it: number (0 = never told), role as it came (a, b), the cycle of its answer (0 = not
    yet), alerted (somebody rings at the other exchange), ringing (of a seat that was called).
    """

    circuit: int = -1
    key: int = -1
    seat: int = -1
    number: int = 0
    role: str = ""
    answered: int = 0
    alerted: bool = False
    ringing: Ringing | None = None

    @property
    def present(self) -> bool:
        return self.circuit >= 0 or self.seat >= 0


class Call(State):
    """A call: leg `a` came first (caller), leg `b` joined.

    partner: the other call of a consultation. joined: the other call of a conference, or of two trunks that talk with
    each other; each keeps its own circuit and its own record.
    """

    number: int
    direction: str  # in, out, seat
    calling: str
    called: str  # as dialled
    offered: int
    line: str = ""
    timeslot: int = 0
    stage: str = Stage.COLLECTING
    a: Leg = msgspec.field(default_factory=Leg)
    b: Leg = msgspec.field(default_factory=Leg)
    target: str = ""  # after translation
    caller: Caller | None = None  # what the signalling said of who calls; None: a call that began here
    service: str = ""
    step: int = -1
    attempts: int = 0
    shortages: int = 0  # waits for a receiver, one after another
    hops: int = 0  # services begun in cycle `hop_at`
    hop_at: int = -1
    overflows: int = 0  # times that a queue sent it over
    queue: str = ""  # in which it waits or waited, to which it returns from a seat
    last_queue: str = ""  # that sent it over; for the record
    ordered_queue: str = ""  # to which an order sent it, while the platform is asked who serves it there
    queued: int = 0  # cycle; with `number` the order of the queue
    wait_due: int = 0  # cycle from which on it has waited too long, when its queue has a longest wait
    announcer: int = -1
    receiver: int = -1
    conference: int = -1
    members: list[int] = []  # slots in the conference, by leg
    masks: list[int] = []  # and whom each of them hears
    listener: int = -1  # the seat that listens in
    partner: int = 0
    joined: int = 0
    far: int = 0  # slot of the end that belongs to the joined call, while the two talk
    answered: int = 0
    talked: int = 0
    seat: str = ""  # the last seat that talked
    hold_cycles: int = 0  # of a call that the console placed
    own: bool = True  # the switch distributes it; else it waits in its queue until the platform offers it to a seat
    priority: int = 0  # in its queue, higher before lower
    entries: int = 0  # times that the platform was asked where it goes
    voice: int = -1  # circuit of the voice channel that it is attached to
    origination: Origination | None = None  # the order that made it, until its device answers
    layer3: list[bytes] = []  # of the trunk legs; only in checkpoints
    heard: dict[int, int] = {}  # slot of a leg -> what it hears; only in checkpoints

    @property
    def waits(self) -> bool:
        """Whether it stands in its queue; one that rings at a seat does, if it is called from there."""
        called = self.b.ringing if self.stage == Stage.RINGING else None
        return self.stage == Stage.QUEUED or (called is not None and called.queue != "")


class Seat(State):
    """A seat set as the switch sees it."""

    state: str = "signed_out"  # as in SeatState
    call: int = 0
    held: int = 0
    idle_since: int = 0
    served: bool = False  # has talked since it was idle
    after: str = ""  # what the person wants after this call: busy, sign_out
    reason: str = ""  # of busy
    shown: str = ""


class Pool(State):
    """Receivers, announcers, conferences: who uses each unit (0 = free; below: no call), and which are broken."""

    users: list[int] = []
    broken: list[int] = []
    last: int = -1  # the last unit seized; the next search starts behind it


class LatePlay(State):
    """Prompts that a caller hears when the register has done with his circuit."""

    call: int
    prompts: list[int]
    looping: bool


class RegistersState(State):
    """MFC registers. of: circuit -> register. side: circuit -> outgoing, incoming; also while it waits.

    waiting: circuits, in turn. resting: those whose register signals have just ended; answers: circuits on which an
    answer waits for that.
    """

    of: dict[int, int] = {}
    side: dict[int, str] = {}
    waiting: list[int] = []
    resting: list[int] = []
    answers: list[int] = []


class Checking(State):
    """The continuity check of a circuit. mode: reserved (the IAM is not sent yet), send, loop; unit -1: no receiver."""

    mode: str = "reserved"
    unit: int = -1


class Dial(State):
    """A call that the console wants placed as soon as the line can."""

    line: str
    number: str
    calling: str
    hold_cycles: int
    attempts: int = 0


class Load(State):
    """How busy the processor is. second: of the window that `busy_us` belongs to; level: 0 none, 1, 2 of overload."""

    second: int = 0
    busy_us: int = 0
    level: int = 0
    attempts: int = 0  # since the overload began
    refused: int = 0


class ProgramState(State):
    interfaces: list[InterfaceState] = []  # by D channel
    link_up: list[bool] = []
    number7: PointState = msgspec.field(default_factory=PointState)
    boards_lost: list[int] = []  # signalling boards that answer nothing
    turns: dict[int, int] = {}  # group -> CIC of the last call set up
    lines_out: list[int] = []  # groups whose circuits are taken out: their line has been away for too long
    calls: dict[int, Call] = {}
    next_call: int = 1
    by_key: dict[str, int] = {}  # "group/key" -> call
    seats: list[Seat] = []
    waiting: dict[str, list[int]] = {}  # queue -> calls, first in first out
    members: dict[str, dict[int, int]] = {}  # queue -> seat -> penalty, in the order of joining
    voice: dict[int, int] = {}  # circuit of a voice channel -> call
    receivers: Pool = msgspec.field(default_factory=Pool)
    checks: Pool = msgspec.field(default_factory=Pool)
    checking: dict[int, Checking] = {}  # by circuit
    check_turns: dict[int, int] = {}  # group -> calls set up since one asked for a continuity check
    r2: dict[int, R2State] = {}  # by circuit
    r2_taps: dict[int, TapState] = {}
    mfc: Pool = msgspec.field(default_factory=Pool)
    registers: RegistersState = msgspec.field(default_factory=RegistersState)
    announcers: Pool = msgspec.field(default_factory=Pool)
    conferences: Pool = msgspec.field(default_factory=Pool)
    blocked: list[int] = []  # circuits whose line is out of service
    kept: dict[int, int] = {}  # slot into which a register speaks -> what it hears afterwards
    late_plays: dict[int, LatePlay] = {}  # by such a slot
    short: list[str] = []  # pools of which a unit was asked for in vain a short while ago
    hears: dict[int, int] = {}  # to_slot -> from_slot, as ordered from the network
    platform: bool = False
    network_lost: bool = False  # the node of the switching network takes no messages
    dials: list[Dial] = []
    load: Load = msgspec.field(default_factory=Load)
    retries: list[int] = []  # calls of the console that wait for another circuit
    cti: CtiState = msgspec.field(default_factory=CtiState)
