"""One run from a prepared scenario to a verdict and a folder that replays it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import msgspec

from switchsim.assembly.e1d import desk_of
from switchsim.errors import BadInput, ExitCode, OutputError, SwitchsimError
from switchsim.kernel.inputs import InputWriter
from switchsim.report.compare import journal_digest
from switchsim.report.folder import AUDIO, JOURNAL, RunFolder, RunInfo, make_folder
from switchsim.report.taps import Interface, TapFiles
from switchsim.report.verdict import Verdict
from switchsim.report.wav import write_alaw
from switchsim.scenario.interfaces import databases_of
from switchsim.scenario.judge import judge, write_evidence
from switchsim.scenario.prepare import Prepared
from switchsim.scenario.program import StartedProgram
from switchsim.scenario.staged import Sinks, Staged
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller
from switchsim.scenario.traffic import plan_of
from switchsim.sut.interfaces import open_interfaces
from switchsim.sut.options import FAST
from switchsim.sut.outside import Outside

ENDED_AT: Final = "ended_at"
WHY: Final = "why"
ATTACHED: Final = "attached"
DIALLED: Final = "dialled"
LISTENERS: Final = "listeners"
_PASSWORD: Final = re.compile(r"(://[^\s/@:]*:)[^\s@]*(?=@)|([?&]\w*(?:password|passwd|pwd)=)[^\s&]*", re.IGNORECASE)
"""Of a URL: before its host, or as a parameter."""


@dataclass(frozen=True)
class RunOptions:
    """Where a run leaves what, and what it was called with."""

    out: Path | None = None
    force: bool = False
    several: bool = False
    """True: this is one of several runs, which go to folders below `out`."""
    arguments: Sequence[str] = ()
    batch: int | None = None
    bits: bool = False


@dataclass(frozen=True)
class Finished:
    """A run that is over; no verdict when not even its journal could be read again."""

    folder: Path
    verdict: Verdict | None
    exit_code: ExitCode
    problem: str = ""
    attachments: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What each attachment moved, dropped and refused. Not in the folder: it may depend on the host's speed."""


def run(prepared: Prepared, options: RunOptions, teller: Teller, stop: StopSignal) -> Finished:
    """Run it. Raises BadInput before anything is written; afterwards what happens is in the folder, and returned."""
    with ExitStack() as stack:
        sinks = Sinks()
        staged = Staged(prepared, sinks, teller, stop, options.batch, bits=options.bits)
        for warning in staged.machine.warnings:
            teller.line(str(warning))
        outside = _listen(prepared, staged, stack)
        path = make_folder(prepared.name, prepared.seed, out=options.out, force=options.force, several=options.several)
        folder = RunFolder(path, _info(prepared, options, staged))
        try:
            taps = _tapped(staged, folder, stack)
            _play(prepared, staged, folder, outside, stack)
            taps.complete(staged.loop.now)
            counts = outside.counts if outside is not None else {}
            return replace(_weigh_up(prepared, staged, folder), attachments=msgspec.to_builtins(counts))
        except OutputError as error:
            return _cut_short(prepared, staged, folder, error)
        finally:
            if folder.info.state == "running":  # an error of ours, or a second Ctrl-C, is on its way up
                with contextlib.suppress(OutputError):
                    folder.finish("interrupted" if stop.why else "crashed", ExitCode.OUR_BUG)


def _tapped(staged: Staged, folder: RunFolder, stack: ExitStack) -> TapFiles:
    """Recordings and captured frames go to the folder; when the run breaks off, what there is of them is completed."""
    machine = staged.machine
    taps = TapFiles(folder.path, [Interface(tap.name, tap.carries, tap.direction) for tap in machine.frame_taps])
    stack.callback(lambda: taps.abandon(staged.loop.now))
    machine.tap_to(taps)
    return taps


