"""A wallboard as an AMI client, written with panoramisk: who waits, who is free, what became of the calls, per queue.

    pip install 'panoramisk>=1.4'
    switchsim serve call_centre --ami 127.0.0.1:5038 --users users.yaml
    AMI_SECRET=... python examples/wallboard/wallboard.py --user NAME [--address 127.0.0.1:5038]

It asks for everything once (QueueStatus), then follows the events; after a lost connection it asks anew. Each line that
it prints is a JSON object: `connected`, `board` (when something changed, at most each --every seconds), `lost`,
`failed`; with --check also `wrong`, when a QueueStatus at the end differs from what the events gave. It ends on a
signal (SIGINT, SIGTERM), after --seconds, or when its log-in is refused. Exit codes: 0 good, 1 something was wrong, 2
it never logged in. SWITCHSIM_AMI is the address when none is given.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Coroutine
from dataclasses import asdict, dataclass, field
from typing import Any

from panoramisk import Manager

FREE, PAUSED = "1", "1"
ANSWER_S = 10.0
"""How long an answer may take; one that was lost with its connection never comes."""


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
        try:
            fresh = await self.state()
        finally:
            self._recent = None
        for name, queue in (fresh or {}).items():
            before = self.queues.get(name, Queue())
            queue.answered, queue.abandoned = before.answered, before.abandoned
        self.queues = fresh or self.queues
        for event in recent if fresh is not None else ():
            self._apply(event)
        self.changed = True
        return fresh is not None

    def _thought(self, name: str) -> tuple[dict[str, tuple[str, str]], list[str]]:
        queue = self.queues.get(name, Queue())
        return queue.members, queue.waiting

    async def wrong(self) -> list[str]:
        """Queues of which the events gave another picture than the switch gives now. Events that came in one piece with
        the answer may be newer than it, so a difference must last."""
        different: list[str] = []
        for _ in range(20):
            fresh = await self.state()
            if fresh is None:
                return ["not reachable"]
            different = [name for name, queue in fresh.items()
                         if (queue.members, queue.waiting) != self._thought(name)]
            if not different:
                break
            await asyncio.sleep(0.05)
        return different


class LogIn:
    """What became of it. `again`: logged in, and nothing has been asked for since; `ever`: once at least."""

    def __init__(self, stop: asyncio.Event) -> None:
        self.stop = stop
        self.again = asyncio.Event()
        self.ever = False
        self.why = "no connection"

    def connected(self, manager: Manager) -> None:
        manager.authenticated_future.add_done_callback(self.answered)

    def answered(self, future: asyncio.Future[Any]) -> None:
        """A refusal will not become another one by asking again."""
        if future.cancelled():
            return
        answer = future.result()
        if answer.success:
            self.ever = True
            self.again.set()
        else:
            self.why = answer.message or "log-in refused"
            self.stop.set()


async def within(stop: asyncio.Event, what: Coroutine[Any, Any, bool]) -> bool:
    """Its result; False when it takes too long, or is to stop before it has ended."""
    task, stopped = asyncio.ensure_future(what), asyncio.ensure_future(stop.wait())
    await asyncio.wait((task, stopped), timeout=ANSWER_S, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not task.done():
        task.cancel()
        return False
    return task.result()


async def follow(board: Board, log_in: LogIn, every: float) -> None:
    """Print what changes, until it is to stop."""
    while not log_in.stop.is_set():
        if log_in.again.is_set() and await within(log_in.stop, board.refresh()):
            log_in.again.clear()
            say("connected", queues=list(board.queues))
        if board.changed and not log_in.again.is_set():
            board.changed = False
            say("board", queues={name: queue.line() for name, queue in board.queues.items()})
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(log_in.stop.wait(), every)


async def checked(board: Board) -> int:
    """Exit code: whether the board is as the switch says."""
    try:
        different = await asyncio.wait_for(board.wrong(), ANSWER_S)
    except TimeoutError:
        different = ["not reachable"]
    for name in different:
        say("wrong", queue=name, thought=asdict(board.queues[name]) if name in board.queues else None)
    return 1 if different else 0


async def run(arguments: argparse.Namespace, secret: str) -> int:
    host, _, port = arguments.address.rpartition(":")
    loop = asyncio.get_running_loop()
    log_in = LogIn(asyncio.Event())
    manager = Manager(loop=loop, host=host, port=int(port), username=arguments.user, secret=secret, reconnect_timeout=1,
                      on_connect=log_in.connected, on_disconnect=lambda *_: say("lost"))  # fmt: skip
    board = Board(manager)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, log_in.stop.set)
    manager.connect()
    if arguments.seconds:
        loop.call_later(arguments.seconds, log_in.stop.set)
    await follow(board, log_in, arguments.every)
    if not log_in.ever:
        say("failed", why=log_in.why)
        code = 2
    else:
        code = await checked(board) if arguments.check else 0
    manager.close()
    return code


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
