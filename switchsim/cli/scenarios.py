"""`switchsim scenarios`: what is shipped."""

from __future__ import annotations

import click

from switchsim.cli.options import JSON


@click.command("scenarios", short_help="The shipped scenarios.")
@JSON
def command(as_json: bool) -> None:
    """List the shipped scenarios; each can be run by its name or its file. Folders of conformance sheets stand last."""
    from switchsim.assembly.shipped import folder
    from switchsim.assembly.yamlfile import load
    from switchsim.cli.tables import show
    from switchsim.scenario.places import shipped_scenarios, shipped_sheets
    from switchsim.scenario.schema import Scenario
    from switchsim.units import format_cycles

    rows: list[dict[str, object]] = []
    for path in shipped_scenarios():
        scenario, _ = load(path, Scenario)
        rows.append({
            "scenario": path.relative_to(folder("scenarios")).as_posix(), "title": scenario.title,
            "machine": scenario.machine, "length": format_cycles(scenario.until_cycle), "seed": scenario.seed,
        })
    for one, count in shipped_sheets().items():
        rows.append({
            "scenario": one.relative_to(folder("scenarios")).as_posix(), "title": f"{count} conformance sheets",
            "machine": "", "length": "", "seed": "",
        })
    show(rows, as_json, "Scenarios")
