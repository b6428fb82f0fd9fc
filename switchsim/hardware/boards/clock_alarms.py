"""What a clock board finds wrong with its references and with itself: defects at once, alarms when they last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from switchsim.model.part import State
from switchsim.proto.clock.selector import Reference

if TYPE_CHECKING:
    from switchsim.hardware.boards.clock import Clock

MOST_OUT_OF_RANGE: Final = 2
"""So many references that are all out of range convict the own oscillator."""


class AlarmsState(State):
    """By `alarm@place`. present: what is wrong, since when. gone: alarms whose cause is away, since when."""

    present: dict[str, int] = {}
    gone: dict[str, int] = {}


class ClockAlarms:
    """Of one clock board; a standby has none."""

    def __init__(self, board: Clock) -> None:
        self.board = board

    @property
    def state(self) -> AlarmsState:
        return self.board.state.watch

    def _wrong(self) -> dict[str, str]:
        """`alarm@place` -> cause, of everything that is wrong now."""
        board = self.board
        if not board.gives:
            return {}
        found: dict[str, str] = {}
        for one in board.state.selector.references:
            if one.stage == "failed":
                found[f"clock_reference_lost@{board.reference_place(one.line)}"] = self._why(one)
            if one.given_up or one.loop_since >= 0:
                found[f"clock_timing_loop@{board.reference_place(one.line)}"] = one.origin
        mode = board.state.pll.mode
        if mode in ("holdover", "free_run") and board.state.selector.references:
            found[f"clock_{mode}@{board.path}"] = "no reference"
        if self._out_of_range():
            found[f"clock_fault@{board.path}"] = "every reference is out of range"
        return found

    def _why(self, one: Reference) -> str:
        heard = self.board.state.heard.get(one.line)
        out = heard is not None and heard.usable and not self.board.pll.in_range(heard.ppb)
        return f"{one.line} {'out of range' if out else 'no signal'}"

    def _out_of_range(self) -> bool:
        board = self.board
        there = [heard for heard in board.state.heard.values() if heard.usable]
        return len(there) >= MOST_OUT_OF_RANGE and not any(board.pll.in_range(heard.ppb) for heard in there)

    def look(self) -> None:
        """Whatever changed, and whatever has lasted long enough."""
        board, state, now = self.board, self.state, self.board.now
        wrong = self._wrong()
        for key in [key for key in state.present if key not in wrong]:
            del state.present[key]
            alarm, _, about = key.partition("@")
            board.defect_gone(alarm.removeprefix("clock_"), about)
            if board.has_alarm(alarm, about):
                state.gone[key] = now
        for key, cause in wrong.items():
            alarm, _, about = key.partition("@")
            if key not in state.present:
                state.present[key] = now
                state.gone.pop(key, None)
                board.see_defect(alarm.removeprefix("clock_"), about)
            if now >= state.present[key] + board.kind.timings["alarm_raise"]:
                board.raise_alarm(alarm, about, cause)
        for key, since in list(state.gone.items()):
            if now >= since + board.kind.timings["alarm_clear"]:
                del state.gone[key]
                alarm, _, about = key.partition("@")
                board.clear_alarm(alarm, about)

    def next_change(self) -> int | None:
        """The cycle at which something has lasted long enough; None: never."""
        timings, state = self.board.kind.timings, self.state
        found = [since + timings["alarm_raise"] for key, since in state.present.items()
                 if not self.board.has_alarm(*key.split("@"))]  # fmt: skip
        found += [since + timings["alarm_clear"] for since in state.gone.values()]
        return min(found, default=None)
