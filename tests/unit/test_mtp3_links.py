"""Activation, link test, blocking, discrimination (Q.704 clauses 2.4, 3.2, 12; Q.707; Q.782 groups 1, 2, 12)."""

from __future__ import annotations

import pytest
from mtp3_by_hand import FAR, NEAR, OTHER, OWN, Hand

from switchsim.proto.mtp3.codec import Kind
from switchsim.proto.mtp3.core import preference


def test_first_activation_tests_the_link_before_it_carries_traffic() -> None:
    hand = Hand(up=())
    assert hand.tell("activate_link", 0) == ["l2 0 emergency", "l2 0 start"]
    said = hand.tell("in_service", 0)
    assert said[0] == "link 0 testing"
    assert said[1].startswith("0 SLTM/0 ")
    assert hand.send(NEAR, 0, "x") == []
    pattern = bytes.fromhex(said[1].split()[-1])
    assert "link 0 available" in hand.hear(0, Kind.SLTA, 0, pattern=pattern)
    assert hand.hear(0, Kind.TRA) == ["stop t20", "restarted", "resume 2", "resume 3", "resume 9"]
    assert hand.send(NEAR, 0, "x") == ["0 > 2 0 x"]


def test_the_second_link_aligns_in_its_own_time() -> None:
    assert Hand(up=(0,)).tell("activate_link", 1) == ["l2 1 emergency_ceases", "l2 1 start"]


def test_two_unanswered_tests_take_the_link_down() -> None:
    hand = Hand(up=())
    hand.tell("activate_link", 0)
    hand.tell("in_service", 0)
    again = hand.tell("timer", "slt_t1/0")
    assert again[0].startswith("0 SLTM/0")
    assert hand.tell("timer", "slt_t1/0") == ["violation 12.2.2", "l2 0 stop", "start t17/0"]
    assert hand.tell("timer", "t17/0") == ["l2 0 emergency", "l2 0 start"]


@pytest.mark.parametrize(("slc", "opc", "reverse"), [(0, NEAR, True), (1, NEAR, False), (0, OTHER, False)],
                         ids=["pattern", "slc", "opc"])  # fmt: skip
def test_an_answer_with_something_wrong_is_no_answer(slc: int, opc: int, reverse: bool) -> None:
    hand = Hand(up=())
    hand.tell("activate_link", 0)
    pattern = bytes.fromhex(hand.tell("in_service", 0)[1].split()[-1])
    said = hand.hear(0, Kind.SLTA, slc, opc, pattern=pattern[::-1] if reverse else pattern)
    assert said == ["violation 12.2.2"]
    assert hand.point.status(0) == "testing"


def test_the_neighbours_test_is_answered_when_its_label_fits() -> None:
    hand = Hand()
    assert hand.hear(1, Kind.SLTM, 1, pattern=b"\xab") == ["1 SLTA/1 ab"]
    assert hand.hear(1, Kind.SLTM, 0, pattern=b"\xab") == ["violation 12.2.2"]
    assert hand.hear(1, Kind.SLTM, 1, OTHER, pattern=b"\xab") == ["violation 12.2.2"]


def test_in_service_the_test_is_repeated_and_two_failures_fail_the_link() -> None:
    hand = Hand()
    assert hand.tell("timer", "slt_t2/0")[0].startswith("0 SLTM/0")
    hand.tell("timer", "slt_t1/0")
    said = hand.tell("timer", "slt_t1/0")
    assert said[:3] == ["violation 12.2.2", "l2 0 stop", "link 0 failed"]
    assert said[-2:] == ["start t2/0", "l2 0 retrieve_bsnt"]


def test_alignment_that_fails_is_tried_again_after_t17() -> None:
    hand = Hand(up=(0,))
    hand.tell("activate_link", 1)
    assert hand.tell("out_of_service", 1, "t2") == ["start t17/1"]
    assert hand.tell("timer", "t17/1") == ["l2 1 emergency_ceases", "l2 1 start"]


def test_deactivation_and_activation_of_the_only_link() -> None:
    hand = Hand(up=(0,))
    said = hand.tell("deactivate_link", 0)
    assert said == ["l2 0 stop", "link 0 deactivated", "stop slt_t2/0", "stop t19/2", "pause 2", "pause 3", "pause 9"]
    assert hand.tell("out_of_service", 0, "stopped") == []
    assert "resume 2" in hand.bring_up(0)


