"""panoramisk, unmodified, as an AMI client of `switchsim serve`: log-in, queues, agents, calls, one call followed.

Its traps, met here: the answer `Added interface to queue` makes it wait for more, so QueueAdd needs `as_list=False`; an
Originate answer does not resolve before OriginateResponse; `CallManager` takes what stands before the dot of a Uniqueid
for the call, so that calls of one second are one to it; a failed log-in is no exception, `authenticated` stays False.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import pytest
from panoramisk import Manager
from panoramisk.call_manager import CallManager

sys.path.insert(0, str(Path(__file__).parent))

from serve_bench import Line, Served, replay, serve

DEADLINE_S: Final = 60
SCENARIO: Final = """\
format: 1
machine: b_type_small
seed: 4
seconds: 600
load:
  - {name: customer, shape: constant, rate: 15/min, most_calls: 2, numbers: ["10061"], hold: 5s}
agents:
  - {sign_in: 10ms}
"""
PACE: Final = "6"

LINK_CUT: Final = """\
format: 1
machine: b_type_small
seed: 4
seconds: 600
load:
  - {name: customer, shape: constant, rate: 60/min, numbers: ["10061"], hold: {shape: erlang, mean: 6s}}
agents:
  - {sign_in: 10ms}
timeline:
  - {at: 8s, fault: mem_link_cut, for: 12s}
