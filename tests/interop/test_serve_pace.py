"""`switchsim serve` in processes of its own: paced by wall time, interrupted, terminated."""

from __future__ import annotations

import itertools
import json
import signal
import socket
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from serve_bench import command, next_line, replay

from switchsim.units import seconds


def test_three_simulated_seconds_take_three_of_the_wall(tmp_path: Path) -> None:
    """An attached program without a clock sets no pace: real time is the default."""
    with (command("serve", "one_e1_pri", "--attach", f"e1-0:16=hdlc:unix:{tmp_path}/d", "--seconds", "3",
                  "--out", f"{tmp_path}/run") as process,
          socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as program):
        assert next_line(process)["event"] == "ready"
        begun = time.monotonic()
        program.connect(f"{tmp_path}/d")
        came: list[tuple[float, bytes]] = []
        while octets := program.recv(512):
            came.append((time.monotonic() - begun, octets))
        took = time.monotonic() - begun
        said, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")
    assert json.loads(said.splitlines()[-1])["at"] == seconds(3)
    assert 2.9 < took < 4.5
    # SABME at once, then at each T200 (1 s, Q.921 5.9.1), by the wall's clock.
    sabme = [at for at, octets in came if octets == bytes.fromhex("00017f")]
    assert len(sabme) == 3
    assert all(0.8 < later - sooner < 1.3 for sooner, later in itertools.pairwise(sabme)), sabme
    assert replay(tmp_path / "run")[0] == 0


@pytest.mark.parametrize(("number", "exit_code", "why"), [
    (signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")])
@pytest.mark.parametrize("waiting", [False, True])
def test_a_signal_ends_the_run_with_a_readable_folder(tmp_path: Path, number: signal.Signals, exit_code: int, why: str,
                                                      waiting: bool) -> None:
    """In the middle of a run, and while it waits for its program."""
    options = ["--attach", f"e1-0:16=hdlc:unix:{tmp_path}/d"] if waiting else ["--pace", "real"]
    with command("serve", "one_e1_pri_network", *options, "--out", f"{tmp_path}/run") as process:
        assert next_line(process)["event"] == "ready"
        if not waiting:
            assert next_line(process)["event"] == "link_up"
        process.send_signal(number)
        said, errors = process.communicate(timeout=30)
    done = json.loads(said.splitlines()[-1])
    assert (process.returncode, done["event"], done["why"], errors) == (exit_code, "done", why, "")
    info = json.loads((tmp_path / "run" / "run.json").read_text())
    assert (info["state"], info["exit_code"]) == ("interrupted", exit_code)
    assert json.loads((tmp_path / "run" / "verdict.json").read_text())["why"] == why
    last = (tmp_path / "run" / "journal.jsonl").read_bytes().splitlines()[-1]
    assert json.loads(last)["why"] == why
    assert replay(tmp_path / "run") == (0, f"equal, digest {done['digest']}\n")
