"""The lockstep clock: question and answer, deadlines, order, progress, silence, death; play-back without programs."""

from __future__ import annotations

import io
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from switchsim.errors import InvalidRun, SutCrashed
from switchsim.kernel.inputs import InputKind, InputReader, InputRecord, InputWriter
from switchsim.sut.lockstep import FINISHED, NO_DEADLINE, deadline_cycle
from switchsim.sut.options import FAST, parse_attach, parse_clock
from switchsim.sut.outside import Outside
from switchsim.sut.recorded import Recorded

Answer = Callable[[int], "tuple[int, int] | bytes | None"]


class Program(threading.Thread):
    """A clocked program in this process; `answer(now_us)` gives (echo, deadline), odd octets, or None to close."""

    def __init__(self, path: Path, answer: Answer) -> None:
        super().__init__(daemon=True)
        self.clock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.clock.connect(str(path))
        self.answer = answer
        self.told: list[int] = []

    def run(self) -> None:
        with self.clock:
            while question := self.clock.recv(100):
                (now_us,) = struct.unpack("<Q", question)
                self.told.append(now_us)
                answer = self.answer(now_us)
                if answer is None:
                    return
                self.clock.send(answer if isinstance(answer, bytes) else struct.pack("<QQ", *answer))


@pytest.fixture
def paths(tmp_path: Path) -> Sequence[Path]:
    return tmp_path / "d", tmp_path / "c0", tmp_path / "c1"


@pytest.fixture
def made(paths: Sequence[Path]) -> Iterator[Callable[..., Outside]]:
    open_ones: list[Outside] = []

    def make(clocks: int = 1, timeout_s: float = 5.0) -> Outside:
        options = [parse_clock(f"unix:{path}", index) for index, path in enumerate(paths[1: 1 + clocks])]
        open_ones.append(Outside([parse_attach(f"e1-0:16=hdlc:unix:{paths[0]}")], options, FAST, timeout_s))
        return open_ones[-1]

    yield make
    for outside in open_ones:
        outside.close()


def attach(path: Path) -> socket.socket:
    program = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    program.connect(str(path))
    return program


def room(_: int) -> int:
    return 64


def play(outside: Outside, until: int) -> list[InputRecord]:
    """Run an empty machine: from stop to stop."""
    now, records = 0, outside.exchange(0, room)
    while (deadline := outside.next_deadline(now)) is not None and deadline <= until:
        now = deadline
        if outside.due(now):
            records += outside.exchange(now, room)
    return records


