"""How a line is framed, as both of its ends take it."""

from __future__ import annotations

import msgspec


class Framing(msgspec.Struct, frozen=True):
    """As assembly.framing."""

    crc4: bool = True
    far_crc4: bool = True
    cas: bool = False
    hdb3: bool = True
    ssm_bit: int = 0
    los: int = 255
    nfas_loss: bool = True
