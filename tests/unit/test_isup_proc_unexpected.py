"""Q.764 2.9.1 and 2.9.5: dual seizure, unexpected, unknown and cut messages; 2.1.12 segments."""

from __future__ import annotations

import pytest
from isup_by_hand import CALL, Exchange, joined, run, talking

from switchsim.proto.isup import SetupRequest
from switchsim.proto.isup import parameters as p
from switchsim.proto.isup.actions import (
    AddressCompleteInd,
    AnswerInd,
    MessageInd,
    ReleasedInd,
    SetupFailed,
    SetupInd,
    Violation,
)
from switchsim.proto.isup.codec import Message, encode
from switchsim.proto.isup.messages import MessageType as M
from switchsim.proto.isup.values_more import Instruction, Upgraded

IAM = ((6, b"\x00"), (7, b"\x20\x01"), (9, b"\x0a"), (2, b"\x00"), (4, b"\x03\x10\x01\x00"))
ACM = (p.BACKWARD_CALL.code, b"\x16\x14")
REL = (p.CAUSE.code, b"\x84\x90")
NEW = 0xE7  # a parameter code that nobody uses


def causes(side: Exchange) -> list[tuple[str, int, bytes]]:
    """(message, cause, diagnostic) of what was sent with a cause."""
    found = []
    for message in side.messages():
        cause = message.value(p.CAUSE)
        if cause is not None:
            found.append((M(message.type).name, cause.value, cause.diagnostic))
    return found


# -- dual seizure ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cic", "loser"), [(2, 1), (3, 2)])
def test_2_9_1_4_the_higher_point_code_keeps_even_circuits(cic: int, loser: int) -> None:
    one, other = joined()
    one.setup(cic=cic)
    other.setup(cic=cic)
    run(one, other)
    for number, side in ((1, one), (2, other)):
        lost = number == loser
        assert side.told(SetupFailed) == ([SetupFailed(cic, "dual_seizure", True)] if lost else [])
        assert len(side.told(SetupInd)) == lost
        assert not side.told(ReleasedInd)
    assert "REL" not in one.said() + other.said()


def test_2_9_1_4_after_a_backward_message_an_iam_is_no_dual_seizure() -> None:
    one, _ = joined()
    one.setup(cic=2)
    one.hear(M.ACM, 2, ACM).hear(M.IAM, 2, *IAM)
    assert one.cpc(2) == "O_WAIT_ANM"
    assert one.told(Violation)


# -- unexpected messages -----------------------------------------------------------------------------------------------


def test_2_9_5_1_idle_circuit() -> None:
    one, _ = joined()
    assert one.hear(M.REL, 1, REL).said() == "RLC"
    assert not one.hear(M.RLC, 1).sent
    for cic, kind, parameters in (
        (1, M.ACM, (ACM,)), (2, M.ANM, ()), (3, M.CON, (ACM,)), (4, M.CPG, ((p.EVENT.code, b"\x01"),)),
        (5, M.COT, ((p.CONTINUITY.code, b"\x01"),)), (6, M.SUS, ((p.SUSPEND_RESUME.code, b"\x00"),)),
    ):  # fmt: skip
        assert one.hear(kind, cic, *parameters).said() == "RSC", kind.name
        one.hear(M.RLC, cic)
        assert one.cpc(cic) == "IDLE"


def test_2_9_5_1_before_a_backward_message_the_circuit_is_reset_and_the_call_repeated() -> None:
    one, _ = joined()
    one.setup()
    one.sent.clear()
    assert one.hear(M.ANM).said() == "RSC"
    assert one.told(SetupFailed) == [SetupFailed(1, "unreasonable", True)]


def test_2_9_5_1_an_incoming_call_is_released_when_its_circuit_is_reset() -> None:
    _, other = joined()
    other.hear(M.IAM, 1, *IAM)
    assert other.hear(M.ANM).said() == "RSC"
    assert other.told(ReleasedInd) == [ReleasedInd(1, 31, False)]


