"""Boards without a behaviour of their own yet: clock (CKV), power (PWC), alarm (ALM). Pulling one is seen and alarmed."""

from __future__ import annotations

from typing import Any

from switchsim.hardware.board import Board, CommonState
from switchsim.hardware.kind import BoardKind
from switchsim.model.part import Host


class Plain(Board[CommonState]):
    """Lives, answers its node, has LEDs and registers."""

    def __init__(self, path: str, host: Host, kind: BoardKind, bus: int) -> None:
        super().__init__(path, host, kind, bus)
        self.state = CommonState()

    def handle(self, port: str, message: Any) -> None:
        super().handle(port, message)
