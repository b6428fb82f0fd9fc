"""LAPD over a bad line (Q.921 clause 5.6): frames lost, doubled or late; layer 3 gets each message once, in order."""

from __future__ import annotations

from typing import Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchsim.proto.q921 import Action, Data, Established, Lapd, LapdState, SendFrame, StartTimer, State, StopTimer

OTHER = {"network": "user", "user": "network"}
Side = Literal["network", "user"]


class Wire:
    """Two links and the frames under way between them; timers expire when the test says so."""

    def __init__(self, n200: int) -> None:
        self.links = {side: Lapd(LapdState(side, n200=n200)) for side in ("network", "user")}
        self.under_way: dict[str, list[bytes]] = {"network": [], "user": []}  # by sender
        self.timers: dict[str, str] = {"network": "", "user": ""}
        self.got: dict[str, list[bytes]] = {"network": [], "user": []}
        self.sent: dict[str, list[bytes]] = {"network": [], "user": []}
        self.established_count = 0
        self.take("user", self.links["user"].establish())
        self.settle()

    def take(self, side: str, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case SendFrame(octets):
                    self.under_way[side].append(octets)
                case StartTimer(name, cycles):
                    assert cycles > 0
                    assert self.timers[side] in ("", name), "T200 and T203 never run together"
                    self.timers[side] = name
                case StopTimer(name):
                    assert self.timers[side] == name
                    self.timers[side] = ""
                case Data(octets):
                    self.got[side].append(octets)
                case Established():
                    self.established_count += 1

    def send(self, side: str) -> None:
        message = len(self.sent[side]).to_bytes(2, "big")
        self.sent[side].append(message)
        self.take(side, self.links[side].send(message))

    def deliver(self, side: str, copies: int = 1) -> None:
        """The oldest frame that `side` sent arrives 0, 1 or 2 times."""
        if self.under_way[side]:
            octets = self.under_way[side].pop(0)
            for _ in range(copies):
                self.take(OTHER[side], self.links[OTHER[side]].receive(octets))

    def expire(self, side: str) -> None:
        name, self.timers[side] = self.timers[side], ""
        self.take(side, self.links[side].timer(name))

    def settle(self) -> None:
        """A good line until nothing is under way and nothing waits for an acknowledgement."""
        for _ in range(2000):
            for side in OTHER:
                while self.under_way[side]:
                    self.deliver(side)
            waiting = [side for side in OTHER if self.timers[side] == "T200"]
            if not waiting and not any(self.under_way.values()):
                return
            for side in waiting:
                self.expire(side)
        raise AssertionError("the links never came to rest")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["send", "send", "deliver", "deliver", "lose", "double", "expire", "busy"]),
                          st.sampled_from(["network", "user"])), max_size=120))  # fmt: skip
def test_q921_5_6_every_message_once_and_in_order(steps: list[tuple[str, str]]) -> None:
    """N200 is out of reach, so no loss is long enough to start anew, which would be allowed to lose messages."""
    wire = Wire(n200=100_000)
    before = wire.established_count
    for what, side in steps:
        match what:
            case "send":
                wire.send(side)
            case "deliver" | "lose" | "double":
                wire.deliver(side, {"deliver": 1, "lose": 0, "double": 2}[what])
            case "busy":
                wire.take(side, wire.links[side].busy(not wire.links[side].state.own_busy))
            case "expire" if wire.timers[side]:
                wire.expire(side)
    for side in OTHER:
        wire.take(side, wire.links[side].busy(False))
    wire.settle()
    for side in OTHER:
        assert wire.got[OTHER[side]] == wire.sent[side]
        assert wire.links[side].state.state is State.ESTABLISHED
        assert wire.links[side].state.queue == []
        assert wire.timers[side] == "T203"
    assert wire.established_count == before


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(
    st.sampled_from(["send", "deliver", "lose", "double", "expire", "establish", "release", "line"]),
    st.sampled_from(["network", "user"])), max_size=120))  # fmt: skip
def test_q921_5_5_a_link_that_is_wanted_always_comes_back(steps: list[tuple[str, str]]) -> None:
    """With N200 = 3 messages may be lost with the link, but none comes twice or late, and both ends reach state 7."""
    wire = Wire(n200=3)
    for what, side in steps:
        link = wire.links[side]
        match what:
            case "send":
                wire.send(side)
            case "deliver" | "lose" | "double":
                wire.deliver(side, {"deliver": 1, "lose": 0, "double": 2}[what])
            case "expire" if wire.timers[side]:
                wire.expire(side)
            case "establish":
                wire.take(side, link.establish())
            case "release":
                wire.take(side, link.release())
            case "line":
                wire.take(side, link.line(link.state.state is State.NO_LINE))
    for side in OTHER:
        if wire.links[side].state.state is State.NO_LINE:
            wire.take(side, wire.links[side].line(True))
    wire.settle()
    wire.take("user", wire.links["user"].establish())
    wire.settle()
    for side in OTHER:
        assert wire.links[side].state.state is State.ESTABLISHED
        wire.send(side)
    wire.settle()
    for side in OTHER:
        assert wire.got[OTHER[side]][-1:] == wire.sent[side][-1:]
        assert wire.got[side] == sorted(set(wire.got[side]))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.binary(max_size=12) | st.tuples(
        st.sampled_from([0, 2]), st.integers(0, 255), st.binary(max_size=6)).map(
        lambda t: bytes((t[0], 1, t[1])) + t[2]), max_size=20),
    st.sampled_from(list(State)), st.sampled_from(["network", "user"]))  # fmt: skip
def test_q921_2_9_random_octets_never_raise(frames: list[bytes], state: State, side: Side) -> None:
    link = Lapd(LapdState(side, state=state))
    for octets in frames:
        for action in link.receive(octets):
            assert msgspec.msgpack.encode(action)
        assert 0 <= link.state.vs < 128
        assert 0 <= link.state.va < 128
        assert (link.state.vs - link.state.va) & 127 <= link.state.k
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(link.state), type=LapdState) == link.state


def test_the_wire_test_can_fail() -> None:
    """A link that forgets one acknowledged message too many is caught."""
    wire = Wire(n200=100_000)
    wire.send("user")
    wire.send("user")
    wire.links["user"].state.queue.pop()
    wire.deliver("user", 0)
    wire.deliver("user", 0)
    wire.settle()
    with pytest.raises(AssertionError):
        assert wire.got["network"] == wire.sent["user"]
