"""Two exchanges over a bad network: whatever was lost or overtaken, after resets they agree (Q.764 2.9.3)."""

from __future__ import annotations

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from isup_by_hand import CALL, CIRCUITS, Exchange, run

from switchsim.proto.isup import Cpc, IsupState, SetupRequest
from switchsim.proto.isup.actions import Action, BlockedInd, IdleInd, ReleasedInd, SetupFailed, SetupInd
from switchsim.proto.isup.codec import Message, encode
from switchsim.proto.isup.messages import LAYOUTS
from switchsim.proto.isup.messages import MessageType as M
from switchsim.proto.isup.state import Block
from switchsim.proto.isup.table import BOXES, EXPIRIES

FEW = (1, 2, 3, 4, 5, 6, 9, 10, 12)


class Began(Action, frozen=True):
    """A call of the side's own was set up."""

    cic: int


def act(side: Exchange, draw: random.Random) -> None:
    """One random request of one side."""
    cic = draw.choice(FEW)
    isup = side.isup
    some = sorted(draw.sample(FEW, draw.randint(1, len(FEW))))
    kind = draw.randrange(26)
    if kind < 5:
        request = SetupRequest("10000", continuity=draw.random() < 0.3, category=draw.choice((10, 10, 10, 13)))
        found, actions = isup.setup(request)
        if found is not None:
            side.seen.append(Began(found))
        side.do(actions)
    elif kind < 7:
        side.do(isup.address_complete(cic))
    elif kind < 9:
        side.do(isup.answer(cic))
    elif kind < 11:
        side.do(isup.release(cic))
    elif kind < 13:
        side.do(isup.block(cic, draw.random() < 0.5))
    elif kind < 15:
        side.do(isup.block_group(some, draw.random() < 0.5, draw.random() < 0.5))
    elif kind == 15:
        side.do(isup.reset(cic))
    elif kind == 16:
        side.do(isup.reset_group(some))
    elif kind == 17:
        side.do(isup.query(some))
    elif kind == 18:
        side.do(isup.continuity_heard(cic, draw.random() < 0.7))
    elif kind == 19:
        side.do(isup.suspend_call(cic))
    elif kind == 20:
        side.do(isup.check(cic))
    elif kind == 21:
        side.do(isup.overload(cic))
    elif kind == 22:
        for busy in FEW:
            side.do(isup.answer(busy)).do(isup.suspend_call(busy))
    elif side.timers:
        side.expire(draw.choice(sorted(side.timers)))


def carry(one: Exchange, other: Exchange, draw: random.Random) -> None:
    """Let some of what is under way arrive: lost, or overtaken by the next."""
    for side, peer in ((one, other), (other, one)):
        while side.sent and draw.random() < 0.8:
            if len(side.sent) > 1 and draw.random() < 0.1:
                side.sent.rotate(-1)
            octets = side.sent.popleft()
            if draw.random() < 0.85:
                peer.do(peer.isup.receive(octets))


def assert_timers_fit(side: Exchange) -> None:
    """Only timers that the table knows in a circuit's state run, and the state names all that run."""
    for cic in FEW:
        circuit = side.state.circuits[cic]
        running = [number for number in range(39) if circuit.timers >> number & 1]
        assert all(f"t{number}/{cic}" in side.timers for number in running)
        late = [number for number in running if number not in (12, 13, 14, 15, 34)]
        assert all(number in EXPIRIES[circuit.cpc] for number in late), (circuit.cpc.name, late)


def calm(one: Exchange, other: Exchange) -> None:
    """Lossless from now on, resets from one side, and every repetition timer until none runs."""
    run(one, other)
    one.do(one.isup.restart_all())
    run(one, other)
    for _ in range(200):
        due = [(at, side, name) for side in (one, other) for name, at in side.timers.items()]
        if not due:
            return
        _, side, name = min(due, key=lambda row: (row[0], row[2]))
        side.expire(name)
        run(one, other)
    raise AssertionError(f"never at rest: {one.timers} {other.timers}")


def assert_agreed(one: Exchange, other: Exchange) -> None:
    for cic in FEW:
        mine, theirs = one.state.circuits[cic], other.state.circuits[cic]
        assert mine.cpc is theirs.cpc is Cpc.IDLE, cic
        for blocking, marked in ((mine, theirs), (theirs, mine)):
            assert blocking.maint_local in (Block.NONE, Block.BLOCKED), cic
            assert blocking.hard_local in (Block.NONE, Block.BLOCKED), cic
            assert marked.maint_remote == (blocking.maint_local is Block.BLOCKED), cic
            assert marked.hard_remote == (blocking.hard_local is Block.BLOCKED), cic
        assert (mine.tone, theirs.tone, mine.held, theirs.held) == ("", "", b"", b""), cic
    assert not one.state.groups
    assert not other.state.groups


