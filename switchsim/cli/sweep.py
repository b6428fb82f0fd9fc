"""`switchsim sweep`: acceptance curves of tone receivers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from switchsim.cli.options import JSON

if TYPE_CHECKING:
    from switchsim.sweeps.axes import Axis
    from switchsim.sweeps.measure import Make, Point
    from switchsim.sweeps.receivers import Receiver


def _kind(ctx: click.Context) -> str:
    """The kind in what is typed so far: an option that still lacks its value leaves the argument unread."""
    return ctx.params.get("kind") or next((word for word in ctx.args if word in ("dtmf", "mfc")), "dtmf")


def _complete_axis(ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    from switchsim.sweeps.axes import KINDS

    axes = KINDS[_kind(ctx)]
    return [CompletionItem(name, help=axis.says) for name, axis in axes.items() if name.startswith(begun)]


def _complete_limits(ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    from switchsim.sweeps.receivers import limits_of

    return [CompletionItem(name) for name in limits_of(_kind(ctx)) if name.startswith(begun)]


@click.command("sweep", short_help="Acceptance curves of the tone receivers, libspandsp's beside ours.")
@click.argument("kind", type=click.Choice(["dtmf", "mfc"]))
@click.option("--axis", "name", shell_complete=_complete_axis, metavar="NAME",
              help="What is moved; without it the axes are listed.")
@click.option("--from", "start", metavar="VALUE", help="The first value, instead of the axis's own.")
@click.option("--to", "stop", metavar="VALUE", help="The last value.")
@click.option("--step", metavar="VALUE", help="From one value to the next.")
@click.option("--each", type=int, default=20, show_default=True, help="Random signals of each digit, a value.")
@click.option("--seed", type=int, default=1, show_default=True, help="0..2^64-1.")
@click.option("--digits", metavar="DIGITS", help="Some only: of 0-9 A-D * #; register signals as 1-9 A-F (A is 10).")
@click.option("--limits", metavar="NAME", shell_complete=_complete_limits, help="The receiver's limits, by name.")
@click.option("--direction", type=click.Choice(["forward", "backward"]),
              help="Of register signals, forward when not said; for mfc alone.")
@click.option("--out", type=click.Path(dir_okay=False), metavar="FILE",
              help="Draw the curves: .png or .svg (needs matplotlib: pip install 'switchsim[plots]').")
@JSON
def command(kind: str, name: str | None, start: str | None, stop: str | None, step: str | None, as_json: bool,
            **asked: Any) -> None:
    """Measure what part of random signals a receiver accepts, while one thing about them is moved along an axis.

    KIND is dtmf or mfc (the register signals of R2). The signals pass an A-law encoder, at random phases and a random
    place in the receiver's blocks. Where libspandsp is installed its receiver hears the same signals.
    """
    from switchsim.sweeps import draw
    from switchsim.sweeps.axes import axis_of, values

    _check_options(kind, name, {"from": start, "to": stop, "step": step, **asked})
    if name is None:
        _list_axes(kind, as_json)
        return
    axis = axis_of(kind, name)
    at = values(axis, start, stop, step)
    picture = Path(asked["out"]) if asked["out"] else None
    if picture:
        draw.check_picture(picture)
    makers, receivers, what = _set_up(kind, **asked)
    points = _measured(axis, at, makers, receivers, asked["each"], asked["seed"])
    _tell(points, axis, what, asked["seed"], as_json)
    if picture:
        draw.draw(picture, axis, points, what)
        click.echo(f"drawn: {picture}", err=True)


def _check_options(kind: str, axis: str | None, given: Mapping[str, Any]) -> None:
    """Nothing that is asked for is passed over; raises BadInput."""
    from switchsim.errors import BadInput

    if kind != "mfc" and given["direction"] is not None:
        raise BadInput.one("--direction", f"{kind} has no directions", "the kind mfc",
                           f"leave it out, or sweep mfc --direction {given['direction']}")
    for option in () if axis else ("from", "to", "step", "digits", "limits", "direction", "out"):
        if given[option] is not None:
            raise BadInput.one(f"--{option}", "nothing is swept without an axis", "--axis NAME",
                               f"`switchsim sweep {kind}` lists the axes")


def _set_up(kind: str, digits: str | None, limits: str | None, direction: str | None, each: int, seed: int,
            out: str | None) -> tuple[Sequence[Make], Mapping[str, Receiver], str]:
    from switchsim.sweeps import measure, receivers, signals, spandsp

    measure.check_amounts(each, seed)
    named = receivers.check_limits(kind, limits)
    if kind == "dtmf":
        makers = measure.dtmf_makers(signals.KEYS if digits is None else digits)
        ours, theirs = receivers.dtmf(named), spandsp.dtmf()
        what = f"DTMF, limits {named}"
    else:
        direction = direction or "forward"
        makers = measure.mfc_makers(digits, direction, named)
        ours, theirs = receivers.mfc(direction, named), spandsp.mfc(direction)
        what = f"R2 MFC {direction}, limits {named}"
    return makers, {"switchsim": ours, **({"libspandsp": theirs} if theirs else {})}, what


def _measured(axis: Axis, at: Sequence[Decimal], makers: Sequence[Make], receivers: Mapping[str, Receiver], each: int,
              seed: int) -> list[Point]:
    """With a bar on standard error while it lasts, when that is a terminal."""
    from rich.console import Console
    from rich.progress import track

    from switchsim.sweeps.measure import measure

    console = Console(stderr=True)
    points: Iterable[Point] = measure(axis, at, makers, each, seed, receivers)
    return list(track(points, axis.name, len(at), console=console, transient=True, disable=not console.is_terminal))


def _tell(points: Sequence[Point], axis: Axis, what: str, seed: int, as_json: bool) -> None:
    from switchsim.cli.tables import show

    if as_json:
        rows = [{"value": float(point.value), "signals": point.signals, "accepted_percent": dict(point.accepted),
                 "otherwise_percent": dict(point.otherwise)} for point in points]
        click.echo(json.dumps({"what": what, "axis": axis.name, "says": axis.says, "accepted": axis.accepted,
                               "seed": seed, "points": rows}, indent=2))
        return
    table: list[dict[str, object]] = []
    for point in points:
        row: dict[str, object] = {axis.name: str(point.value)}
        for name, share in point.accepted.items():
            row |= {f"{name} %": f"{share:.1f}", f"{name} otherwise %": f"{point.otherwise[name]:.1f}"}
        table.append(row)
    show(table, False, f"{what}: {axis.says}")
    click.echo(f"accepted: {axis.accepted}; {points[0].signals} signals a value, seed {seed}")


def _list_axes(kind: str, as_json: bool) -> None:
    from switchsim.cli.tables import show
    from switchsim.sweeps.axes import KINDS

    rows: list[dict[str, object]] = [
        {"axis": axis.name, "moves": axis.says, "from": str(axis.start), "to": str(axis.stop), "step": str(axis.step),
         "range": f"{axis.lowest} to {axis.highest}", "accepted": axis.accepted} for axis in KINDS[kind].values()]
    show(rows, as_json, f"Axes of {kind}")
