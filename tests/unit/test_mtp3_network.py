"""Networks of two and four points under load: nothing lost, doubled or overtaken; after failures all is up again."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mtp3_load import Load
from mtp3_network import Network, pair, quad

from switchsim.proto.mtp3 import (
    ChangebackDone,
    LinkRow,
    LinkSetConfig,
    Mtp3,
    Mtp3Config,
    Mtp3State,
    Pause,
    Resume,
    Status,
    Variant,
    Violation,
)
from switchsim.proto.mtp3.codec import Kind, Message, encode
from switchsim.proto.mtp3.label import Label
from switchsim.proto.mtp3.label import encode as encode_label

ALIGN_AND_T4 = 2400 + 3000
QUICK = {"t10": 24000, "t18": 8000, "t20": 30000, "t21": 30000, "t22": 20000, "t23": 20000, "slt_t2": 30000}


def settled(network: Network) -> None:
    """Every link available, every destination within reach, every flow where the routing wants it."""
    for name, point in network.nodes.items():
        for link, entry in point.state.links.items():
            assert entry.available, f"{name}: link {link} is {point.status(link)}"
            assert not entry.tcoc
        assert not point.state.gates
        for dpc, destination in point.state.destinations.items():
            assert destination.accessible, f"{name} can not reach {dpc}: {destination.routes}"
            assert network.paused[name, dpc] is False
            assert all(carrier >= 0 for carrier in destination.carriers)


def both_ends_agree(network: Network) -> None:
    """Links of a pair of end points: each SLS runs on the same link both ways."""
    there = network.nodes["A"].state.destinations[2].carriers
    assert there == network.nodes["B"].state.destinations[1].carriers


# -- changeover and changeback under load ------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 3, 16])
@pytest.mark.parametrize("variant", Variant)
def test_one_link_fails_and_comes_back_and_nothing_is_lost(count: int, variant: Variant) -> None:
    network = pair(count, variant=variant)
    network.run(16000)
    load = Load(network)
    network.run(4000)
    before = list(network.nodes["A"].state.destinations[2].carriers)
    network.pipes[0].fail()
    network.run(20000)
    after = network.nodes["A"].state.destinations[2].carriers
    assert [was for was, now in zip(before, after, strict=True) if was != now] == [0] * before.count(0)
    retrieved = sum(done.retrieved_count for name in "AB" for done in network.changeovers(name))
    assert retrieved > 0, "messages were under way when the link failed"
    network.pipes[0].repair()
    network.run(20000)
    load.stop()
    assert load.lost() == []
    assert network.nodes["A"].state.destinations[2].carriers == before
    assert network.of(ChangebackDone)
    settled(network)
    both_ends_agree(network)
    assert len(network.of(Pause)) == 0


def test_a_lost_acknowledgement_costs_what_was_under_way_and_nothing_else() -> None:
    network = pair(2)
    network.run(16000)
    load = Load(network)
    network.run(4000)
    for pipe in network.pipes.values():
        pipe.drop = [Kind.COA & 0xFF, Kind.COO & 0xFF]
    network.pipes[0].fail()
    network.run(20000)
    load.stop()
    lost = load.lost()
    assert lost
    assert {sls % 2 for _, sls, _ in lost} == {0}, "the other link's traffic never notices"
    assert [one.clause for one in network.of(Violation)] == ["5.7.2", "5.7.2"]


def test_a_lost_declaration_is_repeated() -> None:
    network = pair(2)
    network.run(16000)
    load = Load(network)
    network.pipes[0].fail()
    network.run(16000)
    network.pipes[1].drop = [Kind.CBD & 0xFF]
    network.pipes[0].repair()
    network.run(ALIGN_AND_T4)
    network.pipes[1].drop = []
    network.run(20000)
    load.stop()
    assert load.lost() == []
    settled(network)


def test_emergency_changeover_loses_only_what_nobody_can_know() -> None:
    network = pair(2)
    network.run(16000)
    load = Load(network)
    network.run(4000)
    for end in network.pipes[0].ends:
        end.unreadable = True
    network.pipes[0].fail()
    network.run(20000)
    load.stop()
    assert 0 < len(load.lost()) < 40


def test_processor_outage_short_and_long() -> None:
    network = pair(2)
    network.run(16000)
    load = Load(network)
    network.run(4000)
    network.outage("A", 0, True)
    network.run(2000)
    network.outage("A", 0, False)
    network.run(20000)
    load.stop()
    assert load.lost() == [], "within T1 nothing is diverted"
    network = pair(2)
    network.run(16000)
    load = Load(network)
    network.outage("A", 0, True)
    network.run(20000)
    network.outage("A", 0, False)
    network.run(20000)
    load.stop()
    load.lost()
    settled(network)


def test_the_whole_link_set_fails() -> None:
    """PAUSE and RESUME once each at either end; the loss is bounded by what was under way."""
    network = pair(2)
    network.run(16000)
    load = Load(network)
    network.run(4000)
    network.pipes[0].fail()
    network.run(30)
    network.pipes[1].fail()
    network.run(8000)
    assert [one.dpc for one in network.of(Pause)] == [2, 1]
    assert len(network.of(Resume)) == 2
    network.pipes[0].repair()
    network.pipes[1].repair()
    network.run(40000)
    load.stop()
    assert load.lost()
    assert len(network.of(Resume)) == 4
    settled(network)


def test_the_digest_of_a_run_is_stable() -> None:
    def play() -> list[Any]:
        network = quad(1, timers=QUICK)
        network.run(40000)
        load = Load(network)
        network.pipes[20].fail()
        network.run(20000)
        load.stop()
        return [network.seen, network.delivered, msgspec.msgpack.encode(network.nodes["C"].state)]

    assert play() == play()


def test_snapshots_under_way_change_nothing() -> None:
    def play(snapshots: bool) -> list[Any]:
        network = pair(3)
        network.run(16000)
        load = Load(network)
        for at in range(60):
            network.run(500)
            if at == 10:
                network.pipes[0].fail()
            if at == 30:
                network.pipes[0].repair()
            if snapshots:
                for name, point in list(network.nodes.items()):
                    octets = msgspec.msgpack.encode(point.state)
                    network.nodes[name] = Mtp3(msgspec.msgpack.decode(octets, type=Mtp3State), point.config)
        load.stop()
        return [network.seen, network.delivered]

    assert play(True) == play(False)


# -- four points -------------------------------------------------------------------------------------------------------


def test_a_transfer_point_loses_its_link_to_the_destination() -> None:
    network = quad(1, timers=QUICK)
    network.run(40000)
    settled(network)
    load = Load(network)
    network.run(4000)
    network.pipes[20].fail()
    network.run(20000)
    network.pipes[20].repair()
    network.run(40000)
    load.stop()
    assert load.lost() == []
    settled(network)
    assert not [one for one in network.of(Pause) if one.dpc == 2]


def test_a_transfer_point_dies() -> None:
    """All its links fail: the other one carries everything, then the load is shared again."""
    network = quad(1, timers=QUICK)
    network.run(40000)
    load = Load(network)
    for link in (0, 20, 40):
        network.pipes[link].fail()
    network.run(20000)
    assert not network.paused["A", 2]
    assert set(network.nodes["A"].state.destinations[2].carriers) == {10}
    for link in (0, 20, 40):
        network.pipes[link].repair()
    network.run(80000)
    load.stop()
    load.lost()
    settled(network)
    assert network.nodes["A"].state.destinations[2].carriers == [0] * 8 + [10] * 8


def test_a_transfer_point_without_a_way_on_answers_with_tfp() -> None:
    network = quad(1, timers=QUICK)
    network.run(40000)
    for link in (20, 30):
        network.pipes[link].fail()
    network.run(8000)
    assert network.paused["A", 2]
    network.pipes[20].repair()
    network.run(40000)
    assert not network.paused["A", 2]


# -- random failures ---------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 4), st.lists(st.tuples(st.integers(0, 3), st.sampled_from((50, 200, 1000, 3000, 9000, 14000))),
                                   min_size=2, max_size=8), st.sampled_from((0, 30, 200)))  # fmt: skip
def test_while_one_link_works_nothing_is_lost(count: int, events: list[tuple[int, int]], answer_cycles: int) -> None:
    network = pair(count)
    network.answer_cycles = answer_cycles
    network.run(16000)
    load = Load(network, step=800)
    down: set[int] = set()
    for link, pause in events:
        network.run(pause)
        link %= count
        if link in down:
            network.pipes[link].repair()
            down.discard(link)
        elif any(other != link and all(point.state.links[other].available for point in network.nodes.values())
                 for other in range(count) if other not in down):
            network.pipes[link].fail()
            down.add(link)
    for link in sorted(down):
        network.pipes[link].repair()
    network.run(30000)
    load.stop()
    assert load.lost() == []
    settled(network)
    both_ends_agree(network)


def act(network: Network, dice: random.Random) -> None:
    """One thing that may happen to a network: to a line, an end, by an operator, to a message."""
    name, link = dice.choice(sorted(network.ends))
    point, pipe = network.nodes[name], network.pipes[link]
    match dice.randrange(11):
        case 0 | 1:
            pipe.fail()
        case 2 | 3:
            pipe.repair()
        case 4:
            network.do(name, point.deactivate_link(link))
        case 5:
            network.do(name, point.activate_link(link))
        case 6:
            network.do(name, point.inhibit(link))
        case 7:
            network.do(name, point.uninhibit(link))
        case 8:
            network.outage(name, link, dice.random() < 0.5)
        case 9:
            pipe.drop = dice.choice(([], [], [0x11], [0x21], [0x51], [0x61], [0x36], [0x46], [0x17]))
        case 10:
            network.do(name, point.restart())


def heal(network: Network) -> None:
    for (name, link), end in network.ends.items():
        end.pipe.drop = []
        network.do(name, network.nodes[name].activate_link(link))
        network.outage(name, link, False)
    for pipe in network.pipes.values():
        pipe.repair()
    network.run(60000)
    for name, link in network.ends:
        network.do(name, network.nodes[name].uninhibit(link))
    network.run(200000)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(("pair", "quad")), st.sampled_from((0, 30)))
def test_after_everything_is_up_again_all_routes_are_available(seed: int, kind: str, answer_cycles: int) -> None:
    dice = random.Random(seed)
    network = pair(3, timers=QUICK) if kind == "pair" else quad(1, timers=QUICK)
    network.answer_cycles = answer_cycles
    network.run(dice.choice((0, 3000, 40000)))
    for _ in range(40):
        network.run(dice.choice((0, 10, 60, 100, 300, 1000, 5000, 12000)))
        act(network, dice)
    heal(network)
    settled(network)
    if kind == "pair":
        both_ends_agree(network)


# -- anything may come -------------------------------------------------------------------------------------------------


def management(draw: st.DrawFn) -> bytes:
    kind = draw(st.sampled_from(Kind))
    point = draw(st.sampled_from((1, 2, 11, 12, 77)))
    message = Message(kind, draw(st.integers(0, 3)), point, draw(st.integers(0, 15)), draw(st.integers(0, 3)), b"ab")
    label = Label(draw(st.sampled_from((1, 2, 11))), draw(st.sampled_from((2, 11, 12, 77))), draw(st.integers(0, 2)))
    octets = encode_label(label, Variant.ITU14) + encode(message, Variant.ITU14)
    return bytes((0x80 | kind >> 8,)) + octets[: draw(st.integers(0, 12))]


@st.composite
def units(draw: st.DrawFn) -> bytes:
    return management(draw) if draw(st.booleans()) else draw(st.binary(max_size=300))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), units()), max_size=30), st.booleans(), st.booleans())
def test_nothing_that_comes_raises(messages: list[tuple[int, bytes]], stp: bool, levels: bool) -> None:
    """Each unit is delivered, transferred, obeyed or counted; a Violation is a count as well."""
    sets = (LinkSetConfig("b", 2, (LinkRow(0, 0), LinkRow(1, 1))), LinkSetConfig("c", 11, (LinkRow(2, 0),)))
    network = Network()
    point = network.add("A", Mtp3Config(1, 2, stp=stp, link_sets=sets, congestion_levels=levels, test_links=False))
    for link in range(3):
        point.activate_link(link)
        point.in_service(link)
    point.timer("t20")
    for link, octets in messages:
        before = dict(point.state.counters)
        actions = point.received(link, octets)
        violations = [one for one in actions if isinstance(one, Violation)]
        counted = point.state.counters != before
        assert not violations or counted
        if len(octets) < 5 or len(octets) > 273 or octets[0] >> 6 != 2:
            assert counted, f"{octets.hex()} was rejected without a count"
        for name in [name for name in point.state.timers if name[:2] in ("t1", "t2", "t3", "t4", "t5", "t6")]:
            point.timer(name)
        for status in actions:
            assert not isinstance(status, Status) or 0 <= status.level <= 3
