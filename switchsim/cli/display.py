"""How a run is shown: story lines in a pipe; on a terminal, live figures below them."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Final

import click
from rich.console import Console
from rich.live import Live
from rich.text import Text

from switchsim.scenario.story import Story, Teller
from switchsim.units import CYCLES_PER_SECOND, format_cycles

_REDRAW_NS: Final = 100_000_000


class PlainTeller(Teller):
    """Lines to standard output, as they happen."""

    def line(self, text: str) -> None:
        click.echo(text)


class LiveTeller(Teller):
    """Lines, and one line of figures below them that is redrawn; a context manager."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._began = time.monotonic_ns()
        self._drawn = 0

    def __enter__(self) -> LiveTeller:
        self._live.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        sort, value, trace = error
        assert sort is None or isinstance(sort, type)
        assert value is None or isinstance(value, BaseException)
        assert trace is None or isinstance(trace, TracebackType)
        self._live.__exit__(sort, value, trace)

    def line(self, text: str) -> None:
        self._live.console.print(Text(text, style=_style(text)), soft_wrap=True)

    def figures(self, now: int, until: int, story: Story) -> None:
        wall = time.monotonic_ns()
        if wall - self._drawn < _REDRAW_NS and now < until:
            return
        self._drawn = wall
        ratio = now * 1_000_000_000 // CYCLES_PER_SECOND * 10 // max(1, wall - self._began)
        speed = f"{ratio // 10}.{ratio % 10} x real time"
        self._live.update(Text(f"{format_cycles(now)} of {format_cycles(until)}  {speed}  {story.summary()}", "bold"),
                          refresh=True)


def _style(text: str) -> str:
    if "  ALARM " in text:
        return "red"
    return "yellow" if "  fault " in text else ""
