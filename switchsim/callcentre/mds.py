"""MDS: a lamp for each core server, by its heartbeats."""

from __future__ import annotations

from typing import Any, Final

from switchsim.callcentre.process import HEARTBEAT_CYCLES, LOST_AFTER, Process, ProcessCommon, Watched, heard, missed
from switchsim.model.events import AlarmCleared, AlarmRaised, LampShown
from switchsim.model.part import Host
from switchsim.model.platform import Heartbeat

GREEN, YELLOW, RED = "green", "yellow", "red"
ACTIVE: Final = "active"
PLACE, PROCESS_LOST = "callcentre", "process_lost"


class MdsState(ProcessCommon):
    """watched, lamps: by name of a server. began: it looks from then on. looked: last. alarmed: server -> since."""

    watched: dict[str, Watched] = {}
    lamps: dict[str, str] = {}
    began: int = 0
    looked: int = 0
    alarmed: dict[str, int] = {}


class Mds(Process[MdsState]):
    """`callcentre/mds`. Every core server sends it a Heartbeat a second.

    green: the service has started normally *and is standby*, says the source; the answer is questionable, as most
    servers are no standby of anything. So green is for those without a role and for standbys; yellow, of which the
    source says nothing, for the active one of a pair; red for who is not there.
    """

    def __init__(self, path: str, host: Host, servers: tuple[str, ...]) -> None:
        self.servers = servers
        super().__init__(path, host)

    def fresh(self) -> MdsState:
        return MdsState()

    def outlives(self, before: MdsState) -> None:
        """Alarms that are up are no matter of its memory: they end when the server is heard again."""
        self.state.alarmed = before.alarmed

    def started(self) -> None:
        self.state.began = self.state.looked = self.now
        self.start_timer("look", HEARTBEAT_CYCLES)

    def letter(self, sender: str, body: Any) -> None:
        if isinstance(body, Heartbeat) and sender in self.servers:
            heard(self.state.watched.setdefault(sender, Watched()), body, self.now)
            self._show(sender, YELLOW if body.role == ACTIVE else GREEN)

    def timer(self, name: str) -> None:
        self.start_timer("look", HEARTBEAT_CYCLES)
        away, self.state.looked = self.now - self.state.looked, self.now
        if away > LOST_AFTER * HEARTBEAT_CYCLES:
            self._look_anew()
        for server in self.servers:
            row = self.state.watched.get(server)
            never = row is None and self.now - self.state.began > LOST_AFTER * HEARTBEAT_CYCLES
            if never or (row is not None and missed(row, self.now)):
                self._show(server, RED)

    def _look_anew(self) -> None:
        """It hung itself: what it has not heard meanwhile says nothing of the others."""
        self.state.began = self.now
        for row in self.state.watched.values():
            row.heard = self.now

    def _show(self, server: str, colour: str) -> None:
        before = self.state.lamps.get(server, "")
        if before == colour:
            return
        self.state.lamps[server] = colour
        self.emit(LampShown(server, colour))
        about = f"{PLACE}/{server}"
        if colour == RED and server not in self.state.alarmed:
            self.state.alarmed[server] = self.now
            texts = "no heartbeat", "平台进程失去联系", "Process of the platform lost"
            self.emit(AlarmRaised(PROCESS_LOST, about, "major", *texts))
        elif colour != RED and server in self.state.alarmed:
            self.emit(AlarmCleared(PROCESS_LOST, about, self.state.alarmed.pop(server)))
