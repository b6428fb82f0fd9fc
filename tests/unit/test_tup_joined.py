"""Two telephone user parts joined by a network that loses messages: calls end once, both sides agree in the end.

The users answer, hold, refuse, hang up, block and check circuits at random; messages keep their sequence, as in MTP.
"""

from __future__ import annotations

import heapq
from collections import Counter, deque
from random import Random

import msgspec
import pytest

from switchsim.proto.tup import Circuits, SetupRequest, Tup, TupConfig, TupState, Variant
from switchsim.proto.tup import actions as act
from switchsim.units import ms, seconds

DELAY = ms(60)
CICS = tuple(range(1, 9))


class Side:
    """One exchange with its user: who has a call on which circuit, and what came of it."""

    def __init__(self, own: int, far: int, variant: Variant) -> None:
        self.config = TupConfig(own_pc=own, dpc=far, circuits=CICS, variant=variant)
        self.tup = Tup(TupState(), self.config)
        self.due: dict[str, int] = {}
        self.live: dict[int, str] = {}  # circuit to "out" or "in"
        self.ends: Counter[str] = Counter()
        self.begun = 0
        self.complaints: list[act.Action] = []

    def indicated(self, action: act.Action) -> None:
        if isinstance(action, act.SetupInd):
            assert action.cic not in self.live, "a call on a circuit that has one"
            self.live[action.cic] = "in"
            self.begun += 1
        elif isinstance(action, act.ReleasedInd | act.SetupFailed):
            assert self.live.pop(action.cic, None), f"{action} for a call that is none"
            self.ends[action.reason if isinstance(action, act.SetupFailed) else "released"] += 1
        elif isinstance(action, act.Violation | act.MaintenanceAlarm):
            self.complaints.append(action)


class Network:
    """Both sides, the clock, the messages under way."""

    def __init__(self, seed: int, loss_percent: int, variant: Variant) -> None:
        self.random = Random(seed)
        self.loss_percent = loss_percent
        self.now = 0
        self.sides = Side(9, 5, variant), Side(5, 9, variant)
        self.under_way: deque[tuple[int, int, act.SendMsu]] = deque()
        self.todo: list[tuple[int, int, int, str, int]] = []
        self.sequence = 0
        self.lost = 0

    def later(self, delay: int, side: int, what: str, cic: int) -> None:
        self.sequence += 1
        heapq.heappush(self.todo, (self.now + delay, self.sequence, side, what, cic))

    def take(self, number: int, out: list[act.Action]) -> None:
        side = self.sides[number]
        for action in out:
            if isinstance(action, act.SendMsu):
                if self.random.randrange(100) < self.loss_percent:
                    self.lost += 1
                else:
                    self.under_way.append((self.now + DELAY, 1 - number, action))
            elif isinstance(action, act.StartTimer):
                side.due[action.name] = self.now + action.cycles
            elif isinstance(action, act.StopTimer):
                assert side.due.pop(action.name, None) is not None, f"{action.name} does not run"
            else:
                side.indicated(action)
                self.react(number, action)

    def react(self, number: int, action: act.Action) -> None:
        draw = self.random.randrange
        if isinstance(action, act.SetupInd):
            self.later(draw(seconds(3)), number, ("acm", "answer", "refuse")[draw(3)], action.cic)
            self.later(seconds(5) + draw(seconds(10)), number, "answer", action.cic)
            self.later(seconds(20) + draw(seconds(60)), number, "release", action.cic)
        elif isinstance(action, act.CheckTone) and action.mode == "send":
            self.later(ms(400), number, ("heard", "heard", "deaf")[draw(3)], action.cic)
        elif isinstance(action, act.SuspendInd):
            self.later(draw(seconds(5)), number, "release", action.cic)

    def act(self, number: int, what: str, cic: int) -> None:
        side, tup = self.sides[number], self.sides[number].tup
        if what == "call":
            request = SetupRequest("1000", calling="123", continuity=self.random.randrange(6) == 0)
            taken, out = tup.setup(request)
            if taken is None:
                return
            side.live[taken] = "out"
            side.begun += 1
            self.later(seconds(30) + self.random.randrange(seconds(60)), number, "release", taken)
        elif what in ("heard", "deaf"):
            out = tup.continuity_heard(cic, what == "heard")
        elif what in ("block", "unblock"):
            out = tup.block(cic, what == "block")
        elif what in ("hgb", "hgu"):
            out = tup.block_group((cic, cic % 8 + 1), what == "hgb", hardware=True)
        else:
            known = {"acm": tup.address_complete, "answer": tup.answer, "suspend": tup.suspend_call,
                     "reset": tup.reset}  # fmt: skip
            out = tup.release(cic, 16 if what == "release" else 17) if what not in known else known[what](cic)
        self.take(number, out)

    def run(self, until: int) -> None:
        while True:
            moments = [self.under_way[0][0]] if self.under_way else []
            moments += [self.todo[0][0]] if self.todo else []
            moments += [due for side in self.sides for due in side.due.values()]
            if not moments or min(moments) > until:
                self.now = until
                return
            self.now = min(moments)
            while self.under_way and self.under_way[0][0] <= self.now:
                _, number, sent = self.under_way.popleft()
                self.take(number, self.sides[number].tup.receive(sent.data, sent.sls, sent.spare))
            while self.todo and self.todo[0][0] <= self.now:
                _, _, number, what, cic = heapq.heappop(self.todo)
                self.act(number, what, cic)
            for number, side in enumerate(self.sides):
                for name in [name for name, due in side.due.items() if due <= self.now]:
                    if side.due.pop(name, None) is not None:
                        self.take(number, side.tup.timer(name))


