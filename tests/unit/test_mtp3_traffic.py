"""Changeover, changeback, forced and controlled rerouting (Q.704 clauses 5 to 8; Q.782 groups 3 to 6)."""

from __future__ import annotations

import pytest
from mtp3_by_hand import FAR, NEAR, OTHER, Hand

from switchsim.proto.mtp3.codec import Kind


def two_links() -> Hand:
    """Links 0 and 1 to point 2, the even SLS on 0, the odd ones on 1."""
    hand = Hand()
    hand.hear(0, Kind.CBA, 1, value=0)
    assert hand.send(NEAR, 0, "a") == ["0 > 2 0 a"]
    assert hand.send(NEAR, 1, "a") == ["1 > 2 1 a"]
    return hand


def two_sets() -> Hand:
    """Link 0 to point 2 and link 10 to point 3, which can reach 2 as well."""
    hand = Hand(up=(0, 10))
    for timer in [name for name in hand.point.state.timers if name[:3] in ("t3/", "t6/")]:
        hand.tell("timer", timer)
    assert hand.send(NEAR, 0, "a") == ["0 > 2 0 a"]
    return hand


# -- changeover --------------------------------------------------------------------------------------------------------


def test_changeover_sends_retrieved_messages_before_those_that_waited() -> None:
    hand = two_links()
    said = hand.tell("out_of_service", 0, "suerm")
    assert said == ["link 0 failed", "stop slt_t2/0", "start t2/0", "l2 0 retrieve_bsnt"]
    assert hand.tell("bsnt", 0, 99) == ["1 COO/0 99", "start t2/0"]
    assert hand.send(NEAR, 2, "new") == []
    assert hand.send(NEAR, 1, "stays") == ["1 > 2 1 stays"]
    assert hand.hear(1, Kind.COA, 0, value=17) == ["start t2/0", "l2 0 retrieve 17"]
    hand.tell("retrieved", 0, hand.octets(NEAR, 2, "first"))
    hand.tell("retrieved", 0, hand.octets(NEAR, 4, "second"))
    assert hand.emptied(0) == [
        "1 > 2 2 first", "1 > 2 4 second", "1 > 2 2 new", "over 0 2", "l2 0 emergency_ceases", "l2 0 start",
    ]  # fmt: skip


def test_the_far_end_begins() -> None:
    """Q.782 3.2: COO for a link that still works here takes it out; our answer carries our own last FSN."""
    hand = two_links()
    said = hand.hear(1, Kind.COO, 0, value=5)
    assert said == ["l2 0 stop", "link 0 failed", "stop slt_t2/0", "start t2/0", "l2 0 retrieve_bsnt"]
    assert hand.tell("bsnt", 0, 42) == ["1 COA/0 42", "start t2/0", "l2 0 retrieve 5"]


def test_orders_that_cross_acknowledge_each_other() -> None:
    hand = two_links()
    hand.tell("out_of_service", 0, "x")
    hand.tell("bsnt", 0, 42)
    assert hand.hear(1, Kind.COO, 0, value=7) == ["1 COA/0 42", "start t2/0", "l2 0 retrieve 7"]
    assert hand.hear(1, Kind.COA, 0, value=7) == []
    assert hand.emptied(0)[0] == "over 0 0"


def test_an_order_that_comes_while_we_read_is_answered_instead_of_ours() -> None:
    hand = two_links()
    hand.tell("out_of_service", 0, "x")
    assert hand.hear(1, Kind.COO, 0, value=7) == []
    assert hand.tell("bsnt", 0, 42) == ["1 COA/0 42", "start t2/0", "l2 0 retrieve 7"]


def test_no_acknowledgement_within_t2_starts_new_traffic_only() -> None:
    """Q.704 5.7.2."""
    hand = two_links()
    hand.tell("out_of_service", 0, "x")
    hand.tell("bsnt", 0, 42)
    hand.send(NEAR, 0, "new")
    said = hand.tell("timer", "t2/0")
    assert said[:3] == ["violation 5.7.2", "1 > 2 0 new", "over 0 0"]
    assert hand.hear(1, Kind.COA, 0, value=7) == [], "too late"


def test_emergency_changeover_when_the_fsn_can_not_be_read() -> None:
    hand = two_links()
    hand.tell("out_of_service", 0, "x")
    assert hand.tell("bsnt_unknown", 0) == ["1 ECO/0", "start t2/0"]
    assert hand.hear(1, Kind.ECA, 0) == ["start t2/0", "l2 0 retrieve -1"]


