"""Q.931 between two sides that lose messages, and against random octets: no call and no channel is ever left over."""

from __future__ import annotations

import heapq
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from switchsim.proto.q931 import (
    CallStates,
    DigitsTimeout,
    DisconnectInd,
    Interface,
    InterfaceState,
    MessageType,
    Number,
    ReleasedInd,
    RestartFailed,
    SendL3,
    SetupInd,
    SetupRequest,
    StartTimer,
    StopTimer,
    decode,
)
from switchsim.units import seconds

OTHER = {"network": "user", "user": "network"}
HANG_UP = seconds(400)
AGAIN = seconds(60)


class Span:
    """Two interfaces, a clock, a wire that loses what `losses` says, and a user at each end who hangs up in time."""

    def __init__(self, losses: list[bool], manners: list[str]) -> None:
        self.sides = {side: Interface(InterfaceState(side)) for side in OTHER}
        self.losses, self.manners = list(losses), list(manners)
        self.due: list[tuple[int, int, str, Any]] = []
        self.timers: dict[tuple[str, str], int] = {}
        self.now = self.count = 0
        self.born: dict[str, set[int]] = {side: set() for side in OTHER}
        self.dead: dict[str, list[int]] = {side: [] for side in OTHER}
        for side in OTHER:
            self.take(side, self.sides[side].data_link(True))

    def later(self, cycles: int, side: str, what: Any) -> int:
        self.count += 1
        heapq.heappush(self.due, (self.now + cycles, self.count, side, what))
        return self.count

    def take(self, side: str, actions: list[Any]) -> None:
        machine = self.sides[side]
        for action in actions:
            match action:
                case SendL3(octets):
                    if not (self.losses and self.losses.pop()):
                        self.later(8, OTHER[side], octets)
                case StartTimer(name, cycles):
                    self.timers[side, name] = self.later(cycles, side, name)
                case StopTimer(name):
                    assert self.timers.pop((side, name), None), f"{name} was stopped but did not run"
                case SetupInd(key):
                    assert key not in self.born[side]
                    self.born[side].add(key)
                    self.answer(side, key)
                case DisconnectInd(key, _, True):
                    self.take(side, machine.release(key))
                case DigitsTimeout(key):
                    self.take(side, machine.disconnect(key, 28))
                case ReleasedInd(key):
                    assert key in self.born[side]
                    self.dead[side].append(key)
                case RestartFailed(channels):
                    self.later(AGAIN, side, list(channels))

    def answer(self, side: str, key: int) -> None:
        machine = self.sides[side]
        manner = self.manners.pop() if self.manners else "connect"
        steps = {"connect": ["proceeding", "alerting", "connect"], "ring": ["alerting"], "digits": ["more_info"],
                 "silent": []}.get(manner)  # fmt: skip
        if steps is None:
            self.take(side, machine.reject(key, 17) if manner == "reject" else machine.disconnect(key, 17, 8))
            return
        for step in steps:
            self.take(side, getattr(machine, step)(key))

    def place(self, side: str, request: SetupRequest) -> None:
        key, actions = self.sides[side].setup(request)
        if key is not None:
            self.born[side].add(key)
        self.take(side, actions)

    def hang_up(self, side: str) -> None:
        for key in tuple(self.sides[side].state.calls):
            self.take(side, self.sides[side].disconnect(key))

    def run(self) -> None:
        """Until nothing is due; every user hangs up at HANG_UP, and those who were not heard, again later."""
        while self.due:
            self.now, number, side, what = heapq.heappop(self.due)
            if isinstance(what, bytes):
                self.take(side, self.sides[side].receive(what))
            elif isinstance(what, list):
                self.take(side, self.sides[side].restart(what))
            elif what == "hang up":
                self.hang_up(side)
            elif self.timers.get((side, what)) == number:
                del self.timers[side, what]
                self.take(side, self.sides[side].timer(what))
            check(self.sides[side])


def check(machine: Interface) -> None:
    """Calls, references and channels agree with each other."""
    state = machine.state
    assert {key for key in state.channels if key > 0} <= set(state.calls)
    for key, call in state.calls.items():
        assert call.key == key
        assert state.by_reference[call.cr | (0x8000 if call.ours else 0)] == key
        assert call.state is not CallStates.NULL
        assert not call.channel or state.channels[call.channel] == key
    assert len(state.by_reference) == len(state.calls)


