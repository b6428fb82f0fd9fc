"""Route management, restart, inhibiting, congestion (Q.704 clauses 9 to 11, 13; Q.782 groups 7 to 10)."""

from __future__ import annotations

import pytest
from mtp3_by_hand import FAR, NEAR, OTHER, OWN, Hand

from switchsim.proto.mtp3.codec import Kind


def transfer_point(**options: bool) -> Hand:
    """Links 0 (to 2) and 10 (to 3); 9 lies behind 2."""
    hand = Hand(up=(0, 10), stp=True, **options)
    for timer in [name for name in hand.point.state.timers if name[:3] in ("t3/", "t6/")]:
        hand.tell("timer", timer)
    return hand


# -- what neighbours say -----------------------------------------------------------------------------------------------


def test_a_prohibited_route_is_asked_after_every_t10() -> None:
    hand = Hand(up=(0, 10))
    assert "start t10/9/2" in hand.hear(0, Kind.TFP, point=FAR)
    assert hand.tell("timer", "t10/9/2") == ["0 RST/0 9", "start t10/9/2"]
    assert "start t10/9/2" in hand.hear(0, Kind.TFR, point=FAR)
    assert hand.tell("timer", "t10/9/2") == ["0 RSR/0 9", "start t10/9/2"]


def test_what_is_said_of_unknown_destinations_or_by_strangers_is_counted() -> None:
    hand = Hand(up=(0,))
    assert hand.hear(0, Kind.TFP, point=77) == ["violation 13.2.4"]
    assert hand.hear(0, Kind.TFA, point=77) == ["violation 13.2.4"]
    assert hand.hear(0, Kind.TFC, point=77) == ["violation 13.7"]
    assert hand.hear(0, Kind.UPU, point=77, user=5, cause=1) == ["violation 11.2.7"]
    assert hand.hear(0, Kind.TFP, point=NEAR) == []
    assert hand.hear(0, Kind.TFP, 0, 77, point=FAR) == ["violation 15.1"]
    assert hand.point.state.counters["unknown_destination"] == 5
    assert hand.point.state.counters["management_origin"] == 1


def test_what_a_neighbour_said_is_forgotten_when_it_goes() -> None:
    hand = Hand(up=(0, 10))
    hand.hear(0, Kind.TFP, point=FAR)
    assert "stop t10/9/2" in hand.tell("out_of_service", 0, "x")
    assert hand.point.state.destinations[FAR].routes == {}


# -- what a transfer point says ----------------------------------------------------------------------------------------


def test_traffic_is_transferred_between_link_sets() -> None:
    hand = transfer_point()
    assert hand.traffic(10, OTHER, FAR, 5, b"x") == ["0 > 9 5 x"]
    assert hand.traffic(10, OTHER, FAR, 5, b"y") == ["0 > 9 5 y"]


def test_broadcast_of_tfp_and_tfa() -> None:
    """Q.782 9.2.2 in small: 9 is lost with point 2, and every neighbour hears of it."""
    hand = transfer_point()
    hand.hear(10, Kind.TFP, point=FAR)
    said = hand.hear(0, Kind.TFP, point=FAR)
    assert "pause 9" in said
    assert "10 TFP/0 9" in said
    said = hand.hear(0, Kind.TFA, point=FAR)
    assert "10 TFA/0 9" in said
    assert "0 TFA/0 9" not in said, "point 2 is where we send it"


def test_the_next_hop_hears_tfp_before_it_gets_the_first_message() -> None:
    """Q.704 13.2.2 i: otherwise the two would send it to and fro."""
    hand = transfer_point()
    hand.hear(10, Kind.TFA, point=FAR)
    said = hand.hear(0, Kind.TFP, point=FAR)
    assert "10 TFP/0 9" in said
    assert "0 TFA/0 9" in said
    assert hand.traffic(0, NEAR, FAR, 5, b"x") == ["10 > 9 5 x"]


def test_response_method_once_in_t8() -> None:
    hand = transfer_point()
    hand.hear(10, Kind.TFP, point=FAR)
    hand.hear(0, Kind.TFP, point=FAR)
    assert hand.traffic(10, OTHER, FAR, 5, b"x") == ["10 TFP/0 9", "start t8/9/3"]
    assert hand.traffic(10, OTHER, FAR, 5, b"x") == []
    hand.tell("timer", "t8/9/3")
    assert hand.traffic(10, OTHER, FAR, 5, b"x") == ["10 TFP/0 9", "start t8/9/3"]


def test_a_route_test_is_answered_only_when_it_is_wrong() -> None:
    hand = transfer_point()
    assert hand.hear(10, Kind.RST, point=FAR) == ["10 TFA/0 9"]
    assert hand.hear(0, Kind.RST, point=FAR) == []
    assert hand.hear(0, Kind.RSR, point=FAR) == ["0 TFP/0 9"]
    assert Hand(up=(0,)).hear(0, Kind.RST, point=FAR) == []


