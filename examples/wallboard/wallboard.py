"""A wallboard as an AMI client, written with panoramisk: who waits, who is free, what became of the calls, per queue.

    pip install 'panoramisk>=1.4'
    switchsim serve call_centre --ami 127.0.0.1:5038 --users users.yaml
    AMI_SECRET=... python examples/wallboard/wallboard.py --user NAME [--address 127.0.0.1:5038]

It asks for everything once (QueueStatus), then follows the events; after a lost connection it asks anew. Each line that
it prints is a JSON object: `connected`, `board` (when something changed, at most each --every seconds), `lost`; with
--check also `wrong`, when a QueueStatus at the end differs from what the events gave, and exit code 1. It ends on a
signal (SIGINT, SIGTERM), or after --seconds. SWITCHSIM_AMI is the address when none is given.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from dataclasses import asdict, dataclass, field
from typing import Any

from panoramisk import Manager

FREE, PAUSED = "1", "1"


@dataclass
class Queue:
    """What the board shows of a queue. members: interface -> (Status, Paused). waiting: channels, in order."""

    members: dict[str, tuple[str, str]] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    answered: int = 0
    abandoned: int = 0

    def line(self) -> dict[str, int]:
        free = sum(status == FREE and paused != PAUSED for status, paused in self.members.values())
        paused = sum(paused == PAUSED for _, paused in self.members.values())
        return {"waiting": len(self.waiting), "free": free, "paused": paused, "agents": len(self.members),
                "answered": self.answered, "abandoned": self.abandoned}  # fmt: skip


def say(what: str, **members: Any) -> None:
    print(json.dumps({"wallboard": what, **members}), flush=True)


class Board:
    """Follows a manager; `queues` is true from a QueueStatus on."""

    def __init__(self, manager: Manager) -> None:
        self.manager = manager
        self.queues: dict[str, Queue] = {}
        self.changed = False
        self._recent: list[Any] | None = None  # events while a refresh waits for its answer
        for pattern in ("Queue*", "AgentConnect"):
            manager.register_event(pattern, self.hear)

    def queue(self, event: Any) -> Queue:
        return self.queues.setdefault(event.queue, Queue())

    def hear(self, manager: Manager, event: Any) -> None:
        """One event. Those that panoramisk takes for an answer's (lists) do not come here."""
        queue = self.queue(event)
        queue.abandoned += event.event == "QueueCallerAbandon"
        queue.answered += event.event == "AgentConnect"
        if self._recent is not None:
            self._recent.append(event)
        self._apply(event)
        self.changed = True

    def _apply(self, event: Any) -> None:
        """Once or twice makes no difference."""
        queue = self.queue(event)
        match event.event:
            case "QueueCallerJoin" if event.channel not in queue.waiting:
                queue.waiting.insert(int(event.position) - 1, event.channel)
            case "QueueCallerLeave" if event.channel in queue.waiting:
                queue.waiting.remove(event.channel)
            case "QueueMemberRemoved":
                queue.members.pop(event.interface, None)
            case "QueueMemberAdded" | "QueueMemberStatus" | "QueueMemberPause":
                queue.members[event.interface] = (event.status, event.paused)

    async def state(self) -> dict[str, Queue] | None:
        """What the switch says now; None when it can not be reached."""
        answers = await self.manager.send_action({"Action": "QueueStatus"})
        if not isinstance(answers, list):
            return None
        queues: dict[str, Queue] = {}
        for one in answers[1:-1]:
            queue = queues.setdefault(one.queue, Queue())
            if one.event == "QueueMember":
                queue.members[one.location] = (one.status, one.paused)
            elif one.event == "QueueEntry":
                queue.waiting.append(one.channel)
        return queues

    async def refresh(self) -> bool:
        """Believe the switch anew; counts go on. Events that came in one piece with the answer are newer than it."""
        recent = self._recent = []
        fresh = await self.state()
        self._recent = None
        for name, queue in (fresh or {}).items():
            before = self.queues.get(name, Queue())
            queue.answered, queue.abandoned = before.answered, before.abandoned
        self.queues = fresh or self.queues
        for event in recent if fresh is not None else ():
            self._apply(event)
        self.changed = True
        return fresh is not None

    async def wrong(self) -> list[str]:
        """Queues of which the events gave another picture than the switch gives now. Events that came in one piece with
        the answer may be newer than it, so a difference must last."""
        different: list[str] = []
        for _ in range(20):
            fresh = await self.state()
            if fresh is None:
                return ["not reachable"]
            different = [name for name, queue in fresh.items()
                         if (queue.members, queue.waiting) != (self.queues[name].members, self.queues[name].waiting)]
            if not different:
                break
            await asyncio.sleep(0.05)
        return different


async def run(arguments: argparse.Namespace, secret: str) -> int:
    host, _, port = arguments.address.rpartition(":")
    loop = asyncio.get_running_loop()
    stop, again = asyncio.Event(), asyncio.Event()
    manager = Manager(loop=loop, host=host, port=int(port), username=arguments.user, secret=secret, reconnect_timeout=1,
                      on_login=lambda _: again.set(), on_disconnect=lambda *_: say("lost"))  # fmt: skip
    board = Board(manager)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    manager.connect()
    if arguments.seconds:
        loop.call_later(arguments.seconds, stop.set)
    while not stop.is_set():
        if again.is_set() and await board.refresh():
            again.clear()
            say("connected", queues=list(board.queues))
        if board.changed and not again.is_set():
            board.changed = False
            say("board", queues={name: queue.line() for name, queue in board.queues.items()})
        try:
            await asyncio.wait_for(stop.wait(), arguments.every)
        except TimeoutError:
            continue
    different = await board.wrong() if arguments.check else []
    for name in different:
        say("wrong", queue=name, thought=asdict(board.queues[name]) if name in board.queues else None)
    manager.close()
    return 1 if different else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    address = os.environ.get("SWITCHSIM_AMI", "127.0.0.1:5038")
    parser.add_argument("--address", default=address, metavar="HOST:PORT", help="of the AMI server (%(default)s)")
    parser.add_argument("--user", required=True, help="name to log in with; the secret is in AMI_SECRET")
    parser.add_argument("--every", type=float, default=1.0, help="seconds between lines (%(default)s)")
    parser.add_argument("--seconds", type=float, default=0.0, help="end after so many; 0: on a signal")
    parser.add_argument("--check", action="store_true", help="compare with the switch at the end")
    arguments = parser.parse_args()
    return asyncio.run(run(arguments, os.environ.get("AMI_SECRET", "")))


if __name__ == "__main__":
    sys.exit(main())
