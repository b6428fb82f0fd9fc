"""Two exchanges back to back, network and user: calls each way over real frames and real audio."""

from __future__ import annotations

import pytest
from farend_bench import NET, SLOTS, USER, Bench, PlaceCall, Wire

from switchsim.dsp.engine import EV_HEARS, HEARS_MARK, Event
from switchsim.farend.chance import Constant, Exponential, Uniform
from switchsim.farend.exchange import Subscriber
from switchsim.farend.load import Load, LoadConfig, Poisson, Weighted
from switchsim.farend.plan import Hold, Plan, Speak, Stay
from switchsim.kernel import snapshot
from switchsim.model.order import Act
from switchsim.units import ms, seconds

SOON = (Subscriber(ring=Constant(ms(1_000))),)


def call(bench: Bench, place: str, called: str = "10060", **values: int | str) -> None:
    bench.kernel.order(bench.kernel.now, place, Act("call", {"called": called, "calling": "13800138000", **values}))


def test_the_link_comes_up_with_both_ends_asking() -> None:
    bench = Bench().run(seconds(1))
    assert [row.place for row in bench.records(kind="LinkUp")] == [NET, USER]
    assert not bench.records(kind="Violated")


@pytest.mark.parametrize(("caller", "callee", "ids"), [(NET, USER, (101, 201)), (USER, NET, (203, 103))])
def test_a_call_is_answered_heard_and_cleared(caller: str, callee: str, ids: tuple[int, int]) -> None:
    bench = Bench(subscribers=SOON).run(seconds(1))
    call(bench, caller, hold_cycles=seconds(3))
    bench.run(seconds(6))
    ours, theirs = ids
    assert bench.states(caller, ours) == [
        ("ringing", 0), ("connected", 0), ("talking", 0), ("hangs_up", 16), ("released", 16)]  # fmt: skip
    assert bench.states(callee, theirs) == [("ringing", 0), ("connected", 0), ("talking", 0), ("released", 16)]
    assert bench.heard(caller, ours)[0] == ("party", str(theirs))
    assert bench.heard(callee, theirs)[0] == ("party", str(ours))
    assert bench.heard(caller, ours)[-1] == bench.heard(callee, theirs)[-1] == ("quiet", "")
    assert not bench.records(kind="Violated")
    assert bench.at_rest()


def test_the_holding_time_counts_from_hearing_the_person() -> None:
    bench = Bench(subscribers=SOON).run(seconds(1))
    call(bench, NET, hold_cycles=seconds(3))
    bench.run(seconds(6))
    (heard,) = [row.event.since for row in bench.records(NET, "PartyHears") if row.event.what == "party"]  # type: ignore[attr-defined]
    (gone,) = [row.at for row in bench.records(NET, "PartyState") if row.event.state == "hangs_up"]  # type: ignore[attr-defined]
    assert 0 <= gone - (heard + seconds(3)) < 8


def test_the_first_octet_of_speech_is_dated_exactly() -> None:
    """The called person speaks from its CONNECT on; the line's cell, the one stage between, delays by 8 cycles."""
    bench = Bench(subscribers=SOON).run(seconds(1))
    call(bench, USER)
    bench.run(seconds(2))
    (spoke,) = [row.at for row in bench.records(NET, "PartyState") if row.event.state == "connected"]  # type: ignore[attr-defined]
    (heard,) = [row.event.since for row in bench.records(USER, "PartyHears")]  # type: ignore[attr-defined]
    assert heard == spoke + 8


@pytest.mark.parametrize(("behaviour", "cause"), [("busy", 17)])
def test_q850_busy_subscriber(behaviour: str, cause: int) -> None:
    bench = Bench(subscribers=(Subscriber(behaviour=behaviour),)).run(seconds(1))  # type: ignore[arg-type]
    call(bench, NET)
    bench.run(seconds(1))
    assert bench.states(NET, 101) == [("released", cause)]
    assert bench.at_rest()


def test_q850_unallocated_number() -> None:
    bench = Bench(subscribers=(Subscriber(number="10060"),)).run(seconds(1))
    call(bench, NET, "2222")
    bench.run(seconds(1))
    assert bench.states(NET, 101) == [("released", 1)]
    assert bench.at_rest()


def test_the_longest_number_counts() -> None:
    subscribers = (Subscriber(behaviour="busy"), Subscriber(number="100", ring=Constant(8)))
    bench = Bench(subscribers=subscribers).run(seconds(1))
    call(bench, NET, "10060")
    bench.run(seconds(1))
    assert ("connected", 0) in bench.states(NET, 101)


