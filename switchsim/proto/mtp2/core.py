"""What every box of a link shares: the actions under way, timers, and the way from one box to another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeAlias

from switchsim.proto.mtp2.actions import Action, CheckRepeats, StartTimer, StopTimer, Violation
from switchsim.proto.mtp2.state import REPEATS_CYCLES, RUN, Event, LinkConfig, LinkState, Lsc, Rc
from switchsim.proto.mtp2.units import HEAD_OCTETS

Handler: TypeAlias = "Callable[[Core, Any], None]"
"""A transition: changes the state in place, appends actions; its argument is the event's value, None for most."""
Dispatch: TypeAlias = "dict[str, dict[int, dict[int, Handler]]]"
"""Box -> state -> event -> handler."""
Trace: TypeAlias = "list[tuple[str, int, Event]]"
"""(box, state, event) of each transition, in order: for coverage, never part of the state."""


class Core:
    """One link's state with the acts that boxes are made of; `out` collects the actions of the entry under way."""

    tables: ClassVar[Dispatch] = {}

    def __init__(self, state: LinkState, config: LinkConfig, trace: Trace | None = None) -> None:
        self.state = state
        self.config = config
        self.trace = trace
        self.out: list[Action] = []
        self.pcr = config.method == "pcr"
        self._starts = {
            name: StartTimer(name, config.cycles(name)) for name in ("T1", "T2", "T3", "T5", "T6", "T7")
        } | {"repeats": StartTimer("repeats", REPEATS_CYCLES)}
        self._provings = (StartTimer("T4", config.cycles("T4N")), StartTimer("T4", config.cycles("T4E")))

    def fire(self, box: str, event: Event, value: Any = None) -> None:
        """Tell one box; `box` is its field in the state, too."""
        current = getattr(self.state, box)
        if self.trace is not None:
            self.trace.append((box, current, event))
        self.tables[box][current][event](self, value)

    def violation(self, clause: str, detail: str) -> None:
        self.state.violations_count += 1
        self.out.append(Violation(clause, detail))

    def start_timer(self, name: str) -> None:
        self.state.running |= RUN[name]
        self.out.append(self._provings[self.state.short_proving] if name == "T4" else self._starts[name])

    def stop_timer(self, name: str) -> None:
        bit = RUN[name]
        if self.state.running & bit:
            self.state.running &= ~bit
            self.out.append(StopTimer(name))

    def watch(self, counted: int = -1) -> None:
        """From now on repetitions of the last unit matter, although the terminal filters them.

        `counted` of them are known already; -1: ask first, only later ones are news. After an MSU nothing is filtered:
        the fill-in that follows differs from it.
        """
        state = self.state
        if not HEAD_OCTETS <= len(state.last_unit) <= HEAD_OCTETS + 2:
            return
        state.watching = True
        state.repeats_counted = counted
        self.start_timer("repeats")
        if counted < 0:
            self.out.append(CheckRepeats())

    def unwatch(self) -> None:
        self.state.watching = False
        self.stop_timer("repeats")

    def settle(self) -> None:
        """After any transition: may the next unit take the short way?"""
        state = self.state
        state.fast = (
            state.lsc is Lsc.IN_SERVICE and state.rc is Rc.ACCEPTING and self.trace is None
            and not (state.watching or state.abnormal_bsn or state.abnormal_fib or state.receive_congested)
        )  # fmt: skip
