"""`raw` attachments of a whole machine: which cycles a block holds, which it is on the line in, and a talker who hears
himself."""

from __future__ import annotations

import random
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from peers.build import build_pri_peer
from serve_bench import replay, serve

from switchsim import assembly
from switchsim.assembly.built import Machine
from switchsim.assembly.shipped import folder as shipped
from switchsim.kernel.inputs import InputKind, InputReader
from switchsim.kernel.snapshot import restore, take
from switchsim.model.order import Outside
from switchsim.units import ms

ECHO = (sys.executable, str(Path(__file__).parent / "peers" / "raw_echo.py"))
MACHINES = shipped("boards") / "machines"
TIMESLOT = 5
BLOCK = 160
ONES, IDLE = b"\xff", b"\xd5"
LINE = 8
"""Cycles that a line takes, each way."""
THROUGH = 8
"""Cycles from the line's end at the machine back to its beginning, in the loop of these tests."""


class RawBench:
    """A machine whose timeslot 5 is attached and looped back at the machine; blocks come at their boundaries."""

    def __init__(self, machine: Path, attach_at: int, blocks: dict[int, bytes], batch: int = 160) -> None:
        self.journal = bytearray()
        self.machine: Machine = assembly.build(
            machine, seed=1, record=("agent 1001",), attached=(("e1-0", TIMESLOT, "raw"),), batch=batch,
            journal_sink=self.journal.extend)
        self.machine.power_on()
        line = self.machine.layout.lines[0]
        self.machine.engine.connect(line.transmit_cell + TIMESLOT, line.receive_cell + TIMESLOT)
        self.machine.engine.record_start(0, line.receive_cell + TIMESLOT)  # the line's end, cycle by cycle
        self.base = -(-attach_at // BLOCK) * BLOCK
        place = self.machine.places[0]
        self.machine.order(attach_at, place, Outside("e1-0:5", "attached", b""))
        for number, block in blocks.items():
            self.machine.order(self.base + BLOCK * (number + 1), place, Outside("e1-0:5", "data", block))

    def run(self, until: int) -> list[bytes]:
        """Run; the blocks that the machine sent."""
        sent: list[bytes] = []
        while self.machine.kernel.now < until:
            self.machine.run(min(self.machine.kernel.now + 100, until))
            sent += [octets for _, octets in self.machine.take_sent()]
        return sent

    def on_the_line(self) -> bytes:
        """The timeslot towards the machine where the line begins, an octet a cycle from cycle 0."""
        return self.machine.recordings()[0][1][LINE:]


def noise(count: int) -> dict[int, bytes]:
    source = random.Random(5)
    return {number: source.randbytes(BLOCK) for number in range(count)}


def ticked(folder: Path, tick: int) -> Path:
    path = folder / f"tick{tick}.yaml"
    text = (MACHINES / "one_e1_pri.yaml").read_text()
    path.write_text(text.replace("format: 1\n", f"format: 1\ntick: {tick}\n", 1))
    return path


@pytest.mark.parametrize("attach_at", [0, 163, 320, 479])
@pytest.mark.parametrize("tick", [8, 3])
def test_block_n_is_on_the_line_in_the_cycles_160_after_its_own(tmp_path: Path, attach_at: int, tick: int) -> None:
    """Ours holds cycles 160n.., theirs goes on the line in 160(n+1)..; before: all-ones, then idle."""
    blocks = noise(6)
    bench = RawBench(ticked(tmp_path, tick), attach_at, blocks)
    end = bench.base + 9 * BLOCK
    sent = bench.run(end)
    line = bench.on_the_line()
    assert len(line) == end - LINE
    came, first = max(0, attach_at - LINE), bench.base + BLOCK  # also the octets on their way are replaced
    assert line[:came] == ONES * came
    assert line[came:first] == IDLE * (first - came)
    for number, block in blocks.items():
        assert line[bench.base + BLOCK * (number + 1) :][:BLOCK] == block
    assert line[bench.base + 7 * BLOCK :] == IDLE * (2 * BLOCK - LINE)
    assert {len(block) for block in sent} == {BLOCK}
    assert len(sent) == 8
    heard, there_and_back = b"".join(sent), 2 * LINE + THROUGH
    assert heard[there_and_back:] == line[bench.base :][: len(heard) - there_and_back]


def test_after_the_program_went_the_timeslot_carries_all_ones(tmp_path: Path) -> None:
    bench = RawBench(MACHINES / "one_e1_pri.yaml", 0, noise(3))
    bench.machine.order(BLOCK * 3 + 57, bench.machine.places[0], Outside("e1-0:5", "detached", b""))
    assert len(bench.run(BLOCK * 6)) == 3
    assert bench.on_the_line()[BLOCK * 3 + 57 :] == ONES * (BLOCK * 3 - 57 - LINE)


def test_a_program_that_comes_back_begins_with_block_0(tmp_path: Path) -> None:
    bench = RawBench(MACHINES / "one_e1_pri.yaml", 0, noise(2))
    place = bench.machine.places[0]
    for at, what, octets in ((500, "detached", b""), (700, "attached", b""), (960, "data", b"\x11" * BLOCK)):
        bench.machine.order(at, place, Outside("e1-0:5", what, octets))
    sent = bench.run(1280 + LINE)
    assert len(sent) == 3 + 3
    assert bench.on_the_line()[700:] == IDLE * 260 + b"\x11" * BLOCK + IDLE * 160


@pytest.mark.parametrize("cut", [1, 163, 480, 999])
def test_a_snapshot_between_two_blocks_goes_on_the_same(tmp_path: Path, cut: int) -> None:
    """Also with octets that wait for the next block, and with what was not fetched yet."""
    blocks, machine = noise(6), ticked(tmp_path, 3)
    whole = RawBench(machine, 163, blocks)
    sent = whole.run(1600)
    half, other = RawBench(machine, 163, blocks), RawBench(machine, 163, blocks)
    half.machine.run(cut)
    restore(other.machine.kernel, take(half.machine.kernel))
    other.journal[:] = half.journal
    assert other.run(1600) == sent
    assert bytes(other.journal) == bytes(whole.journal)


@pytest.mark.parametrize("batch", [1, 8])
def test_the_batch_changes_no_block(batch: int) -> None:
    runs = [RawBench(MACHINES / "one_e1_pri.yaml", 163, noise(6), batch) for batch in (batch, 160)]
    assert runs[0].run(1600) == runs[1].run(1600)
    assert runs[0].journal == runs[1].journal


def test_data_of_a_wrong_length_or_for_nobody_is_counted_and_never_raises() -> None:
    """What only a changed recording can bring."""
    bench = RawBench(MACHINES / "one_e1_pri.yaml", 320, {})
    place = bench.machine.places[0]
    for at, octets in ((100, bytes(160)), (400, bytes(159)), (401, b""), *((480, bytes(160)) for _ in range(5))):
        bench.machine.order(at, place, Outside("e1-0:5", "data", octets))
    bench.run(640)
    state = bench.machine.part(place).state
    assert (state.bad_lengths, state.overruns) == (3, 1)


# -- the whole way -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pri_peer(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(build_pri_peer(tmp_path_factory.mktemp("peer")))


def sent_by(served_folder: Path, source: str) -> bytes:
    """Everything that a program put on its timeslot, from its block 0."""
    with (served_folder / "inputs.bin").open("rb") as file:
        reader = InputReader(file, "inputs.bin")
        wanted = reader.sources.index(source)
        return b"".join(record.octets for record in reader
                        if record.source == wanted and record.kind is InputKind.DATA)


@pytest.mark.peer("libpri-dev")
@pytest.mark.parametrize("clocked", [False, True])
def test_a_caller_whose_timeslot_echoes_hears_the_queue_and_the_checks_hear_the_echo(
        tmp_path: Path, pri_peer: str, clocked: bool) -> None:
    """libpri calls on channel 1, where a program sends back each block as its next one.

    So what the program sent is what it heard: idle, the announcement, the agent; and the agent hears himself, which no
    check lets pass.
    """
    text = (MACHINES / "one_e1_pri.yaml").read_text()
    machine = tmp_path / "announces.yaml"
    machine.write_text(text.replace("all: [{queue: all}]", "all: [{announce: [please_wait]}, {queue: all}]"))

    def once(folder: Path) -> tuple[bytes, str]:
        peer = [pri_peer, "--attach", f"{folder}/d", "--clock", f"{folder}/c", "--side", "network", "--calls", "1"]
        echo = [*ECHO, "--attach", f"{folder}/r", *(["--clock", f"{folder}/k", "--blocks", "400"] if clocked else [])]
        clocks = ["--clock", f"unix:{folder}/c", *(["--clock", f"unix:{folder}/k"] if clocked else [])]
        served = serve(folder, str(machine), "--attach", f"e1-0:16=hdlc:unix:{folder}/d",
                       "--attach", f"e1-0:1=raw:unix:{folder}/r", *clocks, programs=[peer, echo])
        assert (served.exit_code, served.summary()["answered_out"], len(served.done["reasons"])) == (1, 1, 1)
        assert re.match(r"speech\.crossed: .* seat 1001: party 1 hears itself for 2\.9", served.done["reasons"][0])
        assert [line["ts"] for line in served.of("call", state="talk")] == [1]
        assert replay(served.folder) == (0, f"equal, digest {served.done['digest']}\n")
        blocks = 400 if clocked else served.done["attachments"]["e1-0:1"]["sent"]
        assert served.programs[1] == [{"blocks": blocks, "wrong_length": 0}]
        return sent_by(served.folder, "e1-0:1"), served.done["digest"]

    echoed, digest = once(tmp_path / "a")
    wav = (shipped("prompts") / "please_wait.wav").read_bytes()
    begin = wav.index(b"data") + 8
    prompt = wav[begin:][: int.from_bytes(wav[begin - 4 : begin], "little")]
    assert echoed[:BLOCK] == IDLE * BLOCK
    assert echoed.count(prompt) == 1
    spoken = echoed[echoed.index(prompt) + len(prompt) :]
    assert len(spoken) - spoken.count(IDLE) > ms(2900)
    assert once(tmp_path / "b") == (echoed, digest)


def test_a_paced_program_that_sends_nothing_is_an_underrun_a_block(tmp_path: Path) -> None:
    """Nobody waits for it: the timeslot carries idle."""
    silent = [sys.executable, "-c", f"import socket as s; p = s.socket(s.AF_UNIX, s.SOCK_SEQPACKET); "
              f"p.connect({str(tmp_path / 'r')!r})\nwhile p.recv(400): pass"]
    served = serve(tmp_path, "one_e1_pri", "--attach", f"e1-0:5=raw:unix:{tmp_path}/r", "--pace", "4", "--seconds", "1",
                   programs=[silent])
    assert served.exit_code == 0
    assert served.done["attachments"]["e1-0:5"]["underruns"] == 49  # of blocks 0 to 48
    assert replay(served.folder)[0] == 0
