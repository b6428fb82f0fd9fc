"""`switchsim kpis`: the key figures of a run's call centre."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from switchsim.cli.options import JSON

LONGEST_CYCLES = 8_000 * 3_600 * 24 * 366


class Length(click.ParamType[int]):
    """A duration as scenarios write it, above 0 and up to a year -> cycles."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        from switchsim.units import parse_duration

        if isinstance(value, int):
            return value
        try:
            cycles = parse_duration(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if not 0 < cycles <= LONGEST_CYCLES:
            self.fail(f"{value!r} is no time above 0 and up to a year", param, ctx)
        return cycles


@click.command("kpis", short_help="Key figures of a run: connect rate, service level, waiting, seats.")
@click.argument("run_dir", type=click.Path())
@JSON
@click.option("--every", type=Length(), default="15min", metavar="TIME", help="Length of the intervals [15min].")
@click.option("--service-level", type=Length(), default="20s", metavar="TIME", help="To be answered within [20s].")
@click.option("--repeat-within", type=Length(), default="1h", metavar="TIME",
              help="A number that calls again so soon had no first-call resolution [1h].")
@click.option("--good-digits", default="1", metavar="DIGITS",
              help="Digits, dialled in a service after the talk, by which a caller says that he is content [1].")
def command(
    run_dir: str, as_json: bool, every: int, service_level: int, repeat_within: int, good_digits: str
) -> None:  # fmt: skip
    """Show the key figures of the run in RUN_DIR: of all inbound calls, of every queue and seat, and by intervals.

    Times count in simulated time; a call counts in the interval in which it was offered.
    """
    from switchsim.report.kpis import KpiPlan
    from switchsim.report.kpis_text import notes, on_terminal, plain_lines, tables
    from switchsim.scenario.kpis import kpis_of

    kpis = kpis_of(Path(run_dir), KpiPlan(every, service_level, repeat_within, good_digits))
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(kpis), indent=2).decode())
        return
    for title, rows in tables(kpis):
        if sys.stdout.isatty():
            from switchsim.cli.tables import show

            for part in on_terminal(rows):
                show(part, False, title)
        else:
            for line in plain_lines(title, rows):
                click.echo(line)
    for note in notes(kpis):
        click.echo(note)
