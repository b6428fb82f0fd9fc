"""Initial alignment and link state control of MTP2 (Q.703 clauses 4 and 7; numbers of Q.781 in the names)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from mtp2_by_hand import (
    MESSAGE,
    SIB,
    SIE,
    SIN,
    SIO,
    SIOS,
    SIPO,
    aligning,
    fisu,
    in_service,
    kinds,
    lssu,
    msu,
    not_ready,
    powered,
    proving,
    ready,
    running,
)  # fmt: skip

from switchsim.proto import mtp2
from switchsim.proto.mtp2 import Action, Iac, Link, LinkConfig, Lsc
from switchsim.units import ms, seconds

WINDOWS = {  # Q.703 clause 12.3, 64 kbit/s
    "T1": (seconds(40), seconds(50)), "T2": (seconds(5), seconds(150)), "T3": (seconds(1), seconds(2)),
    "T4N": (ms(7_500), ms(9_500)), "T4E": (ms(400), ms(600)), "T5": (ms(80), ms(120)), "T6": (seconds(3), seconds(6)),
    "T7": (ms(500), seconds(2)),
}  # fmt: skip


def status(actions: list[Action]) -> list[int]:
    """Status codes of the fill-in orders, -1 a FISU."""
    fills = [action.octets for action in actions if isinstance(action, mtp2.Fill)]
    return [octets[3] if len(octets) > 3 else -1 for octets in fills]


def timers(actions: list[Action]) -> dict[str, int]:
    return {action.name: action.cycles for action in actions if isinstance(action, mtp2.StartTimer)}


def monitors(actions: list[Action]) -> list[tuple[int, int]]:
    return [(action.mode, action.threshold) for action in actions if isinstance(action, mtp2.Monitor)]


@pytest.mark.parametrize("name", WINDOWS)
def test_every_timer_stands_in_its_window(name: str) -> None:
    low, high = WINDOWS[name]
    assert low <= LinkConfig().cycles(name) <= high
    assert LinkConfig(timers={name.lower(): 7}).cycles(name) == 7


def test_1_1_power_on_sends_sios_with_all_numbers_127_and_bits_1() -> None:
    actions = powered().power_on()
    assert actions == []
    link = Link(mtp2.LinkState(), LinkConfig())
    assert link.power_on() == [mtp2.Ack(255), mtp2.Fill(b"\x00\xff\x01\x03")]


def test_1_1_the_status_field_may_have_two_octets() -> None:
    link = Link(mtp2.LinkState(), LinkConfig(lssu_octets=2))
    assert link.power_on()[1] == mtp2.Fill(b"\x00\xff\x02\x03\x00")
    link.start()
    assert link.receive(b"\xff\xff\x02\x01\x00")[1:2] == [mtp2.Fill(b"\x00\xff\x02\x01\x00")]


def test_1_2_timer_t2() -> None:
    link = powered()
    assert (status(actions := link.start()), timers(actions)["T2"]) == ([0], LinkConfig().cycles("T2"))
    assert link.receive(SIOS) == []
    actions = link.timer("T2")
    assert status(actions) == [3]
    assert actions[-1] == mtp2.OutOfService("alignment not possible: T2 expired")
    assert link.state.lsc is Lsc.OUT_OF_SERVICE


def test_1_3_timer_t3() -> None:
    link = aligning()
    actions = link.receive(SIO)
    assert (status(actions), kinds(actions)[0], "T3" in timers(actions)) == ([1], "StopTimer", True)
    assert link.receive(SIO) == [mtp2.StopTimer("repeats")]
    assert link.timer("T3")[-1] == mtp2.OutOfService("alignment not possible: T3 expired")


def test_1_4_and_1_5_proving_t1_and_service() -> None:
    link = aligning()
    link.receive(SIO)
    actions = link.receive(SIN)
    assert (timers(actions)["T4"], monitors(actions)) == (LinkConfig().cycles("T4N"), [(1, 4)])
    actions = link.timer("T4")
    assert (status(actions), monitors(actions), "T1" in timers(actions)) == ([-1], [(2, 0)], True)
    assert link.receive(SIN) == [mtp2.StopTimer("repeats")]
    assert ready().timer("T1")[-1] == mtp2.OutOfService("T1 expired")
    actions = link.receive(fisu())
    assert (kinds(actions)[0], actions[-1]) == ("StopTimer", mtp2.InService())


def test_1_6_the_first_unit_after_proving_may_be_a_message() -> None:
    link = ready()
    actions = link.receive(msu(0))
    assert [one for one in actions if isinstance(one, mtp2.InService | mtp2.Received)] == [
        mtp2.InService(), mtp2.Received(MESSAGE)]


def test_1_7_sio_while_proving_begins_again() -> None:
    link = proving()
    actions = link.receive(SIO)
    assert (link.state.iac, status(actions), "T3" in timers(actions)) == (Iac.ALIGNED, [], True)
    assert timers(link.receive(SIN))["T4"] == LinkConfig().cycles("T4N")


def test_1_8_and_1_11_outages_around_alignment() -> None:
    link = proving()
    link.local_processor_outage()
    assert status(link.timer("T4")) == [4]
    assert link.state.lsc is Lsc.ALIGNED_NOT_READY
    assert link.receive(SIPO)[-1] == mtp2.RemoteProcessorOutage()
    assert mtp2.RemoteProcessorOutage() in ready().receive(SIPO)
    link = not_ready()
    assert link.receive(fisu())[-1] == mtp2.InService()
    assert link.state.lsc is Lsc.PROCESSOR_OUTAGE


def test_1_10_and_1_14_an_outage_set_and_cleared_before_does_nothing() -> None:
    link = powered()
    link.local_processor_outage()
    link.local_processor_recovered()
    link.start()
    link.local_processor_outage()
    link.local_processor_recovered()
    link.receive(SIO)
    link.receive(SIN)
    assert status(link.timer("T4")) == [-1]


def test_1_15_an_outage_set_and_cleared_when_ready() -> None:
    link = ready()
    assert status(link.local_processor_outage()) == [4]
    assert status(link.local_processor_recovered()) == [-1]
    assert link.receive(fisu())[-1] == mtp2.InService()


def test_1_17_and_1_24_no_sio_is_needed() -> None:
    link = aligning()
    assert status(link.receive(SIN)) == [1]
    link.receive(fisu())
    assert timers(link.receive(SIN))["T4"] == LinkConfig().cycles("T4N")
    link = aligning()
    assert status(link.receive(SIE)) == [1]
    link.receive(fisu())
    assert timers(link.receive(SIE))["T4"] == LinkConfig().cycles("T4E")


def test_1_18_emergency_that_ceased_before_the_start() -> None:
    link = powered()
    link.emergency()
    link.emergency_ceases()
    link.start()
    assert status(link.receive(SIO)) == [1]


@pytest.mark.parametrize("when", ["before", "not aligned", "aligned", "proving"])
def test_1_19_to_1_23_our_emergency_shortens_proving_whenever_it_comes(when: str) -> None:
    link = powered()
    said: list[int] = []
    for now, step in (("before", link.start), ("not aligned", lambda: link.receive(SIO)),
                      ("aligned", lambda: link.receive(SIN)), ("proving", list)):
        if now == when:
            said += status(actions := link.emergency())
            if when == "proving":
                assert (timers(actions)["T4"], monitors(actions)) == (LinkConfig().cycles("T4E"), [(1, 1)])
        actions = step()
        said += status(actions)
        if now == "aligned" and when != "proving":
            assert (timers(actions)["T4"], monitors(actions)) == (LinkConfig().cycles("T4E"), [(1, 1)])
    assert said[-1] == 2


def test_1_22_the_peers_emergency_shortens_proving_but_we_say_sin() -> None:
    link = aligning()
    assert status(link.receive(SIE)) == [1]
    link.receive(SIO)
    assert timers(link.receive(SIN))["T4"] == LinkConfig().cycles("T4E")
    link = proving()
    actions = link.receive(SIE)
    assert (status(actions), timers(actions)["T4"]) == ([], LinkConfig().cycles("T4E"))
    assert "T4" not in timers(link.receive(SIN) + link.receive(SIE))


@pytest.mark.parametrize("made", [aligning, proving, ready, not_ready, in_service])
def test_1_25_to_1_32_stop_sends_sios_and_says_nothing(made: Callable[[], Link]) -> None:
    link = made()
    actions = link.stop()
    assert status(actions) == [3]
    assert not [one for one in actions if isinstance(one, mtp2.OutOfService)]
    assert running(link) == ""
    assert status(link.start()) == [0]


@pytest.mark.parametrize(("unit", "word"), [(SIO, "SIO"), (SIN, "SIN"), (SIE, "SIE"), (SIOS, "SIOS")])
def test_1_28_1_29_a_status_of_alignment_ends_service(unit: bytes, word: str) -> None:
    outage = in_service()
    outage.receive(SIPO)
    for link in (in_service(), outage):
        actions = link.receive(unit)
        assert (status(actions), actions[-1]) == ([3], mtp2.OutOfService(f"{word} received"))


@pytest.mark.parametrize("unit", [SIO, SIOS])
def test_1_12_1_13_1_33_1_34_a_status_after_proving_ends_it(unit: bytes) -> None:
    for link in (ready(), not_ready()):
        assert isinstance(link.receive(unit)[-1], mtp2.OutOfService)


@pytest.mark.parametrize(("made", "units"), [
    (powered, [SIO, SIN, SIE, SIOS, SIPO, SIB, lssu(6), fisu(), msu(0)]),
    (aligning, [SIOS, SIPO, SIB, lssu(7), fisu(5), fisu(5), msu(9, 5, fib=0)]),
    (proving, [SIPO, SIB, lssu(6), fisu(5), fisu(5), msu(9, 5)]),
    (ready, [SIN, SIE, SIB, lssu(6)]),
    (not_ready, [SIN, SIE, SIB, lssu(6)]),
], ids=["oos", "not-aligned", "proving", "ready", "not-ready"])  # fmt: skip
def test_2_1_to_2_6_unexpected_units_change_nothing(made: Callable[[], Link], units: list[bytes]) -> None:
    link = made()
    before = (link.state.lsc, link.state.iac)
    for unit in units:
        assert not {"OutOfService", "InService", "Received", "Fill"} & set(kinds(link.receive(unit)))
    assert (link.state.lsc, link.state.iac) == before


def test_a_status_of_two_octets_and_spare_bits() -> None:
    link = aligning()
    link.receive(bytes((255, 255, 0x42, 0xF9, 0x55)))  # SIN in the low bits, the rest is spare
    assert link.state.iac is Iac.ALIGNED


def test_7_2_an_abort_proves_again_from_the_first_correct_unit() -> None:
    link = proving()
    assert link.aerm_abort() == []
    actions = link.correct_su()
    assert (monitors(actions), timers(actions)["T4"]) == ([(1, 4)], LinkConfig().cycles("T4N"))
    assert link.correct_su() == []
    link.aerm_abort()
    assert monitors(link.timer("T4")) == [(1, 4)]
    assert monitors(link.timer("T4")) == [(2, 0)]


def test_7_3_five_aborts_end_it() -> None:
    link = proving()
    for _ in range(4):
        assert link.aerm_abort() == []
        link.correct_su()
    assert link.aerm_abort()[-1] == mtp2.OutOfService("alignment not possible: 5 proving periods aborted")


@pytest.mark.parametrize("made", [ready, not_ready, in_service])
def test_3_1_3_3_3_5_suerm_ends_the_link(made: Callable[[], Link]) -> None:
    link = made()
    actions = link.suerm_failure()
    assert (status(actions), monitors(actions), actions[-1]) == ([3], [(0, 0)], mtp2.OutOfService("SUERM"))
    assert link.suerm_failure() == []


def test_power_off_forgets_all_but_the_counters() -> None:
    link = in_service()
    link.send(MESSAGE)
    link.receive(msu(0))
    actions = link.power_off()
    assert actions[-1] == mtp2.Fill(b"")
    assert link.state == mtp2.LinkState(messages_in_count=1, messages_out_count=1)
    assert link.start() == []
