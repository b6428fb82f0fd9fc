"""`switchsim check`: are these machines and scenarios good?"""

from __future__ import annotations

import click

from switchsim.cli.options import PATH
from switchsim.errors import ExitCode


@click.command("check", short_help="Validate machines and scenarios.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@PATH
def command(files: tuple[str, ...], search: tuple[str, ...]) -> ExitCode:
    """Validate each FILE, a machine or a scenario: every problem as file:line: what; expected; what to do.

    Everything is built as for a run, so what `check` passes, `run` begins. Exit code 2 when anything was found.
    """
    from switchsim.scenario.checking import check_file

    bad = 0
    for file in files:
        problems = check_file(file, search)
        bad += bool(problems)
        for problem in problems:
            click.echo(str(problem), err=True)
        if not problems:
            click.echo(f"{file}: good")
    return ExitCode.BAD_INPUT if bad else ExitCode.PASSED