def test_an_emergency_order_is_answered_with_what_we_know() -> None:
    hand = two_links()
    hand.hear(1, Kind.ECO, 0)
    assert hand.tell("bsnt", 0, 42) == ["1 COA/0 42", "start t2/0", "l2 0 retrieve -1"]
    hand = two_links()
    hand.hear(1, Kind.COO, 0, value=9)
    assert hand.tell("bsnt_unknown", 0) == ["1 ECA/0", "start t2/0", "l2 0 retrieve 9"]


def test_extended_orders_are_understood() -> None:
    """XCO carries 24 bits; beyond the 127 of these links it is unreasonable, as in 5.7.3: only unsent messages go."""
    hand = two_links()
    hand.hear(1, Kind.XCO, 0, value=9)
    assert hand.tell("bsnt", 0, 42) == ["1 XCA/0 42", "start t2/0", "l2 0 retrieve 9"]
    hand = two_links()
    hand.hear(1, Kind.XCO, 0, value=900)
    assert hand.tell("bsnt", 0, 42) == ["1 XCA/0 42", "start t2/0", "l2 0 retrieve -1"]


def test_an_order_after_the_changeover_is_answered_in_emergency() -> None:
    hand = two_links()
    hand.tell("out_of_service", 0, "x")
    hand.tell("bsnt", 0, 42)
    hand.hear(1, Kind.COA, 0, value=7)
    hand.emptied(0)
    assert hand.hear(1, Kind.COO, 0, value=7) == ["1 ECA/0"]


def test_level_2_that_never_answers_does_not_hold_the_link_for_ever() -> None:
    """A board that was pulled: T2 passes for its answer."""
    hand = two_links()
    hand.tell("out_of_service", 0, "x")
    hand.send(NEAR, 0, "waits")
    assert hand.tell("timer", "t2/0") == ["1 ECO/0", "start t2/0"]
    assert hand.hear(1, Kind.ECA, 0) == ["start t2/0", "l2 0 retrieve -1"]
    assert hand.tell("timer", "t2/0")[:2] == ["1 > 2 0 waits", "over 0 0"]
    assert hand.tell("retrieval_complete", 0) == []
    hand.tell("retrieved", 0, hand.octets(NEAR, 0, "late"))
    assert hand.point.state.counters["retrieved_unasked"] == 1


def test_an_unreasonable_fsn_retrieves_nothing() -> None:
    """Q.704 5.7.3: level 2 says so, and new traffic goes on."""
    hand = two_links()
    hand.tell("out_of_service", 0, "x")
    hand.tell("bsnt", 0, 42)
    hand.send(NEAR, 0, "waits")
    hand.hear(1, Kind.COA, 0, value=99)
    assert hand.tell("retrieval_complete", 0, False)[:4] == [
        "violation 5.7.3", "stop t2/0", "1 > 2 0 waits", "over 0 0",
    ]  # fmt: skip


def test_an_order_stops_a_link_that_is_being_inhibited_before_its_buffers_are_read() -> None:
    hand = two_links()
    hand.tell("inhibit", 0)
    hand.hear(1, Kind.LIA, 0)
    said = hand.hear(1, Kind.COO, 0, value=9)
    assert said == ["l2 0 stop", "link 0 failed", "stop slt_t2/0", "stop t1/0", "start t2/0", "l2 0 retrieve_bsnt"]
    assert hand.tell("bsnt", 0, 3) == ["1 COA/0 3", "start t2/0", "l2 0 retrieve 9"]


def test_an_order_about_a_link_that_is_not_there() -> None:
    assert two_links().hear(1, Kind.COO, 9, value=1) == ["violation 15.2"]


def test_an_acknowledgement_without_an_order_is_ignored() -> None:
    assert two_links().hear(1, Kind.COA, 0, value=1) == []


def test_changeover_to_another_link_set_goes_through_the_other_neighbour() -> None:
    hand = two_sets()
    hand.tell("out_of_service", 0, "x")
    assert hand.tell("bsnt", 0, 3) == ["10 COO/0 3", "start t2/0"]
    assert hand.hear(10, Kind.COA, 0, NEAR, value=8) == ["start t2/0", "l2 0 retrieve 8"]
    hand.tell("retrieved", 0, hand.octets(NEAR, 5, "old"))
    assert hand.emptied(0)[:2] == ["10 > 2 5 old", "over 0 1"]


