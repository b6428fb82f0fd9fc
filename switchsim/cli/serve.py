"""`switchsim serve`: a machine for outside programs, with one JSON line an event."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from switchsim.cli.options import FORCE, OUT, PATH, SEED, asked, outside_options
from switchsim.errors import ExitCode


@click.command("serve", short_help="A machine for outside programs.")
@click.argument("machine")
@click.option("--scenario", type=click.Path(), help="Its load, timeline and expectations run as well.")
@SEED
@OUT
@FORCE
@click.option("--seconds", type=click.IntRange(1, 10_000_000), help="End after so much simulated time.")
@click.option("--dial", multiple=True, metavar="LINE=NUMBER[*N]", help="The machine calls NUMBER, N times.")
@PATH
@outside_options
def command(machine: str, scenario: str | None, seed: int | None, out: str | None, force: bool, seconds: int | None,
            dial: tuple[str, ...], search: tuple[str, ...], **outside: Any) -> ExitCode:
    """Run MACHINE until --seconds, a signal, or until every clocked program has finished and no call is up.

    Prints one JSON object a line: ready (names every address), attached, detached, link_up, link_down, call, alarm,
    done.
    """
    from switchsim.cli.serving import serve
    from switchsim.scenario.dial import parse_dial
    from switchsim.scenario.places import find_scenarios
    from switchsim.scenario.prepare import prepare_served
    from switchsim.scenario.runner import RunOptions

    prepared = prepare_served(
        machine, scenario=find_scenarios([scenario])[0] if scenario else None, seconds=seconds, seed=seed,
        search=search, asked=asked(outside), dials=tuple(map(parse_dial, dial)))
    return serve(prepared, RunOptions(out=Path(out) if out else None, force=force))
