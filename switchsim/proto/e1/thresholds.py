"""At which counts of a register an alert is given, unless a machine says otherwise."""

from __future__ import annotations

from typing import Final

Thresholds = dict[str, dict[str, int]]
"""Period (15min, 24h) -> what (es, ses, bbe, uas, slips) -> the count that is reached; 0 or nothing: no alert."""

THRESHOLDS: Final[Thresholds] = {
    "15min": {"es": 120, "ses": 15, "uas": 10},
    "24h": {"es": 3456, "ses": 172, "bbe": 17280, "slips": 6},
}
"""Where they come from: 15 minutes: ES and SES of M.2120 as multiplexers ship them; UAS: the first unavailable period.
24 hours: a day that does not keep the end-to-end objectives of G.826 table 1 (ESR 0.04, SESR 0.002, BBER 2e-4 of 86.4
million blocks); slips: more than five, the first count that is not acceptable in G.822 table 1. UAS and the day's
values are this project's choice."""
