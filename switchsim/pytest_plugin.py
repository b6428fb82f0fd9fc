"""pytest plugin: run scenarios in tests, and collect scenario files as tests with `pytest --scenarios DIR`.

    def test_busy_minute(switchsim_run):
        run = switchsim_run("smoke/busy_minute", seed=7)
        assert run.passed, run.report()
        assert run.events("call_cleared")[-1].event.cause == 16

What a run leaves behind lies in the test's `tmp_path`. Nothing of switchsim is imported until it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from switchsim.model.event import Record
    from switchsim.report.verdict import Verdict


@dataclass(frozen=True)
class TestedRun:
    """A finished run in a test."""

    __test__ = False

    folder: Path
    verdict: Verdict

    @property
    def passed(self) -> bool:
        return self.verdict.exit_code == 0

    @property
    def digest(self) -> str:
        """BLAKE2b-256 of the journal: equal digests, equal runs."""
        return self.verdict.digest

    def report(self) -> str:
        """The verdict as text."""
        from switchsim.report.text import verdict_lines

        return "\n".join([*verdict_lines(self.verdict), f"run folder: {self.folder}"])

    def records(self) -> Iterator[Record]:
        """Every record of the journal, in order."""
        from switchsim.report.journal import JournalReader

        return iter(JournalReader(self.folder / "journal.jsonl"))

    def events(self, kind: str) -> list[Record]:
        """The records of one kind, as in `call_cleared`."""
        return [record for record in self.records() if record.event.__struct_config__.tag == kind]


def run_scenario(scenario: str | Path, out: Path, seed: int | None = None, path: Iterable[str] = ()) -> TestedRun:
    """Run a scenario (a file, or the name of a shipped one) into folder `out`; raises BadInput, OutputError."""
    from switchsim.errors import OutputError
    from switchsim.scenario.places import find_scenarios
    from switchsim.scenario.prepare import prepare
    from switchsim.scenario.runner import RunOptions, run
    from switchsim.scenario.stop import StopSignal
    from switchsim.scenario.story import Teller

    prepared = prepare(find_scenarios([str(scenario)])[0], seed=seed, search=tuple(path))
    with StopSignal() as stop:
        finished = run(prepared, RunOptions(out=out), Teller(), stop)
    if stop.why:
        raise KeyboardInterrupt
    if finished.verdict is None:
        raise OutputError(finished.problem)
    return TestedRun(finished.folder, finished.verdict)


@pytest.fixture
def switchsim_run(tmp_path: Path) -> Callable[..., TestedRun]:
    """`switchsim_run(scenario, seed=None, path=())` runs a scenario and returns what came of it."""
    count = 0

    def run(scenario: str | Path, seed: int | None = None, path: Iterable[str] = ()) -> TestedRun:
        nonlocal count
        count += 1
        return run_scenario(scenario, tmp_path / f"run-{count}", seed, path)

    return run


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("switchsim")
    group.addoption("--scenarios", action="store_true", help="collect the YAML files among the arguments as scenarios")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix != ".yaml" or not parent.config.getoption("--scenarios"):
        return None
    return ScenarioFile.from_parent(parent, path=file_path)


class ScenarioFile(pytest.File):
    """One scenario file, one test."""

    def collect(self) -> Iterable[pytest.Item]:
        yield ScenarioItem.from_parent(self, name=self.path.stem)


class ScenarioFailed(Exception):
    """A scenario did not pass; carries its report."""


class ScenarioItem(pytest.Item):
    """Runs the scenario; fails with the verdict's text."""

    def runtest(self) -> None:
        factory: pytest.TempPathFactory = self.config._tmp_path_factory  # type: ignore[attr-defined]
        run = run_scenario(self.path, factory.mktemp(self.name, numbered=True) / "run")
        if not run.passed:
            raise ScenarioFailed(run.report())

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str:
        from switchsim.errors import SwitchsimError

        if isinstance(excinfo.value, ScenarioFailed | SwitchsimError):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"scenario {self.name}"
