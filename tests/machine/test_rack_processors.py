"""The pair of main processors: killed at any cycle, calls in talk go on, the rest is counted, nothing is left over."""

from __future__ import annotations

from random import Random
from typing import Any, NamedTuple

import pytest
from office_bench import Bench, agent
from rack_bench import MPU_A, MPU_B, drain, recovered, small

from switchsim.model.order import Act
from switchsim.units import ms, seconds

PROCESSOR = {"a": MPU_A, "b": MPU_B}


BUSY: dict[str, Any] = {"rate": "200/min", "numbers": ("10061", "10061", "10060", "2001")}


class Pair(NamedTuple):
    """A call in talk: caller and agent."""

    call: int
    caller: int
    agent: int


def in_talk(bench: Bench, at: int) -> list[Pair]:
    """Calls whose state at a cycle was talk, with the parties at their ends."""
    state, circuit, seat = {}, {}, {}
    at_circuit: dict[tuple[str, int], int] = {}
    for record in bench.records:
        if record.at > at:
            break
        event: Any = record.event
        match type(event).__name__:
            case "CallOffered":
                circuit[event.call] = (event.line, event.timeslot)
            case "CallState":
                state[event.call], seat[event.call] = event.state, event.detail
            case "PartyPlaced" if event.line:
                at_circuit[event.line, event.timeslot] = event.party
    talks = [call for call, now in state.items() if now == "talk"]
    return [Pair(call, at_circuit[circuit[call]], bench.party(seat[call])) for call in talks]


def until_hung_up(bench: Bench, pair: Pair, since: int) -> int:
    """When the caller itself ended the call; perhaps just before the kill, and its DISCONNECT waited in a mailbox."""
    states = bench.seen("PartyState", since - seconds(1), party=pair.caller)
    return next((r.at for r in states if r.event.state in ("hangs_up", "released")), bench.now)


def gaps(bench: Bench, pair: Pair, since: int) -> list[Any]:
    """What changed in the ears of the two between the kill and the caller's hanging up."""
    end = until_hung_up(bench, pair, since)
    return [r for r in bench.seen("PartyHears", since) if r.event.party in (pair.caller, pair.agent) and r.at < end
            and r.event.since > since + ms(20)]  # fmt: skip


def one_record_each(bench: Bench) -> None:
    calls = [record.call for record in bench.call_records()]
    assert sorted(calls) == sorted({event.call for event in bench.events("CallOffered")})


def restarted(bench: Bench, since: int) -> list[tuple[str, int]]:
    return [(e.line, e.timeslot) for e in bench.events("CircuitState", since) if e.state == "restarting"]


def circuits_of_given_up(bench: Bench) -> list[tuple[str, int]]:
    return [(r.line, r.timeslot) for r in bench.call_records() if r.by == "fault" and r.line]


@pytest.mark.parametrize("number", range(40))
def test_a_kill_at_any_cycle(number: int) -> None:
    bench = small("11s", seed=number, **BUSY)
    bench.run(Random(number).randrange(1, seconds(2)))
    kill = bench.now
    talks = in_talk(bench, kill)
    heal = bench.fault("mpu_kill" if number % 2 else "mpu_hang", {"processor": "a"})
    bench.run(seconds(2))
    heal()
    (taken,) = bench.seen("ProcessorActive", kill)
    assert taken.place.startswith(MPU_B)
    assert taken.at - kill <= ms(70)
    drain(bench)
    for pair in talks:
        record = next(r for r in bench.call_records() if r.call == pair.call)
        assert record.by != "fault", record
        assert gaps(bench, pair, kill) == [], bench.tail()
    assert bench.seen("LinkDown") == []
    assert set(circuits_of_given_up(bench)) <= set(restarted(bench, kill))
    assert taken.event.lost == sum(record.by == "fault" for record in bench.call_records())
    one_record_each(bench)
    recovered(bench)


def test_the_load_really_has_talks_when_the_kill_comes() -> None:
    bench = small("11s", seed=1, **BUSY)
    assert len(in_talk(bench, bench.now)) >= 5


@pytest.mark.parametrize("number", range(3))
def test_killed_again_right_after_the_first_one_is_back(number: int) -> None:
    bench = small("16s", seed=number)
    heal = bench.fault("mpu_kill", {"processor": "a"})
    bench.run(seconds(1))
    heal()
    bench.wait("BoardState", seconds(5), place=MPU_A, state="in_service")
    bench.run(ms(8))
    kill, talks = bench.now, in_talk(bench, bench.now)
    heal = bench.fault("mpu_kill", {"processor": "b"})
    bench.run(seconds(1))
    heal()
    drain(bench)
    assert [r.place.split("/program")[0] for r in bench.seen("ProcessorActive")] == [MPU_A, MPU_B, MPU_A]
    for pair in talks:
        assert next(r for r in bench.call_records() if r.call == pair.call).by != "fault"
        assert gaps(bench, pair, kill) == []
    one_record_each(bench)
    recovered(bench)


