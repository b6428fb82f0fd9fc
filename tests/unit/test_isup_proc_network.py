"""Q.764 2.10, 2.13, 2.14: what the MTP reports; calls that go over to another processor; snapshots."""

from __future__ import annotations

import msgspec
from isup_by_hand import CALL, Exchange, joined, run, talking

from switchsim.proto.isup import Isup, IsupConfig, IsupState, SetupRequest
from switchsim.proto.isup import parameters as p
from switchsim.proto.isup.actions import MaintenanceAlarm, ReleasedInd, SetupFailed, StatusInd
from switchsim.proto.isup.messages import MessageType as M
from switchsim.units import ms, seconds


def test_2_14_pause_keeps_calls_and_stops_new_ones() -> None:
    one, other = joined()
    talking(one, other)
    one.do(one.isup.pause()).do(one.isup.pause())
    assert one.told(StatusInd) == [StatusInd("available", 0)]
    assert one.setup() is None
    assert one.told(SetupFailed) == [SetupFailed(0, "unavailable", False)]
    assert one.cpc() == "O_ANSWERED"
    one.do(one.isup.resume())
    assert one.told(StatusInd) == [StatusInd("available", 1)]
    assert one.cpc() == "O_ANSWERED"
    assert one.setup() == 3


def test_2_14_a_release_during_the_pause_is_repeated_by_t1() -> None:
    one, other = joined()
    talking(one, other)
    one.do(one.isup.pause()).do(one.isup.release(1))
    assert not one.sent
    one.do(one.isup.resume()).expire("t1/1")
    run(one, other)
    assert (one.cpc(), other.cpc()) == ("IDLE", "IDLE")


def test_2_13_2_an_unavailable_user_part_is_tested_until_it_answers() -> None:
    one, other = joined()
    one.do(one.isup.status("user_inaccessible")).do(one.isup.status("user_inaccessible"))
    assert one.told(StatusInd) == [StatusInd("user_part", 0)]
    assert one.said() == "UPT"
    assert one.setup() is None
    assert list(one.timers) == ["t4"]
    assert one.expire("t4").said() == "UPT"
    one.do(one.isup.status("user_unknown"))
    assert not one.sent
    other.hear(M.UPT, 0)
    run(one, other)
    assert one.told(StatusInd) == [StatusInd("user_part", 1)]
    assert not one.timers
    assert one.setup() == 1


def test_2_13_2_any_other_message_shows_that_the_user_part_is_there() -> None:
    one, _ = joined()
    one.do(one.isup.status("user_inaccessible")).hear(M.BLO, 1)
    assert one.state.user_available
    assert not one.timers


def test_2_14_after_a_pause_the_test_of_the_user_part_begins_anew() -> None:
    one, _ = joined()
    one.do(one.isup.status("user_inaccessible")).do(one.isup.pause())
    one.sent.clear()
    assert not one.expire("t4").sent
    assert one.do(one.isup.resume()).said() == "UPT"


def test_2_13_2_an_unequipped_user_part_is_not_tested() -> None:
    one, _ = joined()
    one.do(one.isup.status("user_unequipped"))
    assert not one.sent
    assert one.told(MaintenanceAlarm)
    assert one.setup() is None


def test_2_10_congestion_takes_traffic_away_in_steps() -> None:
    one, _ = joined()
    one.do(one.isup.status("congestion", 1))
    assert one.timers == {"t29": ms(400), "t30": seconds(8)}
    assert one.told(StatusInd) == [StatusInd("congestion", 1)]
    one.do(one.isup.status("congestion", 1))
    assert not one.told(StatusInd), "T29 still runs"
    assert sum(one.setup() is not None for _ in range(8)) == 6
    one.expire("t29").do(one.isup.status("congestion"))
    assert one.state.congestion_step == 2
    assert sum(one.setup() is not None for _ in range(8)) == 4
    assert one.setup(SetupRequest("1", category=11)) is not None, "priority calls are not refused"
    one.expire("t30")
    assert one.state.congestion_step == 1
    one.expire("t30")
    assert one.state.congestion_step == 0
    assert "t30" not in one.timers
    assert one.setup() is not None


def test_no_circuit_is_left_behind_by_congestion_steps() -> None:
    one, _ = joined()
    for _ in range(6):
        one.do(one.isup.status("congestion")).expire("t29")
    assert one.state.congestion_step == 4
    assert not any(one.setup() for _ in range(8))


def test_a_call_in_talk_goes_over_to_another_processor() -> None:
    one, other = joined()
    talking(one, other)
    talking(other, one, 2)
    one.setup()
    run(one, other)
    fresh = Exchange(1, 2)
    for cic in (1, 2):
        call = one.isup.export_call(cic)
        assert call is not None
        copy = msgspec.msgpack.decode(msgspec.msgpack.encode(call), type=type(call))
        assert fresh.isup.adopt_call(cic, copy)
        assert not fresh.isup.adopt_call(cic, copy)
    assert one.isup.export_call(3) is None
    fresh.do(fresh.isup.reset_group([cic for cic in fresh.state.circuits if cic > 2]))
    run(fresh, other)
    assert other.told(ReleasedInd) == [ReleasedInd(3, 31, True)]
    fresh.do(fresh.isup.release(1))
    other.do(other.isup.release(2))
    run(fresh, other)
    assert fresh.idle() == other.idle() == 30


def test_a_snapshot_goes_on_as_the_original() -> None:
    one, other = joined()
    talking(one, other)
    one.do(one.isup.block_group([2, 3], True)).setup(CALL, 5)
    copy = msgspec.msgpack.decode(msgspec.msgpack.encode(one.state), type=IsupState)
    assert copy == one.state
    again = Isup(copy, IsupConfig(1, 2, tuple(one.state.circuits)))
    for octets in list(one.sent):
        other.do(other.isup.receive(octets))
    for octets in other.messages():
        assert octets.type in (M.CGBA,)
    assert again.timer("t18/2") == one.isup.timer("t18/2")
    assert again.release(5) == one.isup.release(5)
    assert again.timer("t1/5") == one.isup.timer("t1/5")
    assert copy == one.state


def test_2_11_without_congestion_rel_has_no_level() -> None:
    one, other = joined()
    talking(one, other)
    one.do(one.isup.release(1))
    [message] = one.messages()
    assert message.raw(p.CONGESTION_LEVEL) is None