def test_transfer_restricted_after_t11_on_the_second_route() -> None:
    hand = transfer_point(transfer_restricted=True)
    assert "start t11/9" in hand.hear(0, Kind.TFP, point=FAR)
    assert hand.tell("timer", "t11/9") == ["0 TFR/0 9"]
    said = hand.hear(0, Kind.TFA, point=FAR)
    assert "0 TFP/0 9" in said
    assert "10 TFA/0 9" in said


# -- restart -----------------------------------------------------------------------------------------------------------


def test_a_neighbour_that_never_sends_tra_does_not_hold_us_for_ever() -> None:
    hand = Hand(up=())
    hand.tell("activate_link", 0)
    pattern = bytes.fromhex(hand.tell("in_service", 0)[1].split()[-1])
    hand.hear(0, Kind.SLTA, 0, pattern=pattern)
    assert hand.send(NEAR, 0, "x") == []
    assert hand.tell("timer", "t20") == ["restarted", "resume 2", "resume 3", "resume 9"]


def test_traffic_of_a_restarting_neighbour_shows_that_it_has_restarted() -> None:
    hand = Hand(up=())
    hand.tell("activate_link", 0)
    pattern = bytes.fromhex(hand.tell("in_service", 0)[1].split()[-1])
    hand.hear(0, Kind.SLTA, 0, pattern=pattern)
    said = hand.traffic(0, NEAR, OWN, 0, b"x")
    assert said[0] == "deliver 5 0 x"
    assert "resume 2" in said


def test_tra_that_comes_before_our_link_test_has_passed_counts() -> None:
    hand = Hand(up=())
    hand.tell("activate_link", 0)
    pattern = bytes.fromhex(hand.tell("in_service", 0)[1].split()[-1])
    hand.hear(0, Kind.TRA)
    assert "resume 2" in hand.hear(0, Kind.SLTA, 0, pattern=pattern)


def test_a_neighbour_of_a_running_point_has_t21() -> None:
    hand = Hand(up=(0,))
    hand.tell("activate_link", 10)
    pattern = bytes.fromhex(hand.tell("in_service", 10)[1].split()[-1])
    said = hand.hear(10, Kind.SLTA, 0, pattern=pattern)
    assert said[-3:] == ["start t21/3", "10 TRA/0", "start t19/3"]
    assert hand.point.state.destinations[OTHER].carriers == [0] * 16
    hand.tell("timer", "t21/3")
    assert "tcbc/0/10" in hand.point.state.gates


def test_unexpected_tra_is_answered_unless_t19_runs() -> None:
    """Q.704 9.5."""
    hand = Hand(up=(0,))
    assert hand.hear(0, Kind.TRA) == []
    hand.tell("timer", "t19/2")
    assert hand.hear(0, Kind.TRA) == ["0 TRA/0", "start t19/2"]


def test_a_restarting_transfer_point_tells_what_it_can_not_reach_before_tra() -> None:
    hand = Hand(up=(), stp=True)
    hand.tell("activate_link", 10)
    pattern = bytes.fromhex(hand.tell("in_service", 10)[1].split()[-1])
    said = hand.hear(10, Kind.SLTA, 0, pattern=pattern)
    assert said[-2:] == ["start t18", "start t20"]
    hand.hear(10, Kind.TFP, point=FAR)
    said = hand.tell("timer", "t18")
    assert said.index("10 TFP/0 9") < said.index("10 TRA/0")


def test_management_restarts_a_running_point() -> None:
    hand = Hand(up=(0, 10))
    said = hand.tell("restart")
    assert [one for one in said if one.startswith("pause")] == ["pause 2", "pause 3", "pause 9"]
    assert "restarted" not in said
    assert hand.hear(0, Kind.TRA) == []
    assert "restarted" in hand.hear(10, Kind.TRA)


# -- inhibiting --------------------------------------------------------------------------------------------------------


def two_links() -> Hand:
    hand = Hand()
    hand.hear(0, Kind.CBA, 1, value=0)
    return hand


def test_inhibiting_and_uninhibiting() -> None:
    hand = two_links()
    assert hand.tell("inhibit", 0) == ["0 LIN/0", "start t14/0"]
    said = hand.hear(1, Kind.LIA, 0)
    assert said == ["stop t14/0", "start t22/0", "result 0 inhibited", "link 0 inhibited", "start t1/0"]
    assert hand.tell("timer", "t1/0") == ["over 0 0"]
    assert hand.send(NEAR, 0, "x") == ["1 > 2 0 x"]
    assert hand.tell("timer", "t22/0") == ["1 LLT/0", "start t22/0"]
    assert hand.tell("uninhibit", 0) == ["1 LUN/0", "start t12/0"]
    said = hand.hear(1, Kind.LUA, 0)
    assert said[:4] == ["stop t12/0", "stop t22/0", "result 0 uninhibited", "link 0 available"]
    assert "1 CBD/0 0" in said


