"""Q.764 2.8.2 and 2.9.4: blocking of circuits and of groups."""

from __future__ import annotations

import pytest
from isup_by_hand import Exchange, joined, run, talking

from switchsim.proto.isup import SetupRequest
from switchsim.proto.isup import parameters as p
from switchsim.proto.isup.actions import (
    BlockedInd,
    IdleInd,
    MaintenanceAlarm,
    Refused,
    ReleasedInd,
    SetupFailed,
    SetupInd,
    Violation,
)
from switchsim.proto.isup.messages import MessageType as M
from switchsim.proto.isup.values_more import RangeStatus, range_status

RANGE = p.RANGE_AND_STATUS.code
MAINTENANCE = (p.GROUP_KIND.code, b"\x00")
HARDWARE = (p.GROUP_KIND.code, b"\x01")


def ranged(count: int) -> tuple[int, bytes]:
    return RANGE, p.RANGE_AND_STATUS.write(RangeStatus(count - 1))


def status(*bits: int) -> tuple[int, bytes]:
    return RANGE, p.RANGE_AND_STATUS.write(range_status(list(bits)))


# -- one circuit -------------------------------------------------------------------------------------------------------


def test_2_8_2_1_blo_is_acknowledged_and_bars_outgoing_calls_only() -> None:
    one, other = joined()
    one.do(one.isup.block(2, True))
    assert set(one.timers) == {"t12/2", "t13/2"}
    run(one, other)
    assert not one.timers
    assert one.told(BlockedInd) == [BlockedInd(2, "local", "maintenance", True)]
    assert other.told(BlockedInd) == [BlockedInd(2, "peer", "maintenance", True)]
    assert other.setup(cic=2) is None
    assert one.setup(cic=2) is None
    assert other.setup(SetupRequest("1", category=13), 2) == 2, "test calls pass"
    run(one, other)
    assert one.told(SetupInd)[0].cic == 2
    one.do(one.isup.release(2))
    run(one, other)
    one.do(one.isup.block(2, False))
    assert set(one.timers) == {"t14/2", "t15/2"}
    run(one, other)
    assert not one.timers
    assert other.setup(cic=2) == 2


def test_2_8_2_1_blocking_leaves_a_call_in_talk_alone() -> None:
    one, other = joined()
    talking(one, other)
    one.do(one.isup.block(1, True))
    run(one, other)
    assert (one.cpc(), other.cpc()) == ("O_ANSWERED", "I_ANSWERED")
    one.do(one.isup.release(1))
    run(one, other)
    assert other.state.circuits[1].maint_remote


def test_2_8_2_1_blocking_at_both_ends_is_removed_one_by_one() -> None:
    one, other = joined()
    one.do(one.isup.block(1, True))
    other.do(other.isup.block(1, True))
    run(one, other)
    one.do(one.isup.block(1, False))
    run(one, other)
    assert (one.state.circuits[1].maint_remote, other.state.circuits[1].maint_remote) == (True, False)


def test_2_8_2_1_iam_removes_the_mark_of_a_remotely_blocked_circuit() -> None:
    one, other = joined()
    other.hear(M.BLO, 1)
    assert other.said() == "BLA"
    one.setup()
    run(one, other)
    assert other.told(BlockedInd) == [BlockedInd(1, "peer", "maintenance", on) for on in (True, False)]
    assert other.told(SetupInd)


def test_2_8_2_1_iam_on_a_locally_blocked_circuit_is_discarded_and_blo_sent_again() -> None:
    one, other = joined()
    other.do(other.isup.block(1, True)).hear(M.BLA, 1)
    assert other.said() == "BLO"
    one.setup(cic=1)
    run(one, other)
    assert not other.told(SetupInd)
    assert one.told(SetupFailed) == [SetupFailed(1, "blocking", True)]
    assert (one.cpc(), other.cpc()) == ("IDLE", "IDLE")


