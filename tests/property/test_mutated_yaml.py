"""Machines and scenarios with mistakes in them: never a traceback, always an exit code 0 to 3 (DESIGN 9.2).

The mutations are seeded, not drawn anew each time: a failure names its seed and comes back.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from switchsim.assembly.shipped import folder
from switchsim.cli.main import REPORT, run_command_line

MUTATIONS: Final = 1000
RUN_EVERY: Final = 20
"""Each so many-th mutation that `check` passes is also run, cut to a quarter of a second."""

Mutation = Callable[[random.Random, list[str]], list[str]]


def _words(rng: random.Random) -> str:
    return rng.choice([
        "", "null", "true", "yes", "-1", "0", "1", "99999999999999999999", "1.5", "1e400", ".nan", "'x'", '"', "[", "]",
        "{", "}", "[]", "{}", ":", "- ", "*a", "&a b", "!!int 3", "<<: *a", "12.5s", "-3s", "9999999h", "0cyc",
        "e1-0..e1-9", "1016..1001", "\t", "\x00", "\x1b", "\ud7ff", "号码", "%", "@", "`", "|", ">", "#", "---", "...",
        "? ", "=", "~", "a: b: c", "x" * 5000,
    ])  # fmt: skip


def drop_line(rng: random.Random, lines: list[str]) -> list[str]:
    at = rng.randrange(len(lines))
    return lines[:at] + lines[at + 1 :]


def double_line(rng: random.Random, lines: list[str]) -> list[str]:
    at = rng.randrange(len(lines))
    return [*lines[: at + 1], *lines[at:]]


def swap_lines(rng: random.Random, lines: list[str]) -> list[str]:
    a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines = list(lines)
    lines[a], lines[b] = lines[b], lines[a]
    return lines


def indent_line(rng: random.Random, lines: list[str]) -> list[str]:
    at = rng.randrange(len(lines))
    moved = "  " + lines[at] if rng.random() < 0.5 else lines[at].removeprefix("  ")
    return [*lines[:at], moved, *lines[at + 1 :]]


def replace_value(rng: random.Random, lines: list[str]) -> list[str]:
    at = rng.randrange(len(lines))
    key, colon, _ = lines[at].partition(":")
    return [*lines[:at], key + colon + " " + _words(rng), *lines[at + 1 :]]


def replace_token(rng: random.Random, lines: list[str]) -> list[str]:
    """One word anywhere in a line, also inside {flow: mappings}."""
    at = rng.randrange(len(lines))
    tokens = lines[at].split(" ")
    tokens[rng.randrange(len(tokens))] = _words(rng) if rng.random() < 0.6 else rng.choice(" ".join(lines).split())
    return [*lines[:at], " ".join(tokens), *lines[at + 1 :]]


def change_character(rng: random.Random, lines: list[str]) -> list[str]:
    text = "\n".join(lines)
    at = rng.randrange(len(text))
    return (text[:at] + rng.choice("0123456789abz:-{}[]'\"#&*!|>%@, \n") + text[at + rng.randrange(2) :]).split("\n")


def cut_off(rng: random.Random, lines: list[str]) -> list[str]:
    return "\n".join(lines)[: rng.randrange(len("\n".join(lines)))].split("\n")


KINDS: Final[list[Mutation]] = [
    drop_line, double_line, swap_lines, indent_line, replace_value, replace_token, replace_token, change_character,
    cut_off,
]  # fmt: skip


def mutated(rng: random.Random, text: str) -> bytes:
    lines = text.split("\n")
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        if any(line.strip() for line in lines):
            lines = rng.choice(KINDS)(rng, lines)
    octets = "\n".join(lines).encode("utf-8", "surrogatepass")
    if rng.random() < 0.03:
        at = rng.randrange(len(octets) + 1)
        octets = octets[:at] + rng.randbytes(3) + octets[at:]
    return octets


def originals() -> list[Path]:
    scenarios = [path for path in folder("scenarios").rglob("*.yaml") if "conformance" not in path.parts]
    return sorted([*(folder("boards") / "machines").glob("*.yaml"), *scenarios])


def shortened(octets: bytes) -> bytes:
    """A scenario that `check` passed, to run for a quarter of a second."""
    lines = octets.split(b"\n")
    return b"\n".join(b"until: 250ms" if line.startswith((b"seconds:", b"until:")) else line for line in lines)


@pytest.mark.parametrize("batch", range(10))
def test_a_mistake_is_never_a_traceback(
    batch: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWITCHSIM_PATH", str(tmp_path))
    files = originals()
    texts = {file: file.read_text(encoding="utf-8") for file in files}
    found = {0: 0, 2: 0}
    for number in range(batch * MUTATIONS // 10, (batch + 1) * MUTATIONS // 10):
        rng = random.Random(number)
        original = files[number % len(files)]
        octets = mutated(rng, texts[original])
        case = tmp_path / "case.yaml"
        case.write_bytes(octets)
        code = run_command_line(["check", str(case)])
        told = capsys.readouterr()
        assert code in (0, 2), f"mutation {number} of {original.name}: {code}\n{told.err}"
        assert (code == 2) == bool(told.err), f"mutation {number}"
        assert all(line.startswith((str(case), "--", "load ", "agents")) for line in told.err.splitlines()), told.err
        found[code] += 1
        if code == 0 and "scenarios" in original.parts and found[0] % RUN_EVERY == 0:
            case.write_bytes(shortened(octets))
            code = run_command_line(["run", str(case), "--quiet", "--out", str(tmp_path / "out"), "--force"])
            told = capsys.readouterr()
            assert code in (0, 1, 2, 3), f"mutation {number} of {original.name}: {code}\n{told.err}"
            assert REPORT not in told.err
    assert found[2] > found[0] > 0, "the mutations must break most files, and not all"
