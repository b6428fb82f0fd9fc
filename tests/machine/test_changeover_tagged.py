"""Changeover and changeback without loss, duplication or overtaking, by messages that carry their numbers (Q.704 5, 6).

Both directions send at nine tenths of what one link carries, so every failure finds messages in every buffer.
"""

from __future__ import annotations

import random

import pytest
from tagged_bench import SLS_COUNT, TaggedBench

from switchsim.report.result import Outcome
from switchsim.report.signal_units import read_unit
from switchsim.scenario.checks.changeover import Moves, Shares
from switchsim.scenario.checks.link_timers import Level2
from switchsim.scenario.checks.signalling import Sequence
from switchsim.units import ms, seconds

EVERY = 40
"""Cycles between messages of a direction: 200 a second of 35 octets on average, 7 of 8 kbyte/s."""
BACK = seconds(15)  # proving takes 8.2 s, and T17 may come before it
WAYS = ("both directions", "towards the machine", "towards the far end", "stopped by its far end", "deactivated")


def fail(bench: TaggedBench, number: int, how: str) -> None:
    if how in WAYS[:3]:
        bench.cut(number, {WAYS[0]: 3, WAYS[1]: 1, WAYS[2]: 2}[how])
    else:
        bench.far("stop" if how == WAYS[3] else "deactivate", number)


def mend(bench: TaggedBench, number: int, how: str) -> None:
    bench.mend(number)
    if how == WAYS[4]:
        bench.far("activate", number)


def holds(bench: TaggedBench) -> None:
    """The built-in checks agree."""
    for check in (Sequence, Moves, Shares, Level2):
        result = bench.judge(check)
        assert result.outcome is Outcome.PASSED, (result.name, result.findings)


