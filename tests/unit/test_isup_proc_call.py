"""Q.764 2.1 to 2.4: calls set up, answered, suspended and released."""

from __future__ import annotations

import pytest
from isup_by_hand import CALL, Exchange, joined, run, talking

from switchsim.proto.isup import SetupRequest
from switchsim.proto.isup import parameters as p
from switchsim.proto.isup.actions import (
    AddressCompleteInd,
    AnswerInd,
    ConnectedInd,
    DigitsInd,
    EarlyAcmInd,
    ForwardTransferInd,
    IdleInd,
    InformationInd,
    ProgressInd,
    Refused,
    ReleasedInd,
    ResumeInd,
    SetupFailed,
    SetupInd,
    StatusInd,
    SuspendInd,
    Violation,
)
from switchsim.proto.isup.messages import MessageType as M
from switchsim.proto.isup.values_more import Cause
from switchsim.units import seconds

ACM = (p.BACKWARD_CALL.code, b"\x16\x14")
CAUSE_16 = (p.CAUSE.code, b"\x84\x90")
USER = (p.SUSPEND_RESUME.code, b"\x00")
NETWORK = (p.SUSPEND_RESUME.code, b"\x01")


def test_2_1_1_en_bloc_call_and_2_3_1_release_by_the_calling_side() -> None:
    one, other = joined()
    assert one.setup() == 1
    assert list(one.timers) == ["t7/1"]
    run(one, other)
    [offered] = other.told(SetupInd)
    assert (offered.called, offered.calling, offered.category, offered.medium) == ("10000", "13800138000", 10, 0)
    other.do(other.isup.address_complete(1, status=1))
    run(one, other)
    [complete] = one.told(AddressCompleteInd)
    assert (complete.status, complete.charge, complete.in_band) == (1, 2, False)
    assert list(one.timers) == ["t9/1"]
    other.do(other.isup.progress(1, 1))
    run(one, other)
    assert [action.event for action in one.told(ProgressInd)] == [1]
    other.do(other.isup.answer(1))
    run(one, other)
    assert one.told(AnswerInd)
    assert not one.timers
    one.do(one.isup.release(1, 16))
    assert set(one.timers) == {"t1/1", "t5/1"}
    assert one.told(ReleasedInd) == [ReleasedInd(1, 16, False)]
    run(one, other)
    assert other.told(ReleasedInd) == [ReleasedInd(1, 16, True)]
    assert one.told(IdleInd) == other.told(IdleInd) == [IdleInd(1)]
    assert not one.timers
    assert (one.cpc(), other.cpc()) == ("IDLE", "IDLE")


def test_2_1_2_overlap_sending_ends_with_st() -> None:
    one, other = joined(minimum_digits=4)
    one.setup(SetupRequest("10", complete=False))
    run(one, other)
    [offered] = other.told(SetupInd)
    assert (offered.called, offered.complete) == ("10", False)
    assert "t35/1" in other.timers
    one.do(one.isup.more_digits(1, "00"))
    run(one, other)
    assert other.told(DigitsInd) == [DigitsInd(1, "00", False)]
    assert not other.timers
    one.do(one.isup.more_digits(1, "0", complete=True))
    run(one, other)
    assert other.told(DigitsInd) == [DigitsInd(1, "0", True)]
    assert [action.request for action in one.do(one.isup.more_digits(1, "1")).told(Refused)] == ["more_digits"]


def test_2_1_2_digits_behind_a_complete_number_are_discarded() -> None:
    one, other = joined(send_st=True)
    one.setup()
    run(one, other)
    assert other.told(SetupInd)[0].complete
    other.hear(M.SAM, 1, (p.SUBSEQUENT_NUMBER.code, p.SUBSEQUENT_NUMBER.write("1")))
    assert not other.told(DigitsInd)
    assert other.told(Violation)