def test_2_9_5_1_in_talk_messages_of_set_up_are_discarded() -> None:
    one, other = joined()
    talking(one, other)
    for side in (one, other):
        side.hear(M.ACM, 1, ACM).hear(M.ANM).hear(M.CCR).hear(M.IAM, 1, *IAM).hear(M.COT, 1, (p.CONTINUITY.code, b"\1"))
        assert not side.sent
        assert len(side.told(Violation)) == 5
    assert (one.cpc(), other.cpc()) == ("O_ANSWERED", "I_ANSWERED")


def test_2_9_5_1_rlc_in_talk_releases() -> None:
    one, other = joined()
    talking(one, other)
    assert one.hear(M.RLC).said() == "REL"
    assert one.told(ReleasedInd) == [ReleasedInd(1, 31, True)]


def test_2_9_5_1_acknowledgements_of_blocking_restore_the_real_state() -> None:
    one, _ = joined()
    assert one.hear(M.UBL).hear(M.BLO).hear(M.BLO).said() == "UBA BLA BLA"
    assert one.hear(M.BLA, 2).said() == "UBL"
    one.do(one.isup.block(3, True)).hear(M.BLA, 3).sent.clear()
    assert not one.hear(M.BLA, 3).sent
    assert one.hear(M.UBA, 3).said() == "BLO"
    assert not one.hear(M.UBA, 4).sent


def test_2_9_5_1_group_acknowledgements_restore_the_real_state() -> None:
    one, _ = joined()
    kind, bits = (p.GROUP_KIND.code, b"\x01"), (p.RANGE_AND_STATUS.code, b"\x01\x03")
    assert one.hear(M.CGBA, 1, kind, bits).said() == "CGU"
    one.hear(M.CGUA, 1, kind, bits).do(one.isup.block_group([1, 2], True, True)).hear(M.CGBA, 1, kind, bits)
    one.sent.clear()
    assert one.hear(M.CGUA, 1, kind, bits).said() == "CGB"
    assert not one.hear(M.GRA, 5, bits).sent


def test_messages_that_cross_our_rel_or_rsc_are_discarded() -> None:
    one, other = joined()
    talking(one, other)
    one.do(one.isup.release(1)).do(one.isup.reset(2)).sent.clear()
    for cic in (1, 2):
        one.hear(M.ANM, cic).hear(M.SUS, cic, (p.SUSPEND_RESUME.code, b"\0")).hear(M.IAM, cic, *IAM)
        assert not one.sent


# -- unknown messages --------------------------------------------------------------------------------------------------


def unknown(instruction: Instruction | None, kind: int = 0x77) -> bytes:
    parameters = [] if instruction is None else [
        (p.MESSAGE_COMPATIBILITY.code, p.MESSAGE_COMPATIBILITY.write(instruction))]  # fmt: skip
    return encode(Message(1, kind, parameters))


@pytest.mark.parametrize(
    ("instruction", "sent"),
    [
        (None, [("CFN", 97, b"\x77")]),
        (Instruction(release=1), [("REL", 97, b"\x77")]),
        (Instruction(discard_message=1), []),
        (Instruction(discard_message=1, notify=1), [("CFN", 97, b"\x77")]),
        (Instruction(not_possible=0), [("REL", 97, b"\x77")]),
        (Instruction(not_possible=1), []),
        (Instruction(not_possible=1, notify=1), [("CFN", 97, b"\x77")]),
    ],
)
@pytest.mark.parametrize("calling", [True, False])
def test_2_9_5_3_unknown_message(
    instruction: Instruction | None, sent: list[tuple[str, int, bytes]], calling: bool
) -> None:
    one, other = joined()
    talking(one, other)
    side = one if calling else other
    side.do(side.isup.receive(unknown(instruction)))
    assert causes(side) == sent
    released = [ReleasedInd(1, 97, False)] if sent and sent[0][0] == "REL" else []
    assert side.told(ReleasedInd) == released


def test_2_9_5_3_known_messages_that_are_not_supported_count_as_unknown() -> None:
    one, other = joined()
    talking(one, other)
    one.do(one.isup.receive(encode(Message(1, M.PRI))))
    assert causes(one) == [("CFN", 97, bytes((M.PRI,)))]
    one.hear(M.FAR, 1, (p.FACILITY.code, b"\x02"))
    assert causes(one) == [("FRJ", 29, b"")]


