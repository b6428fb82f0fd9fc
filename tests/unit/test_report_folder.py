"""The run folder: where it goes, what it says at every moment, and what is left after a full disk."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from by_hand import whole_call

from switchsim.errors import BadInput, OutputError
from switchsim.kernel.journal import Checkpoint, Journal
from switchsim.model.phase import Phase
from switchsim.report.compare import read_digests
from switchsim.report.folder import (
    DIGESTS,
    JOURNAL,
    RunFolder,
    RunInfo,
    kept_files,
    make_folder,
    read_run_info,
)
from switchsim.report.journal import JournalReader
from switchsim.report.output import write_whole


def info() -> RunInfo:
    return RunInfo(scenario="busy", seed=7, arguments=["run", "busy"])


def test_default_place_and_its_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert [str(make_folder("busy", 7)) for _ in range(3)] == ["runs/busy-7", "runs/busy-7-2", "runs/busy-7-3"]
    assert str(make_folder("busy", 8)) == "runs/busy-8"


def test_out_refuses_a_folder_that_is_not_empty(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert make_folder("busy", 7, out=out) == out
    assert make_folder("busy", 7, out=out) == out  # still empty
    (out / "mine.txt").write_text("x")
    with pytest.raises(BadInput, match="not empty"):
        make_folder("busy", 7, out=out)
    folder = RunFolder(make_folder("busy", 7, out=out, force=True), info())
    folder.keep("machine", "m.yaml", b"x")
    folder.finish("passed", 0)
    again = make_folder("busy", 7, out=out, force=True)
    assert [entry.name for entry in again.iterdir()] == ["mine.txt"]


def test_several_runs_go_below_out(tmp_path: Path) -> None:
    assert make_folder("busy", 7, out=tmp_path / "o", several=True) == tmp_path / "o" / "busy-7"
    assert make_folder("calm", 7, out=tmp_path / "o", several=True) == tmp_path / "o" / "calm-7"


def test_out_that_is_a_file_or_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(BadInput, match="is no folder"):
        make_folder("busy", 7, out=tmp_path / "file")
    with pytest.raises(OutputError, match="could not be written"):
        make_folder("busy", 7, out=tmp_path / "file" / "below")


def test_run_json_says_running_from_the_first_moment_and_is_replaced(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path, info())
    first = read_run_info(tmp_path)
    assert (first.state, first.exit_code, first.ended) == ("running", -1, "")
    assert first.started
    folder.finish("passed", 0, digest="ab", problem="")
    last = read_run_info(tmp_path)
    assert (last.state, last.exit_code, last.digest, last.started) == ("passed", 0, "ab", first.started)
    assert last.ended
    assert sorted(path.name for path in tmp_path.iterdir()) == [DIGESTS, JOURNAL, "run.json"]


def test_kept_files_come_back_and_a_changed_one_is_refused(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path, info())
    folder.keep("machine", "boards/small.yaml", b"one")
    folder.keep("prompt", "a/welcome.wav", b"two")
    second = folder.keep("prompt", "b/welcome.wav", b"three")
    assert second.copy == "files/prompt/2-welcome.wav"
    folder.finish("passed", 0)
    got = read_run_info(tmp_path)
    assert [(kept.name, octets) for kept, octets in kept_files(tmp_path, got, "prompt")] == [
        ("a/welcome.wav", b"two"), ("b/welcome.wav", b"three"),
    ]  # fmt: skip
    (tmp_path / "files/machine/small.yaml").write_bytes(b"One")
    with pytest.raises(BadInput, match="was changed since the run"):
        kept_files(tmp_path, got, "machine")
    (tmp_path / "files/machine/small.yaml").unlink()
    with pytest.raises(BadInput, match="No such file"):
        kept_files(tmp_path, got, "machine")


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="a run folder"):
        read_run_info(tmp_path)
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(BadInput, match="damaged"):
        read_run_info(tmp_path)


def run_into(folder: RunFolder, calls: int) -> None:
    journal = Journal(folder.journal, folder.second)
    journal.begin()
    for call in range(1, calls + 1):
        for at, place, event in whole_call(call, 8000 * call, 8000 * call + 10):
            journal.write(at, Phase.DECIDE, place, event)


def test_journal_and_digests_are_readable_while_the_run_goes_on(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path, info())
    run_into(folder, 10)
    reader = JournalReader(tmp_path / JOURNAL)
    assert len(list(reader)) == 9 * 4  # flushed with every second
    folder.close_journal()
    assert len(list(JournalReader(tmp_path / JOURNAL))) == 10 * 4
    points = read_digests(tmp_path / DIGESTS)
    assert [point.cycle for point in points] == [8000 * second for second in range(1, 11)]


@contextmanager
def files_of_at_most(octets: int) -> Iterator[None]:
    """A disk that fills up: the kernel refuses to let a file grow beyond this."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_full_disk_leaves_what_was_written_marked(tmp_path: Path) -> None:
    with files_of_at_most(300_000):
        folder = RunFolder(tmp_path, info())
        with pytest.raises(OutputError, match=r"journal\.jsonl: could not be written: File too large"):
            run_into(folder, 5000)
        folder.finish("output", 74, problem="the disk is full")
    got = read_run_info(tmp_path)
    assert (got.state, got.exit_code, got.problem) == ("output", 74, "the disk is full")
    reader = JournalReader(tmp_path / JOURNAL)
    assert len(list(reader)) > 500
    assert reader.truncated
    assert len(read_digests(tmp_path / DIGESTS)) > 100


def test_what_cannot_be_written_whole_is_not_there(tmp_path: Path) -> None:
    with files_of_at_most(1000), pytest.raises(OutputError, match=r"x\.bin"):
        write_whole(tmp_path / "x.bin", b"\0" * 2000)
    assert list(tmp_path.iterdir()) == []


def test_closing_a_finished_folder_again_does_no_harm(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path, info())
    folder.second(Checkpoint(8000, 0, "00"))
    folder.close_journal()
    folder.finish("failed", 1)
    assert json.loads((tmp_path / "run.json").read_text())["state"] == "failed"