def test_2_8_2_1_blo_after_iam_moves_the_call_to_another_circuit() -> None:
    one, _ = joined()
    one.setup()
    one.sent.clear()
    one.hear(M.BLO, 1)
    assert one.said() == "BLA REL"
    assert one.told(SetupFailed) == [SetupFailed(1, "blocking", True)]
    assert not one.told(ReleasedInd)
    one.hear(M.RLC, 1)
    assert one.told(IdleInd) == [IdleInd(1)]
    assert one.setup() == 3


def test_2_8_2_1_blo_after_acm_does_not_touch_the_call() -> None:
    one, _ = joined()
    one.setup()
    one.hear(M.ACM, 1, (p.BACKWARD_CALL.code, b"\x16\x14")).hear(M.BLO, 1)
    assert one.cpc() == "O_WAIT_ANM"


@pytest.mark.parametrize(("on", "first", "second", "message"), [(True, 12, 13, "BLO"), (False, 14, 15, "UBL")])
def test_2_9_4_t12_to_t15_repeat(on: bool, first: int, second: int, message: str) -> None:
    one, _ = joined()
    one.do(one.isup.block(1, True))
    if not on:
        one.hear(M.BLA).do(one.isup.block(1, False))
    one.sent.clear()
    assert one.expire(f"t{first}/1").said() == message
    assert not one.told(MaintenanceAlarm)
    assert one.expire(f"t{second}/1").said() == message
    assert len(one.told(MaintenanceAlarm)) == 1
    assert set(one.timers) == {f"t{second}/1"}
    one.expire(f"t{second}/1").hear(M.BLA if on else M.UBA)
    assert not one.timers
    assert not one.told(MaintenanceAlarm)


# -- groups ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hardware", [False, True])
def test_2_8_2_2_group_blocking_there_and_back(hardware: bool) -> None:
    one, other = joined()
    suffix = "h" if hardware else ""
    kind = "hardware" if hardware else "maintenance"
    one.do(one.isup.block_group([1, 2, 4], True, hardware))
    assert set(one.timers) == {f"t18/1{suffix}", f"t19/1{suffix}"}
    run(one, other)
    assert [action.cic for action in other.told(BlockedInd)] == [1, 2, 4]
    assert one.told(BlockedInd) == [BlockedInd(cic, "local", kind, True) for cic in (1, 2, 4)]
    one.do(one.isup.block_group([1, 2, 4, 9], False, hardware))
    assert set(one.timers) == {f"t20/1{suffix}", f"t21/1{suffix}"}
    run(one, other)
    assert [action.cic for action in other.told(BlockedInd)] == [1, 2, 4], "circuit 9 was not blocked"
    assert not one.timers


def test_2_8_2_2_ubl_removes_what_cgb_has_set() -> None:
    one, other = joined()
    one.do(one.isup.block_group([1, 2], True))
    run(one, other)
    one.do(one.isup.block(1, False))
    run(one, other)
    assert [other.state.circuits[cic].maint_remote for cic in (1, 2)] == [False, True]


def test_2_8_2_2_the_two_kinds_of_blocking_are_independent() -> None:
    one, other = joined()
    one.do(one.isup.block_group([1, 2], True, True)).do(one.isup.block(1, True))
    run(one, other)
    one.do(one.isup.block_group([1, 2], False, True))
    run(one, other)
    mine = other.state.circuits[1]
    assert (mine.maint_remote, mine.hard_remote) == (True, False)


def test_2_8_2_2_hardware_blocking_clears_calls_without_rel() -> None:
    one, other = joined()
    talking(one, other, 1)
    one.setup(cic=2)
    run(one, other)
    one.do(one.isup.block_group([1, 2, 3], True, True))
    assert one.said() == "CGB"
    assert one.told(ReleasedInd) == [ReleasedInd(1, 31, False)]
    assert one.told(SetupFailed) == [SetupFailed(2, "blocking", True)]
    other.seen.clear()
    other.hear(M.CGB, 1, HARDWARE, status(1, 1, 1))
    assert other.said() == "CGBA"
    assert [action.cic for action in other.told(ReleasedInd)] == [1, 2]
    assert [other.cpc(cic) for cic in (1, 2)] == ["IDLE", "IDLE"]


