"""Two links over a bad line: every message arrives once and in order, whatever is lost, doubled or out for a while."""

from __future__ import annotations

import random

import msgspec
import pytest
from mtp2_pair import End, Pair, Spoil

from switchsim.proto import mtp2
from switchsim.proto.mtp2 import Link, LinkConfig, LinkState

TIMERS = {"t4n": 800, "t4e": 200, "t7": 16_000}
BASIC = LinkConfig(timers=TIMERS)
CYCLIC = LinkConfig(method="pcr", timers=TIMERS, n1=20, n2=1_500)
ACCEPTING = LinkConfig(timers=TIMERS, congested="accept", lssu_octets=2)
COUNT = 200


def messages(seed: int, count: int = COUNT) -> list[bytes]:
    draw = random.Random(seed)
    return [b"\x85" + index.to_bytes(2, "big") + bytes(draw.choice((0, 5, 40, 59, 60, 61, 270)))
            for index in range(count)]


def bad_line(draw: random.Random, lost: float, doubled: float) -> Spoil:
    def spoil(unit: bytes) -> list[bytes]:
        if draw.random() < lost:
            return []
        return [unit, unit] if len(unit) > 5 and draw.random() < doubled else [unit]

    return spoil


def disturb(draw: random.Random, end: End) -> None:
    """One of the things that level 3 may do to a link in service without ending it."""
    match draw.randrange(12):
        case 0:
            end.do(end.link.local_processor_outage())
        case 1 | 2 if end.link.state.local_outage:
            end.do(end.link.local_processor_recovered())
            end.do(end.link.continue_())
        case 3:
            end.do(end.link.receive_congestion(True))
        case 4 | 5:
            end.do(end.link.receive_congestion(False))


def calm(pair: Pair) -> None:
    for end in (pair.a, pair.b):
        end.do(end.link.receive_congestion(False))
        if end.link.state.local_outage:
            end.do(end.link.local_processor_recovered())
            end.do(end.link.continue_())


def restore(end: End) -> None:
    """Go on from a snapshot."""
    link = end.link
    end.link = Link(msgspec.msgpack.decode(msgspec.msgpack.encode(link.state), type=LinkState), link.config)


def traffic(
    config: LinkConfig, seed: int, lost: float, disturbed: bool = False, traced: bool = False, restored: bool = False
) -> Pair:
    draw = random.Random(seed)
    pair = Pair(config, delay=draw.choice((8, 100, 800)), traced=traced)
    pair.align()
    for end in (pair.a, pair.b):
        end.spoil = bad_line(random.Random(draw.random()), lost, lost)
    for one, other in zip(messages(seed), messages(seed + 1), strict=True):
        pair.a.do(pair.a.link.send(one))
        pair.b.do(pair.b.link.send(other))
        if disturbed:
            disturb(draw, draw.choice((pair.a, pair.b)))
        pair.run(draw.choice((0, 20, 200, 600)))
        if restored:
            restore(pair.a)
            restore(pair.b)
    calm(pair)
    pair.run(800_000, lambda: not (pair.a.link.state.rtb or pair.b.link.state.rtb
                                   or pair.a.link.state.tb or pair.b.link.state.tb))
    return pair


def assert_all_heard(pair: Pair, seed: int) -> None:
    for end in (pair.a, pair.b):
        assert "OutOfService" not in end.names(), [event for event in end.events if "Out" in str(event)]
    assert pair.b.heard == messages(seed)
    assert pair.a.heard == messages(seed + 1)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("config", [BASIC, CYCLIC], ids=["basic", "pcr"])
def test_a_line_that_loses_and_doubles_units(config: LinkConfig, seed: int) -> None:
    pair = traffic(config, seed, lost=0.08)
    assert_all_heard(pair, seed)
    assert pair.a.link.state.retransmitted_count


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("config", [BASIC, CYCLIC, ACCEPTING], ids=["basic", "pcr", "accepting"])
def test_outages_and_congestion_on_a_bad_line(config: LinkConfig, seed: int) -> None:
    pair = traffic(config, 100 + seed, lost=0.04, disturbed=True)
    assert_all_heard(pair, 100 + seed)


@pytest.mark.parametrize("config", [BASIC, CYCLIC], ids=["basic", "pcr"])
def test_the_short_way_does_what_the_boxes_do(config: LinkConfig) -> None:
    for seed in range(200, 203):
        short, long = (traffic(config, seed, lost=0.05, disturbed=True, traced=traced) for traced in (False, True))
        assert short.a.sent == long.a.sent
        assert short.a.actions == long.a.actions
        assert short.b.actions == long.b.actions


@pytest.mark.parametrize("config", [BASIC, CYCLIC], ids=["basic", "pcr"])
def test_a_snapshot_goes_on_as_the_link_would_have(config: LinkConfig) -> None:
    kept, restored = (traffic(config, 400, lost=0.05, disturbed=True, restored=restored) for restored in (False, True))
    assert (kept.a.actions, kept.b.actions) == (restored.a.actions, restored.b.actions)


@pytest.mark.parametrize("config", [BASIC, CYCLIC], ids=["basic", "pcr"])
def test_a_clean_line_needs_no_request_to_retransmit(config: LinkConfig) -> None:
    pair = traffic(config, 7, lost=0)
    assert_all_heard(pair, 7)
    assert pair.a.link.state.nacks_in_count == 0
    assert pair.a.violations == pair.b.violations == []
    if config is BASIC:
        assert pair.a.link.state.retransmitted_count == 0


@pytest.mark.parametrize("config", [BASIC, CYCLIC], ids=["basic", "pcr"])
def test_changeover_loses_and_doubles_nothing(config: LinkConfig) -> None:
    """Q.704 clause 5.4: BSNT of one end is the FSNC of the other; heard and retrieved make up all that was sent."""
    for seed in range(300, 306):
        draw = random.Random(seed)
        pair = Pair(config, delay=draw.choice((8, 300)))
        pair.align()
        for end in (pair.a, pair.b):
            end.spoil = bad_line(random.Random(draw.random()), 0.05, 0.05)
        for message in messages(seed):
            pair.a.do(pair.a.link.send(message))
            if draw.random() < 0.3:
                pair.run(draw.choice((20, 300)))
        pair.a.do(pair.a.link.suerm_failure())
        pair.run(10_000)
        assert "OutOfService" in pair.b.names()
        bsnt = pair.b.link.retrieve_bsnt()[-1]
        assert isinstance(bsnt, mtp2.Bsnt)
        *given_back, last = pair.a.link.retrieve(bsnt.fsn)
        retrieved = [action.octets for action in given_back if isinstance(action, mtp2.Retrieved)]
        assert isinstance(last, mtp2.RetrievalComplete)
        assert pair.b.heard + retrieved == messages(seed)
        assert retrieved


def test_a_link_that_ends_and_starts_again() -> None:
    pair = traffic(BASIC, 9, lost=0.02)
    pair.a.do(pair.a.link.stop())
    assert pair.run(10_000, lambda: "OutOfService" in pair.b.names())
    assert "OutOfService" not in pair.a.names()
    pair.align()
    pair.a.do(pair.a.link.send(b"\x85again"))
    assert pair.run(10_000, lambda: pair.b.heard[-1] == b"\x85again")
