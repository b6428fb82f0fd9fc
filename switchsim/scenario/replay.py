"""Replays a run folder from its own copies and recorded inputs, without any program, and compares the journals."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec

from switchsim.assembly.yamlfile import parse
from switchsim.errors import BadInput
from switchsim.kernel.inputs import InputReader
from switchsim.model.outside import Listeners
from switchsim.report.compare import Difference, first_difference
from switchsim.report.folder import INPUTS, JOURNAL, RunInfo, kept_files, read_run_info
from switchsim.report.journal import EndWatch, JournalReader
from switchsim.report.output import output_errors
from switchsim.scenario.dial import parse_dial
from switchsim.scenario.interfaces import is_database
from switchsim.scenario.options import OutsideOptions
from switchsim.scenario.prepare import Prepared
from switchsim.scenario.runner import ATTACHED, DIALLED, ENDED_AT, LISTENERS, WHY
from switchsim.scenario.schema import Scenario
from switchsim.scenario.staged import Sinks, Staged
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller
from switchsim.sut.face import RUN
from switchsim.sut.options import MODES, AttachOption
from switchsim.sut.recorded import Recorded

CUT: Final = "cut"
CLOCK_PREFIX: Final = "clock/"


@dataclass(frozen=True)
class Replayed:
    """`difference` is None when the journals are equal; `why` says that a signal stopped the replay."""

    difference: Difference | None
    digest: str
    why: str = ""
    remark: str = ""


class _File:
    """Takes a new journal."""

    def __init__(self, out: BinaryIO, path: Path) -> None:
        self._out = out
        self._path = path

    def journal(self, octets: bytes) -> None:
        with output_errors(self._path):
            self._out.write(octets)

    def second(self, checkpoint: Any) -> None:
        """Seconds are compared with the journal."""


def replay(folder: Path, keep: Path | None = None) -> Replayed:
    """Run a folder again; raises BadInput when it is none, damaged, or its copies were changed."""
    info = read_run_info(folder)
    ended_at, why = _end(folder, info)
    with tempfile.TemporaryDirectory(prefix="switchsim-") as temporary, StopSignal() as stop:
        path = keep or Path(temporary, JOURNAL)
        prepared = _restored(folder, info, ended_at, Path(temporary))
        with output_errors(path), path.open("wb") as out, _inputs(folder) as reader:
            sinks = Sinks()
            sinks.out = _File(out, path)
            staged = Staged(prepared, sinks, Teller(), stop)
            recorded = Recorded(reader)
            _check_sources(folder, recorded.sources, (*prepared.outside.sources, *staged.interfaces))
            staged.loop.attach(recorded, None)
            staged.go(why=None if why == CUT else why)
        if stop.why:
            return Replayed(None, "", stop.why)
        difference = first_difference(folder / JOURNAL, path)
        if difference is not None and why == CUT and _only_cut(folder / JOURNAL, path):
            return Replayed(None, sinks.digest.hexdigest(), remark=" as far as the recorded run came, which was cut")
        return Replayed(difference, sinks.digest.hexdigest())


def _check_sources(folder: Path, recorded: Sequence[str], wanted: Sequence[str]) -> None:
    """What was recorded came from where this run takes it from; a run without any outside has no sources."""
    found = [name for name in recorded if not name.startswith(CLOCK_PREFIX) and name != RUN]
    if found != list(wanted) and (recorded or not all(map(is_database, wanted))):
        raise BadInput.one(str(folder / INPUTS), f"sources {', '.join(found) or 'none'}", ", ".join(wanted) or "none",
                           "take an untouched run folder")


def _end(folder: Path, info: RunInfo) -> tuple[int, str]:
    """(cycle, why) of the recorded end; a run that was killed ends with its journal."""
    details = info.details
    if details.get(ENDED_AT, "").isdecimal() and WHY in details:
        return int(details[ENDED_AT]), details[WHY]
    end = EndWatch()
    for record in JournalReader(folder / JOURNAL):
        end.take(record)
    return end.result().at + 1, CUT


def _restored(folder: Path, info: RunInfo, ended_at: int, temporary: Path) -> Prepared:
    """The run as it was prepared, from its copies, which are laid out in `temporary` as they lay beside the machine."""
    kept = kept_files(folder, info, "scenario")
    machines = kept_files(folder, info, "machine")
    if len(kept) != 1 or len(machines) != 1:
        what = f"{len(kept)} scenarios and {len(machines)} machines in run.json"
        raise BadInput.one(str(folder), what, "one of each")
    machine_path = temporary / "machine.yaml"
    machine_path.write_bytes(machines[0][1])
    folders = {"member": "", "prompt": "", "shared": "", "tones": "tones", "kind": "kinds"}
    for role, below in ((role, temporary / name) for role, name in folders.items()):
        for one, octets in kept_files(folder, info, role):
            target = below / one.name
            if not target.resolve().is_relative_to(temporary.resolve()):
                raise BadInput.one(str(folder / one.copy), f"{one.name!r} lies elsewhere",
                                   "a name below the machine's folder")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(octets)
    document = parse(kept[0][1], str(folder / kept[0][0].copy))
    scenario = document.validate(Scenario).model_copy(update={"record": (), "capture": ()})  # taps change nothing
    outside = OutsideOptions(attaches=_attached(folder, info.details.get(ATTACHED, "")),
                             listeners=_listeners(folder, info.details.get(LISTENERS, "{}")))
    kinds = (temporary / "kinds",) if (temporary / "kinds").is_dir() else ()
    dials = tuple(map(parse_dial, info.details.get(DIALLED, "").split()))
    return Prepared(info.scenario, scenario, document, machine_path, info.seed, outside, folder,
                    until=ended_at, kinds=kinds, dials=dials,
                    captures={one.name: octets for one, octets in kept_files(folder, info, "capture")})


def _attached(folder: Path, text: str) -> tuple[AttachOption, ...]:
    """`e1-0:16=hdlc ...` as run.json keeps it; where the socket was does not matter."""
    found = []
    for word in text.split():
        line, _, rest = word.partition(":")
        timeslot, _, mode = rest.partition("=")
        if not timeslot.isdecimal() or mode not in MODES:
            raise BadInput.one(str(folder / "run.json"), f"attachment {word!r}", "LINE:TS=MODE")
        found.append(AttachOption(line=line, timeslot=int(timeslot), mode=MODES[mode], path=""))
    return tuple(found)


def _listeners(folder: Path, text: str) -> Listeners:
    """As run.json keeps them."""
    try:
        return msgspec.json.decode(text, type=Listeners)
    except msgspec.MsgspecError as error:
        raise BadInput.one(str(folder / "run.json"), f"listeners: {error}", "what a run wrote there") from error


@contextmanager
def _inputs(folder: Path) -> Iterator[InputReader]:
    path = folder / INPUTS
    try:
        source = path.open("rb")
    except OSError as error:
        raise BadInput.one(str(path), error.strerror or "can not be read", "the recorded inputs of the run") from error
    with source:
        yield InputReader(source, str(path))


def _only_cut(recorded: Path, again: Path) -> bool:
    """True when all that was recorded is in the new journal as well."""
    with recorded.open("rb") as a, again.open("rb") as b:
        while block := a.read(1 << 20):
            if b.read(len(block)) != block:
                return False
    return True
