"""`switchsim check`: are these machines, scenarios and sheets good?"""

from __future__ import annotations

from pathlib import Path

import click

from switchsim.cli.options import PATH
from switchsim.errors import ExitCode


@click.command("check", short_help="Validate machines, scenarios and sheets.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@PATH
def command(files: tuple[str, ...], search: tuple[str, ...]) -> ExitCode:
    """Validate each FILE, a machine, a scenario or a conformance sheet.

    Every problem is told as file:line: what; expected; what to do.

    Everything is built as for a run, so what `check` passes, `run` begins. Exit code 2 when anything was found. A
    timer of No.7 or R2 outside the window of its standard is a warning: it is told, and the file is good.
    """
    from switchsim.cli.sheets import check_sheet
    from switchsim.scenario.checking import Checked, check_file
    from switchsim.scenario.places import is_sheet

    bad = 0
    for file in files:
        problems, warnings = Checked(check_sheet(file)) if is_sheet(Path(file)) else check_file(file, search)
        bad += bool(problems)
        for problem in (*problems, *warnings):
            click.echo(str(problem), err=True)
        if not problems:
            click.echo(f"{file}: good")
    return ExitCode.BAD_INPUT if bad else ExitCode.PASSED
