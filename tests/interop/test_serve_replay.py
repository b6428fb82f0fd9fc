"""`switchsim replay` of folders in which something was changed: the first difference is named, and nothing raises."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from peers.build import build_pri_peer
from serve_bench import replay, serve

from switchsim.kernel.inputs import InputKind, InputReader, InputRecord, encode_record

pytestmark = pytest.mark.peer("libpri-dev")
SAMPLES = 40


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with libpri on the D channel, an echo on a B channel, and calls both ways."""
    folder = tmp_path_factory.mktemp("run")
    peer = [str(build_pri_peer(folder)), "--attach", f"{folder}/d", "--clock", f"{folder}/c", "--side", "network",
            "--calls", "2", "--expect", "1"]
    echo = [sys.executable, str(Path(__file__).parent / "peers" / "raw_echo.py"), "--attach", f"{folder}/r"]
    served = serve(folder, "one_e1_pri", "--attach", f"e1-0:16=hdlc:unix:{folder}/d", "--clock", f"unix:{folder}/c",
                   "--attach", f"e1-0:9=raw:unix:{folder}/r", "--dial", "e1-0=139", programs=[peer, echo])
    assert served.exit_code == 0
    return served.folder


def copy_of(folder: Path, to: Path) -> Path:
    shutil.copytree(folder, to)
    return to


def records(folder: Path) -> tuple[bytes, list[InputRecord]]:
    """The header of inputs.bin, and its records."""
    octets = (folder / "inputs.bin").read_bytes()
    with (folder / "inputs.bin").open("rb") as file:
        read = list(InputReader(file, "inputs.bin"))
    body = b"".join(map(encode_record, read))
    assert octets.endswith(body)
    return octets[: len(octets) - len(body)], read


def test_an_untouched_folder_is_equal(recorded: Path) -> None:
    code, said = replay(recorded)
    assert (code, said[:14]) == (0, "equal, digest ")


@pytest.mark.parametrize("part", [1, 3, 5, 7])
def test_a_changed_octet_of_the_journal_is_the_first_difference(recorded: Path, tmp_path: Path, part: int) -> None:
    folder = copy_of(recorded, tmp_path / "run")
    lines = (folder / "journal.jsonl").read_bytes().splitlines(keepends=True)
    number = len(lines) * part // 8
    changed = lines[number][:-3] + bytes([lines[number][-3] ^ 1]) + lines[number][-2:]
    (folder / "journal.jsonl").write_bytes(b"".join([*lines[:number], changed, *lines[number + 1 :]]))
    code, said = replay(folder)
    assert code == 1
    assert f"line {number + 1}" in said
    assert f"- {changed.decode().rstrip()}" in said
    assert f"+ {lines[number].decode().rstrip()}" in said


def test_a_changed_octet_of_a_frame_is_the_first_difference(recorded: Path, tmp_path: Path) -> None:
    """One digit of the calling number that came from outside: the order that brings it is the first to differ."""
    folder = copy_of(recorded, tmp_path / "run")
    header, read = records(folder)
    index = next(n for n, record in enumerate(read) if b"13800138000" in record.octets)
    changed = InputRecord(at_cycle=read[index].at_cycle, source=read[index].source, seq=read[index].seq,
                          kind=InputKind.DATA, octets=read[index].octets.replace(b"13800138000", b"13800138001"))
    read[index] = changed
    (folder / "inputs.bin").write_bytes(header + b"".join(map(encode_record, read)))
    code, said = replay(folder)
    assert code == 1
    assert b"13800138001".hex() in said
    assert f'"at":{changed.at_cycle},' in said


def test_any_changed_octet_of_the_inputs_is_a_difference_or_bad_input(recorded: Path, tmp_path: Path) -> None:
    """All over the file: header, cycles, sources, sequence, kinds, lengths, octets."""
    folder = copy_of(recorded, tmp_path / "run")
    octets = (folder / "inputs.bin").read_bytes()
    ends: dict[int, int] = {}
    for sample in range(SAMPLES):
        # The records of the first part hold a little of everything; a prime step meets every field.
        at = sample if sample < SAMPLES // 3 else (sample * 379 + sample) % len(octets)
        changed = bytearray(octets)
        changed[at] ^= 1 << sample % 8
        (folder / "inputs.bin").write_bytes(changed)
        code, said = replay(folder)
        assert code in (0, 1, 2), (at, said)
        assert "Traceback" not in said, (at, said)
        assert code != 1 or re.search(r"line \d+", said), said
        ends[code] = ends.get(code, 0) + 1
    assert ends[1] > SAMPLES // 4
    assert ends[2] > SAMPLES // 8


def test_inputs_that_end_early_are_a_difference(recorded: Path, tmp_path: Path) -> None:
    folder = copy_of(recorded, tmp_path / "run")
    octets = (folder / "inputs.bin").read_bytes()
    (folder / "inputs.bin").write_bytes(octets[: len(octets) // 2])
    code, said = replay(folder)
    assert (code, "line " in said) == (1, True)


def test_a_changed_copy_of_the_machine_is_bad_input(recorded: Path, tmp_path: Path) -> None:
    folder = copy_of(recorded, tmp_path / "run")
    kept = json.loads((folder / "run.json").read_text())
    name = next(row["copy"] for row in kept["files"] if row["role"] == "machine")
    (folder / name).write_bytes((folder / name).read_bytes().replace(b"talk_limit: 3s", b"talk_limit: 4s"))
    code, said = replay(folder)
    assert (code, name in said) == (2, True), said
