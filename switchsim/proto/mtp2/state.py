"""What a signalling link remembers, how it is configured, and the names of its boxes' states and events (Q.703)."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, Literal

import msgspec

from switchsim.proto.windows import Window
from switchsim.units import ms, seconds


class Lsc(IntEnum):
    """Link state control (Q.703 clause 1.7, figure 8)."""

    POWER_OFF = 0
    OUT_OF_SERVICE = 1
    INITIAL_ALIGNMENT = 2
    ALIGNED_READY = 3
    ALIGNED_NOT_READY = 4
    IN_SERVICE = 5
    PROCESSOR_OUTAGE = 6


class Iac(IntEnum):
    """Initial alignment control (Q.703 clause 7, figure 9)."""

    IDLE = 0
    NOT_ALIGNED = 1
    ALIGNED = 2
    PROVING = 3


class Txc(IntEnum):
    """Transmission control (figures 13 and 15): idle, or what may be sent now - status, fill-in, or messages too."""

    IDLE = 0
    STATUS = 1
    FILL_IN = 2
    MESSAGES = 3


class Rc(IntEnum):
    """Reception control (figures 14 and 16): idle, or in service with MSU/FISU rejected or accepted."""

    IDLE = 0
    REJECTING = 1
    ACCEPTING = 2


class Poc(IntEnum):
    """Processor outage control (figure 10): whose level 3 cannot be reached."""

    IDLE = 0
    LOCAL = 1
    REMOTE = 2
    BOTH = 3


class Cc(IntEnum):
    """Congestion control of the receiver (figure 19)."""

    NORMAL = 0
    BUSY = 1


class Event(IntEnum):
    """Everything that one box can be told, by management, level 3, the line, a timer or another box."""

    POWER_ON = 0
    POWER_OFF = 1
    START = 2
    STOP = 3
    EMERGENCY = 4
    EMERGENCY_CEASES = 5
    LOCAL_OUTAGE = 6
    LOCAL_RECOVERED = 7
    FLUSH_BUFFERS = 8
    CONTINUE = 9
    RETRIEVE_BSNT = 10
    RETRIEVE = 11
    SIO = 12
    SIN = 13
    SIE = 14
    SIOS = 15
    SIPO = 16
    SIB = 17
    FISU_MSU = 18  # a FISU or MSU passed reception control's checks of BSN and FIB
    ALIGNED = 19  # alignment complete
    NOT_POSSIBLE = 20  # alignment not possible
    FAILURE = 21  # link failure: SUERM, T6, T7, abnormal BSN or FIB
    NO_OUTAGE = 22  # POC: no processor outage
    REMOTE_OUTAGE = 23
    REMOTE_RECOVERED = 24
    T1 = 25
    T2 = 26
    T3 = 27
    T4 = 28
    T5 = 29
    T6 = 30
    T7 = 31
    ABORT = 32  # AERM: abort proving
    CORRECT_SU = 33  # the first correct unit after an abort
    UNIT = 34  # RC: a unit from the terminal
    ACCEPT = 35
    REJECT = 36
    CONGESTION = 37
    NO_CONGESTION = 38
    SEND_STATUS = 39  # TXC: send SIOS, SIO, SIN, SIE or SIPO
    SEND_SIB = 40
    SEND_FISU = 41
    SEND_MSU = 42
    MESSAGE = 43  # level 3 has one to send
    BSN_BIB = 44  # RC: BSNR and BIBR
    NACK = 45  # RC: NACK to be sent
    FSNX = 46  # RC: FSNX value, the positive acknowledgement
    ROOM = 47  # the terminal has room: transmission request
    BUSY = 48
    NORMAL = 49


class Status(IntEnum):
    """Status field of an LSSU, bits CBA (Q.703 clause 11.1)."""

    SIO = 0
    SIN = 1
    SIE = 2
    SIOS = 3
    SIPO = 4
    SIB = 5


TIMERS: Final[dict[str, Window]] = {
    "t1": (seconds(40), seconds(45), seconds(50), "12.3"),
    "t2": (seconds(5), ms(11_500), seconds(150), "12.3"),  # both ranges for terminals that are allocated by themselves
    "t3": (seconds(1), ms(1_500), seconds(2), "12.3"),
    "t4n": (ms(7_500), 65_536, ms(9_500), "12.3"),  # 2^16 octet times
    "t4e": (ms(400), 4_096, ms(600), "12.3"),  # 2^12 octet times
    "t5": (ms(80), ms(100), ms(120), "12.3"),
    "t6": (seconds(3), ms(4_500), seconds(6), "12.3"),
    "t7": (ms(500), ms(1_500), seconds(2), "12.3"),
}
"""Timers at 64 kbit/s with their windows in Q.703; T4 is Pn (t4n) or Pe (t4e)."""
PCR_TIMERS: Final = TIMERS | {"t7": (ms(800), ms(1_500), seconds(2), "12.3")}
"""The windows with preventive cyclic retransmission."""
TIMER_CYCLES: Final = {name.upper(): row[1] for name, row in TIMERS.items()}
"""Cycles of every timer unless configured."""
REPEATS_CYCLES: Final = 8
"""How often the terminal is asked for repetitions while they matter: a fill-in unit takes at least 6 cycles."""
RUN: Final = {name: 1 << bit for bit, name in enumerate(("T1", "T2", "T3", "T4", "T5", "T6", "T7", "repeats"))}
"""Bit of each timer in `LinkState.running`."""

ABORTS_LIMIT: Final = 5  # M: aborted proving periods, Q.703 clause 10.3
TIN, TIE = 4, 1  # AERM thresholds, Q.703 clause 10.3
WINDOW: Final = 127  # unacknowledged messages, Q.703 clause 5.3


class LinkConfig(msgspec.Struct, frozen=True, kw_only=True):
    """How a link is set up; counts are messages.

    `timers` overrides cycles by lower-case name: t1 t2 t3 t4n t4e t5 t6 t7. `n1` (1..127 messages) and `n2` (octets on
    the line, 6 a message more than SIO + SIF) limit what preventive cyclic retransmission keeps unacknowledged before
    it forces retransmission. The congestion thresholds count what waits or is unacknowledged; 0 switches one off.
    `congested` says what a congested receiver does with messages (clause 9.3).
    """

    method: Literal["basic", "pcr"] = "basic"
    timers: dict[str, int] = {}
    n1: int = WINDOW
    n2: int = 8_192
    lssu_octets: int = 1  # status field of 1 or 2 octets
    congested: Literal["discard", "accept"] = "discard"
    congestion_onset: int = 160
    congestion_abate: int = 96
    congestion_discard: int = 1_024

    def cycles(self, name: str) -> int:
        """Cycles of "T1".."T7", "T4N", "T4E"."""
        return self.timers.get(name.lower(), TIMER_CYCLES[name])


class LinkState(msgspec.Struct):
    """Everything a link remembers; plain values, so that a snapshot is its encoding.

    Sequence numbers are 0..127, indicator bits 0 or 128. `rtb` holds the messages from FSN `fsnf` to `fsnl` that were
    handed to the terminal and not acknowledged, `tb` those that wait; `next_index` counts the entries of `rtb` that
    need not be handed again (basic method), or is the next to repeat (preventive cyclic retransmission).
    """

    lsc: Lsc = Lsc.POWER_OFF
    iac: Iac = Iac.IDLE
    txc: Txc = Txc.IDLE
    rc: Rc = Rc.IDLE
    poc: Poc = Poc.IDLE
    cc: Cc = Cc.NORMAL
    running: int = 0  # bits of RUN
    emergency: bool = False
    local_outage: bool = False
    l3_indicated: bool = False  # level 3 said flush or continue during processor outage
    short_proving: bool = False  # T4 is Pe, Ti is Tie
    further_proving: bool = False
    aborts_count: int = 0  # Cp
    # transmission
    status: int = Status.SIOS
    fsnf: int = 0
    fsnl: int = 127
    fib: int = 128
    bsn: int = 127
    bib: int = 128
    rtb: list[bytes] = msgspec.field(default_factory=list)
    tb: list[bytes] = msgspec.field(default_factory=list)
    rtb_octets: int = 0
    next_index: int = 0
    waiting_count: int = 0  # units in the terminal that may not have begun; at most so many
    waiting_octets: int = 0
    last_octets: int = 0
    notify_level: int = -1  # -1: none asked for
    new_waiting: bool = False  # a new message may be among the waiting units
    forced: bool = False
    sib_received: bool = False
    congested: bool = False  # transmission buffers, told to level 3
    # reception
    fsnx: int = 0
    fibx: int = 128
    rtr: bool = False  # retransmission requested: a NACK is under way
    nack_due: bool = False  # something was missed during congestion: a NACK when it ends
    abnormal_bsn: bool = False
    unb: bool = False
    abnormal_fib: bool = False
    unf: bool = False
    receive_congested: bool = False
    last_unit: bytes = b""
    watching: bool = False  # repetitions of `last_unit` matter
    repeats_counted: int = 0  # of `last_unit`; -1: not known since when they matter
    fast: bool = False  # derived: a unit in sequence needs no box but acceptance
    # counters (Q.752 table 1)
    messages_in_count: int = 0
    messages_out_count: int = 0
    retransmitted_count: int = 0
    retransmitted_octets_count: int = 0  # with 6 a message for the rest of its unit
    nacks_in_count: int = 0
    nacks_out_count: int = 0
    sib_in_count: int = 0
    sib_out_count: int = 0
    discarded_in_count: int = 0
    dropped_out_count: int = 0  # messages refused by transmission congestion, or sent without power
    forced_count: int = 0
    failures_count: int = 0
    violations_count: int = 0
    bad_units: dict[str, int] = msgspec.field(default_factory=dict)


COUNTERS: Final = LinkState.__struct_fields__[LinkState.__struct_fields__.index("messages_in_count") :]
"""Fields that outlive everything, loss of power included."""
