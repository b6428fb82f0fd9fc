"""`switchsim faults`: what can be broken on a machine."""

from __future__ import annotations

import click

from switchsim.cli.options import JSON, PATH


@click.command("faults", short_help="The faults of a machine.")
@click.argument("machine")
@PATH
@JSON
def command(machine: str, search: tuple[str, ...], as_json: bool) -> None:
    """List the faults that a scenario can inject into MACHINE: where, with which parameters, what each should show."""
    from switchsim.cli.tables import show
    from switchsim.scenario.catalogue import fault_rows, place_rows

    show(fault_rows(machine, search), as_json, f"Faults of {machine}")
    if not as_json:
        show(place_rows(machine, search), as_json, "What `where` can name")
