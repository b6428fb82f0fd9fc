"""A toy clock and a toy switch, for the tests of the CCS pair."""

from __future__ import annotations

from collections import Counter
from heapq import heappop, heappush
from typing import Any

from switchsim.model import cti
from switchsim.model.event import Event
from switchsim.model.platform import CtiUp, Letter
from switchsim.units import ms, seconds

WAY = ms(1) // 2


class Host:
    """What the kernel does, by the simplest means: one heap of (due, sequence, what, ...)."""

    def __init__(self) -> None:
        self.now = 0
        self.heap: list[tuple[int, int, str, str, Any]] = []
        self.sequence = 0
        self.timers: dict[tuple[str, str], int] = {}
        self.parts: dict[str, Any] = {}
        self.journal: list[tuple[int, str, Event]] = []

    def later(self, due: int, what: str, place: str, content: Any) -> None:
        self.sequence += 1
        heappush(self.heap, (due, self.sequence, what, place, content))

    def emit(self, place: str, event: Event) -> None:
        self.journal.append((self.now, place.removeprefix("callcentre/"), event))

    def send(self, place: str, port: str, message: Any) -> bool:
        hub = "callcentre/icdcomm"
        to = "callcentre/" + port.removeprefix("to/") if place == hub else hub
        self.later(self.now + WAY, "message", to, message)
        return True

    def start_timer(self, place: str, name: str, cycles: int) -> None:
        self.timers[place, name] = self.sequence + 1
        self.later(self.now + max(cycles, 1), "timer", place, name)

    def stop_timer(self, place: str, name: str) -> None:
        self.timers.pop((place, name), None)

    def timers_of(self, place: str) -> list[str]:
        return [name for where, name in self.timers if where == place]

    def draw(self, stream: str) -> int:
        return 0

    def run(self, until: int) -> None:
        while self.heap and self.heap[0][0] <= until:
            due, sequence, what, place, content = heappop(self.heap)
            self.now = due
            part = self.parts.get(place)
            if what == "message" and part is not None:
                part.on_message("comm", content)
            elif what == "timer" and self.timers.get((place, content)) == sequence:
                del self.timers[place, content]
                part.on_timer(content)
        self.now = until


class Waiting:
    """A call of the toy switch."""

    def __init__(self, number: str, calling: str, queue: str) -> None:
        self.number, self.calling, self.asked = number, calling, queue
        self.queue, self.since, self.seat, self.entry, self.own = "", 0, "", 0, False
        self.routing = self.talking = False
        self.flow = ""


