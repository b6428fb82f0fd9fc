"""`switchsim replay`: the same run again, from its folder alone."""

from __future__ import annotations

from pathlib import Path

import click

from switchsim.errors import ExitCode


@click.command("replay", short_help="Run a run folder again and compare.")
@click.argument("run_dir", type=click.Path())
@click.option("--keep", type=click.Path(), help="Keep the new journal in this file.")
def command(run_dir: str, keep: str | None) -> ExitCode:
    """Run RUN_DIR again from its copies and recorded inputs, without any program outside.

    Equal journals: exit 0. Else the first line that differs is named, exit 1.
    """
    from switchsim.scenario.replay import replay

    result = replay(Path(run_dir), Path(keep) if keep else None)
    if result.difference is not None:
        click.echo(f"the runs differ from {result.difference}")
        click.echo("(- the recorded run, + this one)")
        return ExitCode.FAILED
    if result.why:
        click.echo(f"stopped ({result.why}); equal so far")
        return ExitCode.INTERRUPTED if result.why == "interrupted" else ExitCode.TERMINATED
    click.echo(f"equal{result.remark}, digest {result.digest}")
    return ExitCode.PASSED
