"""Several runs: one after another in this process, or a few at a time in processes of their own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import click

from switchsim.cli.display import LiveTeller, PlainTeller
from switchsim.errors import ExitCode, SwitchsimError
from switchsim.report.junit import junit_xml
from switchsim.report.output import write_whole
from switchsim.report.text import print_verdict
from switchsim.scenario.options import NOTHING_ASKED, OutsideAsked
from switchsim.scenario.prepare import prepare
from switchsim.scenario.runner import Finished, RunOptions, run
from switchsim.scenario.stop import EXIT_CODES, StopSignal
from switchsim.scenario.story import Teller

_LOOK_S: Final = 0.02


@dataclass(frozen=True)
class Asked:
    """The options of `run`, but for how many at a time."""

    seed: int | None = None
    out: Path | None = None
    force: bool = False
    junit: Path | None = None
    quiet: bool = False
    batch: int | None = None
    bits: bool = False
    search: Sequence[str] = ()
    outside: OutsideAsked = NOTHING_ASKED
    several: bool = False


def run_all(paths: Sequence[Path], asked: Asked, jobs: int, suites: list[bytes]) -> list[ExitCode]:
    """Run them; the codes in the same order. After a signal the rest is left out. Adds a JUnit document a verdict."""
    with StopSignal() as stop:
        if jobs > 1 and len(paths) > 1:
            codes = _in_processes(paths, asked, jobs, stop, suites)
        else:
            codes = []
            for path in paths:
                codes.append(run_one(path, asked, stop, suites))
                if stop.why:
                    break
    return codes


def write_junit(file: Path | None, suites: Sequence[bytes]) -> None:
    """The results of all, where they are asked for."""
    if file is not None:
        write_whole(file, merged(suites))


def run_one(path: Path, asked: Asked, stop: StopSignal, suites: list[bytes]) -> ExitCode:
    """Run one scenario and print what came of it; bad input is printed too."""
    try:
        prepared = prepare(path, seed=asked.seed, search=asked.search, asked=asked.outside)
        options = RunOptions(out=asked.out, force=asked.force, several=asked.several, batch=asked.batch,
                             bits=asked.bits, arguments=sys.argv[1:])
        with _teller(asked.quiet) as teller:
            finished = run(prepared, options, teller, stop)
    except SwitchsimError as error:
        click.echo(str(error), err=True)
        return error.exit_code
    if finished.verdict is not None:
        suites.append(junit_xml(finished.verdict))
    tell(finished, asked.quiet)
    return finished.exit_code


def tell(finished: Finished, quiet: bool) -> None:
    """The verdict, the folder and the command that replays it."""
    from rich.console import Console

    verdict = finished.verdict
    if verdict is not None and quiet:
        click.echo(f"{verdict.result.value} {verdict.scenario} seed {verdict.seed} digest {verdict.digest} "
                   f"{finished.folder}" + "".join(f"; {reason}" for reason in verdict.reasons[:1]))
    elif verdict is not None:
        print_verdict(verdict, Console())
    if finished.problem:
        click.echo(finished.problem, err=True)
    if not quiet:
        for line in attachment_lines(finished.attachments):
            click.echo(line)
        click.echo(f"run folder: {finished.folder}")
        click.echo(f"replay it: switchsim replay {finished.folder}")


def attachment_lines(attachments: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What the programs of a run moved, and what of it was not taken, where there was any."""
    found = []
    for name, counts in attachments.items():
        if "taken" not in counts:
            said = ", ".join(f"{count} {key.replace('_', ' ')}{_reasons(counts.get(f'{key}_why', {}))}"
                             for key, count in counts.items() if count and not key.endswith("_why"))
            found.append(f"interface {name}: {said or 'nothing'}")
            continue
        odd = ", ".join(f"{counts[key]} {words}" for key, words in _NOT_TAKEN.items() if counts[key])
        moved = f"datagrams: {counts['taken']} taken, {counts['sent']} sent"
        found.append(f"attached {name}: {moved}" + (odd and f"; {odd}"))
    return found


def _reasons(counts: Mapping[str, int]) -> str:
    if not counts:
        return ""
    return f" ({', '.join(reason if len(counts) == 1 else f'{count} {reason}' for reason, count in counts.items())})"


