"""`switchsim run`: scenarios to verdicts."""

from __future__ import annotations

from pathlib import Path

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
@click.option("--quiet", is_flag=True, help="Only one line a scenario.")
@click.option("--batch", type=click.IntRange(1, 8000), hidden=True, help="Cycles a native call; changes no journal.")
@click.option("--several", is_flag=True, hidden=True, help="One of several runs: --out is their folder.")
@PATH
@outside_options
def command(scenarios: tuple[str, ...], seed: int | None, out: str | None, force: bool, junit: str | None, jobs: int,
            quiet: bool, batch: int | None, several: bool, search: tuple[str, ...], attach: tuple[str, ...],
            clock: tuple[str, ...], pace: str | None, wait: int | None, peer_timeout: int | None) -> ExitCode:
    """Run each SCENARIO, and every scenario below each DIR; the exit code is the worst of theirs.

    A scenario is a file, or the name of a shipped one (see `switchsim scenarios`). Its run leaves a folder that
    `switchsim replay` plays again.
    """
    from switchsim.cli.running import Asked, run_all
    from switchsim.scenario.places import find_scenarios

    paths = find_scenarios(scenarios)
    wanted = Asked(
        seed=seed, out=Path(out) if out else None, force=force, junit=Path(junit) if junit else None, quiet=quiet,
        batch=batch, search=search, several=several or len(paths) > 1,
        outside=asked(attach, clock, pace, wait, peer_timeout))
    codes = run_all(paths, wanted, jobs)
    return worst(codes)


def worst(codes: list[ExitCode]) -> ExitCode:
    """The exit code of several runs; one that was stopped by a signal stops them all, and counts first."""
    for code in (ExitCode.INTERRUPTED, ExitCode.TERMINATED, *WORST_FIRST):
        if code in codes:
            return code
    return ExitCode.PASSED
