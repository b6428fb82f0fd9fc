"""`switchsim traffic`: traffic measurement of a run."""

from __future__ import annotations

from pathlib import Path

import click

from switchsim.cli.options import JSON


@click.command("traffic", short_help="Traffic of a run: routes and signalling links, bin by bin.")
@click.argument("run_dir", type=click.Path())
@JSON
def command(run_dir: str, as_json: bool) -> None:
    """Show what the run in RUN_DIR measured, in bins of 15 minutes, or as `measurement: bin` of its machine says.

    Of every route: seizures, answers, ASR, ABR, holding time and occupancy. Of every No.7 link: the items of Q.752.
    """
    from switchsim.cli.tables import show
    from switchsim.report.traffic_text import tables
    from switchsim.scenario.traffic import traffic_of

    traffic = traffic_of(Path(run_dir))
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(traffic), indent=2).decode())
        return
    for title, rows in tables(traffic):
        show(rows, False, title)