def test_refusals() -> None:
    hand = Hand(up=(0,))
    assert hand.tell("inhibit", 0) == ["result 0 denied"]
    assert hand.hear(0, Kind.LIN, 0) == ["0 LID/0"]
    assert hand.tell("uninhibit", 0) == ["result 0 not_inhibited"]
    hand = two_links()
    hand.tell("inhibit", 0)
    assert hand.hear(1, Kind.LID, 0) == ["stop t14/0", "result 0 denied_remotely"]


@pytest.mark.parametrize(("order", "timer", "kind"), [("inhibit", "t14", "LIN"), ("uninhibit", "t12", "LUN")])
def test_two_requests_without_an_answer(order: str, timer: str, kind: str) -> None:
    hand = two_links()
    if order == "uninhibit":
        hand.tell("inhibit", 0)
        hand.hear(1, Kind.LIA, 0)
        hand.tell("timer", "t1/0")
    hand.tell(order, 0)
    assert hand.tell("timer", f"{timer}/0")[0].endswith(f"{kind}/0")
    assert hand.tell("timer", f"{timer}/0") == ["violation 10.2.2", "result 0 no_answer"]


def test_the_far_end_inhibits_and_tests() -> None:
    hand = two_links()
    assert hand.hear(1, Kind.LIN, 0)[:2] == ["0 LIA/0", "start t23/0"]
    assert hand.point.status(0) == "inhibited"
    hand.tell("timer", "t1/0")
    assert hand.tell("timer", "t23/0") == ["1 LRT/0", "start t23/0"]
    assert hand.hear(1, Kind.LLT, 0) == []
    assert hand.hear(1, Kind.LUN, 0)[:3] == ["stop t23/0", "1 LUA/0", "link 0 available"]
    assert hand.hear(1, Kind.LLT, 0) == ["0 LFU/0"]
    assert hand.hear(1, Kind.LRT, 0) == ["0 LUN/0", "start t12/0"]


def test_a_lost_destination_brings_inhibited_links_back() -> None:
    """Q.704 10.3: ours is uninhibited, the far end's is asked for by LFU; both over the inhibited link itself."""
    hand = two_links()
    hand.hear(1, Kind.LIN, 0)
    hand.tell("timer", "t1/0")
    said = hand.tell("out_of_service", 1, "x")
    assert "0 LFU/0" in said or "0 LFU/0" in hand.tell("bsnt", 1, 4) + hand.tell("timer", "t2/1")
    assert hand.tell("timer", "t13/0") == ["0 LFU/0", "start t13/0"]
    assert "resume 2" in hand.hear(0, Kind.LUN, 0)


def test_an_inhibited_link_may_be_given_up_by_the_far_end() -> None:
    hand = two_links()
    hand.tell("inhibit", 0)
    hand.hear(1, Kind.LIA, 0)
    hand.tell("timer", "t1/0")
    said = hand.hear(1, Kind.COO, 0, value=9)
    assert said == ["l2 0 stop", "link 0 failed", "stop slt_t2/0", "start t2/0", "l2 0 retrieve_bsnt"]
    assert hand.tell("bsnt", 0, 3) == ["1 COA/0 3", "start t2/0", "l2 0 retrieve 9"]


# -- congestion --------------------------------------------------------------------------------------------------------


def test_users_hear_of_congestion_at_the_first_and_every_eighth_message() -> None:
    hand = Hand(up=(0,))
    hand.tell("congested", 0, True)
    said = [hand.send(NEAR, 0, "x") for _ in range(17)]
    assert [number for number, one in enumerate(said) if "status 2 congestion 0" in one] == [0, 8, 16]
    hand.tell("congested", 0, False)
    assert hand.send(NEAR, 0, "x") == ["0 > 2 0 x"]


def test_a_transfer_point_sends_tfc_to_the_origin() -> None:
    hand = transfer_point()
    hand.tell("congested", 0, 1)
    said = [hand.traffic(10, OTHER, FAR, 0, b"x") for _ in range(9)]
    assert [number for number, one in enumerate(said) if "10 TFC/0 9/0" in one] == [0, 8]


def test_tfc_without_levels_is_a_status() -> None:
    assert Hand(up=(0,)).hear(0, Kind.TFC, point=FAR, value=0) == ["status 9 congestion 0"]


def test_levels_go_down_by_test() -> None:
    """T15 after the last TFC, then RCT and T16, one level at a time."""
    hand = Hand(up=(0,), congestion_levels=True)
    assert hand.hear(0, Kind.TFC, point=FAR, value=2) == ["start t15/9", "status 9 congestion 2"]
    assert hand.tell("timer", "t15/9") == ["0 RCT/0", "start t16/9"]
    assert hand.tell("timer", "t16/9") == ["status 9 congestion 1", "0 RCT/0", "start t16/9"]
    assert hand.hear(0, Kind.TFC, point=FAR, value=1) == ["stop t16/9", "start t15/9", "status 9 congestion 1"]
    hand.tell("timer", "t15/9")
    assert hand.tell("timer", "t16/9") == ["status 9 congestion 0"]
