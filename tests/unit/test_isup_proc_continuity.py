"""Q.764 2.1.8: continuity check in a call and after a failure."""

from __future__ import annotations

from isup_by_hand import Exchange, joined, run

from switchsim.proto.isup import SetupRequest
from switchsim.proto.isup import parameters as p
from switchsim.proto.isup.actions import (
    CheckTone,
    DigitsInd,
    MaintenanceAlarm,
    ReleasedInd,
    SetupFailed,
    SetupInd,
)
from switchsim.proto.isup.messages import MessageType as M
from switchsim.units import ms

CHECKED = SetupRequest("10000", continuity=True)
GOOD = (p.CONTINUITY.code, b"\x01")
BAD = (p.CONTINUITY.code, b"\x00")


def under_check() -> tuple[Exchange, Exchange]:
    one, other = joined()
    one.setup(CHECKED)
    run(one, other)
    assert one.told(CheckTone) == [CheckTone(1, "send")]
    assert other.told(CheckTone) == [CheckTone(1, "loop")]
    assert set(one.timers) == {"t7/1", "t24/1"}
    assert one.timers["t24/1"] < ms(2000)
    assert list(other.timers) == ["t8/1"]
    assert not other.told(SetupInd)
    return one, other


def test_a_successful_check_offers_the_call() -> None:
    one, other = under_check()
    one.do(one.isup.continuity_heard(1, True))
    assert one.told(CheckTone) == [CheckTone(1, "off")]
    run(one, other)
    assert other.told(CheckTone) == [CheckTone(1, "off")]
    assert [(action.called, action.checked) for action in other.told(SetupInd)] == [("10000", True)]
    assert list(one.timers) == ["t7/1"]
    other.do(other.isup.address_complete(1))
    run(one, other)
    assert one.cpc() == "O_WAIT_ANM"


def test_digits_that_come_during_the_check_are_kept() -> None:
    one, other = joined()
    one.setup(SetupRequest("10", complete=False, continuity=True))
    one.do(one.isup.more_digits(1, "000", complete=True)).do(one.isup.continuity_heard(1, True))
    run(one, other)
    assert not other.told(DigitsInd)
    assert [(action.called, action.complete) for action in other.told(SetupInd)] == [("10000", True)]


def test_t24_fails_the_check_repeats_the_call_elsewhere_and_rechecks() -> None:
    one, other = under_check()
    one.expire("t24/1")
    assert one.told(SetupFailed) == [SetupFailed(1, "continuity", True)]
    assert list(one.timers) == ["t25/1"]
    run(one, other)
    assert not other.told(ReleasedInd), "the call had not been offered"
    assert list(other.timers) == ["t27/1"]
    assert one.setup() == 3
    one.expire("t25/1")
    run(one, other)
    assert (one.cpc(), other.cpc()) == ("O_RECHECK", "I_RECHECK")
    assert list(other.timers)[-1] == "t36/1"
    one.seen.clear()
    one.expire("t24/1")
    run(one, other)
    assert one.told(MaintenanceAlarm)
    assert (one.cpc(), other.cpc()) == ("O_FAILED", "I_FAILED")
    one.expire("t26/1").do(one.isup.continuity_heard(1, False))
    assert not one.told(MaintenanceAlarm), "told once"
    one.expire("t26/1")
    run(one, other)
    one.do(one.isup.continuity_heard(1, True))
    run(one, other)
    assert (one.cpc(), other.cpc()) == ("IDLE", "IDLE")
    assert not [name for name in (*one.timers, *other.timers) if name.endswith("/1")]


def test_t8_releases_a_call_whose_cot_does_not_come() -> None:
    one, other = under_check()
    other.expire("t8/1")
    run(one, other)
    assert [action.cause for action in one.told(ReleasedInd)] == [41]
    assert (one.cpc(), other.cpc()) == ("IDLE", "IDLE")
    assert other.told(CheckTone) == one.told(CheckTone) == [CheckTone(1, "off")]


def test_t8_also_waits_for_a_check_on_a_previous_circuit() -> None:
    _, other = joined()
    other.hear(M.IAM, 1, (6, b"\x08"), (7, b"\x20\x01"), (9, b"\x0a"), (2, b"\x00"), (4, b"\x03\x10\x01\x00"))
    assert list(other.timers) == ["t8/1"]
    assert not other.told(CheckTone)
    other.hear(M.COT, 1, GOOD)
    assert other.told(SetupInd)[0].checked


def test_t27_without_ccr_resets_the_circuit() -> None:
    _, other = under_check()
    other.hear(M.COT, 1, BAD)
    other.expire("t27/1")
    assert other.said() == "RSC"
    assert set(other.timers) == {"t16/1", "t17/1"}


def test_t36_without_cot_or_rel_resets_the_circuit() -> None:
    _, other = joined()
    other.hear(M.CCR)
    assert not other.sent, "LPA is for national use"
    assert other.told(CheckTone) == [CheckTone(1, "loop")]
    other.expire("t36/1")
    assert other.said() == "RSC"
    assert other.told(CheckTone) == [CheckTone(1, "off")]


def test_ccr_received_and_ended_with_rel() -> None:
    _, other = joined(loop_ack=True)
    other.hear(M.CCR)
    assert other.said() == "LPA"
    other.hear(M.REL, 1, (p.CAUSE.code, b"\x84\x90"))
    assert other.said() == "RLC"
    assert (other.cpc(), other.timers) == ("IDLE", {})


def test_a_check_by_order_of_maintenance() -> None:
    one, other = joined(loop_ack=True)
    one.do(one.isup.check(7))
    run(one, other)
    one.do(one.isup.continuity_heard(7, True))
    run(one, other)
    assert (one.cpc(7), other.cpc(7)) == ("IDLE", "IDLE")


def test_the_calling_side_clears_during_the_check() -> None:
    one, other = under_check()
    one.do(one.isup.release(1))
    run(one, other)
    assert not other.told(ReleasedInd)
    assert one.told(ReleasedInd) == [ReleasedInd(1, 16, False)]
    assert (one.timers, other.timers) == ({}, {})


def test_2_9_1_4_dual_seizure_with_a_check_on_both_sides() -> None:
    one, other = joined()
    one.setup(CHECKED, 2)
    other.setup(CHECKED, 2)
    run(one, other)
    assert one.told(SetupFailed) == [SetupFailed(2, "dual_seizure", True)]
    assert one.told(CheckTone) == [CheckTone(2, "send"), CheckTone(2, "off"), CheckTone(2, "loop")]
    other.do(other.isup.continuity_heard(2, True))
    run(one, other)
    assert one.told(SetupInd)
