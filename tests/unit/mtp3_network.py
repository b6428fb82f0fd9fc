"""Signalling points joined by links that behave as level 2 does: order, acknowledgement, delay, failure, retrieval.

`Network` keeps the time (cycles), the timers and the messages on their way; a test tells it what fails when.
"""

from __future__ import annotations

import heapq
from collections import deque
from typing import Any

from switchsim.proto.mtp3 import (
    Action,
    ChangeoverDone,
    Deliver,
    Level2,
    LinkRow,
    LinkSetConfig,
    Mtp3,
    Mtp3Config,
    Mtp3State,
    Pause,
    Resume,
    Route,
    SendMsu,
    StartTimer,
    StopTimer,
)
from switchsim.proto.mtp3.state import Box

ISUP = 5
ALIGNING_CYCLES = 2400
UNIT_CYCLES = 8


class End:
    """One end of a link: level 2 as level 3 sees it."""

    def __init__(self, pipe: Pipe, node: str, link: int) -> None:
        self.pipe, self.node, self.link = pipe, node, link
        self.wanted = self.up = self.outage = self.unreadable = False
        self.transmit_buffer: list[bytes] = []
        self.retransmission_buffer: list[tuple[int, bytes]] = []
        self.last_sent = self.last_accepted = 127
        self.busy_until = 0
        self.held = False  # remote processor outage not yet ended by `continue`

    def reset(self) -> None:
        self.transmit_buffer.clear()
        self.retransmission_buffer.clear()
        self.last_sent = self.last_accepted = 127
        self.held = False


class Pipe:
    """A link: two ends, a delay each way, and a generation that a failure ends."""

    def __init__(self, network: Network, delay: int, a: tuple[str, int], b: tuple[str, int]) -> None:
        self.network, self.delay = network, delay
        self.ends = (End(self, *a), End(self, *b))
        self.generation = 0
        self.broken = False
        self.drop: list[int] = []  # headings of management messages to lose

    def other(self, end: End) -> End:
        return self.ends[1] if end is self.ends[0] else self.ends[0]

    def fail(self) -> None:
        """The line breaks: both ends notice, one after the other."""
        self.broken = True
        self.take_down(after=(0, 40))

    def repair(self) -> None:
        self.broken = False
        self.align()

    def take_down(self, after: tuple[int, int] = (0, 40)) -> None:
        self.generation += 1
        for end, delay in zip(self.ends, after, strict=True):
            if end.up:
                end.up = end.wanted = False  # level 2 stays out of service until it is ordered to start
                self.network.later(delay, self.network.out_of_service, end)

    def align(self) -> None:
        """Both ends want the link: it comes up after a while, whoever began last."""
        if not self.broken and all(end.wanted and not end.up for end in self.ends):
            self.generation += 1
            self.network.later(ALIGNING_CYCLES, self.aligned, self.generation)

    def aligned(self, generation: int) -> None:
        if generation == self.generation and not self.broken and all(end.wanted for end in self.ends):
            for end in self.ends:
                end.reset()
                end.up = True
            for end in self.ends:
                self.network.do(end.node, self.network.nodes[end.node].in_service(end.link))

    # -- messages ------------------------------------------------------------------------------------------------------

    def send(self, end: End, octets: bytes) -> None:
        end.transmit_buffer.append(octets)
        self.pump(end)

    def pump(self, end: End) -> None:
        now = self.network.now
        while (end.up and end.transmit_buffer and len(end.retransmission_buffer) < 100
               and not (end.outage or end.held or self.other(end).outage)):
            octets = end.transmit_buffer.pop(0)
            end.last_sent = (end.last_sent + 1) & 127
            end.retransmission_buffer.append((end.last_sent, octets))
            end.busy_until = max(end.busy_until, now) + UNIT_CYCLES
            self.network.later(end.busy_until - now + self.delay, self.arrive, end, end.last_sent, octets,
                               self.generation)

    def arrive(self, end: End, fsn: int, octets: bytes, generation: int) -> None:
        to = self.other(end)
        if generation != self.generation or not to.up:
            return
        assert fsn == (to.last_accepted + 1) & 127
        to.last_accepted = fsn
        self.network.later(self.delay, self.acknowledged, end, fsn, generation)
        if octets[0] & 15 == 0 and octets[self.network.heading] in self.drop:
            return
        self.network.do(to.node, self.network.nodes[to.node].received(to.link, octets))

    def acknowledged(self, end: End, fsn: int, generation: int) -> None:
        if generation == self.generation and end.up:
            while end.retransmission_buffer and (fsn - end.retransmission_buffer[0][0]) & 127 < 64:
                end.retransmission_buffer.pop(0)
            self.pump(end)

    # -- orders --------------------------------------------------------------------------------------------------------

    def order(self, end: End, order: str, value: int) -> list[tuple[Any, ...]]:
        """Carry out an order; returns the answers as (method, arguments)."""
        if order == "start":
            self.leave(end)
            end.reset()
            end.wanted = True
            self.align()
        elif order == "stop":
            end.wanted = False
            self.leave(end)
        elif order == "retrieve_bsnt":
            return [("bsnt_unknown",)] if end.unreadable else [("bsnt", end.last_accepted)]
        elif order == "retrieve":
            return self.retrieve(end, value)
        elif order == "flush":
            end.transmit_buffer.clear()
            self.network.flushed_count += 1
        elif order == "continue":
            end.held = False
            self.pump(end)
        return []

    def leave(self, end: End) -> None:
        """This end goes out of service by order; the other one notices."""
        if end.up:
            end.up = False
            self.take_down(after=(self.delay, self.delay))

    def retrieve(self, end: End, value: int) -> list[tuple[Any, ...]]:
        numbers = [fsn for fsn, _ in end.retransmission_buffer]
        first = numbers[0] - 1 & 127 if numbers else end.last_sent
        kept = end.retransmission_buffer
        if value == first:
            messages = [octets for _, octets in kept]
        elif value in numbers:
            messages = [octets for _, octets in kept[numbers.index(value) + 1 :]]
        else:
            messages = []  # emergency, or an unreasonable number
        messages += end.transmit_buffer
        end.transmit_buffer.clear()
        end.retransmission_buffer.clear()
        return [("retrieved", octets) for octets in messages] + [("retrieval_complete",)]


