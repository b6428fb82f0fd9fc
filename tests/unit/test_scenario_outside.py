"""`serve` with programs outside: in step, repeatable, and replayed without them (DESIGN 8)."""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from switchsim.cli.main import run_command_line
from switchsim.kernel.inputs import InputKind, InputReader

STARTER: Final = [sys.executable, "-c", "from switchsim.cli.main import main; main()"]
FINISHED: Final = 2**64 - 2
DEADLINE_S: Final = 30.0


class Program:
    """An outside program with an hdlc and a raw attachment and a lockstep clock."""

    def __init__(self, folder: Path) -> None:
        self.hdlc, self.raw, self.clock = (self._connect(folder / name) for name in ("hdlc", "raw", "clock"))
        self.hdlc.setblocking(False)
        self.raw.setblocking(False)
        self.frames: list[tuple[int, bytes]] = []
        self.blocks: list[bytes] = []

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in (self.hdlc, self.raw, self.clock):
            connection.close()

    def _connect(self, path: Path) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        connection.settimeout(DEADLINE_S)
        connection.connect(str(path))
        return connection

    def play(self, until_us: int, octet: int = 0) -> None:
        """Keep step until `until_us`, then finish; at 50 ms send frames, one of them too long for a datagram."""
        self.raw.send(bytes([octet]) * 160)
        sent = False
        while True:
            (now_us,) = struct.unpack("<Q", self.clock.recv(64))
            self.frames += [(now_us, octets) for octets in _waiting(self.hdlc)]
            for block in _waiting(self.raw):
                self.blocks.append(block)
                self.raw.send(bytes([octet]) * 160)
            if now_us >= 50_000 and not sent:
                sent = True
                for frame in (b"\xff\x00garbage", b"x" * 265):
                    self.hdlc.send(frame)
            if now_us >= until_us:
                self.clock.send(struct.pack("<QQ", now_us, FINISHED))
                return
            self.clock.send(struct.pack("<QQ", now_us, now_us + 30_000))


def _waiting(connection: socket.socket) -> Iterator[bytes]:
    while True:
        try:
            yield connection.recv(4096)
        except BlockingIOError:
            return


@contextmanager
def serving(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """`switchsim serve` with its three listeners in `folder`, ready."""
    command = [*STARTER, "serve", "one_e1_pri", "--seconds", "2", "--attach", "e1-0:16=hdlc:unix:hdlc",
               "--attach", "e1-0:3=raw:unix:raw", "--clock", "unix:clock", *words]  # fmt: skip
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert ready["event"] == "ready"
        assert ready["addresses"] == {"e1-0:16": "unix:hdlc", "e1-0:3": "unix:raw", "clock/0": "unix:clock"}
        try:
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[str]) -> tuple[int, dict[str, Any]]:
    out, _ = process.communicate(timeout=DEADLINE_S)
    return process.returncode, json.loads(out.splitlines()[-1])


def test_a_hybrid_run_is_as_repeatable_as_a_simulated_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    journals = []
    for number, octet in enumerate((0x2A, 0x2A)):
        with serving(tmp_path, "--out", f"o{number}") as process, Program(tmp_path) as program:
            program.play(200_000, octet)
            code, done = ended(process)
        assert (code, done["why"]) == (0, "done")
        assert len(program.blocks) == 10
        assert program.frames[0] == (3125, bytes.fromhex("00017f"))  # SABME, told a cycle after its last bit
        journals.append((tmp_path / f"o{number}/journal.jsonl").read_bytes())
    assert journals[0] == journals[1]
    assert run_command_line(["replay", "o1"]) == 0
    with (tmp_path / "o1/inputs.bin").open("rb") as source:
        kinds = [record.kind for record in InputReader(source, "inputs.bin")]
    assert kinds.count(InputKind.BAD_LENGTH) == 1
    assert kinds.count(InputKind.FINISHED) == 1
    # The same folder with one octet of the recorded inputs changed is another run.
    inputs = bytearray((tmp_path / "o1/inputs.bin").read_bytes())
    inputs[inputs.index(b"garbage")] ^= 1
    (tmp_path / "o1/inputs.bin").write_bytes(inputs)
    capfd.readouterr()
    assert run_command_line(["replay", "o1"]) == 1
    assert '"order":"outside"' in capfd.readouterr().out


def test_a_program_that_never_comes_makes_the_run_invalid(tmp_path: Path) -> None:
    with serving(tmp_path, "--out", "o", "--wait", "0.2") as process:
        code, done = ended(process)
    assert (code, done["exit_code"], done["at"]) == (3, 3, 0)
    assert "e1-0:16" in done["reasons"][0]
    assert json.loads((tmp_path / "o/run.json").read_bytes())["state"] == "invalid"


def test_a_program_that_breaks_the_lockstep_makes_the_run_invalid(tmp_path: Path) -> None:
    with serving(tmp_path, "--out", "o") as process, Program(tmp_path) as program:
        program.clock.recv(64)
        program.clock.send(struct.pack("<QQ", 7, 7))
        code, done = ended(process)
    assert code == 3
    assert "clock/0" in done["reasons"][0]


def test_a_started_program_that_dies_is_a_crash(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "s.yaml").write_text(
        "format: 1\nmachine: one_e1_pri\nseconds: 1\nsut:\n"
        f"  attach: ['e1-0:16=hdlc:unix:{tmp_path}/h']\n  command: ['{sys.executable}', -c, 'raise SystemExit(9)']\n",
        encoding="utf-8")  # fmt: skip
    assert run_command_line(["run", str(tmp_path / "s.yaml"), "--out", str(tmp_path / "o"), "--quiet"]) == 4
    assert "ended with 9" in capfd.readouterr().out


def test_what_an_attached_program_moved_is_told_at_the_end(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "odd.py").write_text(
        "import socket\nprogram = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)\n"
        f"program.connect('{tmp_path}/h')\n"
        "for length in (265, 300, 5):\n    program.send(bytes(length))\n"
        "while program.recv(300):\n    pass\n", encoding="utf-8")  # fmt: skip
    (tmp_path / "s.yaml").write_text(
        "format: 1\nmachine: one_e1_pri\nseconds: 1\nsut:\n"
        f"  attach: ['e1-0:16=hdlc:unix:{tmp_path}/h']\n  command: ['{sys.executable}', '{tmp_path}/odd.py']\n",
        encoding="utf-8")  # fmt: skip
    run_command_line(["run", str(tmp_path / "s.yaml"), "--out", str(tmp_path / "o")])
    (told,) = [line for line in capfd.readouterr().out.splitlines() if line.startswith("attached ")]
    assert told.startswith("attached e1-0:16: datagrams: 1 taken, ")
    assert "; 2 of a bad length dropped" in told


def test_a_socket_in_use_is_bad_input(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as other:
        other.bind(str(tmp_path / "h"))
        other.listen()
        words = ["serve", "one_e1_pri", "--attach", f"e1-0:16=hdlc:unix:{tmp_path}/h", "--out", str(tmp_path / "o")]
        assert run_command_line(words) == 2
    assert "in use" in capfd.readouterr().err
    assert not (tmp_path / "o").exists()
