"""The tones of the continuity check, for whoever checks: the machine and its far end (Q.724 7.2)."""

from __future__ import annotations

from typing import Final

SENT: Final = {"loop": (2000, 2000), "transponder": (2010, 1780)}
"""Method -> what is sent and what comes back, Hz."""
CHECK_TONES: Final = {2000: "continuity", 2010: "transponder_2010", 1780: "transponder_1780"}
"""Hz -> the name of the tone in a tone set; machines with No.7 need them all."""
