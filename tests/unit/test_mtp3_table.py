"""The boxes' tables are whole, and every pair that can be comes up in these walks; the others never do."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from mtp3_by_hand import ADJACENT, FAR, NEAR, OTHER, OWN, Hand
from mtp3_network import pair, quad
from test_mtp3_network import act, heal

from switchsim.proto.mtp3 import inhibit
from switchsim.proto.mtp3.codec import ROWS, Kind
from switchsim.proto.mtp3.core import Nothing
from switchsim.proto.mtp3.state import Box, Linh, LinhEvent
from switchsim.proto.mtp3.table import BOXES, Pair, pairs

SHORT = {"t10": 9000, "t18": 800, "t20": 9000, "t21": 9000, "t22": 9000, "t23": 9000, "t11": 9000, "slt_t2": 9000}


def test_every_pair_has_a_row() -> None:
    for table in BOXES:
        assert set(table.rows) == {(state, event) for state in table.states for event in table.events}
        for row in table.rows.values():
            assert isinstance(row, Nothing) or callable(row)


def test_what_does_nothing_says_why() -> None:
    for one in pairs():
        assert one.procedure or (one.reason and one.clause)


# -- walks -------------------------------------------------------------------------------------------------------------

LEVEL2 = ("in_service", "out_of_service", "bsnt", "bsnt_unknown", "retrieval_complete", "remote_outage",
          "remote_recovered")  # fmt: skip
ORDERS = ("activate_link", "deactivate_link", "inhibit", "uninhibit")


def step(hand: Hand, dice: random.Random) -> None:
    """One thing that a link, a neighbour, a timer or an operator may do to a point, sensible or not."""
    link = dice.choice((0, 1, 10, 11))
    choice = dice.randrange(10)
    if choice < 2:
        method = dice.choice(LEVEL2)
        hand.tell(method, link, *([5] if method == "bsnt" else []))
    elif choice == 2:
        hand.tell(dice.choice(ORDERS), dice.choice((0, 0, 1, 10)))
    elif choice == 3 and hand.point.status(link) in ("deactivated", "failed") and dice.random() < 0.5:
        hand.tell("activate_link", link)
        hand.tell("in_service", link)
    elif choice < 6 and hand.point.state.timers:
        hand.tell("timer", dice.choice(sorted(hand.point.state.timers)))
    elif choice == 6:
        entry = hand.point.state.links[link]
        pattern = bytes((link * 37 + entry.pattern * 11 + n * 83) & 0xFF for n in range(8))
        hand.hear(link, Kind.SLTA, link % 10, pattern=pattern)
    elif choice == 7:
        hand.traffic(link, dice.choice((NEAR, OTHER)), dice.choice((OWN, FAR)), dice.randrange(16), b"x")
        for dpc in (NEAR, OTHER, FAR):
            hand.send(dpc, dice.randrange(16), "x")
    else:
        kind = dice.choice(sorted(ROWS))
        hand.hear(link, kind, dice.choice((0, 0, 1)), dice.choice((NEAR, OTHER)), point=dice.choice((FAR, NEAR, OTHER)),
                  value=dice.choice((0, 0, 1, 3)), pattern=b"x")  # fmt: skip


def by_hand(seed: int) -> list[tuple[Box, int, int]]:
    dice = random.Random(seed)
    hand = Hand(dice.choice(((), (0,), (0, 1), (0, 1, 10))), stp=dice.random() < 0.5, congestion_levels=True)
    for _ in range(250):
        step(hand, dice)
    return hand.trace


def by_network(seed: int) -> list[tuple[Box, int, int]]:
    dice = random.Random(seed)
    network = pair(2, timers=SHORT) if seed % 2 else quad(1, timers=SHORT)
    network.answer_cycles = dice.choice((0, 30))
    for _ in range(40):
        network.run(dice.choice((60, 100, 1000, 12000)))
        act(network, dice)
    heal(network)
    return [one for trace in network.traces.values() for one in trace]


def inhibiting() -> list[tuple[Box, int, int]]:
    """Each state of LINH, entered as it comes about, and each event in it."""
    reach: dict[Linh, Callable[[Hand], Any]] = {
        Linh.IDLE: lambda hand: None,
        Linh.INHIBITING: lambda hand: hand.tell("inhibit", 0),
        Linh.UNINHIBITING: lambda hand: hand.hear(1, Kind.LFU, 0),
        Linh.FORCING: lambda hand: (hand.hear(1, Kind.LIN, 0), force(hand)),
    }
    again = {Linh.INHIBITING: "t14", Linh.UNINHIBITING: "t12", Linh.FORCING: "t13"}
    found = []
    for state, enter in reach.items():
        for twice in (False, True):
            for event in LinhEvent:
                hand = Hand()
                if event is LinhEvent.T22:
                    hand.tell("inhibit", 0)
                    hand.hear(1, Kind.LIA, 0)
                if event is LinhEvent.T23:
                    hand.hear(1, Kind.LIN, 0)
                enter(hand)
                if twice and state in again:
                    hand.tell("timer", f"{again[state]}/0")
                if event.name in Kind.__members__:
                    hand.hear(1, Kind[event.name], 0)
                elif event is LinhEvent.FORCE:
                    force(hand)
                elif event <= LinhEvent.UNINHIBIT:
                    hand.tell(event.name.lower(), 0)
                else:
                    hand.tell("timer", f"{event.name.lower()}/0")
                found += hand.trace
    return found


def odd_moments() -> list[tuple[Box, int, int]]:
    """What comes too late, too early or by a way that leads nowhere."""
    one_way = settled_sets()
    one_way.hear(10, Kind.TFP, point=NEAR)
    one_way.tell("deactivate_link", 0)
    one_way.tell("retrieval_complete", 0)
    one_way.hear(10, Kind.COO, 0, NEAR, value=1)
    slow = settled_sets()
    slow.tell("out_of_service", 0, "x")
    slow.tell("bsnt", 0, 1)
    slow.hear(10, Kind.COA, 0, NEAR, value=1)
    slow.tell("retrieval_complete", 0)
    slow.align(0)
    slow.hear(10, Kind.CBA, 0, NEAR, value=0)
    late = Hand()
    late.tell("timer", "t4/tcbc/0/1")
    late.hear(0, Kind.CBA, 1, value=0)
    return one_way.trace + slow.trace + late.trace


def settled_sets() -> Hand:
    hand = Hand(up=(0, 10))
    for timer in [name for name in hand.point.state.timers if name[:3] in ("t3/", "t6/")]:
        hand.tell("timer", timer)
    return hand


def force(hand: Hand) -> None:
    """As TSRC signals it when a destination is lost that the link could reach."""
    core = hand.point._core
    core.out = []
    inhibit.step(core, 0, LinhEvent.FORCE)


@pytest.fixture(scope="module")
def seen() -> dict[tuple[Box, int, int], int]:
    found: dict[tuple[Box, int, int], int] = {}
    walks = [*(by_hand(seed) for seed in range(300)), *(by_network(seed) for seed in range(40))]
    for trace in [*walks, inhibiting(), odd_moments()]:
        for one in trace:
            found[one] = found.get(one, 0) + 1
    return found


def names(rows: list[Pair]) -> list[str]:
    return [f"{one.box.name} {one.state.name} {one.event.name}" for one in rows]


def test_every_possible_pair_comes_up(seen: dict[tuple[Box, int, int], int]) -> None:
    missing = [one for one in pairs() if not one.impossible and (one.box, int(one.state), int(one.event)) not in seen]
    assert names(missing) == []


def test_no_impossible_pair_comes_up(seen: dict[tuple[Box, int, int], int]) -> None:
    wrong = [one for one in pairs() if one.impossible and (one.box, int(one.state), int(one.event)) in seen]
    assert names(wrong) == []


def test_the_search_can_fail(seen: dict[tuple[Box, int, int], int]) -> None:
    assert (Box.LSAC, 0, 0) in seen
    assert ADJACENT[0] == NEAR
    assert len(list(pairs())) > 200