def test_a_caller_abandons_when_nobody_answers() -> None:
    bench = Bench(subscribers=(Subscriber(behaviour="no_answer"),)).run(seconds(1))
    call(bench, NET, patience_cycles=seconds(5))
    bench.run(seconds(7))
    assert bench.states(NET, 101) == [("ringing", 0), ("abandons", 16), ("released", 16)]
    (gone,) = [row.at for row in bench.records(NET, "PartyState") if row.event.state == "abandons"]  # type: ignore[attr-defined]
    assert gone == seconds(6)
    assert bench.at_rest()


def test_the_called_side_may_hang_up() -> None:
    plans = {"short": Plan(steps=(Speak(), Hold(seconds(1))))}
    bench = Bench(plans=plans, subscribers=(Subscriber(ring=Constant(8), plan="short"),)).run(seconds(1))
    call(bench, NET, hold_cycles=seconds(60))
    bench.run(seconds(3))
    assert bench.states(USER, 201)[-2:] == [("hangs_up", 16), ("released", 16)]
    assert bench.states(NET, 101)[-1] == ("released", 16)
    assert bench.at_rest()


def test_calls_without_a_channel_or_a_link_are_refused_and_counted() -> None:
    bench = Bench()
    call(bench, NET)
    bench.run(seconds(1))
    for _ in range(len(SLOTS) + 2):
        call(bench, NET, hold_cycles=seconds(2))
    bench.run(seconds(9))
    assert bench.states(NET, 0) == [("refused", 27), ("refused", 34), ("refused", 34)]
    assert bench.ends[0].state.refused == 3
    assert bench.ends[0].state.placed == len(SLOTS)
    assert len(bench.records(NET, "PartyCalls")) == len(SLOTS)
    assert bench.at_rest()


def test_q931_5_7_both_sides_take_the_same_channel() -> None:
    """All but one channel are busy, and both sides seize the last at once: the network's call goes through."""
    bench = Bench(subscribers=SOON).run(seconds(1))
    call(bench, NET, hold_cycles=seconds(30))
    call(bench, NET, hold_cycles=seconds(30))
    bench.run(seconds(2))
    call(bench, NET, hold_cycles=seconds(1))
    call(bench, USER, hold_cycles=seconds(1))
    bench.run(seconds(2))
    assert ("connected", 0) in bench.states(NET, 103)
    assert bench.states(USER, 203)[:2] == [("released", 44), ("ringing", 0)]
    bench.run(seconds(40))
    assert bench.at_rest()


def test_q931_5_5_restart_clears_the_calls_at_both_ends() -> None:
    bench = Bench(subscribers=SOON).run(seconds(1))
    call(bench, NET, hold_cycles=seconds(60))
    bench.run(seconds(3))
    bench.kernel.order(bench.kernel.now, NET, Act("restart", {}))
    bench.run(seconds(1))
    assert bench.states(NET, 101)[-1] == ("released", 41)
    assert bench.states(USER, 201)[-1] == ("released", 41)
    assert bench.at_rest()


def test_orders_to_people() -> None:
    bench = Bench(subscribers=SOON).run(seconds(1))
    call(bench, NET, hold_cycles=seconds(60))
    bench.run(seconds(3))
    bench.engine.receiver_listen(0, bench.cells[0] + 1)
    bench.kernel.order(bench.kernel.now, NET, Act("dial", {"party": 101, "digits": "159#"}))
    bench.run(seconds(1))
    bench.kernel.order(bench.kernel.now, NET, Act("hang_up", {"party": 101}))
    bench.kernel.order(bench.kernel.now, NET, Act("hang_up", {"party": 102}))
    bench.run(seconds(1))
    heard = [what for what, _ in bench.heard(USER, 201)]
    assert heard[0] == "party"
    assert set(heard[1:-2]) == {"sound", "quiet"}  # digits and their pauses
    assert heard[-2:] == ["party", "quiet"]
    assert "".join(row.event.digit for row in bench.records("listener")) == "159#"  # type: ignore[attr-defined]
    assert bench.at_rest()


def test_a_cut_line_takes_the_link_down_and_gives_it_back() -> None:
    bench = Bench(subscribers=SOON).run(seconds(1))
    call(bench, NET, hold_cycles=seconds(5))
    bench.run(seconds(2))
    for line in (0, 1):
        bench.engine.line_cut(line, True)
    bench.run(seconds(20))
    assert len(bench.records(kind="LinkDown")) == 2
    assert ("dead", "") in bench.heard(NET, 101)
    assert ("hangs_up", 16) in bench.states(NET, 101)
    for line in (0, 1):
        bench.engine.line_cut(line, False)
    bench.run(seconds(60))
    assert len(bench.records(kind="LinkUp")) == 4
    assert bench.at_rest()
    call(bench, NET, hold_cycles=seconds(1))
    bench.run(seconds(4))
    assert ("talking", 0) in bench.states(NET, 101)[-4:]


