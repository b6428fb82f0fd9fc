"""What a signalling point remembers: links, adjacent points, destinations, diversions; plain values for a snapshot."""

from __future__ import annotations

from enum import IntEnum

import msgspec


class Box(IntEnum):
    """The functional blocks of Q.704 clause 16 that have states of their own."""

    LSAC = 0  # signalling link activity control
    SLTC = 1  # signalling link test control (Q.707)
    TCOC = 2  # changeover control
    TCBC = 3  # changeback control
    LINH = 4  # management inhibiting of one link (part of LLSC and TLAC)
    TPRC = 5  # signalling point restart control
    TRAC = 6  # restart of one adjacent point (part of TPRC)
    RSRT = 7  # signalling route set test control
    RCAT = 8  # signalling route set congestion test control


class Lsac(IntEnum):
    """Activity of one link; blocking and inhibition are flags beside it."""

    INACTIVE = 0  # management wants it down
    ALIGNING = 1  # level 2 was ordered to start
    TESTING = 2  # level 2 is in service, the first link test runs
    ACTIVE = 3
    WAITING = 4  # T17 runs before the next attempt
    HELD = 5  # restoration waits until the changeover has emptied level 2's buffers


class LsacEvent(IntEnum):
    ACTIVATE = 0
    DEACTIVATE = 1
    IN_SERVICE = 2
    OUT_OF_SERVICE = 3
    TEST_PASSED = 4
    TEST_FAILED = 5
    T17 = 6
    CHANGEOVER_ENDED = 7
    PEER_CHANGEOVER = 8  # the far end says that the link has failed


class Sltc(IntEnum):
    IDLE = 0
    FIRST = 1  # SLTM sent, T1 runs
    SECOND = 2  # SLTM repeated
    RESTING = 3  # the last test passed, T2 runs


class SltcEvent(IntEnum):
    START = 0
    STOP = 1
    ACKNOWLEDGED = 2
    T1 = 3
    T2 = 4


class Tcoc(IntEnum):
    IDLE = 0
    READING = 1  # level 2 was asked for the last FSN that it accepted
    WAITING = 2  # COO or ECO sent, T2 runs
    TIMED = 3  # time-controlled, T1 runs
    RETRIEVING = 4  # level 2 hands its messages over


class TcocEvent(IntEnum):
    UNAVAILABLE = 0  # the link has failed or was deactivated: its buffers can be read
    SUSPENDED = 1  # the link is blocked or inhibited: its buffers can not
    RECOVERED = 2  # the link is no longer blocked or inhibited
    BSNT = 3
    BSNT_UNKNOWN = 4
    ORDER = 5  # COO, XCO or ECO came
    ACKNOWLEDGED = 6  # COA, XCA or ECA came
    RETRIEVED = 7  # level 2 has handed over everything
    T1 = 8
    T2 = 9
    CANCELLED = 10  # no destination is left that traffic could be diverted to


class Tcbc(IntEnum):
    IDLE = 0
    FIRST = 1  # CBD sent, T4 runs
    SECOND = 2  # CBD repeated, T5 runs
    TIMED = 3  # time-controlled, T3 runs


class TcbcEvent(IntEnum):
    DIVERT = 0  # traffic is to go back, by declaration
    DIVERT_TIMED = 1
    ACKNOWLEDGED = 2
    T3 = 3
    T4 = 4
    T5 = 5
    CANCELLED = 6  # the old or the new link became unavailable


class Linh(IntEnum):
    IDLE = 0
    INHIBITING = 1  # LIN sent, T14 runs
    INHIBITING_AGAIN = 2
    UNINHIBITING = 3  # LUN sent, T12 runs
    UNINHIBITING_AGAIN = 4
    FORCING = 5  # LFU sent, T13 runs
    FORCING_AGAIN = 6


class LinhEvent(IntEnum):
    INHIBIT = 0
    UNINHIBIT = 1
    FORCE = 2  # traffic needs a link that the far end has inhibited
    LIN = 3
    LIA = 4
    LID = 5
    LUN = 6
    LUA = 7
    LFU = 8
    LLT = 9
    LRT = 10
    T12 = 11
    T13 = 12
    T14 = 13
    T22 = 14
    T23 = 15


class Tprc(IntEnum):
    ISOLATED = 0  # no link is active
    COLLECTING = 1  # restarting: T18 (transfer point) or T20 runs, the neighbours tell what they can reach
    RUNNING = 2


