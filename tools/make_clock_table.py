"""Write switchsim/proto/clock/sine.py: the turn of wander of clocks, in points of integers, exactly rounded.

Made as tools/make_tables.py makes its tables. Usage: python tools/make_clock_table.py [DIRECTORY]
"""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

from make_tables import nearest, sine

POINTS = 32
SINE_Q = 20
HEAD = f'''"""One turn of a sine in {POINTS} points, 2^{SINE_Q} = one; written by tools/make_clock_table.py."""

from __future__ import annotations

from typing import Final

POINTS: Final = {POINTS}
SINE_Q: Final = {SINE_Q}
'''


def main(arguments: list[str]) -> None:
    """Write the module into the directory given, or into the package."""
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parents[1] / "switchsim" / "proto" / "clock"
    turn = [nearest(sine(Decimal(point) / POINTS) * (1 << SINE_Q)) for point in range(POINTS)]
    rows = [", ".join(map(str, turn[at : at + 8])) for at in range(0, POINTS, 8)]
    text = HEAD + "SINE: Final = (\n" + "".join(f"    {row},\n" for row in rows) + ")  # fmt: skip\n"
    (folder / "sine.py").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
