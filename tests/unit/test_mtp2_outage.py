"""Processor outage, congestion, preventive cyclic retransmission and retrieval of MTP2 (Q.703 clauses 6, 8, 9)."""

from __future__ import annotations

import pytest
from mtp2_by_hand import MESSAGE, SIB, SIPO, fisu, in_service, kinds, msu, running, sent

from switchsim.proto import mtp2
from switchsim.proto.mtp2 import Action, Link, LinkConfig, Lsc

PCR = LinkConfig(method="pcr", n1=3, n2=200)


def pick(actions: list[Action], *wanted: type) -> list[Action]:
    return [action for action in actions if isinstance(action, wanted)]


# -- outage ------------------------------------------------------------------------------------------------------------


def test_4_1_a_local_outage_freezes_bsn_and_continues_with_the_next_number() -> None:
    link = in_service()
    link.send(b"one")
    link.receive(msu(0, bsn=0))
    actions = link.local_processor_outage()
    assert pick(actions, mtp2.Fill, mtp2.Flush) == [mtp2.Flush(), mtp2.Fill(b"\x00\x80\x01\x04")]
    assert sent(link.send(b"two")) == []
    assert link.receive(msu(1, bsn=0)) == []
    assert pick(link.local_processor_recovered(), mtp2.Ack, mtp2.Fill) == [mtp2.Ack(0x80), mtp2.Fill(b"\x00\x80\x00")]
    assert sent(link.send(b"six")) == []
    assert sent(link.continue_()) == [b"\x81\x03two", b"\x82\x03six"]
    assert link.in_service
    assert pick(link.receive(fisu(0, 1)), mtp2.Ack) == [mtp2.Ack(0x00)], "what came during the outage is asked for"


def test_4_1_flush_forgets_what_waited() -> None:
    link = in_service()
    link.send(b"one")
    link.receive(fisu(bsn=0))
    link.send(b"lost")
    link.local_processor_outage()
    link.send(b"lost too")
    link.local_processor_recovered()
    assert mtp2.RtbCleared() in link.flush_buffers()
    assert sent(link.send(b"next")) == [b"\x81\x04next"]


def test_4_2_and_4_3_both_processors_out() -> None:
    link = in_service()
    link.local_processor_outage()
    assert pick(link.receive(SIPO), mtp2.RemoteProcessorOutage)
    assert kinds(link.receive(SIPO)) == []
    assert pick(link.local_processor_recovered(), mtp2.Fill) == [mtp2.Fill(b"\x00\xff\x00")]
    link.continue_()
    assert link.state.lsc is Lsc.PROCESSOR_OUTAGE
    actions = link.receive(fisu())
    assert pick(actions, mtp2.RemoteProcessorRecovered)
    assert link.in_service, "level 3 had spoken already"


def test_9_7_no_message_goes_while_the_peer_is_out() -> None:
    for config in (LinkConfig(), PCR):
        link = in_service(config)
        link.receive(SIPO)
        assert sent(link.send(MESSAGE)) == []
        assert kinds(link.receive(fisu())) == ["RemoteProcessorRecovered"]
        assert sent(link.send(MESSAGE)) == []
        assert fsns(link.continue_()) == [0, 1]


def test_neither_t7_nor_t6_runs_during_an_outage() -> None:
    link = in_service()
    link.send(MESSAGE)
    link.send(MESSAGE)
    link.receive(SIB)
    assert running(link) == "T6 T7"
    link.local_processor_outage()
    assert running(link) == ""
    link.receive(fisu(bsn=0))
    assert running(link) == ""
    link.local_processor_recovered()
    link.continue_()
    assert running(link) == "T7"


def test_2_8_unexpected_during_outage() -> None:
    link = in_service()
    link.receive(SIPO)
    for act in (link.start, link.emergency, lambda: link.receive(SIB)):
        assert pick(act(), mtp2.Fill, mtp2.OutOfService, mtp2.StartTimer) == []


# -- receive congestion ------------------------------------------------------------------------------------------------


def test_10_1_sib_every_t5_no_acknowledgement_and_a_request_at_the_end() -> None:
    link = in_service()
    link.receive(msu(0))
    actions = link.receive_congestion(True)
    assert actions == [mtp2.Send(b"\x00\xff\x01\x05", True), mtp2.StartTimer("T5", LinkConfig().cycles("T5"))]
    assert link.receive(msu(1)) == link.receive(msu(2)) == []
    assert link.timer("T5") == actions
    assert link.receive_congestion(False) == [mtp2.StopTimer("T5"), mtp2.Ack(0x80), mtp2.Ack(0x00)]
    assert link.receive(fisu(fsn=2)) == []
    assert pick(link.receive(msu(1, fib=0)), mtp2.Received) == [mtp2.Received(MESSAGE)]


