"""The run folder: what a run leaves behind, readable at every moment, also after a full disk or a kill."""

from __future__ import annotations

import contextlib
import hashlib
import platform
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from switchsim.errors import BadInput, ExitCode, OutputError
from switchsim.report.output import output_errors, write_whole

RUN_FORMAT: Final = 1
JOURNAL: Final = "journal.jsonl"
DIGESTS: Final = "digests.jsonl"
INPUTS: Final = "inputs.bin"
RUN: Final = "run.json"
COPIES: Final = "files"
VERDICT: Final = "verdict.json"
JUNIT: Final = "junit.xml"
SIGNALLING: Final = "signalling.pcapng"
TAPS: Final = "taps.pcapng"
WAVES: Final = "waves.vcd"
AUDIO: Final = "audio"
_BUFFER: Final = 1 << 18
_RESERVE: Final = ".reserve"
_RESERVE_OCTETS: Final = 1 << 18
"""Kept free for run.json and the verdict, and given back when the disk is full."""

WRITTEN: Final = (
    RUN, JOURNAL, DIGESTS, INPUTS, VERDICT, JUNIT, SIGNALLING, TAPS, f"{TAPS}.part", WAVES, AUDIO, COPIES,
    "report.html", "trace.json", _RESERVE,
)  # fmt: skip
"""All that a run writes; --force removes these and nothing else."""


class KeptFile(msgspec.Struct, frozen=True):
    """An input of the run, copied into the folder: role is machine, scenario, prompt, firmware, ..."""

    role: str
    name: str
    copy: str  # path within the run folder
    blake2b: str  # BLAKE2b-256, hexadecimal


class RunInfo(msgspec.Struct, kw_only=True):
    """run.json. Wall-clock times, versions, the host and its instruction set stand here and nowhere else.

    state: running, then passed, failed, invalid, interrupted, crashed or output. digest: of the journal.
    `details`: what else the runner wants to keep (machine size, branch, ...).
    """

    format: int = RUN_FORMAT
    state: str = "running"
    scenario: str
    seed: int
    arguments: list[str]
    pace: str = "fast"
    instruction_set: str = ""
    versions: dict[str, str] = msgspec.field(default_factory=dict)
    host: str = ""
    started: str = ""
    ended: str = ""
    wall_ms: int = 0
    exit_code: int = -1
    digest: str = ""
    problem: str = ""
    details: dict[str, str] = msgspec.field(default_factory=dict)
    files: list[KeptFile] = msgspec.field(default_factory=list)


class RunFolder:
    """A folder that is being written. `journal` and `second` are the sinks of the kernel's journal.

    Every write raises OutputError when it fails; then call `finish` with state `output`: it saves what can be saved.
    """

    def __init__(self, path: Path, info: RunInfo) -> None:
        """Take an existing, empty (or forced) folder and mark it running."""
        self.path = path
        self.info = info
        self._begun = time.monotonic_ns()
        info.started = _wall_time()
        info.host = info.host or platform.node()
        info.versions = {"python": platform.python_version(), **info.versions}
        self._write_info()
        try:
            (path / _RESERVE).write_bytes(b"\0" * _RESERVE_OCTETS)
        except OSError as error:  # so full already that nothing can be kept free
            (path / _RESERVE).unlink(missing_ok=True)
            info.state, info.exit_code, info.problem = "output", int(ExitCode.OUTPUT), f"no room: {error.strerror}"
            self._write_info()
            raise OutputError(f"{path}: no room for a run: {error.strerror}") from error
        self._journal = self._open(JOURNAL)
        self._digests = self._open(DIGESTS)

    def keep(self, role: str, name: str, octets: bytes) -> KeptFile:
        """Copy an input of the run into the folder; equal names of one role get a number."""
        base = Path(name).name or role
        copy, number = f"{COPIES}/{role}/{base}", 2
        while (self.path / copy).exists():
            copy, number = f"{COPIES}/{role}/{number}-{base}", number + 1
        write_whole(self.path / copy, octets)
        kept = KeptFile(role, name, copy, hashlib.blake2b(octets, digest_size=32).hexdigest())
        self.info.files.append(kept)
        self._write_info()
        return kept

    def journal(self, octets: bytes) -> None:
        """Sink of the journal's octets."""
        try:
            self._journal.write(octets)
        except OSError as error:
            raise OutputError(f"{self.path / JOURNAL}: could not be written: {error.strerror}") from error

    def second(self, checkpoint: msgspec.Struct) -> None:
        """Sink of the journal's checkpoints: one line a simulated second; the journal is flushed first."""
        self.flush()
        with output_errors(self.path / DIGESTS):
            self._digests.write(msgspec.json.encode(checkpoint) + b"\n")

    def flush(self) -> None:
        with output_errors(self.path / JOURNAL):
            self._journal.flush()

    def open_inputs(self) -> BinaryIO:
        """inputs.bin, for the recorder of what comes from outside."""
        return self._open(INPUTS)

    def write(self, name: str, octets: bytes) -> None:
        """Write one whole file of the folder, `audio/caller.wav` included."""
        write_whole(self.path / name, octets)

    def close_journal(self) -> None:
        """Everything was journalled; raises OutputError when the rest could not be written."""
        for out, name in ((self._journal, JOURNAL), (self._digests, DIGESTS)):
            with output_errors(self.path / name):
                out.close()

    def finish(self, state: str, exit_code: int, digest: str = "", problem: str = "") -> None:
        """Replace run.json: the run is over. After a full disk nothing here raises; what could be written stays."""
        self.info.state, self.info.exit_code, self.info.digest, self.info.problem = state, exit_code, digest, problem
        self.info.ended = _wall_time()
        self.info.wall_ms = (time.monotonic_ns() - self._begun) // 1_000_000
        (self.path / _RESERVE).unlink(missing_ok=True)
        if state != "output":
            self.close_journal()
            self._write_info()
            return
        for out in (self._journal, self._digests):
            _save(out)
        try:
            self._write_info()
        except OutputError as error:  # even the reserve was not enough: run.json goes on saying "running"
            self.info.problem = f"{problem}; {error}"

    def _open(self, name: str) -> BinaryIO:
        with output_errors(self.path / name):
            return (self.path / name).open("wb", buffering=_BUFFER)

    def _write_info(self) -> None:
        text = msgspec.json.format(msgspec.json.encode(self.info), indent=2)
        write_whole(self.path / RUN, text + b"\n")


