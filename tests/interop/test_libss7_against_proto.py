"""libss7 judges proto/mtp2 and proto/isup on a native link, without the machine's boards and call control.

Level 3 is the test's own, and no more than one link needs: SLTM both ways, SLTA, TRA, the label (Q.707 2, Q.704 9).
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from peers.build import build_ss7_peer
from pri_bench import Program, summary
from test_serve_ss7 import TIMESLOTS, Ss7Bench

from switchsim.dsp.engine import Engine
from switchsim.kernel.inputs import InputKind
from switchsim.model.event import Event
from switchsim.model.events import Violated
from switchsim.model.order import Outside as Order
from switchsim.model.part import Host, MediaEvent, Part, State
from switchsim.proto import isup
from switchsim.proto.mtp3 import label
from switchsim.sut.options import FAST, parse_attach, parse_clock
from switchsim.sut.outside import Outside
from switchsim.terminals.level2 import TerminalRow, Terminals
from switchsim.units import ms, seconds

pytestmark = pytest.mark.peer("libss7-dev")

OWN, PEER, NETWORK = 1, 2, 2
SLTM, SLTA, TRA = 0x11, 0x21, 0x17
PATTERN = b"\xa5\x5a" * 3
TOLD = {InputKind.CONNECTED: "attached", InputKind.CLOSED: "detached", InputKind.DATA: "data"}
FIRST_CALL = seconds(3)
CALLED, CALLING = "10000", "13800138000"


@pytest.fixture(scope="module")
def ss7_peer(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(build_ss7_peer(tmp_path_factory.mktemp("peer")))


def our_isup(circuits: tuple[int, ...]) -> isup.Isup:
    return isup.Isup(isup.IsupState(), isup.IsupConfig(own_pc=OWN, dpc=PEER, circuits=circuits, whole_digits=5))


class OurState(State):
    """Nothing is ever restored here."""


class OurSide(Part[OurState]):
    """A signalling point of one link, with a user who answers every call, and hangs up after a while."""

    def __init__(self, path: str, host: Host, engine: Engine, row: TerminalRow, hold_ms: int) -> None:
        super().__init__(path, host)
        self.state = OurState()
        self.terminals = Terminals(self, engine, [row], self.message, self.level2_says)
        self.terminals.restored(self.terminals.new_states())
        self.isup = our_isup(tuple(cic for cic in range(1, 32) if cic != 16))
        self.hold_ms = hold_ms
        self.seen: list[Any] = []  # what ISUP told
        self.link: list[str] = []  # what level 2 told
        self.violations: list[Violated] = []
        self.to_place = 0
        self.tested = False

    def start(self) -> None:
        self.terminals.power_on()
        self.terminals.order(0, "start")
        self.do(self.isup.pause())

    def on_media(self, event: MediaEvent) -> None:
        self.terminals.media(event)

    def on_timer(self, name: str) -> None:
        what, _, rest = name.partition("/")
        if what == "l2":
            self.terminals.timer(rest)
        elif what == "isup":
            self.do(self.isup.timer(rest))
        elif what == "answer":
            self.do(self.isup.answer(int(rest)))
        elif what == "hold":
            self.do(self.isup.release(int(rest), 16))
        else:
            self.place()

    def place(self) -> None:
        """One call more, until enough are placed."""
        if self.to_place:
            self.to_place -= 1
            request = isup.SetupRequest(called=CALLED, calling=CALLING)
            cic, actions = self.isup.setup(request)
            self.do(actions)
            if cic is None:
                self.to_place += 1
            self.start_timer("place", ms(110))

    def count(self, kind: type) -> int:
        return sum(isinstance(action, kind) for action in self.seen)

    def causes(self) -> dict[int, int]:
        return dict(Counter(action.cause for action in self.seen if isinstance(action, isup.ReleasedInd)))

    def emit(self, event: Event) -> None:
        """What level 2 finds wrong with its peer is kept here too."""
        if isinstance(event, Violated):
            self.violations.append(event)
        super().emit(event)

    # -- level 3 -----------------------------------------------------------------------------------------------------

    def level2_says(self, number: int, what: str, value: int, text: str, octets: bytes) -> None:
        self.link.append(what)
        if what == "in_service":
            self.tested = False
            self.send3(1, 0, bytes([SLTM, len(PATTERN) << 4]) + PATTERN)
        elif what == "out_of_service":
            self.do(self.isup.pause())
            self.terminals.order(0, "start")

    def send3(self, service: int, sls: int, data: bytes) -> None:
        head = bytes([label.service_octet(service, NETWORK)])
        self.terminals.send(0, head + label.encode(label.Label(PEER, OWN, sls), label.Variant.ITU14) + data)

    def message(self, number: int, octets: bytes) -> None:
        service, data = octets[0] & 15, octets[5:]
        if service == 5:
            self.do(self.isup.receive(data))
        elif data[0] == SLTM:
            self.send3(1, 0, bytes([SLTA]) + data[1:])
        elif data[0] == SLTA and data[2:] == PATTERN and not self.tested:
            self.tested = True
            self.send3(0, 0, bytes([TRA]))
            self.do(self.isup.resume())

    # -- the user of calls -------------------------------------------------------------------------------------------

    def do(self, actions: Iterable[Any]) -> None:
        for action in actions:
            match action:
                case isup.SendMsu(sls, data):
                    self.send3(5, sls, data)
                case isup.StartTimer(name, cycles):
                    self.start_timer(f"isup/{name}", cycles)
                case isup.StopTimer(name):
                    self.stop_timer(f"isup/{name}")
                case _:
                    self.seen.append(action)
                    self.react(action)

    def react(self, action: Any) -> None:
        match action:
            case isup.SetupInd():
                self.do(self.isup.address_complete(action.cic))
                self.start_timer(f"answer/{action.cic}", ms(200))
                self.start_timer(f"hold/{action.cic}", ms(200 + self.hold_ms))
            case isup.AnswerInd() | isup.ConnectedInd():
                self.start_timer(f"hold/{action.cic}", ms(self.hold_ms))
            case isup.ReleasedInd():
                self.stop_timer(f"answer/{action.cic}")
                self.stop_timer(f"hold/{action.cic}")
            case isup.SetupFailed(_, _, True):
                self.to_place += 1
            case isup.IdleInd() if self.now > FIRST_CALL:
                self.place()


class Bench(Ss7Bench):
    """A crossed line: libss7 attached to one timeslot, our side on the cells of the other one."""

    def __init__(self, folder: Path, calls: int, hold_ms: int) -> None:
        self.calls, self.hold_ms = calls, hold_ms
        super().__init__()
        self.outside = Outside([parse_attach(f"e1-0:{TIMESLOTS[0]}=ss7:unix:{folder}/s")],
                               [parse_clock(f"unix:{folder}/c")], FAST, 20.0)

    def before_power_on(self) -> None:
        machine, line = self.machine, self.machine.layout.lines[0]
        name = f"e1-0:{TIMESLOTS[1]}"
        unit = machine.layout.far_su[name]
        row = TerminalRow(name, unit, unit, line.far_rx_cell + TIMESLOTS[1], machine.engine.first_su_cell + unit)
        self.ours = OurSide("farend/ours", machine.kernel, machine.engine, row, self.hold_ms)
        machine.kernel.add(self.ours)
        for kinds, number in row.media_units():
            machine.kernel.own_media(kinds, number, self.ours.path)

    def cross(self) -> None:
        super().cross()
        line, engine = self.machine.layout.lines[0], self.machine.engine
        engine.connect(line.receive_cell + TIMESLOTS[1], self.ours.terminals.rows[0].sends)
        self.ours.to_place = self.calls
        self.ours.start_timer("place", FIRST_CALL)

    def go(self, until: int) -> None:
        self.machine.kernel.leave = self.machine.has_sent
        while (now := self.machine.kernel.now) < until and not self.outside.finished():
            for record in self.outside.exchange(now, self.machine.room) if self.outside.due(now) else ():
                if record.source == 0 and record.kind in TOLD:
                    self.machine.order(now, self.machine.places[0],
                                       Order(f"e1-0:{TIMESLOTS[0]}", TOLD[record.kind], record.octets))
            self.machine.run(max(now + 1, min(self.outside.next_deadline(now) or until, until)))
            for _, octets in self.machine.take_sent():
                self.outside.deliver(0, octets)


def judge(folder: Path, peer: str, options: str, calls: int = 0, hold_ms: int = 500,
          prepare: Callable[[Bench], None] = lambda bench: None) -> tuple[OurSide, list[dict[str, Any]]]:
    """Our side and what libss7 said, once libss7 has finished; `calls` are ours."""
    bench = Bench(folder, calls, hold_ms)
    prepare(bench)
    program = Program([peer, "--attach", f"{folder}/s", "--clock", f"{folder}/c", *options.split()], folder, 0)
    try:
        bench.outside.wait_ready(20)
        bench.go(seconds(400))
        bench.outside.close()
        return bench.ours, program.events()
    finally:
        bench.outside.close()
        program.kill()


def clean(ours: OurSide, said: list[dict[str, Any]]) -> dict[str, Any]:
    end = summary(said)
    assert (end["ended"], end["complaints"], end["up"]) == ("finished", 0, 0)
    assert ours.count(isup.Violation) == 0
    assert ours.violations == []
    assert all(circuit.cpc == isup.Cpc.IDLE for circuit in ours.isup.state.circuits.values())
    return end


def test_the_link_comes_up_by_emergency_proving_and_stays(tmp_path: Path, ss7_peer: str) -> None:
    ours, said = judge(tmp_path, ss7_peer, "--linger 130000")
    end = clean(ours, said)
    assert (end["link_ups"], end["link_downs"], end["linkset_ups"]) == (1, 0, 1)
    assert ours.link == ["in_service"]
    up = next(line["at_us"] for line in said if line["event"] == "link_up")
    assert 500_000 <= up < 700_000


def test_calls_both_ways(tmp_path: Path, ss7_peer: str) -> None:
    ours, said = judge(tmp_path, ss7_peer, "--calls 100 --gap 120 --expect 100 --hold 480", calls=100)
    end = clean(ours, said)
    assert (end["answered_out"], end["answered_in"], end["causes"], end["lost"]) == (100, 100, {"16": 200}, 0)
    assert ours.causes() == {16: 200}
    offered = [action for action in ours.seen if isinstance(action, isup.SetupInd)]
    assert {(one.called, one.nature, one.calling, one.category, one.medium, one.complete) for one in offered} == {
        (CALLED, 3, CALLING, 10, 0, True)}
    rings = [line for line in said if line["event"] == "ring"]
    assert {(ring["called"], ring["called_nai"], ring["caller"], ring["caller_nai"], ring["category"], ring["medium"])
            for ring in rings} == {(CALLED, 3, CALLING, 3, 10, 0)}


@pytest.mark.parametrize("spoilt", ["--lose-iam 3", "--drop-out 12", "--drop-in 12", "--double-out 12",
                                    "--spoil-out 12"])
def test_a_spoilt_lost_or_doubled_unit_is_repaired(tmp_path: Path, ss7_peer: str, spoilt: str) -> None:
    ours, said = judge(tmp_path, ss7_peer, f"--calls 5 --expect 5 {spoilt}", calls=5)
    end = summary(said)
    assert (end["ended"], end["answered_out"], end["answered_in"], end["causes"]) == ("finished", 5, 5, {"16": 10})
    assert (end["link_downs"], end["spoilt"], end["complaints"]) == (0, 1, 0)
    assert ours.causes() == {16: 10}


@pytest.mark.parametrize("unplug", ["0", "1"])
def test_a_link_restart(tmp_path: Path, ss7_peer: str, unplug: str) -> None:
    """Our level 2 realigns; the peer's reset frees the circuits of the calls that it has forgotten."""
    ours, said = judge(tmp_path, ss7_peer, f"--calls 20 --alarm-at 2500 --alarm-for 400 --unplug {unplug}")
    end = summary(said)
    assert (end["ended"], end["link_ups"], end["linkset_ups"], end["placed"]) == ("finished", 2, 2, 20)
    assert end["lost"] > 0
    assert ours.link == ["in_service", "out_of_service", "in_service"]
    assert all(circuit.cpc == isup.Cpc.IDLE for circuit in ours.isup.state.circuits.values())


