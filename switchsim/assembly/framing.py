"""How E1 lines are framed: the key `framing` of lines in machine files (G.704, G.703)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from switchsim.assembly.yamltypes import Strict
from switchsim.terminals.framing import Framing


class FramingSpec(Strict):
    """Framing of a line, the same at both ends but for `far_crc4`.

    crc4: the machine sends CRC-4 multiframes and looks for them (G.704 2.3.3, G.706 4.2). far_crc4: the far end does,
    too. Where one of them has none the line works without, as both come to after 400 ms (G.706 annex B). cas: timeslot
    16 carries signalling bits (G.704 5.1.3.2). code: the line code; without HDB3 no code violations can be seen.
    ssm_bit: the Sa bit, 4 to 8, that carries the synchronisation status, 0 none. los: pulse intervals without a pulse
    that are a loss of signal (G.775 4.2). nfas_loss: bit 2 of timeslot 0 wrong three times in a row is loss of
    alignment, too (G.706 4.1.1).
    """

    crc4: bool = True
    far_crc4: bool = True
    cas: bool = False
    code: Literal["hdb3", "none"] = "hdb3"
    ssm_bit: Annotated[int, Field(ge=0, le=8)] = 0
    los: Annotated[int, Field(ge=10, le=255)] = 255
    nfas_loss: bool = True

    def framing(self) -> Framing:
        """As the ends of the line take it."""
        return Framing(self.crc4, self.far_crc4, self.cas, self.code == "hdb3", self.ssm_bit, self.los, self.nfas_loss)