def test_2_1_2_a_number_of_fixed_length_is_complete_without_st() -> None:
    one, other = joined(whole_digits=5)
    one.setup()
    run(one, other)
    assert other.told(SetupInd)[0].complete
    assert not other.timers


def test_t35_releases_with_cause_28() -> None:
    _, other = joined(minimum_digits=11)
    one = Exchange(1, 2)
    one.setup()
    run(one, other)
    other.expire("t35/1")
    assert other.told(ReleasedInd) == [ReleasedInd(1, 28, False)]
    run(one, other)
    assert one.told(ReleasedInd) == [ReleasedInd(1, 28, True)]


@pytest.mark.parametrize("timer", ["t10", "t11"])
def test_t10_t11_send_an_early_acm(timer: str) -> None:
    one, other = Exchange(1, 2), Exchange(2, 1, early_acm=timer)
    one.setup()
    run(one, other)
    other.expire(f"{timer}/1")
    assert other.told(EarlyAcmInd) == [EarlyAcmInd(1)]
    run(one, other)
    assert one.told(AddressCompleteInd)[0].status == 0
    assert other.do(other.isup.answer(1)).said() == "ANM"


def test_2_1_5_con_answers_without_acm() -> None:
    one, other = joined()
    one.setup()
    run(one, other)
    assert other.do(other.isup.answer(1)).cpc() == "I_ANSWERED"
    run(one, other)
    assert one.told(ConnectedInd)
    assert not one.timers


def test_t7_releases_the_call_both_ways() -> None:
    one, other = joined()
    one.setup()
    assert one.timers["t7/1"] == seconds(25)
    one.do(one.isup.more_digits(1, "1"))
    run(one, other)
    one.expire("t7/1")
    assert one.told(ReleasedInd) == [ReleasedInd(1, 102, False)]
    run(one, other)
    assert (one.cpc(), other.cpc()) == ("IDLE", "IDLE")


def test_t9_no_answer() -> None:
    one, other = joined()
    one.setup()
    run(one, other)
    other.do(other.isup.address_complete(1))
    run(one, other)
    one.expire("t9/1")
    run(one, other)
    assert one.told(ReleasedInd) == [ReleasedInd(1, 19, False)]
    assert other.told(ReleasedInd) == [ReleasedInd(1, 19, True)]


def test_t1_repeats_rel_and_t5_takes_the_circuit_out() -> None:
    one, _ = joined()
    one.setup()
    one.do(one.isup.release(1, 17, 0))
    messages = one.messages() + one.expire("t1/1").messages()
    assert [M(message.type).name for message in messages] == ["IAM", "REL", "REL"]
    assert messages[1] == messages[2]
    assert messages[1].value(p.CAUSE) == Cause(17, 0)
    one.expire("t5/1")
    assert one.said() == "RSC"
    assert set(one.timers) == {"t17/1"}
    assert one.state.circuits[1].alarmed
    one.expire("t17/1")
    assert one.said() == "RSC"
    one.hear(M.RLC)
    assert one.told(IdleInd) == [IdleInd(1)]
    assert not one.state.circuits[1].alarmed
    assert not one.timers


def test_2_3_1_collision_of_rel() -> None:
    one, other = joined()
    talking(one, other)
    one.do(one.isup.release(1, 16))
    other.do(other.isup.release(1, 31))
    run(one, other)
    assert one.told(ReleasedInd) == [ReleasedInd(1, 16, False)]
    assert other.told(ReleasedInd) == [ReleasedInd(1, 31, False)]
    assert (one.cpc(), other.cpc()) == ("IDLE", "IDLE")


