"""Two libss7 processes on two attached timeslots of a machine that joins them: `ss7` mode with real bits at 64 kbit/s.

The stack is the judge of the attachment here; that of ours has no part in it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from peers.build import build_ss7_peer
from pri_bench import Program, summary
from test_serve_ss7 import TIMESLOTS, Ss7Bench

from switchsim.kernel.inputs import InputKind, InputRecord
from switchsim.model.order import Heal, Inject
from switchsim.model.order import Outside as Order
from switchsim.sut.options import FAST, parse_attach, parse_clock
from switchsim.sut.outside import Outside
from switchsim.units import ms, seconds

pytestmark = pytest.mark.peer("libss7-dev")

TOLD = {InputKind.CONNECTED: "attached", InputKind.CLOSED: "detached", InputKind.DATA: "data",
        InputKind.BAD_LENGTH: "bad_length"}  # fmt: skip


@pytest.fixture(scope="module")
def ss7_peer(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(build_ss7_peer(tmp_path_factory.mktemp("peer")))


class Joined(Ss7Bench):
    """The crossed machine with programs; every input is kept, so that a second machine can be given the same."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        attaches = [parse_attach(f"e1-0:{slot}=ss7:unix:{folder}/d{n}") for n, slot in enumerate(TIMESLOTS)]
        clocks = [parse_clock(f"unix:{folder}/c{n}", n) for n in range(len(TIMESLOTS))]
        self.outside = Outside(attaches, clocks, FAST, 20.0)
        self.inputs: list[InputRecord] = []
        self.stop = 0
        self.machine.kernel.leave = self.machine.has_sent

    def go(self, until: int, disturb: Callable[[Joined], None] = lambda bench: None) -> None:
        """Run until both have finished; `disturb` is called between slices."""
        while (now := self.machine.kernel.now) < until and not self.outside.finished():
            if self.outside.due(now):
                for record in self.outside.exchange(now, self.machine.room):
                    self.inputs.append(record)
                    self.tell(record)
            disturb(self)
            self.machine.run(max(now + 1, min(self.outside.next_deadline(now) or until, until)))
            for source, octets in self.machine.take_sent():
                self.outside.deliver(source, octets)

    def tell(self, record: InputRecord) -> None:
        if record.source < len(TIMESLOTS) and record.kind in TOLD:
            name = f"e1-0:{TIMESLOTS[record.source]}"
            self.machine.order(record.at_cycle, self.machine.places[record.source],
                               Order(name, TOLD[record.kind], record.octets))


def joined(folder: Path, peer: str, two: str, one: str,
           disturb: Callable[[Joined], None] = lambda bench: None) -> tuple[Joined, list[list[dict[str, Any]]]]:
    """Point code 2 with the options `two`, point code 1 with `one`, until both have finished."""
    folder.mkdir(exist_ok=True)
    bench = Joined(folder)
    started: list[Program] = []
    try:
        for n, options in enumerate((two, f"--own-pc 1 --far-pc 2 {one}")):
            command = [peer, "--attach", f"{folder}/d{n}", "--clock", f"{folder}/c{n}", *options.split()]
            started.append(Program(command, folder, n))
        bench.outside.wait_ready(20)
        bench.go(seconds(120), disturb)
        bench.outside.close()
        return bench, [program.events() for program in started]
    finally:
        bench.outside.close()
        for program in started:
            program.kill()


def test_it_aligns_passes_the_link_test_and_calls_go_both_ways(tmp_path: Path, ss7_peer: str) -> None:
    bench, said = joined(tmp_path, ss7_peer, "--calls 100 --gap 40 --hold 500 --expect 100",
                         "--calls 100 --gap 45 --hold 500 --expect 100")
    for lines in said:
        end = summary(lines)
        assert (end["ended"], end["answered_out"], end["answered_in"], end["causes"]) == (
            "finished", 100, 100, {"16": 200})
        assert (end["link_ups"], end["link_downs"], end["complaints"], end["lost"]) == (1, 0, 0, 0)
        assert not [line for line in lines if line["event"] == "note" and "etransmi" in line["text"]]
    assert bench.received(0).errors == bench.received(1).errors == 0
    assert bench.received(0).msus >= 500
    assert bench.journal("frame_bad") == []


def test_bit_errors_are_repaired_by_level_2(tmp_path: Path, ss7_peer: str) -> None:
    """Units with bad check bits are dropped at the far end of the line and sent again, until the errors end."""
    def noise(bench: Joined) -> None:
        now = bench.machine.kernel.now
        if bench.stop == 0 and now >= ms(1500):
            bench.stop = now + seconds(2)
            values: dict[str, int | str] = {"mode": "random", "rate": "3e-4", "timeslots": "5-6"}
            place, point, plain = bench.machine.resolve_fault("logic_errors", {"line": "e1-0"}, values)
            bench.machine.order(now, place, Inject("1", point, plain))
            bench.machine.order(bench.stop, place, Heal("1", point, plain))

    bench, said = joined(tmp_path, ss7_peer, "--calls 30 --gap 50 --hold 500 --expect 30 --linger 3000",
                         "--calls 30 --gap 55 --hold 500 --expect 30 --linger 3000", noise)
    counts = [bench.received(source) for source in range(2)]
    assert sum(one.errors for one in counts) > 5
    for lines in said:
        end = summary(lines)
        assert (end["answered_out"], end["answered_in"], end["causes"], end["link_downs"]) == (30, 30, {"16": 60}, 0)
    assert any("etransmi" in line["text"] for lines in said for line in lines if line["event"] == "note")


def test_a_link_that_is_unplugged_fails_and_comes_back(tmp_path: Path, ss7_peer: str) -> None:
    bench, said = joined(tmp_path, ss7_peer,
                         "--calls 20 --hold 300 --alarm-at 2000 --alarm-for 500 --unplug 1", "--expect 18")
    for lines in said:
        end = summary(lines)
        assert (end["link_ups"], end["linkset_downs"], end["up"], end["ended"]) == (2, 1, 0, "finished")
        assert end["resets_sent"] == end["reset_acks"] == 4
    assert len(bench.journal("program_detached")) == 1
    assert len(bench.journal("program_attached")) == 3


def test_the_same_again_is_the_same_and_the_inputs_alone_give_the_same_journal(tmp_path: Path, ss7_peer: str) -> None:
    two, one = "--calls 10 --hold 300 --lose-iam 4", "--expect 10 --calls 3 --hold 100 --drop-in 9"
    first, said = joined(tmp_path / "a", ss7_peer, two, one)
    second, said_again = joined(tmp_path / "b", ss7_peer, two, one)
    assert first.inputs == second.inputs
    assert said == said_again
    assert bytes(first.octets) == bytes(second.octets)
    replayed = Ss7Bench()
    for record in first.inputs:
        Joined.tell(replayed, record)  # type: ignore[arg-type]
    replayed.run(first.machine.kernel.now)
    assert bytes(replayed.octets) == bytes(first.octets)
    other, _ = joined(tmp_path / "c", ss7_peer, f"{two} --gap 101", one)
    assert other.inputs != first.inputs
