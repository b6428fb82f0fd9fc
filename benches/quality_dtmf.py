"""Quality of the DTMF receiver beside libspandsp's dtmf_rx: every demand, measured over the A-law path.

Both hear the same random signals: random phase, random place in a block, all 16 keys; rows follow Q.24 annex A and the
CM7291-style tests, twist is high minus low. "Right" is: exactly the digits sent, or none where none may be reported.
The seed is an option, so that nobody tunes a receiver to one.

    python benches/quality_dtmf.py [--each 60] [--seed 1] [--long] [--json FILE]

`--long`: an hour of espeak-ng speech, five hours each of vowels and of chords, 28,000 pairs that are no digits.
Exit code 1 when a demand is not met.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from switchsim.sweeps import speech
from switchsim.sweeps.columns import columns
from switchsim.sweeps.demands import demands
from switchsim.sweeps.quality import HEADING, Result, judge, judge_talk_off, talk_offs

SHORT = {"speech_s": 400, "vowels_s": 3600, "chords_s": 3600, "pairs": 4000}
LONG = {"speech_s": 3600, "vowels_s": 18_000, "chords_s": 18_000, "pairs": 28_000}


def results(each: int, seed: int, long: bool) -> Iterator[Result]:
    """Row after row."""
    for demand in (*demands(), *columns()):
        yield judge(demand, each, seed)
    for sounds in talk_offs(**(LONG if long else SHORT)):
        yield judge_talk_off(sounds, seed)


def main() -> int:
    """Print a line a row, as they come."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=60, help="signals a key and row")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--long", action="store_true", help="hours of talk-off instead of minutes")
    parser.add_argument("--json", type=Path, metavar="FILE")
    asked = parser.parse_args()
    rows = []
    print(f"{HEADING}\n{'-' * len(HEADING)}")
    for row in results(asked.each, asked.seed, asked.long):
        rows.append(row)
        print(row, flush=True)
    if not speech.available():
        print("without espeak-ng: no rows with speech")
    if asked.json:
        asked.json.write_text(json.dumps({"seed": asked.seed, "rows": [asdict(row) for row in rows]}, indent=1))
    return int(any(row.ok is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
