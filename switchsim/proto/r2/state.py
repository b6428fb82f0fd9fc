"""What one circuit remembers, and how it is set up."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import msgspec

from switchsim.proto.r2.timers import timer_values

IDLE, BLOCKED, SEIZED, ANSWERED = 0b10, 0b11, 0b00, 0b01
"""Line bits a, b (Q.421 table): what they mean depends on the state and the direction.

Forward 10 is idle and clear-forward, 00 seized. Backward 10 is idle and release guard, 11 seizing acknowledged,
clear-back and blocked, 01 answered, 00 forced release.
"""


class Line(IntEnum):
    """What a circuit does: OUT, the call is ours; IN, the peer's."""

    IDLE = 0
    BLOCKED = 1  # by us: 11 sent
    OUT_SEIZED = 2  # 00 sent, acknowledgement awaited
    OUT_ABANDONED = 3  # the call is over, the acknowledgement is still awaited: 00 stays until then
    OUT_COLLISION = 4  # double seizure: 00 for a while yet
    OUT_NO_ACK = 5  # no acknowledgement came: cleared forward, not to be seized
    OUT_REGISTER = 6  # acknowledged, register signalling
    OUT_COMPLETE = 7  # address complete, answer awaited
    OUT_ANSWERED = 8
    OUT_CLEARED_BACK = 9
    OUT_RELEASING = 10  # clear-forward sent, release guard awaited
    IN_REGISTER = 11  # acknowledged, register signalling
    IN_COMPLETE = 12  # the line is free, the called party has not answered
    IN_ANSWERED = 13
    IN_CLEARED_BACK = 14
    IN_ENDED = 15  # the call is over, clear-forward is awaited
    RESETTING = 16  # after a restart: 10 sent, 10 awaited


class Sending(IntEnum):
    """Outgoing register: what its latest forward signal was."""

    NONE = 0
    WAITING = 1  # for the acknowledgement, or for a register
    CALLED = 2  # a digit of the called number, or its end
    CALLING = 3  # the category, a digit of the calling number, or its end
    GROUP_II = 4  # after A3


class Stage(IntEnum):
    """Incoming register: what it expects."""

    NONE = 0
    WAITING = 1  # a register
    DIGIT = 2  # a called digit
    VERDICT = 3  # more, complete or refuse from our user
    CATEGORY = 4
    CALLING = 5  # a calling digit, or the end
    GROUP_II = 6
    OFFERED = 7  # accept or release from our user
    LAST = 8  # the last backward signal is on its way


class R2Config(msgspec.Struct, frozen=True, kw_only=True):
    """One circuit's settings; raises ValueError for a variant or a timer that is none."""

    variant: str = "itu"  # or "china"
    cd: int = 0b01  # the fixed bits sent; China 0b11. Those received are masked
    ask_calling: bool = True  # as incoming register: ask for category and calling number
    calling_first: bool = False  # ask after the first digit of the called number, not after its last
    calling_digits: int = 0  # fixed length of calling numbers; 0: up to signal 15
    both_way: bool = True
    toll: bool = False  # China: ordinary calls are toll calls (KD 2), not local ones (KD 3)
    timers: dict[str, int] = msgspec.field(default_factory=dict)  # cycles by name, see `timers.TIMERS`

    def __post_init__(self) -> None:
        if self.variant not in ("itu", "china"):
            raise ValueError(f"{self.variant!r} is no variant of R2 signalling; expected itu or china")
        timer_values(self.timers)


class R2State(msgspec.Struct):
    """Everything that changes; plain values, so that a snapshot is its encoding. `R2State()` is idle both ways."""

    line: Line = Line.IDLE
    sent: int = IDLE
    received: int = IDLE
    fault: bool = False  # of the line: whatever is received counts as 11
    local: bool = False  # blocking was asked for
    remote: bool = False  # the peer blocks, and has been reported to
    ready: bool = False  # a register is connected
    wanted: bool = False  # one was asked for
    call: bool = False  # our user knows of a call and is owed its end
    sending: Sending = Sending.NONE
    stage: Stage = Stage.NONE
    forward: int = 0  # register signal on its way, sent as outgoing, heard as incoming register; 0 none
    backward: int = 0
    pulse: int = 0  # pulsed backward signal, from its gap on until it is sent
    pending: int = 0  # backward signal that waits for the forward one to come back
    lost: int = 0  # forward signal that ended before it was answered
    called: str = ""
    calling: str = ""
    category: int = 10
    index: int = 0  # of the called digit sent last; the length of the number: its end
    calling_index: int = 0  # of the calling digit to send next
    calling_ended: bool = False
    asked: bool = False  # incoming: category and calling number have been asked for
    whole: bool = False  # incoming: the called number is complete
    kd: int = 0  # group II signal of this call
    refusal: int = 0  # incoming: cause that the register signals shall tell
    accepted: bool = False  # incoming: the line is free
    answered: bool = False  # the answer came before its time
    timers: int = 0  # bits of `timers.BIT` that run
    violations_count: int = 0
    rejects: dict[str, int] = msgspec.field(default_factory=dict)  # violations by clause


OUT_BEFORE_ANSWER: Final = (Line.OUT_SEIZED, Line.OUT_REGISTER, Line.OUT_COMPLETE)
OUT_CALL: Final = (*OUT_BEFORE_ANSWER, Line.OUT_ANSWERED, Line.OUT_CLEARED_BACK)
IN_CALL: Final = (Line.IN_REGISTER, Line.IN_COMPLETE, Line.IN_ANSWERED, Line.IN_CLEARED_BACK)
TALKING: Final = (Line.OUT_ANSWERED, Line.OUT_CLEARED_BACK, Line.IN_ANSWERED, Line.IN_CLEARED_BACK)


def new_state() -> R2State:
    """A circuit at power-on, taken as idle both ways until `Circuit.line` says otherwise."""
    return R2State()