class Switch:
    """Stands in the place of CTI-SERVER: seats, queues, and the orders a CCS gives. It never distributes itself."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.serial = 0
        self.telling = self.routing = False
        self.seats: dict[str, cti.SeatChanged] = {}
        self.calls: dict[int, Waiting] = {}
        self.rows: dict[str, list[int]] = {}
        self.last = 0
        self.routed: Counter[tuple[int, int]] = Counter()
        self.results: list[tuple[str, str, str]] = []
        self.served: list[tuple[int, str]] = []
        self.numbers: Counter[tuple[str, int]] = Counter()
        host.parts["callcentre/cti_server"] = self
        self.on_timer("up")

    def on_timer(self, name: str) -> None:
        """Alive; also the time-out of routing."""
        if name == "up":
            self._write(CtiUp(True))
            self.host.start_timer("callcentre/cti_server", "up", seconds(1))
        else:
            call = self.calls.get(int(name))
            if call is not None and call.routing:
                self._enter(int(name), call.asked, True)

    def _write(self, body: Any) -> None:
        self.host.send("callcentre/cti_server", "comm", Letter("cti_link", "cti_server", body))

    def tell(self, event: Any) -> None:
        self.serial = 1 if isinstance(event, cti.AllBegins) else self.serial + 1
        if self.telling:
            self._write(cti.Told(self.serial, self.host.now, event))

    # -- what happens at the switch ------------------------------------------------------------------------------

    def seat(self, seat: str, state: str, call: int = 0) -> None:
        self.seats[seat] = cti.SeatChanged(seat, state, call, "", "", self.host.now if state == "idle" else 0)
        self.tell(self.seats[seat])

    def call(self, number: str = "10060", calling: str = "13900000000", queue: str = "", flow: str = "") -> int:
        self.last += 1
        row = self.calls[self.last] = Waiting(number, calling, queue)
        self.tell(cti.CallBegan(self.last, "in", calling, number, number, self.host.now))
        if flow:
            row.flow = flow
            self.tell(cti.FlowAsked(self.last, self.last, flow, number, calling))
        else:
            self.ask(self.last)
        return self.last

    def ask(self, call: int, queue: str = "") -> None:
        row = self.calls[call]
        row.asked, row.routing, row.entry = queue or row.asked, True, row.entry + 1
        if self.routing:
            self.tell(cti.RouteAsked(call, call, row.number, row.calling, row.asked, row.entry))
        self.host.start_timer("callcentre/cti_server", str(call), seconds(2))

    def _enter(self, call: int, queue: str, own: bool, since: int = -1) -> None:
        row = self.calls[call]
        row.queue, row.own, row.routing = queue, own, False
        row.since = self.host.now if since < 0 else since
        line = self.rows.setdefault(queue, [])
        line.append(call)
        self.tell(cti.QueueEntered(call, call, queue, len(line), len(line), row.since, own))

    def _leave(self, call: int, why: str) -> None:
        row = self.calls[call]
        line = self.rows[row.queue]
        position = line.index(call) + 1
        line.remove(call)
        waited = self.host.now - row.since
        self.tell(cti.QueueLeft(call, call, row.queue, position, len(line), why, waited))
        row.queue = ""

    def rang(self, call: int, why: str) -> None:
        """answered, or no_answer."""
        row = self.calls[call]
        seat, row.seat = row.seat, row.seat if why == "answered" else ""
        if why == "answered":
            self._leave(call, "seat")
            row.talking = True
            self.served.append((call, seat))
        self.tell(cti.SeatCallEnded(call, 9000 + call, row.queue, seat, why, 0))
        self.seat(seat, "talk" if why == "answered" else "idle", call if why == "answered" else 0)

    def end(self, call: int) -> None:
        row = self.calls[call]
        if row.queue:
            self._leave(call, "abandoned")
        seat = row.seat
        del self.calls[call]
        self.tell(cti.CallEnded(call, 16, "caller", "", seat, 0, 0, 0, self.host.now))
        if seat:
            self.seat(seat, "idle")

    # -- orders --------------------------------------------------------------------------------------------------

    def on_message(self, port: str, message: Letter) -> None:
        wanted = message.body
        assert isinstance(wanted, cti.Wanted)
        result = getattr(self, "_" + type(wanted.body).__name__.lower())(wanted.body)
        call = getattr(wanted.body, "call", 0)
        if not isinstance(wanted.body, cti.TellAll | cti.Routing | cti.TellNothing):
            self.numbers[wanted.sender, wanted.order] += 1
            self.results.append((wanted.sender, type(wanted.body).__name__, result))
            self.tell(cti.Ordered(wanted.sender, wanted.order, result, call))

    def _tellall(self, body: cti.TellAll) -> str:
        self.telling = True
        self.tell(cti.AllBegins(""))
        for seat in self.seats.values():
            self.tell(seat)
        for number, row in self.calls.items():
            self.tell(cti.CallBegan(number, "in", row.calling, row.number, row.number, 0))
        for queue, line in self.rows.items():
            for at, number in enumerate(line, 1):
                self.tell(cti.QueueEntered(number, number, queue, at, at, self.calls[number].since, False))
        self.tell(cti.AllTold(""))
        return "ok"

    def _tellnothing(self, body: cti.TellNothing) -> str:
        self.telling = False
        return "ok"

    def _routing(self, body: cti.Routing) -> str:
        self.routing = body.on
        return "ok"

    def _chooseroute(self, body: cti.ChooseRoute) -> str:
        row = self.calls.get(body.call)
        if row is None:
            return "no_such_call"
        if not row.routing or row.entry != body.entry:
            return "too_late"
        self.routed[body.call, body.entry] += 1
        row.routing = False
        if body.target.startswith("queue:"):
            self._enter(body.call, body.target.removeprefix("queue:"), body.own)
        return "ok"

    def _offer(self, body: cti.Offer) -> str:
        row = self.calls.get(body.call)
        if row is None or not row.queue or row.seat:
            return "too_late"
        if self.seats[body.seat].state != "idle":
            return "busy"
        row.seat = body.seat
        self.tell(cti.SeatCalled(body.call, 9000 + body.call, row.queue, body.seat, 0))
        self.seat(body.seat, "ringing", body.call)
        return "ok"

    def _redirect(self, body: cti.Redirect) -> str:
        since = self.calls[body.call].since
        self._leave(body.call, "redirected")
        self._enter(body.call, body.target.removeprefix("queue:"), False, since)
        return "ok"

    def _presskey(self, body: cti.PressKey) -> str:
        self.seat(body.seat, "idle" if body.key == "sign_in" else "signed_out")
        return "ok"

    def _refuseflow(self, body: cti.RefuseFlow) -> str:
        if self.calls[body.call].flow:
            self.calls[body.call].flow = ""
            self.tell(cti.ChannelFreed(body.call, "", -1, "redirected"))
        return "ok"
