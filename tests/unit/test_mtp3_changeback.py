"""Links that come back together: each gets its traffic by a changeback of its own, in order (Q.704 clause 6)."""

from __future__ import annotations

from mtp3_by_hand import NEAR, Hand

from switchsim.proto.mtp3.codec import Kind


def alone() -> Hand:
    """Links 0, 1 and 2 to point 2; all is on link 2, as the other two have failed. SLS 0 belongs on 0, then on 1."""
    hand = Hand(near=(0, 1, 2), up=(2, 1, 0))
    for link, slc in ((2, 1), (2, 0), (1, 0)):
        hand.hear(link, Kind.CBA, slc, value=0)
    assert not hand.point.state.gates
    for link in (0, 1):
        hand.tell("out_of_service", link, "x")
        hand.tell("bsnt", link, 9)
        hand.hear(2, Kind.COA, link, NEAR, value=9)
        hand.emptied(link)
    assert hand.send(NEAR, 0, "a") + hand.send(NEAR, 1, "a") == ["2 > 2 0 a", "2 > 2 1 a"]
    return hand


def both_back() -> Hand:
    """Link 0 is there again before the far end has acknowledged what was declared for link 1."""
    hand = alone()
    assert hand.align(1)[-2:] == ["2 CBD/1 0", "start t4/tcbc/2/1"]
    assert hand.send(NEAR, 0, "b") + hand.send(NEAR, 1, "b") == []
    assert hand.align(0)[-2:] == ["2 CBD/0 0", "start t4/tcbc/2/0"]
    assert hand.send(NEAR, 0, "c") + hand.send(NEAR, 1, "c") == []
    return hand


def test_each_of_two_links_declares() -> None:
    hand = both_back()
    assert hand.hear(2, Kind.CBA, 1, value=0) == ["stop t4/tcbc/2/1", "1 > 2 1 b", "1 > 2 1 c", "back 1"]
    assert hand.send(NEAR, 0, "d") == []
    assert hand.hear(2, Kind.CBA, 0, value=0) == [
        "stop t4/tcbc/2/0", "0 > 2 0 b", "0 > 2 0 c", "0 > 2 0 d", "back 0"]  # fmt: skip


def test_the_later_one_may_be_answered_first() -> None:
    hand = both_back()
    assert hand.hear(2, Kind.CBA, 0, value=0) == ["stop t4/tcbc/2/0", "0 > 2 0 b", "0 > 2 0 c", "back 0"]
    assert hand.hear(2, Kind.CBA, 1, value=0)[-1] == "back 1"


def test_between_link_sets_each_has_its_own_time() -> None:
    hand = Hand(up=(10,))
    hand.tell("timer", "t6/tcrc/2")
    hand.send(NEAR, 0, "a")
    assert "start t3/tcbc/10/1" in hand.bring_up(1)
    hand.send(NEAR, 0, "b")
    assert "start t3/tcbc/10/0" in hand.bring_up(0)
    assert hand.tell("timer", "t3/tcbc/10/1") == ["back 1"]
    assert hand.tell("timer", "t3/tcbc/10/0") == ["0 > 2 0 b", "back 0"]


def test_what_was_sent_since_the_declaration_needs_another_one() -> None:
    """Link 0 goes again, and what waited for it leaves on link 2, behind what was declared for link 1."""
    hand = both_back()
    said = hand.tell("out_of_service", 0, "x")
    assert said.index("2 > 2 0 c") < said.index("2 CBD/1 1") < said.index("start t4/tcbc/2/1/2")
    hand.send(NEAR, 0, "d")
    assert hand.hear(2, Kind.CBA, 1, value=0)[1:] == ["1 > 2 1 b", "1 > 2 1 c", "back 1"]
    assert hand.hear(2, Kind.CBA, 1, value=1) == ["stop t4/tcbc/2/1/2", "1 > 2 0 d", "back 1"]