@settings(max_examples=120, deadline=None)
@given(
    losses=st.lists(st.booleans(), max_size=40),
    manners=st.lists(st.sampled_from(["connect", "ring", "digits", "silent", "reject", "tone"]), max_size=8),
    calls=st.lists(st.tuples(st.sampled_from(["network", "user"]), st.sampled_from(["exclusive", "preferred", "any"]),
                             st.sampled_from([None, 5, 6]), st.booleans(), st.integers(0, 30)), min_size=1, max_size=8),
)  # fmt: skip
def test_q931_5_8_lost_messages_leave_no_call_and_no_channel(
    losses: list[bool], manners: list[str], calls: list[tuple[str, str, int | None, bool, int]]
) -> None:
    span = Span(losses, manners)
    for side, selection, channel, complete, gap in calls:
        request = SetupRequest(Number("123"), channel=channel, selection=selection, sending_complete=complete)  # type: ignore[arg-type]
        span.place(side, request)
        while span.due and span.due[0][0] <= span.now + gap:
            now, number, at, what = heapq.heappop(span.due)
            span.now = now
            if isinstance(what, bytes):
                span.take(at, span.sides[at].receive(what))
            else:
                heapq.heappush(span.due, (now, number, at, what))
                break
    for side in OTHER:
        span.later(HANG_UP, side, "hang up")
    span.run()
    for side, machine in span.sides.items():
        assert machine.state.calls == {}
        assert [machine.state.channels[slot] for slot in range(1, 32) if slot != 16] == [0] * 30
        assert sorted(span.dead[side]) == sorted(span.born[side]), "exactly one end of each call"
        assert not [name for at, name in span.timers if at == side]


MESSAGES = st.builds(
    lambda flag, cr, kind, ies: bytes((8, 2, flag, cr, kind)) + b"".join(ies),
    st.sampled_from([0, 0x80]), st.integers(0, 4), st.sampled_from([*map(int, MessageType), 0xFF]),
    st.lists(st.sampled_from([bytes.fromhex(text) for text in (
        "04038090a3", "1803a98381", "1803a18382", "1801a3", "1803a98390", "08028090", "080180", "1e028288",
        "7003813132",
        "14010a", "140100", "140119", "790180", "790186", "a1", "0901aa", "4e00", "2701f1", "7000", "96", "9e", "6c")]),
        max_size=5))  # fmt: skip
MUTATED = st.tuples(MESSAGES, st.integers(0, 40), st.integers(0, 255)).map(
    lambda t: t[0][: t[1] % (len(t[0]) + 1)] + bytes((t[2],)) + t[0][t[1] % (len(t[0]) + 1) + 1 :]
)
REQUESTS = st.tuples(st.sampled_from(["more_info", "proceeding", "alerting", "progress", "connect", "disconnect",
"release",
                                      "status_enquiry"]), st.integers(1, 4))  # fmt: skip
TIMERS = st.sampled_from(["T316",
"T317", *(f"T{n}/{key}" for n in (301, 302, 303, 304, 305, 306, 308, 309, 310, 313, 322)
                                            for key in (1, 2, 3))])  # fmt: skip
OTHERS = st.sampled_from(["up", "down", "restart", "restart all", "setup", "info", "reject"])


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(["network", "user"]), st.booleans(),
       st.lists(MESSAGES | MUTATED | st.binary(max_size=24) | REQUESTS | TIMERS | OTHERS, max_size=40))  # fmt: skip
def test_q931_nothing_that_comes_can_break_the_machine(side: str, confirm: bool, steps: list[Any]) -> None:
    machine = Interface(InterfaceState(side, confirm_restart=confirm))  # type: ignore[arg-type]
    machine.data_link(True)
    ended: list[int] = []
    for step in steps:
        actions: list[Any]
        match step:
            case bytes():
                actions = machine.receive(step)
            case (str() as name, int() as key):
                actions = getattr(machine, name)(key)
            case "up" | "down":
                actions = machine.data_link(step == "up")
            case "restart":
                actions = machine.restart([1, 2])
            case "restart all":
                actions = machine.restart()
            case "setup":
                actions = machine.setup(SetupRequest(Number("5"), selection="preferred"))[1]
            case "info":
                actions = machine.info(1, "5")
            case "reject":
                actions = machine.reject(1, 21)
            case _:
                actions = machine.timer(step)
        check(machine)
        for action in actions:
            assert msgspec.msgpack.encode(action)
            if isinstance(action, SendL3):
                message = decode(action.octets)
                assert not getattr(message, "invalid", ("rejected",)), action.octets.hex()
            if isinstance(action, ReleasedInd):
                ended.append(action.key)
    assert len(ended) == len(set(ended))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(machine.state), type=InterfaceState) == machine.state


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60))
def test_q931_5_8_random_octets_never_raise(octets: bytes) -> None:
    decode(octets)
    decode(b"\x08\x02\x00\x01\x05" + octets)


def test_the_span_test_can_fail() -> None:
    """A channel that is never given back is seen."""
    span = Span([], [])
    span.place("network", SetupRequest(Number("1")))
    span.sides["network"].state.channels[3] = 99
    try:
        check(span.sides["network"])
    except AssertionError:
        return
    raise AssertionError("the leak went unseen")