def _play(prepared: Prepared, staged: Staged, folder: RunFolder, outside: Outside | None, stack: ExitStack) -> None:
    staged.sinks.out = folder
    for role, name, octets in staged.files():
        folder.keep(role, name, octets)
    recorder = InputWriter(stack.enter_context(folder.open_inputs()), outside.sources if outside is not None else ())
    asked = prepared.outside
    addresses = outside.addresses if outside is not None else {}
    staged.story.teller.ready(addresses)
    if outside is not None:
        for caution in outside.cautions:
            staged.story.teller.caution(caution)
        program = stack.enter_context(StartedProgram(asked.command, prepared.folder, addresses))
        staged.loop.attach(outside, recorder, program)
    staged.go(asked.wait_ms / 1000)
    folder.info.details |= {ENDED_AT: str(staged.loop.now), WHY: staged.loop.why}


def _listen(prepared: Prepared, staged: Staged, stack: ExitStack) -> Outside | None:
    asked = prepared.outside
    databases = databases_of(staged.machine, asked.interfaces.database, str(prepared.machine_path.parent))
    if asked.pace is None and not databases:
        return None
    desk = desk_of(staged.machine.layout) if asked.listeners.e1d else None
    sides = open_interfaces(asked.interfaces, databases, desk)
    try:
        outside = Outside(asked.attaches, asked.clocks, asked.pace or FAST, asked.peer_timeout_ms / 1000, sides,
                          asked.interfaces.expects)
    except BadInput:
        for side in sides:
            side.close()
        raise
    stack.callback(outside.close)
    return outside


def _info(prepared: Prepared, options: RunOptions, staged: Staged) -> RunInfo:
    attached = " ".join(f"{one.name}={one.mode.name}" for one in prepared.outside.attaches)
    pace = prepared.outside.pace
    return RunInfo(
        scenario=prepared.name, seed=prepared.seed,
        arguments=[_PASSWORD.sub(r"\1\2***", one) for one in options.arguments],
        pace="fast" if pace is None or pace.fast else f"{pace.milli_factor / 1000:g}",
        instruction_set=staged.machine.instruction_set, versions={"switchsim": version("switchsim")},
        details={ATTACHED: attached, DIALLED: " ".join(map(str, prepared.dials)), "until": str(prepared.until)} | (
            {LISTENERS: msgspec.json.encode(listeners).decode()} if (listeners := prepared.outside.listeners) else {}))


def _weigh_up(prepared: Prepared, staged: Staged, folder: RunFolder) -> Finished:
    folder.close_journal()
    for name, octets in staged.machine.recordings():
        with contextlib.suppress(FileExistsError):
            (folder.path / AUDIO).mkdir()
        write_alaw(folder.path / AUDIO / f"{name}.wav", octets)
    error = staged.loop.problem
    problem = (ExitCode(error.exit_code), str(error)) if error is not None else None
    verdict = judge(folder.path / JOURNAL, scenario=prepared.name, seed=prepared.seed,
                    digest=staged.sinks.digest.hexdigest(), settings=staged.settings(),
                    expects=prepared.scenario.expect, problem=problem, plan=plan_of(staged.machine.specs))
    write_evidence(folder, verdict)
    folder.finish(verdict.result.value, verdict.exit_code, verdict.digest, problem[1] if problem else "")
    return Finished(folder.path, verdict, ExitCode(verdict.exit_code), problem[1] if problem else "")


def _cut_short(prepared: Prepared, staged: Staged, folder: RunFolder, error: OutputError) -> Finished:
    """The disk is full: keep what there is, say so, and judge it if there is room for that."""
    folder.finish("output", ExitCode.OUTPUT, problem=str(error))
    verdict = None
    with contextlib.suppress(SwitchsimError):
        journal = folder.path / JOURNAL
        verdict = judge(journal, scenario=prepared.name, seed=prepared.seed, digest=journal_digest(journal),
                        settings=staged.settings(), expects=prepared.scenario.expect,
                        problem=(ExitCode.OUTPUT, str(error)), plan=plan_of(staged.machine.specs))
        write_evidence(folder, verdict)
    return Finished(folder.path, verdict, ExitCode.OUTPUT, str(error))
