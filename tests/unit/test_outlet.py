"""Faults of the interfaces, rule by rule: each fires with its first act, tells what it does, and has an undo."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from ami_bench import Bench, call_arrives, caller_leaves, parsed, seat_answers, seat_rings
from outlet_bench import order

from switchsim.callcentre import tampering
from switchsim.callcentre.ami.state import AmiState
from switchsim.callcentre.tampering import HANDLERS
from switchsim.faults.interfaces import INTERFACE_FAULTS
from switchsim.model.events import FaultFired, FaultUndone, InterfaceTampered, ProcessState
from switchsim.model.order import Heal, Inject
from switchsim.model.platform import Heartbeat
from switchsim.units import ms, seconds

QUEUE_EVENTS = ["Newchannel", "QueueCallerJoin", "MusicOnHoldStart"]


class Ami(Bench):
    """With one client that has logged in, `one`."""

    def __init__(self) -> None:
        super().__init__()
        self.one = self.logged_in()

    def break_(self, fault: str, client: int = 0, number: str = "1", **values: Any) -> None:
        self.ami.on_order(order(Inject, fault, client, number, **values))
        self._collect()

    def heal(self, fault: str, number: str = "1", **values: Any) -> None:
        self.ami.on_order(order(Heal, fault, 0, number, **values))
        self._collect()

    def fired(self) -> list[str]:
        return [event.fault for event in self.journal(FaultFired)]

    def done(self) -> list[tuple[int, str]]:
        return [(event.client, event.what) for event in self.journal(InterfaceTampered)]

    def pings(self, client: int = 1) -> str:
        self.act(client, "Ping", "ActionID: p")
        return "".join(self.names(client))


@pytest.fixture
def ami() -> Ami:
    return Ami()


def test_every_row_has_a_rule_and_every_rule_a_row() -> None:
    assert {row.point for row in INTERFACE_FAULTS.values()} == set(HANDLERS)


def test_without_its_event_a_fault_has_not_fired(ami: Ami) -> None:
    ami.break_("duplicate_event")
    assert ami.pings() == "Success"
    assert (ami.fired(), ami.done()) == ([], [])
    ami.heal("duplicate_event")
    assert ami.fired() == []
    assert ami.journal(FaultUndone)


def test_abort_before_an_answer(ami: Ami) -> None:
    """The action was carried out all the same; the session is forgotten as after any reset."""
    ami.break_("abort_before")
    assert ami.fired() == []
    ami.act(ami.one, "QueueAdd", "Queue: sales", "Interface: SEAT/1003")
    assert ami.orders
    ami.answer()
    assert ami.names(ami.one) == []
    assert ami.closed == [ami.one]
    assert ami.done() == [(ami.one, "closed instead of the answer")]
    ami.wait(1)
    assert ami.ami.state.sessions == {}
    two = ami.logged_in()
    assert ami.pings(two) == "Success"
    assert ami.closed == [ami.one]


def test_abort_after_an_answer_and_only_of_that_client(ami: Ami) -> None:
    two = ami.logged_in()
    ami.break_("abort_after", client=two)
    for client in (ami.one, two):
        ami.act(client, "CoreSettings")
        assert ami.names(client) == ["Success"]
    ami.wait(1)
    assert (ami.closed, list(ami.ami.state.sessions)) == ([two], [ami.one])
    ami.act(two, "CoreSettings")
    assert ami.raw[two] == b""


def test_skip_and_count(ami: Ami) -> None:
    ami.break_("duplicate_answer", skip=1, count=2)
    for times in (1, 2, 2, 1):
        ami.act(ami.one, "CoreSettings")
        assert ami.names(ami.one) == ["Success"] * times


def test_half_open_takes_nothing_and_says_nothing_until_it_is_healed(ami: Ami) -> None:
    ami.break_("half_open")
    assert ami.fired() == []
    ami.act(ami.one, "QueuePause", "Interface: SEAT/1001", "Paused: 1")
    call_arrives(ami)
    assert (ami.orders, ami.raw[ami.one], ami.closed) == ([], b"", [])
    late = ami.connect()
    assert ami.raw[late] == b""
    assert ami.done() == [(ami.one, "half open"), (late, "half open")]
    ami.heal("half_open")
    ami.wait(1)
    assert sorted(ami.closed) == [ami.one, late]
    two = ami.logged_in()
    ami.act(two, "QueueStatus", "Queue: sales")
    assert "QueueEntry" in ami.names(two)


def test_a_client_that_leaves_a_half_open_connection_is_missed_when_it_is_healed(ami: Ami) -> None:
    ami.break_("half_open", client=ami.one)
    ami.order("detached", ami.one, b"closed")
    assert list(ami.ami.state.sessions) == [ami.one]
    ami.heal("half_open")
    assert ami.ami.state.sessions == {}
    assert ami.closed == []


def test_stall_lets_everything_go_at_once(ami: Ami) -> None:
    ami.break_("stall")
    assert ami.pings() == ""
    call_arrives(ami)
    assert ami.raw[ami.one] == b""
    ami.heal("stall")
    assert ami.names(ami.one) == ["Success", *QUEUE_EVENTS]


@pytest.mark.parametrize("fault", ["stall", "split"])
def test_a_client_that_is_owed_too_much_is_cut_off(ami: Ami, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tampering, "MOST_HELD_OCTETS", 5_000)
    two = ami.logged_in()
    values: dict[str, Any] = {"every": "1s", "octets": 1} if fault == "split" else {}
    ami.break_(fault, **values)
    actions = 0
    while not ami.closed and actions < 100:
        ami.act(two, "CoreSettings")
        actions += 1
    assert 5 < actions < 50
    ami.act(ami.one, "CoreSettings")
    ami.wait(1)
    assert (ami.closed, list(ami.ami.state.sessions)) == ([two], [ami.one])
    assert {piece.client for piece in ami.ami.state.outlet.rules["1"].held} == {ami.one}


@pytest.mark.parametrize("octets", [1, 3, 50])
def test_split_octets_trickle(ami: Ami, octets: int) -> None:
    ami.break_("split", octets=octets, every="2ms")
    ami.act(ami.one, "Ping", "ActionID: p")
    heard, pieces = b"", 0
    while ami.ami.state.outlet.rules["1"].held:
        ami.wait(ms(2))
        assert 1 <= len(ami.raw[ami.one]) <= octets
        heard, pieces, ami.raw[ami.one] = heard + ami.raw[ami.one], pieces + 1, b""
    assert parsed(heard)[0]["Ping"] == "Pong"
    assert pieces == -(-len(heard) // octets)
    ami.act(ami.one, "Logoff")
    ami.wait(ms(2) * 200)
    assert ami.names(ami.one) == ["Goodbye"]
    assert ami.closed == [ami.one]


def test_coalesce_gathers(ami: Ami) -> None:
    ami.break_("coalesce", time="100ms")
    call_arrives(ami)
    ami.wait(ms(99))
    assert ami.raw[ami.one] == b""
    ami.wait(ms(1))
    assert ami.names(ami.one) == QUEUE_EVENTS
    assert ami.done() == [(ami.one, "gathered")]


def test_events_twice_or_in_another_order(ami: Ami) -> None:
    ami.break_("duplicate_event", count=1)
    ami.break_("reorder_events", number="2", skip=1)
    call_arrives(ami)
    assert ami.names(ami.one) == ["Newchannel", "QueueCallerJoin", "Newchannel"]
    ami.heal("reorder_events", number="2")
    assert ami.names(ami.one) == ["MusicOnHoldStart"]
    assert ami.fired() == ["1", "2"]


def test_events_behind_an_action_are_events_each(ami: Ami) -> None:
    """What is held back while an action is under way is said with its answer: an answer, and events."""
    ami.break_("duplicate_event")
    ami.act(ami.one, "QueueAdd", "Queue: sales", "Interface: SEAT/1003")
    call_arrives(ami)
    ami.answer()
    assert ami.names(ami.one) == ["Success", *(name for name in QUEUE_EVENTS for _ in range(2))]


def test_late_events_are_overtaken_by_answers(ami: Ami) -> None:
    ami.break_("late_event", time="1s", count=2)
    call_arrives(ami)
    assert ami.names(ami.one) == ["MusicOnHoldStart"]
    assert ami.pings() == "Success"
    ami.wait(seconds(1) - 1)
    assert ami.names(ami.one) == []
    ami.wait(1)
    assert ami.names(ami.one) == QUEUE_EVENTS[:2]


def test_a_late_answer_and_a_close_behind_it(ami: Ami) -> None:
    ami.break_("late_answer", time="1s")
    ami.act(ami.one, "Logoff")
    ami.wait(seconds(1) - 1)
    assert (ami.raw[ami.one], ami.closed) == (b"", [])
    ami.wait(1)
    assert (ami.names(ami.one), ami.closed) == (["Goodbye"], [ami.one])


@pytest.mark.parametrize("close", [0, 1])
def test_truncated_in_the_middle(ami: Ami, close: int) -> None:
    ami.break_("truncate", piece="response", close=close)
    ami.act(ami.one, "CoreSettings")
    half = ami.raw[ami.one]
    assert half.startswith(b"Response: Success\r\n")
    assert not half.endswith(b"\r\n\r\n")
    call_arrives(ami)
    ami.act(ami.one, "Ping")
    ami.wait(1)
    assert (ami.raw[ami.one], ami.closed) == (half, [ami.one] * close)
    ami.heal("truncate", close=close, piece="response")
    ami.wait(1)
    assert (ami.closed, ami.ami.state.sessions) == ([ami.one], {})


def test_truncated_greeting() -> None:
    ami = Ami()
    ami.break_("truncate", piece="greeting", close=0)
    assert ami.raw[ami.connect()] == b"Asterisk Call M"


def test_ping_is_not_answered(ami: Ami) -> None:
    ami.break_("heartbeat_loss", count=1)
    assert [ami.pings(), ami.pings()] == ["", "Success"]
    ami.act(ami.one, "CoreSettings")
    assert ami.names(ami.one) == ["Success"]


def test_an_event_of_a_call_that_there_never_was(ami: Ami) -> None:
    ami.break_("unknown_call")
    call_arrives(ami)
    first, *others = ami.read(ami.one)
    assert (first["Event"], first["Channel"]) == ("Hangup", "E1/none/1-7fffffff")
    assert [one["Event"] for one in others] == QUEUE_EVENTS
    ami.act(ami.one, "Status", f"Channel: {first['Channel']}")
    assert ami.read(ami.one)[0]["Message"] == "No such channel"


def test_a_clock_that_jumps(ami: Ami) -> None:
    def second() -> int:
        ami.act(ami.one, "Ping")
        return int(ami.read(ami.one)[0]["Timestamp"].partition(".")[0])

    before = second()
    ami.break_("clock_jump", seconds=-3600)
    assert second() == before - 3600
    call_arrives(ami)
    assert ami.read(ami.one)[0]["Uniqueid"] == f"{before - 3600}.1"
    ami.heal("clock_jump", seconds=-3600)
    assert second() == before
    assert ami.done() == [(0, "the clock shows -3600 s more")]


def test_a_fault_outlives_a_crash_of_the_process(ami: Ami) -> None:
    """What was sent before is on its way, late as it is, and the connection ends behind it."""
    ami.break_("coalesce", time="5s")
    call_arrives(ami)
    ami.ami.on_order(Inject("9", "crash", {}))
    ami._collect()
    assert ami.closed == []
    ami.wait(seconds(5))
    assert ami.names(ami.one) == QUEUE_EVENTS
    assert ami.closed == [ami.one]
    assert [event.state for event in ami.journal(ProcessState)] == ["started", "crashed"]


def test_a_hung_process_still_has_its_connections(ami: Ami) -> None:
    ami.break_("coalesce", time="1s")
    call_arrives(ami)
    ami.ami.on_order(Inject("9", "hang", {}))
    ami.wait(seconds(1))
    assert ami.names(ami.one) == QUEUE_EVENTS


def test_random_faults_leave_the_truth_as_it_is_and_snapshots_hold_them() -> None:
    """200 faults over one another while calls come and go: what a client that comes afterwards is told is the truth, a
    snapshot in the middle goes on like the original, and nothing is left over."""
    draws = random.Random(7)
    ami = Ami()
    names = [name.removeprefix("interface_") for name, row in INTERFACE_FAULTS.items() if "ami" in row.interfaces]
    acting: list[tuple[str, str, dict[str, Any]]] = []
    given: dict[str, dict[str, Any]] = {
        "split": {"every": "1ms", "octets": 100}, "coalesce": {"time": "50ms"}, "late_event": {"time": "80ms"},
        "late_answer": {"time": "30ms"}, "clock_jump": {"seconds": 5},
    }  # fmt: skip
    clients = [ami.one]
    for step in range(200):
        name = draws.choice(names)
        ami.break_(name, draws.choice([0, clients[-1]]), str(step), **given.get(name, {}))
        acting.append((name, str(step), given.get(name, {})))
        call_arrives(ami, step + 1, 2 * step + 1)
        seat_rings(ami, step + 1, 2 * step + 2)
        seat_answers(ami, step + 1, 2 * step + 1, 2 * step + 2)
        ami.act(clients[-1], draws.choice(["QueueStatus", "Ping", "Status", "CoreSettings", "Logoff"]))
        caller_leaves(ami, step + 1, 2 * step + 1, 2 * step + 2)
        ami.wait(draws.randrange(1, ms(60)))
        ami.letter(Heartbeat("", 0))
        if len(acting) > draws.randrange(8):
            broken, number, values = acting.pop(draws.randrange(len(acting)))
            ami.heal(broken, number, **values)
        ami.ami.state = msgspec.msgpack.decode(msgspec.msgpack.encode(ami.ami.state), type=AmiState)
        ami.ami.restored()
        clients.append(ami.connect())
        ami.act(clients[-1], "Login", "Username: ccs", "Secret: x")
    for broken, number, values in acting:
        ami.heal(broken, number, **values)
    ami.wait(seconds(1))
    last = ami.logged_in()
    ami.act(last, "QueueStatus", "Queue: sales")
    told = ami.read(last)
    assert [one.get("Event") for one in told] == [None, "QueueParams", "QueueMember", "QueueMember",
                                                  "QueueStatusComplete"]  # fmt: skip
    assert {one["Completed"] for one in told[1:2]} == {"200"}
    assert ami.ami.state.outlet.rules == {}
    assert sorted(ami.ami.state.sessions) == [one for one in [*clients, last] if one not in ami.closed]
    assert len(ami.closed) == len(set(ami.closed))