@pytest.mark.parametrize(("deadline_us", "now", "cycle"), [
    (1000, 0, 8), (1001, 0, 9), (1124, 0, 9), (1125, 0, 9), (0, 0, 1), (1000, 8, 9), (999, 8, 9),
    (2**63, 0, 2**63 // 125 + 1),
])
def test_a_deadline_is_rounded_up_and_one_not_later_than_now_is_the_next_cycle(
        deadline_us: int, now: int, cycle: int) -> None:
    assert deadline_cycle(deadline_us, now) == cycle


def test_time_is_told_at_the_deadlines_and_everything_sent_before_the_answer_is_seen(
        made: Callable[..., Outside], paths: Sequence[Path]) -> None:
    outside = made()
    with attach(paths[0]) as line:
        def answer(now_us: int) -> tuple[int, int]:
            line.send(b"%d" % now_us)
            return now_us, now_us + 10_000 if now_us < 30_000 else FINISHED

        program = Program(paths[1], answer)
        program.start()
        outside.wait_ready(5)
        records = play(outside, 8000)
    assert program.told == [0, 10_000, 20_000, 30_000]
    assert [(r.at_cycle, r.octets) for r in records if r.kind is InputKind.DATA] == [
        (0, b"0"), (80, b"10000"), (160, b"20000"), (240, b"30000")]
    assert records[-1].kind is InputKind.FINISHED
    assert records[-1].source == 1
    assert outside.finished()
    assert outside.next_deadline(240) is None


def test_a_program_to_which_something_was_sent_is_told_the_time(
        made: Callable[..., Outside], paths: Sequence[Path]) -> None:
    outside = made()
    with attach(paths[0]) as line:
        heard: list[bytes] = []

        def answer(now_us: int) -> tuple[int, int]:
            if now_us:
                heard.append(line.recv(100))
            return now_us, NO_DEADLINE

        Program(paths[1], answer).start()
        outside.wait_ready(5)
        play(outside, 100)
        assert outside.next_deadline(0) is None
        assert not outside.due(500)
        assert outside.deliver(0, b"frame")
        assert outside.next_deadline(500) == 501
        assert outside.due(500)
        outside.exchange(500, room)
        assert heard == [b"frame"]
        assert not outside.due(501)


def test_all_programs_are_told_at_each_stop_in_the_order_of_the_options(
        made: Callable[..., Outside], paths: Sequence[Path]) -> None:
    outside = made(clocks=2)
    order: list[tuple[str, int]] = []

    def program(name: str, step_us: int) -> Answer:
        def answer(now_us: int) -> tuple[int, int]:
            order.append((name, now_us))
            return now_us, now_us + step_us
        return answer

    with attach(paths[0]):
        Program(paths[2], program("second", 3_000)).start()
        Program(paths[1], program("first", 2_000)).start()
        outside.wait_ready(5)
        play(outside, 40)
    times = [0, 2_000, 4_000]
    assert order == [(name, now) for now in times for name in ("first", "second")]


def test_many_datagrams_before_an_answer_do_not_block_and_wait_for_the_line(
        made: Callable[..., Outside], paths: Sequence[Path]) -> None:
    outside = made()
    with attach(paths[0]) as line:
        def answer(now_us: int) -> tuple[int, int]:
            for _ in range(600):  # more than the host keeps for a socket
                line.send(b"f")
            return now_us, FINISHED

        Program(paths[1], answer).start()
        outside.wait_ready(5)
        found = outside.exchange(0, lambda _: 64)
        assert sum(record.kind is InputKind.DATA for record in found) == 64
        now = 0
        while (deadline := outside.next_deadline(now)) is not None:  # it has finished; its frames still go on
            now = deadline
            found += outside.exchange(now, lambda _: 50)
        assert sum(record.kind is InputKind.DATA for record in found) == 600


@pytest.mark.parametrize(("answer", "what"), [
    ((1, NO_DEADLINE), "repeats time 1 us, told was 0 us"),
    (b"12345678", "an answer of 8 octets"),
    (b"", "an answer of 0 octets"),
])
def test_a_wrong_answer_makes_the_run_invalid(made: Callable[..., Outside], paths: Sequence[Path],
                                              answer: tuple[int, int] | bytes, what: str) -> None:
    outside = made()
    with attach(paths[0]):
        Program(paths[1], lambda _: answer).start()
        outside.wait_ready(5)
        with pytest.raises(InvalidRun, match=what):
            outside.exchange(0, room)


def test_a_thousand_answers_without_progress_make_the_run_invalid(
        made: Callable[..., Outside], paths: Sequence[Path]) -> None:
    outside = made()
    with attach(paths[0]):
        program = Program(paths[1], lambda now_us: (now_us, 0))
        program.start()
        outside.wait_ready(5)
        with pytest.raises(InvalidRun, match="1000 answers without progress"):
            play(outside, 8000)
    assert program.told[-1] == 999 * 125


def test_a_program_that_sends_something_each_time_may_ask_for_the_next_cycle_for_ever(
        made: Callable[..., Outside], paths: Sequence[Path]) -> None:
    outside = made()
    with attach(paths[0]) as line:
        def answer(now_us: int) -> tuple[int, int]:
            line.send(b"f")
            return now_us, 0

        Program(paths[1], answer).start()
        outside.wait_ready(5)
        assert len(play(outside, 1500)) == 1 + 1501


def test_silence_is_an_invalid_run(made: Callable[..., Outside], paths: Sequence[Path]) -> None:
    outside = made(timeout_s=0.02)
    with attach(paths[0]), attach(paths[1]):
        outside.wait_ready(5)
        with pytest.raises(InvalidRun, match="no answer to time 0 us"):
            outside.exchange(0, room)


CHILD = """
import os, socket, struct, sys
def dial(path):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); s.connect(path); return s
line, clock = dial(sys.argv[1]), dial(sys.argv[2])
if sys.argv[3] == "keep" and os.fork() == 0:
    import time; time.sleep(60)
now = clock.recv(8); line.send(b"hello"); clock.send(now + struct.pack("<Q", 1000))
clock.recv(8); line.send(b"last words"); os._exit(1)
"""


def test_a_program_that_dies_is_reported_its_last_frames_are_seen_and_nobody_waits(
        made: Callable[..., Outside], paths: Sequence[Path]) -> None:
    outside = made()
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(paths[0]), str(paths[1]), "die"])
    outside.wait_ready(10)
    records = play(outside, 8)
    assert [(record.at_cycle, record.source, record.kind, record.octets) for record in records] == [
        (0, 0, InputKind.CONNECTED, b""), (0, 0, InputKind.DATA, b"hello"),
        (8, 0, InputKind.DATA, b"last words"), (8, 0, InputKind.CLOSED, b""), (8, 1, InputKind.CLOSED, b"")]
    assert "without saying finished" in outside.take_events()[-1].detail
    assert not outside.finished()
    child.wait()
    again = subprocess.Popen([sys.executable, "-c", CHILD, str(paths[0]), str(paths[1]), "die"])
    now = 8
    while not outside.clocks[0].live:  # it comes back some time: looked for on the grid
        now = outside.next_deadline(now) or 0
        records += outside.exchange(now, room)
    assert InputKind.CONNECTED in [record.kind for record in records[5:]]
    again.kill()
    again.wait()