def test_changeover_by_time_when_the_far_end_can_not_be_told() -> None:
    """Only 9 has another way, and point 2 itself is out of reach (Q.704 5.6.2)."""
    hand = two_sets()
    hand.hear(10, Kind.TFP, point=NEAR)
    said = hand.tell("out_of_service", 0, "x")
    assert said[:3] == ["link 0 failed", "stop slt_t2/0", "start t1/0"]
    assert "pause 2" in said
    assert "pause 9" not in said
    assert hand.send(FAR, 0, "waits") == []
    assert hand.tell("timer", "t1/0") == ["start t2/0", "l2 0 retrieve -1"], "what was never transmitted"
    hand.tell("retrieved", 0, hand.octets(FAR, 0, "old"))
    assert hand.emptied(0)[:3] == ["10 > 9 0 old", "10 > 9 0 waits", "over 0 1"]


def test_the_last_link_leaves_nothing_to_change_over() -> None:
    hand = Hand(up=(0,))
    said = hand.tell("out_of_service", 0, "x")
    assert said[-5:] == ["l2 0 emergency", "l2 0 start", "pause 2", "pause 3", "pause 9"]


def test_the_link_that_carried_the_order_fails_too() -> None:
    """The order comes back out of link 1's buffers and goes again by the third way (multiple failures)."""
    hand = Hand(up=(0, 1, 10))
    for timer in [name for name in hand.point.state.timers if name[:3] in ("t3/", "t4/", "t5/", "t6/")]:
        hand.tell("timer", timer)
    hand.hear(0, Kind.CBA, 1, value=0)
    hand.tell("out_of_service", 0, "x")
    assert hand.tell("bsnt", 0, 3)[0] == "1 COO/0 3"
    hand.send(NEAR, 0, "waits")
    hand.tell("out_of_service", 1, "x")
    assert hand.tell("bsnt", 1, 4)[0] == "10 COO/1 4"
    assert hand.hear(10, Kind.COA, 1, NEAR, value=0)[-1] == "l2 1 retrieve 0"
    hand.tell("retrieved", 1, hand.message(Kind.COO, 0, 1, NEAR, value=3))
    assert hand.emptied(1)[0] == "10 COO/0 3"
    hand.hear(10, Kind.COA, 0, NEAR, value=0)
    assert hand.emptied(0)[0] == "10 > 2 0 waits"


def test_a_destination_lost_during_the_changeover_takes_its_messages_along() -> None:
    hand = two_links()
    hand.tell("out_of_service", 0, "x")
    hand.tell("bsnt", 0, 42)
    hand.send(NEAR, 0, "lost")
    said = hand.tell("out_of_service", 1, "x")
    assert "pause 2" in said
    assert hand.point.state.counters["lost_with_destination"] == 1
    assert not hand.point.state.gates, "nobody is left to answer"


def test_the_buffer_of_a_diversion_has_a_limit() -> None:
    hand = Hand(buffer_limit=2)
    hand.hear(0, Kind.CBA, 1, value=0)
    hand.tell("out_of_service", 0, "x")
    for _ in range(5):
        hand.send(NEAR, 0, "x")
    assert hand.point.state.counters["diversion_buffer_full"] == 3


# -- changeback --------------------------------------------------------------------------------------------------------


def restored() -> tuple[Hand, list[str]]:
    hand = two_links()
    hand.tell("out_of_service", 0, "x")
    hand.tell("bsnt", 0, 42)
    hand.hear(1, Kind.COA, 0, value=42)
    hand.emptied(0)
    return hand, hand.align(0)


def test_changeback_declares_on_the_old_link_and_waits_for_the_answer() -> None:
    hand, said = restored()
    assert said[-2:] == ["1 CBD/0 0", "start t4/tcbc/1/0"]
    assert hand.send(NEAR, 2, "waits") == []
    assert hand.hear(1, Kind.CBA, 0, value=0) == ["stop t4/tcbc/1/0", "0 > 2 2 waits", "back 0"]


def test_changeback_declares_twice_and_then_goes_on() -> None:
    hand, _ = restored()
    hand.send(NEAR, 2, "waits")
    assert hand.tell("timer", "t4/tcbc/1/0") == ["1 CBD/0 0", "start t5/tcbc/1/0"]
    assert hand.tell("timer", "t5/tcbc/1/0") == ["violation 6.5.3", "0 > 2 2 waits", "back 0"]


