"""What a relation between two exchanges remembers: one struct a circuit, one a pending group message; plain values.

The states carry the names of the functional blocks of Q.764 annex B: CPCI and CPCO (call processing), BLS/BLR and
MGBS/MGBR (maintenance blocking sent and received), HLB/HRB (hardware blocking), CRS/CGRS (resets sent), CCO/CCI
(continuity recheck), CQS (query).
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import msgspec

CONGESTION_STEPS: Final = 4


class Cpc(IntEnum):
    """Call processing of one circuit; O_ outgoing (CPCO), I_ incoming (CPCI)."""

    IDLE = 0
    O_CHECK = 1  # IAM sent, check tone on the circuit (T24)
    O_WAIT_ACM = 2  # IAM sent, no backward message yet (T7)
    O_WAIT_ANM = 3  # ACM received (T9)
    O_ANSWERED = 4
    O_SUSPENDED = 5
    O_OVERLOAD = 6  # OLM received: the circuit rests (T3)
    I_CHECK = 7  # IAM received, COT awaited (T8)
    I_WAIT_ACM = 8  # IAM received, ACM not sent (T35 while digits are missing)
    I_WAIT_ANM = 9  # ACM sent
    I_ANSWERED = 10
    I_SUSPENDED = 11
    WAIT_RLC = 12  # REL sent (T1, T5)
    RESET = 13  # CRS: RSC sent (T16, T17)
    GROUP_RESET = 14  # CGRS: GRS sent (T22, T23 of the group)
    O_FAILED = 15  # CCO: a check has failed, the next waits (T25, T26)
    O_RECHECK = 16  # CCO: CCR sent (T24)
    I_FAILED = 17  # CCI: a failing COT received (T27)
    I_RECHECK = 18  # CCI: CCR received, the circuit is looped (T36)


class Block(IntEnum):
    """Blocking sent to the peer (BLS, MGBS, HLB)."""

    NONE = 0
    BLOCKING = 1  # sent, not acknowledged
    BLOCKED = 2
    UNBLOCKING = 3


USER: Final = 1
NETWORK: Final = 2
"""Bits of `Circuit.suspended`: who has suspended."""


class Circuit(msgspec.Struct):
    """One circuit; also what `export_call` hands out."""

    cic: int
    cpc: Cpc = Cpc.IDLE
    maint_local: Block = Block.NONE  # BLS, MGBS
    maint_remote: bool = False  # BLR, MGBR
    hard_local: Block = Block.NONE  # HLB
    hard_remote: bool = False  # HRB
    unequipped_remote: bool = False  # the peer answered UCIC
    alarmed: bool = False  # T5 or T17 ran out: out of service until the reset is acknowledged
    timers: int = 0  # bit n: Tn runs
    suspended: int = 0
    digits: str = ""  # called digits so far, without ST
    complete: bool = False
    calling: bytes = b""  # contents of the calling party number
    category: int = 10
    cause: bytes = b""  # contents of the cause indicators of our REL
    tone: str = ""  # "", "send" or "loop"
    checked: bool = False
    recheck: bool = False  # the failed check was not the first
    held: bytes = b""  # a message whose segment is awaited (T34); an IAM until its continuity check ends
    segment: bytes = b""  # SGM that came for `held`
    group: int = 0  # first CIC of the reset group, in GROUP_RESET


class Group(msgspec.Struct):
    """A group message that waits for its acknowledgement: CGB, CGU, GRS or CQM."""

    type: int
    first: int
    bits: list[int]  # one a circuit of the range: 1 concerned (GRS, CQM: all)
    hardware: bool = False
    late: bool = False  # the long timer has run out once: only it repeats


class IsupState(msgspec.Struct):
    """Everything that changes. `IsupState()` is a relation at power-on: `Isup` adds its configuration's circuits."""

    circuits: dict[int, Circuit] = msgspec.field(default_factory=dict)
    groups: dict[str, Group] = msgspec.field(default_factory=dict)  # by the name of its short timer
    available: bool = True  # MTP-PAUSE, MTP-RESUME
    user_available: bool = True  # of the peer's ISUP
    timers: list[str] = msgspec.field(default_factory=list)  # t4, t29, t30 that run
    congestion_step: int = 0  # 0 full traffic .. 4 none
    congestion_count: int = 0  # set-ups asked for, to spread what is refused
    own_level: int = 0  # automatic congestion level to be sent in REL, 1 or 2
    next_own: int = 0
    next_other: int = 0
    violations_count: int = 0
    rejects: dict[str, int] = msgspec.field(default_factory=dict)  # discarded messages, by clause


class IsupConfig(msgspec.Struct, frozen=True):
    """One relation. The exchange with the higher point code controls the even circuits (2.9.1.4)."""

    own_pc: int
    dpc: int
    circuits: tuple[int, ...]  # equipped CICs, 1..4095
    timers: dict[str, int] = msgspec.field(default_factory=dict)  # cycles by name, "t7"
    location: int = 2  # of causes sent (Q.850): 2 public network serving the local user
    minimum_digits: int = 1  # T35 runs until so many have come
    whole_digits: int = 0  # the number is complete with so many; 0: only ST or the user can tell
    send_st: bool = False  # ST behind numbers that are complete in the IAM; overlap numbers end with it anyway
    early_acm: str = ""  # "t10" or "t11": send ACM when no digit came for so long
    ucic: bool = True  # answer messages for circuits that are not equipped
    loop_ack: bool = False  # LPA after CCR (national use)
    limit: int = 268  # octets of a message; 265 behind a label of 7 octets


class SetupRequest(msgspec.Struct, frozen=True):
    """A call to be set up. `complete`: no digits follow; `continuity`: check the circuit first."""

    called: str
    nature: int = 3
    calling: str = ""
    calling_nature: int = 3
    presentation: int = 0
    screening: int = 3  # network provided
    category: int = 10
    medium: int = 0
    complete: bool = True
    continuity: bool = False
    satellite: int = 0
    isdn: bool = True  # False: it comes from a network that is no ISDN (forward call indicators D, F, I)
    extra: tuple[tuple[int, bytes], ...] = ()  # optional parameters, raw


CALL_STATES: Final = frozenset(
    {Cpc.O_CHECK, Cpc.O_WAIT_ACM, Cpc.O_WAIT_ANM, Cpc.O_ANSWERED, Cpc.O_SUSPENDED, Cpc.I_CHECK,
     Cpc.I_WAIT_ACM, Cpc.I_WAIT_ANM, Cpc.I_ANSWERED, Cpc.I_SUSPENDED}
)  # fmt: skip
BEFORE_BACKWARD: Final = frozenset({Cpc.O_CHECK, Cpc.O_WAIT_ACM})
TALKING: Final = frozenset({Cpc.O_ANSWERED, Cpc.O_SUSPENDED, Cpc.I_ANSWERED, Cpc.I_SUSPENDED})
OUTGOING: Final = frozenset(
    {Cpc.O_CHECK, Cpc.O_WAIT_ACM, Cpc.O_WAIT_ANM, Cpc.O_ANSWERED, Cpc.O_SUSPENDED, Cpc.O_OVERLOAD}
)
