"""Scenarios that start a program: waited for, restarted by the timeline, missed when it dies; and databases."""

from __future__ import annotations

import json
import socket
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from serve_bench import replay
from tcp_bench import put_toys

from switchsim.cli.main import run_command_line
from switchsim.kernel.inputs import InputKind, InputReader
from switchsim.report.journal import JournalReader
from switchsim.scenario import runner
from switchsim.sut.options import DatabaseOption

CLIENT = """
import os, socket, sys, time
host, port = os.environ["SWITCHSIM_AMI"].rsplit(":", 1)
client = socket.create_connection((host, int(port)))
for line in sys.argv[1:]:
    client.sendall(line.encode() + b"\\n")
while client.recv(65536):
    pass
"""


@pytest.fixture(autouse=True)
def toys(monkeypatch: pytest.MonkeyPatch) -> None:
    put_toys(monkeypatch)


def scenario(folder: Path, *, until: str = "400ms", command: str, timeline: str = "[]", sut: str = "") -> Path:
    (folder / "client.py").write_text(CLIENT, encoding="utf-8")
    (folder / "s.yaml").write_text(
        f"format: 1\nmachine: one_e1_pri\nuntil: {until}\ntimeline: {timeline}\nsut:\n  ami: '0'\n"
        f"  insecure_no_auth: true\n  expects: [ami]\n  command: {command}\n{sut}", encoding="utf-8")  # fmt: skip
    return folder / "s.yaml"


def run(path: Path, *options: str) -> int:
    return run_command_line(["run", str(path), "--out", str(path.parent / "out"), "--quiet", *options])


def events(folder: Path, kind: str) -> list[Any]:
    return [record for record in JournalReader(folder / "journal.jsonl") if type(record.event).__name__ == kind]


def kinds(folder: Path) -> list[InputKind]:
    with (folder / "inputs.bin").open("rb") as source:
        return [record.kind for record in InputReader(source, "inputs.bin")]


def assert_replays(folder: Path) -> None:
    code, said = replay(folder)
    assert (code, said.split(",")[0]) == (0, "equal"), said


def test_time_begins_when_the_program_has_come(tmp_path: Path) -> None:
    path = scenario(tmp_path, command=f"['{sys.executable}', client.py, echo hi]")
    assert run(path) == 0
    first = next(record for record in events(tmp_path / "out", "DefectSeen") if record.event.defect == "attached")
    assert first.at == 0
    assert_replays(tmp_path / "out")


def test_a_program_that_never_comes_is_an_invalid_run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = scenario(tmp_path, command=f"['{sys.executable}', -c, 'input()']", sut="  ready_within: 200ms\n")
    (tmp_path / "s.yaml").write_text(path.read_text().replace("input()", "import time; time.sleep(60)"))
    assert run(path) == 3
    assert "no program came to ami within 0.2 s" in capfd.readouterr().out


@pytest.mark.parametrize("act", ["restart", "kill, start", "stop, start"])
def test_the_timeline_restarts_the_program_and_the_replay_needs_none(tmp_path: Path, act: str) -> None:
    words = act.split(", ")
    steps = [f"{{at: {200 + 100 * n}ms, program: {word}}}" for n, word in enumerate(words)]
    steps.append("{on: {event: defect_seen, where: {defect: line}, nth: 2, after: 50ms}, stop: true}")
    timeline = f"[{', '.join(steps)}]"
    path = scenario(tmp_path, until="30s", command=f"['{sys.executable}', client.py, echo hi]", timeline=timeline)
    assert run(path) == 0
    out = tmp_path / "out"
    assert [(record.at, record.event.act) for record in events(out, "ProgramActed")] == [
        (1600 + 800 * n, word) for n, word in enumerate(words)]
    assert kinds(out).count(InputKind.PROGRAM) == len(words)
    assert kinds(out).count(InputKind.CONNECTED) == 2
    assert kinds(out).count(InputKind.CLOSED) == 1
    (tmp_path / "client.py").unlink()
    assert_replays(out)


