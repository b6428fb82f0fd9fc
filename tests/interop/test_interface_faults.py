"""Everything that testers break on CTI links, to real clients on real sockets, while calls come and go.

Pass means: every fault met something, no call is there twice, none that waits is lost, and clients that connect anew
and ask for everything agree with the switch.
"""

from __future__ import annotations

import struct
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).parent))

from ami_client import BadLine, Block, Connection, Follower
from csta_client import Application
from serve_bench import Line, Served, replay, serve

PACE: Final = 6
STEP_S: Final = 0.05
"""Wall seconds between two looks of a client; simulated PACE times as long."""
FAULTS: Final[tuple[tuple[str, str, str], ...]] = (
    ("abort_before", "skip: 1", "4s"),
    ("abort_after", "skip: 1", "4s"),
    ("half_open", "", "4s"),
    ("stall", "", "4s"),
    ("split", "octets: 40, every: 1ms", "3s"),
    ("coalesce", "time: 400ms", "3s"),
    ("duplicate_event", "", "4s"),
    ("duplicate_answer", "", "4s"),
    ("reorder_events", "", "4s"),
    ("late_event", "time: 1s", "4s"),
    ("late_answer", "time: 500ms", "4s"),
    ("truncate", "piece: response, skip: 1", "4s"),
    ("truncate", "piece: event, close: 0", "4s"),
    ("heartbeat_loss", "count: 1", "4s"),
    ("unknown_call", "count: 3", "4s"),
)
FIRST_S, APART_S, CALM_S = 4, 5, 15
BEGIN: Final = "format: 1\nmachine: b_type_small\nseed: 6\nseconds: {seconds}\nload:\n"
LOAD: Final = (
    "  - {{name: customer, shape: constant, rate: 50/min, numbers: ['10061'], stop: {stop}s, patience: 60s,\n"
    "     plan: [{{do: wait}}, {{do: speak}}, {{do: hold, time: 4s}}]}}\n"
)
AGENTS: Final = "agents:\n  - {sign_in: 10ms}\ntimeline:\n"


def scenario() -> tuple[str, int]:
    """(text, seconds): AMI and CSTA clients meet every fault, half a turn apart."""
    lines = ["  - {on: {event: request_taken, where: {name: Status}}, fault: interface_abort_before, for: 3s,"
             " where: {interface: ami, client: 1}}",
             f"  - {{at: {FIRST_S}s, fault: interface_clock_jump, where: {{interface: ami}}, values: {{seconds: -90}},"
             " for: 30s}"]  # fmt: skip
    for index, (fault, values, lasts) in enumerate(FAULTS):
        for interface, shift in (("ami", 0), ("csta", 2)):
            at = FIRST_S + APART_S * index + shift
            lines.append(f"  - {{at: {at}s, fault: interface_{fault}, where: {{interface: {interface}}}, "
                         + (f"values: {{{values}}}, " if values else "") + f"for: {lasts}}}")  # fmt: skip
    end = FIRST_S + APART_S * len(FAULTS) + 2
    text = BEGIN.format(seconds=end + CALM_S) + LOAD.format(stop=end + 3) + AGENTS + "\n".join(lines) + "\n"
    return text, end


class Dialler:
    """Wants one call, and just one: what it does not know after a lost connection it asks for."""

    def __init__(self, address: str) -> None:
        self.address, self.asked, self.found, self.lost = address, 0, False, ""

    def run(self) -> None:
        while not self.found:
            connection = Connection(self.address)
            try:
                connection.act("Login", "Username: ccs", "Secret: x")
                mine = self._mine(connection)
                self.found = bool(mine)
                if mine:
                    connection.act("Hangup", f"Channel: {mine[0]['Channel']}")
                else:
                    self.asked += 1
                    connection.act("Originate", "Channel: SEAT/1016", "Exten: 10061", "Context: default", "Priority: 1",
                                   "Async: true", "ChannelId: only-one")  # fmt: skip
            except BadLine as why:
                self.lost = str(why)
            finally:
                connection.close()

    def _mine(self, connection: Connection) -> list[Block]:
        """Its channel, for which it waits 3 simulated seconds when it may have asked for it already."""
        last = connection.seconds() + (3 if self.asked else 0)
        while True:
            now = connection.seconds()
            mine = [one for one in connection.act("Status") if one.get("Uniqueid") == "only-one"]
            if mine or now >= last:
                return mine