@pytest.mark.parametrize("ways", [(WAYS[0], WAYS[3]), (WAYS[1], WAYS[4]), (WAYS[2], WAYS[0])], ids=", then ".join)
def test_two_links_fail_in_turn_and_nothing_is_lost_doubled_or_overtaken(
    ways: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = TaggedBench(monkeypatch, "two_links_ss7", every=EVERY)
    bench.begin()
    for number, how in enumerate(ways):
        since = bench.now
        fail(bench, number, how)
        bench.wait("changeover", 2, since, seconds(2))
        bench.run(ms(300))
        mend(bench, number, how)
        bench.wait("changeback", 2, since, BACK)
        bench.run(ms(500))
    bench.settle()
    bench.exact()
    assert sum(event.retrieved for event in bench.events("changeover")) > 0, "nothing was retrieved: no load?"
    holds(bench)
    assert "4 changeovers" not in bench.judge(Moves).reason
    assert "2 changeovers; full traffic on the other links after 0." in bench.judge(Moves).reason


@pytest.mark.parametrize("seed", [1, 2])
def test_links_that_fail_at_any_moment_one_at_a_time(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cuts of any length, of either direction, at any cycle: short ones that level 2 repairs, long ones that it not."""
    chance = random.Random(seed)
    bench = TaggedBench(monkeypatch, "two_links_ss7", every=EVERY)
    bench.begin()
    for _ in range(4):
        number = chance.randrange(2)
        bench.run(chance.randrange(1, 100) * 8)
        bench.cut(number, chance.choice([1, 2, 3]))
        bench.run(chance.choice([chance.randrange(1, 50), chance.randrange(100, 400)]) * 8)
        bench.mend(number)
        bench.run(ms(400))
        bench.until(number, "available", BACK)
        bench.run(ms(300))
    bench.settle()
    bench.exact()
    holds(bench)


def shares(bench: TaggedBench, since: int, until: int) -> dict[tuple[int, int], set[str]]:
    """(OPC, SLS) -> the links on which its messages were, by the units on the line."""
    found: dict[tuple[int, int], set[str]] = {}
    for record in bench.records:
        if since <= record.at < until and record.event.__struct_config__.tag in ("unit_sent", "unit_received"):
            unit = read_unit(bytes.fromhex(record.event.octets))  # type: ignore[attr-defined]
            if unit.service == 8:
                found.setdefault((unit.opc, unit.sls), set()).add(record.event.link)  # type: ignore[attr-defined]
    return found


def test_of_sixteen_links_one_failure_moves_only_its_own_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """16 SLS on 16 links: one of each direction moves, and comes back; all others stay where they are (Q.704 2.3.5)."""
    bench = TaggedBench(monkeypatch, "sixteen_links", every=EVERY)
    bench.begin()
    begun = bench.now
    bench.run(seconds(1))
    before = shares(bench, begun, bench.now)
    assert len(before) == 2 * SLS_COUNT
    assert all(len(links) == 1 for links in before.values())
    assert all(len({next(iter(before[opc, sls])) for sls in range(SLS_COUNT)}) == 16 for opc in (1, 2))
    for number in (3, 12):
        since, name = bench.now, bench.names[number]
        bench.cut(number)
        bench.wait("changeover", 2, since, seconds(2))
        bench.run(ms(200))
        settled = bench.now
        bench.run(seconds(1))
        during = shares(bench, settled, bench.now)
        moved = [flow for flow in before if during[flow] != before[flow]]
        assert moved == [flow for flow in before if before[flow] == {name}]
        assert len(moved) == 2
        bench.mend(number)
        bench.wait("changeback", 2, since, BACK)
        bench.run(ms(200))
        again = bench.now
        bench.run(ms(500))
        assert shares(bench, again, bench.now) == before
    bench.settle()
    bench.exact()
    holds(bench)


def test_several_of_sixteen_links_fail_one_upon_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """While one changeover is under way its order may be on the next link that fails: still nothing is lost (5.7)."""
    bench = TaggedBench(monkeypatch, "sixteen_links", every=EVERY)
    bench.begin()
    bench.run(ms(300))
    for number, then in ((0, ms(130)), (1, ms(1)), (2, ms(20)), (5, ms(3)), (14, seconds(2))):
        bench.cut(number)
        bench.run(then)
    for number in (0, 1, 2, 5, 14):
        bench.mend(number)
    for number in (0, 1, 2, 5, 14):
        bench.until(number, "available", seconds(40))
    bench.run(seconds(1))
    bench.settle()
    bench.exact()
    holds(bench)


# -- loss is allowed where nothing can be retrieved, but it is counted, and is loss alone


SEEN = 1320
"""Cycles from a cut to the failure: 279 octets after a flag, 64 errors of 16 octets each (Q.703 4.1.4, 10.2)."""


def mended(monkeypatch: pytest.MonkeyPatch) -> TaggedBench:
    """Link 0 was cut and is mended."""
    bench = TaggedBench(monkeypatch, "two_links_ss7", every=EVERY)
    bench.begin()
    bench.run(ms(300))
    since = bench.now
    bench.cut(0)
    bench.wait("changeover", 2, since, seconds(2))
    bench.run(ms(200))
    bench.mend(0)
    return bench


@pytest.fixture(scope="module")
def took() -> dict[str, int]:
    """How long after that both ends say a state of it."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        bench = mended(patch)
        begun = bench.now
        for state in ("testing", "available"):
            while bench.state(0) != (state, state):
                assert bench.now < begun + BACK
                bench.run(8)
            found[state] = bench.now - begun
    return found


@pytest.mark.parametrize(
    ("state", "before", "exact"),
    [
        pytest.param("testing", SEEN + seconds(3), False, id="in proving"),
        pytest.param("testing", SEEN - ms(6), False, id="in its link test"),
        pytest.param("available", SEEN - ms(3), True, id="in changeback"),
        pytest.param("available", -seconds(1), True, id="after changeback"),
    ],
)
def test_the_second_link_fails_while_the_first_is(
    state: str, before: int, exact: bool, took: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is cut `before` the first one tells `state`. Without a link messages are lost, and counted, but no more."""
    bench = mended(monkeypatch)
    bench.run(took[state] - before)
    since = bench.now
    bench.cut(1)
    bench.run(seconds(2))
    bench.mend(1)
    for number in (0, 1):
        bench.until(number, "available", seconds(60))
    bench.run(seconds(3))
    bench.settle()
    lost, result = bench.lost(), bench.judge(Sequence)
    assert result.outcome is Outcome.PASSED, result.findings
    assert (f" {lost} of them lost where that may be" in result.reason) is (lost > 0), result.reason
    told = [(event.point_code, event.state) for event in bench.events("destination", since)]
    if exact:
        assert (lost, told) == (0, [])
    else:
        assert lost > 0
        assert sorted(told) == sorted([(1, "pause"), (2, "pause"), (1, "restarted"), (2, "restarted"),
                                       (1, "resume"), (2, "resume")])  # fmt: skip
    holds(bench)


def test_through_a_pair_of_transfer_points_a_failure_loses_nothing_that_can_be_retrieved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One link to each: its messages are retrieved, ordered over the other one, and none overtakes another (5.6)."""
    bench = TaggedBench(monkeypatch, "stp_pair_ss7", every=60)
    bench.until(0, "available", seconds(20))
    bench.run(seconds(6))
    bench.begin()
    for number in (0, 1):
        bench.cut(number)
        bench.run(seconds(1))
        bench.mend(number)
        bench.run(seconds(20))
    bench.settle()
    bench.exact()
    assert sum(event.retrieved for event in bench.events("changeover")) > 0
    assert bench.judge(Sequence).reason.endswith("all delivered")


def test_the_bench_finds_a_message_that_goes_astray(monkeypatch: pytest.MonkeyPatch) -> None:
    """One message is taken out of a buffer of level 3, one doubled: both are found, by number and by the check."""
    for copies in (0, 2):
        with monkeypatch.context() as patch:
            bench = TaggedBench(patch, "two_links_ss7", every=EVERY)
            bench.begin()
            bench.run(ms(100))
            send = bench.theirs.point.owner.send_msu
            done: list[int] = []

            def astray(link: int, octets: bytes, times: int = copies, send=send, done=done) -> None:  # type: ignore[no-untyped-def]
                for _ in range(times if not done else 1):
                    send(link, octets)
                done.append(link)

            bench.theirs.point.owner.send_msu = astray  # type: ignore[method-assign]
            bench.run(ms(500))
            bench.settle()
            with pytest.raises(AssertionError):
                bench.exact()
            result = bench.judge(Sequence)
            assert result.outcome is Outcome.FAILED
            assert ("is lost" if copies == 0 else "again") in result.findings[0].what