def _save(out: BinaryIO) -> None:
    """Write what is buffered as far as it goes; the file is closed either way."""
    with contextlib.suppress(OSError):
        out.close()


def _wall_time() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def make_folder(
    scenario: str, seed: int, *, out: Path | None = None, force: bool = False, several: bool = False
) -> Path:
    """The folder of a new run, created and empty.

    Without `out`: runs/<scenario>-<seed>, then -2, -3, ... With `out`: that folder itself, or OUT/<scenario>-<seed> for
    one of several runs; BadInput when it is not empty, unless `force` - then an earlier run in it is removed.
    Raises OutputError when it cannot be created.
    """
    name = f"{scenario}-{seed}"
    if out is None:
        return _numbered(Path("runs"), name)
    path = out / name if several else out
    if path.exists() and not path.is_dir():
        raise BadInput.one(str(path), "is no folder", "a folder for the run", "name another --out")
    if path.is_dir() and any(path.iterdir()):
        _empty(path, force)
    with output_errors(path):
        path.mkdir(parents=True, exist_ok=True)
    return path


def _numbered(parent: Path, name: str) -> Path:
    with output_errors(parent):
        parent.mkdir(parents=True, exist_ok=True)
        number = 1
        while True:
            path = parent / (name if number == 1 else f"{name}-{number}")
            try:
                path.mkdir()
            except FileExistsError:
                number += 1
                continue
            return path


def _empty(path: Path, force: bool) -> None:
    """Remove an earlier run; files that no run writes are left alone."""
    if not force:
        raise BadInput.one(str(path), "the folder is not empty", "an empty one", "name another --out, or give --force")
    with output_errors(path):
        for name in WRITTEN:
            entry = path / name
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink(missing_ok=True)


def read_run_info(path: Path) -> RunInfo:
    """run.json of a folder; raises BadInput when there is none or it cannot be read."""
    file = path / RUN
    try:
        info = msgspec.json.decode(file.read_bytes(), type=RunInfo)
    except OSError as error:
        raise BadInput.one(str(file), error.strerror or "cannot be read", "a run folder") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInput.one(str(file), f"damaged: {error}", "the run.json of a run") from error
    if info.format != RUN_FORMAT:
        raise BadInput.one(str(file), f"format {info.format}", f"format {RUN_FORMAT}", "use the release that wrote it")
    if not 0 <= info.seed < 1 << 64:
        raise BadInput.one(str(file), f"damaged: seed {info.seed}", "0..2^64-1")
    return info


def kept_files(path: Path, info: RunInfo, role: str) -> Sequence[tuple[KeptFile, bytes]]:
    """The kept inputs of a role with their octets; raises BadInput when one is missing or was changed."""
    found = []
    for kept in info.files:
        if kept.role == role:
            file = path / kept.copy
            if not file.resolve().is_relative_to(path.resolve()):
                what = f"damaged: {kept.copy!r} lies elsewhere"
                raise BadInput.one(str(path / RUN), what, "a copy within the folder")
            try:
                octets = file.read_bytes()
            except OSError as error:
                what = error.strerror or "cannot be read"
                raise BadInput.one(str(file), what, "the copy that the run kept") from error
            if hashlib.blake2b(octets, digest_size=32).hexdigest() != kept.blake2b:
                raise BadInput.one(str(file), "was changed since the run", kept.blake2b, "take an untouched run folder")
            found.append((kept, octets))
    return found