def test_the_standby_killed_changes_nothing_for_anybody() -> None:
    bench = small("11s")
    before = len(bench.seen("ProcessorActive"))
    heal = bench.fault("mpu_kill", {"processor": "b"})
    bench.run(seconds(3))
    heal()
    drain(bench)
    assert len(bench.seen("ProcessorActive")) == before
    assert {record.by for record in bench.call_records()} <= {"caller", "machine", "seat"}
    recovered(bench)


def test_after_the_standby_came_back_it_can_take_over() -> None:
    """It asked for everything when it started."""
    bench = small("16s")
    heal = bench.fault("mpu_kill", {"processor": "b"})
    bench.run(seconds(1))
    heal()
    bench.wait("BoardState", seconds(5), place=MPU_B, state="in_service")
    bench.run(ms(100))
    kill, talks = bench.now, in_talk(bench, bench.now)
    heal = bench.fault("mpu_kill", {"processor": "a"})
    bench.run(seconds(1))
    heal()
    drain(bench)
    assert talks
    for pair in talks:
        assert gaps(bench, pair, kill) == []
    recovered(bench)


@pytest.mark.parametrize("first", ["a", "b"])
@pytest.mark.parametrize("between", [0, ms(30), ms(500)])
def test_both_killed_and_both_back(first: str, between: int) -> None:
    """Nothing is known of the calls any more: they end at the far end's time, and no circuit leaks."""
    bench = small("9s", **BUSY)
    heals = []
    for side in (first, "b" if first == "a" else "a"):
        heals.append(bench.fault("mpu_kill", {"processor": side}))
        bench.run(between)
    bench.run(seconds(1))
    for heal in heals:
        heal()
    drain(bench)
    assert bench.seen("ProcessorActive")[-1].event.why == "restart"
    one_record_each(bench)
    fault = [r for r in bench.call_records() if r.by == "fault"]
    assert len(fault) == bench.seen("ProcessorActive")[-1].event.lost >= 1
    assert {(r.line, r.timeslot) for r in fault} <= set(restarted(bench, 0))
    recovered(bench)


def test_ema_pulled_and_then_the_active_killed() -> None:
    """Nobody does the switchover: the calls in talk go on hearing each other, new ones wait; EMA back, B takes over."""
    bench = small("9s", hold="8s")
    pulled = bench.fault("board_pull", {"board": "frame/0/slot/1"})
    bench.run(ms(100))
    kill, talks = bench.now, in_talk(bench, bench.now)
    killed = bench.fault("mpu_kill", {"processor": "a"})
    bench.run(seconds(2))
    assert bench.seen("ProcessorActive", kill) == []
    assert bench.seen("AlarmRaised", about=MPU_A) == []
    for pair in talks:
        assert gaps(bench, pair, kill) == []
    pulled()
    taken = bench.wait("ProcessorActive", seconds(3))
    assert taken.place.startswith(MPU_B)
    killed()
    recovered(bench, but=["processors.one_active"])


def test_a_wrap_up_ends_after_a_switchover_too() -> None:
    bench = Bench(agent("2005"))
    caller = bench.call("10068")
    bench.talk(caller, "2005")
    caller.hang_up()
    bench.until_seat("2005", "wrap_up")
    heal = bench.fault("mpu_kill", {"processor": "a"})
    bench.until_seat("2005", "idle", within=seconds(3))
    heal()
    bench.run(seconds(4))
    bench.close()


def test_what_the_mailboxes_held_is_delivered_in_order_or_counted() -> None:
    """Seats press keys while nobody reads: the other processor gets the keys, oldest first."""
    bench = Bench(agent("2001", "2002"))
    heal = bench.fault("mpu_kill", {"processor": "a"})
    bench.run(8)
    keys = ("busy", "ready", "busy", "sign_out", "sign_in", "busy")
    for key in keys:
        bench.press("2001", key) if key == keys[0] else bench.order("farend/agent/2001", _act(key))
        bench.run(8)
    bench.wait("ProcessorActive", since=1)
    bench.run(ms(100))
    handed = sum(e.handed_over for e in bench.events("MailboxCounted"))
    lost = sum(e.lost for e in bench.events("MailboxCounted"))
    assert handed > 0
    assert lost == 0
    states = [e.state for e in bench.events("SeatState") if e.seat == "2001"]
    assert states[-6:] == ["busy", "idle", "busy", "signed_out", "idle", "busy"]
    heal()
    bench.run(seconds(5))
    bench.close()


def _act(key: str) -> Act:
    return Act(key, {})


def test_a_mailbox_that_overflows_counts_what_it_loses() -> None:
    """256 messages fit; both processors are dead for long, and agents press keys."""
    bench = Bench(agent("2001"))
    heals = [bench.fault("mpu_kill", {"processor": side}) for side in ("a", "b")]
    bench.run(seconds(1))
    for _ in range(300):
        bench.order("farend/agent/2001", _act("ready"))
        bench.run(8)
    bench.run(ms(10))
    lost = sum(e.lost for e in bench.events("MailboxCounted"))
    assert 300 - 256 <= lost <= 300 - 200
    for heal in heals:
        heal()
    bench.run(seconds(5))
    handed = sum(e.handed_over for e in bench.events("MailboxCounted"))
    assert handed == 256
    bench.close()