class CstaFollower:
    """Keeps the states of three agents, whatever happens to its connections."""

    SEATS = ("1001", "1002", "1003")
    STATES: Final = {"AgentReadyEvent": "agentReady", "AgentBusyEvent": "agentBusy",
                     "AgentWorkingAfterCallEvent": "agentWorkingAfterCall", "AgentNotReadyEvent": "agentNotReady"}

    def __init__(self, address: str) -> None:
        self.host, _, self.port = address.rpartition(":")
        self.application: Application | None = None
        self.states: dict[str, str] = {}
        self.lost: list[str] = []
        self.heard: list[Any] = []
        self.agreed = False

    def told(self, application: Application, seat: str) -> str:
        states = application.ask("GetAgentState", f"<device>{seat}</device>").every("agentState")
        if not states:
            raise ValueError("the switch can not be asked yet")
        return states[0]

    def connected(self) -> Application:
        if self.application is None:
            application = self.application = Application(self.host, int(self.port))
            self.in_time(application)
            assert application.start_session("ccs", "x").name == "StartApplicationSessionPosResponse"
            for seat in self.SEATS:
                application.monitor(seat)
            self.states = {seat: self.told(application, seat) for seat in self.SEATS}
            application.heard.clear()
        self.in_time(self.application)
        return self.application

    @staticmethod
    def in_time(application: Application) -> None:
        application.deadline = _soon()

    def step(self) -> None:
        try:
            application = self.connected()
            application.ask("SystemStatus", "<systemStatus>normal</systemStatus>")
            self.told(application, "1001")
            self.apply(application)
        except (OSError, AssertionError, ValueError, struct.error, ElementTree.ParseError) as why:
            self.lost.append(f"{type(why).__name__} {why}")
            if self.application is not None:
                self.application.socket.close()
            self.application = None

    def apply(self, application: Application) -> None:
        events, application.heard[:] = list(application.heard), []
        self.heard += events
        for event in events:
            if event.name in self.STATES:
                self.states[event.every("deviceIdentifier")[0]] = self.STATES[event.name]

    def agrees(self) -> bool:
        """Events that come with an answer may be newer than it, so a difference must last."""
        for _ in range(20):
            application = self.connected()
            told = {seat: self.told(application, seat) for seat in self.SEATS}
            self.apply(application)
            if told == self.states:
                return True
        return False


def _soon() -> float:
    import time

    return time.monotonic() + 0.5


class Clients:
    """The threads of the clients; what they found is read when they have ended."""

    def __init__(self) -> None:
        self.threads: list[threading.Thread] = []
        self.failures: list[BaseException] = []
        self.calm = threading.Event()

    def start(self, run: Callable[[], None]) -> None:
        def guarded() -> None:
            try:
                run()
            except BaseException as error:
                self.failures.append(error)

        self.threads.append(threading.Thread(target=guarded))
        self.threads[-1].start()

    def join(self) -> None:
        for thread in self.threads:
            thread.join(20)
        if self.failures:
            raise self.failures[0]


def test_every_fault_of_ami_and_csta_leaves_calls_and_clients_whole(tmp_path: Path) -> None:
    text, end = scenario()
    (tmp_path / "calls.yaml").write_text(text, encoding="utf-8")
    clients = Clients()
    found: dict[str, Any] = {}

    def begin(addresses: dict[str, str]) -> None:
        dialler = found["dialler"] = Dialler(addresses["ami"])
        follower = found["ami"] = Follower(addresses["ami"])
        csta = found["csta"] = CstaFollower(addresses["csta"])

        def dial_then_follow() -> None:
            dialler.run()
            while follower.seconds < end + 2:
                follower.step(STEP_S)
            clients.calm.set()
            follower.agreed = follower.agrees()

        def follow_csta() -> None:
            while not clients.calm.wait(STEP_S):
                csta.step()
            csta.agreed = csta.agrees()

        clients.start(dial_then_follow)
        clients.start(follow_csta)

    def react(line: Line, _: Any) -> None:
        if line["event"] == "ready":
            begin(line["addresses"])

    run = serve(tmp_path, "b_type_small", "--scenario", str(tmp_path / "calls.yaml"), "--ami", "127.0.0.1:0", "--csta",
                "127.0.0.1:0", "--insecure-no-auth", "--pace", str(PACE), react=react)  # fmt: skip
    clients.join()
    assert run.exit_code == 0, (run.errors, run.lines[-1:])  # every fault has fired, no call is lost
    assert (found["ami"].agreed, found["csta"].agreed) == (True, True)
    _nothing_twice(run, found["dialler"])
    _met(run, found["ami"], found["csta"])


def _nothing_twice(run: Served, dialler: Dialler) -> None:
    originated = [row for row in run.journal("request_taken") if row["name"] == "Originate"]
    assert (dialler.asked, dialler.found, len(originated)) == (1, True, 1)
    assert dialler.lost == "closed"
    offered = Counter(row["call"] for row in run.journal("call_offered"))
    cleared = Counter(row["call"] for row in run.journal("call_cleared"))
    assert set(offered.values()) == set(cleared.values()) == {1}
    answered = Counter(row["call"] for row in run.journal("call_answered"))
    assert set(answered.values()) == {1}
    own = {row["call"] for row in run.journal("event_told") if row["name"] == "OriginateResponse"}
    assert len(own) == 1
    assert set(offered) - own <= set(answered), "a caller who waited was lost"


def _met(run: Served, ami: Follower, csta: CstaFollower) -> None:
    """Connections were lost where they had to be, and each time another one was made."""
    tampered = {row["what"] for row in run.journal("interface_tampered")}
    assert {"closed instead of the answer", "closed behind the answer", "half open", "held back", "40 octets at a time",
            "gathered", "event twice", "response twice", "events changed places", "event late", "response late",
            "response cut off", "event cut off", "heartbeat lost", "unknown call",
            "the clock shows -90 s more"} <= tampered  # fmt: skip
    assert len(ami.lost) >= 6, ami.lost
    assert len(csta.lost) >= 6, csta.lost
    unknown = [one for one in ami.heard if one.get("Channel") == "E1/none/1-7fffffff"]
    assert len(unknown) in (1, 2, 3)
    assert "2147483647" in [one for message in csta.heard for one in message.every("callID")]
    changes = run.journal("application_changed")
    logged_in = [(row["place"], row["client"]) for row in changes if row["what"] == "logged_in"]
    assert len(logged_in) == len(set(logged_in))
    assert replay(run.folder)[0] == 0
