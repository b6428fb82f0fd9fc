"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from switchsim.scenario.options import OutsideAsked

F = TypeVar("F", bound=Callable[..., Any])


class WallSeconds(click.ParamType[int]):
    """Wall seconds with up to three decimals -> milliseconds, 1 ms to a day."""

    name = "seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        whole, _, part = str(value).partition(".")
        digits = whole + part.ljust(3, "0")
        if not (whole + part).isascii() or not digits.isdigit() or len(part) > 3 or not 1 <= int(digits) <= 86_400_000:
            self.fail(f"{value!r} is no number of seconds from 0.001 to 86400", param, ctx)
        return int(digits)


OUTSIDE = (
    click.option("--attach", multiple=True, metavar="LINE:TS=MODE:unix:PATH",
                 help="Listen for the program that is the far end of a timeslot; MODE is hdlc, ss7, raw or cas."),
    click.option("--clock", multiple=True, metavar="unix:PATH", help="Listen for a program that keeps step with us."),
    click.option("--pace", metavar="fast|real|FACTOR", help="Simulated against wall time."),
    click.option("--wait", type=WallSeconds(), metavar="S", help="Wait so long for programs, then exit 3 [60]."),
    click.option("--peer-timeout", type=WallSeconds(), metavar="S", help="A program answers within S [10]."),
    click.option("--ami", metavar="HOST:PORT", help="Listen for AMI clients; port 0 takes one that is free."),
    click.option("--csta", metavar="HOST:PORT", help="Listen for CSTA III XML clients."),
    click.option("--agi", multiple=True, metavar="[NUMBER=]agi://HOST[:PORT]/SCRIPT",
                 help="Calls (to NUMBER) go to this FastAGI server; several hosts with commas, tried in turn."),
    click.option("--users", type=click.Path(), metavar="FILE", help="YAML of `name: secret`, for --ami and --csta."),
    click.option("--insecure-no-auth", "no_auth", is_flag=True, help="Any log-in to --ami and --csta is good."),
    click.option("--e1d", metavar="PATH", help="Serve programs that open timeslots as with osmo-e1d."),
    click.option("--database", metavar="URL", help="Look-ups ask this database, as sqlite:///leads.db."),
)
PATH = click.option("--path", "search", multiple=True, type=click.Path(), help="Look for machines here too.")
SEED = click.option("--seed", type=int, help="0..2^64-1, instead of the scenario's.")
JSON = click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
OUT = click.option("--out", type=click.Path(), help="The run folder, instead of runs/<scenario>-<seed>.")
FORCE = click.option("--force", is_flag=True, help="Replace an earlier run in --out.")


def outside_options(function: F) -> F:
    """All options of what is outside."""
    for option in reversed(OUTSIDE):
        function = option(function)
    return function


def asked(options: dict[str, Any]) -> OutsideAsked:
    """What `outside_options` gave, for the runner."""
    from switchsim.scenario.options import OutsideAsked

    given = {"wait_ms": options.pop("wait"), "peer_timeout_ms": options.pop("peer_timeout")}
    return OutsideAsked(**given, **options)
