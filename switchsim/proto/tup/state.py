"""What a relation between two exchanges remembers: one struct a circuit, one a pending group message; plain values."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, Literal

import msgspec

from switchsim.proto.mtp3.label import Variant


class Circuits(IntEnum):
    """What a circuit does: OUT, the call is ours (IAM sent); IN, the peer's (IAM received)."""

    IDLE = 0
    OUT_CHECK = 1  # IAM sent, check tone on the circuit (T8)
    OUT_ADDRESS = 2  # IAM sent, no backward message yet (T2)
    OUT_RINGING = 3  # ACM received, answer awaited
    OUT_TALK = 4
    OUT_CLEARED_BACK = 5  # CBK received, re-answer awaited
    OUT_RELEASING = 6  # CLF sent, RLG awaited (T6, T7)
    OUT_STUCK = 7  # no RLG within T7: out of service until RLG or a reset
    OUT_DELAY = 8  # a check has failed, CCF sent, the next one waits (T9, T10)
    OUT_RECHECK = 9  # CCR sent (T8)
    IN_CHECK = 10  # IAM received, COT awaited (T1)
    IN_ADDRESS = 11  # IAM received, ACM not sent
    IN_RINGING = 12  # ACM sent
    IN_TALK = 13
    IN_CLEARED_BACK = 14  # CBK sent, re-answer or CLF comes
    IN_ENDED = 15  # CBK sent, call over, CLF awaited
    IN_REFUSED = 16  # an unsuccessful message sent, CLF awaited (T3)
    IN_FAILING = 17  # CFL sent, CLF awaited (T4, T5)
    IN_STUCK = 18  # no CLF within T5
    IN_RECHECK = 19  # CCR received, looped; or CCF received, CCR awaited
    RESETTING = 20  # RSC sent (T18, T19)
    GROUP_RESET = 21  # GRS sent


class Block(IntEnum):
    """Kinds of blocking, bits of a mask; BLO sets the first."""

    MAINTENANCE = 1
    HARDWARE = 2
    SOFTWARE = 4


KINDS: Final = {Block.MAINTENANCE: "maintenance", Block.HARDWARE: "hardware", Block.SOFTWARE: "software"}


class SetupRequest(msgspec.Struct, frozen=True):
    """A call to be set up, with the names and numbers of ISUP. `complete`: no digits follow."""

    called: str  # up to 31 digits in all
    nature: int = 3  # of address: 1 subscriber, 3 national, 4 international
    calling: str = ""
    calling_nature: int = 3
    presentation: int = 0
    category: int = 10
    medium: int = 0  # 2: a digital path is required
    complete: bool = True
    continuity: bool = False  # check the circuit first
    satellite: int = 0
    original: str = ""  # the number called first, of a forwarded call
    original_nature: int = 3


class Call(msgspec.Struct):
    """A call that the user knows of (OUT) or will (IN_CHECK)."""

    called: str
    category: int = 10
    nature: int = 3
    calling: str = ""
    calling_nature: int = 3
    presentation: int = 0
    original: str = ""
    original_nature: int = 3
    medium: int = 3
    complete: bool = True


class Circuit(msgspec.Struct):
    """One circuit; also what `export_call` hands out."""

    cic: int
    state: Circuits = Circuits.IDLE
    call: Call | None = None
    backward: bool = False  # the peer has answered our IAM with something
    checked: bool = False
    failed_checks_count: int = 0
    tone: str = ""  # "", "send" or "loop"
    timers: int = 0  # bits of `timers.BIT` that run
    local: int = 0  # `Block` bits that we have set
    remote: int = 0  # `Block` bits that the peer has set
    ordered: Literal["", "BLO", "UBL"] = ""  # sent and not acknowledged


class Group(msgspec.Struct):
    """A group message that waits for its acknowledgement."""

    type: int
    first: int
    flags: list[bool]  # one a circuit of the range: concerned or not
    late: bool = False  # the long timer has run out: only it repeats


class TupState(msgspec.Struct):
    """Everything that changes. `TupState()` is a relation at power-on: `Tup` adds the circuits of its configuration."""

    circuits: dict[int, Circuit] = msgspec.field(default_factory=dict)
    free_own: dict[int, bool] = msgspec.field(default_factory=dict)  # idle and not blocked, longest idle first
    free_other: dict[int, bool] = msgspec.field(default_factory=dict)
    groups: dict[str, Group] = msgspec.field(default_factory=dict)  # "MGB/1"
    available: bool = True  # MTP-PAUSE, MTP-RESUME
    user_available: bool = True  # of the peer's telephone user part
    violations_count: int = 0
    rejects: dict[str, int] = msgspec.field(default_factory=dict)  # discarded messages, by clause or reason


class TupConfig(msgspec.Struct, frozen=True):
    """One relation. The exchange with the higher point code controls the even circuits (Q.724 clause 2)."""

    own_pc: int
    dpc: int
    circuits: tuple[int, ...]  # equipped CICs, 0..4095
    variant: Variant = Variant.ITU14
    timers: dict[str, int] = msgspec.field(default_factory=dict)  # cycles by name, "t6"
    calling_in_iai: bool = True  # False: the calling number goes out only when a GRQ asks for it
    send_st: bool = False  # end of pulsing behind numbers that are complete
    national: bool = True  # `causes.IN_CHINA`: SLB in place of SSB, CGC in place of NNC
    whole_digits: int = 0  # the number is complete with so many; 0: only ST or the user can tell


TALKING: Final = frozenset({Circuits.OUT_TALK, Circuits.OUT_CLEARED_BACK, Circuits.IN_TALK, Circuits.IN_CLEARED_BACK})
OUT_CALL: Final = frozenset(
    {Circuits.OUT_CHECK, Circuits.OUT_ADDRESS, Circuits.OUT_RINGING, Circuits.OUT_TALK, Circuits.OUT_CLEARED_BACK}
)
IN_CALL: Final = frozenset(
    {Circuits.IN_CHECK, Circuits.IN_ADDRESS, Circuits.IN_RINGING, Circuits.IN_TALK, Circuits.IN_CLEARED_BACK}
)
IN_WAITING: Final = frozenset(
    {Circuits.IN_ENDED, Circuits.IN_REFUSED, Circuits.IN_FAILING, Circuits.IN_STUCK, Circuits.IN_RECHECK}
)
"""The call is over, the peer has yet to clear forward."""

BEFORE_BACKWARD: Final = frozenset({Circuits.OUT_CHECK, Circuits.OUT_ADDRESS})