def test_without_link_tests_the_link_carries_traffic_at_once_and_still_answers() -> None:
    hand = Hand(up=(), test_links=False)
    hand.tell("activate_link", 0)
    assert "link 0 available" in hand.tell("in_service", 0)
    assert hand.hear(0, Kind.SLTM, 0, pattern=b"\x01") == ["0 SLTA/0 01"]


# -- discrimination ----------------------------------------------------------------------------------------------------


def test_wrong_network_and_wrong_destination_are_discarded_and_counted() -> None:
    hand = Hand(up=(0,))
    assert hand.traffic(0, NEAR, OWN, 3, b"hi") == ["deliver 5 3 hi"]
    assert hand.tell("received", 0, b"\x05" + hand.octets(OWN, 0, "x")[1:]) == ["violation 2.4.1"]
    assert hand.traffic(0, NEAR, FAR, 3, b"hi") == ["violation 2.4.3"]
    assert hand.tell("received", 0, b"\x85\x01") == ["violation 2.2.1"]
    assert hand.tell("received", 0, bytes(274)) == ["violation 2.3.1"]
    assert {word: count for word, count in hand.point.state.counters.items() if word != "violations"} == {
        "discarded_ni": 1, "discarded_dpc": 1, "discarded_short": 1, "discarded_long": 1}  # fmt: skip


def test_272_octets_are_taken() -> None:
    hand = Hand()
    assert hand.traffic(0, NEAR, OWN, 3, b"x" * 268) == ["deliver 5 3 " + "x" * 268]


def test_a_user_part_that_is_not_here_is_reported_to_the_origin() -> None:
    """Q.704 11.2.7: unequipped (1) or, equipped but away, inaccessible (2)."""
    hand = Hand()
    assert hand.traffic(0, NEAR, OWN, 0, b"x", si=3) == ["0 UPU/0 3/1"]
    hand.tell("user_part", 5, False)
    assert hand.traffic(0, NEAR, OWN, 0, b"x") == ["0 UPU/0 5/2"]
    hand.tell("user_part", 5, True)
    assert hand.traffic(0, NEAR, OWN, 0, b"x") == ["deliver 5 0 x"]
    assert hand.hear(0, Kind.UPU, 0, point=NEAR, user=5, cause=1) == ["status 2 user_unequipped 0"]


# -- load sharing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", range(1, 17))
def test_a_failure_moves_only_the_share_of_the_link_that_failed(count: int) -> None:
    """Q.704 2.3.5: every SLS has its own order of the links; the shares differ by one at most."""
    links = tuple(range(count))
    orders = [preference(links, sls) for sls in range(16)]
    shares = [sum(order[0] == link for order in orders) for link in links]
    assert max(shares) - min(shares) <= 1
    assert all(sorted(order) == list(links) for order in orders)
    for lost in range(count - 1):
        moved = [order[1] for order in orders if order[0] == lost]
        assert len(set(moved)) == min(len(moved), count - 1), "the others share what moved"


def test_both_ends_choose_the_same_without_agreement() -> None:
    assert [preference((4, 7), sls)[0] for sls in range(4)] == [4, 7, 4, 7]


# -- blocking ----------------------------------------------------------------------------------------------------------


def test_processor_outage_diverts_new_traffic_after_t1() -> None:
    """Q.704 5.6.2: no order, no retrieval; what level 2 still holds is flushed at the end of the outage."""
    hand = Hand()
    hand.hear(0, Kind.CBA, 1, value=0)
    assert hand.tell("remote_outage", 0) == ["link 0 blocked", "start t1/0"]
    assert hand.send(NEAR, 0, "waits") == []
    assert hand.tell("timer", "t1/0") == ["1 > 2 0 waits", "over 0 0"]
    said = hand.tell("remote_recovered", 0)
    assert said[:3] == ["l2 0 flush", "l2 0 continue", "link 0 available"]
    assert said[3] == "1 CBD/0 0"