class Network:
    """Points by name, links by number (the same number at both ends), one clock."""

    def __init__(self) -> None:
        self.now = 0
        self.heading = 5
        self.nodes: dict[str, Mtp3] = {}
        self.pipes: dict[int, Pipe] = {}
        self.ends: dict[tuple[str, int], End] = {}
        self.heap: list[tuple[int, int, Any, tuple[Any, ...]]] = []
        self.sequence = 0
        self.timers: dict[tuple[str, str], int] = {}
        self.seen: list[tuple[int, str, Action]] = []
        self.delivered: list[tuple[str, Deliver]] = []
        self.paused: dict[tuple[str, int], bool] = {}
        self.queues: dict[str, deque[list[Action]]] = {}
        self.traces: dict[str, list[tuple[Box, int, int]]] = {}
        self.flushed_count = 0
        self.sent_when_down_count = 0
        self.answer_cycles = 0  # level 2 answers a query after so long

    def add(self, name: str, config: Mtp3Config) -> Mtp3:
        self.traces[name] = []
        self.nodes[name] = Mtp3(Mtp3State(), config, self.traces[name])
        self.queues[name] = deque()
        self.heading = 5 if config.variant == 0 else 8
        return self.nodes[name]

    def join(self, link: int, a: str, b: str, delay: int = 40) -> Pipe:
        pipe = self.pipes[link] = Pipe(self, delay, (a, link), (b, link))
        for end in pipe.ends:
            self.ends[end.node, link] = end
        return pipe

    # -- time ----------------------------------------------------------------------------------------------------------

    def later(self, delay: int, act: Any, *arguments: Any) -> None:
        self.sequence += 1
        heapq.heappush(self.heap, (self.now + delay, self.sequence, act, arguments))

    def run(self, cycles: int) -> None:
        end = self.now + cycles
        while self.heap and self.heap[0][0] <= end:
            self.now, _, act, arguments = heapq.heappop(self.heap)
            act(*arguments)
        self.now = end

    def expire(self, node: str, name: str, number: int) -> None:
        if self.timers.get((node, name)) == number:
            del self.timers[node, name]
            self.do(node, self.nodes[node].timer(name))

    # -- actions -------------------------------------------------------------------------------------------------------

    def do(self, node: str, actions: list[Action]) -> None:
        """Carry out actions in order; what level 2 answers comes after them."""
        queue = self.queues[node]
        queue.append(actions)
        if len(queue) > 1:
            return
        while queue:
            for action in queue[0]:
                self.act(node, action)
            queue.popleft()

    def act(self, node: str, action: Action) -> None:
        if not isinstance(action, SendMsu | Deliver):
            self.seen.append((self.now, node, action))
        match action:
            case SendMsu():
                end = self.ends[node, action.link]
                if end.up:
                    end.pipe.send(end, action.octets)
                else:
                    # Level 2 has failed an instant ago and level 3 does not know yet: TB keeps it for retrieval.
                    self.sent_when_down_count += 1
                    end.transmit_buffer.append(action.octets)
            case Deliver():
                self.delivered.append((node, action))
            case StartTimer():
                self.sequence += 1
                self.timers[node, action.name] = self.sequence
                self.later(action.cycles, self.expire, node, action.name, self.sequence)
            case StopTimer():
                self.timers.pop((node, action.name), None)
            case Level2():
                end = self.ends[node, action.link]
                answers = end.pipe.order(end, action.order, action.value)
                if answers and self.answer_cycles:
                    self.later(self.answer_cycles, self.answer, node, action.link, answers)
                else:
                    self.answer(node, action.link, answers)
            case Pause() | Resume():
                down = isinstance(action, Pause)
                assert self.paused.get((node, action.dpc), True) is not down, f"{action} twice"
                self.paused[node, action.dpc] = down
            case _:
                pass

    def answer(self, node: str, link: int, answers: list[tuple[Any, ...]]) -> None:
        """After the actions under way, if there are any."""
        for method, *arguments in answers:
            actions = getattr(self.nodes[node], method)(link, *arguments)
            if self.queues[node]:
                self.queues[node].append(actions)
            else:
                self.do(node, actions)

    def out_of_service(self, end: End) -> None:
        self.do(end.node, self.nodes[end.node].out_of_service(end.link, "line"))

    # -- what a test does ----------------------------------------------------------------------------------------------

    def activate(self) -> None:
        for node, link in self.ends:
            self.do(node, self.nodes[node].activate_link(link))

    def send(self, node: str, dpc: int, sls: int, data: bytes) -> None:
        self.do(node, self.nodes[node].transfer(ISUP, dpc, sls, data))

    def outage(self, node: str, link: int, on: bool) -> None:
        """A processor outage at one end: the other end hears of it a little later."""
        end = self.ends[node, link]
        if end.outage is not on:
            end.outage = on
            self.do(node, self.nodes[node].local_outage(link, on))
            self.later(end.pipe.delay, self.tell_outage, end.pipe.other(end), on)

    def tell_outage(self, far: End, on: bool) -> None:
        point = self.nodes[far.node]
        far.held = far.up
        self.do(far.node, point.remote_outage(far.link) if on else point.remote_recovered(far.link))

    def of(self, kind: type, node: str = "") -> list[Any]:
        return [action for _, name, action in self.seen if isinstance(action, kind) and node in ("", name)]

    def changeovers(self, node: str) -> list[ChangeoverDone]:
        return self.of(ChangeoverDone, node)


