"""panoramisk, unmodified, on both sides of one call centre: an AMI client and a FastAGI menu that see the same calls.

The whole platform is there, and the menu hears digits in the callers' real audio.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from panoramisk.fast_agi import Application, Request

sys.path.insert(0, str(Path(__file__).parent))

from serve_bench import Line, Served, serve
from test_panoramisk_ami import DEADLINE_S, ORDER, Followed, assert_replays, connected

SCENARIO: Final = """\
format: 1
machine: call_centre
seed: 4
seconds: 600
load:
  - {name: chooses, shape: burst, calls: 1, every: 1h, start: 12s, numbers: ["10060"], patience: 60s,
     plan: [{do: listen, prompt: menu}, {do: dial, digits: "1"}, {do: wait}, {do: speak}, {do: hold, time: 5s}]}
  - {name: leaves, shape: burst, calls: 1, every: 1h, start: 13s, numbers: ["10060"],
     plan: [{do: listen, prompt: welcome}, {do: pause, time: 1s}]}
"""
PACE: Final = "8"
PAUSED: Final = "SEAT/1001"


@dataclass
class Menu:
    """A FastAGI application; sessions: uniqueid -> what the caller pressed, or why there is none."""

    sessions: dict[str, str] = field(default_factory=dict)

    async def serve(self, listening: socket.socket) -> asyncio.Server:
        application = Application(loop=asyncio.get_running_loop())
        application.add_route("menu", self.call)
        return await asyncio.start_server(application.handler, sock=listening)

    async def call(self, request: Request) -> None:
        caller = request.headers["agi_uniqueid"]
        for command in ("ANSWER", 'STREAM FILE welcome ""', "GET DATA menu 5000 1"):
            answer = await request.send_command(command)
            if "error" in answer:
                self.sessions[caller] = answer["error"]
                return
        self.sessions[caller] = answer["result"][0]
        await request.send_command("EXEC Queue sales")


async def show(address: str, menu: Menu) -> None:
    host, _, port = address.rpartition(":")
    manager = await connected(host, int(port), "s3cret")
    heard = Followed(manager)
    status = await manager.send_action({"Action": "QueueStatus", "Queue": "sales"})
    assert [one.location for one in status[2:-1]] == [f"SEAT/{number}" for number in range(1001, 1009)]
    paused = await manager.send_action({"Action": "QueuePause", "Interface": PAUSED, "Paused": "true", "Reason": "tea"})
    assert paused.success
    await follow_the_chooser(heard, menu)
    await follow_the_leaver(heard, menu)
    await place_move_and_end_a_call(manager, heard)
    manager.close()


async def follow_the_chooser(heard: Followed, menu: Menu) -> None:
    """From the menu to the seat, under one identifier on both interfaces; not to the seat that drinks tea."""
    join = await heard.until("QueueCallerJoin")
    assert (join.queue, menu.sessions[join.uniqueid]) == ("sales", "1")
    done = await heard.until("AgentComplete", Linkedid=join.linkedid)
    await heard.until("Hangup", Uniqueid=done.destuniqueid)
    of_call = [one for one in heard.events if join.linkedid in (one.linkedid, one.destlinkedid)]
    assert [one.event for one in of_call if one.event in ORDER] == ORDER
    called = [one for one in of_call if one.event == "AgentCalled"]
    assert [one.interface for one in called] == [done.interface]
    assert done.interface != PAUSED


async def follow_the_leaver(heard: Followed, menu: Menu) -> None:
    """He hung up while the menu played: the script is told, and he was in no queue."""
    (left,) = (uniqueid for uniqueid, result in menu.sessions.items() if result != "1")
    assert menu.sessions[left] == "AGIAppError"
    gone = await heard.until("Hangup", Uniqueid=left)
    assert gone.cause == "16"
    assert [one.uniqueid for one in heard.events if one.event == "QueueCallerJoin"] != [left]


async def place_move_and_end_a_call(manager: Any, heard: Followed) -> None:
    """From a seat to another, then to a queue, then to its end."""
    answers = await manager.send_action({
        "Action": "Originate", "Channel": "SEAT/1016", "Context": "seat", "Exten": "1024", "Priority": 1,
        "Async": "true"})  # fmt: skip
    channel = answers[1].channel
    await heard.until("BridgeEnter", Channel=channel)
    moved = await manager.send_action(
        {"Action": "Redirect", "Channel": channel, "Context": "queue", "Exten": "service", "Priority": 1})
    assert moved.message == "Redirect successful"
    connect = await heard.until("AgentConnect", Channel=channel)
    assert (connect.queue, connect.interface == PAUSED) == ("service", False)
    assert (await manager.send_action({"Action": "Hangup", "Channel": channel})).message == "Channel Hungup"
    await heard.until("Hangup", Channel=channel)


def played(folder: Path) -> Served:
    """`serve` with both sides in a thread of their own; interrupted when the show is over."""
    (folder / "users.yaml").write_text("ccs: s3cret\n", encoding="utf-8")
    (folder / "calls.yaml").write_text(SCENARIO, encoding="utf-8")
    listening = socket.create_server(("127.0.0.1", 0))
    failures: list[BaseException] = []
    threads: list[threading.Thread] = []

    async def both(address: str) -> None:
        menu = Menu()
        async with await menu.serve(listening):
            await asyncio.wait_for(show(address, menu), DEADLINE_S)

    def play(address: str) -> None:
        try:
            asyncio.run(both(address))
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
        url = f"10060=agi://127.0.0.1:{listening.getsockname()[1]}/menu"
        options = ("--scenario", str(folder / "calls.yaml"), "--users", str(folder / "users.yaml"), "--pace", PACE)
        run = serve(folder, "call_centre", *options, "--ami", "127.0.0.1:0", "--agi", url, react=react)
        threads[0].join(DEADLINE_S)
    finally:
        signal.signal(signal.SIGINT, before)
        listening.close()
    if failures:
        raise failures[0]
    return run


def test_one_call_centre_seen_by_an_ami_client_and_a_fastagi_menu(tmp_path: Path) -> None:
    run = played(tmp_path)
    seats = [line["seat"] for line in run.journal("call_record") if line["queue"]]
    assert len(seats) == 2
    assert PAUSED.partition("/")[2] not in seats
    served = [line["request"] for line in run.journal("request_taken") if line["place"] == "callcentre/agi"]
    assert served.count("EXEC") == 1
    assert served.count("GET DATA") == 2
    assert_replays(run)