def test_a_short_processor_outage_changes_nothing() -> None:
    hand = Hand()
    hand.hear(0, Kind.CBA, 1, value=0)
    hand.tell("remote_outage", 0)
    hand.send(NEAR, 0, "waits")
    assert hand.tell("remote_recovered", 0) == ["l2 0 continue", "link 0 available", "stop t1/0", "0 > 2 0 waits"]


def test_processor_outage_of_the_only_link_pauses() -> None:
    hand = Hand(up=(0,))
    assert hand.tell("remote_outage", 0) == ["link 0 blocked", "pause 2", "pause 3", "pause 9"]
    assert hand.tell("remote_recovered", 0) == ["l2 0 flush", "l2 0 continue", "link 0 available", "resume 2",
                                                "resume 3", "resume 9"]  # fmt: skip


@pytest.mark.parametrize("remote", [False, True])
def test_a_link_that_aligns_in_an_outage_is_blocked_and_tested_when_it_is_over(remote: bool) -> None:
    """Level 2 in the far end's outage may never say that it is in service (Q.703 figure 8)."""
    hand = Hand(up=(1,))
    hand.tell("activate_link", 0)
    if remote:
        assert hand.tell("remote_outage", 0) == ["link 0 blocked"]
    else:
        assert hand.tell("local_outage", 0, True) == []
    assert hand.tell("in_service", 0) == ([] if remote else ["link 0 blocked"])
    over = hand.tell("remote_recovered", 0) if remote else hand.tell("local_outage", 0, False)
    assert over[:2] == ["l2 0 continue", "link 0 testing"]
    assert over[2].startswith("0 SLTM/0")
    assert "link 0 available" in hand.hear(0, Kind.SLTA, 0, pattern=bytes.fromhex(over[2].split()[-1]))


def test_an_outage_in_the_first_test_puts_it_off() -> None:
    hand = Hand(up=(1,))
    hand.tell("activate_link", 0)
    hand.tell("in_service", 0)
    assert hand.tell("remote_outage", 0) == ["link 0 blocked", "stop slt_t1/0"]
    assert hand.tell("local_outage", 0, True) == ["link 0 blocked"]
    assert hand.tell("remote_recovered", 0) == ["link 0 blocked"]
    assert hand.tell("local_outage", 0, False)[2].startswith("0 SLTM/0")


@pytest.mark.parametrize("unanswered", [0, 1, 2])
def test_a_link_in_service_is_not_judged_by_tests_in_an_outage(unanswered: int) -> None:
    hand = Hand()
    timers = ["slt_t2/0", "slt_t1/0", "slt_t1/0"]
    for name in timers[:unanswered]:
        assert hand.tell("timer", name)[0].startswith("0 SLTM/0")
    hand.tell("remote_outage", 0)
    assert hand.tell("timer", timers[unanswered]) == ["start slt_t2/0"]
    assert hand.tell("timer", "slt_t2/0") == ["start slt_t2/0"]
    hand.tell("remote_recovered", 0)
    assert hand.tell("timer", "slt_t2/0")[0].startswith("0 SLTM/0")


# -- fast paths --------------------------------------------------------------------------------------------------------


def test_a_message_that_is_refused_costs_no_other_its_short_way() -> None:
    hand = Hand()
    hand.send(NEAR, 0, "x")
    hand.traffic(0, NEAR, OWN, 3, b"x")
    kept = dict(hand.point._outgoing), dict(hand.point._incoming)
    assert all(kept)
    assert hand.tell("received", 0, b"\x05\x01\x80\x00\x00") == ["violation 2.4.1"]
    assert hand.tell("received", 0, b"\x85\x01") == ["violation 2.2.1"]
    assert hand.traffic(0, NEAR, OTHER, 3, b"x") == ["violation 2.4.3"]
    assert hand.hear(0, Kind.CBA, 7, value=0) == ["violation 15.2"]
    assert hand.hear(0, Kind.SLTM, 0, pattern=b"test")[0].startswith("0 SLTA/0")
    assert (hand.point._outgoing, hand.point._incoming) == kept
    hand.tell("remote_outage", 0)
    assert not hand.point._outgoing
    hand.traffic(0, NEAR, OWN, 3, b"x")
    assert hand.hear(0, Kind.LIN, 1) != []
    assert not hand.point._incoming