def test_a_dead_process_whose_clock_stays_open_is_a_crash(made: Callable[..., Outside], paths: Sequence[Path]) -> None:
    outside = made(timeout_s=0.5)
    code = CHILD.replace("now = clock.recv(8); ", "line.send(b'x'); os._exit(0)  # ").replace(
        "import time; time.sleep(60)", "line.recv(10); os._exit(0)")  # a child keeps the sockets open
    child = subprocess.Popen([sys.executable, "-c", code, str(paths[0]), str(paths[1]), "keep"])
    outside.wait_ready(10)
    with pytest.raises(SutCrashed, match="its process has ended"):
        outside.exchange(0, room)
    child.wait()


def test_what_a_finished_program_does_is_no_input_any_more(
        made: Callable[..., Outside], paths: Sequence[Path]) -> None:
    outside = made()
    line = attach(paths[0])
    Program(paths[1], lambda now_us: (now_us, FINISHED)).start()
    outside.wait_ready(5)
    first = outside.exchange(0, room)
    line.send(b"late")
    line.close()
    assert [record.kind for record in first] == [InputKind.CONNECTED, InputKind.FINISHED]
    assert outside.exchange(8, room) == []
    assert not outside.due(160)
    assert not outside.deliver(0, b"frame")


def test_a_recorded_run_plays_back_without_its_programs(made: Callable[..., Outside], paths: Sequence[Path]) -> None:
    outside = made()
    out = io.BytesIO()
    with attach(paths[0]) as line:
        def answer(now_us: int) -> tuple[int, int]:
            line.send(b"%d" % now_us)
            return now_us, now_us + 777 if now_us < 50_000 else FINISHED

        Program(paths[1], answer).start()
        outside.wait_ready(5)
        lived = play(outside, 800)
        InputWriter(out, outside.sources).write([*lived, outside.end(640)])
    recorded = Recorded(InputReader(io.BytesIO(out.getvalue()), "inputs.bin"))
    assert recorded.sources == outside.sources == ("e1-0:16", "clock/0", "run")
    recorded.wait_ready(0)
    played, now = recorded.exchange(0, room), 0
    while (deadline := recorded.next_deadline(now)) is not None:
        assert not recorded.due(deadline - 1) or deadline == now + 1
        now = deadline
        played += recorded.exchange(now, room)
    assert played == lived
    assert recorded.finished()
    assert recorded.ended_at == 640