def pair(count: int = 2, delay: int = 40, **options: Any) -> Network:
    """Two end points, A = 1 and B = 2, and `count` links 0, 1, ... with SLC = number."""
    network = Network()
    for name, own, far in (("A", 1, 2), ("B", 2, 1)):
        rows = tuple(LinkRow(link, link) for link in range(count))
        network.add(name, Mtp3Config(own, 2, link_sets=(LinkSetConfig("far", far, rows),), **options))
    for link in range(count):
        network.join(link, "A", "B", delay)
    network.activate()
    return network


def quad(links: int = 1, **options: Any) -> Network:
    """End points A = 1 and B = 2, each with a link set to the transfer points C = 11 and D = 12, which are joined too.

    Links: A-C 0.., A-D 10.., B-C 20.., B-D 30.., C-D 40..
    """
    network = Network()
    near = {"A": (("C", 0), ("D", 10)), "B": (("C", 20), ("D", 30)), "C": (("A", 0), ("B", 20), ("D", 40)),
            "D": (("A", 10), ("B", 30), ("C", 40))}  # fmt: skip
    codes = {"A": 1, "B": 2, "C": 11, "D": 12}
    for name, neighbours in near.items():
        sets = tuple(LinkSetConfig(far, codes[far], tuple(LinkRow(first + n, n) for n in range(links)))
                     for far, first in neighbours)  # fmt: skip
        if name in "AB":
            far = "B" if name == "A" else "A"
            routes = (Route(codes[far], (("C", "D"),)), Route(11, (("D",),)), Route(12, (("C",),)))
        else:
            other = "D" if name == "C" else "C"
            routes = (Route(1, ((other,),)), Route(2, ((other,),)))
        network.add(name, Mtp3Config(codes[name], 2, stp=name in "CD", link_sets=sets, routes=routes, **options))
    for a, b, first in (("A", "C", 0), ("A", "D", 10), ("B", "C", 20), ("B", "D", 30), ("C", "D", 40)):
        for n in range(links):
            network.join(first + n, a, b)
    network.activate()
    return network