def test_a_link_that_never_came_up_is_tried_again() -> None:
    bench = Bench()
    bench.engine.line_cut(0, True)
    bench.run(seconds(20))
    assert not bench.records(kind="LinkUp")
    bench.engine.line_cut(0, False)
    bench.run(seconds(6))
    assert len(bench.records(kind="LinkUp")) == 2


def test_nothing_of_one_call_is_heard_in_the_next() -> None:
    subscribers = (Subscriber(number="1", ring=Constant(8)), Subscriber(number="2", ring=Constant(8), plan="silent"))
    bench = Bench(subscribers=subscribers, plans={"silent": Plan(steps=(Stay(),))}).run(seconds(1))
    call(bench, NET, "1", hold_cycles=seconds(1))
    bench.run(seconds(2))
    assert bench.at_rest()
    before = len(bench.heard(NET, 101))
    call(bench, NET, "2", patience_cycles=seconds(1))
    bench.run(ms(500))
    (began,) = [row.at for row in bench.records(NET, "PartyPlaced") if row.event.timeslot][1:]  # type: ignore[attr-defined]
    bench.ends[0].on_media(Event(began - 1, EV_HEARS, 0, HEARS_MARK, 201))  # told late: of the first call
    bench.run(seconds(2))
    assert len(bench.heard(NET, 101)) == before
    assert bench.states(NET, 101)[-2:] == [("abandons", 16), ("released", 16)]


def busy(seed: int = 1, batch: int = 160) -> Bench:
    """A few seconds with everything in them."""
    bench = Bench(seed=seed, batch=batch)
    for at, place in ((8_003, NET), (8_005, USER), (12_000, NET), (20_001, USER)):
        bench.kernel.order(at, place, Act("call", {"called": "1", "hold_cycles": 9_000, "patience_cycles": 20_000}))
    bench.kernel.order(30_000, NET, Act("dial", {"party": 101, "digits": "42"}))
    return bench


def test_the_journal_does_not_depend_on_the_batch() -> None:
    journals = []
    for batch in (1, 8, 160):
        journals.append(busy(batch=batch).run(45_000).lines)
    assert journals[0] == journals[1] == journals[2]
    assert len(journals[0]) > 40


def test_another_seed_is_another_journal() -> None:
    assert busy(seed=2).run(45_000).lines != busy().run(45_000).lines


def test_a_snapshot_goes_on_with_the_same_journal() -> None:
    whole = busy().run(45_000).lines
    first = busy()
    for at in range(8, 45_000, 904):  # 50 control ticks
        first.run(at - first.kernel.now)
        octets = snapshot.take(first.kernel)
        second = Bench(power=False)
        snapshot.restore(second.kernel, octets)
        second.run(45_000 - at)
        assert first.lines + second.lines == whole


def test_random_load_leaves_nothing_behind() -> None:
    """Two minutes of callers from both ends, three times more than the channels carry: every call ends once."""

    def furnish(bench: Bench) -> None:
        for name, place in (("out", NET), ("in", USER)):
            config = LoadConfig(
                shape=Poisson(500), plans=(Weighted(""),), called=(Weighted("10060", 3), Weighted("17"), Weighted("9")),
                lines=("e1-0",), hold=Exponential(seconds(4)), patience=Uniform(seconds(1), seconds(4)),
                stop_at=seconds(120),
            )  # fmt: skip
            load = Load(f"farend/load/{name}", bench.kernel, config)
            bench.kernel.add(load)
            bench.kernel.connect(load.path, "exchange/e1-0", Wire(place, "load", (PlaceCall,)))

    subscribers = (Subscriber(number="10060"), Subscriber(number="17", behaviour="busy"))
    bench = Bench(subscribers=subscribers, extra=furnish).run(seconds(150))
    assert bench.at_rest()
    ends = [part.state for part in bench.ends]
    states = [row.event for row in bench.records(kind="PartyState")]
    released = sum(event.state == "released" for event in states)  # type: ignore[attr-defined]
    refused = [event for event in states if event.state == "refused"]  # type: ignore[attr-defined]
    assert released == sum(state.placed + state.received for state in ends)
    assert len(refused) == sum(state.refused for state in ends) > 20
    assert sum(state.placed + state.refused for state in ends) == sum(
        bench.kernel.part(f"farend/load/{name}").state.calls for name in ("in", "out")
    )
    assert {event.state for event in states} >= {"abandons", "hangs_up", "talking", "ringing"}  # type: ignore[attr-defined]
    placed = [row.event.timeslot > 0 for row in bench.records(kind="PartyPlaced")]  # type: ignore[attr-defined]
    assert placed.count(True) == placed.count(False) == released