def test_blocking_resets_and_refusals(tmp_path: Path, ss7_peer: str) -> None:
    def run(name: str, options: str, calls: int = 0) -> tuple[OurSide, list[dict[str, Any]]]:
        folder = tmp_path / name
        folder.mkdir()
        ours, said = judge(folder, ss7_peer, options, calls)
        clean(ours, said)
        return ours, said

    ours, said = run("block", "--calls 2 --block-at 3000 --block-cic 4")
    assert [(act.cic, act.by, act.on) for act in ours.seen if isinstance(act, isup.BlockedInd)] == [
        (4, "peer", True), (4, "peer", False)]
    ours, said = run("group", "--calls 2 --group-block-at 3000")
    assert [act.on for act in ours.seen if isinstance(act, isup.BlockedInd)] == [True] * 15 + [False] * 15
    ours, said = run("reset", "--calls 3 --gap 50 --rsc-at 1700 --hold 5000")
    assert summary(said)["lost"] == 1
    ours, said = run("span", "--calls 1 --reset 2")
    assert [line["cic"] for line in said if line["event"] == "gra"] == [1]
    ours, said = run("refused", "--expect 3 --reject 17", calls=3)
    assert ours.causes() == {17: 3}
    ours, said = run("connected", "--expect 3 --con 1", calls=3)
    assert ours.count(isup.ConnectedInd) == 3


def test_dual_seizure(tmp_path: Path, ss7_peer: str) -> None:
    """One circuit, even: the peer, whose point code is higher, controls it; ours is tried again and comes through."""
    def one_circuit(bench: Bench) -> None:
        bench.ours.isup = our_isup((2,))

    ours, said = judge(tmp_path, ss7_peer, "--first-cic 2 --last-cic 2 --not-cic 0 --calls 12 --gap 10 --expect 4",
                       calls=4, prepare=one_circuit)
    end = clean(ours, said)
    assert (end["answered_out"], end["answered_in"], end["dual_lost"]) == (12, 4, 0)
    lost = [action.reason for action in ours.seen if isinstance(action, isup.SetupFailed) and action.cic]
    assert lost
    assert set(lost) == {"dual_seizure"}