@pytest.mark.parametrize(("indicator", "timer"), [(USER, "t2/1"), (NETWORK, "t6/1")])
def test_2_4_suspension_is_supervised(indicator: tuple[int, bytes], timer: str) -> None:
    one, other = joined()
    talking(one, other)
    one.hear(M.SUS, 1, indicator)
    assert one.told(SuspendInd)
    assert one.cpc() == "O_SUSPENDED"
    one.hear(M.RES, 1, indicator)
    assert one.told(ResumeInd)
    assert (one.cpc(), one.timers) == ("O_ANSWERED", {})
    one.hear(M.SUS, 1, indicator).expire(timer)
    assert one.told(ReleasedInd) == [ReleasedInd(1, 102, False)]
    assert one.said() == "REL"


def test_2_4_two_suspensions_need_two_resumptions() -> None:
    one, other = joined()
    talking(one, other)
    one.hear(M.SUS, 1, USER).hear(M.SUS, 1, NETWORK).hear(M.RES, 1, USER)
    assert one.cpc() == "O_SUSPENDED"
    assert list(one.timers) == ["t6/1"]
    one.hear(M.RES, 1, NETWORK)
    assert (one.cpc(), one.timers) == ("O_ANSWERED", {})


def test_2_4_release_while_suspended_stops_its_timers() -> None:
    one, other = joined()
    talking(one, other)
    other.do(other.isup.suspend_call(1))
    run(one, other)
    assert list(one.timers) == ["t6/1"]
    other.do(other.isup.resume_call(1)).do(other.isup.suspend_call(1)).do(other.isup.release(1))
    run(one, other)
    assert not one.timers
    assert len(one.told(ReleasedInd)) == 1


def test_2_1_6_inr_is_answered_and_t33_releases() -> None:
    one, other = joined()
    one.setup()
    run(one, other)
    other.do(other.isup.information(1))
    run(one, other)
    assert other.told(InformationInd) == [InformationInd(1, "13800138000", 10)]
    assert not other.timers
    other.do(other.isup.information(1)).expire("t33/1")
    assert other.told(ReleasedInd) == [ReleasedInd(1, 102, False)]


def test_2_1_13_forward_transfer() -> None:
    one, other = joined()
    talking(one, other)
    one.do(one.isup.forward_transfer(1))
    run(one, other)
    assert other.told(ForwardTransferInd) == [ForwardTransferInd(1)]


def test_2_9_9_an_overloaded_exchange_makes_the_circuit_rest() -> None:
    one, other = joined()
    one.setup()
    run(one, other)
    other.do(other.isup.overload(1))
    run(one, other)
    assert one.told(SetupFailed) == [SetupFailed(1, "overload", True)]
    assert one.setup() != 1
    one.expire("t3/1")
    run(one, other)
    assert one.cpc() == "IDLE"
    assert [action.cause for action in other.told(ReleasedInd)] == [42]


def test_2_11_the_congestion_level_travels_in_rel() -> None:
    one, other = joined()
    talking(one, other)
    other.do(other.isup.congested(2)).do(other.isup.release(1, 42))
    run(one, other)
    assert one.told(StatusInd) == [StatusInd("acl", 2)]


def test_requests_that_a_state_does_not_allow_change_nothing() -> None:
    one, _ = joined()
    for actions in (one.isup.answer(1), one.isup.release(1), one.isup.address_complete(1), one.isup.more_digits(1, "1"),
                    one.isup.release(99)):  # fmt: skip
        assert [type(action) for action in actions] == [Refused]


def test_selection_takes_own_circuits_first_and_in_turn() -> None:
    one, other = joined()
    assert [one.setup() for _ in range(3)] == [1, 3, 5]
    assert [other.setup() for _ in range(3)] == [2, 4, 6]
    one.do(one.isup.release(1)).hear(M.RLC, 1)
    assert one.setup() == 7
    chosen = [one.setup() for _ in range(28)]
    assert chosen[-2] is not None
    assert chosen[-1] is None
    assert one.told(SetupFailed) == [SetupFailed(0, "no_circuit", False)]
    assert one.setup(CALL, 3) is None
    assert one.told(SetupFailed) == [SetupFailed(0, "not_idle", False)]
