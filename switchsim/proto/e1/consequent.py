"""What an end of a line does about what it receives: G.732 clauses 4 and 5.3, with the defects of G.775 and G.706.

One table: a defect, what it hides, what is done about it. Pure: the same status gives the same consequences. Status and
actions are levels; how long a defect must last before an alarm is told is the board's.
"""

from __future__ import annotations

from enum import IntFlag
from typing import Final, NamedTuple

import msgspec


class Received(IntFlag):
    """What a receiver finds, as the native core numbers it."""

    LOS = 1
    AIS = 2
    LOF = 4
    RAI = 8
    LOMF = 16  # CRC-4 multiframe alignment is not held
    NO_CRC = 32  # the other end has no CRC-4 (G.706 annex B)
    CAS_LOMF = 64
    REMOTE_MF = 128  # Y bit
    TS16_AIS = 256
    E_BITS = 512  # all E bits were 0 for a second
    EBER = 1024  # bit error ratio 1e-3 on the FAS


NOTHING: Final = Received(0)


def words(status: int) -> str:
    """`los lof` for people and the journal; `` for nothing."""
    return " ".join(one.name.lower() for one in Received if one & status and one.name)


class EndOptions(msgspec.Struct, frozen=True):
    """cas: TS16 carries the signalling of the channels. equipped: a board is there and works."""

    cas: bool = False
    equipped: bool = True


PLAIN: Final = EndOptions()


class Consequences(msgspec.Struct, frozen=True):
    """What is done, and which alarms it is worth.

    send_rai: A bit 1. send_y: Y bit 1. send_ais: unframed ones. squelch: ones in all 64 kbit/s outputs.
    block_cas: signalling bits received count as ones. in_service: circuits may be used; those with CAS if not blocked.
    prompt: alarms for people here, at once; deferred: for maintenance of this end; indicated: the cause is elsewhere.
    inhibited: alarms of this end are held back, for the fault is upstream (AIS).
    """

    send_rai: bool = False
    send_y: bool = False
    send_ais: bool = False
    squelch: bool = False
    block_cas: bool = False
    in_service: bool = True
    prompt: tuple[str, ...] = ()
    deferred: tuple[str, ...] = ()
    indicated: tuple[str, ...] = ()
    inhibited: bool = False

    @property
    def alarms(self) -> tuple[str, ...]:
        """All of them."""
        return self.prompt + self.deferred + self.indicated


class _Row(NamedTuple):
    """A defect, the worst first: what it hides of those below, its alarm and whose it is, what is done."""

    hides: Received
    alarm: str = ""
    whose: str = ""
    send_rai: bool = False
    send_y: bool = False
    squelch: bool = False
    block_cas: bool = False
    out: bool = False
    inhibits: bool = False


_R = Received
_MULTIFRAME: Final = _R.CAS_LOMF | _R.REMOTE_MF | _R.TS16_AIS
_INSIDE: Final = _MULTIFRAME | _R.RAI | _R.LOMF | _R.NO_CRC | _R.E_BITS | _R.EBER
"""What is read from a frame, and means nothing without one."""

TABLE: Final[dict[Received, _Row]] = {
    _R.LOS: _Row(_INSIDE | _R.AIS | _R.LOF, "e1_los", "prompt", True, True, True, True, True),
    # Unframed ones have no FAS: AIS is looked for before LOF.
    _R.AIS: _Row(_INSIDE | _R.LOF, "e1_ais", "indicated", True, True, True, True, True, inhibits=True),
    _R.LOF: _Row(_INSIDE, "e1_lof", "prompt", True, True, True, True, True),
    # The outputs carry ones, so what is read of TS16 behind them is ones as well.
    _R.EBER: _Row(_MULTIFRAME | _R.LOMF | _R.E_BITS, "e1_eber", "prompt", True, True, True, True, True),
    # An answer to a received defect and no defect itself: answered with RAI, two ends would hold each other for ever.
    _R.RAI: _Row(NOTHING, "e1_rai", "indicated", out=True),
    _R.LOMF: _Row(_R.E_BITS, "e1_lomf", "deferred"),
    _R.NO_CRC: _Row(_R.E_BITS),
    _R.E_BITS: _Row(NOTHING),
    _R.TS16_AIS: _Row(_R.CAS_LOMF | _R.REMOTE_MF, "e1_ts16_ais", "indicated", send_y=True, block_cas=True,
                      inhibits=True),
    _R.CAS_LOMF: _Row(_R.REMOTE_MF, "e1_cas_lomf", "prompt", send_y=True, block_cas=True),
    _R.REMOTE_MF: _Row(NOTHING, "e1_remote_mf", "indicated", block_cas=True),
}  # fmt: skip
"""G.732 clause 4.2 (frame) and 5.3 (signalling multiframe). Y with a lost frame: the outputs' ones reach TS16, too."""


def ranked(status: int) -> Received:
    """What is left of a status when the causes hide what they bring along: LOS before AIS before LOF."""
    left = Received(status)
    for defect, row in TABLE.items():
        if defect & left:
            left &= ~row.hides
    return left


def consequences(status: int, options: EndOptions = PLAIN) -> Consequences:
    """What an end does that receives this; bits of `Received`, others mean nothing."""
    if not options.equipped:
        return Consequences(send_ais=True, squelch=True, block_cas=options.cas, in_service=False)
    present = ranked(status if options.cas else status & ~int(_MULTIFRAME))
    rows = [row for defect, row in TABLE.items() if defect & present]
    return Consequences(
        send_rai=any(row.send_rai for row in rows),
        send_y=options.cas and any(row.send_y for row in rows),
        squelch=any(row.squelch for row in rows),
        block_cas=options.cas and any(row.block_cas for row in rows),
        in_service=not any(row.out for row in rows),
        prompt=_alarms(rows, "prompt"),
        deferred=_alarms(rows, "deferred"),
        indicated=_alarms(rows, "indicated"),
        inhibited=any(row.inhibits for row in rows),
    )


def _alarms(rows: list[_Row], whose: str) -> tuple[str, ...]:
    return tuple(row.alarm for row in rows if row.whose == whose)