"""

Script = Callable[[str, int], Awaitable[None]]


def played(folder: Path, script: Script, scenario: str = SCENARIO) -> Served:
    """`serve` with customers to come; `script` plays the client in a thread, then the run is interrupted."""
    (folder / "users.yaml").write_text("ccs: s3cret\n", encoding="utf-8")
    (folder / "calls.yaml").write_text(scenario, encoding="utf-8")
    failures: list[BaseException] = []
    threads: list[threading.Thread] = []

    async def bounded(address: str) -> None:
        host, _, port = address.rpartition(":")
        await asyncio.wait_for(script(host, int(port)), DEADLINE_S)
        await asyncio.sleep(0)

    def play(address: str) -> None:
        try:
            asyncio.run(bounded(address))
        except BaseException as error:
            failures.append(error)
        finally:
            os.kill(os.getpid(), signal.SIGINT)

    def react(line: Line, _: Any) -> None:
        if line["event"] == "ready":
            threads.append(threading.Thread(target=play, args=(line["addresses"]["ami"],)))
            threads[0].start()

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # one that comes when the run is over already
    try:
        options = ("--scenario", str(folder / "calls.yaml"), "--ami", "127.0.0.1:0", "--pace", PACE)
        run = serve(folder, "b_type_small", *options, "--users", str(folder / "users.yaml"), react=react)
        for thread in threads:
            thread.join(DEADLINE_S)
    finally:
        signal.signal(signal.SIGINT, before)
    if failures:
        raise failures[0]
    assert threads, run.errors
    return run


class Followed:
    """Events that a manager hears; `until` waits for one that fits."""

    def __init__(self, manager: Manager) -> None:
        self.events: list[Any] = []
        self._news = asyncio.Event()
        manager.register_event("*", self._hear)

    def _hear(self, manager: Manager, event: Any) -> None:
        self.events.append(event)
        self._news.set()

    async def until(self, name: str, **members: str) -> Any:
        while True:
            for event in self.events:
                if event.event == name and all(event.get(key) == value for key, value in members.items()):
                    return event
            self._news.clear()
            await self._news.wait()


async def connected(host: str, port: int, secret: str, kind: type[Manager] = Manager) -> Manager:
    """A manager whose log-in has been answered."""
    manager = kind(loop=asyncio.get_running_loop(), host=host, port=port, username="ccs", secret=secret)
    await manager.connect()
    await asyncio.sleep(0)
    await manager.authenticated_future
    await asyncio.sleep(0)
    return manager


def assert_replays(run: Served) -> None:
    code, said = replay(run.folder)
    digest = json.loads((run.folder / "verdict.json").read_text())["digest"]
    assert (code, said.strip()) == (0, f"equal, digest {digest}")


def test_a_wallboard_and_its_agents(tmp_path: Path) -> None:
    async def script(host: str, port: int) -> None:
        manager = await connected(host, port, "s3cret")
        heard = Followed(manager)
        assert manager.authenticated
        assert manager.protocol.version == "13.0.0"
        assert (await manager.send_action({"Action": "Ping"})).ping == "Pong"
        status = await manager.send_action({"Action": "QueueStatus", "Queue": "sales"})
        assert [one.event for one in status] == [
            "", "QueueParams", *["QueueMember"] * 8, "QueueStatusComplete"]  # fmt: skip
        added = await manager.send_action({"Action": "QueueAdd", "Queue": "sales", "Interface": "SEAT/1016",
                                           "MemberName": "Li", "Penalty": 2}, as_list=False)  # fmt: skip
        assert (added.success, added.message) == (True, "Added interface to queue")
        member = await heard.until("QueueMemberAdded")
        assert (member.interface, member.membername, member.penalty) == ("SEAT/1016", "Li", "2")
        again = await manager.send_action({"Action": "QueueAdd", "Queue": "sales", "Interface": "SEAT/1016"})
        assert (again.success, again.message) == (False, "Unable to add interface: Already there")
        for paused, text in (("true", "paused"), ("false", "unpaused")):
            answer = await manager.send_action(
                {"Action": "QueuePause", "Interface": "SEAT/1016", "Paused": paused, "Reason": "tea"})
            assert answer.message == f"Interface {text} successfully"
        await heard.until("QueueMemberPause", Paused="1", PausedReason="tea")
        await heard.until("QueueMemberPause", Paused="0")
        removed = await manager.send_action({"Action": "QueueRemove", "Queue": "sales", "Interface": "SEAT/1016"})
        assert removed.message == "Removed interface from queue"
        await heard.until("QueueMemberRemoved", Interface="SEAT/1016")
        shown = await manager.send_command("queue show sales")
        assert "sales has" in shown.output[0]
        summary = await manager.send_action({"Action": "QueueSummary"})
        assert [one.queue for one in summary[1:-1]] == ["sales", "service"]
        manager.close()

    run = played(tmp_path, script)
    assert run.exit_code == 130
    written = [path.read_bytes() for path in run.folder.rglob("*") if path.is_file()]
    assert not [octets for octets in written if b"s3cret" in octets]
    assert_replays(run)


ORDER: Final = ["QueueCallerJoin", "AgentCalled", "DialBegin", "DialEnd", "QueueCallerLeave", "AgentConnect",
                "BridgeEnter", "BridgeEnter", "AgentComplete"]  # fmt: skip


def test_one_call_followed_from_its_first_channel_to_its_last(tmp_path: Path) -> None:
    async def script(host: str, port: int) -> None:
        manager = await connected(host, port, "s3cret")
        heard = Followed(manager)
        join = await heard.until("QueueCallerJoin")
        done = await heard.until("AgentComplete", Linkedid=join.linkedid)
        await heard.until("Hangup", Uniqueid=done.destuniqueid)
        of_call = [one for one in heard.events if join.linkedid in (one.linkedid, one.destlinkedid)]
        assert [one.event for one in of_call if one.event in ORDER] == ORDER
        connect = next(one for one in of_call if one.event == "AgentConnect")
        assert (connect.destchannel.split("-")[0], connect.interface) == (connect.interface, done.interface)
        assert (done.reason, int(done.talktime) in range(4, 7)) == ("caller", True)
        assert {one.event for one in of_call} >= {"Newchannel", "Newstate", "Hangup", "MusicOnHoldStart"}
        manager.close()

    run = played(tmp_path, script)
    told = [line["name"] for line in run.journal("event_told") if line["call"] == 1]
    assert [name for name in told if name in ORDER] == ORDER


def test_originate_redirect_and_hang_up(tmp_path: Path) -> None:
    async def script(host: str, port: int) -> None:
        manager = await connected(host, port, "s3cret", CallManager)
        heard = Followed(manager)
        answers = await manager.send_action({
            "Action": "Originate", "Channel": "SEAT/1001", "Context": "seat", "Exten": "1002", "Priority": 1,
            "Async": "true", "CallerID": '"Li" <10086>', "Variable": ["ticket=42", "site=x"]})  # fmt: skip
        assert [one.response for one in answers] == ["Success", "Success"]
        channel = answers[1].channel
        assert (channel[:9], answers[1].reason) == ("SEAT/1001", "4")
        value = await manager.send_action({"Action": "Getvar", "Channel": channel, "Variable": "ticket"})
        assert value.value == "42"
        await heard.until("DialEnd", Channel=channel, DialStatus="ANSWER")
        await heard.until("BridgeEnter", Channel=channel)
        moved = await manager.send_action(
            {"Action": "Redirect", "Channel": channel, "Context": "queue", "Exten": "service", "Priority": 1})
        assert moved.message == "Redirect successful"
        connect = await heard.until("AgentConnect", Channel=channel)
        assert connect.queue == "service"
        over = await manager.send_action({"Action": "Hangup", "Channel": channel, "Cause": 16})
        assert over.message == "Channel Hungup"
        await heard.until("Hangup", Channel=channel, Cause="16")
        call = await manager.send_originate(
            {"Action": "Originate", "Channel": "SEAT/1016", "Application": "Queue", "Data": "sales"})
        assert (await call.queue.get()).event == "Newchannel"
        left = await manager.send_action({"Action": "CoreShowChannels"})
        assert "SEAT/1016" in [one.channel.split("-")[0] for one in left[1:-1]]
        nothing = await manager.send_action({"Action": "Hangup", "Channel": channel})
        assert (nothing.success, nothing.message) == (False, "No such channel")
        manager.close()

    assert_replays(played(tmp_path, script))


@pytest.mark.parametrize("secret", ["wrong", ""])
def test_a_wrong_secret(tmp_path: Path, secret: str) -> None:
    async def script(host: str, port: int) -> None:
        lost = asyncio.get_running_loop().create_future()
        manager = Manager(loop=asyncio.get_running_loop(), host=host, port=port, username="ccs", secret=secret,
                          on_disconnect=lambda *_: lost.done() or lost.set_result(True))  # fmt: skip
        await manager.connect()
        await asyncio.sleep(0)
        answer = await manager.authenticated_future
        assert (answer.success, answer.message) == (False, "Authentication failed")
        assert await lost
        manager.close()

    run = played(tmp_path, script)
    assert [line["what"] for line in run.journal("application_changed")] == ["connected", "failed"]


async def shown(manager: Manager) -> list[str]:
    """Unique identifiers of the channels that CoreShowChannels lists."""
    answers = await manager.send_action({"Action": "CoreShowChannels"})
    return sorted(one.uniqueid for one in answers[1:-1])


def followed_channels(events: list[Any]) -> list[str]:
    """Those that the events of a client leave."""
    up: dict[str, None] = {}
    for one in events:
        if one.event == "Newchannel":
            up[one.uniqueid] = None
        elif one.event == "Hangup":
            del up[one.uniqueid]
    return sorted(up)


async def agreed(manager: Manager, heard: Followed) -> list[str]:
    """The channels, once list and events agree; what came in one piece with the list may be a little newer."""
    while (listed := await shown(manager)) != followed_channels(heard.events):
        pass
    return listed


def test_what_a_client_follows_agrees_with_the_switch_after_the_link_was_cut(tmp_path: Path) -> None:
    async def script(host: str, port: int) -> None:
        manager = await connected(host, port, "s3cret")
        heard = Followed(manager)
        assert await agreed(manager, heard) == []
        for _ in range(4):
            await heard.until("AgentConnect")
            await agreed(manager, heard)
            heard.events = [one for one in heard.events if one.event != "AgentConnect"]
        while (answer := await manager.send_action({"Action": "QueueStatus"}, as_list=None)) is not None:
            if not isinstance(answer, list):
                break
            await asyncio.sleep(0.05)
        assert (answer.success, answer.message) == (False, "Switch not reachable")
        await heard.until("Hangup", Cause="31")
        assert await agreed(manager, heard)
        members = await manager.send_action({"Action": "QueueStatus", "Queue": "sales"})
        told = {one.interface: one.status for one in heard.events if one.event.startswith("QueueMember")}
        assert {one.location: one.status for one in members if one.event == "QueueMember"}.items() >= {
            seat: status for seat, status in told.items() if int(seat[5:]) < 1009}.items()
        manager.close()

    assert_replays(played(tmp_path, script, LINK_CUT))
