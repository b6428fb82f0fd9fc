"""Q.764 2.8.3, 2.9.3 and 2.12: resets, queries, circuits that are not equipped."""

from __future__ import annotations

import pytest
from isup_by_hand import CALL, CIRCUITS, Exchange, joined, run, talking

from switchsim.proto.isup import parameters as p
from switchsim.proto.isup.actions import (
    MaintenanceAlarm,
    QueryInd,
    ReleasedInd,
    ResetDone,
    SetupFailed,
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


# -- resets ------------------------------------------------------------------------------------------------------------


def test_2_9_3_1_rsc_in_every_kind_of_call() -> None:
    one, other = joined()
    talking(one, other)
    one.hear(M.RSC)
    assert one.said() == "RLC"
    assert one.told(ReleasedInd) == [ReleasedInd(1, 31, True)]
    one.setup(cic=3)
    one.sent.clear()
    assert one.hear(M.RSC, 3).said() == "RLC"
    assert one.told(SetupFailed) == [SetupFailed(3, "reset", True)]
    assert one.hear(M.RSC, 4).said() == "RLC"
    assert not one.told(ReleasedInd)


def test_2_9_3_1_rsc_on_a_locally_blocked_circuit_is_answered_blo_rlc() -> None:
    _, other = joined()
    other.do(other.isup.block(1, True)).hear(M.BLA)
    other.sent.clear()
    assert other.hear(M.RSC).said() == "BLO RLC"


def test_2_9_3_1_rsc_removes_the_mark_of_a_remotely_blocked_circuit() -> None:
    _, other = joined()
    other.hear(M.BLO).hear(M.RSC)
    assert not other.state.circuits[1].maint_remote


def test_2_9_3_1_our_reset_tells_our_blocking_again() -> None:
    one, other = joined()
    one.do(one.isup.block(1, True))
    run(one, other)
    one.do(one.isup.reset(1))
    run(one, other)
    assert other.state.circuits[1].maint_remote
    assert one.told(ResetDone) == [ResetDone((1,))]


def test_2_9_3_1_t16_and_t17() -> None:
    one, _ = joined()
    one.do(one.isup.reset(1))
    assert set(one.timers) == {"t16/1", "t17/1"}
    assert one.expire("t16/1").said() == "RSC RSC"
    assert one.expire("t17/1").said() == "RSC"
    assert set(one.timers) == {"t17/1"}
    assert len(one.told(MaintenanceAlarm)) == 1
    one.expire("t17/1")
    assert not one.told(MaintenanceAlarm)


def test_2_9_3_1_crossing_resets() -> None:
    one, other = joined()
    one.do(one.isup.reset(1))
    other.do(other.isup.reset(1))
    run(one, other)
    assert (one.cpc(), other.cpc()) == ("IDLE", "IDLE")


def test_2_9_3_2_grs_leaves_circuits_that_we_reset_to_their_acknowledgement() -> None:
    one, _ = joined()
    one.do(one.isup.reset(1)).do(one.isup.reset_group([2, 3])).hear(M.GRS, 1, ranged(4))
    assert one.said() == "RSC GRS GRA"
    assert [one.cpc(cic) for cic in (1, 2, 3, 4)] == ["RESET", "GROUP_RESET", "GROUP_RESET", "IDLE"]
    one.hear(M.RLC, 1).hear(M.GRA, 2, status(0, 0))
    assert [one.cpc(cic) for cic in (1, 2, 3)] == ["IDLE"] * 3


def test_2_9_3_2_grs_is_answered_with_maintenance_blocking_after_hardware_blocking() -> None:
    _, other = joined()
    other.do(other.isup.block(2, True)).hear(M.BLA, 2).do(other.isup.block_group([3, 4], True, True))
    other.hear(M.CGBA, 3, HARDWARE, status(1, 1))
    other.hear(M.BLO, 5)
    other.sent.clear()
    other.hear(M.GRS, 1, ranged(5))
    messages = other.messages()
    assert [M(message.type).name for message in messages] == ["CGB", "GRA"]
    assert messages[0].parameters == [HARDWARE, status(1, 1)]
    assert messages[1].parameters == [status(0, 1, 0, 0, 0)]
    assert not other.state.circuits[5].maint_remote


@pytest.mark.parametrize("contents", [b"\x00", b"\x20"], ids=["range 0", "range 32"])
def test_2_9_3_3_grs_of_a_wrong_range_is_discarded(contents: bytes) -> None:
    _, other = joined()
    other.do(other.isup.receive(bytes((1, 0, M.GRS, 1, 1)) + contents))
    assert not other.sent


def test_2_9_3_2_t22_and_t23() -> None:
    one, _ = joined()
    one.do(one.isup.reset_group([1, 2, 3]))
    assert set(one.timers) == {"t22/1", "t23/1"}
    assert one.expire("t22/1").said() == "GRS GRS"
    assert one.expire("t23/1").said() == "GRS"
    assert len(one.told(MaintenanceAlarm)) == 1
    assert set(one.timers) == {"t23/1"}
    one.hear(M.GRA, 1, status(0, 1, 0))
    assert not one.timers
    assert [one.cpc(cic) for cic in (1, 2, 3)] == ["IDLE"] * 3
    assert one.state.circuits[2].maint_remote


def test_restart_all_resets_every_circuit_and_the_office_works() -> None:
    one, other = joined()
    talking(one, other)
    other.do(other.isup.restart_all())
    run(one, other)
    assert one.told(ReleasedInd) == [ReleasedInd(1, 31, True)]
    assert one.idle() == other.idle() == len(CIRCUITS)
    assert one.setup(CALL, 1) == 1


# -- queries -----------------------------------------------------------------------------------------------------------


def test_2_8_3_cqm_is_answered_with_every_state() -> None:
    one, other = joined()
    talking(one, other, 1)
    talking(other, one, 2)
    other.hear(M.BLO, 3)
    other.do(other.isup.reset(4)).do(other.isup.block_group([5, 6], True, True))
    other.hear(M.CGBA, 5, HARDWARE, status(1, 1))
    other.sent.clear()
    other.hear(M.CQM, 1, ranged(16))
    [message] = other.messages()
    assert message.raw(p.CIRCUIT_STATE) == bytes([0x04, 0x08, 0x0E, 0x00, 0x1C, 0x1C, *[0x0C] * 9, 0x03])


def test_2_8_3_a_query_puts_right_what_contradicts() -> None:
    one, other = joined()
    talking(one, other, 1)
    other.state.circuits[2].maint_remote = True
    one.state.circuits[3].hard_remote = True
    one.do(one.isup.block(4, True))
    run(one, other)
    other.state.circuits[4].maint_remote = False
    other.hear(M.RSC, 1)
    other.sent.clear()
    one.do(one.isup.query(range(1, 9)))
    assert list(one.timers) == ["t28/1"]
    run(one, other)
    assert one.told(QueryInd)[0].states[:2] == b"\x0c\x0e"
    assert one.told(ReleasedInd) == [ReleasedInd(1, 31, False)]
    assert (one.cpc(1), other.cpc(1)) == ("IDLE", "IDLE")
    assert not other.state.circuits[2].maint_remote
    assert not one.state.circuits[3].hard_remote
    assert other.state.circuits[4].maint_remote
    assert not one.timers


def test_t28_is_an_alarm() -> None:
    one, _ = joined()
    one.do(one.isup.query([1, 2])).expire("t28/1")
    assert [action.clause for action in one.told(MaintenanceAlarm)] == ["2.8.3"]
    assert not one.state.groups


# -- circuits that are not equipped ------------------------------------------------------------------------------------


def test_2_12_messages_for_an_unequipped_circuit_are_answered_with_ucic() -> None:
    _, other = joined()
    assert other.hear(M.RSC, 16).hear(M.GRS, 16, ranged(3)).said() == "UCIC UCIC"
    assert not other.hear(M.RLC, 16).hear(M.UCIC, 16).sent
    silent = Exchange(2, 1, ucic=False)
    assert not silent.hear(M.RSC, 16).sent
    assert silent.state.rejects == {"2.12": 1}


def test_2_12_ucic_for_our_iam_and_for_our_groups() -> None:
    one = Exchange(1, 2)
    other = Exchange(2, 1, CIRCUITS[1:])
    one.setup(cic=1)
    run(one, other)
    assert one.told(SetupFailed) == [SetupFailed(1, "unequipped", True)]
    assert one.setup() == 3
    one.do(one.isup.restart_all())
    run(one, other)
    assert not one.timers
    assert [cic for cic, circuit in one.state.circuits.items() if circuit.unequipped_remote] == [1]
    assert one.idle() == 30
