"""All standards that have sheets, and what became of each sheet, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from switchsim.assembly import yamlfile
from switchsim.assembly.shipped import folder
from switchsim.conformance.player import Player
from switchsim.conformance.q781.player import Q781Player
from switchsim.conformance.q784.player import Q784Player
from switchsim.conformance.reader import PREAMBLES, Sheet, Steps, read_folder, read_preambles, read_sheet
from switchsim.conformance.verdict import Result, Verdict

PLAYERS: Final[tuple[Player, ...]] = (Q781Player(), Q784Player())

_WORST_FIRST: Final = (Verdict.FAILED, Verdict.INCONCLUSIVE, Verdict.PASSED, Verdict.NOT_APPLICABLE)


class Row(NamedTuple):
    """One sheet in a report."""

    standard: str
    number: str
    title: str
    verdict: str
    reason: str


def sheets_of(player: Player) -> tuple[list[Sheet], dict[str, Steps]]:
    """The shipped sheets of a standard and their preambles; raises BadInput."""
    return read_folder(folder("scenarios") / "conformance" / player.folder, player)


def check_sheet(path: Path) -> Sheet:
    """The sheet of a file of any standard, read with the preambles beside it; raises BadInput."""
    data = yamlfile.read(path).data
    standard = data.get("standard") if isinstance(data, dict) else None
    player = next((one for one in PLAYERS if one.standard == standard), PLAYERS[0])  # which then tells what is wrong
    return read_sheet(path, player, read_preambles(path.parent / PREAMBLES, player))


def conformance_rows(benches: Sequence[str] = ("timed",), players: Sequence[Player] = PLAYERS) -> list[Row]:
    """One row a shipped sheet: the worst verdict of these benches, and why; raises BadInput."""
    rows = []
    for player in players:
        sheets, preambles = sheets_of(player)
        for sheet in sheets:
            results = [player.play(sheet, bench, preambles) for bench in benches if bench in player.benches]
            worst = min(results, key=lambda result: _WORST_FIRST.index(result.verdict))
            rows.append(Row(sheet.standard, sheet.number, sheet.title, worst.verdict.value, _why(sheet, worst)))
    return rows


def _why(sheet: Sheet, result: Result) -> str:
    if result.verdict is Verdict.PASSED:
        return ""
    place = Path(result.place).name
    return f"{place}: {result.reason}" if place else result.reason
