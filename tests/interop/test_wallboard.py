"""The sample wallboard against `switchsim serve`: while calls come, over a cut of the link, with a bad secret."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Final

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from serve_bench import Line, Served, serve

WALLBOARD: Final = Path(__file__).resolve().parents[2] / "examples" / "wallboard" / "wallboard.py"
DEADLINE_S: Final = 40
SCENARIO: Final = """\
format: 1
machine: b_type_small
seed: 4
seconds: 600
load:
  - {name: customer, shape: constant, rate: 60/min, numbers: ["10061"], hold: {shape: erlang, mean: 6s}}
agents:
  - {sign_in: 10ms}
timeline:
  - {at: 8s, fault: mem_link_cut, for: 10s}
"""


def shown(folder: Path, *options: str, secret: str = "s3cret") -> tuple[int, list[Line], Served]:
    """(exit code, lines, run) of the wallboard."""
    (folder / "users.yaml").write_text("board: s3cret\n", encoding="utf-8")
    (folder / "calls.yaml").write_text(SCENARIO, encoding="utf-8")
    done: list[subprocess.CompletedProcess[str]] = []
    threads: list[threading.Thread] = []

    def watch(address: str) -> None:
        command = [sys.executable, str(WALLBOARD), "--user", "board", "--address", address, *options]
        try:
            done.append(subprocess.run(command, env=os.environ | {"AMI_SECRET": secret}, text=True, timeout=DEADLINE_S,
                                       capture_output=True))  # fmt: skip
        finally:
            os.kill(os.getpid(), signal.SIGINT)

    def react(line: Line, _: Any) -> None:
        if line["event"] == "ready":
            threads.append(threading.Thread(target=watch, args=(line["addresses"]["ami"],)))
            threads[0].start()

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # one that comes when the run is over already
    try:
        outside = ("--scenario", str(folder / "calls.yaml"), "--ami", "127.0.0.1:0", "--pace", "6")
        run = serve(folder, "b_type_small", *outside, "--users", str(folder / "users.yaml"), react=react)
        threads[0].join(DEADLINE_S)
    finally:
        signal.signal(signal.SIGINT, before)
    return done[0].returncode, [json.loads(line) for line in done[0].stdout.splitlines()], run


def test_the_board_agrees_with_the_switch_while_calls_come_and_after_the_link_was_cut(tmp_path: Path) -> None:
    code, lines, run = shown(tmp_path, "--seconds", "5", "--every", "0.2", "--check")
    assert code == 0, lines
    assert lines[0] == {"wallboard": "connected", "queues": ["sales", "service"]}
    boards = [line["queues"]["sales"] for line in lines if line["wallboard"] == "board"]
    assert boards[0]["agents"] == 8
    assert [one["answered"] for one in boards] == sorted(one["answered"] for one in boards)
    assert boards[-1]["answered"] > 3
    assert min(one["free"] for one in boards) < 8
    told = [line for line in run.journal("event_told") if line["name"] == "AgentConnect"]
    assert boards[-1]["answered"] <= len(told) <= boards[-1]["answered"] + 3


@pytest.mark.parametrize("options", [(), ("--check",)])
def test_a_refused_log_in_ends_it(tmp_path: Path, options: tuple[str, ...]) -> None:
    code, lines, run = shown(tmp_path, "--seconds", "30", *options, secret="wrong")
    assert (code, [line for line in lines if line["wallboard"] != "lost"]) == (
        2, [{"wallboard": "failed", "why": "Authentication failed"}])  # fmt: skip
    assert [line["what"] for line in run.journal("application_changed")].count("failed") == 1


@pytest.mark.parametrize("options", [(), ("--check",)])
@pytest.mark.parametrize("signalled", [signal.SIGTERM, signal.SIGINT, 0])
def test_without_a_server_it_ends_on_a_signal_and_after_its_time(options: tuple[str, ...], signalled: int) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and nobody listens
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
        time = () if signalled else ("--seconds", "0.5")
        command = [sys.executable, str(WALLBOARD), "--user", "board", "--address", address, *time, *options]
        board = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert board.stderr is not None
        board.stderr.readline()  # it was not able to connect: its signal handlers are there
        if signalled:
            board.send_signal(signalled)
        told, _ = board.communicate(timeout=DEADLINE_S)
    assert (board.returncode, json.loads(told)) == (2, {"wallboard": "failed", "why": "no connection"})
