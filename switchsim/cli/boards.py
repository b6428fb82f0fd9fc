"""`switchsim boards`: the board kinds."""

from __future__ import annotations

import click

from switchsim.cli.options import JSON


@click.command("boards", short_help="The board kinds.")
@click.argument("kind", required=False)
@JSON
def command(kind: str | None, as_json: bool) -> None:
    """List the board kinds; or, of one KIND, its LEDs, registers, alarms and fault points."""
    from switchsim.cli.tables import show
    from switchsim.scenario.catalogue import board_rows, kind_rows

    show(board_rows() if kind is None else kind_rows(kind), as_json, "Board kinds" if kind is None else f"Board {kind}")