def assert_accounted(seen: list[Action]) -> None:
    """Every call that began has had exactly one end, and IdleInd came only after it."""
    alive: set[int] = set()
    for action in seen:
        if isinstance(action, SetupInd | Began):
            assert action.cic not in alive, action
            alive.add(action.cic)
        elif isinstance(action, ReleasedInd) or (isinstance(action, SetupFailed) and action.cic):
            assert action.cic in alive, action
            alive.discard(action.cic)
        elif isinstance(action, IdleInd):
            assert action.cic not in alive, action
    assert not alive


@pytest.mark.parametrize("seed", range(60))
def test_after_loss_and_overtaking_resets_make_both_sides_agree(seed: int) -> None:
    draw = random.Random(seed)
    one, other = Exchange(1, 2, FEW), Exchange(2, 1, FEW)
    for _ in range(250):
        act(draw.choice((one, other)), draw)
        carry(one, other, draw)
        for side in (one, other):
            assert_timers_fit(side)
    calm(one, other)
    assert_agreed(one, other)
    for side in (one, other):
        assert_accounted(side.seen)


def test_the_chaos_reaches_every_state() -> None:
    """The test above would prove little if few states were ever left by a reset."""
    known = {(row.box, row.state, row.event) for row in BOXES}
    pairs: list[tuple[str, int, int | str]] = []
    for seed in range(20):
        draw = random.Random(1000 + seed)
        one, other = Exchange(1, 2, FEW), Exchange(2, 1, FEW)
        one.isup.trace = other.isup.trace = pairs
        for _ in range(250):
            act(draw.choice((one, other)), draw)
            carry(one, other, draw)
        calm(one, other)
    assert not {pair for pair in pairs if pair[0] != "CPC"} - known
    reached = {state for box, state, _ in pairs if box == "CPC"}
    assert reached == set(Cpc)
    assert len({pair for pair in pairs if pair[0] == "CPC"}) > 200


contents = st.binary(max_size=40)
crafted = st.builds(
    lambda cic, kind, rest: bytes((cic & 255, cic >> 8, kind)) + rest,
    st.sampled_from((*CIRCUITS, 16, 40)), st.one_of(st.sampled_from(sorted(LAYOUTS)), st.integers(0, 255)), contents,
)  # fmt: skip


@st.composite
def well_formed(draw: st.DrawFn) -> bytes:
    """A message that its layout allows, with any contents."""
    layout = LAYOUTS[draw(st.sampled_from(sorted(LAYOUTS)))]
    parameters = [(row.code, draw(st.binary(min_size=row.maximum, max_size=row.maximum))) for row in layout.fixed]
    parameters += [(row.code, draw(st.binary(min_size=1, max_size=20))) for row in layout.variable]
    if layout.optional is not None:
        parameters += draw(st.lists(st.tuples(st.integers(1, 255), contents), max_size=3))
    return encode(Message(draw(st.sampled_from((1, 2, 3, 16))), layout.code, parameters))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(well_formed(), crafted, st.binary(max_size=30)), min_size=1, max_size=25), st.booleans())
def test_receive_never_raises_and_counts_what_it_rejects(octets: list[bytes], busy: bool) -> None:
    side = Exchange(1, 2)
    if busy:
        for cic in (1, 2, 3):
            side.setup(CALL, cic)
    for one in octets:
        side.do(side.isup.receive(one))
    assert sum(side.state.rejects.values()) == side.state.violations_count
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(side.state), type=IsupState)
    assert again == side.state
    for name in sorted(side.timers):
        if name in side.timers:
            side.expire(name)


def test_both_sides_may_restart_at_once() -> None:
    one, other = Exchange(1, 2), Exchange(2, 1)
    one.do(one.isup.block(3, True)).do(one.isup.restart_all())
    other.do(other.isup.block_group([4, 5, 6], True, True)).do(other.isup.restart_all())
    run(one, other)
    assert one.idle() == other.idle() == 30
    assert one.state.circuits[5].hard_remote
    assert other.state.circuits[3].maint_remote
    assert (one.timers, other.timers) == ({}, {})
    assert BlockedInd(3, "local", "maintenance", True) in one.seen
    assert M.RSC not in {message.type for message in one.messages()}
