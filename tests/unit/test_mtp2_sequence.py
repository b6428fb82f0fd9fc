"""Basic error correction of MTP2: numbers, acknowledgements, requests, implausible ones (Q.703 clause 5, Q.781 8.x)."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mtp2_by_hand import MESSAGE, fisu, in_service, kinds, msu, powered, running, sent

from switchsim.proto import mtp2
from switchsim.proto.mtp2 import Action, Link, LinkConfig, LinkState, Lsc
from switchsim.proto.mtp2.units import fault_of


def received(actions: list[Action]) -> list[bytes]:
    return [action.octets for action in actions if isinstance(action, mtp2.Received)]


def acks(actions: list[Action]) -> list[int]:
    return [action.octet for action in actions if isinstance(action, mtp2.Ack)]


def fills(actions: list[Action]) -> list[bytes]:
    return [action.octets[1:] for action in actions if isinstance(action, mtp2.Fill)]


def failed(actions: list[Action]) -> str:
    return next((action.reason for action in actions if isinstance(action, mtp2.OutOfService)), "")


def test_8_1_numbers_of_messages_both_ways() -> None:
    link = in_service()
    actions = link.send(MESSAGE)
    assert actions == [mtp2.StartTimer("T7", LinkConfig().cycles("T7")), mtp2.Send(b"\x00\x80\x04" + MESSAGE),
                       mtp2.Fill(b"\x00\x80\x00")]
    assert link.receive(msu(0, bsn=0)) == [mtp2.StopTimer("T7"), mtp2.Ack(0x80), mtp2.Received(MESSAGE)]
    assert link.receive(fisu(0, 0)) == []
    assert (link.state.rtb, link.state.fsnf) == ([], 1)


@pytest.mark.parametrize("length", [3, 62, 63, 64, 273])
def test_the_length_indicator_of_every_length(length: int) -> None:
    link, message = in_service(), bytes(length)
    unit = sent(link.send(message))[0]
    assert unit[1] == min(length, 63)
    assert received(link.receive(b"\xff" + unit)) == [message]


def test_only_a_message_of_2_to_272_octets_of_sif_is_taken_from_level_3() -> None:
    for octets in (b"ab", bytes(274)):
        with pytest.raises(AssertionError):
            in_service().send(octets)


@pytest.mark.parametrize(("octets", "reason"), [
    (b"", "short"), (b"\xff\xff", "short"), (b"\xff\xff\x01", "length"), (b"\xff\xff\x00\x00", "length"),
    (b"\xff\x80\x02abc", "length"), (b"\xff\x80\x04abc", "length"), (b"\xff\x80\x3e" + bytes(63), "length"),
    (b"\xff\x80\x3f" + bytes(62), "length"), (b"\xff\x80\x3f" + bytes(274), "long"), (b"\xff\x80\x07", "length"),
    (b"\xff\xff\x01\x06", "status"), (b"\xff\xff\x02\x07\x00", "status"),
])  # fmt: skip
def test_what_is_no_unit_is_counted_told_and_discarded(octets: bytes, reason: str) -> None:
    link = in_service()
    assert kinds(link.receive(octets)) == ["Violation"]
    assert link.state.bad_units == {reason: 1}
    assert link.in_service
    assert received(link.receive(msu(0))) == [MESSAGE]


@given(st.lists(st.binary(max_size=12) | st.binary(min_size=3, max_size=3), max_size=12), st.booleans())
def test_nothing_that_is_received_raises(units: list[bytes], pcr: bool) -> None:
    link = in_service(LinkConfig(method="pcr" if pcr else "basic"))
    for unit in units:
        link.receive(unit, len(unit))
        assert (fault_of(unit) is None) or link.state.violations_count or link.state.lsc is Lsc.OUT_OF_SERVICE
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(link.state), type=LinkState) == link.state


def test_8_2_a_negative_acknowledgement_repeats_all_after_bsn_with_the_other_fib() -> None:
    link = in_service()
    for index in range(4):
        link.send(bytes((0x85, 0, index)))
    link.low()
    actions = link.receive(fisu(bsn=1, bib=0))
    assert sent(actions) == [b"\x02\x03\x85\x00\x02", b"\x03\x03\x85\x00\x03"]
    assert kinds(actions)[-4:] == ["Flush", "Fill", "Send", "Send"]
    assert fills(actions) == [b"\x03\x00"]
    assert sent(link.send(b"new")) == [b"\x04\x03new"]
    assert sent(link.receive(fisu(bsn=1, bib=0))) == []


def test_an_acknowledgement_ahead_of_a_retransmission_shortens_it() -> None:
    link = in_service()
    for index in range(6):
        link.send(bytes(40) + bytes((index,)))
        link.low()
    assert [unit[0] & 127 for unit in sent(link.receive(fisu(bib=0)))] == [0, 1]
    link.receive(fisu(bsn=3, bib=0))
    assert [unit[0] & 127 for unit in sent(link.low())] == [4, 5]


def test_8_3_127_unacknowledged_messages_are_the_most() -> None:
    link = in_service(LinkConfig(congestion_onset=0))
    units: list[bytes] = []
    for index in range(130):
        units += sent(link.send(bytes((1, 1, index)))) + sent(link.low())
    assert len(units) == 127
    assert sent(link.receive(fisu(bsn=126))) == [bytes((0xFF, 3, 1, 1, 127)), bytes((0x80, 3, 1, 1, 128)),
                                                 bytes((0x81, 3, 1, 1, 129))]


def test_a_message_ahead_is_asked_for_again() -> None:
    link = in_service()
    link.receive(msu(0))
    actions = link.receive(msu(2))
    assert (received(actions), acks(actions)) == ([], [0x00])
    assert acks(link.receive(msu(3))) == []
    assert link.state.nacks_out_count == 1
    assert acks(link.receive(msu(1, bib=1, fib=0))) == [0x01]


def test_a_fill_in_unit_ahead_tells_that_the_last_message_was_lost() -> None:
    link = in_service()
    assert acks(link.receive(fisu(fsn=0))) == [0x7F]
    assert acks(link.receive(fisu(fsn=127))) == []


def test_8_4_and_8_8_a_single_wrong_fib_does_not_fail() -> None:
    for wrong in (msu(0, fib=0), fisu(fib=0)):
        link = in_service()
        assert kinds(link.receive(wrong)) [0] == "Violation"
        for _ in range(2):
            link.receive(fisu())
        assert received(link.receive(msu(0))) == [MESSAGE]


def test_8_5_a_doubled_number_is_not_delivered_twice() -> None:
    link = in_service()
    assert received(link.receive(msu(0)) + link.receive(msu(0))) == [MESSAGE]
    assert link.state.nacks_out_count == 0


@pytest.mark.parametrize("between", [0, 1])
def test_8_7_two_wrong_fibs_of_three_fail(between: int) -> None:
    link = in_service()
    link.receive(fisu(fib=0))
    for _ in range(between):
        link.receive(fisu())
    assert failed(link.receive(msu(0, fib=0))) == "abnormal FIB"


def test_8_9_a_wrong_fib_is_remembered_across_the_peers_outage() -> None:
    link = in_service()
    link.receive(fisu(fib=0))
    link.receive(b"\xff\xff\x01\x04")
    assert failed(link.receive(fisu(fib=0))) == "abnormal FIB"


def test_8_10_a_single_wrong_bsn_does_not_fail_and_two_good_units_clear_it() -> None:
    link = in_service()
    assert received(link.receive(msu(0, bsn=60))) == []
    assert received(link.receive(msu(0))) == []
    assert received(link.receive(msu(0))) == [MESSAGE]
    assert failed(link.receive(fisu(60, 0))) == ""


@pytest.mark.parametrize("between", [0, 1])
def test_8_11_two_wrong_bsns_of_three_fail(between: int) -> None:
    link = in_service()
    link.receive(fisu(bsn=0))
    for _ in range(between):
        link.receive(fisu())
    actions = link.receive(fisu(bsn=1))
    assert failed(actions) == "abnormal BSN"
    assert actions[-1] == mtp2.OutOfService("abnormal BSN")
    assert running(link) == ""


def test_status_units_do_not_count_among_the_three() -> None:
    link = in_service()
    link.receive(fisu(bsn=0))
    for _ in range(3):
        link.receive(b"\xff\xff\x01\x05")
    assert failed(link.receive(fisu(bsn=1))) == "abnormal BSN"


def test_8_12_t7_runs_from_the_first_unacknowledged_message_and_from_every_progress() -> None:
    link = in_service()
    link.send(MESSAGE)
    assert "StartTimer" not in kinds(link.send(MESSAGE))
    assert kinds(link.receive(fisu(bsn=0))) == ["StartTimer"]
    assert kinds(link.receive(fisu(bsn=0))) == []
    assert failed(link.timer("T7")) == "T7 expired"
    assert link.timer("T7") == []


def test_the_terminal_is_handed_small_portions() -> None:
    link = in_service()
    handed = [len(sent(link.send(bytes(40)))) for _ in range(4)]
    assert handed == [1, 1, 0, 0]
    assert len(link.state.tb) == 2
    assert len(sent(link.low())) == 2
    tiny = in_service()
    actions = [tiny.send(b"abc") for _ in range(6)]
    assert [len(sent(one)) for one in actions] == [1, 1, 1, 1, 0, 0]
    assert actions[3][-2:] == [mtp2.Notify(1), mtp2.Fill(b"\x00\x83\x00")]
    assert len(sent(tiny.low())) == 2
    assert tiny.low() == []


def test_messages_before_power_are_dropped_and_before_service_wait() -> None:
    link = Link(LinkState(), LinkConfig())
    assert link.send(MESSAGE) == []
    assert link.state.dropped_out_count == 1
    link = powered()
    link.send(MESSAGE)
    assert link.state.tb == [MESSAGE]
    link.start()
    assert link.state.tb == []
