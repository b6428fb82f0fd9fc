"""Every pair of the boxes beside call processing comes about, and none that their table does not have."""

from __future__ import annotations

from isup_by_hand import Exchange, reach

from switchsim.proto.isup import Cpc, network
from switchsim.proto.isup import parameters as p
from switchsim.proto.isup.messages import MessageType as M
from switchsim.proto.isup.table import BOXES

Pairs = list[tuple[str, int, int | str]]
BITS = (p.RANGE_AND_STATUS.code, b"\x01\x03")
RANGE = (p.RANGE_AND_STATUS.code, b"\x01")


def traced(pairs: Pairs) -> Exchange:
    side = Exchange(2, 1)
    side.isup.trace = pairs
    return side


def maintenance(pairs: Pairs) -> None:
    """BLS and BLR: orders and acknowledgements in all four states, the timers of the two that wait."""
    side = traced(pairs)
    side.hear(M.UBA).do(side.isup.block(1, False)).hear(M.BLA)  # UBL goes out
    side.do(side.isup.block(1, False)).hear(M.BLA).expire("t14/1").expire("t15/1").do(side.isup.block(1, True))
    side.hear(M.UBA).expire("t12/1").expire("t13/1").do(side.isup.block(1, True)).hear(M.BLA)
    side.do(side.isup.block(1, True)).hear(M.BLA).hear(M.UBA)  # BLO goes out
    side.hear(M.BLA).do(side.isup.block(1, False)).hear(M.UBA)
    side.do(side.isup.block(1, True)).do(side.isup.block(1, False))
    side.hear(M.UBL).hear(M.BLO).hear(M.BLO).hear(M.UBL)


def groups(pairs: Pairs, hardware: bool) -> None:
    side = traced(pairs)
    kind, suffix = (p.GROUP_KIND.code, bytes((hardware,))), "h" if hardware else ""
    block = side.isup.block_group
    side.hear(M.CGUA, 1, kind, BITS).hear(M.CGBA, 1, kind, BITS)  # CGU goes out
    side.expire(f"t20/1{suffix}").expire(f"t21/1{suffix}").do(block([1, 2], True, hardware))
    side.do(block([1, 2], True, hardware)).expire(f"t18/1{suffix}").expire(f"t19/1{suffix}")
    side.do(block([1, 2], False, hardware)).hear(M.CGUA, 1, kind, BITS).do(block([1, 2], True, hardware))
    side.hear(M.CGBA, 1, kind, BITS).do(block([1, 2], True, hardware)).hear(M.CGBA, 1, kind, BITS)
    side.hear(M.CGUA, 1, kind, BITS).hear(M.CGBA, 1, kind, BITS)  # CGB goes out
    side.do(block([1, 2], False, hardware)).hear(M.UCIC, 1)
    side.do(block([5, 6], True, hardware)).hear(M.CGBA, 5, kind, BITS).do(block([5, 6], False, hardware))
    for message in (M.CGU, M.CGB, M.CGB, M.CGU):
        side.hear(message, 9, kind, BITS)


def resets(pairs: Pairs) -> None:
    for state in Cpc:
        for ours in (True, False):
            side = reach(state)
            side.isup.trace = pairs
            side.do(side.isup.reset_group([1, 2])) if ours else side.hear(M.GRS, 1, RANGE)
    side = traced(pairs)
    side.do(side.isup.reset_group([1, 2])).expire("t22/1").expire("t23/1").hear(M.GRA, 1, BITS)


def queries(pairs: Pairs) -> None:
    side = traced(pairs)
    answer = (RANGE, (p.CIRCUIT_STATE.code, b"\x0c\x0c"))
    side.hear(M.CQM, 1, RANGE).hear(M.CQR, 1, *answer).do(side.isup.query([1, 2])).hear(M.CQR, 1, *answer)
    side.do(side.isup.query([1, 2])).expire("t28/1")


def relation(pairs: Pairs) -> None:
    side = traced(pairs)
    for order in (side.isup.resume, side.isup.pause, side.isup.pause, side.isup.resume):
        side.do(order())
        for cause in network.CAUSES:
            side.do(side.isup.status(cause))
            for name in ("t4", "t29", "t30"):
                if name in side.timers:
                    side.expire(name)


def test_every_pair_of_the_boxes_beside_calls_comes_about() -> None:
    pairs: Pairs = []
    maintenance(pairs)
    for hardware in (False, True):
        groups(pairs, hardware)
    resets(pairs)
    queries(pairs)
    relation(pairs)
    found = {pair for pair in pairs if pair[0] != "CPC"}
    known = {(row.box, row.state, row.event) for row in BOXES}
    assert (found - known, known - found) == (set(), set())
