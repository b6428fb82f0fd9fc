"""Attachments on real sockets: lengths, second programs, stale paths, back pressure, blocks, coming back."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from switchsim.errors import BadInput, InvalidRun
from switchsim.kernel.inputs import InputKind, InputRecord
from switchsim.sut.options import FAST, REAL, parse_attach
from switchsim.sut.outside import Outside

FRAME = b"\x02\x01\x7f"
ALL = 64


def dial(path: Path | str) -> socket.socket:
    program = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    program.connect(str(path))  # stays blocking: with a timeout, sending waits for a quarter of the buffer
    return program


def outside(path: Path, mode: str = "hdlc", timeout_s: float = 5.0, timeslot: int = 16) -> Outside:
    return Outside([parse_attach(f"e1-0:{timeslot}={mode}:unix:{path}")], [], FAST, timeout_s)


def kinds(records: list[InputRecord]) -> list[InputKind]:
    return [record.kind for record in records]


def room(_: int) -> int:
    return ALL


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "d.sock"


@pytest.fixture
def machine(path: Path) -> Iterator[Outside]:
    made = outside(path)
    yield made
    made.close()


def test_frames_come_stamped_in_order_after_the_connection(machine: Outside, path: Path) -> None:
    with dial(path) as program:
        machine.wait_ready(5)
        program.send(FRAME)
        program.send(FRAME + b"x")
        records = machine.exchange(160, room)
    assert [(r.at_cycle, r.source, r.seq, r.kind, r.octets) for r in records] == [
        (160, 0, 0, InputKind.CONNECTED, b""), (160, 0, 1, InputKind.DATA, FRAME),
        (160, 0, 2, InputKind.DATA, FRAME + b"x")]
    assert machine.sources == ("e1-0:16", "run")


@pytest.mark.parametrize("length", [0, 265, 4096, 70_000])
def test_other_lengths_than_1_to_264_are_dropped_and_counted(machine: Outside, path: Path, length: int) -> None:
    with dial(path) as program:
        machine.wait_ready(5)
        program.send(bytes(length))
        program.send(bytes(264))
        program.send(b"\x01")
        records = machine.exchange(160, room)
    assert kinds(records) == [InputKind.CONNECTED, InputKind.BAD_LENGTH, InputKind.DATA, InputKind.DATA]
    assert int.from_bytes(records[1].octets, "little") == min(length, 65536)
    assert machine.counts["e1-0:16"].bad_length == 1


def test_a_second_program_is_closed_and_counted_and_the_first_goes_on(machine: Outside, path: Path) -> None:
    with dial(path) as first:
        machine.wait_ready(5)
        machine.exchange(0, room)
        with dial(path) as second:
            assert kinds(machine.exchange(160, room)) == [InputKind.REFUSED]
            assert second.recv(10) == b""
        first.send(FRAME)
        assert kinds(machine.exchange(320, room)) == [InputKind.DATA]
        assert machine.deliver(0, FRAME)
        assert first.recv(10) == FRAME


def test_a_program_that_went_is_seen_after_its_last_frames_and_another_is_taken(machine: Outside, path: Path) -> None:
    first = dial(path)
    machine.wait_ready(5)
    assert machine.deliver(0, FRAME)
    first.send(FRAME)
    first.close()  # with a datagram unread, which the host tells as a reset
    with dial(path) as second:
        assert kinds(machine.exchange(160, room)) == [InputKind.CONNECTED, InputKind.DATA, InputKind.CLOSED]
        assert not machine.deliver(0, FRAME)
        second.send(FRAME)
        assert kinds(machine.exchange(320, room)) == [InputKind.CONNECTED, InputKind.DATA]
        assert machine.deliver(0, FRAME)
        assert second.recv(10) == FRAME
    assert [event.event for event in machine.take_events()] == ["attached", "detached", "attached"]
    assert machine.counts["e1-0:16"].unsent == 1


def test_with_64_frames_waiting_the_socket_is_not_read(machine: Outside, path: Path) -> None:
    with dial(path) as program:
        machine.wait_ready(5)
        for number in range(100):
            program.send(bytes([number]))
        assert len(machine.exchange(160, room)) == 1 + 64
        assert machine.exchange(168, lambda _: 0) == []
        assert machine.next_deadline(168) == 176
        assert machine.due(176)
        records = machine.exchange(176, lambda _: 30)
    assert [record.octets[0] for record in records] == list(range(64, 94))


def test_a_program_that_does_not_read_loses_frames_and_stops_nobody(machine: Outside, path: Path) -> None:
    with dial(path):
        machine.wait_ready(5)
        machine.exchange(0, room)
        sent = [machine.deliver(0, bytes(264)) for _ in range(2000)]
    assert sent[0]
    assert not sent[-1]
    assert machine.counts["e1-0:16"].unsent == sent.count(False)


def test_nobody_comes(machine: Outside) -> None:
    with pytest.raises(InvalidRun, match=r"no program came to e1-0:16 within 0\.01 s"):
        machine.wait_ready(0.01)


def test_a_program_that_goes_before_the_start_does_not_count(machine: Outside, path: Path) -> None:
    dial(path).close()
    with pytest.raises(InvalidRun):
        machine.wait_ready(0.05)
    with dial(path) as program:
        machine.wait_ready(5)
        program.send(FRAME)
        assert kinds(machine.exchange(0, room)) == [InputKind.CONNECTED, InputKind.DATA]


def test_a_stale_socket_file_is_removed_and_ours_is_gone_at_the_end(path: Path) -> None:
    stale = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    stale.bind(str(path))
    stale.close()
    made = outside(path)
    dial(path).close()
    made.close()
    assert not path.exists()


@pytest.mark.parametrize("kind", [socket.SOCK_SEQPACKET, socket.SOCK_STREAM])
def test_a_path_that_somebody_answers_is_refused_and_left(path: Path, kind: int) -> None:
    with socket.socket(socket.AF_UNIX, kind) as other:
        other.bind(str(path))
        other.listen(1)
        with pytest.raises(BadInput, match="in use"):
            outside(path)
        assert path.exists()


def test_a_file_in_the_way_is_refused_and_left(path: Path) -> None:
    path.write_text("precious")
    with pytest.raises(BadInput, match="is no socket"):
        outside(path)
    assert path.read_text() == "precious"


def test_a_directory_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No such file or directory"):
        outside(tmp_path / "none" / "d.sock")


def test_one_bad_path_leaves_no_other_listener_behind(path: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        Outside([parse_attach(f"l:1=hdlc:unix:{path}"), parse_attach(f"l:2=hdlc:unix:{tmp_path}/no/x")], [], FAST)
    assert not path.exists()


def block(number: int) -> bytes:
    return bytes([number]) * 160


def test_raw_blocks_go_in_step_and_the_machine_waits(path: Path) -> None:
    machine = outside(path, "raw", timeslot=5)

    def far_end() -> None:
        with dial(path) as program:
            program.send(block(0))
            for _ in range(1, 4):
                received = program.recv(200)
                program.send(bytes(159))  # counted, and no block
                program.send(bytes([received[0] + 1]) * 160)
            program.recv(200)

    thread = threading.Thread(target=far_end)
    thread.start()
    machine.wait_ready(5)
    assert kinds(machine.exchange(0, room)) == [InputKind.CONNECTED]
    now, heard = 0, []
    for number in range(4):
        deadline = machine.next_deadline(now)
        assert deadline == now + 160
        now = deadline
        machine.deliver(0, block(10 * number))
        assert machine.due(now)
        heard += machine.exchange(now, room)
    thread.join()
    data = [(record.at_cycle, record.octets) for record in heard if record.kind is InputKind.DATA]
    assert data == [(160, block(0)), (320, block(1)), (480, block(11)), (640, block(21))]
    assert kinds(heard).count(InputKind.BAD_LENGTH) == 3
    machine.close()


def test_blocks_of_a_late_program_count_from_the_next_multiple_of_160(machine: Outside, tmp_path: Path) -> None:
    raw = outside(tmp_path / "r.sock", "raw", timeslot=5)
    with dial(tmp_path / "r.sock") as program:
        program.send(block(7))
        assert kinds(raw.exchange(1000, room)) == [InputKind.CONNECTED]
        assert raw.exchange(1120, room) == []  # block 0 of both: cycles 1120..1279 and 1280..1439
        assert kinds(raw.exchange(1280, room)) == [InputKind.DATA]
    raw.close()


def test_a_raw_program_that_stays_silent_makes_the_run_invalid(path: Path) -> None:
    machine = outside(path, "raw", timeout_s=0.02, timeslot=5)
    with dial(path):
        machine.wait_ready(5)
        machine.exchange(0, room)
        with pytest.raises(InvalidRun, match="no block of 160 octets"):
            machine.exchange(160, room)
    machine.close()


def test_a_raw_program_that_goes_ends_the_wait(path: Path) -> None:
    machine = outside(path, "raw", timeslot=5)
    program = dial(path)
    machine.wait_ready(5)
    machine.exchange(0, room)
    program.close()
    assert kinds(machine.exchange(160, room)) == [InputKind.CLOSED]
    assert machine.next_deadline(160) == 320  # somebody may come back: looked for on a grid
    assert machine.exchange(320, room) == []
    machine.close()


def test_a_late_block_of_a_paced_run_is_an_underrun_and_then_dropped(path: Path) -> None:
    machine = Outside([parse_attach(f"l:5=raw:unix:{path}")], [], REAL)
    with dial(path) as program:
        machine.wait_ready(5)
        machine.exchange(0, room)
        assert kinds(machine.exchange(160, room)) == [InputKind.UNDERRUN]
        program.send(block(0))
        program.send(block(1))
        arrivals = machine.exchange(320, room)
        assert [(r.kind, r.octets) for r in arrivals] == [(InputKind.DATA, block(1))]
    counts = machine.counts["l:5"]
    assert (counts.underruns, counts.late) == (1, 1)
    machine.close()


def test_a_paced_run_moves_frames_in_its_own_thread_and_keeps_wall_time(path: Path) -> None:
    machine = Outside([parse_attach(f"l:16=hdlc:unix:{path}")], [], REAL)
    with dial(path) as program:
        machine.wait_ready(5)
        for number in range(100):
            program.send(bytes([number]))
        now, found = 0, []
        while len(found) < 101 and now < 8000:
            assert machine.next_deadline(now) == now + 8
            now += 8
            found += machine.exchange(now, lambda _: 3)
        assert machine.pacer.seconds_left(now + 8000) > 0.5
        assert machine.deliver(0, FRAME)
        assert program.recv(10) == FRAME
    assert [record.octets[0] for record in found[1:]] == list(range(100))
    assert now > 30 * 8  # three at a time
    machine.close()
