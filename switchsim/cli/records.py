"""`switchsim records`: the call records of a run."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("records", short_help="Call records of a run: one a call.")
@click.argument("run_dir", type=click.Path())
@click.option("--json", "form", flag_value="json", help="One JSON object a line instead of a table; times in cycles.")
@click.option("--csv", "form", flag_value="csv", help="CSV with a heading; times in cycles.")
@click.pass_context
def command(ctx: click.Context, run_dir: str, form: str | None) -> None:
    """Show the call records (话单) of the run in RUN_DIR, those of calls that were up at its end included.

    Exit code 1, and a line on standard error, when a call left more than one.
    """
    from switchsim.cli.tables import show
    from switchsim.errors import ExitCode
    from switchsim.report.folder import JOURNAL
    from switchsim.report.journal import JournalReader
    from switchsim.report.records import collect, csv_lines, json_lines, table

    found = collect(JournalReader(Path(run_dir) / JOURNAL))
    if form is None:
        show(table(found.rows), False, "Call records 话单")
    else:
        for line in (json_lines if form == "json" else csv_lines)(found.rows):
            click.echo(line)
    for fault in found.faults:
        click.echo(fault, err=True)
    if found.faults:
        ctx.exit(int(ExitCode.FAILED))