def test_the_timeline_acts_after_an_event(tmp_path: Path) -> None:
    timeline = "[{on: {event: defect_seen, where: {defect: line}}, program: stop}]"
    path = scenario(tmp_path, command=f"['{sys.executable}', client.py, echo hi]", timeline=timeline)
    assert run(path) == 0
    (line,) = (record for record in events(tmp_path / "out", "DefectSeen") if record.event.defect == "line")
    (acted,) = events(tmp_path / "out", "ProgramActed")
    assert (acted.at, acted.event.act) == (line.at + 1, "stop")
    assert_replays(tmp_path / "out")


def test_a_crash_of_its_own_is_exit_4(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = scenario(tmp_path, until="30s", command=f"['{sys.executable}', client.py, close]")
    (tmp_path / "client.py").write_text(f"{CLIENT}raise SystemExit(9)", encoding="utf-8")
    assert run(path) == 4
    assert "ended with 9" in capfd.readouterr().out


def test_a_step_without_a_program_is_bad_input(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "s.yaml").write_text("format: 1\nmachine: one_e1_pri\nseconds: 1\ntimeline:\n"
                                     "  - {at: 1s, program: restart}\n", encoding="utf-8")  # fmt: skip
    assert run(tmp_path / "s.yaml") == 2
    assert "s.yaml:5: there is no program; expected `sut: command:`" in capfd.readouterr().err


def test_a_database_answers_and_the_replay_needs_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sqlite3.connect(tmp_path / "leads.db") as made:
        made.execute("CREATE TABLE level (number, level)")
        made.execute("INSERT INTO level VALUES ('139', 'gold')")
    option = DatabaseOption(url=f"sqlite:///{tmp_path}/leads.db",
                            statements={"level": "SELECT level FROM level WHERE number = :key"})
    put_toys(monkeypatch, "database")
    monkeypatch.setattr(runner, "databases_of", lambda *_: {"database": option})
    path = scenario(tmp_path, command=f"['{sys.executable}', client.py, ask level 139, ask level 1, ask wrong 1]")
    assert run(path) == 0
    out = tmp_path / "out"
    assert kinds(out).count(InputKind.ANSWERED) == 3
    said = [bytes.fromhex(record.event.about.split()[2]) for record in events(out, "DefectSeen")
            if record.event.defect == "answered"]
    assert [json.loads(one)["result"] for one in said] == ["found", "empty", "failed"]
    (tmp_path / "leads.db").unlink()
    assert_replays(out)


@pytest.mark.parametrize("options", [("--ami", "0", "--insecure-no-auth"), ("--agi", "agi://127.0.0.1/menu"),
                                     ("--database", "sqlite://")])
def test_a_machine_without_a_platform_says_what_it_lacks(
    options: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.undo()
    assert run_command_line(["serve", "one_e1_pri", *options, "--out", str(tmp_path / "o")]) == 2
    said = capfd.readouterr().err
    assert f"{options[0]}: this machine has no call-centre platform; expected a machine with a MEM board" in said
    assert not (tmp_path / "o").exists()


def test_a_port_in_use_is_bad_input(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        words = ["serve", "one_e1_pri", "--ami", port, "--insecure-no-auth", "--out", str(tmp_path / "o")]
        assert run_command_line(words) == 2
    said = capfd.readouterr().err
    assert f"--ami: 127.0.0.1:{port} can not be listened on: Address already in use" in said
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize(("url", "shown"), [
    ("postgresql://anna:verysecret@db.example/leads", "postgresql://anna:***@db.example/leads"),
    ("postgresql://db.example/leads?user=anna&password=verysecret", "postgresql://db.example/leads?user=anna&password=***"),
])  # fmt: skip
def test_a_password_in_a_url_is_not_kept(
    url: str, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_toys(monkeypatch, "database")
    option = DatabaseOption(url="sqlite://", statements={})
    monkeypatch.setattr(runner, "databases_of", lambda *_: {"database": option})
    monkeypatch.setattr(sys, "argv", ["switchsim", "serve", "--database", url])
    words = ["serve", "one_e1_pri", "--database", url, "--seconds", "1", "--pace", "fast", "--out", str(tmp_path / "o")]
    assert run_command_line(words) == 0
    kept = json.loads((tmp_path / "o" / "run.json").read_text())
    assert kept["arguments"][-1] == shown
    assert not [path for path in (tmp_path / "o").rglob("*") if path.is_file() and b"verysecret" in path.read_bytes()]