def test_2_9_5_confusion_is_told_and_not_answered() -> None:
    one, other = joined()
    talking(one, other)
    one.hear(M.CFN, 1, (p.CAUSE.code, b"\x84\xe1\x77"))
    assert [action.message_type for action in one.told(MessageInd)] == [M.CFN]
    assert not one.sent


# -- unknown parameters ------------------------------------------------------------------------------------------------


def compatibility(instruction: Instruction | None) -> tuple[tuple[int, bytes], ...]:
    new = (NEW, b"\x01\x02")
    if instruction is None:
        return (new,)
    octets = p.PARAMETER_COMPATIBILITY.write((Upgraded(NEW, instruction),))
    return new, (p.PARAMETER_COMPATIBILITY.code, octets)


@pytest.mark.parametrize(
    ("instruction", "sent", "taken"),
    [
        (None, [("CFN", 99, bytes((NEW,)))], True),
        (Instruction(release=1), [("REL", 99, bytes((NEW,)))], False),
        (Instruction(discard_message=1), [], False),
        (Instruction(discard_message=1, notify=1), [("CFN", 110, bytes((M.CPG, NEW)))], False),
        (Instruction(discard_parameter=1), [], True),
        (Instruction(discard_parameter=1, notify=1), [("CFN", 99, bytes((NEW,)))], True),
        (Instruction(not_possible=0), [("REL", 99, bytes((NEW,)))], False),
        (Instruction(not_possible=1), [], False),
        (Instruction(not_possible=2, notify=1), [("CFN", 99, bytes((NEW,)))], True),
    ],
)
def test_2_9_5_3_unknown_parameter(
    instruction: Instruction | None, sent: list[tuple[str, int, bytes]], taken: bool
) -> None:
    one, _ = joined()
    one.setup()
    one.hear(M.ACM, 1, ACM)
    one.sent.clear()
    one.seen.clear()
    one.hear(M.CPG, 1, (p.EVENT.code, b"\x01"), *compatibility(instruction))
    assert causes(one) == sent
    assert any(type(action).__name__ == "ProgressInd" for action in one.seen) == taken


def test_2_9_5_3_unknown_parameter_in_iam() -> None:
    _, other = joined()
    other.hear(M.IAM, 1, *IAM, *compatibility(Instruction(release=1)))
    assert causes(other) == [("REL", 99, bytes((NEW,)))]
    assert not other.told(SetupInd)
    assert not other.told(ReleasedInd)
    other.hear(M.IAM, 2, *IAM, *compatibility(Instruction(discard_message=1)))
    assert other.cpc(2) == "IDLE"
    other.hear(M.IAM, 3, *IAM, *compatibility(Instruction(discard_parameter=1)))
    assert NEW not in [code for code, _ in other.told(SetupInd)[0].parameters]


def test_2_9_5_3_an_unknown_parameter_in_a_colliding_iam_spares_our_call() -> None:
    one, _ = joined()
    one.setup(cic=2)
    one.hear(M.IAM, 2, *IAM, *compatibility(Instruction(release=1)))
    assert one.cpc(2) == "O_WAIT_ACM"
    assert not one.told(ReleasedInd)


def test_2_9_5_3_unknown_parameters_of_a_message_that_waits_are_answered_once() -> None:
    one, _ = joined()
    one.setup()
    one.hear(M.ACM, 1, ACM, (p.OPTIONAL_BACKWARD_CALL.code, b"\x04"), *compatibility(None)).expire("t34/1")
    assert causes(one) == [("CFN", 99, bytes((NEW,)))]
    assert one.told(AddressCompleteInd)


def test_2_9_5_3_unknown_parameter_in_rel_is_told_in_rlc() -> None:
    one, other = joined()
    talking(one, other)
    one.hear(M.REL, 1, REL, *compatibility(Instruction(release=1, notify=1)))
    assert causes(one) == [("RLC", 99, bytes((NEW,)))]
    assert one.told(ReleasedInd) == [ReleasedInd(1, 16, True)]
    one.setup()
    one.sent.clear()
    assert one.hear(M.REL, 1, REL).said() == "RLC"
    assert not one.hear(M.CFN, 1, (p.CAUSE.code, b"\x84\xe1"), *compatibility(None)).sent


