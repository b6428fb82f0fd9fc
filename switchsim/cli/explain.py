"""`switchsim explain`: what happened to a call."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command("explain", short_help="The calls of a run, or the ladder of one.")
@click.argument("run_dir", type=click.Path())
@click.option("--call", type=click.IntRange(1), help="The ladder of this call, message by message, with cycles.")
def command(run_dir: str, call: int | None) -> None:
    """List the calls of the run in RUN_DIR; with --call, draw the ladder of one of them."""
    from switchsim.report.folder import JOURNAL
    from switchsim.report.journal import JournalReader
    from switchsim.report.ladder import call_list, ladder

    records = JournalReader(Path(run_dir) / JOURNAL)
    drawn = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    for line in call_list(records) if call is None else ladder(records, call, ascii_only=not drawn):
        click.echo(line)
