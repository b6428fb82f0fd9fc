"""All standards that have sheets, and what became of each sheet, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from switchsim.assembly import yamlfile
from switchsim.assembly.shipped import folder
from switchsim.conformance.player import Player
from switchsim.conformance.q781.player import Q781Player
from switchsim.conformance.q782.player import Q782Player
from switchsim.conformance.q784.player import Q784Player
from switchsim.conformance.reader import PREAMBLES, Sheet, Steps, in_order, read_folder, read_preambles, read_sheet
from switchsim.conformance.verdict import Result, Verdict
from switchsim.errors import BadInput, Problem

PLAYERS: Final[tuple[Player, ...]] = (Q781Player(), Q782Player(), Q784Player())

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


def player_of(path: Path) -> Player:
    """Whose standard a file names; that of the first one where it names none, which then tells what is wrong."""
    data = yamlfile.read(path).data
    standard = data.get("standard") if isinstance(data, dict) else None
    return next((one for one in PLAYERS if one.standard == standard), PLAYERS[0])


def check_sheet(path: Path) -> Sheet:
    """The sheet of a file of any standard, read with the preambles beside it; raises BadInput."""
    player = player_of(path)
    return read_sheet(path, player, read_preambles(path.parent / PREAMBLES, player))


def check_file(path: Path) -> None:
    """Whether a file is a good sheet, or good preambles; raises BadInput."""
    if path.name == PREAMBLES:
        read_preambles(path, player_of(path))
    else:
        check_sheet(path)


def read_files(paths: Sequence[Path]) -> list[tuple[Player, Sheet, dict[str, Steps]]]:
    """Sheets with their players and preambles, by folder and number; raises BadInput with the problems of all files."""
    found: list[tuple[Player, Sheet, dict[str, Steps]]] = []
    preambles: dict[Path, dict[str, Steps]] = {}
    problems: list[Problem] = []
    for path in sorted(paths, key=lambda one: (str(one.parent), in_order(one))):
        try:
            player = player_of(path)
            if path.parent not in preambles:
                preambles[path.parent] = read_preambles(path.parent / PREAMBLES, player)
            found.append((player, read_sheet(path, player, preambles[path.parent]), preambles[path.parent]))
        except BadInput as error:
            problems += error.problems
    if problems:
        raise BadInput(list(dict.fromkeys(problems)))
    return found


def judge(player: Player, sheet: Sheet, preambles: dict[str, Steps], benches: Sequence[str] = ()) -> Row:
    """The worst verdict of a sheet on these benches (none: those that usually count), and why."""
    results = [player.play(sheet, bench, preambles) for bench in benches or player.usual]
    worst = min(results, key=lambda result: _WORST_FIRST.index(result.verdict))
    return Row(sheet.standard, sheet.number, sheet.title, worst.verdict.value, _why(sheet, worst))


def conformance_rows(benches: Sequence[str] = (), players: Sequence[Player] = PLAYERS) -> list[Row]:
    """One row a shipped sheet; raises BadInput. See `judge`."""
    rows = []
    for player in players:
        sheets, preambles = sheets_of(player)
        rows += [judge(player, sheet, preambles, benches) for sheet in sheets]
    return rows


def _why(sheet: Sheet, result: Result) -> str:
    if result.verdict is Verdict.PASSED:
        return ""
    place = Path(result.place).name
    return f"{place}: {result.reason}" if place else result.reason