def test_a_congested_receiver_may_accept_without_acknowledging() -> None:
    link = in_service(LinkConfig(congested="accept"))
    link.receive_congestion(True)
    assert kinds(link.receive(msu(0))) == kinds(link.receive(msu(1))) == ["Received"]
    assert link.receive_congestion(False) == [mtp2.StopTimer("T5"), mtp2.Ack(0x81)]


def test_10_2_and_10_3_sib_restarts_t7_and_t6_ends_it() -> None:
    link = in_service()
    assert link.receive(SIB) == [], "nothing is unacknowledged"
    link.send(MESSAGE)
    link.receive(fisu())
    assert [one.name for one in link.receive(SIB) if isinstance(one, mtp2.StartTimer)] == ["T6", "T7", "repeats"]
    link.receive(fisu())
    assert [one.name for one in link.receive(SIB) if isinstance(one, mtp2.StartTimer)] == ["T7", "repeats"]
    assert pick(link.timer("T6"), mtp2.OutOfService) == [mtp2.OutOfService("T6 expired")]


@pytest.mark.parametrize("progress", [fisu(bsn=0), fisu(bib=0)], ids=["ack", "nack"])
def test_an_acknowledgement_stops_t6(progress: bytes) -> None:
    link = in_service()
    link.send(MESSAGE)
    link.send(MESSAGE)
    link.receive(SIB)
    assert mtp2.StopTimer("T6") in link.receive(progress)


def test_congestion_of_the_transmission_buffers_is_told_once_and_ends_lower() -> None:
    link = in_service(LinkConfig(congestion_onset=6, congestion_abate=3, congestion_discard=8))
    told = [kinds(pick(link.send(bytes(60)), mtp2.CongestionOnset)) for _ in range(10)]
    assert told == [[]] * 5 + [["CongestionOnset"]] + [[]] * 4
    assert link.state.dropped_out_count == 2
    for _ in range(9):
        link.low()
    assert kinds(pick(link.receive(fisu(bsn=4)), mtp2.CongestionAbated)) == []
    assert kinds(pick(link.receive(fisu(bsn=5)), mtp2.CongestionAbated)) == ["CongestionAbated"]


# -- preventive cyclic retransmission ----------------------------------------------------------------------------------


def fsns(actions: list[Action]) -> list[int]:
    return [unit[0] & 127 for unit in sent(actions)]


def test_9_1_an_unacknowledged_message_is_repeated_until_it_is() -> None:
    link = in_service(PCR)
    assert fsns(link.send(b"abc")) == [0]
    assert fsns(link.low()) == [0, 0, 0, 0]
    link.receive(fisu(bsn=0, bib=0))
    assert fsns(link.low()) == []
    assert link.state.nacks_in_count == 0


def test_9_1_repetition_that_waits_in_the_terminal_ends_with_the_acknowledgement() -> None:
    """Clause 6.3: what the peer has is not repeated; what it lacks goes on."""
    link = in_service(PCR)
    link.send(b"abc")
    link.send(b"abc")
    assert fsns(link.low()) == [0, 1, 0, 1]
    actions = link.receive(fisu(bsn=0))
    assert (kinds(actions).count("Flush"), fsns(actions)) == (1, [1, 1, 1, 1])
    actions = link.receive(fisu(bsn=1))
    assert (kinds(actions).count("Flush"), fsns(actions)) == (1, [])
    assert fsns(link.low()) == []
    link.send(b"abc")
    assert "Flush" not in kinds(link.receive(fisu(bsn=2))), "a new message may not have begun"


def test_9_2_a_new_message_goes_before_repetition() -> None:
    link = in_service(PCR)
    link.send(bytes(40))
    assert fsns(link.send(bytes(40))) == [1], "nothing is repeated behind a message that may not have begun"
    assert fsns(link.low()) == [0, 1]
    actions = link.send(bytes(40))
    assert (kinds(actions)[0], fsns(actions)) == ("Flush", [2])
    assert fsns(link.low()) == [0, 1]


@pytest.mark.parametrize("config", [PCR, LinkConfig(method="pcr", n2=138)], ids=["9.3-n1", "9.4-n2"])
def test_9_3_and_9_4_forced_retransmission_repeats_all_before_anything_new(config: LinkConfig) -> None:
    link = in_service(config)
    units: list[int] = []
    for _ in range(5):
        units += fsns(link.send(bytes(40)))
    for _ in range(6):
        units += fsns(link.low())
    assert max(units) == 2
    assert link.state.forced_count == 1
    first = units.index(2) + 1
    assert units[first : first + 6] == [0, 1, 2, 0, 1, 2]
    link.receive(fisu(bsn=0))
    link.low()
    assert 3 in fsns(link.low()) or link.state.fsnl == 3, "9.5: an acknowledgement ends it"


