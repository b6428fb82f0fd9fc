"""Office data (局数据): what the main processor knows of its machine. Made by `assembly` from the machine file.

Bus addresses are node * 256 + slave. A *slot* is a timeslot of the switching network, 1 and up; 0 is quiet.
"""

from __future__ import annotations

import msgspec

from switchsim.proto.isup import IsupConfig
from switchsim.proto.mtp3 import Mtp3Config
from switchsim.proto.r2 import R2Config
from switchsim.proto.tup import TupConfig
from switchsim.units import ms, seconds


class Circuit(msgspec.Struct, frozen=True):
    """A trunk circuit: one timeslot for speech."""

    line: str
    timeslot: int
    slot: int
    group: int  # index into Office.groups
    cic: int = -1  # of No.7 circuits


class Group(msgspec.Struct, frozen=True):
    """The circuits of one line, under one signalling.

    kind: pri, isup, tup, r2, vp, clear (no circuits). index: of the D channel in Office.links, of the relation in
    Office.number7.relations, of the line, or of the voice processor. calls: both, in, out; which way they may begin.
    """

    kind: str
    line: str
    index: int
    trunk_board: int
    trunk_line: int
    check_method: str = ""  # continuity check, as of No7Spec: loop, transponder; `` where there is none
    check_every: int = 0  # every so many outgoing calls; 0 = none
    r2: R2Config | None = None
    calls: str = "both"


class Link(msgspec.Struct, frozen=True):
    """A D channel: Q.921 on a LAP board, Q.931 here."""

    line: str
    timeslot: int
    side: str  # user, network: the side that this machine plays
    board: int
    unit: int  # link number on its board


class SignallingLink(msgspec.Struct, frozen=True):
    """A No.7 link: Q.703 on a board, Q.704 here. `number` is what Mtp3Config calls it."""

    number: int
    name: str  # line:timeslot
    board: int
    unit: int
    trunk_board: int
    trunk_line: int


class Relation(msgspec.Struct, frozen=True):
    """Circuits of one user part towards one exchange."""

    kind: str  # isup, tup
    point_code: int
    circuits: dict[int, int]  # CIC -> index into Office.circuits
    isup: IsupConfig | None = None
    tup: TupConfig | None = None


class Number7(msgspec.Struct, frozen=True):
    """This machine as a signalling point."""

    mtp3: Mtp3Config
    links: tuple[SignallingLink, ...]
    relations: tuple[Relation, ...]


class Channel(msgspec.Struct, frozen=True):
    """One receiver or announcement channel of a board."""

    board: int
    unit: int
    slot: int


class SeatPort(msgspec.Struct, frozen=True):
    number: str
    board: int
    unit: int
    slot: int
    queues: tuple[str, ...]
    wrap_up_cycles: int


class Conference(msgspec.Struct, frozen=True):
    unit: int
    slots: tuple[int, ...]  # what each leg hears, as a slot to connect from


class Announce(msgspec.Struct, frozen=True, tag="announce"):
    """Play prompts to the end."""

    prompts: tuple[int, ...]


class Menu(msgspec.Struct, frozen=True, tag="menu"):
    """Play a prompt, take one digit; a digit cuts the prompt short."""

    prompts: tuple[int, ...]
    choices: dict[str, str]  # digit -> service
    timeout_cycles: int
    attempts: int
    otherwise: str  # service when nobody chose


class Enqueue(msgspec.Struct, frozen=True, tag="queue"):
    queue: str


class ToSeat(msgspec.Struct, frozen=True, tag="seat"):
    """Ring one seat without a queue: ALERTING with in-band ring-back."""

    seat: str
    no_answer_cycles: int


class Talk(msgspec.Struct, frozen=True, tag="hold"):
    """Stay connected to nothing for a while (test numbers of outside stacks)."""

    cycles: int


class Ivr(msgspec.Struct, frozen=True, tag="ivr"):
    """Let a flow of the platform serve the call; `otherwise`: service when nobody does, or no more."""

    flow: str
    otherwise: str
    wait_cycles: int


class Clear(msgspec.Struct, frozen=True, tag="clear"):
    cause: int


class DialOut(msgspec.Struct, frozen=True, tag="dial"):
    """Let the call go on to another exchange, over a circuit of the first of `groups` that has one.

    number: `` the called one. otherwise: service for calls that found no resources on the way, `` they are cleared.
    """

    number: str
    groups: tuple[int, ...]
    otherwise: str


Step = Announce | Menu | Enqueue | ToSeat | Talk | Ivr | Clear | DialOut


class Service(msgspec.Struct, frozen=True):
    """What happens to a call for a number, step by step."""

    name: str
    steps: tuple[Step, ...]


class Queue(msgspec.Struct, frozen=True):
    name: str
    music: tuple[int, ...]  # prompts, looped while waiting
    ring_cycles: int  # no-answer limit at a seat
    max_wait_cycles: int  # 0 = no limit
    max_length: int  # 0 = no limit
    overflow: str  # service, or "" = clear with cause 34
    talk_limit_cycles: int  # the machine clears after this much talk; 0 = no limit


class Timing(msgspec.Struct, frozen=True):
    """Settable times of the reference firmware."""

    route_timeout_cycles: int = seconds(2)
    guard_cycles: int = seconds(2)  # beyond a prompt's length, before the board is given up
    line_raise_cycles: int = ms(2_500)  # so long a line's defect lasts before its circuits are taken out
    line_clear_cycles: int = seconds(10)  # and so long it is gone before they come back


class LoadModel(msgspec.Struct, frozen=True):
    """What things cost on the real processor, microseconds, and when overload levels 1 and 2 begin and end."""

    message_us: int = 100
    layer3_us: int = 300
    msu_us: int = 400
    timer_us: int = 50
    call_us: int = 1_000
    begin_percent: tuple[int, int] = (85, 95)
    end_percent: tuple[int, int] = (70, 85)


class Office(msgspec.Struct, frozen=True):
    """Everything. Indices in calls and messages count into these tuples."""

    switching_board: int  # bus address at which both boards of the BNET pair hear
    network_boards: tuple[int, ...]  # bus addresses of their own
    mem_board: int  # -1 without a platform
    circuits: tuple[Circuit, ...]
    groups: tuple[Group, ...]
    links: tuple[Link, ...]  # D channels
    receivers: tuple[Channel, ...]
    checks: tuple[Channel, ...]  # check tone receivers
    announcers: tuple[Channel, ...]
    conferences: tuple[Conference, ...]
    seats: tuple[SeatPort, ...]
    tones: dict[str, int]  # name -> slot
    prompt_cycles: tuple[int, ...]
    translations: dict[str, str]  # dialled -> number
    numbers: dict[str, str]  # number -> service
    services: dict[str, Service]
    queues: dict[str, Queue]
    timing: Timing
    number7: Number7 | None = None
    load: LoadModel = LoadModel()
    layer3_timers: dict[str, int] = {}  # Q.931 timers that differ from the standard's values, cycles
    mfc: tuple[Channel, ...] = ()  # registers
    first_call: int = 1  # calls are numbered from here on