def test_2_9_5_format_errors_are_discarded_and_counted() -> None:
    one, _ = joined()
    for octets in (b"", b"\x01\x00", b"\x01\x00\x06\x16", b"\x01\x00\x0c\x09\x00", b"\x01\x00\x01" + bytes(9)):
        one.do(one.isup.receive(octets))
    assert not one.sent
    assert sum(one.state.rejects.values()) == one.state.violations_count == 5


def test_2_9_5_an_unreadable_called_number_is_released() -> None:
    _, other = joined()
    other.hear(M.IAM, 1, *IAM[:4], (4, b"\x83\x10"))
    assert causes(other) == [("REL", 28, b"")]
    assert not other.told(ReleasedInd)


# -- segments ----------------------------------------------------------------------------------------------------------

LONG = SetupRequest("10000", extra=((p.USER_TO_USER.code, b"\x04" * 129), (p.ACCESS_TRANSPORT.code, b"\x7d" * 150)))


def test_2_1_12_a_long_iam_goes_in_two_messages_and_arrives_as_one() -> None:
    one, other = joined()
    one.setup(LONG)
    assert [(octets[2], len(octets) <= 268) for octets in one.sent] == [(M.IAM, True), (M.SGM, True)]
    other.do(other.isup.receive(one.sent.popleft()))
    assert not other.told(SetupInd)
    assert list(other.timers) == ["t34/1"]
    run(one, other)
    [offered] = other.told(SetupInd)
    assert dict(LONG.extra).items() <= dict(offered.parameters).items()
    assert not other.timers


def test_2_1_12_t34_goes_on_without_the_segment() -> None:
    one, other = joined()
    one.setup(LONG)
    other.do(other.isup.receive(one.sent.popleft())).expire("t34/1")
    assert other.told(SetupInd)
    other.do(other.isup.receive(one.sent.popleft()))
    assert not other.sent, "a late segment is discarded"
    assert other.cpc() == "I_WAIT_ACM"


def test_2_1_12_another_message_ends_the_wait() -> None:
    one, other = joined()
    one.setup()
    run(one, other)
    backward = (p.OPTIONAL_BACKWARD_CALL.code, b"\x04")
    one.hear(M.ACM, 1, ACM, backward)
    assert not one.told(AddressCompleteInd)
    one.hear(M.ANM)
    assert [type(action) for action in one.seen] == [AddressCompleteInd, AnswerInd]
    assert not one.timers


def test_2_1_12_release_while_waiting_for_a_segment() -> None:
    one, other = joined()
    one.setup(LONG)
    other.do(other.isup.receive(one.sent.popleft())).hear(M.REL, 1, REL)
    assert [type(action) for action in other.told(SetupInd)] == [SetupInd]
    assert other.told(ReleasedInd) == [ReleasedInd(1, 16, True)]


def test_2_1_12_segment_and_continuity_check() -> None:
    for order in ("segment first", "check first"):
        one, other = joined()
        one.setup(SetupRequest("10000", continuity=True, extra=LONG.extra))
        other.do(other.isup.receive(one.sent.popleft()))
        if order == "segment first":
            run(one, other)
        one.do(one.isup.continuity_heard(1, True))
        if order == "check first":
            one.sent.rotate(1)
        run(one, other)
        [offered] = other.told(SetupInd)
        assert offered.checked
        assert (len(offered.parameters) == 3) == (order == "segment first"), order


def test_a_message_too_long_even_in_two_is_not_sent() -> None:
    one, _ = joined()
    huge = SetupRequest("1", extra=((p.ACCESS_TRANSPORT.code, b"\x7d" * 250), (p.USER_TO_USER.code, b"\x04" * 129)))
    assert one.setup(huge) is None
    assert one.told(SetupFailed) == [SetupFailed(0, "too_long", False)]
    assert not one.sent
    assert one.setup(CALL) is not None
