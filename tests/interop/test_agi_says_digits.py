"""SAY DIGITS and SAY NUMBER of a FastAGI server on the shipped call centre: its caller hears them, digit by digit."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path
from typing import Final

from switchsim.cli.main import run_command_line

DEADLINE_S: Final = 20
COMMANDS: Final = ("ANSWER", 'SAY DIGITS 4071 ""', 'SAY NUMBER 121 ""', "STREAM FILE goodbye #", "HANGUP")
SCENARIO: Final = """\
format: 1
machine: call_centre
seed: 3
seconds: 30
load:
  - {name: listener, shape: burst, calls: 1, every: 1h, start: 1s, numbers: ["10060"], patience: 25s,
     plan: [{do: listen, prompt: goodbye}, {do: stay}]}
"""


def _serve(listener: socket.socket, answers: list[str]) -> None:
    server, _ = listener.accept()
    with server, server.makefile("rwb") as stream:
        server.settimeout(DEADLINE_S)
        while stream.readline() != b"\n":
            pass
        for command in COMMANDS:
            stream.write(f"{command}\n".encode())
            stream.flush()
            answers.append(stream.readline().decode().strip())


def test_the_caller_hears_digits(tmp_path: Path) -> None:
    (tmp_path / "calls.yaml").write_text(SCENARIO)
    answers: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, answers))
        thread.start()
        url = f"10060=agi://127.0.0.1:{listener.getsockname()[1]}/say"
        out = tmp_path / "run"
        words = ["run", str(tmp_path / "calls.yaml"), "--out", str(out), "--quiet", "--pace", "20", "--agi", url]
        assert run_command_line(words) == 0
        thread.join(DEADLINE_S)
    assert [answer[:12] for answer in answers] == ["200 result=0"] * 4 + ["200 result=1"]
    rows = [json.loads(line) for line in (out / "journal.jsonl").read_text().splitlines()[1:]]
    heard = [row["which"] for row in rows if row["kind"] == "party_hears" and row["what"] == "prompt"]
    said = ("4", "0", "7", "1", "1", "hundred", "20", "1")
    assert heard == [*(f"digits/{word}" for word in said), "goodbye"]
