"""What a fault does to the speech paths of a line's circuits, by impaired paths of the native core.

`switchsim.faults.tones` is the catalogue; its `tone_values` says what to do, in the words below. A path is seated on
the cell of a circuit's direction when its first fault acts, and freed when the last one ends.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from switchsim.dsp.engine import NONE
from switchsim.dsp.tone_paths import PARTS, PathImpairment
from switchsim.model.part import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from switchsim.dsp.engine import Engine
    from switchsim.terminals.line_end import LineEndRow

RECEIVED: Final = 1
MOST_KEY: Final = (1 << 64) - 1
PATHS: Final = 64
"""Directions of circuits of one machine that can be impaired at the same time."""
Values = dict[str, int | str]
Maker = Callable[[Values, int], PathImpairment]


class ToneDeed(State):
    """One fault: its values, the key of its random draws, and the cells that it acts on."""

    values: dict[str, int | str]
    key: int
    cells: list[int]


class ToneFaultsState(State):
    deeds: dict[str, ToneDeed] = {}  # by the fault's number, in the order of their firing
    paths: dict[int, int] = {}  # native cell -> native path


def _noise(values: Values, key: int) -> PathImpairment:
    level = int(values["level"])
    if values["kind"] == "impulse":
        return PathImpairment(impulses=(int(values["every"]), int(values["time"]), level), key=key)
    return PathImpairment(noise_mdbm0=level, key=key) if values["kind"] == "white" else PathImpairment(pink_mdbm0=level,
                                                                                                    key=key)


def _break_in(values: Values, _: int) -> PathImpairment:
    if int(values["speech"]) >= 0:
        return PathImpairment(speech=(int(values["speech"]), int(values["gain"])))
    return PathImpairment(break_in=(int(values["cell"]), int(values["gain"])))


MAKERS: Final[dict[str, Maker]] = {
    "tone_level": lambda values, _: PathImpairment(gain_mdb=int(values["gain"])),
    "tone_twist": lambda values, _: PathImpairment(twist_mdb=int(values["twist"])),
    "tone_offset": lambda values, _: PathImpairment(shift_mhz=int(values["offset"])),
    "tone_noise": _noise,
    "third_tone": lambda values, _: PathImpairment(tone=(int(values["tone"]), int(values["level"]))),
    "tone_echo": lambda values, _: PathImpairment(echo=(int(values["time"]), int(values["loss"]))),
    "tone_clipping": lambda values, _: PathImpairment(clip_mdbm0=int(values["level"])),
    "tone_dropout": lambda values, _: PathImpairment(dropout=(int(values["time"]), int(values["every"]))),
    "tone_break_in": _break_in,
    "tone_recoding": lambda _, __: PathImpairment(ulaw=True),
}
"""What a fault's numbers mean: levels, gains and losses in mdB(m0), frequencies in millihertz, times in cycles."""


class ToneFaults:
    """Works for a board with lines. draw: 64 random bits of the board's stream of that name."""

    def __init__(self, engine: Engine, rows: Sequence[LineEndRow], state: ToneFaultsState,
                 draw: Callable[[str], int]) -> None:
        self.engine = engine
        self.rows = rows
        self.state = state
        self.draw = draw

    def inject(self, fault: str, values: Values) -> str:
        """Let a fault of the catalogue act; its effect in words, "" when too many paths are impaired already."""
        row = self.rows[int(values["line"])]
        mask, received = int(values["timeslots"]), values["direction"] == RECEIVED
        first = row.hears if received else row.speaks
        cells = [first + timeslot for timeslot in range(1, 32) if mask >> timeslot & 1]
        if not self._seat(cells):
            return ""
        deed = ToneDeed(values, self.draw(f"tones/{values['line']}"), cells)
        self.state.deeds[fault] = deed
        for cell in cells:
            self._act(deed, cell)
        return f"{values['what']} on {len(cells)} circuits that {row.name} {'receives' if received else 'sends'}"

    def undo(self, fault: str) -> None:
        """A fault ends; one that does the same to a path begins anew."""
        ended = self.state.deeds.pop(fault, None)
        if ended is None:
            return
        for cell in ended.cells:
            others = [deed for deed in self.state.deeds.values() if cell in deed.cells]
            again = [deed for deed in others if _part(deed) & _part(ended)]
            self.engine.path_clear(self.state.paths[cell], _part(ended))
            if again:
                self._act(again[-1], cell)
            elif not others:
                self.engine.path_define(self.state.paths.pop(cell), NONE)

    def _act(self, deed: ToneDeed, cell: int) -> None:
        """Every cell has noise of its own."""
        self.engine.path_set(self.state.paths[cell], _impairment(deed, cell))

    def _seat(self, cells: Iterable[int]) -> bool:
        """A path for each of the cells that has none, or nothing at all."""
        bare = [cell for cell in cells if cell not in self.state.paths]
        free = [path for path in range(self.engine.config.n_paths) if not self.engine.path_does(path)][: len(bare)]
        if len(free) < len(bare):
            return False
        for cell, path in zip(bare, free, strict=True):
            self.engine.path_define(path, cell)
            self.state.paths[cell] = path
        return True


def _impairment(deed: ToneDeed, cell: int) -> PathImpairment:
    return MAKERS[str(deed.values["what"])](deed.values, (deed.key + cell) & MOST_KEY)


def _part(deed: ToneDeed) -> int:
    """What of a path it needs; white and pink noise, and both ways of breaking in, take the other's place."""
    part = _impairment(deed, 0).parts
    for together in (PARTS["noise"] | PARTS["pink"], PARTS["break_in"] | PARTS["speech"]):
        part |= together if part & together else 0
    return part