@pytest.mark.parametrize(("number", "late"), [(18, 19), (20, 21)])
def test_2_9_4_t18_to_t21_repeat(number: int, late: int) -> None:
    one, _ = joined()
    one.do(one.isup.block_group([1, 2], True))
    if number == 20:
        one.hear(M.CGBA, 1, MAINTENANCE, status(1, 1)).do(one.isup.block_group([1, 2], False))
    one.sent.clear()
    message = "CGB" if number == 18 else "CGU"
    assert one.expire(f"t{number}/1").said() == message
    assert one.expire(f"t{late}/1").said() == message
    assert len(one.told(MaintenanceAlarm)) == 1
    assert set(one.timers) == {f"t{late}/1"}
    one.hear(M.CGBA if number == 18 else M.CGUA, 1, MAINTENANCE, status(1, 1))
    assert not one.timers


@pytest.mark.parametrize(
    "contents",
    [b"\x00\x01", b"\x28" + b"\xff" * 6, b"\x01", b""],
    ids=["range 0", "more than 32 circuits", "no status", "nothing"],
)
def test_2_8_2_3_groups_that_q763_does_not_allow_are_discarded(contents: bytes) -> None:
    _, other = joined()
    raw = bytes((1, 0, M.CGB, 0, 1, len(contents))) + contents
    other.do(other.isup.receive(raw))
    assert not other.sent
    assert other.told(Violation)


def test_2_8_2_3_an_acknowledgement_that_does_not_fit_leaves_t18_running() -> None:
    one, _ = joined()
    one.do(one.isup.block_group([1, 2], True)).hear(M.CGBA, 1, MAINTENANCE, status(1, 1, 1))
    assert set(one.timers) == {"t18/1", "t19/1"}
    one.hear(M.CGBA, 1, MAINTENANCE, status(1, 0))
    assert not one.timers
    assert [action.cic for action in one.told(MaintenanceAlarm)] == [2]


def test_own_group_messages_never_span_an_unequipped_circuit() -> None:
    one = Exchange(1, 2)
    one.do(one.isup.block_group(range(1, 32), True))
    ranges = [(message.cic, message.value(p.RANGE_AND_STATUS)) for message in one.messages()]
    assert [(cic, len(row.bits())) for cic, row in ranges if row is not None] == [(1, 15), (17, 15)]


def test_a_circuit_without_neighbour_is_blocked_and_reset_alone() -> None:
    one = Exchange(1, 2, (1, 5, 6))
    one.do(one.isup.block_group([1], True)).do(one.isup.reset_group([1, 5, 6]))
    assert one.said() == "BLO RSC GRS"
    assert [type(action) for action in one.do(one.isup.query([1])).seen][-1] is Refused
    one.do(one.isup.query([6]))
    [message] = one.messages()
    assert (message.cic, message.value(p.RANGE_AND_STATUS)) == (5, RangeStatus(1))


def test_groups_of_a_hundred_circuits_are_cut_at_32() -> None:
    one = Exchange(1, 2, tuple(range(1, 101)))
    one.do(one.isup.restart_all())
    assert [(message.cic, message.value(p.RANGE_AND_STATUS)) for message in one.messages()] == [
        (1, RangeStatus(31)), (33, RangeStatus(31)), (65, RangeStatus(31)), (97, RangeStatus(3)),
    ]  # fmt: skip


def test_group_blocking_of_a_hundred_circuits_is_cut_at_32() -> None:
    one = Exchange(1, 2, tuple(range(1, 101)))
    one.do(one.isup.block_group(range(1, 101), True))
    ranges = [message.value(p.RANGE_AND_STATUS) for message in one.messages()]
    assert [row.range for row in ranges if row is not None] == [31, 31, 31, 3]


def test_a_received_range_may_include_circuits_that_are_not_equipped() -> None:
    _, other = joined()
    other.hear(M.CGB, 15, MAINTENANCE, status(1, 1, 1))
    [message] = other.messages()
    assert (message.type, message.parameters[1]) == (M.CGBA, status(1, 0, 1))
    other.hear(M.GRS, 15, ranged(17))
    [message] = other.messages()
    assert (message.type, message.parameters[0]) == (M.GRA, status(*[0] * 17))