@pytest.mark.parametrize(("slc", "code"), [(0, 7), (1, 0)], ids=["code", "link"])
def test_an_answer_to_something_else_changes_nothing(slc: int, code: int) -> None:
    hand, _ = restored()
    assert hand.hear(1, Kind.CBA, slc, value=code) == []
    assert hand.send(NEAR, 2, "waits") == []


def test_a_declaration_is_always_answered() -> None:
    assert two_links().hear(1, Kind.CBD, 0, value=200) == ["0 CBA/0 200"]


def test_parallel_declarations_have_their_own_codes() -> None:
    hand, _ = restored()
    gates = hand.point.state.gates
    gates["tcbc/11/0"] = type(gates["tcbc/1/0"])("tcbc", 11, 0)
    assert hand.hear(1, Kind.CBA, 0, value=0)[-1] == "back 0"


def test_the_restored_link_fails_before_the_answer() -> None:
    """The traffic goes on where it was."""
    hand, _ = restored()
    hand.send(NEAR, 2, "waits")
    said = hand.tell("out_of_service", 0, "x")
    assert "1 > 2 2 waits" in said
    assert hand.hear(1, Kind.CBA, 0, value=0) == []


def test_the_old_link_fails_before_the_answer() -> None:
    """Its messages are retrieved and go out on the restored link before those that waited."""
    hand, _ = restored()
    hand.send(NEAR, 2, "waits")
    hand.tell("out_of_service", 1, "x")
    assert hand.tell("bsnt", 1, 3)[0] == "0 COO/1 3"
    hand.hear(0, Kind.COA, 1, value=9)
    hand.tell("retrieved", 1, hand.octets(NEAR, 2, "older"))
    assert hand.emptied(1)[:2] == ["0 > 2 2 older", "0 > 2 2 waits"]


def test_changeback_between_link_sets_is_by_time() -> None:
    hand = two_sets()
    hand.tell("out_of_service", 0, "x")
    hand.tell("bsnt", 0, 3)
    hand.hear(10, Kind.COA, 0, NEAR, value=3)
    hand.emptied(0)
    assert "start t3/tcbc/10/0" in hand.align(0)
    assert hand.send(NEAR, 0, "waits") == []
    assert hand.tell("timer", "t3/tcbc/10/0") == ["0 > 2 0 waits", "back 0"]


# -- rerouting ---------------------------------------------------------------------------------------------------------


def test_forced_rerouting_is_immediate_and_controlled_rerouting_waits_for_t6() -> None:
    hand = two_sets()
    assert hand.send(FAR, 0, "a") == ["0 > 9 0 a"]
    assert hand.hear(0, Kind.TFP, point=FAR) == ["start t10/9/2"]
    assert hand.send(FAR, 0, "b") == ["10 > 9 0 b"]
    assert hand.hear(0, Kind.TFA, point=FAR)[0] == "stop t10/9/2"
    assert hand.send(FAR, 0, "c") == []
    assert hand.tell("timer", "t6/tcrc/9") == ["0 > 9 0 c"]


def test_no_alternative_pauses_once_and_resumes_once() -> None:
    hand = Hand(up=(0,))
    assert hand.hear(0, Kind.TFP, point=FAR) == ["start t10/9/2", "pause 9"]
    assert hand.hear(0, Kind.TFP, point=FAR) == []
    assert hand.send(FAR, 0, "x") == []
    assert hand.point.state.counters["inaccessible_destination"] == 1
    assert hand.hear(0, Kind.TFA, point=FAR) == ["stop t10/9/2", "resume 9"]


def test_a_link_fails_while_its_traffic_waits_for_t6() -> None:
    hand = two_sets()
    hand.hear(0, Kind.TFP, point=FAR)
    hand.hear(0, Kind.TFA, point=FAR)
    hand.send(FAR, 0, "waits")
    hand.tell("out_of_service", 10, "x")
    hand.tell("bsnt", 10, 1)
    hand.hear(0, Kind.COA, 0, OTHER, value=1)
    hand.tell("retrieved", 10, hand.octets(FAR, 0, "older"))
    assert hand.emptied(10)[:2] == ["0 > 9 0 older", "0 > 9 0 waits"]