class TprcEvent(IntEnum):
    CONNECTED = 0  # a link set's first link became active
    LOST = 1  # the last link of the point is gone
    NEIGHBOUR_DONE = 2  # every neighbour that can be reached has sent TRA
    T18 = 3
    T20 = 4
    RESTART = 5  # management


class Trac(IntEnum):
    AWAY = 0  # no active link
    RESTARTING = 1  # T21 runs (or our own restart goes on)
    READY = 2


class TracEvent(IntEnum):
    CONNECTED = 0
    LOST = 1
    TRA = 2
    TRAFFIC = 3  # the neighbour sends user messages: it has restarted, whatever became of its TRA
    T21 = 4
    OWN_DONE = 5  # our own restart has ended


class Rsrt(IntEnum):
    ALLOWED = 0
    PROHIBITED = 1  # TFP came: T10 runs, RST is sent
    RESTRICTED = 2  # TFR came: T10 runs, RSR is sent


class RsrtEvent(IntEnum):
    TFP = 0
    TFR = 1
    TFA = 2
    T10 = 3
    RESET = 4  # the neighbour went away or restarts: what it said no longer counts


class Rcat(IntEnum):
    IDLE = 0
    CONGESTED = 1  # T15 runs
    TESTING = 2  # RCT sent, T16 runs


class RcatEvent(IntEnum):
    TFC = 0
    T15 = 1
    T16 = 2


class LinkEntry(msgspec.Struct):
    """One link: the states of its boxes and its flags.

    `bsnt` is the last FSN accepted on it (0..127), -1 when unknown; `peer_fsn` what the far end said in its order or
    acknowledgement (-1 none, emergency); `pattern` counts test patterns; `congestion` is level 2's level, 0..3.
    """

    lsac: Lsac = Lsac.INACTIVE
    sltc: Sltc = Sltc.IDLE
    tcoc: Tcoc = Tcoc.IDLE
    linh: Linh = Linh.IDLE
    remote_outage: bool = False
    local_outage: bool = False
    locally_inhibited: bool = False
    remotely_inhibited: bool = False
    available: bool = False
    congestion: int = 0
    congested_messages_count: int = 0
    bsnt: int = -1
    peer_fsn: int = -1
    peer_ordered: int = 0  # heading of a changeover order that waits for its acknowledgement, 0 none
    stale: bool = False  # level 2 still holds messages that were diverted by time: to be flushed
    pattern: int = 0


class Adjacent(msgspec.Struct):
    """One adjacent point. `told`: what we, a transfer point, let it know: destination -> 1 prohibited, 2 restricted."""

    trac: Trac = Trac.AWAY
    tra_received: bool = False
    told: dict[int, int] = {}


class Destination(msgspec.Struct):
    """One destination: for each SLS the link that carries it (-1 none) and the diversion that holds it ("" none).

    `routes` keeps what neighbours said of it: adjacent point code -> Rsrt, allowed ones left out.
    """

    accessible: bool = False
    carriers: list[int] = msgspec.field(default_factory=lambda: [-1] * 16)
    gates: list[str] = msgspec.field(default_factory=lambda: [""] * 16)
    routes: dict[int, Rsrt] = {}
    congestion: int = 0
    rcat: Rcat = Rcat.IDLE
    restricted: bool = False  # T11 has expired on a route of lower priority


class Gate(msgspec.Struct):
    """A diversion under way: messages of the flows that it holds wait in order.

    `kind` tcoc, tcbc or tcrc; traffic leaves `link` (-1: several) for `to` (-1: wherever the routing says at the end).
    `retrieved` are messages out of level 2, older than those in `waiting`.
    """

    kind: str
    link: int = -1
    to: int = -1
    code: int = 0
    tcbc: Tcbc = Tcbc.IDLE
    retrieved: list[bytes] = []
    waiting: list[bytes] = []


class Mtp3State(msgspec.Struct):
    """The whole point. `counters` counts what was discarded or odd, by a short word."""

    tprc: Tprc = Tprc.ISOLATED
    links: dict[int, LinkEntry] = {}
    adjacents: dict[int, Adjacent] = {}
    destinations: dict[int, Destination] = {}
    gates: dict[str, Gate] = {}
    timers: dict[str, int] = {}  # running: name -> cycles
    unavailable_users: list[int] = []
    counters: dict[str, int] = {}