_NOT_TAKEN: Final[dict[str, str]] = {
    "bad_length": "of a bad length dropped",
    "refused": "second programs refused",
    "unsent": "not read by the program",
    "underruns": "blocks missing",
    "late": "blocks too late",
}


@contextmanager
def _teller(quiet: bool) -> Iterator[Teller]:
    from rich.console import Console

    console = Console()
    if quiet:
        yield Teller()
    elif console.is_terminal:
        with LiveTeller(console) as live:
            yield live
    else:
        yield PlainTeller()


def merged(documents: Sequence[bytes]) -> bytes:
    """One JUnit document with the suites of all."""
    suites = ET.Element("testsuites")
    for document in documents:
        for suite in ET.fromstring(document):
            suite.set("id", str(len(suites)))
            suites.append(suite)
    text: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


# -- processes of their own --------------------------------------------------------------------------------------------


@dataclass
class _Job:
    index: int
    process: subprocess.Popen[bytes]
    printed: Path
    junit: Path


def _in_processes(
    paths: Sequence[Path], asked: Asked, jobs: int, stop: StopSignal, suites: list[bytes]
) -> list[ExitCode]:
    """Every run is a `switchsim run` of its own: nothing is shared, so nothing can differ from one at a time."""
    codes: list[ExitCode] = []
    over: dict[int, _Job] = {}
    waiting = list(enumerate(paths))[::-1]
    going: list[_Job] = []
    with tempfile.TemporaryDirectory(prefix="switchsim-") as folder:
        while waiting or going:
            while waiting and len(going) < jobs and not stop.why:
                index, path = waiting.pop()
                going.append(_start(index, path, asked, Path(folder)))
            if stop.why:
                waiting.clear()
                for job in going:
                    job.process.terminate()
            done = [job for job in going if job.process.poll() is not None]
            for job in done:
                going.remove(job)
                over[job.index] = job
            while len(codes) in over:  # told in the order of the scenarios, whoever is done first
                codes.append(_finish(over[len(codes)], suites))
            if not done:
                time.sleep(_LOOK_S)
    return [*codes, EXIT_CODES[stop.why]] if stop.why else codes


def _start(index: int, path: Path, asked: Asked, folder: Path) -> _Job:
    printed, junit = folder / f"{index}.txt", folder / f"{index}.xml"
    with printed.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", "from switchsim.cli.main import main; main()",
             *arguments_of(path, replace(asked, junit=junit))], stdout=out, stderr=subprocess.STDOUT)
    return _Job(index, process, printed, junit)


def arguments_of(path: Path, asked: Asked) -> list[str]:
    """The command line that runs one of them."""
    words, outside = ["run"], asked.outside
    for option, value in (("--seed", asked.seed), ("--out", asked.out), ("--junit", asked.junit),
                          ("--batch", asked.batch), ("--pace", outside.pace), ("--ami", outside.ami),
                          ("--csta", outside.csta), ("--users", outside.users), ("--e1d", outside.e1d),
                          ("--database", outside.database)):
        words += [option, str(value)] if value is not None else []
    for option, milliseconds in (("--wait", outside.wait_ms), ("--peer-timeout", outside.peer_timeout_ms)):
        words += [option, f"{milliseconds / 1000:.3f}"] if milliseconds is not None else []
    for option, many in (("--path", asked.search), ("--attach", outside.attach), ("--clock", outside.clock),
                         ("--agi", outside.agi)):
        words += [word for text in many for word in (option, text)]
    flags = (("--force", asked.force), ("--quiet", asked.quiet), ("--several", asked.several), ("--bits", asked.bits),
             ("--insecure-no-auth", outside.no_auth))
    return [*words, *(flag for flag, given in flags if given), "--", str(path)]


def _finish(job: _Job, suites: list[bytes]) -> ExitCode:
    click.echo(job.printed.read_text(encoding="utf-8", errors="replace"), nl=False)
    if job.junit.exists():
        suites.append(job.junit.read_bytes())
    code = job.process.returncode
    return ExitCode(code) if code in tuple(ExitCode) else ExitCode.OUR_BUG