def load(network: Network, minutes: int, orders: tuple[str, ...]) -> None:
    draw = network.random.randrange
    for _ in range(minutes * 5):
        at = draw(seconds(60 * minutes))
        network.later(at, 0, "call", 0)  # both at once: where circuits are few, they seize the same one
        network.later(at + draw(DELAY), 1, "call", 0)
    for order in orders:
        network.later(draw(seconds(60 * minutes)), draw(2), order, 1 + draw(8))
    network.run(seconds(60 * minutes))


def settle(network: Network, resets: bool) -> None:
    """No more load, nothing lost: ten minutes, then the resets of one side."""
    network.loss_percent = 0
    network.run(network.now + seconds(600))
    for number, side in enumerate(network.sides):
        network.take(number, side.tup.block_group(CICS, False))
        network.run(network.now + seconds(5))
        network.take(number, side.tup.block_group(CICS, False, hardware=True))
    network.run(network.now + seconds(200))
    if resets:
        network.take(0, network.sides[0].tup.restart_all())
    network.run(network.now + seconds(400))


def check_agreement(network: Network) -> None:
    first, second = network.sides
    for cic in CICS:
        here, there = first.tup.state.circuits[cic], second.tup.state.circuits[cic]
        assert (here.state, there.state) == (Circuits.IDLE, Circuits.IDLE), cic
        assert (here.local, here.remote) == (there.remote, there.local) == (0, 0), cic
    for side in network.sides:
        assert not side.live
        assert sum(side.ends.values()) == side.begun > 10
        assert not side.due, "a timer that runs for nothing"
        assert set(side.tup.state.free_own) | set(side.tup.state.free_other) == set(CICS)


@pytest.mark.parametrize("variant", list(Variant), ids=lambda v: v.name)
def test_without_loss_nobody_has_to_complain(variant: Variant) -> None:
    ends: Counter[str] = Counter()
    for seed in range(5):
        network = Network(seed, 0, variant)
        load(network, 10, ())
        settle(network, False)
        check_agreement(network)
        for side in network.sides:
            ends += side.ends
            assert not [item for item in side.complaints if "continuity" not in str(item)]
    assert {"released", "dual_seizure", "continuity"} == set(ends)


@pytest.mark.parametrize("loss_percent", [2, 10, 30])
@pytest.mark.parametrize("seed", range(8))
def test_with_loss_both_sides_agree_once_resets_have_run(seed: int, loss_percent: int) -> None:
    network = Network(seed, loss_percent, Variant.CHINA24)
    orders = ("block", "unblock", "hgb", "hgu", "reset", "suspend", "release") * 6
    load(network, 10, orders)
    settle(network, True)
    check_agreement(network)
    assert network.lost > 0


def test_a_snapshot_goes_on_as_its_original() -> None:
    """The state is plain values: encoded, decoded and rebuilt in the middle, nothing changes."""
    plain, broken = Network(1, 5, Variant.ITU14), Network(1, 5, Variant.ITU14)
    for network in (plain, broken):
        load(network, 3, ("block", "hgb", "reset"))
        if network is broken:
            for side in network.sides:
                octets = msgspec.msgpack.encode(side.tup.state)
                side.tup = Tup(msgspec.msgpack.decode(octets, type=TupState), side.config)
        network.run(network.now + seconds(120))
    states = [[msgspec.json.encode(side.tup.state) for side in network.sides] for network in (plain, broken)]
    assert states[0] == states[1]
    assert plain.lost == broken.lost
