"""`switchsim run`: scenarios to verdicts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from switchsim.cli.options import FORCE, OUT, PATH, SEED, asked, outside_options
from switchsim.errors import WORST_FIRST, ExitCode


@click.command("run", short_help="Run scenarios to a verdict.")
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO|DIR...")
@SEED
@OUT
@FORCE
@click.option("--junit", type=click.Path(), help="Write the results of all scenarios here as JUnit XML.")
@click.option("--jobs", type=click.IntRange(1, 256), default=1, show_default=True, help="So many at a time.")
@click.option("--json", "as_json", is_flag=True, help="The verdicts of conformance sheets as JSON.")
@click.option("--quiet", is_flag=True, help="Only one line a scenario.")
@click.option("--batch", type=click.IntRange(1, 8000), hidden=True, help="Cycles a native call; changes no journal.")
@click.option("--bits", is_flag=True, hidden=True, help="E1 lines at bit level always; changes no journal.")
@click.option("--several", is_flag=True, hidden=True, help="One of several runs: --out is their folder.")
@PATH
@outside_options
def command(scenarios: tuple[str, ...], seed: int | None, out: str | None, force: bool, junit: str | None, jobs: int,
            as_json: bool, quiet: bool, batch: int | None, bits: bool, several: bool, search: tuple[str, ...],
            **outside: Any) -> ExitCode:
    """Run each SCENARIO, and every scenario below each DIR; the exit code is the worst of theirs.

    A scenario is a file, or the name of a shipped one (see `switchsim scenarios`). Its run leaves a folder that
    `switchsim replay` plays again. A conformance sheet, or a folder with nothing but sheets, is played on the benches
    of its standard and judged; it leaves nothing.
    """
    from switchsim.cli.running import Asked, run_all, write_junit
    from switchsim.scenario.places import find_scenarios, split_sheets

    sheets, others = split_sheets(scenarios)
    paths = find_scenarios(others)
    suites: list[bytes] = []
    codes: list[ExitCode] = []
    if as_json and paths:
        raise click.UsageError("--json is for conformance sheets; a scenario's run folder holds verdict.json")
    if sheets:
        from switchsim.cli.sheets import play_sheets

        codes.append(play_sheets(sheets, as_json, quiet, suites))
    wanted = Asked(
        seed=seed, out=Path(out) if out else None, force=force, junit=Path(junit) if junit else None, quiet=quiet,
        batch=batch, bits=bits, search=search, several=several or len(paths) > 1,
        outside=asked(outside))
    codes += run_all(paths, wanted, jobs, suites)
    write_junit(wanted.junit, suites)
    return worst(codes)


def worst(codes: list[ExitCode]) -> ExitCode:
    """The exit code of several runs; one that was stopped by a signal stops them all, and counts first."""
    for code in (ExitCode.INTERRUPTED, ExitCode.TERMINATED, *WORST_FIRST):
        if code in codes:
            return code
    return ExitCode.PASSED
