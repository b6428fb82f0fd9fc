"""Boards without a behaviour of their own: clock (CKV), power (PWC), alarm (ALM). Pulling one is seen and alarmed."""

from __future__ import annotations

from switchsim.hardware.board import Board, CommonState
from switchsim.hardware.site import Site


class Plain(Board[CommonState]):
    """Lives, answers its node, has LEDs and registers."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.state = CommonState()