def test_9_6_9_10_9_12_what_is_not_next_is_discarded_without_a_request() -> None:
    link = in_service(PCR)
    link.receive(msu(0))
    for unit in (msu(0), msu(5), fisu(fsn=1), fisu(fsn=9, fib=0), msu(3, fib=0)):
        assert pick(link.receive(unit), mtp2.Received, mtp2.Ack) == []
    assert pick(link.receive(msu(1, fib=0)), mtp2.Ack) == [mtp2.Ack(0x81)]


def test_9_9_two_wrong_bsns_fail() -> None:
    link = in_service(PCR)
    assert pick(link.receive(msu(0, bsn=9)), mtp2.OutOfService) == []
    assert pick(link.receive(msu(0, bsn=9)), mtp2.OutOfService) == [mtp2.OutOfService("abnormal BSN")]


# -- retrieval (Q.704 clause 5) ----------------------------------------------------------------------------------------


def loaded() -> Link:
    """Out of service with FSN 0..3 unacknowledged and one more message waiting."""
    link = in_service()
    for index in range(4):
        link.send(bytes((1, 1, index)))
    link.send(bytes((1, 1, 4)))
    link.receive(msu(0))
    link.suerm_failure()
    assert (len(link.state.rtb), len(link.state.tb)) == (4, 1)
    return link


def numbers(actions: list[Action]) -> list[int]:
    assert actions[-1] == mtp2.RetrievalComplete()
    return [action.octets[2] for action in actions if isinstance(action, mtp2.Retrieved)]


@pytest.mark.parametrize(("fsnc", "expected"), [
    (127, [0, 1, 2, 3, 4]), (1, [2, 3, 4]), (3, [4]), (None, [4]), (4, []), (60, []),
])  # fmt: skip
def test_retrieval_gives_what_the_peer_never_accepted(fsnc: int | None, expected: list[int]) -> None:
    link = loaded()
    *given_back, last = link.retrieve(fsnc)
    assert last == mtp2.RetrievalComplete(reasonable=fsnc not in (4, 60))
    assert numbers([*given_back, mtp2.RetrievalComplete()]) == expected
    assert bool(link.state.rtb) == (fsnc in (4, 60))


def test_retrieval_happens_once_and_bsnt_stays_until_the_next_start() -> None:
    link = loaded()
    assert link.retrieve_bsnt() == [mtp2.Bsnt(0)]
    link.retrieve(0)
    assert numbers(link.retrieve(0)) == []
    link.start()
    assert link.retrieve_bsnt() == link.retrieve(127) == []
    link.stop()
    assert link.retrieve_bsnt() == [mtp2.Bsnt(127)]


def test_retrieval_during_an_outage_renumbers() -> None:
    link = in_service()
    for index in range(3):
        link.send(bytes((1, 1, index)))
    link.receive(SIPO)
    assert numbers(link.retrieve(0)) == [1, 2]
    link.receive(fisu(bsn=0))
    link.continue_()
    assert fsns(link.send(b"new")) == [1]


# -- repetitions that the terminal filters -----------------------------------------------------------------------------


def test_a_status_that_the_peer_sent_before_our_start_counts_when_it_goes_on() -> None:
    link = Link(mtp2.LinkState(), LinkConfig())
    link.power_on()
    link.receive(b"\xff\xff\x01\x00")
    assert mtp2.CheckRepeats() in link.start()
    assert link.repeated(500) == [], "all from before"
    assert kinds(link.timer("repeats")) == ["StartTimer", "CheckRepeats"]
    assert mtp2.Fill(b"\x00\xff\x01\x01") in link.repeated(501)


def test_repetitions_saturate_but_still_count() -> None:
    link = Link(mtp2.LinkState(), LinkConfig())
    link.power_on()
    link.receive(b"\xff\xff\x01\x00")
    link.start()
    link.repeated(65_535)
    link.timer("repeats")
    assert mtp2.Fill(b"\x00\xff\x01\x01") in link.repeated(65_535)


def test_a_repeated_wrong_bsn_is_the_second_of_three() -> None:
    link = in_service()
    assert "StartTimer" in kinds(link.receive(fisu(bsn=9)))
    assert link.repeated(0) == []
    assert pick(link.repeated(1), mtp2.OutOfService) == [mtp2.OutOfService("abnormal BSN")]
    link = in_service()
    link.receive(fisu(bsn=9))
    assert pick(link.receive(fisu(), 1), mtp2.OutOfService) == [mtp2.OutOfService("abnormal BSN")]


def test_repeated_good_units_clear_a_single_wrong_one() -> None:
    link = in_service()
    link.receive(fisu(fib=0))
    link.receive(fisu())
    link.repeated(1)
    assert not link.state.abnormal_fib
    assert running(link) == ""
    assert not link.state.running


def test_sib_repeated_without_anything_between_goes_on_restarting_t7() -> None:
    link = in_service()
    link.send(MESSAGE)
    link.receive(SIB)
    link.timer("repeats")
    assert next(one.name for one in link.repeated(3) if isinstance(one, mtp2.StartTimer)) == "T7"
    link.receive(fisu())
    assert link.timer("repeats") == []
