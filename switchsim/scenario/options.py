"""The outside of a run as the command line and the scenario ask for it, put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from switchsim.scenario.schema import SutSpec
from switchsim.sut.options import (
    AttachOption,
    ClockOption,
    Pace,
    check_options,
    default_pace,
    parse_attach,
    parse_clock,
    parse_pace,
)
from switchsim.units import CYCLES_PER_MS

WAIT_MS: Final = 60_000
PEER_TIMEOUT_MS: Final = 10_000


@dataclass(frozen=True)
class OutsideAsked:
    """The options of the command line as they were given."""

    attach: Sequence[str] = ()
    clock: Sequence[str] = ()
    pace: str | None = None
    wait_ms: int | None = None
    peer_timeout_ms: int | None = None


NOTHING_ASKED: Final = OutsideAsked()


@dataclass(frozen=True)
class OutsideOptions:
    """What a run does with the outside; times are wall milliseconds."""

    attaches: tuple[AttachOption, ...] = ()
    clocks: tuple[ClockOption, ...] = ()
    pace: Pace | None = None
    """None: as fast as can be, nobody is outside."""
    wait_ms: int = WAIT_MS
    peer_timeout_ms: int = PEER_TIMEOUT_MS
    command: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """Names as in inputs.bin."""
        return (*(one.name for one in self.attaches), *(one.name for one in self.clocks))


def put_together(asked: OutsideAsked, sut: SutSpec | None, *, paced: bool = False) -> OutsideOptions:
    """The command line's options over the scenario's `sut`; raises BadInput.

    paced: without any word of it the pace is real (`serve`), else fast; a clock or a block mode always makes it fast.
    """
    spec = sut or SutSpec()
    attaches = tuple(map(parse_attach, (*spec.attach, *asked.attach)))
    clocks = tuple(parse_clock(text, index) for index, text in enumerate((*spec.clock, *asked.clock)))
    check_options(attaches, clocks)
    pace_text = asked.pace or spec.pace
    pace: Pace | None = None
    if pace_text is not None:
        pace = parse_pace(pace_text)
    elif attaches or clocks or paced:
        pace = default_pace(attaches, clocks)
    if pace is not None and pace.fast and not attaches and not clocks:
        pace = None
    wait_ms = spec.ready_within // CYCLES_PER_MS if spec.ready_within is not None else spec.wait
    return OutsideOptions(
        attaches, clocks, pace,
        wait_ms=wait_ms if asked.wait_ms is None else asked.wait_ms,
        peer_timeout_ms=spec.peer_timeout if asked.peer_timeout_ms is None else asked.peer_timeout_ms,
        command=spec.command)
