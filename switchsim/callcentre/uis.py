"""UIS: the server of business applications. What the source tells is of the application server IUAS:

it needs ICDCOMM only when the ibss interface is called; its error log is `iuas_E.log`; `ptstop -y` waits for clients to
go, and can hang on them, `ptstop -c -y` takes no notice of them.
"""

from __future__ import annotations

from typing import Any, Final

from switchsim.callcentre.process import HEARTBEAT_CYCLES, Process, ProcessCommon
from switchsim.model.events import ProcessState, RequestTaken
from switchsim.model.order import Act, Order
from switchsim.model.platform import FileGiven, FileWanted, Heartbeat, LookedUp, LookUp
from switchsim.units import seconds

MONITOR, PROXY = "mds", "proxy"
LOG_FOLDER, ERROR_LOG = "LOG", "iuas_E.log"
MOST_LINES: Final = 200
MOST_CLIENTS: Final = 1000
WAIT_CYCLES: Final = seconds(8)
"""PROXY answers within 6 s."""
ACTS: Final = ("client", "business", "ibss", "ptstop")


class UisState(ProcessCommon):
    """clients: names of connected clients. asked: calls of ibss under way, number -> statement. log: newest last."""

    clients: list[str] = []
    requests: int = 0
    asked: dict[int, str] = {}
    log: list[str] = []
    stopping: bool = False


class Uis(Process[UisState]):
    """`callcentre/uis`. Acts: `client` (name, on: 1 or 0) connects or goes; `business` (name) needs this host alone;
    `ibss` (statement, the rest are its parameters) asks the database by way of PROXY; `ptstop` (options: `-y`,
    `-c -y`). `FileWanted(LOG, iuas_E.log)` gives the error log, which outlives the process.
    """

    def fresh(self) -> UisState:
        return UisState()

    def outlives(self, before: UisState) -> None:
        """The log; and no answer to a call of a former life meets another call."""
        self.state.log, self.state.requests = before.log, before.requests

    def started(self) -> None:
        self.timer("beat")

    def letter(self, sender: str, body: Any) -> None:
        match body:
            case LookedUp(query, result, _, _):
                self._answered(query, result)
            case FileWanted(folder, name):
                found = (folder, name) == (LOG_FOLDER, ERROR_LOG)
                log = "".join(f"{line}\n" for line in self.state.log).encode()
                self.write(sender, FileGiven(folder, name, found, log if found else b""))

    def timer(self, name: str) -> None:
        if name == "beat":
            self.start_timer("beat", HEARTBEAT_CYCLES)
            self.write(MONITOR, Heartbeat("", 0))
        else:
            self._answered(int(name.rpartition("/")[2]), "late")

    # -- acts ----------------------------------------------------------------------------------------------------

    def order(self, order: Order) -> None:
        if not isinstance(order, Act) or order.act not in ACTS:
            super().order(order)
            return
        values = {key: str(value) for key, value in order.values.items()}
        if not self.running:
            self.emit(RequestTaken(0, order.act, values.get("name", ""), "refused: it does not run", 0))
        elif order.act == "ptstop":
            self._ptstop(values.get("options", ""))
        elif order.act == "client":
            self._client(values.get("name", ""), values.get("on", "1") == "1")
        elif self.state.stopping:
            self._failed(order.act, values.get("name", ""), "refused: it is being stopped")
        elif order.act == "business":
            self.emit(RequestTaken(0, "business", values.get("name", ""), "ok", 0))
        else:
            self._ibss(values.pop("statement", ""), values)

    def _client(self, name: str, on: bool) -> None:
        clients = self.state.clients
        if on and name not in clients and not self.state.stopping and len(clients) < MOST_CLIENTS:
            clients.append(name)
        elif not on and name in clients:
            clients.remove(name)
        else:
            self._failed("client", name, "refused")
            return
        self.emit(RequestTaken(0, "client", name, "connected" if on else "gone", 0))
        if self.state.stopping and not clients:
            self._stop("stopped")

    def _ibss(self, statement: str, parameters: dict[str, str]) -> None:
        self.state.requests += 1
        self.state.asked[self.state.requests] = statement
        self.start_timer(f"ibss/{self.state.requests}", WAIT_CYCLES)
        self.write(PROXY, LookUp(self.state.requests, statement, parameters))

    def _answered(self, number: int, result: str) -> None:
        statement = self.state.asked.pop(number, None)
        if statement is None:
            return
        self.stop_timer(f"ibss/{number}")
        if result in ("found", "empty"):
            self.emit(RequestTaken(0, "ibss", statement, result, 0))
        else:
            self._failed("ibss", statement, result)

    def _failed(self, what: str, name: str, result: str) -> None:
        self.state.log.append(f"{self.now} {what} {name}: {result}")
        del self.state.log[:-MOST_LINES]
        self.emit(RequestTaken(0, what, name, result, 0))

    def _ptstop(self, options: str) -> None:
        flags = options.split()
        if "-y" not in flags:
            self._failed("ptstop", options, "refused: not confirmed by -y")
        elif "-c" in flags or not self.state.clients:
            self._stop("stopped")
        else:
            self.state.stopping = True
            self.emit(ProcessState("stopping"))
