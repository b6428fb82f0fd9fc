"""MCP: whoever signs in at a configuration console needs it."""

from __future__ import annotations

from typing import Final

from switchsim.callcentre.process import HEARTBEAT_CYCLES, Process, ProcessCommon
from switchsim.model.events import RequestTaken
from switchsim.model.order import Act, Order
from switchsim.model.platform import Heartbeat

MONITOR: Final = "mds"
MOST_CONSOLES: Final = 100


class McpState(ProcessCommon):
    """consoles: signed in, name -> cycle."""

    consoles: dict[str, int] = {}


class Mcp(Process[McpState]):
    """`callcentre/mcp`. Acts `console_sign_in` and `console_sign_out` (console: its name)."""

    def fresh(self) -> McpState:
        return McpState()

    def started(self) -> None:
        self.timer("beat")

    def timer(self, name: str) -> None:
        self.start_timer("beat", HEARTBEAT_CYCLES)
        self.write(MONITOR, Heartbeat("", 0))

    def order(self, order: Order) -> None:
        if not isinstance(order, Act) or order.act not in ("console_sign_in", "console_sign_out"):
            super().order(order)
            return
        console = str(order.values.get("console", "1"))
        result = self._sign(console, order.act == "console_sign_in")
        self.emit(RequestTaken(0, order.act, console, result, 0))

    def _sign(self, console: str, on: bool) -> str:
        if not self.running:
            return "refused: MCP does not run"
        if not on:
            return "ok" if self.state.consoles.pop(console, None) is not None else "refused: not signed in"
        if console not in self.state.consoles and len(self.state.consoles) >= MOST_CONSOLES:
            return "refused: too many consoles"
        self.state.consoles[console] = self.now
        return "ok"
