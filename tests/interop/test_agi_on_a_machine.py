"""The sample FastAGI IVR serves real callers of a machine: the same outcomes as the built-in menu, a replay without it,
and no call lost when it is not there or is killed."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from serve_bench import replay

from switchsim.cli.main import run_command_line

ROOT: Final = Path(__file__).resolve().parents[2]
DEADLINE_S: Final = 20
CHOICES: Final = """    - announce: [welcome]
    - menu: {prompts: [menu], choices: {"1": sales, "2": service}, timeout: 5s, attempts: 2, otherwise: service}
"""
VP_LINE: Final = "  - names: vp-0\n    signalling: {kind: vp, vp: 0}\nseats:\n"
SERVED: Final = "{do: wait}, {do: speak}, {do: hold, time: 2s}"
CALLERS: Final = {
    "one": f'{{do: listen, prompt: menu}}, {{do: dial, digits: "1"}}, {SERVED}',
    "two": f'{{do: listen, prompt: menu}}, {{do: dial, digits: "2"}}, {SERVED}',
    "wrong": f'{{do: listen, prompt: menu}}, {{do: dial, digits: "7"}}, {{do: listen, prompt: menu}}, '
             f'{{do: dial, digits: "1"}}, {SERVED}',
    "silent": SERVED,
    "gone": "{do: listen, prompt: menu}",
}  # fmt: skip


def write_machine(folder: Path, name: str, hotline: str) -> None:
    """The shipped small machine with a voice processor, and its hotline as given."""
    text = (ROOT / "boards" / "machines" / "b_type_small.yaml").read_text()
    for old, new in (("name: b_type_small", f"name: {name}"), ("0-1: dtm", "0-2: dtm"), ("seats:\n", VP_LINE),
                     (CHOICES, hotline)):  # fmt: skip
        assert old in text
        text = text.replace(old, new, 1)
    (folder / f"{name}.yaml").write_text(text)


def write_scenario(folder: Path, machine: str) -> Path:
    """Five callers, one after another; who speaks to whom is what the runs are compared by."""
    loads = "".join(
        f"  - {{name: {name}, shape: burst, calls: 1, every: 300s, start: {2 + 3 * index}s, numbers: ['10060'],\n"
        f"     patience: 40s, plan: [{plan}]}}\n"
        for index, (name, plan) in enumerate(CALLERS.items())
    )
    path = folder / f"on_{machine}.yaml"
    path.write_text(f"format: 1\ntitle: Five callers\nmachine: {machine}\nseed: 4\nseconds: 50\nload:\n{loads}")
    return path


@contextmanager
def ivr() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The sample IVR: its URL and process."""
    program = [sys.executable, str(ROOT / "examples" / "ivr" / "menu_ivr.py"), "--port", "0", "--verbose"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[1]
        try:
            yield f"agi://{address}/menu", process
        finally:
            process.kill()


def run(scenario: Path, out: Path, *options: str) -> list[dict[str, Any]]:
    """The journal of a run that passed."""
    assert run_command_line(["run", str(scenario), "--out", str(out), "--quiet", "--pace", "fast", *options]) == 0
    return [json.loads(line) for line in (out / "journal.jsonl").read_text().splitlines()[1:]]


def outcomes(journal: list[dict[str, Any]]) -> dict[int, tuple[Any, ...]]:
    """Call -> where it waited, who cleared it, with which cause."""
    found: dict[int, list[Any]] = {}
    for row in journal:
        if row["kind"] == "call_state" and row["state"] == "queued":
            found.setdefault(row["call"], []).append(row["detail"])
        elif row["kind"] == "call_cleared":
            found.setdefault(row["call"], []).extend((row["cause"], row["by"]))
    return {call: tuple(found[call]) for call in sorted(found)}


@pytest.fixture
def machines(tmp_path: Path) -> Callable[[str], Path]:
    write_machine(tmp_path, "built_in", CHOICES)
    write_machine(tmp_path, "by_agi", "    - {ivr: agi, otherwise: menu, wait: 10s}\n  menu:\n" + CHOICES)
    return lambda name: write_scenario(tmp_path, name)


EXPECTED = {1: ("sales", 16, "caller"), 2: ("service", 16, "caller"), 3: ("sales", 16, "caller"),
            4: ("service", 16, "caller"), 5: (16, "caller")}  # fmt: skip


def test_same_outcomes_as_the_built_in_menu_and_a_replay_without_the_server(
    machines: Callable[[str], Path], tmp_path: Path
) -> None:
    built_in = run(machines("built_in"), tmp_path / "a")
    with ivr() as (url, _):
        served = run(machines("by_agi"), tmp_path / "b", "--agi", url)
    assert outcomes(built_in) == outcomes(served) == EXPECTED
    requests = [row["request"] for row in served if row["kind"] == "request_taken"]
    assert requests.count("EXEC") == 4
    assert requests.count("GET DATA") == 7
    assert sum(row["kind"] == "application_changed" and row["what"] == "connected" for row in served) == 5
    assert replay(tmp_path / "b")[0] == 0


def test_without_a_server_the_switch_serves_the_calls_itself(machines: Callable[[str], Path], tmp_path: Path) -> None:
    with ivr() as (url, process):
        process.kill()
        process.wait()
        journal = run(machines("by_agi"), tmp_path / "c", "--agi", url)
    assert outcomes(journal) == EXPECTED
    assert sum(row["kind"] == "application_changed" and row["what"] == "failed" for row in journal) == 5


def test_a_server_that_dies_in_the_middle_of_a_call(machines: Callable[[str], Path], tmp_path: Path) -> None:
    """The first caller hears half a welcome, then the switch's own; the others find nobody."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        dying = threading.Thread(target=_die, args=(listener,))
        dying.start()
        url = f"agi://127.0.0.1:{listener.getsockname()[1]}/menu"
        journal = run(machines("by_agi"), tmp_path / "d", "--agi", url)
        dying.join(DEADLINE_S)
    assert outcomes(journal) == EXPECTED
    changes = [(row["client"], row["what"]) for row in journal if row["kind"] == "application_changed"]
    assert changes == [(1, "connected"), *((client, "failed") for client in range(1, 6))]


def _die(listener: socket.socket) -> None:
    """Serve one command and go, as a process that is killed while it waits."""
    server, _ = listener.accept()
    listener.close()
    with server, server.makefile("rwb") as stream:
        while stream.readline() != b"\n":
            pass
        stream.write(b'ANSWER\nSTREAM FILE welcome ""\n')
        stream.flush()
        assert stream.readline() == b"200 result=0\n"
